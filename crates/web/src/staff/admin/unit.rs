//! A unit: made and changed.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect};
use huiyin_app::domain::ids::UnitId;
use huiyin_app::domain::posts::UnitKind;
use huiyin_app::domain::unit::Unit;
use huiyin_app::{AppError, directory};
use minijinja::Value;

use super::allowed;
use crate::edge::context::{Shared, SignedIn};
use crate::edge::form::Form;
use crate::edge::problem::{self, FieldProblem, Problem};
use crate::pages::Page;

/// The form of a unit; `new` for a new one.
pub(crate) async fn unit_form(State(shared): State<Arc<Shared>>, Path(id): Path<String>, signed: SignedIn) -> Page {
    allowed(&shared, &signed)?;
    let all = shared.office.directory().await.map_err(|e| Problem::page(&shared, &signed.asked, e))?;
    let found = all.unit(&UnitId::new(&id)).cloned();
    if found.is_none() && id != "new" {
        return Err(Problem::page(&shared, &signed.asked, AppError::NotFound));
    }
    unit_page(&shared, &signed, found, Vec::new()).await
}

async fn unit_page(shared: &Shared, signed: &SignedIn, unit: Option<Unit>, errors: Vec<FieldProblem>) -> Page {
    let all = shared.office.directory().await.map_err(|e| Problem::page(shared, &signed.asked, e))?;
    let units: Vec<Value> = all.units.iter().map(|u| context! { id => u.id.as_str(), name => u.name }).collect();
    let language = signed.asked.language;
    let kinds: Vec<Value> = all
        .vocabulary
        .kinds
        .iter()
        .map(|k| context! { id => k.id.word(), label => k.label.get(language.code()) })
        .collect();
    Ok(shared.desk(
        signed,
        "unit.html",
        context! {
            u => unit, units, kinds,
            families => shared.office.library().families(huiyin_app::domain::kind::ProceedingKind::Matter), errors,
        },
    ))
}

/// Adds or changes a unit.
pub(crate) async fn unit(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    signed: SignedIn,
    form: Form,
) -> Page {
    signed.check_form(&shared, &form)?;
    let get = |name: &str| form.get(name).trim().to_owned();
    let entry = if id == "new" { directory::Entry::New } else { directory::Entry::Known };
    let unit = Unit {
        id: UnitId(if id == "new" { get("id") } else { id }),
        name: get("name"),
        name_en: get("name_en"),
        kind: UnitKind::from_id(form.get("kind")),
        superior: Some(get("superior")).filter(|s| !s.is_empty()).map(UnitId),
        address: get("address"),
        telephone: get("telephone"),
        hours: get("hours"),
        procedure: get("procedure"),
        letters: get("letters"),
        active: form.has("active"),
    };
    match directory::put_unit(&shared.office, &signed.staff, unit.clone(), entry).await {
        Ok(()) => Ok(Redirect::to("/staff/admin?done=1").into_response()),
        Err(error @ AppError::Form(_)) => {
            let errors = problem::fields(&shared, signed.asked.language, &error);
            unit_page(&shared, &signed, Some(unit), errors).await
        }
        Err(error) => Err(Problem::page(&shared, &signed.asked, error)),
    }
}
