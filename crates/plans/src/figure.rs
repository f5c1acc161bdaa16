//! Periods and headcounts of a clause, as written: 半小时 is 30 minutes, 不足10人 at most nine, 24小时值班 no period.

use std::sync::LazyLock;

use regex::{Captures, Regex};
use serde::Serialize;

/// What a period is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PeriodUnit {
    /// Minutes.
    Minutes,
    /// Hours.
    Hours,
    /// Working days.
    WorkingDays,
    /// Calendar days.
    CalendarDays,
    /// At once, without a number.
    AtOnce,
}

/// A period as the plan writes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Period {
    /// How many; `None`: at once.
    pub n: Option<u32>,
    /// Of what.
    pub unit: PeriodUnit,
    /// Another one by night.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub night: Option<Box<Period>>,
    /// It comes again and again.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub every: bool,
}

impl Period {
    fn of(n: Option<u32>, unit: PeriodUnit) -> Self {
        Self { n, unit, night: None, every: false }
    }
}

/// How many people come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Headcount {
    /// At least.
    pub min: Option<u32>,
    /// At most.
    pub max: Option<u32>,
}

const NUMBER: &str = "([0-9]{1,4}|[一二三四五六七八九十两百]{1,5})";

fn compiled(pattern: &str) -> Regex {
    match Regex::new(pattern) {
        Ok(found) => found,
        Err(fault) => unreachable!("{fault}"),
    }
}

static PERIOD: LazyLock<Regex> = LazyLock::new(|| {
    compiled(&format!(
        r"(每)?{NUMBER}\s*(分钟|个小时|小时|个钟头|钟头|个工作日|工作日|个自然日|天|日|周|个星期|刻钟)(之内|以内|内|以后|后|一次)?"
    ))
});
static HALF: LazyLock<Regex> = LazyLock::new(|| compiled("(每)?(?:半个小时|半小时|半个钟头)"));
static AT_ONCE: LazyLock<Regex> =
    LazyLock::new(|| compiled("立即|立刻|马上|当场|第一时间|迅速|即刻|当即|随即|即时|火速"));
static NOT_AT_ONCE: LazyLock<Regex> = LazyLock::new(|| compiled("(不能|无法|未能|不宜)(当场|立即|马上)"));
static SAME_DAY: LazyLock<Regex> = LazyLock::new(|| compiled("当[日天]"));
static NEXT_DAY: LazyLock<Regex> = LazyLock::new(|| compiled("次日|第二天|翌日"));
static NIGHT: LazyLock<Regex> = LazyLock::new(|| compiled("(夜|晚)[^,。;]{0,6}$"));
static DAYTIME: LazyLock<Regex> = LazyLock::new(|| compiled("(昼|白天|日间|工作时间)"));
static NO_LIMIT: LazyLock<Regex> = LazyLock::new(|| compiled("不少于|至少|不低于|超过|满|提前|[年月]$"));
static COUNTED: LazyLock<Regex> = LazyLock::new(|| compiled("之?日起|后|在|延长|延至|应|于|自|由"));

/// A number in digits or in characters.
fn number(text: &str) -> Option<u32> {
    if let Ok(n) = text.parse() {
        return Some(n);
    }
    let digit = |c| "零一二三四五六七八九".chars().position(|d| d == c).and_then(|n| u32::try_from(n).ok());
    let (mut sum, mut last) = (0, 0);
    for c in text.chars() {
        match c {
            '两' => last = 2,
            '十' => (sum, last) = (sum + last.max(1) * 10, 0),
            '百' => (sum, last) = (sum + last.max(1) * 100, 0),
            other => last = digit(other)?,
        }
    }
    Some(sum + last)
}

/// The last so many characters before a place.
fn before(text: &str, byte: usize, many: usize) -> &str {
    let head = text.get(..byte).unwrap_or_default();
    let from = head.char_indices().rev().nth(many.saturating_sub(1)).map_or(0, |(at, _)| at);
    head.get(from..).unwrap_or_default()
}

struct Found {
    at: usize,
    period: Period,
}

