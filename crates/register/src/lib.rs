//! Commitments: the hash of each event, chained per matter, so that a record cannot be changed unseen.
//!
//! This crate knows nothing of petitions; it hashes JSON. It is not yet a tree with signed heads: that is
//! built on these commitments later, without changing them (DESIGN decision 4).

#![warn(missing_docs)]

use serde::Serialize;
use sha2::{Digest, Sha256};

/// A commitment could not be made or does not hold.
#[derive(Debug, thiserror::Error)]
pub enum RegisterError {
    /// The value has no canonical JSON (RFC 8785).
    #[error("the value has no canonical form")]
    Canonical(#[source] serde_json::Error),
    /// The chain is broken at this event.
    #[error("the record does not agree with its commitment at event {n}")]
    Broken {
        /// Serial of the event, from 1.
        n: usize,
    },
}

/// The commitment of one event: SHA-256(previous commitment ‖ salt ‖ RFC 8785 JSON), in hex.
///
/// # Errors
/// [`RegisterError::Canonical`] for values JSON cannot hold.
pub fn commit<T: Serialize>(previous: &str, salt: &str, value: &T) -> Result<String, RegisterError> {
    let canonical = serde_jcs::to_vec(value).map_err(RegisterError::Canonical)?;
    let mut hash = Sha256::new();
    hash.update(previous.as_bytes());
    hash.update(salt.as_bytes());
    hash.update(&canonical);
    Ok(hex(&hash.finalize()))
}

/// The digest of words kept elsewhere: SHA-256(salt ‖ RFC 8785 JSON), in hex.
///
/// # Errors
/// [`RegisterError::Canonical`] for values JSON cannot hold.
pub fn digest<T: Serialize>(salt: &str, value: &T) -> Result<String, RegisterError> {
    commit("", salt, value)
}

/// Checks a chain of (salt, value, commitment) from its beginning.
///
/// # Errors
/// [`RegisterError::Broken`] names the first event that does not agree.
pub fn verify<'a, T: Serialize + 'a>(
    chain: impl Iterator<Item = (&'a str, &'a T, &'a str)>,
) -> Result<(), RegisterError> {
    let mut previous = String::new();
    for (index, (salt, value, claimed)) in chain.enumerate() {
        let made = commit(&previous, salt, value)?;
        if made != claimed {
            return Err(RegisterError::Broken { n: index + 1 });
        }
        previous = made;
    }
    Ok(())
}

/// Bytes as lower-case hex.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, b| {
        let _ = write!(out, "{b:02x}");
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_event_breaks_the_chain_at_its_place() {
        let values =
            [serde_json::json!({"b": 1, "a": "供暖"}), serde_json::json!({"x": [1, 2]}), serde_json::json!(null)];
        let mut chain = Vec::new();
        let mut previous = String::new();
        for value in &values {
            previous = commit(&previous, "00ff", value).unwrap();
            chain.push(previous.clone());
        }
        let check =
            |values: &[serde_json::Value]| verify(values.iter().zip(&chain).map(|(v, c)| ("00ff", v, c.as_str())));
        assert!(check(&values).is_ok());
        let mut forged = values.clone();
        forged[1] = serde_json::json!({"x": [1, 3]});
        assert!(matches!(check(&forged), Err(RegisterError::Broken { n: 2 })));
    }

    #[test]
    fn the_order_of_keys_does_not_matter() {
        let a: serde_json::Value = serde_json::from_str(r#"{"a":1,"b":2}"#).unwrap();
        let b: serde_json::Value = serde_json::from_str(r#"{"b":2,"a":1}"#).unwrap();
        assert_eq!(commit("", "s", &a).unwrap(), commit("", "s", &b).unwrap());
    }
}
