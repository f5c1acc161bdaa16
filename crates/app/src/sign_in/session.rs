//! Sessions of officers: kept as keyed hashes, ended by hand, after twelve hours, and after an hour in which nothing
//! was done.

use huiyin_domain::ids::OfficerId;
use huiyin_storage::{ItemKind, ItemRecord};
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

use super::password::Credential;
use super::{SignedIn, network, officer};
use crate::error::{AppError, Result};
use crate::office::{Office, Staff, random_hex};
use crate::security::{Act, Entry};

/// How long a sign-in lasts.
pub const LASTS_HOURS: i64 = 12;
/// Minutes without a page after which it ends.
pub const IDLE_MINUTES: i64 = 60;
/// Minutes after which a page is noted as the last one: not each page writes.
const NOTED_MINUTES: i64 = 5;
/// Sessions of all officers that are looked through.
const MANY: u32 = 100_000;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Session {
    pub officer: OfficerId,
    opened: Timestamp,
    from: String,
    device: String,
    /// The password was given by somebody else and must be changed first.
    pub given: bool,
}

/// Where a sign-in comes from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    /// Address.
    pub from: String,
    /// What the browser calls itself.
    pub device: String,
}

/// A session as its officer sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionLine {
    /// By which it is ended.
    pub key: String,
    /// When it began.
    pub opened: Timestamp,
    /// Address.
    pub from: String,
    /// What the browser calls itself.
    pub device: String,
    /// It is the one that asks.
    pub this: bool,
}

fn key(office: &Office, secret: &str) -> String {
    office.keyed_hash("session", secret)
}

fn minutes_from(at: Timestamp, minutes: i64) -> Timestamp {
    at.checked_add(minutes.minutes()).unwrap_or(at)
}

/// The note that something was done; it lives for the time a session may stand idle.
fn noted(key: &str, now: Timestamp) -> ItemRecord {
    let expires = Some(minutes_from(now, IDLE_MINUTES));
    ItemRecord {
        kind: ItemKind::Session,
        key: format!("{key}:seen"),
        doc: serde_json::Value::Null,
        expires,
        only_new: false,
    }
}

/// Begins the session of whoever has shown what is asked, with the entry on record.
pub(super) async fn begin(office: &Office, staff: Staff, stored: Credential, place: &Place) -> Result<SignedIn> {
    let id = &staff.officer.id;
    let entry = Entry::new(office, Act::SignedIn, Some(id)).of(id).with(network(&place.from));
    let secret = open(office, id, place, stored.given, entry).await?;
    // The password was changed while it was looked at: the new sign-in ends with those of the old one.
    if Credential::read(office, id).await?.is_none_or(|now| now.hash != stored.hash) {
        sign_out(office, &secret).await?;
        return Err(AppError::NotSignedIn);
    }
    Ok(SignedIn { secret, staff })
}

/// Opens a session.
async fn open(office: &Office, officer: &OfficerId, place: &Place, given: bool, entry: Entry) -> Result<String> {
    let (secret, now) = (random_hex(32)?, office.machine_now());
    let cut = |text: &str| text.chars().take(200).collect::<String>();
    let session =
        Session { officer: officer.clone(), opened: now, from: cut(&place.from), device: cut(&place.device), given };
    let doc = serde_json::to_value(session).map_err(AppError::caused("a session has no JSON"))?;
    let key = key(office, &secret);
    let expires = Some(minutes_from(now, LASTS_HOURS * 60));
    let opened = ItemRecord { kind: ItemKind::Session, key: format!("{key}:open"), doc, expires, only_new: true };
    let mut items = vec![opened, noted(&key, now)];
    items.extend(entry.items()?);
    office.store().put_items(office.tenant(), items).await?;
    Ok(secret)
}

