//! The alphabet of procedures and the rule book a pack is read into (DESIGN.md, "Procedure as data").
//!
//! Rust closes the alphabet (verbs, relations, facts, kinds); a pack names states and moves with it.
//! A state is an id of the pack, not an enum. No number of days and no list of posts stands in Rust.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::clock::{Basis, PeriodUnit};
use crate::ids::{ClockId, MoveId, PackId, StateId};
use crate::kind::ProceedingKind;
use crate::payload::{Field, Need};
use crate::posts::{PostRule, UnitKind, UnitKindRule};
use crate::submission::Channel;

mod alphabet;
mod begin;
mod effect;
pub mod floor;
mod period;
pub mod report;

pub use crate::label::Label;
pub use alphabet::{Fact, Guard, HandTo, Phase, Relation, Verb};
pub use begin::{BeginRule, Entry, Every};
pub use effect::{Cause, Effect, Turn, Whose};
pub use period::{ClockRule, Length, Night, Since, Terms};

/// One word of a field that offers a choice: the lists are the pack's, and Rust knows only what a choice does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChoiceRule {
    /// The field.
    pub field: Field,
    /// The word in data, forms and API.
    pub id: String,
    /// As it is offered and told.
    pub label: Label,
    /// The clause it comes from.
    pub clause: Option<String>,
    /// The request is supported in whole or part, and what was supported is then carried out (art. 32); of `adopted`,
    /// the recommendation.
    pub supports: bool,
    /// Conditions under which it is open.
    pub guards: Vec<Guard>,
    /// Fields that must be given with it.
    pub needs: Vec<Field>,
    /// Channels of a matter for which it is not open.
    pub not_by: Vec<Channel>,
    /// It is not offered: it is what holds when this field is given.
    pub given: Option<Field>,
}

/// A state of the procedure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StateRule {
    /// Id.
    pub id: StateId,
    /// The stage it belongs to.
    pub phase: Phase,
    /// What officers call it.
    pub title: Label,
    /// What the petitioner is told, in plain words.
    pub plain: Label,
}

/// From which day a clock counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StartFrom {
    /// The day of the move.
    Move,
    /// The day the submission was received (LAW.md §12.3).
    Receipt,
    /// The day of acceptance, as recorded; the day of the move when there is none.
    Accepted,
    /// A day given in the payload.
    Field(Field),
}

/// A move of the procedure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MoveRule {
    /// Id.
    pub id: MoveId,
    /// What kind of act.
    pub verb: Verb,
    /// As a task: 转送有权处理的单位.
    pub title: Label,
    /// As done, for the timeline: 转送.
    pub done: Label,
    /// States it is open in.
    pub from: Vec<StateId>,
    /// Who may make it.
    pub by: Vec<Relation>,
    /// Conditions, all of them.
    pub guards: Vec<Guard>,
    /// The next state; `None` stays.
    pub to: Option<StateId>,
    /// What it carries.
    pub needs: Vec<Need>,
    /// Clocks it starts.
    pub start: Vec<ClockId>,
    /// Clocks it discharges.
    pub discharge: Vec<ClockId>,
    /// Clocks it closes.
    pub close: Vec<ClockId>,
    /// Clocks it stops.
    pub stop: Vec<ClockId>,
    /// Clocks it lets run again.
    pub resume: Vec<ClockId>,
    /// Clocks that go on with the unit that holds the matter afterwards, their days unchanged.
    pub pass: Vec<ClockId>,
    /// What is otherwise with some choice of a field.
    pub variants: Vec<Variant>,
    /// The clock it extends.
    pub extend: Option<ClockId>,
    /// How the unit it names stands to the proceeding afterwards; what it discharges is then that unit's.
    pub party: Option<Relation>,
    /// Facts it makes true.
    pub sets: Vec<Fact>,
    /// Facts it makes untrue.
    pub clears: Vec<Fact>,
    /// Who holds the matter afterwards.
    pub hand_to: Option<HandTo>,
    /// The paper it makes: the name of a template of the pack.
    pub document: Option<String>,
    /// It is made for one petitioner alone, also where matters are joined: by its verb, or because the pack says so.
    pub for_one: bool,
    /// A signature comes with it as a file, drawn on the screen or scanned: without one it is not made.
    pub signed: bool,
    /// Its words are for this relation and the petitioner only (a complaint goes past the unit, art. 18(4)).
    pub private_to: Option<Relation>,
    /// Clause, for `law` and `local`.
    pub clause: Option<String>,
    /// Where it comes from.
    pub basis: Basis,
    /// The petitioner is told.
    pub tells: bool,
    /// Fields that stay between offices when she is told.
    pub hides: Vec<Field>,
    /// A sentence of consequence that must be confirmed.
    pub confirm: Option<Label>,
    /// Shown small under the move.
    pub hint: Option<Label>,
}

