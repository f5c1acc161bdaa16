//! Lodging and registering: a submission, its first matter, its receipt, in one commit.
//!
//! Registration never depends on who asks, in what tone or how often (LAW.md §10.1). The clock runs from
//! receipt. The same form sent twice gives the same receipt (DESIGN decision 6).

mod check;
pub mod receipt;
mod title;

use huiyin_domain::event::EventActor;
use huiyin_domain::ids::{ProceedingId, SubmissionId, UnitId};
use huiyin_domain::matter::opening::{Opening, open, open_sealed};
use huiyin_domain::number;
use huiyin_domain::payload::Payload;
use huiyin_domain::submission::{Channel, Naming, PaperFacts, Purpose, ReplyWay, Submission};
use huiyin_files::{Doorway, at_the_door};
use huiyin_storage::{
    AttachmentRecord, Changes, ContentRecord, Expected, Identity, StoreError, SubmissionRecord, terms,
};
use jiff::Timestamp;
use jiff::civil::Date;

use crate::access::{Action, require};
use crate::error::{AppError, FormError, Result};
use crate::office::{Office, Staff};
use crate::seal::{seal, tell};

pub(crate) use check::is_class;
pub use check::{MAX_FILE_BYTES, MAX_FILES, MAX_TEXT, contact};
pub use huiyin_files::Traces;
pub use title::title_of;

/// What is lodged, on any channel.
#[derive(Debug, Clone)]
pub struct Lodging {
    /// Random text of the form; the same form gives the same receipt.
    pub form_token: String,
    /// The unit it goes to.
    pub unit: UnitId,
    /// One line.
    pub title: String,
    /// The petition in her words.
    pub text: String,
    /// Content class.
    pub class: Option<String>,
    /// Place code.
    pub place: Option<String>,
    /// Place in words.
    pub place_name: Option<String>,
    /// What it is for.
    pub purpose: Purpose,
    /// The body complained of.
    pub complained_of: Option<String>,
    /// How many people ask.
    pub headcount: u32,
    /// Named, confidential, anonymous.
    pub naming: Naming,
    /// Somebody acts for the petitioner.
    pub by_agent: bool,
    /// Papers in the second language as well.
    pub second_language: bool,
    /// Way of the reply.
    pub reply: ReplyWay,
    /// Who and how to reach.
    pub identity: Identity,
    /// Files already stored.
    pub files: Vec<AttachmentRecord>,
    /// The burst it comes in, if it does.
    pub burst: Option<String>,
}

/// What an officer adds when registering.
#[derive(Debug, Clone)]
pub struct Registration {
    /// How it came.
    pub channel: Channel,
    /// The day it reached the unit.
    pub received_on: Date,
    /// Postmark, enclosures, numbers.
    pub paper: PaperFacts,
    /// How much of it is kept here.
    pub keep: Keep,
}

/// How much of what came is kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Keep {
    /// All of it.
    #[default]
    Whole,
    /// An accusation of an upper level: only that it came, when, and its clock for handing it up (LAW.md §10.5).
    StubOnly,
}

/// What the petitioner takes away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The submission.
    pub submission: SubmissionId,
    /// Its number.
    pub number: String,
    /// The code, 16 digits; only its keyed hash is kept.
    pub code: String,
    /// The same form had been sent before.
    pub known: bool,
}

/// A petition lodged by the petitioner or an agent.
///
/// # Errors
/// [`AppError::Form`] names every field at fault; [`AppError::Busy`] means that nothing was written.
#[crate::boxed]
pub async fn lodge(office: &Office, lodging: Lodging) -> Result<Receipt> {
    let now = office.now();
    let arrival = Registration {
        channel: Channel::Online,
        received_on: now.today(),
        paper: PaperFacts::default(),
        keep: Keep::Whole,
    };
    receive(office, lodging, arrival, EventActor::Petitioner).await
}

/// A letter, visit, call, fax or item from elsewhere, registered by an officer of the receiving unit.
///
/// # Errors
/// As [`lodge`], and [`AppError::NotAllowed`].
#[crate::boxed]
pub async fn register(
    office: &Office,
    staff: &Staff,
    mut lodging: Lodging,
    mut arrival: Registration,
) -> Result<Receipt> {
    lodging = at_the_desk(office, staff, lodging, &arrival)?;
    if arrival.keep == Keep::StubOnly {
        arrival.paper = PaperFacts::default();
    }
    let actor = EventActor::Officer { officer: staff.officer.id.clone(), unit: staff.officer.unit.clone() };
    receive(office, lodging, arrival, actor).await
}

