//! Presence: two officers with the same matter open see each other's names. It is about officers only, lasts
//! two minutes, and is kept nowhere else.

use huiyin_domain::matter::Matter;
use huiyin_storage::{ItemKind, ItemRecord};
use jiff::ToSpan;

use crate::error::Result;
use crate::office::{Office, Staff};

/// Seconds a page that was opened counts as open.
const SECONDS: i64 = 120;

/// Says that an officer has a matter open and returns the names of the others who have.
///
/// # Errors
/// As the store.
pub async fn with(office: &Office, staff: &Staff, matter: &Matter) -> Result<Vec<String>> {
    let now = office.machine_now();
    let prefix = format!("{}:", matter.id);
    let key = format!("{prefix}{}", staff.officer.id);
    let expires = now.checked_add(SECONDS.seconds()).ok();
    let item = ItemRecord { kind: ItemKind::Presence, key: key.clone(), doc: serde_json::json!(staff.officer.name), expires, only_new: false };
    let others = office.store().items(office.tenant(), ItemKind::Presence, &prefix, "", 20).await?;
    office.store().put_items(office.tenant(), vec![item]).await?;
    Ok(others.into_iter().filter(|i| i.key != key && i.expires.is_some_and(|e| e > now)).filter_map(|i| i.doc.as_str().map(str::to_owned)).collect())
}

/// Seconds for which a server that was last heard of counts as running.
const HEARD: i64 = 90;
/// What begins the keys of servers.
const SERVER: &str = "served:";

/// Notes that a server runs on the store.
///
/// # Errors
/// As the store.
pub async fn serving(office: &Office, node: &str) -> Result<()> {
    let expires = office.machine_now().checked_add(HEARD.seconds()).ok();
    let item = ItemRecord { kind: ItemKind::Presence, key: format!("{SERVER}{node}"), doc: serde_json::Value::Null, expires, only_new: false };
    Ok(office.store().put_items(office.tenant(), vec![item]).await?)
}

/// Notes that it has ended.
///
/// # Errors
/// As the store.
pub async fn ended(office: &Office, node: &str) -> Result<()> {
    Ok(office.store().remove_item(office.tenant(), ItemKind::Presence, &format!("{SERVER}{node}")).await?)
}

/// Whether a server runs on the store, or did a moment ago.
///
/// # Errors
/// As the store.
pub async fn is_served(office: &Office) -> Result<bool> {
    let now = office.machine_now();
    let servers = office.store().items(office.tenant(), ItemKind::Presence, SERVER, "", 100).await?;
    Ok(servers.iter().any(|i| i.expires.is_some_and(|e| e > now)))
}
