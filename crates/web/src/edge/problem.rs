//! Problems: one closed list, shown as a page with what to do next, or as problem+json.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use huiyin_app::domain::clock::ClockKind;
use huiyin_app::domain::decide::Closed;
use huiyin_app::domain::hall::stage::StageFault;
use huiyin_app::domain::procedure::{Guard, RuleBook};
use huiyin_app::{AppError, FormError, labels};
use huiyin_wording::Language;
use serde::Serialize;

use crate::edge::context::{RequestContext, Shared};
use crate::edge::form::Form;
use crate::edge::resume;

/// The closed list of problem types; the word is the last part of the type's URI.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    NotFound,
    NotAllowed,
    NotSignedIn,
    Throttled,
    Invalid,
    Closed,
    Changed,
    KeyReused,
    Busy,
    File,
    Internal,
}

impl Kind {
    pub fn word(self) -> &'static str {
        match self {
            Self::NotFound => "not-found",
            Self::NotAllowed => "not-allowed",
            Self::NotSignedIn => "not-signed-in",
            Self::Throttled => "throttled",
            Self::Invalid => "invalid",
            Self::Closed => "closed",
            Self::Changed => "changed-meanwhile",
            Self::KeyReused => "key-reused",
            Self::Busy => "busy",
            Self::File => "file-refused",
            Self::Internal => "internal",
        }
    }

    pub fn status(self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::NotAllowed => StatusCode::FORBIDDEN,
            Self::NotSignedIn => StatusCode::UNAUTHORIZED,
            Self::Throttled => StatusCode::TOO_MANY_REQUESTS,
            Self::Invalid | Self::File | Self::KeyReused => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Closed | Self::Changed => StatusCode::CONFLICT,
            Self::Busy => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    pub fn from_error(error: &AppError) -> Self {
        match error {
            AppError::NotFound => Self::NotFound,
            AppError::NotAllowed => Self::NotAllowed,
            AppError::NotSignedIn => Self::NotSignedIn,
            AppError::Throttled { .. } => Self::Throttled,
            AppError::Form(_) => Self::Invalid,
            AppError::Closed(closed) if matches!(**closed, Closed::Fields { .. }) => Self::Invalid,
            AppError::Closed(_) | AppError::Joined { .. } => Self::Closed,
            AppError::ChangedMeanwhile => Self::Changed,
            AppError::KeyReused => Self::KeyReused,
            AppError::Busy | AppError::CannotWrite(_) => Self::Busy,
            AppError::File(fault) if fault.is_of_the_file() => Self::File,
            AppError::File(_) | AppError::Store(_) | AppError::Refused(_) | AppError::Internal { .. } => Self::Internal,
        }
    }
}

/// One field at fault, in words.
#[derive(Debug, Clone, Serialize, PartialEq, Eq)]
pub(crate) struct FieldProblem {
    pub field: String,
    pub fault: String,
    pub text: String,
    /// Where the fault is mended.
    pub href: String,
}

/// Fields at fault of an error, in words.
pub(crate) fn fields(shared: &Shared, language: Language, error: &AppError) -> Vec<FieldProblem> {
    fields_of(shared, language, error, "")
}

