//! Records of the office's tenant, by their types.

use huiyin_storage::{Record, RecordWrite, Table, ToKeyText, Wanted};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Office;
use crate::error::Result;

/// A setting of the office by its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Setting(pub(crate) Value);

impl Record for Setting {
    const TABLE: Table = Table::Setting;
    type Key = (String,);
}

impl Setting {
    /// The write of a setting.
    pub(crate) fn put(name: &str, value: impl Into<Value>) -> Result<RecordWrite> {
        Ok(RecordWrite::put(&(name.to_owned(),), &Self(value.into()))?)
    }

    /// Its text; `None` for one that is no text.
    pub(crate) fn text(&self) -> Option<&str> {
        self.0.as_str()
    }
}

impl Office {
    /// A record by its key.
    pub(crate) async fn find<R: Record>(&self, key: &R::Key) -> Result<Option<R>> {
        Ok(self.store().find(self.tenant(), key).await?)
    }

    /// Records in the order of keys.
    pub(crate) async fn select<R: Record>(&self, wanted: Wanted) -> Result<Vec<(R::Key, R)>> {
        Ok(self.store().select(self.tenant(), wanted).await?)
    }

    /// All records whose key begins with these parts.
    pub(crate) async fn select_all<R: Record>(&self, within: &[&dyn ToKeyText]) -> Result<Vec<(R::Key, R)>> {
        Ok(self.store().select_all(self.tenant(), within).await?)
    }

    /// Writes records, all or none.
    pub(crate) async fn write(&self, records: Vec<RecordWrite>) -> Result<()> {
        Ok(self.store().write(self.tenant(), records).await?)
    }

    /// A setting; `None` when it was never made.
    pub(crate) async fn setting(&self, name: &str) -> Result<Option<Setting>> {
        self.find(&(name.to_owned(),)).await
    }
}
