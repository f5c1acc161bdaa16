//! Many filings from one network within minutes are one row at the desk until they are sorted. Each still has its
//! number, its receipt and its clock; what is counted here is kept in memory for some minutes and is no list of
//! anybody.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use huiyin_app::sign_in::network;
use jiff::Timestamp;

/// Seconds within which filings of one network are counted together.
const WINDOW: i64 = 600;
/// Networks that are counted; when there are more, those that were quiet are forgotten.
const NETWORKS: usize = 20_000;

#[derive(Debug, Default)]
struct Count {
    since: i64,
    filings: u32,
    name: Option<String>,
}

/// Filings of the last minutes, by network.
#[derive(Debug, Default)]
pub(crate) struct Bursts(Mutex<HashMap<String, Count>>);

/// Where a filing stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Standing {
    /// By itself.
    Alone,
    /// In a burst that has a name.
    In(String),
    /// In one that begins with it.
    First,
}

impl Bursts {
    /// Where a filing from an address stands, after those that were taken; more than `free` within minutes are a burst,
    /// and with 0 nothing is folded.
    pub fn standing(&self, free: u32, from: &str, now: Timestamp) -> Standing {
        let now = now.as_second();
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match all.get(&network(from)) {
            Some(count) if free > 0 && count.goes_on(free, now) => {
                count.name.clone().map_or(Standing::First, Standing::In)
            }
            _ => Standing::Alone,
        }
    }

    /// Counts a filing that was taken.
    pub fn count(&self, free: u32, from: &str, now: Timestamp, name: Option<&String>) {
        let now = now.as_second();
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = network(from);
        if all.len() >= NETWORKS && !all.contains_key(&key) {
            all.retain(|_, count| count.is_within(now));
            if all.len() >= NETWORKS {
                return;
            }
        }
        let count = all.entry(key).or_insert(Count { since: now, ..Count::default() });
        if !count.is_within(now) {
            // One that goes on keeps its name; one that was over begins anew.
            let kept = count.name.take().filter(|_| count.goes_on(free, now));
            *count = Count { since: now, filings: if kept.is_some() { free } else { 0 }, name: kept };
        }
        count.filings = count.filings.saturating_add(1);
        if count.name.is_none() {
            count.name = name.cloned();
        }
    }
}

impl Count {
    fn is_within(&self, now: i64) -> bool {
        (0..WINDOW).contains(&(now - self.since))
    }

    /// Whether the next filing comes in a burst: enough came just now.
    fn goes_on(&self, free: u32, now: i64) -> bool {
        self.filings >= free && (0..2 * WINDOW).contains(&(now - self.since))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test")]
mod tests {
    use super::*;

    #[test]
    fn many_from_one_network_are_a_burst_and_a_few_are_not() {
        let bursts = Bursts::default();
        let name = "ab12".to_owned();
        // Where it stands, counted as the site does.
        let file = |from: &str, second: i64| {
            let at = Timestamp::from_second(second).unwrap();
            let standing = bursts.standing(3, from, at);
            bursts.count(3, from, at, (standing != Standing::Alone).then_some(&name));
            standing
        };
        for n in 0..3 {
            assert_eq!(file("192.0.2.1", n), Standing::Alone);
        }
        assert_eq!(file("192.0.2.1", 4), Standing::First);
        assert_eq!(file("192.0.2.1", 5), Standing::In(name.clone()));
        assert_eq!(file("192.0.2.2", 5), Standing::Alone, "somebody else");
        // It goes on under its name while it goes on, and is over after that.
        assert_eq!(file("192.0.2.1", WINDOW + 5), Standing::In(name.clone()));
        assert_eq!(file("192.0.2.1", WINDOW + 6), Standing::In(name.clone()));
        assert_eq!(file("192.0.2.1", 4 * WINDOW), Standing::Alone);
        assert_eq!(bursts.standing(0, "192.0.2.1", Timestamp::UNIX_EPOCH), Standing::Alone);
    }
}
