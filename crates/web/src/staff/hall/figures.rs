//! Figures of the hall by service and hour, with plots, and the day book; both as a workbook.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use huiyin_app::domain::hall::stage::Stage;
use huiyin_app::domain::payload::Field;
use huiyin_app::domain::text;
use huiyin_app::reception::figures::{self, Cell as SheetCell, Count, Figures, Sheet, sheets};
use huiyin_app::{AppError, FormError};
use huiyin_wording::Language;
use jiff::civil::Date;
use minijinja::Value;

use crate::edge::context::{Shared, SignedIn};
use crate::edge::problem::{self, FieldProblem, Problem};
use crate::pages::Page;
use crate::pages::hall::choice_label;

/// What was asked for in the address.
type Asked = Query<BTreeMap<String, String>>;

/// The span that was asked for; this month until today where none was.
fn span(shared: &Shared, asked: &BTreeMap<String, String>) -> Result<(Date, Date), AppError> {
    let today = shared.office.now().today();
    let day = |name: &'static str, or: Date| match asked.get(name).map(String::as_str).unwrap_or_default() {
        "" => Ok(or),
        typed => text::days::day(typed).map_err(|_| AppError::Form(vec![FormError::new(name, "fault-not-a-day")])),
    };
    Ok((day("from", today.first_of_month())?, day("until", today)?))
}

/// The figures.
pub(crate) async fn show(State(shared): State<Arc<Shared>>, Query(asked): Asked, signed: SignedIn) -> Page {
    let read = match span(&shared, &asked) {
        Ok((from, until)) => figures::of_span(&shared.office, &signed.staff, from, until).await,
        Err(error) => Err(error),
    };
    match read {
        Ok(figures) => Ok(page(&shared, &signed, &asked, Some(&figures), Vec::new())),
        Err(error @ AppError::Form(_)) => {
            let shown = problem::fields(&shared, signed.asked.language, &error);
            let mut response = page(&shared, &signed, &asked, None, shown);
            *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(response)
        }
        Err(error) => Err(Problem::page(&shared, &signed.asked, error)),
    }
}

fn page(
    shared: &Shared,
    signed: &SignedIn,
    asked: &BTreeMap<String, String>,
    figures: Option<&Figures>,
    errors: Vec<FieldProblem>,
) -> Response {
    let language = signed.asked.language;
    let typed = |name: &str| asked.get(name).cloned().unwrap_or_default();
    let (from, until) = match span(shared, asked) {
        Ok((from, until)) => (from.to_string(), until.to_string()),
        Err(_) => (typed("from"), typed("until")),
    };
    let rows = |shown: &Figures| -> Vec<Value> {
        shown
            .by_service
            .iter()
            .map(|(id, count)| line(&choice_label(shared, language, Field::Service, id), count))
            .collect()
    };
    let values = context! {
        from, until, errors, there => figures.is_some(), services => figures.map(rows),
        all => figures.map(|f| line(&shared.say(language, "figures-all"), &f.all)),
        hours => figures.map(hours), booked => figures.map(|f| f.booked), not_come => figures.map(|f| f.not_come),
        today => shared.office.now().today().to_string(),
    };
    shared.desk(signed, "figures.html", values)
}

fn line(label: &str, c: &Count) -> Value {
    context! {
        label, came => c.came, heard => c.heard, went_away => c.went_away, waited => c.waited(), talked => c.talked(),
        with_copy => c.with_copy, registered => c.registered,
    }
}

/// Hours with the length of their bars: of a hundred.
fn hours(figures: &Figures) -> Vec<Value> {
    let most = figures.by_hour.values().map(|c| c.came).max().unwrap_or(0).max(1);
    let longest = figures.by_hour.values().filter_map(Count::waited).max().unwrap_or(0).max(1);
    figures
        .by_hour
        .iter()
        .map(|(hour, c)| {
            let wait = c.waited().map(|w| w * 100 / longest);
            context! { came_bar => c.came * 100 / most, waited_bar => wait, ..line(&format!("{hour:02}:00"), c) }
        })
        .collect()
}

