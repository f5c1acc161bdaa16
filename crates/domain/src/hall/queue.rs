//! The order of the queue, and how long somebody in it still waits.
//!
//! Whoever came first is called first. A need that a visitor states (age, pregnancy, an infant, fever) and a time that
//! was booked and has come go before the others, and after so many of them in a row one of the others is called, so
//! that nobody is passed over for a whole morning. Nothing else moves anybody: no insistence, no post, no number of
//! earlier visits.

use jiff::{SignedDuration, Timestamp};

/// Somebody in the queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiter {
    /// Ticket.
    pub ticket: String,
    /// The number of the visit: who of two came first within one second.
    pub number: String,
    /// Service.
    pub service: String,
    /// From when the place counts.
    pub since: Timestamp,
    /// A need was stated, or the time that was booked has come.
    pub goes_first: bool,
}

/// The order in which those who wait are called. `row` of those who go first were called in a row
/// before; at most `most` are.
pub fn order(mut waiting: Vec<Waiter>, row: u32, most: u32) -> Vec<Waiter> {
    waiting.sort_by(|a, b| (a.since, &a.number).cmp(&(b.since, &b.number)));
    let (needs, others): (Vec<Waiter>, Vec<Waiter>) = waiting.into_iter().partition(|w| w.goes_first);
    let (mut needs, mut others) = (needs.into_iter().peekable(), others.into_iter().peekable());
    let (mut out, mut row) = (Vec::new(), row);
    loop {
        let need_is_next = needs.peek().is_some() && (row < most.max(1) || others.peek().is_none());
        let next = if need_is_next { needs.next() } else { others.next() };
        let Some(next) = next else { return out };
        row = if next.goes_first { row.saturating_add(1) } else { 0 };
        out.push(next);
    }
}

/// How many who go first were called in a row, from the last calls, newest first.
pub fn first_in_a_row(newest_first: impl IntoIterator<Item = bool>) -> u32 {
    let in_a_row = newest_first.into_iter().take_while(|went_first| *went_first).count();
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

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test")]
mod tests {
    use super::*;

    fn waiter(ticket: &str, minute: i64) -> Waiter {
        let since = Timestamp::from_second(minute * 60).unwrap();
        Waiter {
            ticket: ticket.into(),
            number: format!("R2026-{minute:06}"),
            service: "any".into(),
            since,
            goes_first: ticket.starts_with('n'),
        }
    }

    /// Tickets in the order of their letters; those that begin with n state a need.
    fn check(came: &[&str], row: u32, most: u32, called: &[&str]) {
        let mut waiting: Vec<Waiter> = came.iter().zip(0..).map(|(ticket, minute)| waiter(ticket, minute)).collect();
        waiting.reverse();
        let found: Vec<String> = order(waiting, row, most).into_iter().map(|w| w.ticket).collect();
        assert_eq!(found, called, "{came:?} after {row} in a row of {most} at most");
    }

    #[test]
    fn whoever_came_first_is_first_and_needs_pass_nobody_over_for_long() {
        check(&[], 0, 2, &[]);
        check(&["a1", "a2", "a3"], 0, 2, &["a1", "a2", "a3"]);
        check(&["a1", "n1"], 0, 2, &["n1", "a1"]);
        check(&["a1", "n1", "n2", "n3", "a2", "n4"], 0, 2, &["n1", "n2", "a1", "n3", "n4", "a2"]);
        check(&["a1", "n1"], 2, 2, &["a1", "n1"]);
        check(&["n1", "n2", "n3"], 2, 2, &["n1", "n2", "n3"]);
        // A rule of none in a row would pass over whoever has a need: one at least.
        check(&["a1", "n1", "n2"], 0, 0, &["n1", "a1", "n2"]);
    }

    #[test]
    fn two_who_came_in_one_second_stand_in_the_order_of_their_visits() {
        let at = |ticket: &str, nth| Waiter { since: Timestamp::UNIX_EPOCH, ..waiter(ticket, nth) };
        let found: Vec<String> =
            order(vec![at("a3", 3), at("b1", 2), at("a1", 1)], 0, 2).into_iter().map(|w| w.ticket).collect();
        assert_eq!(found, ["a1", "b1", "a3"], "not in the order of their letters");
    }

    #[test]
    fn those_who_go_first_are_counted_from_the_newest_call() {
        assert_eq!(first_in_a_row([]), 0);
        assert_eq!(first_in_a_row([true, true, false, true]), 2);
        assert_eq!(first_in_a_row([false, true]), 0);
    }

    #[test]
    fn the_wait_grows_with_those_before_and_shrinks_with_windows() {
        let minutes =
            |before, windows| expected_wait(before, SignedDuration::from_mins(20), windows).map(|wait| wait.as_mins());
        assert_eq!(minutes(0, 1), Some(10), "half a talk until the window is free");
        assert_eq!(minutes(1, 1), Some(30));
        assert_eq!(minutes(3, 3), Some(30));
        assert_eq!(minutes(2, 3), Some(20));
        assert_eq!(minutes(5, 0), None, "no window");
        assert_eq!(minutes(usize::MAX, 1), None, "more than can be reckoned");
    }
}
