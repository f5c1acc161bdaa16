//! Periods of hours or minutes that are longer or shorter by night.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

mod shipped;

use std::collections::BTreeMap;

use huiyin_domain::ids::ClockId;
use huiyin_domain::procedure::Length;
use huiyin_rules::{Pack, PackErrors, PackFiles, read_pack, read_pack_over, run_cases, under_floor};
use jiff::civil::date;

const CASES: &str = r#"
[[case]]
id = "by-night-there-is-more-time"
received = "2026-03-02"

[[case.step]]
on = "2026-03-02"
time = "21:59"
by = "petition_office"
move = "urgent_accident"
give = { reason = "工地坍塌" }
due_time = { report_accident = "22:59" }

[[case]]
id = "by-night-over-midnight"
received = "2026-03-02"

[[case.step]]
on = "2026-03-02"
time = "22:00"
by = "petition_office"
move = "urgent_accident"
give = { reason = "工地坍塌" }
due = { report_accident = "2026-03-03" }
due_time = { report_accident = "00:00" }

[[case]]
id = "in-the-morning-as-by-day"
received = "2026-03-02"

[[case.step]]
on = "2026-03-02"
time = "06:00"
by = "petition_office"
move = "urgent_accident"
give = { reason = "工地坍塌" }
due_time = { report_accident = "07:00" }
"#;

const HOUR: &str = "length = 1\nunit = \"hours\"";
const NIGHT: &str = "{ from = \"22:00\", until = \"06:00\", length = 2 }";

/// The petition pack with its report of an accident, due within an hour, written otherwise.
fn files(period: &str) -> PackFiles {
    let mut files = shipped::pack("cn/petition/2022").files;
    let text = files.get_mut("urgent.toml").unwrap();
    assert!(text.contains(HOUR));
    *text = text.replacen(HOUR, period, 1);
    files.insert("cases_night.toml".into(), CASES.into());
    PackFiles { id: "cn/petition/2022".into(), files }
}

fn with_night(night: &str) -> Result<Pack, PackErrors> {
    read_pack(&files(&format!("{HOUR}\nnight = {night}")))
}

#[test]
fn the_length_is_that_of_the_time_it_begins_at() {
    let pack = with_night(NIGHT).unwrap();
    let failures = run_cases(&pack, &shipped::calendar("cn"));
    assert!(failures.is_empty(), "{failures:?}");
    // The cases see it: by day alone they fail.
    let failures = run_cases(&read_pack(&files(HOUR)).unwrap(), &shipped::calendar("cn"));
    assert!(failures.iter().any(|f| f.case == "by-night-over-midnight"), "{failures:?}");
}

#[test]
fn both_lengths_are_published() {
    let pack = with_night(NIGHT).unwrap();
    let clock = pack.book.clock(&ClockId::new("report_accident")).unwrap();
    let shown = |length: Length| (length.length, length.night.map(|n| n.length));
    assert_eq!(clock.length_on(date(2026, 3, 2)).map(shown), Some((1, Some(2))));
    assert_eq!(clock.lengths().map(|(length, ..)| length).collect::<Vec<_>>(), [1, 2]);
}

#[test]
fn a_value_of_a_later_date_has_a_night_of_its_own() {
    let later = "since = [{ from = \"2027-01-01\", length = 1, unit = \"hours\", basis = \"house\" }]";
    let pack = with_night(&format!("{NIGHT}\n{later}")).unwrap();
    let clock = pack.book.clock(&ClockId::new("report_accident")).unwrap();
    assert!(clock.length_on(date(2026, 12, 31)).unwrap().night.is_some());
    assert_eq!(clock.length_on(date(2027, 1, 1)).unwrap().night, None);
}

#[test]
fn a_night_that_is_none_is_refused() {
    for (period, why) in [
        (format!("length = 1\nunit = \"calendar_days\"\nnight = {NIGHT}"), "hours or minutes"),
        (format!("{HOUR}\nnight = {}", NIGHT.replace("06:00", "22:00")), "different times"),
        (format!("{HOUR}\nnight = {}", NIGHT.replace("06:00", "6 o'clock")), "as hour"),
        (format!("{HOUR}\nnight = {}", NIGHT.replace("length = 2", "length = 90000")), "ten years"),
        (format!("{HOUR}\nnight = {}", NIGHT.replace("length = 2", "length = 0")), "no time at all"),
    ] {
        let errors = read_pack(&files(&period)).map(|_| ()).unwrap_err();
        assert!(errors.0.iter().any(|e| e.message.contains(why) && e.file == "urgent.toml"), "{why}: {errors}");
    }
}

#[test]
fn a_pack_over_it_goes_the_petitioners_way_by_night_as_well() {
    let below = format!("{HOUR}\nnight = {NIGHT}");
    let night =
        |from: &str, length: u32| format!("night = {{ from = \"{from}\", until = \"06:00\", length = {length} }}");
    for (below, change, allowed) in [
        // A night where there was none.
        (HOUR, night("22:00", 1), true),
        (HOUR, night("22:00", 2), false),
        // The same night: compared with itself.
        (&below, "title = { zh = \"报\", en = \"r\" }".to_owned(), true),
        (&below, night("22:00", 2), true),
        (&below, night("22:00", 3), false),
        // A longer night would give two hours where there was one.
        (&below, night("20:00", 2), false),
        (&below, night("20:00", 1), true),
    ] {
        let head = "[pack]\nid = \"cn/test/2026\"\nextends = \"cn/petition/2022\"\ntitle = { zh = \"试\", en = \"t\" }\nforce_from = \"2026-01-01\"\n";
        let over = format!("{head}\n[[change]]\nof = \"clock\"\nid = \"report_accident\"\n[change.set]\n{change}\n");
        let over = PackFiles { id: "cn/test/2026".into(), files: BTreeMap::from([("pack.toml".into(), over)]) };
        let pack = read_pack_over(&over, Some(&files(below))).unwrap_or_else(|e| panic!("{e}"));
        let errors = under_floor(&pack, &shipped::calendar("cn"));
        assert_eq!(errors.is_empty(), allowed, "{change}: {errors:?}");
    }
}
