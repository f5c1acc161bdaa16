//! A dry run (`huiyin pack try`): changed rules or a changed calendar over stored matters. Nothing is written.
//!
//! Each clock that was started is reckoned a second time from the same start and ledger. What is reported is which
//! due days would move, which duties would then have been late or in time, and which would be owed by another.

use std::collections::BTreeSet;
use std::sync::Arc;

use huiyin_domain::calendar::WorkCalendar;
use huiyin_domain::clock::{Clock, ClockKind, ClockState, OfficeTime};
use huiyin_domain::matter::Matter;
use huiyin_domain::procedure::RuleBook;
use jiff::civil::Date;

use crate::error::Result;
use crate::office::Office;
use crate::walk::Walk;

/// One clock that would come out otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Number of the matter.
    pub number: String,
    /// The clock.
    pub clock: String,
    /// Legal day now.
    pub was: Date,
    /// Legal day under the new rules.
    pub would_be: Date,
    /// It would be a breach and is none now.
    pub newly_late: bool,
    /// It is a breach now and would be none.
    pub no_longer_late: bool,
    /// Another relation would owe it.
    pub other_hands: bool,
}

/// What a dry run found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Findings {
    /// Matters received in the year.
    pub matters: usize,
    /// Clocks reckoned again.
    pub clocks: usize,
    /// What would come out otherwise.
    pub changes: Vec<Change>,
    /// Matters in a state that the new pack does not have.
    pub strangers: Vec<String>,
    /// Clocks that the new pack does not have, by id.
    pub unknown_clocks: BTreeSet<String>,
}

/// Runs a rule book and a calendar over the matters received in a year.
///
/// # Errors
/// As the store.
#[crate::boxed]
pub async fn try_rules(office: &Office, book: &RuleBook, calendar: &Arc<WorkCalendar>, year: i16) -> Result<Findings> {
    let mut found = Findings::default();
    let mut walk = Walk::over_matters(office);
    while let Some(page) = walk.matters().await? {
        for matter in page.iter().filter(|m| m.received_on.year() == year) {
            try_matter(&mut found, office, book, calendar, matter);
        }
    }
    Ok(found)
}

fn try_matter(found: &mut Findings, office: &Office, book: &RuleBook, calendar: &Arc<WorkCalendar>, matter: &Matter) {
    found.matters += 1;
    if book.state(&matter.state).is_none() {
        found.strangers.push(matter.number.clone());
    }
    let old = office.library().book(&matter.pack);
    for clock in &matter.clocks {
        let Some(rule) = book.clock(&clock.rule) else {
            found.unknown_clocks.insert(clock.rule.0.clone());
            continue;
        };
        found.clocks += 1;
        let (length, unit, basis, clause) = rule.at(clock.start, clock.started_at, office.zone());
        // A day set by the sender is a fact, not a rule.
        let roll = if length.is_some() { rule.roll } else { clock.roll };
        let mut next: Clock = clock.clone();
        (next.unit, next.basis, next.clause, next.roll) = (unit, basis, clause.cloned(), roll);
        next.length = length.unwrap_or(clock.length);
        let now = OfficeTime { at: ended_at(clock).unwrap_or(office.now().at), zone: office.zone().clone() };
        if next.project(calendar, &now).is_err() {
            continue;
        }
        let late = |due: jiff::Timestamp| {
            clock.kind == ClockKind::Duty && !matches!(clock.state(), ClockState::Closed { .. }) && now.at > due
        };
        let (was_late, would_be_late) = (late(clock.due), late(next.due));
        let other_hands = old
            .as_ref()
            .and_then(|b| b.clock(&clock.rule))
            .is_some_and(|o| o.bound != rule.bound || o.post != rule.post);
        if next.due != clock.due || other_hands {
            found.changes.push(Change {
                number: matter.number.clone(),
                clock: clock.rule.0.clone(),
                was: clock.legal,
                would_be: next.legal,
                newly_late: would_be_late && !was_late,
                no_longer_late: was_late && !would_be_late,
                other_hands,
            });
        }
    }
}

fn ended_at(clock: &Clock) -> Option<jiff::Timestamp> {
    match clock.state() {
        ClockState::Discharged { at, .. } | ClockState::Closed { at } | ClockState::Lapsed { at } => Some(at),
        ClockState::Running | ClockState::Breached { .. } => None,
    }
}
