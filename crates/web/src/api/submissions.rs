//! Lodging and following through the API.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use huiyin_app::act::Move;
use huiyin_app::domain::proceeding::Actor;
use huiyin_app::lodge::Lodging;
use huiyin_app::{Identity, follow, random_hex};
use sha2::{Digest, Sha256};

use super::shapes::{LodgeJson, MatterJson, MoveJson, ProblemJson, ReceiptJson, SubmissionJson, full};
use super::{Answer, body};
use crate::context::{RequestContext, Shared};
use crate::filing;
use crate::problem::Problem;

/// The key a client repeats a request with.
pub(crate) fn idempotency_key(headers: &HeaderMap) -> Option<String> {
    headers.get("idempotency-key").and_then(|v| v.to_str().ok()).map(|k| k.chars().take(200).collect())
}

/// Lodge a petition.
#[utoipa::path(post, path = "/api/v1/submissions", request_body = LodgeJson,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key gives the same receipt")),
    responses((status = 201, description = "Received; the clock runs", body = ReceiptJson), (status = 200, description = "The key was known", body = ReceiptJson), (status = 422, description = "Fields at fault", body = ProblemJson), (status = 503, description = "Busy; nothing was written", body = ProblemJson)))]
pub(crate) async fn lodge(
    State(shared): State<Arc<Shared>>,
    asked: RequestContext,
    headers: HeaderMap,
    bytes: Bytes,
) -> Answer {
    let fail = |e| Problem::api(&shared, &asked, e);
    let sent: LodgeJson = body(&shared, &asked, &bytes)?;
    let key = match idempotency_key(&headers) {
        // The body belongs to the key: another person's petition under the same key is another petition.
        Some(key) => {
            format!("api-key:{key}:{}", Sha256::digest(&bytes).iter().fold(String::new(), |t, b| format!("{t}{b:02x}")))
        }
        None => format!("api:{}", random_hex(16).map_err(fail)?),
    };
    let done = filing::lodge(&shared, &asked, lodging(&shared, key, sent)).await.map_err(fail)?;
    let status = if done.known { StatusCode::OK } else { StatusCode::CREATED };
    Ok((status, Json(ReceiptJson { number: done.number, code: done.code, known: done.known })).into_response())
}

fn lodging(shared: &Shared, form_token: String, sent: LodgeJson) -> Lodging {
    Lodging {
        form_token,
        unit: shared.office.front_office().clone(),
        title: sent.title,
        text: sent.text,
        class: sent.class,
        place: sent.place,
        place_name: sent.place_name,
        purpose: sent.purpose,
        complained_of: sent.complained_of,
        headcount: sent.headcount,
        naming: sent.naming,
        by_agent: !sent.agent.is_empty(),
        second_language: sent.second_language,
        reply: sent.reply,
        identity: Identity {
            name: sent.name,
            telephone: sent.telephone,
            email: sent.email,
            address: sent.address,
            agent: sent.agent,
            agent_paper: sent.agent_paper,
            co_signers: sent.co_signers,
            representatives: Vec::new(),
            needs: sent.needs,
        },
        files: Vec::new(),
        burst: None,
    }
}

/// Follow a petition by its receipt code.
#[utoipa::path(get, path = "/api/v1/submission", security(("receipt" = [])), responses((status = 200, description = "What is owed, by whom, by when, why", body = SubmissionJson), (status = 404, description = "No such code", body = ProblemJson), (status = 429, description = "Too many tries", body = ProblemJson)))]
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

/// The petitioner's own act: add, rate, ask for review, withdraw, undo.
#[utoipa::path(post, path = "/api/v1/submission/matters/{part}/moves/{step}", security(("receipt" = [])), params(("part" = u16, Path), ("step" = String, Path)), request_body = MoveJson,
    responses((status = 200, description = "Done", body = MatterJson), (status = 409, description = "Not open, with the reason", body = ProblemJson), (status = 422, description = "Fields at fault", body = ProblemJson)))]
pub(crate) async fn make(
    State(shared): State<Arc<Shared>>,
    Path((part, step)): Path<(u16, String)>,
    asked: RequestContext,
    headers: HeaderMap,
    bytes: Bytes,
) -> Answer {
    let fail = |e| Problem::api(&shared, &asked, e);
    let sent: MoveJson = if bytes.is_empty() { MoveJson::default() } else { body(&shared, &asked, &bytes)? };
    let record = follow::open_to_act(&shared.office, asked.authorization("Receipt").unwrap_or_default(), &asked.from)
        .await
        .map_err(fail)?;
    let action = Move { id: step, fields: sent.fields, key: idempotency_key(&headers), ..Move::default() };
    follow::make(&shared.office, &record, part, action).await.map_err(fail)?;
    let views = follow::view(&shared.office, &record).await.map_err(fail)?;
    let done = views.iter().find(|v| v.matter.part == part).map(|v| full(&shared, &asked, v, &Actor::Petitioner));
    Ok(Json(done).into_response())
}
