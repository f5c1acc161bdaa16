//! The form of a sign-in.

use std::sync::Arc;

use axum::extract::State;

use super::page;
use crate::edge::context::{RequestContext, Shared};
use crate::pages::Page;

/// The form.
pub(crate) async fn show(State(shared): State<Arc<Shared>>, asked: RequestContext) -> Page {
    let next = form_urlencoded::parse(asked.query.as_bytes())
        .find(|(k, _)| k == "next")
        .map(|(_, v)| v.into_owned())
        .unwrap_or_default();
    page(&shared, &asked, "", &next, "", None).await
}
