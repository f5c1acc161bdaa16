//! Lodging and following through the API.

pub(crate) mod follow;
pub(crate) mod lodge;
pub(crate) mod make;

use axum::http::HeaderMap;

pub(crate) use follow::follow;
pub(crate) use lodge::lodge;
pub(crate) use make::make;

/// The key a client repeats a request with.
pub(crate) fn idempotency_key(headers: &HeaderMap) -> Option<String> {
    headers.get("idempotency-key").and_then(|v| v.to_str().ok()).map(|k| k.chars().take(200).collect())
}
