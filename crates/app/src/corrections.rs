//! What was registered is corrected, with a trace: what it was, what it is, who, and why.
//!
//! An earlier day of receipt is one officer's to set. A later one takes time from the petitioner: it needs evidence, a
//! second person of another post, and she is told (LAW.md §12.3). Clocks are reckoned again; what ran out stays on
//! record.

use std::collections::BTreeMap;

use huiyin_domain::clock::start_of_day;
use huiyin_domain::decide::Closed;
use huiyin_domain::event::{EventActor, EventKind};
use huiyin_domain::ids::{OfficerId, SubmissionId, UnitId};
use huiyin_domain::matter::Matter;
use huiyin_domain::matter::correct::{Line, NewDay, amend, note, receive_on};
use huiyin_domain::payload::{Field, Payload};
use huiyin_domain::posts::Post;
use huiyin_domain::procedure::Fact;
use huiyin_domain::submission::{Channel, Naming};
use huiyin_domain::text;
use huiyin_storage::{AttachmentRecord, Changes, Expected, IdentityCorrection, ItemKind, ItemRecord, SubmissionRecord};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::access::{Action, require};
use crate::act;
use crate::error::{AppError, FormError, Result};
use crate::lodge;
use crate::office::{Office, Staff};
use crate::references;
use crate::seal::{seal, tell};
use crate::vault::{self, Person};

/// Lines of the registration that are shown and can be written anew.
pub const LINES: [&str; 10] = [
    "title",
    "class",
    "place_name",
    "complained_of",
    "headcount",
    "postmark",
    "enclosures",
    "foreign_number",
    "foreign_date",
    "sent_by",
];
/// Lines that she wrote herself when it came online: no office's to change.
const WRITTEN_ONLINE: [&str; 4] = ["title", "place_name", "complained_of", "headcount"];
/// Identity and contact: not shown; what is typed replaces what was there, 无 takes it out.
pub const PERSONAL: [&str; 4] = ["name", "telephone", "email", "address"];

/// What became of a correction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Corrected {
    /// It stands.
    Done,
    /// A later day waits for a second person; the rest stands.
    Proposed,
}

/// A later day of receipt that one officer proposed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// Who.
    pub officer: OfficerId,
    /// For which unit.
    pub unit: UnitId,
    /// The day.
    pub on: Date,
    /// Why.
    pub reason: String,
    /// What shows it.
    pub evidence: String,
    /// When it was proposed.
    pub at: Timestamp,
}

/// The lines of a registration as they stand, by field.
///
/// # Errors
/// As the store; [`AppError::NotAllowed`] for a unit that neither received nor holds it.
#[crate::boxed]
pub async fn lines(office: &Office, staff: &Staff, number: &str) -> Result<(Matter, BTreeMap<String, String>)> {
    let (matter, record) = find_correctable(office, staff, number).await?;
    let mut out: BTreeMap<String, String> =
        LINES.iter().map(|l| ((*l).to_owned(), shown_line(&matter, &record, l))).collect();
    out.insert("received_on".into(), matter.received_on.to_string());
    Ok((matter, out))
}

/// The matter and its letter, for whoever may correct them: the unit that received it or holds it.
async fn find_correctable(office: &Office, staff: &Staff, number: &str) -> Result<(Matter, SubmissionRecord)> {
    require(staff, Action::Register)?;
    let matter = crate::access::readable(office, staff, number).await?;
    let record =
        office.store().submission(office.tenant(), &matter.details().submission).await?.ok_or(AppError::NotFound)?;
    if !may(staff, &matter, &record) {
        return Err(AppError::NotAllowed);
    }
    Ok((matter, record))
}

/// Whether an officer may correct what was registered: of the unit that received it or of the one that holds it.
pub fn may(staff: &Staff, matter: &Matter, record: &SubmissionRecord) -> bool {
    let gone = matter.facts.contains(&Fact::Destroyed) || matter.facts.contains(&Fact::Sealed);
    !gone
        && crate::access::allows(staff, Action::Register)
        && [&record.submission.unit, &matter.holder].contains(&&staff.officer.unit)
}

