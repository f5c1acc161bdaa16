//! The tablet's two questions: what for, and whether there is a need by which she is called earlier.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use huiyin_app::domain::payload::Field;
use huiyin_app::reception::booking::desk::Expected;
use huiyin_app::reception::hall;
use minijinja::Value;

use super::give::OTHER;
use super::{Paired, again, in_all, said};
use crate::edge::context::Shared;
use crate::edge::problem::Problem;
use crate::moves::key_of;
use crate::pages::Page;
use crate::pages::hall::choice_label;

/// The first page.
pub(crate) async fn show(State(shared): State<Arc<Shared>>, paired: Paired) -> Page {
    let fail = |e| Problem::page(&shared, &paired.asked, e);
    let hall = hall::open_to_visitors(&shared.office, &paired.device.unit).await.map_err(fail)?;
    let title = if hall.open { "kiosk-what-for" } else { "hall-closed" };
    let choices = if hall.open { choices(&shared, Field::Service) } else { Vec::new() };
    let page = page(&shared, &paired, title, "service", choices, context! { hidden => Vec::<Value>::new() });
    Ok(([(header::SET_COOKIE, again(&shared, &paired.asked))], page).into_response())
}

/// The second: a need, or none.
pub(super) fn need(shared: &Shared, paired: &Paired, service: &str) -> Page {
    let key = key_of(&Default::default()).map_err(|e| Problem::page(shared, &paired.asked, e))?;
    let hidden = [("service", service), ("key", key.as_str())];
    let hidden: Vec<Value> = hidden.iter().map(|(name, value)| context! { name, value }).collect();
    let mut choices = choices(shared, Field::StatedNeed);
    choices.insert(0, context! { id => "none", labels => said(shared, "kiosk-no-need"), main => true });
    Ok(page(shared, paired, "kiosk-need", "stated_need", choices, context! { hidden }))
}

/// The bookings of now, by time and number.
pub(super) fn booked(shared: &Shared, paired: &Paired, service: &str, all: &[Expected]) -> Response {
    let mut choices: Vec<Value> = all
        .iter()
        .map(|e| {
            let text = format!("{} · {}", e.slot.clock(), e.row.number);
            context! { id => e.row.number, labels => [context! { lang => "", text }], main => true }
        })
        .collect();
    choices.push(context! { id => OTHER, labels => said(shared, "kiosk-booked-other"), main => false });
    let hidden = [context! { name => "service", value => service }];
    page(shared, paired, "kiosk-booked", "booking", choices, context! { hidden })
}

/// A page with one question, or with what is to be said.
pub(super) fn page(
    shared: &Shared,
    paired: &Paired,
    title: &str,
    name: &str,
    choices: Vec<Value>,
    more: Value,
) -> Response {
    let first = name == "service";
    let hint = match name {
        "service" => "kiosk-lead",
        "booking" => "kiosk-booked-hint",
        _ => "kiosk-need-hint",
    };
    let values = context! {
        titles => said(shared, title), hints => said(shared, hint), name, choices, first,
        back => said(shared, "kiosk-back"), ..more
    };
    shared.page(&paired.asked, "kiosk.html", values)
}

fn choices(shared: &Shared, field: Field) -> Vec<Value> {
    let Some((book, _)) = hall::rules(&shared.office) else { return Vec::new() };
    book.choices_of(field)
        .map(|c| {
            let labels = in_all(shared, |language| choice_label(shared, language, field, &c.id));
            context! { id => c.id, labels, main => false }
        })
        .collect()
}
