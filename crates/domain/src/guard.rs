//! Conditions of a pack, asked of a matter.

use crate::clock::{Clock, ClockKind, ClockState};
use crate::ids::ClockId;
use crate::matter::Matter;
use crate::procedure::Guard;

/// Whether a condition holds of a matter.
pub(crate) fn holds(matter: &Matter, guard: &Guard) -> bool {
    match guard {
        Guard::Is(fact) => matter.is(*fact),
        Guard::Not(fact) => !matter.is(*fact),
        Guard::Running(clock) => matter.running(clock).is_some_and(|c| c.state() == ClockState::Running),
        Guard::Owed(clock) => matter.running(clock).is_some(),
        Guard::NotOwed(clock) => matter.running(clock).is_none(),
        Guard::Settled(but) => unsettled(matter, but).is_none(),
    }
}

/// The first duty that is still owed, beside those a move discharges itself.
pub(crate) fn unsettled<'a>(matter: &'a Matter, but: &[ClockId]) -> Option<&'a Clock> {
    matter.clocks.iter().find(|c| c.kind == ClockKind::Duty && c.is_owed() && !but.contains(&c.rule))
}
