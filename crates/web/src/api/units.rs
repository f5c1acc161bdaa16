//! The offices of the directory.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;

use super::Answer;
use crate::api::shapes::UnitJson;
use crate::edge::context::{RequestContext, Shared};
use crate::edge::problem::Problem;

/// Addresses and telephones of every office.
#[utoipa::path(get, tag = "units", path = "/api/v1/units", responses((status = 200, description = "Every office (art. 18)", body = Vec<UnitJson>)))]
pub(crate) async fn units(State(shared): State<Arc<Shared>>, asked: RequestContext) -> Answer {
    let directory = shared.office.directory().await.map_err(|e| Problem::api(&shared, &asked, e))?;
    let units: Vec<UnitJson> = directory
        .units
        .iter()
        .filter(|u| u.active && !directory.is_outside(&u.id))
        .map(|u| UnitJson {
            id: u.id.0.clone(),
            name: u.name.clone(),
            name_en: u.name_en.clone(),
            kind: u.kind.word().to_owned(),
            address: u.address.clone(),
            telephone: u.telephone.clone(),
            hours: u.hours.clone(),
        })
        .collect();
    Ok(Json(units).into_response())
}
