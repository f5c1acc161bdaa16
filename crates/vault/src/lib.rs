//! Sealing: XChaCha20-Poly1305 under 256-bit keys, keys wrapped by keys, and a key under a passphrase. Bytes only: what
//! they mean, and where keys lie, is not known here (ADR 0018).
//!
//! What is sealed is bound to a place (`about`, the associated data of the cipher), so that a row put into the place of
//! another does not open.

#![warn(missing_docs)]

mod keyring;
mod passphrase;
pub mod sha256;

use base64ct::{Base64UrlUnpadded, Encoding};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

pub use keyring::Keyring;
pub use passphrase::{lock, unlock};

/// Bytes of a key.
const KEY: usize = 32;
/// Bytes of a nonce: long enough to be drawn by chance each time.
const NONCE: usize = 24;

/// Why something was not sealed or opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VaultError {
    /// Another key, another place, or changed bytes.
    #[error("it was sealed with another key or for another place, or was changed since")]
    NotOpened,
    /// A key the keyring does not hold.
    #[error("it was sealed with a key that is not there")]
    UnknownKey,
    /// Not in the form of a sealed text or of a key.
    #[error("it is not in the form of a sealed text or of a key")]
    Form,
    /// The system gives no randomness, or a cipher refuses the length.
    #[error("the system gives no randomness")]
    Random,
}

/// A key of 256 bits. Its memory is overwritten when it is dropped, and nothing prints it.
#[derive(Clone, PartialEq, Eq)]
pub struct Key(Zeroizing<[u8; KEY]>);

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Key({})", self.fingerprint())
    }
}

impl Key {
    /// A new key by chance.
    ///
    /// # Errors
    /// [`VaultError::Random`].
    pub fn random() -> Result<Self, VaultError> {
        let mut bytes = Zeroizing::new([0; KEY]);
        getrandom::fill(bytes.as_mut()).map_err(|_| VaultError::Random)?;
        Ok(Self(bytes))
    }

    /// A key as it is written in a file: base64url of 32 bytes.
    ///
    /// # Errors
    /// [`VaultError::Form`].
    pub fn parse(text: &str) -> Result<Self, VaultError> {
        let bytes = Zeroizing::new(Base64UrlUnpadded::decode_vec(text.trim()).map_err(|_| VaultError::Form)?);
        let bytes: [u8; KEY] = bytes.as_slice().try_into().map_err(|_| VaultError::Form)?;
        Ok(Self(Zeroizing::new(bytes)))
    }

    /// The same as text.
    pub fn text(&self) -> Zeroizing<String> {
        Zeroizing::new(Base64UrlUnpadded::encode_string(self.0.as_ref()))
    }

    /// What the key is known by; nothing of it follows from this.
    pub fn fingerprint(&self) -> String {
        let digest = Sha256::new().chain_update(b"huiyin key fingerprint\0").chain_update(self.0.as_ref()).finalize();
        digest.iter().take(8).map(|b| format!("{b:02x}")).collect()
    }

    /// Seals bytes for a place.
    ///
    /// # Errors
    /// [`VaultError::Random`].
    pub fn seal(&self, about: &str, plain: &[u8]) -> Result<Vec<u8>, VaultError> {
        let mut nonce = [0; NONCE];
        getrandom::fill(&mut nonce).map_err(|_| VaultError::Random)?;
        let cipher = XChaCha20Poly1305::new((&*self.0).into());
        let sealed = cipher
            .encrypt(&XNonce::from(nonce), Payload { msg: plain, aad: about.as_bytes() })
            .map_err(|_| VaultError::Random)?;
        Ok(nonce.into_iter().chain(sealed).collect())
    }

    /// Opens what [`Key::seal`] made for the same place.
    ///
    /// # Errors
    /// [`VaultError::NotOpened`].
    pub fn open(&self, about: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE>().ok_or(VaultError::Form)?;
        let cipher = XChaCha20Poly1305::new((&*self.0).into());
        let plain = cipher.decrypt(&XNonce::from(*nonce), Payload { msg: sealed, aad: about.as_bytes() });
        plain.map(Zeroizing::new).map_err(|_| VaultError::NotOpened)
    }

