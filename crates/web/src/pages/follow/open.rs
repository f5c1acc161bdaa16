//! Opens a petition by its receipt code.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use huiyin_app::{AppError, follow};

use crate::edge::context::{FOLLOW_COOKIE, RequestContext, Shared};
use crate::edge::form::Form;
use crate::edge::problem::{FieldProblem, Problem};
use crate::edge::resume;
use crate::pages::{Page, redirect_with};

/// Asks for the code.
pub(crate) async fn ask(State(shared): State<Arc<Shared>>, asked: RequestContext) -> Page {
    ask_page(&shared, &asked, &Form::default(), Vec::new(), StatusCode::OK)
}

/// Opens a petition by its code; a form that waited goes on with its words.
pub(crate) async fn open(State(shared): State<Arc<Shared>>, asked: RequestContext, form: Form) -> Page {
    match follow::keep_open(&shared.office, form.get("code"), &asked.from).await {
        Ok(secret) => {
            let set = shared.cookie(FOLLOW_COOKIE, &secret, Some(7200));
            let Some(next) = resume::local(form.get("next"), "/my/").filter(|_| !form.get("kept").is_empty()) else {
                return Ok(redirect_with("/my", &set));
            };
            let token = huiyin_app::sign_in::form_token(&shared.office, &secret);
            let mut response = resume::page(&shared, &asked, next, &resume::form(form.get("kept")), &token);
            if let Ok(value) = HeaderValue::from_str(&set) {
                response.headers_mut().append(header::SET_COOKIE, value);
            }
            Ok(response)
        }
        Err(AppError::NotFound) => {
            let error = FieldProblem {
                href: "#f-code".into(),
                field: "code".into(),
                fault: "code".into(),
                text: shared.say(asked.language, "fault-code"),
            };
            ask_page(&shared, &asked, &form, vec![error], StatusCode::UNPROCESSABLE_ENTITY)
        }
        Err(error) => Err(Problem::page(&shared, &asked, error)),
    }
}

fn ask_page(
    shared: &Shared,
    asked: &RequestContext,
    form: &Form,
    errors: Vec<FieldProblem>,
    status: StatusCode,
) -> Page {
    let next = resume::local(form.get("next"), "/my/").unwrap_or_default();
    let typed = resume::typed(shared, asked.language, &resume::form(form.get("kept")));
    let values = context! {
        errors, code => form.get("code"), next, kept => form.get("kept"), typed,
        lost_files => !form.uploads.is_empty() || resume::form(form.get("kept")).has("held"),
    };
    let mut response = shared.page(asked, "follow_ask.html", values);
    *response.status_mut() = status;
    Ok(response)
}

/// A form that comes when the petition is no longer open here, or another one is: its words are given back with the
/// question for the code.
pub(super) fn given_back(shared: &Shared, asked: &RequestContext, form: &Form) -> Page {
    let mut back =
        Form::from_pairs(vec![("next".to_owned(), asked.path.clone()), ("kept".to_owned(), resume::kept(form))]);
    back.uploads.clone_from(&form.uploads);
    ask_page(shared, asked, &back, Vec::new(), StatusCode::UNAUTHORIZED)
}
