//! Writes the record of a visit and registers what was asked for.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use huiyin_app::Identity;
use huiyin_app::domain::submission::{Purpose, ReplyWay};
use huiyin_app::domain::text;
use huiyin_app::reception::record::{self, Asking, Demand, Draft};

use super::{RecordJson, RegisteredJson, WrittenJson};
use crate::api::shapes::ProblemJson;
use crate::api::submissions::idempotency_key;
use crate::api::{Answer, body, machine};
use crate::edge::context::{RequestContext, Shared};
use crate::edge::problem::Problem;

/// Write the record of a visit; each request is registered in the same unit of work.
#[utoipa::path(post, tag = "halls", path = "/api/v1/visits/{number}/record", security(("machine" = [])), params(("number" = String, Path, description = "Number of the visit"), ("Idempotency-Key" = Option<String>, Header)), request_body = RecordJson,
    responses((status = 201, description = "Written", body = WrittenJson), (status = 404, description = "No such visit for this officer", body = ProblemJson), (status = 409, description = "The visit has changed meanwhile", body = ProblemJson), (status = 422, description = "Fields at fault; nothing was registered", body = ProblemJson)))]
pub(crate) async fn record(
    State(shared): State<Arc<Shared>>,
    Path(number): Path<String>,
    asked: RequestContext,
    headers: HeaderMap,
    bytes: Bytes,
) -> Answer {
    let staff = machine(&shared, &asked).await?;
    let fail = |e| Problem::api(&shared, &asked, e);
    let sent: RecordJson = body(&shared, &asked, &bytes)?;
    let form = idempotency_key(&headers).map_or_else(|| huiyin_app::random_hex(16), Ok).map_err(fail)?;
    // A key of a machine may be short; the form's token is made of it.
    let draft = draft(sent, format!("{form:0>16}"));
    let written = record::write(&shared.office, &staff, &number, draft).await.map_err(fail)?;
    let registered = written.registered.into_iter();
    let registered = registered.map(|(words, r)| RegisteredJson { words, number: r.number, code: r.code }).collect();
    let answer = WrittenJson { visit: written.visit.number.clone(), version: written.visit.version, registered };
    Ok((StatusCode::CREATED, Json(answer)).into_response())
}

fn draft(sent: RecordJson, form: String) -> Draft {
    let demand = |(row, r): (usize, super::RequestJson)| Demand {
        row,
        words: r.words,
        purpose: r.purpose.unwrap_or(Purpose::Request),
        joins: text::number(&r.joins),
    };
    let who = Identity {
        name: sent.name,
        telephone: sent.telephone,
        address: sent.address,
        email: sent.email,
        ..Identity::default()
    };
    let reply = sent.reply.unwrap_or(ReplyWay::CodeOnly);
    let naming = Asking::naming_of(&who, reply, sent.confidential);
    let asking = Asking { naming, reply, who, headcount: sent.headcount, place_name: None, second_language: false };
    let demands = sent.requests.into_iter().enumerate().map(demand).collect();
    Draft { fields: sent.fields, demands, asking, form, version: Some(sent.version) }
}