/// What is otherwise about a move when a field has one of its choices: an additional condition, another paper, another
/// clause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Variant {
    /// The field.
    pub field: Field,
    /// Its choice.
    pub choice: String,
    /// Conditions besides those of the move.
    pub guards: Vec<Guard>,
    /// The paper; `None`: that of the move.
    pub document: Option<String>,
    /// As done; `None`: as the move says.
    pub done: Option<Label>,
    /// Clause; `None`: that of the move.
    pub clause: Option<String>,
}

impl MoveRule {
    /// The variant that a choice calls for.
    pub fn variant<'a>(&'a self, choice: impl Fn(Field) -> Option<&'a str>) -> Option<&'a Variant> {
        self.variants.iter().find(|v| choice(v.field) == Some(v.choice.as_str()))
    }

    /// Every paper the move can make.
    pub fn documents(&self) -> impl Iterator<Item = &String> {
        self.document.iter().chain(self.variants.iter().filter_map(|v| v.document.as_ref()))
    }
}

/// To whom a breach goes, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Escalation {
    /// Working days after the legal due day.
    pub after_working_days: u32,
    /// The head of the unit, the petition office's supervisor, or the superior's head.
    pub to: EscalateTo,
    /// A clock it starts for whoever is told.
    pub start: Option<ClockId>,
}

/// Steps of an escalation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EscalateTo {
    /// The head of the unit that owes.
    Head,
    /// The supervisor of the petition office; for its own breach the head of its superior.
    Supervision,
    /// The head of the superior unit.
    Superior,
}

/// A right of the petitioner and where it must be open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RightRule {
    /// Her act.
    pub verb: Verb,
    /// In every state of these phases.
    pub phases: Vec<Phase>,
    /// In these states besides.
    pub states: Vec<StateId>,
    /// Where this holds.
    pub when: Vec<Guard>,
}

impl RightRule {
    /// Whether the right is promised in a state.
    pub fn covers(&self, state: &StateId, phase: Phase) -> bool {
        self.phases.contains(&phase) || self.states.contains(state)
    }
}

/// Where what is said against officials goes, and nowhere else: a line of its own (art. 30). A pack without one handles
/// it as any other matter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Compartment {
    /// Units of these kinds may be handed it.
    pub receivers: Vec<UnitKind>,
    /// Of these, those to which only a petition office hands it, and to which no breach is told.
    pub by_office_alone: Vec<UnitKind>,
    /// The clause.
    pub clause: String,
}

impl Compartment {
    /// Whether a unit of a kind may be handed it.
    pub fn receives(&self, kind: UnitKind) -> bool {
        self.receivers.contains(&kind)
    }

    /// Whether a unit of a kind stands in the line itself: it hands on and is told of breaches.
    pub fn is_in_line(&self, kind: UnitKind) -> bool {
        self.receives(kind) && !self.by_office_alone.contains(&kind)
    }
}

/// How visitors are called in a hall.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueRule {
    /// Calls after which a visitor who does not come goes to the end.
    pub calls: u32,
    /// How many with a stated need are called in a row before one of the others, at most.
    pub needs_in_a_row: u32,
    /// Minutes of a talk, until there are talks of the day to go by.
    pub usual_minutes: u32,
    /// Tickets that tablets give in a minute, at most: a hand that plays with one does not fill the queue.
    pub tickets_a_minute: u32,
    /// What stands before the numbers of a service's tickets.
    pub letters: BTreeMap<String, String>,
    /// How times are booked; `None`: they are not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub booking: Option<BookingRule>,
}

