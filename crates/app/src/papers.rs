//! Papers (文书): made by the move that calls for one, in the same commit, and never changed afterwards.
//!
//! What is kept is the letter; its salted digest stands in the matter's record ([`EventKind::PaperMade`]). PDF,
//! word-processor file and HTML are drawn from it and are the same each time. The addressee's name is not kept with
//! it: names stay in the vault, and whoever prints for the post fills it in.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

pub use huiyin_documents::Letter;
use huiyin_documents::{Faces, Paragraph, PdfError, Tongue};
use huiyin_domain::decide::{Decision, next_event};
use huiyin_domain::event::{EventActor, EventKind};
use huiyin_domain::ids::UnitId;
use huiyin_domain::matter::Matter;
use huiyin_domain::payload::{Field, Shape};
use huiyin_domain::procedure::{MoveRule, PaperRule};
use huiyin_domain::unit::Unit;
use huiyin_register::digest;
use huiyin_storage::{ItemKind, ItemRecord, SubmissionRecord};
use huiyin_wording::Language;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::error::{AppError, FormError, Result};
use crate::office::{Ground, Office, Staff, random_hex};

/// A paper as it is kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Paper {
    /// The matter's id.
    pub matter: String,
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

/// The paper a decision makes and its place in the list of the day, with its event added to the decision; empty when the move makes none.
///
/// # Errors
/// A fault of the template, which the pack's check keeps from happening; as the store.
pub(crate) async fn of(
    office: &Office,
    ground: &Ground,
    before: &Matter,
    rule: &MoveRule,
    letter_of: Option<&SubmissionRecord>,
    decision: &mut Decision,
) -> Result<Vec<ItemRecord>> {
    let Some((name, paper)) = rule.document.as_ref().and_then(|d| ground.book.papers.get(d).map(|p| (d.clone(), p))) else { return Ok(Vec::new()) };
    let today = office.now().today();
    let from = before.unit_for(paper.from, &ground.directory).or_else(|| Some(before.holder.clone()));
    let unit = from.as_ref().and_then(|id| ground.directory.unit(id)).cloned();
    let issuer = unit.as_ref().map(|u| u.id.0.clone()).unwrap_or_default();
    let serial = office.paper_serial(&format!("paper:{issuer}:{}:{}", paper.code, today.year())).await?;
    let letters = unit.as_ref().map(|u| u.letters.as_str()).filter(|l| !l.is_empty()).unwrap_or("信");
    let number = format!("{letters}{}〔{}〕{serial}号", paper.code, today.year());
    let carried = |field: Field| {
        let in_event = decision.events.iter().find_map(|e| if let EventKind::Moved { carried, .. } = &e.kind { carried.text(field) } else { None });
        in_event.or_else(|| decision.words.text(field)).map(str::to_owned)
    };
    // 主送: a unit by its relation, whoever the move names, else the petitioner; minutes have none.
    let named_unit = carried(Field::ToUnit).map(UnitId::new);
    let to_unit = paper.to.and_then(|to| if to.is_asked() { named_unit } else { before.unit_for(to, &ground.directory) });
    let to_unit = to_unit.as_ref().and_then(|id| ground.directory.unit(id)).cloned();
    let recipient = carried(Field::Recipient);
    let above = unit.as_ref().and_then(|u| ground.directory.superior(&u.id)).cloned();
    let letter_in = |language: Language| -> Result<Letter> {
        let pick = |l: &huiyin_domain::procedure::Label| language.pick(&l.zh, &l.en).to_owned();
        let name = |u: &Option<Unit>| u.as_ref().map(|u| language.pick(&u.name, &u.name_en).to_owned()).unwrap_or_default();
        let mut values: BTreeMap<String, String> = BTreeMap::from([
            (
                "to".to_owned(),
                to_unit
                    .as_ref()
                    .map(|u| language.pick(&u.name, &u.name_en).to_owned())
                    .or_else(|| recipient.clone())
                    .unwrap_or_else(|| office.wording().text(language, "petitioner", &[])),
            ),
            ("number".to_owned(), breakable(&before.number)),
            ("title".to_owned(), before.title.clone()),
            ("received".to_owned(), formal_date(language, before.received_on)),
            ("arrived".to_owned(), formal_date(language, before.days.get("arrived").copied().unwrap_or(before.received_on))),
            ("today".to_owned(), formal_date(language, today)),
            ("unit".to_owned(), name(&unit)),
            ("above".to_owned(), name(&above)),
        ]);
        // The last day of what the move makes somebody owe.
        let due = decision.events.iter().find_map(|e| if let EventKind::ClockStarted { legal, .. } = &e.kind { Some(*legal) } else { None });
        values.extend(due.map(|day| ("due".to_owned(), formal_date(language, day))));
        let carried = decision.events.iter().find_map(|e| if let EventKind::Moved { carried, .. } = &e.kind { Some(carried) } else { None });
        for (field, value) in carried.into_iter().flat_map(|c| c.iter()).chain(decision.words.iter()) {
            let shown = match field.shape() {
                Shape::Day | Shape::PastDay => value.parse().map_or_else(|_| value.to_owned(), |d| formal_date(language, d)),
                Shape::Choice(_) => office.wording().text(language, &format!("choice-{}", value.replace(['(', ')'], "").replace('_', "-")), &[]),
                _ => value.to_owned(),
            };
            values.insert(field.word(), shown);
        }
        let body = huiyin_documents::render(&pick(&paper.template), &values)
            .map_err(|e| AppError::Internal(format!("paper `{}` of pack {}: {e}", paper.code, ground.book.id)))?;
        let contact = unit.as_ref().map(|u| format!("{}　{}", u.address, u.telephone).trim().to_owned()).unwrap_or_default();
        Ok(Letter {
            tongue: if language == Language::English { Tongue::En } else { Tongue::Zh },
            organ: name(&unit),
            number: number.clone(),
            title: pick(&paper.title),
            to: if paper.unaddressed { String::new() } else { values.get("to").cloned().unwrap_or_default() },
            body,
            date: formal_date(language, today),
            contact,
            second: None,
        })
    };
    let mut letter = letter_in(Language::Chinese)?;
    let mut second = letter_in(Language::English)?;
    second.body.push(Paragraph::Text(office.wording().text(Language::English, "paper-prevails", &[])));
    letter.second = Some(Box::new(second));
    let salt = random_hex(16)?;
    let digest = digest(&salt, &letter).map_err(|e| AppError::Internal(e.to_string()))?;
    let n = decision.events.first().map_or(0, |e| e.n);
    let actor = decision.events.first().map_or(EventActor::Clock, |e| e.actor.clone());
    let made = EventKind::PaperMade { of: n, paper: name.clone(), number: number.clone(), digest: digest.clone() };
    let event = next_event(&mut decision.matter, office.now().at, actor, rule.clause.clone(), rule.basis, made);
    decision.events.push(event);
    // Reasons between offices are not the petitioner's paper.
    let for_petitioner = rule.tells && rule.hides.is_empty();
    let to_petitioner = for_petitioner && paper.to.is_none() && !paper.unaddressed && recipient.is_none();
    let second = to_petitioner && letter_of.is_some_and(|s| s.submission.second_language);
    // The list of a day, by the unit that issues: from it notices are printed together. What goes past a unit is in none.
    let day = serde_json::json!({ "rule": name, "number": number, "matter": before.number, "title": paper.title.zh, "to_petitioner": to_petitioner });
    let listed = if rule.private_to.is_none() { format!("day:{issuer}:{today}:{}:{n:06}", before.id) } else { String::new() };
    let day = (!listed.is_empty()).then(|| ItemRecord::lasting(ItemKind::Paper, listed.clone(), day));
    let doc = Paper {
        matter: before.id.0.clone(),
        n,
        rule: name,
        number,
        salt,
        digest,
        for_petitioner,
        to_petitioner,
        second,
        private_to: rule.private_to,
        listed,
        letter,
    };
    let doc = serde_json::to_value(doc).map_err(|e| AppError::Internal(e.to_string()))?;
    let kept = ItemRecord { kind: ItemKind::Paper, key: format!("{}:{n:06}", before.id), doc, expires: None, only_new: true };
    Ok(std::iter::once(kept).chain(day).collect())
}

