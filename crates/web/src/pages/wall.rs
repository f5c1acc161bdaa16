//! The wall of the office: the day of its hall, live, on a device that can only read it.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use huiyin_app::AppError;
use huiyin_app::domain::ids::UnitId;
use huiyin_app::reception::device::DeviceKind;
use huiyin_app::reception::today::today;
use huiyin_wording::Language;
use minijinja::Value;

use super::come::{coming_day, name_of};
use super::hall::{counters, lines};
use super::kiosk::paired;
use crate::edge::context::{RequestContext, Shared};
use crate::edge::problem::Problem;
use crate::pages::Page;

/// The wall.
pub(crate) async fn wall(State(shared): State<Arc<Shared>>, asked: RequestContext) -> Page {
    let device = paired(&shared, &asked, DeviceKind::Wall).await?;
    let values = day_of(&shared, asked.language, &device.unit).await.map_err(|e| Problem::page(&shared, &asked, e))?;
    let cookie = super::kiosk::again(&shared, &asked);
    Ok(([(header::SET_COOKIE, cookie)], shared.page(&asked, "wall.html", values)).into_response())
}

/// The day of a hall as a page shows it.
pub(crate) async fn day_of(shared: &Shared, language: Language, unit: &UnitId) -> Result<Value, AppError> {
    let office = &shared.office;
    let now = today(office, unit).await?;
    let directory = office.directory().await?;
    let day = office.now().today();
    let seats: Vec<Value> = counters(shared, language, &now.board)
        .into_iter()
        .zip(&now.board.counters)
        .map(|(shown, counter)| {
            let officer = counter.officer.as_ref().and_then(|o| directory.officer(o)).map(|o| o.name.clone());
            context! { officer, ..shown }
        })
        .collect();
    let mut coming = Vec::new();
    for (on, row) in &now.coming {
        let ground = office.ground(&row.pack).await?;
        // What is read by the office alone is told on no wall: that a group comes, and how many.
        let begin = ground.book.find_begin(&row.begin);
        let quiet = begin.is_some_and(|b| b.private_to.is_some());
        let begin = begin.map(|b| b.title_in(language.code(), *on));
        let begin = if quiet { Some(shared.say(language, "group-list")) } else { begin };
        coming.push(context! { what => begin, today => *on == day, ..coming_day(language, &directory, day, *on, row) });
    }
    let mut next = Vec::new();
    for (duty, many) in &now.next {
        let ground = office.ground(&huiyin_app::domain::ids::PackId::new(&duty.pack)).await?;
        let what = ground.book.clock(&duty.rule).map(|c| c.title.get(language.code()).to_owned());
        let who = duty.unit.as_ref().map(|u| name_of(language, &directory, u)).unwrap_or_default();
        let due = if duty.legal == day {
            huiyin_wording::time(duty.due, office.zone())
        } else {
            huiyin_wording::day(language, duty.legal, day)
        };
        next.push(context! { what, who, due, many, number => duty.number, late => duty.due < office.now().at });
    }
    let figures = &now.figures;
    Ok(context! {
        unit => unit.as_str(), name => name_of(language, &directory, unit), open => now.board.open, seats, coming, next,
        lines => lines(&now.board), longest => now.board.longest.map(|m| m.0), came => figures.came,
        heard => figures.heard, went_away => figures.went_away, waited => figures.waited.map(|m| m.0),
        talked => figures.talked.map(|m| m.0), date => huiyin_wording::date(language, day),
        paused => now.board.paused.len(), booked => now.booked.0, booked_came => now.booked.1,
    })
}
