//! Bookings at the desk and at the tablet: who is expected, who has come, who has not, and a day on which nobody can be
//! received.

use std::collections::BTreeMap;

use huiyin_domain::hall::slot::Slot;
use huiyin_domain::ids::UnitId;
use huiyin_domain::payload::Field;
use huiyin_domain::procedure::{MoveRule, Verb};
use huiyin_domain::proceeding::Actor;
use huiyin_domain::subject::Subject;
use huiyin_storage::Changes;
use jiff::ToSpan;
use jiff::civil::Date;

use super::{plan, slots};
use crate::access::{Action, require};
use crate::error::{AppError, FormError, Result};
use crate::office::{Ground, Office, Staff};
use crate::proceedings;
use crate::projection::{SlotRow, Ticket};
use crate::reception::hall;
use crate::step::Move;

/// Bookings a tablet shows, at most: what fits on it.
const NEAR: usize = 11;

/// Somebody who is booked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    /// The day.
    pub day: Date,
    /// Time and place.
    pub slot: Slot,
    /// The booking.
    pub row: SlotRow,
}

impl Expected {
    /// She has neither come nor stayed away so far.
    pub fn is_open(&self) -> bool {
        self.row.ticket.is_none() && !self.row.over
    }
}

/// Who is booked in the hall of a unit on a day, in the order of the times.
///
/// # Errors
/// As the store.
#[crate::boxed]
pub async fn of_day(office: &Office, unit: &UnitId, day: Date) -> Result<Vec<Expected>> {
    between(office, unit, day, day).await
}

/// The same from a day to another.
pub(crate) async fn between(office: &Office, unit: &UnitId, from: Date, until: Date) -> Result<Vec<Expected>> {
    let all = slots::taken(office, unit, from, until).await?;
    Ok(all.into_iter().map(|((day, slot), row)| Expected { day, slot, row }).collect())
}

/// Who was booked on a day before and of whom nobody has said whether she came.
///
/// # Errors
/// As the store.
#[crate::boxed]
pub async fn left_open(office: &Office, unit: &UnitId) -> Result<Vec<Expected>> {
    let today = office.now().today();
    let yesterday = today.yesterday().unwrap_or(today);
    let behind = hall::booking_rule(office).map_or(0, |rule| i64::from(rule.open_days));
    let all = slots::taken(office, unit, today.saturating_sub(behind.days()), yesterday).await?;
    let all = all.into_iter().map(|((day, slot), row)| Expected { day, slot, row });
    Ok(all.filter(Expected::is_open).collect())
}

/// Who is booked about now and has not come yet: what a tablet offers to be touched.
///
/// # Errors
/// As the store.
#[crate::boxed]
pub async fn near(office: &Office, unit: &UnitId) -> Result<Vec<Expected>> {
    let now = office.now();
    let all = of_day(office, unit, now.today()).await?.into_iter().filter(Expected::is_open);
    let far =
        |e: &Expected| e.slot.begins(e.day, &now.zone).map_or(i64::MAX, |at| at.duration_since(now.at).abs().as_mins());
    let minutes = hall::booking_rule(office).map_or(0, |rule| i64::from(rule.near_minutes));
    let mut near: Vec<Expected> = all.filter(|e| far(e) <= minutes).collect();
    near.sort_by_key(far);
    near.truncate(NEAR);
    near.sort_by_key(|e| (e.day, e.slot));
    Ok(near)
}

/// Whoever has booked is there and is given a ticket at the counter. Pressed twice it is the same ticket.
///
/// # Errors
/// [`AppError::NotFound`] where there is no such booking in this hall, [`AppError::Closed`] on another day.
#[crate::boxed]
pub async fn arrive(office: &Office, staff: &Staff, number: &str) -> Result<Ticket> {
    require(staff, Action::Receive)?;
    let visit = booked(office, &staff.officer.unit, number).await?;
    arrived(office, visit, &staff.actor(), Some(staff)).await
}

/// The same at a tablet of the hall.
///
/// # Errors
/// As [`arrive`].
#[crate::boxed]
pub async fn arrive_at_tablet(office: &Office, unit: &UnitId, number: &str) -> Result<Ticket> {
    let visit = booked(office, unit, number).await?;
    arrived(office, visit, &Actor::Petitioner, None).await
}

