//! My duties: what the officer's posts, or the whole unit, owe by due time.

use std::collections::BTreeSet;

use huiyin_domain::clock::end_of_day;
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
#[crate::boxed]
pub async fn deserted(office: &Office, staff: &Staff) -> Result<Vec<Deserted>> {
    let units = posts::deserted_below(office, &*office.directory().await?, staff);
    let reads: Vec<DutyQuery> =
        units.iter().map(|u| DutyQuery { limit: 0, ..posts::whole_unit(office, &u.id, BTreeSet::new()) }).collect();
    let mut out = Vec::new();
    for ((unit, read), slice) in units.into_iter().zip(&reads).zip(office.store().duty_slices(&reads).await?) {
        let folded: u64 = office.store().bursts(read).await?.iter().map(|b| b.matters).sum();
        let owes = slice.count + folded;
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

impl Slice {
    fn window(self) -> DutyWindow {
        match self {
            Self::All => DutyWindow::All,
            Self::Late => DutyWindow::Late,
            Self::Today => DutyWindow::Today,
            Self::Week => DutyWindow::Week,
            Self::Later => DutyWindow::Later,
        }
    }
}

/// The page of duties: counts of every slice, rows of those asked for, bursts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overview {
    /// How many there are in each slice.
    pub counts: DutyCounts,
    /// The rows of the slices asked for, in their order.
    pub pages: Vec<Page<DutyRecord>>,
    /// Filings that came at once and that nobody has touched yet, one row each.
    pub bursts: Vec<Burst>,
}

/// Whether the bursts are read with the duties.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bursts {
    /// They are.
    With,
    /// They are not.
    Without,
}

/// What the page of duties shows, in three reads of the store: who recuses from what, the duties, the bursts.
///
/// # Errors
/// As the store; [`crate::AppError::NotAllowed`] for a post that has no lists.
#[crate::boxed]
pub async fn overview(
    office: &Office,
    staff: &Staff,
    whose: &Whose,
    slices: &[Slice],
    after: Option<String>,
    limit: u32,
    with: Bursts,
) -> Result<Overview> {
    require(staff, Action::ReadLists)?;
    let base = query(office, staff, whose).await?;
    // What has run out in the unit is the head's as well: the first step of every escalation.
    let heads = *whose == Whose::Mine && staff.may(Power::Head);
    let of = |window: DutyWindow| {
        let posts = if heads && window == DutyWindow::Late { BTreeSet::new() } else { base.posts.clone() };
        DutyQuery { posts, window, limit: 0, ..base.clone() }
    };
    let mut reads: Vec<DutyQuery> = DutyCounts::WINDOWS.map(of).to_vec();
    let limit = limit.clamp(1, 500);
    // The rows of everything are read by themselves: their count is the sum of the others.
    let whole = slices.contains(&Slice::All).then(|| DutyQuery { limit, after: after.clone(), ..of(DutyWindow::All) });
    for read in reads.iter_mut().filter(|r| slices.iter().any(|s| s.window() == r.window)) {
        (read.limit, read.after) = (limit, after.clone());
    }
    let rows = async {
        match &whole {
            Some(query) => office.store().duties(query).await.map(Some),
            None => Ok(None),
        }
    };
    let bursts = async {
        match with {
            Bursts::With => office.store().bursts(&base).await,
            Bursts::Without => Ok(Vec::new()),
        }
    };
    let (found, rows, bursts) = tokio::join!(office.store().duty_slices(&reads), rows, bursts);
    let (found, rows) = (found?, rows?);
    let page_of = |slice: &Slice| match slice {
        Slice::All => rows.clone(),
        slice => {
            reads.iter().position(|r| r.window == slice.window()).and_then(|n| found.get(n)).map(|f| f.page.clone())
        }
    };
    let pages = slices.iter().filter_map(page_of).collect();
    Ok(Overview { counts: DutyCounts::from_slices(&found), pages, bursts: bursts? })
}

/// A page of one slice and the counts of every slice.
///
/// # Errors
/// As [`overview`].
#[crate::boxed]
pub async fn list(
    office: &Office,
    staff: &Staff,
    whose: Whose,
    slice: Slice,
    after: Option<String>,
    limit: u32,
) -> Result<(Page<DutyRecord>, DutyCounts)> {
    let mut found = overview(office, staff, &whose, &[slice], after, limit, Bursts::Without).await?;
    Ok((found.pages.pop().unwrap_or(Page { rows: Vec::new(), next: None }), found.counts))
}

/// The bursts in which whose duties these are has something to sort: many filings from one network within minutes, one
/// row each. Whatever is touched, or of which a clock warns, leaves them.
///
/// # Errors
/// As [`overview`].
#[crate::boxed]
pub async fn bursts(office: &Office, staff: &Staff, whose: &Whose) -> Result<Vec<Burst>> {
    require(staff, Action::ReadLists)?;
    Ok(office.store().bursts(&query(office, staff, whose).await?).await?)
}

/// Names there are for bursts at once; those beyond share one, so that each stands in the list of duties.
const NAMES: usize = 50;
/// The name that those beyond share; the others are hexadecimal.
const SHARED: &str = "more";

/// A name for a burst that begins at the petition office.
///
/// # Errors
/// As the store; [`AppError::Internal`] when the system gives no randomness.
#[crate::boxed]
pub async fn name_burst(office: &Office) -> Result<String> {
    let open = office.store().bursts(&posts::whole_unit(office, office.front_office(), BTreeSet::new())).await?;
    if open.len() < NAMES { random_hex(4) } else { Ok(SHARED.to_owned()) }
}

/// A page of what is in a burst, by due time.
///
/// # Errors
/// As [`list`].
#[crate::boxed]
pub async fn of_burst(
    office: &Office,
    staff: &Staff,
    whose: &Whose,
    burst: &str,
    after: Option<String>,
    limit: u32,
) -> Result<Page<DutyRecord>> {
    require(staff, Action::ReadLists)?;
    let query = query(office, staff, whose).await?;
    let query = DutyQuery { burst: Some(burst.to_owned()), after, limit: limit.clamp(1, 500), ..query };
    Ok(office.store().duties(&query).await?)
}

/// Whose duties are asked for, without those of proceedings the officer recuses from.
async fn query(office: &Office, staff: &Staff, whose: &Whose) -> Result<DutyQuery> {
    let directory = office.directory().await?;
    let (mut unit, mut posts) = (staff.officer.unit.clone(), BTreeSet::new());
    match whose {
        Whose::Mine => {
            posts.extend(staff.officer.posts.iter().copied());
            // What an empty post owes falls to the head at once.
            let more = if staff.may(Power::Head) {
                posts::empty(&directory, &unit)
            } else {
                posts::stood_in_for(&directory, staff)
            };
            posts.extend(more);
        }
        Whose::Below(below) if posts::deserted_below(office, &directory, staff).iter().any(|u| &u.id == below) => {
            unit = below.clone()
        }
        Whose::Below(_) => return Err(AppError::NotFound),
        Whose::Unit => {}
    }
    let now = office.now();
    let today = now.today();
    let week = today.checked_add(7.days()).unwrap_or(today);
    Ok(DutyQuery {
        tenant: office.tenant().clone(),
        unit,
        posts,
        without: crate::access::recused_from(office, staff).await?,
        burst: None,
        window: DutyWindow::All,
        now: now.at,
        today_ends: end_of_day(today, &now.zone),
        week_ends: end_of_day(week, &now.zone),
        after: None,
        limit: 0,
    })
}
