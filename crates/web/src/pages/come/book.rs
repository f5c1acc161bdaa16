//! Booking a visit: a day, a time, what for. And the entry for a calendar.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use huiyin_app::AppError;
use huiyin_app::domain::hall::slot::Slot;
use huiyin_app::domain::ids::UnitId;
use huiyin_app::domain::payload::Field;
use huiyin_app::domain::procedure::{BeginRule, Label};
use huiyin_app::proceedings::Beginning;
use huiyin_app::reception::booking::{DaySlots, plan, slots};
use huiyin_wording::Language;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use minijinja::Value;

use super::name_of;
use crate::edge::calendar_file::{Entry, calendar_file};
use crate::edge::context::{RequestContext, Shared};
use crate::edge::form::Form;
use crate::edge::problem::{FieldProblem, Problem};
use crate::moves::key_of;
use crate::pages::Page;
use crate::pages::hall::choice_label;

/// Whether a beginning takes a time of the hall.
pub(super) fn takes_time(rule: &BeginRule) -> bool {
    rule.needs.iter().any(|n| n.field == Field::Slot)
}

/// The fields of a form: a day and a time that were chosen as one are taken apart.
pub(super) fn fields(form: &Form) -> BTreeMap<String, String> {
    let mut fields = form.flat();
    if let Some((day, time)) = form.get("when").split_once(' ') {
        fields.insert(Field::DueOn.word(), day.to_owned());
        fields.insert(Field::Slot.word(), time.to_owned());
    }
    fields
}

/// The form: the days first, and the times of the day that was chosen.
pub(super) async fn render(
    shared: &Shared,
    asked: &RequestContext,
    unit: &UnitId,
    begin: &Beginning,
    form: &Form,
    errors: Vec<FieldProblem>,
) -> Page {
    let fail = |e| Problem::with_words(shared, asked, e, form);
    let (language, office) = (asked.language, &shared.office);
    let today = office.now().today();
    let days = slots::days(office, unit).await.map_err(fail)?;
    let in_address = asked.query.split('&').find_map(|pair| pair.strip_prefix("day="));
    let wanted = if form.get("due_on").is_empty() { in_address } else { Some(form.get("due_on")) };
    let wanted = wanted.and_then(|d| d.parse::<Date>().ok());
    let chosen = days.iter().find(|d| Some(d.day) == wanted && d.closed.is_none());
    // A day that cannot be had any more: another is chosen on the form, which keeps what was typed.
    let again = chosen.is_none() && form.has("key");
    let choices = |field: Field| -> Vec<Value> {
        let need = begin.rule.needs.iter().find(|n| n.field == field);
        let ids = need.map(|n| n.choices.as_slice()).unwrap_or_default();
        ids.iter().map(|id| context! { id, label => choice_label(shared, language, field, id) }).collect()
    };
    let pick = |l: &Label| l.get(language.code()).to_owned();
    let directory = office.directory().await.map_err(fail)?;
    let failed = !errors.is_empty();
    let values = context! {
        unit => unit.as_str(), name => name_of(language, &directory, unit), errors,
        title => begin.rule.title_in(language.code(), today), hint => begin.rule.hint.as_ref().map(pick),
        days => days.iter().map(|d| day(shared, language, d)).collect::<Vec<_>>(),
        chosen => chosen.map(|d| day(shared, language, d)), again, slot => form.get("slot"),
        services => choices(Field::Service), service => form.get("service"),
        needs => choices(Field::StatedNeed), need => form.get("stated_need"), telephone => form.get("telephone"),
        code => form.get("code"), key => key_of(form).map_err(fail)?,
        action => format!("/come/{unit}/new/{}", begin.rule.id),
    };
    let mut response = shared.page(asked, "booking.html", values);
    if failed {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

fn day(shared: &Shared, language: Language, day: &DaySlots) -> Value {
    let times: Vec<Value> =
        day.times.iter().map(|t| context! { time => t.time.strftime("%H:%M").to_string(), free => t.free }).collect();
    context! {
        day => day.day.to_string(), label => huiyin_wording::date(language, day.day), closed => day.closed,
        short => huiyin_wording::day(language, day.day, shared.office.now().today()),
        weekday => shared.say(language, &format!("weekday-{}", day.day.weekday().to_monday_one_offset())),
        free => day.free(), times,
    }
}

/// Times that are free, for a change: one choice each.
pub(super) async fn free_times(shared: &Shared, language: Language, unit: &UnitId) -> Result<Vec<Value>, AppError> {
    let mut out = Vec::new();
    for day in slots::days(&shared.office, unit).await? {
        let label = huiyin_wording::date(language, day.day);
        out.extend(day.times.iter().filter(|t| t.free > 0).map(|t| {
            let time = t.time.strftime("%H:%M");
            context! { value => format!("{} {time}", day.day), text => format!("{label} {time}") }
        }));
    }
    Ok(out)
}

/// What a page tells of a booked time.
pub(super) async fn booked(
    shared: &Shared,
    language: Language,
    unit: &UnitId,
    day: Date,
    slot: Slot,
) -> Result<Value, AppError> {
    let directory = shared.office.directory().await?;
    let place = directory.unit(unit);
    Ok(context! {
        day => huiyin_wording::date(language, day), time => slot.clock(), unit => unit.as_str(),
        name => name_of(language, &directory, unit), address => place.map(|u| u.address.clone()),
        telephone => place.map(|u| u.telephone.clone()),
        file => format!("/come/{unit}/calendar/{day}/{}", slot.clock()),
    })
}

/// A time of a hall as a file for a calendar. It says nothing of whoever booked it.
pub(crate) async fn calendar(
    State(shared): State<Arc<Shared>>,
    Path((unit, day, time)): Path<(String, String, String)>,
    asked: RequestContext,
) -> Page {
    let fail = |e| Problem::page(&shared, &asked, e);
    let unit = UnitId::new(unit);
    let (day, slot) = (day.parse::<Date>().ok(), Slot::typed(&time));
    let (Some(day), Some(slot)) = (day, slot) else { return Err(fail(AppError::NotFound)) };
    let plan = plan::of_unit(&shared.office, &unit).await.map_err(fail)?.ok_or(AppError::NotFound).map_err(fail)?;
    let begins = slot.begins(day, shared.office.zone()).ok_or(AppError::NotFound).map_err(fail)?;
    let shown = booked(&shared, asked.language, &unit, day, slot).await.map_err(fail)?;
    let text = |name: &str| shown.get_attr(name).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default();
    let ends = begins.checked_add(SignedDuration::from_mins(i64::from(plan.minutes))).unwrap_or(Timestamp::MAX);
    let entry = Entry {
        uid: format!("{day}-{}-{unit}@huiyin", slot.clock().replace(':', "")),
        made: shared.office.machine_now(),
        begins,
        ends,
        title: shared.office.wording().text(asked.language, "booking-calendar", &[("unit", text("name").into())]),
        place: text("address"),
    };
    let head = [
        (header::CONTENT_TYPE, "text/calendar; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{day}.ics\"")),
    ];
    let response: Response = (head, calendar_file(&entry)).into_response();
    Ok(response)
}
