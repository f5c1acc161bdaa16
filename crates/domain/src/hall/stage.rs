//! Where a visitor stands in the hall. A transition consumes the stage before and refuses what does not follow from it;
//! the error says from what and to what.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// Where a visitor stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "at", rename_all = "snake_case")]
pub enum Stage {
    /// In the queue.
    Waiting {
        /// From when the place in the queue counts: when she came, or when she was missed.
        since: Timestamp,
    },
    /// Called, and not there yet.
    Called {
        /// From when her place counted.
        since: Timestamp,
        /// To which window or room.
        window: u32,
        /// The last call.
        called_at: Timestamp,
        /// How often she was called to it.
        times: u32,
    },
    /// Being received.
    Received {
        /// From when her place counted.
        since: Timestamp,
        /// At which window or room.
        window: u32,
        /// Since when.
        begun_at: Timestamp,
    },
    /// Received, and waiting for something: a paper, an interpreter.
    Paused {
        /// From when her place counts when she is back.
        since: Timestamp,
        /// Since when.
        paused_at: Timestamp,
    },
    /// Not in the hall any more.
    Gone {
        /// Since when.
        left_at: Timestamp,
    },
}

/// A transition that does not follow from the stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "fault", rename_all = "snake_case")]
pub enum StageFault {
    /// She stands elsewhere, such as at another window.
    #[error("from `{from}` to `{tried}`")]
    Elsewhere {
        /// Where she stands: the word of the stage.
        from: String,
        /// What was tried.
        tried: String,
    },
    /// She is called again before she counts as missed.
    #[error("called {times} of {most} times")]
    CallAgain {
        /// Calls so far.
        times: u32,
        /// Calls after which she does.
        most: u32,
    },
    /// She may still come.
    #[error("she may still come until {until}")]
    NotYet {
        /// Until when.
        until: Timestamp,
    },
    /// She has booked another day.
    #[error("booked for {day}")]
    OtherDay {
        /// Which.
        day: Date,
    },
}

