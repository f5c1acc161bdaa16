//! The floor: what no pack can go under, whatever it cites (DESIGN.md, "What no pack may order"; ADR 0014).
//!
//! A pack says who acts, when and by which clause. That a duty never binds a petitioner, that her acts are hers, that
//! clocks stop for nobody else's sake, that only an answer answers and that nothing owed is wiped away is not the
//! pack's to say: it stands here, typed, and a pack that orders otherwise is refused before it is used. What one
//! country's law fixes in numbers stands in that country's pack (`rules::floor`).

use std::collections::BTreeSet;

use jiff::civil::date;

use super::{
    ClockRule, EscalateTo, Fact, Guard, HandTo, MoveRule, PaperRule, Phase, Relation, RuleBook, StartFrom, Verb,
};
use crate::clock::ClockKind;
use crate::ids::{ClockId, MoveId, StateId};
use crate::kind::ProceedingKind;
use crate::payload::Field;

/// Where in a pack the floor is broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A clock.
    Clock(ClockId),
    /// A move.
    Move(MoveId),
    /// The escalation.
    Escalation,
}

/// What is wrong and how to mend it, for whoever writes the pack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FloorFault {
    /// Where.
    pub place: Place,
    /// In a sentence.
    pub message: String,
}

/// Everything in a rule book that goes under the floor.
pub fn faults(book: &RuleBook) -> Vec<FloorFault> {
    let mut out = Vec::new();
    for clock in book.clocks.values() {
        out.extend(
            of_clock(book, clock)
                .into_iter()
                .map(|message| FloorFault { place: Place::Clock(clock.id.clone()), message }),
        );
    }
    for rule in &book.moves {
        let mut said = hers_alone(rule);
        said.extend(others_alone(rule));
        said.extend(clocks_of(book, rule));
        said.extend(answers(book, rule));
        if book.kind == ProceedingKind::Matter {
            said.extend(told(rule));
        } else {
            said.extend(no_petitioner(book, rule));
        }
        said.extend(accusation(book, rule));
        out.extend(said.into_iter().map(|message| FloorFault { place: Place::Move(rule.id.clone()), message }));
    }
    let somebody_presses = book
        .escalation
        .iter()
        .any(|e| e.start.is_some() && matches!(e.to, EscalateTo::Supervision | EscalateTo::Superior));
    if !somebody_presses {
        let message = "a breach must call on somebody outside the late unit to press for it; give one step to `supervision` or `superior` a clock to `start`";
        out.push(FloorFault { place: Place::Escalation, message: message.to_owned() });
    }
    out
}

/// Relations that are officers of one office.
pub fn same_office(a: Relation, b: Relation) -> bool {
    let class = |r: Relation| match r {
        Relation::HolderHead => Relation::Holder,
        Relation::Supervisor => Relation::PetitionOffice,
        other => other,
    };
    class(a) == class(b)
}

/// Whether an officer of the office a duty binds may make a move.
fn by_who_owes(rule: &MoveRule, clock: &ClockRule) -> bool {
    clock.kind == ClockKind::Duty && rule.by.iter().any(|r| *r != Relation::Petitioner && same_office(*r, clock.bound))
}

fn of_clock(book: &RuleBook, clock: &ClockRule) -> Vec<String> {
    let mut out = Vec::new();
    if clock.kind == ClockKind::Duty && clock.bound == Relation::Petitioner {
        out.push("a duty binds offices and officials, never a petitioner; make it a right of hers, or bind the office that owes it".to_owned());
    }
    for (length, unit, ..) in clock.lengths() {
        if length == 0 {
            out.push("a period of 0 leaves no time at all; write how long it is".to_owned());
        }
        let days = unit.days_from(date(2026, 2, 1), length).map_or(u32::MAX, |(days, _)| days);
        if clock.warn_days > days {
            out.push(format!(
                "it warns {} days before the end of a period of {length}; warn within the period",
                clock.warn_days
            ));
        }
    }
    let starts = |m: &&MoveRule| m.start.contains(&clock.id);
    let dated = |m: &MoveRule| m.needs.iter().any(|n| n.field == Field::DueOn && n.required);
    let begun_undated = book
        .begins
        .iter()
        .filter(|b| b.clocks.contains(&clock.id))
        .any(|b| !b.needs.iter().any(|n| n.field == Field::DueOn && n.required));
    if clock.length.is_none() && (begun_undated || book.moves.iter().filter(starts).any(|m| !dated(m))) {
        out.push("it has no length, so each move or beginning that starts it must ask for `due_on`".to_owned());
    }
    out
}

