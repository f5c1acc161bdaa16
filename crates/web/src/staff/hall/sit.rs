//! Sitting down at a window, and leaving it.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Redirect};
use huiyin_app::AppError;
use huiyin_app::reception::sitting;

use crate::edge::context::{Shared, SignedIn};
use crate::edge::form::Form;
use crate::edge::problem::Problem;
use crate::pages::Page;

/// Sits down.
pub(crate) async fn sit(State(shared): State<Arc<Shared>>, signed: SignedIn, form: Form) -> Page {
    signed.check_form(&shared, &form)?;
    let fail = |e| Problem::page(&shared, &signed.asked, e);
    let window = form.get("window").parse().map_err(|_| fail(AppError::NotFound))?;
    sitting::sit(&shared.office, &signed.staff, window).await.map_err(fail)?;
    Ok(Redirect::to("/staff/hall").into_response())
}

/// Leaves.
pub(crate) async fn leave(State(shared): State<Arc<Shared>>, signed: SignedIn, form: Form) -> Page {
    signed.check_form(&shared, &form)?;
    sitting::leave(&shared.office, &signed.staff).await.map_err(|e| Problem::page(&shared, &signed.asked, e))?;
    Ok(Redirect::to("/staff/hall").into_response())
}
