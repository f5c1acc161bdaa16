//! Opens who a petitioner is, for a stated purpose.

use std::sync::Arc;

use axum::extract::{Path, State};
use huiyin_app::{AppError, Person, matter_view};
use minijinja::Value;

use crate::edge::context::{Shared, SignedIn};
use crate::edge::form::Form;
use crate::edge::problem::{self, FieldProblem, Problem};
use crate::pages::{Page, file_response};

/// Asks for the purpose of reading identity and contact.
pub(crate) async fn identity_form(
    State(shared): State<Arc<Shared>>,
    Path(number): Path<String>,
    signed: SignedIn,
) -> Page {
    identity_page(&shared, &signed, &number, Known::default(), Vec::new())
}

fn identity_page(shared: &Shared, signed: &SignedIn, number: &str, known: Known, errors: Vec<FieldProblem>) -> Page {
    let language = signed.asked.language;
    let today = shared.office.now().today();
    let (identity, corrections) = known.vault.map(|v| (v.identity, v.corrections)).unzip();
    // What it was before somebody corrected it, newest first.
    let former: Vec<Value> = corrections
        .unwrap_or_default()
        .iter()
        .rev()
        .map(|c| context! {
            field => shared.say(language, &format!("ask-{}", c.field)), was => c.was, reason => c.reason,
            day => huiyin_wording::day(language, c.at.to_zoned_datetime(shared.office.zone().clone()).date(), today),
        })
        .collect();
    Ok(shared.desk(
        signed,
        "identity.html",
        context! { number, identity, former, documents => known.documents, purpose => known.purpose, errors },
    ))
}

/// What a reading for a purpose shows.
#[derive(Default)]
struct Known {
    vault: Option<Person>,
    documents: Vec<huiyin_app::AttachmentRecord>,
    purpose: String,
}

/// Shows identity and contact for a stated purpose; the petitioner sees that it was read.
pub(crate) async fn identity(
    State(shared): State<Arc<Shared>>,
    Path(number): Path<String>,
    signed: SignedIn,
    form: Form,
) -> Page {
    signed.check_form(&shared, &form)?;
    match matter_view::identity(&shared.office, &signed.staff, &number, form.get("purpose")).await {
        Ok((matter, vault)) => {
            let fail = |e| Problem::page(&shared, &signed.asked, e);
            if !form.get("document").is_empty() {
                let (file, bytes) =
                    matter_view::identity_file(&shared.office, &matter, form.get("document")).await.map_err(fail)?;
                return Ok(file_response(&file, bytes));
            }
            let documents = matter_view::identity_files(&shared.office, &matter).await.map_err(fail)?;
            identity_page(
                &shared,
                &signed,
                &matter.number,
                Known { vault: Some(vault), documents, purpose: form.get("purpose").to_owned() },
                Vec::new(),
            )
        }
        Err(error @ AppError::Form(_)) => identity_page(
            &shared,
            &signed,
            &number,
            Known::default(),
            problem::fields(&shared, signed.asked.language, &error),
        ),
        Err(error) => Err(Problem::with_words(&shared, &signed.asked, error, &form)),
    }
}
