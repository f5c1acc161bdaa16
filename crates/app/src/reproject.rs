//! A new or changed calendar: open clocks are reckoned again, and each that moves says so in the record.
//!
//! It works in pages, commits one matter at a time against the version read, and changes nothing when run twice.

use huiyin_domain::clock::Basis;
use huiyin_domain::decide::next_event;
use huiyin_domain::event::{EventActor, EventKind};
use huiyin_domain::matter::Matter;
use huiyin_domain::payload::Payload;
use huiyin_domain::timer;
use huiyin_storage::{Changes, Expected, ListQuery, StoreError, Visibility};

use crate::error::Result;
use crate::office::Office;
use crate::seal::{seal, tell};

/// What was done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reprojected {
    /// Matters looked at.
    pub matters: u64,
    /// Clocks whose legal day moved.
    pub moved: u64,
    /// Clocks whose day stands and is no longer provisional, or has become so.
    pub settled: u64,
    /// Matters somebody was changing; run again for them.
    pub left: u64,
}

/// Reckons every open clock again under the calendars of today.
///
/// # Errors
/// As the store.
pub async fn run(office: &Office) -> Result<Reprojected> {
    let directory = office.directory().await?;
    let everything = Visibility::Units(directory.units.iter().map(|u| u.id.clone()).collect());
    let mut done = Reprojected::default();
    let mut after = None;
    loop {
        let query = ListQuery { tenant: office.tenant().clone(), visibility: everything.clone(), phase: None, after: after.take(), limit: 500 };
        let page = office.store().list(&query).await?;
        for matter in page.rows {
            one(office, matter, &mut done).await?;
        }
        match page.next {
            Some(next) => after = Some(next),
            None => return Ok(done),
        }
    }
}

async fn one(office: &Office, matter: Matter, done: &mut Reprojected) -> Result<()> {
    done.matters += 1;
    let ground = office.ground(&matter.pack).await?;
    let now = office.now();
    let mut next = matter.clone();
    let mut said = Vec::new();
    let mut touched = false;
    for clock in next.clocks.iter_mut().filter(|c| c.is_owed() && !c.is_stopped()) {
        let (was, provisional) = (clock.legal, clock.provisional);
        if clock.project(&ground.calendar, &now).is_err() {
            continue;
        }
        if clock.legal != was {
            timer::set_next(clock, &ground.book, &ground.calendar, &now.zone);
            said.push(EventKind::ClockReprojected { n: clock.n, was, legal: clock.legal });
            done.moved += 1;
        } else if clock.provisional != provisional {
            done.settled += 1;
            touched = true;
        }
    }
    if said.is_empty() && !touched {
        return Ok(());
    }
    let mut changes = Changes::new(office.tenant().clone());
    if !said.is_empty()
        && let Some(record) = office.store().submission(office.tenant(), &matter.submission).await?
    {
        tell(&mut changes, office, &record, &next, "calendar");
    }
    let events = said.into_iter().map(|kind| next_event(&mut next, now.at, EventActor::Clock, None, Basis::House, kind)).collect();
    seal(&mut changes, &ground, next, events, Payload::default(), Expected::Version(matter.version), None)?;
    match office.store().commit(changes).await {
        Ok(()) => Ok(()),
        Err(StoreError::ChangedMeanwhile) => {
            done.left += 1;
            Ok(())
        }
        Err(error) => Err(error.into()),
    }
}
