//! An upload that waits for the second person, with what its check said.

use std::sync::Arc;

use axum::extract::{Path, State};
use huiyin_app::AppError;
use huiyin_app::rules::{self, ProposalState};

use super::list::{proposal, queried};
use crate::edge::context::{Shared, SignedIn};
use crate::edge::problem::Problem;
use crate::pages::Page;

/// One upload: where its check stands, its faults, and the word of another person.
pub(crate) async fn waiting(State(shared): State<Arc<Shared>>, Path(key): Path<String>, signed: SignedIn) -> Page {
    let fail = |e| Problem::page(&shared, &signed.asked, e);
    let all = rules::proposals(&shared.office, &signed.staff).await.map_err(fail)?;
    let one = all.iter().find(|p| p.key == key).ok_or_else(|| fail(AppError::NotFound))?;
    let names = shared.office.directory().await.map_err(fail)?;
    let checking = matches!(one.state, ProposalState::Checking { .. }) && !one.is_lost(shared.office.machine_now());
    let file = queried(&signed, "file");
    let values = context! {
        p => proposal(&shared, &signed, &names, one), may_approve => rules::approves(&shared.office, &signed.staff),
        files => one.files.keys().collect::<Vec<_>>(), file => file, text => one.files.get(&file),
    };
    let mut response = shared.desk(&signed, "rules_waiting.html", values);
    if checking {
        response.headers_mut().insert(axum::http::header::REFRESH, axum::http::HeaderValue::from_static("2"));
    }
    Ok(response)
}
