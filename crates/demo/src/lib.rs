//! The demo: a county with its offices and 300 petitions in every stage, made through the use cases, day by
//! day from half a year ago until now, so that every clock ran as it would have run.

mod hall;
mod script;
mod standing;
mod world;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use futures_util::future::join_all;
use huiyin_domain::calendar::{WorkCalendar, date_of, number_of};
use huiyin_domain::clock::{ClockKind, OfficeTime};
use huiyin_domain::decide::Closed;
use huiyin_domain::ids::{ProceedingId, UnitId};
use huiyin_domain::matter::Matter;
use huiyin_domain::number::matter_number;
use huiyin_domain::posts::Post;
use huiyin_domain::procedure::{Guard, Relation};
use huiyin_domain::subject::Subject;
use huiyin_domain::submission::{Channel, Naming, PaperFacts, Purpose, ReplyWay};
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use serde::Deserialize;

use huiyin_app::act::{self, Move};
use huiyin_app::demo_office::{self, Mark};
use huiyin_app::lodge::{self, Lodging, Receipt, Registration};
use huiyin_app::{AppError, Identity, Office, Result, Staff, TimeSource, follow, proceedings, sweep};

pub use huiyin_app::sign_in::published::PASSWORD;
pub use world::{DIVISION, FRONT_OFFICE};

use script::Step;

/// Petitions in the demo.
pub const PETITIONS: usize = 300;
/// Days back to the oldest.
const DAYS_BACK: i64 = 175;

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Scenario {
    unit: String,
    class: String,
    title: String,
    text: String,
    found: String,
    opinion: String,
    #[serde(default)]
    purpose: Option<String>,
}

#[derive(Deserialize)]
struct Scenarios {
    s: Vec<Scenario>,
}

/// What the demo's command prints.
#[derive(Debug, Clone)]
pub struct Seeded {
    /// Number of the petition shown.
    pub number: String,
    /// Its receipt code.
    pub code: String,
    /// Steps refused; none, if all is well.
    pub refused: Vec<String>,
    /// Steps made.
    pub steps: usize,
}

/// Time for seeds: office time is set, machine time is the real one.
#[derive(Debug)]
struct SeedTime {
    real: Arc<dyn TimeSource>,
    second: AtomicI64,
}

impl TimeSource for SeedTime {
    fn machine_now(&self) -> Timestamp {
        self.real.machine_now()
    }
    fn office_now(&self) -> Timestamp {
        Timestamp::from_second(self.second.load(Ordering::SeqCst)).unwrap_or(Timestamp::UNIX_EPOCH)
    }
    fn move_to(&self, at: Timestamp) -> bool {
        self.second.store(at.as_second(), Ordering::SeqCst);
        true
    }
}

struct Planned {
    index: usize,
    scenario: Scenario,
    received: Date,
    direct: bool,
    steps: Vec<(Date, Step)>,
    receipt: Option<Receipt>,
}

/// Makes the county and its petitions. `real` is the time the demo goes on with.
///
/// # Errors
/// As the use cases; single steps that are refused are returned.
#[huiyin_app::boxed]
pub async fn seed(office: &Office, real: Arc<dyn TimeSource>) -> Result<Seeded> {
    seed_some(office, real, &|_| true).await
}

/// Marks a demo and makes its units and officers: from here on somebody can sign in, while the petitions are made.
///
/// # Errors
/// As the store.
#[huiyin_app::boxed]
pub async fn begin(office: &Office) -> Result<()> {
    demo_office::mark(office, Mark::Begun).await?;
    people(office).await
}

