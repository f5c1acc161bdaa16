//! Deciding a move: facts + rules + now → events and the new snapshot, or a refusal that says why.
//!
//! Nothing is stored here. `offers` and `decide` share one judgement, so a page can never offer what
//! the decision refuses.

mod hand_over;
mod named;
mod work;

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::calendar::WorkCalendar;
use crate::clock::{Basis, Beginning, Bound, Clock, ClockKind, ClockState, OfficeTime, PeriodUnit};
use crate::event::{Event, EventActor, EventKind};
use crate::guard::{holds, unsettled};
use crate::ids::{ClockId, MoveId, OfficerId, ProceedingId, UnitId};
use crate::payload::{Field, FieldError, FieldFault, Parts, Payload};
use crate::posts::{Post, Power};
use crate::procedure::{Fact, Guard, HandTo, MoveRule, Relation, RuleBook, StartFrom, Verb};
use crate::proceeding::edit::Edit;
use crate::proceeding::{Actor, Kind, Proceeding};
use crate::reckon::Roll;
use crate::retention;
use crate::steps::set_next;
use crate::unit::Directory;

pub use crate::closed::Closed;
use named::{may_name, unit_fault};
pub(crate) use work::nobody_left;
use work::{Made, Work};

/// What a decision is made under.
#[derive(Debug, Clone, Copy)]
pub struct Rules<'a> {
    /// The proceeding's pack.
    pub book: &'a RuleBook,
    /// The pack's calendar.
    pub calendar: &'a WorkCalendar,
    /// Units and officers.
    pub directory: &'a Directory,
    /// What chance goes by: a secret number of the office, so that nobody who knows a proceeding knows whether it will
    /// be drawn.
    pub draw_seed: u64,
}

/// A decision: the new snapshot, the events that made it and the words that go into the content table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision<K> {
    /// The proceeding after the move; version and chain are the caller's to set.
    pub subject: K,
    /// What happened, the move first.
    pub events: Vec<Event>,
    /// The words of the move.
    pub words: Payload,
    /// Identity that came with it, for the vault.
    pub identity: Payload,
    /// The petitioner is told of it.
    pub tells: bool,
    /// Serial of the late clock it presses for.
    pub pressed: Option<u32>,
}

impl<K: Kind> Decision<K> {
    /// Records something more of the same move, such as the paper it made.
    pub fn record(&mut self, at: Timestamp, actor: EventActor, clause: Option<String>, basis: Basis, kind: EventKind) {
        let event = next_event(self.subject.whole(), at, actor, clause, basis, kind);
        self.events.push(event);
    }

    /// Notes the matters it concerns from now on; those it concerns already are left as they are.
    pub fn link(&mut self, at: Timestamp, actor: EventActor, matters: Vec<ProceedingId>) {
        let known = &self.subject.links;
        let matters: Vec<_> = matters.into_iter().filter(|m| !known.contains(m)).collect();
        if matters.is_empty() {
            return;
        }
        self.subject.edit().links.extend(matters.iter().cloned());
        self.record(at, actor, None, Basis::House, EventKind::Linked { matters });
    }
}

/// A move as a page shows it: open, or closed and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer<'a> {
    /// The move.
    pub rule: &'a MoveRule,
    /// `None`: open.
    pub closed: Option<Closed>,
}

/// Every move of the state with the actor's relation, open or closed with the reason.
/// Moves that are nobody's business of the actor are left out.
pub fn offers<'a, K: Kind>(rules: Rules<'a>, proceeding: &K, actor: &Actor, today: Date) -> Vec<Offer<'a>> {
    let relations = proceeding.relations(actor, rules.directory);
    rules
        .book
        .moves
        .iter()
        .filter(|m| m.from.contains(&proceeding.state))
        .filter(|m| {
            m.by.iter().any(|r| relations.contains(r))
                || still_owes(rules, proceeding, actor, m)
                || (m.by.contains(&Relation::HolderHead) && relations.contains(&Relation::Holder))
        })
        // Handing over is the holder's business alone.
        .filter(|m| !matches!(m.verb, Verb::Refer | Verb::Assign) || relations.contains(&Relation::Holder))
        .map(|m| Offer { rule: m, closed: judge_as(rules, proceeding, (actor, &relations), m, today).err() })
        .collect()
}

