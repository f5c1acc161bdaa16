//! The moves an officer sees on a page, open ones first.

use huiyin_app::domain::decide::Offer;
use huiyin_app::domain::procedure::{Label, RuleBook};
use huiyin_wording::Language;
use minijinja::Value;

use super::nothing_to_do;
use crate::edge::context::Shared;
use crate::edge::problem;

/// The moves with what they are called, or why they are closed; those that only answer what is not there are left out.
pub(crate) fn offered(shared: &Shared, language: Language, mut offers: Vec<Offer<'_>>, book: &RuleBook) -> Vec<Value> {
    let pick = |l: &Label| l.get(language.code()).to_owned();
    offers.sort_by_key(|o| o.closed.is_some());
    offers
        .into_iter()
        .filter(|o| !o.closed.as_ref().is_some_and(nothing_to_do))
        // What the hall fills in is done there.
        .filter(|o| !o.rule.needs.iter().any(|n| n.field.is_given_in_hall()))
        .map(|o| {
            let cite =
                o.rule.clause.as_ref().and_then(|c| book.clauses.get(c)).map(|c| pick(&c.cite)).unwrap_or_default();
            let hint = o.rule.hint.as_ref().map(pick).unwrap_or_default();
            let closed = o.closed.map(|c| problem::why_closed(shared, language, &c, Some(book)));
            context! {
                id => o.rule.id.as_str(), title => pick(&o.rule.title), hint, cite,
                main => !o.rule.discharge.is_empty(), closed,
            }
        })
        .collect()
}

/// The word of a value in data, as translation keys have it.
pub(crate) fn word(value: &impl serde::Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|v| v.as_str().map(|s| s.replace('_', "-"))).unwrap_or_default()
}
