//! A row of a ledger kept before this system enters at the stage its days show; what ran out before is recorded as
//! past, and nobody is warned of it.

use jiff::civil::Date;

use crate::clock::{Basis, OfficeTime};
use crate::closed::Closed;
use crate::decide::{Rules, next_event, start_clock};
use crate::event::{Event, EventActor};
use crate::matter::Matter;
use crate::matter::opening::{Opening, blank, received};
use crate::payload::Payload;
use crate::procedure::report::IMPORTED;
use crate::procedure::{Fact, Lodging};
use crate::proceeding::edit::Edit;
use crate::timer::settle_past;

/// What a row shows of the way it has gone.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stage {
    /// The day a unit accepted it.
    pub accepted: Option<Date>,
    /// It was answered, and ended.
    pub ended: bool,
    /// The day of the answer, where it is known.
    pub answered: Option<Date>,
}

/// Takes a row over.
///
/// # Errors
/// [`Closed`] when a clock cannot be reckoned.
pub fn take_over(
    rules: Rules<'_>,
    lodging: &Lodging,
    opening: Opening,
    stage: Stage,
    now: &OfficeTime,
) -> Result<(Matter, Vec<Event>), Closed> {
    let (state, clocks): (_, &[_]) = match (stage.ended, stage.accepted) {
        (true, _) => (&lodging.imported_ended, &[]),
        (false, Some(_)) => (&lodging.imported_accepted, &lodging.imported_accepted_clocks),
        (false, None) => (&lodging.initial_office, &lodging.initial_office_clocks),
    };
    let mut matter = blank(rules, opening, state);
    let received = received(&matter);
    let mut events = vec![next_event(matter.whole(), now.at, EventActor::Import, None, Basis::House, received)];
    if stage.ended {
        matter.edit().facts.insert(Fact::Answered);
        matter.edit().outcome = Some(IMPORTED.into());
        // Ended without a day has no day.
        matter.edit().days.extend(stage.answered.map(|day| ("answered".to_owned(), day)));
    }
    matter.edit().days.extend(stage.accepted.map(|day| ("accepted".to_owned(), day)));
    for id in clocks {
        let started = start_clock(rules, matter.whole(), id, &Payload::default(), now)?;
        events.push(next_event(matter.whole(), now.at, EventActor::Import, None, Basis::House, started));
        if let Some(breached) = settle_past(rules, matter.whole(), now)? {
            events.push(next_event(matter.whole(), now.at, EventActor::Import, None, Basis::House, breached));
        }
    }
    matter.edit().changed_at = now.at;
    Ok((matter, events))
}
