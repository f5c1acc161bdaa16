//! How proceedings begin: those that are no matters by an officer or by the calendar; and every entry there is, with
//! what holds from the first, for the proof.

use super::Relation;
use std::collections::BTreeSet;

use jiff::ToSpan;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{Fact, Label};
use crate::ids::{ClockId, StateId};
use crate::payload::Need;
use crate::posts::UnitKind;

/// One way in which a proceeding that is no matter begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BeginRule {
    /// Id.
    pub id: String,
    /// What it is called; `{year}` is the year it is for.
    pub title: Label,
    /// Shown small under it.
    pub hint: Option<Label>,
    /// First state.
    pub state: StateId,
    /// Clocks started there.
    pub clocks: Vec<ClockId>,
    /// Units of these kinds begin it, or owe it by the calendar.
    pub units: Vec<UnitKind>,
    /// What it begins with, where somebody enters it.
    pub needs: Vec<Need>,
    /// Anybody may begin it, without an account, and follows it by a code.
    pub public: bool,
    /// The unit that is named holds it: whoever enters it hands on what somebody told, and has no part in it.
    pub for_named: bool,
    /// What was written at its beginning is destroyed once it is answered.
    pub forgets: bool,
    /// Words with which a text is turned back: it would tell of a person.
    pub turns_back: Vec<String>,
    /// Whose relation alone reads what was written at its beginning, beside whoever wrote it.
    pub private_to: Option<Relation>,
    /// The days on which it begins by itself; `None`: an officer enters it.
    pub every: Option<Every>,
}

impl BeginRule {
    /// Its title in one language, with the year it is for.
    pub fn title_in(&self, language: &str, on: Date) -> String {
        let year = self.every.map_or(on.year(), |every| every.year(on));
        self.title.get(language).replace("{year}", &year.to_string())
    }
}

/// The days on which something begins by itself: a first day and every so many months after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Every {
    /// Months between two days.
    pub months: u32,
    /// The first day.
    pub first: Date,
    /// The year in its title is that of the day after, not of the day itself.
    pub next_year: bool,
}

impl Every {
    /// The days in `(after, until]`, in order.
    pub fn days(&self, after: Date, until: Date) -> Vec<Date> {
        let day = |n: u32| self.first.checked_add((i64::from(n) * i64::from(self.months)).months()).ok();
        (0..).map_while(day).take_while(|d| *d <= until).filter(|d| *d > after).collect()
    }

    /// The year in the title of what begins on a day.
    pub fn year(&self, day: Date) -> i16 {
        day.year() + i16::from(self.next_year)
    }
}

/// One way in which a proceeding enters the procedure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// First state.
    pub state: StateId,
    /// Clocks started there.
    pub clocks: Vec<ClockId>,
    /// Facts that hold from the first.
    pub facts: BTreeSet<Fact>,
    /// Facts that may hold, as the submission says.
    pub may: BTreeSet<Fact>,
    /// A row of a ledger kept before this system.
    pub kept_before: bool,
}

impl Entry {
    pub(super) fn new(state: &StateId, clocks: &[ClockId], facts: &[Fact], may: &[Fact]) -> Self {
        Self {
            state: state.clone(),
            clocks: clocks.to_vec(),
            facts: facts.iter().copied().collect(),
            may: may.iter().copied().collect(),
            kept_before: false,
        }
    }
}
