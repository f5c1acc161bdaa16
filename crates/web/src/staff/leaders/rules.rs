//! Adding a rule and taking one away.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Redirect};
use huiyin_app::AppError;
use huiyin_app::domain::ids::{OfficerId, UnitId};
use huiyin_app::domain::text;
use huiyin_app::reception::leaders::{self, LeaderRule};

use super::show::render;
use crate::edge::context::{Shared, SignedIn};
use crate::edge::form::Form;
use crate::edge::problem::{self, Problem};
use crate::pages::Page;

/// Adds one.
pub(crate) async fn add(State(shared): State<Arc<Shared>>, signed: SignedIn, form: Form) -> Page {
    signed.check_form(&shared, &form)?;
    let number = |name: &str| text::number(form.get(name)).parse::<i8>().unwrap_or(0);
    let rule = LeaderRule {
        by: UnitId::new(text::number(form.get("to_unit"))),
        officer: Some(text::number(form.get("officer"))).filter(|o| !o.is_empty()).map(OfficerId::new),
        week: number("week"),
        weekday: number("weekday"),
        hours: form.get("by_when").to_owned(),
        place: form.get("where_to").to_owned(),
        topic: form.get("topic").to_owned(),
        from: shared.office.now().today(),
    };
    match leaders::add(&shared.office, &signed.staff, rule).await {
        Ok(_) => Ok(Redirect::to("/staff/leaders?saved=1").into_response()),
        Err(error @ AppError::Form(_)) => {
            let shown = problem::fields(&shared, signed.asked.language, &error);
            render(&shared, &signed, &form, shown).await
        }
        Err(error) => Err(Problem::with_words(&shared, &signed.asked, error, &form)),
    }
}

/// Takes one away.
pub(crate) async fn remove(State(shared): State<Arc<Shared>>, signed: SignedIn, form: Form) -> Page {
    signed.check_form(&shared, &form)?;
    leaders::remove(&shared.office, &signed.staff, form.get("rule"))
        .await
        .map_err(|e| Problem::page(&shared, &signed.asked, e))?;
    Ok(Redirect::to("/staff/leaders?saved=1").into_response())
}
