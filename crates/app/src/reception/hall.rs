//! A hall as its unit keeps it: whether it is open, its windows and rooms, and what each of them is for.

use huiyin_domain::ids::UnitId;
use huiyin_domain::kind::ProceedingKind;
use huiyin_domain::payload::Field;
use huiyin_domain::procedure::{BookingRule, QueueRule, RuleBook};
use huiyin_domain::text;
use huiyin_storage::{Record, RecordWrite, Table};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::Arc;

use crate::access::{Action, require};
use crate::acts;
use crate::error::{AppError, FormError, Result};
use crate::office::{Office, Staff};
use crate::security::{Act, Entry};

/// Windows and rooms of one hall, at most.
const WINDOWS: usize = 40;
/// Characters of a window's name, at most: it is read at five metres.
const NAME: usize = 20;

/// A hall where visitors are received.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hall {
    /// Tickets are given.
    pub open: bool,
    /// Windows and rooms, by number.
    pub windows: Vec<Window>,
}

/// A window or room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// Its number: what is called out.
    pub number: u32,
    /// What stands over it, such as 2号窗口 or 接谈室; empty: its number.
    pub name: String,
    /// The services it is for; empty: all.
    pub services: BTreeSet<String>,
}

impl Record for Hall {
    const TABLE: Table = Table::Hall;
    type Key = (UnitId,);
}

impl Hall {
    /// The window of a number.
    pub fn window(&self, number: u32) -> Option<&Window> {
        self.windows.iter().find(|w| w.number == number)
    }
}

impl Window {
    /// Whether visitors for a service are called here.
    pub fn serves(&self, service: &str) -> bool {
        self.services.is_empty() || self.services.contains(service)
    }
}

/// The pack of today under which visitors are received, and how they are called; `None` where no pack says it.
pub fn rules(office: &Office) -> Option<(Arc<RuleBook>, QueueRule)> {
    let books = office.packs_beside(ProceedingKind::Reception);
    books.into_iter().find_map(|book| book.queue.clone().map(|queue| (book, queue)))
}

/// How times are booked; `None`: they are not.
pub(super) fn booking_rule(office: &Office) -> Option<BookingRule> {
    rules(office).and_then(|(_, queue)| queue.booking)
}

/// The hall of a unit; `None` where it has none.
///
/// # Errors
/// As the store.
#[crate::boxed]
pub async fn of_unit(office: &Office, unit: &UnitId) -> Result<Option<Hall>> {
    office.find::<Hall>(&(unit.clone(),)).await
}

/// The units that have a hall, where visitors are received at all.
///
/// # Errors
/// As the store.
#[crate::boxed]
pub async fn units(office: &Office) -> Result<BTreeSet<UnitId>> {
    if rules(office).is_none() {
        return Ok(BTreeSet::new());
    }
    Ok(office.select_all::<Hall>(&[]).await?.into_iter().map(|((unit,), _)| unit).collect())
}

/// A hall a visitor can come to: its unit is in use.
///
/// # Errors
/// [`AppError::NotFound`] where there is none.
#[crate::boxed]
pub async fn open_to_visitors(office: &Office, unit: &UnitId) -> Result<Hall> {
    let directory = office.directory().await?;
    if !directory.unit(unit).is_some_and(|u| u.active) || rules(office).is_none() {
        return Err(AppError::NotFound);
    }
    of_unit(office, unit).await?.ok_or(AppError::NotFound)
}

/// Sets up or changes the hall of the officer's unit.
///
/// # Errors
/// [`AppError::Form`] names what is wrong; [`AppError::NotAllowed`] for who does not head or administer the unit.
#[crate::boxed]
pub async fn put(office: &Office, staff: &Staff, mut hall: Hall) -> Result<()> {
    require(staff, Action::KeepHall)?;
    let Some((book, _)) = rules(office) else { return Err(AppError::NotFound) };
    let mut errors = Vec::new();
    if hall.open && hall.windows.is_empty() {
        errors.push(FormError::new("windows", "fault-hall-no-window"));
    }
    if hall.windows.len() > WINDOWS {
        errors.push(FormError::with("windows", "fault-too-many", WINDOWS));
    }
    let known: BTreeSet<&str> = book.choices_of(Field::Service).map(|c| c.id.as_str()).collect();
    for window in &mut hall.windows {
        window.name = text::line(&window.name);
        if window.name.chars().count() > NAME {
            errors.push(FormError::with("windows", "fault-too-long", NAME));
        }
        if !(1..=99).contains(&window.number) {
            errors.push(FormError::with("windows", "fault-window-number", window.number));
        }
        if window.services.iter().any(|s| !known.contains(s.as_str())) {
            errors.push(FormError::new("windows", "fault-choose"));
        }
    }
    let numbers: BTreeSet<u32> = hall.windows.iter().map(|w| w.number).collect();
    if numbers.len() != hall.windows.len() {
        errors.push(FormError::new("windows", "fault-window-twice"));
    }
    for number in super::board::windows_in_use(office, &staff.officer.unit).await? {
        if !numbers.contains(&number) {
            errors.push(FormError::with("windows", "fault-window-taken", number));
        }
    }
    if !errors.is_empty() {
        return Err(AppError::Form(errors));
    }
    hall.windows.sort_by_key(|w| w.number);
    let unit = staff.officer.unit.clone();
    let entry = Entry::new(office, Act::HallChanged, Some(&staff.officer.id)).with(unit.as_str());
    acts::put(office, &[entry], vec![RecordWrite::put(&(unit,), &hall)?]).await
}
