//! A proceeding of any kind: what is stored, listed and swept.

use crate::clock::OfficeTime;
use crate::closed::Closed;
use crate::kind::ProceedingKind;
use crate::matter::Matter;
use crate::payload::{FieldError, Payload};
use crate::procedure::{MoveRule, RuleBook};
use crate::proceeding::edit::Edit;
use crate::proceeding::{Actor, Bare, Kind, Proceeding};
use crate::reception::Reception;
use crate::unit::Directory;

/// A proceeding of any kind, as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// A matter.
    Matter(Box<Matter>),
    /// One of a kind without fields of its own.
    Bare(Box<Bare>),
    /// Who comes.
    Reception(Box<Reception>),
}

impl std::ops::Deref for Subject {
    type Target = Proceeding;
    fn deref(&self) -> &Proceeding {
        match self {
            Self::Matter(matter) => matter,
            Self::Bare(bare) => bare,
            Self::Reception(reception) => reception,
        }
    }
}

impl Edit for Subject {
    fn whole(&mut self) -> &mut Proceeding {
        match self {
            Self::Matter(matter) => matter.whole(),
            Self::Bare(bare) => bare.whole(),
            Self::Reception(reception) => reception.whole(),
        }
    }
}

impl Kind for Subject {
    fn bars(
        &self,
        book: &RuleBook,
        rule: &MoveRule,
        actor: &Actor,
        directory: &Directory,
        today: jiff::civil::Date,
    ) -> Option<Closed> {
        match self {
            Self::Matter(matter) => matter.bars(book, rule, actor, directory, today),
            Self::Bare(bare) => bare.bars(book, rule, actor, directory, today),
            Self::Reception(reception) => reception.bars(book, rule, actor, directory, today),
        }
    }

    fn too_early(&self, book: &RuleBook, rule: &MoveRule, now: &OfficeTime) -> Option<Closed> {
        match self {
            Self::Reception(reception) => reception.too_early(book, rule, now),
            Self::Matter(_) | Self::Bare(_) => None,
        }
    }

    fn faults(&self, book: &RuleBook, rule: &MoveRule, payload: &Payload) -> Vec<FieldError> {
        match self {
            Self::Matter(matter) => matter.faults(book, rule, payload),
            Self::Bare(bare) => bare.faults(book, rule, payload),
            Self::Reception(reception) => reception.faults(book, rule, payload),
        }
    }

    fn made(&mut self, book: &RuleBook, rule: &MoveRule, payload: &Payload, now: &OfficeTime) {
        match self {
            Self::Matter(matter) => matter.made(book, rule, payload, now),
            Self::Bare(bare) => bare.made(book, rule, payload, now),
            Self::Reception(reception) => reception.made(book, rule, payload, now),
        }
    }
}

impl From<Matter> for Subject {
    fn from(matter: Matter) -> Self {
        Self::Matter(Box::new(matter))
    }
}

impl From<Reception> for Subject {
    fn from(reception: Reception) -> Self {
        Self::Reception(Box::new(reception))
    }
}

impl From<Bare> for Subject {
    fn from(bare: Bare) -> Self {
        Self::Bare(Box::new(bare))
    }
}

impl Subject {
    /// Reads a stored document of a kind.
    ///
    /// # Errors
    /// As [`Matter::from_json`].
    pub fn from_json(kind: ProceedingKind, doc: &str) -> serde_json::Result<Self> {
        match kind {
            ProceedingKind::Matter => Matter::from_json(doc).map(Self::from),
            ProceedingKind::Office | ProceedingKind::Meeting => serde_json::from_str::<Bare>(doc).map(Self::from),
            ProceedingKind::Reception => serde_json::from_str::<Reception>(doc).map(Self::from),
        }
    }

    /// The document as it is stored.
    ///
    /// # Errors
    /// As `serde_json`.
    pub fn to_json(&self) -> serde_json::Result<String> {
        match self {
            Self::Matter(matter) => serde_json::to_string(matter),
            Self::Bare(bare) => serde_json::to_string(bare),
            Self::Reception(reception) => serde_json::to_string(reception),
        }
    }

    /// Its record now ends with this commitment.
    pub fn chain_to(&mut self, commitment: String) {
        self.edit().head = commitment;
    }

    /// It is stored as this version.
    pub fn count_version(&mut self, version: u64) {
        self.edit().version = version;
    }

    /// Somebody has touched it, or a clock has spoken of it: it stands by itself, and not as one of a burst.
    pub fn leave_burst(&mut self) {
        if let Self::Matter(matter) = self {
            matter.leave_burst();
        }
    }

    /// The matter, where it is one.
    pub fn matter(&self) -> Option<&Matter> {
        match self {
            Self::Matter(matter) => Some(matter),
            Self::Bare(_) | Self::Reception(_) => None,
        }
    }

    /// The proceeding of reception, where it is one.
    pub fn reception(&self) -> Option<&Reception> {
        match self {
            Self::Reception(reception) => Some(reception),
            Self::Matter(_) | Self::Bare(_) => None,
        }
    }

    /// The same as the next version that is stored.
    #[must_use]
    pub fn next_version(mut self) -> Self {
        self.edit().version += 1;
        self
    }

    /// The matter, where it is one.
    pub fn into_matter(self) -> Option<Matter> {
        match self {
            Self::Matter(matter) => Some(*matter),
            Self::Bare(_) | Self::Reception(_) => None,
        }
    }
}
