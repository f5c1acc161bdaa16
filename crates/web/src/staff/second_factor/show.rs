//! Whether a second factor is on.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Redirect};
use huiyin_app::{AppError, sign_in};

use super::page;
use crate::edge::context::{Shared, SignedIn};
use crate::edge::problem::Problem;
use crate::pages::Page;

/// The page that sets it up.
pub(crate) async fn show(State(shared): State<Arc<Shared>>, signed: SignedIn) -> Page {
    let failed = |e: AppError| Problem::page(&shared, &signed.asked, e);
    if sign_in::second_factor(&shared.office, &signed.staff.officer.id).await.map_err(failed)?.is_some() {
        return Ok(Redirect::to("/staff/password").into_response());
    }
    page(&shared, &signed, &sign_in::offer(&signed.staff).map_err(failed)?, Vec::new())
}
