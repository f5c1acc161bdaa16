//! A unit is split, merged or abolished: the one that continues its powers takes over what it held and owes, by the
//! same days (art. 24).

use crate::clock::{Basis, OfficeTime};
use crate::decide::{Rules, next_event};
use crate::event::{Event, EventActor, EventKind};
use crate::ids::UnitId;
use crate::proceeding::Kind;

/// A proceeding in the hands of a successor.
#[derive(Debug, Clone)]
pub struct Succeeded<K> {
    /// The proceeding.
    pub subject: K,
    /// What its record says of it.
    pub events: Vec<Event>,
    /// Duties that passed.
    pub duties: u32,
}

/// Puts one unit in the place of another, wherever it stands in a proceeding.
pub fn succeed<K: Kind>(rules: Rules<'_>, subject: &K, from: &UnitId, to: &UnitId, now: &OfficeTime) -> Succeeded<K> {
    let mut next = subject.clone();
    let take = |slot: &mut Option<UnitId>| {
        if slot.as_ref() == Some(from) {
            *slot = Some(to.clone());
        }
    };
    take(&mut next.edit().sender);
    take(&mut next.edit().reviewer);
    if &next.holder == from {
        next.edit().holder = to.clone();
    }
    next.edit().held.insert(to.clone());
    for units in next.edit().parties.values_mut() {
        if units.remove(from) {
            units.insert(to.clone());
        }
    }
    let mut duties = 0;
    for clock in next.edit().clocks.iter_mut().filter(|c| c.is_owed() && c.bound.unit.as_ref() == Some(from)) {
        clock.bound.unit = Some(to.clone());
        duties += 1;
    }
    let kind = EventKind::Succeeded { from: from.clone(), to: to.clone(), duties };
    let clause = rules.book.succession_clause.clone();
    let basis = if clause.is_some() { Basis::Law } else { Basis::House };
    let event = next_event(next.whole(), now.at, EventActor::Operator, clause, basis, kind);
    next.edit().changed_at = now.at;
    Succeeded { subject: next, events: vec![event], duties }
}
