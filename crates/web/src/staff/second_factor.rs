//! The second factor of the own account: setting it up, the spare codes, turning it off; and turning off somebody's who
//! lost it.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect};
use huiyin_app::AppError;
use huiyin_app::domain::ids::OfficerId;
use huiyin_app::sign_in::{self, Offer};
use qrcode::QrCode;
use qrcode::render::svg;

use super::account;
use crate::context::{Shared, SignedIn};
use crate::form::Form;
use crate::pages::Page;
use crate::problem::{self, FieldProblem, Problem};

/// Pixels of a side of the square code, at least.
const SQUARE: u32 = 200;

/// The page that sets it up.
pub(crate) async fn show(State(shared): State<Arc<Shared>>, signed: SignedIn) -> Page {
    let failed = |e: AppError| Problem::page(&shared, &signed.asked, e);
    if sign_in::second_factor(&shared.office, &signed.staff.officer.id).await.map_err(failed)?.is_some() {
        return Ok(Redirect::to("/staff/password").into_response());
    }
    page(&shared, &signed, &sign_in::offer(&signed.staff).map_err(failed)?, Vec::new())
}

fn page(shared: &Shared, signed: &SignedIn, offer: &Offer, errors: Vec<FieldProblem>) -> Page {
    let code = QrCode::new(&offer.url)
        .map_err(|e| Problem::page(shared, &signed.asked, AppError::caused("the code cannot be drawn")(e)))?;
    let square = code.render::<svg::Color<'_>>().min_dimensions(SQUARE, SQUARE).build();
    // The drawing alone: within a page there is no declaration.
    let square = square.find("<svg").and_then(|at| square.get(at..)).unwrap_or_default().to_owned();
    let groups: Vec<String> =
        offer.secret.as_bytes().chunks(4).map(|c| String::from_utf8_lossy(c).into_owned()).collect();
    let wrong = !errors.is_empty();
    let mut response = shared.desk(
        signed,
        "second_factor.html",
        context! { errors, secret => offer.secret, groups => groups.join(" "), square },
    );
    if wrong {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

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

/// Turns the own one off.
pub(crate) async fn turn_off(State(shared): State<Arc<Shared>>, signed: SignedIn, form: Form) -> Page {
    signed.check_form(&shared, &form)?;
    match sign_in::turn_off(&shared.office, &signed.staff, form.get("old")).await {
        Ok(()) => Ok(Redirect::to("/staff/password?ended=1").into_response()),
        Err(error @ AppError::Form(_)) => {
            // The page asks for the password twice; the fault stands where it was typed.
            let mut errors = problem::fields(&shared, signed.asked.language, &error);
            for error in &mut errors {
                (error.field, error.href) = ("off".into(), "#f-off".into());
            }
            account::page(&shared, &signed, errors).await
        }
        Err(error) => Err(Problem::page(&shared, &signed.asked, error)),
    }
}

/// Turns somebody's off, who lost the telephone and the spare codes.
pub(crate) async fn turn_off_of(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    signed: SignedIn,
    form: Form,
) -> Page {
    signed.check_form(&shared, &form)?;
    let done = sign_in::turn_off_of(&shared.office, &signed.staff, &OfficerId::new(&id)).await;
    done.map_err(|e| Problem::page(&shared, &signed.asked, e))?;
    Ok(Redirect::to("/staff/admin?done=1").into_response())
}
