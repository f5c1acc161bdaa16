//! Times of a hall that can be booked, and who is booked.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use huiyin_app::access::{Action, require};
use huiyin_app::domain::ids::UnitId;
use huiyin_app::reception::booking::{desk, slots};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::TicketJson;
use crate::api::shapes::ProblemJson;
use crate::api::{Answer, machine};
use crate::edge::context::{RequestContext, Shared};
use crate::edge::problem::Problem;

/// A day on which times can be booked.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TimesJson {
    /// The day.
    #[schema(value_type = String, format = Date)]
    pub day: Date,
    /// Why nobody is received on it, where the office said so.
    pub closed: Option<String>,
    /// Times in order.
    pub times: Vec<TimeJson>,
}

/// A time.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TimeJson {
    /// When it begins, such as `09:30`.
    pub time: String,
    /// Free places.
    pub free: u32,
}

/// A booking.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BookingJson {
    /// Its number.
    pub number: String,
    /// The day.
    #[schema(value_type = String, format = Date)]
    pub day: Date,
    /// When it begins, such as `09:30`.
    pub time: String,
    /// What for: a choice of the pack.
    pub service: String,
    /// A need that was stated: a choice of the pack.
    pub stated_need: Option<String>,
    /// The ticket of whoever has come.
    pub ticket: Option<String>,
    /// Nobody came, or the visit is over.
    pub over: bool,
}

/// Which day.
#[derive(Debug, Deserialize, IntoParams)]
pub(crate) struct OfDay {
    /// The day; today where it is left out.
    #[param(value_type = Option<String>, format = Date)]
    pub day: Option<Date>,
}

/// Times that can be booked at a hall, from today on.
#[utoipa::path(get, tag = "halls", path = "/api/v1/halls/{unit}/times", params(("unit" = String, Path, description = "Code of the unit")),
    responses((status = 200, description = "The days in order; none where nothing can be booked", body = Vec<TimesJson>), (status = 404, description = "No hall", body = ProblemJson)))]
pub(crate) async fn times(
    State(shared): State<Arc<Shared>>,
    Path(unit): Path<String>,
    asked: RequestContext,
) -> Answer {
    let days = slots::days(&shared.office, &UnitId(unit)).await.map_err(|e| Problem::api(&shared, &asked, e))?;
    let days: Vec<TimesJson> = days
        .into_iter()
        .map(|d| TimesJson {
            day: d.day,
            closed: d.closed,
            times: d
                .times
                .iter()
                .map(|t| TimeJson { time: t.time.strftime("%H:%M").to_string(), free: t.free })
                .collect(),
        })
        .collect();
    Ok(Json(days).into_response())
}

/// Who is booked on a day in the hall of the officer's unit.
#[utoipa::path(get, tag = "halls", path = "/api/v1/bookings", security(("machine" = [])), params(OfDay),
    responses((status = 200, description = "In the order of the times", body = Vec<BookingJson>)))]
pub(crate) async fn bookings(
    State(shared): State<Arc<Shared>>,
    asked: RequestContext,
    Query(of): Query<OfDay>,
) -> Answer {
    let fail = |e| Problem::api(&shared, &asked, e);
    let staff = machine(&shared, &asked).await?;
    require(&staff, Action::Receive).map_err(fail)?;
    let day = of.day.unwrap_or_else(|| shared.office.now().today());
    let all = desk::of_day(&shared.office, &staff.officer.unit, day).await.map_err(fail)?;
    let all: Vec<BookingJson> = all
        .into_iter()
        .map(|e| BookingJson {
            number: e.row.number,
            day: e.day,
            time: e.slot.clock(),
            service: e.row.service,
            stated_need: e.row.need,
            ticket: e.row.ticket,
            over: e.row.over,
        })
        .collect();
    Ok(Json(all).into_response())
}

/// Whoever has booked is here and gets a ticket; sent twice it is the same.
#[utoipa::path(post, tag = "halls", path = "/api/v1/bookings/{number}/arrival", security(("machine" = [])), params(("number" = String, Path, description = "Number of the booking")),
    responses((status = 201, description = "The ticket", body = TicketJson), (status = 404, description = "No such booking in this hall", body = ProblemJson), (status = 409, description = "Booked for another day, or called off", body = ProblemJson)))]
pub(crate) async fn arrival(
    State(shared): State<Arc<Shared>>,
    Path(number): Path<String>,
    asked: RequestContext,
) -> Answer {
    let staff = machine(&shared, &asked).await?;
    let given = desk::arrive(&shared.office, &staff, &number).await;
    let ticket = given.map_err(|e| Problem::api(&shared, &asked, e))?;
    Ok((StatusCode::CREATED, Json(TicketJson::from_ticket(&ticket))).into_response())
}
