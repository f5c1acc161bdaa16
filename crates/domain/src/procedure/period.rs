//! Periods of a pack: how long each is, by day and by night, today and from later dates.

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::{Fact, Relation, StartFrom};
use crate::clock::{Basis, ClockKind, PeriodUnit};
use crate::ids::ClockId;
use crate::label::Label;
use crate::posts::Post;
use crate::reckon::Roll;

/// Another length by night, of a period of hours or minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Night {
    /// It begins at this time of the office's day.
    pub from: Time,
    /// It ends before this time, of the next day where that is not after `from`.
    pub until: Time,
    /// The length of what begins by night, in the unit of the period.
    pub length: u32,
}

impl Night {
    /// Whether a time of the day is within it.
    pub fn holds(self, time: Time) -> bool {
        if self.from < self.until {
            self.from <= time && time < self.until
        } else {
            self.from <= time || time < self.until
        }
    }
}

/// How long a period is, as it is published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Length {
    /// How many.
    pub length: u32,
    /// Of what.
    pub unit: PeriodUnit,
    /// What it is by night, where that differs.
    pub night: Option<Night>,
}

/// What a clock begins with: its length, `None` where a move sets the day, the unit, the source and its clause.
pub type Terms<'a> = (Option<u32>, PeriodUnit, Basis, Option<&'a String>);

/// A period that changed on a day: clocks that start on or after it take these values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Since {
    /// In force from.
    pub from: Date,
    /// Length from then on.
    pub length: u32,
    /// Its unit.
    pub unit: PeriodUnit,
    /// Where it comes from.
    pub basis: Basis,
    /// Clause, for `law` and `local`.
    pub clause: Option<String>,
    /// Another length by night.
    #[serde(default)]
    pub night: Option<Night>,
}

/// A period of the pack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClockRule {
    /// Id.
    pub id: ClockId,
    /// Duty or right.
    pub kind: ClockKind,
    /// What is owed, as a task: 出具处理意见书.
    pub title: Label,
    /// What the petitioner reads: who gives her what.
    pub plain: Label,
    /// Who owes it, by relation.
    pub bound: Relation,
    /// Which post in that unit.
    pub post: Post,
    /// Length; `None` when the payload's `due_on` sets the day.
    pub length: Option<u32>,
    /// Unit.
    pub unit: PeriodUnit,
    /// Roll.
    pub roll: Roll,
    /// Where it comes from.
    pub basis: Basis,
    /// Clause, for `law` and `local`.
    pub clause: Option<String>,
    /// From which day.
    pub start: StartFrom,
    /// Started only when the fact holds: a supported request is to be carried out (art. 32).
    pub only_if: Option<Fact>,
    /// Days before the nominal day at which the holder is warned (for a right: the petitioner reminded).
    pub warn_days: u32,
    /// Owed between offices: the petitioner's page does not show it.
    pub between_offices: bool,
    /// Longest extension; `None` when the law gives none.
    pub extension: Option<u32>,
    /// How often it may be extended.
    pub extensions: u32,
    /// The clause by which whoever is late answers for it.
    pub consequence: Option<String>,
    /// Values of later dates, oldest first.
    pub since: Vec<Since>,
    /// Another length by night.
    #[serde(default)]
    pub night: Option<Night>,
}

impl ClockRule {
    fn since(&self, start: Date) -> Option<&Since> {
        self.since.iter().rev().find(|s| s.from <= start)
    }

    /// The values for a clock that starts on a day, by day.
    pub fn on(&self, start: Date) -> Terms<'_> {
        match self.since(start) {
            Some(s) => (Some(s.length), s.unit, s.basis, s.clause.as_ref()),
            None => (self.length, self.unit, self.basis, self.clause.as_ref()),
        }
    }

    /// The values for a clock that starts on a day, at an instant of the office's time.
    pub fn at(&self, start: Date, at: Timestamp, zone: &TimeZone) -> Terms<'_> {
        let (length, unit, basis, clause) = self.on(start);
        let time = at.to_zoned_datetime(zone.clone()).time();
        let night = self.night_on(start).filter(|n| n.holds(time));
        (night.map(|n| n.length).or(length), unit, basis, clause)
    }

    /// How long a clock that starts on a day is; `None` where a move sets its day.
    pub fn length_on(&self, day: Date) -> Option<Length> {
        let (length, unit, ..) = self.on(day);
        length.map(|length| Length { length, unit, night: self.night_on(day) })
    }

    /// Every length it has, by day and by night, with its unit, the day from which it is in force, and whether it is
    /// the one by night.
    pub fn lengths(&self) -> impl Iterator<Item = (u32, PeriodUnit, Option<Date>, bool)> {
        let both = |day: Option<u32>, night: Option<Night>, unit, from| {
            let night = night.map(|n| (n.length, unit, from, true));
            day.map(|length| (length, unit, from, false)).into_iter().chain(night)
        };
        let later = self.since.iter().flat_map(move |s| both(Some(s.length), s.night, s.unit, Some(s.from)));
        both(self.length, self.night, self.unit, None).chain(later)
    }

    fn night_on(&self, day: Date) -> Option<Night> {
        self.since(day).map_or(self.night, |s| s.night)
    }
}
