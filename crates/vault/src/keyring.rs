//! The office's keys: the one new things are sealed with, and older ones that still open what was sealed before a
//! rotation.

use zeroize::Zeroizing;

use crate::{Key, VaultError};

/// Divides the fingerprint of the key from what it sealed.
const MARK: char = '.';

/// Keys, the current one first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keyring {
    current: Key,
    older: Vec<Key>,
}

impl Keyring {
    /// A keyring of one key.
    pub fn with_current(current: Key) -> Self {
        Self { current, older: Vec::new() }
    }

    /// Reads a key file: a key on each line, the current one first; lines that begin with `#` are remarks.
    ///
    /// # Errors
    /// [`VaultError::Form`].
    pub fn parse(text: &str) -> Result<Self, VaultError> {
        let lines = text.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#'));
        let mut keys = lines.map(Key::parse).collect::<Result<Vec<Key>, _>>()?.into_iter();
        Ok(Self { current: keys.next().ok_or(VaultError::Form)?, older: keys.collect() })
    }

    /// The text of a key file.
    pub fn text(&self) -> Zeroizing<String> {
        let lines: Vec<Zeroizing<String>> = std::iter::once(&self.current).chain(&self.older).map(Key::text).collect();
        Zeroizing::new(lines.iter().map(|l| format!("{}\n", **l)).collect())
    }

    /// What the current key is known by.
    pub fn fingerprint(&self) -> String {
        self.current.fingerprint()
    }

    /// Whether a key of this fingerprint is there.
    pub fn holds(&self, fingerprint: &str) -> bool {
        std::iter::once(&self.current).chain(&self.older).any(|k| k.fingerprint() == fingerprint)
    }

    /// A new current key in front of those that are there.
    ///
    /// # Errors
    /// [`VaultError::Random`].
    pub fn rotated(&self) -> Result<Self, VaultError> {
        let older = std::iter::once(&self.current).chain(&self.older).cloned().collect();
        Ok(Self { current: Key::random()?, older })
    }

    /// The current key alone: nothing is sealed with the older ones any more.
    pub fn without_older(&self) -> Self {
        Self::with_current(self.current.clone())
    }

    /// Whether there are older keys.
    pub fn has_older(&self) -> bool {
        !self.older.is_empty()
    }

    /// Seals bytes as text under the current key.
    ///
    /// # Errors
    /// As [`Key::seal`].
    pub fn seal(&self, about: &str, plain: &[u8]) -> Result<String, VaultError> {
        Ok(format!("{}{MARK}{}", self.fingerprint(), self.current.seal_text(about, plain)?))
    }

    /// Opens what a key of the ring sealed.
    ///
    /// # Errors
    /// [`VaultError::UnknownKey`]; as [`Key::open`].
    pub fn open(&self, about: &str, sealed: &str) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let (key, sealed) = self.key_of(sealed)?;
        key.open_text(about, sealed)
    }

    /// Wraps a key under the current one.
    ///
    /// # Errors
    /// As [`Key::seal`].
    pub fn wrap(&self, about: &str, key: &Key) -> Result<String, VaultError> {
        Ok(format!("{}{MARK}{}", self.fingerprint(), self.current.wrap(about, key)?))
    }

    /// The key in what a key of the ring wrapped.
    ///
    /// # Errors
    /// As [`Keyring::open`].
    pub fn unwrap(&self, about: &str, wrapped: &str) -> Result<Key, VaultError> {
        let (key, wrapped) = self.key_of(wrapped)?;
        key.unwrap(about, wrapped)
    }

    /// Whether a sealed text was sealed with the current key.
    pub fn is_current(&self, sealed: &str) -> bool {
        sealed.split_once(MARK).is_some_and(|(by, _)| by == self.fingerprint())
    }

    fn key_of<'a>(&self, sealed: &'a str) -> Result<(&Key, &'a str), VaultError> {
        let (by, sealed) = sealed.split_once(MARK).ok_or(VaultError::Form)?;
        let key = std::iter::once(&self.current).chain(&self.older).find(|k| k.fingerprint() == by);
        Ok((key.ok_or(VaultError::UnknownKey)?, sealed))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn after_a_rotation_the_old_still_opens_and_the_new_seals() {
        let first = Keyring::with_current(Key::random().unwrap());
        let old = first.seal("a", b"old").unwrap();
        let both = first.rotated().unwrap();
        assert!(!both.is_current(&old) && both.open("a", &old).unwrap().as_slice() == b"old");
        let new = both.seal("a", b"new").unwrap();
        assert_eq!(first.open("a", &new), Err(VaultError::UnknownKey));
        assert_eq!(Keyring::parse(&both.text()).unwrap(), both);
        let alone = both.without_older();
        assert!(
            alone.open("a", &new).is_ok() && alone.open("a", &old) == Err(VaultError::UnknownKey) && both.has_older()
        );
        assert_eq!(Keyring::parse("# nothing\n"), Err(VaultError::Form));
        assert_eq!(both.open("a", "no mark"), Err(VaultError::Form));
    }
}
