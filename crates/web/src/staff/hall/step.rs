//! What the officer does with whoever is at the window: call again, note that nobody came, begin the
//! talk, let it go on.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Redirect};
use huiyin_app::AppError;
use huiyin_app::domain::payload::Field;
use huiyin_app::domain::procedure::Verb;
use huiyin_app::reception::{desk, ticket as tickets};

use super::show::seen;
use crate::edge::context::{Shared, SignedIn};
use crate::edge::form::Form;
use crate::edge::problem::Problem;
use crate::pages::Page;

/// The buttons of the page.
const STEPS: [(&str, Verb); 4] =
    [("call", Verb::Call), ("miss", Verb::Miss), ("receive", Verb::ReceiveVisitor), ("come_back", Verb::ComeBack)];

/// Makes one.
pub(crate) async fn step(State(shared): State<Arc<Shared>>, signed: SignedIn, form: Form) -> Page {
    signed.check_form(&shared, &form)?;
    let fail = |e| Problem::page(&shared, &signed.asked, e);
    let verb = STEPS.into_iter().find(|(word, _)| *word == form.get("step")).map(|(_, verb)| verb);
    let verb = verb.ok_or(AppError::NotFound).map_err(fail)?;
    let unit = &signed.staff.officer.unit;
    let found = tickets::of_today(&shared.office, unit, form.get("ticket")).await.map_err(fail)?;
    let ticket = found.ok_or(AppError::NotFound).map_err(fail)?;
    // The page was made before somebody else did something: it is shown anew, and nothing is done twice.
    if seen(&ticket) != form.get("seen") {
        return Ok(Redirect::to("/staff/hall?note=other").into_response());
    }
    let window = ticket.place.stage.window().map(|number| (Field::Window, number.to_string()));
    let fields: Vec<_> = window.into_iter().filter(|_| verb == Verb::Call).collect();
    match desk::step(&shared.office, &signed.staff, &ticket, verb, &fields).await {
        Ok(_) => Ok(Redirect::to("/staff/hall").into_response()),
        Err(AppError::ChangedMeanwhile) => Ok(Redirect::to("/staff/hall?note=other").into_response()),
        Err(error) => Err(fail(error)),
    }
}