/// The figures as a workbook: by service and by hour.
pub(crate) async fn figures_file(State(shared): State<Arc<Shared>>, Query(asked): Asked, signed: SignedIn) -> Page {
    let fail = |e| Problem::page(&shared, &signed.asked, e);
    let language = signed.asked.language;
    let (from, until) = span(&shared, &asked).map_err(fail)?;
    let found = figures::of_span(&shared.office, &signed.staff, from, until).await.map_err(fail)?;
    let heads = |first: &str| -> Vec<String> {
        let keys = [first, "today-came", "today-heard", "today-went-away", "figures-waited", "figures-talked"];
        let keys = keys.into_iter().chain(["figures-copy", "figures-registered"]);
        keys.map(|key| shared.say(language, key)).collect()
    };
    let by_service = found
        .by_service
        .iter()
        .map(|(id, count)| cells(&choice_label(&shared, language, Field::Service, id), count))
        .collect();
    let by_hour = found.by_hour.iter().map(|(hour, count)| cells(&format!("{hour:02}:00"), count)).collect();
    let sheet = |name: &str, first: &str, rows| Sheet { name: shared.say(language, name), heads: heads(first), rows };
    let both =
        [sheet("figures-by-service", "field-service", by_service), sheet("figures-by-hour", "figures-hour", by_hour)];
    file(&both, &format!("{from}-{until}")).map_err(fail)
}

fn cells(label: &str, c: &Count) -> Vec<SheetCell> {
    let number = |n: u32| SheetCell::Number(f64::from(n));
    let minutes = |m: Option<i64>| {
        m.and_then(|m| i32::try_from(m).ok()).map_or(SheetCell::Empty, |m| SheetCell::Number(f64::from(m)))
    };
    vec![
        SheetCell::Text(label.to_owned()),
        number(c.came),
        number(c.heard),
        number(c.went_away),
        minutes(c.waited()),
        minutes(c.talked()),
        number(c.with_copy),
        number(c.registered),
    ]
}

fn file(all: &[Sheet], name: &str) -> Result<Response, AppError> {
    let head = [
        (header::CONTENT_TYPE, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.xlsx\"")),
    ];
    Ok((head, sheets(all)?).into_response())
}

/// The day that was asked for; today where none was.
fn day(shared: &Shared, asked: &BTreeMap<String, String>) -> Date {
    let typed = asked.get("day").and_then(|d| text::days::day(d).ok());
    typed.unwrap_or_else(|| shared.office.now().today())
}

/// Heads and rows of the day book.
async fn book(
    shared: &Shared,
    signed: &SignedIn,
    day: Date,
    language: Language,
) -> Result<(Vec<String>, Vec<Vec<String>>), AppError> {
    let all = figures::day_book(&shared.office, &signed.staff, day).await?;
    let heads = ["hall-col-ticket", "receipt-number", "field-service", "hall-col-taken", "book-heard", "book-left"];
    let heads = heads.into_iter().chain(["figures-registered", "book-state"]);
    let at = |time: jiff::Timestamp| huiyin_wording::time(time, shared.office.zone());
    let rows = all
        .iter()
        .map(|t| {
            let left = if let Stage::Gone { left_at } = t.place.stage { at(left_at) } else { String::new() };
            vec![
                t.place.ticket.clone(),
                t.number.clone(),
                choice_label(shared, language, Field::Service, &t.place.service),
                at(t.taken_at),
                t.place.heard_from.map(at).unwrap_or_default(),
                left,
                if t.place.recorded { t.place.registered.to_string() } else { String::new() },
                shared.say(language, &format!("book-{}", t.place.stage.word())),
            ]
        })
        .collect();
    Ok((heads.map(|key| shared.say(language, key)).collect(), rows))
}

/// The day book, to be read and printed.
pub(crate) async fn day_book(State(shared): State<Arc<Shared>>, Query(asked): Asked, signed: SignedIn) -> Page {
    let language = signed.asked.language;
    let day = day(&shared, &asked);
    let found = book(&shared, &signed, day, language).await.map_err(|e| Problem::page(&shared, &signed.asked, e))?;
    let values = context! {
        day => day.to_string(), label => huiyin_wording::date(language, day), heads => found.0, rows => found.1,
    };
    Ok(shared.desk(&signed, "day_book.html", values))
}

/// The day book as a workbook.
pub(crate) async fn day_book_file(State(shared): State<Arc<Shared>>, Query(asked): Asked, signed: SignedIn) -> Page {
    let fail = |e| Problem::page(&shared, &signed.asked, e);
    let day = day(&shared, &asked);
    let (heads, rows) = book(&shared, &signed, day, signed.asked.language).await.map_err(fail)?;
    let rows = rows.into_iter().map(|row| row.into_iter().map(SheetCell::Text).collect()).collect();
    file(&[Sheet { name: day.to_string(), heads, rows }], &day.to_string()).map_err(fail)
}
