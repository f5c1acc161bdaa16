//! Making a move: read, let the domain decide, commit once.
//!
//! A move made on a matter whose version has changed since it was read is refused with
//! [`AppError::ChangedMeanwhile`]; nothing is written then.

use std::collections::BTreeMap;

use huiyin_domain::decide::{Closed, decide};
use huiyin_domain::event::EventKind;
use huiyin_domain::ids::{MoveId, ProceedingId, UnitId};
use huiyin_domain::matter::Matter;
use huiyin_domain::number;
use huiyin_domain::payload::Field;
use huiyin_domain::procedure::{Fact, HandTo, MoveRule, Verb};
use huiyin_domain::proceeding::{Actor, Proceeding};
use huiyin_domain::submission::Naming;
use huiyin_storage::{AttachmentRecord, Changes, Expected, ItemKind, ItemRecord, ProceedingWrite};
use jiff::ToSpan;

use crate::error::{AppError, FormError, Result};
use crate::office::{Ground, Office, Staff};
use crate::posts::{self, Sits};
use crate::seal::{seal, tell};
pub use crate::step::Move;

/// The field by which somebody says that a unit is meant in which nobody sits.
pub const UNMANNED: &str = "confirm_unmanned";

/// A move by an officer, on a matter found by number.
///
/// # Errors
/// [`AppError::NotFound`] when there is no such matter for this reader, [`AppError::Closed`] with the reason,
/// [`AppError::ChangedMeanwhile`] when somebody was quicker.
#[crate::boxed]
pub async fn by_officer(office: &Office, staff: &Staff, number: &str, step: Move) -> Result<Matter> {
    let matter = crate::access::readable(office, staff, number).await?;
    make(office, matter, &staff.actor(), step).await
}

/// A move by the petitioner, who showed the receipt code; what is made with one that replaced another says so.
///
/// # Errors
/// As [`by_officer`].
pub(crate) async fn by_petitioner(office: &Office, matter: Matter, new_code: bool, step: Move) -> Result<Matter> {
    make(office, matter, &Actor::Petitioner, Move { new_code, ..step }).await
}

async fn make(office: &Office, matter: Matter, actor: &Actor, mut step: Move) -> Result<Matter> {
    let ground = office.ground(&matter.pack).await?;
    let move_id = MoveId::new(&step.id);
    let rule = ground
        .book
        .find_move(&move_id)
        .ok_or_else(|| Closed::NoSuchMove { move_id: step.id.chars().take(60).collect() })?;
    // The same addition sent twice is stored once, also without a key.
    let content = content_of(&step);
    let hers = *actor == Actor::Petitioner && rule.verb == Verb::Add;
    let key = step.key.clone().or_else(|| hers.then(|| format!("same:{content}")));
    let key = key.map(|k| idempotency_key(office, &matter, &step.id, &k));
    if let Some(key) = &key
        && let Some(known) =
            office.store().item(office.tenant(), ItemKind::Idempotency, key, office.machine_now()).await?
    {
        return as_made(office, &matter.id, &known, &content).await;
    }
    if step.version.is_some_and(|v| v != matter.version) {
        return Err(AppError::ChangedMeanwhile);
    }
    files_fit(rule, &step)?;
    // Of several who do the same at once only the first takes a number for its paper.
    let turn = match rule.documents().next() {
        Some(_) => Some(office.turn(&format!("matter:{}", matter.id)).await),
        None => None,
    };
    if turn.is_some()
        && office.store().matter(office.tenant(), &matter.id).await?.is_none_or(|now| now.version != matter.version)
    {
        return match &key {
            Some(key) => made_or(office, &matter.id, key, &content, AppError::ChangedMeanwhile).await,
            None => Err(AppError::ChangedMeanwhile),
        };
    }
    handed_to_somebody(&ground, rule, &step)?;
    if matches!(rule.verb, Verb::ProposeVoid | Verb::Void) {
        stands_instead(office, &ground, &matter, actor, &mut step).await?;
        stands_for_another(office, &matter).await?;
    }
    let mut changes = Changes::new(office.tenant().clone());
    changes.items.extend(key.clone().map(|key| idempotency_item(office, key, &content)));
    // The same words from another form of hers are the same addition as well.
    let same =
        (hers && step.key.is_some()).then(|| idempotency_key(office, &matter, &step.id, &format!("same:{content}")));
    if let Some(same) = same {
        if was_done(office, &same, &content).await? {
            return Ok(matter);
        }
        changes.items.push(idempotency_item(office, same, &content));
    }
    let id = matter.id.clone();
    let done = match move_joined(office, &ground, matter, actor, rule, &step, &mut changes).await {
        Ok(done) => done,
        Err(error) => {
            office.give_back(changes.numbers).await;
            return Err(error);
        }
    };
    let numbers = changes.numbers.clone();
    if let Err(error) = office.store().commit(changes).await {
        office.give_back(numbers).await;
        return match &key {
            Some(key) => made_or(office, &id, key, &content, error.into()).await,
            None => Err(error.into()),
        };
    }
    if rule.verb == Verb::Destroy {
        crate::keeping::clear(office).await;
    }
    metrics::counter!("huiyin_moves_total").increment(1);
    Ok(done)
}

