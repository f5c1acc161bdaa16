//! Beginning a proceeding: the form its pack asks for.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect};
use huiyin_app::domain::procedure::Label;
use huiyin_app::labels;
use huiyin_app::proceedings::{self, Beginning};

use crate::edge::context::{Shared, SignedIn};
use crate::edge::form::Form;
use crate::edge::problem::{self, FieldProblem, Problem};
use crate::moves::{alone, key_of, plain_field, some_key};
use crate::pages::Page;

/// The form.
pub(crate) async fn form(State(shared): State<Arc<Shared>>, Path(id): Path<String>, signed: SignedIn) -> Page {
    render(&shared, &signed, &id, &Form::default(), Vec::new()).await
}

async fn render(shared: &Shared, signed: &SignedIn, id: &str, form: &Form, errors: Vec<FieldProblem>) -> Page {
    let fail = |e| Problem::with_words(shared, &signed.asked, e, form);
    let language = signed.asked.language;
    let Beginning { book, rule } = proceedings::beginning(&shared.office, &signed.staff, id).await.map_err(fail)?;
    let pick = |l: &Label| l.get(language.code()).to_owned();
    let directory = shared.office.directory().await.map_err(fail)?;
    let needs = rule.needs.iter();
    let fields: Vec<_> = needs.map(|need| plain_field(shared, &signed.asked, &directory, need, form)).collect();
    let title = rule.title_in(language.code(), shared.office.now().today());
    let failed = !errors.is_empty();
    let values = context! {
        title, hint => rule.hint.as_ref().map(pick), number => pick(&book.title), about => "",
        back => format!("/staff/proceedings?kind={}", book.kind.word()),
        action => format!("/staff/proceedings/new/{id}"), fields, errors, version => "",
        key => key_of(form).map_err(fail)?, ..alone(),
    };
    let mut response = shared.desk(signed, "move.html", values);
    if failed {
        *response.status_mut() = axum::http::StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

/// Begins it.
pub(crate) async fn begin(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    signed: SignedIn,
    form: Form,
) -> Page {
    signed.check_form(&shared, &form)?;
    match proceedings::begin(&shared.office, &signed.staff, &id, &form.flat(), some_key(&form).as_deref()).await {
        // What was handed on to another unit is that unit's to read.
        Ok(begun) if begun.holder != signed.staff.officer.unit => {
            Ok(Redirect::to(&format!("/staff/proceedings?kind={}&told=1", begun.kind.word())).into_response())
        }
        Ok(begun) => Ok(Redirect::to(&format!("/staff/proceedings/{}?done=1", begun.number)).into_response()),
        Err(error) => {
            let shown = problem::of_move(&shared, &signed.asked, &error, "/staff/proceedings", labels::BEGIN);
            if shown.is_empty() {
                return Err(Problem::with_words(&shared, &signed.asked, error, &form));
            }
            render(&shared, &signed, &id, &form, shown).await
        }
    }
}
