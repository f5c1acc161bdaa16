//! The reckoning of one period: from a start day to the nominal and the legal due day, with reasons.
//!
//! Rules (LAW.md §5): day 0 is not counted; days in `[from, to)` of a stop are not counted, stops may
//! overlap; an extension goes on from the nominal day; a period in calendar days whose last day is a
//! rest day rolls to the next working day, and rolling ignores stops; periods in working days need no
//! roll. The result is `provisional` when an unsettled day could change it.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::calendar::{WorkCalendar, date_of, number_of};

/// The unit in which a period of days is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DayUnit {
    /// 日 (自然日).
    CalendarDays,
    /// 工作日.
    WorkingDays,
}

/// Whether the last day of a period in calendar days moves off rest days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Roll {
    /// To the next working day (Civil Code art. 203).
    NextWorkingDay,
    /// A fixed date stays where it is.
    Fixed,
}

/// A stretch of days that is not counted: `[from, to)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stop {
    /// First day not counted.
    pub from: Date,
    /// First day counted again.
    pub to: Date,
}

/// What is to be reckoned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Period<'a> {
    /// Day 0.
    pub start: Date,
    /// Number of days.
    pub length: u32,
    /// How they are counted.
    pub unit: DayUnit,
    /// Stretches left out; any order, may overlap.
    pub stops: &'a [Stop],
    /// Further days from the nominal day, in the same unit; 0 for none.
    pub extension: u32,
    /// What happens when the last day rests.
    pub roll: Roll,
}

/// Why a stretch of days was treated as it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// The first day is not counted (Civil Code art. 201).
    DayZero,
    /// Counted towards the period.
    Counted,
    /// Counted, though a weekend: it works by the yearly notice.
    MadeUp,
    /// Not counted: a stop.
    Stop,
    /// Not counted: a rest day in a period of working days.
    Rest,
    /// Counted towards the extension.
    Extension,
    /// The last day rests, so the period runs on to the next working day.
    Roll,
    /// Rests on weekends only until the year's notice is published; could still change.
    Unsettled,
}

/// A stretch `[from, to)` and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// First day of the stretch.
    pub from: Date,
    /// The day after its last day.
    pub to: Date,
    /// What it was.
    pub why: Why,
}

/// The result of a reckoning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reckoning {
    /// The last day as counted, before any roll.
    pub nominal: Date,
    /// The last day in law.
    pub legal: Date,
    /// A calendar not yet published could change it.
    pub provisional: bool,
    /// Every stretch of days in order, counted and not; days overlap only in `unsettled`.
    pub reasons: Vec<Reason>,
}

/// A period that cannot be reckoned.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReckonError {
    /// A stop ends before it begins.
    #[error("the stop from {from} to {to} ends before it begins; swap the two days")]
    StopBackwards {
        /// As given.
        from: Date,
        /// As given.
        to: Date,
    },
    /// Beyond the years this reckons.
    #[error("the period leaves the years 1900 to 2200; check the start, the length and the stops")]
    OutOfRange,
}

const FIRST: i32 = -25_567; // 1900-01-01
const LAST: i32 = 84_370; // 2200-12-31

/// Reckons one period.
///
/// # Errors
/// [`ReckonError`] says which value to mend.
pub fn reckon(calendar: &WorkCalendar, period: &Period<'_>) -> Result<Reckoning, ReckonError> {
    let start = number_of(period.start);
    if !(FIRST..=LAST).contains(&start) {
        return Err(ReckonError::OutOfRange);
    }
    let stops = merged(period.stops)?;
    let mut walk =
        Walk { calendar, unit: period.unit, stops: &stops, day: start, runs: Runs::default(), provisional: false };
    walk.runs.add(start, Why::DayZero);
    walk.count(period.length, Why::Counted)?;
    walk.count(period.extension, Why::Extension)?;
    let nominal = walk.day;
    let legal = match (period.unit, period.roll) {
        (DayUnit::CalendarDays, Roll::NextWorkingDay) => walk.roll()?,
        _ => nominal,
    };
    Ok(Reckoning {
        nominal: date_of(nominal),
        legal: date_of(legal),
        provisional: walk.provisional,
        reasons: walk.runs.finish(),
    })
}

