//! What booking adds to a beginning at a hall: a free place, a telephone, the matter it is for.

use std::collections::BTreeMap;

use huiyin_domain::hall::slot::Slot;
use huiyin_domain::ids::{ProceedingId, UnitId};
use huiyin_domain::payload::Field;
use huiyin_domain::procedure::{Fact, MoveRule};
use huiyin_domain::subject::Subject;
use huiyin_storage::{ItemRecord, StoreError};

use super::{slots, telephone};
use crate::error::{AppError, FormError, Result};
use crate::follow;
use crate::office::Office;

/// Times another place is looked for when others are quicker.
pub(crate) const TRIES: usize = 60;

/// What whoever books may say beside the fields of the pack; both may be empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Beside {
    /// Her telephone.
    pub telephone: String,
    /// The receipt code of the matter she comes for.
    pub code: String,
}

/// Whether a move or a beginning takes a time of the hall.
pub(crate) fn takes_time(needs: &[huiyin_domain::payload::Need]) -> bool {
    needs.iter().any(|n| n.field == Field::Slot)
}

/// The same of a move of the pack.
pub fn is_change(rule: &MoveRule) -> bool {
    takes_time(&rule.needs)
}

/// Fills in a free place of the time that was chosen.
///
/// # Errors
/// [`AppError::Form`] says why it cannot be booked.
pub(crate) async fn find_place(office: &Office, unit: &UnitId, fields: &mut BTreeMap<String, String>) -> Result<()> {
    slots::find_place(office, unit, fields).await
}

/// Whether somebody else has taken the place meanwhile, so that another is to be looked for.
pub(crate) fn is_taken(error: &AppError) -> bool {
    matches!(error, AppError::Store(StoreError::AlreadyThere(_)))
}

/// Whether a day and time are those that are booked already.
pub(crate) fn is_hers(visit: &Subject, fields: &BTreeMap<String, String>) -> bool {
    let text = |field: Field| fields.get(&field.word()).map(String::as_str).unwrap_or_default();
    let (day, slot) = (huiyin_domain::text::days::day(text(Field::DueOn)).ok(), Slot::typed(text(Field::Slot)));
    let booked = visit.reception().and_then(|r| r.booked()).filter(|b| !b.off);
    booked.is_some_and(|b| Some(b.day) == day && Some(b.slot.time) == slot.map(|s| s.time))
}

/// The telephone of a booking whose day changes, kept until after the new day.
///
/// # Errors
/// As the store.
pub(crate) async fn telephone_for(
    office: &Office,
    visit: &ProceedingId,
    fields: &BTreeMap<String, String>,
) -> Result<Option<ItemRecord>> {
    let Some(plain) = telephone::kept(office, visit).await? else { return Ok(None) };
    telephone_item(office, visit, fields, &plain)
}

/// What no try has found a place for.
pub(crate) fn full() -> AppError {
    AppError::Form(vec![FormError::new("slot", "fault-slot-taken")])
}

/// The matters of a receipt code, as whoever holds it names them; accusations stay in their compartment. Empty where no
/// code was typed.
///
/// # Errors
/// [`AppError::Form`] for a wrong code, [`AppError::Throttled`] after too many.
pub(crate) async fn matters(office: &Office, code: &str, from: &str) -> Result<Vec<ProceedingId>> {
    if huiyin_domain::text::is_blank(code) {
        return Ok(Vec::new());
    }
    let found = match follow::open(office, code, from).await {
        Err(AppError::NotFound) => return Err(AppError::Form(vec![FormError::new("code", "fault-code")])),
        other => other?,
    };
    let all = office.store().matters_of(office.tenant(), &found.submission.id).await?;
    Ok(all.into_iter().filter(|m| !m.facts.contains(&Fact::Accusation)).map(|m| m.id.clone()).collect())
}

/// The telephone as it is kept with a booking; `None` where none was typed.
///
/// # Errors
/// [`AppError::Form`] for what is no number.
pub(crate) fn telephone_item(
    office: &Office,
    visit: &ProceedingId,
    fields: &BTreeMap<String, String>,
    typed: &str,
) -> Result<Option<ItemRecord>> {
    let Some(plain) = telephone::checked(typed)? else { return Ok(None) };
    let day = fields.get(&Field::DueOn.word()).and_then(|d| d.parse().ok());
    let day = day.unwrap_or_else(|| office.now().today());
    telephone::item(office, visit, day, &plain).map(Some)
}
