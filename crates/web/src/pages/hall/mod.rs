//! The hall as everybody sees it: who is called where, who waits, how long it takes.

mod screen;
mod show;
mod ticket;
mod watch;

use std::sync::Arc;

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use huiyin_app::AppError;
use huiyin_app::domain::ids::UnitId;
use huiyin_app::domain::payload::Field;
use huiyin_app::reception::{Board, Ticket, Window, hall};
use huiyin_wording::Language;
use minijinja::Value;

use crate::edge::context::{RequestContext, Shared};
use crate::edge::problem::Problem;

pub(crate) use screen::screen;
pub(crate) use show::show;
pub(crate) use ticket::{find, ticket};
pub(crate) use watch::watch;

/// A hall that was asked for, as it stands now.
#[derive(Debug)]
pub(crate) struct HallNow {
    pub asked: RequestContext,
    pub unit: UnitId,
    pub name: String,
    pub board: Arc<Board>,
    /// Where this site is reached, as the browser says it; for the square code of a ticket.
    pub site: Option<String>,
}

impl FromRequestParts<Arc<Shared>> for HallNow {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, shared: &Arc<Shared>) -> Result<Self, Problem> {
        let Ok(asked) = RequestContext::from_request_parts(parts, shared).await;
        let fail = |e| Problem::page(shared, &asked, e);
        let Path(path) = Path::<std::collections::BTreeMap<String, String>>::from_request_parts(parts, shared)
            .await
            .map_err(|_| fail(AppError::NotFound))?;
        let unit = UnitId::new(path.get("unit").map(String::as_str).unwrap_or_default());
        let host = parts.headers.get(axum::http::header::HOST).and_then(|h| h.to_str().ok());
        let site = host.map(|h| format!("{}://{h}", if shared.config.https { "https" } else { "http" }));
        let board = shared.halls.now(&shared.office, &unit).await.map_err(fail)?;
        let directory = shared.office.directory().await.map_err(fail)?;
        let name = directory.unit(&unit).map(|u| asked.language.pick(&u.name, &u.name_en).to_owned());
        Ok(Self { name: name.unwrap_or_default(), asked, unit, board, site })
    }
}

/// How a window is called.
pub(crate) fn window_name(shared: &Shared, language: Language, window: &Window) -> String {
    if window.name.is_empty() {
        shared.office.wording().text(language, "hall-window", &[("number", window.number.into())])
    } else {
        window.name.clone()
    }
}

/// The label of a service or a stated need.
pub(crate) fn choice_label(shared: &Shared, language: Language, field: Field, id: &str) -> String {
    let book = hall::rules(&shared.office).map(|(book, _)| book);
    let rule = book.as_ref().and_then(|b| b.choice(field, id));
    rule.map_or_else(|| id.to_owned(), |c| c.label.get(language.code()).to_owned())
}

/// The windows with who is called to them or received there.
pub(crate) fn counters(shared: &Shared, language: Language, board: &Board) -> Vec<Value> {
    board
        .counters
        .iter()
        .map(|c| {
            let stage = c.now.as_ref().map(|t| t.place.stage.word());
            context! {
                number => c.window.number, name => window_name(shared, language, &c.window),
                ticket => c.now.as_ref().map(|t| t.place.ticket.clone()), stage, staffed => c.officer.is_some(),
            }
        })
        .collect()
}

/// Those who wait, in the order in which they are called: tickets alone, as the room may read them.
pub(crate) fn lines(board: &Board) -> Vec<Value> {
    board
        .waiting
        .iter()
        .map(|l| context! { ticket => l.ticket.place.ticket, expected => l.expected.map(|m| m.0) })
        .collect()
}

/// What a ticket says to the officers of the hall.
pub(crate) fn ticket_values(shared: &Shared, language: Language, ticket: &Ticket) -> Value {
    let zone = shared.office.zone();
    let need = ticket.place.need.as_deref();
    context! {
        service => choice_label(shared, language, Field::Service, &ticket.place.service),
        need => need.map(|n| choice_label(shared, language, Field::StatedNeed, n)),
        taken => huiyin_wording::time(ticket.taken_at, zone),
        stage => ticket.place.stage.word(), missed => ticket.place.missed > 0,
    }
}