/// Whether a move is open to an actor now, whatever it carries.
///
/// # Errors
/// [`Closed`] says why not.
pub fn judge<K: Kind>(
    rules: Rules<'_>,
    proceeding: &K,
    actor: &Actor,
    rule: &MoveRule,
    today: Date,
) -> Result<(), Closed> {
    judge_as(rules, proceeding, (actor, &proceeding.relations(actor, rules.directory)), rule, today)
}

/// The same of an actor whose relations to the proceeding are known.
fn judge_as<K: Kind>(
    rules: Rules<'_>,
    proceeding: &K,
    (actor, relations): (&Actor, &BTreeSet<Relation>),
    rule: &MoveRule,
    today: Date,
) -> Result<(), Closed> {
    if !rule.from.contains(&proceeding.state) {
        return Err(Closed::State { state: proceeding.state.clone() });
    }
    let still_owes = still_owes(rules, proceeding, actor, rule);
    if !rule.by.iter().any(|r| relations.contains(r)) && !still_owes {
        return Err(Closed::NotYours { by: rule.by.clone() });
    }
    // A proceeding is handed over by the unit that holds it, and by no other (arts 22, 23).
    if matches!(rule.verb, Verb::Refer | Verb::Assign) && !relations.contains(&Relation::Holder) {
        return Err(Closed::NotYours { by: vec![Relation::Holder] });
    }
    // A paper of a reviewing body before is served by that body, not by the one that reviews now.
    if is_left_by_reviewer(rules, rule) && !still_owes && matches!(actor, Actor::Officer { .. }) {
        return Err(Closed::NotYours { by: rule.by.clone() });
    }
    if let Some(guard) = rule.guards.iter().find(|g| !holds(proceeding, g)) {
        return Err(Closed::Guard { guard: what_fails(proceeding, guard) });
    }
    // What a unit is to report, or to answer for, is its own, also after the proceeding was handed on.
    if matches!(rule.verb, Verb::ReportUrgent | Verb::AnswerSupervision | Verb::AnswerAsked)
        && let Some(clock) = rule.discharge.first()
        && let Actor::Officer { unit, .. } = actor
        && !proceeding
            .clocks
            .iter()
            .any(|c| c.is_owed() && rule.discharge.contains(&c.rule) && c.bound.unit.as_ref() == Some(unit))
    {
        return Err(Closed::Guard { guard: Guard::Owed(clock.clone()) });
    }
    if let Some((id, most)) = rule.extend.as_ref().and_then(|id| rules.book.clock(id)).map(|c| (&c.id, c.extensions)) {
        let mut owed = proceeding.clocks.iter().filter(|c| c.is_owed() && &c.rule == id).peekable();
        if owed.peek().is_some() && owed.all(|c| c.extensions() >= most) {
            return Err(Closed::Extended { most });
        }
    }
    // A complaint about the unit is answered before it can hand the proceeding where its overseer no longer reads it
    // (art. 18(4)).
    if rule.sets.contains(&Fact::Accusation) && proceeding.facts.contains(&Fact::Complained) {
        return Err(Closed::Guard { guard: Guard::Not(Fact::Complained) });
    }
    if let Some(barred) = proceeding.bars(rules.book, rule, actor, rules.directory, today) {
        return Err(barred);
    }
    if rule.verb == Verb::DecideReview
        && let Actor::Officer { id, .. } = actor
        && proceeding.deciders.contains(id)
    {
        return Err(Closed::SameOfficer);
    }
    unmaking(rules, proceeding, actor, rule, today)?;
    let below = match rule.hand_to {
        Some(HandTo::Reviewer) => Some(&proceeding.holder),
        Some(HandTo::NextReviewer) => Some(proceeding.reviewer.as_ref().unwrap_or(&proceeding.holder)),
        _ => None,
    };
    if below.is_some_and(|unit| rules.directory.superior(unit).is_none()) { Err(Closed::NoSuperior) } else { Ok(()) }
}

