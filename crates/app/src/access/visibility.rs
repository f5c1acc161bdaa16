//! What an officer sees in lists, counts and search (DESIGN decision 7).

use std::collections::BTreeSet;

use huiyin_domain::ids::{OfficerId, ProceedingId};
use huiyin_storage::{Record, Table, Visibility};
use serde::{Deserialize, Serialize};

use super::table::{Action, allows};
use crate::error::Result;
use crate::office::{Office, Staff};

/// What an officer may see in lists: matters whose scope holds the officer's unit, without those the officer recuses
/// from.
pub(crate) async fn visibility(office: &Office, staff: &Staff) -> Result<Visibility> {
    if !allows(staff, Action::ReadLists) {
        return Ok(Visibility::Nothing);
    }
    Ok(Visibility::Units {
        units: BTreeSet::from([staff.officer.unit.clone()]),
        without: recused_from(office, staff).await?,
    })
}

/// Matters an officer recuses from.
pub(crate) async fn recused_from(office: &Office, staff: &Staff) -> Result<BTreeSet<ProceedingId>> {
    let all = office.select_all::<Recusal>(&[&staff.officer.id]).await?;
    Ok(all.into_iter().filter(|(_, recusal)| recusal.stands).map(|((_, proceeding), _)| proceeding).collect())
}

/// Whether an officer recuses from a proceeding (art. 28(3)): a recusal that ended stays on record.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Recusal {
    pub(crate) stands: bool,
}

impl Record for Recusal {
    const TABLE: Table = Table::Recusal;
    type Key = (OfficerId, ProceedingId);
}
