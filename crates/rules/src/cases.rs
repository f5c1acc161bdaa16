//! A pack's own cases: facts in, dates and states out, written so that a lawyer can read and change them.
//!
//! They run in a small fixed house of units: `office` (petition office) and `bureau` under `county`, `other` under
//! `bureau`, `county` under `city`, `city` under `province` (external), and `discipline` beside them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use huiyin_domain::beginning::{Start, begin_by};
use huiyin_domain::calendar::WorkCalendar;
use huiyin_domain::clock::{ClockState, OfficeTime};
use huiyin_domain::decide::{Closed, Rules, decide};
use huiyin_domain::event::EventActor;
use huiyin_domain::ids::{ClockId, MoveId, OfficerId, ProceedingId, SubmissionId, UnitId};
use huiyin_domain::matter::Matter;
use huiyin_domain::matter::opening::{Opening, open};
use huiyin_domain::payload::{Field, FieldError, Payload};
use huiyin_domain::posts::{Post, Power, UnitKind, UnitRole, Vocabulary};
use huiyin_domain::procedure::{Guard, Relation, RuleBook};
use huiyin_domain::proceeding::{Actor, Proceeding};
use huiyin_domain::subject::Subject;
use huiyin_domain::submission::{Channel, Purpose};
use huiyin_domain::timer;
use huiyin_domain::unit::{Directory, Officer, Unit};
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use serde::Deserialize;
use toml::Spanned;

use crate::{Pack, Saying};

/// One case.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    /// Id, unique in the pack.
    pub id: String,
    /// Day 0.
    pub received: Date,
    /// The unit it comes to: `office` where it is not said.
    #[serde(default = "office")]
    pub at: String,
    /// What a matter is for.
    #[serde(default = "request")]
    pub purpose: Purpose,
    /// How a matter came.
    #[serde(default = "online")]
    pub channel: Channel,
    /// Of what is no matter: how it begins.
    pub begin: Option<String>,
    /// What it begins with.
    #[serde(default)]
    pub give: BTreeMap<String, String>,
    /// What happens then, in order.
    pub step: Vec<Spanned<Step>>,
}

/// One step: a move by somebody on a day, or only the passing of time, and what must then be true.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Step {
    /// The day.
    pub on: Date,
    /// The time of that day, as `23:30`; noon where it is not said.
    #[serde(default = "noon")]
    pub time: Time,
    /// The move that is made; absent: only time passes.
    #[serde(rename = "move")]
    pub do_move: Option<String>,
    /// Who makes it, by relation; `holder` where it is not said.
    pub by: Option<Relation>,
    /// Its fields.
    #[serde(default)]
    pub give: BTreeMap<String, String>,
    /// The state afterwards.
    pub state: Option<String>,
    /// Legal due day of running clocks.
    #[serde(default)]
    pub due: BTreeMap<String, Date>,
    /// Due time, as `23:45`, of running clocks of hours or minutes.
    #[serde(default)]
    pub due_time: BTreeMap<String, Time>,
    /// Clocks that must be breached.
    #[serde(default)]
    pub breached: Vec<String>,
    /// Clocks that must not be owed or open any more.
    #[serde(default)]
    pub not_owed: Vec<String>,
    /// The move must be refused for this reason (`state`, `not_yours`, `guard`, `fields`, `no_superior`, `unit`).
    pub refused: Option<String>,
}

fn noon() -> Time {
    jiff::civil::time(12, 0, 0, 0)
}

fn office() -> String {
    "office".into()
}

fn online() -> Channel {
    Channel::Online
}

fn request() -> Purpose {
    Purpose::Request
}

impl Case {
    /// Where it stands in the text of its file.
    pub(crate) fn offset(&self, text: Option<&String>) -> usize {
        text.and_then(|t| t.find(&format!("\"{}\"", self.id))).unwrap_or(0)
    }
}

/// A case that did not come out as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseFailure {
    /// File of the pack.
    pub file: String,
    /// Line of the step in it; of the case, where it could not be opened.
    pub line: usize,
    /// Which case.
    pub case: String,
    /// Which step, from 1; 0 is the opening.
    pub step: usize,
    /// What was expected and what came.
    pub message: Saying,
}

