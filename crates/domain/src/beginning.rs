//! How a proceeding that is no matter begins: by an officer, or by the calendar.

use jiff::civil::Date;

use crate::clock::{Basis, OfficeTime};
use crate::closed::Closed;
use crate::decide::{Rules, next_event, start_clock};
use crate::event::{Event, EventActor, EventKind};
use crate::ids::{OfficerId, ProceedingId, UnitId};
use crate::kind::ProceedingKind;
use crate::payload::{Field, FieldError, FieldFault, Payload};
use crate::procedure::BeginRule;
use crate::proceeding::edit::Edit;
use crate::proceeding::{Bare, Beginning, Proceeding};
use crate::reception::Reception;
use crate::subject::Subject;

/// What a proceeding that is no matter begins with.
#[derive(Debug, Clone)]
pub struct Start {
    /// Id.
    pub id: ProceedingId,
    /// Number.
    pub number: String,
    /// What it is about.
    pub title: String,
    /// Day 0.
    pub on: Date,
    /// The unit that owes it.
    pub unit: UnitId,
    /// Proceedings it concerns.
    pub links: Vec<ProceedingId>,
    /// The ticket of a visitor who takes a place in the queue of the unit's hall.
    pub ticket: Option<String>,
}

/// Begins a proceeding that is no matter, and the clocks of its beginning. The first event is the beginning itself.
///
/// # Errors
/// [`Closed::Unit`] when the unit is of a kind that does not begin it, otherwise as [`start_clock`].
pub fn begin_by(
    rules: Rules<'_>,
    begin: &BeginRule,
    with: Start,
    payload: &Payload,
    actor: EventActor,
    now: &OfficeTime,
) -> Result<(Subject, Vec<Event>), Closed> {
    let kind = rules.directory.unit(&with.unit).filter(|u| u.active).map(|u| u.kind);
    if !kind.is_some_and(|k| begin.units.contains(&k)) {
        return Err(Closed::Unit { unit: with.unit });
    }
    // Whoever is named sits in the unit that is named, or in the one that begins it.
    let of = payload.text(Field::ToUnit).map_or_else(|| with.unit.clone(), UnitId::new);
    if payload.text(Field::ToUnit).is_some() && !rules.directory.unit(&of).is_some_and(|u| u.active) {
        let errors = vec![FieldError { field: Field::ToUnit, fault: FieldFault::NoSuchUnit }];
        return Err(Closed::Fields { errors });
    }
    // What a body outside owes reaches nobody here.
    if payload.text(Field::ToUnit).is_some() && rules.directory.is_outside(&of) {
        return Err(Closed::Unit { unit: of });
    }
    if let Some(officer) = payload.text(Field::Officer)
        && !rules.directory.heads(&OfficerId::new(officer), &of)
    {
        let errors = vec![FieldError { field: Field::Officer, fault: FieldFault::NoSuchOfficer }];
        return Err(Closed::Fields { errors });
    }
    let Start { id, number, title, on, unit, links, ticket } = with;
    let (book, state) = (rules.book, begin.state.clone());
    let phase = book.phase(&state);
    let proceeding = Proceeding::begin(Beginning {
        id,
        kind: book.kind,
        number,
        pack: book.id.clone(),
        state,
        phase,
        title,
        on,
        at: now.at,
        unit: unit.clone(),
    });
    let mut begun = match book.kind {
        ProceedingKind::Reception => Subject::from(Reception::begin(proceeding, ticket, payload, now)),
        ProceedingKind::Matter | ProceedingKind::Office | ProceedingKind::Meeting => Bare(proceeding).into(),
    };
    begun.edit().begun = Some(begin.id.clone());
    begun.edit().links = links;
    let carried = payload.clone().split().carried;
    let kind = EventKind::Begun { begin: begin.id.clone(), on, unit, carried, words: None };
    let mut events = vec![next_event(begun.whole(), now.at, actor.clone(), None, Basis::House, kind)];
    for id in &begin.clocks {
        // A unit that owes something from the beginning on takes part in it.
        if let Some(relation) = book.clock(id).map(|c| c.bound).filter(|r| r.is_asked())
            && payload.text(Field::ToUnit).is_some()
        {
            begun.edit().parties.entry(relation).or_default().insert(of.clone());
        }
        let kind = start_clock(rules, begun.whole(), id, payload, now)?;
        let (clause, basis) = book.clock(id).map_or((None, Basis::House), |c| (c.clause.clone(), c.basis));
        events.push(next_event(begun.whole(), now.at, actor.clone(), clause, basis, kind));
    }
    Ok((begun, events))
}
