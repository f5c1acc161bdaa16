//! The petitioner’s own acts: adding, complaining, withdrawing and the like.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect};
use huiyin_app::act::Move;
use huiyin_app::domain::ids::MoveId;
use huiyin_app::domain::procedure::Verb;
use huiyin_app::domain::proceeding::Actor;
use huiyin_app::follow::{self, SubmissionRecord};
use huiyin_app::matter_view::MatterView;
use huiyin_app::{AppError, lodge};

use super::open::given_back;
use super::{find_part, is_of_session};
use crate::edge::context::{FOLLOW_COOKIE, RequestContext, Shared};
use crate::edge::files::{self, Held};
use crate::edge::form::Form;
use crate::edge::problem::{self, FieldProblem, Problem};
use crate::moves::{fields_of, key_of, some_key};
use crate::pages::Page;

/// The form of one of the petitioner's own acts.
pub(crate) async fn form(
    State(shared): State<Arc<Shared>>,
    Path((part, step)): Path<(u16, String)>,
    asked: RequestContext,
) -> Page {
    let (_, view) = find_part(&shared, &asked, part).await?;
    let held = Held::load(&shared, "", "").await.map_err(|e| Problem::page(&shared, &asked, e))?;
    render(&shared, &asked, &view, &step, &Form::default(), &held, Vec::new())
}

fn render(
    shared: &Shared,
    asked: &RequestContext,
    view: &MatterView,
    step: &str,
    form: &Form,
    held: &Held,
    errors: Vec<FieldProblem>,
) -> Page {
    let fail = |e| Problem::with_words(shared, asked, e, form);
    let offers = view.offers(&Actor::Petitioner);
    let offer = offers.iter().find(|o| o.rule.id.as_str() == step).ok_or_else(|| fail(AppError::NotFound))?;
    if let Some(closed) = &offer.closed {
        return Err(fail(AppError::Closed(Box::new(closed.clone()))));
    }
    let pick = |l: &huiyin_app::domain::procedure::Label| l.get(asked.language.code()).to_owned();
    let failed = !errors.is_empty();
    let values = context! {
        title => pick(&offer.rule.title), hint => offer.rule.hint.as_ref().map(pick),
        confirm => offer.rule.confirm.as_ref().map(pick),
        number => view.matter.number, about => view.matter.title, back => "/my",
        action => format!("/my/{}/{step}", view.matter.details().part),
        fields => fields_of(shared, asked, offer.rule, &view.record(), &view.ground, &Actor::Petitioner, &[], form),
        errors, version => view.matter.version, cite => "",
        key => key_of(form).map_err(fail)?, files => files::views(shared, asked.language, &held.files),
        review => held.stripped,
        upload => matches!(offer.rule.verb, Verb::Add | Verb::Appoint | Verb::RequestReview),
        must_upload => offer.rule.verb == Verb::Appoint, desk => false, max_mb => lodge::MAX_FILE_BYTES / 1024 / 1024,
        token => huiyin_app::sign_in::form_token(&shared.office, asked.cookie(FOLLOW_COOKIE).unwrap_or_default()),
        ..crate::moves::alone(),
    };
    let mut response = shared.page(asked, "move.html", values);
    if failed {
        *response.status_mut() = axum::http::StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

/// Makes one of the petitioner's own acts.
pub(crate) async fn make(
    State(shared): State<Arc<Shared>>,
    Path((part, step)): Path<(u16, String)>,
    asked: RequestContext,
    form: Form,
) -> Page {
    let fail = |e| Problem::with_words(&shared, &asked, e, &form);
    let secret = asked.cookie(FOLLOW_COOKIE).unwrap_or_default();
    let record = match follow::kept(&shared.office, secret).await {
        Err(AppError::NotSignedIn) => return given_back(&shared, &asked, &form),
        other => other.map_err(fail)?,
    };
    if !is_of_session(&shared, &asked, &form) {
        return if form.get("csrf").is_empty() {
            Err(fail(AppError::NotAllowed))
        } else {
            given_back(&shared, &asked, &form)
        };
    }
    let mut held = Held::load(&shared, secret, form.get("key")).await.map_err(fail)?;
    let mut errors = held.take(&shared, &form, "petitioner").await.map_err(fail)?;
    // What was taken out of a photograph is told before it is sent.
    let review = form.has("edit") || form.has("remove") || (held.stripped && errors.is_empty());
    if review {
        errors.clear();
    } else if errors.is_empty() {
        let action = Move {
            id: step.clone(),
            fields: form.flat(),
            files: held.records(&shared),
            key: some_key(&form),
            ..Move::default()
        };
        match follow::make(&shared.office, &record, part, action).await {
            Ok(_) => {
                held.done(&shared).await.map_err(fail)?;
                return Ok(Redirect::to(&done(&shared, &asked, &record, part, &step).await?).into_response());
            }
            Err(AppError::Form(more)) => errors = more,
            Err(error) => {
                let shown = problem::of_move(&shared, &asked, &error, "/my", "");
                if shown.is_empty() {
                    return Err(fail(error));
                }
                let (_, view) = find_part(&shared, &asked, part).await?;
                return render(&shared, &asked, &view, &step, &form, &held, shown);
            }
        }
    }
    let (_, view) = find_part(&shared, &asked, part).await?;
    let shown = problem::fields(&shared, asked.language, &AppError::Form(errors));
    render(&shared, &asked, &view, &step, &form, &held, shown)
}

/// Where it goes on: to the answer that was opened, otherwise to her page.
pub(super) async fn done(
    shared: &Shared,
    asked: &RequestContext,
    record: &SubmissionRecord,
    part: u16,
    step: &str,
) -> Result<String, Problem> {
    let fail = |e| Problem::page(shared, asked, e);
    let view =
        follow::view(&shared.office, record).await.map_err(fail)?.into_iter().find(|v| v.matter.details().part == part);
    let opened = view.as_ref().and_then(|v| {
        v.ground.book.find_move(&MoveId::new(step)).filter(|m| m.verb == Verb::Serve).and(follow::answer_paper(v))
    });
    Ok(opened.map_or_else(|| "/my?done=1".to_owned(), |n| format!("/my/{part}/papers/{n}?opened=1")))
}
