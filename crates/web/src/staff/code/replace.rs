//! Replaces a lost receipt code.

use std::sync::Arc;

use axum::extract::{Path, State};
use huiyin_app::AppError;
use huiyin_app::lodge::receipt::{self, Case, May, Replaced};

use crate::edge::context::{Shared, SignedIn};
use crate::edge::form::Form;
use crate::edge::problem::{self, FieldProblem, Problem};
use crate::pages::Page;

/// The form that replaces a lost receipt code, or why this officer does not.
pub(crate) async fn form(State(shared): State<Arc<Shared>>, Path(number): Path<String>, signed: SignedIn) -> Page {
    let case = receipt::case(&shared.office, &signed.staff, &number)
        .await
        .map_err(|e| Problem::page(&shared, &signed.asked, e))?;
    page(&shared, &signed, &case, &Form::default(), Vec::new(), None)
}

pub(super) fn page(
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
