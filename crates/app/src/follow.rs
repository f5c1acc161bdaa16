//! Following by receipt code: the petitioner's own view and acts. No account; wrong codes are throttled.

use huiyin_domain::matter::Matter;
use huiyin_storage::{AttachmentRecord, SubmissionRecord};

use crate::act::{self, Move};
use crate::error::{AppError, Result};
use crate::lodge::receipt;
use crate::matter_view::{MatterView, whole};
use crate::office::Office;
use crate::sign_in::throttle;

/// A submission by its receipt code. `from` is where the guess comes from; after several wrong ones it must wait.
///
/// # Errors
/// [`AppError::NotFound`] for a wrong code, [`AppError::Throttled`] after too many.
pub async fn open(office: &Office, code: &str, from: &str) -> Result<SubmissionRecord> {
    let key = format!("code:{from}");
    throttle::check(office, &key).await?;
    let digits = receipt::plain(code);
    let found = if digits.len() == 16 { office.store().submission_by_receipt(office.tenant(), &receipt::hash(office, &digits)).await? } else { None };
    match found {
        Some(record) => Ok(record),
        None => {
            throttle::miss(office, &key).await?;
            Err(AppError::NotFound)
        }
    }
}

/// Every matter of a submission with what was done and what is owed, for the petitioner.
///
/// # Errors
/// As the store.
pub async fn view(office: &Office, submission: &SubmissionRecord) -> Result<Vec<MatterView>> {
    let mut out = Vec::new();
    for matter in office.store().matters_of(office.tenant(), &submission.submission.id).await? {
        out.push(whole(office, matter).await?);
    }
    Ok(out)
}

/// A move of the petitioner's own: add, rate, ask for review, withdraw, undo.
///
/// # Errors
/// [`AppError::Closed`] with the reason.
pub async fn make(office: &Office, submission: &SubmissionRecord, part: u16, step: Move) -> Result<Matter> {
    act::by_petitioner(office, submission, part, step).await
}

/// The bytes of a file of a submission.
///
/// # Errors
/// [`AppError::NotFound`].
pub async fn file(office: &Office, submission: &SubmissionRecord, id: &str) -> Result<(AttachmentRecord, Vec<u8>)> {
    let files = office.store().attachments(office.tenant(), &submission.submission.id).await?;
    let record = files.into_iter().find(|f| f.id == id).ok_or(AppError::NotFound)?;
    let bytes = office.files().get(&record.hash).await?;
    Ok((record, bytes))
}
