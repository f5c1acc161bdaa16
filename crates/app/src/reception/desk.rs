//! What a clerk does at a window: call the next one, call again, note that nobody came, begin the talk.

use std::collections::BTreeMap;

use huiyin_domain::hall::stage::Stage;
use huiyin_domain::payload::Field;
use huiyin_domain::procedure::Verb;

use super::board::board;
use super::hall;
use super::ticket::Ticket;
use crate::access::{Action, require};
use crate::error::{AppError, FormError, Result};
use crate::office::{Office, Staff};
use crate::proceedings;
use crate::step::Move;

/// Times the next one is looked for when others are quicker.
const TRIES: usize = 200;

/// Calls whoever is next to a window. `None`: nobody waits for it.
///
/// # Errors
/// [`AppError::NotFound`] where there is no such window; [`AppError::Form`] while somebody is called to it or received
/// there.
#[crate::boxed]
pub async fn call_next(office: &Office, staff: &Staff, window: u32) -> Result<Option<Ticket>> {
    require(staff, Action::Receive)?;
    let unit = &staff.officer.unit;
    let found = hall::open_to_visitors(office, unit).await?;
    let window = found.window(window).cloned().ok_or(AppError::NotFound)?;
    // Within one process one looks at a time; what another process has done meanwhile the version of the visit shows.
    let _turn = office.turn(&format!("hall:{unit}")).await;
    for _ in 0..TRIES {
        let now = board(office, unit).await?;
        if now.counters.iter().any(|c| c.window.number == window.number && c.now.is_some()) {
            return Err(AppError::Form(vec![FormError::with("window", "fault-window-taken", window.number)]));
        }
        let Some(next) = now.next_for(&window) else { return Ok(None) };
        match step(office, staff, &next.ticket, Verb::Call, &[(Field::Window, window.number.to_string())]).await {
            Ok(called) => return Ok(Some(called)),
            // Somebody else was quicker; the one behind is next.
            Err(AppError::ChangedMeanwhile) => {}
            Err(error) => return Err(error),
        }
    }
    Err(AppError::ChangedMeanwhile)
}

/// A step of a visit that the hall knows by its verb. The stage it was seen in must still hold.
///
/// # Errors
/// [`AppError::ChangedMeanwhile`] when somebody was quicker, [`AppError::Closed`] with the reason.
#[crate::boxed]
pub async fn step(
    office: &Office,
    staff: &Staff,
    ticket: &Ticket,
    verb: Verb,
    fields: &[(Field, String)],
) -> Result<Ticket> {
    require(staff, Action::Receive)?;
    let visit = proceedings::by_id(office, &ticket.visit).await?.ok_or(AppError::NotFound)?;
    let place = visit.reception().and_then(|r| r.place()).ok_or(AppError::NotFound)?;
    if place.stage != ticket.place.stage {
        return Err(AppError::ChangedMeanwhile);
    }
    let ground = office.ground(&visit.pack).await?;
    let rule = ground
        .book
        .moves
        .iter()
        .find(|m| m.verb == verb && m.from.contains(&visit.state))
        .or_else(|| ground.book.moves.iter().find(|m| m.verb == verb))
        .ok_or(AppError::NotFound)?;
    let fields: BTreeMap<String, String> = fields.iter().map(|(field, value)| (field.word(), value.clone())).collect();
    let made = Move { id: rule.id.0.clone(), fields, version: Some(visit.version), ..Move::default() };
    let done = proceedings::act(office, staff, &visit.number, made).await?;
    let place = done.reception().and_then(|r| r.place()).cloned().ok_or(AppError::NotFound)?;
    Ok(Ticket { place, ..ticket.clone() })
}

/// Whether somebody with this ticket is called and has not come yet.
pub fn is_called(ticket: &Ticket) -> bool {
    matches!(ticket.place.stage, Stage::Called { .. })
}
