//! The second factor, by choice of each officer: a code of an authenticator app (TOTP, RFC 6238) besides the password,
//! and spare codes for the day the telephone is lost.

use huiyin_domain::ids::OfficerId;
use huiyin_storage::{Changes, ItemKind, ItemRecord, Record, RecordWrite, StoreError, Table};
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;
use totp_rs::{Builder, Secret, Totp};

use super::password::{self, Credential};
use super::{Place, SignedIn, network, officer, session, throttle};
use crate::access::{Action, require};
use crate::acts;
use crate::error::{AppError, FormError, Result};
use crate::office::{Office, Staff, random_hex};
use crate::security::{Act, Entry};

/// Who the code is for, as the app shows it.
const ISSUER: &str = "Huiyin";
/// Bytes of a secret.
const SECRET_BYTES: usize = 20;
/// Spare codes that are given out.
pub const SPARES: usize = 8;
/// Hours for which a used code is kept.
const USED_HOURS: i64 = 24;
/// Minutes between the password and the code.
const PASSES_MINUTES: i64 = 5;

/// What is kept of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct SecondFactor {
    /// The shared secret, sealed under the office key.
    secret: String,
    /// The newest step whose code was taken: no code is taken twice (RFC 6238, section 5.2).
    last: u64,
    /// Keyed hashes of the spare codes that are left.
    spares: Vec<String>,
}

/// A secret that was not taken into use yet, for the page that sets it up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// In base32, to be typed by hand.
    pub secret: String,
    /// For the square code.
    pub url: String,
}

/// A new random secret of 160 bits (RFC 4226, section 4).
fn fresh() -> Result<Secret> {
    let mut bytes = [0; SECRET_BYTES];
    getrandom::fill(&mut bytes).map_err(AppError::caused("the system gives no randomness"))?;
    Ok(Secret::new_stack(bytes))
}

/// A secret as a form brings it back.
fn parse(secret: &str) -> Option<Secret> {
    Secret::try_from_base32(secret).ok().filter(|s| s.as_bytes().len() == SECRET_BYTES)
}

fn about(officer: &OfficerId) -> String {
    format!("second-factor:{officer}")
}

fn totp(secret: Secret, login: &str) -> Result<Totp> {
    let login = login.replace(':', " ");
    Builder::new()
        .with_secret(secret)
        .with_account_name(login)
        .with_issuer(Some(ISSUER))
        .build()
        .map_err(AppError::caused("a second factor cannot be made"))
}

/// A code as people write it down: without blanks and hyphens.
fn bare(code: &str) -> String {
    huiyin_domain::text::number(code)
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_lowercase())
        .collect()
}

fn spare_hash(office: &Office, officer: &OfficerId, code: &str) -> String {
    office.keyed_hash("spare", &format!("{officer}:{code}"))
}

/// What says that a code is used up, on whichever machine it was used: for longer than the code is valid, and than
/// another machine may hold what it read before.
fn used_up(office: &Office, officer: &OfficerId, what: &str) -> ItemRecord {
    let key = office.keyed_hash("second-factor-used", &format!("{officer}:{what}"));
    let expires = office.machine_now().checked_add(USED_HOURS.hours()).ok();
    ItemRecord { kind: ItemKind::Idempotency, key, doc: serde_json::Value::Null, expires, only_new: true }
}

impl Record for SecondFactor {
    const TABLE: Table = Table::SecondFactor;
    type Key = (OfficerId,);
}

impl SecondFactor {
    async fn read(office: &Office, officer: &OfficerId) -> Result<Option<Self>> {
        office.find(&(officer.clone(),)).await
    }

    fn write(&self, officer: &OfficerId) -> Result<RecordWrite> {
        Ok(RecordWrite::put(&(officer.clone(),), self)?)
    }