/// How times of a hall are booked beforehand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BookingRule {
    /// The service under which whoever has booked takes a ticket, and whose letter it has.
    pub service: String,
    /// Days ahead for which times are offered.
    pub days_ahead: u32,
    /// Minutes after the time in which whoever comes is still called at it.
    pub grace_minutes: u32,
    /// Minutes before and after the time in which a tablet offers a booking to be touched.
    pub near_minutes: u32,
    /// Days after the day for which it is asked who came, as long as nobody has said so.
    pub open_days: u32,
    /// Days after the day for which the telephone of whoever booked is kept, at most.
    pub telephone_days: u32,
    /// Hours before the time from which a reminder is to be sent.
    pub remind_hours: u32,
}

/// How papers are numbered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Numbering {
    /// With `{letters}` of the unit, `{code}` of the paper, `{year}` and the serial `{n}`.
    pub form: String,
    /// The letters of a unit that has none of its own.
    pub letters: String,
}

impl Numbering {
    /// A number, for the letters of the issuing unit.
    pub fn number(&self, letters: &str, code: &str, year: i16, n: u64) -> String {
        let parts = [
            ("{letters}", letters.to_owned()),
            ("{code}", code.to_owned()),
            ("{year}", year.to_string()),
            ("{n}", n.to_string()),
        ];
        parts.iter().fold(self.form.clone(), |text, (name, value)| text.replace(name, value))
    }
}

/// A paper of the pack: its heading, its number and its template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaperRule {
    /// What stands over it: 信访事项处理意见书.
    pub title: Label,
    /// Letters of the number (发文字号) after the unit's own: 信访复字 and the like.
    pub code: String,
    /// The templates, by language.
    pub template: Label,
    /// The unit that issues it, by relation.
    pub from: Relation,
    /// The unit it is addressed to (主送), by relation; `None`: the petitioner, or the recipient the move names.
    pub to: Option<Relation>,
    /// Minutes are addressed to nobody.
    pub unaddressed: bool,
    /// Units that get a copy (抄送), by relation.
    pub copies: Vec<Relation>,
    /// File of the pack and line of the template, for errors.
    pub line: usize,
}

/// How long files of a kind are kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeepRule {
    /// Which files: all of these conditions.
    pub when: Vec<Guard>,
    /// Years; `None`: for ever.
    pub years: Option<u32>,
    /// Where it comes from.
    pub basis: Basis,
    /// Clause, for `law` and `local`.
    pub clause: Option<String>,
}

/// What the law of a pack fixes in numbers: no pack over it may go under this, whatever it cites (ADR 0014).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Floor {
    /// Clocks that a hearing may stop.
    pub hearing_stops: Vec<ClockId>,
    /// Rights that stay open.
    pub rights: Vec<Verb>,
    /// The longest time to the discharge of a duty, extensions included, with its clause.
    pub longest: BTreeMap<ClockId, (u32, PeriodUnit, String)>,
    /// The shortest time of a right, with its clause.
    pub shortest: BTreeMap<ClockId, (u32, PeriodUnit, String)>,
    /// What a paper prints.
    pub contents: BTreeMap<String, Vec<String>>,
}

/// A clause that may be cited.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clause {
    /// How it is cited: 《信访工作条例》第二十二条.
    pub cite: Label,
    /// What it says, in short.
    pub gist: Label,
}

/// How matters of a pack begin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lodging {
    /// State of a submission at a petition office.
    pub initial_office: StateId,
    /// Clocks started there.
    pub initial_office_clocks: Vec<ClockId>,
    /// State of a submission lodged straight with another unit.
    pub initial_direct: StateId,
    /// Clocks started there.
    pub initial_direct_clocks: Vec<ClockId>,
    /// Clocks started besides, for what comes from a higher office or the national system (LAW.md §12.15).
    pub initial_above_clocks: Vec<ClockId>,
    /// State and clocks of an accusation of an upper level, of which only a sealed stub is kept (LAW.md §10.5).
    pub initial_sealed: Option<(StateId, Vec<ClockId>)>,
    /// The state of an imported row that was answered elsewhere.
    pub imported_ended: StateId,
    /// Where an open row enters whose dates show that a unit accepted it, and the clocks then running.
    pub imported_accepted: StateId,
    /// The clocks of such a row.
    pub imported_accepted_clocks: Vec<ClockId>,
}

