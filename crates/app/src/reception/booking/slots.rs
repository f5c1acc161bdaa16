//! Which times of a hall are free: within its hours, on days on which it receives, as far as somebody of the
//! unit sits in a post that receives then, without those kept for visitors who do not book.

use std::collections::BTreeMap;

use huiyin_domain::hall::slot::Slot;
use huiyin_domain::ids::UnitId;
use huiyin_domain::payload::Field;
use huiyin_domain::posts::Power;
use huiyin_domain::procedure::BookingRule;
use huiyin_domain::unit::Directory;
use huiyin_storage::Wanted;
use jiff::civil::{Date, Time};
use jiff::{Timestamp, ToSpan};

use super::plan::{self, BookingPlan};
use crate::error::{AppError, FormError, Result};
use crate::office::{Ground, Office};
use crate::projection::SlotRow;
use crate::reception::hall::{self, Hall};

/// Rows read at once.
const PAGE: u32 = 1_000;

/// A time and how many places of it are free.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FreeTime {
    /// When it begins.
    pub time: Time,
    /// Free places.
    pub free: u32,
}

/// The times of a day that can be booked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DaySlots {
    /// The day.
    pub day: Date,
    /// Why nobody is received on it, where the office said so.
    pub closed: Option<String>,
    /// Times in order, also those that are full.
    pub times: Vec<FreeTime>,
}

impl DaySlots {
    /// Free places of the whole day.
    pub fn free(&self) -> u32 {
        self.times.iter().map(|t| t.free).sum()
    }
}

/// What decides which times there are.
struct Offer {
    hall: Hall,
    plan: BookingPlan,
    rule: BookingRule,
    ground: Ground,
}

impl Offer {
    /// Places of a time that are there for booking: as many as somebody sits for, without the windows of the others.
    fn places(&self, directory: &Directory, unit: &UnitId, at: Timestamp) -> u32 {
        let receives = |o: &&huiyin_domain::unit::Officer| {
            o.active && &o.unit == unit && directory.vocabulary.may(&o.posts_at(at), Power::Work)
        };
        let seated = directory.officers.iter().filter(receives).count().min(self.hall.windows.len());
        let seated = u32::try_from(seated).unwrap_or(u32::MAX);
        let windows = u32::try_from(self.hall.windows.len()).unwrap_or(u32::MAX);
        seated.saturating_sub(windows.saturating_sub(self.plan.at_once).max(1)).min(self.plan.at_once)
    }
}

/// What a hall offers; `None` where nothing can be booked.
async fn offer(office: &Office, unit: &UnitId) -> Result<Option<Offer>> {
    let hall = hall::open_to_visitors(office, unit).await?;
    let Some((book, queue)) = hall::rules(office) else { return Ok(None) };
    let (Some(rule), Some(plan)) = (queue.booking, plan::of_unit(office, unit).await?) else { return Ok(None) };
    if !plan.open {
        return Ok(None);
    }
    let ground = office.ground(&book.id).await?;
    Ok(Some(Offer { hall, plan, rule, ground }))
}

/// Whether times of a hall can be booked at all.
///
/// # Errors
/// [`AppError::NotFound`] where there is no hall.
#[crate::boxed]
pub async fn can_be_booked(office: &Office, unit: &UnitId) -> Result<bool> {
    Ok(offer(office, unit).await?.is_some())
}

/// The days on which times can be booked, from today on. Days on which the office rests are left out, those on which
/// the hall is closed say why. Empty where nothing can be booked.
///
/// # Errors
/// [`AppError::NotFound`] where there is no hall.
#[crate::boxed]
pub async fn days(office: &Office, unit: &UnitId) -> Result<Vec<DaySlots>> {
    let Some(offer) = offer(office, unit).await? else { return Ok(Vec::new()) };
    let today = office.now().today();
    let last = today.saturating_add(i64::from(offer.rule.days_ahead).days());
    let taken = taken(office, unit, today, last).await?;
    let directory = office.directory().await?;
    let days = std::iter::successors(Some(today), |d| d.tomorrow().ok()).take_while(|d| *d <= last);
    Ok(days
        .filter(|day| !offer.ground.calendar.day(*day).rest)
        .map(|day| of_day(office, unit, &offer, &directory, day, &taken))
        .collect())
}

