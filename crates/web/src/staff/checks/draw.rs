//! Draws closed files for a check.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Redirect};
use huiyin_app::{FormError, checks};

use super::list::page;
use crate::edge::context::{Shared, SignedIn};
use crate::edge::form::Form;
use crate::edge::problem::{self, Problem};
use crate::pages::Page;

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