struct Walk<'a> {
    calendar: &'a WorkCalendar,
    unit: DayUnit,
    stops: &'a [(i32, i32)],
    day: i32,
    runs: Runs,
    provisional: bool,
}

impl Walk<'_> {
    fn count(&mut self, length: u32, counted: Why) -> Result<(), ReckonError> {
        let mut left = length;
        while left > 0 {
            self.day += 1;
            if self.day > LAST {
                return Err(ReckonError::OutOfRange);
            }
            if let Some((_, to)) = self.stops.iter().find(|(from, to)| (*from..*to).contains(&self.day)) {
                self.runs.add_many(self.day, *to, Why::Stop);
                self.day = to - 1;
                continue;
            }
            let why = match self.unit {
                DayUnit::CalendarDays => counted,
                DayUnit::WorkingDays => {
                    let day = self.calendar.at(self.day);
                    if !day.settled {
                        self.unsettled();
                    }
                    match (day.rest, day.made_up) {
                        (true, _) => Why::Rest,
                        (false, true) if counted == Why::Counted => Why::MadeUp,
                        _ => counted,
                    }
                }
            };
            if why != Why::Rest {
                left -= 1;
            }
            self.runs.add(self.day, why);
        }
        Ok(())
    }

    fn roll(&mut self) -> Result<i32, ReckonError> {
        let mut day = self.day;
        loop {
            let facts = self.calendar.at(day);
            if !facts.settled {
                self.provisional = true;
                self.runs.unsettled(day);
            }
            if !facts.rest {
                return Ok(day);
            }
            day += 1;
            if day > LAST {
                return Err(ReckonError::OutOfRange);
            }
            self.runs.add(day, Why::Roll);
        }
    }

    fn unsettled(&mut self) {
        self.provisional = true;
        self.runs.unsettled(self.day);
    }
}

#[derive(Default)]
struct Runs {
    done: Vec<(i32, i32, Why)>,
    unsettled: Option<(i32, i32)>,
}

impl Runs {
    fn add(&mut self, day: i32, why: Why) {
        self.add_many(day, day + 1, why);
    }

    fn add_many(&mut self, from: i32, to: i32, why: Why) {
        match self.done.last_mut() {
            Some((_, end, last)) if *last == why && *end == from => *end = to,
            _ => self.done.push((from, to, why)),
        }
    }

    fn unsettled(&mut self, day: i32) {
        self.unsettled = Some(match self.unsettled {
            Some((from, _)) => (from, day + 1),
            None => (day, day + 1),
        });
    }

    fn finish(self) -> Vec<Reason> {
        let tail = self.unsettled.map(|(from, to)| (from, to, Why::Unsettled));
        self.done
            .into_iter()
            .chain(tail)
            .map(|(from, to, why)| Reason { from: date_of(from), to: date_of(to), why })
            .collect()
    }
}

fn merged(stops: &[Stop]) -> Result<Vec<(i32, i32)>, ReckonError> {
    let mut days = Vec::with_capacity(stops.len());
    for stop in stops {
        let (from, to) = (number_of(stop.from), number_of(stop.to));
        if to < from {
            return Err(ReckonError::StopBackwards { from: stop.from, to: stop.to });
        }
        if to > from {
            days.push((from, to));
        }
    }
    days.sort_unstable();
    let mut out: Vec<(i32, i32)> = Vec::with_capacity(days.len());
    for (from, to) in days {
        match out.last_mut() {
            Some((_, end)) if from <= *end => *end = (*end).max(to),
            _ => out.push((from, to)),
        }
    }
    Ok(out)
}
