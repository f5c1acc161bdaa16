//! My duties: what the officer's posts, or the whole unit, owe by due time.

use std::collections::BTreeSet;

use huiyin_domain::clock::{OfficeTime, end_of_day};
use huiyin_domain::ids::UnitId;
use huiyin_domain::posts::Power;
use huiyin_domain::unit::Unit;
pub use huiyin_storage::{Burst, DutyCounts, DutyRecord, Page};
use huiyin_storage::{DutyQuery, DutyWindow};
use jiff::ToSpan;

use crate::access::{Action, require};
use crate::error::{AppError, Result};
use crate::office::{Office, Staff, random_hex};
use crate::posts;

/// Whose duties are listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whose {
    /// Of the posts the officer sits in; for a head also of those in which nobody sits.
    Mine,
    /// Of the whole unit.
    Unit,
    /// Of a unit below in which nobody sits at all.
    Below(UnitId),
}

/// A unit below in which nobody sits, and how many duties it owes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deserted {
    /// The unit.
    pub unit: Unit,
    /// Its duties.
    pub owes: u64,
}

/// Units below this head in which nobody sits and which owe something.
///
/// # Errors
/// As the store.
pub async fn deserted(office: &Office, staff: &Staff) -> Result<Vec<Deserted>> {
    let mut out = Vec::new();
    for unit in posts::deserted_below(office, &*office.directory().await?, staff) {
        let owes = posts::owed(office, &unit.id, BTreeSet::new()).await?;
        if owes > 0 {
            out.push(Deserted { unit, owes });
        }
    }
    Ok(out)
}

/// Which slice of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slice {
    /// All.
    All,
    /// Overdue.
    Late,
    /// Today.
    Today,
    /// Within seven days.
    Week,
    /// Later.
    Later,
}

/// A page of duties and the counts of every slice.
///
/// # Errors
/// As the store; [`crate::AppError::NotAllowed`] for a post that has no lists.
pub async fn list(office: &Office, staff: &Staff, whose: Whose, slice: Slice, after: Option<String>, limit: u32) -> Result<(Page<DutyRecord>, DutyCounts)> {
    require(staff, Action::ReadLists)?;
    let mut query = query(staff, office, &whose, slice, after, limit, &office.now());
    owner(office, staff, &whose, &mut query).await?;
    let mut counts = office.store().duty_counts(&query).await?;
    // What has run out in the unit is the head's as well: the first step of every escalation.
    if whose == Whose::Mine && staff.may(Power::Head) {
        let unit = DutyQuery { posts: BTreeSet::new(), ..query.clone() };
        counts.late = office.store().duty_counts(&unit).await?.late;
        if slice == Slice::Late {
            query = unit;
        }
    }
    Ok((office.store().duties(&query).await?, counts))
}

/// The bursts in which whose duties these are has something to sort: many filings from one network within minutes, one row each.
/// Whatever is touched, or of which a clock warns, leaves them.
///
/// # Errors
/// As [`list`].
pub async fn bursts(office: &Office, staff: &Staff, whose: &Whose) -> Result<Vec<Burst>> {
    require(staff, Action::ReadLists)?;
    let mut query = query(staff, office, whose, Slice::All, None, 1, &office.now());
    owner(office, staff, whose, &mut query).await?;
    Ok(office.store().bursts(&query).await?)
}

/// Names there are for bursts at once; those beyond share one, so that each stands in the list of duties.
const NAMES: usize = 50;
/// The name that those beyond share; the others are hexadecimal.
const SHARED: &str = "more";

/// A name for a burst that begins at the petition office.
///
/// # Errors
/// As the store; [`AppError::Internal`] when the system gives no randomness.
pub async fn name_burst(office: &Office) -> Result<String> {
    let open = office.store().bursts(&posts::whole_unit(office, office.front_office(), BTreeSet::new())).await?;
    if open.len() < NAMES { random_hex(4) } else { Ok(SHARED.to_owned()) }
}

/// A page of what is in a burst, by due time.
///
/// # Errors
/// As [`list`].
pub async fn of_burst(office: &Office, staff: &Staff, whose: &Whose, burst: &str, after: Option<String>, limit: u32) -> Result<Page<DutyRecord>> {
    require(staff, Action::ReadLists)?;
    let mut query = query(staff, office, whose, Slice::All, after, limit, &office.now());
    owner(office, staff, whose, &mut query).await?;
    query.burst = Some(burst.to_owned());
    Ok(office.store().duties(&query).await?)
}

/// Completes whose duties are asked for.
async fn owner(office: &Office, staff: &Staff, whose: &Whose, query: &mut DutyQuery) -> Result<()> {
    let directory = office.directory().await?;
    match whose {
        // What an empty post owes falls to the head at once.
        Whose::Mine if staff.may(Power::Head) => query.posts.extend(posts::empty(&directory, &staff.officer.unit)),
        Whose::Below(unit) if posts::deserted_below(office, &directory, staff).iter().any(|u| &u.id == unit) => query.unit = unit.clone(),
        Whose::Below(_) => return Err(AppError::NotFound),
        Whose::Mine => query.posts.extend(posts::stood_in_for(&directory, staff)),
        Whose::Unit => {}
    }
    query.without = crate::access::recused_from(office, staff).await?;
    Ok(())
}

fn query(staff: &Staff, office: &Office, whose: &Whose, slice: Slice, after: Option<String>, limit: u32, now: &OfficeTime) -> DutyQuery {
    let today = now.today();
    let week = today.checked_add(7.days()).unwrap_or(today);
    DutyQuery {
        tenant: office.tenant().clone(),
        unit: staff.officer.unit.clone(),
        posts: if *whose == Whose::Mine { staff.officer.posts.clone() } else { BTreeSet::new() },
        without: BTreeSet::new(),
        burst: None,
        window: match slice {
            Slice::All => DutyWindow::All,
            Slice::Late => DutyWindow::Late,
            Slice::Today => DutyWindow::Today,
            Slice::Week => DutyWindow::Week,
            Slice::Later => DutyWindow::Later,
        },
        now: now.at,
        today_ends: end_of_day(today, &now.zone),
        week_ends: end_of_day(week, &now.zone),
        after,
        limit: limit.clamp(1, 500),
    }
}
