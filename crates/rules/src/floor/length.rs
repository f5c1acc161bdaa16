//! Lengths held against the floor: an office's time is not longer, a petitioner's not shorter, whatever day it begins.

use huiyin_domain::calendar::WorkCalendar;
use huiyin_domain::clock::{Basis, ClockKind, PeriodUnit};
use huiyin_domain::procedure::{ClockRule, Night};
use huiyin_domain::reckon::{Period, Roll, reckon};
use jiff::ToSpan;
use jiff::civil::{Date, date};

use super::{FloorFaults, word};
use crate::error::PackError;
use crate::{Pack, Place};

/// What a period comes to under a calendar: compared from each day.
#[derive(Debug, Clone, Copy)]
struct Span {
    length: u32,
    unit: PeriodUnit,
    roll: Roll,
    extension: u32,
    /// It is the length by night.
    by_night: bool,
}

impl Span {
    /// Its last day in law when it begins on a day; minutes and hours count as parts of a day.
    fn last(self, calendar: &WorkCalendar, start: Date) -> Option<Date> {
        let (length, unit) = self.unit.days_from(start, self.length)?;
        let period = Period { start, length, unit, stops: &[], extension: self.extension, roll: self.roll };
        reckon(calendar, &period).ok().map(|r| r.legal)
    }

    fn minutes(self) -> Option<u64> {
        match self.unit {
            PeriodUnit::Minutes => Some(u64::from(self.length)),
            PeriodUnit::Hours => Some(u64::from(self.length) * 60),
            _ => None,
        }
    }

    /// The first day from which it would end later than another; `None`: it never does.
    fn longer_from(self, other: Self, calendar: &WorkCalendar, days: &[Date]) -> Option<Option<Date>> {
        match (self.minutes(), other.minutes()) {
            (Some(a), Some(b)) => (a > b).then_some(None),
            // Hours are shorter than any day, and days longer than any hours.
            (Some(a), None) => {
                (a > other.unit.days_from(date(2026, 2, 1), other.length).map_or(0, |(days, _)| u64::from(days))
                    * 24
                    * 60)
                    .then_some(None)
            }
            (None, Some(_)) => Some(None),
            // What cannot be reckoned ends nowhere, which is longer than anything.
            (None, None) => days
                .iter()
                .find(|d| self.last(calendar, **d).is_none_or(|end| other.last(calendar, **d).is_some_and(|o| end > o)))
                .map(|d| Some(*d)),
        }
    }
}

