//! Throttles: after a few wrong guesses each further one must wait, twice as long each time. Guesses at a name are counted for
//! each network by itself, so that strangers lock nobody out; those of a whole network more patiently, since a hall or an
//! office shares one address.

use std::net::IpAddr;

use huiyin_storage::{ItemKind, ItemRecord};
use jiff::{Timestamp, ToSpan};

use crate::error::{AppError, Result};
use crate::office::Office;

/// How patient a throttle is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Patience {
    /// Wrong guesses before waiting begins.
    free: i64,
    /// Longest wait, in seconds.
    longest: i64,
}

/// One name from one network.
pub(crate) const OFFICER: Patience = Patience { free: 5, longest: 900 };
/// All that comes from one network.
pub(crate) const NETWORK: Patience = Patience { free: 40, longest: 60 };

/// Hours after which wrong guesses are forgotten.
const FORGET_HOURS: i64 = 24;

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

async fn read(office: &Office, key: &str) -> Result<(i64, i64)> {
    let item = office.store().item(office.tenant(), ItemKind::Throttle, &office.keyed_hash("throttle", key), office.machine_now()).await?;
    Ok(item.map_or((0, 0), |i| {
        (i.doc.get("misses").and_then(serde_json::Value::as_i64).unwrap_or(0), i.doc.get("until").and_then(serde_json::Value::as_i64).unwrap_or(0))
    }))
}

/// Refuses while a wait is running.
pub(crate) async fn check(office: &Office, key: &str) -> Result<()> {
    let (_, until) = read(office, key).await?;
    let seconds = until - office.machine_now().as_second();
    if seconds > 0 {
        metrics::counter!("huiyin_throttled_total").increment(1);
        Err(AppError::Throttled { seconds })
    } else {
        Ok(())
    }
}

/// Counts a wrong guess.
pub(crate) async fn miss(office: &Office, key: &str, patience: Patience) -> Result<()> {
    let (misses, _) = read(office, key).await?;
    let misses = misses + 1;
    let now: Timestamp = office.machine_now();
    let wait = if misses < patience.free { 0 } else { (1_i64 << (misses - patience.free).clamp(0, 12)).min(patience.longest) };
    let doc = serde_json::json!({ "misses": misses, "until": now.as_second() + wait });
    let expires = now.checked_add(FORGET_HOURS.hours()).ok();
    let item = ItemRecord { kind: ItemKind::Throttle, key: office.keyed_hash("throttle", key), doc, expires, only_new: false };
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
