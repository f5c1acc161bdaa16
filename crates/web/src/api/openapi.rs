//! The description of the API.

use axum::http::header;
use axum::response::{IntoResponse, Response};
use utoipa::OpenApi;
use utoipa::openapi::path::ParameterIn;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{Content, Ref, RefOr, ResponseBuilder};

use crate::api::halls::times::{BookingJson, TimeJson, TimesJson};
use crate::api::halls::{
    AskJson, AskedJson, CallJson, DayJson, HallJson, RecordJson, RegisteredJson, RequestJson, TicketJson, WaitingJson,
    WindowJson, WishJson, WrittenJson,
};
use crate::api::shapes::{
    BurstJson, ClockJson, DutiesJson, DutyJson, LodgeJson, MatterJson, MatterListJson, MoveJson, OfferJson, PaperJson,
    ProblemFieldJson, ProblemJson, ReasonJson, ReceiptJson, SubmissionJson, UnitJson,
};
use crate::edge::problem;

#[derive(OpenApi)]
#[openapi(
    info(title = "Huiyin 回音", version = "1", description = "Petitions from receipt to archive. Every date is a civil day of the office's time zone; every instant is RFC 3339."),
    paths(
        super::submissions::lodge::lodge, super::submissions::follow::follow, super::submissions::make::make,
        super::matters::list::list, super::matters::show::show, super::matters::make::make,
        super::matters::papers::papers, super::matters::paper::paper, super::matters::duties::duties,
        super::units::units, super::halls::show::show, super::halls::give::give, super::halls::call::call,
        super::halls::days::days, super::halls::times::times, super::halls::times::bookings,
        super::halls::times::arrival, super::halls::ask::ask, super::halls::record::record,
    ),
    components(schemas(
        LodgeJson, ReceiptJson, SubmissionJson, MatterJson, MatterListJson, ClockJson, ReasonJson, OfferJson,
        MoveJson, PaperJson, DutiesJson, DutyJson, BurstJson, UnitJson, ProblemJson, ProblemFieldJson,
        HallJson, WindowJson, WaitingJson, WishJson, AskJson, AskedJson, DayJson, RecordJson, RegisteredJson,
        RequestJson, WrittenJson, CallJson, TicketJson, TimesJson, TimeJson, BookingJson,
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
