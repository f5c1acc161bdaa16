//! A new or changed calendar: open clocks are reckoned again, and each that moves says so in the record.
//!
//! It works in pages, commits one proceeding at a time against the version read, and changes nothing when run twice.

use huiyin_domain::event::EventKind;
use huiyin_domain::steps;
use huiyin_domain::subject::Subject;

use crate::acts;
use crate::error::Result;
use crate::office::Office;
use crate::security::{Act, Entry};
use crate::walk::{Said, Walk, write_one};

/// What was done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reprojected {
    /// Proceedings looked at.
    pub matters: u64,
    /// Clocks whose legal day moved.
    pub moved: u64,
    /// Clocks whose day stands and is no longer provisional, or has become so.
    pub settled: u64,
    /// Proceedings somebody was changing; run again for them.
    pub left: u64,
}

/// Reckons every open clock again under the calendars of today.
///
/// # Errors
/// As the store.
pub async fn run(office: &Office) -> Result<Reprojected> {
    let mut done = Reprojected::default();
    let mut walk = Walk::begin(office);
    while let Some(page) = walk.page().await? {
        for subject in page {
            one(office, subject, &mut done).await?;
        }
    }
    // Run again where nothing has changed it does nothing, and leaves no entry.
    if done.moved + done.settled > 0 {
        let said = format!("{} / {}", done.moved, done.settled);
        acts::put(office, &[Entry::new(office, Act::CalendarReprojected, None).with(said)], Vec::new()).await?;
    }
    Ok(done)
}

async fn one(office: &Office, subject: Subject, done: &mut Reprojected) -> Result<()> {
    done.matters += 1;
    let ground = office.ground(&subject.pack).await?;
    let now = office.now();
    let mut next = subject.clone();
    let mut said = Vec::new();
    let mut touched = false;
    for clock in next.clocks.iter_mut().filter(|c| c.is_owed() && !c.is_stopped()) {
        let (was, provisional) = (clock.legal, clock.provisional);
        if clock.project(&ground.calendar, &now).is_err() {
            continue;
        }
        if clock.legal != was {
            steps::set_next(clock, &ground.book, &ground.calendar, &now.zone);
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
    let about = (!said.is_empty()).then_some("calendar");
    if !write_one(office, &ground, subject.version, next, Said { clause: None, kinds: said, about }).await? {
        done.left += 1;
    }
    Ok(())
}
