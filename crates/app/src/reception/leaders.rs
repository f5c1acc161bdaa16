//! Leaders' days: by which rule a leader receives visitors, and the days that come of it. Each day is a proceeding, so
//! that whoever does not sit owes it still.

use huiyin_domain::beginning::{Start, begin_by};
use huiyin_domain::clock::ClockState;
use huiyin_domain::event::EventActor;
use huiyin_domain::ids::{ClockId, OfficerId, ProceedingId, UnitId};
use huiyin_domain::kind::ProceedingKind;
use huiyin_domain::payload::{Field, Payload};
use huiyin_domain::procedure::{BeginRule, RuleBook};
use huiyin_domain::text;
use huiyin_storage::{Changes, Expected, Record, RecordWrite, StoreError, Table, terms};
use jiff::ToSpan;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

use super::come::{self, ComingRow};
use super::{hall, record};
use crate::access::{Action, require};
use crate::acts;
use crate::error::{AppError, FormError, Result};
use crate::office::{Office, Setting, Staff};
use crate::proceedings;
use crate::seal::seal;
use crate::security::{Act, Entry};

/// Months for which days are published beforehand: this one and the next.
const MONTHS: i32 = 2;
/// Days ahead that are shown: those of the rules, and what was set by hand beyond them.
const AHEAD: i32 = 92;
/// Rules of one hall, at most.
const RULES: usize = 60;
/// Characters of a line, at most.
const LINE: usize = 60;

/// On which days a leader receives visitors, where and for what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeaderRule {
    /// The unit whose leader sits.
    pub by: UnitId,
    /// Who; `None`: whoever holds the post.
    pub officer: Option<OfficerId>,
    /// Which weekday of the month: the first to the fourth.
    pub week: i8,
    /// The weekday, 1 for Monday to 7.
    pub weekday: i8,
    /// Hours, as they are published.
    pub hours: String,
    /// Where.
    pub place: String,
    /// The field the leader is in charge of.
    pub topic: String,
    /// The first day it holds for.
    pub from: Date,
}

impl Record for LeaderRule {
    const TABLE: Table = Table::LeaderRule;
    /// The unit of the hall and the id.
    type Key = (UnitId, String);
}

impl LeaderRule {
    /// Its day in the month of a day; `None` where it does not hold yet.
    fn day_in(&self, month: Date) -> Option<Date> {
        let weekday = jiff::civil::Weekday::from_monday_one_offset(self.weekday).ok()?;
        month.nth_weekday_of_month(self.week, weekday).ok().filter(|day| *day >= self.from)
    }

    /// Its days from one to another, in order.
    fn days(&self, from: Date, until: Date) -> Vec<Date> {
        let mut month = from.first_of_month();
        let mut out = Vec::new();
        while month <= until {
            out.extend(self.day_in(month).filter(|day| (from..=until).contains(day)));
            let Ok(next) = month.checked_add(1.month()) else { break };
            month = next;
        }
        out
    }
}

/// The beginning of the pack for a leader's day: the one an officer enters with a unit and a day.
pub fn beginning(book: &RuleBook) -> Option<&BeginRule> {
    let takes = |rule: &BeginRule, field| rule.needs.iter().any(|n| n.field == field);
    book.begins.iter().find(|b| !b.public && !b.for_named && takes(b, Field::DueOn) && takes(b, Field::ToUnit))
}

/// Leaders' days of a hall from today on, also those that were called off, in the order of the days.
///
/// # Errors
/// As the store.
#[crate::boxed]
pub async fn published(office: &Office, unit: &UnitId) -> Result<Vec<(Date, ComingRow)>> {
    let begin = hall::rules(office).and_then(|(book, _)| beginning(&book).map(|b| b.id.clone()));
    let today = office.now().today();
    let all = come::between(office, unit, today, today.saturating_add(AHEAD.days())).await?;
    Ok(all.into_iter().filter(|(_, row)| Some(&row.begin) == begin.as_ref()).collect())
}

/// What became of what was promised on the leaders' days of one unit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Share {
    /// Days on which a leader sat.
    pub sat: usize,
    /// Days that passed and on which nobody did.
    pub missed: usize,
    /// Promises that were made.
    pub promised: usize,
    /// Of these, kept in time.
    pub kept: usize,
    /// Kept late, or late and open.
    pub late: usize,
}