    /// Seals bytes as text, for a row.
    ///
    /// # Errors
    /// As [`Key::seal`].
    pub fn seal_text(&self, about: &str, plain: &[u8]) -> Result<String, VaultError> {
        Ok(Base64UrlUnpadded::encode_string(&self.seal(about, plain)?))
    }

    /// Opens such a text.
    ///
    /// # Errors
    /// As [`Key::open`].
    pub fn open_text(&self, about: &str, sealed: &str) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        self.open(about, &Base64UrlUnpadded::decode_vec(sealed).map_err(|_| VaultError::Form)?)
    }

    /// Another key sealed under this one.
    ///
    /// # Errors
    /// As [`Key::seal`].
    pub fn wrap(&self, about: &str, key: &Self) -> Result<String, VaultError> {
        self.seal_text(about, key.0.as_ref())
    }

    /// The key in such a text.
    ///
    /// # Errors
    /// As [`Key::open`].
    pub fn unwrap(&self, about: &str, wrapped: &str) -> Result<Self, VaultError> {
        let bytes = self.open_text(about, wrapped)?;
        let bytes: [u8; KEY] = bytes.as_slice().try_into().map_err(|_| VaultError::Form)?;
        Ok(Self(Zeroizing::new(bytes)))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_with_its_key_in_its_place_and_not_otherwise() {
        let (key, other) = (Key::random().unwrap(), Key::random().unwrap());
        let sealed = key.seal("vault:1", "张三 13900138000".as_bytes()).unwrap();
        assert_eq!(key.open("vault:1", &sealed).unwrap().as_slice(), "张三 13900138000".as_bytes());
        assert_eq!(other.open("vault:1", &sealed), Err(VaultError::NotOpened));
        assert_eq!(key.open("vault:2", &sealed), Err(VaultError::NotOpened), "moved to another row");
        for at in [0, NONCE, sealed.len() - 1] {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert_eq!(key.open("vault:1", &changed), Err(VaultError::NotOpened), "changed at {at}");
        }
        assert_eq!(key.open("vault:1", &sealed[..10]), Err(VaultError::Form));
        assert_ne!(
            key.seal("vault:1", b"x").unwrap(),
            key.seal("vault:1", b"x").unwrap(),
            "the same is not seen to be the same"
        );
    }

    #[test]
    fn keys_are_written_wrapped_and_shown_by_their_fingerprint_alone() {
        let (key, inner) = (Key::random().unwrap(), Key::random().unwrap());
        assert_eq!(Key::parse(&format!("{}\n", *key.text())).unwrap(), key);
        assert_eq!(key.unwrap("k", &key.wrap("k", &inner).unwrap()).unwrap(), inner);
        assert!(inner.unwrap("k", &key.wrap("k", &inner).unwrap()).is_err());
        assert!(!format!("{key:?}").contains(&*key.text()) && format!("{key:?}").contains(&key.fingerprint()));
        for bad in ["", "abc", "=", &"A".repeat(44)] {
            assert_eq!(Key::parse(bad).unwrap_err(), VaultError::Form, "{bad}");
        }
    }

    /// draft-irtf-cfrg-xchacha-03, A.3.1: what is written here is the cipher others read.
    #[test]
    fn the_cipher_is_the_one_of_the_draft() {
        let key = Key(Zeroizing::new(std::array::from_fn(|i| 0x80 + u8::try_from(i).unwrap())));
        let hex = |text: &str| {
            (0..text.len()).step_by(2).map(|i| u8::from_str_radix(&text[i..i + 2], 16).unwrap()).collect::<Vec<u8>>()
        };
        let nonce = hex("404142434445464748494a4b4c4d4e4f5051525354555657");
        let plain = b"Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it.";
        let aad = hex("50515253c0c1c2c3c4c5c6c7");
        let cipher = XChaCha20Poly1305::new((&*key.0).into());
        let nonce: [u8; NONCE] = nonce.try_into().unwrap();
        let sealed = cipher.encrypt(&XNonce::from(nonce), Payload { msg: plain, aad: &aad }).unwrap();
        assert_eq!(sealed[..16], hex("bd6d179d3e83d43b9576579493c0e939"));
        assert_eq!(sealed[sealed.len() - 16..], hex("c0875924c1c7987947deafd8780acf49"));
    }
}
