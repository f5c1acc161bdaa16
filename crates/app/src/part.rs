//! Parting: one letter with several requests becomes several matters; each keeps the receipt day.

use huiyin_domain::event::{Event, EventActor};
use huiyin_domain::ids::ProceedingId;
use huiyin_domain::matter::Matter;
use huiyin_domain::matter::part::{self as domain, Both, NewPart, Stands};
use huiyin_domain::number::matter_number;
use huiyin_domain::payload::Payload;
use huiyin_domain::procedure::Phase;
use huiyin_domain::text;
use huiyin_storage::{Changes, ContentRecord, Expected, terms};

use crate::access::{Action, require};
use crate::act;
use crate::error::{AppError, FormError, Result};
use crate::office::{Office, Staff};
use crate::seal::{seal, tell};

/// Parts of one submission, at most.
const MAX_PARTS: usize = 50;

/// Parts one request off a matter while it is still being routed. The new matter is held by the same unit,
/// its clock runs from the same receipt, and the petitioner sees both under one code.
///
/// # Errors
/// [`AppError::Form`] when title or text is missing or the matter is past routing; as `act` otherwise.
#[crate::boxed]
pub async fn split_part(
    office: &Office,
    staff: &Staff,
    number: &str,
    title: &str,
    words: &str,
    key: Option<&str>,
) -> Result<Matter> {
    require(staff, Action::Part)?;
    let matter = crate::access::readable(office, staff, number).await?;
    let ground = office.ground(&matter.pack).await?;
    let (title, words) = (text::line(title), text::prose(words));
    let siblings = office.store().matters_of(office.tenant(), &matter.details().submission).await?;
    // Sent twice, it is parted once.
    let content = huiyin_register::digest("", &(&title, &words)).unwrap_or_default();
    let once = key.map(|k| act::idempotency_key(office, &matter, "part", k));
    if let Some(once) = &once
        && act::was_done(office, once, &content).await?
    {
        return siblings.into_iter().max_by_key(|m| m.details().part).ok_or(AppError::NotFound);
    }
    check(&matter, staff, &title, &words)?;
    if siblings.len() >= MAX_PARTS {
        return Err(AppError::Form(vec![FormError::with("text", "fault-too-many", MAX_PARTS)]));
    }
    let record =
        office.store().submission(office.tenant(), &matter.details().submission).await?.ok_or(AppError::NotFound)?;
    let next = siblings.iter().map(|m| m.details().part).max().unwrap_or(1) + 1;
    let new = NewPart {
        id: ProceedingId(office.new_id()),
        number: matter_number(&record.submission.number, next),
        part: next,
        title: title.clone(),
    };
    let actor = EventActor::Officer { officer: staff.officer.id.clone(), unit: staff.officer.unit.clone() };
    let Both { part: (new, events), letter: (old, parted) } =
        domain::split_part(ground.rules(), &matter, new, &actor, &office.now())?;
    let mut changes = Changes::new(office.tenant().clone());
    tell(&mut changes, office, &record, &new, "part");
    changes.contents.push(ContentRecord {
        owner: new.id.0.clone(),
        n: 0,
        text: words.clone(),
        words: Payload::default(),
    });
    let index = terms::index_terms(&[&title, &words, new.details().place_name.as_deref().unwrap_or("")]);
    changes.items.extend(once.map(|once| act::idempotency_item(office, once, &content)));
    changes.records.extend(crate::people::recusals_since(&Default::default(), &new)?);
    let done = new.clone();
    seal(&mut changes, &ground, new, events, Payload::default(), Expected::New, Some(index))?;
    seal(&mut changes, &ground, old, parted, Payload::default(), Expected::Version(matter.version), None)?;
    office.store().commit(changes).await?;
    Ok(done)
}

/// Undoes a parting while nothing has been done on the part: it is closed, and its request is handled and answered with
/// the first part of the letter, whose clock runs from the same receipt. The petitioner is told.
///
/// # Errors
/// [`AppError::Form`] when it is the first part, when something was done on it, or when the first part is past routing.
#[crate::boxed]
pub async fn undo(office: &Office, staff: &Staff, number: &str) -> Result<Matter> {
    require(staff, Action::Part)?;
    let matter = crate::access::readable(office, staff, number).await?;
    let ground = office.ground(&matter.pack).await?;
    let siblings = office.store().matters_of(office.tenant(), &matter.details().submission).await?;
    let first = siblings
        .into_iter()
        .find(|m| m.details().part == 1 && m.id != matter.id)
        .ok_or_else(|| late("fault-part-first"))?;
    if matter.holder != staff.officer.unit || first.holder != staff.officer.unit {
        return Err(AppError::NotAllowed);
    }
    let record =
        office.store().submission(office.tenant(), &matter.details().submission).await?.ok_or(AppError::NotFound)?;
    let actor = EventActor::Officer { officer: staff.officer.id.clone(), unit: staff.officer.unit.clone() };
    let events = office.store().events(office.tenant(), &matter.id).await?;
    let events: Vec<Event> = events.into_iter().map(|e| e.event).collect();
    let archived = &ground.lodging()?.imported_ended;
    let done = domain::put_back(ground.rules(), (&matter, &events), &first, archived, &actor, &office.now());
    let Both { part: (back, closing), letter: (goes_on, returned) } = done.map_err(|stands| match stands {
        Stands::Touched => late("fault-part-touched"),
        Stands::Late => late("fault-part-late"),
        Stands::Clock(closed) => closed.into(),
    })?;
    let mut changes = Changes::new(office.tenant().clone());
    tell(&mut changes, office, &record, &goes_on, "part-undone");
    let done = goes_on.clone();
    seal(&mut changes, &ground, back, closing, Payload::default(), Expected::Version(matter.version), None)?;
    let own = office.ground(&goes_on.pack).await?;
    seal(&mut changes, &own, goes_on, returned, Payload::default(), Expected::Version(first.version), None)?;
    office.store().commit(changes).await?;
    Ok(done)
}

fn late(fault: &'static str) -> AppError {
    AppError::Form(vec![FormError::new("text", fault)])
}

fn check(matter: &Matter, staff: &Staff, title: &str, words: &str) -> Result<()> {
    let mut errors = Vec::new();
    if text::is_blank(title) {
        errors.push(FormError::new("title", "fault-missing"));
    }
    if title.chars().count() > 100 {
        errors.push(FormError::with("title", "fault-too-long", 100));
    }
    if text::is_blank(words) {
        errors.push(FormError::new("text", "fault-missing"));
    }
    if words.chars().count() > crate::lodge::MAX_TEXT {
        errors.push(FormError::with("text", "fault-too-long", crate::lodge::MAX_TEXT));
    }
    if matter.holder != staff.officer.unit {
        return Err(AppError::NotAllowed);
    }
    if !matches!(matter.phase, Phase::Intake | Phase::Handover) {
        errors.push(FormError::new("text", "fault-part-late"));
    }
    if errors.is_empty() { Ok(()) } else { Err(AppError::Form(errors)) }
}
