//! The embedded store: one SQLite file (WAL, synchronous=FULL), one writer thread with group commit, a few readers.
//!
//! The writer takes one command, drains what waits (at most 64), runs each in a savepoint, commits once and
//! then answers all (STACK.md). SQL lives here and in `storage-postgres` only.

pub mod baseline;
mod migrate;
mod read;
mod write;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use huiyin_domain::ids::{MatterId, SubmissionId, TenantId};
use huiyin_domain::matter::Matter;
use huiyin_storage::{
    AttachmentRecord, AuditRecord, Changes, ContentRecord, DutyCounts, DutyQuery, DutyRecord, EventRecord, FileUse, ItemKind, ItemRecord, ListQuery,
    MessageRecord, Page, SearchQuery, Store, StoreError, SubmissionRecord, VaultRecord,
};
use jiff::Timestamp;
use rusqlite::Connection;

use crate::write::Prepared;
use crate::writer::{Command, Writer};

/// How long a statement waits for another process that writes.
const BUSY: Duration = Duration::from_secs(10);
/// Readers kept open.
const READERS: usize = 4;

/// A store in one SQLite file.
#[derive(Debug, Clone)]
pub struct SqliteStore {
    path: PathBuf,
    writer: Arc<Writer>,
    readers: Arc<Mutex<Vec<Connection>>>,
}

impl SqliteStore {
    /// Opens the file, making it when it is not there, and brings its schema up to date.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the file cannot be opened or is not a database of ours.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let mut connection = connect(path)?;
        migrate::run(&mut connection)?;
        Ok(Self { path: path.to_owned(), writer: Arc::new(Writer::start(connection)?), readers: Arc::new(Mutex::new(Vec::new())) })
    }

    async fn read<T: Send + 'static>(&self, job: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static) -> Result<T, StoreError> {
        let (readers, path) = (Arc::clone(&self.readers), self.path.clone());
        let work = move || {
            let kept = readers.lock().ok().and_then(|mut all| all.pop());
            let connection = kept.map_or_else(|| connect(&path), Ok)?;
            let result = job(&connection);
            if let Ok(mut all) = readers.lock()
                && all.len() < READERS
            {
                all.push(connection);
            }
            result
        };
        tokio::task::spawn_blocking(work).await.map_err(StoreError::unavailable)?
    }
}

fn connect(path: &Path) -> Result<Connection, StoreError> {
    let connection = Connection::open(path).map_err(fault)?;
    connection.busy_timeout(BUSY).map_err(fault)?;
    connection.set_prepared_statement_cache_capacity(64);
    connection.execute_batch("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA temp_store=MEMORY; PRAGMA cache_size=-8000;").map_err(fault)?;
    Ok(connection)
}

