//! Texts that are to tell of no person.

use huiyin_domain::payload::{Field, Payload};
use huiyin_domain::procedure::BeginRule;

use crate::error::{AppError, FormError, Result};

/// A text that is to tell of no person is turned back where it holds a telephone or identity number, or a word of the
/// pack with which names are given.
pub(crate) fn tells_of_nobody(rule: &BeginRule, payload: &Payload) -> Result<()> {
    if rule.turns_back.is_empty() {
        return Ok(());
    }
    let mut errors = Vec::new();
    // Nobody is no group.
    if payload.number(Field::Headcount) == Some(0) {
        errors.push(FormError::new("headcount", "fault-headcount"));
    }
    for (field, text) in payload.iter().filter(|(field, _)| field.is_content()) {
        let name = match field {
            Field::Request => "request",
            Field::Needs => "needs",
            Field::Words => "words",
            Field::Topic => "topic",
            _ => "by_when",
        };
        let folded = huiyin_domain::text::folded(text);
        if huiyin_storage::terms::names_a_person(text) || holds_a_number(&folded) {
            errors.push(FormError::new(name, "fault-tells-number"));
        } else if let Some(word) = rule.turns_back.iter().find(|w| folded.contains(&huiyin_domain::text::folded(w))) {
            errors.push(FormError::with(name, "fault-tells-name", word));
        }
    }
    if errors.is_empty() { Ok(()) } else { Err(AppError::Form(errors)) }
}

/// Whether a text holds so many digits in a row as a telephone has, with blanks, hyphens and brackets between them. A
/// date is none.
fn holds_a_number(folded: &str) -> bool {
    let joins = |c: char| c.is_ascii_digit() || matches!(c, ' ' | '-' | '–' | '—' | '(' | ')' | '.');
    folded.split(|c: char| !joins(c)).any(|run| {
        let digits = run.chars().filter(char::is_ascii_digit).count();
        let is_date = huiyin_domain::text::days::day(run.trim()).is_ok();
        (7..=18).contains(&digits) && !is_date
    })
}
