//! Receipt codes: 16 digits from HMAC(server secret, form token); only a keyed hash is stored.
//!
//! A lost code is replaced by an office that has no part in the matter; the petitioner is told, and what the new code
//! may do is narrower than what the old one did (LAW.md §12.13, DESIGN decision 6).

use std::collections::BTreeSet;

use huiyin_documents::{Letter, Paragraph};
use huiyin_domain::ids::{SubmissionId, UnitId};
use huiyin_domain::matter::Matter;
use huiyin_domain::number;
use huiyin_domain::posts::Power;
use huiyin_domain::procedure::Phase;
use huiyin_domain::submission::Naming;
use huiyin_domain::unit::Directory;
use huiyin_storage::{
    AuditRecord, Changes, ItemKind, ItemRecord, NewCode, Record, RecordWrite, SubmissionRecord, Table,
};
use jiff::ToSpan;
use serde::{Deserialize, Serialize};

use crate::access::{Action, reading, require};
use crate::error::{AppError, Result};
use crate::office::{Office, Staff, random_hex};
use crate::papers::{self, Form};
use crate::seal::tell;

/// Hours in which a second officer can agree to a replacement.
const PROPOSED_HOURS: i64 = 72;

/// The code of a form.
pub(crate) fn code(office: &Office, form_token: &str) -> String {
    let bytes = office.keyed("receipt", form_token);
    let number = bytes.iter().take(16).fold(0_u128, |n, b| (n << 8) | u128::from(*b));
    format!("{:016}", number % 10_000_000_000_000_000)
}

/// The keyed hash under which a submission is found by its code.
pub(crate) fn hash(office: &Office, code: &str) -> String {
    office.keyed_hash("receipt-lookup", &plain(code))
}

/// The digits of a code as typed, in groups or full-width.
pub fn plain(code: &str) -> String {
    huiyin_domain::text::number(code).chars().filter(char::is_ascii_digit).collect()
}

