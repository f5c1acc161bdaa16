//! The plain records that go in and come out. They are stored as JSON beside the columns a query needs.

mod fact;
mod item;
mod table;

use huiyin_domain::clock::{Basis, ClockKind, ClockState};
use huiyin_domain::event::Event;
use huiyin_domain::ids::{ClockId, ProceedingId, SubmissionId, UnitId};
use huiyin_domain::kind::ProceedingKind;
use huiyin_domain::payload::Payload;
use huiyin_domain::posts::Post;
use huiyin_domain::submission::Submission;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

pub use fact::{FactQuery, FactRange, MatterFact};
pub use item::{ItemKind, ItemRecord};
pub use table::{KeyPart, Record, RecordChange, RecordKey, RecordQuery, RecordWrite, Table, ToKeyText, Wanted};

/// A submission and the hashes it is found by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubmissionRecord {
    /// The submission.
    pub submission: Submission,
    /// Keyed hash of the receipt code.
    pub receipt_hash: String,
    /// Hash of the form token, or the key of the imported row; unique.
    pub origin: Option<String>,
    /// A code given in place of a lost one that was not used yet: the old one still opens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiting_code: Option<NewCode>,
    /// The last replacement that took effect.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaced_code: Option<NewCode>,
}

/// A receipt code given in place of another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewCode {
    /// Its keyed hash.
    pub hash: String,
    /// When it was given out.
    pub at: Timestamp,
    /// By which unit.
    pub unit: UnitId,
    /// By whom; two where no office of the case could.
    pub officers: Vec<String>,
    /// The petitioner said that the old one was stolen: it ended at once.
    pub stolen: bool,
}

/// Identity and contact of one submission (DESIGN decision 5). Never indexed, never searched.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// Name as given.
    pub name: String,
    /// Telephone.
    pub telephone: String,
    /// E-mail.
    pub email: String,
    /// Postal address for the reply.
    pub address: String,
    /// The agent's name, when somebody acts for the petitioner.
    pub agent: String,
    /// The paper that gives the agent authority.
    pub agent_paper: String,
    /// Names of those who sign with the petitioner.
    pub co_signers: Vec<String>,
    /// Representatives a group chose for its visit, five at most (art. 20(3)).
    #[serde(default)]
    pub representatives: Vec<String>,
    /// A need the petitioner states (language, hearing, times).
    pub needs: String,
}

/// A vault row: identity and contact as they were sealed. A store never opens it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum VaultRecord {
    /// Sealed under a key of its own.
    Sealed {
        /// The submission it belongs to.
        submission: SubmissionId,
        /// The key of the submission, wrapped by the office key.
        key: String,
        /// Identity and contact, sealed under that key.
        body: String,
    },
    /// As 0.1.0 stored it.
    Plain {
        /// The submission it belongs to.
        submission: SubmissionId,
        /// Who and how to reach.
        identity: Identity,
        /// What it was before it was corrected.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        corrections: Vec<IdentityCorrection>,
    },
}

impl VaultRecord {
    /// The submission it belongs to.
    pub fn submission(&self) -> &SubmissionId {
        let (Self::Sealed { submission, .. } | Self::Plain { submission, .. }) = self;
        submission
    }
}

/// A line of identity or contact that was corrected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdentityCorrection {
    /// Which: `name`, `telephone`, `email`, `address`.
    pub field: String,
    /// What it was.
    pub was: String,
    /// Who corrected it.
    pub officer: String,
    /// Why.
    pub reason: String,
    /// When.
    pub at: Timestamp,
}

/// Words: of a submission (n = 0) or of an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContentRecord {
    /// Submission or matter id.
    pub owner: String,
    /// 0 for the petition's own text, else the event.
    pub n: u32,
    /// The petition's text, when n = 0.
    #[serde(default)]
    pub text: String,
    /// The words of a move, when n > 0.
    #[serde(default)]
    pub words: Payload,
}

/// An event with its salt and commitment (DESIGN decision 4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventRecord {
    /// The proceeding; `matter` in documents, since packages of old are read for ever.
    #[serde(rename = "matter")]
    pub proceeding: ProceedingId,
    /// The event.
    pub event: Event,
    /// Hex of 16 random bytes.
    pub salt: String,
    /// Hex of the chained commitment.
    pub commitment: String,
}

