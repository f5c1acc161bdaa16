//! Working-day calendars: which civil days work and which rest, and which of that is settled.
//!
//! A day named by a yearly notice is settled. A day of a year without a published notice rests on
//! weekends only and is *unsettled*; so are the last days of the last published year, because the
//! next notice may take them in (2022-12-31 stands in the notice of 2023). LAW.md §5.
//! All files are merged by date before use; a year is never looked up by its own number alone.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, Weekday};
use serde::{Deserialize, Serialize};

/// One day that a yearly notice names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedDay {
    /// The holiday's name, in the notice's language.
    pub name: String,
    /// The civil day.
    pub date: Date,
    /// `true`: a day off; `false`: a weekend day that works.
    #[serde(rename = "isOffDay")]
    pub is_off_day: bool,
}

/// A yearly notice as published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct YearNotice {
    /// The year in the notice's title.
    pub year: i16,
    /// The days it names; may lie in a neighbouring year.
    pub days: Vec<NamedDay>,
}

/// What one day is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Day {
    /// It is a rest day.
    pub rest: bool,
    /// A published notice (or its silence) settles it.
    pub settled: bool,
    /// A weekend day that works by notice.
    pub made_up: bool,
}

const REST: u8 = 1;
const SETTLED: u8 = 2;
const MADE_UP: u8 = 4;
/// Years after the last notice for which days fixed by law are known.
const FIXED_YEARS: i16 = 12;

/// The days of the week that rest.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Weekend(u8);

impl Weekend {
    /// From its days.
    pub fn from_days(days: &[Weekday]) -> Self {
        Self(days.iter().fold(0, |bits, day| bits | 1 << day.to_monday_zero_offset()))
    }

    /// Whether the day of a number rests by the week alone.
    fn rests(self, day: i32) -> bool {
        // Day 0 (1970-01-01) was a Thursday; Monday is 0 here.
        self.0 & 1 << (day + 3).rem_euclid(7) != 0
    }

    fn flag(self, day: i32) -> u8 {
        if self.rests(day) { REST } else { 0 }
    }
}

/// A merged working-day calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkCalendar {
    id: String,
    weekend: Weekend,
    base: i32,
    flags: Vec<u8>,
    names: BTreeMap<i32, String>,
    last_published: Option<i16>,
    first_published: Option<i16>,
}

/// A notice that contradicts itself or another.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CalendarError {
    /// The same year twice.
    #[error("the year {0} is given twice; keep one file for each year")]
    YearTwice(i16),
    /// The same day with two meanings.
    #[error("{0} is a day off in one notice and a working day in another; mend one of them")]
    Contradiction(Date),
    /// A make-up day that is no weekend day.
    #[error("{0} is marked as a working weekend day but is no day of the weekend")]
    NotAWeekend(Date),
}

impl WorkCalendar {
    /// Merges notices. `open_tail_days` is how many last days of the last published year the next
    /// notice may still change (a value of the calendar's data).
    ///
    /// # Errors
    /// [`CalendarError`] names the day.
    pub fn new(id: &str, weekend: Weekend, notices: &[YearNotice], open_tail_days: u8) -> Result<Self, CalendarError> {
        let mut years = BTreeSet::new();
        for notice in notices {
            if !years.insert(notice.year) {
                return Err(CalendarError::YearTwice(notice.year));
            }
        }
        let named: Vec<i32> = notices.iter().flat_map(|n| n.days.iter().map(|d| number_of(d.date))).collect();
        let first = years.first().map(|y| first_day(*y));
        let last = years.last().map(|y| first_day(*y + 1) - 1);
        let base = named.iter().copied().chain(first).min().unwrap_or(0);
        let end = named.iter().copied().chain(last).max().unwrap_or(-1);
        let mut calendar = Self {
            id: id.to_owned(),
            weekend,
            base,
            flags: (base..=end).map(|day| weekend.flag(day)).collect(),
            names: BTreeMap::new(),
            last_published: years.last().copied(),
            first_published: years.first().copied(),
        };
        for year in &years {
            let tail = if years.contains(&(year + 1)) { 0 } else { i32::from(open_tail_days) };
            for day in first_day(*year)..first_day(year + 1) - tail {
                calendar.set(day, |flags| flags | SETTLED);
            }
        }
        for day in notices.iter().flat_map(|n| &n.days) {
            calendar.name(day)?;
        }
        Ok(calendar)
    }

