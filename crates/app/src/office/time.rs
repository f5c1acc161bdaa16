//! Where an office has its time from.

use std::sync::Arc;

use jiff::Timestamp;

/// Where time comes from. Office time is what the law sees; machine time is for sessions, leases and logs.
pub trait TimeSource: Send + Sync + std::fmt::Debug {
    /// The machine's instant.
    fn machine_now(&self) -> Timestamp;
    /// The office's instant; differs from the machine's in demos and drills only.
    fn office_now(&self) -> Timestamp;
    /// The office's instant as it is now, where [`Self::office_now`] holds the one of a call.
    fn live(&self) -> Timestamp {
        self.office_now()
    }
    /// Moves office time forward to an instant; `false` where it cannot be moved.
    fn move_to(&self, at: Timestamp) -> bool;
}

/// Office time of one instant; the machine's goes on.
#[derive(Debug)]
pub(super) struct OneInstant {
    pub(super) at: Timestamp,
    pub(super) live: Arc<dyn TimeSource>,
}

impl TimeSource for OneInstant {
    fn machine_now(&self) -> Timestamp {
        self.live.machine_now()
    }

    fn office_now(&self) -> Timestamp {
        self.at
    }

    fn live(&self) -> Timestamp {
        self.live.live()
    }

    fn move_to(&self, at: Timestamp) -> bool {
        self.live.move_to(at)
    }
}
