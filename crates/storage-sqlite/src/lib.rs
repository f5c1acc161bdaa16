//! The embedded store: one SQLite file (WAL, synchronous=FULL), one writer thread with group commit, a few readers.
//!
//! The writer takes one command, drains what waits (at most 64), runs each in a savepoint, commits once and
//! then answers all (STACK.md). SQL lives here and in `storage-postgres` only.

pub mod baseline;
mod copy;
mod migrate;
mod read;
mod write;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use huiyin_domain::ids::{ProceedingId, SubmissionId, TenantId};
use huiyin_domain::kind::ProceedingKind;
use huiyin_domain::matter::Matter;
use huiyin_domain::subject::Subject;
use huiyin_storage::{
    AttachmentRecord, AuditRecord, Burst, Changes, ContentRecord, DutyQuery, DutyRecord, DutySlice, EventRecord,
    FactQuery, FileUse, ItemKind, ItemRecord, ListQuery, MatterFact, MessageRecord, Page, RecordQuery, Reserved,
    SearchQuery, Store, StoreError, SubmissionRecord, Table, VaultRecord,
};
use jiff::Timestamp;
use rusqlite::{Connection, InterruptHandle, OpenFlags};
use tokio::sync::Semaphore;

pub use copy::{Contents, inspect};

use crate::write::Prepared;
use crate::writer::{Command, Writer};

/// How long a statement waits for another process that writes.
const BUSY: Duration = Duration::from_secs(10);
/// Readers at once.
const READERS: usize = 4;
/// How long a read waits for its turn.
const TURN: Duration = Duration::from_secs(20);

/// A store in one SQLite file.
#[derive(Debug, Clone)]
pub struct SqliteStore {
    path: PathBuf,
    writer: Arc<Writer>,
    readers: Arc<Mutex<Vec<Connection>>>,
    turns: Arc<Semaphore>,
    reads: Arc<AtomicU64>,
}

impl SqliteStore {
    /// Opens the file, making it when it is not there, and brings its schema up to date.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the file cannot be opened or is not a database of ours.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        only_owner(path).map_err(StoreError::unavailable)?;
        let mut connection = connect(path)?;
        migrate::migrate(&mut connection)?;
        Ok(Self {
            path: path.to_owned(),
            writer: Arc::new(Writer::start(connection)?),
            readers: Arc::default(),
            turns: Arc::new(Semaphore::new(READERS)),
            reads: Arc::default(),
        })
    }

    /// Reads of the database since it was opened: what one page or one answer costs is the difference.
    pub fn reads(&self) -> u64 {
        self.reads.load(Ordering::Relaxed)
    }

    /// Commands the writer was given since it was opened.
    pub fn writes(&self) -> u64 {
        self.writer.given()
    }

    /// Runs a job on a connection of its own, beside readers and writer.
    async fn beside(
        &self,
        job: impl FnOnce(&Connection) -> Result<(), StoreError> + Send + 'static,
    ) -> Result<(), StoreError> {
        let path = self.path.clone();
        tokio::task::spawn_blocking(move || job(&connect(&path)?)).await.map_err(StoreError::unavailable)?
    }

    /// Runs a read. At most [`READERS`] run at once; the others wait their turn, and a read that nobody waits for any
    /// more is interrupted.
    async fn read<T: Send + 'static>(
        &self,
        job: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        let turn = tokio::time::timeout(TURN, Arc::clone(&self.turns).acquire_owned())
            .await
            .map_err(|_| StoreError::Busy)?
            .map_err(StoreError::unavailable)?;
        let (readers, path) = (Arc::clone(&self.readers), self.path.clone());
        let running = Running::default();
        let at_work = running.0.clone();
        let work = move || {
            let _turn = turn;
            let kept = readers.lock().ok().and_then(|mut all| all.pop());
            let connection = kept.map_or_else(|| connect(&path), Ok)?;
            if let Ok(mut handle) = at_work.lock() {
                *handle = Some(connection.get_interrupt_handle());
            }
            let result = job(&connection);
            // From here on nothing interrupts it: the next job may have the connection.
            if let Ok(mut handle) = at_work.lock() {
                *handle = None;
            }
            if let Ok(mut all) = readers.lock() {
                all.push(connection);
            }
            result
        };
        let done = tokio::task::spawn_blocking(work).await.map_err(StoreError::unavailable);
        drop(running);
        done?
    }
}

/// A read that somebody waits for. Dropped before its end, it interrupts the statement.
#[derive(Default)]
struct Running(Arc<Mutex<Option<InterruptHandle>>>);