async fn arrived(office: &Office, visit: Subject, actor: &Actor, staff: Option<&Staff>) -> Result<Ticket> {
    if let Some(ticket) = ticket_of(office, &visit).await? {
        return Ok(ticket);
    }
    let unit = visit.holder.clone();
    if !hall::open_to_visitors(office, &unit).await?.open {
        return Err(AppError::Form(vec![FormError::new("service", "fault-hall-closed")]));
    }
    let ground = office.ground(&visit.pack).await?;
    let rule = move_of(&ground, &visit, actor, Verb::Arrive)?.clone();
    let (_, queue) = hall::rules(office).ok_or(AppError::NotFound)?;
    let service = queue.booking.map(|b| b.service).unwrap_or_default();
    let letter = queue.letters.get(&service).cloned().unwrap_or_default();
    let ticket = crate::reception::ticket::next(office, &unit, &letter).await?;
    let id = visit.id.clone();
    let step = Move {
        id: rule.id.0.clone(),
        fields: BTreeMap::from([(Field::Ticket.word(), ticket)]),
        version: Some(visit.version),
        in_hall: true,
        ..Move::default()
    };
    let changes = Changes::new(office.tenant().clone());
    match proceedings::act_as(office, visit, actor, staff, step, changes).await {
        Ok(done) => ticket_of(office, &done).await?.ok_or(AppError::NotFound),
        // Pressed twice at the same moment: the other one gave the ticket.
        Err(AppError::ChangedMeanwhile) => {
            let visit = proceedings::by_id(office, &id).await?.ok_or(AppError::NotFound)?;
            ticket_of(office, &visit).await?.ok_or(AppError::ChangedMeanwhile)
        }
        Err(error) => Err(error),
    }
}

/// The ticket of a visit whose visitor has come.
async fn ticket_of(office: &Office, visit: &Subject) -> Result<Option<Ticket>> {
    let Some(place) = visit.reception().and_then(|r| r.place()) else { return Ok(None) };
    let day = place.came.map_or(visit.received_on, |(day, _)| day);
    let hall = place.hall.clone().unwrap_or_else(|| visit.holder.clone());
    office.find::<Ticket>(&(hall, day, place.ticket.clone())).await
}

/// A booking of a hall by its number.
async fn booked(office: &Office, unit: &UnitId, number: &str) -> Result<Subject> {
    let plain = proceedings::parsed(number).ok_or(AppError::NotFound)?;
    let found = office.store().proceeding_by_number(office.tenant(), &plain).await?;
    let is_here = |s: &Subject| &s.holder == unit && s.reception().is_some_and(|r| r.booked().is_some());
    found.filter(is_here).ok_or(AppError::NotFound)
}

/// The move of a verb that is there for a booking in its state.
fn move_of<'a>(ground: &'a Ground, visit: &Subject, actor: &Actor, verb: Verb) -> Result<&'a MoveRule> {
    let petitioner = matches!(actor, Actor::Petitioner);
    let by = |m: &MoveRule| m.by.contains(&huiyin_domain::procedure::Relation::Petitioner) == petitioner;
    let of = |m: &&MoveRule| m.verb == verb && m.from.contains(&visit.state);
    let all = || ground.book.moves.iter().filter(of);
    all().find(|m| by(m)).or_else(|| all().next()).ok_or(AppError::ChangedMeanwhile)
}

/// Nobody came at the time that was booked.
///
/// # Errors
/// [`AppError::NotFound`] where there is no such booking, [`AppError::Closed`] before the day.
#[crate::boxed]
pub async fn not_come(office: &Office, staff: &Staff, number: &str) -> Result<()> {
    require(staff, Action::Receive)?;
    let visit = booked(office, &staff.officer.unit, number).await?;
    let ground = office.ground(&visit.pack).await?;
    let rule = move_of(&ground, &visit, &staff.actor(), Verb::Leave)?;
    let step = Move { id: rule.id.0.clone(), version: Some(visit.version), ..Move::default() };
    proceedings::act(office, staff, &visit.number, step).await.map(|_| ())
}

/// Cancels what is booked on a day on which nobody can be received. Whoever is booked reads the reason, and is to be
/// told. What was cancelled stays so when one of them fails; sent again it goes on with the rest.
///
/// # Errors
/// [`AppError::Form`] without a reason; [`AppError::NotAllowed`] for who does not keep the hall.
#[crate::boxed]
pub async fn cancel_day(office: &Office, staff: &Staff, day: Date, reason: &str) -> Result<u64> {
    require(staff, Action::KeepHall)?;
    let unit = &staff.officer.unit;
    if huiyin_domain::text::is_blank(reason) {
        return Err(AppError::Form(vec![FormError::new("reason", "fault-missing")]));
    }
    // Nobody books it meanwhile.
    plan::close_day(office, staff, day, reason).await?;
    let mut done = 0;
    for expected in of_day(office, unit, day).await?.into_iter().filter(Expected::is_open) {
        let visit = booked(office, unit, &expected.row.number).await?;
        let ground = office.ground(&visit.pack).await?;
        // She has called it off herself, or has come.
        let Ok(rule) = move_of(&ground, &visit, &staff.actor(), Verb::CallOff) else { continue };
        let step = Move {
            id: rule.id.0.clone(),
            fields: BTreeMap::from([(Field::Reason.word(), reason.to_owned())]),
            version: Some(visit.version),
            ..Move::default()
        };
        match proceedings::act(office, staff, &visit.number, step).await {
            Ok(_) => done += 1,
            // She has called it off herself, or has come.
            Err(AppError::ChangedMeanwhile) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(done)
}
