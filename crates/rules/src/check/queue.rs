//! How visitors are called: every service has a letter of its own, so that no two tickets look alike.

use std::collections::BTreeSet;

use huiyin_domain::payload::Field;
use huiyin_domain::procedure::{BookingRule, ChoiceRule, QueueRule};

use super::Found;
use super::checker::Checker;
use crate::raw;

/// Calls of one ticket, at most.
const CALLS: u32 = 20;
/// Tickets of a minute, at most.
const TICKETS: u32 = 600;
/// Minutes of one talk, at most: a day.
const MINUTES: u32 = 24 * 60;
/// Days for which times are offered, at most: a year.
const DAYS: u32 = 366;
/// Hours before a time from which a reminder is sent, at most: a month.
const HOURS: u32 = 24 * 31;

pub(super) fn queue_rule(checker: &mut Checker<'_>, found: Found<raw::Queue>, choices: &[ChoiceRule]) -> QueueRule {
    let (file, offset, raw) = found;
    (checker.file, checker.offset) = (file, offset);
    let bounds = [
        ("calls", raw.calls, CALLS),
        ("needs_in_a_row", raw.needs_in_a_row, CALLS),
        ("usual_minutes", raw.usual_minutes, MINUTES),
        ("tickets_a_minute", raw.tickets_a_minute, TICKETS),
    ];
    for (name, value, most) in bounds {
        if value == 0 || value > most {
            checker.say(format!("`{name}` is {value}; write a number from 1 to {most}"));
        }
    }
    let services: BTreeSet<&str> =
        choices.iter().filter(|c| c.field == Field::Service).map(|c| c.id.as_str()).collect();
    for service in services.iter().filter(|s| !raw.letters.contains_key(**s)) {
        checker.say(format!("the service `{service}` has no letter; write it in `letters`"));
    }
    for (service, letter) in &raw.letters {
        if !services.contains(service.as_str()) {
            checker.say(format!("`letters` names `{service}`, which is no choice of `service`"));
        }
        if letter.len() > 2 || letter.is_empty() || !letter.chars().all(|c| c.is_ascii_uppercase()) {
            checker.say(format!("the letter of `{service}` is `{letter}`; write one or two of A to Z"));
        }
        if raw.letters.iter().any(|(other, same)| other < service && same == letter) {
            checker.say(format!("`{service}` has the letter of another service; write one of its own"));
        }
    }
    let booking = raw.booking.map(|raw| booking_rule(checker, raw, &services));
    QueueRule {
        booking,
        calls: raw.calls,
        needs_in_a_row: raw.needs_in_a_row,
        usual_minutes: raw.usual_minutes,
        tickets_a_minute: raw.tickets_a_minute,
        letters: raw.letters,
    }
}

fn booking_rule(checker: &mut Checker<'_>, raw: raw::Booking, services: &BTreeSet<&str>) -> BookingRule {
    if !services.contains(raw.service.as_str()) {
        checker.say(format!("`booking` names the service `{}`, which is no choice of `service`", raw.service));
    }
    let bounds = [
        ("days_ahead", raw.days_ahead, DAYS),
        ("grace_minutes", raw.grace_minutes, MINUTES),
        ("near_minutes", raw.near_minutes, MINUTES),
        ("open_days", raw.open_days, DAYS),
        ("telephone_days", raw.telephone_days, DAYS),
        ("remind_hours", raw.remind_hours, HOURS),
    ];
    for (name, value, most) in bounds {
        if value == 0 || value > most {
            checker.say(format!("`{name}` of `booking` is {value}; write a number from 1 to {most}"));
        }
    }
    BookingRule {
        service: raw.service,
        days_ahead: raw.days_ahead,
        grace_minutes: raw.grace_minutes,
        near_minutes: raw.near_minutes,
        open_days: raw.open_days,
        telephone_days: raw.telephone_days,
        remind_hours: raw.remind_hours,
    }
}
