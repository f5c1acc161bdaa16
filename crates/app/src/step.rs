//! A step as it is asked for: a move of a pack with its fields.

use std::collections::BTreeMap;

use huiyin_domain::procedure::MoveRule;
use huiyin_storage::AttachmentRecord;

use crate::error::{AppError, FormError, Result};

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

/// A step that is signed brings its signature, a picture.
///
/// # Errors
/// [`AppError::Form`] when it does not.
pub(crate) fn is_signed(rule: &MoveRule, step: &Move) -> Result<()> {
    let picture = |f: &AttachmentRecord| f.media_type.starts_with("image/");
    if rule.signed && !step.files.iter().any(picture) {
        return Err(AppError::Form(vec![FormError::new("files", "fault-signature-missing")]));
    }
    Ok(())
}