/// Lines that tell what an accusation says. Its form does not show them; left empty, they stay as they are, unless
/// `clear_FIELD` says that they are to be empty.
const SAY_WHAT: [&str; 3] = ["title", "place_name", "complained_of"];

fn is_kept_closed(matter: &Matter, field: &str) -> bool {
    matter.is_read_for_a_purpose() && SAY_WHAT.contains(&field)
}

fn shown_line(matter: &Matter, record: &SubmissionRecord, field: &str) -> String {
    if is_kept_closed(matter, field) { String::new() } else { line(matter, record, field) }
}

fn line(matter: &Matter, record: &SubmissionRecord, field: &str) -> String {
    let paper = &record.submission.paper;
    let day = |d: Option<Date>| d.map(|d| d.to_string());
    let value = match field {
        "title" => Some(matter.title.clone()),
        "class" => matter.details().class.clone(),
        "place_name" => matter.details().place_name.clone(),
        "complained_of" => matter.details().complained_of.clone(),
        "headcount" => Some(record.submission.headcount.to_string()),
        "postmark" => day(paper.postmark),
        "enclosures" => paper.enclosures.clone(),
        "foreign_number" => paper.foreign_number.clone(),
        "foreign_date" => day(paper.foreign_date),
        "sent_by" => paper.sent_by.clone(),
        _ => None,
    };
    value.unwrap_or_default()
}

/// Fields of a form that are no part of what it says.
const NOT_CONTENT: [&str; 6] = ["csrf", "version", "key", "shown", "held", "keep"];

/// A line that is to be another one.
struct Change {
    field: &'static str,
    was: String,
    is: String,
}

