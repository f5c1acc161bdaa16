//! One’s own account: password, sign-ins, second factor.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use huiyin_app::{AppError, security, sign_in};
use minijinja::Value;

use crate::edge::context::{Shared, SignedIn};
use crate::edge::problem::{FieldProblem, Problem};
use crate::pages::Page;
use crate::staff::security::line;

/// Entries of the own account that are shown.
const SHOWN: usize = 30;

/// The account.
pub(crate) async fn show(State(shared): State<Arc<Shared>>, signed: SignedIn) -> Page {
    page(&shared, &signed, Vec::new()).await
}

pub(in crate::staff) async fn page(shared: &Shared, signed: &SignedIn, errors: Vec<FieldProblem>) -> Page {
    let failed = |e: AppError| Problem::page(shared, &signed.asked, e);
    let (office, language, today) = (&shared.office, signed.asked.language, shared.office.now().today());
    let sessions = sign_in::sessions(office, &signed.staff, &signed.secret).await.map_err(failed)?;
    let sessions: Vec<Value> = sessions
        .into_iter()
        .map(|s| context! {
            key => s.key, opened => huiyin_wording::instant(language, s.opened, office.zone(), today), from => s.from,
            device => device(&s.device), this => s.this,
        })
        .collect();
    let directory = office.directory().await.map_err(failed)?;
    let entries = security::own(office, &signed.staff, "", SHOWN).await.map_err(failed)?.entries;
    let entries: Vec<Value> = entries.iter().map(|e| line(shared, language, &directory, e)).collect();
    let spares = sign_in::second_factor(office, &signed.staff.officer.id).await.map_err(failed)?;
    let wrong = !errors.is_empty();
    let mut response = shared.desk(
        signed,
        "account.html",
        context! {
            errors, given => signed.given, ended => signed.asked.query == "ended=1", sessions, entries,
            second_factor => spares.is_some(), spares, minutes => sign_in::IDLE_MINUTES, hours => sign_in::LASTS_HOURS,
        },
    );
    if wrong {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

/// Browser and system by the names people know; what is not known is shown as it calls itself, cut.
fn device(called: &str) -> String {
    let named =
        |list: &[(&str, &'static str)]| list.iter().find(|(mark, _)| called.contains(mark)).map(|(_, name)| *name);
    let browser = named(&[
        ("MicroMessenger", "WeChat"),
        ("Edg", "Edge"),
        ("Firefox", "Firefox"),
        ("Chrome", "Chrome"),
        ("Safari", "Safari"),
    ]);
    let system = named(&[
        ("Windows", "Windows"),
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ]);
    match (browser, system) {
        (Some(browser), Some(system)) => format!("{browser} · {system}"),
        (Some(known), None) | (None, Some(known)) => known.to_owned(),
        (None, None) => called.chars().take(60).collect(),
    }
}
