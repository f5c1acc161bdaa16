//! Matters, moves and duties for machines that act as an officer.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::IntoResponse;
use huiyin_app::AppError;
use huiyin_app::act::{self, Move};
use huiyin_app::domain::procedure::Phase;
use huiyin_app::duties::{self, Slice, Whose};
use huiyin_app::find;
use huiyin_app::matter_view;
use serde::Deserialize;

use super::shapes::{
    BurstJson, DutiesJson, DutyJson, MatterJson, MatterListJson, MoveJson, PaperJson, ProblemJson, brief, full,
};
use super::submissions::idempotency_key;
use super::{Answer, body, invalid, machine};
use crate::context::{RequestContext, Shared};
use crate::problem::Problem;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ListQuery {
    q: String,
    phase: String,
    after: Option<String>,
    limit: Option<u32>,
}

fn limit(shared: &Shared, asked: &RequestContext, given: Option<u32>) -> Result<u32, Problem> {
    let limit = given.unwrap_or(50);
    if (1..=200).contains(&limit) { Ok(limit) } else { Err(invalid(shared, asked, "limit")) }
}

/// List or search matters.
#[utoipa::path(get, path = "/api/v1/matters", security(("machine" = [])), params(("q" = Option<String>, Query, description = "Number or words"), ("phase" = Option<String>, Query), ("after" = Option<String>, Query, description = "Cursor"), ("limit" = Option<u32>, Query, description = "1 to 200")),
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

/// One matter, with its clocks and the moves open to the caller.
#[utoipa::path(get, path = "/api/v1/matters/{number}", security(("machine" = [])), params(("number" = String, Path)), responses((status = 200, description = "The matter; its version is the ETag", body = MatterJson), (status = 304, description = "Not changed"), (status = 404, description = "Not there for this reader", body = ProblemJson)))]
pub(crate) async fn show(
    State(shared): State<Arc<Shared>>,
    Path(number): Path<String>,
    asked: RequestContext,
    headers: HeaderMap,
) -> Answer {
    let staff = machine(&shared, &asked).await?;
    let view = matter_view::for_officer(&shared.office, &staff, &number)
        .await
        .map_err(|e| Problem::api(&shared, &asked, e))?;
    let tag = format!("\"{}\"", view.matter.version);
    if headers.get(header::IF_NONE_MATCH).and_then(|v| v.to_str().ok()) == Some(tag.as_str()) {
        return Ok(StatusCode::NOT_MODIFIED.into_response());
    }
    let mut response = Json(full(&shared, &asked, &view, &staff.actor())).into_response();
    if let Ok(value) = HeaderValue::from_str(&tag) {
        response.headers_mut().insert(header::ETAG, value);
    }
    Ok(response)
}

/// What `If-Match` asks for (RFC 9110 §13.1.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Seen {
    /// Whatever is there: it was left out, or is `*`.
    Any,
    /// The version of that tag.
    Version(u64),
    /// A tag that no matter has: a weak one, or one that is not ours. It matches nothing, and nothing is done.
    Nothing,
}

impl Seen {
    fn from_headers(headers: &HeaderMap) -> Self {
        let Some(asked) = headers.get(header::IF_MATCH) else { return Self::Any };
        let text = asked.to_str().unwrap_or_default().trim();
        let number = |tag: &str| {
            tag.strip_prefix('"')?
                .strip_suffix('"')
                .filter(|t| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit()))?
                .parse()
                .ok()
        };
        if text == "*" { Self::Any } else { number(text).map_or(Self::Nothing, Self::Version) }
    }
}

/// Make a move.
#[utoipa::path(post, path = "/api/v1/matters/{number}/moves/{step}", security(("machine" = [])), params(("number" = String, Path), ("step" = String, Path), ("If-Match" = Option<String>, Header, description = "The version seen"), ("Idempotency-Key" = Option<String>, Header)), request_body = MoveJson,
    responses((status = 200, description = "Done", body = MatterJson), (status = 401, description = "No token", body = ProblemJson), (status = 404, description = "Not there for this reader", body = ProblemJson), (status = 409, description = "Not open, or changed meanwhile", body = ProblemJson), (status = 412, description = "If-Match names another version", body = ProblemJson), (status = 415, description = "The body is no JSON by its type", body = ProblemJson), (status = 422, description = "Fields at fault", body = ProblemJson)))]
pub(crate) async fn make(
    State(shared): State<Arc<Shared>>,
    Path((number, step)): Path<(String, String)>,
    asked: RequestContext,
    headers: HeaderMap,
    bytes: Bytes,
) -> Answer {
    let fail = |e| Problem::api(&shared, &asked, e);
    let staff = machine(&shared, &asked).await?;
    let sent: MoveJson = if bytes.is_empty() { MoveJson::default() } else { body(&shared, &asked, &bytes)? };
    let seen = Seen::from_headers(&headers);
    if seen == Seen::Nothing {
        return Err(Problem::precondition(&shared, &asked));
    }
    let version = if let Seen::Version(version) = seen { Some(version) } else { None };
    let action = Move {
        id: step,
        fields: sent.fields,
        version,
        key: idempotency_key(&headers),
        only_this: sent.only_this,
        ..Move::default()
    };
    let matter = act::by_officer(&shared.office, &staff, &number, action).await.map_err(|error| match error {
        AppError::ChangedMeanwhile if version.is_some() => Problem::precondition(&shared, &asked),
        error => fail(error),
    })?;
    let ground = shared.office.ground(&matter.pack).await.map_err(fail)?;
    Ok(Json(brief(&asked, &ground, &matter)).into_response())
}

/// The papers of a matter.
#[utoipa::path(get, path = "/api/v1/matters/{number}/papers", security(("machine" = [])), params(("number" = String, Path)), responses((status = 200, description = "Papers in order", body = Vec<PaperJson>), (status = 404, description = "Not there for this reader", body = ProblemJson)))]
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

/// One paper as PDF: the served copy, the same bytes each time.
#[utoipa::path(get, path = "/api/v1/matters/{number}/papers/{n}", security(("machine" = [])), params(("number" = String, Path), ("n" = u32, Path)), responses((status = 200, description = "The PDF", content_type = "application/pdf"), (status = 404, description = "Not there for this reader", body = ProblemJson), (status = 422, description = "A character no face has, or no faces", body = ProblemJson)))]
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
#[utoipa::path(get, path = "/api/v1/duties", security(("machine" = [])), params(("whose" = Option<String>, Query, description = "`mine` or `unit`"), ("slice" = Option<String>, Query, description = "`late`, `today`, `week`, `later`; all when absent"), ("burst" = Option<String>, Query, description = "Only those of a burst"), ("after" = Option<String>, Query), ("limit" = Option<u32>, Query)),
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
    let bursts = duties::bursts(&shared.office, &staff, &whose).await.map_err(fail)?;
    let bursts =
        bursts.into_iter().map(|b| BurstJson { name: b.name, matters: b.matters, due: b.due.to_string() }).collect();
    let after = query.after.clone();
    let (mut page, counts) =
        duties::list(&shared.office, &staff, whose.clone(), slice, query.after, limit).await.map_err(fail)?;
    if !query.burst.is_empty() {
        page = duties::of_burst(&shared.office, &staff, &whose, &query.burst, after, limit).await.map_err(fail)?;
    }
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