    /// Uses a code up: what is kept afterwards and what says that it is used, or `None` when it is not right.
    fn with(
        mut self,
        office: &Office,
        officer: &OfficerId,
        login: &str,
        code: &str,
    ) -> Result<Option<(Self, ItemRecord)>> {
        let code = bare(code);
        let secret = Secret::new(office.keys().open(&about(officer), &self.secret)?.to_vec().into_boxed_slice());
        let now = u64::try_from(office.machine_now().as_second()).unwrap_or(0);
        if let Some(step) = totp(secret, login)?.check(&code, now) {
            let used = used_up(office, officer, &step.to_string());
            return Ok((step > self.last).then_some((Self { last: step, ..self }, used)));
        }
        let hash = spare_hash(office, officer, &code);
        let before = self.spares.len();
        self.spares.retain(|kept| kept.as_bytes().ct_ne(hash.as_bytes()).into());
        let used = used_up(office, officer, &hash);
        Ok((self.spares.len() < before).then_some((self, used)))
    }
}

/// How many spare codes an officer has left; `None` when the second factor is not on.
///
/// # Errors
/// As the store.
#[crate::boxed]
pub async fn second_factor(office: &Office, of: &OfficerId) -> Result<Option<usize>> {
    Ok(SecondFactor::read(office, of).await?.map(|s| s.spares.len()))
}

/// A new secret for whoever sets the second factor up; nothing is written.
///
/// # Errors
/// [`AppError::Internal`] when the system gives no randomness.
pub fn offer(staff: &Staff) -> Result<Offer> {
    offered(fresh()?, staff)
}

/// The same secret once more, after a form that was not right; a new one when it is none.
///
/// # Errors
/// As [`offer`].
pub fn offer_again(staff: &Staff, secret: &str) -> Result<Offer> {
    match parse(secret) {
        Some(secret) => offered(secret, staff),
        None => offer(staff),
    }
}

fn offered(secret: Secret, staff: &Staff) -> Result<Offer> {
    let text = secret.to_base32();
    let url =
        totp(secret, &staff.officer.login)?.to_url().map_err(AppError::caused("a second factor has no address"))?;
    Ok(Offer { secret: text, url })
}

/// Turns the second factor on, with a code of the app that shows that it works; gives the spare codes, which are not
/// shown again.
///
/// # Errors
/// [`AppError::Form`] for a wrong password or code.
#[crate::boxed]
pub async fn turn_on(office: &Office, staff: &Staff, secret: &str, password: &str, code: &str) -> Result<Vec<String>> {
    let id = &staff.officer.id;
    let _turn = office.turn(&about(id)).await;
    if SecondFactor::read(office, id).await?.is_some() {
        return Err(AppError::Form(vec![FormError::new("code", "fault-second-factor-on")]));
    }
    let secret = parse(secret).ok_or(AppError::NotFound)?;
    let mut errors = password::own(office, staff, password).await?;
    let sealed = office.keys().seal(&about(id), secret.as_bytes())?;
    let fresh = SecondFactor { secret: sealed, last: 0, spares: Vec::new() };
    let used = fresh.with(office, id, &staff.officer.login, code)?;
    if used.is_none() {
        errors.push(FormError::new("code", "fault-second-factor-code"));
    }
    let (Some((used, _)), true) = (used, errors.is_empty()) else { return Err(AppError::Form(errors)) };
    let spares = (0..SPARES).map(|_| random_hex(5)).collect::<Result<Vec<_>>>()?;
    let kept = SecondFactor { spares: spares.iter().map(|s| spare_hash(office, id, s)).collect(), ..used };
    acts::put(office, &[Entry::new(office, Act::SecondFactorOn, Some(id)).of(id)], vec![kept.write(id)?]).await?;
    Ok(spares)
}

/// Turns the own second factor off.
///
/// # Errors
/// [`AppError::Form`] for a wrong password.
#[crate::boxed]
pub async fn turn_off(office: &Office, staff: &Staff, password: &str) -> Result<()> {
    let errors = password::own(office, staff, password).await?;
    if !errors.is_empty() {
        return Err(AppError::Form(errors));
    }
    remove(office, staff, &staff.officer.id).await
}

/// An administrator turns somebody's second factor off, who lost the telephone and the spare codes; it is on record and
/// seen.
///
/// # Errors
/// [`AppError::NotAllowed`], [`AppError::NotFound`].
#[crate::boxed]
pub async fn turn_off_of(office: &Office, staff: &Staff, of: &OfficerId) -> Result<()> {
    require(staff, Action::Administer)?;
    office.directory().await?.officer(of).ok_or(AppError::NotFound)?;
    remove(office, staff, of).await
}