/// The same with some of the petitions only, by their index from 0 to [`PETITIONS`]; the first is always made, since it
/// is the one shown.
///
/// # Errors
/// As [`seed`].
#[huiyin_app::boxed]
pub async fn seed_some(
    office: &Office,
    real: Arc<dyn TimeSource>,
    wanted: &(dyn Fn(usize) -> bool + Sync),
) -> Result<Seeded> {
    let end = office.now();
    let scenarios: Scenarios = toml_scenarios()?;
    if office.directory().await?.officers.is_empty() {
        begin(office).await?;
    }
    let time = Arc::new(SeedTime { real, second: AtomicI64::new(end.at.as_second()) });
    let seeder = office.with_time(time.clone());
    let calendar = seeder.ground_today().await?.calendar;
    let mut plan = plan(&calendar, &scenarios.s, &end);
    plan.retain(|p| p.index == 0 || wanted(p.index));
    let (mut refused, mut steps, mut pressed) = (Vec::new(), 0, BTreeSet::new());
    let mut standing = standing::Standing::default();
    let first = end.today().checked_sub((DAYS_BACK + 3).days()).unwrap_or(end.today());
    let mut day = first;
    while day <= end.today() {
        time.move_to(at(day, 0, 30, &end).min(end.at));
        pressed.extend(sweep::timers(&seeder).await?.proceedings);
        // What happens on one day is at nine; commits of one hour share groups.
        let morning = at(day, 9, 0, &end).min(end.at);
        time.move_to(morning);
        let results = join_all(plan.iter_mut().map(|p| work(&seeder, &calendar, p, day))).await;
        steps += supervise(&seeder, &mut pressed, day).await?;
        let shown = plan.iter().find(|p| p.index == 0).and_then(|p| p.receipt.as_ref()).map(|r| r.number.clone());
        let faults = standing.work(&seeder, day, end.today(), shown.as_deref()).await;
        refused.extend(faults.into_iter().map(|(id, why)| format!("standing duties and meetings, {id}: {why:?}")));
        for (result, planned) in results.into_iter().zip(&plan) {
            match result {
                Ok(done) => steps += done,
                Err((id, why)) => refused.push(format!("petition {}, {id}: {why:?}", planned.index)),
            }
        }
        day = day.tomorrow().unwrap_or(end.today());
    }
    time.move_to(end.at);
    sweep::timers(&seeder).await?;
    // Nobody comes to a closed door by night, and a demo is begun at any hour: the morning is the hour it is begun in.
    for (what, done) in [("hall", hall::set_up(office).await), ("visitors", hall::morning(office).await)] {
        refused.extend(done.err().map(|why| format!("the hall, {what}: {why:?}")));
    }
    let (number, code) = plan.first().and_then(|p| p.receipt.clone()).map(|r| (r.number, r.code)).unwrap_or_default();
    demo_office::mark(office, Mark::Made { number: &number, code: &code }).await?;
    Ok(Seeded { number, code, refused, steps })
}

fn toml_scenarios() -> Result<Scenarios> {
    toml::from_str(include_str!("../scenarios.toml"))
        .map_err(AppError::caused("the scenarios of the demo cannot be read"))
}

fn at(day: Date, hour: i8, minute: i8, end: &OfficeTime) -> Timestamp {
    day.at(hour, minute, 0, 0).to_zoned_datetime(end.zone.clone()).map_or(end.at, |z| z.timestamp())
}

/// The county's units and officers alone, without petitions.
///
/// # Errors
/// As the store; [`AppError::NotAllowed`] in a store that holds an office.
#[huiyin_app::boxed]
pub async fn people(office: &Office) -> Result<()> {
    demo_office::put_people(office, &world::units(), &world::officers(), &world::divisions()).await
}

fn plan(calendar: &WorkCalendar, scenarios: &[Scenario], end: &OfficeTime) -> Vec<Planned> {
    let today = end.today();
    let mut out = Vec::with_capacity(PETITIONS);
    for index in 0..PETITIONS {
        let Some(template) = scenarios.get(index % scenarios.len()) else { continue };
        let place =
            world::PLACES.get((index * 7 + index / scenarios.len()) % world::PLACES.len()).copied().unwrap_or("");
        let scenario = filled(template, place, 3 + (index * 5) % 17);
        // The first one is shown to the visitor: accepted some six weeks ago and still in hand.
        let back = if index == 0 {
            48
        } else {
            DAYS_BACK * i64::try_from(PETITIONS - index).unwrap_or(0) / i64::try_from(PETITIONS).unwrap_or(1)
        };
        let received = today.checked_sub(back.days()).unwrap_or(today);
        let direct = index % 11 == 10 && scenario.purpose.is_none();
        let mut steps = Vec::new();
        for step in script::steps(index, &scenario, direct) {
            let nominal = received.checked_add(step.day.days()).unwrap_or(received);
            let petitioner = step.by == Relation::Petitioner;
            let day = if petitioner { nominal } else { calendar.roll(nominal) };
            // What is shown to the visitor stays open; what comes after a step still to come is to come as well.
            if day > today || (index == 0 && step.day > 30) {
                break;
            }
            steps.push((day, step));
        }
        steps.reverse();
        out.push(Planned { index, scenario, received, direct, steps, receipt: None });
    }
    out
}

fn filled(template: &Scenario, place: &str, n: usize) -> Scenario {
    let fill = |text: &str| text.replace("{p}", place).replace("{n}", &n.to_string());
    Scenario {
        title: fill(&template.title),
        text: fill(&template.text),
        found: fill(&template.found),
        opinion: fill(&template.opinion),
        ..template.clone()
    }
}

type StepFault = (String, AppError);