/// What was promised on the leaders' days of a hall in the last year, and kept, by the unit whose leader sat.
///
/// # Errors
/// As the store.
#[crate::boxed]
pub async fn shares(office: &Office, unit: &UnitId) -> Result<BTreeMap<UnitId, Share>> {
    let Some((book, _)) = hall::rules(office) else { return Ok(BTreeMap::new()) };
    let Some(begin) = beginning(&book) else { return Ok(BTreeMap::new()) };
    // What is promised is owed on the day that was promised; what is signed for has a period of its own.
    let on_its_day = |id: &&ClockId| book.clock(id).is_some_and(|c| c.length.is_none());
    let promises: BTreeSet<&ClockId> =
        book.moves.iter().filter(|m| record::is_promise(m)).flat_map(|m| m.start.iter()).filter(on_its_day).collect();
    let today = office.now().today();
    let mut out: BTreeMap<UnitId, Share> = BTreeMap::new();
    for (id, row) in come::with_ids(office, unit, today.saturating_sub(1.year()), today).await? {
        let Some(by) = row.coming.by.filter(|_| row.begin == begin.id) else { continue };
        let Some(day) = proceedings::by_id(office, &id).await? else { continue };
        let share = out.entry(by).or_default();
        for clock in &day.clocks {
            let (done, late) = match clock.state() {
                ClockState::Discharged { late, .. } => (true, late),
                ClockState::Breached { .. } => (false, true),
                ClockState::Running | ClockState::Closed { .. } | ClockState::Lapsed { .. } => (false, false),
            };
            if promises.contains(&clock.rule) {
                share.promised += 1;
                share.kept += usize::from(done && !late);
                share.late += usize::from(late);
            } else if begin.clocks.contains(&clock.rule) {
                share.sat += usize::from(done);
                share.missed += usize::from(!done && late);
            }
        }
    }
    Ok(out)
}

/// The rules of the officer's hall, by id.
///
/// # Errors
/// As the store.
#[crate::boxed]
pub async fn rules_of(office: &Office, unit: &UnitId) -> Result<Vec<(String, LeaderRule)>> {
    let all = office.select_all::<LeaderRule>(&[unit]).await?;
    Ok(all.into_iter().map(|((_, id), rule)| (id, rule)).collect())
}

/// Adds a rule to the officer's hall; its days begin at once.
///
/// # Errors
/// [`AppError::Form`] names what is wrong; [`AppError::NotAllowed`] for who does not keep the hall.
#[crate::boxed]
pub async fn add(office: &Office, staff: &Staff, mut rule: LeaderRule) -> Result<u64> {
    require(staff, Action::KeepHall)?;
    let unit = staff.officer.unit.clone();
    hall::open_to_visitors(office, &unit).await?;
    let directory = office.directory().await?;
    let mut errors = Vec::new();
    for (field, line) in [("by_when", &mut rule.hours), ("where_to", &mut rule.place), ("topic", &mut rule.topic)] {
        *line = text::line(line);
        if text::is_blank(line) {
            errors.push(FormError::new(field, "fault-missing"));
        } else if line.chars().count() > LINE {
            errors.push(FormError::with(field, "fault-too-long", LINE));
        }
    }
    if !(1..=4).contains(&rule.week) || !(1..=7).contains(&rule.weekday) {
        errors.push(FormError::new("weekday", "fault-leader-day"));
    }
    if !directory.unit(&rule.by).is_some_and(|u| u.active && !directory.is_outside(&u.id)) {
        errors.push(FormError::new("to_unit", "fault-leader-unit"));
    } else if rule.officer.as_ref().is_some_and(|o| !directory.heads(o, &rule.by)) {
        errors.push(FormError::new("officer", "fault-leader-officer"));
    }
    if rules_of(office, &unit).await?.len() >= RULES {
        errors.push(FormError::with("weekday", "fault-too-many", RULES));
    }
    if !errors.is_empty() {
        return Err(AppError::Form(errors));
    }
    let id = office.new_id();
    let entry = Entry::new(office, Act::HallChanged, Some(&staff.officer.id)).with(&rule.topic);
    acts::put(office, &[entry], vec![RecordWrite::put(&(unit.clone(), id.clone()), &rule)?]).await?;
    begin_days(office, &unit, &id, &rule).await
}

/// Takes a rule away; days that are published stay.
///
/// # Errors
/// [`AppError::NotAllowed`] for who does not keep the hall.
#[crate::boxed]
pub async fn remove(office: &Office, staff: &Staff, id: &str) -> Result<()> {
    require(staff, Action::KeepHall)?;
    let key = (staff.officer.unit.clone(), id.to_owned());
    let rule = office.find::<LeaderRule>(&key).await?.ok_or(AppError::NotFound)?;
    let entry = Entry::new(office, Act::HallChanged, Some(&staff.officer.id)).with(&rule.topic);
    acts::put(office, &[entry], vec![RecordWrite::remove::<LeaderRule>(&key)]).await
}