impl Drop for Running {
    fn drop(&mut self) {
        if let Ok(handle) = self.0.lock()
            && let Some(handle) = handle.as_ref()
        {
            handle.interrupt();
        }
    }
}

/// Makes the file for its owner alone before anything is in it; what SQLite lays beside it takes after it. A disk that
/// can only be read leaves it as it is.
fn only_owner(path: &Path) -> std::io::Result<()> {
    match make_only_owner(path) {
        Err(error) if error.kind() == std::io::ErrorKind::ReadOnlyFilesystem && path.exists() => Ok(()),
        other => other,
    }
}

fn make_only_owner(path: &Path) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
        options.mode(0o600).open(path)?.set_permissions(std::fs::Permissions::from_mode(0o600))
    }
    #[cfg(not(unix))]
    options.open(path).map(drop)
}

fn connect(path: &Path) -> Result<Connection, StoreError> {
    prepare(Connection::open(path).map_err(fault)?)
        .or_else(|error| if is_only_read(path) { read_only(path) } else { Err(error) })
}

/// Whether the file lies on a disk that can only be read, and nothing of it lies in a log beside it.
fn is_only_read(path: &Path) -> bool {
    let log = std::path::PathBuf::from(format!("{}-wal", path.display()));
    let opened = std::fs::OpenOptions::new().append(true).open(path);
    opened.is_err_and(|e| e.kind() == std::io::ErrorKind::ReadOnlyFilesystem) && !log.exists()
}

/// What cannot change needs no log beside it.
fn read_only(path: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
    let escaped = path.display().to_string().replace('%', "%25").replace('?', "%3f").replace('#', "%23");
    let connection = Connection::open_with_flags(format!("file:{escaped}?immutable=1"), flags).map_err(fault)?;
    connection.set_prepared_statement_cache_capacity(128);
    Ok(connection)
}

fn prepare(connection: Connection) -> Result<Connection, StoreError> {
    connection.busy_timeout(BUSY).map_err(fault)?;
    connection.set_prepared_statement_cache_capacity(128);
    connection
        .execute_batch("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA temp_store=MEMORY; PRAGMA cache_size=-8000; PRAGMA secure_delete=ON; PRAGMA journal_size_limit=67108864; PRAGMA analysis_limit=400;")
        .map_err(fault)?;
    Ok(connection)
}

