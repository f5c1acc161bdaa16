//! Many filings from one network within minutes are one row at the desk until they are sorted. Each still has its number, its
//! receipt and its clock; what is counted here is kept in memory for some minutes and is no list of anybody.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use huiyin_app::sign_in::network;
use huiyin_app::{AppError, random_hex};
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

impl Bursts {
    /// Counts a filing; gives the name of the burst it comes in, once more than `free` have come. With 0 nothing is folded.
    ///
    /// # Errors
    /// [`AppError::Internal`] when the system gives no randomness.
    pub fn of(&self, free: u32, from: &str, now: Timestamp) -> Result<Option<String>, AppError> {
        if free == 0 {
            return Ok(None);
        }
        let now = now.as_second();
        let is_now = |since: i64| (0..WINDOW).contains(&(now - since));
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = network(from);
        if all.len() >= NETWORKS && !all.contains_key(&key) {
            all.retain(|_, count| is_now(count.since));
            if all.len() >= NETWORKS {
                return Ok(None);
            }
        }
        let count = all.entry(key).or_insert(Count { since: now, ..Count::default() });
        if !is_now(count.since) {
            // One that goes on keeps its name; one that was over begins anew.
            let goes_on = count.filings > free && now - count.since < 2 * WINDOW;
            *count = Count { since: now, filings: 0, name: count.name.take().filter(|_| goes_on) };
        }
        count.filings += 1;
        if count.filings > free && count.name.is_none() {
            count.name = Some(random_hex(4)?);
        }
        Ok(count.name.clone())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test")]
mod tests {
    use super::*;

    #[test]
    fn many_from_one_network_are_a_burst_and_a_few_are_not() {
        let bursts = Bursts::default();
        let of = |from: &str, second: i64| bursts.of(3, from, Timestamp::from_second(second).unwrap()).unwrap();
        for n in 0..3 {
            assert_eq!(of("192.0.2.1", n), None);
        }
        let name = of("192.0.2.1", 4);
        assert!(name.is_some());
        assert_eq!(of("192.0.2.1", 5), name);
        assert_eq!(of("192.0.2.2", 5), None, "somebody else");
        // It goes on under its name while it goes on, and is over after that.
        assert_eq!(of("192.0.2.1", WINDOW + 5), name);
        assert_eq!(of("192.0.2.1", 4 * WINDOW), None);
        assert_eq!(bursts.of(0, "192.0.2.1", Timestamp::UNIX_EPOCH).unwrap(), None);
    }
}