/// Publishes what the rules of all halls say for this month and the next; once a day, and running it twice begins
/// nothing more. Returns how many days began.
///
/// # Errors
/// As the store; what began stays, and the rest begins next time.
pub(crate) async fn begin_due(office: &Office) -> Result<u64> {
    let today = office.now().today();
    let worked = office.setting(WORKED).await?.and_then(|s| s.text().and_then(|d| d.parse::<Date>().ok()));
    if worked.is_some_and(|day| day >= today) {
        return Ok(0);
    }
    let (mut begun, mut failed) = (0, None);
    for ((unit, id), rule) in office.select_all::<LeaderRule>(&[]).await? {
        // One failure does not stop the rest; all of it is tried again, and what began is not begun twice.
        match begin_days(office, &unit, &id, &rule).await {
            Ok(new) => begun += new,
            Err(error) => drop(failed.get_or_insert(error)),
        }
    }
    if let Some(error) = failed {
        return Err(error);
    }
    office.write(vec![Setting::put(WORKED, today.to_string())?]).await?;
    Ok(begun)
}

/// The day on which the rules were worked last.
const WORKED: &str = "calendar:leaders";

async fn begin_days(office: &Office, unit: &UnitId, id: &str, rule: &LeaderRule) -> Result<u64> {
    let Some((book, _)) = hall::rules(office) else { return Ok(0) };
    let directory = office.directory().await?;
    let there = |u: &UnitId| directory.unit(u).is_some_and(|u| u.active);
    if !there(unit) || !there(&rule.by) {
        return Ok(0);
    }
    let ground = office.ground(&book.id).await?;
    let today = office.now().today();
    let until = today.first_of_month().saturating_add(MONTHS.months()).yesterday().unwrap_or(today);
    let mut begun = 0;
    for day in rule.days(today, until) {
        // On a holiday nobody receives; the page of the days names it.
        if !ground.calendar.day(day).rest {
            begun += u64::from(begin_day(office, unit, (id, rule), day).await?);
        }
    }
    Ok(begun)
}

/// Days a rule names on which the office is closed, so that another is to be set by hand.
///
/// # Errors
/// As the store.
#[crate::boxed]
pub async fn closed_days(office: &Office, unit: &UnitId) -> Result<Vec<(Date, LeaderRule)>> {
    let Some((book, _)) = hall::rules(office) else { return Ok(Vec::new()) };
    let ground = office.ground(&book.id).await?;
    let today = office.now().today();
    let until = today.first_of_month().saturating_add(MONTHS.months()).yesterday().unwrap_or(today);
    let mut out = Vec::new();
    for (_, rule) in rules_of(office, unit).await? {
        let closed = rule.days(today, until).into_iter().filter(|day| ground.calendar.day(*day).rest);
        out.extend(closed.map(|day| (day, rule.clone())));
    }
    Ok(out)
}

/// Begins one day; `false` when it was begun before.
async fn begin_day(office: &Office, unit: &UnitId, (id, rule): (&str, &LeaderRule), day: Date) -> Result<bool> {
    let Some((book, _)) = hall::rules(office) else { return Ok(false) };
    let Some(begin) = beginning(&book) else { return Ok(false) };
    let ground = office.ground(&book.id).await?;
    let officer = rule.officer.clone().filter(|o| ground.directory.heads(o, &rule.by));
    let payload = Payload::from_pairs([
        (Field::ToUnit, rule.by.to_string()),
        (Field::Officer, officer.map(|o| o.to_string()).unwrap_or_default()),
        (Field::DueOn, day.to_string()),
        (Field::ByWhen, rule.hours.clone()),
        (Field::WhereTo, rule.place.clone()),
        (Field::Topic, rule.topic.clone()),
    ]);
    // The number says which it is, and no number is given twice: two sweeps at once begin it once.
    let letter = proceedings::letter(ProceedingKind::Reception);
    let short: String = id.chars().filter(char::is_ascii_alphanumeric).rev().take(12).collect();
    let with = Start {
        id: ProceedingId(office.new_id()),
        number: format!("{letter}{day}-{short}"),
        title: format!("{}：{}", begin.title_in(&ground.book.binding, day), rule.topic),
        on: office.now().today(),
        unit: unit.clone(),
        links: Vec::new(),
        ticket: None,
    };
    let (begun, events) = begin_by(ground.rules(), begin, with, &payload, EventActor::Clock, &office.now())?;
    let index = terms::index_terms(&[begun.title.as_str()]);
    let mut changes = Changes::new(office.tenant().clone());
    seal(&mut changes, &ground, begun, events, payload.split().words, Expected::New, Some(index))?;
    match office.store().commit(changes).await {
        Ok(()) => Ok(true),
        Err(StoreError::ChangedMeanwhile | StoreError::AlreadyThere(_)) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_rule_names_one_day_of_each_month_from_its_first_on() {
        let rule = LeaderRule {
            by: UnitId::new("x"),
            officer: None,
            week: 2,
            weekday: 2,
            hours: String::new(),
            place: String::new(),
            topic: String::new(),
            from: date(2026, 1, 14),
        };
        let days = rule.days(date(2026, 1, 1), date(2026, 4, 13));
        assert_eq!(days, [date(2026, 2, 10), date(2026, 3, 10)], "January's was before, April's is after");
    }
}
