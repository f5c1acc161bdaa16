//! A letter that asks for two things has two matters (LAW.md §12.1): a part is taken out of one, and put back while
//! nothing has been done on it.

use crate::clock::{Basis, OfficeTime};
use crate::closed::Closed;
use crate::decide::{Rules, next_event, nobody_left};
use crate::event::{Event, EventActor, EventKind};
use crate::ids::{ProceedingId, StateId};
use crate::matter::Matter;
use crate::matter::opening::{Opening, open};
use crate::procedure::{Fact, Phase};
use crate::proceeding::edit::Edit;

/// The part that is taken out.
#[derive(Debug, Clone)]
pub struct NewPart {
    /// Id.
    pub id: ProceedingId,
    /// Number, unique in the tenant.
    pub number: String,
    /// Which part of the letter, from 2.
    pub part: u16,
    /// What it asks for.
    pub title: String,
}

/// Two matters after something was done between them, each with what its record says of it.
#[derive(Debug, Clone)]
pub struct Both {
    /// The part.
    pub part: (Matter, Vec<Event>),
    /// The matter it was taken out of, or goes back into.
    pub letter: (Matter, Vec<Event>),
}

/// Takes a part out of a matter: it was received on the same day, by the same unit, and its clocks run from there.
///
/// # Errors
/// As [`open`].
pub fn split_part(
    rules: Rules<'_>,
    matter: &Matter,
    new: NewPart,
    actor: &EventActor,
    now: &OfficeTime,
) -> Result<Both, Closed> {
    let opening = Opening {
        id: new.id,
        submission: matter.details.submission.clone(),
        number: new.number,
        part: new.part,
        title: new.title,
        class: matter.details.class.clone(),
        place: matter.details.place.clone(),
        place_name: matter.details.place_name.clone(),
        purpose: matter.details.purpose,
        complained_of: matter.details.complained_of.clone(),
        channel: matter.details.channel,
        received_on: matter.received_on,
        received_at: matter.received_at,
        unit: matter.holder.clone(),
        by_agent: matter.facts.contains(&Fact::HasAgent),
        burst: None,
    };
    let (mut part, mut events) = open(rules, opening, actor.clone(), now)?;
    // Who recuses from the letter recuses from each part of it.
    part.edit().recused.clone_from(&matter.recused);
    part.edit().days.extend(matter.days.get("arrived").map(|day| ("arrived".to_owned(), *day)));
    events.extend(nobody_left(rules, part.whole(), 0, now, &EventActor::Clock));
    let mut letter = matter.clone();
    let parted = EventKind::Parted { into: part.id.clone(), number: part.number.clone() };
    let parted = next_event(letter.whole(), now.at, actor.clone(), None, Basis::House, parted);
    letter.edit().changed_at = now.at;
    Ok(Both { part: (part, events), letter: (letter, vec![parted]) })
}

/// Why a parting stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stands {
    /// Something was done on the part.
    Touched,
    /// The matter it would go back into is past routing, or one of them accuses.
    Late,
    /// A clock cannot be closed.
    Clock(Closed),
}

/// Puts a part back: nothing is owed in it any more, it is archived in the state the pack gives, and its request is
/// answered with the first part of the letter, whose clock runs from the same receipt. `record` is the part's.
///
/// # Errors
/// [`Stands`] when it is too late for it.
pub fn put_back(
    rules: Rules<'_>,
    (part, record): (&Matter, &[Event]),
    first: &Matter,
    archived: &StateId,
    actor: &EventActor,
    now: &OfficeTime,
) -> Result<Both, Stands> {
    let moved = |e: &Event| matches!(e.kind, EventKind::Moved { .. } | EventKind::PartUndone { .. });
    if part.phase != Phase::Intake || record.iter().any(moved) || part.details().joinder.is_some() {
        return Err(Stands::Touched);
    }
    let accuses = [first, part].iter().any(|m| m.facts.contains(&Fact::Accusation));
    if accuses || !matches!(first.phase, Phase::Intake | Phase::Handover) {
        return Err(Stands::Late);
    }
    let undone = EventKind::PartUndone { part: part.number.clone(), into: first.number.clone() };
    let (mut back, mut letter) = (part.clone(), first.clone());
    let mut kinds = vec![undone.clone()];
    for clock in back.edit().clocks.iter_mut().filter(|c| c.is_owed()) {
        clock.close(now.at).map_err(|refused| Stands::Clock(refused.into()))?;
        kinds.push(EventKind::ClockClosed { n: clock.n });
    }
    back.edit().state = archived.clone();
    back.edit().phase = rules.book.phase(archived);
    back.edit().days.insert("archived".into(), now.today());
    let said = |m: &mut Matter, kind| next_event(m.whole(), now.at, actor.clone(), None, Basis::House, kind);
    let closing = kinds.into_iter().map(|kind| said(&mut back, kind)).collect();
    let returned = vec![said(&mut letter, undone)];
    (back.edit().changed_at, letter.edit().changed_at) = (now.at, now.at);
    Ok(Both { part: (back, closing), letter: (letter, returned) })
}
