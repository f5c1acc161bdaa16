//! Packs: text in, a checked [`RuleBook`] out, or errors that name file, line and mending.
//!
//! It reads no files itself; the caller hands it names and texts. It deliberately proves nothing about
//! reachability yet; it checks shapes, references, clauses, forbidden measures and the pack's own cases.

mod cases;
mod check;
mod error;
mod forbidden;
mod raw;

pub use cases::{CaseFailure, run_cases};
pub use error::{PackError, PackErrors};
pub use huiyin_domain::procedure::RuleBook;

use std::collections::BTreeMap;

use huiyin_domain::calendar::{CalendarError, WorkCalendar, YearNotice};

/// The texts of one pack folder: file name → text.
#[derive(Debug, Clone, Default)]
pub struct PackFiles {
    /// Path and version of the pack, such as `cn/petition/2022`.
    pub id: String,
    /// Its TOML files.
    pub files: BTreeMap<String, String>,
}

/// A pack that was read: its rule book and its cases.
#[derive(Debug, Clone)]
pub struct Pack {
    /// The rule book.
    pub book: RuleBook,
    /// The pack's own cases.
    cases: Vec<cases::Case>,
}

impl Pack {
    /// How many cases the pack carries.
    pub fn case_count(&self) -> usize {
        self.cases.len()
    }
}

/// Reads and checks a pack.
///
/// # Errors
/// All errors found, each with file and line.
pub fn read_pack(files: &PackFiles) -> Result<Pack, PackErrors> {
    let mut errors = forbidden::find(files);
    let raw = raw::parse(files).map_err(|mut e| {
        e.0.append(&mut errors);
        e
    })?;
    let (book, cases) = check::build(files, raw, &mut errors);
    match book {
        Some(book) if errors.is_empty() => Ok(Pack { book, cases }),
        _ => Err(PackErrors(errors)),
    }
}

/// Reads a calendar from its yearly notices (JSON, as published in `packs/calendars`).
///
/// # Errors
/// A text that names the file.
pub fn read_calendar(id: &str, notices: &BTreeMap<String, String>, open_tail_days: u8) -> Result<WorkCalendar, String> {
    let mut years = Vec::new();
    for (name, text) in notices {
        let notice: YearNotice = serde_json::from_str(text).map_err(|e| format!("{name}: line {}: {e}", e.line()))?;
        if !notice.days.is_empty() {
            years.push(notice);
        }
    }
    WorkCalendar::new(id, &years, open_tail_days).map_err(|e: CalendarError| format!("calendar {id}: {e}"))
}

/// Reads any TOML text into a shape; the error names the line and what to mend.
///
/// # Errors
/// In words.
pub fn from_toml<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, String> {
    toml::from_str(text).map_err(|e| format!("line {}: {}", e.span().map_or(0, |s| error::line_of(text, s.start)), e.message()))
}
