//! The second person puts an upload in force or refuses it.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect};
use huiyin_app::rules::{self, Kind};
use huiyin_app::{AppError, Office};

use super::answer;
use super::upload::check_beside;
use crate::edge::context::{Shared, SignedIn};
use crate::edge::form::Form;
use crate::pages::Page;

/// The word on an upload.
pub(crate) async fn decide(
    State(shared): State<Arc<Shared>>,
    Path(key): Path<String>,
    signed: SignedIn,
    form: Form,
) -> Page {
    signed.check_form(&shared, &form)?;
    let (office, staff) = (&shared.office, &signed.staff);
    let done = match form.get("decision") {
        "approve" => rules::approve(office, staff, &key).await.map(|installed| {
            if installed.kind == Kind::Calendar {
                reckon_beside(office);
            }
            Redirect::to("/staff/rules?done=approved").into_response()
        }),
        "discard" => rules::discard(office, staff, &key)
            .await
            .map(|()| Redirect::to("/staff/rules?done=discarded").into_response()),
        "again" => rules::check_again(office, staff, &key).await.map(|()| {
            check_beside(office, &key);
            Redirect::to(&format!("/staff/rules/waiting/{key}")).into_response()
        }),
        _ => Err(AppError::NotFound),
    };
    answer(&shared, &signed, &form, done).await
}

/// What is open is reckoned again under the new calendar; the acts of the office say how many days moved.
fn reckon_beside(office: &Office) {
    let office = office.clone();
    tokio::spawn(async move {
        if let Err(error) = huiyin_app::reproject::reproject_all(&office).await {
            tracing::error!(error = ?error, "open periods could not be reckoned again; run `huiyin reproject`");
        }
    });
}
