//! Random checks of closed files: draw, and the list of what was drawn.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect};
use huiyin_app::{FormError, checks};
use minijinja::Value;

use crate::context::{Shared, SignedIn};
use crate::form::Form;
use crate::pages::Page;
use crate::problem::{self, FieldProblem, Problem};

/// The newest draws, and the form of another.
pub(crate) async fn list(State(shared): State<Arc<Shared>>, signed: SignedIn) -> Page {
    page(&shared, &signed, &Form::default(), Vec::new()).await
}

async fn page(shared: &Shared, signed: &SignedIn, form: &Form, errors: Vec<FieldProblem>) -> Page {
    let today = shared.office.now().today();
    let draws =
        checks::draws(&shared.office, &signed.staff).await.map_err(|e| Problem::page(shared, &signed.asked, e))?;
    let say = |day| huiyin_wording::date(signed.asked.language, day);
    let shown: Vec<Value> = draws
        .into_iter()
        .map(|(d, files)| {
            let left = files.iter().filter(|f| !f.checked).count();
            context! { day => say(d.day), from => say(d.from), to => say(d.to), out_of => d.out_of, left, files }
        })
        .collect();
    let given =
        |name: &str, default: String| if form.get(name).is_empty() { default } else { form.get(name).to_owned() };
    let first = jiff::civil::date(today.year(), 1, 1).to_string();
    let failed = !errors.is_empty();
    let values = context! {
        draws => shown, errors, most => checks::MOST, from => given("from", first),
        to => given("to", today.to_string()), count => given("count", "5".into()),
    };
    let mut response = shared.desk(signed, "checks.html", values);
    if failed {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

/// Draws.
pub(crate) async fn draw(State(shared): State<Arc<Shared>>, signed: SignedIn, form: Form) -> Page {
    signed.check_form(&shared, &form)?;
    let mut errors = Vec::new();
    let mut day = |name: &'static str| {
        let read = form.get(name).parse().ok();
        if read.is_none() {
            errors.push(FormError::new(name, "fault-not-a-day"));
        }
        read
    };
    let days = (day("from"), day("to"));
    let done = match days {
        (Some(from), Some(to)) => {
            checks::draw(&shared.office, &signed.staff, form.get("count").parse().unwrap_or(0), from, to).await
        }
        _ => Err(huiyin_app::AppError::Form(errors)),
    };
    match done {
        Ok(_) => Ok(Redirect::to("/staff/checks").into_response()),
        Err(error) => {
            let shown = problem::fields(&shared, signed.asked.language, &error);
            if shown.is_empty() {
                Err(Problem::page(&shared, &signed.asked, error))
            } else {
                page(&shared, &signed, &form, shown).await
            }
        }
    }
}