/// What keeps a file from being destroyed and an entry from being made void, whatever a pack says: what somebody still
/// needs, one person alone, an answer that is owed.
fn unmaking<K: Kind>(
    rules: Rules<'_>,
    proceeding: &K,
    actor: &Actor,
    rule: &MoveRule,
    today: Date,
) -> Result<(), Closed> {
    if matches!(rule.verb, Verb::ProposeDestruction | Verb::Destroy) {
        if proceeding.facts.contains(&Fact::OnHold) {
            return Err(Closed::Guard { guard: Guard::Not(Fact::OnHold) });
        }
        match retention::kept(rules.book, proceeding) {
            kept if kept.is_over(today) => {}
            retention::KeptUntil::Through(last) => return Err(Closed::Kept { through: Some(last) }),
            retention::KeptUntil::Permanent | retention::KeptUntil::Open => return Err(Closed::Kept { through: None }),
        }
    }
    if matches!(rule.verb, Verb::Destroy | Verb::Void)
        && let Actor::Officer { id, .. } = actor
        && proceeding.proposer.as_ref() == Some(id)
    {
        return Err(Closed::SecondPerson);
    }
    if matches!(rule.verb, Verb::ProposeVoid | Verb::Void)
        && let Actor::Officer { posts, .. } = actor
    {
        // Nobody makes it vanish while an answer about treatment is owed.
        if proceeding.facts.contains(&Fact::Complained) {
            return Err(Closed::Guard { guard: Guard::Not(Fact::Complained) });
        }
        // After the first notice an answer is owed; the person has been told that it goes on.
        if ["noticed", "accepted", "answered", "archived"].iter().any(|day| proceeding.days.contains_key(*day)) {
            return Err(Closed::Noticed);
        }
        let first = proceeding.proposer.as_ref().and_then(|o| rules.directory.officer(o)).map(|o| &o.posts);
        let two_posts = |first: &BTreeSet<Post>| first.iter().any(|a| posts.iter().any(|b| a != b));
        if rule.verb == Verb::Void && !first.is_some_and(two_posts) {
            return Err(Closed::SecondPost);
        }
    }
    Ok(())
}

/// A reviewing body may be followed by another while it still owes something, such as the service of its annulment.
fn is_left_by_reviewer(rules: Rules<'_>, rule: &MoveRule) -> bool {
    let of_reviewer = |id: &ClockId| rules.book.clock(id).is_some_and(|c| c.bound == Relation::Reviewer);
    rule.by.contains(&Relation::Reviewer) && discharges_what_it_asks(rule).any(of_reviewer)
}

/// The duties of which a move that changes no state asks that they be owed, and which it discharges.
fn discharges_what_it_asks(rule: &MoveRule) -> impl Iterator<Item = &ClockId> {
    let owed = rule.guards.iter().filter_map(|g| if let Guard::Owed(id) = g { Some(id) } else { None });
    owed.filter(|id| rule.to.is_none() && rule.discharge.contains(id))
}

/// What a unit owes it may do, also after the proceeding was handed on: a move that discharges just that, and the
/// supervision that a unit was called on to make.
fn still_owes(rules: Rules<'_>, proceeding: &Proceeding, actor: &Actor, rule: &MoveRule) -> bool {
    let Actor::Officer { id, unit, posts } = actor else { return false };
    let presses = rule.verb == Verb::Supervise
        && [Power::Supervise, Power::Head].into_iter().any(|p| rules.directory.vocabulary.may(posts, p));
    let may = |c: &ClockId| {
        discharges_what_it_asks(rule).any(|d| d == c)
            || (presses
                && rule.discharge.contains(c)
                && rules.book.escalation.iter().any(|e| e.start.as_ref() == Some(c)))
    };
    let bound = |c: &&Clock| c.is_owed() && c.bound.unit.as_ref() == Some(unit) && may(&c.rule);
    !proceeding.recused.contains(id) && proceeding.clocks.iter().any(|c| bound(&c))
}

