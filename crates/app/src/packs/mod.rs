//! The packs and calendars that come with the program, and those of a folder.
//!
//! A matter keeps the pack of its day; the newest pack in force on a day receives what comes in.

mod templates;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use huiyin_domain::calendar::WorkCalendar;
use huiyin_domain::ids::PackId;
use huiyin_domain::kind::ProceedingKind;
use huiyin_domain::payload::Field;
use huiyin_domain::procedure::RuleBook;
use huiyin_rules::{Pack, PackFiles, Proof, base_of, read_calendar, read_pack_over, under_floor};
use jiff::civil::Date;
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "../../packs"]
struct Shipped;

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

/// Rule books and calendars by id.
#[derive(Debug, Clone, Default)]
pub struct Library {
    books: BTreeMap<PackId, Arc<RuleBook>>,
    calendars: BTreeMap<String, Arc<WorkCalendar>>,
}

impl Library {
    /// What the program carries.
    ///
    /// # Errors
    /// Only when a shipped pack is broken; the tests keep that from happening.
    pub fn shipped() -> Result<Self, PackLoadError> {
        let mut library = Self { books: BTreeMap::new(), calendars: shipped_calendars()? };
        let folders = shipped_folders();
        for files in folders.values() {
            let pack = read_pack_over(files, base_of(files).and_then(|id| folders.get(&id)))?;
            let low = library.calendar(&pack.book.calendar).map(|c| under_floor(&pack, &c)).unwrap_or_default();
            if !low.is_empty() {
                return Err(huiyin_rules::PackErrors(low).into());
            }
            library.books.insert(pack.book.id.clone(), Arc::new(pack.book));
        }
        Ok(library)
    }

    /// A rule book by id.
    pub fn book(&self, id: &PackId) -> Option<Arc<RuleBook>> {
        self.books.get(id).cloned()
    }

    /// The newest version of a family in force on a day; before the first, the first.
    pub fn in_force(&self, family: &str, on: Date) -> Option<Arc<RuleBook>> {
        let mut versions: Vec<&Arc<RuleBook>> = self.books.values().filter(|b| b.family() == family).collect();
        versions.sort_by_key(|b| b.force_from);
        versions.iter().rev().find(|b| b.force_from <= on).or_else(|| versions.first()).map(|b| Arc::clone(b))
    }

    /// The families of packs of a kind, each once.
    pub fn families(&self, kind: ProceedingKind) -> Vec<String> {
        let all: std::collections::BTreeSet<String> = self.books.values().filter(|b| b.kind == kind).map(|b| b.family().to_owned()).collect();
        all.into_iter().collect()
    }