impl fmt::Display for CaseFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: case `{}`, step {}: {}", self.file, self.line, self.case, self.step, self.message)
    }
}

/// Runs every case of a pack.
pub fn run_cases(pack: &Pack, calendar: &WorkCalendar) -> Vec<CaseFailure> {
    pack.cases.iter().filter_map(|c| run_case(&pack.book, calendar, c).err()).collect()
}

/// A case with the file and line it stands in.
#[derive(Debug, Clone)]
pub(crate) struct Placed {
    pub file: String,
    pub line: usize,
    /// Lines of its steps.
    pub steps: Vec<usize>,
    pub case: Case,
}

fn run_case(book: &RuleBook, calendar: &WorkCalendar, placed: &Placed) -> Result<(), CaseFailure> {
    let case = &placed.case;
    let directory = house(book, 1);
    let rules = Rules { book, calendar, directory: &directory, draw_seed: 0 };
    let fail = |step: usize, message: Saying| CaseFailure {
        file: placed.file.clone(),
        line: step.checked_sub(1).and_then(|i| placed.steps.get(i)).copied().unwrap_or(placed.line),
        case: case.id.clone(),
        step,
        message,
    };
    let refused = |key, closed: &Closed| Saying::new(key).word("reason", reason(closed)).word("detail", detail(closed));
    let mut matter = open_any(rules, case).map_err(|e| fail(0, refused("case-not-opened", &e)))?;
    for (index, step) in case.step.iter().map(Spanned::as_ref).enumerate() {
        let n = index + 1;
        let now = office_time(step.on, step.time);
        matter = timer::advance(rules, &matter, &now).map_err(|e| fail(n, refused("case-timers", &e)))?.0;
        if let Some(id) = &step.do_move {
            let actor = actor_for(&matter, &directory, step.by);
            match (decide(rules, &matter, &actor, &MoveId::new(id), &step.give, &now), &step.refused) {
                (Ok(decision), None) => matter = decision.subject,
                (Ok(_), Some(why)) => {
                    return Err(fail(n, Saying::new("case-went-through").word("move", id).word("reason", why)));
                }
                (Err(closed), Some(why)) if &reason(&closed) == why => {}
                (Err(closed), Some(why)) => {
                    return Err(fail(n, refused("case-refused-otherwise", &closed).word("move", id).word("want", why)));
                }
                (Err(closed), None) => return Err(fail(n, refused("case-refused", &closed).word("move", id))),
            }
        }
        expect(&matter, step).map_err(|m| fail(n, m))?;
    }
    Ok(())
}

fn expect(matter: &Proceeding, step: &Step) -> Result<(), Saying> {
    if let Some(state) = &step.state
        && matter.state.as_str() != state
    {
        return Err(Saying::new("case-state").word("state", &matter.state).word("want", state));
    }
    for (clock, due) in &step.due {
        match matter.owed().into_iter().find(|c| c.rule.as_str() == clock) {
            Some(found) if found.legal == *due => {}
            Some(found) => {
                return Err(Saying::new("case-due").word("clock", clock).word("day", found.legal).word("want", due));
            }
            None => return Err(Saying::new("case-not-running").word("clock", clock)),
        }
    }
    for (clock, want) in &step.due_time {
        let Some(found) = matter.owed().into_iter().find(|c| c.rule.as_str() == clock) else {
            return Err(Saying::new("case-not-running").word("clock", clock));
        };
        let due = found.due.to_zoned_datetime(zone()).time();
        if due != *want {
            return Err(Saying::new("case-due").word("clock", clock).word("day", due).word("want", want));
        }
    }
    for clock in &step.not_owed {
        if let Some(found) = matter.owed().into_iter().find(|c| c.rule.as_str() == clock) {
            return Err(Saying::new("case-still-owed").word("clock", clock).word("day", found.legal));
        }
    }
    for clock in &step.breached {
        if !matter.clocks.iter().any(|c| c.rule.as_str() == clock && matches!(c.state(), ClockState::Breached { .. })) {
            return Err(Saying::new("case-not-breached").word("clock", clock));
        }
    }
    Ok(())
}

