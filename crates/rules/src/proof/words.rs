//! Words of a counterexample: steps as a reader of the pack knows them.

use huiyin_domain::procedure::{MoveRule, Relation, RuleBook, Verb};

/// A relation as the pack writes it.
pub(crate) fn relation(relation: Relation) -> String {
    word(&relation)
}

/// A verb as the pack writes it.
pub(crate) fn verb(verb: Verb) -> String {
    word(&verb)
}

/// One move: who, what, where to.
pub(crate) fn step(book: &RuleBook, rule: &MoveRule) -> String {
    let by: Vec<String> = rule.by.iter().map(word).collect();
    let to = rule
        .to
        .as_ref()
        .and_then(|s| book.state(s))
        .map(|s| format!(" → {} `{}`", s.title.get(&book.binding), s.id))
        .unwrap_or_default();
    format!("{} `{}` (by {}){to}", rule.title.get(&book.binding), rule.id, by.join(" or "))
}

fn word<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_value(value).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
}
