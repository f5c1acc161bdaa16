//! Days and times as people and ledgers write them. What could be read in two ways is not guessed.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::fmt::temporal::{Pieces, PiecesOffset};
use jiff::tz::TimeZone;

/// Which of two numbers before a year is the month, where a whole column shows it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Order {
    /// Nothing shows it.
    #[default]
    Unknown,
    /// 03/09/2025 is 9 March.
    MonthFirst,
    /// 03/09/2025 is 3 September.
    DayFirst,
}

/// Why a text is no day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DayFault {
    /// It is not written as a day.
    NotADay,
    /// Two readings are possible: 03/09/2025, or a year of two digits.
    Ambiguous,
    /// A day that does not exist: 30 February.
    NoSuchDay,
}

/// Reads a civil day, such as 2026-03-09, 2026年3月9日, 2026.3.9, 20260309 or 二〇二六年三月九日. Of an instant with an offset it
/// is the day that is written; which day an instant in UTC is depends on a zone that nobody named here.
///
/// # Errors
/// [`DayFault`] says why it is none.
pub fn day(text: &str) -> Result<Date, DayFault> {
    let plain = plain(text);
    if plain.parse::<Timestamp>().is_ok() {
        let pieces = Pieces::parse(&plain).map_err(|_| DayFault::NotADay)?;
        let in_utc = matches!(pieces.offset(), Some(PiecesOffset::Zulu));
        return if in_utc { Err(DayFault::Ambiguous) } else { Ok(pieces.date()) };
    }
    moment_of(&plain, Order::Unknown).map(|m| m.date())
}

/// Reads a day with or without its time, in a zone; an instant with an offset is brought into the zone.
///
/// # Errors
/// As [`day`].
pub fn moment(text: &str, zone: &TimeZone, order: Order) -> Result<DateTime, DayFault> {
    let plain = plain(text);
    if let Ok(instant) = plain.parse::<Timestamp>() {
        return Ok(instant.to_zoned_datetime(zone.clone()).datetime());
    }
    moment_of(&plain, order)
}

fn moment_of(plain: &str, order: Order) -> Result<DateTime, DayFault> {
    let (day, time) = split(plain);
    let twelve_hours = time.to_ascii_lowercase().ends_with("am") || time.to_ascii_lowercase().ends_with("pm");
    let date = date(day, if twelve_hours && order == Order::Unknown { Order::MonthFirst } else { order })?;
    let time = if time.is_empty() { Time::midnight() } else { clock(time).ok_or(DayFault::NotADay)? };
    Ok(date.to_datetime(time))
}

/// Reads a time of the day that stands by itself: 10:32, 上午10点半. `None` when it is none.
pub fn time(text: &str) -> Option<Time> {
    let plain = plain(text);
    plain.contains([':', '点', '时']).then(|| clock(&plain))?
}

/// What a column of days shows about the order of month and day: one value that can be read in one way only decides.
pub fn order_of<'a>(column: impl Iterator<Item = &'a str>) -> Order {
    let (mut month_first, mut day_first) = (false, false);
    for text in column {
        let plain = plain(text);
        let (day, _) = split(&plain);
        if let Some((a, b, _)) = year_last(day) {
            month_first |= b > 12 && a <= 12;
            day_first |= a > 12 && b <= 12;
        }
    }
    match (month_first, day_first) {
        (true, false) => Order::MonthFirst,
        (false, true) => Order::DayFirst,
        _ => Order::Unknown,
    }
}

