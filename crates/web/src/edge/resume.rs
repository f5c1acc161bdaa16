//! A form that could not be taken because the session is over: its words are given back, and the form goes on after
//! signing in.
//!
//! Nothing is stored meanwhile: the words travel in the page itself.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Request, State};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use huiyin_app::domain::payload::{Field, Shape};
use huiyin_app::sign_in;
use huiyin_wording::Language;
use minijinja::Value;

use crate::edge::context::{RequestContext, STAFF_COOKIE, Shared};
use crate::edge::form::{Files, Form};

/// Fields that steer a form and are no words of anybody.
const NOT_WORDS: [&str; 19] = [
    "secret",
    "pass",
    "old",
    "password",
    "held",
    "csrf",
    "version",
    "key",
    "f",
    "from",
    "form_token",
    "edit",
    "next",
    "kept",
    "code",
    "only_this",
    "shown",
    "check",
    "unit_id",
];

/// The words of a form, as a page shows them.
pub(crate) fn typed(shared: &Shared, language: Language, form: &Form) -> Vec<Value> {
    let wording = shared.office.wording();
    let label = |name: &str| {
        let keys = [format!("field-{name}"), format!("ask-{}", name.replace('_', "-"))];
        keys.into_iter().find(|k| wording.has(language, k)).map(|k| shared.say(language, &k))
    };
    let choice = |name: &str, raw: &str| {
        if let Some(field) = Field::from_word(name).filter(|f| f.shape() == Shape::Choice) {
            return shared.office.library().choice(language, field, raw);
        }
        let key = format!("choice-{}", raw.replace('_', "-"));
        if !raw.is_empty() && raw.is_ascii() && wording.has(language, &key) {
            shared.say(language, &key)
        } else {
            raw.to_owned()
        }
    };
    form.pairs()
        .filter(|(name, value)| !NOT_WORDS.contains(name) && !value.trim().is_empty())
        .filter_map(|(name, value)| label(name).map(|label| (label, name, value)))
        .map(|(label, name, raw)| {
            context! {
                label, value => choice(name, raw), long => raw.chars().count() > 60 || raw.contains('\n'),
            }
        })
        .collect()
}

/// A whole form in one hidden field.
pub(crate) fn kept(form: &Form) -> String {
    let pairs: Vec<(&str, &str)> = form
        .pairs()
        .filter(|(name, _)| {
            !matches!(*name, "csrf" | "kept" | "next" | "edit" | "old" | "password" | "secret" | "code" | "pass")
        })
        .collect();
    serde_json::to_string(&pairs).unwrap_or_default()
}

/// The pairs of a hidden field; nothing where it is none.
fn unkept(kept: &str) -> Vec<(String, String)> {
    serde_json::from_str(kept).unwrap_or_default()
}

/// A path of this site where a form goes on; an address of elsewhere is none.
pub(crate) fn local<'a>(next: &'a str, under: &str) -> Option<&'a str> {
    let plain = next.starts_with(under)
        && !next.contains("//")
        && !next.contains(['\\', '@'])
        && !next.contains(char::is_control);
    let there = plain && !matches!(next, "/staff/sign-in" | "/staff/sign-out");
    there.then_some(next)
}

/// The page that goes on with a form after signing in: its words, and a button that leads back to them.
pub(crate) fn page(shared: &Shared, asked: &RequestContext, next: &str, form: &Form, token: &str) -> Response {
    let typed = typed(shared, asked.language, form);
    let pairs: Vec<Value> = unkept(&kept(form)).into_iter().map(|(name, value)| context! { name, value }).collect();
    // Where the form can be shown again it is; the others are sent as they were.
    let edit =
        next.contains("/moves/") || next.ends_with("/correct") || next == "/staff/register" || next.starts_with("/my/");
    shared.page(
        asked,
        "resume.html",
        context! {
            next, typed, pairs, token, edit,
            lost_files => !form.uploads.is_empty() || form.has("held"), staff => next.starts_with("/staff"),
        },
    )
}

/// The form a hidden field holds.
pub(crate) fn form(kept: &str) -> Form {
    Form::from_pairs(unkept(kept))
}

/// An officer's form that comes without a session is given back with the sign-in.
pub(crate) async fn staff(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    if *request.method() != Method::POST || local(&path, "/staff/").is_none() {
        return next.run(request).await;
    }
    let (mut parts, body) = request.into_parts();
    let Ok(asked) = <RequestContext as FromRequestParts<Arc<Shared>>>::from_request_parts(&mut parts, &shared).await;
    let secret = asked.cookie(STAFF_COOKIE).unwrap_or_default();
    if !matches!(sign_in::session(&shared.office, secret).await, Err(huiyin_app::AppError::NotSignedIn)) {
        return next.run(Request::from_parts(parts, body)).await;
    }
    // Nobody is signed in: the words are given back, and of files only that they were there.
    match Form::read(Request::from_parts(parts, body), &shared, Files::Named).await {
        Ok(form) => {
            let values = context! {
                login => "", errors => Vec::<Value>::new(), demo => false, password => "", next => path,
                kept => kept(&form), typed => typed(&shared, asked.language, &form), changed => false,
                lost_files => !form.uploads.is_empty() || form.has("held"),
            };
            let mut response = shared.page(&asked, "sign_in.html", values);
            *response.status_mut() = StatusCode::UNAUTHORIZED;
            response
        }
        Err(problem) => problem.into_response(),
    }
}
