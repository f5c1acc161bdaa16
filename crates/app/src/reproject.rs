//! A new or changed calendar: open clocks are reckoned again, and each that moves says so in the record.
//!
//! It works in pages, commits one proceeding at a time against the version read, and changes nothing when run twice.

use huiyin_domain::repack;
use huiyin_domain::subject::Subject;

use crate::acts;
use crate::error::Result;
use crate::office::Office;
use crate::security::{Act, Entry};
use crate::walk::{NewEvents, Walk, write_one};

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
#[crate::boxed]
pub async fn reproject_all(office: &Office) -> Result<Reprojected> {
    let office = &office.at_one_instant();
    let mut done = Reprojected::default();
    let mut walk = Walk::begin(office);
    while let Some(page) = walk.page().await? {
        for subject in page {
            reckon_proceeding(office, subject, &mut done).await?;
        }
    }
    // Run again where nothing has changed it does nothing, and leaves no entry.
    if done.moved + done.settled > 0 {
        let said = format!("{} / {}", done.moved, done.settled);
        acts::put(office, &[Entry::new(office, Act::CalendarReprojected, None).with(said)], Vec::new()).await?;
    }
    Ok(done)
}

async fn reckon_proceeding(office: &Office, subject: Subject, done: &mut Reprojected) -> Result<()> {
    done.matters += 1;
    let ground = office.ground(&subject.pack).await?;
    let reckoned = repack::reproject(ground.rules(), &subject, &office.now());
    done.moved += u64::from(reckoned.moved);
    done.settled += u64::from(reckoned.settled);
    if reckoned.moved + reckoned.settled == 0 {
        return Ok(());
    }
    let about = (reckoned.moved > 0).then_some("calendar");
    let said = NewEvents { events: reckoned.events, about };
    if !write_one(office, &ground, subject.version, reckoned.subject, said).await? {
        done.left += 1;
    }
    Ok(())
}
