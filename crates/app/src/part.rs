//! Parting: one letter with several requests becomes several matters; each keeps the receipt day.

use huiyin_domain::clock::Basis;
use huiyin_domain::event::{EventActor, EventKind};
use huiyin_domain::ids::ProceedingId;
use huiyin_domain::matter::Matter;
use huiyin_domain::number::matter_number;
use huiyin_domain::opening::{Opening, open};
use huiyin_domain::payload::Payload;
use huiyin_domain::procedure::{Fact, Phase};
use huiyin_domain::text;
use huiyin_storage::{Changes, ContentRecord, Expected, terms};

use crate::access::{Action, require};
use crate::act;
use crate::error::{AppError, FormError, Result};
use crate::office::{Office, Staff, new_id};
use crate::seal::{seal, tell};

/// Parts of one submission, at most.
const MAX_PARTS: usize = 50;

/// Parts one request off a matter while it is still being routed. The new matter is held by the same unit,
/// its clock runs from the same receipt, and the petitioner sees both under one code.
///
/// # Errors
/// [`AppError::Form`] when title or text is missing or the matter is past routing; as `act` otherwise.
pub async fn part(
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
    let siblings = office.store().matters_of(office.tenant(), &matter.submission).await?;
    // Sent twice, it is parted once.
    let content = huiyin_register::digest("", &(&title, &words)).unwrap_or_default();
    let once = key.map(|k| act::idempotency_key(office, &matter, "part", k));
    if let Some(once) = &once
        && act::was_done(office, once, &content).await?
    {
        return siblings.into_iter().max_by_key(|m| m.part).ok_or(AppError::NotFound);
    }
    check(&matter, staff, &title, &words)?;
    if siblings.len() >= MAX_PARTS {
        return Err(AppError::Form(vec![FormError::with("text", "fault-too-many", MAX_PARTS)]));
    }
    let record = office.store().submission(office.tenant(), &matter.submission).await?.ok_or(AppError::NotFound)?;
    let next = siblings.iter().map(|m| m.part).max().unwrap_or(1) + 1;
    let opening = Opening {
        id: ProceedingId(new_id()),
        submission: matter.submission.clone(),
        number: matter_number(&record.submission.number, next),
        part: next,
        title: title.clone(),
        class: matter.class.clone(),
        place: matter.place.clone(),
        place_name: matter.place_name.clone(),
        purpose: matter.purpose,
        complained_of: matter.complained_of.clone(),
        channel: matter.channel,
        received_on: matter.received_on,
        received_at: matter.received_at,
        unit: matter.holder.clone(),
    };
    let actor = EventActor::Officer { officer: staff.officer.id.clone(), unit: staff.officer.unit.clone() };
    let now = office.now();
    let (mut new, mut events) = open(ground.rules(), opening, actor.clone(), &now)?;
    // Who recuses from the letter recuses from each part of it; who acts for the petitioner acts in each.
    new.recused.clone_from(&matter.recused);
    new.facts.extend(matter.facts.contains(&Fact::HasAgent).then_some(Fact::HasAgent));
    new.days.extend(matter.days.get("arrived").map(|day| ("arrived".to_owned(), *day)));
    events.extend(huiyin_domain::decide::nobody_left(ground.rules(), &mut new, 0, &now, &EventActor::Clock));
    let mut old = matter.clone();
    let kind = EventKind::Parted { into: new.id.clone(), number: new.number.clone() };
    let parted = huiyin_domain::decide::next_event(&mut old, now.at, actor, None, Basis::House, kind);
    old.changed_at = now.at;
    let mut changes = Changes::new(office.tenant().clone());
    tell(&mut changes, office, &record, &new, "part");
    changes.contents.push(ContentRecord {
        owner: new.id.0.clone(),
        n: 0,
        text: words.clone(),
        words: Payload::default(),
    });
    let index = terms::index_terms(&[&title, &words, new.place_name.as_deref().unwrap_or("")]);
    changes.items.extend(once.map(|once| act::idempotency_item(office, once, &content)));
    changes.records.extend(crate::people::recusals_since(&Default::default(), &new)?);
    let done = new.clone();
    seal(&mut changes, &ground, new, events, Payload::default(), Expected::New, Some(index))?;
    seal(&mut changes, &ground, old, vec![parted], Payload::default(), Expected::Version(matter.version), None)?;
    office.store().commit(changes).await?;
    Ok(done)
}

/// Undoes a parting while nothing has been done on the part: it is closed, and its request is handled and answered with
/// the first part of the letter, whose clock runs from the same receipt. The petitioner is told.
///
/// # Errors
/// [`AppError::Form`] when it is the first part, when something was done on it, or when the first part is past routing.
pub async fn undo(office: &Office, staff: &Staff, number: &str) -> Result<Matter> {
    require(staff, Action::Part)?;
    let matter = crate::access::readable(office, staff, number).await?;
    let ground = office.ground(&matter.pack).await?;
    let siblings = office.store().matters_of(office.tenant(), &matter.submission).await?;
    let first =
        siblings.into_iter().find(|m| m.part == 1 && m.id != matter.id).ok_or_else(|| late("fault-part-first"))?;
    if matter.holder != staff.officer.unit || first.holder != staff.officer.unit {
        return Err(AppError::NotAllowed);
    }
    let moved = |e: &huiyin_storage::EventRecord| {
        matches!(e.event.kind, EventKind::Moved { .. } | EventKind::PartUndone { .. })
    };
    let events = office.store().events(office.tenant(), &matter.id).await?;
    if matter.phase != Phase::Intake || events.iter().any(moved) || matter.joinder.is_some() {
        return Err(late("fault-part-touched"));
    }
    if !matches!(first.phase, Phase::Intake | Phase::Handover)
        || [&first, &matter].iter().any(|m| m.facts.contains(&Fact::Accusation))
    {
        return Err(late("fault-part-late"));
    }
    let record = office.store().submission(office.tenant(), &matter.submission).await?.ok_or(AppError::NotFound)?;
    let (now, actor) =
        (office.now(), EventActor::Officer { officer: staff.officer.id.clone(), unit: staff.officer.unit.clone() });
    let said = EventKind::PartUndone { part: matter.number.clone(), into: first.number.clone() };
    let (mut back, mut goes_on) = (matter.clone(), first.clone());
    let mut kinds = vec![said.clone()];
    for clock in back.clocks.iter_mut().filter(|c| c.is_owed()) {
        clock.close(now.at).map_err(huiyin_domain::decide::Closed::from)?;
        kinds.push(EventKind::ClockClosed { n: clock.n });
    }
    back.state = ground.lodging()?.imported_ended.clone();
    back.phase = ground.book.phase(&back.state);
    back.days.insert("archived".into(), now.today());
    let line =
        |m: &mut Matter, kind| huiyin_domain::decide::next_event(m, now.at, actor.clone(), None, Basis::House, kind);
    let closing = kinds.into_iter().map(|kind| line(&mut back, kind)).collect();
    let returned = vec![line(&mut goes_on, said)];
    (back.changed_at, goes_on.changed_at) = (now.at, now.at);
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
