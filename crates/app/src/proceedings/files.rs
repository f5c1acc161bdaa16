//! Files that come with the moves of a proceeding that is no matter: what was handed in, minutes, a signature. Their
//! keys hang on a row of the vault that is the proceeding's own; the event of the move binds them.

use huiyin_domain::event::EventKind;
use huiyin_domain::payload::Field;
use huiyin_domain::procedure::MoveRule;
use huiyin_domain::subject::Subject;
use huiyin_domain::text;
use huiyin_storage::{AttachmentRecord, Changes, EventRecord};

use crate::access::reading;
use crate::error::{AppError, FormError, Result};
use crate::office::{Office, Staff};
use crate::step::Move;
use crate::vault;

/// The files of a proceeding, where its events bind any.
///
/// # Errors
/// As the store.
pub(super) async fn of(office: &Office, subject: &Subject, events: &[EventRecord]) -> Result<Vec<AttachmentRecord>> {
    let bound = |e: &EventRecord| matches!(&e.event.kind, EventKind::Moved { files, .. } if !files.is_empty());
    if !events.iter().any(bound) {
        return Ok(Vec::new());
    }
    Ok(office.store().attachments(office.tenant(), &vault::owner(&subject.id)).await?)
}

/// Adds what came with a step. A signature, also one on paper, shows who somebody is. Where what was said is destroyed
/// with its day, nothing else is kept beside it.
///
/// # Errors
/// [`AppError::Form`] for a file where none is kept; as the store and the vault.
pub(super) async fn add(
    office: &Office,
    subject: &Subject,
    rule: &MoveRule,
    step: &Move,
    changes: &mut Changes,
) -> Result<()> {
    let shows_who = rule.signed || rule.needs.iter().any(|n| n.field == Field::Proof);
    let book = &office.ground(&subject.pack).await?.book;
    let forgets = subject.begun.as_deref().and_then(|id| book.find_begin(id)).is_some_and(|b| b.forgets);
    if forgets && !shows_who && !step.files.is_empty() {
        return Err(AppError::Form(vec![FormError::new("files", "fault-files-not-kept")]));
    }
    let file = |f: &AttachmentRecord| AttachmentRecord { told: rule.tells, identity: shows_who, ..f.clone() };
    let files = step.files.iter().map(file).collect();
    vault::adopt(office, &vault::owner(&subject.id), files, changes).await
}

/// What a reader gets of a file.
#[derive(Debug)]
pub enum Reading {
    /// Its bytes.
    Bytes(AttachmentRecord, Vec<u8>),
    /// It shows who somebody is: the purpose is asked for first.
    Purpose(AttachmentRecord),
}

/// A file of a proceeding that the officer may read. One that shows who somebody is opens for a stated purpose, and the
/// reading is recorded first.
///
/// # Errors
/// [`AppError::NotFound`]; [`AppError::Form`] for a purpose that says nothing.
#[crate::boxed]
pub async fn read(office: &Office, staff: &Staff, number: &str, id: &str, purpose: Option<&str>) -> Result<Reading> {
    let view = super::view(office, staff, number).await?;
    let record = view.files.into_iter().find(|f| f.id == id).ok_or(AppError::NotFound)?;
    if record.identity {
        let Some(purpose) = purpose else { return Ok(Reading::Purpose(record)) };
        let mut changes = Changes::new(office.tenant().clone());
        changes.audits.push(reading(office, staff, &record.submission, &record.id, &text::line(purpose))?);
        office.store().commit(changes).await?;
    }
    let bytes = vault::read(office, &record).await?;
    Ok(Reading::Bytes(record, bytes))
}
