//! When a hall receives, and which of its times can be booked.

use std::collections::BTreeMap;

use huiyin_domain::ids::UnitId;
use huiyin_domain::text;
use huiyin_storage::{Record, RecordWrite, Table};
use jiff::civil::{Date, Time};
use jiff::{SignedDuration, ToSpan};
use serde::{Deserialize, Serialize};

use crate::access::{Action, require};
use crate::acts;
use crate::error::{AppError, FormError, Result};
use crate::office::{Office, Staff};
use crate::reception::hall;
use crate::security::{Act, Entry};

/// Openings of one day, at most.
const OPENINGS: usize = 4;
/// Closed days that are listed, at most.
const CLOSURES: usize = 100;
/// Minutes of one time: from five to four hours.
const MINUTES: std::ops::RangeInclusive<u32> = 5..=240;
/// Characters of a reason, at most.
const REASON: usize = 60;

/// From when until when a hall receives on a working day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Opening {
    /// From.
    pub from: Time,
    /// Until.
    pub until: Time,
}

/// When a hall receives, and what can be booked of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BookingPlan {
    /// Times can be booked.
    pub open: bool,
    /// When it receives on working days.
    pub hours: Vec<Opening>,
    /// Minutes of one time.
    pub minutes: u32,
    /// Visitors who are booked for one time, at most; the other windows are for those who come without.
    pub at_once: u32,
    /// Days on which it does not receive, with the reason.
    pub closures: BTreeMap<Date, String>,
}

impl Record for BookingPlan {
    const TABLE: Table = Table::BookingPlan;
    /// The unit of the hall.
    type Key = (UnitId,);
}

impl BookingPlan {
    /// The times of a day, in order, each whole before the hall closes.
    pub fn times(&self) -> Vec<Time> {
        let step = SignedDuration::from_mins(i64::from(self.minutes.max(1)));
        let mut out = Vec::new();
        for opening in &self.hours {
            let mut at = opening.from;
            while let Ok(end) = at.checked_add(step) {
                if end > opening.until {
                    break;
                }
                out.push(at);
                at = end;
            }
        }
        out
    }

    /// Whether it receives at a time of a working day.
    pub fn receives_at(&self, time: Time) -> bool {
        self.hours.iter().any(|o| o.from <= time && time < o.until)
    }
}

/// The plan of a hall; `None` where none was made.
///
/// # Errors
/// As the store.
#[crate::boxed]
pub async fn of_unit(office: &Office, unit: &UnitId) -> Result<Option<BookingPlan>> {
    office.find::<BookingPlan>(&(unit.clone(),)).await
}

