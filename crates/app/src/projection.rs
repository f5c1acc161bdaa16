//! The narrow rows of matters and visits: written with each version, so that totals, checks, walks and the hall read no
//! documents.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;

use huiyin_domain::clock::{Clock, ClockKind, ClockState};
use huiyin_domain::hall::stage::Stage;
use huiyin_domain::ids::{PackId, ProceedingId, StateId, UnitId};
use huiyin_domain::matter::Matter;
use huiyin_domain::matter::figure::figure;
use huiyin_domain::procedure::{Phase, RuleBook};
use huiyin_domain::reception::{Booked, Coming, HallPlace, Reception};
use huiyin_domain::subject::Subject;
use huiyin_domain::submission::ReplyWay;
use huiyin_storage::{
    Changes, FactQuery, FactRange, ItemKind, ItemRecord, MatterFact, MessageRecord, Record, RecordWrite, StoreError,
    Table,
};
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

use crate::error::{AppError, Result};
use crate::office::{Ground, Office, Setting};
use crate::vault;

/// Rows read at once.
const PAGE: u32 = 2_000;
/// Rows of matters from before that are written at once.
const WRITTEN: u32 = 200;

/// The row of a matter.
pub(crate) fn narrow_row(ground: &Ground, matter: &Matter) -> MatterFact {
    let owed =
        matter.clocks.iter().filter(|c| c.kind == ClockKind::Duty && c.is_owed() && !c.is_stopped()).map(|c| c.due);
    let mut fact = MatterFact {
        matter: matter.id.clone(),
        number: matter.number.clone(),
        pack: matter.pack.0.clone(),
        phase: matter.phase,
        channel: matter.details().channel.word().to_owned(),
        class: matter.details().class.clone(),
        place: matter.details().place.clone(),
        holder: matter.holder.clone(),
        sender: matter.sender.clone(),
        held: matter.held.iter().cloned().collect(),
        concerned: matter.concerned().into_iter().collect(),
        complained_of: matter.details().complained_of.clone(),
        facts: matter.facts.clone(),
        outcome: matter.outcome.clone(),
        received: matter.received_on,
        answered: matter.days.get("answered").copied(),
        due: owed.min(),
        in_time: 0,
        late: 0,
        counts: counts(&ground.book, matter),
    };
    for clock in matter.clocks.iter().filter(|c| c.kind == ClockKind::Duty) {
        count(&mut fact, clock);
    }
    fact
}

fn count(fact: &mut MatterFact, clock: &Clock) {
    match clock.state() {
        ClockState::Discharged { late: false, .. } => fact.in_time += 1,
        ClockState::Discharged { late: true, .. } | ClockState::Breached { .. } => fact.late += 1,
        // Closed after it had run out: it was late all the same.
        ClockState::Closed { at } if at > clock.due => fact.late += 1,
        ClockState::Running | ClockState::Closed { .. } | ClockState::Lapsed { .. } => {}
    }
}

fn counts(book: &RuleBook, matter: &Matter) -> BTreeMap<String, u32> {
    let all = book.counts.iter().map(|rule| (rule.id.clone(), figure(rule, matter)));
    all.filter(|(_, n)| *n > 0).collect()
}

/// A ticket of a day as the hall reads it: the narrow row of a visit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticket {
    /// The visit.
    pub visit: ProceedingId,
    /// Its number.
    pub number: String,
    /// When it was taken.
    pub taken_at: Timestamp,
    /// Its place in the hall.
    pub place: HallPlace,
}

impl Record for Ticket {
    const TABLE: Table = Table::Ticket;
    /// The unit of the hall, the day, letter and number.
    type Key = (UnitId, Date, String);
}

/// The row of a visit; `None` of what is no visit.
pub(crate) fn ticket_row(reception: &Reception) -> Result<Option<RecordWrite>> {
    let Some(place) = reception.place() else { return Ok(None) };
    let ticket = Ticket {
        visit: reception.id.clone(),
        number: reception.number.clone(),
        taken_at: place.came.map_or(reception.received_at, |(_, at)| at),
        place: place.clone(),
    };
    let day = place.came.map_or(reception.received_on, |(day, _)| day);
    let hall = place.hall.clone().unwrap_or_else(|| reception.holder.clone());
    let key = (hall, day, place.ticket.clone());
    Ok(Some(RecordWrite::put(&key, &ticket)?))
}

