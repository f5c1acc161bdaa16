//! Signs in, with a second factor where one is on.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use huiyin_app::AppError;
use huiyin_app::sign_in::{self, Entered};

use super::page;
use crate::edge::context::{RequestContext, STAFF_COOKIE, Shared};
use crate::edge::form::Form;
use crate::edge::problem::{self, FieldProblem, Problem};
use crate::edge::resume;
use crate::pages::{Page, redirect_with};

fn place(asked: &RequestContext) -> sign_in::Place {
    sign_in::Place { from: asked.from.clone(), device: asked.device.clone() }
}

/// Takes name and password, and where the officer chose it the code after them.
pub(crate) async fn enter(State(shared): State<Arc<Shared>>, asked: RequestContext, form: Form) -> Page {
    let pass = form.get("pass");
    let entered = if pass.is_empty() {
        sign_in::sign_in(&shared.office, form.get("login"), form.get("password"), &place(&asked)).await
    } else {
        sign_in::confirm(&shared.office, pass, form.get("code"), &place(&asked)).await.map(Entered::In)
    };
    match entered {
        Ok(Entered::In(done)) => opened(&shared, &asked, &form, &done),
        Ok(Entered::CodeAsked(pass)) => Ok(code_page(&shared, &asked, &form, &pass, Vec::new())),
        Err(error @ AppError::Form(_)) => {
            let errors = problem::fields(&shared, asked.language, &error);
            Ok(code_page(&shared, &asked, &form, pass, errors))
        }
        Err(AppError::NotSignedIn) => {
            let text =
                shared.say(asked.language, if pass.is_empty() { "fault-sign-in" } else { "fault-second-factor-late" });
            page(&shared, &asked, form.get("login"), form.get("next"), form.get("kept"), Some(text)).await
        }
        Err(error) => Err(Problem::page(&shared, &asked, error)),
    }
}

/// The page that asks for the code; what was waiting goes on after it.
fn code_page(shared: &Shared, asked: &RequestContext, form: &Form, pass: &str, errors: Vec<FieldProblem>) -> Response {
    let next = resume::local(form.get("next"), "/staff/").unwrap_or_default();
    let wrong = !errors.is_empty();
    let mut response =
        shared.page(asked, "sign_in_code.html", context! { errors, pass, next, kept => form.get("kept") });
    if wrong {
        *response.status_mut() = StatusCode::UNAUTHORIZED;
    }
    response
}

/// Goes on to where the officer wanted, signed in.
fn opened(shared: &Shared, asked: &RequestContext, form: &Form, done: &sign_in::SignedIn) -> Page {
    let set = shared.cookie(STAFF_COOKIE, &done.secret, None);
    match resume::local(form.get("next"), "/staff/") {
        // A form was waiting: it goes on with its words.
        Some(next) if !form.get("kept").is_empty() => {
            let token = sign_in::form_token(&shared.office, &done.secret);
            let mut response = resume::page(shared, asked, next, &resume::form(form.get("kept")), &token);
            if let Ok(value) = HeaderValue::from_str(&set) {
                response.headers_mut().append(header::SET_COOKIE, value);
            }
            Ok(response)
        }
        next => Ok(redirect_with(next.unwrap_or("/staff/duties"), &set)),
    }
}
