//! Tokens of machines: given and taken back.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Redirect};
use huiyin_app::domain::ids::OfficerId;
use huiyin_app::sign_in;

use super::show::overview;
use crate::edge::context::{Shared, SignedIn};
use crate::edge::form::Form;
use crate::edge::problem::Problem;
use crate::pages::Page;

/// Revokes a token.
pub(crate) async fn revoke(State(shared): State<Arc<Shared>>, signed: SignedIn, form: Form) -> Page {
    signed.check_form(&shared, &form)?;
    sign_in::revoke_token(&shared.office, &signed.staff, form.get("key"))
        .await
        .map_err(|e| Problem::page(&shared, &signed.asked, e))?;
    Ok(Redirect::to("/staff/admin?done=1").into_response())
}

/// Makes a token for a machine; it is shown once.
pub(crate) async fn token(State(shared): State<Arc<Shared>>, signed: SignedIn, form: Form) -> Page {
    signed.check_form(&shared, &form)?;
    let made =
        sign_in::make_token(&shared.office, &signed.staff, &OfficerId::new(form.get("officer")), form.get("name"))
            .await;
    let token = made.map_err(|e| Problem::page(&shared, &signed.asked, e))?;
    overview(&shared, &signed, Some(token)).await
}