/// What a petitioner does nobody does for her.
fn hers_alone(rule: &MoveRule) -> Vec<String> {
    let mut out = Vec::new();
    let hers = rule.by == [Relation::Petitioner];
    match rule.verb {
        Verb::Withdraw | Verb::UndoWithdraw | Verb::Rate | Verb::Complain if !hers => {
            out.push("withdrawing, undoing it, rating and complaining are the petitioner's own acts; write `by = [\"petitioner\"]`".to_owned());
        }
        Verb::RequestReview if !rule.by.contains(&Relation::Petitioner) => {
            out.push("asking for review is the petitioner's own act; add `petitioner` to `by`".to_owned());
        }
        // Officers only enter what she sent by post, and from the day it came.
        Verb::RequestReview if !hers && !rule.needs.iter().any(|n| n.field == Field::ReceivedOn) => {
            out.push("whoever enters a petitioner's request for review says the day it was received; add `received_on?` to `needs`".to_owned());
        }
        _ => {}
    }
    out
}

/// What one office decides about another is not decided by the one it is about.
fn others_alone(rule: &MoveRule) -> Vec<String> {
    let only: &[Relation] = match rule.verb {
        Verb::DecideReview => &[Relation::Reviewer],
        Verb::DecideObjection => &[Relation::Sender],
        Verb::DecideDispute => &[Relation::Overseer, Relation::PetitionOffice],
        Verb::AnswerComplaint => &[Relation::Overseer],
        Verb::Extend => &[Relation::HolderHead, Relation::Overseer],
        Verb::Refer | Verb::Assign => &[Relation::PetitionOffice, Relation::Holder],
        Verb::Supervise => &[Relation::Supervisor, Relation::Overseer],
        Verb::ProposeVoid | Verb::CancelVoid | Verb::Void => {
            &[Relation::Holder, Relation::HolderHead, Relation::PetitionOffice, Relation::Supervisor]
        }
        _ => return Vec::new(),
    };
    let wrong = rule.by.iter().any(|r| !only.contains(r));
    let names: Vec<String> = only.iter().map(word).collect();
    if wrong {
        vec![format!("such a move is made by {} and by nobody else; mend `by`", names.join(" or "))]
    } else {
        Vec::new()
    }
}

fn word<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_value(value).ok().and_then(|v| v.as_str().map(|s| format!("`{s}`"))).unwrap_or_default()
}

/// What a move may do to clocks.
fn clocks_of(book: &RuleBook, rule: &MoveRule) -> Vec<String> {
    let mut out = Vec::new();
    let all = |list: &[ClockId]| list.iter().any(|c| c.as_str() == "*");
    if all(&rule.close) || all(&rule.discharge) {
        out.push("`*` would wipe out whatever is owed; name the clocks that this move closes or discharges".to_owned());
    }
    if !rule.stop.is_empty() && !matches!(rule.verb, Verb::HoldHearing | Verb::Withdraw) {
        out.push("days stop being counted in a hearing the law names and in the petitioner's own withdrawal, and for nothing else; take out `stop`".to_owned());
    }
    if rule.verb == Verb::HoldHearing && all(&rule.stop) {
        out.push("a hearing stops the clock of the decision it is held for, not every clock; name it".to_owned());
    }
    if matches!(rule.verb, Verb::Archive | Verb::Destroy) && !rule.guards.iter().any(|g| matches!(g, Guard::Settled(_)))
    {
        out.push("a file is closed when nothing is owed in it any more; add `settled` to `when`".to_owned());
    }
    let over = |s: &StateId| matches!(book.phase(s), Phase::Ended | Phase::Archived);
    if rule.verb == Verb::Reopen && !rule.from.iter().all(over) {
        out.push("only what has ended is reopened; what is still open goes on as it is".to_owned());
    }
    if matches!(rule.verb, Verb::ProposeVoid | Verb::Void) {
        let early = rule.from.iter().all(|s| matches!(book.phase(s), Phase::Intake | Phase::Handover));
        let said =
            [Field::VoidGround, Field::Reason].iter().all(|f| rule.needs.iter().any(|n| n.field == *f && n.required))
                && rule.needs.iter().any(|n| n.field == Field::Instead);
        let told = rule.verb == Verb::ProposeVoid
            || (rule.tells && rule.document.is_some() && rule.guards.contains(&Guard::Is(Fact::VoidProposed)));
        if !(early && said && told) {
            out.push(
                "an entry is made void only before the first notice, on a proposal, with `void_ground`, `instead?` and `reason`, told to the sender on a paper"
                    .to_owned(),
            );
        }
    }
    let withdrawn = rule.to.as_ref().is_some_and(|s| book.phase(s) == Phase::Withdrawn);
    if withdrawn != (rule.verb == Verb::Withdraw) {
        out.push("only the petitioner's own withdrawal leads to the phase `withdrawn`, and leads nowhere else; mend `to` or `verb`".to_owned());
    }
    out.extend(endings_of(book, rule));
    out
}

