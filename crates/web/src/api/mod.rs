//! The JSON API, version 1: the same use cases as the pages, problem+json, idempotency keys, cursors, ETags.

pub(crate) mod matters;
mod shapes;
pub(crate) mod submissions;

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use huiyin_app::{AppError, Staff, sign_in};
use serde::de::DeserializeOwned;
use utoipa::OpenApi;
use utoipa::openapi::path::ParameterIn;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{Content, Ref, RefOr, ResponseBuilder};

use crate::context::{RequestContext, Shared};
use crate::problem::{self, Problem};
use shapes::{
    BurstJson, ClockJson, DutiesJson, DutyJson, LodgeJson, MatterJson, MatterListJson, MoveJson, OfferJson, PaperJson,
    ProblemFieldJson, ProblemJson, ReasonJson, ReceiptJson, SubmissionJson, UnitJson,
};

pub(crate) type Answer = Result<Response, Problem>;

#[derive(OpenApi)]
#[openapi(
    info(title = "Huiyin 回音", version = "1", description = "Petitions from receipt to archive. Every date is a civil day of the office's time zone; every instant is RFC 3339."),
    paths(
        submissions::lodge, submissions::follow, submissions::make, matters::list, matters::show, matters::make,
        matters::papers, matters::paper, matters::duties, units,
    ),
    components(schemas(
        LodgeJson, ReceiptJson, SubmissionJson, MatterJson, MatterListJson, ClockJson, ReasonJson, OfferJson,
        MoveJson, PaperJson, DutiesJson, DutyJson, BurstJson, UnitJson, ProblemJson, ProblemFieldJson,
    )),
    modifiers(&Security, &Faults)
)]
struct Document;

struct Security;

impl utoipa::Modify for Security {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let components = document.components.get_or_insert_with(Default::default);
        components.add_security_scheme("machine", SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)));
        let mut receipt = Http::new(HttpAuthScheme::Bearer);
        receipt.description = Some("`Authorization: Receipt 1234567890123456`, the receipt code".to_owned());
        components.add_security_scheme("receipt", SecurityScheme::Http(receipt));
    }
}

/// What every operation can answer besides what it says of itself, by what it asks for; each as problem+json (RFC
/// 9457).
struct Faults;

impl utoipa::Modify for Faults {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        for (path, item) in &mut document.paths.paths {
            for (operation, posts) in [(item.get.as_mut(), false), (item.post.as_mut(), true)] {
                let Some(operation) = operation else { continue };
                let asks = |scheme: &str| {
                    operation
                        .security
                        .iter()
                        .flatten()
                        .any(|s| serde_json::to_value(s).is_ok_and(|v| v.get(scheme).is_some()))
                };
                let (machine, receipt) = (asks("machine"), asks("receipt"));
                let queries = operation
                    .parameters
                    .iter()
                    .flatten()
                    .any(|p| matches!(p, RefOr::T(p) if p.parameter_in == ParameterIn::Query));
                let faults = [
                    ("400", posts || queries, "The query, the path or a header cannot be read"),
                    ("401", machine, "No token, or one that is not valid"),
                    ("403", machine, "Not for this officer's posts"),
                    ("404", path.contains('{') || receipt, "Not there for whoever asks, or no such code"),
                    ("409", posts && path.contains("/moves/"), "The step is not open, or somebody was quicker"),
                    ("413", posts, "The body is too large"),
                    ("415", posts, "The body is no JSON by its type"),
                    ("422", posts || queries, "Fields at fault"),
                    ("429", receipt, "Too many wrong codes; `Retry-After` says when to try again"),
                    ("500", true, "A fault of the program; it is logged"),
                    (
                        "503",
                        true,
                        "Busy, or not done in time; send it again under the same `Idempotency-Key` after `Retry-After` seconds",
                    ),
                ];
                for (status, said, description) in faults {
                    if said && !operation.responses.responses.contains_key(status) {
                        operation
                            .responses
                            .responses
                            .insert(status.to_owned(), ResponseBuilder::new().description(description).build().into());
                    }
                }
                for (status, response) in &mut operation.responses.responses {
                    if let (true, RefOr::T(response)) = (status.starts_with(['4', '5']), response) {
                        response.content.clear();
                        response.content.insert(
                            problem::PROBLEM_JSON.to_owned(),
                            RefOr::T(Content::new(Some(Ref::from_schema_name("ProblemJson")))),
                        );
                    }
                }
            }
        }
    }
}

/// The OpenAPI document, as served and as checked in.
pub fn openapi_json() -> String {
    Document::openapi().to_pretty_json().unwrap_or_default() + "\n"
}

/// The document itself.
pub(crate) async fn openapi() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], openapi_json()).into_response()
}

/// Addresses and telephones of every office.
#[utoipa::path(get, path = "/api/v1/units", responses((status = 200, description = "Every office (art. 18)", body = Vec<UnitJson>)))]
pub(crate) async fn units(State(shared): State<Arc<Shared>>, asked: RequestContext) -> Answer {
    let directory = shared.office.directory().await.map_err(|e| Problem::api(&shared, &asked, e))?;
    let units: Vec<UnitJson> = directory
        .units
        .iter()
        .filter(|u| u.active && !directory.is_outside(&u.id))
        .map(|u| UnitJson {
            id: u.id.0.clone(),
            name: u.name.clone(),
            name_en: u.name_en.clone(),
            kind: u.kind.word().to_owned(),
            address: u.address.clone(),
            telephone: u.telephone.clone(),
            hours: u.hours.clone(),
        })
        .collect();
    Ok(Json(units).into_response())
}

/// The officer a machine acts as.
pub(crate) async fn machine(shared: &Shared, asked: &RequestContext) -> Result<Staff, Problem> {
    let secret = asked.authorization("Bearer").unwrap_or_default();
    sign_in::token(&shared.office, secret).await.map_err(|e| Problem::api(shared, asked, e))
}

/// A JSON body, or a problem that says where it is wrong.
pub(crate) fn body<T: DeserializeOwned>(shared: &Shared, asked: &RequestContext, bytes: &Bytes) -> Result<T, Problem> {
    serde_json::from_slice(bytes).map_err(|e| {
        Problem::unreadable(
            shared,
            asked,
            StatusCode::UNPROCESSABLE_ENTITY,
            &format!("line {}, column {}: {e}", e.line(), e.column()),
        )
    })
}

/// The fault of a page's number or cursor.
pub(crate) fn invalid(shared: &Shared, asked: &RequestContext, field: &'static str) -> Problem {
    Problem::api(shared, asked, AppError::Form(vec![huiyin_app::FormError::new(field, "fault-not-in-range")]))
}
