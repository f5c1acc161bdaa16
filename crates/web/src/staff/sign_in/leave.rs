//! Signs out.

use std::sync::Arc;

use axum::extract::State;
use huiyin_app::sign_in;

use crate::edge::context::{STAFF_COOKIE, Shared, SignedIn};
use crate::edge::form::Form;
use crate::edge::problem::Problem;
use crate::pages::{Page, redirect_with};

/// Ends the sign-in.
pub(crate) async fn leave(State(shared): State<Arc<Shared>>, signed: SignedIn, form: Form) -> Page {
    signed.check_form(&shared, &form)?;
    sign_in::sign_out(&shared.office, &signed.secret).await.map_err(|e| Problem::page(&shared, &signed.asked, e))?;
    Ok(redirect_with("/staff/sign-in", &shared.cookie(STAFF_COOKIE, "", Some(0))))
}