impl Stage {
    /// The word in data and translation keys.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Waiting { .. } => "waiting",
            Self::Called { .. } => "called",
            Self::Received { .. } => "received",
            Self::Paused { .. } => "paused",
            Self::Gone { .. } => "gone",
        }
    }

    /// The window or room she is called to or received at.
    pub fn window(&self) -> Option<u32> {
        match self {
            Self::Called { window, .. } | Self::Received { window, .. } => Some(*window),
            Self::Waiting { .. } | Self::Paused { .. } | Self::Gone { .. } => None,
        }
    }

    fn elsewhere(&self, tried: &str) -> StageFault {
        StageFault::Elsewhere { from: self.word().to_owned(), tried: tried.to_owned() }
    }

    /// She is called to a window: for the first time, or again.
    ///
    /// # Errors
    /// [`StageFault`] when she is called to another window, is received, or is gone.
    pub fn call(self, to: u32, now: Timestamp) -> Result<Self, StageFault> {
        match self {
            Self::Waiting { since } => Ok(Self::Called { since, window: to, called_at: now, times: 1 }),
            Self::Called { since, window, times, .. } if window == to => {
                Ok(Self::Called { since, window, called_at: now, times: times.saturating_add(1) })
            }
            other => Err(other.elsewhere("called")),
        }
    }

    /// She did not come: she stands at the end of the queue.
    ///
    /// # Errors
    /// [`StageFault`] when she was not called so often yet.
    pub fn miss(self, most: u32, now: Timestamp) -> Result<Self, StageFault> {
        match self {
            Self::Called { times, .. } if times < most => Err(StageFault::CallAgain { times, most }),
            Self::Called { .. } => Ok(Self::Waiting { since: now }),
            other => Err(other.elsewhere("missed")),
        }
    }

    /// She is there: the talk begins.
    ///
    /// # Errors
    /// [`StageFault`] when she was not called.
    pub fn receive(self, now: Timestamp) -> Result<Self, StageFault> {
        match self {
            Self::Called { since, window, .. } => Ok(Self::Received { since, window, begun_at: now }),
            other => Err(other.elsewhere("received")),
        }
    }

    /// She goes to another window, with the place in the queue she had.
    ///
    /// # Errors
    /// [`StageFault`] when she is not being received.
    pub fn pass_on(self) -> Result<Self, StageFault> {
        match self {
            Self::Received { since, .. } => Ok(Self::Waiting { since }),
            other => Err(other.elsewhere("passed on")),
        }
    }

    /// The talk is interrupted.
    ///
    /// # Errors
    /// [`StageFault`] when she is not being received.
    pub fn pause(self, now: Timestamp) -> Result<Self, StageFault> {
        match self {
            Self::Received { since, .. } => Ok(Self::Paused { since, paused_at: now }),
            other => Err(other.elsewhere("paused")),
        }
    }

    /// She is back, with the place in the queue she had.
    ///
    /// # Errors
    /// [`StageFault`] when nothing was interrupted.
    pub fn come_back(self) -> Result<Self, StageFault> {
        match self {
            Self::Paused { since, .. } => Ok(Self::Waiting { since }),
            other => Err(other.elsewhere("waiting")),
        }
    }

    /// She leaves the hall; from wherever she stood.
    pub fn leave(self, now: Timestamp) -> Self {
        match self {
            Self::Gone { left_at } => Self::Gone { left_at },
            _ => Self::Gone { left_at: now },
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic, reason = "a test")]
mod tests {
    use super::*;

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_second(minute * 60).unwrap()
    }

    fn each() -> [Stage; 5] {
        let since = at(0);
        [
            Stage::Waiting { since },
            Stage::Called { since, window: 2, called_at: at(1), times: 3 },
            Stage::Received { since, window: 2, begun_at: at(2) },
            Stage::Paused { since, paused_at: at(3) },
            Stage::Gone { left_at: at(4) },
        ]
    }

    /// From which stages a transition is made; all others refuse it and name where she stands.
    fn check(step: impl Fn(Stage) -> Result<Stage, StageFault>, open_in: &[&str]) {
        for stage in each() {
            let word = stage.word();
            match step(stage) {
                Ok(_) => assert!(open_in.contains(&word), "open in {word}"),
                Err(StageFault::Elsewhere { from, .. }) => {
                    assert!(!open_in.contains(&word), "closed in {word}");
                    assert_eq!(from, word);
                }
                Err(other) => panic!("{other}"),
            }
        }
    }

    #[test]
    fn each_transition_is_open_where_it_follows() {
        check(|s| s.call(2, at(9)), &["waiting", "called"]);
        check(|s| s.miss(3, at(9)), &["called"]);
        check(|s| s.receive(at(9)), &["called"]);
        check(Stage::pass_on, &["received"]);
        check(|s| s.pause(at(9)), &["received"]);
        check(Stage::come_back, &["paused"]);
    }

    #[test]
    fn a_ticket_is_called_to_one_window_and_again_only_there() {
        let called = Stage::Waiting { since: at(0) }.call(2, at(1)).unwrap();
        assert!(called.clone().call(3, at(2)).is_err(), "another window");
        let Stage::Called { times, called_at, since, .. } = called.call(2, at(2)).unwrap() else { panic!("called") };
        assert_eq!((times, called_at, since), (2, at(2), at(0)));
    }

    #[test]
    fn nobody_is_missed_before_she_was_called_often_enough_and_then_stands_at_the_end() {
        let called = |times| Stage::Called { since: at(0), window: 1, called_at: at(1), times };
        assert_eq!(called(2).miss(3, at(9)), Err(StageFault::CallAgain { times: 2, most: 3 }));
        assert_eq!(called(3).miss(3, at(9)), Ok(Stage::Waiting { since: at(9) }));
    }

    #[test]
    fn whoever_is_passed_on_or_comes_back_keeps_her_place() {
        let [_, _, received, paused, _] = each();
        assert_eq!(received.pass_on(), Ok(Stage::Waiting { since: at(0) }));
        assert_eq!(paused.come_back(), Ok(Stage::Waiting { since: at(0) }));
    }

    #[test]
    fn whoever_is_gone_left_when_she_left() {
        let [waiting, .., gone] = each();
        assert_eq!(waiting.leave(at(9)), Stage::Gone { left_at: at(9) });
        assert_eq!(gone.leave(at(9)), Stage::Gone { left_at: at(4) });
    }
}
