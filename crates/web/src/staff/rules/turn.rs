//! Withdraws what is in force, and puts back what was.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Redirect};
use huiyin_app::{AppError, rules};

use super::answer;
use crate::edge::context::{Shared, SignedIn};
use crate::edge::form::Form;
use crate::pages::Page;

/// Takes a pack out of force, or puts it in force again.
pub(crate) async fn turn(State(shared): State<Arc<Shared>>, signed: SignedIn, form: Form) -> Page {
    signed.check_form(&shared, &form)?;
    let (office, staff, id) = (&shared.office, &signed.staff, form.get("id"));
    let done = match form.get("decision") {
        "withdraw" => rules::withdraw(office, staff, id)
            .await
            .map(|()| Redirect::to("/staff/rules?done=withdrawn").into_response()),
        "restore" => {
            rules::restore(office, staff, id).await.map(|()| Redirect::to("/staff/rules?done=restored").into_response())
        }
        _ => Err(AppError::NotFound),
    };
    answer(&shared, &signed, &form, done).await
}