/// What goes under the floor of the law in length: an office's time too long, a petitioner's too short. Counted from
/// every day of the calendar's published years.
pub fn under_floor(pack: &Pack, calendar: &WorkCalendar) -> Vec<PackError> {
    let mut said = FloorFaults { pack: pack.book.id.0.clone(), places: &pack.places, errors: Vec::new() };
    let days = published(calendar);
    for clock in pack.book.clocks.values() {
        let was = pack.base.as_ref().and_then(|b| b.clock(&clock.id));
        for (is, from) in values(clock) {
            let place = Place::Clock(clock.id.clone());
            let since = from.map(|d| format!(" from {d}")).unwrap_or_default();
            let relevant: Vec<Date> = days
                .iter()
                .copied()
                .filter(|d| from.is_none_or(|f| *d >= f))
                .chain(from.into_iter().flat_map(year_from))
                .collect();
            let limit = match clock.kind {
                ClockKind::Duty => pack.book.floor.longest.get(&clock.id),
                ClockKind::Right => pack.book.floor.shortest.get(&clock.id),
            };
            // Where the law gives no number, what the pack below promises is the measure.
            let measure = limit.map(|(n, unit, clause)| {
                (
                    Span { length: *n, unit: *unit, roll: Roll::NextWorkingDay, extension: 0, by_night: is.by_night },
                    format!("`{clause}`"),
                )
            });
            let measure = measure.or_else(|| {
                was.and_then(|w| promised(w, clock, is, from)).map(|s| (s, "the pack it lies over".into()))
            });
            let Some((measure, whose)) = measure else { continue };
            let whole = Span { extension: if clock.kind == ClockKind::Duty { all_extensions(clock) } else { 0 }, ..is };
            let (worse, than) = match clock.kind {
                ClockKind::Duty => (whole.longer_from(measure, calendar, &relevant), "longer"),
                ClockKind::Right => (measure.longer_from(is, calendar, &relevant), "shorter"),
            };
            if let Some(first) = worse {
                let example = first
                    .map(|d| {
                        format!(
                            "; begun on {d} it ends on {}, there on {}",
                            shown(whole.last(calendar, d)),
                            shown(measure.last(calendar, d))
                        )
                    })
                    .unwrap_or_default();
                said.say(
                    &place,
                    format!(
                        "its whole time{since} is {than} than {whose} allows ({} {}{example}); a pack over the law goes the petitioner's way only",
                        measure.length,
                        word(&measure.unit)
                    ),
                );
            }
        }
        if clock.basis == Basis::Law
            && let Some((_, _, clause)) =
                pack.book.floor.longest.get(&clock.id).or_else(|| pack.book.floor.shortest.get(&clock.id))
            && clock.clause.as_ref() != Some(clause)
            && was.is_none()
        {
            said.say(
                &Place::Clock(clock.id.clone()),
                format!("the law sets this period in `{clause}`; cite that clause"),
            );
        }
    }
    said.errors
}

fn shown(day: Option<Date>) -> String {
    day.map_or_else(|| "?".to_owned(), |d| d.to_string())
}

/// What all its extensions add, at most.
pub(super) fn all_extensions(clock: &ClockRule) -> u32 {
    clock.extension.unwrap_or(0).saturating_mul(clock.extensions)
}

/// What the pack below promises in place of a value: its own of that time, by night where both have the same night.
/// Where the nights differ, a length by day may stand in place of one by night, so the best of its promises counts.
fn promised(was: &ClockRule, is: &ClockRule, value: Span, from: Option<Date>) -> Option<Span> {
    let day = from.unwrap_or(Date::MIN);
    let (before, now) = (was.length_on(day)?, is.length_on(day)?);
    let window = |night: Option<Night>| night.map(|n| (n.from, n.until));
    let by_night = before.night.map_or(before.length, |n| n.length);
    let length = if window(before.night) != window(now.night) {
        match is.kind {
            ClockKind::Duty => before.length.min(by_night),
            ClockKind::Right => before.length.max(by_night),
        }
    } else if value.by_night {
        by_night
    } else {
        before.length
    };
    Some(Span { length, unit: before.unit, roll: was.roll, extension: all_extensions(was), by_night: value.by_night })
}

/// The values of a clock with the day each is in force from.
fn values(clock: &ClockRule) -> Vec<(Span, Option<Date>)> {
    let span =
        |length, unit, by_night| Span { length, unit, roll: clock.roll, extension: all_extensions(clock), by_night };
    clock.lengths().map(|(length, unit, from, by_night)| (span(length, unit, by_night), from)).collect()
}

/// Every day of the year that begins on a day: values of later dates are looked at also after the last published year.
fn year_from(day: Date) -> impl Iterator<Item = Date> {
    (0..366).filter_map(move |n: i32| day.checked_add(n.days()).ok())
}

/// Every day of the published years.
fn published(calendar: &WorkCalendar) -> Vec<Date> {
    let (Some(first), Some(last)) = (calendar.first_published(), calendar.last_published()) else { return Vec::new() };
    let Ok(mut day) = Date::new(first, 1, 1) else { return Vec::new() };
    let mut out = Vec::new();
    while day.year() <= last {
        out.push(day);
        match day.checked_add(1.days()) {
            Ok(next) => day = next,
            Err(_) => break,
        }
    }
    out
}
