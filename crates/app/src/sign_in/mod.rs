//! Signing in: argon2id hashes, throttled guesses, sessions kept as keyed hashes; tokens for machines.

pub mod published;
pub(crate) mod throttle;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use huiyin_domain::ids::OfficerId;
use huiyin_domain::text;
use huiyin_storage::{ItemKind, ItemRecord};
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;

use crate::error::{AppError, FormError, Result};
use crate::office::{Office, Staff, random_hex};
use crate::permissions::{Action, require};

/// How long a sign-in lasts.
const SESSION_HOURS: i64 = 12;
/// Shortest password.
const MIN_PASSWORD: usize = 10;
/// Longest password; longer ones would only cost time.
const MAX_PASSWORD: usize = 256;

#[derive(Debug, Serialize, Deserialize)]
struct Session {
    officer: OfficerId,
}

#[derive(Debug, Serialize, Deserialize)]
struct Token {
    officer: OfficerId,
    name: String,
}

/// A sign-in as the browser holds it.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// The cookie's secret.
    pub secret: String,
    /// Who.
    pub staff: Staff,
}

/// Signs an officer in by name and password.
///
/// # Errors
/// [`AppError::NotSignedIn`] for a wrong pair (never saying which half), [`AppError::Throttled`] after several.
pub async fn sign_in(office: &Office, login: &str, password: &str, from: &str) -> Result<SignedIn> {
    let login = text::number(login).to_lowercase();
    let keys = [format!("login:{login}"), format!("from:{from}")];
    // First the name, then the place: two that wait for each other cannot be.
    let [name, place] = &keys;
    let _turns = (office.turn(name).await, office.turn(place).await);
    for key in &keys {
        throttle::check(office, key).await?;
    }
    let directory = office.directory().await?;
    let officer = directory.officers.iter().find(|o| o.login == login && o.active).cloned();
    let stored = match &officer {
        Some(officer) => office.store().item(office.tenant(), ItemKind::Credential, officer.id.as_str(), office.machine_now()).await?,
        None => None,
    };
    let hash = stored.and_then(|i| i.doc.as_str().map(str::to_owned));
    let right = verify(password, hash).await?;
    match officer.filter(|_| right) {
        Some(officer) => {
            for key in &keys {
                throttle::forget(office, key).await?;
            }
            let secret = open_session(office, &officer.id).await?;
            Ok(SignedIn { secret, staff: Staff { officer } })
        }
        None => {
            for key in &keys {
                throttle::miss(office, key).await?;
            }
            Err(AppError::NotSignedIn)
        }
    }
}

/// A hash nobody has the password of, so that an unknown name takes as long as a wrong password.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$c29tZS1vdGhlci1zYWx0$Vn0pWJpmSqxGRDXc4LoVDqzR3sGLXL9bTvSXBGnFzYI";

/// Hashes under way at once; each takes 19 MiB while it runs.
static HASHING: Semaphore = Semaphore::const_new(4);

async fn verify(password: &str, hash: Option<String>) -> Result<bool> {
    let password: String = password.chars().take(MAX_PASSWORD).collect();
    let known = hash.is_some();
    let text = hash.unwrap_or_else(|| NOBODY.to_owned());
    let _one = HASHING.acquire().await.map_err(|e| AppError::Internal(e.to_string()))?;
    let job = move || PasswordHash::new(&text).is_ok_and(|parsed| Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok());
    Ok(tokio::task::spawn_blocking(job).await.map_err(|e| AppError::Internal(e.to_string()))? && known)
}

/// Hashes a password (argon2id, its salt inside).
///
/// # Errors
/// [`AppError::Internal`] when the system gives no randomness.
pub async fn hash(password: &str) -> Result<String> {
    let password = password.to_owned();
    let _one = HASHING.acquire().await.map_err(|e| AppError::Internal(e.to_string()))?;
    let job = move || Argon2::default().hash_password(password.as_bytes()).map(|h| h.to_string());
    tokio::task::spawn_blocking(job).await.map_err(|e| AppError::Internal(e.to_string()))?.map_err(|e| AppError::Internal(e.to_string()))
}

