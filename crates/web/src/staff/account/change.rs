//! Changes one’s own password.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Redirect};
use huiyin_app::{AppError, sign_in};

use super::show::page;
use crate::edge::context::{Shared, SignedIn};
use crate::edge::form::Form;
use crate::edge::problem::{self, Problem};
use crate::pages::Page;

/// Changes the own password.
pub(crate) async fn change(State(shared): State<Arc<Shared>>, signed: SignedIn, form: Form) -> Page {
    signed.check_form(&shared, &form)?;
    match sign_in::change_password(&shared.office, &signed.staff, form.get("old"), form.get("password")).await {
        Ok(()) => Ok(Redirect::to("/staff/sign-in?changed=1").into_response()),
        Err(error @ AppError::Form(_)) => {
            let errors = problem::fields(&shared, signed.asked.language, &error);
            page(&shared, &signed, errors).await
        }
        Err(error) => Err(Problem::page(&shared, &signed.asked, error)),
    }
}
