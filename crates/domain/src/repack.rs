//! Open proceedings under other rules, or under a calendar of today: their clocks are reckoned anew, and each that
//! moves says so in the record.

use crate::clock::{Basis, OfficeTime};
use crate::decide::{Rules, next_event};
use crate::event::{Event, EventActor, EventKind};
use crate::ids::{ClockId, StateId};
use crate::proceeding::{Kind, Proceeding};
use crate::steps::set_next;

/// Why a proceeding cannot go on under other rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unfit {
    /// They have no such state.
    State(StateId),
    /// They have no such period, and it is owed.
    Period(ClockId),
    /// A clock cannot be reckoned, in words.
    Reckoning(String),
}

/// A proceeding whose clocks were reckoned anew.
#[derive(Debug, Clone)]
pub struct Reckoned<K> {
    /// The proceeding.
    pub subject: K,
    /// What its record says of it.
    pub events: Vec<Event>,
    /// Clocks whose legal day moved.
    pub moved: u32,
    /// Clocks whose day stands, and is no longer provisional or has become so.
    pub settled: u32,
}

/// Whether a proceeding can go on under other rules.
///
/// # Errors
/// What they lack.
pub fn fits(rules: Rules<'_>, proceeding: &Proceeding) -> Result<(), Unfit> {
    if rules.book.state(&proceeding.state).is_none() {
        return Err(Unfit::State(proceeding.state.clone()));
    }
    let lacks = proceeding.owed().into_iter().find(|c| rules.book.clock(&c.rule).is_none());
    lacks.map_or(Ok(()), |c| Err(Unfit::Period(c.rule.clone())))
}

/// Moves a proceeding to the rules at hand: what is owed goes on with their lengths, from the day it began.
///
/// # Errors
/// [`Unfit`] says what keeps it where it is.
pub fn move_to<K: Kind>(rules: Rules<'_>, subject: &K, now: &OfficeTime) -> Result<Reckoned<K>, Unfit> {
    fits(rules, subject)?;
    let mut next = subject.clone();
    next.edit().pack = rules.book.id.clone();
    next.edit().phase = rules.book.phase(&next.state);
    let mut kinds = vec![EventKind::PackMoved { from: subject.pack.clone(), to: next.pack.clone() }];
    for clock in next.edit().clocks.iter_mut().filter(|c| c.is_owed()) {
        let Some(rule) = rules.book.clock(&clock.rule) else { continue };
        let (length, unit, basis, clause) = rule.at(clock.start, clock.started_at, &now.zone);
        if let Some(length) = length {
            (clock.length, clock.roll) = (length, rule.roll);
        }
        (clock.unit, clock.basis, clock.clause) = (unit, basis, clause.cloned());
        let was = clock.legal;
        clock.project(rules.calendar, now).map_err(|e| Unfit::Reckoning(e.to_string()))?;
        set_next(clock, rules.book, rules.calendar, &now.zone);
        if clock.legal != was {
            kinds.push(EventKind::ClockReprojected { n: clock.n, was, legal: clock.legal });
        }
    }
    let moved = u32::try_from(kinds.len().saturating_sub(1)).unwrap_or(u32::MAX);
    let events = record_events(&mut next, kinds, now);
    Ok(Reckoned { subject: next, events, moved, settled: 0 })
}

/// Reckons the running clocks of a proceeding under the calendar at hand. One that cannot be reckoned keeps its day.
pub fn reproject<K: Kind>(rules: Rules<'_>, subject: &K, now: &OfficeTime) -> Reckoned<K> {
    let mut next = subject.clone();
    let (mut kinds, mut moved, mut settled) = (Vec::new(), 0, 0);
    for clock in next.edit().clocks.iter_mut().filter(|c| c.is_owed() && !c.is_stopped()) {
        let (was, provisional) = (clock.legal, clock.provisional);
        if clock.project(rules.calendar, now).is_err() {
            continue;
        }
        if clock.legal != was {
            set_next(clock, rules.book, rules.calendar, &now.zone);
            kinds.push(EventKind::ClockReprojected { n: clock.n, was, legal: clock.legal });
            moved += 1;
        } else if clock.provisional != provisional {
            settled += 1;
        }
    }
    let events = record_events(&mut next, kinds, now);
    Reckoned { subject: next, events, moved, settled }
}

fn record_events<K: Kind>(subject: &mut K, kinds: Vec<EventKind>, now: &OfficeTime) -> Vec<Event> {
    subject.edit().changed_at = now.at;
    kinds
        .into_iter()
        .map(|kind| next_event(subject.whole(), now.at, EventActor::Operator, None, Basis::House, kind))
        .collect()
}
