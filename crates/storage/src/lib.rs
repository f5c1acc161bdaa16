//! The storage seam: one object-safe trait, plain records, and a conformance suite that both backends pass.
//!
//! All writing goes through [`Store::commit`]: expected version, snapshot, events, duties, records, search index and
//! outgoing messages in one transaction. Beside it stand only mechanical writes: small items (sign-in state,
//! drafts, throttles) and leases on number blocks. There is no SQL here.

#![warn(missing_docs)]

mod changes;
pub mod conformance;
mod error;
pub mod migrations;
mod query;
mod records;
pub mod terms;

pub use changes::{
    AFTER_BURSTS, BURSTS, Changes, DUTIES, Erase, Expected, MANY_BURSTS, ProceedingWrite, Reserved, burst_list,
    duty_rows, list_of,
};
pub use error::StoreError;
pub use query::{
    Burst, COUNTED, Cursor, DutyCounts, DutyQuery, DutySlice, DutyWindow, FileUse, ListQuery, Page, SearchQuery,
    Visibility, behind,
};
pub use records::{
    AttachmentRecord, AuditRecord, ContentRecord, DutyRecord, EventRecord, FactQuery, FactRange, Identity,
    IdentityCorrection, ItemKind, ItemRecord, KeyPart, MatterFact, MessageRecord, NewCode, Record, RecordChange,
    RecordKey, RecordQuery, RecordWrite, SubmissionRecord, Table, ToKeyText, VaultRecord, Wanted,
};

use std::path::Path;

use async_trait::async_trait;
use huiyin_domain::ids::{ProceedingId, SubmissionId, TenantId};
use huiyin_domain::kind::ProceedingKind;
use huiyin_domain::matter::Matter;
use huiyin_domain::subject::Subject;
use jiff::Timestamp;

/// Everything the program keeps. Each read is for one view; each method names what it returns when nothing is there.
///
/// # Errors
/// Every method returns [`StoreError`]; `Busy` and `ChangedMeanwhile` mean that nothing was changed and the call may be
/// repeated.
#[async_trait]
pub trait Store: Send + Sync + std::fmt::Debug {
    /// Writes everything or nothing. `ChangedMeanwhile` when a proceeding's version is not the expected one;
    /// `AlreadyThere` when the form, the source row or the receipt code of the submission is known.
    async fn commit(&self, changes: Changes) -> Result<(), StoreError>;

    /// A proceeding by id; `None` when there is none.
    async fn proceeding(&self, tenant: &TenantId, id: &ProceedingId) -> Result<Option<Subject>, StoreError>;
    /// A proceeding by its number, of a matter with the part.
    async fn proceeding_by_number(&self, tenant: &TenantId, number: &str) -> Result<Option<Subject>, StoreError>;
    /// A matter by id; `None` when there is none.
    async fn matter(&self, tenant: &TenantId, id: &ProceedingId) -> Result<Option<Matter>, StoreError> {
        Ok(self.proceeding(tenant, id).await?.and_then(Subject::into_matter))
    }
    /// A matter by its number with the part.
    async fn matter_by_number(&self, tenant: &TenantId, number: &str) -> Result<Option<Matter>, StoreError> {
        Ok(self.proceeding_by_number(tenant, number).await?.and_then(Subject::into_matter))
    }
    /// All matters of a submission, by part.
    async fn matters_of(&self, tenant: &TenantId, submission: &SubmissionId) -> Result<Vec<Matter>, StoreError>;
    /// Proceedings of a kind a reader may see, newest first.
    async fn list(&self, query: &ListQuery) -> Result<Page<Subject>, StoreError>;
    /// Proceedings of a kind by id, after `after`: for an operator's walk over all of them. No reader's rights narrow
    /// it.
    async fn scan(
        &self,
        tenant: &TenantId,
        kind: ProceedingKind,
        after: &str,
        limit: u32,
    ) -> Result<Page<Subject>, StoreError>;
    /// Narrow rows of matters, in the order of the range.
    async fn matter_facts(&self, query: &FactQuery) -> Result<Vec<MatterFact>, StoreError>;
    /// Matters behind `after` that have no narrow row, since a program from before it wrote them; at most `limit`.
    async fn without_facts(
        &self,
        tenant: &TenantId,
        after: &ProceedingId,
        limit: u32,
    ) -> Result<Vec<ProceedingId>, StoreError>;
    /// Proceedings of a kind whose text matches, within the reader's rights, newest first.
    async fn search(&self, query: &SearchQuery) -> Result<Page<Subject>, StoreError>;

    /// A submission by id.
    async fn submission(&self, tenant: &TenantId, id: &SubmissionId) -> Result<Option<SubmissionRecord>, StoreError>;
    /// A submission by the keyed hash of its receipt code.
    async fn submission_by_receipt(
        &self,
        tenant: &TenantId,
        hash: &str,
    ) -> Result<Option<SubmissionRecord>, StoreError>;
    /// A submission by the hash of the form it was sent with, or the key of the row it was imported from.
    async fn submission_by_origin(
        &self,
        tenant: &TenantId,
        origin: &str,
    ) -> Result<Option<SubmissionRecord>, StoreError>;
    /// The texts of a submission (n = 0) or of a matter's events (n = event), in order.
    async fn contents(&self, tenant: &TenantId, owner: &str) -> Result<Vec<ContentRecord>, StoreError>;
    /// Identity and contact of one submission. The caller records the purpose first.
    async fn vault(&self, tenant: &TenantId, submission: &SubmissionId) -> Result<Option<VaultRecord>, StoreError>;
    /// Rows of the vault by submission, after `after`: for sealing them anew.
    async fn vaults(&self, tenant: &TenantId, after: &str, limit: u32) -> Result<Vec<VaultRecord>, StoreError>;
    /// The record of a proceeding, in order.
    async fn events(&self, tenant: &TenantId, proceeding: &ProceedingId) -> Result<Vec<EventRecord>, StoreError>;
    /// Files of a submission and its matters, in order.
    async fn attachments(
        &self,
        tenant: &TenantId,
        submission: &SubmissionId,
    ) -> Result<Vec<AttachmentRecord>, StoreError>;
    /// Outgoing messages of a submission, in order.
    async fn messages(&self, tenant: &TenantId, submission: &SubmissionId) -> Result<Vec<MessageRecord>, StoreError>;
    /// Who has looked at identity or contact, in order.
    async fn audits(&self, tenant: &TenantId, submission: &SubmissionId) -> Result<Vec<AuditRecord>, StoreError>;

