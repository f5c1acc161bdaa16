//! An act of the petitioner, by the receipt code.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::IntoResponse;
use huiyin_app::act::Move;
use huiyin_app::domain::proceeding::Actor;
use huiyin_app::follow;

use super::idempotency_key;
use crate::api::shapes::{MatterJson, MoveJson, ProblemJson, full};
use crate::api::{Answer, body};
use crate::edge::context::{RequestContext, Shared};
use crate::edge::problem::Problem;

/// The petitioner's own act: add, rate, ask for review, withdraw, undo.
#[utoipa::path(post, tag = "submissions", path = "/api/v1/submission/matters/{part}/moves/{step}", security(("receipt" = [])), params(("part" = u16, Path), ("step" = String, Path)), request_body = MoveJson,
    responses((status = 200, description = "Done", body = MatterJson), (status = 409, description = "Not open, with the reason", body = ProblemJson), (status = 422, description = "Fields at fault", body = ProblemJson)))]
pub(crate) async fn make(
    State(shared): State<Arc<Shared>>,
    Path((part, step)): Path<(u16, String)>,
    asked: RequestContext,
    headers: HeaderMap,
    bytes: Bytes,
) -> Answer {
    let fail = |e| Problem::api(&shared, &asked, e);
    let sent: MoveJson = if bytes.is_empty() { MoveJson::default() } else { body(&shared, &asked, &bytes)? };
    let record = follow::open_to_act(&shared.office, asked.authorization("Receipt").unwrap_or_default(), &asked.from)
        .await
        .map_err(fail)?;
    let action = Move { id: step, fields: sent.fields, key: idempotency_key(&headers), ..Move::default() };
    follow::make(&shared.office, &record, part, action).await.map_err(fail)?;
    let views = follow::view(&shared.office, &record).await.map_err(fail)?;
    let done =
        views.iter().find(|v| v.matter.details().part == part).map(|v| full(&shared, &asked, v, &Actor::Petitioner));
    Ok(Json(done).into_response())
}
