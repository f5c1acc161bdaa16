//! Where a visitor stands in the hall. A transition consumes the stage before and refuses what does not follow from it;
//! the error says from what and to what.

use jiff::Timestamp;
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
