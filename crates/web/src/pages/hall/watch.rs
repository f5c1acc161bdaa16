//! Tells pages of the hall that it has changed (server-sent events). What has changed they read themselves.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use huiyin_app::reception::Board;

use super::HallNow;
use crate::edge::context::Shared;

/// How often the hall is looked at while somebody listens.
const EVERY: Duration = Duration::from_secs(1);
/// After so many looks the page asks again: a display that is left open for a week holds no connection for ever.
const LOOKS: u32 = 600;

/// A stream with one event for each change.
pub(crate) async fn watch(State(shared): State<Arc<Shared>>, now: HallNow) -> Response {
    let first = (shared, now.unit, state(&now.board), 0);
    let events = stream::unfold(first, |(shared, unit, before, looks)| async move {
        let mut looks = looks;
        while looks < LOOKS {
            tokio::time::sleep(EVERY).await;
            looks += 1;
            // A store that does not answer now is asked again.
            let Ok(board) = shared.halls.now(&shared.office, &unit).await else { continue };
            let now = state(&board);
            if now != before {
                let event = Ok::<_, Infallible>(Event::default().event("changed").data("1"));
                return Some((event, (shared, unit, now, looks)));
            }
        }
        None
    });
    Sse::new(events).keep_alive(KeepAlive::default()).into_response()
}

/// What must be the same for the hall to be the same. Waiting times are not among it: they change by themselves.
fn state(board: &Board) -> String {
    let at = board.counters.iter().map(|c| {
        let place = c.now.as_ref().map(|t| (&t.place.ticket, &t.place.stage));
        format!("{}:{:?}:{place:?}", c.window.number, c.officer)
    });
    let waiting = board.waiting.iter().map(|l| l.ticket.place.ticket.clone());
    at.chain(waiting).chain([board.open.to_string()]).collect::<Vec<_>>().join(" ")
}
