//! Steps of a counterexample, as a reader of the pack knows them.

use huiyin_domain::procedure::{MoveRule, Relation, RuleBook, Verb};

use crate::Saying;

/// A relation as the pack writes it.
pub(crate) fn relation(relation: Relation) -> String {
    word(&relation)
}

/// A verb as the pack writes it.
pub(crate) fn verb(verb: Verb) -> String {
    word(&verb)
}

/// One move: who, what, where to.
pub(crate) fn step(book: &RuleBook, rule: &MoveRule) -> Saying {
    let by: Vec<String> = rule.by.iter().map(word).collect();
    let to = rule.to.as_ref().and_then(|s| book.state(s));
    let said = Saying::new(if to.is_some() { "proof-step-to" } else { "proof-step" })
        .label("title", Some(&rule.title))
        .word("move", &rule.id)
        .word("by", by.join(" / "));
    match to {
        Some(state) => said.label("to_title", Some(&state.title)).word("to", &state.id),
        None => said,
    }
}

fn word<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_value(value).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
}
