//! Every route with its access, in one table; the router is built from the same handlers, and a test visits
//! each as a stranger, from the wrong unit and in the right role.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{ConnectInfo, DefaultBodyLimit, FromRequestParts, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use huiyin_app::{AppError, Office};
use tower_http::compression::CompressionLayer;
use tower_http::timeout::RequestBodyTimeoutLayer;

use crate::edge::context::{Proxy, RequestContext, Shared, WebConfig};
use crate::edge::form::{FORM_BYTES, Files, Form, unreadable};
use crate::edge::instant::{TimeOfCall, hold};
use crate::edge::problem::{self, Problem};
use crate::edge::templates::Templates;
use crate::edge::{resume, unread};
use crate::{api, pages, staff};

/// Who may visit a route at all; what is seen there is decided per matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anybody.
    Public,
    /// Whoever opened a petition with its receipt code.
    Receipt,
    /// Officers.
    Staff,
    /// Administrators.
    Admin,
    /// Devices of a hall, paired at the desk.
    Device,
    /// Officers' machines, by token.
    Token,
}

/// All routes: method, path, access.
pub const ROUTES: &[(&str, &str, Access)] = &[
    ("GET", "/", Access::Public),
    ("GET", "/language/{code}", Access::Public),
    ("GET", "/procedure", Access::Public),
    ("GET", "/offices", Access::Public),
    ("GET", "/opinions", Access::Public),
    ("GET", "/hall/{unit}", Access::Public),
    ("GET", "/hall/{unit}/screen", Access::Public),
    ("GET", "/hall/{unit}/events", Access::Public),
    ("GET", "/hall/{unit}/tickets", Access::Public),
    ("GET", "/hall/{unit}/tickets/{ticket}", Access::Public),
    ("GET", "/come/{unit}", Access::Public),
    ("GET", "/come/{unit}/new/{begin}", Access::Public),
    ("POST", "/come/{unit}/new/{begin}", Access::Public),
    ("POST", "/come/{unit}/open", Access::Public),
    ("GET", "/come/{unit}/calendar/{day}/{time}", Access::Public),
    ("POST", "/come/{unit}/move", Access::Public),
    ("GET", "/device", Access::Public),
    ("POST", "/device", Access::Public),
    ("GET", "/wall", Access::Device),
    ("GET", "/kiosk", Access::Device),
    ("POST", "/kiosk", Access::Device),
    ("GET", "/kiosk/tickets/{ticket}", Access::Device),
    ("GET", "/lodge", Access::Public),
    ("GET", "/lodge/{step}", Access::Public),
    ("POST", "/lodge/{step}", Access::Public),
    ("GET", "/follow", Access::Public),
    ("POST", "/follow", Access::Public),
    ("GET", "/my", Access::Receipt),
    ("POST", "/my/close", Access::Receipt),
    ("POST", "/my/refuse-code", Access::Receipt),
    ("GET", "/my/file/{id}", Access::Receipt),
    ("GET", "/my/{part}/papers/{n}", Access::Receipt),
    ("GET", "/my/{part}/{step}", Access::Receipt),
    ("POST", "/my/{part}/{step}", Access::Receipt),
    ("GET", "/staff", Access::Staff),
    ("GET", "/staff/sign-in", Access::Public),
    ("POST", "/staff/sign-in", Access::Public),
    ("POST", "/staff/sign-out", Access::Staff),
    ("GET", "/staff/duties", Access::Staff),
    ("GET", "/staff/matters", Access::Staff),
    ("GET", "/staff/search", Access::Staff),
    ("GET", "/staff/matters/{number}", Access::Staff),
    ("GET", "/staff/matters/{number}/moves/{step}", Access::Staff),
    ("POST", "/staff/matters/{number}/moves/{step}", Access::Staff),
    ("GET", "/staff/matters/{number}/part", Access::Staff),
    ("POST", "/staff/matters/{number}/part", Access::Staff),
    ("POST", "/staff/matters/{number}/open", Access::Staff),
    ("GET", "/staff/matters/{number}/identity", Access::Staff),
    ("POST", "/staff/matters/{number}/identity", Access::Staff),
    ("GET", "/staff/code", Access::Staff),
    ("GET", "/staff/matters/{number}/code", Access::Staff),
    ("POST", "/staff/matters/{number}/code", Access::Staff),
    ("POST", "/staff/matters/{number}/code/letter", Access::Staff),
    ("GET", "/staff/matters/{number}/correct", Access::Staff),
    ("POST", "/staff/matters/{number}/correct", Access::Staff),
    ("POST", "/staff/matters/{number}/correct/agree", Access::Staff),
    ("POST", "/staff/matters/{number}/correct/refuse", Access::Staff),
    ("GET", "/staff/matters/{number}/files/{id}", Access::Staff),
    ("GET", "/staff/matters/{number}/papers/{n}", Access::Staff),
    ("POST", "/staff/matters/{number}/papers/{n}", Access::Staff),
    ("GET", "/staff/hall", Access::Staff),
    ("POST", "/staff/hall/window", Access::Staff),
    ("POST", "/staff/hall/leave", Access::Staff),
    ("POST", "/staff/hall/call", Access::Staff),
    ("POST", "/staff/hall/step", Access::Staff),
    ("POST", "/staff/hall/booked", Access::Staff),
    ("POST", "/staff/hall/telephone", Access::Staff),
    ("GET", "/staff/hall/figures", Access::Staff),
    ("GET", "/staff/hall/figures.xlsx", Access::Staff),
    ("GET", "/staff/hall/book", Access::Staff),
    ("GET", "/staff/hall/book.xlsx", Access::Staff),
    ("GET", "/staff/hall/texts", Access::Staff),
    ("POST", "/staff/hall/texts", Access::Staff),
    ("GET", "/staff/hall/booking", Access::Staff),
    ("POST", "/staff/hall/booking", Access::Staff),
    ("POST", "/staff/hall/booking/cancel", Access::Staff),
    ("POST", "/staff/hall/tickets", Access::Staff),
    ("GET", "/staff/hall/visits/{number}", Access::Staff),
    ("POST", "/staff/hall/visits/{number}", Access::Staff),
    ("POST", "/staff/hall/visits/{number}/draft", Access::Staff),
    ("POST", "/staff/hall/devices", Access::Staff),
    ("POST", "/staff/hall/devices/revoke", Access::Staff),
    ("GET", "/staff/leaders", Access::Staff),
    ("POST", "/staff/leaders/rules", Access::Staff),
    ("POST", "/staff/leaders/rules/remove", Access::Staff),
    ("GET", "/staff/hall/today", Access::Staff),
    ("GET", "/staff/hall/setup", Access::Staff),
    ("POST", "/staff/hall/setup", Access::Staff),
    ("GET", "/staff/proceedings", Access::Staff),
    ("GET", "/staff/proceedings/new/{begin}", Access::Staff),
    ("POST", "/staff/proceedings/new/{begin}", Access::Staff),
    ("GET", "/staff/proceedings/{number}", Access::Staff),
    ("GET", "/staff/proceedings/{number}/moves/{step}", Access::Staff),
    ("POST", "/staff/proceedings/{number}/moves/{step}", Access::Staff),
    ("GET", "/staff/proceedings/{number}/files/{id}", Access::Staff),
    ("POST", "/staff/proceedings/{number}/files/{id}", Access::Staff),
    ("GET", "/staff/proceedings/{number}/papers/{n}", Access::Staff),
    ("POST", "/staff/proceedings/{number}/papers/{n}", Access::Staff),
    ("GET", "/staff/register", Access::Staff),
    ("POST", "/staff/register", Access::Staff),
    ("GET", "/staff/print", Access::Staff),
    ("POST", "/staff/print", Access::Staff),
    ("GET", "/staff/print/{id}", Access::Staff),
    ("GET", "/staff/report", Access::Staff),
    ("POST", "/staff/report", Access::Staff),
    ("GET", "/staff/checks", Access::Staff),
    ("POST", "/staff/checks", Access::Staff),
    ("POST", "/staff/matters/{number}/part/undo", Access::Staff),
    ("GET", "/staff/password", Access::Staff),
    ("POST", "/staff/sessions/end", Access::Staff),
    ("GET", "/staff/second-factor", Access::Staff),
    ("POST", "/staff/second-factor", Access::Staff),
    ("POST", "/staff/second-factor/off", Access::Staff),
    ("POST", "/staff/clock", Access::Staff),
    ("POST", "/staff/password", Access::Staff),
    ("POST", "/staff/forward", Access::Staff),
    ("GET", "/staff/rules", Access::Staff),
    ("POST", "/staff/rules", Access::Admin),
    ("POST", "/staff/rules/turn", Access::Staff),
    ("GET", "/staff/rules/waiting/{key}", Access::Staff),
    ("POST", "/staff/rules/waiting/{key}", Access::Staff),
    ("GET", "/staff/rules/texts/{kind}/{*id}", Access::Staff),
    ("GET", "/staff/admin", Access::Admin),
    ("GET", "/staff/admin/security", Access::Admin),
    ("GET", "/staff/admin/units/{id}", Access::Admin),
    ("POST", "/staff/admin/units/{id}", Access::Admin),
    ("GET", "/staff/admin/officers/{id}", Access::Admin),
    ("POST", "/staff/admin/officers/{id}", Access::Admin),
    ("POST", "/staff/admin/officers/{id}/second-factor-off", Access::Admin),
    ("POST", "/staff/admin/tokens", Access::Admin),
    ("POST", "/staff/admin/tokens/revoke", Access::Admin),
    ("POST", "/api/v1/submissions", Access::Public),
    ("GET", "/api/v1/submission", Access::Receipt),
    ("POST", "/api/v1/submission/matters/{part}/moves/{step}", Access::Receipt),
    ("GET", "/api/v1/matters", Access::Token),
    ("GET", "/api/v1/matters/{number}", Access::Token),
    ("POST", "/api/v1/matters/{number}/moves/{step}", Access::Token),
    ("GET", "/api/v1/matters/{number}/papers", Access::Token),
    ("GET", "/api/v1/matters/{number}/papers/{n}", Access::Token),
    ("GET", "/api/v1/duties", Access::Token),
    ("GET", "/api/v1/units", Access::Public),
    ("GET", "/api/v1/halls/{unit}", Access::Public),
    ("GET", "/api/v1/halls/{unit}/days", Access::Public),
    ("GET", "/api/v1/halls/{unit}/times", Access::Public),
    ("POST", "/api/v1/halls/{unit}/requests", Access::Public),
    ("POST", "/api/v1/visits/{number}/record", Access::Token),
    ("POST", "/api/v1/tickets", Access::Token),
    ("POST", "/api/v1/calls", Access::Token),
    ("GET", "/api/v1/bookings", Access::Token),
    ("POST", "/api/v1/bookings/{number}/arrival", Access::Token),
    ("GET", "/api/v1/openapi.json", Access::Public),
    ("GET", "/healthz", Access::Public),
    ("GET", "/readyz", Access::Public),
    ("GET", "/metrics", Access::Public),
    ("GET", "/assets/{name}", Access::Public),
];