/// Whether a move has the files it needs, and none where it takes none.
fn files_fit(rule: &MoveRule, step: &Move) -> Result<()> {
    crate::step::is_signed(rule, step)?;
    if rule.verb == Verb::Add && step.files.is_empty() && step.fields.get("words").is_none_or(|w| w.trim().is_empty()) {
        return Err(AppError::Form(vec![FormError::new("words", "fault-add-nothing")]));
    }
    if rule.private_to.is_some() && !step.files.is_empty() {
        return Err(AppError::Form(vec![FormError::new("complaint", "fault-private-files")]));
    }
    if rule.verb == Verb::Destroy && !step.files.is_empty() {
        return Err(AppError::Form(vec![FormError::new("files", "fault-destroy-files")]));
    }
    if rule.verb == Verb::Appoint && step.files.is_empty() {
        return Err(AppError::Form(vec![FormError::new("files", "fault-authority")]));
    }
    Ok(())
}

/// Decides the move on the matter and on those joined with it, and adds it to the unit of work; returns the first as it
/// then is.
async fn move_joined(
    office: &Office,
    ground: &Ground,
    matter: Matter,
    actor: &Actor,
    rule: &MoveRule,
    step: &Move,
    changes: &mut Changes,
) -> Result<Matter> {
    let (mut joinder, mut done) = (None, None);
    for (i, member) in crate::joinder::members(office, ground, matter, actor, rule, step).await?.into_iter().enumerate()
    {
        let number = member.number.clone();
        let made = move_matter(office, ground, &member, actor, rule, step, &mut joinder, changes).await;
        let next = if i == 0 { made? } else { made.map_err(|e| crate::joinder::on_member(&number, e))? };
        done.get_or_insert(next);
    }
    done.ok_or(AppError::NotFound)
}

/// The key under which something is done once on a proceeding.
pub(crate) fn idempotency_key(office: &Office, proceeding: &Proceeding, what: &str, key: &str) -> String {
    office.keyed_hash("idempotency", &format!("{}:{what}:{key}", proceeding.id))
}

/// What says in the store that it was done; written in the same commit.
pub(crate) fn idempotency_item(office: &Office, key: String, content: &str) -> ItemRecord {
    let expires = office.machine_now().checked_add(24.hours()).ok();
    ItemRecord { kind: ItemKind::Idempotency, key, doc: content_key(office, content).into(), expires, only_new: true }
}

/// What was sent, as it is compared: nobody without the secret finds a telephone in it by trying them all.
pub(crate) fn content_key(office: &Office, content: &str) -> String {
    office.keyed_hash("idempotency-content", content)
}

/// Whether it was done before with the same content.
///
/// # Errors
/// [`AppError::KeyReused`] when it was done with another.
pub(crate) async fn was_done(office: &Office, key: &str, content: &str) -> Result<bool> {
    match office.store().item(office.tenant(), ItemKind::Idempotency, key, office.machine_now()).await? {
        Some(known) if known.doc.as_str() == Some(&content_key(office, content)) => Ok(true),
        Some(_) => Err(AppError::KeyReused),
        None => Ok(false),
    }
}

/// The matter as it is after a move that was made before under the same key; the key belongs to what it was sent with.
async fn as_made(office: &Office, id: &ProceedingId, known: &ItemRecord, content: &str) -> Result<Matter> {
    if known.doc.as_str().is_some_and(|c| c != content_key(office, content)) {
        return Err(AppError::KeyReused);
    }
    office.store().matter(office.tenant(), id).await?.ok_or(AppError::NotFound)
}

/// Sent twice at the same moment: the other one made the move, or else it was something else.
async fn made_or(office: &Office, id: &ProceedingId, key: &str, content: &str, error: AppError) -> Result<Matter> {
    match office.store().item(office.tenant(), ItemKind::Idempotency, key, office.machine_now()).await? {
        Some(known) => as_made(office, id, &known, content).await,
        None => Err(error),
    }
}

/// What a move carries, in one digest: fields and files.
pub(crate) fn content_of(step: &Move) -> String {
    let files: Vec<&str> = step.files.iter().map(|f| f.hash.as_str()).collect();
    let fields: BTreeMap<&str, &str> = step
        .fields
        .iter()
        .filter(|(k, _)| !NOT_CONTENT.contains(&k.as_str()))
        .map(|(k, v)| (k.as_str(), v.trim()))
        .collect();
    huiyin_register::digest("", &(fields, files)).unwrap_or_default()
}

