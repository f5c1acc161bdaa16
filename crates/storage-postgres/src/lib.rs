//! The store for offices of more than one machine: PostgreSQL, the statements of one commit pipelined.
//!
//! Every key begins with the tenant and every join carries it, so that tenants can be spread over servers (tested with
//! tables parted by tenant). SQL lives here and in `storage-sqlite` only; migrations carry the same numbers and names
//! there.

mod read;
mod tls;
mod write;

use std::path::Path;
use std::time::Duration;

use async_trait::async_trait;
use deadpool_postgres::{Manager, ManagerConfig, Object, Pool, PoolError, RecyclingMethod, Runtime};
use huiyin_domain::ids::{ProceedingId, SubmissionId, TenantId};
use huiyin_domain::kind::ProceedingKind;
use huiyin_domain::matter::Matter;
use huiyin_domain::subject::Subject;
use huiyin_storage::migrations::{Migration, compare};
use huiyin_storage::{
    AttachmentRecord, AuditRecord, Burst, Changes, ContentRecord, DutyQuery, DutyRecord, DutySlice, EventRecord,
    FactQuery, FileUse, ItemKind, ItemRecord, ListQuery, MatterFact, MessageRecord, Page, RecordQuery, Reserved,
    SearchQuery, Store, StoreError, SubmissionRecord, Table, VaultRecord,
};
use jiff::Timestamp;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::ToSql;

pub use tls::{Protection, service};

const MIGRATIONS: &[Migration] = &[
    Migration { number: 1, sql: include_str!("../migrations/0001_first.sql") },
    Migration { number: 2, sql: include_str!("../migrations/0002_file_hash.sql") },
    Migration { number: 3, sql: include_str!("../migrations/0003_reservation.sql") },
    Migration { number: 4, sql: include_str!("../migrations/0004_proceeding.sql") },
    Migration { number: 5, sql: include_str!("../migrations/0005_records.sql") },
    Migration { number: 6, sql: include_str!("../migrations/0006_matter_fact.sql") },
    Migration { number: 7, sql: include_str!("../migrations/0007_opinion_newest_first.sql") },
    Migration { number: 8, sql: include_str!("../migrations/0008_counts_of_packs.sql") },
    Migration { number: 9, sql: include_str!("../migrations/0009_hall.sql") },
    Migration { number: 10, sql: include_str!("../migrations/0010_reception.sql") },
];
/// Connections of one node.
const CONNECTIONS: usize = 16;
/// Milliseconds a statement may take.
const STATEMENT: u32 = 20_000;
/// Milliseconds a statement waits for a lock.
const LOCK: u32 = 5_000;
/// How long a connection is waited for.
const WAIT: Duration = Duration::from_secs(5);
/// An advisory lock, so that two nodes that start together do not both migrate.
const MIGRATION_LOCK: i64 = 0x6875_6979_696e;

/// A store in a PostgreSQL database.
#[derive(Debug, Clone)]
pub struct PostgresStore {
    pool: Pool,
    protection: Protection,
}

/// A driver's error as the seam knows it: what goes away by itself is busy, and the call may be repeated.
fn fault(error: tokio_postgres::Error) -> StoreError {
    let passing = error.code().is_some_and(|code| {
        [
            SqlState::QUERY_CANCELED,
            SqlState::LOCK_NOT_AVAILABLE,
            SqlState::T_R_DEADLOCK_DETECTED,
            SqlState::T_R_SERIALIZATION_FAILURE,
            SqlState::TOO_MANY_CONNECTIONS,
            SqlState::ADMIN_SHUTDOWN,
            SqlState::CRASH_SHUTDOWN,
            SqlState::CANNOT_CONNECT_NOW,
            SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT,
        ]
        .contains(code)
    });
    let full = [SqlState::DISK_FULL, SqlState::READ_ONLY_SQL_TRANSACTION, SqlState::IO_ERROR];
    if error.code().is_some_and(|code| full.contains(code)) {
        return StoreError::CannotWrite(error.into());
    }
    // A connection that was cut or refused says nothing of what was asked: a commit under way is found again by its
    // key. What this program itself got wrong is no such thing, nor a certificate that is not the right one.
    let cause = std::error::Error::source(&error).and_then(|cause| cause.downcast_ref::<std::io::Error>());
    let cut = error.is_closed() || cause.is_some_and(|cause| cause.kind() != std::io::ErrorKind::InvalidData);
    if passing || cut { StoreError::Busy } else { StoreError::unavailable(error) }
}

