//! Turns one’s own second factor off.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Redirect};
use huiyin_app::{AppError, sign_in};

use crate::edge::context::{Shared, SignedIn};
use crate::edge::form::Form;
use crate::edge::problem::{self, Problem};
use crate::pages::Page;
use crate::staff::account;

/// Turns the own one off.
pub(crate) async fn turn_off(State(shared): State<Arc<Shared>>, signed: SignedIn, form: Form) -> Page {
    signed.check_form(&shared, &form)?;
    match sign_in::turn_off(&shared.office, &signed.staff, form.get("old")).await {
        Ok(()) => Ok(Redirect::to("/staff/password?ended=1").into_response()),
        Err(error @ AppError::Form(_)) => {
            // The page asks for the password twice; the fault stands where it was typed.
            let mut errors = problem::fields(&shared, signed.asked.language, &error);
            for error in &mut errors {
                (error.field, error.href) = ("off".into(), "#f-off".into());
            }
            account::page(&shared, &signed, errors).await
        }
        Err(error) => Err(Problem::page(&shared, &signed.asked, error)),
    }
}
