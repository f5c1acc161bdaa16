//! What is owed.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State};
use axum::response::IntoResponse;
use huiyin_app::duties::{self, Burst, Bursts, Slice, Whose};
use serde::Deserialize;

use super::limit;
use crate::api::shapes::{BurstJson, DutiesJson, DutyJson, ProblemJson};
use crate::api::{Answer, invalid, machine};
use crate::edge::context::{RequestContext, Shared};
use crate::edge::problem::Problem;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct DutiesQuery {
    whose: String,
    slice: String,
    burst: String,
    after: Option<String>,
    limit: Option<u32>,
}

/// Duties by due time.
#[utoipa::path(get, tag = "matters", path = "/api/v1/duties", security(("machine" = [])), params(("whose" = Option<String>, Query, description = "`mine` or `unit`"), ("slice" = Option<String>, Query, description = "`late`, `today`, `week`, `later`; all when absent"), ("burst" = Option<String>, Query, description = "Only those of a burst"), ("after" = Option<String>, Query), ("limit" = Option<u32>, Query)),
    responses((status = 200, description = "Duties and counts", body = DutiesJson), (status = 401, description = "No token", body = ProblemJson)))]
pub(crate) async fn duties(
    State(shared): State<Arc<Shared>>,
    asked: RequestContext,
    Query(query): Query<DutiesQuery>,
) -> Answer {
    let staff = machine(&shared, &asked).await?;
    let limit = limit(&shared, &asked, query.limit)?;
    let whose = if query.whose == "unit" { Whose::Unit } else { Whose::Mine };
    let slice = match query.slice.as_str() {
        "" => Slice::All,
        "late" => Slice::Late,
        "today" => Slice::Today,
        "week" => Slice::Week,
        "later" => Slice::Later,
        _ => return Err(invalid(&shared, &asked, "slice")),
    };
    let fail = |e| Problem::api(&shared, &asked, e);
    let after = query.after.clone();
    // Of one burst its own rows are read, and the page of all of them is not.
    let slices: &[Slice] = if query.burst.is_empty() { &[slice] } else { &[] };
    let found = duties::overview(&shared.office, &staff, &whose, slices, query.after, limit, Bursts::With)
        .await
        .map_err(fail)?;
    let burst = |b: Burst| BurstJson { name: b.name, matters: b.matters, due: b.due.to_string() };
    let (counts, bursts) = (found.counts, found.bursts.into_iter().map(burst).collect());
    let page = match found.pages.into_iter().next() {
        Some(page) => page,
        None => duties::of_burst(&shared.office, &staff, &whose, &query.burst, after, limit).await.map_err(fail)?,
    };
    let duties = page
        .rows
        .into_iter()
        .map(|d| DutyJson {
            kind: d.of.word().to_owned(),
            number: d.number,
            title: d.title,
            rule: d.rule.0,
            post: d.post.word().to_owned(),
            legal: d.legal.to_string(),
            due: d.due.to_string(),
        })
        .collect();
    Ok(Json(DutiesJson {
        duties,
        next: page.next,
        late: counts.late,
        today: counts.today,
        week: counts.week,
        later: counts.later,
        bursts,
    })
    .into_response())
}