    /// The same with days that rest every year by the law itself (1 January), for years whose notice is not out yet:
    /// they rest, and stay unsettled, since the notice may add to them.
    #[must_use]
    pub fn with_fixed(mut self, fixed: &[(i8, i8, String)]) -> Self {
        let Some(last) = self.last_published else { return self };
        let end = first_day(last.saturating_add(FIXED_YEARS + 1));
        let have = self.base + i32::try_from(self.flags.len()).unwrap_or(i32::MAX);
        let weekend = self.weekend;
        self.flags.extend((have..end).map(|day| weekend.flag(day)));
        for year in last + 1..=last.saturating_add(FIXED_YEARS) {
            for (month, day, name) in fixed {
                let Ok(date) = Date::new(year, *month, *day) else { continue };
                let number = number_of(date);
                if !self.names.contains_key(&number) {
                    self.set(number, |flags| flags | REST);
                    self.names.insert(number, name.clone());
                }
            }
        }
        self
    }

    /// The calendar's id, such as `cn`.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The last year with a published notice.
    pub fn last_published(&self) -> Option<i16> {
        self.last_published
    }

    /// The first year whose notice is here.
    pub fn first_published(&self) -> Option<i16> {
        self.first_published
    }

    /// What a civil day is.
    pub fn day(&self, date: Date) -> Day {
        self.at(number_of(date))
    }

    /// How many days notices and the law name.
    pub fn named(&self) -> usize {
        self.names.len()
    }

    /// The name a notice gives to a day, if it names it.
    pub fn name_of(&self, date: Date) -> Option<&str> {
        self.names.get(&number_of(date)).map(String::as_str)
    }

    /// The first working day on or after `date`.
    pub fn roll(&self, date: Date) -> Date {
        let mut day = number_of(date);
        while self.at(day).rest {
            day += 1;
        }
        date_of(day)
    }

    pub(crate) fn at(&self, day: i32) -> Day {
        let flags = usize::try_from(day - self.base)
            .ok()
            .and_then(|i| self.flags.get(i).copied())
            .unwrap_or_else(|| self.weekend.flag(day));
        Day { rest: flags & REST != 0, settled: flags & SETTLED != 0, made_up: flags & MADE_UP != 0 }
    }

    fn set(&mut self, day: i32, change: impl Fn(u8) -> u8) {
        if let Some(flags) = usize::try_from(day - self.base).ok().and_then(|i| self.flags.get_mut(i)) {
            *flags = change(*flags);
        }
    }

    fn name(&mut self, named: &NamedDay) -> Result<(), CalendarError> {
        let day = number_of(named.date);
        if !named.is_off_day && !self.weekend.rests(day) {
            return Err(CalendarError::NotAWeekend(named.date));
        }
        let wanted = if named.is_off_day { REST | SETTLED } else { SETTLED | MADE_UP };
        if self.names.contains_key(&day) && self.at(day).rest != named.is_off_day {
            return Err(CalendarError::Contradiction(named.date));
        }
        self.set(day, |_| wanted);
        self.names.insert(day, named.name.clone());
        Ok(())
    }
}

fn first_day(year: i16) -> i32 {
    number_of(Date::new(year.clamp(-9998, 9998), 1, 1).unwrap_or(Date::MIN))
}