/// The same by the labels that the fields have under a verb.
pub(crate) fn fields_of(shared: &Shared, language: Language, error: &AppError, verb: &str) -> Vec<FieldProblem> {
    let wording = shared.office.wording();
    match error {
        AppError::Form(errors) => errors.iter().map(|e| form_problem(shared, language, e)).collect(),
        AppError::Closed(closed) => match &**closed {
            Closed::Fields { errors } => errors
                .iter()
                .map(|e| {
                    let fault = serde_json::to_value(e.fault)
                        .ok()
                        .and_then(|v| v.as_str().map(str::to_owned))
                        .unwrap_or_default();
                    let label = wording.text(language, &labels::key(wording, language, &e.field.word(), verb), &[]);
                    let text = wording.text(
                        language,
                        &format!("fault-{}", fault.replace('_', "-")),
                        &[("value", longest(e.field).into())],
                    );
                    FieldProblem {
                        href: format!("#f-{}", e.field.word()),
                        field: e.field.word(),
                        fault,
                        text: format!("{label}{}{text}", wording.text(language, "colon", &[])),
                    }
                })
                .collect(),
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

/// What is said above the form of a move that was not made; where somebody was quicker the form stays, with its words.
pub(crate) fn of_move(
    shared: &Shared,
    asked: &RequestContext,
    error: &AppError,
    matter: &str,
    verb: &str,
) -> Vec<FieldProblem> {
    match error {
        AppError::ChangedMeanwhile => {
            let text = shared.say(asked.language, "problem-changed-kept");
            vec![FieldProblem { field: "version".into(), fault: "changed".into(), text, href: matter.to_owned() }]
        }
        other => fields_of(shared, asked.language, other, verb),
    }
}

/// Characters a field of a move holds.
fn longest(field: huiyin_app::domain::payload::Field) -> i64 {
    if field.shape() == huiyin_app::domain::payload::Shape::Line { 200 } else { 20_000 }
}

fn form_problem(shared: &Shared, language: Language, error: &FormError) -> FieldProblem {
    let most = i64::try_from(huiyin_app::lodge::MAX_FILE_BYTES / (1024 * 1024)).unwrap_or(0);
    let text = shared.office.wording().text(
        language,
        error.fault,
        &[("value", error.value.as_str().into()), ("mb", most.into())],
    );
    FieldProblem {
        href: format!("#f-{}", error.field),
        field: error.field.to_owned(),
        fault: error.fault.trim_start_matches("fault-").to_owned(),
        text,
    }
}

/// Why a move is closed, in words.
pub(crate) fn why_closed(shared: &Shared, language: Language, closed: &Closed, book: Option<&RuleBook>) -> String {
    let wording = shared.office.wording();
    let word = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let json = serde_json::to_value(closed).unwrap_or_default();
    match closed {
        // Of a clock the pack's own name is told: what is owed first, what is not owed, what has run out.
        Closed::Guard { guard: Guard::OwedAny(clocks) } if !clocks.is_empty() => {
            let guard = clocks.first().map(|c| Guard::Owed(c.clone()));
            guard.map(|guard| why_closed(shared, language, &Closed::Guard { guard }, book)).unwrap_or_default()
        }
        Closed::Guard { guard: Guard::Running(clock) | Guard::Owed(clock) | Guard::NotOwed(clock) } => {
            let rule = book.and_then(|b| b.clock(clock));
            let title = rule.map(|r| r.title.clone()).or_else(|| shared.office.clock_title(clock));
            let title = title.map(|t| t.get(language.code()).to_owned()).unwrap_or_default();
            let right = rule.is_some_and(|r| r.kind == ClockKind::Right);
            let key = match closed {
                Closed::Guard { guard: Guard::Running(_) } => "closed-running",
                Closed::Guard { guard: Guard::Owed(_) } => "closed-owed",
                _ if right => "closed-not-owed-right",
                _ => "closed-not-owed",
            };
            wording.text(language, key, &[("what", title.into())])
        }
        Closed::Guard { guard } => {
            let guard = serde_json::to_value(guard).unwrap_or_default();
            let (kind, what) =
                guard.as_object().and_then(|o| o.iter().next()).map(|(k, v)| (k.clone(), word(v))).unwrap_or_default();
            let own = format!("closed-{}-{}", kind.replace('_', "-"), what.replace('_', "-"));
            if wording.has(language, &own) {
                wording.text(language, &own, &[])
            } else {
                wording.text(language, "closed-guard", &[])
            }
        }
        Closed::NotYours { by } => {
            let names: Vec<String> = by
                .iter()
                .map(|r| {
                    wording.text(
                        language,
                        &format!("relation-{}", word(&serde_json::to_value(r).unwrap_or_default()).replace('_', "-")),
                        &[],
                    )
                })
                .collect();
            wording.text(
                language,
                "closed-not-yours",
                &[("by", names.join(&wording.text(language, "list-comma", &[])).into())],
            )
        }
        Closed::Hall { fault: StageFault::CallAgain { times, most } } => {
            wording.text(language, "closed-hall-call-again", &[("times", (*times).into()), ("most", (*most).into())])
        }
        Closed::Hall { fault: StageFault::NotYet { until } } => {
            let at = huiyin_wording::time(*until, shared.office.zone());
            wording.text(language, "closed-hall-not-yet", &[("at", at.into())])
        }
        Closed::Hall { fault: StageFault::OtherDay { day } } => {
            wording.text(language, "closed-hall-other-day", &[("day", huiyin_wording::date(language, *day).into())])
        }
        Closed::Hall { fault: StageFault::Elsewhere { from, .. } } => {
            wording.text(language, &format!("closed-hall-{from}"), &[])
        }
        Closed::Waits { until } => {
            wording.text(language, "closed-waits", &[("day", huiyin_wording::date(language, *until).into())])
        }
        Closed::Extended { most } => wording.text(language, "closed-extended-often", &[("most", (*most).into())]),
        Closed::Kept { through: Some(day) } => {
            wording.text(language, "closed-kept-through", &[("day", huiyin_wording::date(language, *day).into())])
        }
        _ => wording.text(
            language,
            &format!("closed-{}", word(json.get("closed").unwrap_or(&json)).replace('_', "-")),
            &[],
        ),
    }
}

/// What a page's handler gives: the page, or the problem that stands in its place.
pub(crate) type Page = Result<Response, Problem>;

/// A problem, ready to be sent.
#[derive(Debug)]
pub(crate) struct Problem(pub Box<Response>);

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        *self.0
    }
}

impl Problem {
    /// A fault outside of what was asked for: its title is the key, its text the key with `-detail`.
    pub fn plain(shared: &Shared, asked: &RequestContext, status: StatusCode, key: &str) -> Self {
        let title = shared.say(asked.language, key);
        let detail = shared.say(asked.language, &format!("{key}-detail"));
        if asked.path.starts_with("/api/") {
            let doc = serde_json::json!({ "type": format!("/problems/{}", key.trim_start_matches("problem-")), "title": title, "status": status.as_u16(), "detail": detail });
            return Self(Box::new(told_to_wait(problem_json(status, &doc))));
        }
        let none: Vec<FieldProblem> = Vec::new();
        let values = context! {
            kind => key.trim_start_matches("problem-"), title, detail, errors => none,
            staff => asked.path.starts_with("/staff"), back => (), typed => Vec::<String>::new(),
        };
        let mut response = shared.page(asked, "problem.html", values);
        *response.status_mut() = status;
        Self(Box::new(told_to_wait(response)))
    }

    /// As a page with a next step. Somebody not signed in is led to the sign-in page.
    pub fn page(shared: &Shared, asked: &RequestContext, error: AppError) -> Self {
        Self::with_words(shared, asked, error, &Form::default())
    }

    /// The same, with the words of the form that could not be taken.
    pub fn with_words(shared: &Shared, asked: &RequestContext, error: AppError, form: &Form) -> Self {
        let kind = Kind::from_error(&error);
        log(kind, &error);
        if kind == Kind::NotSignedIn && asked.path.starts_with("/staff") {
            let query = if asked.query.is_empty() { String::new() } else { format!("?{}", asked.query) };
            let next: String = form_urlencoded::byte_serialize(format!("{}{query}", asked.path).as_bytes()).collect();
            let to = if matches!(asked.path.as_str(), "/staff" | "/staff/duties") {
                "/staff/sign-in".to_owned()
            } else {
                format!("/staff/sign-in?next={next}")
            };
            return Self(Box::new(Redirect::to(&to).into_response()));
        }
        if kind == Kind::NotSignedIn && asked.path.starts_with("/my") {
            return Self(Box::new(Redirect::to("/follow").into_response()));
        }
        let detail = detail(shared, asked.language, &error);
        let values = context! {
            kind => kind.word(),
            title => shared.say(asked.language, &format!("problem-{}", kind.word())),
            detail => detail,
            errors => fields(shared, asked.language, &error),
            staff => asked.path.starts_with("/staff"),
            back => asked.path.split_once("/moves/").map(|(matter, _)| matter),
            typed => resume::typed(shared, asked.language, form),
        };
        let mut response = shared.page(asked, "problem.html", values);
        *response.status_mut() = kind.status();
        Self(Box::new(with_wait(response, &error)))
    }

    /// As problem+json (RFC 9457).
    pub fn api(shared: &Shared, asked: &RequestContext, error: AppError) -> Self {
        let kind = Kind::from_error(&error);
        log(kind, &error);
        let body = serde_json::json!({
            "type": format!("/problems/{}", kind.word()),
            "title": shared.say(asked.language, &format!("problem-{}", kind.word())),
            "status": kind.status().as_u16(),
            "detail": detail(shared, asked.language, &error),
            "errors": fields(shared, asked.language, &error),
        });
        Self(Box::new(with_wait(problem_json(kind.status(), &body), &error)))
    }

    /// `If-Match` names a version that is not the one that is there: nothing was done.
    pub fn precondition(shared: &Shared, asked: &RequestContext) -> Self {
        let error = AppError::ChangedMeanwhile;
        let body = serde_json::json!({
            "type": format!("/problems/{}", Kind::Changed.word()),
            "title": shared.say(asked.language, "problem-changed-meanwhile"),
            "status": StatusCode::PRECONDITION_FAILED.as_u16(),
            "detail": detail(shared, asked.language, &error),
            "errors": [],
        });
        Self(Box::new(problem_json(StatusCode::PRECONDITION_FAILED, &body)))
    }

    /// A body that could not be read at all.
    pub fn unreadable(shared: &Shared, asked: &RequestContext, status: StatusCode, why: &str) -> Self {
        let body = serde_json::json!({
            "type": "/problems/invalid",
            "title": shared.say(asked.language, "problem-invalid"),
            "status": status.as_u16(),
            "detail": why,
            "errors": [],
        });
        Self(Box::new(problem_json(status, &body)))
    }
}

/// The media type of a problem.
pub(crate) const PROBLEM_JSON: &str = "application/problem+json";
/// Bytes of a fault's own words that are told.
const WORDS: usize = 4096;

fn problem_json(status: StatusCode, body: &serde_json::Value) -> Response {
    let mut response = (status, body.to_string()).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
    response
}

/// A fault of HTTP itself (a method, a size, a query), told in the words of the library, as a problem without a type of
/// its own.
pub(crate) async fn generic(response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    let words = axum::body::to_bytes(body, WORDS).await.unwrap_or_default();
    let title = parts.status.canonical_reason().unwrap_or_default();
    let words = String::from_utf8_lossy(&words);
    let detail = if words.is_empty() { title } else { words.trim() };
    let body = serde_json::json!({ "type": "about:blank", "title": title, "status": parts.status.as_u16(), "detail": detail, "errors": [] });
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
    Response::from_parts(parts, body.to_string().into())
}

/// Says when to come again, where that is known.
fn with_wait(mut response: Response, error: &AppError) -> Response {
    let seconds = match error {
        AppError::Throttled { seconds } => *seconds,
        error if Kind::from_error(error) == Kind::Busy => BUSY_SECONDS,
        _ => return response,
    };
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    response
}

/// A server that cannot answer now says when to come again.
fn told_to_wait(mut response: Response) -> Response {
    if response.status() == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(BUSY_SECONDS));
    }
    response
}

