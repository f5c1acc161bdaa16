//! Timers: what fires when a clock nears its end, runs out, and stays unmet.
//!
//! Steps of a duty: warn → breach → the escalations of the pack. Steps of a right: remind → lapse.
//! Each step fires once; what was missed while nothing ran is caught up, oldest first, and says that
//! it is late. "Nobody on duty" and "no superior" are recorded facts, not empty branches (STYLE rule 7).

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::clock::{Basis, Bound, Clock, ClockKind, OfficeTime};
use crate::decide::{Closed, Rules, next_event, start_clock};
use crate::event::{Event, EventActor, EventKind};
use crate::ids::{ClockId, OfficerId, UnitId};
use crate::payload::Payload;
use crate::posts::Power;
use crate::procedure::{EscalateTo, Fact};
use crate::proceeding::edit::Edit;
use crate::proceeding::{Kind, Proceeding};
use crate::steps::{Step, set_next, steps};

/// A timer later than this many seconds says so.
const LATE_AFTER_SECONDS: i64 = 3600;

/// Fires every step of every clock of a proceeding that is due at `now`. Running it twice changes nothing more.
///
/// # Errors
/// [`Closed`] when a clock that an escalation starts cannot be reckoned.
pub fn advance<K: Kind>(rules: Rules<'_>, subject: &K, now: &OfficeTime) -> Result<(K, Vec<Event>), Closed> {
    let mut subject = subject.clone();
    let proceeding = subject.whole();
    let mut events = Vec::new();
    while let Some((at, n)) =
        proceeding.clocks.iter().filter_map(|c| c.next_at.filter(|t| *t <= now.at).map(|t| (t, c.n))).min()
    {
        fire(rules, proceeding, &mut events, n, at, now)?;
    }
    if !events.is_empty() {
        proceeding.edit().changed_at = now.at;
    }
    Ok((subject, events))
}

fn fire(
    rules: Rules<'_>,
    proceeding: &mut Proceeding,
    events: &mut Vec<Event>,
    n: u32,
    at: Timestamp,
    now: &OfficeTime,
) -> Result<(), Closed> {
    let Some(index) = proceeding.clocks.iter().position(|c| c.n == n) else { return Ok(()) };
    // An accusation stays with its receiver and those above it: the petition office is not called in.
    let sealed = proceeding.facts.contains(&Fact::Accusation);
    let recused = proceeding.recused.clone();
    let Some(clock) = proceeding.edit().clocks.get_mut(index) else { return Ok(()) };
    let step = usize::try_from(clock.fired)
        .ok()
        .and_then(|i| steps(clock, rules.book, rules.calendar, &now.zone).into_iter().nth(i))
        .map(|s| s.1);
    clock.fired += 1;
    let mut said = Vec::new();
    let mut begin = None;
    match (step, clock.kind) {
        (None, _) => clock.next_at = None,
        (Some(Step::Warn), _) => said.push(EventKind::Warned { n }),
        (Some(Step::RunOut), ClockKind::Right) => {
            clock.lapse(at)?;
            said.push(EventKind::Lapsed { n });
        }
        (Some(Step::RunOut), ClockKind::Duty) => {
            clock.breach(at)?;
            said.push(EventKind::Breached { n, bound: clock.bound.clone(), historic: false });
        }
        (Some(Step::Escalate(escalation)), _) => {
            let (told, target) = escalate(rules, &recused, clock, escalation.to, sealed);
            said.extend(told);
            begin = escalation.start.zip(target);
        }
    }
    set_next(clock, rules.book, rules.calendar, &now.zone);
    let late = now.at.as_second() - at.as_second();
    if late > LATE_AFTER_SECONDS && said.iter().any(|k| matches!(k, EventKind::Breached { .. })) {
        said.push(EventKind::TimerLate { n, seconds: late });
    }
    let (clause, basis) = proceeding.clocks.get(index).map_or((None, Basis::House), |c| (c.clause.clone(), c.basis));
    for kind in said {
        events.push(next_event(proceeding, now.at, EventActor::Clock, clause.clone(), basis, kind));
    }
    // Each late duty is pressed for by itself: by the petition office, for its own by its superior, and by no unit
    // twice.
    let owes = |c: &Clock, id: &ClockId, bound: &Bound| {
        c.is_owed() && &c.rule == id && c.bound.unit == bound.unit && c.about == Some(n)
    };
    if let Some((id, bound)) = begin.filter(|(id, bound)| !proceeding.clocks.iter().any(|c| owes(c, id, bound))) {
        let mut kind = start_clock(rules, proceeding, &id, &Payload::default(), now)?;
        if let (Some(clock), EventKind::ClockStarted { bound: said, about, .. }) =
            (proceeding.edit().clocks.last_mut(), &mut kind)
        {
            clock.bound = bound.clone();
            clock.about = Some(n);
            (*said, *about) = (bound, Some(n));
        }
        events.push(next_event(proceeding, now.at, EventActor::Clock, None, Basis::House, kind));
    }
    Ok(())
}

