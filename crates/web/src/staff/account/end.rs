//! Ends sign-ins of one’s own.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Redirect};
use huiyin_app::sign_in;

use crate::edge::context::{Shared, SignedIn};
use crate::edge::form::Form;
use crate::edge::problem::Problem;
use crate::pages::Page;

/// Ends one other sign-in of the officer, or all others.
pub(crate) async fn end(State(shared): State<Arc<Shared>>, signed: SignedIn, form: Form) -> Page {
    signed.check_form(&shared, &form)?;
    let named = Some(form.get("key")).filter(|k| !k.is_empty());
    sign_in::end_others(&shared.office, &signed.staff, &signed.secret, named)
        .await
        .map_err(|e| Problem::page(&shared, &signed.asked, e))?;
    Ok(Redirect::to("/staff/password?ended=1").into_response())
}
