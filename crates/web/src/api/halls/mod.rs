//! Reception halls: the queue as everybody sees it, tickets at the counter, calls.

pub(crate) mod call;
pub(crate) mod give;
pub(crate) mod show;

use huiyin_app::reception::Ticket;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub(crate) use call::call;
pub(crate) use give::give;
pub(crate) use show::show;

/// A hall now.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HallJson {
    /// Tickets are given.
    pub open: bool,
    /// Windows in order.
    pub windows: Vec<WindowJson>,
    /// Tickets that wait, in the order in which they are called.
    pub waiting: Vec<WaitingJson>,
}

/// A window and whoever is called to it or received there.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WindowJson {
    /// Its number.
    pub number: u32,
    /// What stands over it; empty: its number.
    pub name: String,
    /// Somebody sits there today.
    pub staffed: bool,
    /// The ticket that is called or received there.
    pub ticket: Option<String>,
    /// `called` or `received`.
    pub stage: Option<String>,
}

/// A ticket that waits.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WaitingJson {
    /// Letter and number.
    pub ticket: String,
    /// How many are called before.
    pub before: usize,
    /// Minutes still to wait, about; absent while no window is open for it.
    pub minutes: Option<i64>,
}

/// What a ticket is asked for with.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WishJson {
    /// A service of the pack.
    pub service: String,
    /// A need the visitor states.
    #[serde(default)]
    pub stated_need: String,
}

/// To which window the next is called.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CallJson {
    /// Its number.
    pub window: u32,
}

/// A ticket.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TicketJson {
    /// Letter and number.
    pub ticket: String,
    /// The number of the visit.
    pub visit: String,
    /// Service.
    pub service: String,
    /// `waiting`, `called`, `received`, `paused` or `gone`.
    pub stage: String,
}

impl TicketJson {
    fn from_ticket(ticket: &Ticket) -> Self {
        Self {
            ticket: ticket.place.ticket.clone(),
            visit: ticket.number.clone(),
            service: ticket.place.service.clone(),
            stage: ticket.place.stage.word().to_owned(),
        }
    }
}
