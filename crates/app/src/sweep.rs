//! The sweep: works what time has made due, oldest first, to exhaustion, in bounded batches.
//!
//! It takes no input but time and changes nothing when run twice (STYLE rule 6). A conflict means that
//! somebody acted; it is left for the next run. One failure does not stop the rest.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use huiyin_domain::clock::ClockKind;
use huiyin_domain::event::{Event, EventKind};
use huiyin_domain::ids::ProceedingId;
use huiyin_domain::matter::Matter;
use huiyin_domain::payload::Payload;
use huiyin_domain::timer::advance;
use huiyin_storage::{Changes, Expected};

use crate::error::{AppError, Result};
use crate::office::Office;
use crate::projection::narrow_row;
use crate::seal::{seal, tell};

/// Proceedings taken at once; their commits share groups.
const BATCH: u32 = 200;

/// What a sweep did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Swept {
    /// Proceedings in which something fired.
    pub proceedings: BTreeSet<ProceedingId>,
    /// Breaches among it.
    pub breaches: u64,
    /// Proceedings that could not be worked now.
    pub left: u64,
}

/// Fires every timer due at office time, and removes what is past its time.
///
/// # Errors
/// When the store cannot be read; single matters that fail are counted and logged.
#[crate::boxed]
pub async fn sweep_office(office: &Office) -> Result<Swept> {
    let swept = timers(office).await?;
    // Drafts, sessions and counts of guesses past their time are removed for good.
    office.store().sweep_items(office.tenant(), office.machine_now()).await?;
    crate::keeping::clear(office).await;
    crate::print_job::forget_old(office);
    metrics::counter!("huiyin_breaches_total").increment(swept.breaches);
    Ok(swept)
}

/// The same unless the office's clock has leapt: then nothing is worked and nothing removed, and the log says so each
/// time.
///
/// # Errors
/// As [`sweep_office`].
#[crate::boxed]
pub async fn watched(office: &Office) -> Result<Option<Swept>> {
    let leap = crate::office_clock::look(office).await?;
    metrics::gauge!("huiyin_clock_held").set(if leap.is_some() { 1.0 } else { 0.0 });
    if let Some(leap) = leap {
        tracing::error!(seen = %leap.seen, shown = %leap.shown, "the clock has leapt by more than a day and nothing that is due was worked; set it right, or say that it is right: on the staff page, or with `huiyin clock --confirm`");
        return Ok(None);
    }
    sweep_office(office).await.map(Some)
}

/// Begins what the calendar begins and fires every timer due at office time.
///
/// # Errors
/// As [`sweep_office`].
#[crate::boxed]
pub async fn timers(office: &Office) -> Result<Swept> {
    let office = &office.at_one_instant();
    // What the calendar begins first, so that what is late already is found late in the same run.
    // That it cannot stops no timer.
    if let Err(error) = crate::proceedings::calendar::begin_due(office).await {
        tracing::error!(error = ?error, "what the calendar begins could not all be begun; it is tried again with the next sweep");
    }
    if let Err(error) = crate::reception::leaders::begin_due(office).await {
        tracing::error!(error = ?error, "leaders' days could not all be published; it is tried again with the next sweep");
    }
    if let Err(error) = crate::reception::watch::begin_due(office).await {
        tracing::error!(error = ?error, "desks could not all be looked at; it is tried again with the next sweep");
    }
    let mut swept = Swept::default();
    let mut failed: BTreeSet<String> = BTreeSet::new();
    loop {
        let due = office
            .store()
            .due_timers(
                office.tenant(),
                office.now().at,
                BATCH.saturating_add(u32::try_from(failed.len()).unwrap_or(0)),
            )
            .await?;
        let batch: Vec<ProceedingId> = due.into_iter().filter(|id| !failed.contains(id.as_str())).collect();
        if batch.is_empty() {
            return Ok(swept);
        }
        let results = join_all(batch.iter().map(|id| advance_proceeding(office, id))).await;
        for (id, result) in batch.into_iter().zip(results) {
            match result {
                Ok(breaches) => {
                    swept.proceedings.insert(id);
                    swept.breaches += breaches;
                }
                Err(error) => {
                    if !matches!(error, AppError::ChangedMeanwhile | AppError::Busy) {
                        tracing::error!(proceeding.id = %id, error = ?error, "a timer could not be worked");
                    }
                    swept.left += 1;
                    failed.insert(id.0);
                }
            }
        }
    }
}

async fn advance_proceeding(office: &Office, id: &ProceedingId) -> Result<u64> {
    let Some(subject) = office.store().proceeding(office.tenant(), id).await? else {
        tracing::error!(proceeding.id = %id, "duties of a proceeding that is not there were set aside; run huiyin doctor");
        office.store().set_aside(office.tenant(), id).await?;
        return Ok(0);
    };
    let ground = office.ground(&subject.pack).await?;
    let was = subject.version;
    let (next, events) = advance(ground.rules(), &subject, &office.now())?;
    let breaches = events.iter().filter(|e| matches!(e.kind, EventKind::Breached { .. })).count();
    let mut changes = Changes::new(office.tenant().clone());
    if let Some(matter) = next.matter() {
        tell_her(office, matter, &events, &mut changes).await?;
    }
    seal(&mut changes, &ground, next, events, Payload::default(), Expected::Version(was), None)?;
    let before = subject.matter().map(|m| narrow_row(&ground, m));
    // Most timers warn somebody, which no total counts: the row stays as it is.
    for write in changes.proceedings.iter_mut().filter(|w| w.fact == before) {
        write.fact = None;
    }
    office.store().commit(changes).await?;
    Ok(u64::try_from(breaches).unwrap_or(0))
}

/// What the petitioner of a matter is told: of a breach, and of a right of hers that is about to end (LAW.md §12.2).
async fn tell_her(office: &Office, matter: &Matter, events: &[Event], changes: &mut Changes) -> Result<()> {
    let hers = |n: u32| matter.clocks.iter().any(|c| c.n == n && c.kind == ClockKind::Right && c.bound.unit.is_none());
    let breached = events.iter().any(|e| matches!(e.kind, EventKind::Breached { .. }));
    let reminded = events.iter().any(|e| matches!(e.kind, EventKind::Warned { n } if hers(n)));
    if (breached || reminded)
        && let Some(record) = office.store().submission(office.tenant(), &matter.details().submission).await?
    {
        for about in [breached.then_some("breach"), reminded.then_some("remind")].into_iter().flatten() {
            tell(changes, office, &record, matter, about);
        }
    }
    Ok(())
}
