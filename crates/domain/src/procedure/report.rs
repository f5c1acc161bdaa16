//! What the yearly report counts and says (art. 41), as a pack gives it.

use serde::{Deserialize, Serialize};

use super::{Guard, Label, Phase};
use crate::ids::ClockId;
use crate::payload::Field;

/// A figure: matters for which all of it holds; where it names clocks, these are counted in each.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CountRule {
    /// Id, by which a text of the report names it.
    pub id: String,
    /// Conditions, all of them.
    pub when: Vec<Guard>,
    /// One of these phases; empty: any.
    pub phases: Vec<Phase>,
    /// One of these outcomes; empty: any or none.
    pub outcomes: Vec<String>,
    /// Handed over at least once.
    pub handed_over: bool,
    /// An answer in it was annulled.
    pub annulled: bool,
    /// Clocks that are counted one by one; empty: the matter counts as one.
    pub clocks: Vec<ClockId>,
    /// Only those of them that were discharged.
    pub done: bool,
    /// Of these only the ones whose move carried a choice of this field that supports; read from the record.
    pub supports: Option<Field>,
}

/// A paragraph of the report with its heading. In its text `{id}` is the figure of a count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportSection {
    /// The heading, without its number.
    pub title: Label,
    /// The text.
    pub text: Label,
}

/// Figures that every report has, whatever its pack counts: what was received, duties done in time and late.
pub const HOUSE_FIGURES: [&str; 3] = ["received", "in_time", "late"];

/// Outcomes that no choice of a pack gives: not accepted, and taken over from a ledger.
pub const HOUSE_OUTCOMES: [&str; 2] = [REFUSED, IMPORTED];
/// It was not accepted.
pub const REFUSED: &str = "refused";
/// It was taken over from a ledger, with its end.
pub const IMPORTED: &str = "imported";

/// The names in braces of a text of a report.
pub fn figures_in(text: &str) -> impl Iterator<Item = &str> {
    text.split('{').skip(1).filter_map(|rest| rest.split_once('}').map(|(name, _)| name))
}
