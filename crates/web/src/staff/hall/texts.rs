//! Texts of law and policy with their source, and who speaks which language: what is at hand at the table.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect};
use huiyin_app::AppError;
use huiyin_app::access::{Action, allows, require};
use huiyin_app::reception::texts;
use minijinja::Value;

use crate::edge::context::{Shared, SignedIn};
use crate::edge::form::Form;
use crate::edge::problem::{self, FieldProblem, Problem};
use crate::pages::Page;

/// The page.
pub(crate) async fn show(State(shared): State<Arc<Shared>>, signed: SignedIn) -> Page {
    render(&shared, &signed, &Form::default(), Vec::new()).await
}

async fn render(shared: &Shared, signed: &SignedIn, form: &Form, errors: Vec<FieldProblem>) -> Page {
    let fail = |e| Problem::with_words(shared, &signed.asked, e, form);
    require(&signed.staff, Action::Receive).map_err(fail)?;
    let all = texts::of_unit(&shared.office, &signed.staff.officer.unit).await.map_err(fail)?;
    let laws: Vec<Value> = all
        .laws
        .iter()
        .map(|l| context! { id => l.id, title => l.title, source => l.source, text => l.text })
        .collect();
    let lines: Vec<String> = all.helpers.iter().map(|h| format!("{}：{}", h.language, h.who)).collect();
    let helpers = if form.has("helpers") { form.get("helpers").to_owned() } else { lines.join("\n") };
    let failed = !errors.is_empty();
    let values = context! {
        laws, helpers, errors, may => allows(&signed.staff, Action::KeepHall), law_title => form.get("law_title"),
        source => form.get("source"), text => form.get("text"), saved => signed.asked.query.contains("saved=1"),
    };
    let mut response = shared.desk(signed, "hall_texts.html", values);
    if failed {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

/// Adds or removes a text, or writes down who speaks which language.
pub(crate) async fn change(State(shared): State<Arc<Shared>>, signed: SignedIn, form: Form) -> Page {
    signed.check_form(&shared, &form)?;
    let (office, staff) = (&shared.office, &signed.staff);
    let done = match form.get("do") {
        "add" => texts::add_law(office, staff, form.get("law_title"), form.get("source"), form.get("text")).await,
        "remove" => texts::remove_law(office, staff, form.get("law")).await,
        "helpers" => texts::put_helpers(office, staff, form.get("helpers")).await,
        _ => Err(AppError::NotFound),
    };
    match done {
        Ok(()) => Ok(Redirect::to("/staff/hall/texts?saved=1").into_response()),
        Err(error @ AppError::Form(_)) => {
            let shown = problem::fields(&shared, signed.asked.language, &error);
            render(&shared, &signed, &form, shown).await
        }
        Err(error) => Err(Problem::with_words(&shared, &signed.asked, error, &form)),
    }
}
