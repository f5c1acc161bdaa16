//! Where an officer begins.

use axum::response::Redirect;

use crate::edge::context::SignedIn;

/// The desk opens with the duties.
pub(crate) async fn start(_: SignedIn) -> Redirect {
    Redirect::to("/staff/duties")
}