    /// The packs of a kind in force on a day beside a family of matters: those of its country, which is the first part of the name.
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

/// The calendars that come with the program.
///
/// # Errors
/// Only when a shipped calendar is broken.
pub fn shipped_calendars() -> Result<BTreeMap<String, Arc<WorkCalendar>>, PackLoadError> {
    let mut folders: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for name in Shipped::iter() {
        let Some((id, file)) = name.strip_prefix("calendars/").and_then(|rest| rest.split_once('/')) else { continue };
        if file.ends_with(".json") || file.ends_with(".toml") {
            folders.entry(id.to_owned()).or_default().insert(file.to_owned(), text_of(&name));
        }
    }
    let mut out = BTreeMap::new();
    for (id, files) in folders {
        let calendar = read_calendar(&id, &files).map_err(PackLoadError::Calendar)?;
        out.insert(id, Arc::new(calendar));
    }
    Ok(out)
}

fn text_of(name: &str) -> String {
    Shipped::get(name).map(|f| String::from_utf8_lossy(&f.data).into_owned()).unwrap_or_default()
}

/// The shipped pack folders by id.
fn shipped_folders() -> BTreeMap<String, PackFiles> {
    let mut out: BTreeMap<String, PackFiles> = BTreeMap::new();
    let all: Vec<String> = Shipped::iter().map(|n| n.to_string()).collect();
    for name in all.iter().filter(|n| n.ends_with("/pack.toml")) {
        let folder = name.trim_end_matches("/pack.toml");
        let mut files = PackFiles { id: folder.to_owned(), files: BTreeMap::new() };
        for file in all.iter().filter(|n| n.ends_with(".toml")) {
            if let Some(rest) = file.strip_prefix(folder).and_then(|r| r.strip_prefix('/')).filter(|r| !r.contains('/')) {
                files.files.insert(rest.to_owned(), text_of(file));
            }
        }
        out.insert(folder.to_owned(), files);
    }
    out
}

/// A pack folder that was checked, or what is wrong with it.
#[derive(Debug)]
pub struct Checked {
    /// The folder, as found.
    pub folder: String,
    /// What was shown, or the errors in words.
    pub result: Result<Shown, Vec<String>>,
}

/// What was shown of a pack in order.
#[derive(Debug)]
pub struct Shown {
    /// Cases that ran.
    pub cases: usize,
    /// The proof.
    pub proof: Proof,
}

/// Checks every pack under a folder: reads it, looks up every reference, runs its cases.
///
/// # Errors
/// When the folder cannot be read at all. Faults of packs are in the result.
pub fn check_folder(root: &Path) -> Result<Vec<Checked>, PackLoadError> {
    let mut found = Vec::new();
    walk(root, &mut found)?;
    found.sort();
    let calendars = shipped_calendars()?;
    found.iter().map(|folder| check_one(root, folder, &calendars)).collect()
}

/// Every procedure under a folder as one Markdown page of diagrams.
///
/// # Errors
/// When a pack under it is wrong.
pub fn draw_folder(root: &Path) -> Result<String, PackLoadError> {
    let mut found = Vec::new();
    walk(root, &mut found)?;
    found.sort();
    let mut out = String::from("# Procedures\n\nDrawn from the packs by `huiyin pack draw packs docs/PROCEDURES.md`; a test keeps it so. 由规则包画出。\n");
    for folder in found {
        let book = read_one(&folder)?;
        out.push_str(&format!(
            "\n## {} · `{}`\n\n{}\n\n```mermaid\n{}```\n",
            book.title.zh,
            book.id,
            book.title.en,
            huiyin_rules::mermaid(&book, huiyin_rules::Words::Zh)
        ));
    }
    Ok(out)
}

/// The picture of a procedure for the public page.
pub fn picture(book: &RuleBook, language: huiyin_wording::Language, title: &str, name_of: &dyn Fn(huiyin_domain::procedure::Phase) -> String) -> String {
    let words = if language == huiyin_wording::Language::English { huiyin_rules::Words::En } else { huiyin_rules::Words::Zh };
    huiyin_rules::svg(book, words, title, name_of)
}

/// One pack folder, read over its base, for a dry run.
///
/// # Errors
/// When it is no pack, or the pack is wrong.
pub fn read_one(folder: &Path) -> Result<RuleBook, PackLoadError> {
    let missing = || PackLoadError::Calendar(format!("`{}` is no pack folder: there is no readable `pack.toml` in it", folder.display()));
    let files = read_folder(folder).ok_or_else(missing)?;
    let base = base_of(&files).and_then(|id| shipped_folders().get(&id).cloned());
    Ok(read_pack_over(&files, base.as_ref())?.book)
}

/// A calendar folder, for a dry run.
///
/// # Errors
/// When a file cannot be read or says what no calendar can.
pub fn read_calendar_folder(folder: &Path, id: &str) -> Result<WorkCalendar, PackLoadError> {
    let fail = |source| PackLoadError::Read { path: folder.display().to_string(), source };
    let mut files = BTreeMap::new();
    for entry in std::fs::read_dir(folder).map_err(fail)? {
        let path = entry.map_err(fail)?.path();
        let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        if name.ends_with(".json") || name.ends_with(".toml") {
            files.insert(name, std::fs::read_to_string(&path).map_err(fail)?);
        }
    }
    read_calendar(id, &files).map_err(PackLoadError::Calendar)
}

fn walk(folder: &Path, found: &mut Vec<std::path::PathBuf>) -> Result<(), PackLoadError> {
    let fail = |source| PackLoadError::Read { path: folder.display().to_string(), source };
    if folder.join("pack.toml").is_file() {
        found.push(folder.to_owned());
    }
    for entry in std::fs::read_dir(folder).map_err(fail)? {
        let entry = entry.map_err(fail)?;
        // Links are not followed, so a circle of links cannot hold the walk.
        if entry.file_type().map_err(fail)?.is_dir() {
            walk(&entry.path(), found)?;
        }
    }
    Ok(())
}

fn check_one(root: &Path, folder: &Path, calendars: &BTreeMap<String, Arc<WorkCalendar>>) -> Result<Checked, PackLoadError> {
    let mut files = BTreeMap::new();
    let name = folder.strip_prefix(root).ok().filter(|p| !p.as_os_str().is_empty()).unwrap_or(folder).display().to_string();
    let fail = |source| PackLoadError::Read { path: folder.display().to_string(), source };
    for entry in std::fs::read_dir(folder).map_err(fail)? {
        let path = entry.map_err(fail)?.path();
        if path.extension().is_some_and(|e| e == "toml") && path.is_file() {
            let bytes = std::fs::read(&path).map_err(fail)?;
            let file = path.file_name().map(|f| f.to_string_lossy().into_owned()).unwrap_or_default();
            match String::from_utf8(bytes) {
                Ok(text) => files.insert(file, text),
                Err(_) => return Ok(Checked { folder: name.clone(), result: Err(vec![format!("{name}/{file}: not UTF-8; save it as UTF-8")]) }),
            };
        }
    }
    let id = root.file_name().map(|r| format!("{}/{name}", r.to_string_lossy())).filter(|_| name != folder.display().to_string()).unwrap_or_default();
    let mut pack_files = PackFiles { id, files };
    let shipped = shipped_folders();
    let base = match base_of(&pack_files) {
        // A base beside it comes before a shipped one of the same id.
        Some(id) => read_folder(&root.join(&id)).or_else(|| root.parent().and_then(|p| read_folder(&p.join(&id)))).or_else(|| shipped.get(&id).cloned()),
        None => None,
    };
    let result = match read_pack_over(&pack_files, base.as_ref()) {
        Ok(pack) => run(&pack, calendars, &name),
        Err(errors) => Err(errors.0.iter().map(ToString::to_string).collect()),
    };
    pack_files.files.clear();
    Ok(Checked { folder: name, result })
}

/// The TOML files of a folder, when it is one of a pack.
fn read_folder(folder: &Path) -> Option<PackFiles> {
    let mut files = PackFiles { id: folder.display().to_string(), files: BTreeMap::new() };
    for entry in std::fs::read_dir(folder).ok()? {
        let path = entry.ok()?.path();
        if path.extension().is_some_and(|e| e == "toml") {
            let name = path.file_name().map(|f| f.to_string_lossy().into_owned()).unwrap_or_default();
            files.files.insert(name, std::fs::read_to_string(&path).ok()?);
        }
    }
    files.files.contains_key("pack.toml").then_some(files)
}

fn run(pack: &Pack, calendars: &BTreeMap<String, Arc<WorkCalendar>>, name: &str) -> Result<Shown, Vec<String>> {
    let Some(calendar) = calendars.get(&pack.book.calendar) else {
        let known: Vec<&str> = calendars.keys().map(String::as_str).collect();
        return Err(vec![format!("{name}/pack.toml: there is no calendar `{}`; known: {}", pack.book.calendar, known.join(", "))]);
    };
    let mut errors: Vec<String> = huiyin_rules::run_cases(pack, calendar).iter().map(|f| format!("{name}/{f}")).collect();
    errors.extend(under_floor(pack, calendar).iter().map(ToString::to_string));
    errors.extend(templates::check_templates(&pack.book).into_iter().map(|e| format!("{name}/papers.toml: {e}")));
    match huiyin_rules::prove(&pack.book) {
        Ok(proof) => {
            errors.extend(proof.refutations.iter().map(|r| {
                let at = r.at.as_ref().map(|place| pack.place_of(place)).map(|(file, line)| match file.split_once(':') {
                    // An entry of the pack it lies over.
                    Some((base, file)) => format!("{base}/{file}:{line}"),
                    None => format!("{name}/{file}:{line}"),
                });
                format!("{}: {r}", at.unwrap_or_else(|| name.to_owned()))
            }));
            if errors.is_empty() { Ok(Shown { cases: pack.case_count(), proof }) } else { Err(errors) }
        }
        Err(large) => {
            errors.push(format!("{name}: {large}"));
            Err(errors)
        }
    }
}
