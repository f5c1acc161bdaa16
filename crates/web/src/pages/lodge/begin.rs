//! Begins a form, or asks which one goes on.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderValue, header};
use huiyin_app::draft;

use super::cookie;
use crate::edge::context::{DRAFT_COOKIE, RequestContext, Shared};
use crate::edge::problem::Problem;
use crate::pages::{Page, redirect_with};

/// Begins a form. Nothing is written yet; where another one is not finished, the person chooses.
pub(crate) async fn begin(State(shared): State<Arc<Shared>>, asked: RequestContext) -> Page {
    let fail = |e| Problem::page(&shared, &asked, e);
    let kept = cookie(&asked).filter(|(secret, _)| secret.len() == 64);
    let unfinished = match &kept {
        Some((secret, form)) => draft::load(&shared.office, secret, form)
            .await
            .map_err(fail)?
            .filter(|d| d.receipt.is_none() && !d.is_empty()),
        None => None,
    };
    let secret = match &kept {
        Some((secret, _)) => secret.clone(),
        None => draft::secret().map_err(fail)?,
    };
    let id = draft::begin(&shared.office, &secret, unfinished.is_some()).map_err(fail)?;
    let set = shared.cookie(DRAFT_COOKIE, &format!("{secret}.{id}"), None);
    match (unfinished, kept) {
        (Some(_), Some((_, old))) => {
            let mut response = shared.page(&asked, "lodge_choose.html", context! { old, new => id });
            if let Ok(value) = HeaderValue::from_str(&set) {
                response.headers_mut().append(header::SET_COOKIE, value);
            }
            Ok(response)
        }
        _ => Ok(redirect_with(&format!("/lodge/naming?f={id}"), &set)),
    }
}