/// What [`register`] would keep, in the form in which it would be kept. Nothing is written.
///
/// # Errors
/// As [`register`].
#[crate::boxed]
pub async fn check_registration(
    office: &Office,
    staff: &Staff,
    lodging: Lodging,
    arrival: &Registration,
) -> Result<Lodging> {
    let mut lodging = at_the_desk(office, staff, lodging, arrival)?;
    prepare(office, &mut lodging, arrival).await?;
    Ok(lodging)
}

fn at_the_desk(office: &Office, staff: &Staff, mut lodging: Lodging, arrival: &Registration) -> Result<Lodging> {
    require(staff, Action::Register)?;
    lodging.unit = staff.officer.unit.clone();
    Ok(if arrival.keep == Keep::StubOnly { stub(office, lodging) } else { lodging })
}

/// What is kept of an upper-level accusation: nothing that was in it, and nobody who wrote it.
fn stub(office: &Office, lodging: Lodging) -> Lodging {
    let title = office.wording().text(office.binding(), "sealed-title", &[]);
    Lodging {
        form_token: lodging.form_token,
        unit: lodging.unit,
        text: title.clone(),
        title,
        class: None,
        place: None,
        place_name: None,
        purpose: Purpose::Accusation,
        complained_of: None,
        headcount: 1,
        naming: Naming::Anonymous,
        by_agent: false,
        second_language: false,
        reply: ReplyWay::CodeOnly,
        identity: Identity::default(),
        files: Vec::new(),
        burst: None,
    }
}

/// Brings a lodging into its stored form and checks it.
async fn prepare(office: &Office, lodging: &mut Lodging, arrival: &Registration) -> Result<crate::office::Ground> {
    let ground = office.ground_for(&lodging.unit).await?;
    place(office, lodging).await?;
    check::check(lodging, arrival, &ground, office.now().today())?;
    let say = |key: &str, n: usize| {
        office.wording().text(office.binding(), key, &[("n", i64::try_from(n).unwrap_or(i64::MAX).into())])
    };
    if lodging.title.is_empty() {
        lodging.title = say("title-none", 0);
    }
    // A file's own name may tell whose it is.
    if lodging.naming == Naming::Anonymous {
        for (n, file) in lodging.files.iter_mut().enumerate() {
            file.name = neutral(office, n + 1, &file.media_type);
        }
    }
    Ok(ground)
}

async fn receive(office: &Office, lodging: Lodging, arrival: Registration, actor: EventActor) -> Result<Receipt> {
    let (done, changes) = compose(office, lodging, arrival, actor).await?;
    let (origin, said) = told_apart(&changes);
    match office.store().commit(changes).await {
        Ok(()) => {
            metrics::counter!("huiyin_submissions_total").increment(1);
            Ok(done)
        }
        // The same form was sent before, or two at once and the other one won.
        Err(StoreError::AlreadyThere(_)) => {
            let known = office.store().submission_by_origin(office.tenant(), &origin).await?.ok_or(AppError::Busy)?;
            // A form belongs to what it was sent with: other words under it are neither known nor lost in silence.
            if is_other(office, &known, &said).await? {
                return Err(AppError::KeyReused);
            }
            Ok(Receipt { submission: known.submission.id, number: known.submission.number, known: true, ..done })
        }
        Err(error) => Err(error.into()),
    }
}

/// By what a form is known, and its words.
fn told_apart(changes: &Changes) -> (String, String) {
    let origin = changes.submissions.first().and_then(|s| s.origin.clone()).unwrap_or_default();
    (origin, changes.contents.first().map(|c| c.text.clone()).unwrap_or_default())
}

/// A submission with its first matter and its receipt, as one unit of work that is not written yet.
async fn compose(
    office: &Office,
    mut lodging: Lodging,
    arrival: Registration,
    actor: EventActor,
) -> Result<(Receipt, Changes)> {
    let ground = prepare(office, &mut lodging, &arrival).await?;
    let code = receipt::code(office, &lodging.form_token);
    let origin = origin(office, &lodging.form_token);
    let submission = submission(office, &lodging, &arrival).await?;
    let record = SubmissionRecord {
        submission,
        receipt_hash: receipt::hash(office, &code),
        origin: Some(origin),
        waiting_code: None,
        replaced_code: None,
    };
    let done = Receipt {
        submission: record.submission.id.clone(),
        number: record.submission.number.clone(),
        code,
        known: false,
    };
    let changes = changes(office, &ground, lodging, record, actor, arrival.keep)?;
    Ok((done, changes))
}