impl PostgresStore {
    /// Connects and brings the schema up to date. `url` as PostgreSQL writes it (`host=… user=… dbname=…` or
    /// `postgresql://…`); `authority` is a file with the certificates (PEM) that the server's is checked against.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the server cannot be reached or has no TLS where it must, or its schema is
    /// newer than this program.
    pub async fn open(url: &str, authority: Option<&Path>) -> Result<Self, StoreError> {
        let mut config: tokio_postgres::Config = url.parse().map_err(StoreError::unavailable)?;
        let more = format!(
            "-c statement_timeout={STATEMENT} -c lock_timeout={LOCK} -c idle_in_transaction_session_timeout={STATEMENT}"
        );
        let options = config.get_options().map_or_else(|| more.clone(), |own| format!("{more} {own}"));
        config.options(options).connect_timeout(WAIT);
        let (protection, connector) = tls::settle(&mut config, authority).map_err(StoreError::unavailable)?;
        let manager =
            Manager::from_config(config, connector, ManagerConfig { recycling_method: RecyclingMethod::Fast });
        let pool = Pool::builder(manager)
            .max_size(CONNECTIONS)
            .runtime(Runtime::Tokio1)
            .wait_timeout(Some(WAIT))
            .create_timeout(Some(WAIT))
            .recycle_timeout(Some(WAIT));
        let pool = pool.build().map_err(StoreError::unavailable)?;
        let store = Self { pool, protection };
        store.migrate().await?;
        Ok(store)
    }

    /// How the way to the server is protected.
    pub fn protection(&self) -> Protection {
        self.protection
    }

    async fn client(&self) -> Result<Object, StoreError> {
        self.pool.get().await.map_err(|error| match error {
            PoolError::Timeout(_) => StoreError::Busy,
            PoolError::Backend(error) => fault(error),
            other => StoreError::unavailable(other),
        })
    }

    async fn migrate(&self) -> Result<(), StoreError> {
        let known = MIGRATIONS.last().map_or(0, |m| m.number);
        let mut client = self.client().await?;
        let transaction = client.transaction().await.map_err(fault)?;
        // Moving what a large office holds takes longer than a statement of a request may.
        transaction.batch_execute("SET LOCAL statement_timeout=0; SET LOCAL lock_timeout=0").await.map_err(fault)?;
        transaction.execute("SELECT pg_advisory_xact_lock($1)", &[&MIGRATION_LOCK]).await.map_err(fault)?;
        let tables = "CREATE TABLE IF NOT EXISTS schema_version (number INTEGER PRIMARY KEY); \
                      ALTER TABLE schema_version ADD COLUMN IF NOT EXISTS sha256 TEXT";
        transaction.batch_execute(tables).await.map_err(fault)?;
        let rows =
            transaction.query("SELECT number, sha256 FROM schema_version ORDER BY number", &[]).await.map_err(fault)?;
        let applied: Vec<(u32, Option<String>)> =
            rows.iter().map(|r| (u32::try_from(r.get::<_, i32>(0)).unwrap_or(0), r.get(1))).collect();
        let version = applied.iter().map(|a| a.0).max().unwrap_or(0);
        if version > known {
            let text =
                format!("the database has schema {version}, this program knows {known}; start the newer program");
            return Err(StoreError::Unavailable(text.into()));
        }
        let sums: Vec<(u32, String)> =
            applied.iter().filter_map(|(number, sum)| Some((*number, sum.clone()?))).collect();
        compare(MIGRATIONS, &sums)?;
        for migration in MIGRATIONS {
            if migration.number > version {
                transaction.batch_execute(migration.sql).await.map_err(fault)?;
            }
            // Those from before the sums were kept were applied as they are: none was ever changed.
            if sums.iter().all(|s| s.0 != migration.number) {
                let sql = "INSERT INTO schema_version (number, sha256) VALUES ($1, $2) ON CONFLICT (number) DO UPDATE SET sha256=excluded.sha256";
                let number = i32::try_from(migration.number).unwrap_or(i32::MAX);
                transaction.execute(sql, &[&number, &migration.checksum()]).await.map_err(fault)?;
            }
        }
        transaction.commit().await.map_err(fault)
    }