/// Corrects what was registered. Fields that are not given stay as they are.
///
/// # Errors
/// [`AppError::Form`] with every fault; [`AppError::ChangedMeanwhile`] when somebody was quicker.
#[expect(
    clippy::too_many_lines,
    reason = "each check stands before what it guards; to be parted with the rooms of lodge"
)]
#[crate::boxed]
pub async fn correct(
    office: &Office,
    staff: &Staff,
    number: &str,
    given: &BTreeMap<String, String>,
    files: Vec<AttachmentRecord>,
) -> Result<Corrected> {
    let (matter, record) = find_correctable(office, staff, number).await?;
    let content = huiyin_register::digest(
        "",
        &(
            given.iter().filter(|(k, _)| !NOT_CONTENT.contains(&k.as_str())).collect::<Vec<_>>(),
            files.iter().map(|f| &f.hash).collect::<Vec<_>>(),
        ),
    )
    .unwrap_or_default();
    let once = given.get("key").filter(|k| k.len() >= 16).map(|k| act::idempotency_key(office, &matter, "correct", k));
    if let Some(key) = &once
        && act::was_done(office, key, &content).await?
    {
        return Ok(Corrected::Done);
    }
    if given.get("version").and_then(|v| v.parse::<u64>().ok()).is_some_and(|v| v != matter.version) {
        return Err(AppError::ChangedMeanwhile);
    }
    let ground = office.ground(&matter.pack).await?;
    let mut errors = Vec::new();
    let reason = text::line(given.get("reason").map_or("", String::as_str));
    if reason.chars().count() < 2 {
        errors.push(FormError::new("reason", "fault-missing"));
    }
    let evidence = text::line(given.get("evidence").map_or("", String::as_str));
    let changed = changed(&matter, &record, given, &ground, &mut errors);
    let personal = personal(&record, given, &mut errors);
    let day = new_day(office, &matter, &record, given, &changed, ground.book.earliest_receipt, &mut errors);
    let later = day.is_some_and(|d| d > matter.received_on);
    if later && evidence.chars().count() < 2 {
        errors.push(FormError::new("evidence", "fault-evidence"));
    }
    if errors.is_empty() && changed.is_empty() && personal.is_empty() && day.is_none() {
        errors.push(FormError::new("reason", "fault-nothing-changed"));
    }
    if !errors.is_empty() {
        return Err(AppError::Form(errors));
    }
    // Whoever is meant takes neither time from the complaint nor the own name out of it; nor does who would then be
    // meant.
    let own = ground.directory.unit(&staff.officer.unit);
    let renames = changed.iter().filter(|c| matches!(c.field, "complained_of" | "title"));
    let about_own = renames.clone().any(|c| c.field == "complained_of" && own.is_some_and(|u| u.is_meant_by(&c.is)));
    if later || about_own || renames.count() > 0 {
        may_take_time(&ground.directory, &matter, &staff.officer.unit)?;
    }
    if about_own {
        return Err(Closed::AboutYou.into());
    }
    if later && proposed(office, &matter.details().submission).await?.is_some() {
        return Err(AppError::Form(vec![FormError::new("received_on", "fault-proposal-waits")]));
    }
    let mut changes = Changes::new(office.tenant().clone());
    changes.items.extend(once.map(|key| act::idempotency_item(office, key, &content)));
    let files = if record.submission.naming == Naming::Anonymous {
        lodge::without_names(office, &matter, files).await?
    } else {
        files
    };
    let files = files.into_iter().map(|f| AttachmentRecord { told: true, ..f }).collect();
    vault::adopt(office, &matter.details().submission, files, &mut changes).await?;
    if let Some(on) = day.filter(|_| later) {
        let proposal = Proposal {
            officer: staff.officer.id.clone(),
            unit: staff.officer.unit.clone(),
            on,
            reason: reason.clone(),
            evidence: evidence.clone(),
            at: office.now().at,
        };
        let doc = serde_json::to_value(proposal).map_err(AppError::caused("a proposal has no JSON"))?;
        changes.items.push(ItemRecord {
            only_new: true,
            ..ItemRecord::lasting(ItemKind::Proposal, key(&matter.details().submission), doc)
        });
    }
    let actor = EventActor::Officer { officer: staff.officer.id.clone(), unit: staff.officer.unit.clone() };
    let mut what: Vec<String> = changed.iter().map(|c| c.field.to_owned()).collect();
    what.extend(personal.iter().map(|(f, _)| (*f).to_owned()));
    // What is proposed is on record as well, whatever becomes of it.
    what.extend(later.then(|| "day_proposed".to_owned()));
    let new = day.filter(|_| !later).map(|on| NewDay { on, at: instant(office, &record, on), agreed: None });
    if !personal.is_empty() {
        let officer = &staff.officer.id.0;
        vault::change(office, &matter.details().submission, &mut changes, |person| {
            correct_person(person, &personal, officer, &reason, office.now().at);
            Ok(())
        })
        .await?;
    }
    let said = Payload::from_pairs([
        (Field::Words, in_words(office, &changed)),
        (Field::Reason, reason),
        (Field::Proof, evidence),
    ]);
    // Before what stands is written: a number that stays under another heading is put back.
    let wrong =
        changed.iter().find(|c| c.field == "foreign_number").and_then(|c| references::removal(&matter.id, &c.was));
    changes.records.extend(wrong);
    write(office, &mut changes, matter, record, Write { actor, new, changed, what, said }).await?;
    office.store().commit(changes).await?;
    Ok(if later { Corrected::Proposed } else { Corrected::Done })
}

/// One correction, ready to be written.
struct Write {
    actor: EventActor,
    new: Option<NewDay>,
    changed: Vec<Change>,
    what: Vec<String>,
    said: Payload,
}

