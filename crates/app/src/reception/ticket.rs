//! A ticket: a letter and a number, and nothing about who holds it.

use std::collections::BTreeMap;

use huiyin_domain::beginning::{Start, begin_by};
use huiyin_domain::decide::Closed;
use huiyin_domain::event::EventActor;
use huiyin_domain::ids::{ProceedingId, UnitId};
use huiyin_domain::kind::ProceedingKind;
use huiyin_domain::payload::{Field, Payload};
use huiyin_domain::procedure::{BeginRule, RuleBook};
use huiyin_domain::reception::Reception;
use huiyin_storage::{Changes, Expected};
use jiff::civil::Date;

use super::hall;
use crate::access::{Action, require};
use crate::error::{AppError, FormError, Result};
use crate::office::{Office, Staff};
use crate::proceedings;
pub use crate::projection::Ticket;
use crate::seal::seal;

/// What somebody comes for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wish {
    /// Service: a choice of the pack.
    pub service: String,
    /// A need that was stated: a choice of the pack, or empty.
    pub need: String,
    /// The token of the form: sent twice it gives the same ticket.
    pub form: Option<String>,
}

/// The beginning of a visit: the one of its pack that asks for a service.
fn beginning(book: &RuleBook) -> Option<&BeginRule> {
    book.begins.iter().find(|b| !b.public && b.needs.iter().any(|n| n.field == Field::Service))
}

/// A visitor takes a ticket on a tablet of the hall.
///
/// # Errors
/// As [`take_at_counter`].
#[crate::boxed]
pub async fn take_at_tablet(office: &Office, unit: &UnitId, wish: &Wish) -> Result<Ticket> {
    take(office, unit, EventActor::Petitioner, wish).await
}

/// An officer gives a ticket at the counter. The same form sent twice gives the same ticket.
///
/// # Errors
/// [`AppError::NotFound`] where there is no hall, [`AppError::Form`] when it gives no tickets now or the service is
/// none.
#[crate::boxed]
pub async fn take_at_counter(office: &Office, staff: &Staff, wish: &Wish) -> Result<Ticket> {
    require(staff, Action::Receive)?;
    let (officer, unit) = (staff.officer.id.clone(), staff.officer.unit.clone());
    take(office, &unit.clone(), EventActor::Officer { officer, unit }, wish).await
}

