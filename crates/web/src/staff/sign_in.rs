//! Signing in and out.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderValue, header};
use huiyin_app::{AppError, sign_in};

use crate::context::{Asked, STAFF_COOKIE, Shared, SignedIn};
use crate::form::Form;
use crate::pages::{Page, redirect_with};
use crate::problem::{FieldProblem, Problem};
use crate::resume;

/// The form.
pub(crate) async fn show(State(shared): State<Arc<Shared>>, asked: Asked) -> Page {
    let next = form_urlencoded::parse(asked.query.as_bytes()).find(|(k, _)| k == "next").map(|(_, v)| v.into_owned()).unwrap_or_default();
    page(&shared, &asked, "", &next, "", None).await
}

async fn page(shared: &Shared, asked: &Asked, login: &str, next: &str, kept: &str, fault: Option<String>) -> Page {
    let demo = huiyin_app::demo::is_demo(&shared.office).await.map_err(|e| Problem::page(shared, asked, e))?;
    let errors: Vec<FieldProblem> =
        fault.iter().map(|text| FieldProblem { href: "#f-login".into(), field: "login".into(), fault: "wrong".into(), text: text.clone() }).collect();
    let next = resume::local(next, "/staff/").unwrap_or_default();
    let typed = resume::typed(shared, asked.language, &resume::form(kept));
    let mut response = shared.page(
        asked,
        "sign_in.html",
        context! { login, errors, demo, password => huiyin_app::demo::PASSWORD, next, kept, typed, lost_files => false, changed => asked.query == "changed=1" },
    );
    if fault.is_some() {
        *response.status_mut() = axum::http::StatusCode::UNAUTHORIZED;
    }
    Ok(response)
}

fn place(asked: &Asked) -> sign_in::Place {
    sign_in::Place { from: asked.from.clone(), device: asked.device.clone() }
}

/// Takes name and password.
pub(crate) async fn enter(State(shared): State<Arc<Shared>>, asked: Asked, form: Form) -> Page {
    match sign_in::sign_in(&shared.office, form.get("login"), form.get("password"), &place(&asked)).await {
        Ok(done) => {
            let set = shared.cookie(STAFF_COOKIE, &done.secret, None);
            let next = resume::local(form.get("next"), "/staff/");
            match next {
                // A form was waiting: it goes on with its words.
                Some(next) if !form.get("kept").is_empty() => {
                    let token = sign_in::form_token(&shared.office, &done.secret);
                    let mut response = resume::page(&shared, &asked, next, &resume::form(form.get("kept")), &token);
                    if let Ok(value) = HeaderValue::from_str(&set) {
                        response.headers_mut().append(header::SET_COOKIE, value);
                    }
                    Ok(response)
                }
                next => Ok(redirect_with(next.unwrap_or("/staff/duties"), &set)),
            }
        }
        Err(AppError::NotSignedIn) => {
            let text = shared.say(asked.language, "fault-sign-in");
            page(&shared, &asked, form.get("login"), form.get("next"), form.get("kept"), Some(text)).await
        }
        Err(error) => Err(Problem::page(&shared, &asked, error)),
    }
}

/// Ends the sign-in.
pub(crate) async fn leave(State(shared): State<Arc<Shared>>, signed: SignedIn, form: Form) -> Page {
    signed.check_form(&shared, &form)?;
    sign_in::sign_out(&shared.office, &signed.secret).await.map_err(|e| Problem::page(&shared, &signed.asked, e))?;
    Ok(redirect_with("/staff/sign-in", &shared.cookie(STAFF_COOKIE, "", Some(0))))
}
