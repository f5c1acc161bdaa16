//! A file of a proceeding. One that shows who somebody is opens for a stated purpose.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use huiyin_app::proceedings::files::{self, Reading};
use huiyin_app::{AppError, AttachmentRecord};
use minijinja::Value;

use crate::edge::context::{Shared, SignedIn};
use crate::edge::form::Form;
use crate::edge::problem::{self, FieldProblem, Problem};
use crate::pages::{Page, file_response};

/// The file, or the question for the purpose.
pub(crate) async fn file(
    State(shared): State<Arc<Shared>>,
    Path((number, id)): Path<(String, String)>,
    signed: SignedIn,
) -> Page {
    answer(&shared, &signed, &number, &id, None).await
}

/// The file for a stated purpose.
pub(crate) async fn open(
    State(shared): State<Arc<Shared>>,
    Path((number, id)): Path<(String, String)>,
    signed: SignedIn,
    form: Form,
) -> Page {
    signed.check_form(&shared, &form)?;
    answer(&shared, &signed, &number, &id, Some(form.get("purpose"))).await
}

async fn answer(shared: &Shared, signed: &SignedIn, number: &str, id: &str, purpose: Option<&str>) -> Page {
    let fail = |e| Problem::page(shared, &signed.asked, e);
    match files::read(&shared.office, &signed.staff, number, id, purpose).await {
        Ok(Reading::Bytes(record, bytes)) => Ok(file_response(&record, bytes)),
        Ok(Reading::Purpose(record)) => Ok(shared.desk(signed, "file_open.html", values(number, &record, Vec::new()))),
        Err(error @ AppError::Form(_)) => {
            let asked = files::read(&shared.office, &signed.staff, number, id, None).await.map_err(fail)?;
            let (Reading::Bytes(record, _) | Reading::Purpose(record)) = asked;
            let errors = problem::fields(shared, signed.asked.language, &error);
            let mut response = shared.desk(signed, "file_open.html", values(number, &record, errors));
            *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(response)
        }
        Err(error) => Err(fail(error)),
    }
}

fn values(number: &str, record: &AttachmentRecord, errors: Vec<FieldProblem>) -> Value {
    context! { number, id => record.id, name => record.name, errors }
}

/// Files as a page lists them.
pub(crate) fn list(number: &str, files: &[AttachmentRecord]) -> Vec<Value> {
    let href = |f: &AttachmentRecord| format!("/staff/proceedings/{number}/files/{}", f.id);
    files
        .iter()
        .map(|f| context! { name => f.name, size => f.size, href => href(f), identity => f.identity, note => f.note })
        .collect()
}