/// Bytes of a form with files: three of the largest at once.
const UPLOAD_BYTES: usize = 3 * huiyin_app::lodge::MAX_FILE_BYTES + FORM_BYTES;
/// Time a request may take.
const TIME: Duration = Duration::from_secs(60);
/// How long a body may stand still.
const STILL: Duration = Duration::from_secs(30);
/// Time a form may take: three large files over a slow line.
const FORM_TIME: Duration = Duration::from_secs(20 * 60);

/// The whole site.
///
/// # Errors
/// When a template is broken.
pub fn router(office: Office, config: WebConfig) -> Result<Router, AppError> {
    let templates =
        Arc::new(Templates::load(office.shared_wording()).map_err(|e| AppError::internal(format!("{e:#}")))?);
    let proxy = config.proxy;
    let time = office.time_source();
    let office = office.timed_by(Arc::new(TimeOfCall(Arc::clone(&time))));
    let shared = Arc::new(Shared {
        office,
        templates,
        config,
        budget: Arc::default(),
        bursts: Arc::default(),
        halls: Arc::default(),
    });
    Ok(Router::new()
        .merge(public())
        .merge(
            desk()
                .merge(reception())
                .layer(middleware::from_fn_with_state(Arc::clone(&shared), resume::staff))
                .layer(uploads()),
        )
        .merge(machine().layer(middleware::from_fn_with_state(Arc::clone(&shared), api_standards)))
        .fallback(pages::missing)
        .layer(middleware::from_fn_with_state(Arc::clone(&shared), bounded))
        .layer(middleware::from_fn_with_state(Arc::clone(&shared), guard))
        .layer(middleware::from_fn(move |request, next| forwarded(request, next, proxy)))
        .layer(middleware::from_fn(move |request, next| hold(Arc::clone(&time), request, next)))
        .layer(DefaultBodyLimit::max(FORM_BYTES))
        .layer(middleware::from_fn(|request, next| unread::read_on(request, next, UPLOAD_BYTES, STILL)))
        .layer(CompressionLayer::new())
        // A body that stops coming is not waited for.
        .layer(RequestBodyTimeoutLayer::new(STILL))
        .with_state(shared))
}

