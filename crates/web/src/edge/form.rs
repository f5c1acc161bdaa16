//! Reading forms: url-encoded and multipart, into the same plain map. A body that is not UTF-8 is refused with words.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::multipart::Field;
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use huiyin_app::Incoming;
use huiyin_app::lodge::MAX_FILE_BYTES;

use crate::edge::context::{RequestContext, Shared};
use crate::edge::problem::Problem;

/// Bytes of a form without files.
pub(crate) const FORM_BYTES: usize = 1024 * 1024;

/// An uploaded file. Its bytes lie on the disk until one after the other is looked at.
#[derive(Debug, Clone)]
pub(crate) struct Upload {
    pub name: String,
    /// `None` where only the name is kept, and where there are more bytes than are taken.
    pub bytes: Option<Incoming>,
    pub too_large: bool,
}

/// A form as sent.
#[derive(Debug, Clone, Default)]
pub(crate) struct Form {
    values: BTreeMap<String, Vec<String>>,
    pub uploads: Vec<Upload>,
}

impl Form {
    pub fn get(&self, name: &str) -> &str {
        self.values.get(name).and_then(|v| v.first()).map_or("", String::as_str)
    }

    pub fn all(&self, name: &str) -> &[String] {
        self.values.get(name).map_or(&[], Vec::as_slice)
    }

    pub fn has(&self, name: &str) -> bool {
        self.values.contains_key(name)
    }

    /// The first value of each field.
    pub fn flat(&self) -> BTreeMap<String, String> {
        self.values.iter().filter_map(|(k, v)| v.first().map(|v| (k.clone(), v.clone()))).collect()
    }

    /// Every field with every value, by name.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.values.iter().flat_map(|(name, values)| values.iter().map(move |v| (name.as_str(), v.as_str())))
    }

    /// The same with some of its fields alone.
    pub fn only(&self, names: &[&str]) -> Self {
        let kept = self.values.iter().filter(|(name, _)| names.contains(&name.as_str()));
        Self { values: kept.map(|(n, v)| (n.clone(), v.clone())).collect(), uploads: Vec::new() }
    }

    /// A form of pairs.
    pub fn from_pairs(pairs: Vec<(String, String)>) -> Self {
        let mut form = Self::default();
        pairs.into_iter().for_each(|(name, value)| form.add(name, value));
        form
    }

    /// Some fields of the query of an address: what a form begins with.
    pub fn from_query(query: &str, names: &[&str]) -> Self {
        let pairs = form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| names.contains(&name.as_ref()));
        Self::from_pairs(pairs.map(|(n, v)| (n.into_owned(), v.into_owned())).collect())
    }

    fn add(&mut self, name: String, value: String) {
        self.values.entry(name).or_default().push(value);
    }
}

impl FromRequest<Arc<Shared>> for Form {
    type Rejection = Problem;

    async fn from_request(request: Request, shared: &Arc<Shared>) -> Result<Self, Problem> {
        Self::read(request, shared, Files::Kept).await
    }
}

/// What becomes of the files of a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Files {
    /// They are read.
    Kept,
    /// Only their names are: nobody is signed in who might send them.
    Named,
}

impl Form {
    /// Reads a form. One that cannot be read through gives back what was read of it.
    pub async fn read(request: Request, shared: &Arc<Shared>, files: Files) -> Result<Self, Problem> {
        let (mut parts, body) = request.into_parts();
        let Ok(asked) =
            <RequestContext as axum::extract::FromRequestParts<Arc<Shared>>>::from_request_parts(&mut parts, shared)
                .await;
        let kind = parts.headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
        let request = Request::from_parts(parts, body);
        let mut form = Self::default();
        // Whoever signs in sends no files.
        let files = if asked.path == "/staff/sign-in" { Files::Named } else { files };
        let read = if kind.starts_with("multipart/form-data") {
            // Whoever is signed in fills in the office's own forms.
            let stranger = (!asked.path.starts_with("/staff")).then_some(asked.from.as_str());
            multipart(request, shared, files, stranger, &mut form).await
        } else {
            encoded(request, shared, &mut form).await
        };
        read.map_err(|(status, key)| unreadable(shared, &asked, status, key, &form))?;
        crate::edge::instant::renew(&shared.office);
        Ok(form)
    }
}

