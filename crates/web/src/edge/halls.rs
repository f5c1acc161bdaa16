//! The halls as they were within the last second, read once for all who look: screens and phones ask again and again.

use std::collections::BTreeMap;
use std::sync::Arc;

use huiyin_app::domain::ids::UnitId;
use huiyin_app::reception::{Board, board};
use huiyin_app::{AppError, Office};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::Mutex;

/// How old what is shown may be.
const FRESH: SignedDuration = SignedDuration::from_secs(1);

/// Halls by unit, with the machine's instant at which each was read. Only halls that are there are kept.
#[derive(Debug, Default)]
pub(crate) struct Halls(Mutex<BTreeMap<UnitId, (Timestamp, Arc<Board>)>>);

impl Halls {
    /// The hall of a unit, a second old at most.
    pub async fn now(&self, office: &Office, unit: &UnitId) -> Result<Arc<Board>, AppError> {
        let mut kept = self.0.lock().await;
        let now = office.machine_now();
        if let Some((read, board)) = kept.get(unit)
            && now.duration_since(*read).abs() < FRESH
        {
            return Ok(Arc::clone(board));
        }
        let board = Arc::new(board(office, unit).await?);
        kept.insert(unit.clone(), (now, Arc::clone(&board)));
        Ok(board)
    }
}
