//! Days and times as ledgers write them.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;

/// Reads a day or an instant in the office's zone; `None` when it is neither.
pub(super) fn parse(text: &str, zone: &TimeZone) -> Option<DateTime> {
    let text = text.trim();
    if let Ok(instant) = text.parse::<Timestamp>() {
        return Some(instant.to_zoned_datetime(zone.clone()).datetime());
    }
    if let Ok(serial) = text.parse::<f64>() {
        return excel(serial);
    }
    let (day, time) = split(text);
    Some(date(day)?.to_datetime(if time.is_empty() { Time::midnight() } else { clock(time)? }))
}

/// Divides `2019-03-26 10:32:52`, `2019-03-26T10:32:52` and `2019年3月26日10:32` into day and time.
fn split(text: &str) -> (&str, &str) {
    let end = match text.find('日') {
        Some(i) => i + '日'.len_utf8(),
        None => text.find(|c: char| c == 'T' || c.is_whitespace()).unwrap_or(text.len()),
    };
    let (day, time) = text.split_at_checked(end).unwrap_or((text, ""));
    (day, time.trim_start_matches('T').trim())
}

fn date(text: &str) -> Option<Date> {
    let parts: Vec<i32> = text.split(|c: char| !c.is_ascii_digit()).filter(|p| !p.is_empty()).map(|p| p.parse().ok()).collect::<Option<_>>()?;
    let (year, month, day) = match parts.as_slice() {
        [y, m, d] if *y > 1000 => (*y, *m, *d),
        // The American order: month/day/year.
        [m, d, y] if *y > 1000 => (*y, *m, *d),
        [packed] if *packed > 19_000_000 => (packed / 10_000, packed / 100 % 100, packed % 100),
        _ => return None,
    };
    Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

fn clock(text: &str) -> Option<Time> {
    let upper = text.to_uppercase();
    let (plain, shift) = match (upper.strip_suffix("PM"), upper.strip_suffix("AM")) {
        (Some(p), _) => (p, Some(12)),
        (_, Some(p)) => (p, Some(0)),
        _ => (upper.as_str(), None),
    };
    let plain = plain.trim().split(['.', '+', 'Z']).next()?;
    let parts: Vec<i8> = plain.split(['时', '分', '秒', ':', '：']).filter(|p| !p.trim().is_empty()).map(|p| p.trim().parse().ok()).collect::<Option<_>>()?;
    let (hour, minute, second) = match parts.as_slice() {
        [h, m] => (*h, *m, 0),
        [h, m, s] => (*h, *m, *s),
        _ => return None,
    };
    let hour = shift.map_or(hour, |add| hour % 12 + add);
    Time::new(hour, minute, second, 0).ok()
}

/// A spreadsheet's day number: days since 1899-12-30, with the time as its fraction.
fn excel(serial: f64) -> Option<DateTime> {
    // 20000 is 1954, 60000 is 2064; other numbers are no days.
    if !(20_000.0..60_000.0).contains(&serial) {
        return if (19_000_101.0..21_000_000.0).contains(&serial) { date(&format!("{serial:.0}")).map(|d| d.to_datetime(Time::midnight())) } else { None };
    }
    let seconds = (serial * 86_400.0).round();
    Date::new(1899, 12, 30).ok()?.to_datetime(Time::midnight()).checked_add(jiff::SignedDuration::from_secs(seconds as i64)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ways_ledgers_write_time() {
        let zone = TimeZone::get("Asia/Shanghai").unwrap();
        let is = |text: &str, want: &str| assert_eq!(parse(text, &zone), Some(want.parse::<DateTime>().unwrap()), "{text}");
        is("2019-03-26 10:32:52", "2019-03-26T10:32:52");
        is("2019-03-26T10:32:52", "2019-03-26T10:32:52");
        is("2019/3/6 9:05", "2019-03-06T09:05:00");
        is("2019年3月6日", "2019-03-06T00:00:00");
        is("2019年3月6日 9时5分", "2019-03-06T09:05:00");
        is("02/28/2023 11:45:00 PM", "2023-02-28T23:45:00");
        is("02/28/2023 12:05:00 AM", "2023-02-28T00:05:00");
        is("2017-01-24T22:55:30.361Z", "2017-01-25T06:55:30.361");
        is("20190306", "2019-03-06T00:00:00");
        is("43550.5", "2019-03-26T12:00:00");
        for wrong in ["", "昨天", "2019-13-01", "2019-02-30", "12", "abc 10:00", "2019-03-26 25:00"] {
            assert_eq!(parse(wrong, &zone), None, "{wrong}");
        }
    }
}
