//! Opens what an accusation says, for a stated purpose.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use huiyin_app::AppError;
use huiyin_app::matter_view::{self, MatterView};

use super::show::page;
use crate::edge::context::{Shared, SignedIn};
use crate::edge::form::Form;
use crate::edge::problem::{self, Problem};
use crate::pages::{Page, file_response};

/// Shows what an accusation says, for a stated purpose; the petitioner sees that it was read.
pub(crate) async fn open(
    State(shared): State<Arc<Shared>>,
    Path(number): Path<String>,
    signed: SignedIn,
    form: Form,
) -> Page {
    signed.check_form(&shared, &form)?;
    let (office, staff, purpose) = (&shared.office, &signed.staff, form.get("purpose"));
    let read = async {
        if form.get("document").is_empty() {
            return matter_view::accusation(office, staff, &number, purpose)
                .await
                .map(|view| Opened::Text(Box::new(view)));
        }
        let (file, bytes) = matter_view::accusation_file(office, staff, &number, purpose, form.get("document")).await?;
        Ok(Opened::File(file_response(&file, bytes)))
    };
    match read.await {
        Ok(Opened::Text(view)) => page(&shared, &signed, &view, purpose, Vec::new()).await,
        Ok(Opened::File(response)) => Ok(response),
        Err(error @ AppError::Form(_)) => {
            let view = matter_view::for_officer(office, staff, &number)
                .await
                .map_err(|e| Problem::page(&shared, &signed.asked, e))?;
            page(&shared, &signed, &view, "", problem::fields(&shared, signed.asked.language, &error)).await
        }
        Err(error) => Err(Problem::with_words(&shared, &signed.asked, error, &form)),
    }
}

/// What a reading for a purpose answers with.
enum Opened {
    Text(Box<MatterView>),
    File(Response),
}