/// Seconds after which a store that was busy is asked again.
const BUSY_SECONDS: i64 = 2;

/// What happened and what to do next, in a sentence.
pub(crate) fn detail(shared: &Shared, language: Language, error: &AppError) -> String {
    let wording = shared.office.wording();
    match error {
        AppError::Closed(closed) => why_closed(shared, language, closed, None),
        // On another member of the joinder: which one, and why; its faulty fields in words.
        AppError::Joined { number, closed } => {
            let faults: Vec<String> =
                fields(shared, language, &AppError::Closed(closed.clone())).into_iter().map(|f| f.text).collect();
            let why = if faults.is_empty() {
                why_closed(shared, language, closed, None)
            } else {
                faults.join(&wording.text(language, "list-comma", &[]))
            };
            wording.text(language, "problem-joined-detail", &[("number", number.as_str().into()), ("why", why.into())])
        }
        AppError::Throttled { seconds } => {
            wording.text(language, "problem-throttled-detail", &[("seconds", (*seconds).into())])
        }
        other => wording.text(language, &format!("problem-{}-detail", Kind::from_error(other).word()), &[]),
    }
}

/// Logged once, here, where it is handled; never with names, contacts or text.
fn log(kind: Kind, error: &AppError) {
    // A disk that is full goes away by itself for whoever asks, and not for whoever looks after it.
    if kind == Kind::Internal || matches!(error, AppError::CannotWrite(_)) {
        tracing::error!(error = ?error, "a request failed");
    }
}
