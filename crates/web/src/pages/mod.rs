//! Public pages: home, procedure, offices, language, health, assets.

mod asset;
pub(crate) mod come;
pub(crate) mod follow;
pub(crate) mod hall;
mod health;
mod home;
pub(crate) mod kiosk;
mod language;
pub(crate) mod lodge;
mod metrics;
mod missing;
mod offices;
mod opinions;
mod procedure;
pub(crate) mod wall;

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use huiyin_app::domain::procedure::ClockRule;

use crate::edge::context::{RequestContext, Shared};

pub(crate) use crate::edge::problem::Page;
pub(crate) use asset::asset;
pub(crate) use health::{healthz, readyz};
pub(crate) use home::home;
pub(crate) use language::language;
pub(crate) use metrics::metrics;
pub(crate) use missing::missing;
pub(crate) use offices::offices;
pub(crate) use opinions::opinions;
pub(crate) use procedure::procedure;

/// How long a clock is that begins on a day; `None` where a move sets its day.
fn span(shared: &Shared, asked: &RequestContext, clock: &ClockRule, day: jiff::civil::Date) -> Option<String> {
    clock.length_on(day).map(|l| huiyin_app::periods::of_length(shared.office.wording(), asked.language, l))
}

/// Who owes it, as the procedure page says it.
fn relation_word(shared: &Shared, asked: &RequestContext, clock: &ClockRule) -> String {
    let word = serde_json::to_value(clock.bound)
        .ok()
        .and_then(|v| v.as_str().map(|s| s.replace('_', "-")))
        .unwrap_or_default();
    shared.say(asked.language, &format!("relation-{word}"))
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
