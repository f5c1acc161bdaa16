//! Beginning something at a hall: the form its pack asks for, and the code.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use huiyin_app::domain::hall::slot::Slot;
use huiyin_app::domain::ids::UnitId;
use huiyin_app::domain::procedure::Label;
use huiyin_app::lodge::receipt::grouped;
use huiyin_app::reception::booking::book::Beside;
use huiyin_app::reception::come;
use huiyin_app::{AppError, labels};

use super::{book, name_of};
use crate::edge::context::{RequestContext, Shared};
use crate::edge::form::Form;
use crate::edge::problem::{self, FieldProblem, Problem};
use crate::moves::{key_of, plain_field, some_key};
use crate::pages::Page;

/// The form.
pub(crate) async fn form(
    State(shared): State<Arc<Shared>>,
    Path((unit, begin)): Path<(String, String)>,
    asked: RequestContext,
) -> Page {
    render(&shared, &asked, &unit, &begin, &Form::default(), Vec::new()).await
}

async fn render(
    shared: &Shared,
    asked: &RequestContext,
    unit: &str,
    begin: &str,
    form: &Form,
    errors: Vec<FieldProblem>,
) -> Page {
    let fail = |e| Problem::with_words(shared, asked, e, form);
    let language = asked.language;
    let unit = UnitId::new(unit);
    let all = come::beginnings(&shared.office, &unit).await.map_err(fail)?;
    let found = all.into_iter().find(|b| b.rule.id == begin).ok_or(AppError::NotFound).map_err(fail)?;
    if book::takes_time(&found.rule) {
        return book::render(shared, asked, &unit, &found, form, errors).await;
    }
    let directory = shared.office.directory().await.map_err(fail)?;
    let fields: Vec<_> =
        found.rule.needs.iter().map(|need| plain_field(shared, asked, &directory, need, form)).collect();
    let pick = |l: &Label| l.get(language.code()).to_owned();
    let failed = !errors.is_empty();
    let values = context! {
        unit => unit.as_str(), name => name_of(language, &directory, &unit), fields, errors,
        title => found.rule.title_in(language.code(), shared.office.now().today()),
        hint => found.rule.hint.as_ref().map(pick), key => key_of(form).map_err(fail)?,
        number => key_of(form).map_err(fail)?, action => format!("/come/{unit}/new/{begin}"),
    };
    let mut response = shared.page(asked, "come_form.html", values);
    if failed {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

/// Begins it and shows the code.
pub(crate) async fn begin(
    State(shared): State<Arc<Shared>>,
    Path((unit, begin)): Path<(String, String)>,
    asked: RequestContext,
    form: Form,
) -> Page {
    let fail = |e| Problem::with_words(&shared, &asked, e, &form);
    let key = some_key(&form).ok_or(AppError::NotFound).map_err(fail)?;
    let at = UnitId::new(&unit);
    let fields = book::fields(&form);
    let beside = Beside { telephone: form.get("telephone").to_owned(), code: form.get("code").to_owned() };
    match come::begin(&shared.office, &at, &begin, &fields, &beside, &key, &asked.from).await {
        Ok(begun) => {
            let day = fields.get("due_on").and_then(|d| d.parse().ok());
            let slot = fields.get("slot").and_then(|s| Slot::typed(s));
            let booked = match day.zip(slot) {
                Some((day, slot)) => Some(book::booked(&shared, asked.language, &at, day, slot).await.map_err(fail)?),
                None => None,
            };
            let values = context! { unit, number => begun.number, code => grouped(&begun.code), booked };
            Ok(shared.page(&asked, "come_begun.html", values))
        }
        Err(error) => {
            let shown = problem::of_move(&shared, &asked, &error, &format!("/come/{unit}"), labels::BEGIN);
            if shown.is_empty() {
                return Err(fail(error));
            }
            render(&shared, &asked, &unit, &begin, &form, shown).await
        }
    }
}
