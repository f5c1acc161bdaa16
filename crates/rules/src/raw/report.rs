//! The yearly report of a pack as it is written.

use huiyin_domain::procedure::{Label, Phase};
use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Count {
    /// Id, unique in the pack; `{id}` in a text of the report is its figure.
    pub id: String,
    /// Which matters; every condition must hold.
    #[serde(default)]
    pub when: Vec<String>,
    /// In one of these phases.
    #[serde(default)]
    pub phases: Vec<Phase>,
    /// With one of these choices of `outcome`.
    #[serde(default)]
    pub outcomes: Vec<String>,
    /// Handed over at least once.
    #[serde(default)]
    pub handed_over: bool,
    /// An answer in it was annulled.
    #[serde(default)]
    pub annulled: bool,
    /// Clocks counted one by one; absent: the matter counts as one.
    #[serde(default)]
    pub clocks: Vec<String>,
    /// Only those of them that were discharged.
    #[serde(default)]
    pub done: bool,
    /// Of these only the ones whose move carried a choice of this field with `supports = true`.
    pub supports: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReportPart {
    /// The heading; the report numbers it.
    pub title: Label,
    /// The text; `{id}` is the figure of a count, and so are `{received}`, `{in_time}` and `{late}`.
    pub text: Label,
}
