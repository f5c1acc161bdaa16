//! The second factor of the own account: setting it up, the spare codes, turning it off; and turning off somebody's who
//! lost it.

mod show;
mod turn_off;
mod turn_off_of;
mod turn_on;

use axum::http::StatusCode;
use huiyin_app::AppError;
use huiyin_app::sign_in::Offer;

use crate::edge::context::{Shared, SignedIn};
use crate::edge::problem::{FieldProblem, Problem};
use crate::edge::square_code::square_code;
use crate::pages::Page;

pub(crate) use show::show;
pub(crate) use turn_off::turn_off;
pub(crate) use turn_off_of::turn_off_of;
pub(crate) use turn_on::turn_on;

fn page(shared: &Shared, signed: &SignedIn, offer: &Offer, errors: Vec<FieldProblem>) -> Page {
    let square = square_code(&offer.url).ok_or_else(|| {
        Problem::page(shared, &signed.asked, AppError::internal("the code cannot be drawn".to_owned()))
    })?;
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