async fn remove(office: &Office, by: &Staff, of: &OfficerId) -> Result<()> {
    let _turn = office.turn(&about(of)).await;
    if SecondFactor::read(office, of).await?.is_none() {
        return Ok(());
    }
    let entry = Entry::new(office, Act::SecondFactorOff, Some(&by.officer.id)).of(of);
    acts::put(office, &[entry], vec![RecordWrite::remove::<SecondFactor>(&(of.clone(),))]).await
}

/// What the browser holds between password and code. It opens nothing by itself, and not after the password was
/// changed.
pub(super) fn pass(office: &Office, of: &OfficerId, stored: &Credential) -> String {
    let until = office.machine_now().checked_add(PASSES_MINUTES.minutes()).map_or(0, Timestamp::as_second);
    format!("{until}:{of}:{}", seal(office, until, of, stored))
}

fn seal(office: &Office, until: i64, of: &OfficerId, stored: &Credential) -> String {
    office.keyed_hash("second-step", &format!("{until}:{of}:{}", stored.hash))
}

/// The second step of a sign-in: the code, after the password was right.
///
/// # Errors
/// [`AppError::NotSignedIn`] when the time between the steps is over; [`AppError::Form`] for a wrong code;
/// [`AppError::Throttled`] after several.
#[crate::boxed]
pub async fn confirm(office: &Office, pass: &str, code: &str, place: &Place) -> Result<SignedIn> {
    let mut parts = pass.splitn(3, ':');
    let until = parts.next().and_then(|p| p.parse::<i64>().ok()).ok_or(AppError::NotSignedIn)?;
    let of = OfficerId::new(parts.next().unwrap_or_default());
    let mark = parts.next().unwrap_or_default();
    let staff = officer(office, &of).await?;
    let stored = Credential::read(office, &of).await?.ok_or(AppError::NotSignedIn)?;
    let right: bool = seal(office, until, &of, &stored).as_bytes().ct_eq(mark.as_bytes()).into();
    if !right || until < office.machine_now().as_second() {
        return Err(AppError::NotSignedIn);
    }
    // Whoever comes here knows the password: wrong codes are counted for the account, wherever they come from.
    let key = format!("code:{of}");
    let _turns = (office.turn(&key).await, office.turn(&about(&of)).await);
    throttle::check(office, &key).await?;
    let network = network(&place.from);
    if let Some(kept) = SecondFactor::read(office, &of).await? {
        let written = match kept.with(office, &of, &staff.officer.login, code)? {
            Some((kept, used)) => {
                let changes = Changes {
                    items: vec![used],
                    records: vec![kept.write(&of)?],
                    ..Changes::new(office.tenant().clone())
                };
                match office.store().commit(changes).await {
                    // Somebody used the same code at the same moment.
                    Err(StoreError::AlreadyThere(_)) => false,
                    other => other.map(|()| true)?,
                }
            }
            None => false,
        };
        if !written {
            throttle::miss(office, &key, throttle::OFFICER).await?;
            acts::put(office, &[Entry::new(office, Act::SignInFailed, None).of(&of).with(&network)], Vec::new())
                .await?;
            return Err(AppError::Form(vec![FormError::new("code", "fault-second-factor-code")]));
        }
    }
    throttle::forget(office, &key).await?;
    session::begin(office, staff, stored, place).await
}

/// Seals the second factors under the current office key, after a rotation; says how many.
///
/// # Errors
/// As the store; [`AppError::Internal`] when one does not open.
pub(crate) async fn renew_all(office: &Office) -> Result<u64> {
    let mut done = 0;
    for ((of,), _) in office.select_all::<SecondFactor>(&[]).await? {
        let Some(kept) = SecondFactor::read(office, &of).await?.filter(|k| !office.keys().is_current(&k.secret)) else {
            continue;
        };
        let plain = office.keys().open(&about(&of), &kept.secret)?;
        let renewed = SecondFactor { secret: office.keys().seal(&about(&of), &plain)?, ..kept };
        office.write(vec![renewed.write(&of)?]).await?;
        done += 1;
    }
    Ok(done)
}