/// A date as it stands on a paper (GB/T 9704: no weekday, no leading zeros).
pub(crate) fn formal_date(language: Language, date: Date) -> String {
    match language {
        Language::Chinese => format!("{}年{}月{}日", date.year(), date.month(), date.day()),
        Language::English => date.strftime("%-d %B %Y").to_string(),
    }
}

/// A number that may be broken after its hyphens when a line is full.
fn breakable(number: &str) -> String {
    number.replace('-', "-\u{200b}")
}

/// The papers of a matter, in order.
pub(crate) async fn all(office: &Office, matter: &Matter) -> Result<Vec<Paper>> {
    let items = office.store().items(office.tenant(), ItemKind::Paper, &format!("{}:", matter.id), "", 1000).await?;
    items.into_iter().map(|i| serde_json::from_value(i.doc).map_err(|e| AppError::Internal(format!("paper `{}`: {e}", i.key)))).collect()
}

/// The papers of a matter that an officer may read.
///
/// # Errors
/// [`AppError::NotFound`] when the matter is not there for this reader.
pub async fn for_officer(office: &Office, staff: &Staff, number: &str) -> Result<(Matter, Vec<Paper>)> {
    let matter = crate::matter_view::readable(office, staff, number).await?;
    let relations = matter.relations(&staff.actor(), &*office.directory().await?);
    let mut papers = all(office, &matter).await?;
    papers.retain(|p| p.private_to.is_none_or(|to| relations.contains(&to)));
    Ok((matter, papers))
}

