//! One paper, as a file.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::header;
use axum::response::IntoResponse;
use huiyin_app::AppError;

use crate::api::shapes::ProblemJson;
use crate::api::{Answer, machine};
use crate::edge::context::{RequestContext, Shared};
use crate::edge::problem::Problem;

/// One paper as PDF: the served copy, the same bytes each time.
#[utoipa::path(get, tag = "matters", path = "/api/v1/matters/{number}/papers/{n}", security(("machine" = [])), params(("number" = String, Path), ("n" = u32, Path)), responses((status = 200, description = "The PDF", content_type = "application/pdf"), (status = 404, description = "Not there for this reader", body = ProblemJson), (status = 422, description = "A character no face has, or no faces", body = ProblemJson)))]
pub(crate) async fn paper(
    State(shared): State<Arc<Shared>>,
    Path((number, n)): Path<(String, String)>,
    asked: RequestContext,
) -> Answer {
    let fail = |e| Problem::api(&shared, &asked, e);
    let staff = machine(&shared, &asked).await?;
    let (_, papers) = huiyin_app::papers::for_officer(&shared.office, &staff, &number).await.map_err(fail)?;
    let paper = papers.into_iter().find(|p| n.parse() == Ok(p.n)).ok_or_else(|| fail(AppError::NotFound))?;
    let bytes =
        huiyin_app::papers::draw(&shared.office, &paper, huiyin_app::papers::Form::Pdf, "").await.map_err(fail)?;
    Ok(([(header::CONTENT_TYPE, "application/pdf")], bytes).into_response())
}
