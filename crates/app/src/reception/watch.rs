//! Sees to it that somebody is at the desk while a hall receives: an empty desk is a duty of the unit's head, begun by
//! itself once a day and hall, done when somebody sits down.

use huiyin_domain::beginning::{Start, begin_by};
use huiyin_domain::event::EventActor;
use huiyin_domain::ids::{ProceedingId, UnitId};
use huiyin_domain::kind::ProceedingKind;
use huiyin_domain::payload::{Field, Payload};
use huiyin_domain::procedure::{BeginRule, RuleBook, Verb};
use huiyin_storage::{Changes, Expected, StoreError, terms};
use jiff::civil::Date;

use super::booking::BookingPlan;
use super::{hall, sitting};
use crate::error::Result;
use crate::office::{Office, Staff};
use crate::proceedings;
use crate::seal::seal;
use crate::step::Move;

/// The beginning of a pack that nobody enters and no calendar begins: an empty desk.
pub(crate) fn beginning(book: &RuleBook) -> Option<&BeginRule> {
    book.begins.iter().find(|b| b.needs.is_empty() && b.every.is_none() && !b.public)
}

fn number(unit: &UnitId, day: Date) -> String {
    format!("{}{day}-{unit}", proceedings::letter(ProceedingKind::Reception))
}

/// Begins what is owed where a hall that receives now has nobody at any window. Returns how many began.
///
/// # Errors
/// As the store, once every hall was looked at; what began stays.
pub(crate) async fn begin_due(office: &Office) -> Result<u64> {
    let Some((book, _)) = hall::rules(office) else { return Ok(0) };
    let (mut begun, mut failed) = (0, None);
    for ((unit,), plan) in office.select_all::<BookingPlan>(&[]).await? {
        match look(office, &book, &unit, &plan).await {
            Ok(new) => begun += u64::from(new),
            Err(error) => drop(failed.get_or_insert(error)),
        }
    }
    failed.map_or(Ok(begun), Err)
}

/// Looks at one desk; `true` when it was found empty for the first time today.
async fn look(office: &Office, book: &RuleBook, unit: &UnitId, plan: &BookingPlan) -> Result<bool> {
    let Some(begin) = beginning(book) else { return Ok(false) };
    let now = office.now();
    let today = now.today();
    if !plan.receives_at(now.at.to_zoned_datetime(now.zone.clone()).time()) || plan.closures.contains_key(&today) {
        return Ok(false);
    }
    let ground = office.ground(&book.id).await?;
    let open = hall::of_unit(office, unit).await?.is_some_and(|hall| hall.open);
    let there = ground.directory.unit(unit).is_some_and(|u| u.active);
    if ground.calendar.day(today).rest || !open || !there {
        return Ok(false);
    }
    if let Some((_, officer)) = sitting::of_today(office, unit).await?.first() {
        // Whoever sat down while the desk was being looked at.
        if let Some(officer) = ground.directory.officer(officer).filter(|o| &o.unit == unit) {
            staffed(office, &Staff::from_officer(officer.clone(), &ground.directory)).await?;
        }
        return Ok(false);
    }
    let with = Start {
        id: ProceedingId(office.new_id()),
        number: number(unit, today),
        title: begin.title_in(&ground.book.binding, today),
        on: today,
        unit: unit.clone(),
        links: Vec::new(),
        ticket: None,
    };
    let (empty, events) = begin_by(ground.rules(), begin, with, &Payload::default(), EventActor::Clock, &now)?;
    let index = terms::index_terms(&[empty.title.as_str()]);
    let mut changes = Changes::new(office.tenant().clone());
    seal(&mut changes, &ground, empty, events, Payload::default(), Expected::New, Some(index))?;
    match office.store().commit(changes).await {
        Ok(()) => Ok(true),
        // Its number says the hall and the day: it was begun before.
        Err(StoreError::ChangedMeanwhile | StoreError::AlreadyThere(_)) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Somebody has sat down: what was owed for the empty desk is done.
///
/// # Errors
/// As the store.
pub(super) async fn staffed(office: &Office, staff: &Staff) -> Result<()> {
    let number = number(&staff.officer.unit, office.now().today());
    let found = office.store().proceeding_by_number(office.tenant(), &number).await?;
    let Some(empty) = found.filter(|s| s.holder == staff.officer.unit && !s.owed().is_empty()) else { return Ok(()) };
    let ground = office.ground(&empty.pack).await?;
    let done = |m: &&huiyin_domain::procedure::MoveRule| m.verb == Verb::Record && !m.discharge.is_empty();
    let rule = ground.book.moves.iter().filter(|m| m.from.contains(&empty.state)).find(done);
    let Some(rule) = rule else { return Ok(()) };
    let said = office.wording().text(office.binding(), "desk-sat-down", &[]);
    let fields = std::collections::BTreeMap::from([(Field::Summary.word(), said)]);
    let step = Move { id: rule.id.0.clone(), fields, version: Some(empty.version), ..Move::default() };
    proceedings::act(office, staff, &number, step).await.map(|_| ())
}