async fn open_session(office: &Office, officer: &OfficerId) -> Result<String> {
    let secret = random_hex(32)?;
    let doc = serde_json::to_value(Session { officer: officer.clone() }).map_err(|e| AppError::Internal(e.to_string()))?;
    let item = ItemRecord {
        kind: ItemKind::Session,
        key: office.keyed_hash("session", &secret),
        doc,
        expires: Some(hours_from(office.machine_now(), SESSION_HOURS)),
        only_new: true,
    };
    office.store().put_items(office.tenant(), vec![item]).await?;
    Ok(secret)
}

fn hours_from(at: Timestamp, hours: i64) -> Timestamp {
    at.checked_add(hours.hours()).unwrap_or(at)
}

/// The officer behind a session's secret.
///
/// # Errors
/// [`AppError::NotSignedIn`] when it is unknown, past its time, or the officer is gone.
pub async fn session(office: &Office, secret: &str) -> Result<Staff> {
    let item = office
        .store()
        .item(office.tenant(), ItemKind::Session, &office.keyed_hash("session", secret), office.machine_now())
        .await?
        .ok_or(AppError::NotSignedIn)?;
    let session: Session = serde_json::from_value(item.doc).map_err(|e| AppError::Internal(e.to_string()))?;
    officer(office, &session.officer).await
}

async fn officer(office: &Office, id: &OfficerId) -> Result<Staff> {
    let directory = office.directory().await?;
    let officer = directory.officer(id).filter(|o| o.active).cloned().ok_or(AppError::NotSignedIn)?;
    Ok(Staff { officer })
}

/// Ends a session.
///
/// # Errors
/// As the store.
pub async fn sign_out(office: &Office, secret: &str) -> Result<()> {
    Ok(office.store().remove_item(office.tenant(), ItemKind::Session, &office.keyed_hash("session", secret)).await?)
}

/// The token a form of this session must carry.
pub fn form_token(office: &Office, secret: &str) -> String {
    office.keyed_hash("csrf", secret)
}

/// Checks a new password; faults are added to the list.
pub fn check_password(password: &str, errors: &mut Vec<FormError>) {
    let length = password.chars().count();
    if length < MIN_PASSWORD {
        errors.push(FormError::with("password", "fault-password-short", MIN_PASSWORD));
    }
    if length > MAX_PASSWORD {
        errors.push(FormError::with("password", "fault-too-long", MAX_PASSWORD));
    }
    if password.chars().all(|c| c.is_ascii_digit()) && length >= MIN_PASSWORD {
        errors.push(FormError::new("password", "fault-password-digits"));
    }
    if password == crate::demo::PASSWORD {
        errors.push(FormError::new("password", "fault-password-published"));
    }
}

/// An officer changes the own password and signs in anew with it.
///
/// # Errors
/// [`AppError::Form`] when the old one is wrong or the new one too weak.
pub async fn change_password(office: &Office, staff: &Staff, old: &str, new: &str) -> Result<()> {
    let key = format!("login:{}", staff.officer.login);
    let _turn = office.turn(&key).await;
    throttle::check(office, &key).await?;
    let stored = office.store().item(office.tenant(), ItemKind::Credential, staff.officer.id.as_str(), office.machine_now()).await?;
    let mut errors = Vec::new();
    if !verify(old, stored.and_then(|i| i.doc.as_str().map(str::to_owned))).await? {
        throttle::miss(office, &key).await?;
        errors.push(FormError::new("old", "fault-password-wrong"));
    }
    check_password(new, &mut errors);
    if !errors.is_empty() {
        return Err(AppError::Form(errors));
    }
    write_password(office, &staff.officer.id, new).await
}

