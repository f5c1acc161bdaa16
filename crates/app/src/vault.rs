//! The vault: identity and contact of a submission and the files that belong to it, sealed under a key of the
//! submission, which the office key wraps (ADR 0018). Erasing the row destroys the key, and with it what any copy of
//! the files says.
//!
//! A file that is sent before there is a submission has its key wrapped by the office key until it is adopted.

use huiyin_domain::ids::{ProceedingId, SubmissionId};
use huiyin_storage::{
    AttachmentRecord, Changes, Identity, IdentityCorrection, Record, RecordWrite, Table, VaultRecord,
};
use huiyin_vault::{Key, VaultError};
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::error::{AppError, Result};
use crate::office::Office;

/// Who a submission is from, opened.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Who and how to reach.
    pub identity: Identity,
    /// What it was before it was corrected.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub corrections: Vec<IdentityCorrection>,
}

impl From<VaultError> for AppError {
    fn from(error: VaultError) -> Self {
        Self::Internal { context: "the vault does not open".to_owned(), source: Some(error.into()) }
    }
}

/// What the files and messages of a proceeding that is no matter hang on: a row of the vault of its own, which is named
/// by its id and holds their key and nobody's name.
pub(crate) fn owner(proceeding: &ProceedingId) -> SubmissionId {
    SubmissionId(proceeding.0.clone())
}

fn about_key(submission: &SubmissionId) -> String {
    format!("key:{submission}")
}

fn about_body(submission: &SubmissionId) -> String {
    format!("vault:{submission}")
}

fn about_file(stored: &str) -> String {
    format!("file:{stored}")
}

/// Opens a row: its key, where it has one, and who it is.
fn opened(office: &Office, row: VaultRecord) -> Result<(Option<Key>, Person)> {
    match row {
        VaultRecord::Sealed { submission, key, body } => {
            let key = office.keys().unwrap(&about_key(&submission), &key)?;
            let plain = key.open_text(&about_body(&submission), &body)?;
            let person =
                serde_json::from_slice(&plain).map_err(|e| AppError::damaged("vault", submission.as_str(), &e))?;
            Ok((Some(key), person))
        }
        VaultRecord::Plain { identity, corrections, .. } => Ok((None, Person { identity, corrections })),
    }
}

/// Who a submission is from; `None` when nothing is kept. The caller records the purpose first.
///
/// # Errors
/// As the store; [`AppError::Internal`] when the office key is another one or the row was changed.
pub(crate) async fn person(office: &Office, submission: &SubmissionId) -> Result<Option<Person>> {
    let row = office.store().vault(office.tenant(), submission).await?;
    row.map(|row| opened(office, row).map(|(_, person)| person)).transpose()
}

fn sealed(office: &Office, submission: &SubmissionId, key: &Key, person: &Person) -> Result<VaultRecord> {
    let plain = serde_json::to_vec(person).map_err(AppError::caused("identity has no JSON"))?;
    Ok(VaultRecord::Sealed {
        submission: submission.clone(),
        key: office.keys().wrap(&about_key(submission), key)?,
        body: key.seal_text(&about_body(submission), &plain)?,
    })
}

/// Puts the identity of a new submission and its files into a unit of work, under a key of their own.
pub(crate) fn begin(
    office: &Office,
    submission: &SubmissionId,
    identity: Identity,
    files: Vec<AttachmentRecord>,
    changes: &mut Changes,
) -> Result<()> {
    let key = Key::random()?;
    changes.vaults.push(sealed(office, submission, &key, &Person { identity, corrections: Vec::new() })?);
    for file in files {
        changes.attachments.push(adopted(office, &key, AttachmentRecord { submission: submission.clone(), ..file })?);
    }
    Ok(())
}

/// Puts a row into a unit of work, in place of an earlier one of the same submission.
fn put(changes: &mut Changes, row: VaultRecord) {
    changes.vaults.retain(|kept| kept.submission() != row.submission());
    changes.vaults.push(row);
}

/// The key of a submission and who it is from. A row without a key gets one in the same unit of work.
async fn unlock(office: &Office, submission: &SubmissionId, changes: &mut Changes) -> Result<(Key, Person)> {
    // Of several letters handled as one each has a row of its own.
    let row = match changes.vaults.iter().find(|row| row.submission() == submission) {
        Some(row) => Some(row.clone()),
        None => office.store().vault(office.tenant(), submission).await?,
    };
    let (key, person) = row.map(|row| opened(office, row)).transpose()?.unwrap_or_default();
    if let Some(key) = key {
        return Ok((key, person));
    }
    let key = Key::random()?;
    put(changes, sealed(office, submission, &key, &person)?);
    Ok((key, person))
}

/// Changes who a submission is from, within a unit of work.
pub(crate) async fn change(
    office: &Office,
    submission: &SubmissionId,
    changes: &mut Changes,
    change: impl FnOnce(&mut Person) -> Result<()>,
) -> Result<()> {
    let (key, mut person) = unlock(office, submission, changes).await?;
    change(&mut person)?;
    put(changes, sealed(office, submission, &key, &person)?);
    Ok(())
}

/// Gives files to a submission: from now on their keys open with its key alone.
pub(crate) async fn adopt(
    office: &Office,
    submission: &SubmissionId,
    files: Vec<AttachmentRecord>,
    changes: &mut Changes,
) -> Result<()> {
    if files.is_empty() {
        return Ok(());
    }
    let (key, _) = unlock(office, submission, changes).await?;
    for file in files {
        changes.attachments.push(adopted(office, &key, AttachmentRecord { submission: submission.clone(), ..file })?);
    }
    Ok(())
}

