//! The TOML shapes of a pack. Unknown keys are refused with the nearest known one.

use std::collections::BTreeMap;

use huiyin_domain::clock::{Basis, ClockKind, PeriodUnit};
use huiyin_domain::procedure::{Clause, EscalateTo, HandTo, Label, Phase, Relation, Verb};
use huiyin_domain::reckon::Roll;
use huiyin_domain::unit::Post;
use jiff::civil::Date;
use serde::Deserialize;
use toml::Spanned;

use crate::error::{PackError, PackErrors, line_of, nearest};
use crate::{PackFiles, cases};

/// One TOML file of a pack; every file may hold any section.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Part {
    pub pack: Option<Spanned<Head>>,
    #[serde(default)]
    pub state: Vec<Spanned<State>>,
    #[serde(default)]
    pub clock: Vec<Spanned<Clock>>,
    #[serde(default, rename = "move")]
    pub moves: Vec<Spanned<Move>>,
    #[serde(default)]
    pub escalation: Vec<Spanned<Escalation>>,
    /// Rights of the petitioner and where they must be open.
    #[serde(default)]
    pub right: Vec<Spanned<Right>>,
    /// Papers and their templates.
    #[serde(default)]
    pub paper: Vec<Spanned<Paper>>,
    #[serde(default)]
    pub clause: BTreeMap<String, Clause>,
    #[serde(default)]
    pub class: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    pub case: Vec<cases::Case>,
    /// Years files of a kind are kept.
    #[serde(default)]
    pub keep: Vec<Spanned<Keep>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Keep {
    /// Which files; every condition must hold.
    pub when: Vec<String>,
    /// A number of years, or `permanent = true`.
    pub years: Option<u32>,
    #[serde(default)]
    pub permanent: bool,
    pub basis: Basis,
    pub clause: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Head {
    pub id: String,
    pub title: Label,
    pub force_from: Date,
    pub calendar: String,
    pub initial_office: String,
    pub initial_office_clocks: Vec<String>,
    pub initial_direct: String,
    pub initial_direct_clocks: Vec<String>,
    #[serde(default)]
    pub initial_above_clocks: Vec<String>,
    /// A pack this one varies: states, clocks, moves and papers of the same id replace those of the base.
    #[expect(dead_code, reason = "read before the pack is parsed, by `base_of`; kept here so that it is a known key")]
    pub extends: Option<String>,
    /// State of the sealed stub of an upper-level accusation.
    pub initial_sealed: Option<String>,
    #[serde(default)]
    pub initial_sealed_clocks: Vec<String>,
    /// Hand-overs after which the next is a dispute.
    pub hops_before_dispute: Option<u32>,
    /// Years a file is kept.
    #[serde(default = "keep_years")]
    pub keep_years: u32,
    pub imported_ended: String,
    pub imported_accepted: String,
    pub imported_accepted_clocks: Vec<String>,
}

fn keep_years() -> u32 {
    30
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Right {
    pub verb: Verb,
    /// Phases, or ids of states.
    #[serde(rename = "in")]
    pub places: Vec<String>,
    #[serde(default)]
    pub when: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Paper {
    pub id: String,
    pub title: Label,
    pub code: String,
    pub from: Relation,
    /// The unit it is addressed to; absent: the petitioner, or the recipient the move names.
    pub to: Option<Relation>,
    /// Minutes are addressed to nobody.
    #[serde(default)]
    pub unaddressed: bool,
    pub template: Label,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Since {
    pub from: Date,
    pub length: u32,
    pub unit: PeriodUnit,
    pub basis: Basis,
    pub clause: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct State {
    pub id: String,
    pub phase: Phase,
    pub title: Label,
    pub plain: Label,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Clock {
    pub id: String,
    pub kind: ClockKind,
    pub title: Label,
    pub plain: Label,
    pub bound: Relation,
    pub post: Post,
    /// Absent: the day comes from the payload's `due_on`.
    pub length: Option<u32>,
    pub unit: PeriodUnit,
    #[serde(default = "roll")]
    pub roll: Roll,
    pub basis: Basis,
    pub clause: Option<String>,
    /// `move`, `receipt` or a field.
    pub start: String,
    /// Started only when the fact holds.
    pub only_if: Option<String>,
    #[serde(default)]
    pub warn_days: u32,
    pub extension: Option<u32>,
    /// Owed between offices: the petitioner's page does not show it.
    #[serde(default)]
    pub between_offices: bool,
    /// Values of later dates.
    #[serde(default)]
    pub since: Vec<Since>,
}

fn roll() -> Roll {
    Roll::NextWorkingDay
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Move {
    pub id: String,
    pub verb: Verb,
    pub title: Label,
    pub done: Label,
    pub from: Vec<String>,
    pub by: Vec<Relation>,
    #[serde(default)]
    pub when: Vec<String>,
    pub to: Option<String>,
    #[serde(default)]
    pub needs: Vec<String>,
    #[serde(default)]
    pub start: Vec<String>,
    #[serde(default)]
    pub discharge: Vec<String>,
    #[serde(default)]
    pub close: Vec<String>,
    #[serde(default)]
    pub stop: Vec<String>,
    #[serde(default)]
    pub resume: Vec<String>,
    pub extend: Option<String>,
    #[serde(default)]
    pub sets: Vec<String>,
    #[serde(default)]
    pub clears: Vec<String>,
    pub hand_to: Option<HandTo>,
    pub document: Option<String>,
    /// For one petitioner alone, also where matters are joined.
    #[serde(default)]
    pub for_one: bool,
    /// Words for this relation and the petitioner only.
    pub private_to: Option<Relation>,
    pub clause: Option<String>,
    pub basis: Basis,
    #[serde(default)]
    pub tells: bool,
    /// Fields of a told move that are between offices.
    #[serde(default)]
    pub hides: Vec<String>,
    pub confirm: Option<Label>,
    pub hint: Option<Label>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Escalation {
    pub after_working_days: u32,
    pub to: EscalateTo,
    pub start: Option<String>,
}

/// Parses every file of a pack.
pub(crate) fn parse(files: &PackFiles) -> Result<Vec<(String, Part)>, PackErrors> {
    let mut parts = Vec::new();
    let mut errors = Vec::new();
    for (file, text) in &files.files {
        match toml::from_str::<Part>(text) {
            Ok(part) => parts.push((file.clone(), part)),
            Err(error) => {
                let line = error.span().map_or(0, |s| line_of(text, s.start));
                errors.push(PackError { pack: files.id.clone(), file: file.clone(), line, message: mend(error.message()) });
            }
        }
    }
    if errors.is_empty() { Ok(parts) } else { Err(PackErrors(errors)) }
}

/// Adds "did you mean" to what the TOML reader says of an unknown key or word.
fn mend(message: &str) -> String {
    let mut quoted = message.split('`').skip(1).step_by(2);
    let Some(word) = quoted.next() else { return message.to_owned() };
    match nearest(word, quoted) {
        Some(near) if message.starts_with("unknown") => format!("{message}; did you mean `{near}`?"),
        _ => message.to_owned(),
    }
}