/// The condition as it is told: of what must be settled, the duty that is not.
fn what_fails(proceeding: &Proceeding, guard: &Guard) -> Guard {
    match guard {
        Guard::Settled(but) => {
            unsettled(proceeding, but).map_or_else(|| guard.clone(), |c| Guard::NotOwed(c.rule.clone()))
        }
        other => other.clone(),
    }
}

/// Decides one move.
///
/// # Errors
/// [`Closed`] says why it is not open or which fields are at fault; nothing has changed then.
pub fn decide<K: Kind>(
    rules: Rules<'_>,
    proceeding: &K,
    actor: &Actor,
    move_id: &MoveId,
    given: &std::collections::BTreeMap<String, String>,
    now: &OfficeTime,
) -> Result<Decision<K>, Closed> {
    let rule = rules.book.find_move(move_id).ok_or_else(|| Closed::NoSuchMove { move_id: move_id.0.clone() })?;
    judge(rules, proceeding, actor, rule, now.today())?;
    if let Some(early) = proceeding.too_early(rules.book, rule, now) {
        return Err(early);
    }
    let choice = |field: Field| given.get(&field.word()).map(|v| v.trim());
    let variant = rule.variant(choice);
    for need in &rule.needs {
        if let Some(guard) = choice(need.field).and_then(|c| closes(rules.book, proceeding, rule, need.field, c)) {
            return Err(Closed::Guard { guard });
        }
    }
    let payload = Payload::check(&rule.needs, given, now.today()).map_err(|errors| Closed::Fields { errors })?;
    let errors = cross_checks(rules, proceeding, actor, rule, &payload, now.today());
    if !errors.is_empty() {
        return Err(Closed::Fields { errors });
    }
    let clause = variant.and_then(|v| v.clause.clone()).or_else(|| rule.clause.clone());
    let pressed = pressed_for(rules, proceeding, actor, rule, &payload).map(|c| c.n);
    let mut work = Work {
        rules,
        now,
        subject: proceeding.clone(),
        events: Vec::new(),
        actor: event_actor(actor),
        rule,
        clause,
        pressed,
    };
    let handed_down = work.hand_over(actor, &payload)?;
    let Parts { carried, words, identity } = payload.clone().split();
    // Clocks may count from a day that the move carries.
    work.note(&payload);
    let made = Made { before: proceeding, payload: &payload, carried: &carried };
    for effect in rule.effects(rules.book, work.turn(&payload, handed_down)) {
        work.apply(effect, &made)?;
    }
    work.forget(proceeding);
    work.nobody_left(proceeding);
    work.subject.edit().changed_at = now.at;
    Ok(Decision { subject: work.subject, events: work.events, words, identity, tells: rule.tells, pressed })
}

/// Why a choice of a field is not open now; `None`: it is.
fn closes(book: &RuleBook, proceeding: &Proceeding, rule: &MoveRule, field: Field, choice: &str) -> Option<Guard> {
    let own = book.choice(field, choice).into_iter().flat_map(|c| &c.guards);
    let varied = rule.variants.iter().filter(|v| v.field == field && v.choice == choice).flat_map(|v| &v.guards);
    own.chain(varied).find(|g| !holds(proceeding, g)).map(|g| what_fails(proceeding, g))
}

/// Whether a choice of a field can be made now.
pub fn is_choice_open(book: &RuleBook, proceeding: &Proceeding, rule: &MoveRule, field: Field, choice: &str) -> bool {
    closes(book, proceeding, rule, field, choice).is_none()
}

