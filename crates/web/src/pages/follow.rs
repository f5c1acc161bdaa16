//! Following by receipt code: what is owed to you now, what was done, what you can do next.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use huiyin_app::act::Move;
use huiyin_app::clock_view::{self, ClockView, ViewGround};
use huiyin_app::domain::decide::Closed;
use huiyin_app::domain::matter::Actor;
use huiyin_app::domain::procedure::{Fact, Guard, Phase, Verb};
use huiyin_app::domain::retention::{Kept, keep_rule, kept};
use huiyin_app::matter_view::MatterView;
use huiyin_app::timeline::{self, Reader};
use huiyin_app::{AppError, follow, lodge};
use minijinja::Value;

use super::{Page, file_response, redirect_with};
use crate::context::{Asked, FOLLOW_COOKIE, Shared};
use crate::form::Form;
use crate::problem::{self, FieldProblem, Problem};
use crate::staff::moves::fields_of;

/// Every owed clock of a matter in words.
pub(crate) fn clocks(shared: &Shared, asked: &Asked, view: &MatterView) -> Vec<ClockView> {
    let now = shared.office.now();
    clock_view::owed(ViewGround { rules: view.ground.rules(), wording: shared.office.wording(), language: asked.language, now: &now }, &view.matter)
}

/// Asks for the code.
pub(crate) async fn ask(State(shared): State<Arc<Shared>>, asked: Asked) -> Page {
    Ok(shared.page(&asked, "follow_ask.html", context! { errors => Vec::<FieldProblem>::new(), code => "" }))
}

/// Opens a petition by its code.
pub(crate) async fn open(State(shared): State<Arc<Shared>>, asked: Asked, form: Form) -> Page {
    match follow::keep_open(&shared.office, form.get("code"), &asked.from).await {
        Ok(secret) => Ok(redirect_with("/my", &shared.cookie(FOLLOW_COOKIE, &secret, Some(7200)))),
        Err(AppError::NotFound) => {
            let error = FieldProblem { href: "#f-code".into(), field: "code".into(), fault: "code".into(), text: shared.say(asked.language, "fault-code") };
            let mut response = shared.page(&asked, "follow_ask.html", context! { errors => vec![error], code => form.get("code") });
            *response.status_mut() = axum::http::StatusCode::UNPROCESSABLE_ENTITY;
            Ok(response)
        }
        Err(error) => Err(Problem::page(&shared, &asked, error)),
    }
}

/// Closes it in this browser.
pub(crate) async fn close(State(shared): State<Arc<Shared>>, asked: Asked, form: Form) -> Page {
    let secret = asked.cookie(FOLLOW_COOKIE).unwrap_or_default();
    check_token(&shared, &asked, &form)?;
    follow::close(&shared.office, secret).await.map_err(|e| Problem::page(&shared, &asked, e))?;
    Ok(redirect_with("/", &shared.cookie(FOLLOW_COOKIE, "", Some(0))))
}

fn check_token(shared: &Shared, asked: &Asked, form: &Form) -> Result<(), Problem> {
    let secret = asked.cookie(FOLLOW_COOKIE).unwrap_or_default();
    if huiyin_app::sign_in::form_token(&shared.office, secret) == form.get("csrf") { Ok(()) } else { Err(Problem::page(shared, asked, AppError::NotAllowed)) }
}

async fn kept_open(shared: &Shared, asked: &Asked) -> Result<huiyin_app::follow::Kept, Problem> {
    follow::kept(&shared.office, asked.cookie(FOLLOW_COOKIE).unwrap_or_default()).await.map_err(|e| Problem::page(shared, asked, e))
}

/// The petitioner's page.
pub(crate) async fn view(State(shared): State<Arc<Shared>>, asked: Asked) -> Page {
    let record = kept_open(&shared, &asked).await?;
    let views = follow::view(&shared.office, &record).await.map_err(|e| Problem::page(&shared, &asked, e))?;
    let matters: Vec<Value> = views.iter().map(|v| matter(&shared, &asked, v)).collect();
    let front = views.first().and_then(|v| v.ground.directory.unit(&v.matter.holder).cloned());
    let files = views.first().map(|v| v.files.clone()).unwrap_or_default();
    let readings: Vec<Value> = views.first().map(|v| readings(&shared, &asked, v)).unwrap_or_default();
    let values = context! {
        number => record.submission.number,
        received => huiyin_wording::date(asked.language, record.submission.received_on),
        text => views.first().map(|v| v.text.clone()).unwrap_or_default(),
        matters, files, readings, done => asked.query.contains("done=1"),
        office => front.as_ref().map(|u| asked.language.pick(&u.name, &u.name_en).to_owned()).unwrap_or_default(),
        telephone => front.map(|u| u.telephone).unwrap_or_default(),
        token => huiyin_app::sign_in::form_token(&shared.office, asked.cookie(FOLLOW_COOKIE).unwrap_or_default()),
    };
    Ok(shared.page(&asked, "follow.html", values))
}

