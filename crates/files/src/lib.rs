//! Files by the hash of what is stored, in a folder. The type is found in the bytes, never believed from a name.
//!
//! What is stored is never changed; the same bytes are stored once.

mod incoming;
mod kind;
mod photo;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use sha2::{Digest, Sha256};
use tokio::io::AsyncWriteExt;

pub use incoming::Incoming;
pub use kind::{ending, sniff};
pub use photo::{Doorway, Traces, at_the_door};

/// Why a file was not taken or not found.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// Nothing in it.
    #[error("the file is empty")]
    Empty,
    /// Not one of the types that may be stored.
    #[error("the file is none of: photo, scan, PDF, OFD, Word, Excel, WPS, PowerPoint, recording, video, plain text")]
    Type,
    /// The hash is not a hash.
    #[error("`{0}` is not the hash of a file")]
    Hash(String),
    /// The folder cannot be read or written.
    #[error("the file store does not answer")]
    Io(#[from] std::io::Error),
}

impl FileError {
    /// The file itself is at fault, and not the folder.
    pub fn is_of_the_file(&self) -> bool {
        matches!(self, Self::Empty | Self::Type)
    }
}

/// A stored file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// SHA-256 of the bytes, hex.
    pub hash: String,
    /// Type found in the bytes.
    pub media_type: &'static str,
    /// Bytes.
    pub size: u64,
}

/// Counts files being written, so that two of the same bytes at once do not share one.
static PARTS: AtomicU64 = AtomicU64::new(0);

/// A folder of files.
#[derive(Debug, Clone)]
pub struct FileStore {
    root: PathBuf,
}

impl FileStore {
    /// A store in a folder, made when missing.
    ///
    /// # Errors
    /// [`FileError::Io`].
    pub fn open(root: &Path) -> Result<Self, FileError> {
        std::fs::create_dir_all(root)?;
        Ok(Self { root: root.to_owned() })
    }

    /// A place for bytes on their way in, beside the files and without a name.
    ///
    /// # Errors
    /// [`FileError::Io`].
    pub fn incoming(&self) -> Result<Incoming, FileError> {
        Incoming::begin(&self.root)
    }

    /// Stores bytes and says what they are.
    ///
    /// # Errors
    /// [`FileError::Empty`] and [`FileError::Type`] for what may not be stored.
    pub async fn put(&self, bytes: &[u8]) -> Result<Stored, FileError> {
        let media_type = sniff(bytes)?;
        let hash = self.put_sealed(bytes).await?;
        Ok(Stored { hash, media_type, size: u64::try_from(bytes.len()).unwrap_or(u64::MAX) })
    }

    /// Stores bytes that say nothing of what they are, and gives their hash.
    ///
    /// # Errors
    /// [`FileError::Io`].
    pub async fn put_sealed(&self, bytes: &[u8]) -> Result<String, FileError> {
        let hash = hash_of(bytes);
        let path = self.path(&hash)?;
        // Known bytes are stamped as used now, so that a destruction under way leaves them.
        if !touch(path.clone()).await? {
            let folder = path.parent().unwrap_or(&self.root).to_owned();
            tokio::fs::create_dir_all(&folder).await?;
            let part =
                folder.join(format!("{hash}.{}.{}.part", std::process::id(), PARTS.fetch_add(1, Ordering::Relaxed)));
            if let Err(error) = write(&part, &path, bytes).await {
                // Half a file on a full disk helps nobody.
                let _ = tokio::fs::remove_file(&part).await;
                return Err(error.into());
            }
            // The name lasts as the bytes do.
            tokio::fs::File::open(&folder).await?.sync_all().await?;
        }
        Ok(hash)
    }

    /// The bytes of a file.
    ///
    /// # Errors
    /// [`FileError::Io`] when it is not there.
    pub async fn get(&self, hash: &str) -> Result<Vec<u8>, FileError> {
        Ok(tokio::fs::read(self.path(hash)?).await?)
    }

    /// Destroys a file that nothing uses, unless it was stored again within `grace`: then it may be about to be used,
    /// and `false` says that it must be looked at later. It is no error when it is gone already.
    ///
    /// # Errors
    /// [`FileError::Io`].
    pub async fn destroy(&self, hash: &str, grace: Duration) -> Result<bool, FileError> {
        let path = self.path(hash)?;
        let stamped = match tokio::fs::metadata(&path).await {
            Ok(found) => found.modified()?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(true),
            Err(error) => return Err(error.into()),
        };
        if stamped.elapsed().unwrap_or_default() < grace {
            return Ok(false);
        }
        tokio::fs::remove_file(path).await?;
        Ok(true)
    }

    fn path(&self, hash: &str) -> Result<PathBuf, FileError> {
        match (hash.len() == 64 && hash.bytes().all(|b| b.is_ascii_hexdigit()), hash.get(..2)) {
            (true, Some(first)) => Ok(self.root.join(first).join(hash)),
            _ => Err(FileError::Hash(hash.chars().take(70).collect())),
        }
    }
}

/// Writes bytes to the disk under one name and gives them the other when all are there.
async fn write(part: &Path, path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut options = tokio::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    options.mode(0o600);
    let mut file = options.open(part).await?;
    file.write_all(bytes).await?;
    file.sync_all().await?;
    tokio::fs::rename(part, path).await
}

/// Stamps a file as used now; `false` when it is not there.
#[expect(clippy::disallowed_methods, reason = "the time of a file is the machine's, by which it is swept")]
async fn touch(path: PathBuf) -> Result<bool, FileError> {
    let stamp = move || match std::fs::File::options().append(true).open(&path) {
        Ok(file) => file.set_modified(std::time::SystemTime::now()).map(|()| true),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    };
    Ok(tokio::task::spawn_blocking(stamp).await.map_err(std::io::Error::other)??)
}

fn hash_of(bytes: &[u8]) -> String {
    use std::fmt::Write;
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut out, b| {
        let _ = write!(out, "{b:02x}");
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn stored_once_and_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let store = FileStore::open(folder.path()).unwrap();
        let one = store.put("材料".as_bytes()).await.unwrap();
        assert_eq!(store.put("材料".as_bytes()).await.unwrap(), one);
        assert_eq!(store.get(&one.hash).await.unwrap(), "材料".as_bytes());
        assert!(!store.destroy(&one.hash, Duration::from_secs(60)).await.unwrap(), "stored a moment ago");
        assert!(store.destroy(&one.hash, Duration::ZERO).await.unwrap());
        assert!(store.destroy(&one.hash, Duration::ZERO).await.unwrap(), "gone already");
        assert!(store.get(&one.hash).await.is_err());
        assert!(matches!(store.get("../../etc/passwd").await, Err(FileError::Hash(_))));
    }
}