/// Conditions that join fields and facts of the law; each is quoted where it stands.
fn cross_checks<K: Kind>(
    rules: Rules<'_>,
    proceeding: &K,
    actor: &Actor,
    rule: &MoveRule,
    payload: &Payload,
    today: Date,
) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let mut fault = |field, fault| errors.push(FieldError { field, fault });
    // An accident may have happened before anybody wrote of it.
    let days: &[Field] =
        if rule.verb == Verb::ReportUrgent { &[] } else { &[Field::AcceptedOn, Field::ReceivedOn, Field::OnDay] };
    for field in days.iter().copied() {
        if payload.day(field).is_some_and(|d| d < proceeding.received_on) {
            fault(field, FieldFault::TooEarly);
        }
    }
    // The paper cannot have been received before it was made.
    if let (Some(received), Some(answered)) = (payload.day(Field::ReceivedOn), proceeding.days.get("answered"))
        && received < *answered
    {
        fault(Field::ReceivedOn, FieldFault::TooEarly);
    }
    // A hearing that stops a clock stops it on its own day: one recorded later would excuse days that have gone (art.
    // 36(2)).
    if !rule.stop.is_empty() && payload.day(Field::OnDay).is_some_and(|d| d < today) {
        fault(Field::OnDay, FieldFault::TooEarly);
    }
    // It ends no earlier than it began.
    let open_stops = rule.resume.iter().filter_map(|id| proceeding.running(id)).filter_map(Clock::stopped_since);
    if let Some(day) = payload.day(Field::OnDay)
        && open_stops.max().is_some_and(|from| day < from)
    {
        fault(Field::OnDay, FieldFault::TooEarly);
    }
    // A request for review that came by post counts from the day it came (arts 35, 36; LAW.md §12.3).
    let by_post = rule.verb == Verb::RequestReview && matches!(actor, Actor::Officer { .. });
    if by_post && payload.text(Field::ReceivedOn).is_none() {
        fault(Field::ReceivedOn, FieldFault::Missing);
    }
    if rule.verb == Verb::Supervise
        && let Err(why) = late_duty(rules, proceeding, actor, rule, payload)
    {
        fault(Field::LateDuty, why);
    }
    // LAW.md §12.4: acceptance lies no later than the last day of the notice.
    if let (Some(accepted), Some(limit)) = (payload.day(Field::AcceptedOn), notice_limit(proceeding, rule))
        && accepted > limit
    {
        fault(Field::AcceptedOn, FieldFault::TooLate);
    }
    // An opinion without hearing or investigation needs a reason (art. 31(6)).
    let unheard = !(proceeding.facts.contains(&Fact::Heard) && proceeding.facts.contains(&Fact::Investigated));
    if rule.verb == Verb::Decide
        && unheard
        && rule.needs.iter().any(|n| n.field == Field::UnheardReason)
        && payload.text(Field::UnheardReason).is_none()
    {
        fault(Field::UnheardReason, FieldFault::Missing);
    }
    // Each hand-over after the first needs its ground (LAW.md §12.7).
    if matches!(rule.verb, Verb::Refer | Verb::Assign) && proceeding.hops > 0 && payload.text(Field::Reason).is_none() {
        fault(Field::Reason, FieldFault::Missing);
    }
    // Such as: what was entered twice names the entry that stands.
    let chosen = payload.iter().filter_map(|(field, value)| rules.book.choice(field, value));
    for field in chosen.flat_map(|c| &c.needs).filter(|f| payload.text(**f).is_none()) {
        fault(*field, FieldFault::Missing);
    }
    // A redone opinion may not repeat the same result on the same facts (LAW.md §12.9).
    let repeats = proceeding.annulled.is_some() && payload.text(Field::Outcome) == proceeding.annulled.as_deref();
    if rule.verb == Verb::Decide
        && repeats
        && rule.needs.iter().any(|n| n.field == Field::NewFacts)
        && payload.text(Field::NewFacts).is_none()
    {
        fault(Field::NewFacts, FieldFault::Missing);
    }
    if let Some(clock) = rule.extend.as_ref().and_then(|id| rules.book.clock(id))
        && payload.number(Field::Days).is_some_and(|d| d > clock.extension.unwrap_or(0))
    {
        fault(Field::Days, FieldFault::NotInRange);
    }
    if let Some(named) = payload.text(Field::Officer)
        && !may_name(rules, proceeding, actor, rule.verb, payload, &OfficerId::new(named))
    {
        fault(Field::Officer, FieldFault::NoSuchOfficer);
    }
    errors.extend(which_fault(proceeding, actor, rule, payload));
    errors.extend(unit_fault(rules, proceeding, rule, payload));
    errors.extend(proceeding.faults(rules.book, rule, payload));
    errors
}

