//! Random checks of closed files: which are drawn is left to chance and kept, so that nobody picks the good ones;
//! what a check finds is a move on the matter (of the verb `check`), with cause and post.

use huiyin_domain::event::EventKind;
use huiyin_domain::ids::{MoveId, ProceedingId, UnitId};
use huiyin_domain::matter::Matter;
use huiyin_domain::payload::Field;
use huiyin_domain::procedure::{Fact, MoveRule, Phase, Verb};
use huiyin_storage::{FactRange, Record, RecordWrite, Table};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::error::{AppError, FormError, Result};
use crate::office::{Office, Staff};
use crate::projection;
use crate::yearly;

/// Files of one draw, at most.
pub const MOST: usize = 50;
/// Draws shown.
const SHOWN: usize = 10;

/// One draw.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draw {
    /// The day it was drawn.
    pub day: Date,
    /// Answered from this day.
    pub from: Date,
    /// Through this day.
    pub to: Date,
    /// Out of how many closed files.
    pub out_of: usize,
    /// Numbers drawn.
    pub numbers: Vec<String>,
}

impl Record for Draw {
    const TABLE: Table = Table::Draw;
    type Key = (UnitId, String);
}

/// A drawn file and whether it has been checked since.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Drawn {
    /// Number of the matter.
    pub number: String,
    /// Its title.
    pub title: String,
    /// It was checked on or after the day of the draw.
    pub checked: bool,
    /// The move by which it is checked, where its pack has one in its state.
    pub by: Option<MoveId>,
}

/// Draws closed files that were answered in a period, by chance alone.
///
/// # Errors
/// [`AppError::NotAllowed`] for anybody but head and supervisor of a petition office; [`AppError::Form`] names the
/// fields, also when there is nothing to draw from.
#[crate::boxed]
pub async fn draw(office: &Office, staff: &Staff, count: usize, from: Date, to: Date) -> Result<Draw> {
    if !yearly::allowed(office, staff).await? {
        return Err(AppError::NotAllowed);
    }
    if count == 0 || count > MOST {
        return Err(AppError::Form(vec![FormError::with("count", "fault-draw-count", MOST)]));
    }
    if to < from {
        return Err(AppError::Form(vec![FormError::new("to", "fault-draw-days")]));
    }
    let directory = office.directory().await?;
    let mut closed: Vec<ProceedingId> = Vec::new();
    projection::each(office, FactRange::Answered(from, to), |m| {
        let open_to_check = ![Fact::Accusation, Fact::Sealed, Fact::Destroyed].iter().any(|f| m.facts.contains(f));
        closed.extend((matches!(m.phase, Phase::Ended | Phase::Archived) && open_to_check).then_some(m.matter));
        Ok(())
    })
    .await?;
    // Each file seen takes the place of one drawn with the chance that is left to it, so that all have the same.
    let (mut numbers, mut seen): (Vec<String>, u64) = (Vec::new(), 0);
    let readable = |m: &Matter| m.may_read(&staff.actor(), &directory);
    for id in &closed {
        // Who may read it, the matter itself says.
        let Some(matter) = projection::readable(office, id).await?.filter(readable) else { continue };
        seen += 1;
        if numbers.len() < count {
            numbers.push(matter.number.clone());
            continue;
        }
        let at = usize::try_from(chance(seen)?).unwrap_or(usize::MAX);
        if let Some(slot) = numbers.get_mut(at) {
            slot.clone_from(&matter.number);
        }
    }
    if numbers.is_empty() {
        return Err(AppError::Form(vec![FormError::new("from", "fault-draw-none")]));
    }
    numbers.sort();
    let drawn =
        Draw { day: office.now().today(), from, to, out_of: usize::try_from(seen).unwrap_or(usize::MAX), numbers };
    office.write(vec![RecordWrite::add(&(staff.officer.unit.clone(), office.new_id()), &drawn)?]).await?;
    Ok(drawn)
}

/// A number from 0 up to `below`, each with the same chance.
fn chance(below: u64) -> Result<u64> {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes).map_err(AppError::caused("the system gives no randomness"))?;
    let drawn = u128::from_le_bytes(bytes) % u128::from(below.max(1));
    Ok(u64::try_from(drawn).unwrap_or_default())
}

/// The newest draws of the officer's unit, each file with whether it has been checked.
///
/// # Errors
/// As [`draw`].
#[crate::boxed]
pub async fn draws(office: &Office, staff: &Staff) -> Result<Vec<(Draw, Vec<Drawn>)>> {
    if !yearly::allowed(office, staff).await? {
        return Err(AppError::NotAllowed);
    }
    let directory = office.directory().await?;
    let all = office.select_all::<Draw>(&[&staff.officer.unit]).await?;
    let mut out = Vec::new();
    for (_, draw) in all.into_iter().rev().take(SHOWN) {
        let mut files = Vec::new();
        for number in &draw.numbers {
            let matter = office
                .store()
                .matter_by_number(office.tenant(), number)
                .await?
                .filter(|m| m.may_read(&staff.actor(), &directory));
            // What the reader may no longer see is not named.
            let Some(matter) = matter else { continue };
            let checked = checked(office, &matter, draw.day).await?;
            let book = office.ground(&matter.pack).await?.book;
            let checks = |m: &&MoveRule| {
                m.verb == Verb::Check
                    && m.from.contains(&matter.state)
                    && m.needs.iter().any(|n| n.field == Field::Result)
            };
            let by = book.moves.iter().find(checks).map(|m| m.id.clone());
            files.push(Drawn { number: number.clone(), title: matter.title.clone(), checked, by });
        }
        out.push((draw, files));
    }
    Ok(out)
}

async fn checked(office: &Office, matter: &Matter, since: Date) -> Result<bool> {
    let events = office.store().events(office.tenant(), &matter.id).await?;
    let day = |at: jiff::Timestamp| at.to_zoned_datetime(office.zone().clone()).date();
    let is_check = |e: &huiyin_storage::EventRecord| match &e.event.kind {
        EventKind::Moved { verb: Verb::Check, carried, .. } => carried.text(Field::Result).is_some(),
        _ => false,
    };
    Ok(events.iter().any(|e| is_check(e) && day(e.event.at) >= since))
}