async fn write(
    office: &Office,
    changes: &mut Changes,
    matter: Matter,
    record: SubmissionRecord,
    write: Write,
) -> Result<()> {
    let Write { actor, new, changed, what, said } = write;
    if what.is_empty() && new.is_none() {
        return Ok(());
    }
    let now = office.now();
    let own_id = matter.id.clone();
    for part in office.store().matters_of(office.tenant(), &matter.details().submission).await? {
        let ground = office.ground(&part.pack).await?;
        let own = part.id == matter.id;
        if (new.is_none() && !own) || part.facts.contains(&Fact::Destroyed) {
            continue;
        }
        let (mut next, mut events) = match &new {
            Some(day) => receive_on(ground.rules(), &part, day, &actor, &now)?,
            None => {
                let (next, event) = note(&part, &actor, &now);
                (next, vec![event])
            }
        };
        let mut terms = None;
        if own {
            if let Some(EventKind::Corrected { what: fields, .. }) = events.first_mut().map(|e| &mut e.kind) {
                fields.extend(what.iter().cloned());
            }
            changed.iter().for_each(|c| apply(&mut next, c));
            terms = Some(act::all_terms(office, &next, "").await?);
        }
        // Elsewhere than on its own matter the day and why are said, and none of its lines.
        let said = if own { said.clone() } else { said.clone().without(Field::Words) };
        tell(changes, office, &record, &next, "corrected");
        seal(changes, &ground, next, events, said, Expected::Version(part.version), terms)?;
    }
    let mut submission = record.submission.clone();
    if let Some(day) = new {
        (submission.received_on, submission.received_at) = (day.on, day.at);
    }
    for change in &changed {
        let value = || Some(change.is.clone()).filter(|v| !v.is_empty());
        match change.field {
            "headcount" => submission.headcount = change.is.parse().unwrap_or(submission.headcount),
            "postmark" => submission.paper.postmark = change.is.parse().ok(),
            "enclosures" => submission.paper.enclosures = value(),
            "foreign_number" => submission.paper.foreign_number = value(),
            "foreign_date" => submission.paper.foreign_date = change.is.parse().ok(),
            "sent_by" => submission.paper.sent_by = value(),
            _ => {}
        }
    }
    // The number that was wrong finds nothing any more; it is taken out once the new one stands.
    changes.records.extend(references::of_paper(&own_id, &submission.paper)?);
    changes.submission_update = Some(SubmissionRecord { submission, ..record });
    Ok(())
}

fn apply(matter: &mut Matter, change: &Change) {
    let value = || Some(change.is.clone()).filter(|v| !v.is_empty());
    let line = match change.field {
        "title" => Line::Title(change.is.clone()),
        "class" => Line::Class(value()),
        "place_name" => Line::Place(value()),
        "complained_of" => Line::ComplainedOf(value()),
        _ => return,
    };
    amend(matter, line);
}

/// The lines that are to be others, brought into their form and checked.
fn changed(
    matter: &Matter,
    record: &SubmissionRecord,
    given: &BTreeMap<String, String>,
    ground: &crate::office::Ground,
    errors: &mut Vec<FormError>,
) -> Vec<Change> {
    let mut out = Vec::new();
    for field in LINES {
        let Some(typed) = given.get(field) else { continue };
        let mut is = text::line(typed);
        let clears = given.contains_key(&format!("clear_{field}"));
        if is.is_empty() && is_kept_closed(matter, field) && !clears {
            continue;
        }
        let was = line(matter, record, field);
        match field {
            "title" if text::is_blank(&is) => errors.push(FormError::new(field, "fault-missing")),
            "class" if !is.is_empty() && !lodge::is_class(ground, &is) => {
                errors.push(FormError::new(field, "fault-class"))
            }
            "headcount" => match text::number(typed).parse::<u32>() {
                Ok(n) if n > 0 && n <= 1_000_000 => is = n.to_string(),
                _ => errors.push(FormError::new(field, "fault-headcount")),
            },
            "postmark" | "foreign_date" if !is.is_empty() => match text::days::day(&is) {
                Ok(day) => is = day.to_string(),
                Err(_) => errors.push(FormError::new(field, "fault-not-a-day")),
            },
            _ => {}
        }
        let most = if field == "title" { 100 } else { 200 };
        if is.chars().count() > most {
            errors.push(FormError::with(field, "fault-too-long", most));
        }
        if is != was && record.submission.channel == Channel::Online && WRITTEN_ONLINE.contains(&field) {
            errors.push(FormError::new(field, "fault-hers-online"));
        }
        if is != was {
            out.push(Change { field, was, is });
        }
    }
    out
}

