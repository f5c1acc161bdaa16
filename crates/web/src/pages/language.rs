//! Chooses the language of the pages.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Redirect};
use huiyin_wording::Language;

use crate::edge::context::{LANGUAGE_COOKIE, RequestContext, Shared};
use crate::pages::Page;

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