fn readings(shared: &Shared, asked: &Asked, view: &MatterView) -> Vec<Value> {
    let now = shared.office.now();
    view.audits
        .iter()
        .map(|a| {
            let unit = view.ground.directory.unit(&a.unit).map(|u| asked.language.pick(&u.name, &u.name_en).to_owned()).unwrap_or_default();
            context! { when => huiyin_wording::instant(asked.language, a.at, shared.office.zone(), now.today()), unit, purpose => a.purpose }
        })
        .collect()
}

fn matter(shared: &Shared, asked: &Asked, view: &MatterView) -> Value {
    let now = shared.office.now();
    let ground = ViewGround { rules: view.ground.rules(), wording: shared.office.wording(), language: asked.language, now: &now };
    let (duties, rights): (Vec<_>, Vec<_>) = clock_view::owed(ground, &view.matter).into_iter().filter(|c| !c.between_offices).partition(|c| !c.right);
    let state = view.ground.book.state(&view.matter.state).map(|s| asked.language.pick(&s.plain.zh, &s.plain.en).to_owned()).unwrap_or_default();
    let moves: Vec<Value> = view
        .offers(&Actor::Petitioner)
        .into_iter()
        // What there is nothing to do for is not listed; what is closed for a time says why.
        .filter(|o| !o.closed.as_ref().is_some_and(nothing_to_do))
        .map(|o| {
            let hint = o.rule.hint.as_ref().map(|h| asked.language.pick(&h.zh, &h.en).to_owned()).unwrap_or_default();
            context! {
                id => o.rule.id.as_str(), title => asked.language.pick(&o.rule.title.zh, &o.rule.title.en), hint,
                closed => o.closed.map(|c| problem::why_closed(shared, asked.language, &c, Some(&view.ground.book))),
            }
        })
        .collect();
    context! {
        part => view.matter.part, number => view.matter.number, title => view.matter.title, state,
        papers => crate::papers::list(&view.papers, &format!("/my/{}", view.matter.part), asked.language),
        promise => duties.first().map(|c| c.when_late.clone()), duties, rights => rights.into_iter().filter(|r| r.hers).collect::<Vec<_>>(),
        timeline => timeline::lines(ground, view, Reader::Petitioner), moves,
        ended => view.matter.phase == Phase::Archived, joined => view.joined_count, accusation => view.matter.facts.contains(&Fact::Accusation) && view.matter.phase != Phase::Archived,
        kept => kept_through(shared, asked.language, view),
    }
}

async fn one(shared: &Shared, asked: &Asked, part: u16) -> Result<(huiyin_app::follow::Kept, MatterView), Problem> {
    let fail = |e| Problem::page(shared, asked, e);
    let record = kept_open(shared, asked).await?;
    let views = follow::view(&shared.office, &record).await.map_err(fail)?;
    let view = views.into_iter().find(|v| v.matter.part == part).ok_or_else(|| fail(AppError::NotFound))?;
    Ok((record, view))
}

/// The form of one of the petitioner's own acts.
pub(crate) async fn form(State(shared): State<Arc<Shared>>, Path((part, step)): Path<(u16, String)>, asked: Asked) -> Page {
    let (_, view) = one(&shared, &asked, part).await?;
    render(&shared, &asked, &view, &step, &Form::default(), Vec::new())
}

