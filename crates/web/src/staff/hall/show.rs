//! The clerk's page: who is at the window, who is next, the whole queue.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::StatusCode;
use huiyin_app::AppError;
use huiyin_app::access::{Action, allows};
use huiyin_app::domain::hall::stage::Stage;
use huiyin_app::domain::payload::Field;
use huiyin_app::reception::booking::{desk as bookings, plan};
use huiyin_app::reception::{Board, Ticket, board, come, hall, sitting};
use minijinja::Value;

use super::booking::expected as expected_values;
use crate::edge::context::{Shared, SignedIn};
use crate::edge::form::Form;
use crate::edge::problem::{FieldProblem, Problem};
use crate::moves::key_of;
use crate::pages::Page;
use crate::pages::hall::{choice_label, counters, ticket_values, window_name};

/// Days ahead of which groups are told.
const AHEAD: i32 = 7;

/// The page.
pub(crate) async fn show(
    State(shared): State<Arc<Shared>>,
    Query(asked): Query<BTreeMap<String, String>>,
    signed: SignedIn,
) -> Page {
    render(&shared, &signed, &asked, Vec::new()).await
}

/// The page with what was wrong.
pub(super) async fn render(
    shared: &Shared,
    signed: &SignedIn,
    asked: &BTreeMap<String, String>,
    errors: Vec<FieldProblem>,
) -> Page {
    let fail = |e| Problem::page(shared, &signed.asked, e);
    let language = signed.asked.language;
    let unit = &signed.staff.officer.unit;
    let may_set_up = allows(&signed.staff, Action::KeepHall);
    let now = match board(&shared.office, unit).await {
        Ok(now) => now,
        // There is none yet: whoever may set one up is shown how.
        Err(AppError::NotFound) => {
            return Ok(shared.desk(signed, "hall_desk.html", context! { there => false, may_set_up, errors }));
        }
        Err(error) => return Err(fail(error)),
    };
    let today = shared.office.now().today();
    let expected = bookings::of_day(&shared.office, unit, today).await.map_err(fail)?;
    let left_open = bookings::left_open(&shared.office, unit).await.map_err(fail)?;
    let books = plan::of_unit(&shared.office, unit).await.map_err(fail)?.is_some_and(|p| p.open);
    let until = today.saturating_add(jiff::Span::new().days(AHEAD));
    let coming = come::between(&shared.office, unit, today, until).await.map_err(fail)?;
    let groups: Vec<Value> = coming
        .iter()
        .filter(|(_, row)| row.coming.headcount.is_some() && row.coming.by.is_none() && !row.over)
        .map(|(day, row)| {
            let hours = row.coming.hours.clone().unwrap_or_default();
            context! {
                day => huiyin_wording::day(language, *day, today), hours, n => row.coming.headcount,
                number => row.number, today => *day == today,
            }
        })
        .collect();
    let mine = sitting::window_of(&shared.office, &signed.staff).await.map_err(fail)?;
    let text = |name: &str| asked.get(name).cloned().unwrap_or_default();
    let failed = !errors.is_empty();
    let values = context! {
        there => true, may_set_up, errors, unit => unit.as_str(), open => now.open,
        mine => mine.and_then(|number| at_window(shared, signed, &now, number)),
        counters => counters(shared, language, &now), lines => queue(shared, signed, &now),
        paused => now.paused.iter().map(|t| visit(shared, signed, t)).collect::<Vec<_>>(),
        longest => now.longest.map(|m| m.0), key => key_of(&Form::default()).map_err(fail)?,
        services => choices(shared, signed, Field::Service), needs => choices(shared, signed, Field::StatedNeed),
        given => text("given"), note => text("note"), books, groups,
        expected => expected_values(shared, signed, &expected, today),
        left_open => expected_values(shared, signed, &left_open, today),
    };
    let mut response = shared.desk(signed, "hall_desk.html", values);
    if failed {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

/// The officer's own window: who is there, and who is next.
fn at_window(shared: &Shared, signed: &SignedIn, now: &Board, number: u32) -> Option<Value> {
    let language = signed.asked.language;
    let counter = now.counters.iter().find(|c| c.window.number == number)?;
    let next = now.next_for(&counter.window).map(|line| visit(shared, signed, &line.ticket));
    let most = hall::rules(&shared.office).map_or(1, |(_, queue)| queue.calls);
    let times = counter.now.as_ref().map(|t| if let Stage::Called { times, .. } = t.place.stage { times } else { 0 });
    Some(context! {
        number, name => window_name(shared, language, &counter.window),
        now => counter.now.as_ref().map(|t| visit(shared, signed, t)), next, times,
        may_miss => times.is_some_and(|t| t >= most),
    })
}

/// Those who wait, with what the officers of the hall know of them.
fn queue(shared: &Shared, signed: &SignedIn, now: &Board) -> Vec<Value> {
    let lines = now.waiting.iter();
    lines.map(|l| context! { expected => l.expected.map(|m| m.0), ..visit(shared, signed, &l.ticket) }).collect()
}

fn visit(shared: &Shared, signed: &SignedIn, ticket: &Ticket) -> Value {
    context! {
        ticket => ticket.place.ticket, number => ticket.number, seen => seen(ticket),
        ..ticket_values(shared, signed.asked.language, ticket)
    }
}

/// As what a ticket was seen when a page was made: a button pressed on a page of before does nothing else.
pub(super) fn seen(ticket: &Ticket) -> String {
    let times = if let Stage::Called { times, .. } = ticket.place.stage { times } else { 0 };
    format!("{}-{times}", ticket.place.stage.word())
}

fn choices(shared: &Shared, signed: &SignedIn, field: Field) -> Vec<Value> {
    let Some((book, _)) = hall::rules(&shared.office) else { return Vec::new() };
    let language = signed.asked.language;
    book.choices_of(field)
        .map(|c| context! { id => c.id, label => choice_label(shared, language, field, &c.id) })
        .collect()
}
