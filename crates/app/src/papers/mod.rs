//! Papers (文书): made by the move that calls for one, in the same commit, and never changed afterwards.
//!
//! What is kept is the letter; its salted digest stands in the matter's record ([`EventKind::PaperMade`]). PDF,
//! word-processor file and HTML are drawn from it and are the same each time. The addressee's name is not kept with
//! it: names stay in the vault, and whoever prints for the post fills it in.

mod copies;

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

pub use huiyin_documents::Letter;
use huiyin_documents::{Faces, Paragraph, PdfError, Tongue};
use huiyin_domain::calendar::number_of;
use huiyin_domain::decide::{Decision, next_event};
use huiyin_domain::event::{EventActor, EventKind};
use huiyin_domain::ids::{ClockId, ProceedingId, UnitId};
use huiyin_domain::kind::ProceedingKind;
use huiyin_domain::matter::Matter;
use huiyin_domain::payload::{Field, Shape};
use huiyin_domain::procedure::{HandTo, MoveRule, Relation, Verb};
use huiyin_domain::proceeding::{Kind, Proceeding};
use huiyin_domain::unit::Unit;
use huiyin_register::digest;
use huiyin_storage::{ItemRecord, Record, RecordWrite, Reserved, SubmissionRecord, Table};
use huiyin_wording::Language;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::error::{AppError, FormError, Result};
use crate::office::{Ground, Office, Staff, random_hex};

pub(crate) use copies::{changed_copies, make_waiting, removal};

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

/// What a paper adds to a unit of work.
#[derive(Debug, Default)]
pub(crate) struct Made {
    /// The paper, its place in the list of the day, its number.
    pub(crate) records: Vec<RecordWrite>,
    /// That its copy is to be made.
    pub(crate) copy: Option<ItemRecord>,
}

