//! Ids and chance.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use huiyin_register::hex;

use crate::error::{AppError, Result};

/// Random bytes as hex.
///
/// # Errors
/// [`AppError::Internal`] when the system gives none.
pub fn random_hex(bytes: usize) -> Result<String> {
    let mut buffer = vec![0_u8; bytes];
    getrandom::fill(&mut buffer).map_err(AppError::caused("the system gives no randomness"))?;
    Ok(hex(&buffer))
}

/// Where the ids of new records come from.
#[derive(Debug, Clone, Default)]
pub enum Ids {
    /// UUIDv7 of the moment and of chance.
    #[default]
    Random,
    /// The same ones in the same order each time, for tests that compare what is written; counts what was given.
    Seeded(Arc<AtomicU64>),
}

impl Ids {
    /// A new UUIDv7 as text.
    pub fn next(&self) -> String {
        match self {
            Self::Random => uuid::Uuid::now_v7(),
            Self::Seeded(given) => {
                let n = given.fetch_add(1, Ordering::Relaxed);
                uuid::Builder::from_unix_timestamp_millis(n, &[0; 10]).into_uuid()
            }
        }
        .to_string()
    }
}
