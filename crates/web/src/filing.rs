//! A petition that comes in by a page or by the API.

use huiyin_app::lodge::{self, Lodging, Receipt};
use huiyin_app::{AppError, duties};

use crate::edge::bursts::Standing;
use crate::edge::context::{RequestContext, Shared};

/// Lodges a petition, in the burst it comes in if it does. What was refused, or known already, counts for nothing.
///
/// # Errors
/// As [`lodge::lodge`].
pub(crate) async fn lodge(shared: &Shared, asked: &RequestContext, lodging: Lodging) -> Result<Receipt, AppError> {
    let (free, now) = (shared.config.burst, shared.office.machine_now());
    let burst = match shared.bursts.standing(free, &asked.from, now) {
        Standing::Alone => None,
        Standing::In(name) => Some(name),
        Standing::First => Some(duties::name_burst(&shared.office).await?),
    };
    let done = lodge::lodge(&shared.office, Lodging { burst: burst.clone(), ..lodging }).await?;
    if free > 0 && !done.known {
        shared.bursts.count(free, &asked.from, now, burst.as_ref());
    }
    Ok(done)
}
