//! A key file under a passphrase, for keeping it apart: argon2id makes the key that seals it.

use argon2::{Algorithm, Argon2, Params, Version};
use base64ct::{Base64UrlUnpadded, Encoding};
use zeroize::Zeroizing;

use crate::{Key, VaultError};

/// The first line of a locked text.
const HEAD: &str = "huiyin-locked-1";
/// Memory in KiB, turns and lanes of argon2id: about a second on a small machine, for a text somebody may take away.
const COST: (u32, u32, u32) = (262_144, 3, 1);
/// Bytes of a salt.
const SALT: usize = 16;

fn key(passphrase: &str, salt: &[u8]) -> Result<Key, VaultError> {
    let (memory, turns, lanes) = COST;
    let params = Params::new(memory, turns, lanes, Some(32)).map_err(|_| VaultError::Form)?;
    let mut bytes = Zeroizing::new([0; 32]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(passphrase.as_bytes(), salt, bytes.as_mut())
        .map_err(|_| VaultError::Form)?;
    Ok(Key(bytes))
}

/// Seals a text under a passphrase.
///
/// # Errors
/// [`VaultError::Random`].
pub fn lock(passphrase: &str, plain: &str) -> Result<String, VaultError> {
    let mut salt = [0; SALT];
    getrandom::fill(&mut salt).map_err(|_| VaultError::Random)?;
    let sealed = key(passphrase, &salt)?.seal_text(HEAD, plain.as_bytes())?;
    Ok(format!("{HEAD}\n{}\n{sealed}\n", Base64UrlUnpadded::encode_string(&salt)))
}

/// Opens such a text.
///
/// # Errors
/// [`VaultError::NotOpened`] for a wrong passphrase; [`VaultError::Form`] for another text.
pub fn unlock(passphrase: &str, locked: &str) -> Result<Zeroizing<String>, VaultError> {
    let lines: Vec<&str> = locked.lines().map(str::trim).filter(|l| !l.is_empty()).collect();
    let [HEAD, salt, sealed] = lines.as_slice() else { return Err(VaultError::Form) };
    let salt = Base64UrlUnpadded::decode_vec(salt).map_err(|_| VaultError::Form)?;
    let plain = key(passphrase, &salt)?.open_text(HEAD, sealed)?;
    String::from_utf8(plain.to_vec()).map(Zeroizing::new).map_err(|_| VaultError::Form)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn only_the_passphrase_opens_it() {
        let locked = lock("nine otters climb", "key\n").unwrap();
        assert!(!locked.contains("key\n") && locked.starts_with(HEAD));
        assert_eq!(unlock("nine otters climb", &locked).unwrap().as_str(), "key\n");
        assert_eq!(unlock("ten otters climb", &locked), Err(VaultError::NotOpened));
        assert_eq!(unlock("nine otters climb", "something else"), Err(VaultError::Form));
    }
}