/// What a refusal is about, in the words of a pack.
fn detail(closed: &Closed) -> String {
    let word = |value: &serde_json::Value| match value {
        serde_json::Value::String(word) => word.clone(),
        other => other.to_string(),
    };
    match closed {
        Closed::Guard { guard } => match guard {
            Guard::Is(fact) => word(&serde_json::json!(fact)),
            Guard::Not(fact) => format!("not {}", word(&serde_json::json!(fact))),
            Guard::Running(clock) => format!("running {clock}"),
            Guard::Owed(clock) => format!("owed {clock}"),
            Guard::OwedAny(clocks) => {
                format!("owed {}", clocks.iter().map(ClockId::as_str).collect::<Vec<_>>().join("|"))
            }
            Guard::NotOwed(clock) => format!("not owed {clock}"),
            Guard::Settled(_) => "settled".to_owned(),
        },
        Closed::NotYours { by } => by.iter().map(|r| word(&serde_json::json!(r))).collect::<Vec<_>>().join(" / "),
        Closed::State { state } => state.0.clone(),
        Closed::Unit { unit } => unit.0.clone(),
        Closed::NoSuchMove { move_id } => move_id.clone(),
        Closed::Fields { errors } => {
            let fault = |e: &FieldError| format!("{}: {}", e.field.word(), word(&serde_json::json!(e.fault)));
            errors.iter().map(fault).collect::<Vec<_>>().join(", ")
        }
        Closed::Reckoning { why } => why.clone(),
        Closed::Kept { through } => through.map(|d| d.to_string()).unwrap_or_default(),
        Closed::Waits { until } => until.to_string(),
        Closed::Extended { most } => most.to_string(),
        Closed::Clock { refused } => refused.to_string(),
        Closed::Hall { fault } => fault.to_string(),
        Closed::SameOfficer
        | Closed::NoSuperior
        | Closed::SecondPerson
        | Closed::SecondPost
        | Closed::AboutYou
        | Closed::Noticed
        | Closed::Anonymous
        | Closed::Delivered => String::new(),
    }
}

fn reason(closed: &Closed) -> String {
    serde_json::to_value(closed)
        .ok()
        .and_then(|v| v.get("closed").and_then(|c| c.as_str().map(str::to_owned)))
        .unwrap_or_default()
}

fn zone() -> TimeZone {
    TimeZone::fixed(jiff::tz::offset(8))
}

fn office_time(day: Date, time: Time) -> OfficeTime {
    let zone = zone();
    let at =
        day.to_datetime(time).to_zoned_datetime(zone.clone()).map_or(jiff::Timestamp::UNIX_EPOCH, |z| z.timestamp());
    OfficeTime { at, zone }
}

fn actor_for(matter: &Proceeding, directory: &Directory, by: Option<Relation>) -> Actor {
    let relation = by.unwrap_or(Relation::Holder);
    match matter.unit_for(relation, directory) {
        _ if relation == Relation::Petitioner => Actor::Petitioner,
        unit => {
            let unit = unit.unwrap_or_else(|| matter.holder.clone());
            let all = directory.vocabulary.posts.iter().map(|p| p.id);
            // What the holder does its officers do; what is the head's, `holder_head` says.
            let only_works = |p: &Post| {
                directory
                    .vocabulary
                    .post(*p)
                    .is_some_and(|p| p.may.contains(&Power::Work) && !p.may.contains(&Power::Head))
            };
            let posts = all.filter(|p| relation != Relation::Holder || only_works(p)).collect();
            Actor::Officer { id: OfficerId::new(format!("{unit}-all")), unit, posts }
        }
    }
}