/// A driver's error as the seam knows it.
fn fault(error: rusqlite::Error) -> StoreError {
    match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::DatabaseBusy | rusqlite::ErrorCode::DatabaseLocked) => StoreError::Busy,
        _ => StoreError::unavailable(error),
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn commit(&self, changes: Changes) -> Result<(), StoreError> {
        let prepared = Box::new(Prepared::new(changes)?);
        self.writer.send(|reply| Command::Commit(prepared, reply)).await
    }

    async fn matter(&self, tenant: &TenantId, id: &MatterId) -> Result<Option<Matter>, StoreError> {
        let (tenant, id) = (tenant.0.clone(), id.0.clone());
        self.read(move |c| read::one(c, "matter", "SELECT doc FROM matter WHERE tenant=?1 AND id=?2", &[&tenant, &id])).await
    }

    async fn matter_by_number(&self, tenant: &TenantId, number: &str) -> Result<Option<Matter>, StoreError> {
        let (tenant, number) = (tenant.0.clone(), number.to_owned());
        self.read(move |c| read::one(c, "matter", "SELECT doc FROM matter WHERE tenant=?1 AND number=?2", &[&tenant, &number])).await
    }

    async fn matters_of(&self, tenant: &TenantId, submission: &SubmissionId) -> Result<Vec<Matter>, StoreError> {
        let (tenant, id) = (tenant.0.clone(), submission.0.clone());
        self.read(move |c| read::many(c, "matter", "SELECT doc FROM matter WHERE tenant=?1 AND submission=?2 ORDER BY part", &[&tenant, &id])).await
    }

    async fn list(&self, query: &ListQuery) -> Result<Page<Matter>, StoreError> {
        let query = query.clone();
        self.read(move |c| read::list(c, &query)).await
    }

    async fn search(&self, query: &SearchQuery) -> Result<Page<Matter>, StoreError> {
        let query = query.clone();
        self.read(move |c| read::search(c, &query)).await
    }

    async fn submission(&self, tenant: &TenantId, id: &SubmissionId) -> Result<Option<SubmissionRecord>, StoreError> {
        let (tenant, id) = (tenant.0.clone(), id.0.clone());
        self.read(move |c| read::one(c, "submission", "SELECT doc FROM submission WHERE tenant=?1 AND id=?2", &[&tenant, &id])).await
    }

    async fn submission_by_receipt(&self, tenant: &TenantId, hash: &str) -> Result<Option<SubmissionRecord>, StoreError> {
        let (tenant, hash) = (tenant.0.clone(), hash.to_owned());
        self.read(move |c| read::one(c, "submission", "SELECT doc FROM submission WHERE tenant=?1 AND receipt=?2", &[&tenant, &hash])).await
    }

    async fn submission_by_origin(&self, tenant: &TenantId, origin: &str) -> Result<Option<SubmissionRecord>, StoreError> {
        let (tenant, origin) = (tenant.0.clone(), origin.to_owned());
        self.read(move |c| read::one(c, "submission", "SELECT doc FROM submission WHERE tenant=?1 AND origin=?2", &[&tenant, &origin])).await
    }

    async fn contents(&self, tenant: &TenantId, owner: &str) -> Result<Vec<ContentRecord>, StoreError> {
        let (tenant, owner) = (tenant.0.clone(), owner.to_owned());
        self.read(move |c| read::many(c, "content", "SELECT doc FROM content WHERE tenant=?1 AND owner=?2 ORDER BY n", &[&tenant, &owner])).await
    }

    async fn vault(&self, tenant: &TenantId, submission: &SubmissionId) -> Result<Option<VaultRecord>, StoreError> {
        let (tenant, id) = (tenant.0.clone(), submission.0.clone());
        self.read(move |c| read::one(c, "vault", "SELECT doc FROM vault WHERE tenant=?1 AND submission=?2", &[&tenant, &id])).await
    }

    async fn events(&self, tenant: &TenantId, matter: &MatterId) -> Result<Vec<EventRecord>, StoreError> {
        let (tenant, id) = (tenant.0.clone(), matter.0.clone());
        self.read(move |c| read::many(c, "event", "SELECT doc FROM event WHERE tenant=?1 AND matter=?2 ORDER BY n", &[&tenant, &id])).await
    }

    async fn attachments(&self, tenant: &TenantId, submission: &SubmissionId) -> Result<Vec<AttachmentRecord>, StoreError> {
        let (tenant, id) = (tenant.0.clone(), submission.0.clone());
        self.read(move |c| read::many(c, "attachment", "SELECT doc FROM attachment WHERE tenant=?1 AND submission=?2 ORDER BY id", &[&tenant, &id])).await
    }

    async fn messages(&self, tenant: &TenantId, submission: &SubmissionId) -> Result<Vec<MessageRecord>, StoreError> {
        let (tenant, id) = (tenant.0.clone(), submission.0.clone());
        self.read(move |c| read::many(c, "message", "SELECT doc FROM message WHERE tenant=?1 AND submission=?2 ORDER BY id", &[&tenant, &id])).await
    }

    async fn audits(&self, tenant: &TenantId, submission: &SubmissionId) -> Result<Vec<AuditRecord>, StoreError> {
        let (tenant, id) = (tenant.0.clone(), submission.0.clone());
        self.read(move |c| read::many(c, "audit", "SELECT doc FROM audit WHERE tenant=?1 AND submission=?2 ORDER BY id", &[&tenant, &id])).await
    }

    async fn duties(&self, query: &DutyQuery) -> Result<Page<DutyRecord>, StoreError> {
        let query = query.clone();
        self.read(move |c| read::duties(c, &query)).await
    }

    async fn duty_counts(&self, query: &DutyQuery) -> Result<DutyCounts, StoreError> {
        let query = query.clone();
        self.read(move |c| read::duty_counts(c, &query)).await
    }

    async fn due_timers(&self, tenant: &TenantId, now: Timestamp, limit: u32) -> Result<Vec<MatterId>, StoreError> {
        let tenant = tenant.0.clone();
        self.read(move |c| read::due_timers(c, &tenant, now, limit)).await
    }

    async fn next_timer(&self, tenant: &TenantId, after: Timestamp) -> Result<Option<Timestamp>, StoreError> {
        let tenant = tenant.0.clone();
        self.read(move |c| read::next_timer(c, &tenant, after)).await
    }

    async fn item(&self, tenant: &TenantId, kind: ItemKind, key: &str, now: Timestamp) -> Result<Option<ItemRecord>, StoreError> {
        let (tenant, key) = (tenant.0.clone(), key.to_owned());
        self.read(move |c| read::item(c, &tenant, kind, &key, now)).await
    }

    async fn items(&self, tenant: &TenantId, kind: ItemKind, prefix: &str, after: &str, limit: u32) -> Result<Vec<ItemRecord>, StoreError> {
        let (tenant, prefix, after) = (tenant.0.clone(), prefix.to_owned(), after.to_owned());
        self.read(move |c| read::items(c, &tenant, kind, &prefix, &after, limit)).await
    }

    async fn put_items(&self, tenant: &TenantId, items: Vec<ItemRecord>) -> Result<(), StoreError> {
        let mut changes = Changes::new(tenant.clone());
        changes.items = items;
        self.commit(changes).await
    }

    async fn remove_item(&self, tenant: &TenantId, kind: ItemKind, key: &str) -> Result<(), StoreError> {
        let (tenant, key) = (tenant.0.clone(), key.to_owned());
        self.writer.send(|reply| Command::Remove(tenant, kind, key, reply)).await
    }

    async fn sweep_items(&self, tenant: &TenantId, now: Timestamp) -> Result<u64, StoreError> {
        let tenant = tenant.0.clone();
        self.writer.send(|reply| Command::Sweep(tenant, now, reply)).await
    }

    async fn lease(&self, tenant: &TenantId, name: &str, count: u32) -> Result<u64, StoreError> {
        let (tenant, name) = (tenant.0.clone(), name.to_owned());
        self.writer.send(|reply| Command::Lease(tenant, name, count, reply)).await
    }

    async fn uses_file(&self, hash: &str) -> Result<FileUse, StoreError> {
        let hash = hash.to_owned();
        self.read(move |c| read::uses_file(c, &hash)).await
    }

    fn backend(&self) -> &'static str {
        "sqlite"
    }

    async fn ready(&self) -> Result<(), StoreError> {
        self.writer.send(Command::Ready).await
    }
}