/// The limit of forms with files: the layer nearest to the handler is the one that counts.
fn uploads() -> DefaultBodyLimit {
    DefaultBodyLimit::max(UPLOAD_BYTES)
}

fn public() -> Router<Arc<Shared>> {
    Router::new()
        .route("/", get(pages::home))
        .route("/language/{code}", get(pages::language))
        .route("/procedure", get(pages::procedure))
        .route("/offices", get(pages::offices))
        .route("/opinions", get(pages::opinions))
        .route("/hall/{unit}", get(pages::hall::show))
        .route("/hall/{unit}/screen", get(pages::hall::screen))
        .route("/hall/{unit}/events", get(pages::hall::watch))
        .route("/hall/{unit}/tickets", get(pages::hall::find))
        .route("/hall/{unit}/tickets/{ticket}", get(pages::hall::ticket))
        .route("/come/{unit}", get(pages::come::list))
        .route("/come/{unit}/new/{begin}", get(pages::come::form).post(pages::come::begin))
        .route("/come/{unit}/open", post(pages::come::open))
        .route("/come/{unit}/calendar/{day}/{time}", get(pages::come::calendar))
        .route("/come/{unit}/move", post(pages::come::make))
        .route("/device", get(pages::kiosk::pair_form).post(pages::kiosk::pair))
        .route("/wall", get(pages::wall::wall))
        .route("/kiosk", get(pages::kiosk::show).post(pages::kiosk::give))
        .route("/kiosk/tickets/{ticket}", get(pages::kiosk::ticket))
        .route("/lodge", get(pages::lodge::begin))
        .route("/lodge/{step}", get(pages::lodge::show).post(pages::lodge::answer).layer(uploads()))
        .route("/follow", get(pages::follow::ask).post(pages::follow::open))
        .route("/my", get(pages::follow::view))
        .route("/my/close", post(pages::follow::close))
        .route("/my/refuse-code", post(pages::follow::refuse_code))
        .route("/my/file/{id}", get(pages::follow::file))
        .route("/my/{part}/papers/{n}", get(crate::papers::petitioner))
        .route("/my/{part}/{step}", get(pages::follow::form).post(pages::follow::make).layer(uploads()))
        .route("/healthz", get(pages::healthz))
        .route("/readyz", get(pages::readyz))
        .route("/metrics", get(pages::metrics))
        .route("/assets/{name}", get(pages::asset))
}