/// A driver's error as the seam knows it.
fn fault(error: rusqlite::Error) -> StoreError {
    match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::DatabaseBusy | rusqlite::ErrorCode::DatabaseLocked) => StoreError::Busy,
        Some(rusqlite::ErrorCode::DiskFull | rusqlite::ErrorCode::ReadOnly | rusqlite::ErrorCode::SystemIoFailure) => {
            StoreError::CannotWrite(error.into())
        }
        _ => StoreError::unavailable(error),
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn commit(&self, changes: Changes) -> Result<(), StoreError> {
        let prepared = Box::new(Prepared::new(changes)?);
        self.writer.send(|reply| Command::Commit(prepared, reply)).await
    }

    async fn proceeding(&self, tenant: &TenantId, id: &ProceedingId) -> Result<Option<Subject>, StoreError> {
        let (tenant, id) = (tenant.0.clone(), id.0.clone());
        let sql = "SELECT kind, doc FROM proceeding WHERE tenant=?1 AND id=?2";
        Ok(self.read(move |c| read::subjects(c, sql, &[&tenant, &id])).await?.pop())
    }

    async fn proceeding_by_number(&self, tenant: &TenantId, number: &str) -> Result<Option<Subject>, StoreError> {
        let (tenant, number) = (tenant.0.clone(), number.to_owned());
        let sql = "SELECT kind, doc FROM proceeding WHERE tenant=?1 AND number=?2";
        Ok(self.read(move |c| read::subjects(c, sql, &[&tenant, &number])).await?.pop())
    }

    async fn matters_of(&self, tenant: &TenantId, submission: &SubmissionId) -> Result<Vec<Matter>, StoreError> {
        let (tenant, id) = (tenant.0.clone(), submission.0.clone());
        let sql = "SELECT kind, doc FROM proceeding WHERE tenant=?1 AND submission=?2 ORDER BY part";
        let found = self.read(move |c| read::subjects(c, sql, &[&tenant, &id])).await?;
        Ok(found.into_iter().filter_map(Subject::into_matter).collect())
    }

    async fn list(&self, query: &ListQuery) -> Result<Page<Subject>, StoreError> {
        let query = query.clone();
        self.read(move |c| read::list(c, &query)).await
    }

    async fn search(&self, query: &SearchQuery) -> Result<Page<Subject>, StoreError> {
        let query = query.clone();
        self.read(move |c| read::search(c, &query)).await
    }

    async fn submission(&self, tenant: &TenantId, id: &SubmissionId) -> Result<Option<SubmissionRecord>, StoreError> {
        let (tenant, id) = (tenant.0.clone(), id.0.clone());
        self.read(move |c| {
            read::query_document(
                c,
                "submission",
                "SELECT doc FROM submission WHERE tenant=?1 AND id=?2",
                &[&tenant, &id],
            )
        })
        .await
    }

    async fn submission_by_receipt(
        &self,
        tenant: &TenantId,
        hash: &str,
    ) -> Result<Option<SubmissionRecord>, StoreError> {
        let (tenant, hash) = (tenant.0.clone(), hash.to_owned());
        self.read(move |c| {
            read::query_document(
                c,
                "submission",
                "SELECT doc FROM submission WHERE tenant=?1 AND receipt=?2",
                &[&tenant, &hash],
            )
        })
        .await
    }

    async fn submission_by_origin(
        &self,
        tenant: &TenantId,
        origin: &str,
    ) -> Result<Option<SubmissionRecord>, StoreError> {
        let (tenant, origin) = (tenant.0.clone(), origin.to_owned());
        self.read(move |c| {
            read::query_document(
                c,
                "submission",
                "SELECT doc FROM submission WHERE tenant=?1 AND origin=?2",
                &[&tenant, &origin],
            )
        })
        .await
    }

    async fn contents(&self, tenant: &TenantId, owner: &str) -> Result<Vec<ContentRecord>, StoreError> {
        let (tenant, owner) = (tenant.0.clone(), owner.to_owned());
        self.read(move |c| {
            read::many(
                c,
                "content",
                "SELECT doc FROM content WHERE tenant=?1 AND owner=?2 ORDER BY n",
                &[&tenant, &owner],
            )
        })
        .await
    }

    async fn vault(&self, tenant: &TenantId, submission: &SubmissionId) -> Result<Option<VaultRecord>, StoreError> {
        let (tenant, id) = (tenant.0.clone(), submission.0.clone());
        self.read(move |c| {
            read::query_document(c, "vault", "SELECT doc FROM vault WHERE tenant=?1 AND submission=?2", &[&tenant, &id])
        })
        .await
    }

    async fn vaults(&self, tenant: &TenantId, after: &str, limit: u32) -> Result<Vec<VaultRecord>, StoreError> {
        let (tenant, after) = (tenant.0.clone(), after.to_owned());
        let sql = "SELECT doc FROM vault WHERE tenant=?1 AND submission>?2 ORDER BY submission LIMIT ?3";
        self.read(move |c| read::many(c, "vault", sql, &[&tenant, &after, &limit])).await
    }

    async fn events(&self, tenant: &TenantId, proceeding: &ProceedingId) -> Result<Vec<EventRecord>, StoreError> {
        let (tenant, id) = (tenant.0.clone(), proceeding.0.clone());
        self.read(move |c| {
            read::many(
                c,
                "event",
                "SELECT doc FROM event WHERE tenant=?1 AND proceeding=?2 ORDER BY n",
                &[&tenant, &id],
            )
        })
        .await
    }

    async fn attachments(
        &self,
        tenant: &TenantId,
        submission: &SubmissionId,
    ) -> Result<Vec<AttachmentRecord>, StoreError> {
        let (tenant, id) = (tenant.0.clone(), submission.0.clone());
        self.read(move |c| {
            read::many(
                c,
                "attachment",
                "SELECT doc FROM attachment WHERE tenant=?1 AND submission=?2 ORDER BY id",
                &[&tenant, &id],
            )
        })
        .await
    }

    async fn messages(&self, tenant: &TenantId, submission: &SubmissionId) -> Result<Vec<MessageRecord>, StoreError> {
        let (tenant, id) = (tenant.0.clone(), submission.0.clone());
        self.read(move |c| {
            read::many(
                c,
                "message",
                "SELECT doc FROM message WHERE tenant=?1 AND submission=?2 ORDER BY id",
                &[&tenant, &id],
            )
        })
        .await
    }

    async fn audits(&self, tenant: &TenantId, submission: &SubmissionId) -> Result<Vec<AuditRecord>, StoreError> {
        let (tenant, id) = (tenant.0.clone(), submission.0.clone());
        self.read(move |c| {
            read::many(
                c,
                "audit",
                "SELECT doc FROM audit WHERE tenant=?1 AND submission=?2 ORDER BY id",
                &[&tenant, &id],
            )
        })
        .await
    }

    async fn duties(&self, query: &DutyQuery) -> Result<Page<DutyRecord>, StoreError> {
        let query = query.clone();
        self.read(move |c| read::duties(c, &query)).await
    }

    async fn duties_of(
        &self,
        tenant: &TenantId,
        proceeding: &ProceedingId,
    ) -> Result<Vec<(DutyRecord, String)>, StoreError> {
        let (tenant, id) = (tenant.0.clone(), proceeding.0.clone());
        self.read(move |c| read::duties_of(c, &tenant, &id)).await
    }

    async fn duty_slices(&self, slices: &[DutyQuery]) -> Result<Vec<DutySlice>, StoreError> {
        if slices.is_empty() {
            return Ok(Vec::new());
        }
        let slices = slices.to_vec();
        self.read(move |c| read::duty_slices(c, &slices)).await
    }

    async fn bursts(&self, query: &DutyQuery) -> Result<Vec<Burst>, StoreError> {
        let query = query.clone();
        self.read(move |c| read::bursts(c, &query)).await
    }

    async fn due_timers(&self, tenant: &TenantId, now: Timestamp, limit: u32) -> Result<Vec<ProceedingId>, StoreError> {
        let tenant = tenant.0.clone();
        self.read(move |c| read::due_timers(c, &tenant, now, limit)).await
    }

    async fn set_aside(&self, tenant: &TenantId, proceeding: &ProceedingId) -> Result<(), StoreError> {
        let (tenant, proceeding) = (tenant.0.clone(), proceeding.0.clone());
        self.writer.send(|reply| Command::SetAside(tenant, proceeding, reply)).await
    }

    async fn orphans(&self, tenant: &TenantId, limit: u32) -> Result<Vec<ProceedingId>, StoreError> {
        let tenant = tenant.0.clone();
        self.read(move |c| read::orphans(c, &tenant, limit)).await
    }

    async fn next_timer(&self, tenant: &TenantId, after: Timestamp) -> Result<Option<Timestamp>, StoreError> {
        let tenant = tenant.0.clone();
        self.read(move |c| read::next_timer(c, &tenant, after)).await
    }

    async fn scan(
        &self,
        tenant: &TenantId,
        kind: ProceedingKind,
        after: &str,
        limit: u32,
    ) -> Result<Page<Subject>, StoreError> {
        let (tenant, after) = (tenant.0.clone(), after.to_owned());
        self.read(move |c| read::scan(c, &tenant, kind, &after, limit)).await
    }

    async fn matter_facts(&self, query: &FactQuery) -> Result<Vec<MatterFact>, StoreError> {
        let query = query.clone();
        self.read(move |c| read::matter_facts(c, &query)).await
    }

    async fn without_facts(
        &self,
        tenant: &TenantId,
        after: &ProceedingId,
        limit: u32,
    ) -> Result<Vec<ProceedingId>, StoreError> {
        let (tenant, after) = (tenant.0.clone(), after.0.clone());
        self.read(move |c| read::without_facts(c, &tenant, &after, limit)).await
    }

    async fn record(&self, tenant: &TenantId, table: Table, key: &[String]) -> Result<Option<String>, StoreError> {
        let (tenant, key) = (tenant.0.clone(), key.to_vec());
        self.read(move |c| read::record(c, &tenant, table, &key)).await
    }

    async fn records(&self, query: &RecordQuery) -> Result<Vec<(Vec<String>, String)>, StoreError> {
        let query = query.clone();
        self.read(move |c| read::records(c, &query)).await
    }

    async fn item(
        &self,
        tenant: &TenantId,
        kind: ItemKind,
        key: &str,
        now: Timestamp,
    ) -> Result<Option<ItemRecord>, StoreError> {
        let (tenant, key) = (tenant.0.clone(), key.to_owned());
        self.read(move |c| read::item(c, &tenant, kind, &key, now)).await
    }

    async fn items(
        &self,
        tenant: &TenantId,
        kind: ItemKind,
        prefix: &str,
        after: &str,
        limit: u32,
    ) -> Result<Vec<ItemRecord>, StoreError> {
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

    async fn reserve(
        &self,
        tenant: &TenantId,
        series: &str,
        holder: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Reserved, StoreError> {
        let wanted = Reserved { series: series.to_owned(), n: 0, holder: holder.to_owned() };
        self.writer.send(|reply| Command::Reserve(tenant.0.clone(), wanted, now, until, reply)).await
    }

    async fn give_back(&self, tenant: &TenantId, numbers: Vec<Reserved>) -> Result<(), StoreError> {
        self.writer.send(|reply| Command::GiveBack(tenant.0.clone(), numbers, reply)).await
    }

    async fn uses_file(&self, hash: &str) -> Result<FileUse, StoreError> {
        let hash = hash.to_owned();
        self.read(move |c| read::uses_file(c, &hash)).await
    }

    fn backend(&self) -> &'static str {
        "sqlite"
    }

    async fn copy_to(&self, path: &Path) -> Result<bool, StoreError> {
        let to = path.to_owned();
        self.beside(move |c| copy::copy_to(c, &to)).await.map(|()| true)
    }

    async fn checkpoint(&self) -> Result<(), StoreError> {
        self.beside(|c| c.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).map_err(fault)).await
    }

    async fn ready(&self) -> Result<(), StoreError> {
        self.writer.send(Command::Ready).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("huiyin.db");
        (folder, path)
    }

    #[tokio::test]
    async fn duties_of_a_proceeding_that_is_not_there_are_set_aside_and_reported() {
        let (_folder, path) = place();
        let store = SqliteStore::open(&path).unwrap();
        connect(&path)
            .unwrap()
            .execute(
                "INSERT INTO duty (tenant, proceeding, n, unit, post, kind, due, next_at, doc) VALUES ('t', 'gone', 1, 'u', 'clerk', 'duty', 1, 1, '{}')",
                [],
            )
            .unwrap();
        let (tenant, late) = (TenantId::new("t"), Timestamp::from_second(1_000).unwrap());
        assert_eq!(store.due_timers(&tenant, late, 10).await.unwrap(), [ProceedingId::new("gone")]);
        assert_eq!(store.orphans(&tenant, 10).await.unwrap(), [ProceedingId::new("gone")]);
        store.set_aside(&tenant, &ProceedingId::new("gone")).await.unwrap();
        assert!(store.due_timers(&tenant, late, 10).await.unwrap().is_empty(), "the sweep would work it for ever");
        assert_eq!(store.orphans(&tenant, 10).await.unwrap().len(), 1, "it stays for whoever looks");
    }

    #[tokio::test]
    async fn a_lease_that_is_no_serial_is_an_error_and_not_the_first() {
        let (_folder, path) = place();
        let store = SqliteStore::open(&path).unwrap();
        let (tenant, at) = (TenantId::new("t"), Timestamp::UNIX_EPOCH);
        connect(&path)
            .unwrap()
            .execute("INSERT INTO lease (tenant, name, next) VALUES ('t', 'serial:2026', -40)", [])
            .unwrap();
        let error = store.lease(&tenant, "serial:2026", 1).await.unwrap_err();
        assert!(error.to_string().contains("serial:2026"), "{error}");
        assert!(store.reserve(&tenant, "serial:2026", "x", at, at).await.is_err());
    }

    #[tokio::test]
    async fn a_damaged_row_says_nothing_of_what_stands_in_it() {
        let (_folder, path) = place();
        let store = SqliteStore::open(&path).unwrap();
        connect(&path).unwrap().execute("INSERT INTO vault (tenant, submission, doc) VALUES ('t', 's', '{\"identity\":{\"name\":\"欧阳修远\",')", []).unwrap();
        let error = store.vault(&TenantId::new("t"), &SubmissionId::new("s")).await.unwrap_err();
        let said = format!("{error} {error:?}");
        assert!(said.contains("vault") && !said.contains("欧阳") && !said.contains("identity"), "{said}");
    }

    #[tokio::test]
    async fn a_store_that_cannot_be_written_is_not_ready() {
        let (folder, path) = place();
        let store = SqliteStore::open(&path).unwrap();
        store.ready().await.unwrap();
        // Another connection holds the one right to write, as a disk that fills up would.
        let other = connect(&path).unwrap();
        other.execute_batch("BEGIN IMMEDIATE").unwrap();
        let waiting = tokio::time::timeout(Duration::from_millis(300), store.ready()).await;
        assert!(waiting.is_err(), "it answers although nothing can be written");
        other.execute_batch("ROLLBACK").unwrap();
        drop(folder);
    }
}
