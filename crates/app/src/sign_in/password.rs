//! Passwords: argon2id hashes, a few at a time; weak ones are refused, and one that somebody else gave must be changed.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use huiyin_domain::ids::OfficerId;
use huiyin_storage::{Record, RecordWrite, Table};
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;

use super::{published, session, throttle};
use crate::access::{Action, require};
use crate::acts;
use crate::error::{AppError, FormError, Result};
use crate::office::{Office, Staff};
use crate::security::{Act, Entry};

/// Shortest password.
const MIN: usize = 10;
/// Longest password; longer ones would only cost time.
const MAX: usize = 256;
/// The least of zxcvbn's marks, 0 to 4: more than a hundred million guesses.
const MARK: u8 = 3;
/// Characters that are weighed: the rest can only make it stronger, and weighing takes time.
const WEIGHED: usize = 64;

/// A hash nobody has the password of, so that an unknown name takes as long as a wrong password.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$c29tZS1vdGhlci1zYWx0$Vn0pWJpmSqxGRDXc4LoVDqzR3sGLXL9bTvSXBGnFzYI";

/// Hashes under way at once; each takes 19 MiB while it runs.
static HASHING: Semaphore = Semaphore::const_new(4);

/// What is kept of a password.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Credential {
    /// argon2id, its salt inside.
    pub hash: String,
    /// Somebody else gave it: it is changed at the first sign-in.
    #[serde(default)]
    pub given: bool,
}

impl Credential {
    /// The credential of an officer.
    #[crate::boxed]
    pub async fn read(office: &Office, officer: &OfficerId) -> Result<Option<Self>> {
        office.find(&(officer.clone(),)).await
    }
}

impl Record for Credential {
    const TABLE: Table = Table::Credential;
    type Key = (OfficerId,);
}

/// The write of a password whose hash is known: accounts of a demo share one.
pub(crate) fn known_password(officer: &OfficerId, hash: &str) -> Result<RecordWrite> {
    Ok(RecordWrite::put(&(officer.clone(),), &Credential { hash: hash.to_owned(), given: false })?)
}

/// Whether a password is the one of a credential; without one it takes as long and is not.
pub(super) async fn verify(password: &str, credential: Option<&Credential>) -> Result<bool> {
    let password: String = password.chars().take(MAX).collect();
    let text = credential.map_or_else(|| NOBODY.to_owned(), |c| c.hash.clone());
    let _one = HASHING.acquire().await.map_err(AppError::caused("passwords are looked at no more"))?;
    let job = move || {
        PasswordHash::new(&text)
            .is_ok_and(|parsed| Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok())
    };
    Ok(tokio::task::spawn_blocking(job).await.map_err(AppError::caused("hashing ended before it was done"))?
        && credential.is_some())
}

/// Hashes a password (argon2id, its salt inside).
///
/// # Errors
/// [`AppError::Internal`] when the system gives no randomness.
#[crate::boxed]
pub async fn hash(password: &str) -> Result<String> {
    let password = password.to_owned();
    let _one = HASHING.acquire().await.map_err(AppError::caused("passwords are looked at no more"))?;
    let job = move || Argon2::default().hash_password(password.as_bytes()).map(|h| h.to_string());
    let made = tokio::task::spawn_blocking(job).await.map_err(AppError::caused("hashing ended before it was done"))?;
    made.map_err(|e| AppError::internal(format!("a password cannot be hashed: {e}")))
}

/// Checks a new password of whoever has these names; faults are added to the list.
pub fn check_password(password: &str, names: &[&str], errors: &mut Vec<FormError>) {
    let length = password.chars().count();
    let weighed: String = password.chars().take(WEIGHED).collect();
    if length < MIN {
        errors.push(FormError::with("password", "fault-password-short", MIN));
    } else if length > MAX {
        errors.push(FormError::with("password", "fault-too-long", MAX));
    } else if password == published::PASSWORD {
        errors.push(FormError::new("password", "fault-password-published"));
    } else if password.chars().all(|c| c.is_ascii_digit()) {
        errors.push(FormError::new("password", "fault-password-digits"));
    } else if u8::from(zxcvbn::zxcvbn(&weighed, names).score()) < MARK {
        errors.push(FormError::new("password", "fault-password-weak"));
    }
}

/// Whether it is the own password of an officer who is signed in already: the faults of the field `old`.
pub(super) async fn own(office: &Office, staff: &Staff, old: &str) -> Result<Vec<FormError>> {
    let key = format!("own:{}", staff.officer.login);
    let _turn = office.turn(&key).await;
    throttle::check(office, &key).await?;
    if verify(old, Credential::read(office, &staff.officer.id).await?.as_ref()).await? {
        throttle::forget(office, &key).await?;
        return Ok(Vec::new());
    }
    throttle::miss(office, &key, throttle::OFFICER).await?;
    acts::put(
        office,
        &[Entry::new(office, Act::SignInFailed, Some(&staff.officer.id)).of(&staff.officer.id)],
        Vec::new(),
    )
    .await?;
    Ok(vec![FormError::new("old", "fault-password-wrong")])
}

/// An officer changes the own password and signs in anew with it.
///
/// # Errors
/// [`AppError::Form`] when the old one is wrong or the new one too weak.
#[crate::boxed]
pub async fn change_password(office: &Office, staff: &Staff, old: &str, new: &str) -> Result<()> {
    let mut errors = own(office, staff, old).await?;
    if errors.is_empty() && old == new {
        errors.push(FormError::new("password", "fault-password-same"));
    }
    check_password(new, &[&staff.officer.login, &staff.officer.name], &mut errors);
    if !errors.is_empty() {
        return Err(AppError::Form(errors));
    }
    let entry = Entry::new(office, Act::PasswordChanged, Some(&staff.officer.id)).of(&staff.officer.id);
    write(office, &staff.officer.id, new, false, entry).await
}

/// An administrator sets somebody's password, who must change it at the first sign-in.
///
/// # Errors
/// [`AppError::NotAllowed`], [`AppError::Form`], [`AppError::NotFound`].
#[crate::boxed]
pub async fn set_password(office: &Office, staff: &Staff, of: &OfficerId, new: &str) -> Result<()> {
    require(staff, Action::Administer)?;
    let directory = office.directory().await?;
    let officer = directory.officer(of).ok_or(AppError::NotFound)?;
    let mut errors = Vec::new();
    check_password(new, &[&officer.login, &officer.name], &mut errors);
    if !errors.is_empty() {
        return Err(AppError::Form(errors));
    }
    let entry = Entry::new(office, Act::PasswordGiven, Some(&staff.officer.id)).of(of);
    write(office, of, new, of != &staff.officer.id, entry).await
}

/// The password of the first administrator, as the program prints it; it is changed at the first sign-in.
pub(crate) async fn write_first(office: &Office, of: &OfficerId, new: &str) -> Result<()> {
    write(office, of, new, true, Entry::new(office, Act::PasswordGiven, None).of(of)).await
}

/// Writes a password. Every sign-in of the officer ends, so that a stolen one ends too.
async fn write(office: &Office, of: &OfficerId, new: &str, given: bool, entry: Entry) -> Result<()> {
    let credential = Credential { hash: hash(new).await?, given };
    acts::put(office, &[entry], vec![RecordWrite::put(&(of.clone(),), &credential)?]).await?;
    session::end_all(office, of).await?;
    published::mended(office, of);
    Ok(())
}
