//! The letter that tells of a new code.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::header;
use axum::response::IntoResponse;
use huiyin_app::lodge::receipt;

use crate::edge::context::{Shared, SignedIn};
use crate::edge::form::Form;
use crate::edge::problem::Problem;
use crate::pages::Page;

/// The letter that tells the petitioner. Its name is read for it, so it is no address that can be opened.
pub(crate) async fn letter(
    State(shared): State<Arc<Shared>>,
    Path(number): Path<String>,
    signed: SignedIn,
    form: Form,
) -> Page {
    signed.check_form(&shared, &form)?;
    let bytes = receipt::letter(&shared.office, &signed.staff, &number)
        .await
        .map_err(|e| Problem::page(&shared, &signed.asked, e))?;
    let name = format!(
        "attachment; filename=\"letter-{}.pdf\"",
        number.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect::<String>()
    );
    Ok(([(header::CONTENT_TYPE, "application/pdf".to_owned()), (header::CONTENT_DISPOSITION, name)], bytes)
        .into_response())
}
