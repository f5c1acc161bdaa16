//! Following what was begun at a hall, and calling it off, by its code. The code travels with the page and is kept
//! nowhere.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use huiyin_app::act::Move;
use huiyin_app::clock_view::{self, ViewGround};
use huiyin_app::domain::decide::offers;
use huiyin_app::domain::ids::MoveId;
use huiyin_app::domain::payload::Field;
use huiyin_app::domain::procedure::Label;
use huiyin_app::domain::proceeding::Actor;
use huiyin_app::proceedings::View;
use huiyin_app::reception::come;
use huiyin_app::timeline::{self, Reader};
use huiyin_app::{AppError, FormError, labels};

use super::{book, list};
use crate::edge::context::{RequestContext, Shared};
use crate::edge::form::Form;
use crate::edge::problem::{self, FieldProblem, Problem};
use crate::moves::{fields_of, key_of, some_key};
use crate::pages::Page;

/// Opens it.
pub(crate) async fn open(
    State(shared): State<Arc<Shared>>,
    Path(unit): Path<String>,
    asked: RequestContext,
    form: Form,
) -> Page {
    match come::by_code(&shared.office, form.get("code"), &asked.from).await {
        Ok(view) => render(&shared, &asked, &unit, &view, &form, Vec::new(), false).await,
        Err(AppError::NotFound) => {
            let error = AppError::Form(vec![FormError::new("code", "fault-code")]);
            let errors = problem::fields(&shared, asked.language, &error);
            list::render(&shared, &asked, &unit, errors, form.get("code"))
                .await
                .map_err(|e| Problem::page(&shared, &asked, e))
        }
        Err(error) => Err(Problem::page(&shared, &asked, error)),
    }
}

/// Makes a move of hers.
pub(crate) async fn make(
    State(shared): State<Arc<Shared>>,
    Path(unit): Path<String>,
    asked: RequestContext,
    form: Form,
) -> Page {
    let fail = |e| Problem::with_words(&shared, &asked, e, &form);
    let step = Move {
        id: form.get("step").to_owned(),
        fields: book::fields(&form),
        version: form.get("version").parse().ok(),
        key: some_key(&form),
        ..Move::default()
    };
    let done = come::act(&shared.office, form.get("code"), &asked.from, step).await;
    let view = come::by_code(&shared.office, form.get("code"), &asked.from).await.map_err(fail)?;
    match done {
        Ok(_) => render(&shared, &asked, &unit, &view, &form.only(&["code"]), Vec::new(), true).await,
        Err(error) => {
            let verb = view.ground.book.find_move(&MoveId::new(form.get("step")));
            let verb = verb.map(|m| labels::verb_word(m.verb)).unwrap_or_default();
            let shown = problem::of_move(&shared, &asked, &error, "#main", &verb);
            if shown.is_empty() {
                return Err(fail(error));
            }
            render(&shared, &asked, &unit, &view, &form, shown, false).await
        }
    }
}

async fn render(
    shared: &Shared,
    asked: &RequestContext,
    unit: &str,
    view: &View,
    form: &Form,
    errors: Vec<FieldProblem>,
    done: bool,
) -> Page {
    let language = asked.language;
    let now = shared.office.now();
    let pick = |l: &Label| l.get(language.code()).to_owned();
    let ground = ViewGround { rules: view.ground.rules(), wording: shared.office.wording(), language, now: &now };
    let p = &view.proceeding;
    let fail = |e| Problem::page(shared, asked, e);
    let holder = &p.holder;
    let mut moves = Vec::new();
    for offer in offers(ground.rules, p, &Actor::Petitioner, view.today).into_iter().filter(|o| o.closed.is_none()) {
        let asks = |field: Field| offer.rule.needs.iter().any(|n| n.field == field);
        // A ticket is taken in the hall.
        if asks(Field::Ticket) {
            continue;
        }
        let fields = if asks(Field::Slot) {
            let choices = book::free_times(shared, language, holder).await.map_err(fail)?;
            let label = shared.say(language, "booking-when");
            vec![
                context! { name => "when", kind => "choice", choices, value => form.get("when"), hint => "", required => true, label },
            ]
        } else {
            fields_of(shared, asked, offer.rule, &view.record(), &view.ground, &Actor::Petitioner, &[], form)
        };
        let key = key_of(&Form::default()).map_err(fail)?;
        let (title, confirm) = (pick(&offer.rule.title), offer.rule.confirm.as_ref().map(pick));
        let chosen = form.get("step") == offer.rule.id.as_str();
        moves.push(context! { id => offer.rule.id.as_str(), title, confirm, fields, key, chosen });
    }
    let reception = p.reception();
    let booked = match reception.and_then(|r| r.booked()).filter(|b| !b.off) {
        Some(b) => Some(book::booked(shared, language, holder, b.day, b.slot).await.map_err(fail)?),
        None => None,
    };
    let ticket = reception
        .and_then(|r| r.place())
        .filter(|p| booked.is_some() && p.came.is_some_and(|(day, _)| day == view.today));
    let ticket = ticket.map(|p| p.ticket.clone());
    let failed = !errors.is_empty();
    let code = if form.get("code").is_empty() { String::new() } else { form.get("code").to_owned() };
    let values = context! {
        unit, booked, ticket, number => p.number, title => p.title, errors, done, moves, code, version => p.version,
        state => view.ground.book.state(&p.state).map(|s| pick(&s.plain)),
        clocks => clock_view::owed(ground, p), action => format!("/come/{unit}/move"),
        timeline => timeline::lines(ground, view.record(), Reader::Petitioner),
    };
    let mut response = shared.page(asked, "come_open.html", values);
    if failed {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}
