//! Packs and calendars as they are read and checked: those that come with the program and those of a folder. How they
//! are installed in a store stands in the room `rules`.
//!
//! A matter keeps the pack of its day; the newest pack in force on a day receives what comes in.

mod check;
mod folder;
mod shipped;
mod templates;

pub(crate) use check::check_pack;
pub use check::{Limits, Shown};
pub use folder::{Checked, check_folder, draw_folder, read_calendar_folder, read_one, texts_of};
pub use shipped::{shipped_calendars, texts as shipped_texts};

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use huiyin_domain::calendar::WorkCalendar;
use huiyin_domain::ids::PackId;
use huiyin_domain::kind::ProceedingKind;
use huiyin_domain::payload::Field;
use huiyin_domain::posts::{Power, UnitRole, Vocabulary};
use huiyin_domain::procedure::RuleBook;
use huiyin_rules::{PackFiles, base_of, read_calendar, read_pack_over, under_floor};
use jiff::civil::Date;

/// The texts of packs and calendars, by id and by name of the file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Texts {
    /// Packs.
    pub packs: BTreeMap<String, BTreeMap<String, String>>,
    /// Calendars.
    pub calendars: BTreeMap<String, BTreeMap<String, String>>,
}

impl Texts {
    pub(crate) fn pack(&self, id: &str) -> Option<PackFiles> {
        self.packs.get(id).map(|files| PackFiles { id: id.to_owned(), files: files.clone() })
    }
}

/// Why packs could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum PackLoadError {
    /// The text of a pack is wrong.
    #[error("{0}")]
    Pack(#[from] huiyin_rules::PackErrors),
    /// A calendar is wrong or missing.
    #[error("{0}")]
    Calendar(String),
    /// A file could not be read.
    #[error("cannot read `{path}`")]
    Read {
        /// Which.
        path: String,
        /// Why.
        source: std::io::Error,
    },
}

/// A pack with its base and its calendar.
fn read_book(
    files: &PackFiles,
    texts: &Texts,
    calendars: &BTreeMap<String, Arc<WorkCalendar>>,
) -> Result<RuleBook, PackLoadError> {
    let pack = read_pack_over(files, base_of(files).and_then(|base| texts.pack(&base)).as_ref())?;
    let calendar = calendars.get(&pack.book.calendar).ok_or_else(|| {
        PackLoadError::Calendar(format!("pack {}: there is no calendar `{}`", files.id, pack.book.calendar))
    })?;
    let low = under_floor(&pack, calendar);
    if low.is_empty() { Ok(pack.book) } else { Err(huiyin_rules::PackErrors(low).into()) }
}

/// Rule books and calendars by id.
#[derive(Debug, Clone, Default)]
pub struct Library {
    books: BTreeMap<PackId, Arc<RuleBook>>,
    calendars: BTreeMap<String, Arc<WorkCalendar>>,
    withdrawn: BTreeSet<PackId>,
}

impl Library {
    /// What the program carries.
    ///
    /// # Errors
    /// Only when a shipped pack is broken; the tests keep that from happening.
    pub fn shipped() -> Result<Self, PackLoadError> {
        Self::read(&shipped::texts(), BTreeSet::new())
    }

    /// Reads every pack and calendar. Packs that are withdrawn go on for what began under them, and receive nothing
    /// new.
    ///
    /// # Errors
    /// The first that is wrong, with file and line.
    pub fn read(texts: &Texts, withdrawn: BTreeSet<PackId>) -> Result<Self, PackLoadError> {
        let mut library = Self { withdrawn, ..Self::default() };
        for (id, files) in &texts.calendars {
            library.calendars.insert(id.clone(), Arc::new(read_calendar(id, files).map_err(PackLoadError::Calendar)?));
        }
        for files in texts.packs.keys().filter_map(|id| texts.pack(id)) {
            let book = read_book(&files, texts, &library.calendars)?;
            library.books.insert(book.id.clone(), Arc::new(book));
        }
        library.agree_on_posts()?;
        Ok(library)
    }

    /// A rule book by id.
    pub fn book(&self, id: &PackId) -> Option<Arc<RuleBook>> {
        self.books.get(id).cloned()
    }

    /// The newest version of a family in force on a day; before the first, the first.
    pub fn in_force(&self, family: &str, on: Date) -> Option<Arc<RuleBook>> {
        let mut versions: Vec<&Arc<RuleBook>> =
            self.books.values().filter(|b| b.family() == family && !self.withdrawn.contains(&b.id)).collect();
        versions.sort_by_key(|b| b.force_from);
        versions.iter().rev().find(|b| b.force_from <= on).or_else(|| versions.first()).map(|b| Arc::clone(b))
    }