/// What an officer registers at a table, beside a record that is written in the same unit of work.
///
/// # Errors
/// As [`register`].
pub(crate) async fn compose_at_table(
    office: &Office,
    staff: &Staff,
    lodging: Lodging,
    arrival: Registration,
) -> Result<(Receipt, Changes)> {
    let lodging = at_the_desk(office, staff, lodging, &arrival)?;
    let actor = EventActor::Officer { officer: staff.officer.id.clone(), unit: staff.officer.unit.clone() };
    compose(office, lodging, arrival, actor).await
}

/// The receipt of a form that was sent before; `None` where it was not.
///
/// # Errors
/// As the store.
pub(crate) async fn known_receipt(office: &Office, form_token: &str) -> Result<Option<Receipt>> {
    let found = office.store().submission_by_origin(office.tenant(), &origin(office, form_token)).await?;
    let code = receipt::code(office, form_token);
    Ok(found.map(|s| Receipt { submission: s.submission.id, number: s.submission.number, code, known: true }))
}

/// By what a form is known in the store.
pub(crate) fn origin(office: &Office, form_token: &str) -> String {
    office.keyed_hash("form", form_token)
}

/// Whether a submission holds other words than these; of one that was corrected or destroyed since, that is not asked.
async fn is_other(office: &Office, known: &SubmissionRecord, said: &str) -> Result<bool> {
    let texts = office.store().contents(office.tenant(), known.submission.id.as_str()).await?;
    Ok(texts.iter().find(|c| c.n == 0).is_some_and(|c| c.text != said))
}

/// Files of a submission without a name, with names that tell of nobody.
pub(crate) async fn without_names(
    office: &Office,
    matter: &huiyin_domain::matter::Matter,
    files: Vec<AttachmentRecord>,
) -> Result<Vec<AttachmentRecord>> {
    let before = office.store().attachments(office.tenant(), &matter.details().submission).await?.len();
    Ok(files
        .into_iter()
        .enumerate()
        .map(|(n, f)| AttachmentRecord { name: neutral(office, before + n + 1, &f.media_type), ..f })
        .collect())
}

fn neutral(office: &Office, n: usize, media_type: &str) -> String {
    let word =
        office.wording().text(office.binding(), "file-neutral", &[("n", i64::try_from(n).unwrap_or(i64::MAX).into())]);
    format!("{word}.{}", huiyin_files::ending(media_type))
}

/// A chosen place gives its name to the place in words; a code that is not on the list is refused.
async fn place(office: &Office, lodging: &mut Lodging) -> Result<()> {
    let Some(code) = lodging.place.as_deref().map(str::trim).filter(|c| !c.is_empty()) else { return Ok(()) };
    let found = crate::places::by_code(office, code)
        .await?
        .ok_or_else(|| AppError::Form(vec![FormError::new("place", "fault-place")]))?;
    let words = lodging.place_name.take().unwrap_or_default();
    lodging.place_name =
        Some(if words.contains(&found.name) { words } else { format!("{}{}", found.name, words.trim()) });
    lodging.place = Some(found.code);
    Ok(())
}

async fn submission(office: &Office, lodging: &Lodging, arrival: &Registration) -> Result<Submission> {
    let now = office.now();
    let today = now.today();
    let serial = office.serial(today.year()).await?;
    Ok(Submission {
        id: SubmissionId(office.new_id()),
        number: number::submission_number(today.year(), serial),
        channel: arrival.channel,
        unit: lodging.unit.clone(),
        received_at: if arrival.received_on == today {
            now.at
        } else {
            huiyin_domain::clock::start_of_day(arrival.received_on, &now.zone)
        },
        received_on: arrival.received_on,
        registered_at: now.at,
        naming: lodging.naming,
        by_agent: lodging.by_agent,
        reply: lodging.reply,
        second_language: lodging.second_language,
        paper: arrival.paper.clone(),
        headcount: lodging.headcount,
    })
}

