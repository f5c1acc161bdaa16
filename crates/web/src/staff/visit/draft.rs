//! Keeps what is being typed, sent by the page itself every few seconds.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use huiyin_app::reception::unsent;

use super::typed::worth_keeping;
use crate::edge::context::{Shared, SignedIn};
use crate::edge::form::Form;
use crate::edge::problem::Problem;
use crate::pages::Page;

/// Keeps it.
pub(crate) async fn keep(
    State(shared): State<Arc<Shared>>,
    Path(number): Path<String>,
    signed: SignedIn,
    form: Form,
) -> Page {
    signed.check_form(&shared, &form)?;
    let seen = form.get("version").parse().ok();
    unsent::keep(&shared.office, &signed.staff, &number, &worth_keeping(&form), seen)
        .await
        .map_err(|e| Problem::page(&shared, &signed.asked, e))?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
