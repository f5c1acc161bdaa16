//! Gives a ticket at the counter.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use huiyin_app::domain::text;
use huiyin_app::reception::ticket::{Wish, take_at_counter};

use super::{TicketJson, WishJson};
use crate::api::shapes::ProblemJson;
use crate::api::submissions::idempotency_key;
use crate::api::{Answer, body, machine};
use crate::edge::context::{RequestContext, Shared};
use crate::edge::problem::Problem;

/// Give a ticket in the hall of the officer's unit.
#[utoipa::path(post, tag = "halls", path = "/api/v1/tickets", security(("machine" = [])), params(("Idempotency-Key" = Option<String>, Header)), request_body = WishJson,
    responses((status = 201, description = "Given", body = TicketJson), (status = 404, description = "No hall", body = ProblemJson), (status = 422, description = "Fields at fault, or the hall gives no tickets now", body = ProblemJson)))]
pub(crate) async fn give(
    State(shared): State<Arc<Shared>>,
    asked: RequestContext,
    headers: HeaderMap,
    bytes: Bytes,
) -> Answer {
    let staff = machine(&shared, &asked).await?;
    let sent: WishJson = body(&shared, &asked, &bytes)?;
    let wish = Wish {
        service: text::number(&sent.service),
        need: text::number(&sent.stated_need),
        form: idempotency_key(&headers),
    };
    let given = take_at_counter(&shared.office, &staff, &wish).await;
    let ticket = given.map_err(|e| Problem::api(&shared, &asked, e))?;
    Ok((StatusCode::CREATED, Json(TicketJson::from_ticket(&ticket))).into_response())
}
