//! Following by receipt code: what is owed to you now, what was done, what you can do next.

mod act;
mod close;
mod file;
mod open;
mod refuse_code;
mod view;

use huiyin_app::AppError;
use huiyin_app::clock_view::{self, ClockView, ViewGround};
use huiyin_app::follow::{self, SubmissionRecord};
use huiyin_app::matter_view::MatterView;

use crate::edge::context::{FOLLOW_COOKIE, RequestContext, Shared};
use crate::edge::form::Form;
use crate::edge::problem::Problem;

pub(crate) use act::{form, make};
pub(crate) use close::close;
pub(crate) use file::file;
pub(crate) use open::{ask, open};
pub(crate) use refuse_code::refuse_code;
pub(crate) use view::view;

/// Every owed clock of a matter in words.
pub(crate) fn clocks(shared: &Shared, asked: &RequestContext, view: &MatterView) -> Vec<ClockView> {
    let now = shared.office.now();
    clock_view::owed(
        ViewGround {
            rules: view.ground.rules(),
            wording: shared.office.wording(),
            language: asked.language,
            now: &now,
        },
        &view.matter,
    )
}

fn is_of_session(shared: &Shared, asked: &RequestContext, form: &Form) -> bool {
    huiyin_app::sign_in::form_token(&shared.office, asked.cookie(FOLLOW_COOKIE).unwrap_or_default()) == form.get("csrf")
}

fn check_token(shared: &Shared, asked: &RequestContext, form: &Form) -> Result<(), Problem> {
    if is_of_session(shared, asked, form) { Ok(()) } else { Err(Problem::page(shared, asked, AppError::NotAllowed)) }
}

async fn kept_open(shared: &Shared, asked: &RequestContext) -> Result<SubmissionRecord, Problem> {
    follow::kept(&shared.office, asked.cookie(FOLLOW_COOKIE).unwrap_or_default())
        .await
        .map_err(|e| Problem::page(shared, asked, e))
}

async fn find_part(
    shared: &Shared,
    asked: &RequestContext,
    part: u16,
) -> Result<(SubmissionRecord, MatterView), Problem> {
    let fail = |e| Problem::page(shared, asked, e);
    let record = kept_open(shared, asked).await?;
    let views = follow::view(&shared.office, &record).await.map_err(fail)?;
    let view = views.into_iter().find(|v| v.matter.details().part == part).ok_or_else(|| fail(AppError::NotFound))?;
    Ok((record, view))
}
