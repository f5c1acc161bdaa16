//! The TOML shapes of a pack. Unknown keys are refused with the nearest known one.

mod floor;
mod overlay;
mod report;

pub(crate) use floor::Floor;
pub(crate) use overlay::{Amend, Change, Remove};
pub(crate) use report::{Count, ReportPart};

use std::collections::BTreeMap;

use huiyin_domain::clock::{Basis, ClockKind, PeriodUnit};
use huiyin_domain::kind::ProceedingKind;
use huiyin_domain::posts::{Post, Power, UnitKind, UnitRole};
use huiyin_domain::procedure::{Clause, EscalateTo, HandTo, Label, Night, Phase, Relation, Verb};
use huiyin_domain::reckon::Roll;
use huiyin_domain::submission::Channel;
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
    /// Posts that hold duties.
    #[serde(default)]
    pub post: Vec<Spanned<PostEntry>>,
    /// Kinds of units.
    #[serde(default)]
    pub unit_kind: Vec<Spanned<UnitKindEntry>>,
    /// What its fields offer to choose from.
    #[serde(default)]
    pub choice: Vec<Spanned<Choice>>,
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
    /// Figures of the yearly report.
    #[serde(default)]
    pub count: Vec<Spanned<Count>>,
    /// Paragraphs of the yearly report.
    #[serde(default)]
    pub report: Vec<Spanned<ReportPart>>,
    /// What a pack over another adds to moves of that one.
    #[serde(default)]
    pub amend: Vec<Spanned<Amend>>,
    /// What a pack over another changes of its entries by single keys.
    #[serde(default)]
    pub change: Vec<Spanned<Change>>,
    /// Moves of the pack below that this one does without.
    #[serde(default)]
    pub remove: Vec<Spanned<Remove>>,
    /// What no pack over this one may go under.
    pub floor: Option<Spanned<Floor>>,
    /// Where what is said against officials goes.
    pub compartment: Option<Spanned<Compartment>>,
    /// How papers are numbered.
    pub numbering: Option<Spanned<Numbering>>,
    pub queue: Option<Spanned<Queue>>,
}

/// Where what is said against officials goes, and nowhere else.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Compartment {
    /// Kinds of units that may be handed it.
    pub receivers: Vec<String>,
    /// Of these, those to which only a petition office hands it, and to which no breach is told.
    #[serde(default)]
    pub by_office_alone: Vec<String>,
    /// The clause that says so.
    pub clause: String,
}

/// How visitors are called in a hall.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Queue {
    /// Calls after which a visitor who does not come goes to the end of the queue.
    pub calls: u32,
    /// How many with a stated need are called in a row before one of the others, at most.
    pub needs_in_a_row: u32,
    /// Minutes of a talk, until there are talks of the day to go by.
    pub usual_minutes: u32,
    /// Tickets that tablets give in a minute, at most.
    pub tickets_a_minute: u32,
    /// What stands before the numbers of tickets, by service.
    pub letters: BTreeMap<String, String>,
    /// How times are booked.
    pub booking: Option<Booking>,
}

/// How times of a hall are booked beforehand.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Booking {
    /// The service under which whoever has booked takes a ticket.
    pub service: String,
    /// Days ahead for which times are offered.
    pub days_ahead: u32,
    /// Minutes after the time in which whoever comes is still called at it.
    pub grace_minutes: u32,
    /// Minutes before and after the time in which a tablet offers it.
    pub near_minutes: u32,
    /// Days after the day for which it is asked who came.
    pub open_days: u32,
    /// Days after the day for which the telephone is kept.
    pub telephone_days: u32,
    /// Hours before the time from which a reminder is to be sent.
    pub remind_hours: u32,
}

/// How papers are numbered.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Numbering {
    /// With `{letters}` of the unit, `{code}` of the paper, `{year}` and the serial `{n}`.
    pub form: String,
    /// The letters of a unit that has none of its own.
    pub letters: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Keep {
    /// Which files; every condition must hold.
    pub when: Vec<String>,
    /// A number of years, or `permanent = true`.
    pub years: Option<u32>,
    /// For ever.
    #[serde(default)]
    pub permanent: bool,
    /// Where it comes from.
    pub basis: Basis,
    /// The clause, for `law` and `local`.
    pub clause: Option<String>,
}

