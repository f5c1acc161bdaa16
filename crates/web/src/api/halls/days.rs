//! The days on which leaders receive visitors.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::IntoResponse;
use huiyin_app::domain::ids::UnitId;
use huiyin_app::reception::{hall, leaders};

use super::DayJson;
use crate::api::Answer;
use crate::api::shapes::ProblemJson;
use crate::edge::context::{RequestContext, Shared};
use crate::edge::problem::Problem;

/// Days on which leaders receive visitors at a hall, from today on.
#[utoipa::path(get, tag = "halls", path = "/api/v1/halls/{unit}/days", params(("unit" = String, Path, description = "Code of the unit")),
    responses((status = 200, description = "The days in order", body = Vec<DayJson>), (status = 404, description = "No hall", body = ProblemJson)))]
pub(crate) async fn days(State(shared): State<Arc<Shared>>, Path(unit): Path<String>, asked: RequestContext) -> Answer {
    let fail = |e| Problem::api(&shared, &asked, e);
    let (office, unit) = (&shared.office, UnitId(unit));
    hall::open_to_visitors(office, &unit).await.map_err(fail)?;
    let directory = office.directory().await.map_err(fail)?;
    let shown = leaders::published(office, &unit).await.map_err(fail)?.into_iter();
    let days: Vec<DayJson> = shown
        .map(|(day, row)| DayJson {
            day,
            hours: row.coming.hours,
            place: row.coming.place,
            unit: row.coming.by.as_ref().map(ToString::to_string),
            leader: row.coming.officer.as_ref().and_then(|o| directory.officer(o)).map(|o| o.name.clone()),
            topic: row.coming.topic,
            called_off: row.over,
        })
        .collect();
    Ok(Json(days).into_response())
}