/// Sets or changes the plan of the officer's hall. Days that are closed by it are named: whoever is booked on them is
/// still booked until that is called off ([`super::desk::cancel_day`]).
///
/// # Errors
/// [`AppError::Form`] names what is wrong; [`AppError::NotAllowed`] for who does not keep the hall;
/// [`AppError::ChangedMeanwhile`] when the plan is not the one that was `seen`.
#[crate::boxed]
pub async fn put(office: &Office, staff: &Staff, mut plan: BookingPlan, seen: Option<&BookingPlan>) -> Result<()> {
    require(staff, Action::KeepHall)?;
    let unit = staff.officer.unit.clone();
    let hall = hall::open_to_visitors(office, &unit).await?;
    let _turn = office.turn(&format!("booking-plan:{unit}")).await;
    // A form of before takes nothing away that a colleague has written since.
    if seen.is_some() && of_unit(office, &unit).await?.unwrap_or_default() != *seen.unwrap_or(&BookingPlan::default()) {
        return Err(AppError::ChangedMeanwhile);
    }
    let mut errors = Vec::new();
    plan.hours.sort();
    if plan.open && plan.hours.is_empty() {
        errors.push(FormError::new("hours", "fault-hours-none"));
    }
    if plan.hours.len() > OPENINGS {
        errors.push(FormError::with("hours", "fault-too-many", OPENINGS));
    }
    let overlaps = plan.hours.iter().zip(plan.hours.iter().skip(1)).any(|(a, b)| b.from < a.until);
    if overlaps || plan.hours.iter().any(|o| o.until <= o.from) {
        errors.push(FormError::new("hours", "fault-hours-order"));
    }
    if !MINUTES.contains(&plan.minutes) {
        errors.push(FormError::with("minutes", "fault-slot-minutes", format!("{}–{}", MINUTES.start(), MINUTES.end())));
    } else if plan.open && errors.is_empty() && plan.times().is_empty() {
        errors.push(FormError::new("minutes", "fault-slot-none-fits"));
    }
    // One window at least stays for those who come without having booked.
    let most = u32::try_from(hall.windows.len()).unwrap_or(u32::MAX).saturating_sub(1);
    if plan.open && most == 0 {
        errors.push(FormError::new("at_once", "fault-slot-one-window"));
    } else if plan.open && !(1..=most).contains(&plan.at_once) {
        errors.push(FormError::with("at_once", "fault-slot-at-once", most));
    }
    let today = office.now().today();
    // What is over needs no line any more.
    plan.closures.retain(|day, _| *day >= today.saturating_sub(31.days()));
    if plan.closures.len() > CLOSURES {
        errors.push(FormError::with("closures", "fault-too-many", CLOSURES));
    }
    for (day, reason) in &mut plan.closures {
        *reason = text::line(reason);
        if text::is_blank(reason) {
            errors.push(FormError::with("closures", "fault-closure-reason", day));
        } else if reason.chars().count() > REASON {
            errors.push(FormError::with("closures", "fault-too-long", REASON));
        }
    }
    if !errors.is_empty() {
        return Err(AppError::Form(errors));
    }
    let entry = Entry::new(office, Act::HallChanged, Some(&staff.officer.id)).with(unit.as_str());
    acts::put(office, &[entry], vec![RecordWrite::put(&(unit,), &plan)?]).await
}

/// Closes a day of the officer's hall, where it is not closed yet.
///
/// # Errors
/// [`AppError::Form`] for a reason that is too long.
pub(super) async fn close_day(office: &Office, staff: &Staff, day: Date, reason: &str) -> Result<()> {
    let unit = staff.officer.unit.clone();
    let _turn = office.turn(&format!("booking-plan:{unit}")).await;
    let mut plan = of_unit(office, &unit).await?.ok_or(AppError::NotFound)?;
    let reason = text::line(reason);
    if reason.chars().count() > REASON {
        return Err(AppError::Form(vec![FormError::with("reason", "fault-too-long", REASON)]));
    }
    if plan.closures.contains_key(&day) {
        return Ok(());
    }
    plan.closures.insert(day, reason);
    let entry = Entry::new(office, Act::HallChanged, Some(&staff.officer.id)).with(unit.as_str());
    acts::put(office, &[entry], vec![RecordWrite::put(&(unit,), &plan)?]).await
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test")]
mod tests {
    use super::*;
    use jiff::civil::time;

    #[test]
    fn times_are_whole_within_their_hours() {
        let opening = |from, until| Opening { from, until };
        let plan = BookingPlan {
            minutes: 40,
            hours: vec![
                opening(time(9, 0, 0, 0), time(11, 30, 0, 0)),
                opening(time(14, 0, 0, 0), time(14, 39, 0, 0)),
                opening(time(22, 30, 0, 0), time(23, 59, 0, 0)),
            ],
            ..BookingPlan::default()
        };
        let times: Vec<String> = plan.times().iter().map(|t| t.strftime("%H:%M").to_string()).collect();
        assert_eq!(times, ["09:00", "09:40", "10:20", "22:30", "23:10"], "none that the hall closes in the middle of");
        assert!(plan.receives_at(time(11, 29, 0, 0)) && !plan.receives_at(time(11, 30, 0, 0)));
    }
}
