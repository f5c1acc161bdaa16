//! Reception halls: the queue as everybody sees it, tickets at the counter, calls, records, leaders' days and requests.

pub(crate) mod ask;
pub(crate) mod call;
pub(crate) mod days;
pub(crate) mod give;
pub(crate) mod record;
pub(crate) mod show;
pub(crate) mod times;

use std::collections::BTreeMap;

use huiyin_app::domain::submission::{Purpose, ReplyWay};
use huiyin_app::reception::Ticket;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub(crate) use ask::ask;
pub(crate) use call::call;
pub(crate) use days::days;
pub(crate) use give::give;
pub(crate) use record::record;
pub(crate) use show::show;
pub(crate) use times::{arrival, bookings, times};

/// A day on which a leader receives visitors.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DayJson {
    /// The day.
    #[schema(value_type = String, format = Date)]
    pub day: Date,
    /// Hours, as they are published.
    pub hours: Option<String>,
    /// Where.
    pub place: Option<String>,
    /// The unit whose leader sits.
    pub unit: Option<String>,
    /// The name of the leader, where one is named.
    pub leader: Option<String>,
    /// The field the leader is in charge of.
    pub topic: Option<String>,
    /// It was called off.
    pub called_off: bool,
}

/// What anybody may begin at a hall.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AskJson {
    /// Which beginning of the pack, such as `meet_leader`.
    pub begin: String,
    /// What it asks for, by field.
    #[serde(default)]
    pub fields: BTreeMap<String, String>,
    /// With a booking: a telephone, so that she is told when it is cancelled. It is kept for that alone.
    #[serde(default)]
    pub telephone: String,
    /// With a booking: the receipt code of the matter she comes for.
    #[serde(default)]
    pub code: String,
}

/// What was begun. The code is told once and kept nowhere.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AskedJson {
    /// Its number.
    pub number: String,
    /// The code by which it is followed: 16 digits.
    pub code: String,
}

/// A record of reception.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RecordJson {
    /// What the record holds beside requests and promises, by field: `present`, `facts` and so on.
    pub fields: BTreeMap<String, String>,
    /// What was asked for.
    pub requests: Vec<RequestJson>,
    /// Name; without anything of a person it is registered without one.
    #[serde(default)]
    pub name: String,
    /// Telephone.
    #[serde(default)]
    pub telephone: String,
    /// Address.
    #[serde(default)]
    pub address: String,
    /// E-mail.
    #[serde(default)]
    pub email: String,
    /// Way of the reply; `code_only` where it is left out.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub reply: Option<ReplyWay>,
    /// Named, and not told to whom it is about.
    #[serde(default)]
    pub confidential: bool,
    /// How many people came.
    #[serde(default = "one")]
    pub headcount: u32,
    /// The version of the visit that was seen.
    pub version: u64,
}

fn one() -> u32 {
    1
}

/// One thing that was asked for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RequestJson {
    /// In the visitor's words.
    pub words: String,
    /// `request` where it is left out, `suggestion` or `not_sure`; an accusation is registered by itself.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub purpose: Option<Purpose>,
    /// The number of the matter in which it is handled already; empty: it is registered anew.
    #[serde(default)]
    pub joins: String,
}

/// A record that is written, with the receipts for what was registered anew.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WrittenJson {
    /// The number of the visit.
    pub visit: String,
    /// Its version now.
    pub version: u64,
    /// Receipts, in the order of the requests.
    pub registered: Vec<RegisteredJson>,
}

/// Something that was registered.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RegisteredJson {
    /// In the visitor's words.
    pub words: String,
    /// Its number.
    pub number: String,
    /// Its receipt code: 16 digits.
    pub code: String,
}

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
