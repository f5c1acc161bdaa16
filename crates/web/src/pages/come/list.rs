//! A hall's page for whoever wants to come: leaders' days, what can be begun here, and following it by a code.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use huiyin_app::AppError;
use huiyin_app::domain::ids::UnitId;
use huiyin_app::domain::procedure::Label;
use huiyin_app::reception::{come, leaders};
use minijinja::Value;

use super::{coming_day, name_of};
use crate::edge::context::{RequestContext, Shared};
use crate::edge::problem::{FieldProblem, Problem};
use crate::pages::Page;

/// The page.
pub(crate) async fn list(State(shared): State<Arc<Shared>>, Path(unit): Path<String>, asked: RequestContext) -> Page {
    render(&shared, &asked, &unit, Vec::new(), "").await.map_err(|e| Problem::page(&shared, &asked, e))
}

/// The page, with what was wrong with a code that was typed.
pub(super) async fn render(
    shared: &Shared,
    asked: &RequestContext,
    unit: &str,
    errors: Vec<FieldProblem>,
    code: &str,
) -> Result<Response, AppError> {
    let (language, office) = (asked.language, &shared.office);
    let unit = UnitId::new(unit);
    let pick = |l: &Label| l.get(language.code()).to_owned();
    let begins: Vec<Value> = come::beginnings(office, &unit)
        .await?
        .iter()
        .map(|b| {
            let title = b.rule.title_in(language.code(), office.now().today());
            context! { id => b.rule.id, title, hint => b.rule.hint.as_ref().map(pick) }
        })
        .collect();
    let today = office.now().today();
    let directory = office.directory().await?;
    let days: Vec<Value> = leaders::published(office, &unit)
        .await?
        .iter()
        .map(|(day, row)| coming_day(language, &directory, today, *day, row))
        .collect();
    let failed = !errors.is_empty();
    let name = name_of(language, &directory, &unit);
    let values = context! { unit => unit.as_str(), name, begins, days, errors, code };
    let mut response = shared.page(asked, "come.html", values);
    if failed {
        *response.status_mut() = axum::http::StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}
