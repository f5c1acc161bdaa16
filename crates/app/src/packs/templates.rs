//! Templates of papers, tried before a pack is used.

use std::collections::BTreeMap;

use huiyin_domain::payload::Shape;
use huiyin_domain::procedure::{MoveRule, RuleBook};

/// Renders every paper of a rule book with sample values, in both languages; each fault names the paper and its line.
pub fn check_templates(book: &RuleBook) -> Vec<String> {
    let mut out = Vec::new();
    for rule in &book.moves {
        for (name, paper) in rule.documents().filter_map(|d| book.papers.get(d).map(|p| (d, p))) {
            for all_given in [true, false] {
                let values = samples(book, rule, all_given);
                for (language, text) in paper.template.languages().map(|l| (l, paper.template.get(l))) {
                    if let Err(error) = huiyin_documents::render(text, &values) {
                        out.push(format!(
                            "paper `{name}` ({language}), made by the move `{}`, entry at line {}: {error}",
                            rule.id, paper.line
                        ));
                    }
                }
            }
        }
    }
    for (name, paper) in
        book.papers.iter().filter(|(name, _)| !book.moves.iter().any(|m| m.documents().any(|d| d == *name)))
    {
        out.push(format!(
            "paper `{name}`, entry at line {}: no move makes it; name it as `document` of one, or take it out",
            paper.line
        ));
    }
    out.dedup();
    out
}

/// Sample values of everything a move always gives its paper, and with `all_given` of what it may give.
fn samples(book: &RuleBook, rule: &MoveRule, all_given: bool) -> BTreeMap<String, String> {
    let mut names: Vec<String> = ["to", "number", "title", "received", "arrived", "accepted", "today", "unit", "above"]
        .map(str::to_owned)
        .to_vec();
    names.extend(book.clocks.values().filter(|c| c.length.is_some()).map(|c| format!("period_{}", c.id.as_str())));
    let begun = rule.start.iter().filter_map(|id| book.clock(id)).filter(|c| all_given || c.only_if.is_none());
    names.extend(begun.map(|c| format!("due_{}", c.id.as_str())));
    if rule.start.iter().filter_map(|id| book.clock(id)).any(|c| all_given || c.only_if.is_none()) {
        names.push("due".to_owned());
    }
    if rule.extend.is_some() {
        names.push("extended_to".to_owned());
    }
    for need in rule.needs.iter().filter(|n| all_given || n.required) {
        names.push(need.field.word());
        if matches!(need.field.shape(), Shape::Choice) {
            names.push(format!("{}_choice", need.field.word()));
        }
    }
    if all_given {
        names
            .extend(["above_address", "sent_from", "late_title", "late_due", "late_days", "served"].map(str::to_owned));
    }
    names.into_iter().map(|n| (n, "样张".to_owned())).collect()
}