/// The paper a decision makes and its place in the list of the day, with its event added to the decision; empty when the move makes none.
///
/// # Errors
/// A fault of the template, which the pack's check keeps from happening; as the store.
#[expect(clippy::too_many_lines, reason = "a paper is put together in one place; to be parted with the rooms of papers")]
pub(crate) async fn of<K: Kind>(
    office: &Office,
    ground: &Ground,
    before: &Proceeding,
    rule: &MoveRule,
    letter_of: Option<&SubmissionRecord>,
    decision: &mut Decision<K>,
    numbers: &mut Vec<Reserved>,
) -> Result<Made> {
    let given = Given::of(decision);
    let document = rule.variant(|f| given.get(f)).and_then(|v| v.document.as_ref()).or(rule.document.as_ref());
    let Some((name, paper)) = document.and_then(|d| ground.book.papers.get(d).map(|p| (d.clone(), p))) else { return Ok(Made::default()) };
    let today = office.now().today();
    let unit_of = |id: Option<UnitId>| id.as_ref().and_then(|id| ground.directory.unit(id)).cloned();
    // An order is issued by whoever gives it, which may be an office further up than the next.
    let actor = decision.events.first().map_or(EventActor::Clock, |e| e.actor.clone());
    let acting = if let EventActor::Officer { unit, .. } = &actor { Some(unit.clone()) } else { None };
    let by_actor = acting.filter(|_| rule.verb == Verb::Supervise);
    let unit = unit_of(by_actor.or_else(|| before.unit_for(paper.from, &ground.directory)).or_else(|| Some(before.holder.clone())));
    let issuer = unit.as_ref().map_or_else(|| before.holder.clone(), |u| u.id.clone());
    let numbering = ground.book.numbering.as_ref().ok_or_else(|| AppError::internal(format!("pack {} numbers no papers", ground.book.id)))?;
    let letters = unit.as_ref().map(|u| u.letters.as_str()).filter(|l| !l.is_empty()).unwrap_or(&numbering.letters);
    // The series belongs to the letters: two units that have none of their own share it.
    let reserved = office.paper_serial(&format!("letters:{letters}:{}:{}", paper.code, today.year())).await?;
    let serial = reserved.n;
    numbers.push(reserved);
    let number = numbering.number(letters, &paper.code, today.year(), serial);
    let to_unit = unit_of(paper.to.and_then(|to| addressee(ground, before, rule, decision, to)));
    let recipient = given.get(Field::Recipient).map(str::to_owned);
    // What a proof of service is about: the last paper made for the petitioner.
    let served = match rule.verb {
        Verb::Serve => all(office, &before.id).await?.into_iter().rfind(|p| p.to_petitioner),
        _ => None,
    };
    let about = About { office, ground, before, decision, given: &given, unit: unit.as_ref(), to_unit: to_unit.as_ref(), served: served.as_ref() };
    let copies: Vec<Unit> = paper
        .copies
        .iter()
        .filter_map(|to| unit_of(if *to == Relation::Sender { before.sender.clone() } else { before.unit_for(*to, &ground.directory) }))
        .filter(|u| Some(&u.id) != unit.as_ref().map(|u| &u.id) && Some(&u.id) != to_unit.as_ref().map(|u| &u.id))
        .collect();
    let letter_in = |language: Language| -> Result<Letter> {
        let pick = |l: &huiyin_domain::procedure::Label| l.get(language.code()).to_owned();
        let template = pick(&paper.template);
        let values = about.values(language, &template);
        let body =
            huiyin_documents::render(&template, &values).map_err(|e| AppError::internal(format!("paper `{}` of pack {}: {e}", paper.code, ground.book.id)))?;
        Ok(Letter {
            tongue: tongue(language),
            organ: name_of(language, unit.as_ref()),
            number: number.clone(),
            title: pick(&paper.title),
            to: if paper.unaddressed { String::new() } else { values.get("to").cloned().unwrap_or_default() },
            body,
            date: formal_date(language, today),
            contact: unit.as_ref().map(|u| format!("{}　{}", u.address, u.telephone).trim().to_owned()).unwrap_or_default(),
            copies: copies.iter().map(|u| name_of(language, Some(u))).collect(),
            second: None,
        })
    };
    let binding = binding_of(&ground.book);
    let mut letter = letter_in(binding)?;
    // For the reader, beside the text that binds.
    if let Some(other) = other_language(&ground.book, binding) {
        let mut second = letter_in(other)?;
        let name = office.wording().text(binding, "language-name", &[]);
        second.body.push(Paragraph::Text(office.wording().text(other, "paper-prevails", &[("language", name.into())])));
        letter.second = Some(Box::new(second));
    }
    let salt = random_hex(16)?;
    let digest = digest(&salt, &letter).map_err(AppError::caused("a letter has no digest"))?;
    let n = decision.events.first().map_or(0, |e| e.n);
    let clause = decision.events.first().and_then(|e| e.clause.clone());
    let made = EventKind::PaperMade { of: n, paper: name.clone(), number: number.clone(), digest: digest.clone() };
    let event = next_event(&mut decision.subject, office.now().at, actor, clause, rule.basis, made);
    decision.events.push(event);
    // Reasons between offices are not the petitioner's paper.
    let for_petitioner = rule.tells && rule.hides.is_empty() && paper.to.is_none();
    let to_petitioner = for_petitioner && !paper.unaddressed && recipient.is_none();
    let second = to_petitioner && letter_of.is_some_and(|s| s.submission.second_language);
    // The list of a day, by the unit that issues: from it notices are printed together. What goes past a unit is in none.
    let key: PaperDayKey = (issuer, today, before.id.clone(), n);
    let title = paper.title.get(&ground.book.binding).to_owned();
    let day = PaperDay { rule: name.clone(), number: number.clone(), matter: before.number.clone(), of: before.kind, title, to_petitioner };
    let listed = if rule.private_to.is_none() { day_text(&key) } else { String::new() };
    let day = (!listed.is_empty()).then(|| RecordWrite::put(&key, &day)).transpose()?;
    // What goes past a unit is not found by its number either.
    let reference =
        (rule.private_to.is_none() && before.kind == ProceedingKind::Matter).then(|| crate::references::write(&before.id, &number)).flatten().transpose()?;
    let doc = Paper {
        matter: before.id.0.clone(),
        of: before.kind,
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
    let kept = RecordWrite::add(&(before.id.clone(), n), &doc)?;
    // Only what is served on somebody is kept as it was served.
    let copy = (to_petitioner && before.kind == ProceedingKind::Matter).then(|| copies::waiting(&(before.id.clone(), n)));
    Ok(Made { records: std::iter::once(kept).chain(day).chain(reference).collect(), copy })
}

/// What a move carried: choices and days from its event, words beside it.
struct Given(BTreeMap<Field, String>);

impl Given {
    fn of<K>(decision: &Decision<K>) -> Self {
        let carried = decision.events.iter().find_map(|e| if let EventKind::Moved { carried, .. } = &e.kind { Some(carried) } else { None });
        Self(carried.into_iter().flat_map(|c| c.iter()).chain(decision.words.iter()).map(|(f, v)| (f, v.to_owned())).collect())
    }

    fn get(&self, field: Field) -> Option<&str> {
        self.0.get(&field).map(String::as_str)
    }
}

/// 主送 of a paper to a unit: whoever the move names or hands to, whoever is late, whoever asked for what it does.
fn addressee<K: Kind>(ground: &Ground, before: &Proceeding, rule: &MoveRule, decision: &Decision<K>, to: Relation) -> Option<UnitId> {
    let clock = |n: u32| decision.subject.clocks.iter().find(|c| c.n == n);
    let asked = || rule.needs.iter().any(|n| n.field == Field::ToUnit).then(|| Given::of(decision).get(Field::ToUnit).map(UnitId::new)).flatten();
    let done = || decision.events.iter().find_map(|e| if let EventKind::ClockDischarged { n, .. } = &e.kind { clock(*n)?.owed_to.clone() } else { None });
    match to {
        Relation::Holder if rule.hand_to == Some(HandTo::Named) => Some(decision.subject.holder.clone()),
        Relation::Holder if rule.verb == Verb::Supervise => {
            decision.pressed.and_then(clock).and_then(|c| c.bound.unit.clone()).or_else(|| Some(before.holder.clone()))
        }
        Relation::Holder => Some(before.holder.clone()),
        Relation::Sender => done().or_else(|| before.unit_for(to, &ground.directory)),
        to if to.is_asked() => asked(),
        to => before.unit_for(to, &ground.directory),
    }
}

fn name_of(language: Language, unit: Option<&Unit>) -> String {
    unit.map(|u| language.pick(&u.name, &u.name_en).to_owned()).unwrap_or_default()
}

/// What the variables of a template stand for (PACKS.md, "Papers").
struct About<'a, K> {
    office: &'a Office,
    ground: &'a Ground,
    before: &'a Proceeding,
    decision: &'a Decision<K>,
    given: &'a Given,
    unit: Option<&'a Unit>,
    to_unit: Option<&'a Unit>,
    served: Option<&'a Paper>,
}

