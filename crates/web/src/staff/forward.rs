//! Moves the time of a demo on.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Redirect};

use crate::edge::context::{Shared, SignedIn};
use crate::edge::form::Form;
use crate::edge::problem::Problem;
use crate::pages::Page;

/// Moves a demo's office time forward to the next due instant.
pub(crate) async fn forward(State(shared): State<Arc<Shared>>, signed: SignedIn, form: Form) -> Page {
    signed.check_form(&shared, &form)?;
    let swept =
        huiyin_app::demo_office::forward(&shared.office).await.map_err(|e| Problem::page(&shared, &signed.asked, e))?;
    let (matters, breaches) = swept.map_or((0, 0), |s| (s.proceedings.len(), s.breaches));
    Ok(Redirect::to(&format!("/staff/duties?whose=unit&moved={matters}&ran_out={breaches}")).into_response())
}
