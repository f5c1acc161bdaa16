//! Copies of papers as they were served: made once, soon after the paper, and the same bytes ever after.

use huiyin_documents::Letter;
use huiyin_domain::ids::{ProceedingId, SubmissionId};
use huiyin_domain::procedure::Fact;
use huiyin_storage::{ItemKind, ItemRecord, Record, RecordWrite, StoreError, Table};
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

use super::{Form, Paper, PaperDay, day_key, draw_letter};
use crate::error::{AppError, Result};
use crate::office::Office;

/// The file of a copy that is served.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Copy {
    /// SHA-256 of the bytes as they are read, hex.
    sha256: String,
    /// Digest of the letter.
    letter: String,
    /// The submission whose key opens it.
    #[serde(default)]
    submission: String,
    /// Name in the file store; empty where it is the hash.
    #[serde(default)]
    stored: String,
    /// Its key, wrapped by the key of the submission.
    #[serde(default)]
    key: String,
}

impl Record for Copy {
    const TABLE: Table = Table::PaperCopy;
    type Key = (ProceedingId, u32);
}

impl Copy {
    /// Its name in the file store.
    fn on_disk(&self) -> &str {
        if self.stored.is_empty() { &self.sha256 } else { &self.stored }
    }

    /// The bytes, compared with their digest.
    async fn read(&self, office: &Office) -> Result<Vec<u8>> {
        let bytes =
            crate::vault::open(office, &SubmissionId::new(&self.submission), &self.sha256, &self.stored, &self.key)
                .await?;
        if crate::vault::hash(&bytes) == self.sha256 {
            Ok(bytes)
        } else {
            Err(AppError::internal("a paper's file is not the one that was stored"))
        }
    }
}

/// Served copies of a matter whose file is gone or is not the one that was stored: `copy 000004`.
pub(crate) async fn changed_copies(office: &Office, proceeding: &ProceedingId) -> Result<Vec<String>> {
    let mut out = Vec::new();
    for ((_, n), copy) in office.select_all::<Copy>(&[proceeding]).await? {
        match copy.read(office).await {
            Ok(_) => {}
            Err(AppError::Internal { .. } | AppError::File(_) | AppError::NotFound) => out.push(format!("copy {n:06}")),
            Err(error) => return Err(error),
        }
    }
    Ok(out)
}

/// Everything of a proceeding's papers that goes with its destruction: what is removed, and the names of the files.
pub(crate) async fn removal(office: &Office, proceeding: &ProceedingId) -> Result<(Vec<RecordWrite>, Vec<String>)> {
    let (mut records, mut files) = (Vec::new(), Vec::new());
    for (key, copy) in office.select_all::<Copy>(&[proceeding]).await? {
        files.push(copy.on_disk().to_owned());
        records.push(RecordWrite::remove::<Copy>(&key));
    }
    for (key, paper) in office.select_all::<Paper>(&[proceeding]).await? {
        records.extend(day_key(&paper.listed).map(|day| RecordWrite::remove::<PaperDay>(&day)));
        records.extend(crate::references::removal(proceeding, &paper.number));
        records.push(RecordWrite::remove::<Paper>(&key));
    }
    Ok((records, files))
}

/// Copies made at once.
const MADE: u64 = 100;
/// Notes read at once.
const PAGE: u32 = 200;
/// Hours after which a copy that could not be made is tried again.
const AGAIN_HOURS: i64 = 1;

/// The note that the copy of a paper is to be made, written with the paper.
pub(super) fn waiting((proceeding, n): &(ProceedingId, u32)) -> ItemRecord {
    ItemRecord::lasting(ItemKind::CopyToMake, format!("{proceeding}:{n:06}"), serde_json::json!({}))
}

/// The copy that was served: the same bytes ever after, whatever fonts come later. Until it is made, a few seconds
/// after the paper, it is set anew each time and comes out the same.
pub(super) async fn served(office: &Office, paper: &Paper, letter: Letter) -> Result<Vec<u8>> {
    match office.find::<Copy>(&(ProceedingId::new(&paper.matter), paper.n)).await? {
        Some(copy) => copy.read(office).await,
        None => draw_letter(office, letter, Form::Pdf, "").await,
    }
}

