//! Proceedings that are no matters: the standing duties of an office, meetings. Whatever is particular to a kind stands
//! in its pack; here they are begun, read and moved alike.

pub mod calendar;
pub mod files;
mod nobody;

use std::collections::BTreeMap;
use std::sync::Arc;

use huiyin_domain::beginning::{Start, begin_by};
use huiyin_domain::decide::{Closed, Offer, decide, offers};
use huiyin_domain::ids::{MoveId, ProceedingId, UnitId};
use huiyin_domain::kind::ProceedingKind;
use huiyin_domain::matter::Matter;
use huiyin_domain::payload::{Field, Payload, numbers_in};
use huiyin_domain::procedure::{BeginRule, Fact, RuleBook};
use huiyin_domain::proceeding::Actor;
use huiyin_domain::subject::Subject;
use huiyin_domain::text;
use huiyin_domain::{event::EventActor, number};
use huiyin_storage::{
    AttachmentRecord, AuditRecord, Changes, ContentRecord, EventRecord, Expected, ItemKind, ListQuery, MessageRecord,
    Page, RecordWrite, Table,
};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

pub(crate) use nobody::tells_of_nobody;

use crate::access::{Action, allows, require, visibility};
use crate::act::{self, handed_to_somebody};
use crate::error::{AppError, FormError, Result};
use crate::office::{Ground, Office, Staff};
use crate::papers::{self, Paper};
use crate::projection;
use crate::seal::seal;
use crate::step::{self, Move};
use crate::timeline::Record;
use crate::vault;

/// Matters one proceeding concerns, at most.
const LINKS: usize = 50;

/// A proceeding with everything its page shows.
#[derive(Debug)]
pub struct View {
    /// The proceeding.
    pub proceeding: Subject,
    /// Pack, calendar, units.
    pub ground: Ground,
    /// What was done.
    pub events: Vec<EventRecord>,
    /// The words of events, by event.
    pub words: Vec<ContentRecord>,
    /// Its papers.
    pub papers: Vec<Paper>,
    /// Files that came with its moves.
    pub files: Vec<AttachmentRecord>,
    /// Who opened a signature, and why.
    pub audits: Vec<AuditRecord>,
    /// What is to be sent to whoever booked.
    pub messages: Vec<MessageRecord>,
    /// The matters it concerns that the reader may see.
    pub links: Vec<Matter>,
    /// How many others it concerns.
    pub links_hidden: usize,
    /// Today, in office time.
    pub today: Date,
}

impl View {
    /// What the timeline tells.
    pub fn record(&self) -> Record<'_> {
        Record { proceeding: &self.proceeding, events: &self.events, words: &self.words, unopened: None }
    }

    /// The moves an officer sees, open or closed with the reason.
    pub fn offers(&self, staff: &Staff) -> Vec<Offer<'_>> {
        offers(self.ground.rules(), &self.proceeding, &staff.actor(), self.today)
    }
}

/// A way to begin that an officer has today.
#[derive(Debug, Clone)]
pub struct Beginning {
    /// The pack.
    pub book: Arc<RuleBook>,
    /// The beginning.
    pub rule: BeginRule,
}

/// What the officer's unit may begin today, of a kind.
///
/// # Errors
/// As the store.
#[crate::boxed]
pub async fn beginnings(office: &Office, staff: &Staff, kind: ProceedingKind) -> Result<Vec<Beginning>> {
    if !allows(staff, Action::Register) {
        return Ok(Vec::new());
    }
    let unit = office.directory().await?.unit(&staff.officer.unit).map(|u| u.kind);
    // Who comes for a service takes a ticket in the hall, and what anybody may begin is begun where its code is given.
    // An empty desk is seen by itself.
    let by_itself = |rule: &BeginRule| kind == ProceedingKind::Reception && rule.needs.is_empty();
    let in_hall =
        |rule: &BeginRule| rule.public || by_itself(rule) || rule.needs.iter().any(|n| n.field == Field::Service);
    // A leader's day is set by whoever keeps the hall.
    let keeps = allows(staff, Action::KeepHall);
    let on_a_day = |rule: &BeginRule| rule.needs.iter().any(|n| n.field == Field::DueOn);
    let not_theirs =
        |rule: &BeginRule| kind == ProceedingKind::Reception && on_a_day(rule) && !rule.for_named && !keeps;
    let mine = |rule: &&BeginRule| {
        let theirs = unit.is_some_and(|k| rule.units.contains(&k)) && !not_theirs(rule);
        theirs && rule.every.is_none() && !in_hall(rule)
    };
    let books = office.packs_beside(kind);
    Ok(books
        .iter()
        .flat_map(|book| {
            book.begins.iter().filter(mine).map(|rule| Beginning { book: Arc::clone(book), rule: rule.clone() })
        })
        .collect())
}

