//! Turns a second factor on.

use std::sync::Arc;

use axum::extract::State;
use huiyin_app::{AppError, sign_in};

use super::page;
use crate::edge::context::{Shared, SignedIn};
use crate::edge::form::Form;
use crate::edge::problem::{self, Problem};
use crate::pages::Page;

/// Turns it on and shows the spare codes, once.
pub(crate) async fn turn_on(State(shared): State<Arc<Shared>>, signed: SignedIn, form: Form) -> Page {
    signed.check_form(&shared, &form)?;
    let failed = |e: AppError| Problem::page(&shared, &signed.asked, e);
    match sign_in::turn_on(&shared.office, &signed.staff, form.get("secret"), form.get("old"), form.get("code")).await {
        Ok(spares) => {
            let spares: Vec<String> = spares
                .iter()
                .map(|s| s.as_bytes().chunks(5).map(String::from_utf8_lossy).collect::<Vec<_>>().join("-"))
                .collect();
            Ok(shared.desk(&signed, "second_factor_spares.html", context! { spares }))
        }
        Err(error @ AppError::Form(_)) => {
            let errors = problem::fields(&shared, signed.asked.language, &error);
            page(&shared, &signed, &sign_in::offer_again(&signed.staff, form.get("secret")).map_err(failed)?, errors)
        }
        Err(error) => Err(failed(error)),
    }
}
