//! What is not there.

use std::sync::Arc;

use axum::extract::State;
use huiyin_app::AppError;

use crate::edge::context::{RequestContext, Shared};
use crate::edge::problem::Problem;

/// Nothing lies at this address.
pub(crate) async fn missing(State(shared): State<Arc<Shared>>, asked: RequestContext) -> Problem {
    if asked.path.starts_with("/api/") {
        Problem::api(&shared, &asked, AppError::NotFound)
    } else {
        Problem::page(&shared, &asked, AppError::NotFound)
    }
}