/// An administrator sets somebody's password.
///
/// # Errors
/// [`AppError::NotAllowed`], [`AppError::Form`], [`AppError::NotFound`].
pub async fn set_password(office: &Office, staff: &Staff, of: &OfficerId, new: &str) -> Result<()> {
    require(staff, Action::Administer)?;
    let mut errors = Vec::new();
    check_password(new, &mut errors);
    if !errors.is_empty() {
        return Err(AppError::Form(errors));
    }
    office.directory().await?.officer(of).ok_or(AppError::NotFound)?;
    write_password(office, of, new).await
}

/// Writes a password without asking who. Every sign-in of the officer ends, so that a stolen one ends too.
pub(crate) async fn write_password(office: &Office, of: &OfficerId, new: &str) -> Result<()> {
    for item in office.store().items(office.tenant(), ItemKind::Session, "", "", 100_000).await? {
        if item.doc.get("officer").and_then(|o| o.as_str()) == Some(of.as_str()) {
            office.store().remove_item(office.tenant(), ItemKind::Session, &item.key).await?;
        }
    }
    let item = ItemRecord::lasting(ItemKind::Credential, of.as_str(), serde_json::Value::String(hash(new).await?));
    office.store().put_items(office.tenant(), vec![item]).await?;
    published::mended(office, of);
    Ok(())
}

/// Makes a token for a machine that acts as an officer; it is shown once.
///
/// # Errors
/// [`AppError::NotAllowed`], [`AppError::NotFound`].
pub async fn make_token(office: &Office, staff: &Staff, of: &OfficerId, name: &str) -> Result<String> {
    require(staff, Action::Administer)?;
    office.directory().await?.officer(of).ok_or(AppError::NotFound)?;
    let secret = format!("hy_{}", random_hex(24)?);
    let doc = serde_json::to_value(Token { officer: of.clone(), name: name.chars().take(80).collect() }).map_err(|e| AppError::Internal(e.to_string()))?;
    let item = ItemRecord::lasting(ItemKind::Token, office.keyed_hash("token", &secret), doc);
    office.store().put_items(office.tenant(), vec![item]).await?;
    Ok(secret)
}

/// A token as an administrator sees it; the secret itself is kept nowhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenLine {
    /// Its key in the store, by which it is revoked.
    pub key: String,
    /// What it is for.
    pub name: String,
    /// Whom it acts as.
    pub officer: OfficerId,
}

/// All tokens.
///
/// # Errors
/// [`AppError::NotAllowed`].
pub async fn tokens(office: &Office, staff: &Staff) -> Result<Vec<TokenLine>> {
    require(staff, Action::Administer)?;
    let items = office.store().items(office.tenant(), ItemKind::Token, "", "", 10_000).await?;
    items
        .into_iter()
        .map(|i| {
            let token: Token = serde_json::from_value(i.doc).map_err(|e| AppError::Internal(e.to_string()))?;
            Ok(TokenLine { key: i.key, name: token.name, officer: token.officer })
        })
        .collect()
}

/// Revokes a token at once.
///
/// # Errors
/// [`AppError::NotAllowed`].
pub async fn revoke_token(office: &Office, staff: &Staff, key: &str) -> Result<()> {
    require(staff, Action::Administer)?;
    Ok(office.store().remove_item(office.tenant(), ItemKind::Token, key).await?)
}

/// The officer a machine's token acts as.
///
/// # Errors
/// [`AppError::NotSignedIn`].
pub async fn token(office: &Office, secret: &str) -> Result<Staff> {
    let item =
        office.store().item(office.tenant(), ItemKind::Token, &office.keyed_hash("token", secret), office.machine_now()).await?.ok_or(AppError::NotSignedIn)?;
    let token: Token = serde_json::from_value(item.doc).map_err(|e| AppError::Internal(e.to_string()))?;
    officer(office, &token.officer).await
}
