//! A form being filled in, kept for the visit: answers and files by the browser's secret.

use std::collections::BTreeMap;

use huiyin_storage::{AttachmentRecord, ItemKind, ItemRecord};
use jiff::ToSpan;
use serde::{Deserialize, Serialize};

use crate::error::{AppError, Result};
use crate::office::{Office, random_hex};

/// Hours a draft is kept after its last change.
const KEPT_HOURS: i64 = 4;

/// A lodging being filled in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// The form's token: the same form gives the same receipt.
    pub form_token: String,
    /// Answers by field.
    pub answers: BTreeMap<String, String>,
    /// Files already stored.
    pub files: Vec<AttachmentRecord>,
    /// Once lodged: the number. The code is made again from the token and kept nowhere.
    #[serde(default)]
    pub receipt: Option<String>,
}

impl Draft {
    /// The answer to a field, empty when there is none.
    pub fn answer(&self, field: &str) -> &str {
        self.answers.get(field).map_or("", String::as_str)
    }
}

/// A new draft and the secret its cookie holds.
///
/// # Errors
/// [`AppError::Internal`] without randomness.
pub fn begin() -> Result<(String, Draft)> {
    Ok((random_hex(32)?, Draft { form_token: random_hex(16)?, ..Draft::default() }))
}

/// A kept draft.
///
/// # Errors
/// As the store.
pub async fn load(office: &Office, secret: &str) -> Result<Option<Draft>> {
    let item = office.store().item(office.tenant(), ItemKind::Draft, &office.keyed_hash("draft", secret), office.machine_now()).await?;
    item.map(|i| serde_json::from_value(i.doc).map_err(|e| AppError::Internal(format!("draft: {e}")))).transpose()
}

/// Keeps a draft.
///
/// # Errors
/// As the store.
pub async fn keep(office: &Office, secret: &str, draft: &Draft) -> Result<()> {
    let doc = serde_json::to_value(draft).map_err(|e| AppError::Internal(e.to_string()))?;
    let expires = office.machine_now().checked_add(KEPT_HOURS.hours()).ok();
    let item = ItemRecord { kind: ItemKind::Draft, key: office.keyed_hash("draft", secret), doc, expires, only_new: false };
    Ok(office.store().put_items(office.tenant(), vec![item]).await?)
}