/// What comes in a hall on a day: the narrow row of a leader's day, or of somebody who is to meet a leader.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComingRow {
    /// Its number.
    pub number: String,
    /// Under which pack.
    pub pack: PackId,
    /// As what it began.
    pub begin: String,
    /// Its state.
    pub state: StateId,
    /// It is over.
    pub over: bool,
    /// The day, hours, place and who sits.
    pub coming: Coming,
}

impl Record for ComingRow {
    const TABLE: Table = Table::Coming;
    /// The unit of the hall, the day, the proceeding.
    type Key = (UnitId, Date, ProceedingId);
}

/// The rows of what comes on a day: the one of its day, and that of the day before goes.
pub(crate) fn coming_rows(reception: &Reception) -> Result<Vec<RecordWrite>> {
    let Some(coming) = reception.coming() else { return Ok(Vec::new()) };
    let key = |day: Date| (reception.holder.clone(), day, reception.id.clone());
    let row = ComingRow {
        number: reception.number.clone(),
        pack: reception.pack.clone(),
        begin: reception.begun.clone().unwrap_or_default(),
        state: reception.state.clone(),
        over: reception.phase == Phase::Archived,
        coming: coming.clone(),
    };
    let gone = coming.moved_from.map(|day| RecordWrite::remove::<ComingRow>(&key(day)));
    Ok(gone.into_iter().chain([RecordWrite::put(&key(coming.day), &row)?]).collect())
}

/// A time of a hall that is booked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlotRow {
    /// The visit.
    pub visit: ProceedingId,
    /// Its number.
    pub number: String,
    /// Which service: a choice of the pack.
    pub service: String,
    /// A need that was stated: a choice of the pack.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub need: Option<String>,
    /// The ticket of whoever has come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket: Option<String>,
    /// Nobody came, or the visit is over.
    pub over: bool,
}

impl Record for SlotRow {
    const TABLE: Table = Table::Slot;
    /// The unit of the hall, the day, time and place as `09:30/1`.
    type Key = (UnitId, Date, String);
}

/// The rows of a booked time: a new one must be free, and the one from before is free again.
pub(crate) fn slot_rows(reception: &Reception) -> Result<Vec<RecordWrite>> {
    let Some(booked) = reception.booked() else { return Ok(Vec::new()) };
    let Booked { day, slot, before, hall, .. } = booked;
    let key = |day: Date, slot: String| (hall.clone(), day, slot);
    let mut out = Vec::new();
    if let Some((was_on, was_at)) = before.filter(|was| booked.off || *was != (*day, *slot)) {
        out.push(RecordWrite::remove::<SlotRow>(&key(was_on, was_at.to_string())));
    }
    if booked.off {
        return Ok(out);
    }
    let row = SlotRow {
        visit: reception.id.clone(),
        number: reception.number.clone(),
        service: booked.service.clone(),
        need: booked.need.clone(),
        ticket: reception.place().map(|p| p.ticket.clone()),
        over: reception.phase == Phase::Archived,
    };
    let key = key(*day, slot.to_string());
    let taken_anew = booked.is_new && *before != Some((*day, *slot));
    out.push(if taken_anew { RecordWrite::add(&key, &row)? } else { RecordWrite::put(&key, &row)? });
    Ok(out)
}

/// What takes the place of the telephone of a booking once it is needed no more: whoever booked has come, or it is
/// over. It is written with the step that says so, whichever door the step came by.
pub(crate) fn telephone_over(reception: &Reception) -> Option<ItemRecord> {
    reception.booked()?;
    let has_come = reception.place().is_some_and(|p| matches!(p.stage, Stage::Waiting { .. }));
    (has_come || reception.phase == Phase::Archived).then(|| ItemRecord {
        kind: ItemKind::Telephone,
        key: reception.id.0.clone(),
        doc: serde_json::json!({}),
        expires: Some(Timestamp::UNIX_EPOCH),
        only_new: false,
    })
}

