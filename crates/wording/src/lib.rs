//! Words: Fluent files for every string people read, and the writing of dates, instants and numbers.
//!
//! A language is added by adding a folder: here, or in a folder of the office ([`Wording::load_with`]). A key that is
//! missing in a language of the program shows the key between double brackets, and a test fails; in a language of the
//! office it is shown in English.

use std::borrow::Cow;
use std::path::Path;
use std::sync::{OnceLock, PoisonError, RwLock};

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use rust_embed::RustEmbed;
use unic_langid::LanguageIdentifier;

#[derive(RustEmbed)]
#[folder = "locales"]
struct Locales;

/// A language people can read the program in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Language(usize);

/// One language with its words. It stays for the life of the program.
struct Locale {
    code: String,
    tag: String,
    bundle: FluentBundle<FluentResource>,
    /// Forms of dates and the names in them, looked up once: a page writes many dates.
    dates: OnceLock<Dates>,
}

/// The forms of dates of a language, with [`PARTS`] where the parts go.
struct Dates {
    full: String,
    formal: String,
    day: String,
    weekdays: Vec<String>,
    months: Vec<String>,
}

/// What stands in a form for year, month, day, the name of the month and the weekday.
const PARTS: [(&str, &str); 5] =
    [("year", "\u{1}"), ("month", "\u{2}"), ("day", "\u{3}"), ("month_name", "\u{4}"), ("weekday", "\u{5}")];

/// The folders of the languages of the program, in the order of their numbers.
const OWN: [&str; 2] = ["zh-CN", "en"];

/// Every language that was read. Those of the program come first. A list that grows is made anew and the old one stays,
/// so that reading takes no lock for longer than a copy of its address.
static LOCALES: RwLock<&'static [&'static Locale]> = RwLock::new(&[]);

fn locales() -> &'static [&'static Locale] {
    let known = *LOCALES.read().unwrap_or_else(PoisonError::into_inner);
    if !known.is_empty() {
        return known;
    }
    // The texts of the program are tried by a test; a language that could not be read is left out.
    let own: Vec<&'static Locale> =
        OWN.iter().filter_map(|tag| own(tag).ok()).map(|l| &*Box::leak(Box::new(l))).collect();
    let mut all = LOCALES.write().unwrap_or_else(PoisonError::into_inner);
    if all.is_empty() {
        *all = Vec::leak(own);
    }
    *all
}

impl Language {
    /// 简体中文.
    pub const CHINESE: Self = Self(0);
    /// English.
    pub const ENGLISH: Self = Self(1);

    /// Every language.
    pub fn all() -> Vec<Self> {
        (0..locales().len()).map(Self).collect()
    }

