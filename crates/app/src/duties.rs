//! My duties: what the officer's posts, or the whole unit, owe by due time.

use std::collections::BTreeSet;

use huiyin_domain::clock::{OfficeTime, end_of_day};
use huiyin_domain::unit::Post;
pub use huiyin_storage::{DutyCounts, DutyRecord, Page};
use huiyin_storage::{DutyQuery, DutyWindow};
use jiff::ToSpan;

use crate::error::Result;
use crate::office::{Office, Staff};
use crate::permissions::{Action, require};

/// Whose duties are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// Of the posts the officer sits in.
    Mine,
    /// Of the whole unit.
    Unit,
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
    let mut query = query(staff, office, whose, slice, after, limit, &office.now());
    query.without = crate::people::recused_from(office, staff).await?;
    let mut counts = office.store().duty_counts(&query).await?;
    // What has run out in the unit is the head's as well: the first step of every escalation.
    if whose == Whose::Mine && staff.is(Post::Head) {
        let unit = DutyQuery { posts: BTreeSet::new(), ..query.clone() };
        counts.late = office.store().duty_counts(&unit).await?.late;
        if slice == Slice::Late {
            query = unit;
        }
    }
    Ok((office.store().duties(&query).await?, counts))
}

fn query(staff: &Staff, office: &Office, whose: Whose, slice: Slice, after: Option<String>, limit: u32, now: &OfficeTime) -> DutyQuery {
    let today = now.today();
    let week = today.checked_add(7.days()).unwrap_or(today);
    DutyQuery {
        tenant: office.tenant().clone(),
        unit: staff.officer.unit.clone(),
        posts: if whose == Whose::Mine { staff.officer.posts.clone() } else { BTreeSet::new() },
        without: BTreeSet::new(),
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
