//! What a pack over another says of the entries below: additions, single keys, moves it does without.

use serde::Deserialize;

/// Single keys of an entry of the base; the entry itself is not copied.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Change {
    /// The section: `state`, `clock`, `move`, `paper`, `choice`, `post` or `unit_kind`.
    pub of: String,
    /// The entry; of a choice `field:id`.
    pub id: String,
    /// The keys with their new values.
    pub set: toml::Table,
}

/// A move of the base that the pack does without: one of the house, not of the law.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Remove {
    /// The move.
    #[serde(rename = "move")]
    pub id: String,
}

/// Additions to a move of the base; the move itself is not copied.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Amend {
    /// The move that is added to.
    #[serde(rename = "move")]
    pub of: String,
    /// Further states.
    #[serde(default)]
    pub from: Vec<String>,
    /// Further conditions.
    #[serde(default)]
    pub when: Vec<String>,
    /// Further fields.
    #[serde(default)]
    pub needs: Vec<String>,
    /// Further clocks it starts.
    #[serde(default)]
    pub start: Vec<String>,
    /// Further clocks it discharges.
    #[serde(default)]
    pub discharge: Vec<String>,
    /// Further clocks it closes.
    #[serde(default)]
    pub close: Vec<String>,
    /// Further clocks it stops.
    #[serde(default)]
    pub stop: Vec<String>,
    /// Further clocks it lets run again.
    #[serde(default)]
    pub resume: Vec<String>,
    /// Further facts it makes true.
    #[serde(default)]
    pub sets: Vec<String>,
    /// Further facts it makes untrue.
    #[serde(default)]
    pub clears: Vec<String>,
}
