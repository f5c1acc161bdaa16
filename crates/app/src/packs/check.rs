//! What shows a pack in order: its cases, the floor, its templates and the proof.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use huiyin_domain::calendar::WorkCalendar;
use huiyin_rules::{Bounds, CaseFailure, Pack, Part, Proof, Saying, under_floor};
use huiyin_wording::{Language, Wording};

use super::templates;

/// States a proof on the server visits, at most. Those of the Regulation are about 280,000.
const STATES: usize = 400_000;
/// How long it may take there.
const SERVER_TIME: Duration = Duration::from_secs(180);
/// States and time at the operator's own machine.
const OPERATOR_STATES: usize = 1_500_000;
const OPERATOR_TIME: Duration = Duration::from_secs(3600);

/// How far a check may go.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// States of the proof, at most.
    states: usize,
    /// When it ends.
    until: Instant,
}

impl Limits {
    /// For what somebody uploaded: the server goes on serving.
    pub fn of_upload() -> Self {
        Self { states: STATES, until: Instant::now() + SERVER_TIME }
    }

    /// For a command of the operator.
    pub fn of_operator() -> Self {
        Self { states: OPERATOR_STATES, until: Instant::now() + OPERATOR_TIME }
    }
}

/// What was shown of a pack in order.
#[derive(Debug)]
pub struct Shown {
    /// Cases that ran.
    pub cases: usize,
    /// The proof.
    pub proof: Proof,
}

/// Runs everything that shows a pack in order. `name` stands before the files in errors.
///
/// # Errors
/// Every fault in words, with file and line.
pub(crate) fn check_pack(
    pack: &Pack,
    calendars: &BTreeMap<String, Arc<WorkCalendar>>,
    name: &str,
    limits: &Limits,
) -> Result<Shown, Vec<String>> {
    let Some(calendar) = calendars.get(&pack.book.calendar) else {
        let known: Vec<&str> = calendars.keys().map(String::as_str).collect();
        return Err(vec![format!(
            "{name}/pack.toml: there is no calendar `{}`; known: {}",
            pack.book.calendar,
            known.join(", ")
        )]);
    };
    let mut errors: Vec<String> = huiyin_rules::run_cases(pack, calendar)
        .iter()
        .map(|f| in_both(&format!("{name}/{}:{}: ", f.file, f.line), |language| failed(f, language)))
        .collect();
    errors.extend(under_floor(pack, calendar).iter().map(ToString::to_string));
    errors.extend(templates::check_templates(&pack.book).into_iter().map(|e| format!("{name}/papers.toml: {e}")));
    let over = || std::time::Instant::now() > limits.until;
    match huiyin_rules::prove_within(&pack.book, &Bounds { states: limits.states, stop: &over }) {
        Ok(proof) => {
            errors.extend(proof.refutations.iter().map(|r| {
                let at =
                    r.at.as_ref().map(|place| pack.place_of(place)).map(|(file, line)| match file.split_once(':') {
                        // An entry of the pack it lies over.
                        Some((base, file)) => format!("{base}/{file}:{line}"),
                        None => format!("{name}/{file}:{line}"),
                    });
                let at = format!("{}: ", at.unwrap_or_else(|| name.to_owned()));
                let path = r.path.iter().enumerate().map(|(n, step)| {
                    let number = format!("    {}. ", n + 1);
                    format!("\n{}", in_both(&number, |language| say(step, language)))
                });
                let said = in_both(&at, |language| {
                    let values = [("number", r.property.number().to_string()), ("text", say(&r.message, language))];
                    text(language, "proof-property", &values)
                });
                said + &path.collect::<String>()
            }));
            if errors.is_empty() { Ok(Shown { cases: pack.case_count(), proof }) } else { Err(errors) }
        }
        Err(large) => {
            errors.push(in_both(&format!("{name}: "), |language| say(&large.message(), language)));
            Err(errors)
        }
    }
}

/// A fault in Chinese and in English, a line each: whoever writes a pack may read either.
fn in_both(at: &str, said: impl Fn(Language) -> String) -> String {
    let indent = " ".repeat(at.len() - at.trim_start().len() + 4);
    format!("{at}{}\n{indent}{}", said(Language::CHINESE), said(Language::ENGLISH))
}

fn failed(failure: &CaseFailure, language: Language) -> String {
    let key = if failure.step == 0 { "case-failed-opening" } else { "case-failed" };
    let step = failure.step.to_string();
    let said = say(&failure.message, language);
    text(language, key, &[("case", failure.case.clone()), ("step", step), ("text", said)])
}

fn say(saying: &Saying, language: Language) -> String {
    let word = |part: &Part| match part {
        Part::Word(word) => word.clone(),
        Part::Label(label) => label.get(language.code()).to_owned(),
    };
    let values: Vec<_> = saying.with.iter().map(|(name, part)| (*name, word(part))).collect();
    text(language, saying.key, &values)
}

fn text(language: Language, key: &str, values: &[(&str, String)]) -> String {
    let values: Vec<_> = values.iter().map(|(name, value)| (*name, value.as_str().into())).collect();
    Wording::load()
        .map_or_else(|_| key.to_owned(), |wording| wording.text(language, key, &values).trim_end().to_owned())
}
