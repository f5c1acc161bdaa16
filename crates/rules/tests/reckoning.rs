//! The vectors of LAW.md §5.3, and properties against a second reckoning that works day by day in another way.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test")]

use std::collections::{BTreeMap, BTreeSet};

use huiyin_domain::calendar::{WorkCalendar, date_of, number_of};
use huiyin_domain::reckon::{DayUnit, Period, Roll, Stop, reckon};
use jiff::civil::{Date, Weekday, date};
use proptest::prelude::*;

const NOTICES: [(&str, &str); 6] = [
    ("calendar.toml", include_str!("../../../packs/calendars/cn/calendar.toml")),
    ("2022.json", include_str!("../../../packs/calendars/cn/2022.json")),
    ("2023.json", include_str!("../../../packs/calendars/cn/2023.json")),
    ("2024.json", include_str!("../../../packs/calendars/cn/2024.json")),
    ("2025.json", include_str!("../../../packs/calendars/cn/2025.json")),
    ("2026.json", include_str!("../../../packs/calendars/cn/2026.json")),
];

fn calendar() -> WorkCalendar {
    let notices: BTreeMap<String, String> = NOTICES.iter().map(|(n, t)| ((*n).to_owned(), (*t).to_owned())).collect();
    huiyin_rules::read_calendar("cn", &notices).unwrap()
}

fn due(start: &str, length: u32, unit: DayUnit, stops: &[(&str, &str)], extension: u32) -> (String, String, bool) {
    let stops: Vec<Stop> =
        stops.iter().map(|(f, t)| Stop { from: f.parse().unwrap(), to: t.parse().unwrap() }).collect();
    let period =
        Period { start: start.parse().unwrap(), length, unit, stops: &stops, extension, roll: Roll::NextWorkingDay };
    let found = reckon(&calendar(), &period).unwrap();
    (found.nominal.to_string(), found.legal.to_string(), found.provisional)
}

#[test]
fn the_vectors_of_the_specification() {
    use DayUnit::{CalendarDays as C, WorkingDays as W};
    for (start, length, unit, extension, nominal, legal) in [
        ("2025-09-20", 15, C, 0, "2025-10-05", "2025-10-09"),
        ("2024-01-31", 15, C, 0, "2024-02-15", "2024-02-18"),
        ("2026-09-05", 15, C, 0, "2026-09-20", "2026-09-20"),
        ("2022-12-16", 15, C, 0, "2022-12-31", "2023-01-03"),
        ("2023-10-01", 60, C, 0, "2023-11-30", "2023-11-30"),
        ("2025-12-04", 60, C, 0, "2026-02-02", "2026-02-02"),
        ("2025-12-04", 60, C, 30, "2026-03-04", "2026-03-04"),
        ("2026-01-20", 30, C, 0, "2026-02-19", "2026-02-24"),
        ("2025-09-26", 5, W, 0, "2025-10-10", "2025-10-10"),
        ("2026-02-13", 5, W, 0, "2026-02-27", "2026-02-27"),
        ("2025-01-24", 5, W, 0, "2025-02-07", "2025-02-07"),
        ("2024-09-27", 10, W, 0, "2024-10-16", "2024-10-16"),
    ] {
        assert_eq!(
            due(start, length, unit, &[], extension),
            (nominal.to_owned(), legal.to_owned(), false),
            "{start} {length}"
        );
    }
}

#[test]
fn stops_overlap_and_rolling_ignores_them() {
    use DayUnit::CalendarDays as C;
    assert_eq!(due("2026-03-02", 30, C, &[("2026-03-11", "2026-03-20")], 0).1, "2026-04-10");
    assert_eq!(
        due("2026-03-02", 30, C, &[("2026-03-11", "2026-03-18"), ("2026-03-15", "2026-03-20")], 0).1,
        "2026-04-10"
    );
    assert_eq!(
        due("2026-03-02", 30, C, &[("2026-03-11", "2026-03-11")], 0).1,
        "2026-04-01",
        "an empty stop stops nothing"
    );
    // The nominal day is Saturday 2026-03-14; a stop from that Sunday on does not hold back the roll to Monday.
    assert_eq!(
        due("2026-03-04", 10, C, &[("2026-03-15", "2026-03-30")], 0),
        ("2026-03-14".into(), "2026-03-16".into(), false)
    );
}

