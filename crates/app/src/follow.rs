//! Following by receipt code: the petitioner's own view and acts. No account; wrong codes are throttled.

use huiyin_domain::ids::SubmissionId;
use huiyin_domain::matter::Matter;
use huiyin_storage::{AttachmentRecord, ItemKind, ItemRecord, SubmissionRecord};
use jiff::ToSpan;

use crate::act::{self, Move};
use crate::error::{AppError, Result};
use crate::lodge::receipt;
use crate::matter_view::{MatterView, whole};
use crate::office::{Office, random_hex};
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
            // One wrong guess at a time: many at once are counted one after another.
            let _turn = office.turn().await;
            throttle::check(office, &key).await?;
            throttle::miss(office, &key).await?;
            Err(AppError::NotFound)
        }
    }
}

/// The code and submission of a form this browser has just sent; it holds the form's token, so nothing is guessed.
///
/// # Errors
/// [`AppError::NotFound`] when the form was not sent.
pub async fn own(office: &Office, form_token: &str) -> Result<(String, SubmissionRecord)> {
    let code = receipt::code(office, form_token);
    let record = office.store().submission_by_receipt(office.tenant(), &receipt::hash(office, &code)).await?.ok_or(AppError::NotFound)?;
    Ok((code, record))
}

/// A submission as its petitioner holds it open.
pub type Kept = SubmissionRecord;

/// Hours a followed petition stays open in a browser.
const OPEN_HOURS: i64 = 2;

/// Opens a submission by code and keeps it open for this browser; returns the secret its cookie holds.
///
/// # Errors
/// As [`open`].
pub async fn keep_open(office: &Office, code: &str, from: &str) -> Result<String> {
    let record = open(office, code, from).await?;
    keep(office, &record).await
}

/// Keeps a submission open for the browser that has just lodged it.
///
/// # Errors
/// As the store.
pub async fn keep(office: &Office, record: &SubmissionRecord) -> Result<String> {
    let secret = random_hex(32)?;
    let expires = office.machine_now().checked_add(OPEN_HOURS.hours()).ok();
    let doc = serde_json::json!({ "submission": record.submission.id });
    let item = ItemRecord { kind: ItemKind::Session, key: office.keyed_hash("follow", &secret), doc, expires, only_new: true };
    office.store().put_items(office.tenant(), vec![item]).await?;
    Ok(secret)
}

/// The submission a browser's cookie keeps open.
///
/// # Errors
/// [`AppError::NotSignedIn`] when it is unknown or past its time.
pub async fn kept(office: &Office, secret: &str) -> Result<SubmissionRecord> {
    let item = office
        .store()
        .item(office.tenant(), ItemKind::Session, &office.keyed_hash("follow", secret), office.machine_now())
        .await?
        .ok_or(AppError::NotSignedIn)?;
    let id = item.doc.get("submission").and_then(|v| v.as_str()).unwrap_or_default();
    office.store().submission(office.tenant(), &SubmissionId::new(id)).await?.ok_or(AppError::NotSignedIn)
}

/// Closes it in this browser.
///
/// # Errors
/// As the store.
pub async fn close(office: &Office, secret: &str) -> Result<()> {
    Ok(office.store().remove_item(office.tenant(), ItemKind::Session, &office.keyed_hash("follow", secret)).await?)
}

/// Every matter of a submission with what was done and what is owed, for the petitioner.
///
/// # Errors
/// As the store.
pub async fn view(office: &Office, submission: &SubmissionRecord) -> Result<Vec<MatterView>> {
    let mut out = Vec::new();
    for matter in office.store().matters_of(office.tenant(), &submission.submission.id).await? {
        let mut view = whole(office, matter).await?;
        view.files.retain(is_hers);
        view.papers.retain(|p| p.for_petitioner);
        out.push(view);
    }
    Ok(out)
}

/// Her own files and those of steps she is told of; evidence and notes between offices are not hers to read here.
fn is_hers(file: &AttachmentRecord) -> bool {
    file.told || file.by == "petitioner"
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
    let record = files.into_iter().filter(is_hers).find(|f| f.id == id).ok_or(AppError::NotFound)?;
    let bytes = office.files().get(&record.hash).await?;
    Ok((record, bytes))
}