/// Who is told of a breach, and who is called on to press. The record says "reported" only where somebody is reached.
fn escalate(
    rules: Rules<'_>,
    recused: &BTreeSet<OfficerId>,
    clock: &Clock,
    to: EscalateTo,
    accusation: bool,
) -> (Vec<EventKind>, Option<Bound>) {
    let (n, directory) = (clock.n, rules.directory);
    let Some(unit) = clock.bound.unit.as_ref() else { return (Vec::new(), None) };
    // What an office presses for late is its superior's to press, never that of the unit it should have pressed.
    let own_line = clock.about.is_some() || directory.is_petition_office(unit);
    let seat = |unit: &UnitId, power| directory.post_with(unit, power, recused).map(|post| (unit.clone(), post));
    let above =
        || directory.superior(unit).filter(|u| !directory.is_outside(&u.id)).and_then(|u| seat(&u.id, Power::Head));
    let target = match to {
        EscalateTo::Head => seat(unit, Power::Head),
        EscalateTo::Supervision if accusation || own_line => above(),
        EscalateTo::Supervision => directory.petition_office_of(unit).and_then(|u| seat(&u.id, Power::Supervise)),
        EscalateTo::Superior => above(),
    };
    // An accusation stays with the bodies that receive them (art. 30): nobody else is told, and the record does not say
    // so.
    let line = rules.book.compartment.as_ref();
    let in_line =
        |u: &UnitId| u == unit || line.zip(directory.unit(u)).is_some_and(|(line, u)| line.is_in_line(u.kind));
    let Some((unit, post)) = target.filter(|(u, _)| !accusation || in_line(u)) else {
        return (
            if to == EscalateTo::Superior || !accusation { vec![EventKind::NoSuperior { n }] } else { Vec::new() },
            None,
        );
    };
    // Whoever sits there; else a deputy; else the head there; else the head further up: an escalation ends with a
    // person, or says that there is none.
    let mut said = Vec::new();
    let mut at = Bound { unit: Some(unit.clone()), post };
    if !directory.is_manned(&unit, post, recused) {
        said.push(EventKind::NobodyOnDuty { n, at: at.clone() });
        let further = std::iter::once(unit.clone()).chain(directory.superiors(&unit).into_iter().map(|u| u.id.clone()));
        let reachable = |u: &UnitId| !directory.is_outside(u) && (!accusation || in_line(u));
        let headed = |u: UnitId| seat(&u, Power::Head).filter(|(u, post)| directory.is_manned(u, *post, recused));
        let deputy = directory.deputy(&unit, post, recused).map(|post| (unit.clone(), post));
        match deputy.or_else(|| further.filter(reachable).find_map(headed)) {
            Some((found, post)) => at = Bound { unit: Some(found), post },
            None => {
                said.push(EventKind::NoSuperior { n });
                return (said, Some(at));
            }
        }
    }
    said.push(EventKind::Escalated { n, to: at.clone() });
    (said, Some(at))
}

/// Settles the newest clock of a proceeding that begins in the past (an imported row): what ran out before is
/// recorded without warnings or escalations. Returns the event of a breach.
///
/// # Errors
/// [`Closed`] when it does not run any more.
pub(crate) fn settle_past(
    rules: Rules<'_>,
    proceeding: &mut Proceeding,
    now: &OfficeTime,
) -> Result<Option<EventKind>, Closed> {
    let Some(clock) = proceeding.edit().clocks.last_mut() else { return Ok(None) };
    let all = steps(clock, rules.book, rules.calendar, &now.zone);
    if clock.due > now.at {
        clock.fired = u32::try_from(all.iter().filter(|(at, _)| *at <= now.at).count()).unwrap_or(0);
        set_next(clock, rules.book, rules.calendar, &now.zone);
        return Ok(None);
    }
    clock.breach(clock.due)?;
    clock.fired = u32::try_from(all.len()).unwrap_or(u32::MAX);
    clock.next_at = None;
    Ok(Some(EventKind::Breached { n: clock.n, bound: clock.bound.clone(), historic: true }))
}