#[test]
fn a_year_without_a_notice_is_provisional_when_it_matters() {
    use DayUnit::{CalendarDays as C, WorkingDays as W};
    assert!(due("2026-12-20", 15, C, &[], 0).2, "ends on a Monday of 2027, which a notice could take");
    assert!(!due("2026-12-01", 15, C, &[], 0).2);
    assert!(due("2026-12-16", 15, C, &[], 0).2, "2026-12-31 may be in the notice of 2027");
    assert!(due("2026-12-25", 5, W, &[], 0).2);
    assert!(!due("2026-12-18", 5, W, &[], 0).2);
    assert!(due("2019-05-01", 15, C, &[], 0).2);
}

/// The other way: a list of all days, filtered, and the n-th taken.
fn by_list(
    calendar: &WorkCalendar,
    start: Date,
    length: usize,
    unit: DayUnit,
    stops: &[(i32, i32)],
    extension: usize,
) -> (Date, Date) {
    let stopped: BTreeSet<i32> = stops.iter().flat_map(|(f, t)| *f..*t).collect();
    let rests = |n: i32| {
        let day = calendar.day(date_of(n));
        let weekend = matches!(date_of(n).weekday(), Weekday::Saturday | Weekday::Sunday);
        assert!(!day.made_up || (weekend && !day.rest));
        day.rest
    };
    let first = number_of(start);
    let counted: Vec<i32> = (first + 1..first + 3000)
        .filter(|n| !stopped.contains(n) && (unit == DayUnit::CalendarDays || !rests(*n)))
        .take(length + extension)
        .collect();
    let nominal = counted.last().copied().unwrap_or(first);
    let legal =
        if unit == DayUnit::WorkingDays { nominal } else { (nominal..).find(|n| !rests(*n)).expect("some day works") };
    (date_of(nominal), date_of(legal))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn both_reckonings_agree(day in 0..1825_i32, length in 0..120_usize, working: bool, extend: bool, stops in prop::collection::vec((0..200_i32, 0..40_i32), 0..4)) {
        let calendar = calendar_once();
        let start = number_of(date(2022, 1, 1)) + day;
        let stops: Vec<(i32, i32)> = stops.into_iter().map(|(from, n)| (start + from, start + from + n)).collect();
        let given: Vec<Stop> = stops.iter().map(|(f, t)| Stop { from: date_of(*f), to: date_of(*t) }).collect();
        let unit = if working { DayUnit::WorkingDays } else { DayUnit::CalendarDays };
        let extension = if extend { 30 } else { 0 };
        let period = Period { start: date_of(start), length: u32::try_from(length).unwrap(), unit, stops: &given, extension, roll: Roll::NextWorkingDay };
        let found = reckon(calendar, &period).unwrap();
        prop_assert_eq!((found.nominal, found.legal), by_list(calendar, date_of(start), length, unit, &stops, usize::try_from(extension).unwrap()));
        prop_assert!(found.legal >= found.nominal);
        if !working {
            prop_assert!(!calendar.day(found.legal).rest, "a deadline never lands on a day off");
        }
    }

    #[test]
    fn a_later_start_never_ends_earlier(day in 0..1700_i32, length in 1..100_u32, working: bool) {
        let calendar = calendar_once();
        let unit = if working { DayUnit::WorkingDays } else { DayUnit::CalendarDays };
        let end = |n: i32| reckon(calendar, &Period { start: date_of(n), length, unit, stops: &[], extension: 0, roll: Roll::NextWorkingDay }).unwrap().legal;
        let start = number_of(date(2022, 1, 1)) + day;
        prop_assert!(end(start) <= end(start + 1));
    }

    #[test]
    fn pausing_loses_nothing(day in 0..1500_i32, length in 2..60_u32, at in 1..20_i32, pause in 0..30_i32) {
        let calendar = calendar_once();
        let start = number_of(date(2022, 1, 1)) + day;
        let at = at.min(i32::try_from(length).unwrap() - 1);
        let nominal = |stops: &[Stop]| reckon(calendar, &Period { start: date_of(start), length, unit: DayUnit::CalendarDays, stops, extension: 0, roll: Roll::Fixed }).unwrap().nominal;
        let stop = Stop { from: date_of(start + at), to: date_of(start + at + pause) };
        prop_assert_eq!(number_of(nominal(&[stop])), number_of(nominal(&[])) + pause);
    }
}

fn calendar_once() -> &'static WorkCalendar {
    static CALENDAR: std::sync::OnceLock<WorkCalendar> = std::sync::OnceLock::new();
    CALENDAR.get_or_init(calendar)
}
