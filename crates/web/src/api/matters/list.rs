//! Matters of the officer’s unit.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State};
use axum::response::IntoResponse;
use huiyin_app::domain::procedure::Phase;
use huiyin_app::find;
use serde::Deserialize;

use super::limit;
use crate::api::shapes::{MatterListJson, ProblemJson, brief};
use crate::api::{Answer, invalid, machine};
use crate::edge::context::{RequestContext, Shared};
use crate::edge::problem::Problem;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ListQuery {
    q: String,
    phase: String,
    after: Option<String>,
    limit: Option<u32>,
}

/// List or search matters.
#[utoipa::path(get, tag = "matters", path = "/api/v1/matters", security(("machine" = [])), params(("q" = Option<String>, Query, description = "Number or words"), ("phase" = Option<String>, Query), ("after" = Option<String>, Query, description = "Cursor"), ("limit" = Option<u32>, Query, description = "1 to 200")),
    responses((status = 200, description = "Within the officer's rights", body = MatterListJson), (status = 401, description = "No token", body = ProblemJson)))]
pub(crate) async fn list(
    State(shared): State<Arc<Shared>>,
    asked: RequestContext,
    Query(query): Query<ListQuery>,
) -> Answer {
    let fail = |e| Problem::api(&shared, &asked, e);
    let staff = machine(&shared, &asked).await?;
    let limit = limit(&shared, &asked, query.limit)?;
    let (rows, next) = if query.q.is_empty() {
        let phase = Phase::ALL.into_iter().find(|p| p.word() == query.phase);
        let page = find::list(&shared.office, &staff, phase, query.after, limit).await.map_err(fail)?;
        (page.rows, page.next)
    } else {
        let found = find::search(&shared.office, &staff, &query.q, query.after, limit).await.map_err(fail)?;
        if found.slip.is_some() {
            return Err(invalid(&shared, &asked, "q"));
        }
        (found.numbers.into_iter().chain(found.words.rows).collect(), found.words.next)
    };
    let mut matters = Vec::new();
    for matter in &rows {
        let ground = shared.office.ground(&matter.pack).await.map_err(fail)?;
        matters.push(brief(&asked, &ground, matter));
    }
    Ok(Json(MatterListJson { matters, next }).into_response())
}