/// The desk's pages of reception.
fn reception() -> Router<Arc<Shared>> {
    Router::new()
        .route("/staff/hall", get(staff::hall::show))
        .route("/staff/hall/window", post(staff::hall::sit))
        .route("/staff/hall/leave", post(staff::hall::leave))
        .route("/staff/hall/call", post(staff::hall::call))
        .route("/staff/hall/step", post(staff::hall::step))
        .route("/staff/hall/booked", post(staff::hall::booked))
        .route("/staff/hall/telephone", post(staff::hall::telephone))
        .route("/staff/hall/figures", get(staff::hall::show_figures))
        .route("/staff/hall/figures.xlsx", get(staff::hall::figures_file))
        .route("/staff/hall/book", get(staff::hall::day_book))
        .route("/staff/hall/book.xlsx", get(staff::hall::day_book_file))
        .route("/staff/hall/texts", get(staff::hall::show_texts).post(staff::hall::change_texts))
        .route("/staff/hall/booking", get(staff::hall::booking_form).post(staff::hall::save_booking))
        .route("/staff/hall/booking/cancel", post(staff::hall::cancel_bookings))
        .route("/staff/hall/tickets", post(staff::hall::give))
        .route("/staff/hall/visits/{number}", get(staff::visit::show).post(staff::visit::act))
        .route("/staff/hall/visits/{number}/draft", post(staff::visit::keep))
        .route("/staff/hall/devices", post(staff::hall::offer_device))
        .route("/staff/hall/devices/revoke", post(staff::hall::revoke_device))
        .route("/staff/leaders", get(staff::leaders::show))
        .route("/staff/leaders/rules", post(staff::leaders::add))
        .route("/staff/leaders/rules/remove", post(staff::leaders::remove))
        .route("/staff/hall/today", get(staff::hall::today))
        .route("/staff/hall/setup", get(staff::hall::set_up_form).post(staff::hall::set_up))
}

