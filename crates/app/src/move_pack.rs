//! Moving open matters to another version of their rules: explicit, reported, and undone by moving them back.
//!
//! A matter keeps the pack of its day unless an operator says otherwise. What runs is reckoned again from the same
//! start and ledger; what is done or archived stays as it was. A matter that the new rules have no place for is left.

use huiyin_domain::clock::Basis;
use huiyin_domain::decide::next_event;
use huiyin_domain::event::{EventActor, EventKind};
use huiyin_domain::ids::PackId;
use huiyin_domain::matter::Matter;
use huiyin_domain::payload::Payload;
use huiyin_domain::procedure::Phase;
use huiyin_domain::timer;
use huiyin_storage::{Changes, Expected, ListQuery, StoreError, Visibility};

use crate::error::{AppError, Result};
use crate::office::{Ground, Office};
use crate::seal::{seal, tell};

/// What was done, or would be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Moved {
    /// Matters moved.
    pub matters: u64,
    /// Open periods whose legal day moved with them.
    pub periods: u64,
    /// Matters left where they are, each with the reason.
    pub left: Vec<(String, String)>,
}

/// Whether anything is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Only say what would happen.
    Look,
    /// Do it.
    Write,
}

/// Moves every open matter under `from` to `to`.
///
/// # Errors
/// When one of the packs is not here; as the store.
pub async fn run(office: &Office, from: &PackId, to: &PackId, mode: Mode) -> Result<Moved> {
    office.ground(from).await?;
    let ground = office.ground(to).await?;
    let everything = Visibility::Units(ground.directory.units.iter().map(|u| u.id.clone()).collect());
    let mut done = Moved::default();
    let mut after = None;
    loop {
        let query = ListQuery { tenant: office.tenant().clone(), visibility: everything.clone(), phase: None, after: after.take(), limit: 500 };
        let page = office.store().list(&query).await?;
        for matter in page.rows.into_iter().filter(|m| &m.pack == from && m.phase != Phase::Archived) {
            match unfit(&ground, &matter) {
                Some(why) => done.left.push((matter.number, why)),
                None => one(office, &ground, matter, mode, &mut done).await?,
            }
        }
        match page.next {
            Some(next) => after = Some(next),
            None => return Ok(done),
        }
    }
}

fn unfit(ground: &Ground, matter: &Matter) -> Option<String> {
    if ground.book.state(&matter.state).is_none() {
        return Some(format!("the new rules have no state `{}`", matter.state));
    }
    matter.owed().into_iter().find(|c| ground.book.clock(&c.rule).is_none()).map(|c| format!("the new rules have no period `{}`", c.rule))
}

async fn one(office: &Office, ground: &Ground, matter: Matter, mode: Mode, done: &mut Moved) -> Result<()> {
    let now = office.now();
    let mut next = matter.clone();
    next.pack = ground.book.id.clone();
    next.phase = ground.book.phase(&next.state);
    let mut said = vec![EventKind::PackMoved { from: matter.pack.clone(), to: next.pack.clone() }];
    for clock in next.clocks.iter_mut().filter(|c| c.is_owed()) {
        let Some(rule) = ground.book.clock(&clock.rule) else { continue };
        let (length, unit, basis, clause) = rule.on(clock.start);
        if let Some(length) = length {
            (clock.length, clock.roll) = (length, rule.roll);
        }
        (clock.unit, clock.basis, clock.clause) = (unit, basis, clause.cloned());
        let was = clock.legal;
        clock.project(&ground.calendar, &now).map_err(|e| AppError::Internal(e.to_string()))?;
        timer::set_next(clock, &ground.book, &ground.calendar, &now.zone);
        if clock.legal != was {
            said.push(EventKind::ClockReprojected { n: clock.n, was, legal: clock.legal });
        }
    }
    let periods = u64::try_from(said.len().saturating_sub(1)).unwrap_or(0);
    if mode == Mode::Write {
        let mut changes = Changes::new(office.tenant().clone());
        if let Some(record) = office.store().submission(office.tenant(), &matter.submission).await? {
            tell(&mut changes, office, &record, &next, "rules");
        }
        let events = said.into_iter().map(|kind| next_event(&mut next, now.at, EventActor::Clock, None, Basis::House, kind)).collect();
        next.changed_at = now.at;
        seal(&mut changes, ground, next, events, Payload::default(), Expected::Version(matter.version), None)?;
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
    done.periods += periods;
    Ok(())
}
