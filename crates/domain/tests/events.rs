//! Events as they were stored: each kind of version 1 is read, and is the same when it is written again. A record that
//! came out otherwise would no longer agree with its commitment.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

use std::collections::BTreeSet;

use huiyin_domain::event::{Event, EventKind};

/// Every kind there is. A new one fails to compile here until the golden file has a line of it.
fn word(kind: &EventKind) -> &'static str {
    match kind {
        EventKind::Received { .. } => "received",
        EventKind::Begun { .. } => "begun",
        EventKind::Moved { .. } => "moved",
        EventKind::Corrected { .. } => "corrected",
        EventKind::ClockStarted { .. } => "clock_started",
        EventKind::ClockDischarged { .. } => "clock_discharged",
        EventKind::ClockClosed { .. } => "clock_closed",
        EventKind::ClockStopped { .. } => "clock_stopped",
        EventKind::ClockResumed { .. } => "clock_resumed",
        EventKind::ClockExtended { .. } => "clock_extended",
        EventKind::ClockReprojected { .. } => "clock_reprojected",
        EventKind::ClockCorrected { .. } => "clock_corrected",
        EventKind::Warned { .. } => "warned",
        EventKind::Breached { .. } => "breached",
        EventKind::Lapsed { .. } => "lapsed",
        EventKind::Escalated { .. } => "escalated",
        EventKind::PressingEnded { .. } => "pressing_ended",
        EventKind::Passed { .. } => "passed",
        EventKind::NobodyOnDuty { .. } => "nobody_on_duty",
        EventKind::NoSuperior { .. } => "no_superior",
        EventKind::Forgotten { .. } => "forgotten",
        EventKind::TimerLate { .. } => "timer_late",
        EventKind::Parted { .. } => "parted",
        EventKind::Linked { .. } => "linked",
        EventKind::PartUndone { .. } => "part_undone",
        EventKind::PackMoved { .. } => "pack_moved",
        EventKind::Succeeded { .. } => "succeeded",
        EventKind::PaperMade { .. } => "paper_made",
    }
}

/// Kinds above; the golden file has a line of each.
const KINDS: usize = 28;

#[test]
fn every_event_of_version_1_is_read_and_written_as_it_was() {
    let mut seen = BTreeSet::new();
    for (line, number) in include_str!("golden/events_v1.jsonl").lines().zip(1..) {
        let stored: serde_json::Value = serde_json::from_str(line).unwrap();
        let event: Event = serde_json::from_str(line).unwrap_or_else(|e| panic!("line {number}: {e}"));
        assert_eq!(serde_json::to_value(&event).unwrap(), stored, "line {number}");
        assert_eq!(stored["kind"]["event"], word(&event.kind), "line {number}");
        seen.insert(word(&event.kind));
    }
    assert_eq!(seen.len(), KINDS, "{seen:?}");
}
