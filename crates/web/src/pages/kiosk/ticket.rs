//! The ticket, to be printed or to be followed on a phone.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, header};
use huiyin_app::AppError;
use huiyin_app::reception::ticket as tickets;

use super::{Paired, in_all, said};
use crate::edge::context::Shared;
use crate::edge::problem::Problem;
use crate::edge::square_code::square_code;
use crate::pages::Page;

/// The ticket.
pub(crate) async fn ticket(
    State(shared): State<Arc<Shared>>,
    Path(ticket): Path<String>,
    headers: HeaderMap,
    paired: Paired,
) -> Page {
    let fail = |e| Problem::page(&shared, &paired.asked, e);
    let unit = &paired.device.unit;
    let found = tickets::of_today(&shared.office, unit, &ticket).await.map_err(fail)?;
    let found = found.ok_or(AppError::NotFound).map_err(fail)?;
    let board = shared.halls.now(&shared.office, unit).await.map_err(fail)?;
    let line = board.line(&ticket);
    let scheme = if shared.config.https { "https" } else { "http" };
    let host = headers.get(header::HOST).and_then(|h| h.to_str().ok());
    let square = host.and_then(|host| square_code(&format!("{scheme}://{host}/hall/{unit}/tickets/{ticket}")));
    let directory = shared.office.directory().await.map_err(fail)?;
    let names =
        in_all(&shared, |l| directory.unit(unit).map(|u| l.pick(&u.name, &u.name_en).to_owned()).unwrap_or_default());
    let wait = line.map(|line| {
        in_all(&shared, |language| {
            let before = i64::try_from(line.before).unwrap_or(i64::MAX);
            let ahead = shared.office.wording().text(language, "hall-before", &[("n", before.into())]);
            let expected = match line.expected {
                Some(minutes) => {
                    shared.office.wording().text(language, "hall-expected", &[("minutes", minutes.0.into())])
                }
                None => shared.say(language, "hall-expected-unknown"),
            };
            format!("{ahead} · {expected}")
        })
    });
    let values = context! {
        ticket => found.place.ticket, names, wait, square,
        taken => huiyin_wording::time(found.taken_at, shared.office.zone()),
        titles => said(&shared, "hall-your-ticket"), hints => said(&shared, "kiosk-ticket-hint"),
        follow => said(&shared, "hall-follow-on-phone"), print => said(&shared, "hall-print"),
        done => said(&shared, "kiosk-done"),
    };
    Ok(shared.page(&paired.asked, "kiosk_ticket.html", values))
}
