//! Begins a print job.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Redirect};
use huiyin_app::print_job;

use super::list::{Days, page};
use crate::edge::context::{Shared, SignedIn};
use crate::edge::form::Form;
use crate::edge::problem::{self, Problem};
use crate::pages::Page;

/// Begins a job.
pub(crate) async fn begin(State(shared): State<Arc<Shared>>, signed: SignedIn, form: Form) -> Page {
    signed.check_form(&shared, &form)?;
    match print_job::begin(&shared.office, &signed.staff, form.all("papers").to_vec(), form.get("purpose").to_owned())
        .await
    {
        Ok(id) => Ok(Redirect::to(&format!("/staff/print/{id}")).into_response()),
        Err(error) => {
            let errors = problem::fields(&shared, signed.asked.language, &error);
            if errors.is_empty() {
                return Err(Problem::page(&shared, &signed.asked, error));
            }
            let days = Days {
                from: form.get("from").to_owned(),
                to: form.get("to").to_owned(),
                rule: form.get("rule").to_owned(),
            };
            page(&shared, &signed, &days, Some(form.get("purpose")), errors).await
        }
    }
}