fn changes(
    office: &Office,
    ground: &crate::office::Ground,
    lodging: Lodging,
    record: SubmissionRecord,
    actor: EventActor,
    keep: Keep,
) -> Result<Changes> {
    let submission = &record.submission;
    let lines =
        [Some(&lodging.title), Some(&lodging.text), lodging.place_name.as_ref(), lodging.complained_of.as_ref()];
    let parts: Vec<&str> = lines.into_iter().flatten().map(String::as_str).collect();
    let terms = terms::index_terms(&parts);
    let opening = Opening {
        id: ProceedingId(office.new_id()),
        submission: submission.id.clone(),
        number: number::matter_number(&submission.number, 1),
        part: 1,
        title: lodging.title,
        class: lodging.class,
        place: lodging.place,
        place_name: lodging.place_name,
        purpose: lodging.purpose,
        complained_of: lodging.complained_of,
        channel: submission.channel,
        received_on: submission.received_on,
        received_at: submission.received_at,
        unit: lodging.unit,
        by_agent: record.submission.by_agent,
        burst: lodging.burst,
    };
    let (matter, events) = match keep {
        Keep::Whole => open(ground.rules(), opening, actor, &office.now())?,
        Keep::StubOnly => open_sealed(ground.rules(), opening, actor, &office.now())?,
    };
    let mut changes = Changes::new(office.tenant().clone());
    changes.contents.push(ContentRecord {
        owner: submission.id.0.clone(),
        n: 0,
        text: lodging.text,
        words: Payload::default(),
    });
    let files = lodging.files.into_iter().map(|f| AttachmentRecord { told: true, ..f }).collect();
    crate::vault::begin(office, &submission.id, lodging.identity, files, &mut changes)?;
    changes.records.extend(crate::references::of_paper(&matter.id, &record.submission.paper)?);
    tell(&mut changes, office, &record, &matter, "receipt");
    seal(&mut changes, ground, matter, events, Payload::default(), Expected::New, Some(terms))?;
    changes.submissions.push(record);
    Ok(changes)
}

/// A file that was taken, and what was beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// Its record; bound to its submission when that is lodged.
    pub record: AttachmentRecord,
    /// What was taken out of a photograph before it was stored.
    pub removed: Option<Traces>,
    /// What is in it and cannot be taken out here.
    pub left: Option<Traces>,
}

/// Takes one file of a form. Of a photograph the picture alone is stored; the digest is that of the stored copy.
///
/// # Errors
/// [`AppError::Form`] when it is too large or empty, [`AppError::File`] when its type may not be stored.
#[crate::boxed]
pub async fn take_file(office: &Office, name: &str, bytes: &[u8], by: &str) -> Result<Taken> {
    if bytes.len() > MAX_FILE_BYTES {
        return Err(AppError::Form(vec![FormError::with("files", "fault-file-large", name)]));
    }
    if bytes.is_empty() {
        return Err(AppError::Form(vec![FormError::with("files", "fault-file-empty", name)]));
    }
    let media_type = huiyin_files::sniff(bytes)?;
    let (stored, removed, left) = match at_the_door(media_type, bytes) {
        Doorway::Clear => (crate::vault::store(office, bytes).await?, None, None),
        Doorway::Stripped(plain, told) => (crate::vault::store(office, &plain).await?, Some(told), None),
        Doorway::Left(told) => (crate::vault::store(office, bytes).await?, None, Some(told)),
    };
    crate::vault::look_at_later(office, &stored.stored).await?;
    let at: Timestamp = office.now().at;
    let record = AttachmentRecord {
        submission: SubmissionId::new(""),
        id: office.new_id(),
        hash: stored.hash,
        stored: stored.stored,
        key: stored.key,
        name: check::clean_name(name, media_type),
        media_type: media_type.to_owned(),
        size: stored.size,
        by: by.to_owned(),
        told: false,
        identity: false,
        note: String::new(),
        at,
    };
    Ok(Taken { record, removed, left })
}

/// The same where nobody is asked about what was beside it.
///
/// # Errors
/// As [`take_file`].
#[crate::boxed]
pub async fn store_file(office: &Office, name: &str, bytes: &[u8], by: &str) -> Result<AttachmentRecord> {
    Ok(take_file(office, name, bytes, by).await?.record)
}