/// A beginning by its id, of any kind.
///
/// # Errors
/// [`AppError::NotFound`] for one that this officer does not have.
#[crate::boxed]
pub async fn beginning(office: &Office, staff: &Staff, id: &str) -> Result<Beginning> {
    for kind in ProceedingKind::ALL {
        if let Some(found) = beginnings(office, staff, kind).await?.into_iter().find(|b| b.rule.id == id) {
            return Ok(found);
        }
    }
    Err(AppError::NotFound)
}

/// Proceedings of a kind that the reader may see, newest first.
///
/// # Errors
/// As the store; [`AppError::NotAllowed`] for a post that has no lists.
#[crate::boxed]
pub async fn list(
    office: &Office,
    staff: &Staff,
    kind: ProceedingKind,
    after: Option<String>,
    limit: u32,
) -> Result<Page<Subject>> {
    require(staff, Action::ReadLists)?;
    let (tenant, visibility) = (office.tenant().clone(), visibility(office, staff).await?);
    Ok(office
        .store()
        .list(&ListQuery { tenant, kind, visibility, phase: None, after, limit: limit.clamp(1, 500) })
        .await?)
}

/// A proceeding by number, if the officer's unit may read it; otherwise as if it were not there.
async fn readable(office: &Office, staff: &Staff, number: &str) -> Result<Subject> {
    let found = office.store().proceeding_by_number(office.tenant(), number).await?;
    let found = found.filter(|s| s.kind != ProceedingKind::Matter).ok_or(AppError::NotFound)?;
    let directory = office.directory().await?;
    if found.may_read(&staff.actor(), &directory) { Ok(found) } else { Err(AppError::NotFound) }
}

/// The version of a proceeding, for this reader.
///
/// # Errors
/// [`AppError::NotFound`] when there is none.
pub(crate) async fn version_of(office: &Office, staff: &Staff, number: &str) -> Result<u64> {
    Ok(readable(office, staff, number).await?.version)
}

/// The whole view for an officer.
///
/// # Errors
/// [`AppError::NotFound`] when there is no such proceeding for this reader.
#[crate::boxed]
pub async fn view(office: &Office, staff: &Staff, number: &str) -> Result<View> {
    let proceeding = readable(office, staff, number).await?;
    let (store, tenant) = (office.store(), office.tenant());
    let ground = office.ground(&proceeding.pack).await?;
    let (mut links, mut links_hidden) = (Vec::new(), 0);
    for id in &proceeding.links {
        match store.matter(tenant, id).await? {
            Some(matter) if matter.may_read(&staff.actor(), &ground.directory) => links.push(matter),
            // What has turned out to be an accusation is not even counted: its disappearing would tell of it.
            Some(matter) if !matter.facts.contains(&Fact::Accusation) => links_hidden += 1,
            _ => {}
        }
    }
    let events = store.events(tenant, &proceeding.id).await?;
    let mut words = store.contents(tenant, proceeding.id.as_str()).await?;
    let mut papers = papers::papers_of(office, &proceeding.id).await?;
    // What a visitor said is for the office that heard her, and not for a unit that promised something.
    let relations = proceeding.relations(&staff.actor(), &ground.directory);
    let mut files = files::of(office, &proceeding, &events).await?;
    papers::private::leave_out(&ground.book, &relations, &events, &mut words, &mut papers, &mut files);
    let owner = vault::owner(&proceeding.id);
    let mut audits = if files.is_empty() { Vec::new() } else { store.audits(tenant, &owner).await? };
    audits.retain(|audit| files.iter().any(|file| file.id == audit.what));
    let is_booked = proceeding.reception().is_some_and(|r| r.booked().is_some());
    // Without her telephone nothing can be sent.
    let reachable = is_booked && projection::has_telephone(office, &proceeding).await?;
    let messages = if reachable { store.messages(tenant, &owner).await? } else { Vec::new() };
    let today = office.now().today();
    Ok(View { proceeding, ground, events, words, papers, files, audits, messages, links, links_hidden, today })
}

