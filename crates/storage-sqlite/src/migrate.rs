//! Schema versions: numbered files, each run once, in order, each in a transaction (ADR 0004).

use rusqlite::Connection;

use crate::fault;
use huiyin_storage::StoreError;

const MIGRATIONS: &[(u32, &str)] = &[
    (1, include_str!("../migrations/0001_first.sql")),
    (2, include_str!("../migrations/0002_file_hash.sql")),
    (3, include_str!("../migrations/0003_reservation.sql")),
    (4, include_str!("../migrations/0004_proceeding.sql")),
];

/// Brings the schema up to date; refuses a file that a newer program has written.
pub(crate) fn run(connection: &mut Connection) -> Result<(), StoreError> {
    let known = MIGRATIONS.last().map_or(0, |m| m.0);
    let version = |connection: &Connection| connection.query_row("PRAGMA user_version", [], |r| r.get::<_, u32>(0)).map_err(fault);
    // A disk that can only be read is read.
    if version(connection)? == known {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate).map_err(fault)?;
    let version = version(&transaction)?;
    if version > known {
        let text = format!("the database has schema {version}, this program knows {known}; start the newer program");
        return Err(StoreError::Unavailable(text.into()));
    }
    for (number, sql) in MIGRATIONS.iter().filter(|m| m.0 > version) {
        transaction.execute_batch(sql).map_err(fault)?;
        transaction.pragma_update(None, "user_version", number).map_err(fault)?;
    }
    transaction.commit().map_err(fault)
}