fn desk() -> Router<Arc<Shared>> {
    Router::new()
        .route("/staff", get(staff::start))
        .route("/staff/sign-in", get(staff::sign_in::show).post(staff::sign_in::enter))
        .route("/staff/sign-out", post(staff::sign_in::leave))
        .route("/staff/password", get(staff::account::show).post(staff::account::change))
        .route("/staff/sessions/end", post(staff::account::end))
        .route("/staff/second-factor", get(staff::second_factor::show).post(staff::second_factor::turn_on))
        .route("/staff/second-factor/off", post(staff::second_factor::turn_off))
        .route("/staff/clock", post(staff::confirm_clock))
        .route("/staff/forward", post(staff::forward))
        .route("/staff/duties", get(staff::duties::list))
        .route("/staff/matters", get(staff::find::list))
        .route("/staff/search", get(staff::find::search))
        .route("/staff/matters/{number}", get(staff::matter::show))
        .route(
            "/staff/matters/{number}/moves/{step}",
            get(staff::moves::form).post(staff::moves::make).layer(uploads()),
        )
        .route("/staff/matters/{number}/part", get(staff::matter::part_form).post(staff::matter::split_part))
        .route("/staff/matters/{number}/open", post(staff::matter::open))
        .route("/staff/matters/{number}/identity", get(staff::matter::identity_form).post(staff::matter::identity))
        .route("/staff/code", get(staff::code::ask))
        .route("/staff/matters/{number}/code", get(staff::code::form).post(staff::code::replace))
        .route("/staff/matters/{number}/code/letter", post(staff::code::letter))
        .route(
            "/staff/matters/{number}/correct",
            get(staff::correct::form).post(staff::correct::correct).layer(uploads()),
        )
        .route("/staff/matters/{number}/correct/agree", post(staff::correct::agree))
        .route("/staff/matters/{number}/correct/refuse", post(staff::correct::refuse))
        .route("/staff/matters/{number}/files/{id}", get(staff::matter::file))
        .route("/staff/matters/{number}/papers/{n}", get(crate::papers::staff).post(crate::papers::staff_copy))
        .route("/staff/proceedings", get(staff::proceedings::list))
        .route("/staff/proceedings/new/{begin}", get(staff::proceedings::begin_form).post(staff::proceedings::begin))
        .route("/staff/proceedings/{number}", get(staff::proceedings::show))
        .route(
            "/staff/proceedings/{number}/moves/{step}",
            get(staff::proceedings::move_form).post(staff::proceedings::make),
        )
        .route(
            "/staff/proceedings/{number}/files/{id}",
            get(staff::proceedings::file).post(staff::proceedings::open_file),
        )
        .route(
            "/staff/proceedings/{number}/papers/{n}",
            get(crate::papers::proceeding).post(crate::papers::proceeding_copy),
        )
        .route("/staff/register", get(staff::register::form).post(staff::register::enter).layer(uploads()))
        .route("/staff/print", get(staff::print::list).post(staff::print::begin))
        .route("/staff/print/{id}", get(staff::print::job))
        .route("/staff/report", get(staff::report::show).post(staff::report::sent))
        .route("/staff/checks", get(staff::checks::list).post(staff::checks::draw))
        .route("/staff/matters/{number}/part/undo", post(staff::matter::undo_part))
        .route("/staff/rules", get(staff::rules::list).post(staff::rules::upload).layer(uploads()))
        .route("/staff/rules/turn", post(staff::rules::turn))
        .route("/staff/rules/waiting/{key}", get(staff::rules::waiting).post(staff::rules::decide))
        .route("/staff/rules/texts/{kind}/{*id}", get(staff::rules::texts))
        .route("/staff/admin", get(staff::admin::show))
        .route("/staff/admin/security", get(staff::security::list))
        .route("/staff/admin/units/{id}", get(staff::admin::unit_form).post(staff::admin::unit))
        .route("/staff/admin/officers/{id}", get(staff::admin::officer_form).post(staff::admin::officer))
        .route("/staff/admin/officers/{id}/second-factor-off", post(staff::second_factor::turn_off_of))
        .route("/staff/admin/tokens", post(staff::admin::token))
        .route("/staff/admin/tokens/revoke", post(staff::admin::revoke))
}

