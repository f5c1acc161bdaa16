//! Opening a matter: what the pack of the day starts when something is received.
//!
//! The clock runs from receipt, not from registration or opening (LAW.md §12.3).

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::clock::{Basis, OfficeTime};
use crate::decide::{Closed, Rules, next_event, start_clock};
use crate::event::{Event, EventActor, EventKind};
use crate::ids::{ClockId, ProceedingId, StateId, SubmissionId, UnitId};
use crate::kind::ProceedingKind;
use crate::matter::{Matter, MatterDetails, Ratings};
use crate::payload::Payload;
use crate::procedure::{Fact, Lodging};
use crate::proceeding::edit::Edit;
use crate::proceeding::{Beginning, Proceeding};
use crate::submission::{Channel, Purpose};

/// What is known of a matter on the day it is opened.
#[derive(Debug, Clone)]
pub struct Opening {
    /// Id.
    pub id: ProceedingId,
    /// Its submission.
    pub submission: SubmissionId,
    /// Number with its part.
    pub number: String,
    /// Which part.
    pub part: u16,
    /// One line of what it is about.
    pub title: String,
    /// Content class, if given.
    pub class: Option<String>,
    /// Place code.
    pub place: Option<String>,
    /// Place in words.
    pub place_name: Option<String>,
    /// What the petitioner says it is for.
    pub purpose: Purpose,
    /// The body complained of.
    pub complained_of: Option<String>,
    /// How it came.
    pub channel: Channel,
    /// Day 0.
    pub received_on: Date,
    /// The instant of receipt.
    pub received_at: Timestamp,
    /// The unit it came to.
    pub unit: UnitId,
    /// Somebody acts for the petitioner.
    pub by_agent: bool,
    /// The burst from one network it came with; it is listed as one of many until it is touched.
    pub burst: Option<String>,
}

/// Opens a matter in the state its receiver implies and starts the clocks of that state.
///
/// # Errors
/// [`Closed::Unit`] when the receiving unit does not exist, [`Closed::Reckoning`] when days cannot be reckoned.
pub fn open(
    rules: Rules<'_>,
    opening: Opening,
    actor: EventActor,
    now: &OfficeTime,
) -> Result<(Matter, Vec<Event>), Closed> {
    if rules.directory.unit(&opening.unit).is_none() {
        return Err(Closed::Unit { unit: opening.unit.clone() });
    }
    let at_an_office = rules.directory.is_petition_office(&opening.unit);
    let lodging = lodging(rules)?;
    let (state, clocks) = if at_an_office {
        (&lodging.initial_office, &lodging.initial_office_clocks)
    } else {
        (&lodging.initial_direct, &lodging.initial_direct_clocks)
    };
    let mut matter = blank(rules, opening, state);
    if !at_an_office {
        matter.edit().facts.insert(Fact::Direct);
    }
    let from_above = matches!(matter.details.channel, Channel::Above | Channel::NationalSystem);
    let clocks: Vec<ClockId> =
        clocks.iter().chain(lodging.initial_above_clocks.iter().filter(|_| from_above)).cloned().collect();
    let events = begin(rules, &mut matter, &clocks, actor, now)?;
    Ok((matter, events))
}

fn lodging<'a>(rules: Rules<'a>) -> Result<&'a Lodging, Closed> {
    rules.book.lodging.as_ref().ok_or_else(|| Closed::NoSuchMove { move_id: "initial_office".into() })
}

/// Opens the sealed stub of an accusation of an upper level: that it came, when, and the clock for handing it up; no
/// content (LAW.md §10.5).
///
/// # Errors
/// [`Closed::NoSuchMove`] when the pack keeps no stubs, otherwise as [`open`].
pub fn open_sealed(
    rules: Rules<'_>,
    opening: Opening,
    actor: EventActor,
    now: &OfficeTime,
) -> Result<(Matter, Vec<Event>), Closed> {
    let (state, clocks) = lodging(rules)?
        .initial_sealed
        .as_ref()
        .ok_or_else(|| Closed::NoSuchMove { move_id: "initial_sealed".into() })?;
    let mut matter = blank(rules, Opening { purpose: Purpose::Accusation, ..opening }, state);
    matter.edit().facts.insert(Fact::Sealed);
    let events = begin(rules, &mut matter, clocks, actor, now)?;
    Ok((matter, events))
}

/// A matter in a given state with nothing running yet (used for rows kept before).
pub(crate) fn blank(rules: Rules<'_>, opening: Opening, state: &StateId) -> Matter {
    let mut facts = BTreeSet::new();
    if opening.purpose == Purpose::Accusation && rules.book.compartment.is_some() {
        facts.insert(Fact::Accusation);
    }
    if opening.by_agent {
        facts.insert(Fact::HasAgent);
    }
    let with = Beginning {
        id: opening.id,
        kind: ProceedingKind::Matter,
        number: opening.number,
        pack: rules.book.id.clone(),
        state: state.clone(),
        phase: rules.book.phase(state),
        title: opening.title,
        on: opening.received_on,
        at: opening.received_at,
        unit: opening.unit,
    };
    let mut proceeding = Proceeding::begin(with);
    proceeding.edit().facts = facts;
    let details = MatterDetails {
        submission: opening.submission,
        part: opening.part,
        class: opening.class,
        place: opening.place,
        place_name: opening.place_name,
        purpose: opening.purpose,
        complained_of: opening.complained_of,
        complained_of_before: Vec::new(),
        channel: opening.channel,
        path: None,
        burst: opening.burst,
        ratings: Ratings::default(),
        joinder: None,
    };
    Matter { proceeding, details }
}

/// The receipt of a matter, as its record says it.
pub(super) fn received(matter: &Matter) -> EventKind {
    EventKind::Received {
        channel: matter.details.channel,
        received_on: matter.received_on,
        unit: matter.holder.clone(),
        text: None,
        files: Default::default(),
    }
}

/// Records the receipt and starts clocks.
///
/// # Errors
/// As [`start_clock`].
fn begin(
    rules: Rules<'_>,
    matter: &mut Matter,
    clocks: &[ClockId],
    actor: EventActor,
    now: &OfficeTime,
) -> Result<Vec<Event>, Closed> {
    let received = received(matter);
    let mut events = vec![next_event(matter.whole(), now.at, actor.clone(), None, Basis::House, received)];
    for id in clocks {
        let kind = start_clock(rules, matter.whole(), id, &Payload::default(), now)?;
        let (clause, basis) = rules.book.clock(id).map_or((None, Basis::House), |c| (c.clause.clone(), c.basis));
        events.push(next_event(matter.whole(), now.at, actor.clone(), clause, basis, kind));
    }
    matter.edit().changed_at = now.at;
    Ok(events)
}
