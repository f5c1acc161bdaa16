//! Bytes on their way in: on the disk and not in memory, in a file without a name that is gone with its last handle.

use std::fs::File;
use std::io::{Read, Seek, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use crate::FileError;

/// An upload that is still coming or waits to be looked at.
#[derive(Debug, Clone)]
pub struct Incoming {
    file: Arc<Mutex<File>>,
    size: u64,
}

impl Incoming {
    pub(crate) fn begin(folder: &Path) -> Result<Self, FileError> {
        Ok(Self { file: Arc::new(Mutex::new(tempfile::tempfile_in(folder)?)), size: 0 })
    }

    /// Adds bytes.
    ///
    /// # Errors
    /// [`FileError::Io`], as on a full disk.
    pub async fn add(&mut self, bytes: Vec<u8>) -> Result<(), FileError> {
        self.size += u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        self.with(move |file| file.write_all(&bytes)).await
    }

    /// How many there are.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// All of them.
    ///
    /// # Errors
    /// [`FileError::Io`].
    pub async fn read(&self) -> Result<Vec<u8>, FileError> {
        let size = usize::try_from(self.size).unwrap_or(0);
        self.with(move |file| {
            let mut out = Vec::with_capacity(size);
            file.rewind()?;
            file.read_to_end(&mut out).map(|_| out)
        })
        .await
    }

    async fn with<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut File) -> std::io::Result<T> + Send + 'static,
    ) -> Result<T, FileError> {
        let file = Arc::clone(&self.file);
        let job = move || job(&mut file.lock().unwrap_or_else(PoisonError::into_inner));
        Ok(tokio::task::spawn_blocking(job).await.map_err(std::io::Error::other)??)
    }
}

#[cfg(test)]
mod tests {
    use crate::FileStore;

    #[tokio::test]
    async fn what_comes_in_lies_on_the_disk_without_a_name_and_is_read_as_often_as_wanted() {
        let folder = tempfile::tempdir().unwrap();
        let store = FileStore::open(folder.path()).unwrap();
        let mut incoming = store.incoming().unwrap();
        incoming.add(b"one ".to_vec()).await.unwrap();
        incoming.add(b"two".to_vec()).await.unwrap();
        for _ in 0..2 {
            assert_eq!((incoming.read().await.unwrap().as_slice(), incoming.size()), (&b"one two"[..], 7));
        }
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
