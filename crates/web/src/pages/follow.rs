//! Following by receipt code: what is owed to you now, what was done, what you can do next.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use huiyin_app::act::Move;
use huiyin_app::clock_view::{self, ClockView, ViewGround};
use huiyin_app::domain::ids::MoveId;
use huiyin_app::domain::procedure::{Fact, Phase, Verb};
use huiyin_app::domain::proceeding::Actor;
use huiyin_app::domain::submission::Naming;
use huiyin_app::follow::SubmissionRecord;
use huiyin_app::matter_view::MatterView;
use huiyin_app::timeline::{self, Reader};
use huiyin_app::{AppError, follow, lodge};
use minijinja::Value;

use super::{Page, file_response, redirect_with};
use crate::context::{FOLLOW_COOKIE, RequestContext, Shared};
use crate::files::{self, Held};
use crate::form::Form;
use crate::moves::{fields_of, kept_through, key_of, nothing_to_do, some_key};
use crate::problem::{self, FieldProblem, Problem};
use crate::resume;

/// Every owed clock of a matter in words.
pub(crate) fn clocks(shared: &Shared, asked: &RequestContext, view: &MatterView) -> Vec<ClockView> {
    let now = shared.office.now();
    clock_view::owed(
        ViewGround {
            rules: view.ground.rules(),
            wording: shared.office.wording(),
            language: asked.language,
            now: &now,
        },
        &view.matter,
    )
}

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
fn given_back(shared: &Shared, asked: &RequestContext, form: &Form) -> Page {
    let mut back =
        Form::from_pairs(vec![("next".to_owned(), asked.path.clone()), ("kept".to_owned(), resume::kept(form))]);
    back.uploads.clone_from(&form.uploads);
    ask_page(shared, asked, &back, Vec::new(), StatusCode::UNAUTHORIZED)
}

/// Closes it in this browser.
pub(crate) async fn close(State(shared): State<Arc<Shared>>, asked: RequestContext) -> Page {
    // Whatever is open here is closed, also when another tab has opened something else since.
    let secret = asked.cookie(FOLLOW_COOKIE).unwrap_or_default();
    follow::close(&shared.office, secret).await.map_err(|e| Problem::page(&shared, &asked, e))?;
    Ok(redirect_with("/?cleared=1", &shared.cookie(FOLLOW_COOKIE, "", Some(0))))
}

/// Whoever holds the code in force did not ask for another: the other one is void.
pub(crate) async fn refuse_code(State(shared): State<Arc<Shared>>, asked: RequestContext, form: Form) -> Page {
    check_token(&shared, &asked, &form)?;
    let record = kept_open(&shared, &asked).await?;
    match lodge::receipt::refuse(&shared.office, &record).await {
        // Sent twice: it is void already.
        Ok(()) | Err(AppError::NotFound) => {}
        Err(error) => return Err(Problem::page(&shared, &asked, error)),
    }
    Ok(Redirect::to("/my?refused=1").into_response())
}

fn is_of_session(shared: &Shared, asked: &RequestContext, form: &Form) -> bool {
    huiyin_app::sign_in::form_token(&shared.office, asked.cookie(FOLLOW_COOKIE).unwrap_or_default()) == form.get("csrf")
}

fn check_token(shared: &Shared, asked: &RequestContext, form: &Form) -> Result<(), Problem> {
    if is_of_session(shared, asked, form) { Ok(()) } else { Err(Problem::page(shared, asked, AppError::NotAllowed)) }
}

async fn kept_open(shared: &Shared, asked: &RequestContext) -> Result<SubmissionRecord, Problem> {
    follow::kept(&shared.office, asked.cookie(FOLLOW_COOKIE).unwrap_or_default())
        .await
        .map_err(|e| Problem::page(shared, asked, e))
}

/// The petitioner's page.
pub(crate) async fn view(State(shared): State<Arc<Shared>>, asked: RequestContext) -> Page {
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
        matters, files, readings, done => asked.query.contains("done=1"), refused => asked.query.contains("refused=1"),
        new_code => new_code(&shared, &asked, &record, views.first()),
        office => front.as_ref().map(|u| asked.language.pick(&u.name, &u.name_en).to_owned()).unwrap_or_default(),
        telephone => front.map(|u| u.telephone).unwrap_or_default(),
        token => huiyin_app::sign_in::form_token(&shared.office, asked.cookie(FOLLOW_COOKIE).unwrap_or_default()),
    };
    Ok(shared.page(&asked, "follow.html", values))
}

/// What is said of a receipt code that was given in place of another.
fn new_code(
    shared: &Shared,
    asked: &RequestContext,
    record: &SubmissionRecord,
    view: Option<&MatterView>,
) -> Option<Value> {
    let code = record.waiting_code.as_ref().or(record.replaced_code.as_ref())?;
    let view = view?;
    let unit = view
        .ground
        .directory
        .unit(&code.unit)
        .map(|u| asked.language.pick(&u.name, &u.name_en).to_owned())
        .unwrap_or_default();
    let telephone = view.ground.directory.unit(&code.unit).map(|u| u.telephone.clone()).unwrap_or_default();
    let day = huiyin_wording::date(asked.language, code.at.to_zoned_datetime(shared.office.zone().clone()).date());
    Some(context! {
        waits => record.waiting_code.is_some(), unit, telephone, day,
        until => view.waits.map(|d| huiyin_wording::date(asked.language, d)),
    })
}

