//! What fields and their choices are called: on forms, beside their faults and in the record by the same words.

use huiyin_domain::payload::Field;
use huiyin_domain::procedure::{RuleBook, Verb};
use huiyin_wording::{Language, Wording};

/// What stands for the verb of a beginning.
pub const BEGIN: &str = "begin";

/// The word of a verb in translation keys.
pub fn verb_word(verb: Verb) -> String {
    serde_json::to_value(verb).ok().and_then(|v| v.as_str().map(|v| v.replace('_', "-"))).unwrap_or_default()
}

/// The translation key of a field's label. A field may be called otherwise where the verb gives it another sense.
pub fn key(wording: &Wording, language: Language, field: &str, verb: &str) -> String {
    let own = format!("field-{field}-{verb}");
    if wording.has(language, &own) { own } else { format!("field-{field}") }
}

/// A choice of a field as the pack calls it. A pack that no longer lists it leaves its id.
pub fn of_choice(book: &RuleBook, language: Language, field: Field, id: &str) -> String {
    book.choice(field, id).map_or_else(|| id.to_owned(), |c| c.label.get(language.code()).to_owned())
}
