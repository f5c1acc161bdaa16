//! The TOML shapes of a pack. Unknown keys are refused with the nearest known one.

use std::collections::BTreeMap;

use huiyin_domain::clock::{Basis, ClockKind, PeriodUnit};
use huiyin_domain::kind::ProceedingKind;
use huiyin_domain::procedure::{Clause, EscalateTo, HandTo, Label, Phase, Relation, Verb};
use huiyin_domain::reckon::Roll;
use huiyin_domain::unit::{Post, UnitKind};
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
    /// How proceedings that are no matters begin.
    #[serde(default)]
    pub begin: Vec<Spanned<Begin>>,
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
    /// What a pack over another adds to moves of that one.
    #[serde(default)]
    pub amend: Vec<Spanned<Amend>>,
    /// What no pack over this one may go under.
    pub floor: Option<Spanned<Floor>>,
}

/// Additions to a move of the base; the move itself is not copied.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Amend {
    #[serde(rename = "move")]
    pub of: String,
    #[serde(default)]
    pub from: Vec<String>,
    #[serde(default)]
    pub when: Vec<String>,
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
    #[serde(default)]
    pub sets: Vec<String>,
    #[serde(default)]
    pub clears: Vec<String>,
}

/// The floor of a law in numbers.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Floor {
    /// Clocks that a hearing may stop.
    #[serde(default)]
    pub hearing_stops: Vec<String>,
    /// Rights that each pack over this one keeps open.
    #[serde(default)]
    pub rights: Vec<Verb>,
    #[serde(default)]
    pub duty: Vec<Spanned<FloorDuty>>,
    #[serde(default)]
    pub right: Vec<Spanned<FloorRight>>,
    #[serde(default)]
    pub answer: Vec<Spanned<FloorAnswer>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FloorDuty {
    pub clock: String,
    /// The longest time to its discharge, extensions included.
    pub longest: u32,
    pub unit: PeriodUnit,
    pub clause: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FloorRight {
    pub clock: String,
    pub shortest: u32,
    pub unit: PeriodUnit,
    pub clause: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FloorAnswer {
    pub paper: String,
    /// What the paper prints: fields of its move and other variables.
    pub contents: Vec<String>,
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

/// The head of a pack. A pack over another takes what it does not say from that one's head.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Head {
    pub id: String,
    /// `matter` where it is not said.
    pub kind: Option<ProceedingKind>,
    pub title: Option<Label>,
    pub force_from: Option<Date>,
    pub calendar: Option<String>,
    pub initial_office: Option<String>,
    pub initial_office_clocks: Option<Vec<String>>,
    pub initial_direct: Option<String>,
    pub initial_direct_clocks: Option<Vec<String>>,
    pub initial_above_clocks: Option<Vec<String>>,
    /// A pack this one varies: states, clocks, moves and papers of the same id replace those of the base.
    pub extends: Option<String>,
    /// State of the sealed stub of an upper-level accusation.
    pub initial_sealed: Option<String>,
    pub initial_sealed_clocks: Option<Vec<String>>,
    /// Hand-overs after which the next is a dispute.
    pub hops_before_dispute: Option<u32>,
    /// Years a file is kept.
    pub keep_years: Option<u32>,
    pub imported_ended: Option<String>,
    pub imported_accepted: Option<String>,
    pub imported_accepted_clocks: Option<Vec<String>>,
    /// Clocks that the home page tells.
    pub published: Option<Vec<String>>,
    /// The clause under which a unit's successor takes over.
    pub succession_clause: Option<String>,
    /// One in so many void entries is drawn for the overseer.
    pub void_check_one_in: Option<u32>,
    /// Days in which a replaced receipt code withdraws nothing.
    pub new_code_waits: Option<u32>,
}

impl Head {
    /// The same with what it does not say taken from the base. Title and force are a pack's own.
    pub(crate) fn over(self, base: Option<&Head>) -> Self {
        let Some(base) = base.cloned() else { return self };
        Self {
            kind: self.kind.or(base.kind),
            calendar: self.calendar.or(base.calendar),
            initial_office: self.initial_office.or(base.initial_office),
            initial_office_clocks: self.initial_office_clocks.or(base.initial_office_clocks),
            initial_direct: self.initial_direct.or(base.initial_direct),
            initial_direct_clocks: self.initial_direct_clocks.or(base.initial_direct_clocks),
            initial_above_clocks: self.initial_above_clocks.or(base.initial_above_clocks),
            initial_sealed: self.initial_sealed.or(base.initial_sealed),
            initial_sealed_clocks: self.initial_sealed_clocks.or(base.initial_sealed_clocks),
            hops_before_dispute: self.hops_before_dispute.or(base.hops_before_dispute),
            keep_years: self.keep_years.or(base.keep_years),
            imported_ended: self.imported_ended.or(base.imported_ended),
            imported_accepted: self.imported_accepted.or(base.imported_accepted),
            imported_accepted_clocks: self.imported_accepted_clocks.or(base.imported_accepted_clocks),
            published: self.published.or(base.published),
            succession_clause: self.succession_clause.or(base.succession_clause),
            void_check_one_in: self.void_check_one_in.or(base.void_check_one_in),
            new_code_waits: self.new_code_waits.or(base.new_code_waits),
            ..self
        }
    }
}

/// One way in which a proceeding that is no matter begins.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Begin {
    pub id: String,
    pub title: Label,
    pub hint: Option<Label>,
    pub state: String,
    pub clocks: Vec<String>,
    /// Kinds of the units that begin it or owe it.
    pub units: Vec<UnitKind>,
    /// What an officer enters.
    #[serde(default)]
    pub needs: Vec<String>,
    /// By the calendar.
    pub every: Option<Every>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Every {
    /// Months from one time to the next.
    pub months: u32,
    /// Of the first year in which the pack is in force.
    pub month: i8,
    pub day: i8,
    /// The year it is for: `same_year` or `next_year`.
    pub names: Names,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Names {
    SameYear,
    NextYear,
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
    /// Units that get a copy (抄送).
    #[serde(default)]
    pub copies: Vec<Relation>,
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
    /// The clause by which whoever is late answers for it.
    pub consequence: Option<String>,
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
    /// Clocks that go on with whoever holds the matter afterwards.
    #[serde(default)]
    pub pass: Vec<String>,
    /// What is otherwise with some choice of a field.
    #[serde(default)]
    pub variant: Vec<Variant>,
    pub extend: Option<String>,
    /// How the unit it names stands to the proceeding afterwards.
    pub party: Option<Relation>,
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

/// What is otherwise about a move when `field` has the choice `is`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Variant {
    pub field: String,
    pub is: String,
    #[serde(default)]
    pub when: Vec<String>,
    pub document: Option<String>,
    pub done: Option<Label>,
    pub clause: Option<String>,
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
