//! Words: Fluent files for every string people read, and the writing of dates, instants and numbers.
//!
//! A language is added by adding a folder. A key that is missing in a language shows the key between
//! double brackets, and a test fails.

use std::borrow::Cow;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use jiff::Timestamp;
use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use rust_embed::RustEmbed;
use unic_langid::langid;

#[derive(RustEmbed)]
#[folder = "locales"]
struct Locales;

/// A language the program speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Language {
    /// 简体中文, the binding one.
    Chinese,
    /// English.
    English,
}

impl Language {
    /// Every language.
    pub const ALL: [Self; 2] = [Self::Chinese, Self::English];

    /// The code used in addresses and cookies.
    pub fn code(self) -> &'static str {
        match self {
            Self::Chinese => "zh",
            Self::English => "en",
        }
    }

    /// The value of `lang` in pages.
    pub fn tag(self) -> &'static str {
        match self {
            Self::Chinese => "zh-CN",
            Self::English => "en",
        }
    }

    /// Reads a code.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|l| l.code() == code || l.tag() == code)
    }

    /// The one of two texts that is in this language; the Chinese one when the English is empty.
    pub fn pick<'a>(self, zh: &'a str, en: &'a str) -> &'a str {
        if self == Self::English && !en.is_empty() { en } else { zh }
    }
}

/// The word files could not be read.
#[derive(Debug, thiserror::Error)]
#[error("locales/{file}: {why}")]
pub struct WordingError {
    file: String,
    why: String,
}

/// All words in all languages.
pub struct Wording {
    chinese: FluentBundle<FluentResource>,
    english: FluentBundle<FluentResource>,
}

impl std::fmt::Debug for Wording {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Wording")
    }
}

impl Wording {
    /// Reads the word files that come with the program.
    ///
    /// # Errors
    /// Names the file and what the reader said.
    pub fn load() -> Result<Self, WordingError> {
        Ok(Self { chinese: bundle(Language::Chinese)?, english: bundle(Language::English)? })
    }

    /// The words of a key with its values.
    pub fn text(&self, language: Language, key: &str, values: &[(&str, FluentValue<'_>)]) -> String {
        let bundle = match language {
            Language::Chinese => &self.chinese,
            Language::English => &self.english,
        };
        let mut args = FluentArgs::new();
        for (name, value) in values {
            args.set(Cow::Borrowed(*name), value.clone());
        }
        let Some(pattern) = bundle.get_message(key).and_then(|m| m.value()) else { return format!("⟦{key}⟧") };
        let mut errors = Vec::new();
        let text = bundle.format_pattern(pattern, Some(&args), &mut errors).into_owned();
        if errors.is_empty() { text } else { format!("⟦{key}: {errors:?}⟧") }
    }

    /// Whether a key has words in a language.
    pub fn has(&self, language: Language, key: &str) -> bool {
        match language {
            Language::Chinese => self.chinese.has_message(key),
            Language::English => self.english.has_message(key),
        }
    }
}

fn bundle(language: Language) -> Result<FluentBundle<FluentResource>, WordingError> {
    let id = match language {
        Language::Chinese => langid!("zh-CN"),
        Language::English => langid!("en"),
    };
    let mut bundle = FluentBundle::new_concurrent(vec![id]);
    bundle.set_use_isolating(false);
    let folder = format!("{}/", language.tag());
    for name in Locales::iter().filter(|n| n.starts_with(&folder)) {
        let text = Locales::get(&name).map(|f| String::from_utf8_lossy(&f.data).into_owned()).unwrap_or_default();
        let fault = |why: String| WordingError { file: name.to_string(), why };
        let resource = FluentResource::try_new(text).map_err(|(_, e)| fault(format!("{e:?}")))?;
        bundle.add_resource(resource).map_err(|e| fault(format!("{e:?}")))?;
    }
    Ok(bundle)
}

/// All keys of a language, for the test that the languages agree.
pub fn keys(language: Language) -> Vec<String> {
    let folder = format!("{}/", language.tag());
    let mut out = Vec::new();
    for name in Locales::iter().filter(|n| n.starts_with(&folder)) {
        let text = Locales::get(&name).map(|f| String::from_utf8_lossy(&f.data).into_owned()).unwrap_or_default();
        out.extend(text.lines().filter(|l| l.starts_with(|c: char| c.is_ascii_lowercase())).filter_map(|l| l.split_once(" =")).map(|(k, _)| k.to_owned()));
    }
    out.sort();
    out
}

fn weekday_zh(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "周一",
        Weekday::Tuesday => "周二",
        Weekday::Wednesday => "周三",
        Weekday::Thursday => "周四",
        Weekday::Friday => "周五",
        Weekday::Saturday => "周六",
        Weekday::Sunday => "周日",
    }
}

fn weekday_en(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "Monday",
        Weekday::Tuesday => "Tuesday",
        Weekday::Wednesday => "Wednesday",
        Weekday::Thursday => "Thursday",
        Weekday::Friday => "Friday",
        Weekday::Saturday => "Saturday",
        Weekday::Sunday => "Sunday",
    }
}

const MONTHS: [&str; 12] = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

fn month_en(date: Date) -> &'static str {
    usize::try_from(date.month() - 1).ok().and_then(|i| MONTHS.get(i)).copied().unwrap_or_default()
}

/// 2026年3月9日（周一） · Monday 9 March 2026.
pub fn date(language: Language, date: Date) -> String {
    match language {
        Language::Chinese => format!("{}年{}月{}日（{}）", date.year(), date.month(), date.day(), weekday_zh(date.weekday())),
        Language::English => format!("{} {} {} {}", weekday_en(date.weekday()), date.day(), month_en(date), date.year()),
    }
}

/// 3月9日 · 9 March; the year is named when it is not that of `today`.
pub fn day(language: Language, date: Date, today: Date) -> String {
    let year = date.year() != today.year();
    match language {
        Language::Chinese if year => format!("{}年{}月{}日", date.year(), date.month(), date.day()),
        Language::Chinese => format!("{}月{}日", date.month(), date.day()),
        Language::English if year => format!("{} {} {}", date.day(), month_en(date), date.year()),
        Language::English => format!("{} {}", date.day(), month_en(date)),
    }
}

/// A day with the clock time of an instant.
pub fn instant(language: Language, at: Timestamp, zone: &TimeZone, today: Date) -> String {
    let local = at.to_zoned_datetime(zone.clone());
    format!("{} {:02}:{:02}", day(language, local.date(), today), local.hour(), local.minute())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_have_the_same_keys() {
        let (zh, en) = (keys(Language::Chinese), keys(Language::English));
        let missing: Vec<_> = zh.iter().filter(|k| !en.contains(k)).chain(en.iter().filter(|k| !zh.contains(k))).collect();
        assert!(missing.is_empty(), "only in one language: {missing:?}");
        assert!(Wording::load().is_ok());
    }

    #[test]
    fn dates_are_written_as_people_read_them() {
        let day9 = jiff::civil::date(2026, 3, 9);
        assert_eq!(date(Language::Chinese, day9), "2026年3月9日（周一）");
        assert_eq!(date(Language::English, day9), "Monday 9 March 2026");
        assert_eq!(day(Language::Chinese, day9, day9), "3月9日");
    }
}
