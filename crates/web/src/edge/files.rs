//! Files of a form while it is filled in: taken one by one, told what was taken out of them, and kept when the form
//! comes back with a fault.

use huiyin_app::draft::{self, Draft, DraftFile};
use huiyin_app::lodge::{self, Taken, Traces};
use huiyin_app::{AppError, AttachmentRecord, FormError, Incoming};
use huiyin_wording::Language;
use minijinja::Value;
use tokio::sync::Semaphore;

use crate::edge::context::Shared;
use crate::edge::form::{Form, Upload};

/// Files looked at once.
static LOOKING: Semaphore = Semaphore::const_new(2);
/// Bytes of all files of one form: five of the largest.
const FORM_TOTAL: u64 = 5 * lodge::MAX_FILE_BYTES as u64;

/// The name of a signature that was drawn on the page (`signature.js`).
const SIGNATURE: &str = "signature.png";

/// Takes the files of a form and the boxes beside those that were shown.
pub(crate) async fn take(
    shared: &Shared,
    files: &mut Vec<DraftFile>,
    form: &Form,
    by: &str,
) -> Result<Vec<FormError>, AppError> {
    files.retain(|f| f.record.id != form.get("remove"));
    for file in files.iter_mut().filter(|f| form.all("shown").contains(&f.record.id)) {
        file.told = form.all("keep").contains(&file.record.id);
        file.meant = form.all("meant").contains(&file.record.id);
    }
    let mut errors = Vec::new();
    let mut bytes: u64 = files.iter().map(|f| f.record.size).sum();
    for upload in &form.uploads {
        if files.len() >= lodge::MAX_FILES {
            errors.push(FormError::with("files", "fault-files-many", lodge::MAX_FILES));
            break;
        }
        bytes += upload.bytes.as_ref().map_or(0, Incoming::size);
        if bytes > FORM_TOTAL {
            errors.push(FormError::with("files", "fault-files-total", FORM_TOTAL >> 20));
            break;
        }
        match take_one(shared, upload, by).await {
            // The same file sent twice is there once.
            Ok(taken)
                if files.iter().any(|f| f.record.hash == taken.record.hash && f.record.name == taken.record.name) => {}
            Ok(taken) => {
                // A signature that is drawn anew takes the place of the one before.
                files.retain(|f| !(f.record.name == SIGNATURE && taken.record.name == SIGNATURE));
                files.push(DraftFile {
                    record: taken.record,
                    removed: taken.removed,
                    left: taken.left,
                    told: false,
                    meant: false,
                })
            }
            Err(AppError::Form(mut more)) => errors.append(&mut more),
            Err(AppError::File(fault)) if fault.is_of_the_file() => {
                errors.push(FormError::with("files", "fault-file-type", &upload.name))
            }
            // The disk is full, and not her photograph wrong.
            Err(AppError::File(fault)) => {
                tracing::error!(error = ?fault, "a file could not be stored");
                errors.push(FormError::with("files", "fault-file-store", &upload.name));
            }
            Err(other) => return Err(other),
        }
    }
    Ok(errors)
}

/// Looks at one file at a time of a few: each lies in memory while what it shows of a place is taken out.
async fn take_one(shared: &Shared, upload: &Upload, by: &str) -> Result<Taken, AppError> {
    if upload.too_large {
        return Err(AppError::Form(vec![FormError::with("files", "fault-file-large", &upload.name)]));
    }
    let _one = LOOKING.acquire().await.map_err(AppError::caused("files are looked at no more"))?;
    let bytes = match &upload.bytes {
        Some(incoming) => incoming.read().await?,
        None => Vec::new(),
    };
    lodge::take_file(&shared.office, &upload.name, &bytes, by).await
}

/// What cannot be taken out of a file is sent only when it is meant.
pub(crate) fn left(files: &[DraftFile]) -> Vec<FormError> {
    files
        .iter()
        .filter(|f| f.left.is_some() && !f.meant)
        .map(|f| FormError::with("files", "fault-file-traces", &f.record.name))
        .collect()
}

/// The record of a file with what is kept as words.
pub(crate) fn record(shared: &Shared, file: &DraftFile) -> AttachmentRecord {
    let note = file.removed.as_ref().filter(|_| file.told).and_then(|t| note(shared, shared.office.binding(), t));
    AttachmentRecord { note: note.unwrap_or_default(), ..file.record.clone() }
}

