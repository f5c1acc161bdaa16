//! Printing many papers at once: what this unit issued to petitioners on some days, set as one PDF, with its progress.
//!
//! A job lives in the memory of the program that runs it, belongs to the officer who began it, and is gone after an
//! hour; the papers themselves stay where they are. Names are filled in only for a stated purpose, each reading is
//! recorded as everywhere, and nothing of them is kept.

use std::sync::Arc;

use huiyin_documents::Letter;
use huiyin_domain::matter::Matter;
use huiyin_storage::Wanted;
use jiff::civil::Date;

use crate::access::{Action, require};
use crate::error::{AppError, FormError, Result};
use crate::matter_view;
use crate::office::{Job, Office, Staff, random_hex};
pub use crate::office::{KEPT_MINUTES, Stage};
use crate::papers::{self, Paper, PaperDay, PaperDayKey};

/// Papers of one job, at most.
pub const MOST: usize = 1_000;
/// Jobs under way at once, in the whole program.
const RUNNING: usize = 4;
/// Jobs kept at once; the oldest that is ready makes room.
const JOBS: usize = 32;

/// A paper that can be printed.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Row {
    /// Its key.
    pub key: String,
    /// The day it was made.
    pub day: Date,
    /// The pack's paper.
    pub rule: String,
    /// What stands over it.
    pub title: String,
    /// 发文字号.
    pub number: String,
    /// Number of the matter.
    pub matter: String,
    /// What the matter is about; `None` where that is read for a purpose only.
    pub about: Option<String>,
}

/// Papers the officer's unit issued to petitioners from one day through another, oldest first, and whether there are
/// more.
///
/// # Errors
/// [`AppError::NotAllowed`]; as the store.
#[crate::boxed]
pub async fn rows(office: &Office, staff: &Staff, from: Date, to: Date) -> Result<(Vec<Row>, bool)> {
    require(staff, Action::ReadLists)?;
    let (unit, directory) = (&staff.officer.unit, office.directory().await?);
    let mut out = Vec::new();
    let mut wanted = Wanted::first(500).within(&[unit]).after(&(unit.clone(), from));
    loop {
        let page = office.select::<PaperDay>(wanted.clone()).await?;
        let Some((last, _)) = page.last() else { return Ok((out, false)) };
        wanted = wanted.after(last);
        for (key, paper) in page {
            if key.1 > to {
                return Ok((out, false));
            }
            if out.len() == MOST {
                return Ok((out, true));
            }
            if !paper.to_petitioner {
                continue;
            }
            // Only what the officer may read: not after a recusal, not of what has become an accusation elsewhere.
            let matter = office
                .store()
                .matter(office.tenant(), &key.2)
                .await?
                .filter(|m| m.may_read(&staff.actor(), &directory));
            let row = |m: Matter| Row {
                key: papers::day_text(&key),
                day: key.1,
                rule: paper.rule,
                title: paper.title,
                number: paper.number,
                matter: paper.matter,
                about: m.list_title().map(str::to_owned),
            };
            out.extend(matter.map(row));
        }
    }
}

/// Begins a job over the chosen papers; `purpose` fills names in and says why they are read, empty leaves them out.
///
/// # Errors
/// [`AppError::Form`] when nothing or too much is chosen, or when other jobs are still running.
#[crate::boxed]
pub async fn begin(office: &Office, staff: &Staff, keys: Vec<String>, purpose: String) -> Result<String> {
    require(staff, Action::ReadLists)?;
    let keys: Vec<PaperDayKey> =
        keys.iter().filter_map(|k| papers::day_key(k)).filter(|k| k.0 == staff.officer.unit).collect();
    if keys.is_empty() {
        return Err(AppError::Form(vec![FormError::new("papers", "fault-print-none")]));
    }
    if keys.len() > MOST {
        return Err(AppError::Form(vec![FormError::with("papers", "fault-too-many", MOST)]));
    }
    let purpose = purpose.trim().to_owned();
    if purpose.chars().count() == 1 {
        return Err(AppError::Form(vec![FormError::new("purpose", "fault-purpose")]));
    }
    let now = office.machine_now();
    let job = Arc::new(Job::new(staff.officer.id.clone(), now, keys.len()));
    let id = random_hex(16)?;
    if let Ok(mut jobs) = office.jobs().lock() {
        jobs.retain(|_, j| !j.is_old(now));
        if jobs.len() >= JOBS
            && let Some(oldest) =
                jobs.iter().filter(|(_, j)| j.is_over()).min_by_key(|(_, j)| j.began()).map(|(id, _)| id.clone())
        {
            jobs.remove(&oldest);
        }
        if jobs.values().filter(|j| !j.is_over()).count() >= RUNNING {
            return Err(AppError::Form(vec![FormError::new("papers", "fault-print-busy")]));
        }
        jobs.insert(id.clone(), Arc::clone(&job));
    }
    let (office, staff) = (office.clone(), staff.clone());
    let inner = Arc::clone(&job);
    let work = tokio::spawn(async move { print_papers(&office, &staff, &keys, &purpose, &inner).await });
    tokio::spawn(async move {
        match work.await.unwrap_or_else(|e| Err(AppError::caused("a print job ended before it was done")(e))) {
            Ok(bytes) => job.ends(Stage::Ready, bytes),
            Err(AppError::Form(faults)) => {
                job.ends(Stage::Failed(faults.into_iter().map(|f| f.value).collect()), Vec::new())
            }
            Err(error) => {
                tracing::error!(error = ?error, "a print job failed");
                job.ends(Stage::Failed(String::new()), Vec::new());
            }
        }
    });
    Ok(id)
}

