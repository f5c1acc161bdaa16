//! A unit is split, merged or abolished: the one that continues its powers takes over what it held (art. 24).
//!
//! Every open matter says so in its record, the duties that are owed pass with their days unchanged, and the petitioner
//! is told. A matter that may not go there (an accusation to a body that may not receive it) is left and named.

use huiyin_domain::clock::Basis;
use huiyin_domain::decide::next_event;
use huiyin_domain::event::{EventActor, EventKind};
use huiyin_domain::ids::UnitId;
use huiyin_domain::matter::{Matter, may_receive_accusation};
use huiyin_domain::payload::Payload;
use huiyin_domain::procedure::{Fact, Phase};
use huiyin_storage::{Changes, Expected, ListQuery, StoreError, Visibility};

use crate::error::{AppError, Result};
use crate::move_pack::{Mode, Moved};
use crate::office::Office;
use crate::seal::{seal, tell};

/// Hands what `from` holds to `to`; with `class`, only matters of that content class (a unit that is split).
///
/// # Errors
/// When a unit is not there or not in use; as the store.
pub async fn run(office: &Office, from: &UnitId, to: &UnitId, class: Option<&str>, mode: Mode) -> Result<Moved> {
    let directory = office.reload_directory().await?;
    let known = |id: &UnitId| directory.unit(id).ok_or_else(|| AppError::Internal(format!("there is no unit `{id}`")));
    known(from)?;
    let successor = known(to)?;
    if from == to || !successor.active {
        return Err(AppError::Internal(format!("`{to}` cannot succeed `{from}`: it must be another unit that is in use")));
    }
    let everything = Visibility::Units(directory.units.iter().map(|u| u.id.clone()).collect());
    let mut done = Moved::default();
    let mut after = None;
    loop {
        let query = ListQuery { tenant: office.tenant().clone(), visibility: everything.clone(), phase: None, after: after.take(), limit: 500 };
        let page = office.store().list(&query).await?;
        for matter in page.rows.into_iter().filter(|m| m.phase != Phase::Archived && concerns(m, from)) {
            if class.is_some_and(|c| !matter.class.as_deref().unwrap_or("").starts_with(c)) {
                continue;
            }
            if matter.facts.contains(&Fact::Accusation) && !may_receive_accusation(successor.kind) {
                done.left.push((matter.number, "an accusation; this unit may not receive it".into()));
                continue;
            }
            one(office, matter, from, to, mode, &mut done).await?;
        }
        match page.next {
            Some(next) => after = Some(next),
            None => return Ok(done),
        }
    }
}

fn concerns(matter: &Matter, unit: &UnitId) -> bool {
    let owes = matter.clocks.iter().any(|c| c.is_owed() && c.bound.unit.as_ref() == Some(unit));
    &matter.holder == unit || matter.sender.as_ref() == Some(unit) || matter.reviewer.as_ref() == Some(unit) || owes
}

async fn one(office: &Office, matter: Matter, from: &UnitId, to: &UnitId, mode: Mode, done: &mut Moved) -> Result<()> {
    let ground = office.ground(&matter.pack).await?;
    let mut next = matter.clone();
    let take = |slot: &mut Option<UnitId>| {
        if slot.as_ref() == Some(from) {
            *slot = Some(to.clone());
        }
    };
    take(&mut next.sender);
    take(&mut next.reviewer);
    if &next.holder == from {
        next.holder = to.clone();
    }
    next.held.insert(to.clone());
    for units in next.asked.values_mut() {
        if units.remove(from) {
            units.insert(to.clone());
        }
    }
    let mut periods = 0;
    for clock in next.clocks.iter_mut().filter(|c| c.is_owed() && c.bound.unit.as_ref() == Some(from)) {
        clock.bound.unit = Some(to.clone());
        periods += 1;
    }
    if mode == Mode::Write {
        let mut changes = Changes::new(office.tenant().clone());
        if let Some(record) = office.store().submission(office.tenant(), &matter.submission).await? {
            tell(&mut changes, office, &record, &next, "successor");
        }
        let kind = EventKind::Succeeded { from: from.clone(), to: to.clone(), duties: periods };
        let clause = ground.book.clauses.contains_key("24").then(|| "24".to_owned());
        let basis = if clause.is_some() { Basis::Law } else { Basis::House };
        let now = office.now();
        let events = vec![next_event(&mut next, now.at, EventActor::Clock, clause, basis, kind)];
        next.changed_at = now.at;
        seal(&mut changes, &ground, next, events, Payload::default(), Expected::Version(matter.version), None)?;
        match office.store().commit(changes).await {
            Ok(()) => {}
            Err(StoreError::ChangedMeanwhile) => {
                done.left.push((matter.number, "somebody was working on it; run again".into()));
                return Ok(());
            }
            Err(error) => return Err(error.into()),
        }
    }
    done.matters += 1;
    done.periods += u64::from(periods);
    Ok(())
}
