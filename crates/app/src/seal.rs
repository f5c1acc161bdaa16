//! From a decision to `Changes`: salts, commitments, words, messages and scope, all in one unit of work.

use huiyin_domain::event::{Event, EventKind};
use huiyin_domain::matter::Matter;
use huiyin_domain::payload::Payload;
use huiyin_domain::subject::Subject;
use huiyin_register::{commit, digest};
use huiyin_storage::{Changes, ContentRecord, EventRecord, Expected, MessageRecord, ProceedingWrite, SubmissionRecord};

use crate::error::{AppError, Result};
use crate::office::{Ground, Office, random_hex};
use crate::projection;

/// Adds a proceeding with its new events to a unit of work.
///
/// # Errors
/// [`AppError::Internal`] when a value has no canonical form or there is no randomness.
pub(crate) fn seal(
    changes: &mut Changes,
    ground: &Ground,
    subject: impl Into<Subject>,
    events: Vec<Event>,
    words: Payload,
    expected: Expected,
    terms: Option<String>,
) -> Result<()> {
    let mut subject: Subject = subject.into();
    let mut words = Some(words).filter(|w| !w.is_empty());
    let mut files: Vec<(String, String)> = changes
        .attachments
        .iter()
        .filter(|f| match subject.matter() {
            Some(matter) => f.submission == matter.details().submission,
            None => f.submission == crate::vault::owner(&subject.id),
        })
        .map(|f| (f.id.clone(), f.hash.clone()))
        .collect();
    for mut event in events {
        let salt = random_hex(16)?;
        if let EventKind::Forgotten { n } = &event.kind {
            changes.forgotten.push((subject.id.0.clone(), *n));
        }
        if let EventKind::Received { text: slot, .. } = &mut event.kind {
            let letter = subject.matter().filter(|m| m.details().part == 1).map(|m| m.details().submission.as_str());
            let own = |c: &&ContentRecord| c.n == 0 && (c.owner == subject.id.0 || letter == Some(c.owner.as_str()));
            *slot = changes.contents.iter().find(own).map(|c| digest(&salt, &c.text)).transpose().map_err(broken)?;
        }
        if let EventKind::Received { files: slot, .. }
        | EventKind::Moved { files: slot, .. }
        | EventKind::Corrected { files: slot, .. } = &mut event.kind
        {
            for (id, hash) in files.drain(..) {
                slot.insert(id, digest(&salt, &hash).map_err(broken)?);
            }
        }
        if let EventKind::Begun { words: slot, .. }
        | EventKind::Moved { words: slot, .. }
        | EventKind::Corrected { words: slot, .. } = &mut event.kind
            && let Some(words) = words.take()
        {
            *slot = Some(digest(&salt, &words).map_err(broken)?);
            changes.contents.push(ContentRecord {
                owner: subject.id.0.clone(),
                n: event.n,
                text: String::new(),
                words,
            });
        }
        let commitment = commit(&subject.head, &salt, &event).map_err(broken)?;
        subject.chain_to(commitment.clone());
        changes.events.push(EventRecord { proceeding: subject.id.clone(), event, salt, commitment });
    }
    let version = match expected {
        Expected::New => 1,
        Expected::Version(v) => {
            subject.leave_burst();
            v + 1
        }
    };
    subject.count_version(version);
    let scope = subject.scope(&ground.directory);
    if let Some(reception) = subject.reception() {
        changes.records.extend(projection::ticket_row(reception)?);
        changes.records.extend(projection::coming_rows(reception)?);
        changes.records.extend(projection::slot_rows(reception)?);
        changes.items.extend(projection::telephone_over(reception));
    }
    let fact = subject.matter().map(|m| projection::narrow_row(ground, m));
    changes.proceedings.push(ProceedingWrite { subject, expected, scope, terms, fact });
    Ok(())
}

fn broken(error: huiyin_register::RegisterError) -> AppError {
    AppError::caused("a value has no commitment")(error)
}

/// Adds a message to the petitioner, on the way chosen at lodging.
pub(crate) fn tell(
    changes: &mut Changes,
    office: &Office,
    submission: &SubmissionRecord,
    matter: &Matter,
    about: &str,
) {
    changes.messages.push(MessageRecord {
        id: office.new_id(),
        submission: submission.submission.id.clone(),
        matter: Some(matter.id.clone()),
        about: about.to_owned(),
        way: submission.submission.reply.word(),
        at: office.now().at,
        not_before: None,
        of_time: None,
        sent_at: None,
    });
}