fn machine() -> Router<Arc<Shared>> {
    Router::new()
        .route("/api/v1/submissions", post(api::submissions::lodge))
        .route("/api/v1/submission", get(api::submissions::follow))
        .route("/api/v1/submission/matters/{part}/moves/{step}", post(api::submissions::make))
        .route("/api/v1/matters", get(api::matters::list))
        .route("/api/v1/matters/{number}", get(api::matters::show))
        .route("/api/v1/matters/{number}/moves/{step}", post(api::matters::make))
        .route("/api/v1/matters/{number}/papers", get(api::matters::papers))
        .route("/api/v1/matters/{number}/papers/{n}", get(api::matters::paper))
        .route("/api/v1/duties", get(api::matters::duties))
        .route("/api/v1/units", get(api::units))
        .route("/api/v1/halls/{unit}", get(api::halls::show))
        .route("/api/v1/halls/{unit}/days", get(api::halls::days))
        .route("/api/v1/halls/{unit}/times", get(api::halls::times))
        .route("/api/v1/bookings", get(api::halls::bookings))
        .route("/api/v1/bookings/{number}/arrival", post(api::halls::arrival))
        .route("/api/v1/halls/{unit}/requests", post(api::halls::ask))
        .route("/api/v1/visits/{number}/record", post(api::halls::record))
        .route("/api/v1/tickets", post(api::halls::give))
        .route("/api/v1/calls", post(api::halls::call))
        .route("/api/v1/openapi.json", get(api::openapi))
}

/// Behind a proxy of one's own, throttles go by the address the proxy saw: the last of `X-Forwarded-For`, which may
/// stand in a line of its own after one that the visitor sent.
async fn forwarded(mut request: Request, next: Next, proxy: Proxy) -> Response {
    let mut lines = request.headers().get_all("x-forwarded-for").iter();
    // What the visitor sent before the last comma may be anything; one that names no address is of nobody, and not of
    // the proxy.
    let last = lines.next_back().and_then(|v| v.as_bytes().rsplit(|b| *b == b',').next());
    if let Some(last) = last.filter(|_| proxy == Proxy::Own) {
        let address = std::str::from_utf8(last)
            .ok()
            .and_then(|text| text.trim().parse().ok())
            .unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
        request.extensions_mut().insert(ConnectInfo(SocketAddr::new(address, 0)));
    }
    next.run(request).await
}

