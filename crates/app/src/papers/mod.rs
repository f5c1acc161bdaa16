//! Papers (文书): made by the move that calls for one, in the same commit, and never changed afterwards.
//!
//! What is kept is the letter; its salted digest stands in the matter's record
//! ([`PaperMade`](huiyin_domain::event::EventKind::PaperMade)). PDF, word-processor file and HTML are drawn from it and
//! are the same each time. The addressee's name is not kept with it: names stay in the vault, and whoever prints for
//! the post fills it in.

mod copies;
mod make;
pub(crate) mod private;

use std::sync::{Arc, OnceLock};

pub use huiyin_documents::Letter;
use huiyin_documents::{Faces, PdfError, Tongue};
use huiyin_domain::ids::{ProceedingId, UnitId};
use huiyin_domain::kind::ProceedingKind;
use huiyin_domain::matter::Matter;
use huiyin_storage::{Record, Table};
use huiyin_wording::Language;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::error::{AppError, FormError, Result};
use crate::office::{Office, Staff};

pub use copies::make_copies;
pub(crate) use copies::{changed_copies, removal};
pub(crate) use make::make_paper;

/// A paper as it is kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Paper {
    /// The proceeding's id.
    pub matter: String,
    /// What kind of proceeding.
    #[serde(default)]
    pub of: ProceedingKind,
    /// Serial within the matter: that of the move that made it.
    pub n: u32,
    /// The pack's paper.
    pub rule: String,
    /// 发文字号.
    pub number: String,
    /// Salt of the digest.
    pub salt: String,
    /// SHA-256 over salt and canonical letter, as it stands in the record.
    pub digest: String,
    /// The petitioner may read it.
    pub for_petitioner: bool,
    /// It is addressed to the petitioner.
    #[serde(default = "yes")]
    pub to_petitioner: bool,
    /// She asked for the second language: the served copy has it behind the first.
    #[serde(default)]
    pub second: bool,
    /// Only this relation and the petitioner may read it.
    pub private_to: Option<huiyin_domain::procedure::Relation>,
    /// Key of its place in the list of its day; empty when it has none.
    #[serde(default)]
    pub listed: String,
    /// The letter.
    pub letter: Letter,
}

impl Record for Paper {
    const TABLE: Table = Table::Paper;
    type Key = (ProceedingId, u32);
}

/// A paper in the list of the unit that issued it and the day.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct PaperDay {
    /// The pack's paper.
    pub(crate) rule: String,
    /// 发文字号.
    pub(crate) number: String,
    /// Number of the proceeding.
    pub(crate) matter: String,
    /// What kind of proceeding.
    #[serde(default)]
    pub(crate) of: ProceedingKind,
    /// What stands over it.
    pub(crate) title: String,
    /// It is served on the petitioner.
    pub(crate) to_petitioner: bool,
}

/// Unit, day, proceeding, event.
pub(crate) type PaperDayKey = (UnitId, Date, ProceedingId, u32);

impl Record for PaperDay {
    const TABLE: Table = Table::PaperDay;
    type Key = PaperDayKey;
}

/// The place in the list of a day as a paper and a form name it.
pub(crate) fn day_text((unit, day, proceeding, n): &PaperDayKey) -> String {
    format!("day:{unit}:{day}:{proceeding}:{n:06}")
}

/// The place in the list of a day from how it is named; `None` for what names none.
pub(crate) fn day_key(text: &str) -> Option<PaperDayKey> {
    let mut parts = text.strip_prefix("day:")?.rsplitn(4, ':');
    let (n, proceeding, day, unit) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    Some((UnitId::new(unit), day.parse().ok()?, ProceedingId::new(proceeding), n.parse().ok()?))
}

/// Papers made before this was said were all addressed so.
fn yes() -> bool {
    true
}

/// How a paper is handed out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Typeset.
    Pdf,
    /// For editing before it is sealed.
    Docx,
}

/// How a letter of a language is set: Chinese by its own rules, all others alike.
pub(crate) fn tongue(language: Language) -> Tongue {
    if language == Language::CHINESE { Tongue::Zh } else { Tongue::En }
}

/// Of a letter in two languages the one for a reader: the second where that is in the reader's and the first is not.
pub fn for_reader(letter: &Letter, language: Language) -> &Letter {
    let wanted = tongue(language);
    letter.second.as_deref().filter(|second| letter.tongue != wanted && second.tongue == wanted).unwrap_or(letter)
}

/// The language that binds under a pack, in which its papers are.
pub(crate) fn binding_of(book: &huiyin_domain::procedure::RuleBook) -> Language {
    Language::parse(&book.binding).unwrap_or(Language::ENGLISH)
}

/// The language beside the binding one: English where the pack has it, else the first.
pub(crate) fn other_language(book: &huiyin_domain::procedure::RuleBook, binding: Language) -> Option<Language> {
    let mut others = book.title.languages().filter(|l| *l != binding.code()).filter_map(Language::parse).peekable();
    let first = others.peek().copied();
    others.find(|l| *l == Language::ENGLISH).or(first)
}