    async fn query_document<T: serde::de::DeserializeOwned>(
        &self,
        table: &'static str,
        sql: &str,
        values: &[&(dyn ToSql + Sync)],
    ) -> Result<Option<T>, StoreError> {
        read::query_document(&self.client().await?, table, sql, values).await
    }

    async fn many<T: serde::de::DeserializeOwned>(
        &self,
        table: &'static str,
        sql: &str,
        values: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<T>, StoreError> {
        read::many(&self.client().await?, table, sql, values).await
    }
}

#[async_trait]
impl Store for PostgresStore {
    async fn commit(&self, changes: Changes) -> Result<(), StoreError> {
        write::commit(&mut self.client().await?, &changes).await
    }

    async fn proceeding(&self, tenant: &TenantId, id: &ProceedingId) -> Result<Option<Subject>, StoreError> {
        let sql = "SELECT kind, doc FROM proceeding WHERE tenant=$1 AND id=$2";
        Ok(read::subjects(&self.client().await?, sql, &[&tenant.0, &id.0]).await?.pop())
    }

    async fn proceeding_by_number(&self, tenant: &TenantId, number: &str) -> Result<Option<Subject>, StoreError> {
        let sql = "SELECT kind, doc FROM proceeding WHERE tenant=$1 AND number=$2";
        Ok(read::subjects(&self.client().await?, sql, &[&tenant.0, &number]).await?.pop())
    }

    async fn matters_of(&self, tenant: &TenantId, submission: &SubmissionId) -> Result<Vec<Matter>, StoreError> {
        let sql = "SELECT kind, doc FROM proceeding WHERE tenant=$1 AND submission=$2 ORDER BY part";
        let found = read::subjects(&self.client().await?, sql, &[&tenant.0, &submission.0]).await?;
        Ok(found.into_iter().filter_map(Subject::into_matter).collect())
    }

    async fn list(&self, query: &ListQuery) -> Result<Page<Subject>, StoreError> {
        read::list(&self.client().await?, query).await
    }

    async fn search(&self, query: &SearchQuery) -> Result<Page<Subject>, StoreError> {
        read::search(&self.client().await?, query).await
    }

    async fn submission(&self, tenant: &TenantId, id: &SubmissionId) -> Result<Option<SubmissionRecord>, StoreError> {
        self.query_document("submission", "SELECT doc FROM submission WHERE tenant=$1 AND id=$2", &[&tenant.0, &id.0])
            .await
    }

    async fn submission_by_receipt(
        &self,
        tenant: &TenantId,
        hash: &str,
    ) -> Result<Option<SubmissionRecord>, StoreError> {
        self.query_document(
            "submission",
            "SELECT doc FROM submission WHERE tenant=$1 AND receipt=$2",
            &[&tenant.0, &hash],
        )
        .await
    }

    async fn submission_by_origin(
        &self,
        tenant: &TenantId,
        origin: &str,
    ) -> Result<Option<SubmissionRecord>, StoreError> {
        self.query_document(
            "submission",
            "SELECT doc FROM submission WHERE tenant=$1 AND origin=$2",
            &[&tenant.0, &origin],
        )
        .await
    }

    async fn contents(&self, tenant: &TenantId, owner: &str) -> Result<Vec<ContentRecord>, StoreError> {
        self.many("content", "SELECT doc FROM content WHERE tenant=$1 AND owner=$2 ORDER BY n", &[&tenant.0, &owner])
            .await
    }

    async fn vault(&self, tenant: &TenantId, submission: &SubmissionId) -> Result<Option<VaultRecord>, StoreError> {
        self.query_document(
            "vault",
            "SELECT doc FROM vault WHERE tenant=$1 AND submission=$2",
            &[&tenant.0, &submission.0],
        )
        .await
    }

    async fn vaults(&self, tenant: &TenantId, after: &str, limit: u32) -> Result<Vec<VaultRecord>, StoreError> {
        let sql = "SELECT doc FROM vault WHERE tenant=$1 AND submission>$2 ORDER BY submission LIMIT $3";
        self.many("vault", sql, &[&tenant.0, &after, &i64::from(limit)]).await
    }

