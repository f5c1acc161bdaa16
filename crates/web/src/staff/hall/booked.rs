//! Whoever has booked is here, or has not come; and the telephone of one who is to be told.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Redirect};
use huiyin_app::AppError;
use huiyin_app::reception::booking::{desk, telephone_of};

use super::show;
use crate::edge::context::{Shared, SignedIn};
use crate::edge::form::Form;
use crate::edge::problem::{self, Problem};
use crate::pages::Page;

/// Gives a ticket to whoever is here, or notes that nobody came.
pub(crate) async fn booked(State(shared): State<Arc<Shared>>, signed: SignedIn, form: Form) -> Page {
    signed.check_form(&shared, &form)?;
    let (office, staff, number) = (&shared.office, &signed.staff, form.get("number"));
    let done = match form.get("step") {
        "arrive" => desk::arrive(office, staff, number).await.map(|t| format!("?given={}", t.place.ticket)),
        "not_come" => desk::not_come(office, staff, number).await.map(|()| "?note=not_come".to_owned()),
        _ => Err(AppError::NotFound),
    };
    match done {
        Ok(query) => Ok(Redirect::to(&format!("/staff/hall{query}")).into_response()),
        Err(AppError::ChangedMeanwhile) => Ok(Redirect::to("/staff/hall?note=other").into_response()),
        Err(error @ AppError::Form(_)) => {
            let shown = problem::fields(&shared, signed.asked.language, &error);
            show::render(&shared, &signed, &Default::default(), shown).await
        }
        Err(error) => Err(Problem::page(&shared, &signed.asked, error)),
    }
}

/// Shows the telephone; the reading is recorded.
pub(crate) async fn telephone(State(shared): State<Arc<Shared>>, signed: SignedIn, form: Form) -> Page {
    signed.check_form(&shared, &form)?;
    let number = form.get("number");
    let found = telephone_of(&shared.office, &signed.staff, number).await;
    let telephone = found.map_err(|e| Problem::page(&shared, &signed.asked, e))?;
    Ok(shared.desk(&signed, "booking_telephone.html", context! { number, telephone }))
}