    fn locale(self) -> Option<&'static Locale> {
        locales().get(self.0).copied()
    }

    /// The code used in addresses, cookies and packs.
    pub fn code(self) -> &'static str {
        self.locale().map_or("", |l| &l.code)
    }

    /// The value of `lang` in pages.
    pub fn tag(self) -> &'static str {
        self.locale().map_or("", |l| &l.tag)
    }

    /// Reads a code.
    pub fn parse(code: &str) -> Option<Self> {
        locales().iter().position(|l| l.code == code || l.tag == code).map(Self)
    }

    /// The name of something that has one in Chinese and one for everybody else; the Chinese one when the other is
    /// empty.
    pub fn pick<'a>(self, zh: &'a str, en: &'a str) -> &'a str {
        if self != Self::CHINESE && !en.is_empty() { en } else { zh }
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
#[derive(Debug, Clone, Copy)]
pub struct Wording(());

impl Wording {
    /// Reads the word files that come with the program.
    ///
    /// # Errors
    /// Names the file and what the reader said.
    pub fn load() -> Result<Self, WordingError> {
        for tag in OWN {
            if locales().iter().all(|l| l.tag != tag) {
                own(tag)?;
            }
        }
        Ok(Self(()))
    }

    /// The same with the languages of a folder: one folder of word files for each, named by its tag, such as `fr`.
    /// Returns how many keys each lacks; they are shown in English.
    ///
    /// # Errors
    /// When a file cannot be read, or a folder is no language.
    pub fn load_with(folder: &Path) -> Result<(Self, Vec<(String, usize)>), WordingError> {
        let wording = Self::load()?;
        let english = keys(Language::ENGLISH);
        let fail = |file: &Path, why: &dyn std::fmt::Display| WordingError {
            file: file.display().to_string(),
            why: why.to_string(),
        };
        let mut lacking = Vec::new();
        let mut folders: Vec<_> = std::fs::read_dir(folder)
            .map_err(|e| fail(folder, &e))?
            .flatten()
            .map(|e| e.path())
            .filter(|p| p.is_dir())
            .collect();
        folders.sort();
        for path in folders {
            let tag = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
            if Language::parse(&tag).is_some() {
                continue;
            }
            let mut files = Vec::new();
            for entry in std::fs::read_dir(&path).map_err(|e| fail(&path, &e))?.flatten().map(|e| e.path()) {
                if entry.extension().is_some_and(|e| e == "ftl") {
                    files.push((
                        entry.display().to_string(),
                        std::fs::read_to_string(&entry).map_err(|e| fail(&entry, &e))?,
                    ));
                }
            }
            let locale = locale(&tag, files)?;
            lacking.push((tag, english.iter().filter(|k| !locale.bundle.has_message(k)).count()));
            let mut all = LOCALES.write().unwrap_or_else(PoisonError::into_inner);
            let mut longer = all.to_vec();
            longer.push(Box::leak(Box::new(locale)));
            *all = Vec::leak(longer);
        }
        Ok((wording, lacking))
    }

    /// The words of a key with its values.
    pub fn text(&self, language: Language, key: &str, values: &[(&str, FluentValue<'_>)]) -> String {
        let all = locales();
        let own = all.get(language.0).filter(|l| l.bundle.has_message(key));
        // A language of the program lacks nothing, or says so; one of the office falls back.
        let fallback = all.get(Language::ENGLISH.0).filter(|_| language.0 >= OWN.len());
        let Some(locale) = own.or(fallback) else { return format!("⟦{key}⟧") };
        locale.text(key, values)
    }

    /// Whether a key has words in a language.
    pub fn has(&self, language: Language, key: &str) -> bool {
        let all = locales();
        let has = |l: &&Locale| l.bundle.has_message(key);
        all.get(language.0).is_some_and(has)
            || (language.0 >= OWN.len() && all.get(Language::ENGLISH.0).is_some_and(has))
    }
}

impl Locale {
    fn text(&self, key: &str, values: &[(&str, FluentValue<'_>)]) -> String {
        let mut args = FluentArgs::new();
        for (name, value) in values {
            args.set(Cow::Borrowed(*name), value.clone());
        }
        let Some(pattern) = self.bundle.get_message(key).and_then(|m| m.value()) else { return format!("⟦{key}⟧") };
        let mut errors = Vec::new();
        let text = self.bundle.format_pattern(pattern, Some(&args), &mut errors).into_owned();
        if errors.is_empty() { text } else { format!("⟦{key}: {errors:?}⟧") }
    }
}

/// A language of the program.
fn own(tag: &str) -> Result<Locale, WordingError> {
    let folder = format!("{tag}/");
    let text =
        |name: &str| Locales::get(name).map(|f| String::from_utf8_lossy(&f.data).into_owned()).unwrap_or_default();
    locale(tag, Locales::iter().filter(|n| n.starts_with(&folder)).map(|n| (n.to_string(), text(&n))).collect())
}

fn locale(tag: &str, files: Vec<(String, String)>) -> Result<Locale, WordingError> {
    let id: LanguageIdentifier = tag.parse().map_err(|_| WordingError {
        file: tag.to_owned(),
        why: "it is no tag of a language, such as `fr` or `pt-BR`".into(),
    })?;
    let code = id.language.as_str().to_owned();
    let mut bundle = FluentBundle::new_concurrent(vec![id]);
    bundle.set_use_isolating(false);
    for (name, text) in files {
        let fault = |why: String| WordingError { file: name.clone(), why };
        let resource = FluentResource::try_new(text).map_err(|(_, e)| fault(format!("{e:?}")))?;
        bundle.add_resource(resource).map_err(|e| fault(format!("{e:?}")))?;
    }
    Ok(Locale { code, tag: tag.to_owned(), bundle, dates: OnceLock::new() })
}

/// All keys of a language of the program, for the test that the languages agree.
pub fn keys(language: Language) -> Vec<String> {
    let folder = format!("{}/", language.tag());
    let mut out = Vec::new();
    for name in Locales::iter().filter(|n| n.starts_with(&folder)) {
        let text = Locales::get(&name).map(|f| String::from_utf8_lossy(&f.data).into_owned()).unwrap_or_default();
        out.extend(
            text.lines()
                .filter(|l| l.starts_with(|c: char| c.is_ascii_lowercase()))
                .filter_map(|l| l.split_once(" ="))
                .map(|(k, _)| k.to_owned()),
        );
    }
    out.sort();
    out
}

/// The forms of dates of a language.
fn dates(language: Language) -> Option<&'static Dates> {
    language.locale().map(|locale| {
        locale.dates.get_or_init(|| {
            let wording = Wording(());
            let form = |key: &str| wording.text(language, key, &PARTS.map(|(name, mark)| (name, mark.into())));
            let names =
                |what: &str, n: usize| (1..=n).map(|i| wording.text(language, &format!("{what}-{i}"), &[])).collect();
            Dates {
                full: form("date-full"),
                formal: form("date-formal"),
                day: form("date-day"),
                weekdays: names("weekday", 7),
                months: names("month", 12),
            }
        })
    })
}

/// A date in a form.
fn written(dates: &Dates, form: &str, date: Date) -> String {
    let name =
        |names: &[String], i: i8| usize::try_from(i - 1).ok().and_then(|i| names.get(i)).cloned().unwrap_or_default();
    let mut out = String::with_capacity(form.len() + 16);
    for c in form.chars() {
        match c {
            // Numbers as they are: no language groups the digits of a year.
            '\u{1}' => out.push_str(&date.year().to_string()),
            '\u{2}' => out.push_str(&date.month().to_string()),
            '\u{3}' => out.push_str(&date.day().to_string()),
            '\u{4}' => out.push_str(&name(&dates.months, date.month())),
            '\u{5}' => out.push_str(&name(&dates.weekdays, date.weekday().to_monday_one_offset())),
            other => out.push(other),
        }
    }
    out
}

/// 2026年3月9日（周一） · Monday 9 March 2026.
pub fn date(language: Language, date: Date) -> String {
    dates(language).map_or_else(|| date.to_string(), |d| written(d, &d.full, date))
}

/// A date as it stands on a paper, 2026年3月9日 (GB/T 9704: no weekday, no leading zeros) · 9 March 2026.
pub fn formal(language: Language, date: Date) -> String {
    dates(language).map_or_else(|| date.to_string(), |d| written(d, &d.formal, date))
}

/// 3月9日 · 9 March; the year is named when it is not that of `today`.
pub fn day(language: Language, date: Date, today: Date) -> String {
    dates(language).map_or_else(
        || date.to_string(),
        |d| written(d, if date.year() == today.year() { &d.day } else { &d.formal }, date),
    )
}

/// The clock time of an instant, 09:05.
pub fn time(at: Timestamp, zone: &TimeZone) -> String {
    let local = at.to_zoned_datetime(zone.clone());
    format!("{:02}:{:02}", local.hour(), local.minute())
}

/// A day with the clock time of an instant.
pub fn instant(language: Language, at: Timestamp, zone: &TimeZone, today: Date) -> String {
    let local = at.to_zoned_datetime(zone.clone());
    format!("{} {}", day(language, local.date(), today), time(at, zone))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_have_the_same_keys() {
        let (zh, en) = (keys(Language::CHINESE), keys(Language::ENGLISH));
        let missing: Vec<_> =
            zh.iter().filter(|k| !en.contains(k)).chain(en.iter().filter(|k| !zh.contains(k))).collect();
        assert!(missing.is_empty(), "only in one language: {missing:?}");
        assert!(Wording::load().is_ok());
    }

    #[test]
    fn dates_are_written_as_people_read_them() {
        let day9 = jiff::civil::date(2026, 3, 9);
        assert_eq!(date(Language::CHINESE, day9), "2026年3月9日（周一）");
        assert_eq!(date(Language::ENGLISH, day9), "Monday 9 March 2026");
        assert_eq!(day(Language::CHINESE, day9, day9), "3月9日");
    }

    #[test]
    fn a_language_is_a_folder_and_what_it_lacks_is_english() {
        let folder = std::env::temp_dir().join(format!("huiyin-locales-{}", std::process::id()));
        std::fs::create_dir_all(folder.join("fr")).unwrap();
        std::fs::write(
            folder.join("fr/common.ftl"),
            "language-name = Français\nmonth-3 = mars\ndate-formal = { $day } { $month_name } { $year }\n",
        )
        .unwrap();
        let (wording, lacking) = Wording::load_with(&folder).unwrap();
        assert!(lacking.iter().any(|(tag, n)| tag == "fr" && *n > 100), "{lacking:?}");
        let french = Language::parse("fr").unwrap();
        assert_eq!(formal(french, jiff::civil::date(2026, 3, 9)), "9 mars 2026");
        assert_eq!(date(french, jiff::civil::date(2026, 3, 9)), "Monday 9 mars 2026");
        assert_eq!(wording.text(french, "language-name", &[]), "Français");
        assert_eq!(wording.text(french, "brand", &[]), wording.text(Language::ENGLISH, "brand", &[]));
        std::fs::write(folder.join("fr/common.ftl"), "= =").unwrap();
        std::fs::create_dir_all(folder.join("nonsense_tag_x")).unwrap();
        assert!(Wording::load_with(&folder).is_err(), "a folder that is no language is named");
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
