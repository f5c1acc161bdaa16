//! How far a print job is, and its file.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::header;
use axum::response::IntoResponse;
use huiyin_app::AppError;
use huiyin_app::print_job::{self, Stage};

use crate::edge::context::{Shared, SignedIn};
use crate::edge::problem::Problem;
use crate::pages::Page;

/// How far a job is; with `.pdf` its file.
pub(crate) async fn job(State(shared): State<Arc<Shared>>, signed: SignedIn, Path(id): Path<String>) -> Page {
    let fail = |e| Problem::page(&shared, &signed.asked, e);
    if let Some(id) = id.strip_suffix(".pdf") {
        let bytes = print_job::find(&shared.office, &signed.staff, id)
            .map_err(fail)?
            .pdf()
            .ok_or_else(|| fail(AppError::NotFound))?;
        let headers = [
            (header::CONTENT_TYPE, "application/pdf"),
            (header::CONTENT_DISPOSITION, "attachment; filename=\"papers.pdf\""),
        ];
        return Ok((headers, bytes).into_response());
    }
    let job = print_job::find(&shared.office, &signed.staff, &id).map_err(fail)?;
    let (done, stage) = job.progress();
    let running = matches!(stage, Stage::Gathering | Stage::Setting);
    let failed = if let Stage::Failed(why) = &stage { why.clone() } else { String::new() };
    let span = huiyin_app::periods::span(
        shared.office.wording(),
        signed.asked.language,
        huiyin_app::print_job::KEPT_MINUTES,
        huiyin_app::domain::clock::PeriodUnit::Minutes,
    );
    let (setting, ready) = (stage == Stage::Setting, stage == Stage::Ready);
    let mut response = shared.desk(
        &signed,
        "print_job.html",
        context! {
            id, done, total => job.total, set => job.set(), running, setting, ready, failed, span,
            undrawable => job.undrawable(),
        },
    );
    if running {
        // Without a script the page looks again by itself.
        response.headers_mut().insert(header::REFRESH, axum::http::HeaderValue::from_static("1"));
    }
    Ok(response)
}
