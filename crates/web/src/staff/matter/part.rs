//! Parts one request off a matter, and takes that back.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect};
use huiyin_app::{AppError, matter_view, part as parting};

use crate::edge::context::{Shared, SignedIn};
use crate::edge::form::Form;
use crate::edge::problem::{self, FieldProblem, Problem};
use crate::pages::Page;

/// The form that parts one request off.
pub(crate) async fn part_form(State(shared): State<Arc<Shared>>, Path(number): Path<String>, signed: SignedIn) -> Page {
    let view = matter_view::for_officer(&shared.office, &signed.staff, &number)
        .await
        .map_err(|e| Problem::page(&shared, &signed.asked, e))?;
    let none: Vec<FieldProblem> = Vec::new();
    Ok(shared.desk(
        &signed,
        "part.html",
        context! {
            number => view.matter.number, about => shared.list_title(signed.asked.language, &view.matter), whole => view.text, title => "", text => "",
            errors => none,
            key => crate::moves::key_of(&Form::default()).map_err(|e| Problem::page(&shared, &signed.asked, e))?,
        },
    ))
}

/// Parts one request off.
pub(crate) async fn split_part(
    State(shared): State<Arc<Shared>>,
    Path(number): Path<String>,
    signed: SignedIn,
    form: Form,
) -> Page {
    signed.check_form(&shared, &form)?;
    let fail = |e| Problem::with_words(&shared, &signed.asked, e, &form);
    match parting::split_part(
        &shared.office,
        &signed.staff,
        &number,
        form.get("title"),
        form.get("text"),
        crate::moves::some_key(&form).as_deref(),
    )
    .await
    {
        Ok(new) => Ok(Redirect::to(&format!("/staff/matters/{}?done=1", new.number)).into_response()),
        Err(error @ AppError::Form(_)) => {
            let view = matter_view::for_officer(&shared.office, &signed.staff, &number).await.map_err(fail)?;
            let errors = problem::fields(&shared, signed.asked.language, &error);
            Ok(shared.desk(
                &signed,
                "part.html",
                context! {
                    number => view.matter.number,
                    about => shared.list_title(signed.asked.language, &view.matter), whole => view.text,
                    title => form.get("title"), text => form.get("text"), errors,
                    key => crate::moves::key_of(&form).map_err(fail)?,
                },
            ))
        }
        Err(error) => Err(fail(error)),
    }
}

/// Takes a parting back.
pub(crate) async fn undo_part(
    State(shared): State<Arc<Shared>>,
    Path(number): Path<String>,
    signed: SignedIn,
    form: Form,
) -> Page {
    signed.check_form(&shared, &form)?;
    let first = parting::undo(&shared.office, &signed.staff, &number)
        .await
        .map_err(|e| Problem::page(&shared, &signed.asked, e))?;
    Ok(Redirect::to(&format!("/staff/matters/{}?done=1", first.number)).into_response())
}