fn one(text: &str, found: &Captures<'_>) -> Option<Found> {
    let all = found.get(0)?;
    let part = |n: usize| found.get(n).map(|m| m.as_str());
    let (mut n, word, tail) = (number(part(2)?)?, part(3)?, part(4));
    let unit = match word {
        "分钟" => PeriodUnit::Minutes,
        "刻钟" => {
            n *= 15;
            PeriodUnit::Minutes
        }
        "小时" | "个小时" | "钟头" | "个钟头" => PeriodUnit::Hours,
        "工作日" | "个工作日" => PeriodUnit::WorkingDays,
        "周" | "个星期" => {
            n *= 7;
            PeriodUnit::CalendarDays
        }
        _ => PeriodUnit::CalendarDays,
    };
    let short = matches!(unit, PeriodUnit::Minutes | PeriodUnit::Hours);
    let within = matches!(tail, Some("之内" | "以内" | "内"));
    // Round the clock is no period.
    let round = n == 24 && unit == PeriodUnit::Hours && tail.is_none();
    let lead = before(text, all.start(), 5);
    let every = part(1).is_some() || tail == Some("一次");
    let counted = short || within || every || COUNTED.is_match(lead);
    let ends_after = matches!(tail, Some("后" | "以后"));
    if round || ends_after || !counted || (every && !short) || NO_LIMIT.is_match(lead) {
        return None;
    }
    Some(Found { at: all.start(), period: Period { every, ..Period::of(Some(n), unit) } })
}

/// The period of a clause.
pub(crate) fn period(text: &str) -> Option<Period> {
    let mut all: Vec<Found> = PERIOD.captures_iter(text).filter_map(|found| one(text, &found)).collect();
    all.extend(HALF.captures_iter(text).filter_map(|found| {
        let every = found.get(1).is_some();
        let period = Period { every, ..Period::of(Some(30), PeriodUnit::Minutes) };
        Some(Found { at: found.get(0)?.start(), period })
    }));
    all.sort_by_key(|f| f.at);
    let by_night = |f: &Found| NIGHT.is_match(before(text, f.at, 6));
    let mut all = all.into_iter();
    if let Some(first) = all.next() {
        let second = all.next();
        return Some(match second {
            Some(night) if by_night(&night) => Period { night: Some(Box::new(night.period)), ..first.period },
            Some(day) if by_night(&first) && DAYTIME.is_match(before(text, day.at, 6)) => {
                Period { night: Some(Box::new(first.period)), ..day.period }
            }
            _ => first.period,
        });
    }
    if SAME_DAY.is_match(text) {
        return Some(Period::of(Some(0), PeriodUnit::CalendarDays));
    }
    if NEXT_DAY.is_match(text) {
        return Some(Period::of(Some(1), PeriodUnit::CalendarDays));
    }
    let plain = NOT_AT_ONCE.replace_all(text, "");
    AT_ONCE.is_match(&plain).then(|| Period::of(None, PeriodUnit::AtOnce))
}

/// How a headcount is bounded.
#[derive(Clone, Copy)]
enum Bound {
    Range,
    /// From the first to one less than the second.
    FromBelow,
    Below,
    Above,
    AtLeast,
    AtMost,
}

static HEADS: LazyLock<Vec<(Regex, Bound)>> = LazyLock::new(|| {
    let of = |pattern: String, bound| (compiled(&pattern), bound);
    vec![
        of(format!(r"{NUMBER}\s*[人名]?\s*(?:至|到|-|—|–|~|～)+\s*{NUMBER}\s*[人名]"), Bound::Range),
        of(
            format!(
                r"{NUMBER}\s*[人名]?\s*(?:\(含\))?(?:以上|及以上)[,、至到]*\s*(?:不足|不满|少于|低于)\s*{NUMBER}\s*[人名]"
            ),
            Bound::FromBelow,
        ),
        of(
            format!(
                r"{NUMBER}\s*[人名]?\s*(?:\(含\))?(?:以上|及以上)[,、至到]*\s*{NUMBER}\s*[人名]\s*(?:\(含\))?(?:以下|以内)"
            ),
            Bound::Range,
        ),
        of(format!(r"(?:不足|不满|少于|低于|小于|未达到?|未满)\s*{NUMBER}\s*[人名]"), Bound::Below),
        of(format!(r"(?:超过|多于|大于|高于)\s*{NUMBER}\s*[人名]"), Bound::Above),
        of(format!(r"{NUMBER}\s*[人名]\s*\)?(?:\s*\(含[^)]*\))?\s*[及或]?(?:以上|或更多|及其以上)"), Bound::AtLeast),
        of(format!(r"{NUMBER}\s*[人名]\s*(?:\(含[^)]*\))?\s*[及或]?(?:以下|以内|之内)"), Bound::AtMost),
        of(format!(r"(?:达到?|满)\s*{NUMBER}\s*[人名]"), Bound::AtLeast),
    ]
});
static NOT_HEADS_BEFORE: LazyLock<Regex> =
    LazyLock::new(|| compiled("代表|派员|派出|不少于$|不超过$|不多于|安排|配备"));
