//! A lost receipt code: who may replace it, replacing it, and the letter that tells the petitioner (LAW.md §12.13).

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Redirect};
use huiyin_app::AppError;
use huiyin_app::domain::text;
use huiyin_app::lodge::receipt::{self, Case, May, Replaced};

use crate::context::{Shared, SignedIn};
use crate::form::Form;
use crate::pages::Page;
use crate::problem::{self, FieldProblem, Problem};

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

/// The form that replaces a lost receipt code, or why this officer does not.
pub(crate) async fn form(State(shared): State<Arc<Shared>>, Path(number): Path<String>, signed: SignedIn) -> Page {
    let case = receipt::case(&shared.office, &signed.staff, &number)
        .await
        .map_err(|e| Problem::page(&shared, &signed.asked, e))?;
    page(&shared, &signed, &case, &Form::default(), Vec::new(), None)
}

fn page(
    shared: &Shared,
    signed: &SignedIn,
    case: &Case,
    form: &Form,
    errors: Vec<FieldProblem>,
    done: Option<&Replaced>,
) -> Page {
    let given = match done {
        Some(Replaced::Done(_, code)) => Some(receipt::grouped(code)),
        _ => None,
    };
    let failed = !errors.is_empty();
    let values = context! {
        number => case.number, title => case.title.clone().unwrap_or_default(), readable => case.readable,
        received => huiyin_wording::date(signed.asked.language, case.received_on),
        may => case.may != May::Never, another => case.may == May::WithAnother, proposed => case.proposed,
        waits => done == Some(&Replaced::Proposed),
        code => given,
        letter => case.letter && (case.replaced || given.is_some()), purpose => form.get("purpose"), stolen => form.has("stolen"), errors,
    };
    let mut response = shared.desk(signed, "code.html", values);
    if failed {
        *response.status_mut() = axum::http::StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

/// Replaces a lost receipt code.
pub(crate) async fn replace(
    State(shared): State<Arc<Shared>>,
    Path(number): Path<String>,
    signed: SignedIn,
    form: Form,
) -> Page {
    signed.check_form(&shared, &form)?;
    let fail = |e| Problem::with_words(&shared, &signed.asked, e, &form);
    let case = receipt::case(&shared.office, &signed.staff, &number).await.map_err(fail)?;
    match receipt::replace(&shared.office, &signed.staff, &number, form.get("purpose"), form.has("stolen")).await {
        Ok(done) => page(&shared, &signed, &case, &form, Vec::new(), Some(&done)),
        Err(error @ AppError::Form(_)) => {
            page(&shared, &signed, &case, &form, problem::fields(&shared, signed.asked.language, &error), None)
        }
        Err(error) => Err(fail(error)),
    }
}

/// The letter that tells the petitioner. Its name is read for it, so it is no address that can be opened.
pub(crate) async fn letter(
    State(shared): State<Arc<Shared>>,
    Path(number): Path<String>,
    signed: SignedIn,
    form: Form,
) -> Page {
    signed.check_form(&shared, &form)?;
    let bytes = receipt::letter(&shared.office, &signed.staff, &number)
        .await
        .map_err(|e| Problem::page(&shared, &signed.asked, e))?;
    let name = format!(
        "attachment; filename=\"letter-{}.pdf\"",
        number.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect::<String>()
    );
    Ok(([(header::CONTENT_TYPE, "application/pdf".to_owned()), (header::CONTENT_DISPOSITION, name)], bytes)
        .into_response())
}