/// Days since 1970-01-01 (proleptic Gregorian).
pub fn number_of(date: Date) -> i32 {
    let (y, m, d) = (i32::from(date.year()), i32::from(date.month()), i32::from(date.day()));
    let y = if m <= 2 { y - 1 } else { y };
    let era = y.div_euclid(400);
    let yoe = y.rem_euclid(400);
    let doy = (153 * (if m > 2 { m - 3 } else { m + 9 }) + 2) / 5 + d - 1;
    let doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    era * 146_097 + doe - 719_468
}

/// The civil day with that number; the far ends are clamped to what a date can hold.
pub fn date_of(day: i32) -> Date {
    let z = i64::from(day) + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let d = doy - (153 * mp + 2) / 5 + 1;
    let m = if mp < 10 { mp + 3 } else { mp - 9 };
    let y = yoe + era * 400 + i64::from(m <= 2);
    let part = |n: i64| i8::try_from(n).unwrap_or(1);
    i16::try_from(y).ok().and_then(|y| Date::new(y, part(m), part(d)).ok()).unwrap_or(if day < 0 {
        Date::MIN
    } else {
        Date::MAX
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    const TWO_DAYS: Weekend = Weekend(0b110_0000);

    #[test]
    fn day_numbers_go_both_ways() {
        for n in (-200_000..200_000).step_by(37) {
            assert_eq!(number_of(date_of(n)), n);
        }
        assert_eq!(number_of(date(1970, 1, 1)), 0);
        assert_eq!(number_of(date(2000, 2, 29)) + 1, number_of(date(2000, 3, 1)));
    }

    #[test]
    fn a_silent_year_is_unsettled_and_so_is_the_tail() {
        let notice = YearNotice { year: 2026, days: vec![] };
        let calendar = WorkCalendar::new("t", TWO_DAYS, &[notice], 3).unwrap();
        assert!(calendar.day(date(2026, 6, 1)).settled);
        assert!(!calendar.day(date(2026, 12, 29)).settled);
        assert!(calendar.day(date(2026, 12, 28)).settled);
        assert!(!calendar.day(date(2027, 1, 4)).settled);
    }

    #[test]
    fn a_day_fixed_by_law_rests_before_the_notice_is_out() {
        let notice = YearNotice { year: 2026, days: vec![] };
        let calendar = WorkCalendar::new("t", TWO_DAYS, &[notice], 3).unwrap().with_fixed(&[(1, 1, "元旦".into())]);
        let day = calendar.day(date(2027, 1, 1));
        assert!(day.rest && !day.settled && calendar.name_of(date(2027, 1, 1)) == Some("元旦"));
        assert_eq!(calendar.roll(date(2027, 1, 1)), date(2027, 1, 4), "a Friday, then the weekend");
        assert!(!calendar.day(date(2026, 1, 1)).rest, "a published year says it itself");
        assert!(calendar.day(date(2038, 1, 1)).rest && !calendar.day(date(2027, 1, 4)).rest);
    }

    #[test]
    fn the_weekend_is_what_the_calendar_says() {
        let friday = Weekend::from_days(&[Weekday::Friday, Weekday::Saturday]);
        let calendar = WorkCalendar::new("t", friday, &[YearNotice { year: 2026, days: vec![] }], 0).unwrap();
        assert_eq!(calendar.roll(date(2026, 11, 27)), date(2026, 11, 29), "from a Friday to the Sunday after it");
        assert!(!calendar.day(date(2031, 1, 5)).rest, "also in years nobody has published");
        assert_eq!(Weekend::from_days(&[Weekday::Saturday, Weekday::Sunday]), TWO_DAYS);
    }

    #[test]
    fn contradictions_are_named() {
        let day = |off| NamedDay { name: "x".into(), date: date(2026, 10, 10), is_off_day: off };
        let made = WorkCalendar::new("t", TWO_DAYS, &[YearNotice { year: 2026, days: vec![day(true), day(false)] }], 3);
        assert_eq!(made, Err(CalendarError::Contradiction(date(2026, 10, 10))));
    }
}
