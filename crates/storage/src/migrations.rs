//! Numbered schema files and the checksums of those that were applied: a file that was changed after it was applied
//! says nothing true of the database any more (ADR 0004).

use sha2::{Digest, Sha256};

use crate::error::StoreError;

/// One file of a track.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    /// Its number, from 1 without a gap.
    pub number: u32,
    /// Its text.
    pub sql: &'static str,
}

impl Migration {
    /// SHA-256 of its text, hex.
    pub fn checksum(&self) -> String {
        Sha256::digest(self.sql.as_bytes()).iter().map(|b| format!("{b:02x}")).collect()
    }
}

/// Compares what was applied with what this program carries.
///
/// # Errors
/// [`StoreError::Unavailable`] names the first that differs.
pub fn compare(track: &[Migration], applied: &[(u32, String)]) -> Result<(), StoreError> {
    for (number, sum) in applied {
        if track.iter().any(|m| m.number == *number && m.checksum() != *sum) {
            let text = format!(
                "migration {number} of the database is not the one this program carries; start the program it was made with"
            );
            return Err(StoreError::Unavailable(text.into()));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_file_is_named() {
        let track =
            [Migration { number: 1, sql: "CREATE TABLE a (b)" }, Migration { number: 2, sql: "CREATE TABLE c (d)" }];
        let applied: Vec<_> = track.iter().map(|m| (m.number, m.checksum())).collect();
        assert!(compare(&track, &applied).is_ok());
        let changed = [track[0], Migration { number: 2, sql: "CREATE TABLE c (e)" }];
        let error = compare(&changed, &applied).map_err(|e| format!("{e:?}"));
        assert!(error.is_err_and(|e| e.contains("migration 2")));
    }
}