/// The duties an officer may press for by a move: late, owed by another unit, and where this unit was called on, those
/// alone.
pub fn late_duties<'a>(rules: Rules<'_>, proceeding: &'a Proceeding, actor: &Actor, rule: &MoveRule) -> Vec<&'a Clock> {
    let Actor::Officer { unit, .. } = actor else { return Vec::new() };
    let called: Vec<u32> = proceeding
        .clocks
        .iter()
        .filter(|c| c.is_owed() && c.bound.unit.as_ref() == Some(unit) && rule.discharge.contains(&c.rule))
        .filter_map(|c| c.about)
        .collect();
    let serves = proceeding.relations(actor, rules.directory).contains(&Relation::Supervisor);
    let late = |c: &&Clock| {
        c.kind == ClockKind::Duty
            && matches!(c.state(), ClockState::Breached { .. })
            && c.bound.unit.as_ref().is_some_and(|u| u != unit)
    };
    proceeding.clocks.iter().filter(late).filter(|c| called.contains(&c.n) || (serves && c.about.is_none())).collect()
}

/// Of what a move discharges, what the actor's unit owes.
pub fn own_duties<'a>(proceeding: &'a Proceeding, actor: &Actor, rule: &MoveRule) -> Vec<&'a Clock> {
    let Actor::Officer { unit, .. } = actor else { return Vec::new() };
    let own = |c: &&Clock| c.is_owed() && rule.discharge.contains(&c.rule) && c.bound.unit.as_ref() == Some(unit);
    proceeding.clocks.iter().filter(own).collect()
}

/// What is wrong with the duty that is named as done: it must be one of the unit's, and be named where there are
/// several.
fn which_fault(proceeding: &Proceeding, actor: &Actor, rule: &MoveRule, payload: &Payload) -> Option<FieldError> {
    if !rule.needs.iter().any(|n| n.field == Field::WhichDuty) {
        return None;
    }
    let own = own_duties(proceeding, actor, rule);
    let fault = match payload.number(Field::WhichDuty) {
        Some(n) => (!own.iter().any(|c| c.n == n)).then_some(FieldFault::NoSuchDuty),
        None => (own.len() > 1).then_some(FieldFault::Missing),
    }?;
    Some(FieldError { field: Field::WhichDuty, fault })
}

/// The late duty a supervision is about: the one named, or the only one there is. `None`: nothing is late, and it is
/// about something else that art. 40(1) names.
fn late_duty<'a>(
    rules: Rules<'_>,
    proceeding: &'a Proceeding,
    actor: &Actor,
    rule: &MoveRule,
    payload: &Payload,
) -> Result<Option<&'a Clock>, FieldFault> {
    let late = late_duties(rules, proceeding, actor, rule);
    match (payload.number(Field::LateDuty), late.as_slice()) {
        (Some(n), _) => late.iter().find(|c| c.n == n).copied().map(Some).ok_or(FieldFault::NoSuchDuty),
        // No office presses itself; what it is late with is its superior's to press for.
        (None, []) if matches!(actor, Actor::Officer { unit, .. } if unit == &proceeding.holder) => {
            Err(FieldFault::NoSuchDuty)
        }
        (None, []) => Ok(None),
        (None, [only]) => Ok(Some(only)),
        (None, _) => Err(FieldFault::Missing),
    }
}