fn render(shared: &Shared, asked: &Asked, view: &MatterView, step: &str, form: &Form, errors: Vec<FieldProblem>) -> Page {
    let offers = view.offers(&Actor::Petitioner);
    let offer = offers.iter().find(|o| o.rule.id.as_str() == step).ok_or_else(|| Problem::page(shared, asked, AppError::NotFound))?;
    if let Some(closed) = &offer.closed {
        return Err(Problem::page(shared, asked, AppError::Closed(Box::new(closed.clone()))));
    }
    let pick = |l: &huiyin_app::domain::procedure::Label| asked.language.pick(&l.zh, &l.en).to_owned();
    let failed = !errors.is_empty();
    let values = context! {
        title => pick(&offer.rule.title), hint => offer.rule.hint.as_ref().map(pick), confirm => offer.rule.confirm.as_ref().map(pick),
        number => view.matter.number, about => view.matter.title, back => "/my", action => format!("/my/{}/{step}", view.matter.part),
        fields => fields_of(shared, asked, offer.rule, view, &Actor::Petitioner, &[], form), errors, version => view.matter.version, cite => "",
        upload => matches!(offer.rule.verb, Verb::Add | Verb::Appoint | Verb::RequestReview), must_upload => offer.rule.verb == Verb::Appoint, desk => false, max_mb => lodge::MAX_FILE_BYTES / 1024 / 1024,
        along => Vec::<Value>::new(), apart => Vec::<Value>::new(), apart_hidden => 0, proposals => Vec::<Value>::new(), joining => false, only_this => false, whole => "", told => "",
        token => huiyin_app::sign_in::form_token(&shared.office, asked.cookie(FOLLOW_COOKIE).unwrap_or_default()),
    };
    let mut response = shared.page(asked, "move.html", values);
    if failed {
        *response.status_mut() = axum::http::StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

/// Makes one of the petitioner's own acts.
pub(crate) async fn make(State(shared): State<Arc<Shared>>, Path((part, step)): Path<(u16, String)>, asked: Asked, form: Form) -> Page {
    check_token(&shared, &asked, &form)?;
    let (record, view) = one(&shared, &asked, part).await?;
    let mut files = Vec::new();
    for upload in form.uploads.iter().take(lodge::MAX_FILES) {
        match lodge::store_file(&shared.office, &upload.name, &upload.bytes, "petitioner").await {
            Ok(file) => files.push(file),
            Err(AppError::File(_)) => {
                let error = AppError::Form(vec![huiyin_app::FormError::with("files", "fault-file-type", &upload.name)]);
                return render(&shared, &asked, &view, &step, &form, problem::fields(&shared, asked.language, &error));
            }
            Err(error) => return Err(Problem::page(&shared, &asked, error)),
        }
    }
    match follow::make(&shared.office, &record, part, Move { id: step.clone(), fields: form.flat(), files, ..Move::default() }).await {
        Ok(_) => Ok(Redirect::to("/my?done=1").into_response()),
        Err(error) => {
            let shown = problem::fields(&shared, asked.language, &error);
            if shown.is_empty() { Err(Problem::page(&shared, &asked, error)) } else { render(&shared, &asked, &view, &step, &form, shown) }
        }
    }
}

/// A file of the petition.
pub(crate) async fn file(State(shared): State<Arc<Shared>>, Path(id): Path<String>, asked: Asked) -> Result<Response, Problem> {
    let record = kept_open(&shared, &asked).await?;
    let (file, bytes) = follow::file(&shared.office, &record, &id).await.map_err(|e| Problem::page(&shared, &asked, e))?;
    Ok(file_response(&file, bytes))
}

/// Until when the archived file is kept, in a sentence; nothing while it is open.
pub(crate) fn kept_through(shared: &Shared, language: huiyin_wording::Language, view: &MatterView) -> Option<String> {
    match kept(&view.ground.book, &view.matter) {
        Kept::Open => None,
        _ if view.matter.facts.contains(&Fact::Destroyed) => None,
        Kept::Permanent => Some(format!("{}{}", shared.say(language, "kept-permanent"), basis_of_keeping(shared, language, view))),
        Kept::Through(day) => {
            let said = shared.office.wording().text(language, "kept-through", &[("day", huiyin_wording::date(language, day).into())]);
            Some(format!("{said}{}", basis_of_keeping(shared, language, view)))
        }
    }
}

/// Where the time of keeping comes from: the office's promise, or a clause.
fn basis_of_keeping(shared: &Shared, language: huiyin_wording::Language, view: &MatterView) -> String {
    let clause = keep_rule(&view.ground.book, &view.matter).and_then(|k| k.clause.as_ref()).and_then(|c| view.ground.book.clauses.get(c));
    let basis = clause.map_or_else(|| shared.say(language, "basis-house"), |c| language.pick(&c.cite.zh, &c.cite.en).to_owned());
    shared.office.wording().text(language, "in-brackets", &[("text", basis.into())])
}

/// A step that only answers something which is not there.
pub(crate) fn nothing_to_do(closed: &Closed) -> bool {
    matches!(closed, Closed::Guard { guard: Guard::Owed(_) | Guard::Running(_) | Guard::Is(_) })
}