    /// Duties of a unit's posts by due time.
    async fn duties(&self, query: &DutyQuery) -> Result<Page<DutyRecord>, StoreError>;
    /// The rows of one proceeding's duties, in any order.
    async fn duties_of(
        &self,
        tenant: &TenantId,
        proceeding: &ProceedingId,
    ) -> Result<Vec<(DutyRecord, String)>, StoreError>;
    /// The bursts in which the unit, or posts of it, owes something, in the order of their names, at most
    /// [`MANY_BURSTS`].
    async fn bursts(&self, query: &DutyQuery) -> Result<Vec<Burst>, StoreError>;
    /// Several reads of duties in one: for each how many there are and the first rows, as many as its `limit`.
    async fn duty_slices(&self, slices: &[DutyQuery]) -> Result<Vec<DutySlice>, StoreError>;
    /// How many there are in each window.
    async fn duty_counts(&self, query: &DutyQuery) -> Result<DutyCounts, StoreError> {
        let slices = DutyCounts::WINDOWS.map(|window| DutyQuery { window, after: None, limit: 0, ..query.clone() });
        Ok(DutyCounts::from_slices(&self.duty_slices(&slices).await?))
    }
    /// Proceedings with a timer due at or before `now`, most overdue first.
    async fn due_timers(&self, tenant: &TenantId, now: Timestamp, limit: u32) -> Result<Vec<ProceedingId>, StoreError>;
    /// Sets the timers of a proceeding aside that is not there, so that no sweep works them again and again; they stay
    /// for whoever looks.
    async fn set_aside(&self, tenant: &TenantId, proceeding: &ProceedingId) -> Result<(), StoreError>;
    /// Proceedings that have duties and are not there, at most `limit`.
    async fn orphans(&self, tenant: &TenantId, limit: u32) -> Result<Vec<ProceedingId>, StoreError>;
    /// When the next timer falls due; `None` when none is set.
    async fn next_timer(&self, tenant: &TenantId, after: Timestamp) -> Result<Option<Timestamp>, StoreError>;

    /// A record as JSON, by its key behind the tenant; `None` when there is none.
    async fn record(&self, tenant: &TenantId, table: Table, key: &[String]) -> Result<Option<String>, StoreError>;
    /// Records as keys and JSON, in the order of keys.
    async fn records(&self, query: &RecordQuery) -> Result<Vec<(Vec<String>, String)>, StoreError>;

    /// A small item; `None` when it is missing or past its time.
    async fn item(
        &self,
        tenant: &TenantId,
        kind: ItemKind,
        key: &str,
        now: Timestamp,
    ) -> Result<Option<ItemRecord>, StoreError>;
    /// Items of a kind whose key begins with `prefix`, by key, after `after`.
    async fn items(
        &self,
        tenant: &TenantId,
        kind: ItemKind,
        prefix: &str,
        after: &str,
        limit: u32,
    ) -> Result<Vec<ItemRecord>, StoreError>;
    /// Writes items, all or none. An item whose `only_new` is set is refused with `AlreadyThere` when its key is taken.
    async fn put_items(&self, tenant: &TenantId, items: Vec<ItemRecord>) -> Result<(), StoreError>;
    /// Removes an item; it is no error when there is none.
    async fn remove_item(&self, tenant: &TenantId, kind: ItemKind, key: &str) -> Result<(), StoreError>;
    /// Removes items past their time.
    async fn sweep_items(&self, tenant: &TenantId, now: Timestamp) -> Result<u64, StoreError>;
    /// Leases a block of serials: the first of `count`. Gaps are allowed, repeats are not.
    async fn lease(&self, tenant: &TenantId, name: &str, count: u32) -> Result<u64, StoreError>;
    /// Reserves the lowest number of a series that nobody holds: one that was given back or was held past its time,
    /// else the next. [`Changes::numbers`] uses it up, so that no number is left out and none is given twice.
    async fn reserve(
        &self,
        tenant: &TenantId,
        series: &str,
        holder: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Reserved, StoreError>;
    /// Gives back numbers that are not used.
    async fn give_back(&self, tenant: &TenantId, numbers: Vec<Reserved>) -> Result<(), StoreError>;

    /// What a file, by hash, belongs to. It looks at all of them: only for destruction.
    async fn uses_file(&self, hash: &str) -> Result<FileUse, StoreError>;

    /// Which backend this is: `sqlite` or `postgres`.
    fn backend(&self) -> &'static str;
    /// Writes a whole copy as of one instant to a path where nothing is, while others write; `false` where the store
    /// has its own program for that.
    async fn copy_to(&self, path: &Path) -> Result<bool, StoreError>;
    /// Brings everything into the main file before the end, where the store has one.
    async fn checkpoint(&self) -> Result<(), StoreError>;
    /// Answers when the store can be written: it writes.
    async fn ready(&self) -> Result<(), StoreError>;
}
