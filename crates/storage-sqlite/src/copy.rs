//! A copy of the database file while it is in use, and a look into one.

use std::path::Path;

use huiyin_storage::StoreError;
use rusqlite::{Connection, OpenFlags};

use crate::fault;

/// What a copy holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Contents {
    /// Submissions.
    pub submissions: u64,
    /// Matters.
    pub matters: u64,
    /// Names in the file store of the files that are used.
    pub files: Vec<String>,
}

/// Writes a whole copy as of one instant to a path where nothing is yet. Writers go on meanwhile.
pub(crate) fn copy_to(connection: &Connection, path: &Path) -> Result<(), StoreError> {
    connection.execute("VACUUM INTO ?1", [path.to_string_lossy().as_ref()]).map(drop).map_err(fault)?;
    let file = std::fs::File::open(path).map_err(StoreError::unavailable)?;
    file.sync_all().map_err(StoreError::unavailable)
}

/// Looks into a copy without changing it: whether it is whole, and what it uses.
///
/// # Errors
/// [`StoreError::Unavailable`] when it is damaged.
pub fn inspect(path: &Path) -> Result<Contents, StoreError> {
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(fault)?;
    let said: String = connection.query_row("PRAGMA integrity_check(1)", [], |r| r.get(0)).map_err(fault)?;
    if said != "ok" {
        return Err(StoreError::Unavailable(format!("the database is damaged: {said}").into()));
    }
    let count = |table: &str| {
        connection
            .query_row(&format!("SELECT count(*) FROM {table}"), [], |r| r.get::<_, i64>(0))
            .map(i64::unsigned_abs)
            .map_err(fault)
    };
    // A copy that an earlier program made has its papers among the items, and a table of matters alone.
    let has = |table: &str| {
        let sql = "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE type='table' AND name=?1)";
        connection.query_row(sql, [table], |r| r.get::<_, bool>(0)).map_err(fault)
    };
    let copies =
        if has("paper_copy")? { "paper_copy" } else { "item WHERE kind='paper' AND key >= 'pdf:' AND key < 'pdf;'" };
    let sql = format!(
        "SELECT coalesce(json_extract(doc, '$.stored'), json_extract(doc, '$.hash')) FROM attachment \
         UNION SELECT coalesce(nullif(json_extract(doc, '$.stored'), ''), json_extract(doc, '$.sha256')) FROM {copies}"
    );
    let mut statement = connection.prepare(&sql).map_err(fault)?;
    let files = statement
        .query_map([], |r| r.get::<_, Option<String>>(0))
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(fault)?;
    let matters = count(if has("proceeding")? { "proceeding WHERE kind='matter'" } else { "matter" })?;
    Ok(Contents { submissions: count("submission")?, matters, files: files.into_iter().flatten().collect() })
}
