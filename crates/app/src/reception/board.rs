//! The hall as it stands now: who is called where, who waits, how long it will take. Ticket numbers alone: everybody in
//! the room reads it.

use huiyin_domain::hall::queue::{self, Waiter};
use huiyin_domain::hall::stage::Stage;
use huiyin_domain::ids::{OfficerId, UnitId};
use huiyin_domain::procedure::QueueRule;
use jiff::{SignedDuration, Timestamp};

use super::hall::{self, Hall, Window};
use super::sitting;
use super::ticket::{self, Ticket};
use crate::error::{AppError, Result};
use crate::office::Office;

/// Talks of the day from which their mean says how long one takes.
const ENOUGH_TALKS: i64 = 3;

/// A window and who is called to it or received there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counter {
    /// The window.
    pub window: Window,
    /// Who sits there today.
    pub officer: Option<OfficerId>,
    /// Whoever is called to it, or received there.
    pub now: Option<Ticket>,
}

/// Somebody who waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The ticket.
    pub ticket: Ticket,
    /// How many are called before.
    pub before: usize,
    /// How long it will take, about; `None` while no window is there for the service.
    pub expected: Option<Minutes>,
}

/// A time in whole minutes, rounded up to five: nobody knows it better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Minutes(pub i64);

impl Minutes {
    fn about(time: SignedDuration) -> Self {
        Self(time.as_mins().saturating_add(4) / 5 * 5)
    }
}

/// The hall now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Board {
    /// Tickets are given.
    pub open: bool,
    /// Windows in order.
    pub counters: Vec<Counter>,
    /// Who waits, in the order in which they are called.
    pub waiting: Vec<Line>,
    /// Who waits for something after a talk was interrupted.
    pub paused: Vec<Ticket>,
    /// The longest that somebody has waited so far, from the ticket on.
    pub longest: Option<Minutes>,
}

impl Board {
    /// Whoever waits with a ticket.
    pub fn line(&self, ticket: &str) -> Option<&Line> {
        self.waiting.iter().find(|line| line.ticket.place.ticket == ticket)
    }

    /// Who is called next to a window.
    pub fn next_for(&self, window: &Window) -> Option<&Line> {
        self.waiting.iter().find(|line| window.serves(&line.ticket.place.service))
    }
}

/// The hall of a unit now.
///
/// # Errors
/// [`AppError::NotFound`] where there is none.
#[crate::boxed]
pub async fn board(office: &Office, unit: &UnitId) -> Result<Board> {
    let hall = hall::open_to_visitors(office, unit).await?;
    let Some((_, rule)) = hall::rules(office) else { return Err(AppError::NotFound) };
    let now = office.now();
    let tickets = ticket::of_day(office, unit, now.today()).await?;
    let sitting = sitting::of_today(office, unit).await?;
    Ok(draw(&hall, &sitting, &tickets, &rule, now.at))
}

/// The windows to which somebody is called, or where somebody is received.
pub(super) async fn windows_in_use(office: &Office, unit: &UnitId) -> Result<Vec<u32>> {
    let tickets = ticket::of_day(office, unit, office.now().today()).await?;
    Ok(tickets.iter().filter_map(|t| t.place.stage.window()).collect())
}

fn draw(hall: &Hall, sitting: &[(u32, OfficerId)], tickets: &[Ticket], rule: &QueueRule, now: Timestamp) -> Board {
    let officer = |window: &Window| sitting.iter().find(|(n, _)| *n == window.number).map(|(_, o)| o.clone());
    let waits = |t: &&Ticket| matches!(t.place.stage, Stage::Waiting { .. });
    let waiters = tickets.iter().filter_map(|t| {
        let Stage::Waiting { since } = t.place.stage else { return None };
        let (ticket, service) = (t.place.ticket.clone(), t.place.service.clone());
        Some(Waiter { ticket, number: t.number.clone(), service, since, goes_first: goes_first(t, rule, now) })
    });
    let mut called: Vec<(Timestamp, bool)> =
        tickets.iter().filter_map(|t| last_call(t).map(|at| (at, goes_first(t, rule, at)))).collect();
    called.sort_by_key(|call| std::cmp::Reverse(call.0));
    let row = queue::first_in_a_row(called.into_iter().map(|(_, went_first)| went_first));
    let order = queue::order(waiters.collect(), row, rule.needs_in_a_row);
    let usual = usual_talk(tickets).unwrap_or_else(|| SignedDuration::from_mins(i64::from(rule.usual_minutes)));
    let waiting = order
        .iter()
        .enumerate()
        .filter_map(|(i, waiter)| {
            let windows: Vec<&Window> =
                hall.windows.iter().filter(|w| officer(w).is_some() && w.serves(&waiter.service)).collect();
            let before = order.iter().take(i).filter(|b| windows.iter().any(|w| w.serves(&b.service))).count();
            let expected = queue::expected_wait(before, usual, windows.len()).map(Minutes::about);
            let ticket = tickets.iter().find(|t| t.place.ticket == waiter.ticket)?.clone();
            Some(Line { ticket, before, expected })
        })
        .collect();
    let at = |number: u32| tickets.iter().find(|t| t.place.stage.window() == Some(number)).cloned();
    Board {
        open: hall.open,
        counters: hall
            .windows
            .iter()
            .map(|w| Counter { window: w.clone(), officer: officer(w), now: at(w.number) })
            .collect(),
        waiting,
        paused: tickets.iter().filter(|t| matches!(t.place.stage, Stage::Paused { .. })).cloned().collect(),
        longest: tickets
            .iter()
            .filter(waits)
            .map(|t| now.duration_since(t.taken_at))
            .max()
            .map(|time| Minutes(time.as_mins().max(0))),
    }
}

/// Whether somebody is called before those who came earlier: she states a need, or the time she has booked is there and
/// she came in time for it.
fn goes_first(ticket: &Ticket, rule: &QueueRule, now: Timestamp) -> bool {
    let grace = rule.booking.as_ref().map_or(0, |b| i64::from(b.grace_minutes));
    let late = |at: Timestamp| ticket.taken_at.duration_since(at) > SignedDuration::from_mins(grace);
    let is_time = ticket.place.booked_for.is_some_and(|at| at <= now && !late(at) && ticket.place.missed == 0);
    is_time || ticket.place.need.is_some()
}

/// When a ticket was called last; `None`: not yet.
fn last_call(ticket: &Ticket) -> Option<Timestamp> {
    match ticket.place.stage {
        Stage::Called { called_at, .. } => Some(called_at),
        _ => ticket.place.heard_from,
    }
}

/// How long a talk took today, on average; `None` before there were enough of them.
fn usual_talk(tickets: &[Ticket]) -> Option<SignedDuration> {
    let talks: Vec<i64> = tickets
        .iter()
        .filter_map(|t| match (t.place.heard_from, &t.place.stage) {
            (Some(from), Stage::Gone { left_at }) => Some(left_at.duration_since(from).as_secs().max(60)),
            _ => None,
        })
        .collect();
    let many = i64::try_from(talks.len()).ok().filter(|n| *n >= ENOUGH_TALKS)?;
    Some(SignedDuration::from_secs(talks.iter().sum::<i64>().checked_div(many)?))
}
