//! Closes what was opened by a receipt code.

use std::sync::Arc;

use axum::extract::State;
use huiyin_app::follow;

use crate::edge::context::{FOLLOW_COOKIE, RequestContext, Shared};
use crate::edge::problem::Problem;
use crate::pages::{Page, redirect_with};

/// Closes it in this browser.
pub(crate) async fn close(State(shared): State<Arc<Shared>>, asked: RequestContext) -> Page {
    // Whatever is open here is closed, also when another tab has opened something else since.
    let secret = asked.cookie(FOLLOW_COOKIE).unwrap_or_default();
    follow::close(&shared.office, secret).await.map_err(|e| Problem::page(&shared, &asked, e))?;
    Ok(redirect_with("/?cleared=1", &shared.cookie(FOLLOW_COOKIE, "", Some(0))))
}
