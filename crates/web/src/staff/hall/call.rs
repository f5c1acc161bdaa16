//! Calls the next to the officer's window.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Redirect};
use huiyin_app::AppError;
use huiyin_app::reception::{desk, sitting};

use super::show;
use crate::edge::context::{Shared, SignedIn};
use crate::edge::form::Form;
use crate::edge::problem::{self, Problem};
use crate::pages::Page;

/// Calls whoever is next.
pub(crate) async fn call(State(shared): State<Arc<Shared>>, signed: SignedIn, form: Form) -> Page {
    signed.check_form(&shared, &form)?;
    let fail = |e| Problem::page(&shared, &signed.asked, e);
    let Some(window) = sitting::window_of(&shared.office, &signed.staff).await.map_err(fail)? else {
        return Ok(Redirect::to("/staff/hall").into_response());
    };
    match desk::call_next(&shared.office, &signed.staff, window).await {
        Ok(Some(_)) => Ok(Redirect::to("/staff/hall").into_response()),
        Ok(None) => Ok(Redirect::to("/staff/hall?note=none").into_response()),
        Err(error @ AppError::Form(_)) => {
            let shown = problem::fields(&shared, signed.asked.language, &error);
            show::render(&shared, &signed, &Default::default(), shown).await
        }
        Err(error) => Err(fail(error)),
    }
}
