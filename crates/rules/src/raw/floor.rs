//! The floor of a law as a pack writes it.

use huiyin_domain::clock::PeriodUnit;
use huiyin_domain::procedure::Verb;
use serde::Deserialize;
use toml::Spanned;

/// The floor of a law in numbers.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Floor {
    /// Clocks that a hearing may stop.
    #[serde(default)]
    pub hearing_stops: Vec<String>,
    /// Rights that each pack over this one keeps open.
    #[serde(default)]
    pub rights: Vec<Verb>,
    /// The longest time to the discharge of a duty.
    #[serde(default)]
    pub duty: Vec<Spanned<FloorDuty>>,
    /// The shortest time of a right.
    #[serde(default)]
    pub right: Vec<Spanned<FloorRight>>,
    /// What a paper must print.
    #[serde(default)]
    pub answer: Vec<Spanned<FloorAnswer>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FloorDuty {
    /// The duty.
    pub clock: String,
    /// The longest time to its discharge, extensions included.
    pub longest: u32,
    /// Its unit.
    pub unit: PeriodUnit,
    /// The clause that says so.
    pub clause: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FloorRight {
    /// The right.
    pub clock: String,
    /// The shortest time.
    pub shortest: u32,
    /// Its unit.
    pub unit: PeriodUnit,
    /// The clause that says so.
    pub clause: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FloorAnswer {
    /// The paper.
    pub paper: String,
    /// What the paper prints: fields of its move and other variables.
    pub contents: Vec<String>,
}