type Fault = (StatusCode, &'static str);

async fn encoded(request: Request, shared: &Arc<Shared>, form: &mut Form) -> Result<(), Fault> {
    let bytes = Bytes::from_request(request, shared).await.map_err(|e| size(e.into_response().status()))?;
    if bytes.len() > FORM_BYTES {
        return Err((StatusCode::PAYLOAD_TOO_LARGE, "problem-too-large"));
    }
    for (name, value) in form_urlencoded::parse(&bytes) {
        form.add(text(name.into_owned())?, text(value.into_owned())?);
    }
    Ok(())
}

/// A replacement character means that the bytes were no UTF-8.
fn text(value: String) -> Result<String, Fault> {
    if value.contains('\u{fffd}') { Err((StatusCode::BAD_REQUEST, "problem-encoding")) } else { Ok(value) }
}

fn size(status: StatusCode) -> Fault {
    if status == StatusCode::PAYLOAD_TOO_LARGE {
        (status, "problem-too-large")
    } else {
        (StatusCode::BAD_REQUEST, "problem-form")
    }
}

async fn multipart(
    request: Request,
    shared: &Arc<Shared>,
    files: Files,
    stranger: Option<&str>,
    form: &mut Form,
) -> Result<(), Fault> {
    let mut parts =
        Multipart::from_request(request, shared).await.map_err(|_| (StatusCode::BAD_REQUEST, "problem-form"))?;
    let mut typed = 0;
    while let Some(mut field) = parts.next_field().await.map_err(|e| size(e.status()))? {
        let name = field.name().unwrap_or_default().to_owned();
        match field.file_name().map(str::to_owned) {
            Some(file) => {
                let (upload, size) = receive(&mut field, shared, files, stranger, file).await?;
                // A form without a chosen file sends an empty name; an empty file is a fault that is named.
                if size > 0 || (files == Files::Kept && !upload.name.is_empty()) {
                    form.uploads.push(upload);
                }
            }
            None => {
                let mut bytes = Vec::new();
                while let Some(piece) = field.chunk().await.map_err(|e| size(e.status()))? {
                    typed += piece.len();
                    // Words are bounded as in a form without files.
                    if typed > FORM_BYTES {
                        return Err((StatusCode::PAYLOAD_TOO_LARGE, "problem-too-large"));
                    }
                    bytes.extend_from_slice(&piece);
                }
                let value = String::from_utf8(bytes).map_err(|_| (StatusCode::BAD_REQUEST, "problem-encoding"))?;
                form.add(name, value);
            }
        }
    }
    Ok(())
}

/// Takes a file to the disk piece by piece. What is more than a file may have is read to its end and not kept.
async fn receive(
    field: &mut Field<'_>,
    shared: &Shared,
    files: Files,
    stranger: Option<&str>,
    name: String,
) -> Result<(Upload, u64), Fault> {
    let full = |_| (StatusCode::SERVICE_UNAVAILABLE, "problem-file-store");
    let mut upload = Upload { name, bytes: None, too_large: false };
    let mut all = 0_u64;
    while let Some(piece) = field.chunk().await.map_err(|e| size(e.status()))? {
        let bytes = u64::try_from(piece.len()).unwrap_or(u64::MAX);
        all = all.saturating_add(bytes);
        if files == Files::Named || upload.too_large {
            continue;
        }
        if let Some(from) = stranger
            && !shared.budget.take(shared.config.uploads, from, bytes, shared.office.machine_now())
        {
            return Err((StatusCode::TOO_MANY_REQUESTS, "problem-uploads"));
        }
        if all > u64::try_from(MAX_FILE_BYTES).unwrap_or(u64::MAX) {
            (upload.too_large, upload.bytes) = (true, None);
            continue;
        }
        let mut kept = match upload.bytes.take() {
            Some(kept) => kept,
            None => shared.office.files().incoming().map_err(full)?,
        };
        kept.add(piece.to_vec()).await.map_err(full)?;
        upload.bytes = Some(kept);
    }
    Ok((upload, all))
}

/// The page that a form could not be taken, with the words that were in it.
pub(crate) fn unreadable(
    shared: &Shared,
    asked: &RequestContext,
    status: StatusCode,
    key: &str,
    form: &Form,
) -> Problem {
    let values = context! {
        kind => "invalid",
        title => shared.say(asked.language, "problem-invalid"),
        detail => shared.say(asked.language, key),
        errors => Vec::<String>::new(),
        staff => asked.path.starts_with("/staff"),
        back => (),
        typed => crate::edge::resume::typed(shared, asked.language, form),
    };
    let mut response = shared.page(asked, "problem.html", values);
    *response.status_mut() = status;
    Problem(Box::new(response))
}
