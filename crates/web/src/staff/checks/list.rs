//! Files that were drawn for a check.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use huiyin_app::checks;
use minijinja::Value;

use crate::edge::context::{Shared, SignedIn};
use crate::edge::form::Form;
use crate::edge::problem::{FieldProblem, Problem};
use crate::pages::Page;

/// The newest draws, and the form of another.
pub(crate) async fn list(State(shared): State<Arc<Shared>>, signed: SignedIn) -> Page {
    page(&shared, &signed, &Form::default(), Vec::new()).await
}

pub(super) async fn page(shared: &Shared, signed: &SignedIn, form: &Form, errors: Vec<FieldProblem>) -> Page {
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
