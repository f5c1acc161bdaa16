//! A step as it is asked for: a move of a pack with its fields.

use std::collections::BTreeMap;

use huiyin_storage::AttachmentRecord;

/// What a move is made with.
#[derive(Debug, Clone, Default)]
pub struct Move {
    /// The pack's move.
    pub id: String,
    /// Its fields, as given.
    pub fields: BTreeMap<String, String>,
    /// The version the actor saw; `None` takes the newest.
    pub version: Option<u64>,
    /// Files that come with it.
    pub files: Vec<AttachmentRecord>,
    /// A machine's key: the same key makes the move once.
    pub key: Option<String>,
    /// On a joined matter: only on this one, not on the others.
    pub only_this: bool,
    /// Made with a receipt code that replaced another.
    pub new_code: bool,
    /// The hall has filled in what it alone gives: a free time, the next ticket.
    pub in_hall: bool,
}
