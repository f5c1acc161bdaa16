//! One matter.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::IntoResponse;
use huiyin_app::matter_view;

use crate::api::shapes::{MatterJson, ProblemJson, full};
use crate::api::{Answer, machine};
use crate::edge::context::{RequestContext, Shared};
use crate::edge::problem::Problem;

/// One matter, with its clocks and the moves open to the caller.
#[utoipa::path(get, tag = "matters", path = "/api/v1/matters/{number}", security(("machine" = [])), params(("number" = String, Path)), responses((status = 200, description = "The matter; its version is the ETag", body = MatterJson), (status = 304, description = "Not changed"), (status = 404, description = "Not there for this reader", body = ProblemJson)))]
pub(crate) async fn show(
    State(shared): State<Arc<Shared>>,
    Path(number): Path<String>,
    asked: RequestContext,
    headers: HeaderMap,
) -> Answer {
    let staff = machine(&shared, &asked).await?;
    let view = matter_view::for_officer(&shared.office, &staff, &number)
        .await
        .map_err(|e| Problem::api(&shared, &asked, e))?;
    let tag = format!("\"{}\"", view.matter.version);
    if headers.get(header::IF_NONE_MATCH).and_then(|v| v.to_str().ok()) == Some(tag.as_str()) {
        return Ok(StatusCode::NOT_MODIFIED.into_response());
    }
    let mut response = Json(full(&shared, &asked, &view, &staff.actor())).into_response();
    if let Ok(value) = HeaderValue::from_str(&tag) {
        response.headers_mut().insert(header::ETAG, value);
    }
    Ok(response)
}
