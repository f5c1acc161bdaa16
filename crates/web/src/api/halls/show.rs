//! The hall of a unit.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::IntoResponse;
use huiyin_app::domain::ids::UnitId;
use huiyin_app::reception::board;

use super::{HallJson, WaitingJson, WindowJson};
use crate::api::Answer;
use crate::api::shapes::ProblemJson;
use crate::edge::context::{RequestContext, Shared};
use crate::edge::problem::Problem;

/// A reception hall now: ticket numbers alone.
#[utoipa::path(get, tag = "halls", path = "/api/v1/halls/{unit}", params(("unit" = String, Path, description = "Code of the unit")),
    responses((status = 200, description = "The hall", body = HallJson), (status = 404, description = "No hall", body = ProblemJson)))]
pub(crate) async fn show(State(shared): State<Arc<Shared>>, Path(unit): Path<String>, asked: RequestContext) -> Answer {
    let now = board(&shared.office, &UnitId(unit)).await.map_err(|e| Problem::api(&shared, &asked, e))?;
    let windows = now.counters.iter().map(|c| WindowJson {
        number: c.window.number,
        name: c.window.name.clone(),
        staffed: c.officer.is_some(),
        ticket: c.now.as_ref().map(|t| t.place.ticket.clone()),
        stage: c.now.as_ref().map(|t| t.place.stage.word().to_owned()),
    });
    let waiting = now.waiting.iter().map(|l| WaitingJson {
        ticket: l.ticket.place.ticket.clone(),
        before: l.before,
        minutes: l.expected.map(|m| m.0),
    });
    Ok(Json(HallJson { open: now.open, windows: windows.collect(), waiting: waiting.collect() }).into_response())
}
