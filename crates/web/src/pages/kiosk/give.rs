//! Takes a ticket on the tablet.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect};
use huiyin_app::AppError;
use huiyin_app::domain::text;
use huiyin_app::reception::ticket::{Wish, take_at_tablet};
use minijinja::Value;

use super::{Paired, show};
use crate::edge::context::Shared;
use crate::edge::form::Form;
use crate::edge::problem::Problem;
use crate::moves::some_key;
use crate::pages::Page;

/// Asks for a need after the service, and gives the ticket after that.
pub(crate) async fn give(State(shared): State<Arc<Shared>>, paired: Paired, form: Form) -> Page {
    let service = text::number(form.get("service"));
    if form.get("stated_need").is_empty() {
        return show::need(&shared, &paired, &service);
    }
    let need = Some(text::number(form.get("stated_need"))).filter(|n| n != "none").unwrap_or_default();
    let wish = Wish { service, need, form: some_key(&form) };
    match take_at_tablet(&shared.office, &paired.device.unit, &wish).await {
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
