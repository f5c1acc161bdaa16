//! Takes a ticket on the tablet.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect};
use huiyin_app::AppError;
use huiyin_app::domain::text;
use huiyin_app::reception::booking::desk;
use huiyin_app::reception::hall;
use huiyin_app::reception::ticket::{Wish, take_at_tablet};
use minijinja::Value;

use super::{Paired, show};
use crate::edge::context::Shared;
use crate::edge::form::Form;
use crate::edge::problem::Problem;
use crate::moves::some_key;
use crate::pages::Page;

/// The answer of whoever does not find her booking.
pub(super) const OTHER: &str = "other";

/// Asks for a need after the service, and gives the ticket after that.
pub(crate) async fn give(State(shared): State<Arc<Shared>>, paired: Paired, form: Form) -> Page {
    let service = text::number(form.get("service"));
    let unit = &paired.device.unit;
    if !form.get("booking").is_empty() && form.get("booking") != OTHER {
        return match desk::arrive_at_tablet(&shared.office, unit, form.get("booking")).await {
            Ok(ticket) => Ok(Redirect::to(&format!("/kiosk/tickets/{}", ticket.place.ticket)).into_response()),
            Err(error) => Err(Problem::page(&shared, &paired.asked, error)),
        };
    }
    // Whoever has booked touches her number; who does not find it takes a ticket like everybody.
    let books = hall::rules(&shared.office).and_then(|(_, queue)| queue.booking).is_some_and(|b| b.service == service);
    if books && form.get("booking").is_empty() && form.get("stated_need").is_empty() {
        let all = desk::near(&shared.office, unit).await.map_err(|e| Problem::page(&shared, &paired.asked, e))?;
        if !all.is_empty() {
            return Ok(show::booked(&shared, &paired, &service, &all));
        }
    }
    if form.get("stated_need").is_empty() {
        return show::need(&shared, &paired, &service);
    }
    let need = Some(text::number(form.get("stated_need"))).filter(|n| n != "none").unwrap_or_default();
    let wish = Wish { service, need, form: some_key(&form) };
    match take_at_tablet(&shared.office, unit, &wish).await {
        Ok(ticket) => Ok(Redirect::to(&format!("/kiosk/tickets/{}", ticket.place.ticket)).into_response()),
        Err(AppError::Form(errors)) => {
            let fault = errors.first().map_or("problem-form", |e| e.fault);
            let none = context! { hidden => Vec::<Value>::new() };
            let mut response = show::page(&shared, &paired, fault, "service", Vec::new(), none);
            *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(response)
        }
        Err(error) => Err(Problem::page(&shared, &paired.asked, error)),
    }
}
