//! Refuses a new code in favour of the old one.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Redirect};
use huiyin_app::{AppError, lodge};

use super::{check_token, kept_open};
use crate::edge::context::{RequestContext, Shared};
use crate::edge::form::Form;
use crate::edge::problem::Problem;
use crate::pages::Page;

/// Whoever holds the code in force did not ask for another: the other one is void.
pub(crate) async fn refuse_code(State(shared): State<Arc<Shared>>, asked: RequestContext, form: Form) -> Page {
    check_token(&shared, &asked, &form)?;
    let record = kept_open(&shared, &asked).await?;
    match lodge::receipt::refuse(&shared.office, &record).await {
        // Sent twice: it is void already.
        Ok(()) | Err(AppError::NotFound) => {}
        Err(error) => return Err(Problem::page(&shared, &asked, error)),
    }
    Ok(Redirect::to("/my?refused=1").into_response())
}
