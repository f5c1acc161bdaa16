//! What may be sent in a day before anything is lodged: by one network, and by all of them. What is sent and never used
//! is removed after some hours, so the budget bounds the disk that strangers can fill.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use huiyin_app::sign_in::network;
use jiff::Timestamp;

/// Seconds of a day.
const DAY: i64 = 86_400;
/// Networks that are counted one by one; those beyond share one count.
const NETWORKS: usize = 20_000;

/// Limits in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Of one network and day.
    pub network: u64,
    /// Of a day.
    pub day: u64,
}

impl Default for Limits {
    fn default() -> Self {
        // A hall with one address: fifty people with twenty megabytes each.
        Self { network: 1 << 30, day: 20 << 30 }
    }
}

/// Bytes taken today.
#[derive(Debug, Default)]
pub(crate) struct Budget {
    taken: Mutex<Taken>,
}

#[derive(Debug, Default)]
struct Taken {
    day: i64,
    all: u64,
    by: HashMap<String, u64>,
}

impl Budget {
    /// Takes bytes from the budget of today; `false` when there is none left.
    pub fn take(&self, limits: Limits, from: &str, bytes: u64, now: Timestamp) -> bool {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let day = now.as_second().div_euclid(DAY);
        if taken.day != day {
            *taken = Taken { day, ..Taken::default() };
        }
        let mut key = network(from);
        if taken.by.len() >= NETWORKS && !taken.by.contains_key(&key) {
            key.clear();
        }
        let own = taken.by.get(&key).copied().unwrap_or(0).saturating_add(bytes);
        let all = taken.all.saturating_add(bytes);
        if own > limits.network || all > limits.day {
            return false;
        }
        taken.all = all;
        taken.by.insert(key, own);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_and_a_day_have_their_budgets_and_the_next_day_has_new_ones() {
        let (budget, limits) = (Budget::default(), Limits { network: 100, day: 250 });
        let at = |day: i64| Timestamp::from_second(day * DAY + 5).unwrap();
        let take = |from: &str, bytes, day| budget.take(limits, from, bytes, at(day));
        assert!(take("2001:db8:1:2::1", 60, 1));
        assert!(!take("2001:db8:1:2:ffff::9", 60, 1), "the same house");
        assert!(take("2001:db8:1:3::1", 100, 1) && take("192.0.2.1", 90, 1));
        assert!(!take("192.0.2.2", 1, 1), "the day is full");
        assert!(take("192.0.2.2", 1, 2));
    }
}