/// What is to be sent to whoever has booked, on the telephone she left: a reminder of a new time, and that it was
/// called off. A message waits for a channel that can send it; of an office that called off the visit a duty to
/// telephone is owed besides. `telephone` says whether one is left; `None`: it is looked for.
///
/// # Errors
/// As the store.
pub(crate) async fn messages(
    office: &Office,
    before: Option<&Subject>,
    after: &Subject,
    telephone: Option<bool>,
) -> Result<Vec<MessageRecord>> {
    let booked = |s: &Subject| s.reception().and_then(|r| r.booked()).cloned();
    let Some(now) = booked(after) else { return Ok(Vec::new()) };
    let was = before.and_then(booked);
    let time_of = |b: &Booked| b.slot.begins(b.day, office.zone());
    let is_new = !now.off && was.as_ref().is_none_or(|was| (was.day, was.slot) != (now.day, now.slot));
    // Who has called it off herself knows it.
    let is_off = now.off && was.as_ref().is_some_and(|was| !was.off) && after.phase != Phase::Archived;
    let about = match (is_new, is_off) {
        (true, _) => "reminder",
        (_, true) => "called_off",
        _ => return Ok(Vec::new()),
    };
    let is_left = match telephone {
        Some(is_left) => is_left,
        None => has_telephone(office, after).await?,
    };
    if !is_left {
        return Ok(Vec::new());
    }
    let ground = office.ground(&after.pack).await?;
    let hours = ground.book.queue.as_ref().and_then(|q| q.booking.as_ref()).map_or(0, |b| i64::from(b.remind_hours));
    let of_time = time_of(&now);
    Ok(vec![MessageRecord {
        id: office.new_id(),
        submission: vault::owner(&after.id),
        matter: Some(after.id.clone()),
        about: about.to_owned(),
        way: ReplyWay::Sms.word(),
        at: office.now().at,
        not_before: of_time.filter(|_| is_new).and_then(|at| at.checked_sub(hours.hours()).ok()),
        of_time: of_time.filter(|_| is_new),
        sent_at: None,
    }])
}

/// Whether the telephone of whoever has booked is still kept.
///
/// # Errors
/// As the store.
pub(crate) async fn has_telephone(office: &Office, visit: &Subject) -> Result<bool> {
    let item = office.store().item(office.tenant(), ItemKind::Telephone, &visit.id.0, office.machine_now()).await?;
    Ok(item.is_some_and(|item| item.doc.get("sealed").is_some()))
}

/// Of the messages to whoever has booked those that are still to be sent: of reminders the last one, as long as its
/// time stands and has not come; that it was called off until she is told.
pub fn to_send<'a>(office: &Office, visit: &Subject, all: &'a [MessageRecord]) -> Vec<&'a MessageRecord> {
    // Who is here needs no reminder.
    let comes = visit.reception().filter(|r| r.place().is_none());
    let booked = comes.and_then(|r| r.booked()).filter(|b| !b.off);
    let stands = booked.and_then(|b| b.slot.begins(b.day, office.zone())).filter(|at| *at > office.now().at);
    let (reminders, others): (Vec<_>, Vec<_>) = all.iter().partition(|m| m.of_time.is_some());
    let of_now: Vec<_> = reminders.into_iter().filter(|m| stands.is_some() && m.of_time == stands).collect();
    let reminded = of_now.iter().any(|m| m.sent_at.is_some());
    let reminder = of_now.into_iter().next_back().filter(|_| !reminded);
    let all = others.into_iter().chain(reminder);
    all.filter(|m| m.sent_at.is_none() && visit.phase != Phase::Archived).collect()
}

/// The setting that says that every matter has its row: from then on each version brings its own.
const COMPLETE: &str = "matter_facts_complete";

