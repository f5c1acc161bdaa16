//! Says that the clock of the office is right.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Redirect};

use crate::edge::context::{Shared, SignedIn};
use crate::edge::form::Form;
use crate::edge::problem::Problem;
use crate::pages::Page;

/// Says that the office's clock is right after a leap.
pub(crate) async fn confirm_clock(State(shared): State<Arc<Shared>>, signed: SignedIn, form: Form) -> Page {
    signed.check_form(&shared, &form)?;
    huiyin_app::office_clock::confirm(&shared.office, &signed.staff)
        .await
        .map_err(|e| Problem::page(&shared, &signed.asked, e))?;
    Ok(Redirect::to("/staff/duties").into_response())
}
