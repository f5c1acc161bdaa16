//! A million random periods, reckoned a second time by another method: its own reading of the notices, its own
//! calendar arithmetic, and a walk of one day after another. Calendars are edited at random between the rounds.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test")]

use std::collections::BTreeMap;

use huiyin_domain::reckon::{DayUnit, Period, Roll, Stop, reckon};
use jiff::civil::Date;

const YEARS: [(i32, &str); 5] = [
    (2022, include_str!("../../../packs/calendars/cn/2022.json")),
    (2023, include_str!("../../../packs/calendars/cn/2023.json")),
    (2024, include_str!("../../../packs/calendars/cn/2024.json")),
    (2025, include_str!("../../../packs/calendars/cn/2025.json")),
    (2026, include_str!("../../../packs/calendars/cn/2026.json")),
];
const ROUNDS: usize = 50;
const CASES: usize = 20_000;

/// xorshift: the same cases each time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % sides as u64).unwrap()
    }
}

/// Days from 2022-01-01 (a Saturday), counted by hand.
fn all_days() -> Vec<(i32, u32, u32)> {
    let mut out = Vec::new();
    for year in 2022..=2026 {
        let leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
        for (month, length) in
            [31, if leap { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31].into_iter().enumerate()
        {
            for day in 1..=length {
                out.push((year, u32::try_from(month).unwrap() + 1, day));
            }
        }
    }
    out
}

fn text(day: (i32, u32, u32)) -> String {
    format!("{:04}-{:02}-{:02}", day.0, day.1, day.2)
}

#[test]
fn a_million_cases_agree() {
    let days = all_days();
    let mut dice = Dice(0x5eed_0002_2026_1124);
    for round in 0..ROUNDS {
        let mut notices: BTreeMap<String, serde_json::Value> =
            YEARS.iter().map(|(y, t)| (y.to_string(), serde_json::from_str(t).unwrap())).collect();
        // An edit of the calendar: some days become rest days, some working days.
        let mut working: Vec<bool> = (0..days.len()).map(|i| i % 7 != 0 && i % 7 != 1).collect();
        if round > 0 {
            for _ in 0..30 {
                // Only weekend days can be made working days, and only they are rest days without a notice.
                let i = dice.roll(days.len());
                let (day, off) = (days[i], i % 7 > 1);
                let list = notices.get_mut(&day.0.to_string()).unwrap()["days"].as_array_mut().unwrap();
                list.retain(|d| d["date"] != text(day));
                list.push(serde_json::json!({ "name": "edit", "date": text(day), "isOffDay": off }));
            }
        }
        for notice in notices.values() {
            for day in notice["days"].as_array().unwrap() {
                if let Some(i) = days.iter().position(|d| text(*d) == day["date"].as_str().unwrap()) {
                    working[i] = !day["isOffDay"].as_bool().unwrap();
                }
            }
        }
        let mut texts: BTreeMap<String, String> =
            notices.iter().map(|(y, n)| (format!("{y}.json"), n.to_string())).collect();
        texts.insert("calendar.toml".into(), include_str!("../../../packs/calendars/cn/calendar.toml").into());
        let calendar = huiyin_rules::read_calendar("cn", &texts).unwrap();
        let dates: Vec<Date> = days.iter().map(|d| text(*d).parse().unwrap()).collect();
        for _ in 0..CASES {
            let start = dice.roll(days.len() - 500);
            let in_working_days = dice.roll(2) == 0;
            let length = 1 + dice.roll(if in_working_days { 40 } else { 90 });
            let extension = if dice.roll(3) == 0 { 1 + dice.roll(30) } else { 0 };
            let stops: Vec<(usize, usize)> = (0..dice.roll(3))
                .map(|_| (start + 1 + dice.roll(80), dice.roll(25)))
                .map(|(from, days)| (from, from + days))
                .collect();
            let given: Vec<Stop> = stops.iter().map(|(from, to)| Stop { from: dates[*from], to: dates[*to] }).collect();
            let unit = if in_working_days { DayUnit::WorkingDays } else { DayUnit::CalendarDays };
            let period = Period {
                start: dates[start],
                length: u32::try_from(length).unwrap(),
                unit,
                stops: &given,
                extension: u32::try_from(extension).unwrap(),
                roll: Roll::NextWorkingDay,
            };
            let found = reckon(&calendar, &period).unwrap();
            // The walk: the first day is not counted, stopped days are not, rest days only in calendar days.
            let mut left = length + extension;
            let mut at = start;
            while left > 0 {
                at += 1;
                let stopped = stops.iter().any(|(from, to)| (*from..*to).contains(&at));
                if !stopped && (!in_working_days || working[at]) {
                    left -= 1;
                }
            }
            let nominal = at;
            while !working[at] {
                at += 1;
            }
            assert_eq!((found.nominal, found.legal), (dates[nominal], dates[at]), "round {round}: {period:?}");
        }
    }
}