/// Makes the copies that wait: set once and stored under the key of their letter. Called by the server beside the
/// sweep, which it does not delay.
///
/// # Errors
/// As the store; a copy that cannot be made now is tried again later and keeps none of the others.
#[crate::boxed]
pub async fn make_copies(office: &Office) -> Result<u64> {
    let now = office.machine_now();
    let (mut made, mut after) = (0, String::new());
    loop {
        let page = office.store().items(office.tenant(), ItemKind::CopyToMake, "", &after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(made) };
        // Without fonts nothing can be set; the doctor says so. They are loaded when there is something to set.
        if super::missing_faces(office).is_none() {
            return Ok(made);
        }
        after.clone_from(&last.key);
        for item in page {
            let not_before = item.doc.get("after").and_then(|a| a.as_str()?.parse::<Timestamp>().ok());
            if not_before.is_some_and(|at| at > now) {
                continue;
            }
            match make(office, &item.key).await {
                Ok(done) => made += u64::from(done),
                Err(AppError::Busy) => return Ok(made),
                Err(error) => put_off(office, item, &error, now).await?,
            }
            if made >= MADE {
                return Ok(made);
            }
        }
    }
}

/// Tries a copy again later: what keeps it from being made, such as a missing font, is not mended in a minute.
async fn put_off(office: &Office, item: ItemRecord, error: &AppError, now: Timestamp) -> Result<()> {
    tracing::error!(paper = %item.key, error = ?error, "the copy of a paper could not be made; it is tried again later");
    let again = now.checked_add(AGAIN_HOURS.hours()).unwrap_or(Timestamp::MAX);
    let item = ItemRecord { doc: serde_json::json!({ "after": again }), ..item };
    Ok(office.store().put_items(office.tenant(), vec![item]).await?)
}

/// Makes one copy; `false` when there is nothing to make any more.
async fn make(office: &Office, waiting: &str) -> Result<bool> {
    let done = || office.store().remove_item(office.tenant(), ItemKind::CopyToMake, waiting);
    let key = waiting.rsplit_once(':').and_then(|(id, n)| Some((ProceedingId::new(id), n.parse::<u32>().ok()?)));
    let Some(key) = key else { return Ok(done().await.map(|()| false)?) };
    let (Some(paper), None) = (office.find::<Paper>(&key).await?, office.find::<Copy>(&key).await?) else {
        return Ok(done().await.map(|()| false)?);
    };
    let letter = super::as_served(&paper);
    // With a sign in place of a character it is no copy to keep: a wider font mends it.
    let missing: String = super::undrawable(office, std::slice::from_ref(&letter)).into_iter().collect();
    if !missing.is_empty() {
        return Err(AppError::Refused(format!("no font here has `{missing}`")));
    }
    let bytes = draw_letter(office, letter, Form::Pdf, "").await?;
    let matter = office.store().matter(office.tenant(), &key.0).await?.ok_or(AppError::NotFound)?;
    // Nothing is sealed for a letter that was destroyed.
    let letter_is_there = office.store().vault(office.tenant(), &matter.details().submission).await?.is_some();
    if matter.facts.contains(&Fact::Destroyed) || !letter_is_there {
        return Ok(done().await.map(|()| false)?);
    }
    let stored = crate::vault::store_for(office, &matter.details().submission, &bytes).await?;
    let copy = Copy {
        sha256: stored.hash,
        letter: paper.digest,
        submission: matter.details().submission.0.clone(),
        stored: stored.stored,
        key: stored.key,
    };
    // Should it come to nothing, the file is removed by a later sweep.
    crate::vault::look_at_later(office, copy.on_disk()).await?;
    match office.store().write(office.tenant(), vec![RecordWrite::add(&key, &copy)?]).await {
        // Another machine made it at the same moment: theirs is the copy.
        Ok(()) | Err(StoreError::AlreadyThere(_)) => {}
        Err(error) => return Err(error.into()),
    }
    done().await?;
    // Destroyed while it was made: it goes as well.
    let gone = office.find::<Paper>(&key).await?.is_none();
    if gone && let Some(copy) = office.find::<Copy>(&key).await? {
        let doomed = crate::vault::doomed(copy.on_disk())?;
        office.write(vec![RecordWrite::remove::<Copy>(&key), doomed]).await?;
    }
    Ok(!gone)
}
