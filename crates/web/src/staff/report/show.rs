//! The yearly report, as a page and as a file.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use huiyin_app::papers::{self, Form, Letter};
use huiyin_app::{AppError, yearly};
use minijinja::Value;
use serde::Deserialize;

use crate::edge::context::{Shared, SignedIn};
use crate::edge::problem::{self, FieldProblem, Problem};
use crate::pages::Page;

/// Which year, and how.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ReportQuery {
    year: String,
    form: String,
    both: String,
}

/// The first year of which there can be a report: that of the first day of receipt.
pub(super) fn first_year(shared: &Shared) -> i16 {
    shared.office.book_today().and_then(|b| b.earliest_receipt).map_or(i16::MIN, |day| day.year())
}

/// The report of a year; this year when none is named.
pub(crate) async fn show(
    State(shared): State<Arc<Shared>>,
    signed: SignedIn,
    Query(asked): Query<ReportQuery>,
) -> Page {
    let fail = |e| Problem::page(&shared, &signed.asked, e);
    let this_year = shared.office.now().today().year();
    let year = if asked.year.is_empty() {
        Some(this_year)
    } else {
        asked.year.parse().ok().filter(|y| (first_year(&shared)..=this_year).contains(y))
    };
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
                return Ok(([(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_DISPOSITION, name)], bytes)
                    .into_response());
            }
            Err(error) => {
                errors = problem::fields(&shared, signed.asked.language, &error);
                if errors.is_empty() {
                    return Err(fail(error));
                }
            }
        }
    }
    let letter = in_the_readers_language(&shared, &signed, year).await.map_err(fail)?;
    page(&shared, &signed, letter, year, this_year, errors, ("", "")).await
}

pub(super) async fn page(
    shared: &Shared,
    signed: &SignedIn,
    letter: Letter,
    year: i16,
    this_year: i16,
    errors: Vec<FieldProblem>,
    given: (&str, &str),
) -> Page {
    let sendings = yearly::sendings(&shared.office, &signed.staff, year)
        .await
        .map_err(|e| Problem::page(shared, &signed.asked, e))?;
    let directory = shared.office.directory().await.map_err(|e| Problem::page(shared, &signed.asked, e))?;
    let sent: Vec<Value> = sendings
        .into_iter()
        .map(|s| {
            let by = directory.officer(&s.by).map(|o| o.name.clone()).unwrap_or_default();
            context! { on => huiyin_wording::date(signed.asked.language, s.on), to => s.to, by }
        })
        .collect();
    let failed = !errors.is_empty();
    let to = if given.1.is_empty() { letter.to.clone() } else { given.1.to_owned() };
    let on = if given.0.is_empty() { shared.office.now().today().to_string() } else { given.0.to_owned() };
    let years: Vec<i16> = (this_year - 5..=this_year).rev().collect();
    let values = context! {
        title => letter.title, letter => Value::from_safe_string(papers::html(&letter)), year, years, errors, sent, to,
        on,
    };
    let mut response = shared.desk(signed, "report.html", values);
    if failed {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

pub(super) async fn in_the_readers_language(shared: &Shared, signed: &SignedIn, year: i16) -> Result<Letter, AppError> {
    let whole = yearly::letter(&shared.office, &signed.staff, year).await?;
    let mut letter = huiyin_app::papers::for_reader(&whole, signed.asked.language).clone();
    letter.second = None;
    Ok(letter)
}
