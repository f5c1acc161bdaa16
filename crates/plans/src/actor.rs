//! Who acts in a clause, and who is told or served.

use crate::words::Words;

/// The actor a clause names: a post or a body, never the people who come.
pub(crate) fn actor(words: &Words, clause: &str) -> Option<String> {
    let places = &words.places;
    let plain = places.before.replace(clause.trim(), "");
    let by = places.actor_by.captures(&plain).and_then(|found| found.get(1));
    if let Some(name) = by {
        return Some(name.as_str().to_owned());
    }
    let name = places.actor.captures(&plain).and_then(|found| found.get(1))?.as_str();
    let is_actor = !places.no_actor.is_match(name) && !places.people_alone.is_match(name);
    is_actor.then(|| name.to_owned())
}

/// Whom a clause is for.
pub(crate) fn recipient(words: &Words, clause: &str) -> Option<String> {
    words.places.to.captures(clause).and_then(|found| found.get(1)).map(|m| m.as_str().to_owned())
}
