//! The baseline of benchmarks: what bare SQLite does with the same settings, one row a commit.

use std::path::Path;
use std::time::{Duration, Instant};

use huiyin_storage::StoreError;
use rusqlite::params;

use crate::{connect, fault};

/// Rows per second that one connection commits one by one, each with `text`, for about `time`.
///
/// # Errors
/// [`StoreError::Unavailable`] when the file cannot be written.
pub fn rows_per_second(path: &Path, text: &str, time: Duration) -> Result<f64, StoreError> {
    let connection = connect(path)?;
    connection
        .execute_batch("CREATE TABLE IF NOT EXISTS raw (id INTEGER PRIMARY KEY, body TEXT NOT NULL)")
        .map_err(fault)?;
    let mut insert = connection.prepare("INSERT INTO raw (body) VALUES (?1)").map_err(fault)?;
    let begun = Instant::now();
    let mut rows = 0_u32;
    while begun.elapsed() < time {
        insert.execute(params![text]).map_err(fault)?;
        rows += 1;
    }
    Ok(f64::from(rows) / begun.elapsed().as_secs_f64())
}
