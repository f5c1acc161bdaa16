//! Papers of some days that can be printed together.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::StatusCode;
use huiyin_app::print_job;
use jiff::civil::Date;
use minijinja::Value;
use serde::Deserialize;

use crate::edge::context::{Shared, SignedIn};
use crate::edge::problem::{FieldProblem, Problem};
use crate::pages::Page;

/// Days from which papers are listed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Days {
    pub(super) from: String,
    pub(super) to: String,
    pub(super) rule: String,
}

/// The papers of some days, each to be ticked.
pub(crate) async fn list(State(shared): State<Arc<Shared>>, signed: SignedIn, Query(days): Query<Days>) -> Page {
    page(&shared, &signed, &days, None, Vec::new()).await
}

pub(super) async fn page(
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
