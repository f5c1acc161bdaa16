//! Lodges a petition.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use huiyin_app::lodge::Lodging;
use huiyin_app::{Identity, random_hex};
use sha2::{Digest, Sha256};

use super::idempotency_key;
use crate::api::shapes::{LodgeJson, ProblemJson, ReceiptJson};
use crate::api::{Answer, body};
use crate::edge::context::{RequestContext, Shared};
use crate::edge::problem::Problem;
use crate::filing;

/// Lodge a petition.
#[utoipa::path(post, tag = "submissions", path = "/api/v1/submissions", request_body = LodgeJson,
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