/// The whole view for whoever began it and holds its code; the matters it concerns are not hers to see here.
pub(crate) async fn whole(office: &Office, proceeding: Subject) -> Result<View> {
    let (store, tenant) = (office.store(), office.tenant());
    let ground = office.ground(&proceeding.pack).await?;
    let events = store.events(tenant, &proceeding.id).await?;
    let mut words = store.contents(tenant, proceeding.id.as_str()).await?;
    let mut papers = papers::papers_of(office, &proceeding.id).await?;
    let relations = proceeding.relations(&Actor::Petitioner, &ground.directory);
    // What was signed she has signed herself; the office keeps it.
    papers::private::leave_out(&ground.book, &relations, &events, &mut words, &mut papers, &mut Vec::new());
    let today = office.now().today();
    Ok(View {
        proceeding,
        ground,
        events,
        words,
        papers,
        files: Vec::new(),
        audits: Vec::new(),
        messages: Vec::new(),
        links: Vec::new(),
        links_hidden: 0,
        today,
    })
}

/// A proceeding of any kind by its number, for the operator at the machine; a number of a letter means its first part.
///
/// # Errors
/// [`AppError::NotFound`]; [`AppError::Refused`] in words for what is no number.
#[crate::boxed]
pub async fn for_operator(office: &Office, typed: &str) -> Result<Subject> {
    let typed = text::line(typed);
    let full = match parsed(&typed) {
        Some(number) => number,
        None => number::of_matter(&typed).map_err(|e| AppError::Refused(e.to_string()))?,
    };
    office.store().proceeding_by_number(office.tenant(), &full).await?.ok_or(AppError::NotFound)
}

/// The number of a proceeding that is no matter as it is written, if what was typed looks like one.
pub(crate) fn parsed(typed: &str) -> Option<String> {
    let plain = text::number(typed);
    let letters = ProceedingKind::ALL.map(letter);
    let kind = letters.into_iter().find(|l| !l.is_empty() && plain.to_uppercase().starts_with(l))?;
    let rest = plain.get(kind.len()..).filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))?;
    Some(format!("{kind}{rest}"))
}