/// The officer behind a session's secret, and whether the password must be changed first.
///
/// # Errors
/// [`AppError::NotSignedIn`] when it is unknown, past its time, stood idle, or the officer is gone.
#[crate::boxed]
pub async fn session(office: &Office, secret: &str) -> Result<(Staff, bool)> {
    let (key, now) = (key(office, secret), office.machine_now());
    let items = office.store().items(office.tenant(), ItemKind::Session, &format!("{key}:"), "", 2).await?;
    let live = |end: &str| items.iter().find(|i| i.key.ends_with(end) && i.expires.is_none_or(|e| e > now));
    let (Some(open), Some(seen)) = (live(":open"), live(":seen")) else { return Err(AppError::NotSignedIn) };
    let session: Session =
        serde_json::from_value(open.doc.clone()).map_err(|e| AppError::damaged("item session", &open.key, &e))?;
    let staff = officer(office, &session.officer).await?;
    if seen.expires.is_some_and(|e| e < minutes_from(now, IDLE_MINUTES - NOTED_MINUTES)) {
        // A note alone opens nothing: one that comes after signing out revives no session.
        office.store().put_items(office.tenant(), vec![noted(&key, now)]).await?;
    }
    Ok((staff, session.given))
}

/// The token a form of this session must carry.
pub fn form_token(office: &Office, secret: &str) -> String {
    office.keyed_hash("csrf", secret)
}

/// Ends a session.
///
/// # Errors
/// As the store.
#[crate::boxed]
pub async fn sign_out(office: &Office, secret: &str) -> Result<()> {
    let entry = match session(office, secret).await {
        Ok((staff, _)) => Some(Entry::new(office, Act::SignedOut, Some(&staff.officer.id)).of(&staff.officer.id)),
        Err(_) => None,
    };
    end(office, &key(office, secret)).await?;
    match entry {
        Some(entry) => entry.write(office).await,
        None => Ok(()),
    }
}

async fn end(office: &Office, key: &str) -> Result<()> {
    for end in ["open", "seen"] {
        office.store().remove_item(office.tenant(), ItemKind::Session, &format!("{key}:{end}")).await?;
    }
    Ok(())
}

/// The open sessions of an officer, by key.
async fn sessions_of(office: &Office, of: &OfficerId) -> Result<Vec<(String, Session)>> {
    let now = office.machine_now();
    let all = office.store().items(office.tenant(), ItemKind::Session, "", "", MANY).await?;
    let live = all.into_iter().filter(|i| i.key.ends_with(":open") && i.expires.is_none_or(|e| e > now));
    let mine = live.filter(|i| i.doc.get("officer").and_then(|o| o.as_str()) == Some(of.as_str()));
    mine.map(|i| {
        let session = serde_json::from_value(i.doc).map_err(|e| AppError::damaged("item session", &i.key, &e))?;
        Ok((i.key.trim_end_matches(":open").to_owned(), session))
    })
    .collect()
}

/// The sessions of the officer who asks, newest first.
///
/// # Errors
/// As the store.
#[crate::boxed]
pub async fn sessions(office: &Office, staff: &Staff, secret: &str) -> Result<Vec<SessionLine>> {
    let this = key(office, secret);
    let line = |(key, s): (String, Session)| SessionLine {
        this: key == this,
        key,
        opened: s.opened,
        from: s.from,
        device: s.device,
    };
    let mut lines: Vec<SessionLine> = sessions_of(office, &staff.officer.id).await?.into_iter().map(line).collect();
    lines.sort_by_key(|line| std::cmp::Reverse(line.opened));
    Ok(lines)
}

/// Ends sessions of the officer who asks: the one named, or all but the one that asks.
///
/// # Errors
/// As the store.
#[crate::boxed]
pub async fn end_others(office: &Office, staff: &Staff, secret: &str, named: Option<&str>) -> Result<usize> {
    let this = key(office, secret);
    let mut ended = 0;
    for (key, _) in sessions_of(office, &staff.officer.id).await? {
        if key != this && named.is_none_or(|n| n == key) {
            end(office, &key).await?;
            ended += 1;
        }
    }
    if ended > 0 {
        Entry::new(office, Act::SessionsEnded, Some(&staff.officer.id))
            .of(&staff.officer.id)
            .with(ended.to_string())
            .write(office)
            .await?;
    }
    Ok(ended)
}

/// Ends every session of an officer.
pub(super) async fn end_all(office: &Office, officer: &OfficerId) -> Result<()> {
    for (key, _) in sessions_of(office, officer).await? {
        end(office, &key).await?;
    }
    Ok(())
}
