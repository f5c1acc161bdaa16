//! Style sheets, scripts and pictures that are built in.

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::edge::templates::Assets;

/// Style sheet, scripts and marks, embedded.
pub(crate) async fn asset(Path(name): Path<String>) -> Response {
    let Some(file) = Assets::get(&name) else { return (StatusCode::NOT_FOUND, "no such asset\n").into_response() };
    let kind = match name.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    };
    (
        [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "public, max-age=31536000, immutable")],
        file.data.into_owned(),
    )
        .into_response()
}
