//! Calls the next visitor to a window.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use huiyin_app::reception::desk;

use super::{CallJson, TicketJson};
use crate::api::shapes::ProblemJson;
use crate::api::{Answer, body, machine};
use crate::edge::context::{RequestContext, Shared};
use crate::edge::problem::Problem;

/// Call the next visitor to a window of the officer's unit.
#[utoipa::path(post, tag = "halls", path = "/api/v1/calls", security(("machine" = [])), request_body = CallJson,
    responses((status = 200, description = "Called", body = TicketJson), (status = 204, description = "Nobody waits for this window"), (status = 404, description = "No such window", body = ProblemJson), (status = 422, description = "Somebody is still at the window", body = ProblemJson)))]
pub(crate) async fn call(State(shared): State<Arc<Shared>>, asked: RequestContext, bytes: Bytes) -> Answer {
    let staff = machine(&shared, &asked).await?;
    let sent: CallJson = body(&shared, &asked, &bytes)?;
    let called = desk::call_next(&shared.office, &staff, sent.window).await;
    Ok(match called.map_err(|e| Problem::api(&shared, &asked, e))? {
        Some(ticket) => Json(TicketJson::from_ticket(&ticket)).into_response(),
        None => StatusCode::NO_CONTENT.into_response(),
    })
}