    async fn events(&self, tenant: &TenantId, proceeding: &ProceedingId) -> Result<Vec<EventRecord>, StoreError> {
        self.many(
            "event",
            "SELECT doc FROM event WHERE tenant=$1 AND proceeding=$2 ORDER BY n",
            &[&tenant.0, &proceeding.0],
        )
        .await
    }

    async fn attachments(
        &self,
        tenant: &TenantId,
        submission: &SubmissionId,
    ) -> Result<Vec<AttachmentRecord>, StoreError> {
        self.many(
            "attachment",
            "SELECT doc FROM attachment WHERE tenant=$1 AND submission=$2 ORDER BY id",
            &[&tenant.0, &submission.0],
        )
        .await
    }

    async fn messages(&self, tenant: &TenantId, submission: &SubmissionId) -> Result<Vec<MessageRecord>, StoreError> {
        self.many(
            "message",
            "SELECT doc FROM message WHERE tenant=$1 AND submission=$2 ORDER BY id",
            &[&tenant.0, &submission.0],
        )
        .await
    }

    async fn audits(&self, tenant: &TenantId, submission: &SubmissionId) -> Result<Vec<AuditRecord>, StoreError> {
        self.many(
            "audit",
            "SELECT doc FROM audit WHERE tenant=$1 AND submission=$2 ORDER BY id",
            &[&tenant.0, &submission.0],
        )
        .await
    }

    async fn duties(&self, query: &DutyQuery) -> Result<Page<DutyRecord>, StoreError> {
        read::duties(&self.client().await?, query).await
    }

    async fn duties_of(
        &self,
        tenant: &TenantId,
        proceeding: &ProceedingId,
    ) -> Result<Vec<(DutyRecord, String)>, StoreError> {
        read::duties_of(&self.client().await?, &tenant.0, &proceeding.0).await
    }

    async fn duty_slices(&self, slices: &[DutyQuery]) -> Result<Vec<DutySlice>, StoreError> {
        if slices.is_empty() {
            return Ok(Vec::new());
        }
        read::duty_slices(&self.client().await?, slices).await
    }

    async fn bursts(&self, query: &DutyQuery) -> Result<Vec<Burst>, StoreError> {
        read::bursts(&self.client().await?, query).await
    }

    async fn due_timers(&self, tenant: &TenantId, now: Timestamp, limit: u32) -> Result<Vec<ProceedingId>, StoreError> {
        read::due_timers(&self.client().await?, tenant, now, limit).await
    }

    async fn set_aside(&self, tenant: &TenantId, proceeding: &ProceedingId) -> Result<(), StoreError> {
        let sql = "UPDATE duty SET next_at=NULL WHERE tenant=$1 AND proceeding=$2";
        self.client().await?.execute(sql, &[&tenant.0, &proceeding.0]).await.map(drop).map_err(fault)
    }

    async fn orphans(&self, tenant: &TenantId, limit: u32) -> Result<Vec<ProceedingId>, StoreError> {
        read::orphans(&self.client().await?, tenant, limit).await
    }

    async fn next_timer(&self, tenant: &TenantId, after: Timestamp) -> Result<Option<Timestamp>, StoreError> {
        read::next_timer(&self.client().await?, tenant, after).await
    }

    async fn scan(
        &self,
        tenant: &TenantId,
        kind: ProceedingKind,
        after: &str,
        limit: u32,
    ) -> Result<Page<Subject>, StoreError> {
        read::scan(&self.client().await?, tenant, kind, after, limit).await
    }

    async fn matter_facts(&self, query: &FactQuery) -> Result<Vec<MatterFact>, StoreError> {
        read::matter_facts(&self.client().await?, query).await
    }

    async fn without_facts(
        &self,
        tenant: &TenantId,
        after: &ProceedingId,
        limit: u32,
    ) -> Result<Vec<ProceedingId>, StoreError> {
        read::without_facts(&self.client().await?, tenant, after, limit).await
    }

    async fn record(&self, tenant: &TenantId, table: Table, key: &[String]) -> Result<Option<String>, StoreError> {
        read::record(&self.client().await?, tenant, table, key).await
    }

    async fn records(&self, query: &RecordQuery) -> Result<Vec<(Vec<String>, String)>, StoreError> {
        read::records(&self.client().await?, query).await
    }