/// The files as `part_files.html` shows them.
pub(crate) fn views(shared: &Shared, language: Language, files: &[DraftFile]) -> Vec<Value> {
    let words =
        |t: &Traces| if t.is_empty() { shared.say(language, "traces-some") } else { traces(shared, language, t) };
    files
        .iter()
        .map(|f| {
            context! {
                id => f.record.id, name => f.record.name, size => f.record.size, told => f.told, meant => f.meant,
                removed => f.removed.as_ref().map(words), left => f.left.as_ref().map(words),
                keep => f.removed.as_ref().and_then(|t| note(shared, language, t)),
            }
        })
        .collect()
}

/// What was beside a picture, in words: the kinds of it.
fn traces(shared: &Shared, language: Language, found: &Traces) -> String {
    let kinds = [
        ("traces-place", found.place.is_some()),
        ("traces-time", found.taken.is_some()),
        ("traces-device", found.device),
    ];
    let said: Vec<String> =
        kinds.iter().filter(|(_, there)| *there).map(|(key, _)| shared.say(language, key)).collect();
    said.join(&shared.say(language, "list-comma"))
}

/// When and where it was taken, as the sentence that can be kept.
pub(crate) fn note(shared: &Shared, language: Language, found: &Traces) -> Option<String> {
    let place = found.place.as_deref().filter(|p| !p.is_empty());
    let (key, values) = match (found.taken.as_deref(), place) {
        (None, None) => return None,
        (Some(taken), Some(place)) => ("traces-note", vec![("taken", taken.into()), ("place", place.into())]),
        (Some(taken), None) => ("traces-note-time", vec![("taken", taken.into())]),
        (None, Some(place)) => ("traces-note-place", vec![("place", place.into())]),
    };
    Some(shared.office.wording().text(language, key, &values))
}

/// Files of a form that is sent in one step, held while it comes back with a fault.
#[derive(Debug)]
pub(crate) struct Held {
    secret: String,
    key: String,
    /// The files.
    pub files: Vec<DraftFile>,
    /// Something was taken out of a file that came with this request.
    pub stripped: bool,
}

impl Held {
    /// Those held for a form of a session; `key` is the form's own.
    pub async fn load(shared: &Shared, secret: &str, key: &str) -> Result<Self, AppError> {
        let known = if key.len() >= 16 { draft::load(&shared.office, secret, key).await? } else { None };
        Ok(Self {
            secret: secret.to_owned(),
            key: key.to_owned(),
            files: known.unwrap_or_default().files,
            stripped: false,
        })
    }

    /// Takes what a form brought.
    pub async fn take(&mut self, shared: &Shared, form: &Form, by: &str) -> Result<Vec<FormError>, AppError> {
        let before = self.files.len();
        let mut errors = take(shared, &mut self.files, form, by).await?;
        self.stripped = self.files.iter().skip(before.min(self.files.len())).any(|f| f.removed.is_some());
        if self.key.len() >= 16 && !(self.files.is_empty() && before == 0) {
            draft::keep_draft(
                &shared.office,
                &self.secret,
                &self.key,
                &Draft { files: self.files.clone(), ..Draft::default() },
            )
            .await?;
        }
        errors.extend(left(&self.files));
        // What the page showed as there and is not, after another sign-in: it is named and never left out in silence.
        let gone = |name: &&String| !self.files.iter().any(|f| &f.record.name == *name) && !form.has("remove");
        errors.extend(
            form.all("held").iter().filter(gone).map(|name| FormError::with("files", "fault-files-lost", name)),
        );
        Ok(errors)
    }

    /// The records to be stored with what they came with.
    pub fn records(&self, shared: &Shared) -> Vec<AttachmentRecord> {
        self.files.iter().map(|f| record(shared, f)).collect()
    }

    /// They are stored; nothing is held any more.
    pub async fn done(&self, shared: &Shared) -> Result<(), AppError> {
        if self.files.is_empty() || self.key.len() < 16 {
            Ok(())
        } else {
            draft::forget(&shared.office, &self.secret, &self.key).await
        }
    }
}
