//! What a hall did from one day to another, by service and by hour, and its day book. No figure is about a person.

use std::collections::BTreeMap;

pub use huiyin_documents::{Cell, Sheet};
use huiyin_domain::hall::stage::Stage;
use huiyin_storage::Wanted;
use jiff::ToSpan;
use jiff::civil::Date;

use super::booking::desk;
use super::ticket::{self, Ticket};
use crate::access::{Action, require};
use crate::error::{AppError, FormError, Result};
use crate::office::{Office, Staff};

/// Days figures are told of at once, at most.
const DAYS: i32 = 366;
/// Rows read at once.
const PAGE: u32 = 1_000;

/// What was counted of some visits.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Count {
    /// Tickets taken.
    pub came: u32,
    /// Visitors who were heard.
    pub heard: u32,
    /// Visitors who were called and went away unheard.
    pub went_away: u32,
    /// Talks with a record, of which she has a copy.
    pub with_copy: u32,
    /// Things asked for that were registered.
    pub registered: u32,
    waited: i64,
    talked: i64,
    talks: i64,
}

impl Count {
    fn add(&mut self, ticket: &Ticket) {
        self.came += 1;
        let left = if let Stage::Gone { left_at } = ticket.place.stage { Some(left_at) } else { None };
        match ticket.place.heard_from {
            Some(from) => {
                self.heard += 1;
                self.waited += from.duration_since(ticket.taken_at).as_mins().max(0);
                if let Some(left) = left {
                    self.talks += 1;
                    self.talked += left.duration_since(from).as_mins().max(0);
                }
            }
            None => self.went_away += u32::from(left.is_some()),
        }
        self.with_copy += u32::from(ticket.place.recorded && left.is_some());
        self.registered += ticket.place.registered;
    }

    /// Mean minutes from the ticket to the talk; `None` where nobody was heard.
    pub fn waited(&self) -> Option<i64> {
        self.waited.checked_div(i64::from(self.heard))
    }

    /// Mean minutes of a talk that is over; `None` where none is.
    pub fn talked(&self) -> Option<i64> {
        self.talked.checked_div(self.talks)
    }
}

/// What a hall did in a span of days.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Figures {
    /// All of it.
    pub all: Count,
    /// By service: a choice of the pack.
    pub by_service: BTreeMap<String, Count>,
    /// By the hour in which the ticket was taken.
    pub by_hour: BTreeMap<i8, Count>,
    /// Times that were booked.
    pub booked: u32,
    /// Of these, nobody came.
    pub not_come: u32,
}

/// The figures of the officer's hall from a day to another.
///
/// # Errors
/// [`AppError::Form`] for a span that ends before it begins or is too long.
#[crate::boxed]
pub async fn of_span(office: &Office, staff: &Staff, from: Date, until: Date) -> Result<Figures> {
    require(staff, Action::ReadLists)?;
    let unit = &staff.officer.unit;
    if until < from {
        return Err(AppError::Form(vec![FormError::new("until", "fault-span-order")]));
    }
    if from.saturating_add(DAYS.days()) < until {
        return Err(AppError::Form(vec![FormError::with("until", "fault-span-long", DAYS)]));
    }
    let mut out = Figures::default();
    let mut after = (unit.clone(), from, String::new());
    'read: loop {
        let page = office.select::<Ticket>(Wanted::first(PAGE).within(&[unit]).after(&after)).await?;
        let full = page.len() >= usize::try_from(PAGE).unwrap_or(usize::MAX);
        for (key, ticket) in page {
            if key.1 > until {
                break 'read;
            }
            let hour = ticket.taken_at.to_zoned_datetime(office.zone().clone()).hour();
            out.all.add(&ticket);
            out.by_service.entry(ticket.place.service.clone()).or_default().add(&ticket);
            out.by_hour.entry(hour).or_default().add(&ticket);
            after = key;
        }
        if !full {
            break;
        }
    }
    for expected in desk::between(office, unit, from, until).await? {
        out.booked += 1;
        out.not_come += u32::from(expected.row.over && expected.row.ticket.is_none());
    }
    Ok(out)
}

/// The day book: every ticket of a day in the order in which they were taken.
///
/// # Errors
/// As the store.
#[crate::boxed]
pub async fn day_book(office: &Office, staff: &Staff, day: Date) -> Result<Vec<Ticket>> {
    require(staff, Action::ReadLists)?;
    let unit = &staff.officer.unit;
    let mut all = ticket::of_day(office, unit, day).await?;
    all.sort_by(|a, b| (a.taken_at, &a.number).cmp(&(b.taken_at, &b.number)));
    Ok(all)
}

/// Tables as a workbook.
///
/// # Errors
/// [`AppError::Internal`] when it cannot be written.
pub fn sheets(all: &[Sheet]) -> Result<Vec<u8>> {
    huiyin_documents::workbook(all).map_err(AppError::caused("a workbook"))
}
