//! Figures for whoever watches the program.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use huiyin_app::access::{Action, allows};

use crate::edge::context::{RequestContext, Shared};

/// Figures for a Prometheus server; counts of acts, never of persons. For whoever asks from this machine, and elsewhere
/// for the token of an officer who administers.
pub(crate) async fn metrics(State(shared): State<Arc<Shared>>, asked: RequestContext) -> Response {
    if !asked.from.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.to_canonical().is_loopback()) {
        let allowed = match asked.authorization("Bearer") {
            Some(token) => huiyin_app::sign_in::token(&shared.office, token)
                .await
                .is_ok_and(|staff| allows(&staff, Action::Administer)),
            None => false,
        };
        if !allowed {
            let how = [(header::WWW_AUTHENTICATE, "Bearer realm=\"huiyin\"")];
            return (StatusCode::UNAUTHORIZED, how, "the token of an administrator is asked for\n").into_response();
        }
    }
    match shared.config.metrics {
        Some(text) => ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text()).into_response(),
        None => (StatusCode::NOT_FOUND, "metrics are not collected here\n").into_response(),
    }
}
