//! Setting up the hall: its windows and rooms, and what each of them is for.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect};
use huiyin_app::access::{Action, require};
use huiyin_app::domain::payload::Field;
use huiyin_app::domain::text;
use huiyin_app::reception::device::{self, DeviceKind};
use huiyin_app::reception::{Hall, Window, hall};
use huiyin_app::{AppError, FormError};
use minijinja::Value;

use crate::edge::context::{Shared, SignedIn};
use crate::edge::form::Form;
use crate::edge::problem::{self, FieldProblem, Problem};
use crate::pages::Page;
use crate::pages::hall::choice_label;

/// Empty lines offered for more windows.
const MORE: usize = 3;

/// The form.
pub(crate) async fn form(State(shared): State<Arc<Shared>>, signed: SignedIn) -> Page {
    let fail = |e| Problem::page(&shared, &signed.asked, e);
    require(&signed.staff, Action::KeepHall).map_err(fail)?;
    let hall = hall::of_unit(&shared.office, &signed.staff.officer.unit).await.map_err(fail)?.unwrap_or_default();
    let lines = hall.windows.iter().map(Line::from_window).collect();
    render(&shared, &signed, hall.open, lines, Vec::new(), context! {}).await
}

/// The form with the code for a device, or with what was wrong with what was asked for.
pub(super) async fn with_device(
    shared: &Shared,
    signed: &SignedIn,
    code: Option<&str>,
    name: &str,
    errors: Vec<FieldProblem>,
) -> Page {
    let hall = hall::of_unit(&shared.office, &signed.staff.officer.unit)
        .await
        .map_err(|e| Problem::page(shared, &signed.asked, e))?
        .unwrap_or_default();
    let lines = hall.windows.iter().map(Line::from_window).collect();
    let code = code.map(|c| format!("{} {}", c.get(..4).unwrap_or_default(), c.get(4..).unwrap_or_default()));
    let more = context! { pairing => code, device_name => name, minutes => device::PAIRING_MINUTES };
    render(shared, signed, hall.open, lines, errors, more).await
}

/// A line of the form as it was typed.
#[derive(Debug, Default)]
struct Line {
    number: String,
    name: String,
    services: Vec<String>,
}

impl Line {
    fn from_window(window: &Window) -> Self {
        Self {
            number: window.number.to_string(),
            name: window.name.clone(),
            services: window.services.iter().cloned().collect(),
        }
    }

    fn from_form(form: &Form, i: usize) -> Self {
        Self {
            number: text::number(form.get(&format!("number_{i}"))),
            name: form.get(&format!("name_{i}")).to_owned(),
            services: form.all(&format!("services_{i}")).to_vec(),
        }
    }
}

async fn render(
    shared: &Shared,
    signed: &SignedIn,
    open: bool,
    mut lines: Vec<Line>,
    errors: Vec<FieldProblem>,
    more: Value,
) -> Page {
    let language = signed.asked.language;
    let Some((book, _)) = hall::rules(&shared.office) else {
        return Err(Problem::page(shared, &signed.asked, AppError::NotFound));
    };
    lines.extend((0..MORE).map(|_| Line::default()));
    let services: Vec<&str> = book.choices_of(Field::Service).map(|c| c.id.as_str()).collect();
    let shown: Vec<Value> = lines
        .iter()
        .map(|line| {
            let offered: Vec<Value> = services
                .iter()
                .map(|id| {
                    context! {
                        id, label => choice_label(shared, language, Field::Service, id),
                        chosen => line.services.iter().any(|s| s == id),
                    }
                })
                .collect();
            context! { number => line.number, name => line.name, offered }
        })
        .collect();
    let failed = !errors.is_empty();
    let fail = |e| Problem::page(shared, &signed.asked, e);
    let today = shared.office.now().today();
    let devices: Vec<Value> = device::of_hall(&shared.office, &signed.staff)
        .await
        .map_err(fail)?
        .into_iter()
        .map(|(id, d)| {
            let on = huiyin_wording::day(language, d.at.to_zoned_datetime(shared.office.zone().clone()).date(), today);
            context! { id, name => d.name, kind => d.kind.word(), on }
        })
        .collect();
    let values = context! {
        open, lines => shown, errors, unit => signed.staff.officer.unit.as_str(), devices,
        kinds => DeviceKind::ALL.map(DeviceKind::word), revoked => signed.asked.query.contains("revoked=1"), ..more
    };
    let mut response = shared.desk(signed, "hall_setup.html", values);
    if failed {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

/// Saves it.
pub(crate) async fn set_up(State(shared): State<Arc<Shared>>, signed: SignedIn, form: Form) -> Page {
    signed.check_form(&shared, &form)?;
    let many = form.get("lines").parse::<usize>().unwrap_or(0).min(99);
    let lines: Vec<Line> = (0..many).map(|i| Line::from_form(&form, i)).collect();
    let open = !form.get("open").is_empty();
    // A line whose number is cleared is a window that is used no longer; one with a name and no number is a slip.
    let used = lines.iter().filter(|l| !(l.number.is_empty() && l.name.trim().is_empty()));
    let mut errors = Vec::new();
    let mut windows = Vec::new();
    for line in used {
        match line.number.parse::<u32>() {
            Ok(number) => windows.push(Window {
                number,
                name: line.name.clone(),
                services: line.services.iter().cloned().collect(),
            }),
            Err(_) => errors.push(FormError::with("windows", "fault-window-number", &line.number)),
        }
    }
    let saved = if errors.is_empty() {
        hall::put(&shared.office, &signed.staff, Hall { open, windows }).await
    } else {
        Err(AppError::Form(errors))
    };
    match saved {
        Ok(()) => Ok(Redirect::to("/staff/hall?note=saved").into_response()),
        Err(error @ AppError::Form(_)) => {
            let shown = problem::fields(&shared, signed.asked.language, &error);
            render(&shared, &signed, open, lines, shown, context! {}).await
        }
        Err(error) => Err(Problem::with_words(&shared, &signed.asked, error, &form)),
    }
}
