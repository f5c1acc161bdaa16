//! Presence: two officers with the same matter open see each other's names. It is about officers only, lasts
//! two minutes, and lives in the memory of the program: nothing of it is stored.

use huiyin_domain::matter::Matter;
use huiyin_storage::{ItemKind, ItemRecord};
use jiff::ToSpan;

use crate::error::Result;
use crate::office::{Office, Staff};

/// Seconds a page that was opened counts as open.
const SECONDS: i64 = 120;
/// Names shown.
const SHOWN: usize = 20;

/// Says that an officer has a matter open and returns the names of the others who have.
pub fn with(office: &Office, staff: &Staff, matter: &Matter) -> Vec<String> {
    let now = office.machine_now();
    let Ok(mut open) = office.presence().lock() else { return Vec::new() };
    open.retain(|_, (until, _)| *until > now);
    let until = now.checked_add(SECONDS.seconds()).unwrap_or(now);
    open.insert((matter.id.clone(), staff.officer.id.clone()), (until, staff.officer.name.clone()));
    let others = open.iter().filter(|((of, officer), _)| *of == matter.id && *officer != staff.officer.id);
    others.take(SHOWN).map(|(_, (_, name))| name.clone()).collect()
}

/// Seconds for which a server that was last heard of counts as running.
const HEARD: i64 = 90;
/// What begins the keys of servers.
const SERVER: &str = "served:";

/// Notes that a server runs on the store.
///
/// # Errors
/// As the store.
#[crate::boxed]
pub async fn serving(office: &Office, node: &str) -> Result<()> {
    let expires = office.machine_now().checked_add(HEARD.seconds()).ok();
    let item = ItemRecord {
        kind: ItemKind::Server,
        key: format!("{SERVER}{node}"),
        doc: serde_json::Value::Null,
        expires,
        only_new: false,
    };
    Ok(office.store().put_items(office.tenant(), vec![item]).await?)
}

/// Notes that it has ended.
///
/// # Errors
/// As the store.
#[crate::boxed]
pub async fn ended(office: &Office, node: &str) -> Result<()> {
    Ok(office.store().remove_item(office.tenant(), ItemKind::Server, &format!("{SERVER}{node}")).await?)
}

/// Whether a server runs on the store, or did a moment ago.
///
/// # Errors
/// As the store.
#[crate::boxed]
pub async fn is_served(office: &Office) -> Result<bool> {
    let now = office.machine_now();
    let servers = office.store().items(office.tenant(), ItemKind::Server, SERVER, "", 100).await?;
    Ok(servers.iter().any(|i| i.expires.is_some_and(|e| e > now)))
}
