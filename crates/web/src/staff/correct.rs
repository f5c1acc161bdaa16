//! Correcting what was registered, and the second person who agrees to a later day of receipt (LAW.md §12.3).

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect};
use huiyin_app::AppError;
use huiyin_app::corrections::{self, Corrected, Proposal};
use huiyin_app::domain::submission::{Channel, Naming};
use huiyin_app::matter_view::{self, MatterView};
use minijinja::Value;

use crate::context::{Shared, SignedIn};
use crate::files::{self, Held};
use crate::form::Form;
use crate::moves::key_of;
use crate::pages::Page;
use crate::problem::{self, FieldProblem, Problem};

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

/// Agrees to a later day.
pub(crate) async fn agree(
    State(shared): State<Arc<Shared>>,
    Path(number): Path<String>,
    signed: SignedIn,
    form: Form,
) -> Page {
    signed.check_form(&shared, &form)?;
    match corrections::agree(&shared.office, &signed.staff, &number).await {
        // Sent twice: nothing waits any more, and the matter's page shows what became of it.
        Ok(()) | Err(AppError::NotFound) => {}
        Err(error) => return Err(Problem::page(&shared, &signed.asked, error)),
    }
    Ok(Redirect::to(&format!("/staff/matters/{number}?done=1")).into_response())
}

/// Leaves the day as it is.
pub(crate) async fn refuse(
    State(shared): State<Arc<Shared>>,
    Path(number): Path<String>,
    signed: SignedIn,
    form: Form,
) -> Page {
    signed.check_form(&shared, &form)?;
    match corrections::refuse(&shared.office, &signed.staff, &number).await {
        // Sent twice: nothing waits any more, and the matter's page shows what became of it.
        Ok(()) | Err(AppError::NotFound) => {}
        Err(error) => return Err(Problem::page(&shared, &signed.asked, error)),
    }
    Ok(Redirect::to(&format!("/staff/matters/{number}?done=1")).into_response())
}

/// A later day that waits, as the matter's page says it.
pub(crate) fn waiting(shared: &Shared, signed: &SignedIn, view: &MatterView, proposal: &Proposal) -> Value {
    let language = signed.asked.language;
    let name = view.ground.directory.officer(&proposal.officer).map(|o| o.name.clone()).unwrap_or_default();
    let unit = view
        .ground
        .directory
        .unit(&proposal.unit)
        .map(|u| language.pick(&u.name, &u.name_en).to_owned())
        .unwrap_or_default();
    let values = [
        ("who", name.into()),
        ("unit", unit.into()),
        ("day", huiyin_wording::date(language, proposal.on).into()),
        ("now", huiyin_wording::date(language, view.matter.received_on).into()),
        ("reason", proposal.reason.as_str().into()),
        ("evidence", proposal.evidence.as_str().into()),
    ];
    context! {
        text => shared.office.wording().text(language, "correct-waits", &values),
        own => proposal.officer == signed.staff.officer.id,
    }
}
