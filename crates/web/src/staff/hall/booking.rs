//! When the hall receives and what can be booked of it; and cancelling what is booked on a day without reception.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect};
use huiyin_app::access::{Action, require};
use huiyin_app::domain::hall::slot::Slot;
use huiyin_app::domain::text;
use huiyin_app::reception::booking::{BookingPlan, Opening, desk, plan};
use huiyin_app::{AppError, FormError};
use jiff::civil::Date;
use minijinja::Value;

use crate::edge::context::{Shared, SignedIn};
use crate::edge::form::Form;
use crate::edge::problem::{self, FieldProblem, Problem};
use crate::pages::Page;

/// The form.
pub(crate) async fn form(State(shared): State<Arc<Shared>>, signed: SignedIn) -> Page {
    let fail = |e| Problem::page(&shared, &signed.asked, e);
    require(&signed.staff, Action::KeepHall).map_err(fail)?;
    let plan = plan::of_unit(&shared.office, &signed.staff.officer.unit).await.map_err(fail)?.unwrap_or_default();
    render(&shared, &signed, &typed(&plan), Vec::new()).await
}

/// A plan as its form shows it.
fn typed(plan: &BookingPlan) -> Form {
    let time = |t: jiff::civil::Time| t.strftime("%H:%M").to_string();
    let hours: Vec<String> = plan.hours.iter().map(|o| format!("{}-{}", time(o.from), time(o.until))).collect();
    let closures: Vec<String> = plan.closures.iter().map(|(day, why)| format!("{day} {why}")).collect();
    let number = |n: u32| if n == 0 { String::new() } else { n.to_string() };
    let pairs = [
        ("open", if plan.open { "1".to_owned() } else { String::new() }),
        ("hours", hours.join("\n")),
        ("minutes", number(plan.minutes)),
        ("at_once", number(plan.at_once)),
        ("closures", closures.join("\n")),
    ];
    Form::from_pairs(pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

/// A plan from its form; every line that is not understood is named.
fn read(form: &Form) -> Result<BookingPlan, Vec<FormError>> {
    let mut errors = Vec::new();
    let mut hours = Vec::new();
    for line in lines(form.get("hours")) {
        let plain = text::number(&line).replace(['—', '–', '~', '至', '到'], "-");
        let time = |part: &str| Slot::typed(part).filter(|_| !part.contains('/')).map(|s| s.time);
        match plain.split_once('-').and_then(|(from, until)| Some((time(from.trim())?, time(until.trim())?))) {
            Some((from, until)) => hours.push(Opening { from, until }),
            None => errors.push(FormError::with("hours", "fault-hours-wrong", &line)),
        }
    }
    let mut closures = BTreeMap::new();
    for line in lines(form.get("closures")) {
        let (day, why) = line.split_once(char::is_whitespace).unwrap_or((&line, ""));
        match text::days::day(day) {
            Ok(day) => drop(closures.insert(day, why.trim().to_owned())),
            Err(_) => errors.push(FormError::with("closures", "fault-closure-wrong", &line)),
        }
    }
    // What is no number is refused with the bounds.
    let number = |name: &str| text::number(form.get(name)).parse::<u32>().unwrap_or(0);
    let plan = BookingPlan {
        open: !form.get("open").is_empty(),
        hours,
        minutes: number("minutes"),
        at_once: number("at_once"),
        closures,
    };
    if errors.is_empty() { Ok(plan) } else { Err(errors) }
}

fn lines(typed: &str) -> impl Iterator<Item = String> {
    typed.lines().map(text::line).filter(|line| !text::is_blank(line)).collect::<Vec<_>>().into_iter()
}

async fn render(shared: &Shared, signed: &SignedIn, form: &Form, errors: Vec<FieldProblem>) -> Page {
    let fail = |e| Problem::page(shared, &signed.asked, e);
    let (language, unit) = (signed.asked.language, &signed.staff.officer.unit);
    let plan = plan::of_unit(&shared.office, unit).await.map_err(fail)?.unwrap_or_default();
    // Days that are closed and still have bookings.
    let mut open: Vec<Value> = Vec::new();
    for (day, reason) in plan.closures.iter().filter(|(day, _)| **day >= shared.office.now().today()) {
        let all = desk::of_day(&shared.office, unit, *day).await.map_err(fail)?;
        let n = all.iter().filter(|e| e.is_open()).count();
        if n > 0 {
            open.push(context! { day => day.to_string(), label => huiyin_wording::date(language, *day), reason, n });
        }
    }
    let failed = !errors.is_empty();
    let asked = &signed.asked.query;
    let cancelled = asked.split('&').find_map(|p| p.strip_prefix("cancelled=")).and_then(|n| n.parse::<u32>().ok());
    let seen =
        if form.has("seen") { form.get("seen").to_owned() } else { serde_json::to_string(&plan).unwrap_or_default() };
    let values = context! {
        seen, errors, open, taken => form.get("open"), hours => form.get("hours"), minutes => form.get("minutes"),
        at_once => form.get("at_once"), closures => form.get("closures"), day => form.get("day"),
        reason => form.get("reason"), saved => asked.contains("saved=1"), cancelled,
    };
    let mut response = shared.desk(signed, "booking_setup.html", values);
    if failed {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

/// Saves it.
pub(crate) async fn save(State(shared): State<Arc<Shared>>, signed: SignedIn, form: Form) -> Page {
    signed.check_form(&shared, &form)?;
    let saved = match read(&form) {
        Ok(plan) => {
            let seen = serde_json::from_str(form.get("seen")).ok();
            plan::put(&shared.office, &signed.staff, plan, seen.as_ref()).await
        }
        Err(errors) => Err(AppError::Form(errors)),
    };
    match saved {
        Ok(()) => Ok(Redirect::to("/staff/hall/booking?saved=1").into_response()),
        Err(error @ AppError::Form(_)) => {
            let shown = problem::fields(&shared, signed.asked.language, &error);
            render(&shared, &signed, &form, shown).await
        }
        Err(AppError::ChangedMeanwhile) => {
            let shown =
                problem::of_move(&shared, &signed.asked, &AppError::ChangedMeanwhile, "/staff/hall/booking", "");
            render(&shared, &signed, &form, shown).await
        }
        Err(error) => Err(Problem::with_words(&shared, &signed.asked, error, &form)),
    }
}

/// Cancels what is booked on a day.
pub(crate) async fn cancel(State(shared): State<Arc<Shared>>, signed: SignedIn, form: Form) -> Page {
    signed.check_form(&shared, &form)?;
    let fail = |e| Problem::with_words(&shared, &signed.asked, e, &form);
    let done = match text::days::day(form.get("day")) {
        Ok(day) => desk::cancel_day(&shared.office, &signed.staff, day, form.get("reason")).await,
        Err(_) => Err(AppError::Form(vec![FormError::new("day", "fault-not-a-day")])),
    };
    match done {
        Ok(n) => Ok(Redirect::to(&format!("/staff/hall/booking?cancelled={n}")).into_response()),
        Err(error @ AppError::Form(_)) => {
            let shown = problem::fields(&shared, signed.asked.language, &error);
            let unit = &signed.staff.officer.unit;
            let plan = plan::of_unit(&shared.office, unit).await.map_err(fail)?.unwrap_or_default();
            let both = typed(&plan).pairs().chain(form.only(&["day", "reason"]).pairs()).map(owned).collect();
            render(&shared, &signed, &Form::from_pairs(both), shown).await
        }
        Err(error) => Err(fail(error)),
    }
}

fn owned((name, value): (&str, &str)) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

/// The bookings of a day as the desk shows them.
pub(super) fn expected(shared: &Shared, signed: &SignedIn, all: &[desk::Expected], today: Date) -> Vec<Value> {
    use crate::pages::hall::choice_label;
    use huiyin_app::domain::payload::Field;
    let language = signed.asked.language;
    all.iter()
        .map(|e| {
            context! {
                time => e.slot.clock(), day => (e.day != today).then(|| huiyin_wording::day(language, e.day, today)),
                number => e.row.number, ticket => e.row.ticket, open => e.is_open(),
                service => choice_label(shared, language, Field::Service, &e.row.service),
                need => e.row.need.as_ref().map(|n| choice_label(shared, language, Field::StatedNeed, n)),
            }
        })
        .collect()
}