async fn take(office: &Office, unit: &UnitId, actor: EventActor, wish: &Wish) -> Result<Ticket> {
    let hall = hall::open_to_visitors(office, unit).await?;
    let Some((book, queue)) = hall::rules(office) else { return Err(AppError::NotFound) };
    let rule = beginning(&book).ok_or(AppError::NotFound)?;
    let who = if let EventActor::Officer { officer, .. } = &actor { officer.as_str() } else { "" };
    let key = wish.form.as_ref().map(|f| office.keyed_hash("ticket", &format!("{unit}:{who}:{f}")));
    if let Some(known) = known(office, unit, wish, key.as_deref()).await? {
        return Ok(known);
    }
    if !hall.open {
        return Err(AppError::Form(vec![FormError::new("service", "fault-hall-closed")]));
    }
    let ground = office.ground(&book.id).await?;
    let now = office.now();
    if actor == EventActor::Petitioner {
        // Whoever gives tickets at the counter sees to whom.
        let last_minute = |t: &Ticket| now.at.duration_since(t.taken_at).as_secs().abs() < 60;
        let lately = of_day(office, unit, now.today()).await?.iter().filter(|t| last_minute(t)).count();
        if lately >= usize::try_from(queue.tickets_a_minute).unwrap_or(usize::MAX) {
            return Err(AppError::Form(vec![FormError::new("service", "fault-tickets-fast")]));
        }
    }
    let given: BTreeMap<String, String> = [(Field::Service, &wish.service), (Field::StatedNeed, &wish.need)]
        .into_iter()
        .map(|(field, value)| (field.word(), value.clone()))
        .collect();
    let payload = Payload::check(&rule.needs, &given, now.today()).map_err(|errors| Closed::Fields { errors })?;
    let letter = queue.letters.get(&wish.service).cloned().unwrap_or_default();
    let today = now.today();
    let ticket = next(office, unit, &letter).await?;
    let with = Start {
        id: ProceedingId(office.new_id()),
        number: proceedings::next_number(office, ProceedingKind::Reception).await?,
        title: format!("{} {ticket}", rule.title_in(&ground.book.binding, today)),
        on: today,
        unit: unit.clone(),
        links: Vec::new(),
        ticket: Some(ticket.clone()),
    };
    let (begun, events) = begin_by(ground.rules(), rule, with, &payload, actor, &now)?;
    let mut changes = Changes::new(office.tenant().clone());
    if let Some(key) = key.clone() {
        let mut item = crate::act::idempotency_item(office, key, "");
        item.doc = serde_json::json!({ "day": today, "ticket": ticket, "wish": [wish.service, wish.need] });
        changes.items.push(item);
    }
    let terms = huiyin_storage::terms::index_terms(&[begun.title.as_str()]);
    let done = begun.clone();
    seal(&mut changes, &ground, begun, events, payload.split().words, Expected::New, Some(terms))?;
    match office.store().commit(changes).await {
        Ok(()) => {
            let place = done.reception().and_then(Reception::place).cloned().ok_or(AppError::NotFound)?;
            Ok(Ticket { visit: done.id.clone(), number: done.number.clone(), taken_at: done.received_at, place })
        }
        // Sent twice at the same moment: the other one took it.
        Err(error) => match self::known(office, unit, wish, key.as_deref()).await? {
            Some(known) => Ok(known),
            None => Err(error.into()),
        },
    }
}

/// The next ticket of a letter today.
///
/// # Errors
/// As the store.
pub(super) async fn next(office: &Office, unit: &UnitId, letter: &str) -> Result<String> {
    let series = format!("ticket:{}:{}:{letter}", unit.as_str(), office.now().today());
    let serial = office.store().lease(office.tenant(), &series, 1).await?;
    Ok(format!("{letter}{serial:03}"))
}

/// The ticket that was taken with the same form before.
///
/// # Errors
/// [`AppError::KeyReused`] when the form asked for something else.
async fn known(office: &Office, unit: &UnitId, wish: &Wish, key: Option<&str>) -> Result<Option<Ticket>> {
    let Some(key) = key else { return Ok(None) };
    let kind = huiyin_storage::ItemKind::Idempotency;
    let Some(item) = office.store().item(office.tenant(), kind, key, office.machine_now()).await? else {
        return Ok(None);
    };
    let text = |name: &str| item.doc.get(name).and_then(|v| v.as_str());
    if item.doc.get("wish") != Some(&serde_json::json!([wish.service, wish.need])) {
        return Err(AppError::KeyReused);
    }
    let (Some(day), Some(ticket)) = (text("day").and_then(|d| d.parse::<Date>().ok()), text("ticket")) else {
        return Ok(None);
    };
    office.find::<Ticket>(&(unit.clone(), day, ticket.to_owned())).await
}

/// The tickets of a day, in the order of their numbers.
///
/// # Errors
/// As the store.
pub(crate) async fn of_day(office: &Office, unit: &UnitId, day: Date) -> Result<Vec<Ticket>> {
    Ok(office.select_all::<Ticket>(&[unit, &day]).await?.into_iter().map(|(_, ticket)| ticket).collect())
}

/// A ticket of today.
///
/// # Errors
/// As the store.
#[crate::boxed]
pub async fn of_today(office: &Office, unit: &UnitId, ticket: &str) -> Result<Option<Ticket>> {
    let ticket: String = ticket.chars().take(12).collect();
    office.find::<Ticket>(&(unit.clone(), office.now().today(), ticket)).await
}
