//! The papers of a matter.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::IntoResponse;

use crate::api::shapes::{PaperJson, ProblemJson};
use crate::api::{Answer, machine};
use crate::edge::context::{RequestContext, Shared};
use crate::edge::problem::Problem;

/// The papers of a matter.
#[utoipa::path(get, tag = "matters", path = "/api/v1/matters/{number}/papers", security(("machine" = [])), params(("number" = String, Path)), responses((status = 200, description = "Papers in order", body = Vec<PaperJson>), (status = 404, description = "Not there for this reader", body = ProblemJson)))]
pub(crate) async fn papers(
    State(shared): State<Arc<Shared>>,
    Path(number): Path<String>,
    asked: RequestContext,
) -> Answer {
    let staff = machine(&shared, &asked).await?;
    let (_, papers) = huiyin_app::papers::for_officer(&shared.office, &staff, &number)
        .await
        .map_err(|e| Problem::api(&shared, &asked, e))?;
    let brief = |p: huiyin_app::papers::Paper| PaperJson {
        n: p.n,
        rule: p.rule,
        number: p.number,
        title: p.letter.title.clone(),
        digest: p.digest,
    };
    Ok(Json(papers.into_iter().map(brief).collect::<Vec<_>>()).into_response())
}
