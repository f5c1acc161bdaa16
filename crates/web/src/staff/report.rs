//! The yearly report: read on a page, or taken as PDF or word-processor file.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::header;
use axum::response::IntoResponse;
use huiyin_app::AppError;
use huiyin_app::papers::{self, Form};
use huiyin_app::yearly;
use minijinja::Value;
use serde::Deserialize;

use crate::context::{Shared, SignedIn};
use crate::pages::Page;
use crate::problem::{self, Problem};

/// Which year, and how.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    year: String,
    form: String,
    both: String,
}

/// The report of a year; this year when none is named.
pub(crate) async fn show(State(shared): State<Arc<Shared>>, signed: SignedIn, Query(asked): Query<Asked>) -> Page {
    let fail = |e| Problem::page(&shared, &signed.asked, e);
    let this_year = shared.office.now().today().year();
    let year = if asked.year.is_empty() { Some(this_year) } else { asked.year.parse().ok().filter(|y| (2005..=this_year).contains(y)) };
    let year = year.ok_or_else(|| fail(AppError::NotFound))?;
    let form = match asked.form.as_str() {
        "" => None,
        "pdf" => Some((Form::Pdf, "application/pdf")),
        "docx" => Some((Form::Docx, "application/vnd.openxmlformats-officedocument.wordprocessingml.document")),
        _ => return Err(fail(AppError::NotFound)),
    };
    let mut errors = Vec::new();
    if let Some((form, kind)) = form {
        match yearly::draw(&shared.office, &signed.staff, year, form, !asked.both.is_empty()).await {
            Ok(bytes) => {
                let name = format!("attachment; filename=\"report-{year}.{}\"", asked.form);
                return Ok(([(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_DISPOSITION, name)], bytes).into_response());
            }
            Err(error) => {
                errors = problem::fields(&shared, signed.asked.language, &error);
                if errors.is_empty() {
                    return Err(fail(error));
                }
            }
        }
    }
    let mut letter = yearly::letter(&shared.office, &signed.staff, year).await.map_err(fail)?;
    if signed.asked.language == huiyin_wording::Language::English
        && let Some(second) = letter.second.take()
    {
        letter = *second;
    }
    letter.second = None;
    let years: Vec<i16> = (this_year - 5..=this_year).rev().collect();
    let values = context! { title => letter.title, letter => Value::from_safe_string(papers::html(&letter)), year, years, errors };
    Ok(shared.desk(&signed, "report.html", values))
}
