//! Templates of packs, rendered strictly: a name that is not given is an error with its line, never an empty place.

use std::collections::BTreeMap;

use minijinja::{Environment, UndefinedBehavior};

use crate::letter::Paragraph;

/// Why a template cannot be rendered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of the template: {message}")]
pub struct TemplateError {
    /// Line within the template, from 1.
    pub line: usize,
    /// What is wrong and how to mend it.
    pub message: String,
}

/// Renders a template. Each line of the result is a paragraph; one that begins with `# ` is a heading; empty lines fall away.
///
/// # Errors
/// [`TemplateError`] for a wrong variable or a fault of the template's own syntax.
pub fn render(template: &str, values: &BTreeMap<String, String>) -> Result<Vec<Paragraph>, TemplateError> {
    let mut env = Environment::new();
    env.set_undefined_behavior(UndefinedBehavior::Strict);
    // The text of a petition is never read as template code: only the pack's template is.
    let fault = |error: minijinja::Error| TemplateError { line: error.line().unwrap_or(0), message: mend(&error, values) };
    let text = env.template_from_str(template).map_err(fault)?.render(values_of(values)).map_err(fault)?;
    Ok(paragraphs(&text))
}

/// Cuts text into paragraphs.
pub(crate) fn paragraphs(text: &str) -> Vec<Paragraph> {
    let lines = text.lines().map(str::trim).filter(|l| !l.is_empty());
    lines.map(|l| l.strip_prefix("# ").map_or_else(|| Paragraph::Text(l.to_owned()), |h| Paragraph::Heading(h.to_owned()))).collect()
}

fn mend(error: &minijinja::Error, values: &BTreeMap<String, String>) -> String {
    if error.kind() == minijinja::ErrorKind::UndefinedError {
        let known: Vec<&str> = values.keys().map(String::as_str).collect();
        return format!("a variable that this paper does not have; known here: {}", known.join(", "));
    }
    error.to_string()
}

fn values_of(values: &BTreeMap<String, String>) -> minijinja::Value {
    let map: BTreeMap<String, minijinja::Value> = values.iter().map(|(k, v)| (k.clone(), minijinja::Value::from(v.as_str()))).collect();
    minijinja::Value::from(map)
}
