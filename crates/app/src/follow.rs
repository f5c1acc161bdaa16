//! Following by receipt code: the petitioner's own view and acts. No account; wrong codes are throttled.

use huiyin_domain::decide::Closed;
use huiyin_domain::event::EventKind;
use huiyin_domain::ids::{MoveId, SubmissionId};
use huiyin_domain::matter::Matter;
use huiyin_domain::procedure::Verb;
use huiyin_domain::proceeding::Actor;
pub use huiyin_storage::SubmissionRecord;
use huiyin_storage::{AttachmentRecord, Identity, ItemKind, ItemRecord};
use jiff::ToSpan;
use jiff::civil::Date;

use crate::act::{self, Move};
use crate::error::{AppError, Result};
use crate::lodge::receipt;
use crate::matter_view::{MatterView, whole};
use crate::office::{Office, random_hex};
use crate::papers::Paper;
use crate::sign_in::{network, throttle};
use crate::vault;
pub use huiyin_domain::submission::Service;

/// Whether somebody can be reached.
pub(crate) fn has_contact(who: &Identity) -> bool {
    [&who.telephone, &who.email, &who.address].into_iter().any(|c| !c.is_empty())
}

/// A submission by its receipt code. `from` is where the guess comes from; after several wrong ones it must wait.
///
/// # Errors
/// [`AppError::NotFound`] for a wrong code, [`AppError::Throttled`] after too many.
#[crate::boxed]
pub async fn open(office: &Office, code: &str, from: &str) -> Result<SubmissionRecord> {
    Ok(find(office, code, from).await?.0)
}

/// The same, and whether the code is one given in place of another and not used yet.
async fn find(office: &Office, code: &str, from: &str) -> Result<(SubmissionRecord, bool)> {
    let key = format!("code:{}", network(from));
    throttle::check(office, &key).await?;
    let digits = receipt::plain(code);
    if digits.len() == 16 {
        let hash = receipt::hash(office, &digits);
        if let Some(record) = office.store().submission_by_receipt(office.tenant(), &hash).await? {
            return Ok((record, false));
        }
        if let Some(record) = receipt::waiting(office, &hash).await? {
            return Ok((record, true));
        }
    }
    // One wrong guess at a time: many at once are counted one after another.
    let _turn = office.turn(&key).await;
    throttle::check(office, &key).await?;
    throttle::miss(office, &key, throttle::NETWORK).await?;
    metrics::counter!("huiyin_codes_refused_total").increment(1);
    Err(AppError::NotFound)
}

/// A submission by its receipt code, for acting: a new code that is used ends the old one.
///
/// # Errors
/// As [`open`].
#[crate::boxed]
pub async fn open_to_act(office: &Office, code: &str, from: &str) -> Result<SubmissionRecord> {
    let (record, new) = find(office, code, from).await?;
    if new { receipt::confirm(office, record).await } else { Ok(record) }
}

/// The code and submission of a form this browser has just sent; it holds the form's token, so nothing is guessed.
///
/// # Errors
/// [`AppError::NotFound`] when the form was not sent.
#[crate::boxed]
pub async fn own(office: &Office, form_token: &str) -> Result<(String, SubmissionRecord)> {
    let code = receipt::code(office, form_token);
    let record = office
        .store()
        .submission_by_receipt(office.tenant(), &receipt::hash(office, &code))
        .await?
        .ok_or(AppError::NotFound)?;
    Ok((code, record))
}

/// Hours a followed petition stays open in a browser.
const OPEN_HOURS: i64 = 2;

/// Opens a submission by code and keeps it open for this browser; returns the secret its cookie holds.
///
/// # Errors
/// As [`open`].
#[crate::boxed]
pub async fn keep_open(office: &Office, code: &str, from: &str) -> Result<String> {
    let record = open_to_act(office, code, from).await?;
    keep_session(office, &record).await
}

/// Keeps a submission open for a browser. It ends with the code it was opened by.
async fn keep_session(office: &Office, record: &SubmissionRecord) -> Result<String> {
    let secret = random_hex(32)?;
    let expires = office.machine_now().checked_add(OPEN_HOURS.hours()).ok();
    let doc = serde_json::json!({ "submission": record.submission.id, "code": record.receipt_hash });
    let item =
        ItemRecord { kind: ItemKind::Follow, key: office.keyed_hash("follow", &secret), doc, expires, only_new: true };
    office.store().put_items(office.tenant(), vec![item]).await?;
    Ok(secret)
}

/// The submission a browser's cookie keeps open.
///
/// # Errors
/// [`AppError::NotSignedIn`] when it is unknown, past its time, or its code was replaced.
#[crate::boxed]
pub async fn kept(office: &Office, secret: &str) -> Result<SubmissionRecord> {
    let item = office
        .store()
        .item(office.tenant(), ItemKind::Follow, &office.keyed_hash("follow", secret), office.machine_now())
        .await?
        .ok_or(AppError::NotSignedIn)?;
    let said = |name: &str| item.doc.get(name).and_then(|v| v.as_str()).unwrap_or_default();
    let record = office
        .store()
        .submission(office.tenant(), &SubmissionId::new(said("submission")))
        .await?
        .ok_or(AppError::NotSignedIn)?;
    if record.receipt_hash == said("code") { Ok(record) } else { Err(AppError::NotSignedIn) }
}

