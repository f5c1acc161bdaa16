//! Throttles: after a few wrong guesses each further one must wait, twice as long each time.

use huiyin_storage::{ItemKind, ItemRecord};
use jiff::{Timestamp, ToSpan};

use crate::error::{AppError, Result};
use crate::office::Office;

/// Wrong guesses before waiting begins.
const FREE: i64 = 5;
/// Longest wait, in seconds.
const LONGEST: i64 = 900;
/// Hours after which wrong guesses are forgotten.
const FORGET_HOURS: i64 = 24;

async fn read(office: &Office, key: &str) -> Result<(i64, i64)> {
    let item = office.store().item(office.tenant(), ItemKind::Throttle, &office.keyed_hash("throttle", key), office.machine_now()).await?;
    Ok(item.map_or((0, 0), |i| {
        (i.doc.get("misses").and_then(serde_json::Value::as_i64).unwrap_or(0), i.doc.get("until").and_then(serde_json::Value::as_i64).unwrap_or(0))
    }))
}

/// Refuses while a wait is running.
pub(crate) async fn check(office: &Office, key: &str) -> Result<()> {
    let (_, until) = read(office, key).await?;
    let seconds = until - office.machine_now().as_second();
    if seconds > 0 { Err(AppError::Throttled { seconds }) } else { Ok(()) }
}

/// Counts a wrong guess.
pub(crate) async fn miss(office: &Office, key: &str) -> Result<()> {
    let (misses, _) = read(office, key).await?;
    let misses = misses + 1;
    let now: Timestamp = office.machine_now();
    let wait = if misses < FREE { 0 } else { (1_i64 << (misses - FREE).clamp(0, 12)).min(LONGEST) };
    let doc = serde_json::json!({ "misses": misses, "until": now.as_second() + wait });
    let expires = now.checked_add(FORGET_HOURS.hours()).ok();
    let item = ItemRecord { kind: ItemKind::Throttle, key: office.keyed_hash("throttle", key), doc, expires, only_new: false };
    Ok(office.store().put_items(office.tenant(), vec![item]).await?)
}

/// Forgets wrong guesses after a right one.
pub(crate) async fn forget(office: &Office, key: &str) -> Result<()> {
    Ok(office.store().remove_item(office.tenant(), ItemKind::Throttle, &office.keyed_hash("throttle", key)).await?)
}