/// The proceeding that is no matter whose number was typed, for this reader.
///
/// # Errors
/// As the store.
pub(crate) async fn by_number(office: &Office, staff: &Staff, typed: &str) -> Result<Option<Subject>> {
    let Some(number) = parsed(typed) else { return Ok(None) };
    match readable(office, staff, &number).await {
        Ok(found) => Ok(Some(found)),
        Err(AppError::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}

/// That a proceeding concerns a matter; the key says it all.
#[derive(Debug, Serialize, Deserialize)]
struct Link;

impl huiyin_storage::Record for Link {
    const TABLE: Table = Table::Link;
    type Key = (ProceedingId, ProceedingId);
}

/// That a proceeding concerns a matter, to be written with it.
pub(crate) fn link(matter: &ProceedingId, proceeding: &ProceedingId) -> Result<RecordWrite> {
    Ok(RecordWrite::put(&(matter.clone(), proceeding.clone()), &Link)?)
}

/// A proceeding by its id, for what works through many: no reader's rights narrow it.
///
/// # Errors
/// As the store.
#[crate::boxed]
pub async fn by_id(office: &Office, id: &ProceedingId) -> Result<Option<Subject>> {
    Ok(office.store().proceeding(office.tenant(), id).await?)
}

/// The proceedings that concern a matter and that the reader may see, newest first.
///
/// # Errors
/// As the store.
#[crate::boxed]
pub async fn concerning(office: &Office, staff: &Staff, matter: &ProceedingId) -> Result<Vec<Subject>> {
    let links = office.select_all::<Link>(&[matter]).await?;
    let directory = office.directory().await?;
    let mut out = Vec::new();
    for ((_, id), _) in links.iter().rev() {
        if let Some(found) = office.store().proceeding(office.tenant(), id).await?
            && found.may_read(&staff.actor(), &directory)
        {
            out.push(found);
        }
    }
    Ok(out)
}

/// Begins a proceeding an officer enters.
///
/// # Errors
/// [`AppError::NotFound`] for a beginning this unit does not have, [`AppError::Form`] and [`AppError::Closed`] for its
/// fields.
#[crate::boxed]
pub async fn begin(
    office: &Office,
    staff: &Staff,
    begin: &str,
    fields: &BTreeMap<String, String>,
    key: Option<&str>,
) -> Result<Subject> {
    require(staff, Action::Register)?;
    let Beginning { book, rule } = beginning(office, staff, begin).await?;
    let key = key.map(|k| office.keyed_hash("idempotency", &format!("begin:{}:{begin}:{k}", staff.officer.id)));
    let content = act::content_of(&Move { id: begin.to_owned(), fields: fields.clone(), ..Move::default() });
    if let Some(known) = known(office, key.as_deref(), &content).await? {
        return begun(office, &known).await;
    }
    let ground = office.ground(&book.id).await?;
    let now = office.now();
    let payload = Payload::check(&rule.needs, fields, now.today()).map_err(|errors| Closed::Fields { errors })?;
    let links = linked(office, &ground, staff, payload.text(Field::Joined).unwrap_or_default()).await?;
    let on = payload.day(Field::OnDay).unwrap_or_else(|| now.today());
    let title = payload.text(Field::Topic).map_or_else(|| rule.title_in(&ground.book.binding, on), str::to_owned);
    tells_of_nobody(&rule, &payload)?;
    if rule.for_named {
        act::named_unit_is_manned(&ground, fields)?;
    }
    // Of what is handed on the unit that is named has it.
    let named = payload.text(Field::ToUnit).filter(|_| rule.for_named).map(UnitId::new);
    let with = Start {
        id: ProceedingId(office.new_id()),
        number: next_number(office, book.kind).await?,
        title,
        on,
        unit: named.unwrap_or_else(|| staff.officer.unit.clone()),
        links,
        ticket: None,
    };
    let actor = EventActor::Officer { officer: staff.officer.id.clone(), unit: staff.officer.unit.clone() };
    let (bare, events) = begin_by(ground.rules(), &rule, with, &payload, actor, &now)?;
    let mut changes = Changes::new(office.tenant().clone());
    for matter in &bare.links {
        changes.records.push(link(matter, &bare.id)?);
    }
    if let Some(key) = &key {
        changes.items.push(act::idempotency_item(office, key.clone(), ""));
        if let Some(item) = changes.items.last_mut() {
            item.doc = serde_json::json!({ "number": bare.number, "content": act::content_key(office, &content) });
        }
    }
    // What is for one office alone, or is destroyed with its day, is found by no search.
    let closed = rule.forgets || rule.private_to.is_some();
    let index = terms(&bare.title, if closed { None } else { Some(&payload) });
    // Numbers of matters are links and no words.
    let words = payload.split().words.without(Field::Joined);
    let done = bare.clone();
    seal(&mut changes, &ground, bare, events, words, Expected::New, Some(index))?;
    match office.store().commit(changes).await {
        Ok(()) => Ok(done),
        // Sent twice at the same moment: the other one began it.
        Err(error) => match known(office, key.as_deref(), &content).await? {
            Some(number) => begun(office, &number).await,
            None => Err(error.into()),
        },
    }
}

/// What was begun with a form: its number is told to whoever sent it, also where another unit has it now.
async fn begun(office: &Office, number: &str) -> Result<Subject> {
    office.store().proceeding_by_number(office.tenant(), number).await?.ok_or(AppError::NotFound)
}

/// The number of what was begun before with the same form and the same content.
///
/// # Errors
/// [`AppError::KeyReused`] when it was sent with another.
async fn known(office: &Office, key: Option<&str>, content: &str) -> Result<Option<String>> {
    let Some(key) = key else { return Ok(None) };
    let Some(item) = office.store().item(office.tenant(), ItemKind::Idempotency, key, office.machine_now()).await?
    else {
        return Ok(None);
    };
    let text = |name: &str| item.doc.get(name).and_then(|v| v.as_str()).map(str::to_owned);
    if text("content") == Some(act::content_key(office, content)) {
        Ok(text("number"))
    } else {
        Err(AppError::KeyReused)
    }
}

fn terms(title: &str, payload: Option<&Payload>) -> String {
    let words = payload.into_iter().flat_map(Payload::iter).filter(|(f, _)| f.is_content());
    let texts: Vec<&str> = std::iter::once(title).chain(words.map(|(_, v)| v)).collect();
    huiyin_storage::terms::index_terms(&texts)
}

/// The matters whose numbers were given: each is there for this officer, and none is an accusation, which stays in its
/// compartment.
async fn linked(office: &Office, ground: &Ground, staff: &Staff, given: &str) -> Result<Vec<ProceedingId>> {
    let fault = |fault, value: &str| AppError::Form(vec![FormError::with("joined", fault, value)]);
    let mut out = Vec::new();
    for word in numbers_in(given) {
        let full = number::of_matter(word).map_err(|_| fault("fault-joined-unknown", word))?;
        let found = office.store().matter_by_number(office.tenant(), &full).await?;
        let found = found
            .filter(|m| m.may_read(&staff.actor(), &ground.directory))
            .ok_or_else(|| fault("fault-joined-unknown", word))?;
        if found.facts.contains(&Fact::Accusation) {
            return Err(fault("fault-linked-accusation", word));
        }
        if !out.contains(&found.id) {
            out.push(found.id.clone());
        }
    }
    if out.len() > LINKS { Err(fault("fault-linked-many", &LINKS.to_string())) } else { Ok(out) }
}

/// The matters a move names: those that begin in the same unit of work, and those that are there already.
async fn concerned(
    office: &Office,
    ground: &Ground,
    staff: &Staff,
    given: &str,
    beside: &Changes,
) -> Result<Vec<ProceedingId>> {
    let (mut out, mut there) = (Vec::new(), Vec::new());
    for word in numbers_in(given) {
        match beside.proceedings.iter().find(|p| p.subject.number == word) {
            Some(begins) => out.push(begins.subject.id.clone()),
            None => there.push(word),
        }
    }
    out.extend(linked(office, ground, staff, &there.join(" ")).await?);
    Ok(out)
}

/// The next number of a kind in this year, such as `M2026-000012`.
pub(crate) async fn next_number(office: &Office, kind: ProceedingKind) -> Result<String> {
    let year = office.now().today().year();
    let serial = office.store().lease(office.tenant(), &format!("{}:{year}", kind.word()), 1).await?;
    Ok(format!("{}{year}-{serial:06}", letter(kind)))
}

/// What the numbers of a kind begin with; those of matters begin with the year.
pub(crate) fn letter(kind: ProceedingKind) -> &'static str {
    match kind {
        ProceedingKind::Matter => "",
        ProceedingKind::Office => "O",
        ProceedingKind::Meeting => "M",
        ProceedingKind::Reception => "R",
    }
}

/// A move by an officer on a proceeding found by number.
///
/// # Errors
/// [`AppError::NotFound`], [`AppError::Closed`] with the reason, [`AppError::ChangedMeanwhile`] when somebody was
/// quicker.
#[crate::boxed]
pub async fn act(office: &Office, staff: &Staff, number: &str, step: Move) -> Result<Subject> {
    act_beside(office, staff, number, step, Changes::new(office.tenant().clone())).await
}

/// The same with what is written in the same unit of work. Matters that begin in it may be named by the move.
///
/// # Errors
/// As [`act()`].
#[crate::boxed]
pub(crate) async fn act_beside(
    office: &Office,
    staff: &Staff,
    number: &str,
    step: Move,
    changes: Changes,
) -> Result<Subject> {
    let before = readable(office, staff, number).await?;
    act_as(office, before, &staff.actor(), Some(staff), step, changes).await
}

/// The same by an officer, or by whoever holds the code of what she began.
pub(crate) async fn act_as(
    office: &Office,
    before: Subject,
    actor: &Actor,
    staff: Option<&Staff>,
    step: Move,
    mut changes: Changes,
) -> Result<Subject> {
    let content = act::content_of(&step);
    let key = step.key.as_deref().map(|k| act::idempotency_key(office, &before, &step.id, k));
    if let Some(key) = &key
        && act::was_done(office, key, &content).await?
    {
        return Ok(before);
    }
    if step.version.is_some_and(|v| v != before.version) {
        return Err(AppError::ChangedMeanwhile);
    }
    let ground = office.ground(&before.pack).await?;
    let move_id = MoveId::new(&step.id);
    let rule = ground
        .book
        .find_move(&move_id)
        .ok_or_else(|| Closed::NoSuchMove { move_id: step.id.chars().take(60).collect() })?;
    handed_to_somebody(&ground, rule, &step)?;
    if !step.in_hall && rule.needs.iter().any(|n| n.field.is_given_in_hall()) {
        return Err(AppError::Form(vec![FormError::new("move", "fault-in-hall")]));
    }
    step::is_signed(rule, &step)?;
    let mut decision = decide(ground.rules(), &before, actor, &move_id, &step.fields, &office.now())?;
    files::add(office, &before, rule, &step, &mut changes).await?;
    changes.messages.extend(projection::messages(office, Some(&before), &decision.subject, None).await?);
    if let Some(given) = decision.words.text(Field::Joined).map(str::to_owned) {
        let staff = staff.ok_or(AppError::NotAllowed)?;
        let matters = concerned(office, &ground, staff, &given, &changes).await?;
        for matter in &matters {
            changes.records.push(link(matter, &before.id)?);
        }
        let actor = EventActor::Officer { officer: staff.officer.id.clone(), unit: staff.officer.unit.clone() };
        decision.link(office.now().at, actor, matters);
        // Numbers of matters are links and no words.
        decision.words = decision.words.without(Field::Joined);
    }
    changes.items.extend(key.clone().map(|key| act::idempotency_item(office, key, &content)));
    let paper = papers::make_paper(office, &ground, &before, rule, None, &mut decision, &mut changes.numbers).await;
    let done = decision.subject.clone().next_version();
    let numbers = changes.numbers.clone();
    let sealed = paper.and_then(|made| {
        changes.records.extend(made.records);
        changes.items.extend(made.copy);
        seal(
            &mut changes,
            &ground,
            decision.subject,
            decision.events,
            decision.words,
            Expected::Version(before.version),
            None,
        )
    });
    let written = match sealed {
        Ok(()) => office.store().commit(changes).await.map_err(AppError::from),
        Err(error) => Err(error),
    };
    if let Err(error) = written {
        // What was not written has used no number up.
        office.give_back(numbers).await;
        // Sent twice at the same moment: the other one made it.
        return match &key {
            Some(key) if act::was_done(office, key, &content).await? => {
                by_id(office, &before.id).await?.ok_or(AppError::NotFound)
            }
            _ => Err(error),
        };
    }
    metrics::counter!("huiyin_moves_total").increment(1);
    Ok(done)
}