static NOT_HEADS_AFTER: LazyLock<Regex> =
    LazyLock::new(|| compiled("^.{0,3}(代表|民警|工作人员|干部|值班|接待人员|领导|联络员|负责)"));

/// How many people come, by a clause or a whole line: not how many speak for them, and not how many officers.
pub(crate) fn headcount(text: &str) -> Option<Headcount> {
    for (pattern, bound) in HEADS.iter() {
        for found in pattern.captures_iter(text) {
            let Some(all) = found.get(0) else { continue };
            let after: String = text.get(all.end()..).unwrap_or_default().chars().take(6).collect();
            if NOT_HEADS_BEFORE.is_match(before(text, all.start(), 6)) || NOT_HEADS_AFTER.is_match(&after) {
                continue;
            }
            let Some(first) = found.get(1).and_then(|m| number(m.as_str())) else { continue };
            let (min, max) = match bound {
                Bound::FromBelow => match found.get(2).and_then(|m| number(m.as_str())) {
                    Some(second) => (Some(first), Some(second.saturating_sub(1))),
                    None => continue,
                },
                Bound::Range => match found.get(2).and_then(|m| number(m.as_str())) {
                    Some(second) => (Some(first), Some(second)),
                    None => continue,
                },
                Bound::Below => (None, Some(first.saturating_sub(1))),
                Bound::Above => (Some(first + 1), None),
                Bound::AtLeast => (Some(first), None),
                Bound::AtMost => (None, Some(first)),
            };
            return Some(Headcount { min, max });
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn say(text: &str) -> String {
        match period(text) {
            None => "none".to_owned(),
            Some(p) => {
                let night = p.night.map(|n| format!(" night {:?}", n.n)).unwrap_or_default();
                format!("{:?} {:?}{night}{}", p.n, p.unit, if p.every { " every" } else { "" })
            }
        }
    }

    #[test]
    fn periods_are_read_as_they_are_written() {
        let cases = [
            ("15分钟内到场", "Some(15) Minutes"),
            ("半个小时内报告", "Some(30) Minutes"),
            ("一小时内", "Some(1) Hours"),
            ("接到通知后白天15分钟、晚上半小时内集合", "Some(15) Minutes night Some(30)"),
            ("夜间30分钟、白天15分钟内到达", "Some(15) Minutes night Some(30)"),
            ("24小时值班", "none"),
            ("24小时内发布", "Some(24) Hours"),
            ("每2小时报告一次", "Some(2) Hours every"),
            ("每周梳理", "none"),
            ("5个工作日内答复", "Some(5) WorkingDays"),
            ("一周内回访", "Some(7) CalendarDays"),
            ("二十五日内", "Some(25) CalendarDays"),
            ("2023年3月20日", "none"),
            ("公示不少于7日", "none"),
            ("第一时间赶到", "None AtOnce"),
            ("不能当场答复的", "none"),
            ("及时报告", "none"),
            ("当日报告", "Some(0) CalendarDays"),
            ("次日上午书面报告", "Some(1) CalendarDays"),
            ("立即在10分钟内到达", "Some(10) Minutes"),
            ("两刻钟内", "Some(30) Minutes"),
        ];
        for (text, means) in cases {
            assert_eq!(say(text), means, "{text}");
        }
    }

    #[test]
    fn headcounts_are_of_those_who_come() {
        let of = |text| headcount(text).map(|h| (h.min, h.max));
        let cases = [
            ("20人以上", Some((Some(20), None))),
            ("5人以下", Some((None, Some(5)))),
            ("不足10人", Some((None, Some(9)))),
            ("超过50人", Some((Some(51), None))),
            ("10-20人", Some((Some(10), Some(20)))),
            ("二十人至五十人", Some((Some(20), Some(50)))),
            ("5人以上不满15人", Some((Some(5), Some(14)))),
            ("10人以上、30人以下", Some((Some(10), Some(30)))),
            ("聚集人数达到30人", Some((Some(30), None))),
            ("推选不超过5名代表", None),
            ("派员不少于10名到场", None),
            ("20人(含20人)以上", Some((Some(20), None))),
            ("安排5人以上工作人员", None),
        ];
        for (text, means) in cases {
            assert_eq!(of(text), means, "{text}");
        }
    }
}
