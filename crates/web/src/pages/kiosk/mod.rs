//! The tablet at the door of a hall: what somebody comes for, a need if there is one, a ticket. Buttons alone: nothing
//! is typed, no card is asked for, and the first page comes back by itself.

mod give;
mod pair;
mod show;
mod ticket;

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect};
use huiyin_app::AppError;
use huiyin_app::reception::device::{self, Device, DeviceKind};
use huiyin_wording::Language;
use minijinja::Value;

use crate::edge::context::{RequestContext, Shared};
use crate::edge::problem::Problem;

pub(crate) use give::give;
pub(crate) use pair::{pair, pair_form};
pub(crate) use show::show;
pub(crate) use ticket::ticket;

/// Where a device keeps its token.
const DEVICE_COOKIE: &str = "hy_device";

/// A request of a paired tablet.
#[derive(Debug)]
pub(crate) struct Paired {
    pub asked: RequestContext,
    pub device: Device,
}

impl FromRequestParts<Arc<Shared>> for Paired {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, shared: &Arc<Shared>) -> Result<Self, Problem> {
        let Ok(asked) = RequestContext::from_request_parts(parts, shared).await;
        let device = paired(shared, &asked, DeviceKind::Kiosk).await?;
        Ok(Self { asked, device })
    }
}

/// The device that asks; whoever is none of its kind is told how to pair one.
pub(super) async fn paired(shared: &Shared, asked: &RequestContext, kind: DeviceKind) -> Result<Device, Problem> {
    let token = asked.cookie(DEVICE_COOKIE).unwrap_or_default();
    match device::by_token(&shared.office, kind, token).await {
        Ok(device) => Ok(device),
        Err(AppError::NotFound) => Err(Problem(Box::new(Redirect::to("/device").into_response()))),
        Err(error) => Err(Problem::page(shared, asked, error)),
    }
}

/// The cookie of a device, to be set once more: a browser keeps none for longer than about a year.
pub(super) fn again(shared: &Shared, asked: &RequestContext) -> String {
    shared.cookie(DEVICE_COOKIE, asked.cookie(DEVICE_COOKIE).unwrap_or_default(), Some(KEPT))
}

/// Seconds a device keeps its token without being used; it is revoked at the desk, not by time.
const KEPT: i64 = 400 * 86_400;

/// The languages of a tablet, that of the office first: whoever comes reads one of them without choosing.
fn languages(shared: &Shared) -> Vec<Language> {
    let binding = shared.office.binding();
    std::iter::once(binding).chain(Language::all().into_iter().filter(|l| *l != binding)).collect()
}

/// A text in every language.
fn in_all(shared: &Shared, text: impl Fn(Language) -> String) -> Vec<Value> {
    languages(shared).into_iter().map(|l| context! { lang => l.tag(), text => text(l) }).collect()
}

/// A text of the translation files in every language.
fn said(shared: &Shared, key: &str) -> Vec<Value> {
    in_all(shared, |language| shared.say(language, key))
}
