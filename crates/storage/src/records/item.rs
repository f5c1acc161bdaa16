//! Small items: what may die without anything of law being lost.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Kinds of small items: what may die. What is record has a table of its own ([`Table`](super::Table)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemKind {
    /// An officer's sign-in.
    Session,
    /// A petitioner who follows a matter.
    Follow,
    /// A count of wrong guesses.
    Throttle,
    /// A form being filled in.
    Draft,
    /// The answer given to an idempotency key.
    Idempotency,
    /// The copy of a paper that is to be made.
    CopyToMake,
    /// A server that runs on the store.
    Server,
    /// What one officer proposed and another must agree to: a correction, a replaced code.
    Proposal,
    /// Sign-ins and what was done to accounts, newest first by key, for as long as such a log may be kept.
    Security,
    /// A pack or a calendar that somebody uploaded and nobody has approved.
    RulesProposal,
    /// A code that is typed on a device once, by which it is paired.
    Pairing,
    /// The telephone of whoever has booked, sealed, until the day is over.
    Telephone,
}

impl ItemKind {
    /// The word in the database.
    pub fn word(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::Follow => "follow",
            Self::Throttle => "throttle",
            Self::Draft => "draft",
            Self::Idempotency => "idempotency",
            Self::CopyToMake => "copy_to_make",
            Self::Server => "server",
            Self::Proposal => "proposal",
            Self::Security => "security",
            Self::RulesProposal => "rules_proposal",
            Self::Pairing => "pairing",
            Self::Telephone => "telephone",
        }
    }
}

/// A small item: sign-in state, drafts, throttles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemRecord {
    /// Kind.
    pub kind: ItemKind,
    /// Key within the kind.
    pub key: String,
    /// Its JSON.
    pub doc: serde_json::Value,
    /// When it stops being there.
    pub expires: Option<Timestamp>,
    /// Refuse when the key is taken.
    pub only_new: bool,
}

impl ItemRecord {
    /// An item that stays until it is removed.
    pub fn lasting(kind: ItemKind, key: impl Into<String>, doc: serde_json::Value) -> Self {
        Self { kind, key: key.into(), doc, expires: None, only_new: false }
    }
}