/// Everything one petition does on one day, in order. What the law makes a step wait for moves the rest of the script;
/// a refused step ends the script of this petition, which stays as it is.
async fn work(
    office: &Office,
    calendar: &WorkCalendar,
    planned: &mut Planned,
    day: Date,
) -> std::result::Result<usize, StepFault> {
    let mut done = 0;
    if planned.received == day {
        match receive(office, planned, day).await {
            Ok(receipt) => planned.receipt = Some(receipt),
            Err(error) => {
                planned.steps.clear();
                return Err(("lodge".to_owned(), error));
            }
        }
        done += 1;
    }
    while let (Some((_, step)), Some(receipt)) =
        (planned.steps.last().filter(|(on, _)| *on <= day).cloned(), planned.receipt.clone())
    {
        match make(office, &receipt, &step, day).await {
            Ok(()) => {
                planned.steps.pop();
                done += 1;
            }
            Err(error) => match waits_until(office, calendar, &receipt, &error, day).await {
                Ok(Some(until)) => {
                    planned.put_off(number_of(until) - number_of(day));
                    break;
                }
                Ok(None) => {
                    planned.steps.clear();
                    return Err((step.id.to_owned(), error));
                }
                Err(error) => return Err((step.id.to_owned(), error)),
            },
        }
    }
    Ok(done)
}

impl Planned {
    /// Moves every step still to come by so many days.
    fn put_off(&mut self, days: i32) {
        for (on, _) in &mut self.steps {
            *on = date_of(number_of(*on) + days);
        }
    }
}

/// The day until which a refused step has to wait: a right of the petitioner's must have lapsed, or a duty must be done
/// first.
async fn waits_until(
    office: &Office,
    calendar: &WorkCalendar,
    receipt: &Receipt,
    error: &AppError,
    day: Date,
) -> Result<Option<Date>> {
    let AppError::Closed(closed) = error else { return Ok(None) };
    let Closed::Guard { guard: Guard::NotOwed(rule) } = &**closed else { return Ok(None) };
    let matter = matter(office, &matter_number(&receipt.number, 1)).await?;
    let Some(clock) = matter.running(rule) else { return Ok(None) };
    let from = if clock.kind == ClockKind::Right { clock.legal.max(day) } else { day };
    Ok(from.tomorrow().ok().map(|next| calendar.roll(next)))
}

/// The supervisor presses what ran out the day before; the unit answers the day after. One in three is left open.
async fn supervise(office: &Office, pressed: &mut BTreeSet<ProceedingId>, day: Date) -> Result<usize> {
    let mut done = 0;
    for id in pressed.clone() {
        let Some(matter) =
            proceedings::by_id(office, &id).await?.and_then(Subject::into_matter).filter(|m| !m.number.contains('5'))
        else {
            pressed.remove(&id);
            continue;
        };
        let owed: Vec<_> = matter
            .clocks
            .iter()
            .filter(|c| c.is_owed() && matches!(c.rule.as_str(), "supervise" | "answer_supervision"))
            .collect();
        if owed.is_empty() {
            pressed.remove(&id);
        }
        let directory = office.directory().await?;
        let own = matter.unit_for(Relation::Supervisor, &directory);
        for clock in owed.into_iter().filter(|c| c.start < day) {
            // What the supervising office is late with itself is its superior's to press.
            let (by, id, field, text) = match clock.rule.as_str() {
                "answer_supervision" => {
                    (Relation::HolderHead, "answer_supervision", "summary", "已安排专人办理，本周内办结。")
                }
                _ if clock.bound.unit == own => {
                    (Relation::Supervisor, "supervise", "reason", "已逾期，请三日内办理并说明原因。")
                }
                _ => (Relation::Overseer, "oversee", "reason", "已逾期，请改正并说明原因。"),
            };
            let step = Step { day: 0, by, id, fields: vec![(field, text.to_owned())] };
            // A unit without a head cannot answer; that stays visible as its breach.
            done += usize::from(by_officer(office, &matter.number, &step, day).await.is_ok());
        }
    }
    Ok(done)
}

async fn matter(office: &Office, number: &str) -> Result<Matter> {
    proceedings::for_operator(office, number).await?.into_matter().ok_or(AppError::NotFound)
}

fn action(step: &Step, day: Date) -> Move {
    let fields: BTreeMap<String, String> = step.fields.iter().map(|(k, v)| ((*k).to_owned(), dated(v, day))).collect();
    Move { id: step.id.to_owned(), fields, ..Move::default() }
}

async fn make(office: &Office, receipt: &Receipt, step: &Step, day: Date) -> Result<()> {
    if step.by == Relation::Petitioner {
        let record = follow::open(office, &receipt.code, "seed").await?;
        follow::make(office, &record, 1, action(step, day)).await?;
        return Ok(());
    }
    by_officer(office, &matter_number(&receipt.number, 1), step, day).await
}