/// A clock that is still owed or open, as lists show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DutyRecord {
    /// The proceeding.
    #[serde(alias = "matter")]
    pub proceeding: ProceedingId,
    /// What kind of proceeding.
    #[serde(default)]
    pub of: ProceedingKind,
    /// The clock's serial in it.
    pub n: u32,
    /// Its number.
    pub number: String,
    /// Its title.
    pub title: String,
    /// Place in words, of a matter.
    pub place: Option<String>,
    /// Its pack.
    pub pack: String,
    /// Clock rule.
    pub rule: ClockId,
    /// Duty or right.
    pub kind: ClockKind,
    /// Unit that owes; `None` for the petitioner.
    pub unit: Option<UnitId>,
    /// Post that owes.
    pub post: Post,
    /// Day 0.
    pub start: Date,
    /// Last day as counted.
    pub nominal: Date,
    /// Last day in law.
    pub legal: Date,
    /// Due instant.
    pub due: Timestamp,
    /// When its next timer falls due.
    pub next_at: Option<Timestamp>,
    /// Running or breached.
    pub state: ClockState,
    /// Days are not counted now.
    pub stopped: bool,
    /// Where the period comes from.
    pub basis: Basis,
    /// Clause.
    pub clause: Option<String>,
}

impl DutyRecord {
    /// With what the columns beside it say, where they say something else.
    #[must_use]
    pub fn listed_as(mut self, unit: Option<String>, due: i64, next_at: Option<i64>) -> Self {
        let at = |seconds| Timestamp::from_second(seconds).unwrap_or(Timestamp::MIN);
        if self.due.as_second() != due {
            self.due = at(due);
        }
        if self.next_at.map(|t| t.as_second()) != next_at {
            self.next_at = next_at.map(at);
        }
        self.unit = unit.map(UnitId);
        self
    }
}

/// A file of a submission. The bytes lie in the file store, by hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttachmentRecord {
    /// The submission.
    pub submission: SubmissionId,
    /// UUIDv7, orders the list.
    pub id: String,
    /// SHA-256 of the bytes as they are read, hex.
    pub hash: String,
    /// Name in the file store; empty for a file stored before files were sealed, which is named by its hash.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub stored: String,
    /// The key of the file, wrapped by the key of its submission.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub key: String,
    /// Name as sent, cleaned.
    pub name: String,
    /// Type found in the bytes.
    pub media_type: String,
    /// Bytes.
    pub size: u64,
    /// `petitioner` or the unit that added it.
    pub by: String,
    /// It belongs to a step the petitioner is told of.
    #[serde(default)]
    pub told: bool,
    /// It shows who somebody is (an agent's authority): read like identity, for a stated purpose only.
    #[serde(default)]
    pub identity: bool,
    /// What the sender chose to say of it: when and where a photograph was taken.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// When.
    pub at: Timestamp,
}

impl AttachmentRecord {
    /// Its name in the file store.
    pub fn on_disk(&self) -> &str {
        if self.stored.is_empty() { &self.hash } else { &self.stored }
    }
}

/// A message to the petitioner, made with the step it tells of. Of a booking the submission is the visit itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageRecord {
    /// UUIDv7.
    pub id: String,
    /// The submission.
    pub submission: SubmissionId,
    /// The matter.
    pub matter: Option<ProceedingId>,
    /// The move or fact it tells of.
    pub about: String,
    /// Chosen way: `sms`, `email`, `letter`, `code_only`.
    pub way: String,
    /// When it was made.
    pub at: Timestamp,
    /// Not sent before this instant; `None`: at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_before: Option<Timestamp>,
    /// The booked time it tells of: it is sent only while that stands, and not after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of_time: Option<Timestamp>,
    /// When a carrier took it; `None` while it waits.
    pub sent_at: Option<Timestamp>,
}

/// Somebody looked at identity, contact or a file; visible to the petitioner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditRecord {
    /// UUIDv7.
    pub id: String,
    /// The submission.
    pub submission: SubmissionId,
    /// Unit of the reader.
    pub unit: UnitId,
    /// Officer id.
    pub officer: String,
    /// What was read.
    pub what: String,
    /// Purpose as stated.
    pub purpose: String,
    /// When.
    pub at: Timestamp,
}
