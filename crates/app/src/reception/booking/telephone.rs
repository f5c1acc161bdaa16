//! The telephone somebody leaves with a booking, so that she is told when it is cancelled. It is kept sealed and for
//! that alone, and is gone a while after the day.

use huiyin_domain::ids::ProceedingId;
use huiyin_domain::procedure::Phase;
use huiyin_domain::text;
use huiyin_storage::{ItemKind, ItemRecord};
use jiff::ToSpan;
use jiff::civil::Date;

use crate::access::{Action, require};
use crate::error::{AppError, FormError, Result};
use crate::office::{Office, Staff};
use crate::proceedings;
use crate::reception::hall;
use crate::security::{Act, Entry};

fn about(visit: &ProceedingId) -> String {
    format!("telephone:{visit}")
}

/// What was typed, as it is kept; `None`: nothing was.
///
/// # Errors
/// [`AppError::Form`] for what is no number.
pub(super) fn checked(typed: &str) -> Result<Option<String>> {
    let plain = text::telephone(typed);
    if plain.is_empty() {
        return Ok(None);
    }
    if text::is_telephone(&plain) && plain.chars().count() <= 60 {
        Ok(Some(plain))
    } else {
        Err(AppError::Form(vec![FormError::new("telephone", "fault-telephone")]))
    }
}

/// To be written with the booking.
pub(super) fn item(office: &Office, visit: &ProceedingId, day: Date, plain: &str) -> Result<ItemRecord> {
    let doc = serde_json::json!({ "sealed": office.keys().seal(&about(visit), plain.as_bytes())? });
    let ahead = i64::from(office.now().today().until(day).map_or(0, |span| span.get_days()));
    let kept = hall::booking_rule(office).map_or(0, |rule| i64::from(rule.telephone_days));
    let expires = office.machine_now().checked_add(((ahead + kept) * 24).hours()).ok();
    Ok(ItemRecord { kind: ItemKind::Telephone, key: visit.0.clone(), doc, expires, only_new: false })
}

/// The telephone of a booking that the office has cancelled, for the officer who tells it. Each reading stands in the
/// record of accesses. `None`: none was left, or its time is over.
///
/// # Errors
/// [`AppError::NotFound`] where the reader has no such visit or nothing is to be told.
#[crate::boxed]
pub async fn of(office: &Office, staff: &Staff, number: &str) -> Result<Option<String>> {
    require(staff, Action::Receive)?;
    let view = proceedings::view(office, staff, number).await?;
    let visit = &view.proceeding;
    let cancelled = visit.reception().and_then(|r| r.booked()).is_some_and(|b| b.off);
    // Until she was told; then it is over.
    if visit.holder != staff.officer.unit || !cancelled || visit.phase == Phase::Archived {
        return Err(AppError::NotFound);
    }
    let Some(plain) = kept(office, &visit.id).await? else { return Ok(None) };
    Entry::new(office, Act::TelephoneRead, Some(&staff.officer.id)).with(number).write(office).await?;
    Ok(Some(plain))
}

/// What is kept of a booking, for the program itself.
pub(super) async fn kept(office: &Office, visit: &ProceedingId) -> Result<Option<String>> {
    let item = office.store().item(office.tenant(), ItemKind::Telephone, &visit.0, office.machine_now()).await?;
    let Some(sealed) = item.as_ref().and_then(|i| i.doc.get("sealed")?.as_str()) else { return Ok(None) };
    let plain = office.keys().open(&about(visit), sealed)?;
    Ok(Some(String::from_utf8_lossy(&plain).into_owned()))
}
