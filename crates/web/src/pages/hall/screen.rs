//! The hall's screen: ticket numbers alone, to be read at five metres.

use std::sync::Arc;

use axum::extract::State;

use super::{HallNow, counters, lines};
use crate::edge::context::Shared;
use crate::pages::Page;

/// Tickets that wait and stand on the screen, at most.
const SHOWN: usize = 12;

/// The screen. Without scripts it loads itself anew.
pub(crate) async fn screen(State(shared): State<Arc<Shared>>, now: HallNow) -> Page {
    let language = now.asked.language;
    let all = lines(&now.board);
    let more = all.len().saturating_sub(SHOWN);
    let values = context! {
        unit => now.unit.as_str(), name => now.name, open => now.board.open,
        counters => counters(&shared, language, &now.board), more,
        lines => all.into_iter().take(SHOWN).collect::<Vec<_>>(),
    };
    Ok(shared.page(&now.asked, "hall_screen.html", values))
}
