//! Signing in and out.

mod enter;
mod leave;
mod show;

use axum::http::StatusCode;

use crate::edge::context::{RequestContext, Shared};
use crate::edge::problem::{FieldProblem, Problem};
use crate::edge::resume;
use crate::pages::Page;

pub(crate) use enter::enter;
pub(crate) use leave::leave;
pub(crate) use show::show;

async fn page(
    shared: &Shared,
    asked: &RequestContext,
    login: &str,
    next: &str,
    kept: &str,
    fault: Option<String>,
) -> Page {
    let demo = huiyin_app::demo_office::is_demo(&shared.office).await.map_err(|e| Problem::page(shared, asked, e))?;
    let errors: Vec<FieldProblem> = fault
        .iter()
        .map(|text| FieldProblem {
            href: "#f-login".into(),
            field: "login".into(),
            fault: "wrong".into(),
            text: text.clone(),
        })
        .collect();
    let next = resume::local(next, "/staff/").unwrap_or_default();
    let typed = resume::typed(shared, asked.language, &resume::form(kept));
    let mut response = shared.page(
        asked,
        "sign_in.html",
        context! {
            login, errors, demo, password => huiyin_app::sign_in::published::PASSWORD, next, kept, typed,
            lost_files => false, changed => asked.query == "changed=1",
        },
    );
    if fault.is_some() {
        *response.status_mut() = StatusCode::UNAUTHORIZED;
    }
    Ok(response)
}
