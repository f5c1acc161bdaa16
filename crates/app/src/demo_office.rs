//! A store that holds a demo: the mark that says so, its invented people, and its time, which can be moved forward.
//! What the demo holds is made by the crate `demo`; nothing here writes into a live office.

use huiyin_domain::payload::Field;
use huiyin_domain::posts::Power;
use huiyin_domain::procedure::Verb;
use huiyin_domain::unit::{Directory, Officer, Unit};
use huiyin_storage::RecordWrite;

use crate::error::{AppError, Result};
use crate::office::{DEMO_MARK, Office, Setting, Staff};
use crate::places::{self, Place};
use crate::reception::{board, desk, hall, sitting};
use crate::sign_in::published::PASSWORD;
use crate::{sign_in, sweep};

/// What a store holds, as far as a demo is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// Nothing: a demo may be made in it.
    Nothing,
    /// A demo that was not finished.
    Unfinished,
    /// A demo.
    Demo,
    /// An office: units, officers or petitions that no demo put there.
    Office,
}

/// What the store holds.
///
/// # Errors
/// As the store.
#[crate::boxed]
pub async fn holds(office: &Office) -> Result<Holds> {
    if let Some(mark) = office.demo_mark().await? {
        let made = mark.0.get("made").and_then(serde_json::Value::as_bool).unwrap_or(true);
        return Ok(if made { Holds::Demo } else { Holds::Unfinished });
    }
    let directory = office.reload_directory().await?;
    Ok(if directory.units.is_empty() && directory.officers.is_empty() { Holds::Nothing } else { Holds::Office })
}

/// Whether the store holds a demo, finished or not.
///
/// # Errors
/// As the store.
#[crate::boxed]
pub async fn is_demo(office: &Office) -> Result<bool> {
    office.is_demo().await
}

/// Number and code of the petition that is shown to visitors; `None` until the demo is made.
///
/// # Errors
/// As the store.
#[crate::boxed]
pub async fn shown(office: &Office) -> Result<Option<(String, String)>> {
    let text =
        |doc: &serde_json::Value, key: &str| doc.get(key).and_then(|v| v.as_str()).unwrap_or_default().to_owned();
    let pair = office.demo_mark().await?.map(|s| (text(&s.0, "number"), text(&s.0, "code")));
    Ok(pair.filter(|(number, _)| !number.is_empty()))
}

/// How far a demo is made.
#[derive(Debug, Clone, Copy)]
pub enum Mark<'a> {
    /// It is being made.
    Begun,
    /// It is made; one petition is shown to visitors.
    Made {
        /// Its number.
        number: &'a str,
        /// Its receipt code.
        code: &'a str,
    },
}

/// Marks the store as a demo's.
///
/// # Errors
/// As the store; [`AppError::NotAllowed`] in a store that holds an office.
#[crate::boxed]
pub async fn mark<'a>(office: &'a Office, mark: Mark<'a>) -> Result<()> {
    if holds(office).await? == Holds::Office {
        return Err(AppError::NotAllowed);
    }
    let doc = match mark {
        Mark::Begun => serde_json::json!({ "made": false }),
        Mark::Made { number, code } => serde_json::json!({ "made": true, "number": number, "code": code }),
    };
    office.write(vec![Setting::put(DEMO_MARK, doc)?]).await?;
    office.forget_demo();
    Ok(())
}

/// Seconds by which office time was moved forward.
///
/// # Errors
/// As the store.
#[crate::boxed]
pub async fn stored_offset(office: &Office) -> Result<i64> {
    Ok(office.setting("office_offset").await?.and_then(|s| s.0.as_i64()).unwrap_or(0))
}

/// Moves a demo's office time to the next due instant and works what is due. Only forward, only in a demo.
///
/// # Errors
/// [`AppError::NotAllowed`] outside a demo.
#[crate::boxed]
pub async fn forward(office: &Office) -> Result<Option<sweep::Swept>> {
    if !is_demo(office).await? {
        return Err(AppError::NotAllowed);
    }
    let Some(next) = office.store().next_timer(office.tenant(), office.now().at).await? else { return Ok(None) };
    if !office.time().move_to(next) {
        return Err(AppError::NotAllowed);
    }
    let offset = next.as_second() - office.machine_now().as_second();
    office.write(vec![Setting::put("office_offset", offset)?]).await?;
    let swept = sweep::sweep_office(office).await?;
    // A hall in which nothing moves shows nothing of the others' morning; that it cannot move holds nobody up.
    if let Err(error) = halls_move_on(office).await {
        tracing::warn!(error = ?error, "the demo's hall stands still");
    }
    Ok(Some(swept))
}

/// In each hall of a demo whoever is being heard goes, whoever was called is heard, and the next one is called.
async fn halls_move_on(office: &Office) -> Result<()> {
    for unit in hall::units(office).await? {
        let now = board(office, &unit).await?;
        let directory = office.directory().await?;
        let sits = now.counters.iter().find_map(|c| Some((c.window.number, c.officer.clone()?)));
        let clerk = || directory.officers.iter().find(|o| o.active && o.unit == unit && receives(&directory, o));
        let officer = match &sits {
            Some((_, id)) => directory.officer(id),
            None => clerk(),
        };
        let (Some(officer), Some(first)) = (officer, now.counters.first()) else { continue };
        let staff = Staff::from_officer(officer.clone(), &directory);
        let window = sits.map_or(first.window.number, |(number, _)| number);
        sitting::sit(office, &staff, window).await?;
        let said = office.wording().text(office.binding(), "demo-talk", &[]);
        match now.counters.iter().find(|c| c.window.number == window).and_then(|c| c.now.as_ref()) {
            Some(there) if desk::is_called(there) => {
                desk::step(office, &staff, there, Verb::ReceiveVisitor, &[]).await?;
                continue;
            }
            // Whoever has a record goes when she has her copy.
            Some(there) if there.place.recorded => continue,
            Some(there) => {
                desk::step(office, &staff, there, Verb::Leave, &[(Field::Summary, said)]).await?;
            }
            None => {}
        }
        if let Some(called) = desk::call_next(office, &staff, window).await? {
            desk::step(office, &staff, &called, Verb::ReceiveVisitor, &[]).await?;
        }
    }
    Ok(())
}

fn receives(directory: &Directory, officer: &Officer) -> bool {
    directory.vocabulary.may(&officer.posts, Power::Work)
}

/// Puts invented units and officers in, who share the published password, and a division list. A live office never
/// comes by them.
///
/// # Errors
/// As the store; [`AppError::NotAllowed`] in a store that holds an office of others.
#[crate::boxed]
pub async fn put_people(office: &Office, units: &[Unit], officers: &[Officer], divisions: &[Place]) -> Result<()> {
    let directory = office.reload_directory().await?;
    let known = directory.units.iter().all(|u| units.iter().any(|other| other.id == u.id))
        && directory.officers.iter().all(|o| officers.iter().any(|other| other.id == o.id));
    if !known && !is_demo(office).await? {
        return Err(AppError::NotAllowed);
    }
    let hash = sign_in::hash(PASSWORD).await?;
    let mut records = Vec::new();
    for unit in units {
        records.push(RecordWrite::put(&(unit.id.clone(),), unit)?);
    }
    for officer in officers {
        records.push(RecordWrite::put(&(officer.id.clone(),), officer)?);
        records.push(sign_in::known_password(&officer.id, &hash)?);
    }
    office.write(records).await?;
    places::put(office, divisions).await?;
    office.reload_directory().await.map(|_| ())
}
