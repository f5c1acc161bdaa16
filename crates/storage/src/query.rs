//! Queries and pages. [`Visibility`] is built only by `app` from a reader's rights and is the only way to
//! narrow a list, so that lists, counts and search agree with the one-by-one decision (DESIGN decision 7).

use std::collections::BTreeSet;

use crate::changes::{DUTIES, burst_list};
use crate::records::DutyRecord;
use huiyin_domain::ids::{ProceedingId, TenantId, UnitId};
use huiyin_domain::kind::ProceedingKind;
use huiyin_domain::posts::Post;
use huiyin_domain::procedure::Phase;
use jiff::Timestamp;

/// What a reader may see in lists. The index carries the units of each proceeding's scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Visibility {
    /// Proceedings whose scope holds one of these units, without those the reader recuses from (art. 28(3)).
    Units {
        /// The units.
        units: BTreeSet<UnitId>,
        /// Left out; few, since recusals are rare.
        without: BTreeSet<ProceedingId>,
    },
    /// Nothing.
    Nothing,
}

impl Visibility {
    /// Proceedings whose scope holds one of these units, none left out.
    pub fn units(units: BTreeSet<UnitId>) -> Self {
        Self::Units { units, without: BTreeSet::new() }
    }
}

/// What a stored file belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileUse {
    /// Nothing.
    None,
    /// A form being filled in, which may never be sent.
    Draft,
    /// A submission or a served paper.
    Kept,
}

impl FileUse {
    /// From what was found.
    pub fn from_found(kept: bool, draft: bool) -> Self {
        match (kept, draft) {
            (true, _) => Self::Kept,
            (false, true) => Self::Draft,
            (false, false) => Self::None,
        }
    }
}

/// Where a page goes on: an opaque text from the page before.
pub type Cursor = String;

/// A page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// Where the next page begins; `None` at the end.
    pub next: Option<Cursor>,
}

/// A slice of the duties by due time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DutyWindow {
    /// All.
    All,
    /// Due before now.
    Late,
    /// Due from now until the end of today.
    Today,
    /// Due after today until the end of the seventh day.
    Week,
    /// Due later.
    Later,
}

/// Whose duties.
#[derive(Debug, Clone)]
pub struct DutyQuery {
    /// The tenant.
    pub tenant: TenantId,
    /// The unit that owes.
    pub unit: UnitId,
    /// The posts of the reader; empty for the whole unit.
    pub posts: BTreeSet<Post>,
    /// Matters the reader recuses from.
    pub without: BTreeSet<ProceedingId>,
    /// Only those of a burst; else those that stand by themselves.
    pub burst: Option<String>,
    /// Which slice.
    pub window: DutyWindow,
    /// Office time.
    pub now: Timestamp,
    /// End of today.
    pub today_ends: Timestamp,
    /// End of the seventh day.
    pub week_ends: Timestamp,
    /// Where to go on.
    pub after: Option<Cursor>,
    /// Rows, at most.
    pub limit: u32,
}

/// Many filings from one network within minutes, folded into one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Burst {
    /// Its name.
    pub name: String,
    /// Matters of it that nobody has touched yet, counted up to [`COUNTED`].
    pub matters: u64,
    /// When the first of their duties is due.
    pub due: Timestamp,
}

impl DutyQuery {
    /// The list it reads.
    pub fn list(&self) -> String {
        self.burst.as_deref().map_or_else(|| DUTIES.to_owned(), burst_list)
    }

    /// The bounds of the window: due in `[from, to)`, in seconds.
    pub fn bounds(&self) -> (i64, i64) {
        let (now, today, week) = (self.now.as_second(), self.today_ends.as_second(), self.week_ends.as_second());
        match self.window {
            DutyWindow::All => (i64::MIN, i64::MAX),
            DutyWindow::Late => (i64::MIN, now + 1),
            DutyWindow::Today => (now + 1, today + 1),
            DutyWindow::Week => (today + 1, week + 1),
            DutyWindow::Later => (week + 1, i64::MAX),
        }
    }

    /// The due second and row key to go on after.
    pub fn position(&self) -> (i64, String) {
        self.after
            .as_deref()
            .and_then(|c| c.split_once('.'))
            .and_then(|(due, key)| Some((due.parse().ok()?, key.to_owned())))
            .unwrap_or((i64::MIN, String::new()))
    }
}

/// Rows counted in a window, at most: a count of this many means "at least".
pub const COUNTED: u64 = 5_000;

/// One of several reads of duties: how many there are and the first rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DutySlice {
    /// How many, counted up to [`COUNTED`].
    pub count: u64,
    /// The rows, as many as were asked for.
    pub page: Page<DutyRecord>,
}

/// Duties in each window, each counted up to [`COUNTED`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DutyCounts {
    /// Overdue.
    pub late: u64,
    /// Due today.
    pub today: u64,
    /// Due within a week.
    pub week: u64,
    /// Due later.
    pub later: u64,
}

impl DutyCounts {
    /// The windows in their order.
    pub const WINDOWS: [DutyWindow; 4] = [DutyWindow::Late, DutyWindow::Today, DutyWindow::Week, DutyWindow::Later];

    /// From the slices of the windows in their order.
    pub fn from_slices(slices: &[DutySlice]) -> Self {
        let count = |n: usize| slices.get(n).map_or(0, |s| s.count);
        Self { late: count(0), today: count(1), week: count(2), later: count(3) }
    }

    /// All together.
    pub fn all(&self) -> u64 {
        self.late + self.today + self.week + self.later
    }
}

/// A list of proceedings of one kind.
#[derive(Debug, Clone)]
pub struct ListQuery {
    /// The tenant.
    pub tenant: TenantId,
    /// The kind.
    pub kind: ProceedingKind,
    /// The reader's rights.
    pub visibility: Visibility,
    /// Only this phase.
    pub phase: Option<Phase>,
    /// Where to go on.
    pub after: Option<Cursor>,
    /// Rows, at most.
    pub limit: u32,
}

/// A search among proceedings of one kind.
#[derive(Debug, Clone)]
pub struct SearchQuery {
    /// The tenant.
    pub tenant: TenantId,
    /// The kinds.
    pub kinds: &'static [ProceedingKind],
    /// The reader's rights.
    pub visibility: Visibility,
    /// What was typed.
    pub text: String,
    /// Where to go on.
    pub after: Option<Cursor>,
    /// Rows, at most.
    pub limit: u32,
}

/// A key behind every key that begins with `prefix`, in the order of bytes.
pub fn behind(prefix: &str) -> String {
    format!("{prefix}\u{10ffff}")
}