/// Writes the rows of matters that have none, since an earlier program wrote them; says how many there were. A matter
/// that cannot be read is left out and logged, as lists do: `doctor` names it.
///
/// # Errors
/// As the store.
#[crate::boxed]
pub async fn complete(office: &Office) -> Result<u64> {
    if is_complete(office).await? {
        return Ok(0);
    }
    // One at a time: whoever waits finds it done.
    let _turn = office.turn(COMPLETE).await;
    let (mut done, mut after) = (0, ProceedingId::new(""));
    loop {
        let missing = office.store().without_facts(office.tenant(), &after, WRITTEN).await?;
        let Some(last) = missing.last() else { break };
        after.clone_from(last);
        let mut changes = Changes::new(office.tenant().clone());
        for id in &missing {
            match row_of(office, id).await {
                Ok(row) => changes.facts.extend(row),
                Err(error @ (AppError::Busy | AppError::CannotWrite(_))) => return Err(error),
                Err(error) => {
                    tracing::error!(matter.id = %id, error = ?error, "a matter is in no total: it cannot be read")
                }
            }
        }
        done += u64::try_from(changes.facts.len()).unwrap_or(u64::MAX);
        office.store().commit(changes).await?;
    }
    office.write(vec![Setting::put(COMPLETE, true)?]).await?;
    Ok(done)
}

async fn is_complete(office: &Office) -> Result<bool> {
    if office.facts_complete().load(Ordering::Relaxed) {
        return Ok(true);
    }
    let noted = office.setting(COMPLETE).await?.is_some();
    office.facts_complete().fetch_or(noted, Ordering::Relaxed);
    Ok(noted)
}

/// Before rows are read: the server has written those that were missing at its start. Where it has not, since it did
/// not run or is still at it, they are written now; where none is missing, nothing is written.
async fn have_all(office: &Office) -> Result<()> {
    if is_complete(office).await? {
        return Ok(());
    }
    let missing = office.store().without_facts(office.tenant(), &ProceedingId::new(""), 1).await?;
    if missing.is_empty() {
        office.facts_complete().store(true, Ordering::Relaxed);
        return Ok(());
    }
    complete(office).await.map(drop)
}

async fn row_of(office: &Office, id: &ProceedingId) -> Result<Option<MatterFact>> {
    let Some(matter) = office.store().matter(office.tenant(), id).await? else { return Ok(None) };
    Ok(Some(narrow_row(&office.ground(&matter.pack).await?, &matter)))
}

/// A matter of a walk over many; one that cannot be read is left out and logged.
///
/// # Errors
/// As the store, but for a damaged row.
pub(crate) async fn readable(office: &Office, id: &ProceedingId) -> Result<Option<Matter>> {
    match office.store().matter(office.tenant(), id).await {
        Err(error @ StoreError::Corrupt { .. }) => {
            tracing::error!(matter.id = %id, error = %error, "a damaged row was left out; run huiyin doctor");
            Ok(None)
        }
        other => Ok(other?),
    }
}

/// Whether the row of a matter is the one it should have. One that is not there yet is written when it is needed.
///
/// # Errors
/// As the store.
pub(crate) async fn agrees(office: &Office, matter: &Matter) -> Result<bool> {
    let query =
        FactQuery { tenant: office.tenant().clone(), range: FactRange::One(matter.id.clone()), after: None, limit: 1 };
    let Some(kept) = office.store().matter_facts(&query).await?.pop() else { return Ok(true) };
    let should = narrow_row(&office.ground(&matter.pack).await?, matter);
    Ok(kept == should)
}

/// Calls `look` with each row of a range, in its order.
///
/// # Errors
/// As the store, and what `look` says.
pub(crate) async fn each(
    office: &Office,
    range: FactRange,
    mut look: impl FnMut(MatterFact) -> Result<()> + Send,
) -> Result<()> {
    have_all(office).await?;
    let mut after = None;
    loop {
        let query =
            FactQuery { tenant: office.tenant().clone(), range: range.clone(), after: after.take(), limit: PAGE };
        let page = office.store().matter_facts(&query).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = Some((range.day_of(last), last.matter.clone()));
        page.into_iter().try_for_each(&mut look)?;
    }
}
