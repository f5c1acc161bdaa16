//! The office's clock is believed within a day: a leap beyond that fires nothing until somebody says that the time is
//! right.
//!
//! A machine whose clock is wrong for a moment would breach everything that runs, tell petitioners so, call superiors,
//! and remove drafts and sign-ins. None of that can be taken back (ADR 0017).

use huiyin_domain::ids::OfficerId;
use jiff::{SignedDuration, Timestamp};

use crate::access::{Action, require};
use crate::acts;
use crate::error::Result;
pub use crate::office::Leap;
use crate::office::{Office, Setting, Staff};
use crate::security::{Act, Entry};

/// The setting that holds the newest time that was believed.
const SEEN: &str = "clock_seen";
/// How far time may go on at once.
const LEAP: SignedDuration = SignedDuration::from_hours(24);
/// How often the time is noted.
const NOTED: SignedDuration = SignedDuration::from_mins(10);

async fn seen(office: &Office) -> Result<Option<Timestamp>> {
    Ok(office.setting(SEEN).await?.and_then(|s| s.text()?.parse().ok()))
}

async fn note(office: &Office, at: Timestamp, entry: Option<Entry>) -> Result<()> {
    acts::put(office, entry.as_slice(), vec![Setting::put(SEEN, at.to_string())?]).await
}

/// Looks at the clock before anything is worked: `Some` when it has leapt. The time of a demo is moved as wanted.
///
/// # Errors
/// As the store.
#[crate::boxed]
pub async fn look(office: &Office) -> Result<Option<Leap>> {
    let shown = office.now().at;
    let leap = match seen(office).await? {
        _ if office.is_demo().await? => None,
        Some(seen) if shown.duration_since(seen) > LEAP => Some(Leap { seen, shown }),
        Some(seen) if shown.duration_since(seen) < NOTED => None,
        _ => {
            note(office, shown, None).await?;
            None
        }
    };
    office.set_leap(leap);
    Ok(leap)
}

/// Somebody in charge says that the clock is right: what time has made due is worked from now on.
///
/// # Errors
/// [`crate::AppError::NotAllowed`].
#[crate::boxed]
pub async fn confirm(office: &Office, staff: &Staff) -> Result<()> {
    require(staff, Action::ConfirmClock)?;
    believe(office, Some(&staff.officer.id)).await
}

/// The operator at the machine says so.
///
/// # Errors
/// As the store.
#[crate::boxed]
pub async fn confirm_at_machine(office: &Office) -> Result<()> {
    believe(office, None).await
}

async fn believe(office: &Office, by: Option<&OfficerId>) -> Result<()> {
    let Some(leap) = look(office).await? else { return Ok(()) };
    let detail = format!("{} → {}", leap.seen, leap.shown);
    note(office, leap.shown, Some(Entry::new(office, Act::ClockConfirmed, by).with(detail))).await?;
    office.set_leap(None);
    Ok(())
}

/// The leap that was last seen by this process.
pub fn held(office: &Office) -> Option<Leap> {
    office.leap()
}
