//! An administrator turns off the second factor of somebody who lost it.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect};
use huiyin_app::domain::ids::OfficerId;
use huiyin_app::sign_in;

use crate::edge::context::{Shared, SignedIn};
use crate::edge::form::Form;
use crate::edge::problem::Problem;
use crate::pages::Page;

/// Turns somebody's off, who lost the telephone and the spare codes.
pub(crate) async fn turn_off_of(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    signed: SignedIn,
    form: Form,
) -> Page {
    signed.check_form(&shared, &form)?;
    let done = sign_in::turn_off_of(&shared.office, &signed.staff, &OfficerId::new(&id)).await;
    done.map_err(|e| Problem::page(&shared, &signed.asked, e))?;
    Ok(Redirect::to("/staff/admin?done=1").into_response())
}
