//! What anybody may begin at a hall without an account, such as a request to meet a leader, and follow, change or call
//! off by the code it was given. No name is asked for.

use std::collections::BTreeMap;

use huiyin_domain::beginning::{Start, begin_by};
use huiyin_domain::closed::Closed;
use huiyin_domain::event::EventActor;
use huiyin_domain::ids::{MoveId, ProceedingId, UnitId};
use huiyin_domain::kind::ProceedingKind;
use huiyin_domain::payload::{Field, Payload};
use huiyin_domain::procedure::BeginRule;
use huiyin_domain::proceeding::Actor;
use huiyin_domain::subject::Subject;
use huiyin_storage::{Changes, Expected, Record, RecordWrite, Table, Wanted};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::booking::book::{self, Beside};
use super::hall;
use crate::error::{AppError, Result};
use crate::lodge::receipt;
use crate::office::{Ground, Office};
use crate::proceedings::{self, Beginning, View};
use crate::projection;
pub use crate::projection::ComingRow;
use crate::seal::seal;
use crate::sign_in::{network, throttle};
use crate::step::Move;

/// Rows read at once.
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
    // Times are offered where the hall gives any.
    let can_book = super::booking::slots::can_be_booked(office, unit).await?;
    let open = |rule: &&BeginRule| {
        let offered = can_book || !book::takes_time(&rule.needs);
        rule.public && offered && kind.is_some_and(|kind| rule.units.contains(&kind))
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
    beside: &Beside,
    form_token: &str,
    from: &str,
) -> Result<Begun> {
    let all = beginnings(office, unit).await?;
    let Beginning { book, rule } = all.into_iter().find(|b| b.rule.id == begin).ok_or(AppError::NotFound)?;
    // What was written belongs to the form: other words under it are another request, and nobody who uses the same key
    // learns of this one.
    let mut words: Vec<&str> =
        rule.needs.iter().map(|n| fields.get(&n.field.word()).map_or("", String::as_str)).collect();
    words.extend([beside.telephone.as_str(), beside.code.as_str()].into_iter().filter(|w| !w.is_empty()));
    let form_token = office.keyed_hash("coming-form", &format!("{unit}:{begin}:{form_token}:{words:?}"));
    let code = receipt::code(office, &form_token);
    let key = (hash(office, &code),);
    if let Some(known) = known(office, &key).await? {
        return Ok(Begun { number: known.number.clone(), code });
    }
    let network = format!("coming:{}", network(from));
    throttle::check(office, &network).await?;
    let ground = office.ground(&book.id).await?;
    // A telephone and a matter belong to a booking and to nothing else that begins without a name.
    let nothing = Beside::default();
    let beside = if book::takes_time(&rule.needs) { beside } else { &nothing };
    let links = book::matters(office, &beside.code, from).await?;
    // Of a time that is booked another place is looked for when somebody else was quicker.
    let tries = if book::takes_time(&rule.needs) { book::TRIES } else { 1 };
    for _ in 0..tries {
        let with = First { ground: &ground, rule: &rule, unit, links: &links, telephone: &beside.telephone };
        match begin_once(office, with, fields.clone(), &key).await {
            Ok(number) => {
                throttle::miss(office, &network, throttle::NETWORK).await?;
                return Ok(Begun { number, code });
            }
            // Sent twice at the same moment: the other one began it.
            Err(error) if book::is_taken(&error) => match self::known(office, &key).await? {
                Some(known) => return Ok(Begun { number: known.number.clone(), code }),
                None if tries == 1 => return Err(error),
                None => {}
            },
            Err(error) => return Err(error),
        }
    }
    Err(book::full())
}

/// What is begun, and where.
struct First<'a> {
    ground: &'a Ground,
    rule: &'a BeginRule,
    unit: &'a UnitId,
    links: &'a [ProceedingId],
    telephone: &'a str,
}