/// A title between quotation marks: its own marks become the inner ones (GB/T 15834).
fn quotable(language: Language, title: &str) -> String {
    if language == Language::CHINESE { title.replace('“', "‘").replace('”', "’") } else { title.to_owned() }
}

/// A date as it stands on a paper (GB/T 9704: no weekday, no leading zeros).
pub(crate) fn formal_date(language: Language, date: Date) -> String {
    huiyin_wording::formal(language, date)
}

/// The papers of a matter, in order.
pub(crate) async fn papers_of(office: &Office, proceeding: &ProceedingId) -> Result<Vec<Paper>> {
    Ok(office.select_all::<Paper>(&[proceeding]).await?.into_iter().map(|(_, paper)| paper).collect())
}

/// The papers of a matter that an officer may read.
///
/// # Errors
/// [`AppError::NotFound`] when the matter is not there for this reader.
#[crate::boxed]
pub async fn for_officer(office: &Office, staff: &Staff, number: &str) -> Result<(Matter, Vec<Paper>)> {
    let matter = crate::access::readable(office, staff, number).await?;
    let relations = matter.relations(&staff.actor(), &*office.directory().await?);
    let mut papers = papers_of(office, &matter.id).await?;
    papers.retain(|p| p.private_to.is_none_or(|to| relations.contains(&to)));
    Ok((matter, papers))
}

/// Draws a paper. `to` replaces the addressee for this copy only and is not kept.
///
/// # Errors
/// [`AppError::Form`] when there are no faces.
#[crate::boxed]
pub async fn draw(office: &Office, paper: &Paper, form: Form, to: &str) -> Result<Vec<u8>> {
    let letter = as_served(paper);
    let to = if paper.to_petitioner { to } else { "" };
    if form == Form::Pdf && to.trim().is_empty() {
        return copies::served(office, paper, letter).await;
    }
    draw_letter(office, letter, form, to).await
}

/// The letter as it is served: with the second language where the petitioner asked for it.
pub(crate) fn as_served(paper: &Paper) -> Letter {
    let second = if paper.second { paper.letter.second.clone() } else { None };
    Letter { second, ..paper.letter.clone() }
}

/// Characters of letters that no face here has, each once.
pub fn undrawable(office: &Office, letters: &[Letter]) -> Vec<char> {
    let faces = faces(office);
    if faces.usable() { faces.undrawable(letters.iter().flat_map(Letter::texts)) } else { Vec::new() }
}

/// Sets many letters as one PDF, each on a sheet of its own.
///
/// # Errors
/// As [`draw`].
pub(crate) async fn set_many(office: &Office, letters: Vec<Letter>) -> Result<Vec<u8>> {
    let faces = faces(office);
    let set = tokio::task::spawn_blocking(move || huiyin_documents::pdf_of_many(&letters, &faces)).await;
    set.map_err(AppError::caused("setting ended before it was done"))?.map_err(in_words)
}

fn in_words(error: PdfError) -> AppError {
    match error {
        PdfError::NoFaces => AppError::Form(vec![FormError::new("to", "fault-no-faces")]),
        PdfError::Typeset(why) => AppError::internal(why),
    }
}

/// The same with the second language behind it.
///
/// # Errors
/// As [`draw`].
#[crate::boxed]
pub async fn draw_both(office: &Office, paper: &Paper, form: Form, to: &str) -> Result<Vec<u8>> {
    draw_letter(office, paper.letter.clone(), form, to).await
}

pub(crate) async fn draw_letter(office: &Office, mut letter: Letter, form: Form, to: &str) -> Result<Vec<u8>> {
    let to: String = to.trim().chars().take(60).collect();
    if !to.is_empty() {
        if let Some(second) = &mut letter.second {
            second.to.clone_from(&to);
        }
        letter.to = to;
    }
    let faces = faces(office);
    let done = tokio::task::spawn_blocking(move || match form {
        Form::Pdf => huiyin_documents::pdf(&letter, &faces),
        Form::Docx => huiyin_documents::docx(&letter).map_err(PdfError::Typeset),
    });
    done.await.map_err(AppError::caused("setting ended before it was done"))?.map_err(in_words)
}

/// What is missing among the faces papers ask for: `None` when no paper can be set at all.
pub fn missing_faces(office: &Office) -> Option<Vec<&'static str>> {
    let faces = faces(office);
    faces.usable().then(|| faces.missing())
}

/// Uses of a face (body, title …) for which none the standard names is here, so that another stands in.
pub fn standing_in(office: &Office) -> Vec<String> {
    faces(office).standing_in().into_iter().map(|(named, used)| format!("{named} → {used}")).collect()
}

/// The letter as accessible HTML.
pub fn html(letter: &Letter) -> String {
    huiyin_documents::html(letter)
}

/// The faces, read when the first paper is drawn.
fn faces(office: &Office) -> Arc<Faces> {
    static FACES: OnceLock<Arc<Faces>> = OnceLock::new();
    Arc::clone(FACES.get_or_init(|| Arc::new(Faces::load(office.faces_folder(), &Faces::debian()))))
}
