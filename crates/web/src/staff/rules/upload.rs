//! Uploads a pack or a calendar; it is checked beside the running office.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Redirect};
use huiyin_app::{AppError, Office, rules};

use super::list::page;
use crate::edge::context::{Shared, SignedIn};
use crate::edge::form::Form;
use crate::edge::problem::{self, Problem};
use crate::pages::Page;

/// Takes what was uploaded and has it checked beside the running office.
pub(crate) async fn upload(State(shared): State<Arc<Shared>>, signed: SignedIn, form: Form) -> Page {
    signed.check_form(&shared, &form)?;
    let mut sent = Vec::new();
    let mut large = false;
    for upload in &form.uploads {
        match &upload.bytes {
            Some(bytes) => sent.push((
                upload.name.clone(),
                bytes.read().await.map_err(|e| Problem::page(&shared, &signed.asked, e.into()))?,
            )),
            None => large |= upload.too_large,
        }
    }
    let uploaded = if large {
        Err(AppError::Form(vec![huiyin_app::FormError::with("files", "fault-rules-large", rules::MAX_BYTES / 1024)]))
    } else {
        rules::propose(&shared.office, &signed.staff, form.get("calendar"), sent).await
    };
    match uploaded {
        Ok(proposal) => {
            check_beside(&shared.office, &proposal.key);
            Ok(Redirect::to(&format!("/staff/rules/waiting/{}", proposal.key)).into_response())
        }
        Err(error) => again(&shared, &signed, &form, error).await,
    }
}

/// The check runs apart from the request: it may take a minute.
pub(super) fn check_beside(office: &Office, key: &str) {
    let (office, key) = (office.clone(), key.to_owned());
    tokio::spawn(async move {
        if let Err(error) = rules::start_check(&office, &key).await {
            tracing::error!(error = ?error, "an upload could not be checked");
        }
    });
}

pub(super) async fn again(shared: &Shared, signed: &SignedIn, form: &Form, error: AppError) -> Page {
    let errors = problem::fields(shared, signed.asked.language, &error);
    if errors.is_empty() {
        Err(Problem::page(shared, &signed.asked, error))
    } else {
        page(shared, signed, form, errors).await
    }
}
