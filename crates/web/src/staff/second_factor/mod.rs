//! The second factor of the own account: setting it up, the spare codes, turning it off; and turning off somebody's who
//! lost it.

mod show;
mod turn_off;
mod turn_off_of;
mod turn_on;

use axum::http::StatusCode;
use huiyin_app::AppError;
use huiyin_app::sign_in::Offer;
use qrcode::QrCode;
use qrcode::render::svg;

use crate::edge::context::{Shared, SignedIn};
use crate::edge::problem::{FieldProblem, Problem};
use crate::pages::Page;

pub(crate) use show::show;
pub(crate) use turn_off::turn_off;
pub(crate) use turn_off_of::turn_off_of;
pub(crate) use turn_on::turn_on;

/// Pixels of a side of the square code, at least.
const SQUARE: u32 = 200;

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