/// Half-width, without remarks such as （周日） and with Chinese numerals as digits.
fn plain(text: &str) -> String {
    let half = super::number(text);
    let mut out = half;
    for (from, to) in [("星期", "周"), ("礼拜", "周"), ("周天", "周日")] {
        out = out.replace(from, to);
    }
    for day in ["一", "二", "三", "四", "五", "六", "日"] {
        for shape in [format!("(周{day})"), format!("周{day}")] {
            out = out.replace(&shape, " ");
        }
    }
    let written = out.chars().any(|c| "〇零○一二三四五六七八九十".contains(c));
    let digits = if written && out.contains('年') && out.contains('月') { numerals(&out) } else { out };
    digits.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// 二〇二六年三月十九日 → 2026年3月19日.
fn numerals(text: &str) -> String {
    const DIGITS: &[(char, u32)] = &[
        ('〇', 0),
        ('零', 0),
        ('○', 0),
        ('一', 1),
        ('二', 2),
        ('三', 3),
        ('四', 4),
        ('五', 5),
        ('六', 6),
        ('七', 7),
        ('八', 8),
        ('九', 9),
    ];
    let value = |c: char| DIGITS.iter().find(|(d, _)| *d == c).map(|(_, v)| *v);
    let mut out = String::new();
    let mut run: Vec<char> = Vec::new();
    let flush = |run: &mut Vec<char>, out: &mut String| {
        if let Some(ten) = run.iter().position(|c| *c == '十') {
            let before = ten.checked_sub(1).and_then(|i| run.get(i)).and_then(|c| value(*c)).unwrap_or(1);
            let after = run.get(ten + 1).and_then(|c| value(*c)).unwrap_or(0);
            out.push_str(&(before * 10 + after).to_string());
        } else {
            out.extend(run.iter().filter_map(|c| value(*c)).filter_map(|v| char::from_digit(v, 10)));
        }
        run.clear();
    };
    for c in text.chars() {
        if c == '十' || value(c).is_some() {
            run.push(c);
        } else {
            flush(&mut run, &mut out);
            out.push(c);
        }
    }
    flush(&mut run, &mut out);
    out
}

/// Divides `2019-03-26 10:32:52`, `2019-03-26T10:32:52` and `2019年3月26日上午10:32` into day and time.
fn split(text: &str) -> (&str, &str) {
    let end = match text.find(['日', '号']) {
        Some(i) => i + '日'.len_utf8(),
        None => text
            .char_indices()
            .find(|(i, c)| {
                c.is_whitespace()
                    || (*c == 'T' && text.get(..*i).is_some_and(|d| d.ends_with(|c: char| c.is_ascii_digit())))
            })
            .map_or(text.len(), |(i, _)| i),
    };
    let (day, time) = text.split_at_checked(end).unwrap_or((text, ""));
    (day.trim(), time.trim().trim_start_matches('T').trim())
}

/// Three numbers with the year last: 28/02/2023, 9.3.2025.
fn year_last(text: &str) -> Option<(i16, i16, i16)> {
    let separator = text.chars().find(|c| !c.is_ascii_digit())?;
    if !matches!(separator, '/' | '-' | '.') {
        return None;
    }
    let parts: Vec<&str> = text.split(separator).collect();
    let [a, b, year] = parts.as_slice() else { return None };
    let small = |t: &str| (1..=2).contains(&t.len()) && t.bytes().all(|b| b.is_ascii_digit());
    (small(a) && small(b) && year.len() == 4).then(|| Some((a.parse().ok()?, b.parse().ok()?, year.parse().ok()?)))?
}

fn date(text: &str, order: Order) -> Result<Date, DayFault> {
    if let Some((a, b, year)) = year_last(text) {
        let (month, day) = match (a > 12, b > 12, order) {
            (true, true, _) => return Err(DayFault::NoSuchDay),
            (true, false, Order::MonthFirst) | (false, true, Order::DayFirst) => return Err(DayFault::Ambiguous),
            (true, false, _) => (b, a),
            (false, true, _) => (a, b),
            (_, _, Order::MonthFirst) => (a, b),
            (_, _, Order::DayFirst) => (b, a),
            // With full stops the day stands first wherever they are used.
            (_, _, Order::Unknown) if text.contains('.') => (b, a),
            (_, _, Order::Unknown) if a == b => (a, b),
            (_, _, Order::Unknown) => return Err(DayFault::Ambiguous),
        };
        return made(i32::from(year), i32::from(month), i32::from(day));
    }
    if text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit()) {
        let packed: i32 = text.parse().map_err(|_| DayFault::NotADay)?;
        return made(packed / 10_000, packed / 100 % 100, packed % 100);
    }
    let (parts, two_digit_year) = year_first(text).ok_or(DayFault::NotADay)?;
    if two_digit_year {
        return Err(DayFault::Ambiguous);
    }
    let [year, month, day] = parts;
    made(year, month, day)
}

