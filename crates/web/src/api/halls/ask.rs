//! Begins what anybody may begin at a hall.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use huiyin_app::domain::ids::UnitId;
use huiyin_app::reception::booking::book::Beside;
use huiyin_app::reception::come;

use super::{AskJson, AskedJson};
use crate::api::shapes::ProblemJson;
use crate::api::submissions::idempotency_key;
use crate::api::{Answer, body};
use crate::edge::context::{RequestContext, Shared};
use crate::edge::problem::Problem;

/// Ask for something at a hall without an account, such as to meet a leader.
#[utoipa::path(post, tag = "halls", path = "/api/v1/halls/{unit}/requests", params(("unit" = String, Path, description = "Code of the unit"), ("Idempotency-Key" = Option<String>, Header)), request_body = AskJson,
    responses((status = 201, description = "Recorded", body = AskedJson), (status = 404, description = "No hall, or nothing that anybody may begin", body = ProblemJson), (status = 422, description = "Fields at fault", body = ProblemJson)))]
pub(crate) async fn ask(
    State(shared): State<Arc<Shared>>,
    Path(unit): Path<String>,
    asked: RequestContext,
    headers: HeaderMap,
    bytes: Bytes,
) -> Answer {
    let fail = |e| Problem::api(&shared, &asked, e);
    let sent: AskJson = body(&shared, &asked, &bytes)?;
    let form = idempotency_key(&headers).map_or_else(|| huiyin_app::random_hex(16), Ok).map_err(fail)?;
    let beside = Beside { telephone: sent.telephone, code: sent.code };
    let begun = come::begin(&shared.office, &UnitId(unit), &sent.begin, &sent.fields, &beside, &form, &asked.from)
        .await
        .map_err(fail)?;
    Ok((StatusCode::CREATED, Json(AskedJson { number: begun.number, code: begun.code })).into_response())
}