/// Fields of a form that are no part of what it says.
const NOT_CONTENT: [&str; 9] = ["csrf", "version", "token", "key", "only_this", "shown", "held", "keep", "meant"];

/// Nothing is handed to a unit where nobody sits without a word: it is said, and done when it is meant.
pub(crate) fn handed_to_somebody(ground: &Ground, rule: &MoveRule, step: &Move) -> Result<()> {
    if rule.hand_to == Some(HandTo::Named) || rule.verb == Verb::Ask {
        return named_unit_is_manned(ground, &step.fields);
    }
    Ok(())
}

/// Whether anybody sits in the unit that is named; where nobody does, it is handed on only when that is meant.
///
/// # Errors
/// [`AppError::Form`] when nobody does and it is not meant.
pub(crate) fn named_unit_is_manned(ground: &Ground, fields: &BTreeMap<String, String>) -> Result<()> {
    let name = fields.get(&Field::ToUnit.word());
    let Some(unit) = name.and_then(|n| ground.directory.unit(&UnitId::new(n.trim()))) else { return Ok(()) };
    let meant = fields.get(UNMANNED).is_some_and(|v| v == "1");
    if posts::sits(&ground.directory, unit) == Sits::Nobody && !meant {
        return Err(AppError::Form(vec![FormError::with("to_unit", "fault-unit-unmanned", &unit.name)]));
    }
    Ok(())
}

/// The number that stands in the place of an entry made void: another matter that this officer can look at, and not
/// void itself.
async fn stands_instead(
    office: &Office,
    ground: &Ground,
    matter: &Matter,
    actor: &Actor,
    step: &mut Move,
) -> Result<()> {
    let field = Field::Instead.word();
    let typed = step.fields.get(&field).map(|t| huiyin_domain::text::line(t)).filter(|t| !t.is_empty());
    let Some(typed) = typed else { return Ok(()) };
    let unknown = || AppError::Form(vec![FormError::new("instead", "fault-instead-unknown")]);
    let full = number::of_matter(&typed).map_err(|_| unknown())?;
    let other = office.store().matter_by_number(office.tenant(), &full).await?.ok_or_else(unknown)?;
    let gone = [Fact::Voided, Fact::Destroyed].iter().any(|f| other.facts.contains(f));
    if other.id == matter.id || gone || !other.may_read(actor, &ground.directory) {
        return Err(unknown());
    }
    step.fields.insert(field, other.number.clone());
    Ok(())
}

/// What says that a matter stands in the place of one that was made void.
fn stands_key(stands: &Matter, void: &str) -> String {
    format!("stands:{}:{void}", stands.id)
}

/// An entry that stands in the place of a void one is not made void itself: then neither would stand.
async fn stands_for_another(office: &Office, matter: &Matter) -> Result<()> {
    for item in office.store().items(office.tenant(), ItemKind::Proposal, &stands_key(matter, ""), "", 50).await? {
        let void = ProceedingId::new(item.doc.as_str().unwrap_or_default());
        if let Some(void) =
            office.store().matter(office.tenant(), &void).await?.filter(|m| m.facts.contains(&Fact::Voided))
        {
            return Err(AppError::Form(vec![FormError::with("void_ground", "fault-stands-for", &void.number)]));
        }
    }
    Ok(())
}

