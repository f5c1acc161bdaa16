//! A file of a letter.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use huiyin_app::matter_view;

use crate::edge::context::{Shared, SignedIn};
use crate::edge::problem::Problem;
use crate::pages::file_response;

/// A file of the matter.
pub(crate) async fn file(
    State(shared): State<Arc<Shared>>,
    Path((number, id)): Path<(String, String)>,
    signed: SignedIn,
) -> Result<Response, Problem> {
    let (record, bytes) = matter_view::file(&shared.office, &signed.staff, &number, &id)
        .await
        .map_err(|e| Problem::page(&shared, &signed.asked, e))?;
    Ok(file_response(&record, bytes))
}
