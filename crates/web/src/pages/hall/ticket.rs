//! A ticket followed on a phone, or printed. Whoever types a number sees where it stands: no name, no service and no
//! stated need.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect};
use huiyin_app::AppError;
use huiyin_app::domain::text;
use huiyin_app::reception::ticket as tickets;

use super::{HallNow, counters, show, window_name};
use crate::edge::context::Shared;
use crate::edge::problem::Problem;
use crate::edge::square_code::square_code;
use crate::pages::Page;

/// Looks for a ticket by what was typed; capitals, spaces and full-width signs are all one.
pub(crate) async fn find(
    State(shared): State<Arc<Shared>>,
    now: HallNow,
    Query(asked): Query<BTreeMap<String, String>>,
) -> Page {
    let fail = |e| Problem::page(&shared, &now.asked, e);
    let typed = asked.get("ticket").map(String::as_str).unwrap_or_default();
    let wanted = text::number(typed).to_uppercase();
    if tickets::of_today(&shared.office, &now.unit, &wanted).await.map_err(fail)?.is_some() {
        return Ok(Redirect::to(&format!("/hall/{}/tickets/{wanted}", now.unit)).into_response());
    }
    let mut response = show::render(&shared, &now, Some(typed)).await;
    *response.status_mut() = StatusCode::NOT_FOUND;
    Ok(response)
}

/// Where a ticket of today stands.
pub(crate) async fn ticket(
    State(shared): State<Arc<Shared>>,
    now: HallNow,
    Path((_, ticket)): Path<(String, String)>,
) -> Page {
    let fail = |e| Problem::page(&shared, &now.asked, e);
    let language = now.asked.language;
    let found = tickets::of_today(&shared.office, &now.unit, &ticket).await.map_err(fail)?;
    let found = found.ok_or(AppError::NotFound).map_err(fail)?;
    let line = now.board.line(&ticket);
    let number = found.place.stage.window();
    let window = now.board.counters.iter().find(|c| Some(c.window.number) == number);
    let square = now.site.as_ref().and_then(|site| square_code(&format!("{site}/hall/{}/tickets/{ticket}", now.unit)));
    let values = context! {
        unit => now.unit.as_str(), name => now.name, ticket, square,
        window => window.map(|c| window_name(&shared, language, &c.window)),
        before => line.map(|l| l.before), expected => line.and_then(|l| l.expected).map(|m| m.0),
        counters => counters(&shared, language, &now.board), stage => found.place.stage.word(),
        missed => found.place.missed > 0, taken => huiyin_wording::time(found.taken_at, shared.office.zone()),
    };
    Ok(shared.page(&now.asked, "hall_ticket.html", values))
}
