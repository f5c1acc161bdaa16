//! Records that a report was sent.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Redirect};
use huiyin_app::{AppError, yearly};

use super::show::{first_year, in_the_readers_language, page};
use crate::edge::context::{Shared, SignedIn};
use crate::edge::form::Form as FormData;
use crate::edge::problem::{self, Problem};
use crate::pages::Page;

/// Records that the report was sent.
pub(crate) async fn sent(State(shared): State<Arc<Shared>>, signed: SignedIn, form: FormData) -> Page {
    signed.check_form(&shared, &form)?;
    let fail = |e| Problem::page(&shared, &signed.asked, e);
    let this_year = shared.office.now().today().year();
    let year: i16 = form
        .get("year")
        .parse()
        .ok()
        .filter(|y| (first_year(&shared)..=this_year).contains(y))
        .ok_or_else(|| fail(AppError::NotFound))?;
    match yearly::record_sending(&shared.office, &signed.staff, year, form.get("on"), form.get("to")).await {
        Ok(()) => Ok(Redirect::to(&format!("/staff/report?year={year}")).into_response()),
        Err(error) => {
            let errors = problem::fields(&shared, signed.asked.language, &error);
            if errors.is_empty() {
                return Err(fail(error));
            }
            let letter = in_the_readers_language(&shared, &signed, year).await.map_err(fail)?;
            page(&shared, &signed, letter, year, this_year, errors, (form.get("on"), form.get("to"))).await
        }
    }
}
