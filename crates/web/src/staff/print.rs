//! Printing together what the unit issued on some days: the list, the job with its progress, the file.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect};
use huiyin_app::AppError;
use huiyin_app::print_job::{self, Stage};
use jiff::civil::Date;
use minijinja::Value;
use serde::Deserialize;

use crate::context::{Shared, SignedIn};
use crate::form::Form;
use crate::pages::Page;
use crate::problem::{self, FieldProblem, Problem};

/// Days from which papers are listed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Days {
    from: String,
    to: String,
    rule: String,
}

/// The papers of some days, each to be ticked.
pub(crate) async fn list(State(shared): State<Arc<Shared>>, signed: SignedIn, Query(days): Query<Days>) -> Page {
    page(&shared, &signed, &days, None, Vec::new()).await
}

async fn page(
    shared: &Shared,
    signed: &SignedIn,
    days: &Days,
    purpose: Option<&str>,
    mut errors: Vec<FieldProblem>,
) -> Page {
    let fail = |e| Problem::page(shared, &signed.asked, e);
    let today = shared.office.now().today();
    let mut day = |name: &str, text: &str, default: Date| {
        let read = if text.is_empty() { Some(default) } else { text.parse().ok() };
        read.unwrap_or_else(|| {
            let text = shared.say(signed.asked.language, "fault-not-a-day");
            errors.push(FieldProblem {
                field: name.to_owned(),
                fault: "not-a-day".to_owned(),
                text,
                href: format!("#f-{name}"),
            });
            default
        })
    };
    let (from, to) = (day("from", &days.from, today), day("to", &days.to, today));
    if to < from {
        let text = shared.say(signed.asked.language, "fault-print-days");
        errors.push(FieldProblem {
            field: "to".to_owned(),
            fault: "print-days".to_owned(),
            text,
            href: "#f-to".to_owned(),
        });
    }
    let (rows, more) = print_job::rows(&shared.office, &signed.staff, from, to).await.map_err(fail)?;
    let mut kinds: Vec<(String, String)> = rows.iter().map(|r| (r.rule.clone(), r.title.clone())).collect();
    kinds.sort();
    kinds.dedup();
    let shown: Vec<Value> = rows
        .iter()
        .filter(|r| days.rule.is_empty() || r.rule == days.rule)
        .map(|r| {
            context! {
                key => r.key, number => r.number, title => r.title, matter => r.matter, about => r.about.clone().unwrap_or_else(|| shared.say(signed.asked.language, "accusation-in-lists")),
                day => huiyin_wording::day(signed.asked.language, r.day, today),
            }
        })
        .collect();
    let failed = !errors.is_empty();
    let kinds: Vec<Value> = kinds.into_iter().map(|(rule, title)| context! { rule, title }).collect();
    let values = context! {
        rows => shown, more, most => print_job::MOST, kinds, rule => days.rule, from => from.to_string(),
        to => to.to_string(), purpose => purpose.unwrap_or_default(), errors,
    };
    let mut response = shared.desk(signed, "print.html", values);
    if failed {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

/// Begins a job.
pub(crate) async fn begin(State(shared): State<Arc<Shared>>, signed: SignedIn, form: Form) -> Page {
    signed.check_form(&shared, &form)?;
    match print_job::begin(&shared.office, &signed.staff, form.all("papers").to_vec(), form.get("purpose").to_owned())
        .await
    {
        Ok(id) => Ok(Redirect::to(&format!("/staff/print/{id}")).into_response()),
        Err(error) => {
            let errors = problem::fields(&shared, signed.asked.language, &error);
            if errors.is_empty() {
                return Err(Problem::page(&shared, &signed.asked, error));
            }
            let days = Days {
                from: form.get("from").to_owned(),
                to: form.get("to").to_owned(),
                rule: form.get("rule").to_owned(),
            };
            page(&shared, &signed, &days, Some(form.get("purpose")), errors).await
        }
    }
}

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
