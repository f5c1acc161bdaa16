//! Rules and calendars: what is installed, what waits for somebody's word, and bringing more.

mod decide;
mod list;
mod texts;
mod turn;
mod upload;
mod waiting;

use axum::response::Response;
use huiyin_app::AppError;
use upload::again;

use crate::edge::context::{Shared, SignedIn};
use crate::edge::form::Form;
use crate::pages::Page;

pub(crate) use decide::decide;
pub(crate) use list::list;
pub(crate) use texts::texts;
pub(crate) use turn::turn;
pub(crate) use upload::upload;
pub(crate) use waiting::waiting;

async fn answer(shared: &Shared, signed: &SignedIn, form: &Form, done: Result<Response, AppError>) -> Page {
    match done {
        Ok(response) => Ok(response),
        Err(error) => again(shared, signed, form, error).await,
    }
}
