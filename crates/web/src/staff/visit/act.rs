//! What the buttons of the table do. Whatever was typed comes back with the page, unless it was written.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect};
use huiyin_app::act::Move;
use huiyin_app::domain::payload::Field;
use huiyin_app::proceedings;
use huiyin_app::reception::{record, texts, unsent};
use huiyin_app::{AppError, FormError};

use super::show::{Given, render};
use super::{receipts, typed};
use crate::edge::context::{Shared, SignedIn};
use crate::edge::form::Form;
use crate::edge::problem::{self, Problem};
use crate::pages::Page;

/// Does what the button says.
pub(crate) async fn act(
    State(shared): State<Arc<Shared>>,
    Path(number): Path<String>,
    signed: SignedIn,
    form: Form,
) -> Page {
    signed.check_form(&shared, &form)?;
    let fail = |e| Problem::with_words(&shared, &signed.asked, e, &form);
    // Whatever comes of it, what was typed is there.
    if form.get("do") != "drop" {
        let (kept, seen) = (typed::worth_keeping(&form), form.get("version").parse().ok());
        unsent::keep(&shared.office, &signed.staff, &number, &kept, seen).await.map_err(fail)?;
    }
    match form.get("do") {
        "write" => write(&shared, &signed, &number, &form).await,
        "promise" => promise(&shared, &signed, &number, &form).await,
        "code" => code(&shared, &signed, &number, &form).await,
        "drop" => {
            unsent::forget(&shared.office, &signed.staff, &number).await.map_err(fail)?;
            Ok(Redirect::to(&format!("/staff/hall/visits/{number}")).into_response())
        }
        "explain" => explain(&shared, &signed, &number, &form).await,
        // One more line, or Enter in a field: nothing is written but what was typed.
        _ => render(&shared, &signed, &number, &form, Given::default()).await,
    }
}

/// Writes the record and registers what was asked for.
async fn write(shared: &Shared, signed: &SignedIn, number: &str, form: &Form) -> Page {
    let mut errors = Vec::new();
    let draft = typed::read(form, &mut errors);
    let done = match errors.is_empty() {
        true => record::write(&shared.office, &signed.staff, number, draft).await,
        false => Err(AppError::Form(errors)),
    };
    match done {
        Ok(written) if written.registered.is_empty() => {
            Ok(Redirect::to(&format!("/staff/hall/visits/{number}?done=1")).into_response())
        }
        Ok(written) => receipts::page(shared, signed, &written).await,
        Err(error) => again(shared, signed, number, form, error).await,
    }
}

/// Enters what a unit promises.
async fn promise(shared: &Shared, signed: &SignedIn, number: &str, form: &Form) -> Page {
    let fail = |e| Problem::with_words(shared, &signed.asked, e, form);
    let view = proceedings::view(&shared.office, &signed.staff, number).await.map_err(fail)?;
    let rule = record::promising(&view).ok_or(AppError::NotFound).map_err(fail)?;
    let fields = [(Field::ToUnit, "promise_unit"), (Field::DueOn, "promise_day"), (Field::Summary, "promise_what")];
    let step = Move {
        id: rule.id.0.clone(),
        fields: fields.into_iter().map(|(field, name)| (field.word(), form.get(name).to_owned())).collect(),
        version: form.get("version").parse().ok(),
        key: Some(form.get("promise_key").to_owned()).filter(|k| k.len() >= 16),
        ..Move::default()
    };
    match proceedings::act(&shared.office, &signed.staff, number, step).await {
        Ok(_) => {
            // The promise stands in the list now; its line is empty again, and the rest is as it was typed.
            let rest = form.pairs().filter(|(name, _)| !name.starts_with("promise_") && *name != "version");
            let rest = Form::from_pairs(rest.map(|(n, v)| (n.to_owned(), v.to_owned())).collect());
            let kept = typed::worth_keeping(&rest);
            unsent::keep(&shared.office, &signed.staff, number, &kept, None).await.map_err(fail)?;
            render(shared, signed, number, &rest, Given { promised: true, ..Given::default() }).await
        }
        Err(error) => again(shared, signed, number, form, error).await,
    }
}

/// Puts a text of the office into what was explained.
async fn explain(shared: &Shared, signed: &SignedIn, number: &str, form: &Form) -> Page {
    let fail = |e| Problem::with_words(shared, &signed.asked, e, form);
    let all = texts::of_unit(&shared.office, &signed.staff.officer.unit).await.map_err(fail)?;
    let Some(quoted) = all.quoted(form.get("law")) else {
        let error = AppError::Form(vec![FormError::new("law", "fault-choose")]);
        return again(shared, signed, number, form, error).await;
    };
    let name = Field::Explained.word();
    let before = form.get(&name).trim_end();
    let both = if before.is_empty() { quoted } else { format!("{before}\n{quoted}") };
    let rest = form.pairs().filter(|(n, _)| *n != name && *n != "law");
    let mut pairs: Vec<(String, String)> = rest.map(|(n, v)| (n.to_owned(), v.to_owned())).collect();
    pairs.push((name, both));
    let form = Form::from_pairs(pairs);
    unsent::keep(&shared.office, &signed.staff, number, &typed::worth_keeping(&form), None).await.map_err(fail)?;
    render(shared, signed, number, &form, Given::default()).await
}

/// Finds the matters of a receipt the visitor has with her.
async fn code(shared: &Shared, signed: &SignedIn, number: &str, form: &Form) -> Page {
    match record::matters_of_receipt(&shared.office, &signed.staff, form.get("code")).await {
        Ok(hers) => render(shared, signed, number, form, Given { hers: Some(hers), ..Given::default() }).await,
        Err(AppError::NotFound) => {
            let error = AppError::Form(vec![FormError::new("code", "fault-code")]);
            again(shared, signed, number, form, error).await
        }
        Err(error) => again(shared, signed, number, form, error).await,
    }
}

/// The page again with what was wrong, and with everything that was typed.
async fn again(shared: &Shared, signed: &SignedIn, number: &str, form: &Form, error: AppError) -> Page {
    // A page from before: what was written with it stands, and what is on it now is kept.
    let error = if matches!(error, AppError::KeyReused) { AppError::ChangedMeanwhile } else { error };
    let shown = problem::of_move(shared, &signed.asked, &error, &format!("/staff/hall/visits/{number}"), "");
    if shown.is_empty() {
        return Err(Problem::with_words(shared, &signed.asked, error, form));
    }
    render(shared, signed, number, form, Given { errors: shown, ..Given::default() }).await
}