/// The small fixed house of units in which cases run, with so many officers in each unit, every one in every post.
pub fn house(book: &RuleBook, officers: usize) -> Directory {
    let kinds = |role: UnitRole| book.unit_kinds.iter().filter(move |k| k.role == role).map(|k| k.id);
    let first = |role: UnitRole| kinds(role).next().unwrap_or(UnitKind::from_id("none"));
    // A kind by its usual id where the pack has it.
    let usual = |id: &str| kinds(UnitRole::Body).find(|k| k.word() == id).unwrap_or_else(|| first(UnitRole::Body));
    let (office, outside, body, above) =
        (first(UnitRole::PetitionOffice), first(UnitRole::Outside), usual("bureau"), usual("government"));
    let line = book
        .compartment
        .as_ref()
        .and_then(|c| c.receivers.iter().copied().find(|k| c.is_in_line(*k)))
        .unwrap_or_else(|| usual("discipline"));
    let vocabulary = Vocabulary { posts: book.posts.clone(), kinds: book.unit_kinds.clone() };
    let all: BTreeSet<Post> = book.posts.iter().map(|p| p.id).collect();
    let unit = |id: &str, kind, above: Option<&str>| Unit {
        id: UnitId::new(id),
        name: id.to_owned(),
        name_en: id.to_owned(),
        kind,
        superior: above.map(UnitId::new),
        address: String::new(),
        telephone: String::new(),
        hours: String::new(),
        procedure: String::new(),
        letters: String::new(),
        active: true,
    };
    let units = vec![
        unit("province", outside, None),
        unit("city", above, Some("province")),
        unit("county", above, Some("city")),
        unit("office", office, Some("county")),
        unit("bureau", body, Some("county")),
        unit("other", body, Some("bureau")),
        unit("discipline", line, Some("county")),
    ];
    let sitting = |unit: &Unit, nth: usize| Officer {
        id: OfficerId::new(if nth == 0 { format!("{}-all", unit.id) } else { format!("{}-{nth}", unit.id) }),
        login: format!("{}{nth}", unit.id),
        name: unit.id.0.clone(),
        unit: unit.id.clone(),
        posts: all.clone(),
        seats: Vec::new(),
        active: true,
    };
    let officers = units.iter().flat_map(|u| (0..officers).map(move |nth| sitting(u, nth))).collect();
    Directory { units, officers, vocabulary }
}

fn open_any(rules: Rules<'_>, case: &Case) -> Result<Subject, Closed> {
    let Some(id) = &case.begin else { return open_case(rules, case).map(Subject::from) };
    let begin = rules.book.find_begin(id).ok_or_else(|| Closed::NoSuchMove { move_id: id.clone() })?;
    let now = office_time(case.received, noon());
    let mut given = case.give.clone();
    // What every such beginning is entered with, where the case is not about it.
    given.entry(Field::Topic.word()).or_insert_with(|| case.id.clone());
    given.entry(Field::Summary.word()).or_insert_with(|| case.id.clone());
    given.entry(Field::OnDay.word()).or_insert_with(|| case.received.to_string());
    let payload = Payload::check(&begin.needs, &given, case.received).map_err(|errors| Closed::Fields { errors })?;
    let with = Start {
        id: ProceedingId::new("case"),
        number: case.id.clone(),
        title: case.id.clone(),
        on: case.received,
        unit: UnitId::new(case.at.clone()),
        links: Vec::new(),
        // Whoever comes for a service has a ticket; whoever books comes later.
        ticket: payload.text(Field::Service).filter(|_| payload.text(Field::Slot).is_none()).map(|_| "1".to_owned()),
    };
    begin_by(rules, begin, with, &payload, EventActor::Clock, &now).map(|(begun, _)| begun)
}

fn open_case(rules: Rules<'_>, case: &Case) -> Result<Matter, Closed> {
    let now = office_time(case.received, noon());
    let opening = Opening {
        id: ProceedingId::new("case"),
        submission: SubmissionId::new("case"),
        number: case.id.clone(),
        part: 1,
        title: case.id.clone(),
        class: None,
        place: None,
        place_name: None,
        purpose: case.purpose,
        complained_of: None,
        channel: case.channel,
        received_on: case.received,
        received_at: now.at,
        unit: UnitId::new(case.at.clone()),
        by_agent: false,
        burst: None,
    };
    open(rules, opening, EventActor::Petitioner, &now).map(|(matter, _)| matter)
}