/// The head of a pack. A pack over another takes what it does not say from that one's head.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Head {
    /// Path and version, such as `cn/petition/2022`.
    pub id: String,
    /// `matter` where it is not said.
    pub kind: Option<ProceedingKind>,
    /// Name, in every language of the pack.
    pub title: Option<Label>,
    /// The language of papers and of what is kept; needed where there are several.
    pub binding: Option<String>,
    /// In force from.
    pub force_from: Option<Date>,
    /// The working-day calendar it counts by.
    pub calendar: Option<String>,
    /// State of a submission at a petition office.
    pub initial_office: Option<String>,
    /// Clocks started there.
    pub initial_office_clocks: Option<Vec<String>>,
    /// State of a submission lodged straight with another unit.
    pub initial_direct: Option<String>,
    /// Clocks started there.
    pub initial_direct_clocks: Option<Vec<String>>,
    /// Clocks started besides, for what comes from a higher office or the national system.
    pub initial_above_clocks: Option<Vec<String>>,
    /// Lists of the base that a list here takes the place of, such as `escalation` or `published`: what replaces a
    /// whole list says so.
    #[serde(default)]
    pub replaces: Vec<String>,
    /// A pack this one varies: states, clocks, moves and papers of the same id replace those of the base.
    pub extends: Option<String>,
    /// State of the sealed stub of an upper-level accusation.
    pub initial_sealed: Option<String>,
    /// Clocks started there.
    pub initial_sealed_clocks: Option<Vec<String>>,
    /// Hand-overs after which the next is a dispute.
    pub hops_before_dispute: Option<u32>,
    /// Years a file is kept, when no `keep` entry fits.
    pub keep_years: Option<u32>,
    /// Representatives a group may choose, at most; absent: no bound.
    pub most_representatives: Option<u32>,
    /// People who may act for one petitioner, at most; absent: no bound.
    pub most_agents: Option<u32>,
    /// No matter was received before this day.
    pub earliest_receipt: Option<Date>,
    /// State of an imported row that was answered elsewhere.
    pub imported_ended: Option<String>,
    /// State of an imported row whose dates show that a unit accepted it.
    pub imported_accepted: Option<String>,
    /// Clocks of such a row.
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
            binding: self.binding.or(base.binding),
            initial_office: self.initial_office.or(base.initial_office),
            initial_office_clocks: self.initial_office_clocks.or(base.initial_office_clocks),
            initial_direct: self.initial_direct.or(base.initial_direct),
            initial_direct_clocks: self.initial_direct_clocks.or(base.initial_direct_clocks),
            initial_above_clocks: self.initial_above_clocks.or(base.initial_above_clocks),
            initial_sealed: self.initial_sealed.or(base.initial_sealed),
            initial_sealed_clocks: self.initial_sealed_clocks.or(base.initial_sealed_clocks),
            hops_before_dispute: self.hops_before_dispute.or(base.hops_before_dispute),
            keep_years: self.keep_years.or(base.keep_years),
            most_representatives: self.most_representatives.or(base.most_representatives),
            most_agents: self.most_agents.or(base.most_agents),
            earliest_receipt: self.earliest_receipt.or(base.earliest_receipt),
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

/// A post.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PostEntry {
    /// Id.
    pub id: Post,
    /// What it is called.
    pub label: Label,
    /// What whoever sits there may do.
    pub may: Vec<Power>,
    /// Posts that stand in when nobody sits there, in order.
    #[serde(default)]
    pub deputies: Vec<String>,
}

/// A kind of units.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct UnitKindEntry {
    /// Id.
    pub id: UnitKind,
    /// What it is called.
    pub label: Label,
    /// What it is to the engine; `body` where it is not said.
    #[serde(default)]
    pub role: UnitRole,
}

