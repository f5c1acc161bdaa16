//! The order of the queue, and how long somebody in it still waits.
//!
//! Whoever came first is called first. A need that a visitor states (age, pregnancy, disability, an infant, fever) comes
//! before the others, and after so many of them in a row one of the others is called, so that nobody is passed over for
//! a whole morning. Nothing else moves anybody: no insistence, no post, no number of earlier visits.

use jiff::{SignedDuration, Timestamp};

/// Somebody in the queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiter {
    /// Ticket.
    pub ticket: String,
    /// Service.
    pub service: String,
    /// From when the place counts.
    pub since: Timestamp,
    /// A need was stated.
    pub has_need: bool,
}

/// The order in which those who wait are called. `row` needs were called in a row before; at most `most` are.
pub fn order(mut waiting: Vec<Waiter>, row: u32, most: u32) -> Vec<Waiter> {
    waiting.sort_by(|a, b| (a.since, &a.ticket).cmp(&(b.since, &b.ticket)));
    let (needs, others): (Vec<Waiter>, Vec<Waiter>) = waiting.into_iter().partition(|w| w.has_need);
    let (mut needs, mut others) = (needs.into_iter().peekable(), others.into_iter().peekable());
    let (mut out, mut row) = (Vec::new(), row);
    loop {
        let need_is_next = needs.peek().is_some() && (row < most.max(1) || others.peek().is_none());
        let next = if need_is_next { needs.next() } else { others.next() };
        let Some(next) = next else { return out };
        row = if next.has_need { row.saturating_add(1) } else { 0 };
        out.push(next);
    }
}

/// How many with a need were called in a row, from the last calls, newest first.
pub fn needs_in_a_row(newest_first: impl IntoIterator<Item = bool>) -> u32 {
    let in_a_row = newest_first.into_iter().take_while(|has_need| *has_need).count();
    u32::try_from(in_a_row).unwrap_or(u32::MAX)
}

/// How long whoever has so many before her still waits, when a talk takes so long and so many windows serve her.
/// `None` while no window does.
pub fn expected_wait(before: usize, usual: SignedDuration, windows: usize) -> Option<SignedDuration> {
    let windows = i64::try_from(windows).ok().filter(|w| *w > 0)?;
    // The first of as many as there are windows is called when the first of them is free, half a talk from now.
    let rounds_twice = i64::try_from(before).ok()?.checked_mul(2)?.checked_div(windows)?.saturating_add(1);
    let seconds = usual.as_secs().checked_mul(rounds_twice)?.checked_div(2)?;
    Some(SignedDuration::from_secs(seconds))
}