/// The same once the fields are in order.
fn pressed_for<'a>(
    rules: Rules<'_>,
    proceeding: &'a Proceeding,
    actor: &Actor,
    rule: &MoveRule,
    payload: &Payload,
) -> Option<&'a Clock> {
    if rule.verb == Verb::Supervise { late_duty(rules, proceeding, actor, rule, payload).ok().flatten() } else { None }
}

/// The last day of the notice that a move gives: of the clocks it discharges.
pub fn notice_limit(proceeding: &Proceeding, rule: &MoveRule) -> Option<Date> {
    proceeding.clocks.iter().filter(|c| c.is_owed() && rule.discharge.contains(&c.rule)).map(|c| c.legal).max()
}

fn event_actor(actor: &Actor) -> EventActor {
    match actor {
        Actor::Petitioner => EventActor::Petitioner,
        Actor::Officer { id, unit, .. } => EventActor::Officer { officer: id.clone(), unit: unit.clone() },
    }
}

/// Makes the next event of a proceeding and counts it.
pub(crate) fn next_event(
    proceeding: &mut Proceeding,
    at: Timestamp,
    actor: EventActor,
    clause: Option<String>,
    basis: Basis,
    kind: EventKind,
) -> Event {
    proceeding.edit().events += 1;
    Event { n: proceeding.events, v: 1, at, actor, pack: proceeding.pack.clone(), clause, basis, kind }
}

/// Starts a clock of the pack on a proceeding and returns the event that says so.
///
/// # Errors
/// [`Closed::Reckoning`] when the days cannot be reckoned, [`Closed::NoSuchMove`] when the pack lacks the clock.
pub(crate) fn start_clock(
    rules: Rules<'_>,
    proceeding: &mut Proceeding,
    id: &ClockId,
    payload: &Payload,
    now: &OfficeTime,
) -> Result<EventKind, Closed> {
    let rule = rules.book.clock(id).ok_or_else(|| Closed::NoSuchMove { move_id: id.0.clone() })?;
    let today = now.today();
    let start = match rule.start {
        StartFrom::Move => today,
        StartFrom::Receipt => proceeding.received_on,
        StartFrom::Accepted => proceeding.days.get("accepted").copied().unwrap_or(today),
        StartFrom::Field(field) => payload.day(field).unwrap_or(today),
    };
    let (length, unit, basis, clause) = rule.at(start, now.at, &now.zone);
    let (length, roll) = match length {
        Some(length) => (length, rule.roll),
        None => {
            let due = payload.day(Field::DueOn).unwrap_or(today);
            (
                u32::try_from(crate::calendar::number_of(due) - crate::calendar::number_of(start)).unwrap_or(0),
                Roll::Fixed,
            )
        }
    };
    let named = || payload.text(Field::ToUnit).map(UnitId::new);
    let unit_bound = if rule.bound.is_asked() { named() } else { proceeding.unit_for(rule.bound, rules.directory) };
    let bound = Bound { unit: unit_bound, post: rule.post };
    let n = proceeding.clocks.iter().map(|c| c.n).max().unwrap_or(0) + 1;
    let (kind, clause) = (rule.kind, clause.cloned());
    let with = Beginning {
        n,
        rule: id.clone(),
        kind,
        bound: bound.clone(),
        start,
        started_at: now.at,
        length,
        unit,
        roll,
        basis,
        clause,
    };
    let mut clock = Clock::begin(with);
    clock.project(rules.calendar, now).map_err(|e| Closed::Reckoning { why: e.to_string() })?;
    set_next(&mut clock, rules.book, rules.calendar, &now.zone);
    let event = EventKind::ClockStarted {
        n,
        rule: id.clone(),
        bound,
        start,
        length,
        unit: PeriodUnit::clone(&clock.unit),
        nominal: clock.nominal,
        legal: clock.legal,
        about: None,
    };
    proceeding.edit().clocks.push(clock);
    Ok(event)
}
