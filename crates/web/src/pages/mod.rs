//! Public pages: home, procedure, offices, language, health, assets.

pub(crate) mod follow;
pub(crate) mod lodge;

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use huiyin_app::AppError;
use huiyin_app::access::{Action, allows};
use huiyin_app::domain::clock::{Basis, ClockKind};
use huiyin_app::domain::payload::Field;
use huiyin_app::domain::procedure::{ClockRule, RuleBook, StartFrom, StateRule};
use huiyin_wording::Language;

use serde::Serialize;

use crate::context::{LANGUAGE_COOKIE, RequestContext, Shared};
use crate::problem::Problem;
use crate::templates::Assets;

pub(crate) use crate::problem::Page;

/// The home page: three doors and the periods in plain words.
pub(crate) async fn home(State(shared): State<Arc<Shared>>, asked: RequestContext) -> Page {
    let fail = |e| Problem::page(&shared, &asked, e);
    let ground = shared.office.ground_today().await.map_err(fail)?;
    let front = ground.directory.unit(shared.office.front_office()).cloned();
    let today = shared.office.now().today();
    let periods: Vec<String> = ground
        .book
        .published
        .iter()
        .filter_map(|id| ground.book.clock(id))
        .filter_map(|c| period(&shared, &asked, c, today))
        .collect();
    let demo = huiyin_app::demo_office::shown(&shared.office).await.map_err(fail)?;
    let values = context! {
        office => front.as_ref().map(|u| asked.language.pick(&u.name, &u.name_en)),
        telephone => front.as_ref().map(|u| u.telephone.clone()).unwrap_or_default(),
        hours => front.as_ref().map(|u| u.hours.clone()).unwrap_or_default(),
        periods,
        note => ["cleared", "discarded"].into_iter().find(|n| asked.query.contains(&format!("{n}=1"))).map(|n| format!("home-{n}")),
        demo => demo.map(|(number, code)| context! { number, code => huiyin_app::lodge::receipt::grouped(&code) }),
    };
    Ok(shared.page(&asked, "home.html", values))
}

/// A clock of the pack as the home page says it: from when, how long, who does what. It is what is in force today (art.
/// 18(1)).
fn period(shared: &Shared, asked: &RequestContext, clock: &ClockRule, today: jiff::civil::Date) -> Option<String> {
    let span = span(shared, asked, clock, today)?;
    let key = match clock.start {
        StartFrom::Receipt => "home-period-receipt",
        StartFrom::Accepted => "home-period-accepted",
        StartFrom::Move | StartFrom::Field(_) => "home-period",
    };
    let plain = clock.plain.get(asked.language.code()).replace("{unit}", &relation_word(shared, asked, clock));
    Some(shared.office.wording().text(asked.language, key, &[("span", span.into()), ("plain", plain.into())]))
}

/// How long a clock is that begins on a day; `None` where a move sets its day.
fn span(shared: &Shared, asked: &RequestContext, clock: &ClockRule, day: jiff::civil::Date) -> Option<String> {
    clock.length_on(day).map(|l| huiyin_app::periods::of_length(shared.office.wording(), asked.language, l))
}

