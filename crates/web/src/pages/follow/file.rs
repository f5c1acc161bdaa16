//! A file of her own letter.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use huiyin_app::follow;

use super::kept_open;
use crate::edge::context::{RequestContext, Shared};
use crate::edge::problem::Problem;
use crate::pages::file_response;

/// A file of the petition.
pub(crate) async fn file(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    asked: RequestContext,
) -> Result<Response, Problem> {
    let record = kept_open(&shared, &asked).await?;
    let (file, bytes) =
        follow::file(&shared.office, &record, &id).await.map_err(|e| Problem::page(&shared, &asked, e))?;
    Ok(file_response(&file, bytes))
}
