//! The hall's page: the rule of the queue, and the queue.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use huiyin_app::reception::booking::plan;
use huiyin_app::reception::hall;

use super::{HallNow, counters, lines};
use crate::edge::context::Shared;
use crate::pages::Page;

/// The hall now.
pub(crate) async fn show(State(shared): State<Arc<Shared>>, now: HallNow) -> Page {
    Ok(render(&shared, &now, None).await)
}

/// The page; with what was looked for and is no ticket of today.
pub(super) async fn render(shared: &Shared, now: &HallNow, not_found: Option<&str>) -> Response {
    let language = now.asked.language;
    let row = hall::rules(&shared.office).map(|(_, queue)| queue.needs_in_a_row);
    let plan = plan::of_unit(&shared.office, &now.unit).await.ok().flatten().unwrap_or_default();
    let hours: Vec<String> =
        plan.hours.iter().map(|o| format!("{}–{}", o.from.strftime("%H:%M"), o.until.strftime("%H:%M"))).collect();
    let values = context! {
        unit => now.unit.as_str(), name => now.name, open => now.board.open, row, hours, books => plan.open,
        counters => counters(shared, language, &now.board), lines => lines(&now.board),
        longest => now.board.longest.map(|m| m.0), failed => not_found.is_some(),
        typed => not_found.unwrap_or_default(),
    };
    shared.page(&now.asked, "hall.html", values)
}
