//! A unit is split, merged or abolished: the one that continues its powers takes over what it held (art. 24).
//!
//! Every open proceeding says so in its record, the duties that are owed pass with their days unchanged, and the
//! petitioner is told. A matter that may not go there (an accusation to a body that may not receive it) is left and
//! named.

use huiyin_domain::hall::stage::Stage;
use huiyin_domain::ids::{ProceedingId, UnitId};
use huiyin_domain::procedure::{Fact, Phase, RuleBook};
use huiyin_domain::subject::Subject;
use huiyin_domain::succession::succeed;
use huiyin_storage::{FactRange, RecordWrite};

use crate::acts;
use crate::error::{AppError, Result};
use crate::move_pack::{Mode, Moved};
use crate::office::Office;
use crate::projection;
use crate::security::{Act, Entry};
use crate::walk::{BUSY, NewEvents, Walk, write_one};

/// Hands what `from` holds to `to`; with `class`, only matters of that content class (a unit that is split).
///
/// # Errors
/// When a unit is not there or not in use; as the store.
#[crate::boxed]
pub async fn succeed_unit(
    office: &Office,
    from: &UnitId,
    to: &UnitId,
    class: Option<&str>,
    mode: Mode,
) -> Result<Moved> {
    let office = &office.at_one_instant();
    let directory = office.reload_directory().await?;
    let known = |id: &UnitId| directory.unit(id).ok_or_else(|| AppError::Refused(format!("there is no unit `{id}`")));
    known(from)?;
    let successor = known(to)?;
    if from == to || !successor.active {
        return Err(AppError::Refused(format!(
            "`{to}` cannot succeed `{from}`: it must be another unit that is in use"
        )));
    }
    let mut done = Moved::default();
    for id in concerning(office, from).await? {
        let Some(subject) =
            office.store().proceeding(office.tenant(), &id).await?.filter(|s| s.concerned().contains(from))
        else {
            continue;
        };
        let of_class =
            |c: &str| subject.matter().and_then(|m| m.details().class.as_deref()).unwrap_or_default().starts_with(c);
        if class.is_some_and(|c| !of_class(c)) {
            continue;
        }
        let receives = |book: &RuleBook| book.compartment.as_ref().is_none_or(|line| line.receives(successor.kind));
        if subject.facts.contains(&Fact::Accusation) && !receives(&office.ground(&subject.pack).await?.book) {
            done.left.push((subject.number.clone(), "an accusation; this unit may not receive it".into()));
            continue;
        }
        if let Some(why) = in_the_hall(&subject) {
            done.left.push((subject.number.clone(), why.into()));
            continue;
        }
        hand_over(office, subject, from, to, mode, &mut done).await?;
    }
    if mode == Mode::Write {
        let said = format!("{from} → {to}: {}", done.matters);
        acts::put(office, &[Entry::new(office, Act::UnitSucceeded, None).with(said)], Vec::new()).await?;
    }
    Ok(done)
}

/// Why something stays with the hall of its unit: whoever is booked there or waits there is to be told first, since
/// the hall of the successor knows nothing of the time or the ticket.
fn in_the_hall(subject: &Subject) -> Option<&'static str> {
    let reception = subject.reception()?;
    match reception.place() {
        Some(place) if !matches!(place.stage, Stage::Gone { .. }) => {
            Some("a visitor is in the hall with its ticket; hear her to the end, or note that she went away, first")
        }
        None if reception.booked().is_some_and(|b| !b.off) && subject.phase == Phase::Intake => {
            Some("a visitor has booked a time in the hall; cancel the bookings of the day first, so that she is told")
        }
        _ => None,
    }
}

/// Everything that is not archived and in which a unit has something to do: matters by their narrow rows, the few
/// others by themselves.
pub(crate) async fn concerning(office: &Office, unit: &UnitId) -> Result<Vec<ProceedingId>> {
    let mut out = Vec::new();
    projection::each(office, FactRange::All, |fact| {
        out.extend(Some(fact).filter(|f| f.phase != Phase::Archived && f.concerned.contains(unit)).map(|f| f.matter));
        Ok(())
    })
    .await?;
    let mut walk = Walk::beside_matters(office);
    while let Some(page) = walk.page().await? {
        out.extend(
            page.into_iter()
                .filter(|s| s.phase != Phase::Archived && s.concerned().contains(unit))
                .map(|s| s.id.clone()),
        );
    }
    Ok(out)
}

async fn hand_over(
    office: &Office,
    subject: Subject,
    from: &UnitId,
    to: &UnitId,
    mode: Mode,
    done: &mut Moved,
) -> Result<()> {
    let ground = office.ground(&subject.pack).await?;
    let succeeded = succeed(ground.rules(), &subject, from, to, &office.now());
    let said = NewEvents { events: succeeded.events, about: Some("successor") };
    if mode == Mode::Write && !write_one(office, &ground, subject.version, succeeded.subject, said).await? {
        done.left.push((subject.number.clone(), BUSY.into()));
        return Ok(());
    }
    // The row of what comes on a day stands under the hall it comes to.
    let coming = subject.reception().and_then(|r| r.coming()).map(|c| c.day);
    if let Some(day) = coming.filter(|_| mode == Mode::Write && subject.holder == *from) {
        let key = (from.clone(), day, subject.id.clone());
        office.write(vec![RecordWrite::remove::<projection::ComingRow>(&key)]).await?;
    }
    done.matters += 1;
    done.periods += u64::from(succeeded.duties);
    Ok(())
}