async fn by_officer(office: &Office, number: &str, step: &Step, day: Date) -> Result<()> {
    let matter = matter(office, number).await?;
    let directory = office.directory().await?;
    let unit = matter.unit_for(step.by, &directory).unwrap_or_else(|| matter.holder.clone());
    let posts: &[&str] = match step.by {
        Relation::HolderHead | Relation::Overseer => &["head"],
        Relation::Supervisor => &["supervisor"],
        Relation::PetitionOffice | Relation::Sender => &["clerk"],
        _ => &["handler", "clerk"],
    };
    let officer = posts
        .iter()
        .find_map(|p| directory.holders(&unit, Post::from_id(p)).first().map(|o| (*o).clone()))
        .ok_or(AppError::NotAllowed)?;
    act::by_officer(office, &Staff::from_officer(officer, &directory), number, action(step, day)).await.map(|_| ())
}

/// `@N` becomes the day N days on.
fn dated(value: &str, day: Date) -> String {
    match value.strip_prefix('@').and_then(|n| n.parse::<i32>().ok()) {
        Some(n) => date_of(huiyin_domain::calendar::number_of(day) + n).to_string(),
        None => value.to_owned(),
    }
}

async fn receive(office: &Office, planned: &Planned, day: Date) -> Result<Receipt> {
    let (i, scenario) = (planned.index, &planned.scenario);
    let purpose = match scenario.purpose.as_deref() {
        Some("accusation") => Purpose::Accusation,
        Some("suggestion") => Purpose::Suggestion,
        _ => Purpose::Request,
    };
    let naming = if purpose == Purpose::Accusation || i % 14 == 5 {
        Naming::Anonymous
    } else if i % 23 == 8 {
        Naming::Confidential
    } else {
        Naming::Named
    };
    let family = ["王", "李", "张", "刘", "陈", "杨", "赵", "黄", "吴", "徐"].get(i % 10).copied().unwrap_or("王");
    let identity = Identity {
        name: if naming == Naming::Anonymous {
            String::new()
        } else {
            format!("{family}某{}", if i % 2 == 0 { "兰" } else { "" })
        },
        telephone: if naming == Naming::Anonymous { String::new() } else { format!("0000{:07}", 1_000_000 + i * 37) },
        needs: if i % 29 == 3 && naming != Naming::Anonymous {
            "听力不好，请当面说或者发短信".to_owned()
        } else {
            String::new()
        },
        ..Identity::default()
    };
    let lodging = Lodging {
        form_token: format!("demo-{i}-{}", planned.received),
        unit: UnitId::new(if planned.direct { scenario.unit.as_str() } else { FRONT_OFFICE }),
        title: scenario.title.clone(),
        text: scenario.text.clone(),
        class: Some(scenario.class.clone()),
        place: None,
        place_name: Some(place_in(scenario).to_owned()),
        purpose,
        complained_of: None,
        headcount: if i % 15 == 7 { 18 } else { 1 },
        naming,
        by_agent: false,
        second_language: false,
        reply: if naming == Naming::Anonymous { ReplyWay::CodeOnly } else { ReplyWay::Sms },
        identity,
        files: Vec::new(),
        burst: None,
    };
    let channel = match i % 8 {
        1 => Channel::Letter,
        3 => Channel::Visit,
        5 => Channel::Call,
        _ => Channel::Online,
    };
    if channel == Channel::Online && !planned.direct {
        return lodge::lodge(office, lodging).await;
    }
    let directory = office.directory().await?;
    let officer = directory
        .holders(&lodging.unit, Post::from_id("clerk"))
        .first()
        .map(|o| (*o).clone())
        .ok_or(AppError::NotAllowed)?;
    let channel = if channel == Channel::Online { Channel::Visit } else { channel };
    let paper = PaperFacts {
        postmark: (channel == Channel::Letter).then(|| day.yesterday().unwrap_or(day)),
        enclosures: (channel == Channel::Letter).then(|| "信封一个，信纸两页".to_owned()),
        ..PaperFacts::default()
    };
    lodge::register(
        office,
        &Staff::from_officer(officer, &directory),
        lodging,
        Registration { channel, received_on: day, paper, keep: lodge::Keep::Whole },
    )
    .await
}

/// The place a filled title names.
fn place_in(scenario: &Scenario) -> &'static str {
    world::PLACES.iter().filter(|p| scenario.title.contains(**p)).max_by_key(|p| p.len()).copied().unwrap_or("青溪县")
}
