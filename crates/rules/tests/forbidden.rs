//! Orders against persons are refused in whatever words, and what only looks like one is not: as many of each.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

use huiyin_rules::forbidden_words as refusal;

#[path = "forbidden_texts/lists.rs"]
mod lists;

use lists::{LAWFUL, REFUSED};

#[test]
fn orders_against_persons_are_refused() {
    let missed: Vec<&str> = REFUSED.iter().copied().filter(|w| refusal(w).is_none()).collect();
    assert!(missed.is_empty(), "not refused: {missed:#?}");
}

#[test]
fn lawful_look_alikes_pass() {
    let wrong: Vec<_> = LAWFUL.iter().filter_map(|w| refusal(w).map(|(found, _)| (w, found))).collect();
    assert!(wrong.is_empty(), "refused: {wrong:#?}");
}

#[test]
fn there_are_as_many_of_each() {
    assert!(LAWFUL.len() * 10 >= REFUSED.len() * 8, "{} lawful, {} refused", LAWFUL.len(), REFUSED.len());
}
