//! A form being filled in, kept for the visit. A draft belongs to its form and not to the browser: two tabs are two
//! forms.
//!
//! A form's id is made without writing anything, carries its time and is signed for the browser's secret. Whoever posts
//! without an id (no hidden field) fills in the newest form of the browser.

use std::collections::BTreeMap;

use huiyin_storage::{AttachmentRecord, ItemKind, ItemRecord};
use jiff::ToSpan;
use serde::{Deserialize, Serialize};

use crate::error::{AppError, Result};
use crate::lodge::Traces;
use crate::office::{Office, random_hex};

/// Hours a draft is kept after its last change.
const KEPT_HOURS: i64 = 4;
/// Minutes the receipt can be shown again on the device on which it was lodged.
pub const RECEIPT_MINUTES: u32 = 20;

/// A lodging being filled in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// Answers by field.
    pub answers: BTreeMap<String, String>,
    /// Files already stored.
    pub files: Vec<DraftFile>,
    /// Once lodged: the number. The code is made again from the form's id and kept nowhere.
    #[serde(default)]
    pub receipt: Option<String>,
}

/// A file of a draft and what was beside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DraftFile {
    /// The file.
    pub record: AttachmentRecord,
    /// What was taken out.
    pub removed: Option<Traces>,
    /// What is still in it.
    pub left: Option<Traces>,
    /// Time and place are sent along as words.
    pub told: bool,
    /// It is sent although something is still in it.
    pub meant: bool,
}

impl Draft {
    /// The answer to a field, empty when there is none.
    pub fn answer(&self, field: &str) -> &str {
        self.answers.get(field).map_or("", String::as_str)
    }

    /// Nothing was entered yet.
    pub fn is_empty(&self) -> bool {
        self.answers.values().all(|v| v.is_empty()) && self.files.is_empty()
    }
}

/// How a form stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It is this browser's and within its time.
    Open {
        /// It was begun while another form of this browser was not finished.
        beside: bool,
    },
    /// It was this browser's and its time is over.
    Over,
    /// It is no form of this browser.
    Unknown,
}

/// A new secret for a browser.
///
/// # Errors
/// [`AppError::Internal`] without randomness.
pub fn secret() -> Result<String> {
    random_hex(32)
}

/// A new form of a browser.
///
/// # Errors
/// [`AppError::Internal`] without randomness.
pub fn begin(office: &Office, secret: &str, beside: bool) -> Result<String> {
    let begun =
        format!("{:x}-{}-{}", office.machine_now().as_second(), if beside { "two" } else { "one" }, random_hex(8)?);
    let signed = sign(office, secret, &begun);
    Ok(format!("{begun}-{signed}"))
}

fn sign(office: &Office, secret: &str, begun: &str) -> String {
    office.keyed_hash("form-id", &format!("{secret}:{begun}")).chars().take(24).collect()
}

/// How a form stands, by its id alone.
pub fn standing(office: &Office, secret: &str, form: &str) -> Standing {
    let Some((begun, signed)) = form.rsplit_once('-').filter(|_| !secret.is_empty()) else { return Standing::Unknown };
    if sign(office, secret, begun) != signed {
        return Standing::Unknown;
    }
    let mut parts = begun.split('-');
    let at = parts.next().and_then(|t| i64::from_str_radix(t, 16).ok()).unwrap_or(0);
    let beside = parts.next() == Some("two");
    if office.machine_now().as_second() - at > KEPT_HOURS * 3600 { Standing::Over } else { Standing::Open { beside } }
}

/// The token of a form: the same form gives the same receipt.
pub fn token(office: &Office, secret: &str, form: &str) -> String {
    office.keyed_hash("lodge-form", &format!("{secret}:{form}"))
}

/// Whether a form was sent: then it is over, also when its draft is gone.
///
/// # Errors
/// As the store.
#[crate::boxed]
pub async fn was_sent(office: &Office, secret: &str, form: &str) -> Result<bool> {
    let origin = crate::lodge::origin(office, &token(office, secret, form));
    Ok(office.store().submission_by_origin(office.tenant(), &origin).await?.is_some())
}

fn key(office: &Office, secret: &str, form: &str) -> String {
    office.keyed_hash("draft", &format!("{secret}:{form}"))
}

fn about(key: &str) -> String {
    format!("draft:{key}")
}

/// A kept draft.
///
/// # Errors
/// As the store.
#[crate::boxed]
pub async fn load(office: &Office, secret: &str, form: &str) -> Result<Option<Draft>> {
    let key = key(office, secret, form);
    let item = office.store().item(office.tenant(), ItemKind::Draft, &key, office.machine_now()).await?;
    let Some(sealed) = item.as_ref().and_then(|i| i.doc.get("sealed")?.as_str()) else { return Ok(None) };
    let plain = office.keys().open(&about(&key), sealed)?;
    serde_json::from_slice(&plain).map(Some).map_err(|e| AppError::damaged("item draft", "", &e))
}

/// Keeps a draft; one that was sent only as long as its receipt may be shown again.
///
/// # Errors
/// As the store.
#[crate::boxed]
pub async fn keep_draft(office: &Office, secret: &str, form: &str, draft: &Draft) -> Result<()> {
    let key = key(office, secret, form);
    let plain = serde_json::to_vec(draft).map_err(AppError::caused("a draft has no JSON"))?;
    // Names in the file store stand beside it, so that a sweep sees that they are used.
    let files: Vec<&str> = draft.files.iter().map(|f| f.record.on_disk()).collect();
    let doc = serde_json::json!({ "sealed": office.keys().seal(&about(&key), &plain)?, "files": files });
    let span = if draft.receipt.is_some() { i64::from(RECEIPT_MINUTES).minutes() } else { KEPT_HOURS.hours() };
    let expires = office.machine_now().checked_add(span).ok();
    let item = ItemRecord { kind: ItemKind::Draft, key, doc, expires, only_new: false };
    Ok(office.store().put_items(office.tenant(), vec![item]).await?)
}

/// Forgets a draft.
///
/// # Errors
/// As the store.
#[crate::boxed]
pub async fn forget(office: &Office, secret: &str, form: &str) -> Result<()> {
    Ok(office.store().remove_item(office.tenant(), ItemKind::Draft, &key(office, secret, form)).await?)
}
