//! The steps of a clock: when it warns, when it runs out, when what stays unmet goes further up. What a step does
//! stands in `timer`.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::calendar::{WorkCalendar, date_of, number_of};
use crate::clock::{Clock, ClockKind, end_of_day, start_of_day};
use crate::procedure::{Escalation, RuleBook};
use crate::reckon::{DayUnit, Period, Roll, reckon};

/// What a clock does at an instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    /// It nears its end.
    Warn,
    /// It runs out.
    RunOut,
    /// It stays unmet.
    Escalate(Escalation),
}

/// All steps of a clock and their instants, in order.
pub(crate) fn steps(
    clock: &Clock,
    book: &RuleBook,
    calendar: &WorkCalendar,
    zone: &TimeZone,
) -> Vec<(Timestamp, Step)> {
    let warn_days = book.clock(&clock.rule).map_or(0, |r| r.warn_days);
    let warn_day = date_of(number_of(clock.nominal) - i32::try_from(warn_days).unwrap_or(0));
    let in_days = !clock.unit.is_short();
    let warn_at = if in_days { start_of_day(warn_day, zone).max(clock.started_at) } else { clock.started_at };
    let mut out = Vec::new();
    if warn_days > 0 && in_days {
        out.push((warn_at.min(clock.due), Step::Warn));
    }
    out.push((clock.due, Step::RunOut));
    if clock.kind == ClockKind::Duty {
        for escalation in &book.escalation {
            let at = if escalation.after_working_days == 0 {
                clock.due
            } else {
                end_of_day(working_days_after(calendar, clock.legal, escalation.after_working_days), zone)
            };
            out.push((at.max(clock.due), Step::Escalate(escalation.clone())));
        }
    }
    out
}

fn working_days_after(calendar: &WorkCalendar, day: Date, n: u32) -> Date {
    let period =
        Period { start: day, length: n, unit: DayUnit::WorkingDays, stops: &[], extension: 0, roll: Roll::Fixed };
    reckon(calendar, &period).map_or(day, |r| r.nominal)
}

/// Sets when the clock's next step is due; a stopped or ended clock has none.
pub(crate) fn set_next(clock: &mut Clock, book: &RuleBook, calendar: &WorkCalendar, zone: &TimeZone) {
    let next = usize::try_from(clock.fired).ok().and_then(|i| steps(clock, book, calendar, zone).get(i).map(|s| s.0));
    clock.next_at = if clock.is_owed() && !clock.is_stopped() { next } else { None };
}

/// How many steps have fired once a clock has run out.
pub(crate) fn after_running_out(clock: &Clock, book: &RuleBook, calendar: &WorkCalendar, zone: &TimeZone) -> u32 {
    let at = steps(clock, book, calendar, zone).iter().position(|(_, step)| *step == Step::RunOut).unwrap_or(0);
    u32::try_from(at + 1).unwrap_or(u32::MAX).max(clock.fired)
}