/// What a move ends that is still owed: whoever owes something is not rid of it by an own step, and closing a file ends
/// nothing.
fn endings_of(book: &RuleBook, rule: &MoveRule) -> Vec<String> {
    let mut out = Vec::new();
    let hands = rule.hand_to.is_some_and(|h| matches!(h, HandTo::Named | HandTo::Sender | HandTo::PetitionOffice));
    let own = |id: &&ClockId| book.clock(id).is_some_and(|c| by_who_owes(rule, c));
    for id in rule
        .start
        .iter()
        .filter(own)
        .filter(|id| rule.discharge.contains(id) || rule.close.contains(id))
        .filter(|_| !hands)
    {
        out.push(format!(
            "whoever owes `{}` would give itself the time again: take it out of `start`, or let the move be another's",
            id.as_str()
        ));
    }
    let anchored = rule
        .start
        .iter()
        .filter_map(|id| book.clock(id))
        .any(|c| c.kind == ClockKind::Duty && matches!(c.start, StartFrom::Receipt | StartFrom::Accepted));
    // What her withdrawal stopped ends with it, when her days to undo it are over.
    let filed_away = rule.verb == Verb::Archive && rule.from.iter().all(|s| book.phase(s) == Phase::Withdrawn);
    let by_withdrawal =
        |id: &ClockId| filed_away && book.moves.iter().any(|m| m.verb == Verb::Withdraw && m.stop.contains(id));
    for id in rule
        .close
        .iter()
        .filter(own)
        .filter(|id| !hands && !anchored && rule.verb != Verb::Reopen && !by_withdrawal(id))
    {
        out.push(format!("whoever owes `{}` would be rid of it without doing it: discharge it by a move that does it, or hand the matter over", id.as_str()));
    }
    let duty = |id: &&ClockId| book.clock(id).is_some_and(|c| c.kind == ClockKind::Duty);
    if matches!(rule.verb, Verb::Archive | Verb::End) {
        for id in rule.close.iter().filter(duty).filter(|id| !by_withdrawal(id)) {
            out.push(format!(
                "closing the file would end `{}`, which is still owed; a file is closed when all is done, so take it out of `close`",
                id.as_str()
            ));
        }
    }
    for id in rule.close.iter().chain(&rule.stop) {
        match ended_by(book, id) {
            Some(Ends::Itself) => out.push(format!(
                "nothing ends `{}` or stops it but its being done; take it out of `close` and `stop`",
                id.as_str()
            )),
            Some(Ends::HandedOn) if !hands => {
                out.push(format!(
                    "`{}` is owed to another office and stays owed until it is made or the matter goes on; take it out of `close` and `stop`",
                    id.as_str()
                ));
            }
            _ => {}
        }
    }
    for id in rule
        .discharge
        .iter()
        .filter(|id| discharged_by(book, id).contains(&Verb::AnswerComplaint) && rule.verb != Verb::AnswerComplaint)
    {
        out.push(format!("only an answer to the complaint discharges `{}`; take it out of `discharge`", id.as_str()));
    }
    out
}

/// How a duty to others ends beside being done.
enum Ends {
    /// Not at all: a complaint, a supervision, an urgent report, a recommendation.
    Itself,
    /// With the hand-over of the matter: the report to whoever assigned it.
    HandedOn,
}

fn discharged_by(book: &RuleBook, id: &ClockId) -> Vec<Verb> {
    book.moves.iter().filter(|m| m.discharge.contains(id)).map(|m| m.verb).collect()
}

fn ended_by(book: &RuleBook, id: &ClockId) -> Option<Ends> {
    let verbs = discharged_by(book, id);
    let any = |of: &[Verb]| verbs.iter().any(|v| of.contains(v));
    let addressed = book.clock(id).is_some_and(|c| c.bound == Relation::Addressee);
    if any(&[Verb::AnswerComplaint, Verb::Supervise, Verb::AnswerSupervision, Verb::ReportUrgent]) || addressed {
        Some(Ends::Itself)
    } else if any(&[Verb::ReportBack]) {
        Some(Ends::HandedOn)
    } else {
        None
    }
}

