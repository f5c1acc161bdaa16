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

/// Stands before a value in the rendered text, so that no value is taken for the template's own words.
const VALUE: char = '\u{e000}';
/// Steps a template may take; the longest of those that come with the program takes some hundreds.
const FUEL: u64 = 20_000;
/// Stands for a line break within a value.
const BREAK: char = '\u{2028}';

/// Renders a template. Each line of the template is a paragraph; one that begins with `# ` is a heading; empty lines
/// fall away. A value never makes a heading or a paragraph: its own lines stay lines within the paragraph it stands in,
/// and one line in a heading.
///
/// # Errors
/// [`TemplateError`] for a wrong variable or a fault of the template's own syntax.
pub fn render(template: &str, values: &BTreeMap<String, String>) -> Result<Vec<Paragraph>, TemplateError> {
    bounded(template)?;
    let mut env = Environment::new();
    env.set_undefined_behavior(UndefinedBehavior::Strict);
    // A template may come from an uploaded pack: it ends soon, and reads nothing but its values.
    env.set_fuel(Some(FUEL));
    env.set_formatter(|out, _, value| {
        let text = value
            .to_string()
            .replace(VALUE, "")
            .replace("\r\n", "\n")
            .replace(['\r', '\n', '\u{b}', '\u{c}', '\u{85}', '\u{2029}'], &BREAK.to_string());
        write!(out, "{VALUE}{text}").map_err(minijinja::Error::from)
    });
    // The text of a petition is never read as template code: only the pack's template is.
    let fault =
        |error: minijinja::Error| TemplateError { line: error.line().unwrap_or(0), message: mend(&error, values) };
    let text = env.template_from_str(template).map_err(fault)?.render(values_of(values)).map_err(fault)?;
    Ok(paragraphs(&text))
}

/// Letters of one tag, tags of one template, and letters of the whole, at most. The compiler goes down into an
/// expression once for each operator, so that a long one would end the program; a paper needs nothing near.
const TAG: usize = 300;
const TAGS: usize = 120;
const WHOLE: usize = 12_000;

/// Refuses what no paper needs before it is compiled. Quotation marks are followed, as the compiler does.
fn bounded(template: &str) -> Result<(), TemplateError> {
    let fault = |line: usize, message: String| Err(TemplateError { line, message });
    if template.len() > WHOLE {
        return fault(1, format!("a template has {WHOLE} bytes at most; part the paper"));
    }
    let (mut line, mut tags) = (1, 0);
    let mut chars = template.chars().peekable();
    while let Some(c) = chars.next() {
        line += usize::from(c == '\n');
        let Some(close) = (c == '{')
            .then(|| chars.peek().copied())
            .flatten()
            .and_then(|n| ['{', '%', '#'].contains(&n).then_some(if n == '{' { '}' } else { n }))
        else {
            continue;
        };
        chars.next();
        tags += 1;
        if tags > TAGS {
            return fault(line, format!("a template has {TAGS} tags at most; part the paper"));
        }
        let (mut length, mut quote, mut before) = (0, None, ' ');
        for c in chars.by_ref() {
            line += usize::from(c == '\n');
            length += 1;
            if length > TAG {
                return fault(line, format!("a tag has {TAG} letters at most; make the expression shorter"));
            }
            match quote {
                Some(q) if c == q && before != '\\' => quote = None,
                Some(_) => {}
                None if close != '#' && (c == '"' || c == '\'') => quote = Some(c),
                None if before == close && c == '}' => break,
                None => {}
            }
            before = c;
        }
    }
    Ok(())
}

/// Cuts rendered text into paragraphs.
fn paragraphs(text: &str) -> Vec<Paragraph> {
    let own = |t: &str, between: &str| {
        let lines = t
            .replace(VALUE, "")
            .split(BREAK)
            .map(|l| l.trim().to_owned())
            .filter(|l| !l.is_empty())
            .collect::<Vec<_>>();
        lines.join(between)
    };
    let paragraph = |l: &str| match l.strip_prefix("# ") {
        Some(heading) => Paragraph::Heading(own(heading, " ")),
        None => Paragraph::Text(own(l, "\n")),
    };
    text.lines().map(str::trim).map(paragraph).filter(|p| !p.text().is_empty()).collect()
}

fn mend(error: &minijinja::Error, values: &BTreeMap<String, String>) -> String {
    if error.kind() == minijinja::ErrorKind::UndefinedError {
        let known: Vec<&str> = values.keys().map(String::as_str).collect();
        return format!("a variable that this paper does not have; known here: {}", known.join(", "));
    }
    error.to_string()
}

fn values_of(values: &BTreeMap<String, String>) -> minijinja::Value {
    let map: BTreeMap<String, minijinja::Value> =
        values.iter().map(|(k, v)| (k.clone(), minijinja::Value::from(v.as_str()))).collect();
    minijinja::Value::from(map)
}