fn readings(shared: &Shared, asked: &RequestContext, view: &MatterView) -> Vec<Value> {
    let now = shared.office.now();
    view.audits
        .iter()
        .map(|a| {
            let unit = view
                .ground
                .directory
                .unit(&a.unit)
                .map(|u| asked.language.pick(&u.name, &u.name_en).to_owned())
                .unwrap_or_default();
            context! {
                when => huiyin_wording::instant(asked.language, a.at, shared.office.zone(), now.today()), unit,
                what => shared.say(asked.language, &format!("looked-{}", a.what)), purpose => a.purpose,
            }
        })
        .collect()
}

fn matter(shared: &Shared, asked: &RequestContext, view: &MatterView) -> Value {
    let now = shared.office.now();
    let ground = ViewGround {
        rules: view.ground.rules(),
        wording: shared.office.wording(),
        language: asked.language,
        now: &now,
    };
    let (duties, rights): (Vec<_>, Vec<_>) =
        clock_view::owed(ground, &view.matter).into_iter().filter(|c| !c.between_offices).partition(|c| !c.right);
    let state = view
        .ground
        .book
        .state(&view.matter.state)
        .map(|s| s.plain.get(asked.language.code()).to_owned())
        .unwrap_or_default();
    let (opening, offers): (Vec<_>, Vec<_>) =
        view.offers(&Actor::Petitioner).into_iter().partition(|o| o.rule.verb == Verb::Serve && o.closed.is_none());
    // Opening an answer is a button; what it starts is said beside it.
    let opening = opening.first().map(|o| {
        let hint = o.rule.hint.as_ref().map(|h| h.get(asked.language.code()).to_owned()).unwrap_or_default();
        context! {
            id => o.rule.id.as_str(), title => o.rule.title.get(asked.language.code()), hint,
            version => view.matter.version, key => key_of(&Form::default()).unwrap_or_default(),
        }
    });
    let moves: Vec<Value> = offers
        .into_iter()
        // What there is nothing to do for is not listed; what is closed for a time says why.
        .filter(|o| !o.closed.as_ref().is_some_and(nothing_to_do))
        .filter(|o| o.rule.verb != Verb::Appoint || view.submission.submission.naming != Naming::Anonymous)
        .map(|o| {
            let hint = o.rule.hint.as_ref().map(|h| h.get(asked.language.code()).to_owned()).unwrap_or_default();
            context! {
                id => o.rule.id.as_str(), title => o.rule.title.get(asked.language.code()), hint,
                closed => o.closed.map(|c| problem::why_closed(shared, asked.language, &c, Some(&view.ground.book))),
            }
        })
        .collect();
    context! {
        part => view.matter.part, number => view.matter.number, title => view.matter.title, state,
        papers => crate::papers::list(&view.papers, &format!("/my/{}", view.matter.part), asked.language),
        promise => duties.first().map(|c| c.when_late.clone()), duties,
        rights => rights.into_iter().filter(|r| r.hers).collect::<Vec<_>>(),
        timeline => timeline::lines(ground, view.record(), Reader::Petitioner), moves,
        opening, delivered => view.service == follow::Service::Delivered,
        ended => view.matter.phase == Phase::Archived, joined => view.joined_count,
        accusation => view.matter.facts.contains(&Fact::Accusation) && view.matter.phase != Phase::Archived,
        kept => kept_through(shared, asked.language, view),
    }
}

async fn find_part(
    shared: &Shared,
    asked: &RequestContext,
    part: u16,
) -> Result<(SubmissionRecord, MatterView), Problem> {
    let fail = |e| Problem::page(shared, asked, e);
    let record = kept_open(shared, asked).await?;
    let views = follow::view(&shared.office, &record).await.map_err(fail)?;
    let view = views.into_iter().find(|v| v.matter.part == part).ok_or_else(|| fail(AppError::NotFound))?;
    Ok((record, view))
}

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
        action => format!("/my/{}/{step}", view.matter.part),
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
async fn done(
    shared: &Shared,
    asked: &RequestContext,
    record: &SubmissionRecord,
    part: u16,
    step: &str,
) -> Result<String, Problem> {
    let fail = |e| Problem::page(shared, asked, e);
    let view = follow::view(&shared.office, record).await.map_err(fail)?.into_iter().find(|v| v.matter.part == part);
    let opened = view.as_ref().and_then(|v| {
        v.ground.book.find_move(&MoveId::new(step)).filter(|m| m.verb == Verb::Serve).and(follow::answer_paper(v))
    });
    Ok(opened.map_or_else(|| "/my?done=1".to_owned(), |n| format!("/my/{part}/papers/{n}?opened=1")))
}

/// A file of the petition.
pub(crate) async fn file(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    asked: RequestContext,
) -> Result<Response, Problem> {
    let record = kept_open(&shared, &asked).await?;
    let (file, bytes) =
        follow::file(&shared.office, &record, &id).await.map_err(|e| Problem::page(&shared, &asked, e))?;
    Ok(file_response(&file, bytes))
}
