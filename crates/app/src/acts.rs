//! The record of the office itself: what administrators and the operator did to units, officers, posts, passwords,
//! tokens, rules and calendars. Each act is chained to the one before it and kept for ever, beside the security log,
//! which also holds sign-ins and ends by itself.

use huiyin_domain::event::EventActor;
use huiyin_domain::ids::OfficerId;
use huiyin_register::commit as bind;
use huiyin_storage::{Changes, KeyPart, Record, RecordWrite, StoreError, Table, Wanted};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::access::{Action, require};
use crate::error::{AppError, Result};
use crate::office::{Office, Staff, random_hex};
use crate::security::{Act, Entry};

/// Times another is let go before, when several write at the same moment.
const TRIES: usize = 20;

/// One act in the record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recorded {
    /// Serial, from 1.
    pub n: u64,
    /// When, by the machine.
    pub at: Timestamp,
    /// Who: an officer for a unit, or the operator by a command.
    pub actor: EventActor,
    /// What.
    pub act: Act,
    /// The officer it concerns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub officer: Option<OfficerId>,
    /// More: a unit, posts with from and until, a pack and its digest.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
}

/// As it is kept: with what binds it to the one before.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Row {
    act: Recorded,
    salt: String,
    commitment: String,
}

/// The serial of an act, newest first in the order of keys.
struct Serial(u64);

impl KeyPart for Serial {
    fn to_text(&self) -> String {
        format!("{:016x}", u64::MAX - self.0)
    }

    fn from_text(text: &str) -> Option<Self> {
        u64::from_str_radix(text, 16).ok().map(|n| Self(u64::MAX - n))
    }
}

impl Record for Row {
    const TABLE: Table = Table::Act;
    type Key = (Serial,);
}

/// The newest serial and what the next is bound to.
async fn head(office: &Office) -> Result<(u64, String)> {
    let newest = office.select::<Row>(Wanted::first(1)).await?.into_iter().next();
    Ok(newest.map_or_else(|| (0, String::new()), |(_, row)| (row.act.n, row.commitment)))
}

/// Writes entries together with what they tell of, all or nothing; those that change the office stand in its record as
/// well.
///
/// # Errors
/// As the store.
pub(crate) async fn put(office: &Office, entries: &[Entry], records: Vec<RecordWrite>) -> Result<()> {
    commit(office, entries, Changes { records, ..Changes::new(office.tenant().clone()) }).await
}

/// The same with whatever else belongs to the unit of work.
///
/// # Errors
/// As the store.
pub(crate) async fn commit(office: &Office, entries: &[Entry], changes: Changes) -> Result<()> {
    let mut whole = changes;
    for entry in entries {
        whole.items.extend(entry.items()?);
    }
    let kept: Vec<&Entry> = entries.iter().filter(|e| e.act.changes_the_office()).collect();
    if kept.is_empty() {
        return Ok(office.store().commit(whole).await?);
    }
    let directory = office.directory().await?;
    for _ in 0..TRIES {
        let (newest, mut before) = head(office).await?;
        let mut all = whole.clone();
        for (n, entry) in (newest + 1..).zip(&kept) {
            let actor = entry.by.as_ref().map_or(EventActor::Operator, |id| {
                let unit =
                    directory.officer(id).map(|o| o.unit.clone()).unwrap_or_else(|| office.front_office().clone());
                EventActor::Officer { officer: id.clone(), unit }
            });
            let act = Recorded {
                n,
                at: entry.at,
                actor,
                act: entry.act,
                officer: entry.officer.clone(),
                detail: entry.detail.clone(),
            };
            let salt = random_hex(16)?;
            let bound = bind(&before, &salt, &act).map_err(AppError::caused("an act has no commitment"))?;
            before.clone_from(&bound);
            all.records.push(RecordWrite::add(&(Serial(n),), &Row { act, salt, commitment: bound })?);
        }
        match office.store().commit(all).await {
            // Another act came between: this one follows it.
            Err(StoreError::AlreadyThere(_)) if head(office).await?.0 > newest => {}
            other => return Ok(other?),
        }
    }
    Err(AppError::ChangedMeanwhile)
}

/// A page of the record, newest first; `after` is a serial, from which on older ones follow.
///
/// # Errors
/// [`AppError::NotAllowed`]; as the store.
#[crate::boxed]
pub async fn list(office: &Office, staff: &Staff, after: Option<u64>, limit: u32) -> Result<Vec<Recorded>> {
    require(staff, Action::Administer)?;
    let wanted = after.map_or_else(|| Wanted::first(limit), |n| Wanted::first(limit).after(&(Serial(n),)));
    Ok(office.select::<Row>(wanted).await?.into_iter().map(|(_, row)| row.act).collect())
}

/// What does not agree in the record: an act that was changed, taken away or put in.
///
/// # Errors
/// As the store.
pub(crate) async fn check(office: &Office) -> Result<Option<String>> {
    let mut rows: Vec<Row> = match office.select_all::<Row>(&[]).await {
        Ok(rows) => rows.into_iter().map(|(_, row)| row).collect(),
        Err(AppError::Store(error @ StoreError::Corrupt { .. })) => return Ok(Some(error.to_string())),
        Err(error) => return Err(error),
    };
    rows.reverse();
    if let Some((row, want)) = rows.iter().zip(1_u64..).find(|(row, want)| row.act.n != *want) {
        return Ok(Some(format!("act {} stands where act {want} should: some were taken away", row.act.n)));
    }
    let chain = rows.iter().map(|r| (r.salt.as_str(), &r.act, r.commitment.as_str()));
    Ok(huiyin_register::verify(chain).err().map(|e| format!("{e}: it was changed since it was written")))
}