/// A pack, read and checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleBook {
    /// Path and version.
    pub id: PackId,
    /// What kind of proceeding it is for.
    pub kind: ProceedingKind,
    /// Name.
    pub title: Label,
    /// The language of its papers and of what is kept; the first of its languages for whoever reads none of them.
    pub binding: String,
    /// In force from.
    pub force_from: Date,
    /// The working-day calendar it counts by.
    pub calendar: String,
    /// How proceedings that are no matters begin.
    pub begins: Vec<BeginRule>,
    /// How matters begin; `None` in packs of another kind.
    pub lodging: Option<Lodging>,
    /// States.
    pub states: BTreeMap<StateId, StateRule>,
    /// Posts.
    pub posts: Vec<PostRule>,
    /// Kinds of units.
    pub unit_kinds: Vec<UnitKindRule>,
    /// The choices of its fields, in the order pages show them.
    pub choices: Vec<ChoiceRule>,
    /// Moves, in the order pages show them.
    pub moves: Vec<MoveRule>,
    /// Clocks.
    pub clocks: BTreeMap<ClockId, ClockRule>,
    /// Escalation of a breach, in order.
    pub escalation: Vec<Escalation>,
    /// Rights of the petitioner, with the phases in which they must be open.
    pub rights: Vec<RightRule>,
    /// Papers by name.
    pub papers: BTreeMap<String, PaperRule>,
    /// Hand-overs after which the next is a dispute; `None` sets no bound (LAW.md §12.7).
    pub hops_before_dispute: Option<u32>,
    /// Where what is said against officials goes; `None`: as any other matter.
    pub compartment: Option<Compartment>,
    /// How visitors are called; `None` in packs without a hall.
    pub queue: Option<QueueRule>,
    /// How papers are numbered; `None` in packs without papers.
    pub numbering: Option<Numbering>,
    /// Representatives a group may choose, at most; `None`: no bound.
    pub most_representatives: Option<u32>,
    /// People who may act for one petitioner, at most; `None`: no bound.
    pub most_agents: Option<u32>,
    /// No matter was received before this day.
    pub earliest_receipt: Option<Date>,
    /// Years a file is kept after the archive, when no rule of `keep` fits.
    pub keep_years: u32,
    /// Years by kind; the first that fits counts.
    pub keep: Vec<KeepRule>,
    /// What the yearly report counts.
    pub counts: Vec<report::CountRule>,
    /// What it says of it.
    pub report: Vec<report::ReportSection>,
    /// The floor of the law.
    pub floor: Floor,
    /// Clauses.
    pub clauses: BTreeMap<String, Clause>,
    /// Content classes: level 1 → level 2.
    pub classes: BTreeMap<String, Vec<String>>,
    /// The clocks that the home page tells, in order (art. 18(1)).
    pub published: Vec<ClockId>,
    /// The clause under which a unit's successor takes over.
    pub succession_clause: Option<String>,
    /// One in so many void entries is drawn for the overseer.
    pub void_check_one_in: Option<u32>,
    /// Days after the replacement of a receipt code in which it withdraws nothing (a promise of the office).
    pub new_code_waits: Option<u32>,
}

impl RuleBook {
    /// Every way a proceeding can begin: state and the clocks started there. Rows kept before are left out.
    pub fn openings(&self) -> Vec<(StateId, Vec<ClockId>)> {
        self.entries().into_iter().filter(|e| !e.kept_before).map(|e| (e.state, e.clocks)).collect()
    }

