//! Corrects what was registered.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect};
use huiyin_app::corrections::{self, Corrected};
use huiyin_app::domain::submission::{Channel, Naming};
use huiyin_app::{AppError, matter_view};

use crate::edge::context::{Shared, SignedIn};
use crate::edge::files::{self, Held};
use crate::edge::form::Form;
use crate::edge::problem::{self, FieldProblem, Problem};
use crate::moves::key_of;
use crate::pages::Page;

/// The form, with the lines as they stand.
pub(crate) async fn form(State(shared): State<Arc<Shared>>, Path(number): Path<String>, signed: SignedIn) -> Page {
    let held = Held::load(&shared, "", "").await.map_err(|e| Problem::page(&shared, &signed.asked, e))?;
    render(&shared, &signed, &number, &Form::default(), &held, Vec::new()).await
}

async fn render(
    shared: &Shared,
    signed: &SignedIn,
    number: &str,
    form: &Form,
    held: &Held,
    errors: Vec<FieldProblem>,
) -> Page {
    let fail = |e| Problem::with_words(shared, &signed.asked, e, form);
    let (matter, mut lines) = corrections::lines(&shared.office, &signed.staff, number).await.map_err(fail)?;
    let record = matter_view::for_officer(&shared.office, &signed.staff, number).await.map_err(fail)?;
    let submission = &record.submission.submission;
    lines.extend(form.flat());
    let failed = !errors.is_empty();
    let values = context! {
        version => if form.get("version").is_empty() { matter.version.to_string() } else { form.get("version").to_owned() },
        number => matter.number, about => shared.list_title(signed.asked.language, &matter),
        accusation => matter.is_read_for_a_purpose(), f => lines, errors, classes => record.ground.book.classes,
        day => shared.office.now().today().to_string(),
        online => submission.channel == Channel::Online,
        personal => submission.channel != Channel::Online && submission.naming != Naming::Anonymous,
        key => key_of(form).map_err(fail)?, files => files::views(shared, signed.asked.language, &held.files),
        received => huiyin_wording::date(signed.asked.language, matter.received_on),
        max_mb => huiyin_app::lodge::MAX_FILE_BYTES / 1024 / 1024,
    };
    let mut response = shared.desk(signed, "correct.html", values);
    if failed {
        *response.status_mut() = axum::http::StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

/// Corrects.
pub(crate) async fn correct(
    State(shared): State<Arc<Shared>>,
    Path(number): Path<String>,
    signed: SignedIn,
    form: Form,
) -> Page {
    signed.check_form(&shared, &form)?;
    let fail = |e| Problem::with_words(&shared, &signed.asked, e, &form);
    let mut held = Held::load(&shared, &signed.secret, form.get("key")).await.map_err(fail)?;
    let mut errors = held.take(&shared, &form, signed.staff.officer.unit.as_str()).await.map_err(fail)?;
    if form.has("edit") || form.has("remove") {
        errors.clear();
    } else if errors.is_empty() {
        let given: BTreeMap<String, String> = form.flat();
        match corrections::correct(&shared.office, &signed.staff, &number, &given, held.records(&shared)).await {
            Ok(done) => {
                held.done(&shared).await.map_err(fail)?;
                let said = if done == Corrected::Proposed { "proposed" } else { "done" };
                return Ok(Redirect::to(&format!("/staff/matters/{number}?{said}=1")).into_response());
            }
            Err(AppError::Form(more)) => errors = more,
            Err(error) => {
                let shown = problem::of_move(&shared, &signed.asked, &error, &format!("/staff/matters/{number}"), "");
                if shown.is_empty() {
                    return Err(fail(error));
                }
                return render(&shared, &signed, &number, &form, &held, shown).await;
            }
        }
    }
    let shown = problem::fields(&shared, signed.asked.language, &AppError::Form(errors));
    render(&shared, &signed, &number, &form, &held, shown).await
}