/// Decides the move on one matter and adds it to the unit of work; returns the matter as it then is.
async fn move_matter(
    office: &Office,
    ground: &Ground,
    matter: &Matter,
    actor: &Actor,
    rule: &MoveRule,
    step: &Move,
    joinder: &mut Option<String>,
    changes: &mut Changes,
) -> Result<Matter> {
    let mut decision = decide(ground.rules(), matter, actor, &rule.id, &step.fields, &office.now())?;
    if let Some(EventKind::Moved { new_code, .. }) = decision.events.first_mut().map(|e| &mut e.kind) {
        *new_code = step.new_code;
    }
    let record = office.store().submission(office.tenant(), &matter.details().submission).await?;
    let anonymous = record.as_ref().is_some_and(|r| r.submission.naming == Naming::Anonymous);
    if rule.verb == Verb::Appoint && anonymous {
        return Err(Closed::Anonymous.into());
    }
    let made =
        crate::papers::make_paper(office, ground, matter, rule, record.as_ref(), &mut decision, &mut changes.numbers)
            .await?;
    changes.records.extend(made.records);
    changes.items.extend(made.copy);
    if rule.verb == Verb::Void
        && let Some(number) = step.fields.get(&Field::Instead.word()).filter(|n| !n.is_empty())
        && let Some(stands) = office.store().matter_by_number(office.tenant(), number).await?
    {
        changes.items.push(ItemRecord::lasting(
            ItemKind::Proposal,
            stands_key(&stands, matter.id.as_str()),
            matter.id.as_str().into(),
        ));
    }
    changes.records.extend(crate::joinder::settle(office, rule, joinder, &mut decision.subject)?);
    changes.records.extend(crate::people::recusals(matter, &decision.subject)?);
    crate::publication::check(office, matter, rule, &decision).await?;
    changes.records.extend(crate::publication::publish_opinion(office, matter, rule, &decision).await?);
    crate::people::agents(office, matter, rule, &decision.identity, changes).await?;
    if let Some(record) = record.filter(|_| decision.tells) {
        tell(changes, office, &record, &decision.subject, rule.id.as_str());
    }
    // Files lie with the matter the step was made on: they may tell of that petitioner, not of the others joined with
    // her.
    if changes.attachments.is_empty() {
        let file = |f: &AttachmentRecord| AttachmentRecord {
            submission: matter.details().submission.clone(),
            told: rule.tells,
            identity: rule.verb == Verb::Appoint || rule.signed,
            ..f.clone()
        };
        let files: Vec<AttachmentRecord> = step.files.iter().map(file).collect();
        let files = if rule.verb == Verb::Appoint || anonymous && *actor == Actor::Petitioner {
            crate::lodge::without_names(office, matter, files).await?
        } else {
            files
        };
        crate::vault::adopt(office, &matter.details().submission, files, changes).await?;
    }
    let terms = match decision.words.text(Field::Words) {
        Some(more) => Some(all_terms(office, matter, more).await?),
        None => None,
    };
    crate::people::on_the_letter(office, matter, rule, &decision.subject, changes).await?;
    let terms = if rule.verb == Verb::Destroy {
        crate::keeping::destroy(office, ground, &mut decision.subject, changes).await?;
        Some(String::new())
    } else {
        terms
    };
    let next = decision.subject.clone().next_version();
    // Numbers of others are in no matter's words: the items of the joinder find them.
    let words = decision.words.without(Field::Joined);
    seal(changes, ground, decision.subject, decision.events, words, Expected::Version(matter.version), terms)?;
    if rule.sets.contains(&Fact::Accusation) && !matter.facts.contains(&Fact::Accusation) {
        close_letter(office, ground, matter, changes).await?;
    }
    Ok(next)
}

/// When one part of a letter turns out to be an accusation, the other parts are no longer found by the whole letter's
/// words.
async fn close_letter(office: &Office, ground: &Ground, matter: &Matter, changes: &mut Changes) -> Result<()> {
    for sibling in office
        .store()
        .matters_of(office.tenant(), &matter.details().submission)
        .await?
        .into_iter()
        .filter(|m| m.id != matter.id)
    {
        let terms = own_terms(office, &sibling, Vec::new()).await?;
        let expected = Expected::Version(sibling.version);
        let next = sibling.next_version();
        changes.proceedings.push(ProceedingWrite {
            scope: next.scope(&ground.directory),
            subject: next.into(),
            expected,
            terms: Some(terms),
            fact: None,
        });
    }
    Ok(())
}

/// Material a petitioner or officer adds is found by search like the petition itself.
pub(crate) async fn all_terms(office: &Office, matter: &Matter, more: &str) -> Result<String> {
    let mut texts = vec![more.to_owned()];
    let siblings = office.store().matters_of(office.tenant(), &matter.details().submission).await?;
    let sealed = siblings.iter().any(|m| m.id != matter.id && m.facts.contains(&Fact::Accusation));
    let own = office.store().contents(office.tenant(), matter.id.as_str()).await?.iter().any(|c| c.n == 0);
    if !own && !sealed {
        texts.extend(
            office
                .store()
                .contents(office.tenant(), matter.details().submission.as_str())
                .await?
                .into_iter()
                .map(|c| c.text),
        );
    }
    own_terms(office, matter, texts).await
}

/// The terms of a matter's own lines and words, and of more texts.
async fn own_terms(office: &Office, matter: &Matter, mut texts: Vec<String>) -> Result<String> {
    for content in office.store().contents(office.tenant(), matter.id.as_str()).await? {
        texts.extend(content.words.text(Field::Words).map(str::to_owned));
        texts.push(content.text);
    }
    let lines = [Some(&matter.title), matter.details().place_name.as_ref(), matter.details().complained_of.as_ref()];
    let parts: Vec<&str> = lines.into_iter().flatten().chain(&texts).map(String::as_str).collect();
    Ok(huiyin_storage::terms::index_terms(&parts))
}
