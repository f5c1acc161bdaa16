//! Makes a move in a matter.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, header};
use axum::response::IntoResponse;
use huiyin_app::AppError;
use huiyin_app::act::{self, Move};

use crate::api::shapes::{MatterJson, MoveJson, ProblemJson, brief};
use crate::api::submissions::idempotency_key;
use crate::api::{Answer, body, machine};
use crate::edge::context::{RequestContext, Shared};
use crate::edge::problem::Problem;

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
#[utoipa::path(post, tag = "matters", path = "/api/v1/matters/{number}/moves/{step}", security(("machine" = [])), params(("number" = String, Path), ("step" = String, Path), ("If-Match" = Option<String>, Header, description = "The version seen"), ("Idempotency-Key" = Option<String>, Header)), request_body = MoveJson,
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
