//! A second person refuses a correction, or its author takes it back.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect};
use huiyin_app::{AppError, corrections};

use crate::edge::context::{Shared, SignedIn};
use crate::edge::form::Form;
use crate::edge::problem::Problem;
use crate::pages::Page;

/// Leaves the day as it is.
pub(crate) async fn refuse(
    State(shared): State<Arc<Shared>>,
    Path(number): Path<String>,
    signed: SignedIn,
    form: Form,
) -> Page {
    signed.check_form(&shared, &form)?;
    match corrections::refuse(&shared.office, &signed.staff, &number).await {
        // Sent twice: nothing waits any more, and the matter's page shows what became of it.
        Ok(()) | Err(AppError::NotFound) => {}
        Err(error) => return Err(Problem::page(&shared, &signed.asked, error)),
    }
    Ok(Redirect::to(&format!("/staff/matters/{number}?done=1")).into_response())
}
