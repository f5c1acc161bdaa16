//! The key of a form: sent twice, it makes the move once.

use huiyin_app::AppError;

use crate::edge::form::Form;

/// The form's own key: sent twice, it makes the move once.
pub(crate) fn some_key(form: &Form) -> Option<String> {
    Some(form.get("key").to_owned()).filter(|k| k.len() >= 16)
}

/// The key a form had, or a new one.
pub(crate) fn key_of(form: &Form) -> Result<String, AppError> {
    some_key(form).map_or_else(|| huiyin_app::random_hex(16), Ok)
}
