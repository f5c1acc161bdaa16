//! Throttles: after a few wrong guesses each further one must wait, twice as long each time. Guesses at a name are
//! counted for each network by itself, so that strangers lock nobody out; those of a whole network more patiently,
//! since a hall or an office shares one address.

use std::net::IpAddr;

use huiyin_storage::{ItemKind, ItemRecord};
use jiff::{Timestamp, ToSpan};

use crate::error::{AppError, Result};
use crate::office::Office;

/// How patient a throttle is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Policy {
    /// Wrong guesses before waiting begins.
    free: i64,
    /// Longest wait, in seconds.
    longest: i64,
}

/// One name from one network.
pub(crate) const OFFICER: Policy = Policy { free: 5, longest: 900 };
/// All that comes from one network.
pub(crate) const NETWORK: Policy = Policy { free: 40, longest: 60 };

/// Hours after which wrong guesses are forgotten.
const FORGET_HOURS: i64 = 4;

/// The network of an address: of IPv6 the first 64 bits, which one house has to itself.
pub fn network(from: &str) -> String {
    match from.parse::<IpAddr>() {
        Ok(IpAddr::V6(six)) => match six.to_ipv4_mapped() {
            Some(four) => four.to_string(),
            None => six.segments().iter().take(4).map(|s| format!("{s:x}")).collect::<Vec<_>>().join(":"),
        },
        _ => from.to_owned(),
    }
}

/// The longest wait of any throttle: what a wrong clock has made longer is none.
const LONGEST: i64 = 900;

/// How often somebody missed, until when a wait runs, and when the first miss was.
async fn read(office: &Office, key: &str) -> Result<(i64, i64, i64)> {
    let item = office
        .store()
        .item(office.tenant(), ItemKind::Throttle, &office.keyed_hash("throttle", key), office.machine_now())
        .await?;
    let now = office.machine_now().as_second();
    Ok(item.map_or((0, 0, now), |i| {
        let number = |name: &str| i.doc.get(name).and_then(serde_json::Value::as_i64);
        (number("misses").unwrap_or(0), number("until").unwrap_or(0), number("since").unwrap_or(now))
    }))
}

/// Refuses while a wait is running.
pub(crate) async fn check(office: &Office, key: &str) -> Result<()> {
    let (_, until, _) = read(office, key).await?;
    let seconds = until - office.machine_now().as_second();
    if (1..=LONGEST).contains(&seconds) {
        metrics::counter!("huiyin_throttled_total").increment(1);
        Err(AppError::Throttled { seconds })
    } else {
        Ok(())
    }
}

/// Counts a wrong guess.
pub(crate) async fn miss(office: &Office, key: &str, policy: Policy) -> Result<()> {
    let (misses, _, since) = read(office, key).await?;
    let misses = misses + 1;
    let now: Timestamp = office.machine_now();
    let wait =
        if misses < policy.free { 0 } else { (1_i64 << (misses - policy.free).clamp(0, 12)).min(policy.longest) };
    let until = if wait == 0 { 0 } else { now.as_second() + wait };
    // The hours run from the first miss: who misses now and then is not counted for ever.
    let since = since.min(now.as_second());
    let doc = serde_json::json!({ "misses": misses, "until": until, "since": since });
    let expires = Timestamp::from_second(since).ok().and_then(|t| t.checked_add(FORGET_HOURS.hours()).ok());
    let item =
        ItemRecord { kind: ItemKind::Throttle, key: office.keyed_hash("throttle", key), doc, expires, only_new: false };
    Ok(office.store().put_items(office.tenant(), vec![item]).await?)
}

/// Forgets wrong guesses after a right one.
pub(crate) async fn forget(office: &Office, key: &str) -> Result<()> {
    Ok(office.store().remove_item(office.tenant(), ItemKind::Throttle, &office.keyed_hash("throttle", key)).await?)
}

#[cfg(test)]
mod tests {
    use super::network;

    #[test]
    fn a_house_is_one_network() {
        assert_eq!(network("2001:db8:1:2::1"), network("2001:db8:1:2:ffff::9"));
        assert_ne!(network("2001:db8:1:2::1"), network("2001:db8:1:3::1"));
        assert_eq!(network("::ffff:192.0.2.7"), "192.0.2.7");
    }
}
