//! Tokens of machines that act as an officer. Who made one stands in the security log, and the officer sees it too.

use huiyin_domain::ids::OfficerId;
use huiyin_storage::{Record, RecordWrite, Table};
use serde::{Deserialize, Serialize};

use super::officer;
use crate::access::{Action, require};
use crate::acts;
use crate::error::{AppError, Result};
use crate::office::{Office, Staff, random_hex};
use crate::security::{Act, Entry};

#[derive(Debug, Serialize, Deserialize)]
struct Token {
    officer: OfficerId,
    name: String,
}

impl Record for Token {
    const TABLE: Table = Table::Token;
    type Key = (String,);
}

/// Makes a token for a machine that acts as an officer; it is shown once.
///
/// # Errors
/// [`AppError::NotAllowed`], [`AppError::NotFound`].
#[crate::boxed]
pub async fn make_token(office: &Office, staff: &Staff, of: &OfficerId, name: &str) -> Result<String> {
    require(staff, Action::Administer)?;
    office.directory().await?.officer(of).ok_or(AppError::NotFound)?;
    let secret = format!("hy_{}", random_hex(24)?);
    let name: String = huiyin_domain::text::line(name).chars().take(80).collect();
    let entry = Entry::new(office, Act::TokenMade, Some(&staff.officer.id)).of(of).with(&name);
    let token = RecordWrite::put(&(office.keyed_hash("token", &secret),), &Token { officer: of.clone(), name })?;
    acts::put(office, &[entry], vec![token]).await?;
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
#[crate::boxed]
pub async fn tokens(office: &Office, staff: &Staff) -> Result<Vec<TokenLine>> {
    require(staff, Action::Administer)?;
    let line = |((key,), token): ((String,), Token)| TokenLine { key, name: token.name, officer: token.officer };
    Ok(office.select_all::<Token>(&[]).await?.into_iter().map(line).collect())
}

/// Revokes a token at once.
///
/// # Errors
/// [`AppError::NotAllowed`].
#[crate::boxed]
pub async fn revoke_token(office: &Office, staff: &Staff, key: &str) -> Result<()> {
    require(staff, Action::Administer)?;
    let key = (key.to_owned(),);
    let Some(token) = office.find::<Token>(&key).await? else { return Ok(()) };
    let entry = Entry::new(office, Act::TokenRevoked, Some(&staff.officer.id)).of(&token.officer).with(token.name);
    acts::put(office, &[entry], vec![RecordWrite::remove::<Token>(&key)]).await
}

/// The officer a machine's token acts as.
///
/// # Errors
/// [`AppError::NotSignedIn`].
#[crate::boxed]
pub async fn token(office: &Office, secret: &str) -> Result<Staff> {
    let token: Token = office.find(&(office.keyed_hash("token", secret),)).await?.ok_or(AppError::NotSignedIn)?;
    officer(office, &token.officer).await
}
