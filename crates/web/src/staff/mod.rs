//! The desk: pages for officers. One verb or noun a file; each handler calls one use case.

pub(crate) mod account;
pub(crate) mod admin;
pub(crate) mod checks;
pub(crate) mod code;
pub(crate) mod correct;
pub(crate) mod duties;
pub(crate) mod find;
pub(crate) mod matter;
pub(crate) mod moves;
pub(crate) mod print;
pub(crate) mod proceedings;
pub(crate) mod register;
pub(crate) mod report;
pub(crate) mod rules;
pub(crate) mod second_factor;
pub(crate) mod security;
pub(crate) mod sign_in;

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Redirect};

use crate::context::{Shared, SignedIn};
use crate::form::Form;
use crate::pages::Page;
use crate::problem::Problem;

/// The desk opens with the duties.
pub(crate) async fn start(_: SignedIn) -> Redirect {
    Redirect::to("/staff/duties")
}

/// Moves a demo's office time forward to the next due instant.
pub(crate) async fn forward(State(shared): State<Arc<Shared>>, signed: SignedIn, form: Form) -> Page {
    signed.check_form(&shared, &form)?;
    let swept =
        huiyin_app::demo_office::forward(&shared.office).await.map_err(|e| Problem::page(&shared, &signed.asked, e))?;
    let (matters, breaches) = swept.map_or((0, 0), |s| (s.proceedings.len(), s.breaches));
    Ok(Redirect::to(&format!("/staff/duties?whose=unit&moved={matters}&ran_out={breaches}")).into_response())
}

/// Says that the office's clock is right after a leap.
pub(crate) async fn confirm_clock(State(shared): State<Arc<Shared>>, signed: SignedIn, form: Form) -> Page {
    signed.check_form(&shared, &form)?;
    huiyin_app::office_clock::confirm(&shared.office, &signed.staff)
        .await
        .map_err(|e| Problem::page(&shared, &signed.asked, e))?;
    Ok(Redirect::to("/staff/duties").into_response())
}
