//! Conditions of a pack, asked of a proceeding.

use crate::clock::{Clock, ClockKind, ClockState};
use crate::ids::ClockId;
use crate::procedure::Guard;
use crate::proceeding::Proceeding;

/// Whether a condition holds of a proceeding.
pub(crate) fn holds(proceeding: &Proceeding, guard: &Guard) -> bool {
    match guard {
        Guard::Is(fact) => proceeding.is(*fact),
        Guard::Not(fact) => !proceeding.is(*fact),
        Guard::Running(clock) => proceeding.running(clock).is_some_and(|c| c.state() == ClockState::Running),
        Guard::Owed(clock) => proceeding.running(clock).is_some(),
        Guard::OwedAny(clocks) => clocks.iter().any(|clock| proceeding.running(clock).is_some()),
        Guard::NotOwed(clock) => proceeding.running(clock).is_none(),
        Guard::Settled(but) => unsettled(proceeding, but).is_none(),
    }
}

/// The first duty that is still owed, beside those a move discharges itself.
pub(crate) fn unsettled<'a>(proceeding: &'a Proceeding, but: &[ClockId]) -> Option<&'a Clock> {
    proceeding.clocks.iter().find(|c| c.kind == ClockKind::Duty && c.is_owed() && !but.contains(&c.rule))
}
