//! The JSON API, version 1: the same use cases as the pages, problem+json, idempotency keys, cursors, ETags.

pub(crate) mod halls;
pub(crate) mod matters;
pub(crate) mod openapi;
mod shapes;
pub(crate) mod submissions;
pub(crate) mod units;

use axum::body::Bytes;
use axum::http::StatusCode;
use axum::response::Response;
use huiyin_app::{AppError, Staff, sign_in};
use serde::de::DeserializeOwned;

use crate::edge::context::{RequestContext, Shared};
use crate::edge::problem::Problem;

pub(crate) use openapi::openapi;
pub use openapi::openapi_json;
pub(crate) use units::units;

pub(crate) type Answer = Result<Response, Problem>;

/// The officer a machine acts as.
pub(crate) async fn machine(shared: &Shared, asked: &RequestContext) -> Result<Staff, Problem> {
    let secret = asked.authorization("Bearer").unwrap_or_default();
    sign_in::token(&shared.office, secret).await.map_err(|e| Problem::api(shared, asked, e))
}

/// A JSON body, or a problem that says where it is wrong.
pub(crate) fn body<T: DeserializeOwned>(shared: &Shared, asked: &RequestContext, bytes: &Bytes) -> Result<T, Problem> {
    serde_json::from_slice(bytes).map_err(|e| {
        Problem::unreadable(
            shared,
            asked,
            StatusCode::UNPROCESSABLE_ENTITY,
            &format!("line {}, column {}: {e}", e.line(), e.column()),
        )
    })
}

/// The fault of a page's number or cursor.
pub(crate) fn invalid(shared: &Shared, asked: &RequestContext, field: &'static str) -> Problem {
    Problem::api(shared, asked, AppError::Form(vec![huiyin_app::FormError::new(field, "fault-not-in-range")]))
}
