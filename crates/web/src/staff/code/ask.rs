//! Asks whose receipt code is to be replaced.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Redirect};
use huiyin_app::AppError;
use huiyin_app::domain::text;
use huiyin_app::lodge::receipt;

use crate::edge::context::{Shared, SignedIn};
use crate::edge::problem::{FieldProblem, Problem};
use crate::pages::Page;

/// Asks for the number: whoever replaces a code need not be able to read the matter.
pub(crate) async fn ask(State(shared): State<Arc<Shared>>, signed: SignedIn) -> Page {
    let typed = form_urlencoded::parse(signed.asked.query.as_bytes())
        .find(|(k, _)| k == "number")
        .map(|(_, v)| text::line(&v))
        .unwrap_or_default();
    if typed.is_empty() {
        return Ok(shared.desk(
            &signed,
            "code_ask.html",
            context! { number => "", errors => Vec::<FieldProblem>::new() },
        ));
    }
    match receipt::case(&shared.office, &signed.staff, &typed).await {
        Ok(case) => Ok(Redirect::to(&format!("/staff/matters/{}/code", case.number)).into_response()),
        Err(AppError::NotFound) => {
            let error = FieldProblem {
                href: "#f-number".into(),
                field: "number".into(),
                fault: "number".into(),
                text: shared.say(signed.asked.language, "fault-number-unknown"),
            };
            let mut response =
                shared.desk(&signed, "code_ask.html", context! { number => typed, errors => vec![error] });
            *response.status_mut() = axum::http::StatusCode::UNPROCESSABLE_ENTITY;
            Ok(response)
        }
        Err(error) => Err(Problem::page(&shared, &signed.asked, error)),
    }
}