fn of_day(
    office: &Office,
    unit: &UnitId,
    offer: &Offer,
    directory: &Directory,
    day: Date,
    taken: &BTreeMap<(Date, Slot), SlotRow>,
) -> DaySlots {
    let closed = offer.plan.closures.get(&day).cloned();
    let now = office.now();
    let times = if closed.is_some() { Vec::new() } else { offer.plan.times() };
    let times = times
        .into_iter()
        .filter_map(|time| {
            let at = Slot { time, place: 1 }.begins(day, &now.zone)?;
            let used = taken.keys().filter(|(on, slot)| *on == day && slot.time == time).count();
            let free = offer.places(directory, unit, at).saturating_sub(u32::try_from(used).unwrap_or(u32::MAX));
            (at > now.at).then_some(FreeTime { time, free })
        })
        .collect();
    DaySlots { day, closed, times }
}

/// What is booked in a hall from a day to another.
///
/// # Errors
/// As the store.
pub(super) async fn taken(
    office: &Office,
    unit: &UnitId,
    from: Date,
    until: Date,
) -> Result<BTreeMap<(Date, Slot), SlotRow>> {
    let mut out = BTreeMap::new();
    let mut after = (unit.clone(), from, String::new());
    loop {
        let page = office.select::<SlotRow>(Wanted::first(PAGE).within(&[unit]).after(&after)).await?;
        let full = page.len() >= usize::try_from(PAGE).unwrap_or(usize::MAX);
        for (key, row) in page {
            if key.1 > until {
                return Ok(out);
            }
            if let Some(slot) = Slot::typed(&key.2) {
                out.insert((key.1, slot), row);
            }
            after = key;
        }
        if !full {
            return Ok(out);
        }
    }
}

/// Fills in a free place of the time that was chosen. What is no day or time stays as it was typed; the check of fields
/// names it.
///
/// # Errors
/// [`AppError::Form`] says why the time cannot be booked.
pub(super) async fn find_place(office: &Office, unit: &UnitId, fields: &mut BTreeMap<String, String>) -> Result<()> {
    let text = |field: Field| fields.get(&field.word()).map(String::as_str).unwrap_or_default();
    let day = huiyin_domain::text::days::day(text(Field::DueOn)).ok();
    let (Some(day), Some(slot)) = (day, Slot::typed(text(Field::Slot))) else { return Ok(()) };
    let fault = |fault| AppError::Form(vec![FormError::new("slot", fault)]);
    let offer = offer(office, unit).await?.ok_or_else(|| fault("fault-slot-not-booked"))?;
    let now = office.now();
    let last = now.today().saturating_add(i64::from(offer.rule.days_ahead).days());
    if slot.begins(day, &now.zone).is_none_or(|at| at <= now.at) {
        return Err(fault("fault-slot-over"));
    }
    if day > last {
        return Err(AppError::Form(vec![FormError::with("slot", "fault-slot-far", offer.rule.days_ahead)]));
    }
    if let Some(why) = offer.plan.closures.get(&day) {
        return Err(AppError::Form(vec![FormError::with("slot", "fault-slot-closed", why)]));
    }
    if offer.ground.calendar.day(day).rest || !offer.plan.times().contains(&slot.time) {
        return Err(fault("fault-slot-none"));
    }
    let taken = taken(office, unit, day, day).await?;
    let directory = office.directory().await?;
    let places = slot.begins(day, &now.zone).map_or(0, |at| offer.places(&directory, unit, at));
    let used = taken.keys().filter(|(_, s)| s.time == slot.time).count();
    let free = (1..=places).map(|place| Slot { place, ..slot }).find(|s| !taken.contains_key(&(day, *s)));
    // Fewer sit then than were booked for: nobody more is taken.
    let free = free.filter(|_| used < usize::try_from(places).unwrap_or(usize::MAX));
    let free = free.ok_or_else(|| fault("fault-slot-taken"))?;
    fields.insert(Field::DueOn.word(), day.to_string());
    fields.insert(Field::Slot.word(), free.to_string());
    Ok(())
}
