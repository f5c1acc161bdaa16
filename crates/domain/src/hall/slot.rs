//! A time of a hall that can be booked, and which of the places it has.

use std::fmt;

use jiff::civil::{Date, Time};
use serde::{Deserialize, Serialize};

use crate::text;

/// A place of a time: `09:30/1` is the first of those that begin at half past nine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Slot {
    /// When it begins.
    pub time: Time,
    /// Which of the places of that time, from 1.
    pub place: u32,
}

impl Slot {
    /// From what was typed: `9:30` is its first place. Full-width signs are taken.
    pub fn typed(value: &str) -> Option<Self> {
        let plain = text::number(value);
        let (time, place) = plain.split_once('/').unwrap_or((&plain, "1"));
        let (hour, minute) = time.split_once(':')?;
        let short = |part: &str| part.len() <= 2 && part.bytes().all(|b| b.is_ascii_digit());
        if !short(hour) || minute.len() != 2 || !short(minute) {
            return None;
        }
        let time = Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()?;
        let place = place.parse().ok().filter(|p| (1..=999).contains(p))?;
        Some(Self { time, place })
    }

    /// The time alone, such as `09:30`.
    pub fn clock(&self) -> String {
        self.time.strftime("%H:%M").to_string()
    }

    /// The instant it begins on a day of a place.
    pub fn begins(&self, day: Date, zone: &jiff::tz::TimeZone) -> Option<jiff::Timestamp> {
        zone.to_ambiguous_timestamp(day.to_datetime(self.time)).compatible().ok()
    }
}

impl fmt::Display for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.clock(), self.place)
    }
}

impl TryFrom<String> for Slot {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::typed(&text).ok_or_else(|| format!("`{text}` is no time of a hall"))
    }
}

impl From<Slot> for String {
    fn from(slot: Slot) -> Self {
        slot.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_read_or_refused() {
        let read = |typed: &str| Slot::typed(typed).map(|s| s.to_string());
        assert_eq!(read("9:30").as_deref(), Some("09:30/1"));
        assert_eq!(read(" ０９：３０ ").as_deref(), Some("09:30/1"));
        assert_eq!(read("14:00/12").as_deref(), Some("14:00/12"));
        for wrong in ["", "9", "930", "24:00", "9:60", "9:3", "9:30/0", "9:30/x", "009:30", "-1:30", "9:30/1000"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
