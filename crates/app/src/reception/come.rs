//! What anybody may begin at a hall without an account, such as a request to meet a leader, and follow, change or call
//! off by the code it was given. No name is asked for.

use std::collections::BTreeMap;

use huiyin_domain::beginning::{Start, begin_by};
use huiyin_domain::closed::Closed;
use huiyin_domain::event::EventActor;
use huiyin_domain::ids::{ProceedingId, UnitId};
use huiyin_domain::kind::ProceedingKind;
use huiyin_domain::payload::{Field, Payload};
use huiyin_domain::proceeding::Actor;
use huiyin_domain::subject::Subject;
use huiyin_storage::{Changes, Expected, Record, RecordWrite, StoreError, Table, Wanted};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::hall;
use crate::error::{AppError, Result};
use crate::lodge::receipt;
use crate::office::Office;
use crate::proceedings::{self, Beginning, View};
pub use crate::projection::ComingRow;
use crate::seal::seal;
use crate::sign_in::{network, throttle};
use crate::step::Move;

/// Rows read at once, at most: what comes in a year.
const SHOWN: u32 = 500;

/// Whom a code stands for; the key is its keyed hash.
#[derive(Debug, Serialize, Deserialize)]
struct ComingCode {
    proceeding: ProceedingId,
}

impl Record for ComingCode {
    const TABLE: Table = Table::ComingCode;
    type Key = (String,);
}

/// What whoever began something takes away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Begun {
    /// Its number.
    pub number: String,
    /// The code, 16 digits; only its keyed hash is kept.
    pub code: String,
}

/// What anybody may begin today at the hall of a unit.
///
/// # Errors
/// [`AppError::NotFound`] where there is no hall.
#[crate::boxed]
pub async fn beginnings(office: &Office, unit: &UnitId) -> Result<Vec<Beginning>> {
    hall::open_to_visitors(office, unit).await?;
    let kind = office.directory().await?.unit(unit).map(|u| u.kind);
    let books = office.packs_beside(ProceedingKind::Reception);
    let open = |rule: &&huiyin_domain::procedure::BeginRule| {
        rule.public && kind.is_some_and(|kind| rule.units.contains(&kind))
    };
    Ok(books
        .iter()
        .flat_map(|book| {
            book.begins.iter().filter(open).map(|rule| Beginning { book: book.clone(), rule: rule.clone() })
        })
        .collect())
}

/// Begins one. The same form gives the same code. Of one network so many are taken as of wrong guesses before it has to
/// wait: nobody fills a leader's desk by a loop.
///
/// # Errors
/// [`AppError::NotFound`] for what nobody may begin there, [`AppError::Closed`] for its fields.
#[crate::boxed]
pub async fn begin(
    office: &Office,
    unit: &UnitId,
    begin: &str,
    fields: &BTreeMap<String, String>,
    form_token: &str,
    from: &str,
) -> Result<Begun> {
    let all = beginnings(office, unit).await?;
    let Beginning { book, rule } = all.into_iter().find(|b| b.rule.id == begin).ok_or(AppError::NotFound)?;
    // What was written belongs to the form: other words under it are another request, and nobody who uses the same key
    // learns of this one.
    let words: Vec<&str> = rule.needs.iter().map(|n| fields.get(&n.field.word()).map_or("", String::as_str)).collect();
    let form_token = office.keyed_hash("coming-form", &format!("{unit}:{begin}:{form_token}:{words:?}"));
    let code = receipt::code(office, &form_token);
    let key = (hash(office, &code),);
    if let Some(known) = known(office, &key).await? {
        return Ok(Begun { number: known.number.clone(), code });
    }
    let network = format!("coming:{}", network(from));
    throttle::check(office, &network).await?;
    let ground = office.ground(&book.id).await?;
    let now = office.now();
    let payload = Payload::check(&rule.needs, fields, now.today()).map_err(|errors| Closed::Fields { errors })?;
    let title = rule.title_in(&ground.book.binding, now.today());
    let with = Start {
        id: ProceedingId(office.new_id()),
        number: proceedings::next_number(office, ProceedingKind::Reception).await?,
        title: payload.text(Field::Topic).map_or_else(|| title.clone(), |topic| format!("{title}：{topic}")),
        on: now.today(),
        unit: unit.clone(),
        links: Vec::new(),
        ticket: None,
    };
    let (begun, events) = begin_by(ground.rules(), &rule, with, &payload, EventActor::Petitioner, &now)?;
    let mut changes = Changes::new(office.tenant().clone());
    changes.records.push(RecordWrite::add(&key, &ComingCode { proceeding: begun.id.clone() })?);
    let number = begun.number.clone();
    let terms = huiyin_storage::terms::index_terms(&[begun.title.as_str()]);
    seal(&mut changes, &ground, begun, events, payload.split().words, Expected::New, Some(terms))?;
    match office.store().commit(changes).await {
        Ok(()) => {
            throttle::miss(office, &network, throttle::NETWORK).await?;
            Ok(Begun { number, code })
        }
        // Sent twice at the same moment: the other one began it.
        Err(error @ StoreError::AlreadyThere(_)) => match self::known(office, &key).await? {
            Some(known) => Ok(Begun { number: known.number.clone(), code }),
            None => Err(error.into()),
        },
        Err(error) => Err(error.into()),
    }
}

fn hash(office: &Office, code: &str) -> String {
    office.keyed_hash("coming-lookup", &receipt::plain(code))
}

async fn known(office: &Office, key: &(String,)) -> Result<Option<Subject>> {
    let Some(found) = office.find::<ComingCode>(key).await? else { return Ok(None) };
    proceedings::by_id(office, &found.proceeding).await
}

/// What was begun with a code, as whoever holds it reads it. `from` is where the guess comes from.
///
/// # Errors
/// [`AppError::NotFound`] for a wrong code, [`AppError::Throttled`] after too many.
#[crate::boxed]
pub async fn by_code(office: &Office, code: &str, from: &str) -> Result<View> {
    let guess = format!("code:{}", network(from));
    throttle::check(office, &guess).await?;
    let found = known(office, &(hash(office, code),)).await?;
    let Some(found) = found.filter(|_| receipt::plain(code).len() == 16) else {
        let _turn = office.turn(&guess).await;
        throttle::check(office, &guess).await?;
        throttle::miss(office, &guess, throttle::NETWORK).await?;
        return Err(AppError::NotFound);
    };
    proceedings::whole(office, found).await
}

/// A move of whoever holds the code.
///
/// # Errors
/// As [`by_code`], and [`AppError::Closed`] with the reason.
#[crate::boxed]
pub async fn act(office: &Office, code: &str, from: &str, step: Move) -> Result<Subject> {
    let view = by_code(office, code, from).await?;
    proceedings::act_as(office, view.proceeding, &Actor::Petitioner, None, step, Changes::new(office.tenant().clone()))
        .await
}

/// What comes in the hall of a unit from one day to another, in the order of the days.
///
/// # Errors
/// As the store.
#[crate::boxed]
pub async fn between(office: &Office, unit: &UnitId, from: Date, until: Date) -> Result<Vec<(Date, ComingRow)>> {
    let first = (unit.clone(), from, ProceedingId::new(""));
    let all = office.select::<ComingRow>(Wanted::first(SHOWN).within(&[unit]).after(&first)).await?;
    let rows = all.into_iter().map(|((_, day, _), row)| (day, row));
    Ok(rows.take_while(|(day, _)| *day <= until).collect())
}