/// A request that takes too long ends with a page in the visitor's language, not with an empty answer.
async fn bounded(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    let form = *request.method() == Method::POST && !request.uri().path().starts_with("/api/");
    let (mut parts, body) = request.into_parts();
    let Ok(asked) = <RequestContext as FromRequestParts<Arc<Shared>>>::from_request_parts(&mut parts, &shared).await;
    match tokio::time::timeout(if form { FORM_TIME } else { TIME }, next.run(Request::from_parts(parts, body))).await {
        Ok(response) => response,
        Err(_) => Problem::plain(&shared, &asked, StatusCode::SERVICE_UNAVAILABLE, "problem-slow").into_response(),
    }
}

/// Whether a form was sent from a page of another site. A browser that says where a form comes from is believed;
/// otherwise the address of the page is compared with the one this site is reached by.
fn is_foreign(headers: &HeaderMap, proxy: Proxy) -> bool {
    let said = |name: &str| headers.get(name).and_then(|v| v.to_str().ok()).map(str::trim);
    match said("sec-fetch-site") {
        Some("same-origin" | "none") => return false,
        Some("cross-site") => return true,
        _ => {}
    }
    let Some(origin) = said("origin").filter(|o| *o != "null") else { return false };
    let Some((_, at)) = origin.split_once("://") else { return true };
    let forwarded =
        said("x-forwarded-host").filter(|_| proxy == Proxy::Own).and_then(|h| h.split(',').next()).map(str::trim);
    ![said("host"), forwarded].contains(&Some(at))
}

/// What every address of the API keeps to. It takes JSON that says so, since another type can be sent from a page of
/// any site without asking; and every fault is told as problem+json (RFC 9457), with how to sign in where that is asked
/// (RFC 9110, 11.6.1).
async fn api_standards(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    let kind = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|v| v.to_str().ok())
        .map(|v| v.split(';').next().unwrap_or_default().trim().to_lowercase());
    let empty = request.headers().get(header::CONTENT_LENGTH).is_none_or(|l| l == "0")
        && !request.headers().contains_key(header::TRANSFER_ENCODING);
    let json = kind.as_deref().is_some_and(|k| k == "application/json" || k.ends_with("+json"));
    if *request.method() == Method::POST && !json && !(empty && kind.is_none()) {
        let (mut parts, _) = request.into_parts();
        let Ok(asked) =
            <RequestContext as FromRequestParts<Arc<Shared>>>::from_request_parts(&mut parts, &shared).await;
        return Problem::unreadable(
            &shared,
            &asked,
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "send JSON with `Content-Type: application/json`",
        )
        .into_response();
    }
    let response = next.run(request).await;
    let (status, kind) = (response.status(), response.headers().get(header::CONTENT_TYPE));
    let fault = status.is_client_error() || status.is_server_error();
    let mut response = if fault && kind.is_none_or(|k| k != problem::PROBLEM_JSON) {
        problem::generic(response).await
    } else {
        response
    };
    if response.status() == StatusCode::UNAUTHORIZED {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"huiyin\""));
    }
    response
}

/// Headers of every answer, and refusal of forms sent from other sites.
async fn guard(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    let unsafe_method = !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let api = request.uri().path().starts_with("/api/");
    let asset = request.uri().path().starts_with("/assets/");
    if unsafe_method && !api && is_foreign(request.headers(), shared.config.proxy) {
        let (mut parts, body) = request.into_parts();
        let Ok(asked) =
            <RequestContext as FromRequestParts<Arc<Shared>>>::from_request_parts(&mut parts, &shared).await;
        // Behind a proxy that is set up wrongly every form looks so: her words are given back.
        let form = Form::read(Request::from_parts(parts, body), &shared, Files::Named).await.unwrap_or_default();
        return unreadable(&shared, &asked, StatusCode::FORBIDDEN, "problem-foreign", &form).into_response();
    }
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in [
        (
            "content-security-policy",
            "default-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; object-src 'none'",
        ),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "same-origin"),
        ("permissions-policy", "geolocation=(), camera=(), microphone=()"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if shared.config.https {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
    if !asset {
        headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    }
    response
}