/// Chooses the language and goes back.
pub(crate) async fn language(
    State(shared): State<Arc<Shared>>,
    Path(code): Path<String>,
    asked: RequestContext,
) -> Page {
    let language = Language::parse(&code).unwrap_or_else(|| shared.office.binding());
    let back = asked.query.split('&').find_map(|p| p.strip_prefix("back=")).unwrap_or("/");
    let back: String =
        form_urlencoded::parse(format!("b={back}").as_bytes()).next().map(|(_, v)| v.into_owned()).unwrap_or_default();
    // Only a path of this site; "//host" would lead elsewhere.
    let back =
        if back.starts_with('/') && !back.starts_with("//") && !back.contains('\\') && !back.contains(char::is_control)
        {
            back
        } else {
            "/".to_owned()
        };
    let mut response = Redirect::to(&back).into_response();
    if let Ok(cookie) = HeaderValue::from_str(&shared.cookie(LANGUAGE_COOKIE, language.code(), Some(31_536_000))) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

#[derive(Serialize)]
struct PeriodRow {
    title: String,
    plain: String,
    span: String,
    right: bool,
    cite: String,
    gist: String,
}

#[derive(Serialize)]
struct PhaseRow {
    title: String,
    states: Vec<String>,
}

/// The clocks in the order a matter meets them: those of receipt, then as the moves start them.
fn in_order(book: &RuleBook) -> Vec<&ClockRule> {
    let first = book.lodging.iter().flat_map(|l| l.initial_office_clocks.iter().chain(&l.initial_direct_clocks));
    let started = book.moves.iter().flat_map(|m| &m.start);
    let escalated = book.escalation.iter().filter_map(|e| e.start.as_ref());
    let mut out: Vec<&ClockRule> = Vec::new();
    for rule in first.chain(started).chain(escalated).filter_map(|id| book.clock(id)) {
        if !out.iter().any(|c| c.id == rule.id) {
            out.push(rule);
        }
    }
    out
}

/// The states in the order the moves lead to them.
fn states_in_order(book: &RuleBook) -> Vec<&StateRule> {
    let openings = book.openings();
    let first = openings.iter().take(1).map(|(state, _)| state);
    let mut out: Vec<&StateRule> = Vec::new();
    for state in first.chain(book.moves.iter().filter_map(|m| m.to.as_ref())).filter_map(|id| book.state(id)) {
        if !out.iter().any(|s| s.id == state.id) {
            out.push(state);
        }
    }
    out
}

/// Who owes it, as the procedure page says it.
fn relation_word(shared: &Shared, asked: &RequestContext, clock: &ClockRule) -> String {
    let word = serde_json::to_value(clock.bound)
        .ok()
        .and_then(|v| v.as_str().map(|s| s.replace('_', "-")))
        .unwrap_or_default();
    shared.say(asked.language, &format!("relation-{word}"))
}

/// The procedure and its periods, drawn from the pack in force (art. 18).
pub(crate) async fn procedure(State(shared): State<Arc<Shared>>, asked: RequestContext) -> Page {
    let ground = shared.office.ground_today().await.map_err(|e| Problem::page(&shared, &asked, e))?;
    let pick = |l: &huiyin_app::domain::procedure::Label| l.get(asked.language.code()).to_owned();
    let today = shared.office.now().today();
    let rows: Vec<PeriodRow> = in_order(&ground.book)
        .into_iter()
        .filter_map(|c| {
            let (.., basis, clause) = c.on(today);
            let clause = clause.and_then(|id| ground.book.clauses.get(id)).filter(|_| basis != Basis::House);
            Some(PeriodRow {
                title: pick(&c.title),
                plain: if c.between_offices {
                    pick(&c.title)
                } else {
                    pick(&c.plain).replace("{unit}", &relation_word(&shared, &asked, c))
                },
                span: span(&shared, &asked, c, today)?,
                right: c.kind == ClockKind::Right,
                cite: clause.map_or_else(|| shared.say(asked.language, "basis-house"), |c| pick(&c.cite)),
                gist: clause.map(|c| pick(&c.gist)).unwrap_or_default(),
            })
        })
        .collect();
    let (law, house): (Vec<_>, Vec<_>) = rows.into_iter().partition(|r| !r.gist.is_empty());
    let phases: Vec<PhaseRow> = huiyin_app::domain::procedure::Phase::ALL
        .into_iter()
        .map(|phase| PhaseRow {
            title: shared.say(asked.language, &format!("phase-{}", phase.word().replace('_', "-"))),
            states: states_in_order(&ground.book)
                .into_iter()
                .filter(|s| s.phase == phase)
                .map(|s| pick(&s.plain))
                .collect(),
        })
        .collect();
    let picture = huiyin_app::packs::picture(
        shared.office.wording(),
        &ground.book,
        asked.language,
        today,
        &shared.say(asked.language, "procedure-picture"),
        &|phase| shared.say(asked.language, &format!("phase-{}", phase.word().replace('_', "-"))),
    );
    let values = context! { pack => pick(&ground.book.title), law, house, phases, picture };
    Ok(shared.page(&asked, "procedure.html", values))
}

/// Opinions of a page of the public list.
const OPINIONS: u32 = 20;

/// Heard re-review opinions, names out (art. 36(2)).
pub(crate) async fn opinions(State(shared): State<Arc<Shared>>, asked: RequestContext) -> Page {
    let fail = |e| Problem::page(&shared, &asked, e);
    let after = form_urlencoded::parse(asked.query.as_bytes()).find(|(k, _)| k == "after").map(|(_, v)| v.into_owned());
    let first = after.is_none();
    let page = huiyin_app::publication::opinions(&shared.office, after, OPINIONS).await.map_err(fail)?;
    let directory = shared.office.directory().await.map_err(fail)?;
    let shown: Vec<_> = page
        .rows
        .iter()
        .map(|o| {
            let unit = o
                .unit
                .as_ref()
                .and_then(|id| directory.unit(id))
                .map(|u| asked.language.pick(&u.name, &u.name_en).to_owned());
            let outcome = o.outcome.as_ref().map(|w| shared.office.library().choice(asked.language, Field::Outcome, w));
            let title = o.class.clone().unwrap_or_else(|| shared.say(asked.language, "opinions-one"));
            context! { title, unit, outcome, day => huiyin_wording::date(asked.language, o.day), text => o.text }
        })
        .collect();
    Ok(shared.page(&asked, "opinions.html", context! { opinions => shown, next => page.next, first }))
}

/// Addresses, telephones and hours of every office (art. 18).
pub(crate) async fn offices(State(shared): State<Arc<Shared>>, asked: RequestContext) -> Page {
    let directory = shared.office.directory().await.map_err(|e| Problem::page(&shared, &asked, e))?;
    let units: Vec<_> = directory
        .units
        .iter()
        .filter(|u| u.active && !directory.is_outside(&u.id))
        .map(|u| {
            context! {
                name => asked.language.pick(&u.name, &u.name_en), address => u.address, telephone => u.telephone,
                hours => u.hours, front => &u.id == shared.office.front_office(),
            }
        })
        .collect();
    Ok(shared.page(&asked, "offices.html", context! { units }))
}

/// Nothing lies at this address.
pub(crate) async fn missing(State(shared): State<Arc<Shared>>, asked: RequestContext) -> Problem {
    if asked.path.starts_with("/api/") {
        Problem::api(&shared, &asked, AppError::NotFound)
    } else {
        Problem::page(&shared, &asked, AppError::NotFound)
    }
}

/// The process is alive.
pub(crate) async fn healthz() -> &'static str {
    "ok\n"
}

