//! What became of a submission, by its receipt code.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use huiyin_app::domain::proceeding::Actor;
use huiyin_app::follow;

use crate::api::Answer;
use crate::api::shapes::{MatterJson, ProblemJson, SubmissionJson, full};
use crate::edge::context::{RequestContext, Shared};
use crate::edge::problem::Problem;

/// Follow a petition by its receipt code.
#[utoipa::path(get, tag = "submissions", path = "/api/v1/submission", security(("receipt" = [])), responses((status = 200, description = "What is owed, by whom, by when, why", body = SubmissionJson), (status = 404, description = "No such code", body = ProblemJson), (status = 429, description = "Too many tries", body = ProblemJson)))]
pub(crate) async fn follow(State(shared): State<Arc<Shared>>, asked: RequestContext) -> Answer {
    let fail = |e| Problem::api(&shared, &asked, e);
    let record = follow::open(&shared.office, asked.authorization("Receipt").unwrap_or_default(), &asked.from)
        .await
        .map_err(fail)?;
    let views = follow::view(&shared.office, &record).await.map_err(fail)?;
    let matters: Vec<MatterJson> = views.iter().map(|v| full(&shared, &asked, v, &Actor::Petitioner)).collect();
    Ok(Json(SubmissionJson {
        number: record.submission.number,
        received_on: record.submission.received_on.to_string(),
        matters,
    })
    .into_response())
}
