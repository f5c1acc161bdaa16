//! What an officer sees in lists, counts and search (DESIGN decision 7).

use std::collections::BTreeSet;

use huiyin_domain::ids::ProceedingId;
use huiyin_storage::{ItemKind, Visibility};

use super::table::{Action, allows};
use crate::error::Result;
use crate::office::{Office, Staff};

/// What an officer may see in lists: matters whose scope holds the officer's unit, without those the officer recuses from.
pub(crate) async fn visibility(office: &Office, staff: &Staff) -> Result<Visibility> {
    if !allows(staff, Action::ReadLists) {
        return Ok(Visibility::Nothing);
    }
    Ok(Visibility::Units { units: BTreeSet::from([staff.officer.unit.clone()]), without: recused_from(office, staff).await? })
}

/// Matters an officer recuses from.
pub(crate) async fn recused_from(office: &Office, staff: &Staff) -> Result<BTreeSet<ProceedingId>> {
    let items = office.store().items(office.tenant(), ItemKind::Recusal, &format!("{}:", staff.officer.id), "", 10_000).await?;
    let standing = items.into_iter().filter(|i| i.doc.get("stands").and_then(serde_json::Value::as_bool) == Some(true));
    Ok(standing.filter_map(|i| i.key.rsplit_once(':').map(|(_, matter)| ProceedingId::new(matter))).collect())
}
