//! Who sits at which window today. It ends with the day, also where nobody thought of leaving.

use huiyin_domain::ids::{OfficerId, UnitId};
use huiyin_storage::{Record, RecordWrite, Table};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::hall;
use crate::access::{Action, require};
use crate::error::{AppError, Result};
use crate::office::{Office, Staff};

/// An officer at a window.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sitting {
    /// Who.
    pub officer: OfficerId,
    /// On which day.
    pub day: Date,
}

impl Record for Sitting {
    const TABLE: Table = Table::Sitting;
    /// The unit of the hall and the window.
    type Key = (UnitId, u32);
}

/// Who sits where today, by window.
///
/// # Errors
/// As the store.
pub(crate) async fn of_today(office: &Office, unit: &UnitId) -> Result<Vec<(u32, OfficerId)>> {
    let today = office.now().today();
    let all = office.select_all::<Sitting>(&[unit]).await?;
    Ok(all.into_iter().filter(|(_, s)| s.day == today).map(|((_, window), s)| (window, s.officer)).collect())
}

/// The window an officer sits at today.
///
/// # Errors
/// As the store.
#[crate::boxed]
pub async fn window_of(office: &Office, staff: &Staff) -> Result<Option<u32>> {
    let all = of_today(office, &staff.officer.unit).await?;
    Ok(all.into_iter().find(|(_, officer)| *officer == staff.officer.id).map(|(window, _)| window))
}

/// An officer sits down at a window; whoever sat there has left it, and the officer any other.
///
/// # Errors
/// [`AppError::NotFound`] where there is no such window.
#[crate::boxed]
pub async fn sit(office: &Office, staff: &Staff, window: u32) -> Result<()> {
    require(staff, Action::Receive)?;
    let unit = staff.officer.unit.clone();
    let hall = hall::open_to_visitors(office, &unit).await?;
    hall.window(window).ok_or(AppError::NotFound)?;
    let sitting = Sitting { officer: staff.officer.id.clone(), day: office.now().today() };
    let mut writes = left(office, staff, Some(window)).await?;
    writes.push(RecordWrite::put(&(unit, window), &sitting)?);
    office.write(writes).await?;
    super::watch::staffed(office, staff).await
}

/// An officer leaves the window.
///
/// # Errors
/// As the store.
#[crate::boxed]
pub async fn leave(office: &Office, staff: &Staff) -> Result<()> {
    let writes = left(office, staff, None).await?;
    office.write(writes).await
}

/// The windows an officer leaves, but for one.
async fn left(office: &Office, staff: &Staff, but: Option<u32>) -> Result<Vec<RecordWrite>> {
    let unit = staff.officer.unit.clone();
    let all = office.select_all::<Sitting>(&[&unit]).await?;
    let own = all.into_iter().filter(|((_, window), s)| s.officer == staff.officer.id && Some(*window) != but);
    Ok(own.map(|(key, _)| RecordWrite::remove::<Sitting>(&key)).collect())
}
