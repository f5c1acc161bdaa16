//! The hall's day at the desk.

use std::sync::Arc;

use axum::extract::State;
use huiyin_app::AppError;
use huiyin_app::access::{Action, require};

use crate::edge::context::{Shared, SignedIn};
use crate::edge::problem::Problem;
use crate::pages::Page;
use crate::pages::wall::day_of;

/// The page.
pub(crate) async fn today(State(shared): State<Arc<Shared>>, signed: SignedIn) -> Page {
    let fail = |e| Problem::page(&shared, &signed.asked, e);
    require(&signed.staff, Action::ReadLists).map_err(fail)?;
    let values = match day_of(&shared, signed.asked.language, &signed.staff.officer.unit).await {
        Ok(values) => context! { there => true, ..values },
        Err(AppError::NotFound) => context! { there => false },
        Err(error) => return Err(fail(error)),
    };
    Ok(shared.desk(&signed, "today.html", values))
}