async fn print_papers(
    office: &Office,
    staff: &Staff,
    keys: &[PaperDayKey],
    purpose: &str,
    job: &Job,
) -> Result<Vec<u8>> {
    let mut letters: Vec<(String, Letter)> = Vec::with_capacity(keys.len());
    for key in keys {
        letters.extend(letter(office, staff, key).await?);
        job.count_gathered();
    }
    if letters.is_empty() {
        return Err(AppError::NotFound);
    }
    let (numbers, mut letters): (Vec<String>, Vec<Letter>) = letters.into_iter().unzip();
    for (number, letter) in numbers.iter().zip(letters.iter_mut()).filter(|_| !purpose.is_empty()) {
        match matter_view::identity(office, staff, number, purpose).await {
            Ok((_, vault)) if !vault.identity.name.is_empty() => {
                if let Some(second) = &mut letter.second {
                    second.to.clone_from(&vault.identity.name);
                }
                letter.to = vault.identity.name;
            }
            Ok(_) | Err(AppError::NotAllowed) => {}
            Err(error) => return Err(error),
        }
    }
    let what = |number: &String, letter: &Letter| format!("{number} {}", letter.number);
    let signs =
        |letter: &Letter| papers::undrawable(office, std::slice::from_ref(letter)).into_iter().collect::<String>();
    let named = numbers.iter().zip(&letters).map(|(number, letter)| (what(number, letter), signs(letter)));
    job.set_begins(letters.len(), named.filter(|(_, found)| !found.is_empty()).collect());
    papers::set_many(office, letters).await
}

/// The letter of a listed paper with the number of its matter; `None` when the officer may not read it (any more).
async fn letter(office: &Office, staff: &Staff, key: &PaperDayKey) -> Result<Option<(String, Letter)>> {
    let (_, _, matter, n) = key;
    let Some(paper) = office.find::<Paper>(&(matter.clone(), *n)).await? else { return Ok(None) };
    let found = office.store().matter(office.tenant(), matter).await?;
    let directory = office.directory().await?;
    // What goes past the unit is never printed from its list, whatever key is sent.
    let open = |m: &Matter| {
        m.may_read(&staff.actor(), &directory)
            && paper.to_petitioner
            && paper.private_to.is_none()
            && (paper.listed.is_empty() || papers::day_key(&paper.listed).as_ref() == Some(key))
    };
    Ok(found.filter(open).map(|m| (m.number.clone(), papers::as_served(&paper))))
}

/// Forgets jobs past their hour; called by the sweep.
pub(crate) fn forget_old(office: &Office) {
    let now = office.machine_now();
    if let Ok(mut jobs) = office.jobs().lock() {
        jobs.retain(|_, j| !j.is_old(now));
    }
}

/// A job of the officer's own.
///
/// # Errors
/// [`AppError::NotFound`] when there is none, or it belongs to somebody else.
pub fn find(office: &Office, staff: &Staff, id: &str) -> Result<Arc<Job>> {
    let jobs = office.jobs().lock().map_err(|_| AppError::Busy)?;
    let now = office.machine_now();
    jobs.get(id).filter(|j| j.belongs_to(&staff.officer.id) && !j.is_old(now)).cloned().ok_or(AppError::NotFound)
}
