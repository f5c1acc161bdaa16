//! Texts of packs in the languages they are written in.

use serde::{Deserialize, Serialize};

/// A label in the languages a pack must give.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Label {
    /// Simplified Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}