    async fn item(
        &self,
        tenant: &TenantId,
        kind: ItemKind,
        key: &str,
        now: Timestamp,
    ) -> Result<Option<ItemRecord>, StoreError> {
        read::item(&self.client().await?, tenant, kind, key, now).await
    }

    async fn items(
        &self,
        tenant: &TenantId,
        kind: ItemKind,
        prefix: &str,
        after: &str,
        limit: u32,
    ) -> Result<Vec<ItemRecord>, StoreError> {
        read::items(&self.client().await?, tenant, kind, prefix, after, limit).await
    }

    async fn put_items(&self, tenant: &TenantId, items: Vec<ItemRecord>) -> Result<(), StoreError> {
        let mut changes = Changes::new(tenant.clone());
        changes.items = items;
        self.commit(changes).await
    }

    async fn remove_item(&self, tenant: &TenantId, kind: ItemKind, key: &str) -> Result<(), StoreError> {
        let client = self.client().await?;
        client
            .execute("DELETE FROM item WHERE tenant=$1 AND kind=$2 AND key=$3", &[&tenant.0, &kind.word(), &key])
            .await
            .map(|_| ())
            .map_err(fault)
    }

    async fn sweep_items(&self, tenant: &TenantId, now: Timestamp) -> Result<u64, StoreError> {
        let client = self.client().await?;
        client
            .execute("DELETE FROM item WHERE tenant=$1 AND expires<=$2", &[&tenant.0, &now.as_second()])
            .await
            .map_err(fault)
    }

    async fn lease(&self, tenant: &TenantId, name: &str, count: u32) -> Result<u64, StoreError> {
        let sql = "INSERT INTO lease (tenant, name, next) VALUES ($1,$2,1+$3::bigint) ON CONFLICT (tenant, name) DO UPDATE SET next=lease.next+$3::bigint RETURNING next";
        let row = self.client().await?.query_one(sql, &[&tenant.0, &name, &i64::from(count)]).await.map_err(fault)?;
        let next: i64 = row.get(0);
        StoreError::serial("lease", name, next - i64::from(count))
    }

    async fn reserve(
        &self,
        tenant: &TenantId,
        series: &str,
        holder: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Reserved, StoreError> {
        write::reserve(&mut self.client().await?, tenant, series, holder, now, until).await
    }

    async fn give_back(&self, tenant: &TenantId, numbers: Vec<Reserved>) -> Result<(), StoreError> {
        let client = self.client().await?;
        for number in numbers {
            let n = i64::try_from(number.n).unwrap_or(i64::MAX);
            let sql = "UPDATE reservation SET until=0 WHERE tenant=$1 AND series=$2 AND n=$3 AND holder=$4";
            client.execute(sql, &[&tenant.0, &number.series, &n, &number.holder]).await.map_err(fault)?;
        }
        Ok(())
    }

    async fn uses_file(&self, hash: &str) -> Result<FileUse, StoreError> {
        let sql = "SELECT EXISTS (SELECT 1 FROM attachment WHERE doc::jsonb->>'hash'=$1 OR doc::jsonb->>'stored'=$1) OR EXISTS (SELECT 1 FROM paper_copy WHERE doc::jsonb->>'sha256'=$1 OR doc::jsonb->>'stored'=$1), \
                   EXISTS (SELECT 1 FROM item WHERE kind='draft' AND strpos(doc, $1)>0)";
        let row = self.client().await?.query_one(sql, &[&hash]).await.map_err(fault)?;
        Ok(FileUse::from_found(row.get(0), row.get(1)))
    }

    fn backend(&self) -> &'static str {
        "postgres"
    }

    async fn copy_to(&self, _: &Path) -> Result<bool, StoreError> {
        Ok(false)
    }

    async fn checkpoint(&self) -> Result<(), StoreError> {
        Ok(())
    }

    async fn ready(&self) -> Result<(), StoreError> {
        // It writes: a full disk, a read-only server and a table that is locked show.
        let sql = "INSERT INTO lease (tenant, name, next) VALUES ('', 'probe', 1) ON CONFLICT (tenant, name) DO UPDATE SET next=lease.next+1";
        self.client().await?.execute(sql, &[]).await.map(drop).map_err(fault)
    }
}