/// Identity and contact that are typed; of an anonymous letter there is none to correct.
fn personal(
    record: &SubmissionRecord,
    given: &BTreeMap<String, String>,
    errors: &mut Vec<FormError>,
) -> Vec<(&'static str, String)> {
    let mut out = Vec::new();
    for field in PERSONAL {
        let typed = given.get(field).map_or("", String::as_str);
        if text::is_blank(typed) {
            continue;
        }
        let value = match field {
            _ if text::is_placeholder(typed) => String::new(),
            "name" => text::name(typed),
            "telephone" => text::telephone(typed),
            "email" => text::mail(typed),
            _ => text::line(typed),
        };
        if record.submission.naming == Naming::Anonymous {
            errors.push(FormError::new(field, "fault-anonymous"));
        } else if record.submission.channel == Channel::Online {
            errors.push(FormError::new(field, "fault-hers-online"));
        } else if field == "telephone" && !value.is_empty() && !text::is_telephone(&value) {
            errors.push(FormError::new(field, "fault-telephone"));
        } else if field == "email" && !value.is_empty() && !text::is_mail(&value) {
            errors.push(FormError::new(field, "fault-email"));
        } else if value.chars().count() > 400 {
            errors.push(FormError::with(field, "fault-too-long", 400));
        }
        out.push((field, value));
    }
    out
}

fn new_day(
    office: &Office,
    matter: &Matter,
    record: &SubmissionRecord,
    given: &BTreeMap<String, String>,
    changed: &[Change],
    earliest: Option<Date>,
    errors: &mut Vec<FormError>,
) -> Option<Date> {
    let typed = given.get("received_on").map(|d| text::line(d)).filter(|d| !d.is_empty())?;
    let Ok(day) = text::days::day(&typed) else {
        errors.push(FormError::new("received_on", "fault-not-a-day"));
        return None;
    };
    if day == matter.received_on {
        return None;
    }
    let registered = record.submission.registered_at.to_zoned_datetime(office.zone().clone()).date();
    let postmark =
        changed.iter().find(|c| c.field == "postmark").map_or(record.submission.paper.postmark, |c| c.is.parse().ok());
    if record.submission.channel == Channel::Online {
        errors.push(FormError::new("received_on", "fault-day-online"));
    } else if day > office.now().today() {
        errors.push(FormError::new("received_on", "fault-in-future"));
    } else if day > registered {
        errors.push(FormError::with("received_on", "fault-after-registered", registered));
    } else if earliest.is_some_and(|first| day < first) {
        errors.push(FormError::new("received_on", "fault-too-early"));
    } else if postmark.is_some_and(|p| p > day) {
        errors.push(FormError::new("postmark", "fault-postmark"));
    }
    Some(day)
}

/// The unit complained of does not take time from the complaint.
fn may_take_time(directory: &huiyin_domain::unit::Directory, matter: &Matter, unit: &UnitId) -> Result<()> {
    let meant = directory.unit(unit).is_some_and(|u| matter.is_about(u));
    if meant { Err(Closed::AboutYou.into()) } else { Ok(()) }
}

fn instant(office: &Office, record: &SubmissionRecord, on: Date) -> Timestamp {
    let registered = record.submission.registered_at;
    if registered.to_zoned_datetime(office.zone().clone()).date() == on {
        registered
    } else {
        start_of_day(on, office.zone())
    }
}

fn in_words(office: &Office, changed: &[Change]) -> String {
    let say = |key: &str| office.wording().text(office.binding(), key, &[]);
    let none = say("not-given");
    let shown = |v: &str| if v.is_empty() { none.clone() } else { v.to_owned() };
    let one = |c: &Change| {
        format!(
            "{}{}{} → {}",
            say(&format!("ask-{}", c.field.replace('_', "-"))),
            say("colon"),
            shown(&c.was),
            shown(&c.is)
        )
    };
    changed.iter().map(one).collect::<Vec<_>>().join("\n")
}

