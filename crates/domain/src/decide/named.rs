//! Units and officers that a move names: whether they may be named in it.

use crate::ids::{ClockId, OfficerId, UnitId};
use crate::payload::{Field, FieldError, FieldFault, Payload};
use crate::posts::Power;
use crate::procedure::{Guard, MoveRule, Verb};
use crate::proceeding::{Actor, Proceeding};

use super::Rules;

/// What is wrong with the unit that is named: it is not there, owes the same already, or owes nothing of what is noted.
pub(super) fn unit_fault(
    rules: Rules<'_>,
    proceeding: &Proceeding,
    rule: &MoveRule,
    payload: &Payload,
) -> Option<FieldError> {
    let named = payload.text(Field::ToUnit).map(UnitId::new)?;
    let fault = |fault| Some(FieldError { field: Field::ToUnit, fault });
    if !rules.directory.unit(&named).is_some_and(|u| u.active) {
        return fault(FieldFault::NoSuchUnit);
    }
    let owes = |id: &ClockId| {
        proceeding.clocks.iter().any(|c| c.is_owed() && &c.rule == id && c.bound.unit.as_ref() == Some(&named))
    };
    let asked = |id: &&ClockId| rules.book.clock(id).is_some_and(|c| c.bound.is_asked());
    // Each is asked one thing of a kind at a time, unless what is done says which it is, and what is noted of a unit
    // under the condition that it is owed, that unit owes.
    let told_apart = |id: &&ClockId| {
        let of = |m: &&MoveRule| m.discharge.contains(id) || m.close.contains(id);
        let mut ends = rules.book.moves.iter().filter(of).peekable();
        ends.peek().is_some() && ends.all(|m| m.needs.iter().any(|n| n.field == Field::WhichDuty))
    };
    if rule.verb == Verb::Ask && rule.start.iter().filter(asked).filter(|id| !told_apart(id)).any(owes) {
        return fault(FieldFault::OwesAlready);
    }
    let asks = rule.guards.iter().find_map(|g| if let Guard::Owed(id) = g { Some(id) } else { None });
    if rule.party.is_some() && asks.is_some_and(|id| !owes(id)) {
        return fault(FieldFault::OwesNothing);
    }
    None
}

/// An officer says of himself that he recuses; the head says it of anybody in the unit, and lifts what stands. Whoever
/// is named for a day heads the unit that is named with it.
pub(super) fn may_name(
    rules: Rules<'_>,
    proceeding: &Proceeding,
    actor: &Actor,
    verb: Verb,
    payload: &Payload,
    named: &OfficerId,
) -> bool {
    if verb == Verb::SetDay {
        let unit = payload.text(Field::ToUnit).map_or_else(|| proceeding.holder.clone(), UnitId::new);
        return rules.directory.heads(named, &unit);
    }
    let Actor::Officer { id, unit, posts } = actor else { return false };
    if verb == Verb::LiftRecusal {
        let theirs = rules.directory.officer(named).map(|o| &o.unit);
        let over = theirs.is_some_and(|t| t == unit || rules.directory.superiors(t).iter().any(|s| &s.id == unit));
        return over && proceeding.recused.contains(named);
    }
    let of_the_unit = rules.directory.officer(named).is_some_and(|o| o.active && &o.unit == unit);
    named == id || (rules.directory.vocabulary.may(posts, Power::Head) && of_the_unit)
}