    /// The families of packs of a kind, each once.
    pub fn families(&self, kind: ProceedingKind) -> Vec<String> {
        let all: std::collections::BTreeSet<String> =
            self.books.values().filter(|b| b.kind == kind).map(|b| b.family().to_owned()).collect();
        all.into_iter().collect()
    }

    /// The packs of a kind in force on a day beside a family of matters: those of its country, which is the first part
    /// of the name.
    pub fn beside(&self, family: &str, kind: ProceedingKind, on: Date) -> Vec<Arc<RuleBook>> {
        let country = |name: &str| name.split('/').next().unwrap_or_default().to_owned();
        let near = self.families(kind).into_iter().filter(|f| country(f) == country(family));
        near.filter_map(|f| self.in_force(&f, on)).filter(|b| b.force_from <= on).collect()
    }

    /// A choice of a field as any pack calls it, for records whose pack is not at hand. Its id where no pack lists it.
    pub fn choice(&self, language: huiyin_wording::Language, field: Field, id: &str) -> String {
        let book = self.books.values().find(|b| b.choice(field, id).is_some());
        book.map_or_else(|| id.to_owned(), |b| crate::labels::of_choice(b, language, field, id))
    }

    /// The same without a pack for what comes in.
    #[must_use]
    pub(crate) fn without(mut self, id: &PackId) -> Self {
        self.withdrawn.insert(id.clone());
        self
    }

    /// What two packs call alike is the same thing: no pack gives a post other powers, or a kind of units another role.
    fn agree_on_posts(&self) -> Result<(), PackLoadError> {
        let mut posts: BTreeMap<&str, (&RuleBook, &BTreeSet<Power>)> = BTreeMap::new();
        let mut kinds: BTreeMap<&str, (&RuleBook, UnitRole)> = BTreeMap::new();
        for book in self.books.values() {
            for post in &book.posts {
                let (first, may) = *posts.entry(post.id.word()).or_insert((book, &post.may));
                if *may != post.may {
                    let id = post.id.word();
                    return Err(PackLoadError::Calendar(format!(
                        "the post `{id}` may do one thing in `{}` and another in `{}`; give one of them a name of its own",
                        first.id, book.id
                    )));
                }
            }
            for kind in &book.unit_kinds {
                let (first, role) = *kinds.entry(kind.id.word()).or_insert((book, kind.role));
                if role != kind.role {
                    let id = kind.id.word();
                    return Err(PackLoadError::Calendar(format!(
                        "units of the kind `{id}` are one thing in `{}` and another in `{}`; give one of them a name of its own",
                        first.id, book.id
                    )));
                }
            }
        }
        Ok(())
    }

    /// The posts and kinds of units of all packs together: those of matters first. Two packs never differ in what a
    /// post may do.
    pub fn vocabulary(&self) -> Vocabulary {
        let mut out = Vocabulary::default();
        // Those that receive something first.
        let mut books: Vec<&Arc<RuleBook>> = self.books.values().collect();
        books.sort_by_key(|b| (self.withdrawn.contains(&b.id), b.kind != ProceedingKind::Matter));
        for book in books {
            for post in &book.posts {
                if out.post(post.id).is_none() {
                    let mut post = post.clone();
                    // A pack that is withdrawn goes on for what began under it, and hands out the office itself no
                    // more.
                    if self.withdrawn.contains(&book.id) {
                        post.may.remove(&Power::Administer);
                    }
                    out.posts.push(post);
                }
            }
            for kind in &book.unit_kinds {
                if out.kind(kind.id).is_none() {
                    out.kinds.push(kind.clone());
                }
            }
        }
        out
    }

    /// Every rule book.
    pub fn books(&self) -> impl Iterator<Item = &Arc<RuleBook>> {
        self.books.values()
    }

    /// The same with a calendar put in or replaced.
    #[must_use]
    pub fn with_calendar(mut self, id: &str, calendar: WorkCalendar) -> Self {
        self.calendars.insert(id.to_owned(), Arc::new(calendar));
        self
    }

    /// A calendar by id.
    pub fn calendar(&self, id: &str) -> Option<Arc<WorkCalendar>> {
        self.calendars.get(id).cloned()
    }
}

/// The picture of a procedure for the public page, with the lengths of a day.
pub fn picture(
    wording: &huiyin_wording::Wording,
    book: &RuleBook,
    language: huiyin_wording::Language,
    day: jiff::civil::Date,
    title: &str,
    name_of: &dyn Fn(huiyin_domain::procedure::Phase) -> String,
) -> String {
    let span = |length| crate::periods::of_length(wording, language, length);
    let colon = wording.text(language, "colon", &[]);
    huiyin_rules::svg(
        book,
        &huiyin_rules::Words { language: language.code(), span: &span, day, colon: &colon },
        title,
        name_of,
    )
}
