//! A leap of the clock, as the office keeps it while it waits (ADR 0017).

use jiff::Timestamp;

/// A leap that waits for somebody's word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leap {
    /// The newest time that was believed.
    pub seen: Timestamp,
    /// The time the clock shows.
    pub shown: Timestamp,
}
