//! What concerns a whole letter and not one part of it: who recuses, and whether somebody acts for the petitioner. The
//! other parts follow in the same commit, so that none of them is a way round.

use crate::clock::OfficeTime;
use crate::decide::{Rules, nobody_left};
use crate::event::{Event, EventActor};
use crate::matter::Matter;
use crate::procedure::{Fact, Verb};
use crate::proceeding::edit::Edit;

/// Whether a move on one part changes the others.
pub fn concerns_the_letter(verb: Verb) -> bool {
    matches!(verb, Verb::Appoint | Verb::EndAppointment | Verb::Recuse | Verb::LiftRecusal)
}

/// A part of the letter after a move on another one, which stood `before` and stands `after`; with what its record says
/// of it.
pub fn follow(
    rules: Rules<'_>,
    part: &Matter,
    verb: Verb,
    (before, after): (&Matter, &Matter),
    now: &OfficeTime,
) -> (Matter, Vec<Event>) {
    let mut next = part.clone();
    let mut events = Vec::new();
    match verb {
        Verb::Recuse | Verb::LiftRecusal => {
            next.edit().recused.extend(after.recused.difference(&before.recused).cloned());
            next.edit().recused.retain(|o| after.recused.contains(o) || !before.recused.contains(o));
            if next.recused != part.recused {
                events = nobody_left(rules, next.whole(), 0, now, &EventActor::Clock);
            }
        }
        Verb::Appoint | Verb::EndAppointment => {
            if after.facts.contains(&Fact::HasAgent) {
                next.edit().facts.insert(Fact::HasAgent);
            } else {
                next.edit().facts.remove(&Fact::HasAgent);
            }
        }
        _ => {}
    }
    (next, events)
}
