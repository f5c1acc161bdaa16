//! The clock (期限) of one duty or right: start fact, period with its basis, ledger, nominal and legal due.
//!
//! A breach is a fact about a unit, never about a petitioner; a right lapses and is never breached
//! (LAW.md §12.2). Every change goes through the ledger and re-projects the due day, so that the
//! clock can explain itself in a form a court can recompute.

mod transition;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

use crate::calendar::{WorkCalendar, number_of};
use crate::ids::{ClockId, UnitId};
use crate::posts::Post;
use crate::reckon::{DayUnit, Period, ReckonError, Reckoning, Roll, Stop, reckon};

pub use transition::{Attempt, Transition};

/// Office time: the instant the law sees, and the zone its days are counted in (DESIGN decision 9).
#[derive(Debug, Clone)]
pub struct OfficeTime {
    /// The instant.
    pub at: Timestamp,
    /// The tenant's time zone.
    pub zone: TimeZone,
}

impl OfficeTime {
    /// The civil day of the instant.
    pub fn today(&self) -> Date {
        self.at.to_zoned_datetime(self.zone.clone()).date()
    }
}

/// The instant at which a civil day ends (24:00).
pub fn end_of_day(date: Date, zone: &TimeZone) -> Timestamp {
    start_of_day(date.tomorrow().unwrap_or(date), zone)
}

/// The instant at which a civil day begins.
pub fn start_of_day(date: Date, zone: &TimeZone) -> Timestamp {
    date.to_zoned_datetime(zone.clone()).map_or(Timestamp::MAX, |z| z.timestamp())
}

/// Whether somebody owes something or may do something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClockKind {
    /// An office owes; it can be breached.
    Duty,
    /// A petitioner, or a unit that need not, may; it can lapse.
    Right,
}

/// Where a period comes from (LAW.md §12.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// A clause of the law gives it.
    Law,
    /// A local rule gives it.
    Local,
    /// This office promises it; shown as 本单位承诺, never as a citation.
    House,
}

/// The unit of a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PeriodUnit {
    /// 日.
    CalendarDays,
    /// 工作日.
    WorkingDays,
    /// 周, of seven days.
    Weeks,
    /// 月: the last day is the one with the number of day 0, or the last of the month (Civil Code art. 202).
    Months,
    /// 年: likewise.
    Years,
    /// 小时, from the instant.
    Hours,
    /// 分钟, from the instant.
    Minutes,
}

impl PeriodUnit {
    /// Counted from the instant, not in whole days.
    pub fn is_short(self) -> bool {
        matches!(self, Self::Hours | Self::Minutes)
    }

    /// How many days of which kind a length is from a day on; `None`: it is counted from the instant.
    pub fn days_from(self, start: Date, length: u32) -> Option<(u32, DayUnit)> {
        let n = i64::from(length);
        let end = match self {
            Self::CalendarDays => return Some((length, DayUnit::CalendarDays)),
            Self::WorkingDays => return Some((length, DayUnit::WorkingDays)),
            Self::Hours | Self::Minutes => return None,
            Self::Weeks => start.checked_add(n.weeks()),
            Self::Months => start.checked_add(n.months()),
            Self::Years => start.checked_add(n.years()),
        };
        // What leaves the years of the calendar is refused by the reckoning.
        let days = end.map_or(u32::MAX, |end| u32::try_from(number_of(end) - number_of(start)).unwrap_or(u32::MAX));
        Some((days, DayUnit::CalendarDays))
    }
}

/// Who owes the duty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bound {
    /// The unit; `None` for a right of the petitioner.
    pub unit: Option<UnitId>,
    /// The post in it.
    pub post: Post,
}

/// One line of a clock's ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "entry", rename_all = "snake_case")]
pub enum LedgerEntry {
    /// Days from `from` are not counted until `to` (open while `None`).
    Stop {
        /// First day not counted.
        from: Date,
        /// First day counted again.
        to: Option<Date>,
        /// The move or fact that stopped it.
        reason: String,
    },
    /// Further days, once.
    Extension {
        /// Number of days.
        days: u32,
        /// Why; told to the petitioner.
        reason: String,
        /// The unit whose head approved it.
        approved_by: UnitId,
        /// The day of the approval.
        on: Date,
    },
}

/// Where a clock stands. A transition consumes the old state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum ClockState {
    /// Running (or stopped by an open ledger entry).
    Running,
    /// Ran out unmet; the duty still stands.
    Breached {
        /// The legal due instant.
        at: Timestamp,
    },
    /// Done.
    Discharged {
        /// When.
        at: Timestamp,
        /// After it had been breached.
        late: bool,
    },
    /// A right that was not used.
    Lapsed {
        /// When.
        at: Timestamp,
    },
    /// No longer owed (recalled, withdrawn, handed over).
    Closed {
        /// When.
        at: Timestamp,
    },
}

/// One duty or right and its reckoning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clock {
    /// Serial within the matter, from 1.
    pub n: u32,
    /// The rule of the pack.
    pub rule: ClockId,
    /// Duty or right.
    pub kind: ClockKind,
    /// Who owes it.
    pub bound: Bound,
    /// Day 0.
    pub start: Date,
    /// The instant it began (for hours and minutes).
    pub started_at: Timestamp,
    /// Length of the period.
    pub length: u32,
    /// Its unit.
    pub unit: PeriodUnit,
    /// Roll of the last day.
    pub roll: Roll,
    /// Where the period comes from.
    pub basis: Basis,
    /// The clause, for `law` and `local`.
    pub clause: Option<String>,
    /// Stops and extensions.
    pub ledger: Vec<LedgerEntry>,
    /// Last day as counted.
    pub nominal: Date,
    /// Last day in law.
    pub legal: Date,
    /// The instant the legal day ends.
    pub due: Timestamp,
    /// A calendar not yet published could change it.
    pub provisional: bool,
    /// Where it stands; only a transition changes it.
    state: ClockState,
    /// How many timer steps have fired (warn, breach, escalations …).
    pub fired: u32,
    /// When the next timer step is due; `None` when none is left.
    pub next_at: Option<Timestamp>,
    /// Serial of the clock it presses for: a supervision is about one duty that is late.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<u32>,
    /// The unit it is owed to, where a unit asked for it; `None`: the petitioner, or the office itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owed_to: Option<UnitId>,
}