/// Closes it in this browser.
///
/// # Errors
/// As the store.
#[crate::boxed]
pub async fn close(office: &Office, secret: &str) -> Result<()> {
    Ok(office.store().remove_item(office.tenant(), ItemKind::Follow, &office.keyed_hash("follow", secret)).await?)
}

/// Every matter of a submission with what was done and what is owed, for the petitioner. An answer that she is to open
/// herself is there, but not its words.
///
/// # Errors
/// As the store.
#[crate::boxed]
pub async fn view(office: &Office, submission: &SubmissionRecord) -> Result<Vec<MatterView>> {
    let who = vault::person(office, &submission.submission.id).await?.map(|v| v.identity).unwrap_or_default();
    let service = submission.submission.service(has_contact(&who));
    let mut out = Vec::new();
    for matter in office.store().matters_of(office.tenant(), &submission.submission.id).await? {
        let mut view = whole(office, matter).await?;
        view.service = service;
        view.waits = waits(office, submission, view.ground.book.new_code_waits);
        view.files.retain(|f| is_hers(f, submission));
        view.papers.retain(|p| p.for_petitioner);
        view.unopened = if service == Service::Online { unopened(&view) } else { None };
        if let Some(n) = view.unopened {
            view.words.retain(|w| w.n != n);
            view.papers.retain(|p| p.n != n);
            view.matter = view.matter.without_outcome();
        }
        out.push(view);
    }
    Ok(out)
}

/// The event of an answer that waits to be opened: service is open to her, and the last decision is what would be
/// served.
fn unopened(view: &MatterView) -> Option<u32> {
    let waits = view.offers(&Actor::Petitioner).iter().any(|o| o.rule.verb == Verb::Serve && o.closed.is_none());
    view.events.iter().rev().find(|e| is_answer(&e.event.kind)).map(|e| e.event.n).filter(|_| waits)
}

/// The serial of the paper of the last answer, where it may be read.
pub fn answer_paper(view: &MatterView) -> Option<u32> {
    let decided = view.events.iter().rev().find(|e| is_answer(&e.event.kind)).map(|e| e.event.n)?;
    view.papers.iter().find(|p| p.n == decided).map(|p| p.n)
}

fn is_answer(kind: &EventKind) -> bool {
    matches!(kind, EventKind::Moved { verb: Verb::Decide | Verb::DecideReview | Verb::Refuse, .. })
}

/// Her own files and those of steps she is told of; evidence and notes between offices are not hers to read here. What
/// shows who somebody is does not open by a code that replaced another.
fn is_hers(file: &AttachmentRecord, submission: &SubmissionRecord) -> bool {
    (file.told || file.by == "petitioner") && !(file.identity && submission.replaced_code.is_some())
}

/// The papers of a part that she may read now.
///
/// # Errors
/// [`AppError::NotFound`].
#[crate::boxed]
pub async fn papers(office: &Office, submission: &SubmissionRecord, part: u16) -> Result<(Matter, Vec<Paper>)> {
    let view = view(office, submission)
        .await?
        .into_iter()
        .find(|v| v.matter.details().part == part)
        .ok_or(AppError::NotFound)?;
    Ok((view.matter, view.papers))
}

/// A move of the petitioner's own: add, rate, ask for review, withdraw, undo, confirm receipt.
///
/// # Errors
/// [`AppError::Closed`] with the reason.
#[crate::boxed]
pub async fn make(office: &Office, submission: &SubmissionRecord, part: u16, step: Move) -> Result<Matter> {
    let matters = office.store().matters_of(office.tenant(), &submission.submission.id).await?;
    let matter = matters.into_iter().find(|m| m.details().part == part).ok_or(AppError::NotFound)?;
    let ground = office.ground(&matter.pack).await?;
    let verb = ground.book.find_move(&MoveId::new(&step.id)).map(|m| m.verb);
    if verb == Some(Verb::Withdraw)
        && let Some(until) = waits(office, submission, ground.book.new_code_waits)
    {
        return Err(Closed::Waits { until }.into());
    }
    if verb == Some(Verb::Serve) {
        let who = vault::person(office, &submission.submission.id).await?.map(|v| v.identity).unwrap_or_default();
        if submission.submission.service(has_contact(&who)) == Service::Delivered {
            return Err(Closed::Delivered.into());
        }
    }
    act::by_petitioner(office, matter, submission.replaced_code.is_some(), step).await
}

/// Until when a code that replaced another withdraws nothing.
pub(crate) fn waits(office: &Office, submission: &SubmissionRecord, days: Option<u32>) -> Option<Date> {
    let given = submission.replaced_code.as_ref()?.at.to_zoned_datetime(office.zone().clone()).date();
    let until = given.checked_add(i64::from(days?).days()).ok()?;
    (office.now().today() < until).then_some(until)
}

/// The bytes of a file of a submission.
///
/// # Errors
/// [`AppError::NotFound`].
#[crate::boxed]
pub async fn file(office: &Office, submission: &SubmissionRecord, id: &str) -> Result<(AttachmentRecord, Vec<u8>)> {
    let files = office.store().attachments(office.tenant(), &submission.submission.id).await?;
    let record = files.into_iter().filter(|f| is_hers(f, submission)).find(|f| f.id == id).ok_or(AppError::NotFound)?;
    let bytes = vault::read(office, &record).await?;
    Ok((record, bytes))
}