/// Puts new lines into who it is and keeps the old ones.
fn correct_person(
    person: &mut Person,
    personal: &[(&'static str, String)],
    officer: &str,
    reason: &str,
    at: Timestamp,
) {
    for (field, value) in personal {
        let who = &mut person.identity;
        let slot = match *field {
            "name" => &mut who.name,
            "telephone" => &mut who.telephone,
            "email" => &mut who.email,
            _ => &mut who.address,
        };
        let was = std::mem::replace(slot, value.clone());
        person.corrections.push(IdentityCorrection {
            field: (*field).to_owned(),
            was,
            officer: officer.to_owned(),
            reason: reason.to_owned(),
            at,
        });
    }
}

fn key(submission: &SubmissionId) -> String {
    format!("correct:{submission}")
}

/// A later day that waits for a second person.
///
/// # Errors
/// As the store.
#[crate::boxed]
pub async fn proposed(office: &Office, submission: &SubmissionId) -> Result<Option<Proposal>> {
    let item = office.store().item(office.tenant(), ItemKind::Proposal, &key(submission), office.machine_now()).await?;
    Ok(item.and_then(|i| serde_json::from_value(i.doc).ok()))
}

/// A second person of another post agrees to a later day, and it stands.
///
/// # Errors
/// [`AppError::Closed`] for the same person or the same post; [`AppError::NotFound`] when nothing waits.
#[crate::boxed]
pub async fn agree(office: &Office, staff: &Staff, number: &str) -> Result<()> {
    let (matter, record) = find_correctable(office, staff, number).await?;
    let proposal = proposed(office, &matter.details().submission).await?.ok_or(AppError::NotFound)?;
    let ground = office.ground(&matter.pack).await?;
    may_take_time(&ground.directory, &matter, &staff.officer.unit)?;
    if proposal.officer == staff.officer.id {
        return Err(Closed::SecondPerson.into());
    }
    let first: Vec<Post> =
        ground.directory.officer(&proposal.officer).map(|o| o.posts.iter().copied().collect()).unwrap_or_default();
    if !first.iter().any(|a| staff.officer.posts.iter().any(|b| a != b)) {
        return Err(Closed::SecondPost.into());
    }
    let mut changes = Changes::new(office.tenant().clone());
    let write_this = Write {
        actor: EventActor::Officer { officer: proposal.officer, unit: proposal.unit },
        new: Some(NewDay {
            on: proposal.on,
            at: instant(office, &record, proposal.on),
            agreed: Some(staff.officer.id.clone()),
        }),
        changed: Vec::new(),
        what: Vec::new(),
        said: Payload::from_pairs([(Field::Reason, proposal.reason), (Field::Proof, proposal.evidence)]),
    };
    let submission = matter.details().submission.clone();
    write(office, &mut changes, matter, record, write_this).await?;
    office.store().commit(changes).await?;
    Ok(office.store().remove_item(office.tenant(), ItemKind::Proposal, &key(&submission)).await?)
}

/// The day stays as it is; that it was proposed and not agreed to is on record.
///
/// # Errors
/// [`AppError::NotFound`] when nothing waits.
#[crate::boxed]
pub async fn refuse(office: &Office, staff: &Staff, number: &str) -> Result<()> {
    let (matter, record) = find_correctable(office, staff, number).await?;
    proposed(office, &matter.details().submission).await?.ok_or(AppError::NotFound)?;
    let mut changes = Changes::new(office.tenant().clone());
    let submission = matter.details().submission.clone();
    let actor = EventActor::Officer { officer: staff.officer.id.clone(), unit: staff.officer.unit.clone() };
    let refused =
        Write { actor, new: None, changed: Vec::new(), what: vec!["day_refused".to_owned()], said: Payload::default() };
    write(office, &mut changes, matter, record, refused).await?;
    office.store().commit(changes).await?;
    Ok(office.store().remove_item(office.tenant(), ItemKind::Proposal, &key(&submission)).await?)
}