/// One word of a field that offers a choice.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Choice {
    /// The field it is offered in.
    pub of: String,
    /// Id, unique in its field.
    pub id: String,
    /// As it is offered and told.
    pub label: Label,
    /// The clause it comes from.
    pub clause: Option<String>,
    /// Of an `outcome`: the request is supported, and is then to be carried out; of `adopted`: the recommendation is.
    #[serde(default)]
    pub supports: bool,
    /// Conditions under which it is open.
    #[serde(default)]
    pub when: Vec<String>,
    /// Fields that must be given with it.
    #[serde(default)]
    pub needs: Vec<String>,
    /// Channels of a matter for which it is not open.
    #[serde(default)]
    pub not_by: Vec<Channel>,
    /// Not offered: it holds when this field is given.
    pub given: Option<String>,
}

/// One way in which a proceeding that is no matter begins.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Begin {
    /// Id.
    pub id: String,
    /// What it is called; `{year}` is the year it is for.
    pub title: Label,
    /// Shown small under it.
    pub hint: Option<Label>,
    /// First state.
    pub state: String,
    /// Clocks started there.
    pub clocks: Vec<String>,
    /// Kinds of the units that begin it or owe it.
    pub units: Vec<String>,
    /// What somebody enters.
    #[serde(default)]
    pub needs: Vec<String>,
    /// Anybody may begin it, without an account.
    #[serde(default)]
    pub public: bool,
    /// The unit that is named holds it, and whoever enters it has no part in it.
    #[serde(default)]
    pub for_named: bool,
    /// What was written at its beginning is destroyed once it is answered.
    #[serde(default)]
    pub forgets: bool,
    /// Words with which a text is turned back: it would tell of a person.
    #[serde(default)]
    pub turns_back: Vec<String>,
    /// Whose relation alone reads what was written at its beginning.
    pub private_to: Option<Relation>,
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
    /// Likewise.
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
    /// The act.
    pub verb: Verb,
    /// Phases, or ids of states.
    #[serde(rename = "in")]
    pub places: Vec<String>,
    /// Where this holds.
    #[serde(default)]
    pub when: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Paper {
    /// Id.
    pub id: String,
    /// What stands over it.
    pub title: Label,
    /// Letters of the number after the unit's own.
    pub code: String,
    /// The unit that issues it, by relation.
    pub from: Relation,
    /// The unit it is addressed to; absent: the petitioner, or the recipient the move names.
    pub to: Option<Relation>,
    /// Minutes are addressed to nobody.
    #[serde(default)]
    pub unaddressed: bool,
    /// Units that get a copy (抄送).
    #[serde(default)]
    pub copies: Vec<Relation>,
    /// The templates, by language.
    pub template: Label,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Since {
    /// In force from.
    pub from: Date,
    /// Length from then on.
    pub length: u32,
    /// Its unit.
    pub unit: PeriodUnit,
    /// Where it comes from.
    pub basis: Basis,
    /// The clause, for `law` and `local`.
    pub clause: Option<String>,
    /// Another length by night: `from`, `until` (times of the office's day) and `length`; for hours and minutes.
    pub night: Option<Night>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct State {
    /// Id.
    pub id: String,
    /// The stage it belongs to.
    pub phase: Phase,
    /// What officers call it.
    pub title: Label,
    /// What the petitioner is told, in plain words.
    pub plain: Label,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Clock {
    /// Id.
    pub id: String,
    /// Duty or right.
    pub kind: ClockKind,
    /// What is owed, as a task.
    pub title: Label,
    /// What the petitioner reads: who gives her what.
    pub plain: Label,
    /// Who owes it, by relation.
    pub bound: Relation,
    /// Which post in that unit.
    pub post: String,
    /// Absent: the day comes from the payload's `due_on`.
    pub length: Option<u32>,
    /// What the length is counted in.
    pub unit: PeriodUnit,
    /// Whether the last day moves off rest days; `next_working_day` where it is not said.
    #[serde(default = "roll")]
    pub roll: Roll,
    /// Where it comes from.
    pub basis: Basis,
    /// The clause, for `law` and `local`.
    pub clause: Option<String>,
    /// `move`, `receipt` or a field.
    pub start: String,
    /// Started only when the fact holds.
    pub only_if: Option<String>,
    /// Days before the last day at which whoever owes is warned.
    #[serde(default)]
    pub warn_days: u32,
    /// Longest extension; absent: none.
    pub extension: Option<u32>,
    /// How often it may be extended; once where it is not said.
    pub extensions: Option<u32>,
    /// The clause by which whoever is late answers for it.
    pub consequence: Option<String>,
    /// Owed between offices: the petitioner's page does not show it.
    #[serde(default)]
    pub between_offices: bool,
    /// Another length by night: `from`, `until` (times of the office's day) and `length`; for hours and minutes.
    pub night: Option<Night>,
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
    /// Id.
    pub id: String,
    /// What kind of act it is.
    pub verb: Verb,
    /// As a task.
    pub title: Label,
    /// As done, for the record.
    pub done: Label,
    /// States it is open in; `*` is every state short of the archive.
    pub from: Vec<String>,
    /// Who may make it, by relation.
    pub by: Vec<Relation>,
    /// Conditions, all of them.
    #[serde(default)]
    pub when: Vec<String>,
    /// The next state; absent: it stays.
    pub to: Option<String>,
    /// Fields; `?` behind one that may be empty, `:a|b` for some of its choices.
    #[serde(default)]
    pub needs: Vec<String>,
    /// Clocks it starts.
    #[serde(default)]
    pub start: Vec<String>,
    /// Clocks it discharges.
    #[serde(default)]
    pub discharge: Vec<String>,
    /// Clocks it closes: no longer owed.
    #[serde(default)]
    pub close: Vec<String>,
    /// Clocks it stops.
    #[serde(default)]
    pub stop: Vec<String>,
    /// Clocks it lets run again.
    #[serde(default)]
    pub resume: Vec<String>,
    /// Clocks that go on with whoever holds the matter afterwards.
    #[serde(default)]
    pub pass: Vec<String>,
    /// What is otherwise with some choice of a field.
    #[serde(default)]
    pub variant: Vec<Variant>,
    /// The clock it extends.
    pub extend: Option<String>,
    /// How the unit it names stands to the proceeding afterwards.
    pub party: Option<Relation>,
    /// Facts it makes true.
    #[serde(default)]
    pub sets: Vec<String>,
    /// Facts it makes untrue.
    #[serde(default)]
    pub clears: Vec<String>,
    /// Who holds it afterwards.
    pub hand_to: Option<HandTo>,
    /// The paper it makes.
    pub document: Option<String>,
    /// For one petitioner alone, also where matters are joined.
    #[serde(default)]
    pub for_one: bool,
    /// A signature comes with it as a file.
    #[serde(default)]
    pub signed: bool,
    /// Words and paper for this relation only, and in a matter for the petitioner.
    pub private_to: Option<Relation>,
    /// The clause, for `law` and `local`.
    pub clause: Option<String>,
    /// Where it comes from.
    pub basis: Basis,
    /// The petitioner is told.
    #[serde(default)]
    pub tells: bool,
    /// Fields of a told move that are between offices.
    #[serde(default)]
    pub hides: Vec<String>,
    /// A sentence of consequence that must be confirmed.
    pub confirm: Option<Label>,
    /// Shown small under it.
    pub hint: Option<Label>,
}

/// What is otherwise about a move when `field` has the choice `is`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Variant {
    /// The field.
    pub field: String,
    /// Its choice.
    pub is: String,
    /// Further conditions.
    #[serde(default)]
    pub when: Vec<String>,
    /// Another paper.
    pub document: Option<String>,
    /// As done, otherwise.
    pub done: Option<Label>,
    /// Another clause.
    pub clause: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Escalation {
    /// How long after the last day.
    pub after_working_days: u32,
    /// Who is told.
    pub to: EscalateTo,
    /// A clock it starts for whoever is told.
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
                errors.push(PackError {
                    pack: files.id.clone(),
                    file: file.clone(),
                    line,
                    message: mend(error.message()),
                });
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