/// A code in groups of four.
pub fn grouped(code: &str) -> String {
    let digits: Vec<char> = plain(code).chars().collect();
    digits.chunks(4).map(|g| g.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

/// Whether an officer may replace a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum May {
    /// The office that received it, or the one that stands in for it.
    Alone,
    /// As one of two officers outside the case.
    WithAnother,
    /// Whoever holds the matter, held it, or is complained of does not.
    Never,
}

/// What whoever replaces a code sees of the case.
#[derive(Debug, Clone)]
pub struct Case {
    /// The submission's number.
    pub number: String,
    /// The day of receipt.
    pub received_on: jiff::civil::Date,
    /// The officer may read one of its matters.
    pub readable: bool,
    /// The title of the first of those; `None` where it is read for a purpose only.
    pub title: Option<String>,
    /// Whether this officer may.
    pub may: May,
    /// Somebody else proposed it already; one more is needed.
    pub proposed: bool,
    /// It has been replaced.
    pub replaced: bool,
    /// There is somebody to write to.
    pub letter: bool,
    record: SubmissionRecord,
    matters: Vec<Matter>,
}

/// A replaced code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Replaced {
    /// The number and its new code.
    Done(String, String),
    /// A second officer must agree first.
    Proposed,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Proposal {
    officer: String,
    unit: UnitId,
    purpose: String,
    stolen: bool,
}

/// The case of a number, for replacing its code.
///
/// # Errors
/// [`AppError::NotFound`] when there is no such number.
#[crate::boxed]
pub async fn case(office: &Office, staff: &Staff, typed: &str) -> Result<Case> {
    require(staff, Action::Register)?;
    let parsed = number::parse(typed).map_err(|_| AppError::NotFound)?;
    let full = if parsed.matches('-').count() == 3 { parsed } else { number::matter_number(&parsed, 1) };
    let first = office.store().matter_by_number(office.tenant(), &full).await?.ok_or(AppError::NotFound)?;
    let record =
        office.store().submission(office.tenant(), &first.details().submission).await?.ok_or(AppError::NotFound)?;
    let matters = office.store().matters_of(office.tenant(), &first.details().submission).await?;
    let directory = office.directory().await?;
    let may = may(&directory, staff, &record, &matters);
    let proposal = proposal(office, &record.submission.id).await?;
    let readable = matters.iter().find(|m| m.may_read(&staff.actor(), &directory));
    Ok(Case {
        number: record.submission.number.clone(),
        received_on: record.submission.received_on,
        readable: readable.is_some(),
        title: readable.and_then(Matter::list_title).map(str::to_owned),
        may,
        proposed: proposal.is_some_and(|p| p.officer != staff.officer.id.0),
        replaced: record.waiting_code.is_some() || record.replaced_code.is_some(),
        letter: record.submission.naming != Naming::Anonymous,
        record,
        matters,
    })
}

/// Who replaces a code: the receiving petition office; where a unit received directly, its superior or the petition
/// office of its level; where none of these can, two officers outside the case. Never who holds the matter, held it or
/// is complained of.
fn may(directory: &Directory, staff: &Staff, record: &SubmissionRecord, matters: &[Matter]) -> May {
    let own = &staff.officer.unit;
    if is_involved(directory, own, record, matters) || matters.iter().any(|m| m.recused.contains(&staff.officer.id)) {
        return May::Never;
    }
    let received = &record.submission.unit;
    let by_office = directory.is_petition_office(received);
    let next = |unit: &UnitId| -> Vec<UnitId> {
        let superior = directory.superior(unit).map(|u| u.id.clone());
        let office = directory.petition_office_of(unit).map(|u| u.id.clone());
        superior.into_iter().chain(office).filter(|u| u != unit).collect()
    };
    let first = if by_office { vec![received.clone()] } else { next(received) };
    let second: Vec<UnitId> = first.iter().chain(std::iter::once(received)).flat_map(next).collect();
    let can = |unit: &&UnitId| {
        let works_here = directory.unit(unit).is_some_and(|u| u.active) && !directory.is_outside(unit);
        works_here
            && !directory.with_power(unit, Power::Work).is_empty()
            && !is_involved(directory, unit, record, matters)
    };
    for candidates in [first, second] {
        let able: BTreeSet<&UnitId> = candidates.iter().filter(can).collect();
        if able.contains(own) {
            return May::Alone;
        }
        if !able.is_empty() {
            return May::Never;
        }
    }
    May::WithAnother
}

/// Whether a unit has a part in the case: it holds or held it, reviews it, or is complained of. The petition office
/// that received it and passed it on has none.
fn is_involved(directory: &Directory, unit: &UnitId, record: &SubmissionRecord, matters: &[Matter]) -> bool {
    let routes = |m: &Matter| {
        unit == &record.submission.unit
            && directory.is_petition_office(unit)
            && (&m.holder != unit || m.phase == Phase::Intake)
    };
    let meant = |m: &Matter| directory.unit(unit).is_some_and(|u| m.is_about(u));
    let has_part = |m: &Matter| &m.holder == unit || m.held.contains(unit) || m.reviewer.as_ref() == Some(unit);
    matters.iter().any(|m| meant(m) || (has_part(m) && !routes(m)))
}

async fn proposal(office: &Office, submission: &SubmissionId) -> Result<Option<Proposal>> {
    let item = office
        .store()
        .item(office.tenant(), ItemKind::Proposal, &format!("code:{submission}"), office.machine_now())
        .await?;
    Ok(item.and_then(|i| serde_json::from_value(i.doc).ok()))
}

/// Replaces a lost code. The old one ends when the new one is used for the first time, or at once when it was stolen;
/// the petitioner sees who did it and why, and gets a letter.
///
/// # Errors
/// [`AppError::Form`] without a purpose; [`AppError::NotAllowed`] for whoever may not.
#[crate::boxed]
pub async fn replace(office: &Office, staff: &Staff, typed: &str, purpose: &str, stolen: bool) -> Result<Replaced> {
    let case = case(office, staff, typed).await?;
    let purpose = huiyin_domain::text::line(purpose);
    let key = format!("code:{}", case.record.submission.id);
    let waiting = proposal(office, &case.record.submission.id).await?;
    let mut officers = vec![staff.officer.id.0.clone()];
    match (case.may, &waiting) {
        (May::Never, _) => return Err(AppError::NotAllowed),
        (May::WithAnother, Some(first)) if first.officer != staff.officer.id.0 => {
            officers.insert(0, first.officer.clone())
        }
        (May::WithAnother, _) => {
            reading(office, staff, &case.record.submission.id, "code", &purpose)?;
            let doc =
                Proposal { officer: staff.officer.id.0.clone(), unit: staff.officer.unit.clone(), purpose, stolen };
            let doc = serde_json::to_value(doc).map_err(AppError::caused("a proposal has no JSON"))?;
            let expires = office.machine_now().checked_add(PROPOSED_HOURS.hours()).ok();
            office
                .store()
                .put_items(
                    office.tenant(),
                    vec![ItemRecord { kind: ItemKind::Proposal, key, doc, expires, only_new: false }],
                )
                .await?;
            return Ok(Replaced::Proposed);
        }
        (May::Alone, _) => {}
    }
    let stolen = stolen || waiting.as_ref().is_some_and(|w| w.stolen);
    let audit = reading(office, staff, &case.record.submission.id, "code", &purpose)?;
    let new = code(office, &random_hex(16)?);
    let given =
        NewCode { hash: hash(office, &new), at: office.now().at, unit: staff.officer.unit.clone(), officers, stolen };
    let mut changes = Changes::new(office.tenant().clone());
    changes.audits.push(audit);
    let record = if stolen {
        SubmissionRecord {
            receipt_hash: given.hash.clone(),
            waiting_code: None,
            replaced_code: Some(given),
            ..case.record.clone()
        }
    } else {
        let waiting = ReceiptCode { submission: case.record.submission.id.clone() };
        changes.records.push(RecordWrite::put(&(given.hash.clone(),), &waiting)?);
        SubmissionRecord { waiting_code: Some(given), ..case.record.clone() }
    };
    if let Some(matter) = case.matters.first() {
        tell(&mut changes, office, &record, matter, "code");
    }
    changes.submission_update = Some(record);
    office.store().commit(changes).await?;
    office.store().remove_item(office.tenant(), ItemKind::Proposal, &key).await?;
    forget(office, case.record.waiting_code.as_ref()).await?;
    Ok(Replaced::Done(case.number, new))
}

/// The submission that a code not used yet will open, by the code's hash.
#[derive(Debug, Serialize, Deserialize)]
struct ReceiptCode {
    submission: SubmissionId,
}

impl Record for ReceiptCode {
    const TABLE: Table = Table::ReceiptCode;
    type Key = (String,);
}

/// A code that was given and never used opens nothing any more.
async fn forget(office: &Office, code: Option<&NewCode>) -> Result<()> {
    match code {
        Some(code) => office.write(vec![RecordWrite::remove::<ReceiptCode>(&(code.hash.clone(),))]).await,
        None => Ok(()),
    }
}

/// The submission that a code not used yet will open.
pub(crate) async fn waiting(office: &Office, hash: &str) -> Result<Option<SubmissionRecord>> {
    let Some(code) = office.find::<ReceiptCode>(&(hash.to_owned(),)).await? else { return Ok(None) };
    let record = office.store().submission(office.tenant(), &code.submission).await?;
    Ok(record.filter(|r| r.waiting_code.as_ref().is_some_and(|c| c.hash == hash)))
}

/// The new code is used: from now on the old one opens nothing.
pub(crate) async fn confirm(office: &Office, record: SubmissionRecord) -> Result<SubmissionRecord> {
    let Some(given) = record.waiting_code.clone() else { return Ok(record) };
    // What waits after a replacement waits from its first use.
    let code = NewCode { at: office.now().at, ..given };
    let record = SubmissionRecord {
        receipt_hash: code.hash.clone(),
        waiting_code: None,
        replaced_code: Some(code.clone()),
        ..record
    };
    let mut changes = Changes::new(office.tenant().clone());
    changes.submission_update = Some(record.clone());
    office.store().commit(changes).await?;
    forget(office, Some(&code)).await?;
    Ok(record)
}

/// Whoever holds the old code says that it was not asked for: the new one is void.
///
/// # Errors
/// [`AppError::NotFound`] when none waits.
#[crate::boxed]
pub async fn refuse(office: &Office, record: &SubmissionRecord) -> Result<()> {
    let code = record.waiting_code.clone().ok_or(AppError::NotFound)?;
    let mut changes = Changes::new(office.tenant().clone());
    changes.submission_update = Some(SubmissionRecord { waiting_code: None, ..record.clone() });
    office.store().commit(changes).await?;
    forget(office, Some(&code)).await
}

/// The letter that tells the petitioner, as PDF; her name is read for it and the reading recorded. It holds no code.
///
/// # Errors
/// [`AppError::NotAllowed`]; [`AppError::NotFound`] when nothing was replaced or there is nobody to write to.
#[crate::boxed]
pub async fn letter(office: &Office, staff: &Staff, typed: &str) -> Result<Vec<u8>> {
    let case = case(office, staff, typed).await?;
    let code = case.record.waiting_code.as_ref().or(case.record.replaced_code.as_ref()).ok_or(AppError::NotFound)?;
    if case.may == May::Never || case.record.submission.naming == Naming::Anonymous {
        return Err(AppError::NotAllowed);
    }
    let who = crate::vault::person(office, &case.record.submission.id).await?.map(|v| v.identity).unwrap_or_default();
    let purpose = office.wording().text(office.binding(), "code-letter-title", &[]);
    let mut changes = Changes::new(office.tenant().clone());
    changes.audits.push(AuditRecord {
        what: "identity".to_owned(),
        ..reading(office, staff, &case.record.submission.id, "code", &purpose)?
    });
    office.store().commit(changes).await?;
    let directory = office.directory().await?;
    let unit = directory.unit(&code.unit).cloned();
    let name = unit.as_ref().map(|u| u.name.clone()).unwrap_or_default();
    let on = code.at.to_zoned_datetime(office.zone().clone()).date();
    let say = |key: &str| {
        let values = [
            ("number", case.number.as_str().into()),
            ("day", papers::formal_date(office.binding(), on).into()),
            ("unit", name.as_str().into()),
            ("telephone", unit.as_ref().map(|u| u.telephone.clone()).unwrap_or_default().into()),
        ];
        office.wording().text(office.binding(), key, &values)
    };
    let keys: &[&str] = if code.stolen {
        &["code-letter-done", "code-letter-stolen", "code-letter-not-you"]
    } else {
        &["code-letter-done", "code-letter-old", "code-letter-not-you"]
    };
    let letter = Letter {
        organ: name.clone(),
        title: say("code-letter-title"),
        to: if who.name.is_empty() { office.wording().text(office.binding(), "petitioner", &[]) } else { who.name },
        body: keys.iter().map(|k| Paragraph::Text(say(k))).collect(),
        date: papers::formal_date(office.binding(), office.now().today()),
        contact: unit.as_ref().map(|u| format!("{}　{}", u.address, u.telephone).trim().to_owned()).unwrap_or_default(),
        ..Letter::default()
    };
    papers::draw_letter(office, letter, Form::Pdf, "").await
}