/// What a clock begins with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beginning {
    /// Serial within the matter, from 1.
    pub n: u32,
    /// The rule of the pack.
    pub rule: ClockId,
    /// Duty or right.
    pub kind: ClockKind,
    /// Who owes it.
    pub bound: Bound,
    /// Day 0.
    pub start: Date,
    /// The instant it begins.
    pub started_at: Timestamp,
    /// Length of the period.
    pub length: u32,
    /// Its unit.
    pub unit: PeriodUnit,
    /// Roll of the last day.
    pub roll: Roll,
    /// Where the period comes from.
    pub basis: Basis,
    /// The clause, for `law` and `local`.
    pub clause: Option<String>,
}

impl Clock {
    /// A clock that begins to run; its last day is projected next.
    pub fn begin(with: Beginning) -> Self {
        let Beginning { n, rule, kind, bound, start, started_at, length, unit, roll, basis, clause } = with;
        Self {
            n,
            rule,
            kind,
            bound,
            start,
            started_at,
            length,
            unit,
            roll,
            basis,
            clause,
            ledger: Vec::new(),
            nominal: start,
            legal: start,
            due: started_at,
            provisional: false,
            state: ClockState::Running,
            fired: 0,
            next_at: None,
            about: None,
            owed_to: None,
        }
    }

    /// Where it stands.
    pub fn state(&self) -> ClockState {
        self.state
    }

    /// Someone still owes it, in time or late.
    pub fn is_owed(&self) -> bool {
        matches!(self.state, ClockState::Running | ClockState::Breached { .. })
    }

    /// Days are not being counted now.
    pub fn is_stopped(&self) -> bool {
        self.is_owed() && self.ledger.iter().any(|e| matches!(e, LedgerEntry::Stop { to: None, .. }))
    }

    /// The day from which days are not being counted now.
    pub fn stopped_since(&self) -> Option<Date> {
        self.ledger
            .iter()
            .find_map(|e| if let LedgerEntry::Stop { from, to: None, .. } = e { Some(*from) } else { None })
    }

    /// What was added by extensions, all together.
    pub fn extension(&self) -> u32 {
        self.extended().fold(0, u32::saturating_add)
    }

    /// How often it was extended.
    pub fn extensions(&self) -> u32 {
        u32::try_from(self.extended().count()).unwrap_or(u32::MAX)
    }

    fn extended(&self) -> impl Iterator<Item = u32> {
        self.ledger.iter().filter_map(|e| if let LedgerEntry::Extension { days, .. } = e { Some(*days) } else { None })
    }

    /// The whole reckoning, for explanation. An open stop is counted as lasting until `today`.
    ///
    /// # Errors
    /// [`ReckonError`] when the ledger leaves the years that can be reckoned.
    pub fn reckoning(&self, calendar: &WorkCalendar, today: Date) -> Result<Reckoning, ReckonError> {
        let (length, unit) = self.unit.days_from(self.start, self.length).unwrap_or((0, DayUnit::CalendarDays));
        let roll = if length == 0 { Roll::Fixed } else { self.roll };
        let stops: Vec<Stop> = self
            .ledger
            .iter()
            .filter_map(|e| match e {
                LedgerEntry::Stop { from, to, .. } => {
                    Some(Stop { from: *from, to: to.unwrap_or_else(|| today.tomorrow().unwrap_or(today).max(*from)) })
                }
                LedgerEntry::Extension { .. } => None,
            })
            .collect();
        reckon(calendar, &Period { start: self.start, length, unit, stops: &stops, extension: self.extension(), roll })
    }

    /// Recomputes nominal and legal due from start, period and ledger. Returns whether the legal day moved.
    ///
    /// # Errors
    /// As [`Clock::reckoning`].
    pub fn project(&mut self, calendar: &WorkCalendar, now: &OfficeTime) -> Result<bool, ReckonError> {
        let before = self.legal;
        let reckoning = self.reckoning(calendar, now.today())?;
        self.nominal = reckoning.nominal;
        self.legal = reckoning.legal;
        self.provisional = reckoning.provisional;
        self.due = match self.unit {
            PeriodUnit::Hours => self.started_at.checked_add(i64::from(self.length).hours()).unwrap_or(Timestamp::MAX),
            PeriodUnit::Minutes => {
                self.started_at.checked_add(i64::from(self.length).minutes()).unwrap_or(Timestamp::MAX)
            }
            _ => end_of_day(self.legal, &now.zone),
        };
        if self.unit.is_short() {
            self.legal = self.due.to_zoned_datetime(now.zone.clone()).date();
            self.nominal = self.legal;
        }
        Ok(before != self.legal)
    }

    fn end_stops(&mut self, day: Date) {
        for entry in &mut self.ledger {
            if let LedgerEntry::Stop { from, to: to @ None, .. } = entry {
                *to = Some(day.max(*from));
            }
        }
    }
}
