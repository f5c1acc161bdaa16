//! Pairing a device: the code that was made for it at the desk is typed on it once.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect};
use huiyin_app::reception::device::{self, DeviceKind};
use huiyin_app::{AppError, FormError};

use super::{DEVICE_COOKIE, KEPT};
use crate::edge::context::{RequestContext, Shared};
use crate::edge::form::Form;
use crate::edge::problem::{self, FieldProblem, Problem};
use crate::pages::Page;

/// The form.
pub(crate) async fn pair_form(State(shared): State<Arc<Shared>>, asked: RequestContext) -> Page {
    Ok(shared.page(&asked, "device.html", context! { errors => Vec::<FieldProblem>::new(), code => "" }))
}

/// Pairs it.
pub(crate) async fn pair(State(shared): State<Arc<Shared>>, asked: RequestContext, form: Form) -> Page {
    match device::pair(&shared.office, form.get("code"), &asked.from).await {
        Ok((device, token)) => {
            let cookie = shared.cookie(DEVICE_COOKIE, &token, Some(KEPT));
            Ok((
                [(header::SET_COOKIE, cookie)],
                Redirect::to(if device.kind == DeviceKind::Wall { "/wall" } else { "/kiosk" }),
            )
                .into_response())
        }
        Err(AppError::NotFound) => {
            let error = AppError::Form(vec![FormError::new("code", "fault-pairing")]);
            let errors = problem::fields(&shared, asked.language, &error);
            let mut response = shared.page(&asked, "device.html", context! { errors, code => form.get("code") });
            *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(response)
        }
        Err(error) => Err(Problem::page(&shared, &asked, error)),
    }
}