/// Only an answer answers, and an answer says what it must.
fn answers(book: &RuleBook, rule: &MoveRule) -> Vec<String> {
    let mut out = Vec::new();
    if rule.sets.contains(&Fact::Answered)
        && !matches!(rule.verb, Verb::Decide | Verb::DecideReview | Verb::Refuse | Verb::HandUp)
    {
        out.push(
            "only a decision, a review or a reasoned refusal is an answer; take `answered` out of `sets`".to_owned(),
        );
    }
    let opinion = rule.verb == Verb::Decide && !rule.sets.contains(&Fact::BeyondReview);
    let contents: &[Field] = match rule.verb {
        Verb::Decide if opinion => &[Field::Request, Field::Facts, Field::Opinion, Field::LegalBasis],
        Verb::Decide => &[Field::Opinion],
        Verb::DecideReview => &[Field::Facts, Field::Opinion, Field::LegalBasis],
        Verb::Refuse => &[Field::Ground, Field::Reason, Field::Remedy],
        Verb::Extend => &[Field::Days, Field::Reason],
        _ => return out,
    };
    for field in contents.iter().filter(|f| !rule.needs.iter().any(|n| n.field == **f && n.required)) {
        let name = field.word();
        out.push(format!("an answer cannot go without `{name}`; add it to `needs` (an answer that opens no review sets `beyond_review`)"));
    }
    let papers: Vec<(&String, &PaperRule)> =
        rule.documents().filter_map(|d| book.papers.get(d).map(|p| (d, p))).collect();
    if papers.is_empty() {
        out.push("it is given in writing; name its paper in `document`".to_owned());
    }
    // What the paper has to print: the ground is its title and clause, the days its last day, and the remedy where
    // review is open.
    let printed = contents.iter().filter(|f| !matches!(f, Field::Ground | Field::Days)).map(|f| f.word());
    let remedy = opinion.then(|| "above".to_owned());
    for (name, paper) in papers {
        for variable in printed.clone().chain(remedy.clone()) {
            for text in paper.template.texts().filter(|t| !prints(t, &variable)) {
                let first: String = text.trim().chars().take(12).collect();
                out.push(format!("its paper `{name}` ({first}…) does not print `{variable}`; add {{{{ {variable} }}}} to the template"));
            }
        }
    }
    out
}

/// Whether a template prints a variable.
fn prints(template: &str, variable: &str) -> bool {
    template
        .split("{{")
        .skip(1)
        .filter_map(|rest| rest.split("}}").next())
        .any(|inner| inner.split(|c: char| !(c.is_alphanumeric() || c == '_')).any(|w| w == variable))
}

/// What runs beside the matters holds nothing of a petitioner and orders nothing of one.
fn no_petitioner(book: &RuleBook, rule: &MoveRule) -> Vec<String> {
    // What an office alone reads of a visit may be kept from others. In reception whoever began something reads it and
    // calls it off by its code.
    let begins = book.kind == ProceedingKind::Reception && book.begins.iter().any(|b| b.public);
    let hers = !begins && (rule.by.contains(&Relation::Petitioner) || rule.tells);
    let hers = hers || rule.private_to == Some(Relation::Petitioner);
    let of_matters = rule.hand_to.is_some() || rule.sets.contains(&Fact::Accusation) || !rule.stop.is_empty();
    let named = rule.needs.iter().any(|n| n.field.is_identity());
    if hers || of_matters || named {
        vec![format!(
            "a pack of the kind `{}` has no petitioner: nothing in it is hers, told to her, names anybody or hands a matter over",
            book.kind.word()
        )]
    } else {
        Vec::new()
    }
}

/// What concerns the petitioner she is told.
fn told(rule: &MoveRule) -> Vec<String> {
    let concerns = matches!(
        rule.verb,
        Verb::Route
            | Verb::Refer
            | Verb::Assign
            | Verb::Recall
            | Verb::Notify
            | Verb::Accept
            | Verb::Refuse
            | Verb::Extend
            | Verb::Decide
            | Verb::DecideReview
            | Verb::RequestReview
            | Verb::Withdraw
            | Verb::UndoWithdraw
            | Verb::Reopen
    );
    if concerns && !rule.tells {
        vec!["the petitioner is told of such a step; write `tells = true`".to_owned()]
    } else {
        Vec::new()
    }
}

/// An accusation never leaves its line by being called something else.
fn accusation(book: &RuleBook, rule: &MoveRule) -> Vec<String> {
    if book.compartment.is_none() && rule.sets.contains(&Fact::Accusation) {
        return vec![
            "it makes the matter an accusation, and the pack has no [compartment] for one to go to; write it"
                .to_owned(),
        ];
    }
    if !rule.clears.contains(&Fact::Accusation) {
        return Vec::new();
    }
    let by: BTreeSet<Relation> = rule.by.iter().copied().collect();
    let lawful = by == BTreeSet::from([Relation::PetitionOffice])
        && rule.from.iter().all(|s| book.phase(s) == Phase::Intake)
        && rule.hand_to.is_none()
        && rule.tells
        && rule.needs.iter().any(|n| n.field == Field::Reason && n.required);
    if lawful {
        Vec::new()
    } else {
        vec![
            "that something is no accusation is said by the petition office alone, at intake, with its reason, told to the petitioner, and hands nothing on"
                .to_owned(),
        ]
    }
}
