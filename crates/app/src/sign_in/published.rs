//! Accounts that open with a password anybody can read: the demo's, which stands in the source and on its first page.
//!
//! Such an account in a live office is an open door. `serve` and `doctor` look for it and every staff page says so.

use std::collections::BTreeMap;

use huiyin_domain::ids::OfficerId;
use huiyin_domain::unit::Officer;

use super::password::{Credential, verify};
use crate::error::Result;
use crate::office::Office;

/// The password of every officer of the demo.
pub const PASSWORD: &str = "huiyin-demo";

/// Looks for such accounts and keeps what was found for the staff pages; none in a demo, where they are meant.
///
/// # Errors
/// As the store.
#[crate::boxed]
pub async fn look(office: &Office) -> Result<Vec<Officer>> {
    let found = if office.is_demo().await? { Vec::new() } else { find(office).await? };
    if let Ok(mut kept) = office.published().write() {
        *kept = found.iter().map(|o| o.id.clone()).collect();
    }
    Ok(found)
}

/// The accounts as last looked for that are still in use.
///
/// # Errors
/// As the store.
#[crate::boxed]
pub async fn known(office: &Office) -> Result<Vec<Officer>> {
    let ids: Vec<OfficerId> = office.published().read().map(|k| k.clone()).unwrap_or_default();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let directory = office.directory().await?;
    Ok(ids.iter().filter_map(|id| directory.officer(id)).filter(|o| o.active).cloned().collect())
}

/// The account of an officer no longer is one: a new password was set, which cannot be the published one.
pub(super) fn mended(office: &Office, officer: &OfficerId) {
    if let Ok(mut kept) = office.published().write() {
        kept.retain(|id| id != officer);
    }
}

async fn find(office: &Office) -> Result<Vec<Officer>> {
    let directory = office.directory().await?;
    // Accounts made together share a hash: each is tried once, since one try takes as long as a sign-in.
    let mut by_hash: BTreeMap<String, Vec<Officer>> = BTreeMap::new();
    for ((id,), credential) in office.select_all::<Credential>(&[]).await? {
        if let Some(officer) = directory.officer(&id).filter(|o| o.active) {
            by_hash.entry(credential.hash).or_default().push(officer.clone());
        }
    }
    let mut found = Vec::new();
    for (hash, officers) in by_hash {
        if verify(PASSWORD, Some(&Credential { hash, given: false })).await? {
            found.extend(officers);
        }
    }
    Ok(found)
}