    /// Every way a proceeding gets here, with the facts it has from the first: begun, lodged, handed in sealed, or
    /// taken over from a ledger.
    pub fn entries(&self) -> Vec<Entry> {
        let begun = |b: &BeginRule| Entry::new(&b.state, &b.clocks, &[], &[]);
        let mut out: Vec<Entry> = self.begins.iter().map(begun).collect();
        let Some(lodging) = &self.lodging else { return out };
        // A submission says whether it accuses, and whether somebody acts for her.
        let may: &[Fact] =
            if self.compartment.is_some() { &[Fact::Accusation, Fact::HasAgent] } else { &[Fact::HasAgent] };
        for (state, clocks, facts) in [
            (&lodging.initial_office, &lodging.initial_office_clocks, &[][..]),
            (&lodging.initial_direct, &lodging.initial_direct_clocks, &[Fact::Direct][..]),
        ] {
            out.push(Entry::new(state, clocks, facts, may));
            if !lodging.initial_above_clocks.is_empty() {
                let clocks: Vec<ClockId> = clocks.iter().chain(&lodging.initial_above_clocks).cloned().collect();
                out.push(Entry::new(state, &clocks, facts, may));
            }
        }
        if let Some((state, clocks)) = &lodging.initial_sealed {
            let accuses: &[Fact] = if self.compartment.is_some() { &[Fact::Accusation] } else { &[] };
            let facts: Vec<Fact> = accuses.iter().copied().chain([Fact::Sealed]).collect();
            out.push(Entry::new(state, clocks, &facts, &[Fact::HasAgent]));
        }
        for (state, clocks, facts) in [
            (&lodging.imported_accepted, &lodging.imported_accepted_clocks[..], &[][..]),
            (&lodging.imported_ended, &[][..], &[Fact::Answered][..]),
        ] {
            out.push(Entry { kept_before: true, ..Entry::new(state, clocks, facts, &[]) });
        }
        out
    }

    /// A beginning.
    pub fn find_begin(&self, id: &str) -> Option<&BeginRule> {
        self.begins.iter().find(|b| b.id == id)
    }

    /// The family of a pack: its id without the version.
    pub fn family(&self) -> &str {
        self.id.0.rsplit_once('/').map_or(self.id.0.as_str(), |(family, _)| family)
    }

    /// The choices of a field, in order.
    pub fn choices_of(&self, field: Field) -> impl Iterator<Item = &ChoiceRule> {
        self.choices.iter().filter(move |c| c.field == field)
    }

    /// A choice of a field.
    pub fn choice(&self, field: Field, id: &str) -> Option<&ChoiceRule> {
        self.choices.iter().find(|c| c.field == field && c.id == id)
    }

    /// Whether a choice of an outcome supports the request.
    pub fn supports(&self, outcome: &str) -> bool {
        self.choice(Field::Outcome, outcome).is_some_and(|c| c.supports)
    }

    /// A state.
    pub fn state(&self, id: &StateId) -> Option<&StateRule> {
        self.states.get(id)
    }

    /// A move.
    pub fn find_move(&self, id: &MoveId) -> Option<&MoveRule> {
        self.moves.iter().find(|m| &m.id == id)
    }

    /// A clock rule.
    pub fn clock(&self, id: &ClockId) -> Option<&ClockRule> {
        self.clocks.get(id)
    }

    /// The same book as it reads on a day: `{clock}` in a label becomes the length of that clock as it is in force
    /// then. What is published is what is in force, and no pack writes a number of days into a sentence (art. 18(1)).
    #[must_use]
    pub fn as_of(&self, day: Date, phrase: impl Fn(Length) -> Label) -> Self {
        let spans: Vec<(String, Label)> = self
            .clocks
            .values()
            .filter_map(|c| c.length_on(day).map(|length| (format!("{{{}}}", c.id.as_str()), phrase(length))))
            .collect();
        let fill = |label: &mut Label| {
            for (name, span) in spans.iter().filter(|_| label.texts().any(|t| t.contains('{'))).collect::<Vec<_>>() {
                label.fill(name, span);
            }
        };
        let mut book = self.clone();
        for begin in &mut book.begins {
            fill(&mut begin.title);
        }
        for state in book.states.values_mut() {
            fill(&mut state.title);
            fill(&mut state.plain);
        }
        for clock in book.clocks.values_mut() {
            fill(&mut clock.title);
            fill(&mut clock.plain);
        }
        for rule in &mut book.moves {
            let labels = [Some(&mut rule.title), Some(&mut rule.done), rule.confirm.as_mut(), rule.hint.as_mut()];
            labels.into_iter().flatten().chain(rule.variants.iter_mut().filter_map(|v| v.done.as_mut())).for_each(fill);
        }
        book
    }

    /// The phase of a state; an unknown state counts as intake, so that it stays visible.
    pub fn phase(&self, id: &StateId) -> Phase {
        self.state(id).map_or(Phase::Intake, |s| s.phase)
    }
}
