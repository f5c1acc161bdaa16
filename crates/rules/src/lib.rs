//! Packs: text in, a checked [`RuleBook`] out, or errors that name file, line and mending.
//!
//! It reads no files itself; the caller hands it names and texts. It checks shapes, references, clauses and
//! forbidden measures, runs the pack's own cases, and proves what can be reached ([`prove`]).

#![warn(missing_docs)]

mod calendars;
mod cases;
mod check;
mod draw;
mod error;
mod floor;
mod forbidden;
mod overlay;
mod periods;
mod proof;
mod raw;
mod saying;
mod schema;

pub use calendars::read_calendar;
pub use cases::{CaseFailure, house, run_cases};
pub use check::is_pack_id;
pub use draw::{Words, mermaid, svg};
pub use error::{PackError, PackErrors};
pub use floor::under_floor;
pub use forbidden::{Measure, refusal as forbidden_words};
pub use huiyin_domain::procedure::Label;
pub use huiyin_domain::procedure::RuleBook;
pub use periods::{in_label, in_text};
pub use proof::{Bounds, Proof, Property, Refutation, TooLarge, Visited, prove, prove_within, visit};
pub use saying::{Part, Saying};
pub use schema::schema;

use std::collections::BTreeMap;

/// The texts of one pack folder: file name → text.
#[derive(Debug, Clone, Default)]
pub struct PackFiles {
    /// Path and version of the pack, such as `cn/petition/2022`.
    pub id: String,
    /// Its TOML files.
    pub files: BTreeMap<String, String>,
}

/// A pack that was read: its rule book, the one it lies over, and its cases.
#[derive(Debug, Clone)]
pub struct Pack {
    /// The rule book.
    pub book: RuleBook,
    /// The rule book it lies over.
    pub base: Option<Box<RuleBook>>,
    /// The pack's own cases.
    cases: Vec<cases::Placed>,
    /// Where entries stand.
    places: check::Places,
}

impl Pack {
    /// How many cases the pack carries.
    pub fn case_count(&self) -> usize {
        self.cases.len()
    }

    /// File and line of a move, a clock or a state, for what is found after reading.
    pub fn place_of(&self, what: &Place) -> (String, usize) {
        self.places.of(what)
    }
}

/// An entry of a pack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A clock.
    Clock(huiyin_domain::ids::ClockId),
    /// A move.
    Move(huiyin_domain::ids::MoveId),
    /// A state.
    State(huiyin_domain::ids::StateId),
    /// A choice of a field.
    Choice(huiyin_domain::payload::Field, String),
    /// A paper.
    Paper(String),
    /// The escalation.
    Escalation,
    /// The head.
    Head,
}

/// The pack another one varies, by its id, if it names one.
pub fn base_of(files: &PackFiles) -> Option<String> {
    peek(files).and_then(|head| head.extends)
}

/// The id a pack gives itself.
pub fn id_of(files: &PackFiles) -> Option<String> {
    peek(files).and_then(|head| head.id)
}

/// Of the head of a pack what is needed before it is read.
#[derive(serde::Deserialize)]
struct Peek {
    id: Option<String>,
    extends: Option<String>,
}

fn peek(files: &PackFiles) -> Option<Peek> {
    #[derive(serde::Deserialize)]
    struct File {
        pack: Option<Peek>,
    }
    let read = |text: &&String| toml::from_str::<File>(text).ok().and_then(|f| f.pack);
    // The head stands in one file, and the others are long: they are read only where it is written in another way.
    let is_head = |text: &&String| text.lines().any(|line| line.trim() == "[pack]");
    let texts = || files.files.values();
    texts().filter(is_head).find_map(|t| read(&t)).or_else(|| texts().find_map(|t| read(&t)))
}

/// Reads and checks a pack that stands by itself.
///
/// # Errors
/// All errors found, each with file and line.
pub fn read_pack(files: &PackFiles) -> Result<Pack, PackErrors> {
    read_pack_over(files, None)
}

/// Reads and checks a pack, laid over the pack it varies.
///
/// # Errors
/// All errors found, each with file and line; a base that is named but not given is one.
pub fn read_pack_over(files: &PackFiles, base: Option<&PackFiles>) -> Result<Pack, PackErrors> {
    let mut errors = forbidden::find(files);
    errors.extend(periods::find(files));
    let missing = base_of(files).filter(|_| base.is_none());
    if let Some(id) = missing {
        let message =
            format!("this pack varies `{id}`, which is not here; put it beside this one, or take `extends` out");
        return Err(PackErrors(vec![PackError { pack: files.id.clone(), file: "pack.toml".into(), line: 0, message }]));
    }
    let mut own = raw::parse(files).map_err(|mut e| {
        e.0.append(&mut errors);
        e
    })?;
    overlay::apply(files, base, &mut own, &mut errors);
    let below = base.map(raw::parse).transpose()?.unwrap_or_default();
    // The base's files stand under their own names, so that an error in them names them.
    let mut all = files.clone();
    let mut renamed = Vec::new();
    if let Some(base) = base {
        for (file, part) in below {
            let name = format!("{}:{file}", base.id);
            all.files.insert(name.clone(), base.files.get(&file).cloned().unwrap_or_default());
            renamed.push((name, part));
        }
    }
    // A base that is wrong by itself is refused where it is checked; here it is only what this pack is held against.
    let below = base.filter(|_| !renamed.is_empty()).and_then(|b| {
        let parts = raw::parse(b).ok()?;
        check::build(b, Vec::new(), parts, &mut Vec::new()).map(|built| Box::new(built.book))
    });
    let built = check::build(&all, renamed, own, &mut errors);
    let Some(built) = built else { return Err(PackErrors(errors)) };
    errors.extend(floor::structure(files, &built, below.as_deref()));
    let placed = |(file, case): (String, cases::Case)| {
        let text = files.files.get(&file);
        let line_of = |offset: usize| text.map_or(0, |t| error::line_of(t, offset));
        let steps = case.step.iter().map(|s| line_of(s.span().start)).collect();
        cases::Placed { line: line_of(case.offset(text)), file, steps, case }
    };
    if errors.is_empty() {
        Ok(Pack {
            book: built.book,
            base: below,
            cases: built.cases.into_iter().map(placed).collect(),
            places: built.places,
        })
    } else {
        Err(PackErrors(errors))
    }
}

/// Reads any TOML text into a shape; the error names the line and what to mend.
///
/// # Errors
/// In words.
pub fn from_toml<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, String> {
    toml::from_str(text)
        .map_err(|e| format!("line {}: {}", e.span().map_or(0, |s| error::line_of(text, s.start)), e.message()))
}
