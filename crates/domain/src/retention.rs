//! How long an archived file is kept (保管期限): by kind, counted in whole years from the 1st of January after the
//! archiving. The years are pack data; only this way of counting stands here.

use jiff::civil::{Date, date};

use crate::guard::holds;
use crate::procedure::{KeepRule, Phase, RuleBook};
use crate::proceeding::Proceeding;

/// Until when a file is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeptUntil {
    /// It is not archived yet.
    Open,
    /// For ever.
    Permanent,
    /// Through this day.
    Through(Date),
}

impl KeptUntil {
    /// Whether the time is over on a day.
    pub fn is_over(self, today: Date) -> bool {
        matches!(self, Self::Through(last) if today > last)
    }
}

/// The rule of the pack by which a proceeding's file is kept; `None`: the pack's own years, which are the office's
/// promise.
pub fn keep_rule<'a>(book: &'a RuleBook, proceeding: &Proceeding) -> Option<&'a KeepRule> {
    book.keep.iter().find(|k| k.when.iter().all(|g| holds(proceeding, g)))
}

/// Until when a proceeding's file is kept: the first rule of the pack that fits, else the pack's own years.
pub fn kept(book: &RuleBook, proceeding: &Proceeding) -> KeptUntil {
    if proceeding.phase != Phase::Archived {
        return KeptUntil::Open;
    }
    let years = keep_rule(book, proceeding).map_or(Some(book.keep_years), |k| k.years);
    let Some(years) = years.and_then(|y| i16::try_from(y).ok()) else { return KeptUntil::Permanent };
    // What was archived before this record began has no day of its own: the last day known of it counts.
    let archived = proceeding
        .days
        .get("archived")
        .or_else(|| proceeding.days.values().max())
        .copied()
        .unwrap_or(proceeding.received_on);
    KeptUntil::Through(date(archived.year().saturating_add(years).min(9999), 12, 31))
}