/// The papers of a part that the petitioner may read.
///
/// # Errors
/// [`AppError::NotFound`].
pub async fn for_petitioner(office: &Office, submission: &SubmissionRecord, part: u16) -> Result<(Matter, Vec<Paper>)> {
    let matters = office.store().matters_of(office.tenant(), &submission.submission.id).await?;
    let matter = matters.into_iter().find(|m| m.part == part).ok_or(AppError::NotFound)?;
    let mut papers = all(office, &matter).await?;
    papers.retain(|p| p.for_petitioner);
    Ok((matter, papers))
}

/// Draws a paper. `to` replaces the addressee for this copy only and is not kept.
///
/// # Errors
/// [`AppError::Form`] for characters no face has; [`AppError::Internal`] when there are no faces.
pub async fn draw(office: &Office, paper: &Paper, form: Form, to: &str) -> Result<Vec<u8>> {
    let letter = as_served(paper);
    let to = if paper.to_petitioner { to } else { "" };
    if form == Form::Pdf && to.trim().is_empty() {
        return served(office, paper, letter).await;
    }
    draw_letter(office, letter, form, to).await
}

/// The letter as it is served: with the second language where the petitioner asked for it.
pub(crate) fn as_served(paper: &Paper) -> Letter {
    let second = if paper.second { paper.letter.second.clone() } else { None };
    Letter { second, ..paper.letter.clone() }
}

/// Characters of letters that no face here has, each once.
pub(crate) fn undrawable(office: &Office, letters: &[Letter]) -> Vec<char> {
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
    set.map_err(|e| AppError::Internal(e.to_string()))?.map_err(in_words)
}

fn in_words(error: PdfError) -> AppError {
    match error {
        PdfError::Undrawable(found) => AppError::Form(vec![FormError::with("to", "fault-undrawable", found.into_iter().collect::<String>())]),
        PdfError::NoFaces => AppError::Form(vec![FormError::new("to", "fault-no-faces")]),
        PdfError::Typeset(why) => AppError::Internal(why),
    }
}

/// The copy that is served: set once, stored by its hash, and the same bytes ever after, whatever faces come later.
async fn served(office: &Office, paper: &Paper, letter: Letter) -> Result<Vec<u8>> {
    let key = format!("pdf:{}:{:06}", paper.matter, paper.n);
    if let Some(kept) = office.store().item(office.tenant(), ItemKind::Paper, &key, office.machine_now()).await?
        && let Some(hash) = kept.doc.get("sha256").and_then(|h| h.as_str())
    {
        return Ok(office.files().get(hash).await?);
    }
    let bytes = draw_letter(office, letter, Form::Pdf, "").await?;
    let stored = office.files().put(&bytes).await?;
    let doc = serde_json::json!({ "sha256": stored.hash, "letter": paper.digest });
    let item = ItemRecord { kind: ItemKind::Paper, key: key.clone(), doc, expires: None, only_new: true };
    match office.store().put_items(office.tenant(), vec![item]).await {
        Ok(()) => Ok(bytes),
        // Somebody drew it at the same moment: theirs is the copy.
        Err(huiyin_storage::StoreError::AlreadyThere(_)) => {
            let kept = office.store().item(office.tenant(), ItemKind::Paper, &key, office.machine_now()).await?;
            let hash = kept.and_then(|k| k.doc.get("sha256").and_then(|h| h.as_str().map(str::to_owned))).unwrap_or(stored.hash);
            Ok(office.files().get(&hash).await?)
        }
        Err(error) => Err(error.into()),
    }
}

/// The same with the second language behind it.
///
/// # Errors
/// As [`draw`].
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
    done.await.map_err(|e| AppError::Internal(e.to_string()))?.map_err(in_words)
}

/// What is missing among the faces papers ask for: `None` when no paper can be set at all.
pub fn missing_faces(office: &Office) -> Option<Vec<&'static str>> {
    let faces = faces(office);
    faces.usable().then(|| faces.missing())
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

/// Renders every paper of a rule book with sample values, in both languages; each fault names the paper and its line.
pub fn check_templates(papers: &BTreeMap<String, PaperRule>, moves: &[MoveRule]) -> Vec<String> {
    let mut out = Vec::new();
    for rule in moves {
        let Some((name, paper)) = rule.document.as_ref().and_then(|d| papers.get(d).map(|p| (d, p))) else { continue };
        for all_given in [true, false] {
            let mut values: BTreeMap<String, String> =
                ["to", "number", "title", "received", "arrived", "today", "unit", "above"].map(|k| (k.to_owned(), "样张".to_owned())).into();
            values.extend(rule.needs.iter().filter(|n| all_given || n.required).map(|n| (n.field.word(), "样张".to_owned())));
            for (language, text) in [("zh", &paper.template.zh), ("en", &paper.template.en)] {
                if let Err(error) = huiyin_documents::render(text, &values) {
                    out.push(format!("paper `{name}` ({language}), made by the move `{}`, entry at line {}: {error}", rule.id, paper.line));
                }
            }
        }
    }
    out.dedup();
    out
}
