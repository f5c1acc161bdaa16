//! A record that is being typed, kept on the server: after a power cut it is there, for the officer who typed it.

use std::collections::BTreeMap;

use huiyin_storage::{ItemKind, ItemRecord};
use jiff::ToSpan;

use crate::access::{Action, require};
use crate::error::{AppError, Result};
use crate::office::{Office, Staff};
use crate::proceedings;

/// Hours it is kept after its last change: over a weekend.
const KEPT_HOURS: i64 = 96;
/// Bytes of what is kept, at most: as much as a form takes.
const MOST: usize = 1 << 20;

fn key(office: &Office, staff: &Staff, number: &str) -> String {
    office.keyed_hash("draft", &format!("reception:{}:{number}", staff.officer.id))
}

fn about(key: &str) -> String {
    format!("draft:{key}")
}

/// Keeps what was typed so far, by field. What was typed on a page from before the visit's last step is written already
/// or was given back, and is not kept over it.
///
/// # Errors
/// [`AppError::NotFound`] where there is no such visit for this officer; [`AppError::Refused`] for more than a form
/// takes.
#[crate::boxed]
pub async fn keep(
    office: &Office,
    staff: &Staff,
    number: &str,
    typed: &BTreeMap<String, String>,
    seen: Option<u64>,
) -> Result<()> {
    require(staff, Action::Receive)?;
    let version = proceedings::version_of(office, staff, number).await?;
    if seen.is_some_and(|seen| seen < version) && load(office, staff, number).await?.is_none() {
        return Ok(());
    }
    let plain = serde_json::to_vec(typed).map_err(AppError::caused("a draft has no JSON"))?;
    if plain.len() > MOST {
        return Err(AppError::Refused(format!("a draft of {} bytes; {MOST} at most", plain.len())));
    }
    let key = key(office, staff, number);
    let doc = serde_json::json!({ "sealed": office.keys().seal(&about(&key), &plain)?, "files": [] });
    let expires = office.machine_now().checked_add(KEPT_HOURS.hours()).ok();
    let item = ItemRecord { kind: ItemKind::Draft, key, doc, expires, only_new: false };
    Ok(office.store().put_items(office.tenant(), vec![item]).await?)
}

/// What was typed; `None`: nothing, or it was sent.
///
/// # Errors
/// As the store.
#[crate::boxed]
pub async fn load(office: &Office, staff: &Staff, number: &str) -> Result<Option<BTreeMap<String, String>>> {
    let key = key(office, staff, number);
    let item = office.store().item(office.tenant(), ItemKind::Draft, &key, office.machine_now()).await?;
    let Some(sealed) = item.as_ref().and_then(|i| i.doc.get("sealed")?.as_str()) else { return Ok(None) };
    let plain = office.keys().open(&about(&key), sealed)?;
    serde_json::from_slice(&plain).map(Some).map_err(|e| AppError::damaged("item draft", "", &e))
}

/// Forgets it.
///
/// # Errors
/// As the store.
#[crate::boxed]
pub async fn forget(office: &Office, staff: &Staff, number: &str) -> Result<()> {
    Ok(office.store().remove_item(office.tenant(), ItemKind::Draft, &key(office, staff, number)).await?)
}
