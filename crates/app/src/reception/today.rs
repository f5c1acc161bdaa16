//! The hall's day on one screen: who sits where, who waits and how long, who comes, what is owed next. No figure is
//! about a person, and no words of anybody stand in it.

use std::collections::BTreeSet;

use huiyin_domain::hall::stage::Stage;
use huiyin_domain::ids::UnitId;
use huiyin_domain::kind::ProceedingKind;
use huiyin_storage::{DutyQuery, DutyRecord};
use jiff::civil::Date;
use jiff::{SignedDuration, ToSpan};

use super::board::{Board, Minutes, board};
use super::come::{self, ComingRow};
use super::ticket::{self, Ticket};
use crate::error::Result;
use crate::office::Office;
use crate::posts;

/// Days ahead of which it tells who comes.
const AHEAD: i32 = 7;
/// Duties looked through for those of reception.
const LOOKED: u32 = 500;
/// Pages of them, at most.
const PAGES: usize = 10;
/// Of those, shown.
const SHOWN: usize = 8;

/// The day so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figures {
    /// Tickets that were taken.
    pub came: usize,
    /// Visitors who were heard.
    pub heard: usize,
    /// Visitors who were called and went away unheard.
    pub went_away: usize,
    /// How long they waited for the first talk, on average; `None` before anybody was heard.
    pub waited: Option<Minutes>,
    /// How long a talk took, on average.
    pub talked: Option<Minutes>,
}

/// The hall's day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Today {
    /// The queue and the windows.
    pub board: Board,
    /// The day so far.
    pub figures: Figures,
    /// How many are booked today, and how many of them have come.
    pub booked: (usize, usize),
    /// Who comes, today and in the days after.
    pub coming: Vec<(Date, ComingRow)>,
    /// What the unit owes next in receiving visitors: of each kind the first, and how many there are.
    pub next: Vec<(DutyRecord, usize)>,
}

/// The day of a unit's hall.
///
/// # Errors
/// [`crate::AppError::NotFound`] where there is none.
#[crate::boxed]
pub async fn today(office: &Office, unit: &UnitId) -> Result<Today> {
    let board = board(office, unit).await?;
    let day = office.now().today();
    let tickets = ticket::of_day(office, unit, day).await?;
    let coming = come::between(office, unit, day, day.saturating_add(AHEAD.days())).await?;
    let expected = super::booking::desk::of_day(office, unit, day).await?;
    let mut duties = Vec::new();
    let mut query = DutyQuery { limit: LOOKED, ..posts::whole_unit(office, unit, BTreeSet::new()) };
    // Those of reception are for minutes and days and stand in front; what is due long after is not looked through.
    for _ in 0..PAGES {
        let page = office.store().duties(&query).await?;
        duties.extend(page.rows.into_iter().filter(|d| d.of == ProceedingKind::Reception));
        let Some(next) = page.next else { break };
        query.after = Some(next);
    }
    Ok(Today {
        board,
        figures: figures(&tickets),
        booked: (expected.len(), expected.iter().filter(|e| e.row.ticket.is_some()).count()),
        coming: coming.into_iter().filter(|(_, row)| !row.over).collect(),
        next: first_of_each(duties.into_iter()),
    })
}

/// Of duties in the order of their ends the first of each kind, with how many there are.
fn first_of_each(duties: impl Iterator<Item = DutyRecord>) -> Vec<(DutyRecord, usize)> {
    let mut out: Vec<(DutyRecord, usize)> = Vec::new();
    for duty in duties {
        match out.iter_mut().find(|(first, _)| first.rule == duty.rule && first.unit == duty.unit) {
            Some((_, many)) => *many += 1,
            None => out.push((duty, 1)),
        }
    }
    out.truncate(SHOWN);
    out
}

fn figures(tickets: &[Ticket]) -> Figures {
    let waits = tickets.iter().filter_map(|t| Some(t.place.heard_from?.duration_since(t.taken_at)));
    let talks = tickets.iter().filter_map(|t| match t.place.stage {
        Stage::Gone { left_at } => Some(left_at.duration_since(t.place.heard_from?)),
        _ => None,
    });
    let gone = |t: &&Ticket| matches!(t.place.stage, Stage::Gone { .. });
    Figures {
        came: tickets.len(),
        heard: tickets.iter().filter(|t| t.place.heard_from.is_some()).count(),
        went_away: tickets.iter().filter(gone).filter(|t| t.place.heard_from.is_none()).count(),
        waited: mean(waits),
        talked: mean(talks),
    }
}

/// The mean in whole minutes.
fn mean(times: impl Iterator<Item = SignedDuration>) -> Option<Minutes> {
    let times: Vec<i64> = times.map(|t| t.as_mins().max(0)).collect();
    let many = i64::try_from(times.len()).ok()?;
    times.iter().sum::<i64>().checked_div(many).map(Minutes)
}
