//! The transitions of a clock: each takes the old state and gives the new one, or refuses and says from what, to what,
//! under which rule (STYLE rule 3). Nothing else changes where a clock stands.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{Clock, ClockKind, ClockState, OfficeTime};
use crate::ids::ClockId;

/// What was tried with a clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Attempt {
    /// It was done.
    Discharge,
    /// It no longer stands.
    Close,
    /// A duty ran out unmet.
    Breach,
    /// A right ran out unused.
    Lapse,
    /// It turned out to have been done late.
    FindLate,
}

/// A transition that is refused.
#[derive(Debug, Clone, PartialEq, Eq, Error, Serialize, Deserialize)]
#[error("the clock `{rule}` stands at {from:?} and does not {attempt:?}")]
pub struct Transition {
    /// The rule of the pack.
    pub rule: ClockId,
    /// Where it stood.
    pub from: ClockState,
    /// What was tried.
    pub attempt: Attempt,
}

impl ClockState {
    /// The state after an attempt; `None` when it does not follow from this one.
    fn after(self, attempt: Attempt, kind: ClockKind, at: Timestamp, due: Timestamp) -> Option<Self> {
        match (self, attempt) {
            (Self::Running, Attempt::Discharge) => {
                Some(Self::Discharged { at, late: kind == ClockKind::Duty && at > due })
            }
            (Self::Breached { .. }, Attempt::Discharge) => Some(Self::Discharged { at, late: true }),
            (Self::Running | Self::Breached { .. }, Attempt::Close) => Some(Self::Closed { at }),
            (Self::Running, Attempt::Breach) if kind == ClockKind::Duty => Some(Self::Breached { at }),
            (Self::Running, Attempt::Lapse) if kind == ClockKind::Right => Some(Self::Lapsed { at }),
            (Self::Discharged { at, .. }, Attempt::FindLate) if kind == ClockKind::Duty => {
                Some(Self::Discharged { at, late: true })
            }
            _ => None,
        }
    }
}

impl Clock {
    fn pass(&mut self, attempt: Attempt, at: Timestamp) -> Result<(), Transition> {
        let refused = || Transition { rule: self.rule.clone(), from: self.state, attempt };
        self.state = self.state.after(attempt, self.kind, at, self.due).ok_or_else(refused)?;
        Ok(())
    }

    /// The duty is done now, or the right used; it is late where it had run out.
    ///
    /// # Errors
    /// [`Transition`] when it is not owed any more.
    pub fn discharge(&mut self, now: &OfficeTime) -> Result<(), Transition> {
        self.pass(Attempt::Discharge, now.at)?;
        self.next_at = None;
        self.end_stops(now.today());
        Ok(())
    }

    /// The duty or right no longer stands.
    ///
    /// # Errors
    /// [`Transition`] when it is not owed any more.
    pub fn close(&mut self, at: Timestamp) -> Result<(), Transition> {
        self.pass(Attempt::Close, at)?;
        self.next_at = None;
        Ok(())
    }

    /// A duty has run out unmet; it still stands.
    ///
    /// # Errors
    /// [`Transition`] of a right, and of what does not run.
    pub fn breach(&mut self, at: Timestamp) -> Result<(), Transition> {
        self.pass(Attempt::Breach, at)
    }

    /// A right has run out unused.
    ///
    /// # Errors
    /// [`Transition`] of a duty, and of what does not run.
    pub fn lapse(&mut self, at: Timestamp) -> Result<(), Transition> {
        self.pass(Attempt::Lapse, at)
    }

    /// It was done later than its time, as a correction shows.
    ///
    /// # Errors
    /// [`Transition`] of a right, and of what was not done.
    pub fn find_late(&mut self) -> Result<(), Transition> {
        self.pass(Attempt::FindLate, self.due)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test")]
mod tests {
    use jiff::civil::date;
    use jiff::tz::TimeZone;

    use super::super::{Basis, Beginning, Bound, PeriodUnit};
    use super::*;
    use crate::posts::Post;
    use crate::reckon::Roll;

    fn clock(kind: ClockKind) -> Clock {
        Clock::begin(Beginning {
            n: 1,
            rule: ClockId::new("handle"),
            kind,
            bound: Bound { unit: None, post: Post::from_id("handler") },
            start: date(2026, 3, 2),
            started_at: Timestamp::UNIX_EPOCH,
            length: 60,
            unit: PeriodUnit::CalendarDays,
            roll: Roll::Fixed,
            basis: Basis::Law,
            clause: None,
        })
    }

    /// Every attempt from every state: what follows, and what is refused with its name.
    #[test]
    fn each_state_has_its_transitions_and_no_others() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let now = |second| OfficeTime { at: at(second), zone: TimeZone::UTC };
        type Pass = (Attempt, fn(&mut Clock, &OfficeTime) -> Result<(), Transition>);
        let all: [Pass; 5] = [
            (Attempt::Discharge, |c, now| c.discharge(now)),
            (Attempt::Close, |c, now| c.close(now.at)),
            (Attempt::Breach, |c, now| c.breach(now.at)),
            (Attempt::Lapse, |c, now| c.lapse(now.at)),
            (Attempt::FindLate, |c, _| c.find_late()),
        ];
        let check = |kind: ClockKind, to: &[Attempt], open: &[Attempt]| {
            for (attempt, pass) in all {
                let mut clock = clock(kind);
                for step in to {
                    all.iter().find(|(a, _)| a == step).unwrap().1(&mut clock, &now(5)).unwrap();
                }
                let from = clock.state();
                match pass(&mut clock, &now(9)) {
                    Ok(()) => assert!(open.contains(&attempt), "{kind:?} {to:?} {attempt:?}"),
                    Err(refused) => {
                        assert!(!open.contains(&attempt), "{kind:?} {to:?} {attempt:?}");
                        assert_eq!((refused.from, refused.attempt, refused.rule.as_str()), (from, attempt, "handle"));
                        assert_eq!(clock.state(), from, "what is refused changes nothing");
                    }
                }
            }
        };
        use Attempt::{Breach, Close, Discharge, FindLate, Lapse};
        check(ClockKind::Duty, &[], &[Discharge, Close, Breach]);
        check(ClockKind::Duty, &[Breach], &[Discharge, Close]);
        check(ClockKind::Duty, &[Discharge], &[FindLate]);
        check(ClockKind::Duty, &[Close], &[]);
        check(ClockKind::Right, &[], &[Discharge, Close, Lapse]);
        check(ClockKind::Right, &[Lapse], &[]);
        check(ClockKind::Right, &[Discharge], &[]);
        // Done after its instant, or after it had run out, is late; in time it is not. A right is never late.
        let late = |kind: ClockKind, breached: bool, done: i64| {
            let mut clock = clock(kind);
            clock.due = at(7);
            if breached {
                clock.breach(at(7)).unwrap();
            }
            clock.discharge(&now(done)).unwrap();
            matches!(clock.state(), ClockState::Discharged { late: true, .. })
        };
        assert!(!late(ClockKind::Duty, false, 7) && late(ClockKind::Duty, false, 8) && late(ClockKind::Duty, true, 6));
        assert!(!late(ClockKind::Right, false, 8));
    }
}
