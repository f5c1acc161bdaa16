//! Gives a ticket at the counter: service, need if one is stated, done.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Redirect};
use huiyin_app::domain::text;
use huiyin_app::reception::ticket::{Wish, take_at_counter};

use super::show;
use crate::edge::context::{Shared, SignedIn};
use crate::edge::form::Form;
use crate::edge::problem::{self, Problem};
use crate::moves::some_key;
use crate::pages::Page;

/// Gives it.
pub(crate) async fn give(State(shared): State<Arc<Shared>>, signed: SignedIn, form: Form) -> Page {
    signed.check_form(&shared, &form)?;
    let wish = Wish {
        service: text::number(form.get("service")),
        need: text::number(form.get("stated_need")),
        form: some_key(&form),
    };
    match take_at_counter(&shared.office, &signed.staff, &wish).await {
        Ok(ticket) => Ok(Redirect::to(&format!("/staff/hall?given={}", ticket.place.ticket)).into_response()),
        Err(error) => {
            let shown = problem::fields(&shared, signed.asked.language, &error);
            if shown.is_empty() {
                return Err(Problem::page(&shared, &signed.asked, error));
            }
            show::render(&shared, &signed, &Default::default(), shown).await
        }
    }
}
