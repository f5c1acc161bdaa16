//! The form of any move of a proceeding's pack, and making it.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect};
use huiyin_app::act::Move;
use huiyin_app::domain::ids::MoveId;
use huiyin_app::domain::procedure::Label;
use huiyin_app::domain::subject::Subject;
use huiyin_app::proceedings::{self, View};
use huiyin_app::{AppError, labels, lodge};

use super::title_of;
use crate::edge::context::{Shared, SignedIn};
use crate::edge::files::{self, Held};
use crate::edge::form::Form;
use crate::edge::problem::{self, FieldProblem, Problem};
use crate::moves::{alone, fields_of, key_of, some_key};
use crate::pages::Page;

/// The form.
pub(crate) async fn form(
    State(shared): State<Arc<Shared>>,
    Path((number, step)): Path<(String, String)>,
    signed: SignedIn,
) -> Page {
    let view = proceedings::view(&shared.office, &signed.staff, &number)
        .await
        .map_err(|e| Problem::page(&shared, &signed.asked, e))?;
    let held = Held::load(&shared, "", "").await.map_err(|e| Problem::page(&shared, &signed.asked, e))?;
    render(&shared, &signed, &view, &step, &Form::default(), &held, Vec::new()).await
}

async fn render(
    shared: &Shared,
    signed: &SignedIn,
    view: &View,
    step: &str,
    form: &Form,
    held: &Held,
    errors: Vec<FieldProblem>,
) -> Page {
    let fail = |e| Problem::with_words(shared, &signed.asked, e, form);
    let language = signed.asked.language;
    let offers = view.offers(&signed.staff);
    let offer = offers.iter().find(|o| o.rule.id.as_str() == step).ok_or_else(|| fail(AppError::NotFound))?;
    if let Some(closed) = &offer.closed {
        return Err(fail(AppError::Closed(Box::new(closed.clone()))));
    }
    let pick = |l: &Label| l.get(language.code()).to_owned();
    let fields =
        fields_of(shared, &signed.asked, offer.rule, &view.record(), &view.ground, &signed.staff.actor(), &[], form);
    let failed = !errors.is_empty();
    let number = &view.proceeding.number;
    let clause = offer.rule.clause.as_ref().and_then(|c| view.ground.book.clauses.get(c));
    let values = context! {
        title => pick(&offer.rule.title), hint => offer.rule.hint.as_ref().map(pick),
        confirm => offer.rule.confirm.as_ref().map(pick),
        number, about => title_of(&view.ground, &view.proceeding, language),
        back => page_of(&view.proceeding),
        action => format!("/staff/proceedings/{number}/moves/{step}"), fields, errors,
        version => view.proceeding.version, key => key_of(form).map_err(fail)?,
        cite => clause.map_or_else(|| shared.say(language, "basis-house"), |c| format!("{}：{}", pick(&c.cite), pick(&c.gist))),
        files => files::views(shared, language, &held.files), upload => true, signing => offer.rule.signed,
        max_mb => lodge::MAX_FILE_BYTES / 1024 / 1024, ..alone(),
    };
    let mut response = shared.desk(signed, "move.html", values);
    if failed {
        *response.status_mut() = axum::http::StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

/// Where a proceeding is worked on: a visit at its table.
fn page_of(subject: &Subject) -> String {
    let at_table = subject.reception().is_some_and(|r| r.place().is_some());
    format!("/staff/{}/{}", if at_table { "hall/visits" } else { "proceedings" }, subject.number)
}

/// Makes the move.
pub(crate) async fn make(
    State(shared): State<Arc<Shared>>,
    Path((number, step)): Path<(String, String)>,
    signed: SignedIn,
    form: Form,
) -> Page {
    signed.check_form(&shared, &form)?;
    let fail = |e| Problem::with_words(&shared, &signed.asked, e, &form);
    let mut held = Held::load(&shared, &signed.secret, form.get("key")).await.map_err(fail)?;
    let faults = held.take(&shared, &form, signed.staff.officer.unit.as_str()).await.map_err(fail)?;
    let done = match (form.has("remove"), faults.is_empty()) {
        (true, _) => Err(AppError::Form(Vec::new())),
        (false, false) => Err(AppError::Form(faults)),
        (false, true) => {
            let action = Move {
                id: step.clone(),
                fields: form.flat(),
                version: form.get("version").parse().ok(),
                files: held.records(&shared),
                key: some_key(&form),
                ..Move::default()
            };
            proceedings::act(&shared.office, &signed.staff, &number, action).await
        }
    };
    match done {
        Ok(done) => {
            held.done(&shared).await.map_err(fail)?;
            Ok(Redirect::to(&format!("{}?done=1", page_of(&done))).into_response())
        }
        Err(error) => {
            let view = proceedings::view(&shared.office, &signed.staff, &number).await.map_err(fail)?;
            let verb =
                view.ground.book.find_move(&MoveId::new(&step)).map(|m| labels::verb_word(m.verb)).unwrap_or_default();
            let shown =
                problem::of_move(&shared, &signed.asked, &error, &format!("/staff/proceedings/{number}"), &verb);
            if shown.is_empty() && !form.has("remove") {
                return Err(fail(error));
            }
            render(&shared, &signed, &view, &step, &form, &held, shown).await
        }
    }
}
