//! The narrow row of a matter: what totals, checks and operators' walks ask of many matters at once. It is written with
//! each version of the matter, so that none of them reads documents.

use std::collections::{BTreeMap, BTreeSet};

use huiyin_domain::ids::{ProceedingId, TenantId, UnitId};
use huiyin_domain::procedure::{Fact, Phase};
use jiff::Timestamp;
use jiff::civil::Date;

/// What is asked of many matters at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatterFact {
    /// The matter.
    pub matter: ProceedingId,
    /// Its number.
    pub number: String,
    /// Its pack.
    pub pack: String,
    /// Its phase.
    pub phase: Phase,
    /// How it came.
    pub channel: String,
    /// Content class, both levels.
    pub class: Option<String>,
    /// Place code.
    pub place: Option<String>,
    /// The unit that holds it.
    pub holder: UnitId,
    /// The unit it was handed over by.
    pub sender: Option<UnitId>,
    /// Units that held it before.
    pub held: Vec<UnitId>,
    /// Units that have something to do in it: they hold it, handed it over, review it or owe something.
    pub concerned: Vec<UnitId>,
    /// Whom it is about, as it was written: which unit that is, is found when it is counted.
    pub complained_of: Option<String>,
    /// Facts the procedure keeps of it.
    pub facts: BTreeSet<Fact>,
    /// What the answer said, in a word of the pack.
    pub outcome: Option<String>,
    /// The day it was received.
    pub received: Date,
    /// The day it was answered.
    pub answered: Option<Date>,
    /// When the next of its duties is due.
    pub due: Option<Timestamp>,
    /// Duties done in time.
    pub in_time: u32,
    /// Duties done late, or owed after their day.
    pub late: u32,
    /// What it adds to the figures of its pack's report, by their ids; those it adds nothing to are left out.
    pub counts: BTreeMap<String, u32>,
}

impl MatterFact {
    /// Columns of its row behind tenant and matter, in the order of the fields.
    pub const COLUMNS: [&str; 19] = [
        "number",
        "pack",
        "phase",
        "channel",
        "class",
        "place",
        "holder",
        "sender",
        "held",
        "concerned",
        "complained_of",
        "facts",
        "outcome",
        "received",
        "answered",
        "due",
        "in_time",
        "late",
        "counts",
    ];
}

/// Which rows are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FactRange {
    /// The row of one matter.
    One(ProceedingId),
    /// All, in the order of ids.
    All,
    /// Matters received from one day through another, by day.
    Received(Date, Date),
    /// Matters answered from one day through another, by day.
    Answered(Date, Date),
}

impl FactRange {
    /// The day by which its rows stand in order; `None` where ids alone say so.
    pub fn day_of(&self, fact: &MatterFact) -> Option<Date> {
        match self {
            Self::One(_) | Self::All => None,
            Self::Received(..) => Some(fact.received),
            Self::Answered(..) => fact.answered,
        }
    }
}

/// A read of narrow rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FactQuery {
    /// The tenant.
    pub tenant: TenantId,
    /// Which.
    pub range: FactRange,
    /// Day and matter of the last row read; `None` at the beginning.
    pub after: Option<(Option<Date>, ProceedingId)>,
    /// Rows, at most.
    pub limit: u32,
}
