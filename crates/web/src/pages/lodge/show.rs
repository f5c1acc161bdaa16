//! Shows a question of the form.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect};
use huiyin_app::AppError;

use super::answer::one_step;
use super::send::receipt;
use super::{find, first_open, given_back, page, position, queried};
use crate::edge::context::{RequestContext, Shared};
use crate::edge::form::Form;
use crate::edge::problem::{self, Problem};
use crate::pages::Page;

/// Shows a question.
pub(crate) async fn show(State(shared): State<Arc<Shared>>, Path(step): Path<String>, asked: RequestContext) -> Page {
    let open = match find(&shared, &asked, &queried(&asked, "f")).await? {
        Ok(open) => open,
        // An address without a form begins one, where the browser keeps cookies at all.
        Err("lodge-no-cookie") if queried(&asked, "f").is_empty() => return Ok(Redirect::to("/lodge").into_response()),
        Err(why) => return given_back(&shared, &asked, &step, &Form::default(), why).await,
    };
    if step == "receipt" {
        return receipt(&shared, &asked, &open).await;
    }
    if position(&step).is_none() {
        return Err(Problem::page(&shared, &asked, AppError::NotFound));
    }
    // Once sent, going back shows the receipt and not an empty form.
    if open.draft.receipt.is_some() {
        return Ok(open.to("receipt", ""));
    }
    // Nothing before it is left out: whoever comes straight to a later step is led to the first open one.
    if let Some(first) = first_open(&open.draft).filter(|first| position(first) < position(&step)) {
        return Ok(open.to(first, ""));
    }
    // After a fault the page is fetched anew, so that going back in the browser finds a page and not a form sent twice.
    let faults = if queried(&asked, "mend").is_empty() { Vec::new() } else { one_step(&step, &open.draft) };
    let shown = problem::fields(&shared, asked.language, &AppError::Form(faults));
    page(&shared, &asked, &step, &open, shown).await
}