/// Begins it if nothing is in the way; gives its number.
async fn begin_once(
    office: &Office,
    with: First<'_>,
    mut fields: BTreeMap<String, String>,
    key: &(String,),
) -> Result<String> {
    let First { ground, rule, unit, links, telephone } = with;
    let now = office.now();
    if book::takes_time(&rule.needs) {
        // What is wrong with the other fields is said with it.
        let faults = Payload::check(&rule.needs, &fields, now.today()).err();
        match (book::find_place(office, unit, &mut fields).await, faults) {
            (_, Some(errors)) => return Err(Closed::Fields { errors }.into()),
            (found, None) => found?,
        }
    }
    let payload = Payload::check(&rule.needs, &fields, now.today()).map_err(|errors| Closed::Fields { errors })?;
    proceedings::tells_of_nobody(rule, &payload)?;
    let title = rule.title_in(&ground.book.binding, now.today());
    let with = Start {
        id: ProceedingId(office.new_id()),
        number: proceedings::next_number(office, ProceedingKind::Reception).await?,
        title: payload.text(Field::Topic).map_or_else(|| title.clone(), |topic| format!("{title}：{topic}")),
        on: now.today(),
        unit: unit.clone(),
        links: links.to_vec(),
        ticket: None,
    };
    let (begun, events) = begin_by(ground.rules(), rule, with, &payload, EventActor::Petitioner, &now)?;
    let mut changes = Changes::new(office.tenant().clone());
    changes.records.push(RecordWrite::add(key, &ComingCode { proceeding: begun.id.clone() })?);
    for matter in links {
        changes.records.push(proceedings::link(matter, &begun.id)?);
    }
    let telephone = book::telephone_item(office, &begun.id, &fields, telephone)?;
    changes.messages.extend(projection::messages(office, None, &begun, Some(telephone.is_some())).await?);
    changes.items.extend(telephone);
    let number = begun.number.clone();
    let terms = huiyin_storage::terms::index_terms(&[begun.title.as_str()]);
    seal(&mut changes, ground, begun, events, payload.split().words, Expected::New, Some(terms))?;
    office.store().commit(changes).await?;
    Ok(number)
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
    let rule = view.ground.book.find_move(&MoveId::new(&step.id));
    let is_change = rule.is_some_and(book::is_change);
    // The time she has already is hers; sent twice it is one change.
    if is_change && book::is_hers(&view.proceeding, &step.fields) {
        return Ok(view.proceeding);
    }
    let tries = if is_change { book::TRIES } else { 1 };
    for _ in 0..tries {
        let mut step = step.clone();
        if is_change {
            book::find_place(office, &view.proceeding.holder, &mut step.fields).await?;
            step.in_hall = true;
        }
        let (before, mut changes) = (view.proceeding.clone(), Changes::new(office.tenant().clone()));
        if is_change {
            changes.items.extend(book::telephone_for(office, &before.id, &step.fields).await?);
        }
        match proceedings::act_as(office, before, &Actor::Petitioner, None, step, changes).await {
            // Somebody else was quicker; another place of the time is looked for.
            Err(error) if is_change && book::is_taken(&error) => {}
            done => return done,
        }
    }
    Err(book::full())
}

/// What comes in the hall of a unit from one day to another, in the order of the days.
///
/// # Errors
/// As the store.
#[crate::boxed]
pub async fn between(office: &Office, unit: &UnitId, from: Date, until: Date) -> Result<Vec<(Date, ComingRow)>> {
    Ok(with_ids(office, unit, from, until).await?.into_iter().map(|(_, row)| (row.coming.day, row)).collect())
}

/// The same with the ids of the proceedings.
pub(super) async fn with_ids(
    office: &Office,
    unit: &UnitId,
    from: Date,
    until: Date,
) -> Result<Vec<(ProceedingId, ComingRow)>> {
    let mut after = (unit.clone(), from, ProceedingId::new(""));
    let mut out = Vec::new();
    loop {
        let page = office.select::<ComingRow>(Wanted::first(SHOWN).within(&[unit]).after(&after)).await?;
        let full = page.len() >= usize::try_from(SHOWN).unwrap_or(usize::MAX);
        for (key, row) in page {
            if key.1 > until {
                return Ok(out);
            }
            out.push((key.2.clone(), row));
            after = key;
        }
        if !full {
            return Ok(out);
        }
    }
}
