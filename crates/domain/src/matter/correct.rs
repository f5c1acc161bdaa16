//! A corrected day of receipt: every clock that began with the receipt is reckoned again and says so (LAW.md §12.3).
//!
//! What ran out stays on record as run out, also when the corrected day would have given more time.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::clock::{Basis, ClockKind, ClockState, OfficeTime};
use crate::decide::{Closed, Rules, next_event};
use crate::event::{Event, EventActor, EventKind};
use crate::ids::OfficerId;
use crate::matter::Matter;
use crate::procedure::StartFrom;
use crate::proceeding::edit::Edit;
use crate::steps::{after_running_out, set_next};

/// A day of receipt as it should have been registered.
#[derive(Debug, Clone)]
pub struct NewDay {
    /// The day.
    pub on: Date,
    /// The instant taken for it.
    pub at: Timestamp,
    /// Who agreed to it, where a second person is needed.
    pub agreed: Option<OfficerId>,
}

/// Sets the day of receipt of a matter and reckons its clocks again. The first event is the correction itself.
///
/// # Errors
/// [`Closed::Reckoning`] when a clock cannot be reckoned from that day.
pub fn receive_on(
    rules: Rules<'_>,
    matter: &Matter,
    new: &NewDay,
    actor: &EventActor,
    now: &OfficeTime,
) -> Result<(Matter, Vec<Event>), Closed> {
    let mut next = matter.clone();
    let was = next.received_on;
    (next.edit().received_on, next.edit().received_at) = (new.on, new.at);
    let said = EventKind::Corrected {
        what: vec!["received_on".to_owned()],
        was: Some(was),
        received_on: Some(new.on),
        agreed: new.agreed.clone(),
        words: None,
        files: Default::default(),
    };
    let mut events = vec![next_event(next.whole(), now.at, actor.clone(), None, Basis::House, said)];
    let of_receipt = |rule: &crate::ids::ClockId| rules.book.clock(rule).is_some_and(|r| r.start == StartFrom::Receipt);
    let serials: Vec<u32> = next.clocks.iter().filter(|c| c.start == was && of_receipt(&c.rule)).map(|c| c.n).collect();
    for n in serials {
        events.extend(
            reckon_again(rules, &mut next, n, new.on, now)?
                .into_iter()
                .map(|(clause, basis, kind)| next_event(next.whole(), now.at, EventActor::Clock, clause, basis, kind)),
        );
    }
    next.edit().changed_at = now.at;
    Ok((next, events))
}

/// Says in the record of another part of the letter that something was corrected that is not its own.
pub fn note(matter: &Matter, actor: &EventActor, now: &OfficeTime) -> (Matter, Event) {
    let mut next = matter.clone();
    let kind = EventKind::Corrected {
        what: Vec::new(),
        was: None,
        received_on: None,
        agreed: None,
        words: None,
        files: Default::default(),
    };
    let event = next_event(next.whole(), now.at, actor.clone(), None, Basis::House, kind);
    next.edit().changed_at = now.at;
    (next, event)
}

/// A line of a registration as it should have been.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// Its title.
    Title(String),
    /// Its content class.
    Class(Option<String>),
    /// The place, in words.
    Place(Option<String>),
    /// The body complained of; the one before is remembered.
    ComplainedOf(Option<String>),
}

/// Puts a corrected line in the place of the one before.
pub fn amend(matter: &mut Matter, line: Line) {
    match line {
        Line::Title(title) => matter.edit().title = title,
        Line::Class(class) => matter.details.class = class,
        Line::Place(place) => matter.details.place_name = place,
        Line::ComplainedOf(body) => {
            let before = std::mem::replace(&mut matter.details.complained_of, body);
            matter.details.complained_of_before.extend(before);
        }
    }
}

type ClockChange = (Option<String>, Basis, EventKind);

fn reckon_again(
    rules: Rules<'_>,
    matter: &mut Matter,
    n: u32,
    start: Date,
    now: &OfficeTime,
) -> Result<Vec<ClockChange>, Closed> {
    let Some(clock) = matter.edit().clocks.iter_mut().find(|c| c.n == n) else { return Ok(Vec::new()) };
    let was = clock.legal;
    clock.start = start;
    clock.project(rules.calendar, now).map_err(|e| Closed::Reckoning { why: e.to_string() })?;
    let mut late = false;
    let mut kinds = Vec::new();
    match clock.state() {
        // Done in the time that was registered, and late in the time that ran.
        ClockState::Discharged { at, late: before } if clock.kind == ClockKind::Duty => {
            late = !before && at > clock.due;
            if late {
                clock.find_late()?;
            }
        }
        ClockState::Running if clock.due <= now.at && clock.kind == ClockKind::Duty && !clock.is_stopped() => {
            clock.breach(clock.due)?;
            clock.fired = after_running_out(clock, rules.book, rules.calendar, &now.zone);
            kinds.push(EventKind::Breached { n, bound: clock.bound.clone(), historic: false });
        }
        _ => {}
    }
    set_next(clock, rules.book, rules.calendar, &now.zone);
    kinds.insert(0, EventKind::ClockCorrected { n, start, was, legal: clock.legal, late });
    let (clause, basis) = (clock.clause.clone(), clock.basis);
    Ok(kinds.into_iter().map(|kind| (clause.clone(), basis, kind)).collect())
}
