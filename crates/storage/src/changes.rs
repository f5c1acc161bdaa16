//! What one use case writes: ids, numbers, salts and commitments are already in it (DESIGN decision 2).

use std::collections::BTreeSet;

use huiyin_domain::clock::ClockKind;
use huiyin_domain::ids::{ProceedingId, TenantId, UnitId};
use huiyin_domain::subject::Subject;

use crate::records::{
    AttachmentRecord, AuditRecord, ContentRecord, DutyRecord, EventRecord, ItemRecord, MatterFact, MessageRecord,
    RecordWrite, SubmissionRecord, VaultRecord,
};

/// The version a proceeding must have in the store for the write to stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// It is not there yet.
    New,
    /// It has this version; it will have the next.
    Version(u64),
}

/// A proceeding's snapshot with what lists and search need.
#[derive(Debug, Clone)]
pub struct ProceedingWrite {
    /// The new snapshot; its `version` is set already.
    pub subject: Subject,
    /// What must be there.
    pub expected: Expected,
    /// Units that may read it from now on.
    pub scope: BTreeSet<UnitId>,
    /// Index terms of its text; `None` leaves the text as it is indexed.
    pub terms: Option<String>,
    /// The narrow row of a matter; `None` leaves it as it is.
    pub fact: Option<MatterFact>,
}

/// What is destroyed before the rest of the unit of work is written: words and salts of a matter and, when its letter
/// has no other file left, text, identity, files, messages and readings of the letter. Papers go as records of the same
/// unit of work. Events and commitments stay: they are the tombstone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erase {
    /// The matter.
    pub proceeding: ProceedingId,
    /// Its letter, when nothing else of it is kept, as its tombstone is written; refused when its receipt code was
    /// replaced meanwhile.
    pub letter: Option<SubmissionRecord>,
}

/// One unit of work: written whole or not at all.
#[derive(Debug, Clone)]
pub struct Changes {
    /// The tenant.
    pub tenant: TenantId,
    /// New submissions: one that is lodged, or each of what was asked for at one table.
    pub submissions: Vec<SubmissionRecord>,
    /// A submission that is there already: it gets another receipt code, or what was registered is corrected.
    pub submission_update: Option<SubmissionRecord>,
    /// Its identity.
    pub vaults: Vec<VaultRecord>,
    /// Words.
    pub contents: Vec<ContentRecord>,
    /// Proceedings, new or changed.
    pub proceedings: Vec<ProceedingWrite>,
    /// Events.
    pub events: Vec<EventRecord>,
    /// Files.
    pub attachments: Vec<AttachmentRecord>,
    /// Outgoing messages.
    pub messages: Vec<MessageRecord>,
    /// Readings of identity.
    pub audits: Vec<AuditRecord>,
    /// Numbers of papers that it uses up; refused when somebody else holds one by now.
    pub numbers: Vec<Reserved>,
    /// Narrow rows of matters that have none; one that has a row by now keeps it.
    pub facts: Vec<MatterFact>,
    /// Records with a table of their own.
    pub records: Vec<RecordWrite>,
    /// Small items that must stand or fall with the rest.
    pub items: Vec<ItemRecord>,
    /// What is destroyed first.
    pub erase: Option<Erase>,
    /// Words that are destroyed: by their owner and the serial of the event they came with.
    pub forgotten: Vec<(String, u32)>,
}

/// A number of a series that one unit of work holds until it uses it up or gives it back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reserved {
    /// The series.
    pub series: String,
    /// The number.
    pub n: u64,
    /// Who holds it: nobody else can use it up.
    pub holder: String,
}

impl Changes {
    /// Nothing yet.
    pub fn new(tenant: TenantId) -> Self {
        Self {
            tenant,
            submissions: Vec::new(),
            submission_update: None,
            vaults: Vec::new(),
            contents: Vec::new(),
            proceedings: Vec::new(),
            events: Vec::new(),
            attachments: Vec::new(),
            messages: Vec::new(),
            audits: Vec::new(),
            numbers: Vec::new(),
            facts: Vec::new(),
            records: Vec::new(),
            items: Vec::new(),
            erase: None,
            forgotten: Vec::new(),
        }
    }
}

/// The list a duty's row stands in: a duty of a unit, a right, or the one row of a burst that nobody has touched yet.
pub fn list_of(subject: &Subject, duty: &DutyRecord) -> String {
    match subject.matter().and_then(|m| m.details().burst.as_ref()) {
        _ if duty.unit.is_none() || duty.kind != ClockKind::Duty => "right".to_owned(),
        Some(burst) => burst_list(burst),
        None => DUTIES.to_owned(),
    }
}

/// The list of a burst.
pub fn burst_list(burst: &str) -> String {
    format!("{BURSTS}{burst}")
}

/// The list of duties that stand by themselves.
pub const DUTIES: &str = "duty";
/// What the names of the lists of bursts begin with.
pub const BURSTS: &str = "burst:";
/// What comes right after all of them in the order of a key.
pub const AFTER_BURSTS: &str = "burst;";
/// Bursts that are looked at: more than there are names (`huiyin_app::duties::name_burst`).
pub const MANY_BURSTS: usize = 200;

/// The rows of a proceeding's clocks that are owed or open and being counted.
pub fn duty_rows(subject: &Subject) -> Vec<DutyRecord> {
    subject
        .clocks
        .iter()
        .filter(|c| c.is_owed() && !c.is_stopped())
        .map(|c| DutyRecord {
            proceeding: subject.id.clone(),
            of: subject.kind,
            n: c.n,
            number: subject.number.clone(),
            // What an accusation says stands in no list.
            title: subject.matter().map_or(subject.title.as_str(), |m| m.list_title().unwrap_or_default()).to_owned(),
            place: subject.matter().filter(|m| m.list_title().is_some()).and_then(|m| m.details().place_name.clone()),
            pack: subject.pack.0.clone(),
            rule: c.rule.clone(),
            kind: c.kind,
            unit: c.bound.unit.clone(),
            post: c.bound.post,
            start: c.start,
            nominal: c.nominal,
            legal: c.legal,
            due: c.due,
            next_at: c.next_at,
            state: c.state(),
            stopped: c.is_stopped(),
            basis: c.basis,
            clause: c.clause.clone(),
        })
        .collect()
}
