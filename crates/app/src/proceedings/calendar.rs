//! What the calendar begins: standing duties of an office start by themselves, each once.
//!
//! Days that passed while nothing ran are caught up, so that what should have begun is owed from its own day. What lies
//! before an office's first day with this program is not its record.

use huiyin_domain::beginning::{Start, begin_by};
use huiyin_domain::event::EventActor;
use huiyin_domain::ids::{ProceedingId, UnitId};
use huiyin_domain::kind::ProceedingKind;
use huiyin_domain::payload::Payload;
use huiyin_domain::procedure::{BeginRule, RuleBook};
use huiyin_storage::{Changes, Expected, StoreError, terms};
use jiff::civil::Date;

use super::letter;
use crate::error::Result;
use crate::office::{Office, Setting};
use crate::seal::seal;

/// Until which day the calendar has been worked, by family of packs.
fn worked_key(book: &RuleBook) -> String {
    format!("calendar:{}", book.family())
}

/// Begins everything whose day has come; returns how many began. Running it twice begins nothing more.
///
/// # Errors
/// As the store; what began stays, and the rest is begun next time.
pub(crate) async fn begin_due(office: &Office) -> Result<u64> {
    let today = office.now().today();
    let mut begun = 0;
    for kind in ProceedingKind::ALL {
        for book in office.packs_beside(kind).iter().filter(|b| b.begins.iter().any(|r| r.every.is_some())) {
            let key = worked_key(book);
            let worked = office.setting(&key).await?.and_then(|s| s.text().and_then(|d| d.parse::<Date>().ok()));
            if worked.is_some_and(|day| day >= today) {
                continue;
            }
            let after = worked.or_else(|| today.yesterday().ok()).unwrap_or(today);
            begun += days(office, book, after, today).await?;
            office.write(vec![Setting::put(&key, today.to_string())?]).await?;
        }
    }
    Ok(begun)
}

async fn days(office: &Office, book: &RuleBook, after: Date, until: Date) -> Result<u64> {
    let directory = office.directory().await?;
    let (mut begun, mut failed) = (0, None);
    for rule in &book.begins {
        let Some(every) = rule.every else { continue };
        for day in every.days(after, until) {
            for unit in directory.units.iter().filter(|u| u.active && rule.units.contains(&u.kind)) {
                // One failure does not stop the rest; all of it is tried again, and what began is not begun twice.
                match begin_on_day(office, book, rule, &unit.id, day).await {
                    Ok(new) => begun += u64::from(new),
                    Err(error) => drop(failed.get_or_insert(error)),
                }
            }
        }
    }
    failed.map_or(Ok(begun), Err)
}

/// Begins one; `false` when it was begun before.
async fn begin_on_day(office: &Office, book: &RuleBook, rule: &BeginRule, unit: &UnitId, day: Date) -> Result<bool> {
    let ground = office.ground(&book.id).await?;
    // The number says which it is, and no number is given twice: two sweeps at once begin it once.
    let number = format!("{}{day}-{}-{unit}", letter(book.kind), rule.id);
    let with = Start {
        id: ProceedingId(office.new_id()),
        number,
        title: rule.title_in(&ground.book.binding, day),
        on: day,
        unit: unit.clone(),
        links: Vec::new(),
        ticket: None,
    };
    let (bare, events) = begin_by(ground.rules(), rule, with, &Payload::default(), EventActor::Clock, &office.now())?;
    let index = terms::index_terms(&[&bare.title]);
    let mut changes = Changes::new(office.tenant().clone());
    seal(&mut changes, &ground, bare, events, Payload::default(), Expected::New, Some(index))?;
    match office.store().commit(changes).await {
        Ok(()) => Ok(true),
        Err(StoreError::ChangedMeanwhile | StoreError::AlreadyThere(_)) => Ok(false),
        Err(error) => Err(error.into()),
    }
}
