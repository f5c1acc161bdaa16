//! Moving open matters to another version of their rules: explicit, reported, and undone by moving them back.
//!
//! A matter keeps the pack of its day unless an operator says otherwise. What runs is reckoned again from the same
//! start and ledger; what is done or archived stays as it was. A matter that the new rules have no place for is left.

use huiyin_domain::event::EventKind;
use huiyin_domain::ids::PackId;
use huiyin_domain::procedure::Phase;
use huiyin_domain::proceeding::Proceeding;
use huiyin_domain::steps;
use huiyin_domain::subject::Subject;

use crate::acts;
use crate::error::{AppError, Result};
use crate::office::{Ground, Office};
use crate::security::{Act, Entry};
use crate::walk::{BUSY, Said, Walk, write_one};

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
    let mut done = Moved::default();
    let mut walk = Walk::begin(office);
    while let Some(page) = walk.page().await? {
        for subject in page.into_iter().filter(|m| &m.pack == from && m.phase != Phase::Archived) {
            match unfit(&ground, &subject) {
                Some(why) => done.left.push((subject.number.clone(), why)),
                None => one(office, &ground, subject, mode, &mut done).await?,
            }
        }
    }
    if mode == Mode::Write {
        let said = format!("{from} → {to}: {}", done.matters);
        acts::put(office, &[Entry::new(office, Act::PackMoved, None).with(said)], Vec::new()).await?;
    }
    Ok(done)
}

fn unfit(ground: &Ground, proceeding: &Proceeding) -> Option<String> {
    if ground.book.state(&proceeding.state).is_none() {
        return Some(format!("the new rules have no state `{}`", proceeding.state));
    }
    proceeding
        .owed()
        .into_iter()
        .find(|c| ground.book.clock(&c.rule).is_none())
        .map(|c| format!("the new rules have no period `{}`", c.rule))
}

async fn one(office: &Office, ground: &Ground, subject: Subject, mode: Mode, done: &mut Moved) -> Result<()> {
    let now = office.now();
    let mut next = subject.clone();
    next.pack = ground.book.id.clone();
    next.phase = ground.book.phase(&next.state);
    let mut said = vec![EventKind::PackMoved { from: subject.pack.clone(), to: next.pack.clone() }];
    for clock in next.clocks.iter_mut().filter(|c| c.is_owed()) {
        let Some(rule) = ground.book.clock(&clock.rule) else { continue };
        let (length, unit, basis, clause) = rule.on(clock.start);
        if let Some(length) = length {
            (clock.length, clock.roll) = (length, rule.roll);
        }
        (clock.unit, clock.basis, clock.clause) = (unit, basis, clause.cloned());
        let was = clock.legal;
        clock.project(&ground.calendar, &now).map_err(AppError::caused("a clock cannot be reckoned anew"))?;
        steps::set_next(clock, &ground.book, &ground.calendar, &now.zone);
        if clock.legal != was {
            said.push(EventKind::ClockReprojected { n: clock.n, was, legal: clock.legal });
        }
    }
    let periods = u64::try_from(said.len().saturating_sub(1)).unwrap_or(0);
    if mode == Mode::Write
        && !write_one(office, ground, subject.version, next, Said { clause: None, kinds: said, about: Some("rules") })
            .await?
    {
        done.left.push((subject.number.clone(), BUSY.into()));
        return Ok(());
    }
    done.matters += 1;
    done.periods += periods;
    Ok(())
}