/// Year, month, day, divided by one kind of sign or by 年月日; and whether the year has two digits only.
fn year_first(text: &str) -> Option<([i32; 3], bool)> {
    let chinese = text.contains('年');
    let mut numbers = Vec::new();
    if chinese {
        let (year, rest) = text.split_once('年')?;
        let (month, rest) = rest.trim().split_once('月')?;
        let day = rest.trim().trim_end_matches(['日', '号']);
        numbers.extend([year, month, day]);
    } else {
        let separator = text.chars().find(|c| !c.is_ascii_digit())?;
        if !matches!(separator, '/' | '-' | '.') {
            return None;
        }
        numbers.extend(text.split(separator));
    }
    let [year, month, day] = numbers.as_slice() else { return None };
    let read = |t: &str, most: usize| -> Option<i32> {
        let t = t.trim();
        ((1..=most).contains(&t.len()) && t.bytes().all(|b| b.is_ascii_digit())).then(|| t.parse().ok())?
    };
    let out = [read(year, 4)?, read(month, 2)?, read(day, 2)?];
    let length = year.trim().len();
    (length == 4 || length == 2).then_some((out, length == 2))
}

fn made(year: i32, month: i32, day: i32) -> Result<Date, DayFault> {
    let fits = i16::try_from(year).ok().zip(i8::try_from(month).ok()).zip(i8::try_from(day).ok());
    let ((year, month), day) = fits.ok_or(DayFault::NoSuchDay)?;
    Date::new(year, month, day).map_err(|_| DayFault::NoSuchDay)
}

/// A time of the day: 10:32, 10:32:52.5, 10时32分, 上午10点半, 3:05 PM.
fn clock(text: &str) -> Option<Time> {
    let upper = text.to_uppercase();
    let mut rest = upper.trim();
    let mut half: Option<i8> = None;
    for (word, from) in [
        ("上午", 0),
        ("早上", 0),
        ("早晨", 0),
        ("凌晨", 0),
        ("清晨", 0),
        ("中午", 12),
        ("下午", 12),
        ("傍晚", 12),
        ("晚上", 12),
        ("晚", 12),
        ("夜里", 12),
    ] {
        if let Some(after) = rest.strip_prefix(word) {
            (rest, half) = (after.trim(), Some(from));
            break;
        }
    }
    if let Some(before) = rest.strip_suffix("PM").or_else(|| rest.strip_suffix("P.M.")) {
        (rest, half) = (before.trim(), Some(12));
    } else if let Some(before) = rest.strip_suffix("AM").or_else(|| rest.strip_suffix("A.M.")) {
        (rest, half) = (before.trim(), Some(0));
    }
    let spelled =
        rest.replace("点半", ":30").replace("时半", ":30").replace("点整", ":00").replace(['点', '时', '分'], ":");
    let spelled = spelled.trim_end_matches('秒').trim_end_matches(':');
    let whole = spelled.split('.').next()?;
    let parts: Vec<i8> = whole.split(':').map(|p| p.trim().parse().ok()).collect::<Option<_>>()?;
    let (hour, minute, second) = match parts.as_slice() {
        [h] if rest.contains(['点', '时']) || half.is_some() => (*h, 0, 0),
        [h, m] => (*h, *m, 0),
        [h, m, s] => (*h, *m, *s),
        _ => return None,
    };
    let hour = match half {
        Some(add) if (1..=12).contains(&hour) => hour % 12 + add,
        Some(12) if hour == 0 => 12,
        _ => hour,
    };
    // 中午11点 is before noon.
    let hour =
        if rest.len() < upper.trim().len() && upper.trim().starts_with("中午") && hour == 23 { 11 } else { hour };
    // 24:00 ends the day it is written with.
    if (hour, minute, second) == (24, 0, 0) {
        Time::new(23, 59, 59, 0).ok()
    } else {
        Time::new(hour, minute, second, 0).ok()
    }
}