/// The store answers.
pub(crate) async fn readyz(State(shared): State<Arc<Shared>>) -> Response {
    match shared.office.ready().await {
        Ok(()) => "ready\n".into_response(),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "the store does not answer\n").into_response(),
    }
}

/// Figures for a Prometheus server; counts of acts, never of persons. For whoever asks from this machine, and elsewhere
/// for the token of an officer who administers.
pub(crate) async fn metrics(State(shared): State<Arc<Shared>>, asked: RequestContext) -> Response {
    if !asked.from.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.to_canonical().is_loopback()) {
        let allowed = match asked.authorization("Bearer") {
            Some(token) => huiyin_app::sign_in::token(&shared.office, token)
                .await
                .is_ok_and(|staff| allows(&staff, Action::Administer)),
            None => false,
        };
        if !allowed {
            let how = [(header::WWW_AUTHENTICATE, "Bearer realm=\"huiyin\"")];
            return (StatusCode::UNAUTHORIZED, how, "the token of an administrator is asked for\n").into_response();
        }
    }
    match shared.config.metrics {
        Some(text) => ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text()).into_response(),
        None => (StatusCode::NOT_FOUND, "metrics are not collected here\n").into_response(),
    }
}

/// Style sheet, scripts and marks, embedded.
pub(crate) async fn asset(Path(name): Path<String>) -> Response {
    let Some(file) = Assets::get(&name) else { return (StatusCode::NOT_FOUND, "no such asset\n").into_response() };
    let kind = match name.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    };
    (
        [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "public, max-age=31536000, immutable")],
        file.data.into_owned(),
    )
        .into_response()
}

/// A stored file, shown only as what it is; anything a browser might run is offered for saving.
pub(crate) fn file_response(record: &huiyin_app::AttachmentRecord, bytes: Vec<u8>) -> Response {
    let shown = record.media_type.starts_with("image/") || record.media_type == "application/pdf";
    let name: String = form_urlencoded::byte_serialize(record.name.as_bytes()).collect::<String>().replace('+', "%20");
    let disposition = format!("{}; filename*=UTF-8''{name}", if shown { "inline" } else { "attachment" });
    let mut response = bytes.into_response();
    for (key, value) in [
        (header::CONTENT_TYPE, record.media_type.clone()),
        (header::CONTENT_DISPOSITION, disposition),
        (header::CONTENT_SECURITY_POLICY, "sandbox; default-src 'none'".to_owned()),
    ] {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(key, value);
        }
    }
    response
}

/// A redirect that sets a cookie.
pub(crate) fn redirect_with(to: &str, cookie: &str) -> Response {
    let mut response = Redirect::to(to).into_response();
    if let Ok(value) = HeaderValue::from_str(cookie) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    response
}