fn adopted(office: &Office, key: &Key, file: AttachmentRecord) -> Result<AttachmentRecord> {
    if file.key.is_empty() || !is_the_offices(&file.key) {
        return Ok(file);
    }
    let about = about_file(&file.stored);
    let own = office.keys().unwrap(&about, &file.key)?;
    Ok(AttachmentRecord { key: key.wrap(&about, &own)?, ..file })
}

/// Whether a wrapped key is the office key's: those carry its fingerprint.
fn is_the_offices(wrapped: &str) -> bool {
    wrapped.contains('.')
}

/// A stored file under a key of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SealedFile {
    /// SHA-256 of the bytes as they are read, hex.
    pub hash: String,
    /// Name in the file store: SHA-256 of the sealed bytes, hex.
    pub stored: String,
    /// Its key, wrapped by the office key.
    pub key: String,
    /// Bytes as they are read.
    pub size: u64,
}

/// Stores bytes sealed.
///
/// # Errors
/// As the file store.
pub(crate) async fn store(office: &Office, bytes: &[u8]) -> Result<SealedFile> {
    let key = Key::random()?;
    let stored = office.files().put_sealed(&key.seal("file", bytes)?).await?;
    let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    Ok(SealedFile { hash: hash(bytes), key: office.keys().wrap(&about_file(&stored), &key)?, stored, size })
}

/// Stores bytes sealed for a submission that is there.
///
/// # Errors
/// As [`store`].
pub(crate) async fn store_for(office: &Office, submission: &SubmissionId, bytes: &[u8]) -> Result<SealedFile> {
    let file = store(office, bytes).await?;
    // A row from before is sealed now, so that the file hangs on a key of its submission and on no other.
    let mut changes = Changes::new(office.tenant().clone());
    let (key, _) = unlock(office, submission, &mut changes).await?;
    if !changes.vaults.is_empty() {
        office.store().commit(changes).await?;
    }
    let about = about_file(&file.stored);
    let own = office.keys().unwrap(&about, &file.key)?;
    Ok(SealedFile { key: key.wrap(&about, &own)?, ..file })
}

/// The bytes of a file of a submission, compared with their digest on record.
///
/// # Errors
/// [`AppError::Internal`] when they were changed or do not open; as the file store.
pub(crate) async fn read(office: &Office, file: &AttachmentRecord) -> Result<Vec<u8>> {
    let bytes = open(office, &file.submission, &file.hash, &file.stored, &file.key).await?;
    if hash(&bytes) != file.hash {
        return Err(AppError::internal(format!("the file `{}` is not the one that was stored", file.id)));
    }
    Ok(bytes)
}

/// The bytes of a file by its names and key; plain where it was stored before files were sealed.
pub(crate) async fn open(
    office: &Office,
    submission: &SubmissionId,
    hash: &str,
    stored: &str,
    key: &str,
) -> Result<Vec<u8>> {
    if stored.is_empty() {
        return Ok(office.files().get(hash).await?);
    }
    let sealed = office.files().get(stored).await?;
    let about = about_file(stored);
    let key = if is_the_offices(key) {
        office.keys().unwrap(&about, key)?
    } else {
        let row = office.store().vault(office.tenant(), submission).await?.ok_or(AppError::NotFound)?;
        opened(office, row)?.0.ok_or(AppError::NotFound)?.unwrap(&about, key)?
    };
    Ok(key.open("file", &sealed)?.to_vec())
}

/// SHA-256, hex.
pub(crate) fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
}

/// A row sealed under the current office key, when it is not yet: of a store from before, and after a rotation. The
/// row's own key stays, so files need not be touched.
///
/// # Errors
/// [`AppError::Internal`] when it does not open.
pub(crate) fn renewed(office: &Office, row: VaultRecord) -> Result<Option<VaultRecord>> {
    match row {
        VaultRecord::Sealed { submission, key, body } => {
            if office.keys().is_current(&key) {
                return Ok(None);
            }
            let about = about_key(&submission);
            let inner = office.keys().unwrap(&about, &key)?;
            Ok(Some(VaultRecord::Sealed { key: office.keys().wrap(&about, &inner)?, submission, body }))
        }
        VaultRecord::Plain { submission, identity, corrections } => {
            sealed(office, &submission, &Key::random()?, &Person { identity, corrections }).map(Some)
        }
    }
}

/// A stored file to be removed, by its name.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct DoomedFile {
    /// Not before this; `None`: as soon as nothing uses it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) after: Option<Timestamp>,
}

impl Record for DoomedFile {
    const TABLE: Table = Table::DoomedFile;
    type Key = (String,);
}

/// That a stored file is to be removed as soon as nothing uses it.
pub(crate) fn doomed(name: &str) -> Result<RecordWrite> {
    Ok(RecordWrite::put(&(name.to_owned(),), &DoomedFile::default())?)
}

/// Hours after which a file that was sent must be in use: the draft it came with is over by then.
const UNUSED_HOURS: i64 = 6;

/// Notes that a file was sent and is not used yet. A later sweep removes it unless it is by then.
pub(crate) async fn look_at_later(office: &Office, hash: &str) -> Result<()> {
    let after = office.machine_now().checked_add(UNUSED_HOURS.hours()).unwrap_or(Timestamp::MAX);
    office.write(vec![RecordWrite::put(&(hash.to_owned(),), &DoomedFile { after: Some(after) })?]).await
}
