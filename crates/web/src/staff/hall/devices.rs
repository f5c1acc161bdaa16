//! Devices of the hall: a code for a new one, and revoking one that is lost or replaced.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Redirect};
use huiyin_app::AppError;
use huiyin_app::reception::device::{self, DeviceKind};

use super::set_up;
use crate::edge::context::{Shared, SignedIn};
use crate::edge::form::Form;
use crate::edge::problem::{self, Problem};
use crate::pages::Page;

/// Makes a code to be typed on the device, and shows it.
pub(crate) async fn offer_device(State(shared): State<Arc<Shared>>, signed: SignedIn, form: Form) -> Page {
    signed.check_form(&shared, &form)?;
    let fail = |e| Problem::page(&shared, &signed.asked, e);
    let kind = DeviceKind::ALL.into_iter().find(|k| k.word() == form.get("device_kind"));
    let kind = kind.ok_or(AppError::NotFound).map_err(fail)?;
    match device::offer(&shared.office, &signed.staff, kind, form.get("device_name")).await {
        Ok(code) => set_up::with_device(&shared, &signed, Some(&code), form.get("device_name"), Vec::new()).await,
        Err(error @ AppError::Form(_)) => {
            let shown = problem::fields(&shared, signed.asked.language, &error);
            set_up::with_device(&shared, &signed, None, form.get("device_name"), shown).await
        }
        Err(error) => Err(fail(error)),
    }
}

/// Revokes one.
pub(crate) async fn revoke_device(State(shared): State<Arc<Shared>>, signed: SignedIn, form: Form) -> Page {
    signed.check_form(&shared, &form)?;
    device::revoke(&shared.office, &signed.staff, form.get("device"))
        .await
        .map_err(|e| Problem::page(&shared, &signed.asked, e))?;
    Ok(Redirect::to("/staff/hall/setup?revoked=1").into_response())
}
