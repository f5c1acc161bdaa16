//! Schema versions: numbered files, each run once, in order, each in a transaction (ADR 0004).

use huiyin_storage::StoreError;
use huiyin_storage::migrations::{Migration, compare};
use rusqlite::{Connection, params};

use crate::fault;

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

/// Brings the schema up to date; refuses a file that a newer program has written, or one whose migrations are others.
pub(crate) fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    let known = MIGRATIONS.last().map_or(0, |m| m.number);
    let version = |connection: &Connection| {
        connection.query_row("PRAGMA user_version", [], |r| r.get::<_, u32>(0)).map_err(fault)
    };
    // A disk that can only be read is read.
    if version(connection)? == known {
        return compare(MIGRATIONS, &applied(connection)?);
    }
    let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate).map_err(fault)?;
    let version = version(&transaction)?;
    if version > known {
        let text = format!("the database has schema {version}, this program knows {known}; start the newer program");
        return Err(StoreError::Unavailable(text.into()));
    }
    let table = "CREATE TABLE IF NOT EXISTS applied_migration (number INTEGER PRIMARY KEY, sha256 TEXT NOT NULL)";
    transaction.execute_batch(table).map_err(fault)?;
    compare(MIGRATIONS, &applied(&transaction)?)?;
    for migration in MIGRATIONS {
        if migration.number > version {
            transaction.execute_batch(migration.sql).map_err(fault)?;
            transaction.pragma_update(None, "user_version", migration.number).map_err(fault)?;
        }
        // Those from before the sums were kept were applied as they are: none was ever changed.
        let sum = "INSERT INTO applied_migration (number, sha256) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
        transaction.execute(sum, params![migration.number, migration.checksum()]).map_err(fault)?;
    }
    transaction.commit().map_err(fault)
}

fn applied(connection: &Connection) -> Result<Vec<(u32, String)>, StoreError> {
    let mut statement =
        connection.prepare("SELECT number, sha256 FROM applied_migration ORDER BY number").map_err(fault)?;
    let rows = statement.query_map([], |r| Ok((r.get(0)?, r.get(1)?))).map_err(fault)?;
    rows.collect::<Result<_, _>>().map_err(fault)
}