impl<K: Kind> About<'_, K> {
    /// The values a template may ask for; of the periods of the pack, those it names.
    fn values(&self, language: Language, template: &str) -> BTreeMap<String, String> {
        let (office, before, book) = (self.office, self.before, &self.ground.book);
        let today = office.now().today();
        let say = |key: &str| office.wording().text(language, key, &[]);
        let day = |d: Date| formal_date(language, d);
        let above = self.unit.and_then(|u| self.ground.directory.superior(&u.id));
        let to = self.to_unit.map(|u| name_of(language, Some(u))).or_else(|| self.given.get(Field::Recipient).map(str::to_owned));
        let arrived = before.days.get("arrived").copied().unwrap_or(before.received_on);
        let accepted = before.days.get("accepted").copied().unwrap_or(arrived);
        let mut values: BTreeMap<String, String> = BTreeMap::new();
        let mut set = |name: &str, value: String| values.insert(name.to_owned(), value);
        for (field, value) in &self.given.0 {
            let shown = match field.shape() {
                Shape::Day | Shape::PastDay => value.parse().map_or_else(|_| value.clone(), day),
                Shape::Choice => {
                    set(&format!("{}_choice", field.word()), value.clone());
                    crate::labels::of_choice(book, language, *field, value)
                }
                Shape::Unit => name_of(language, self.ground.directory.unit(&UnitId::new(value))),
                _ => value.clone(),
            };
            set(&field.word(), shown);
        }
        set("to", to.unwrap_or_else(|| say("petitioner")));
        set("number", before.number.clone());
        set("title", quotable(language, &before.title));
        set("received", day(before.received_on));
        set("arrived", day(arrived));
        set("accepted", day(accepted));
        set("today", day(today));
        set("unit", name_of(language, self.unit));
        set("above", above.map_or_else(|| say("paper-body-above"), |u| name_of(language, Some(u))));
        if let Some(address) = above.map(|u| u.address.as_str()).filter(|a| !a.is_empty()) {
            set("above_address", address.to_owned());
        }
        if let Some(sender) = before.sender.as_ref().and_then(|id| self.ground.directory.unit(id)) {
            set("sent_from", name_of(language, Some(sender)));
        }
        for clock in book.clocks.keys() {
            let named = template.contains(&format!("period_{}", clock.as_str()));
            if let Some(span) = named.then(|| crate::periods::of_clock(office.wording(), language, book, clock, today)).flatten() {
                set(&format!("period_{}", clock.as_str()), span);
            }
        }
        // The last days of what the move makes somebody owe; the first of them is `due`.
        let started: Vec<(&ClockId, Date)> = self
            .decision
            .events
            .iter()
            .filter_map(|e| if let EventKind::ClockStarted { rule, legal, .. } = &e.kind { Some((rule, *legal)) } else { None })
            .collect();
        for (rule, legal) in &started {
            set(&format!("due_{}", rule.as_str()), day(*legal));
        }
        if let Some((_, legal)) = started.first() {
            set("due", day(*legal));
        }
        if let Some(legal) = self.decision.events.iter().find_map(|e| if let EventKind::ClockExtended { legal, .. } = &e.kind { Some(*legal) } else { None }) {
            set("extended_to", day(legal));
        }
        let late = self.decision.pressed.and_then(|n| self.decision.subject.clocks.iter().find(|c| c.n == n));
        if let Some((clock, owed)) = late.and_then(|c| book.clock(&c.rule).map(|r| (c, r))) {
            set("late_title", owed.title.get(language.code()).to_owned());
            set("late_due", day(clock.legal));
            set("late_days", (number_of(today) - number_of(clock.legal)).max(1).to_string());
        }
        if let Some(paper) = self.served {
            let letter = if language.code() != self.ground.book.binding { paper.letter.second.as_deref().unwrap_or(&paper.letter) } else { &paper.letter };
            let values = [("title", letter.title.as_str().into()), ("number", paper.number.as_str().into())];
            set("served", office.wording().text(language, "paper-served", &values));
        }
        values
    }
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
pub(crate) async fn all(office: &Office, proceeding: &ProceedingId) -> Result<Vec<Paper>> {
    Ok(office.select_all::<Paper>(&[proceeding]).await?.into_iter().map(|(_, paper)| paper).collect())
}

/// The papers of a matter that an officer may read.
///
/// # Errors
/// [`AppError::NotFound`] when the matter is not there for this reader.
pub async fn for_officer(office: &Office, staff: &Staff, number: &str) -> Result<(Matter, Vec<Paper>)> {
    let matter = crate::access::readable(office, staff, number).await?;
    let relations = matter.relations(&staff.actor(), &*office.directory().await?);
    let mut papers = all(office, &matter.id).await?;
    papers.retain(|p| p.private_to.is_none_or(|to| relations.contains(&to)));
    Ok((matter, papers))
}

/// Draws a paper. `to` replaces the addressee for this copy only and is not kept.
///
/// # Errors
/// [`AppError::Form`] when there are no faces.
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
