//! Units, officers and tokens at a glance.

use std::sync::Arc;

use axum::extract::State;
use huiyin_app::domain::ids::UnitId;
use huiyin_app::sign_in;
use minijinja::Value;

use super::allowed;
use crate::edge::context::{Shared, SignedIn};
use crate::edge::problem::Problem;
use crate::pages::Page;

/// Lists units and officers.
pub(crate) async fn show(State(shared): State<Arc<Shared>>, signed: SignedIn) -> Page {
    allowed(&shared, &signed)?;
    overview(&shared, &signed, None).await
}

pub(super) async fn overview(shared: &Shared, signed: &SignedIn, token: Option<String>) -> Page {
    let all = shared.office.reload_directory().await.map_err(|e| Problem::page(shared, &signed.asked, e))?;
    let language = signed.asked.language;
    let name = |id: &UnitId| all.unit(id).map(|u| language.pick(&u.name, &u.name_en).to_owned()).unwrap_or_default();
    let units: Vec<Value> = all
        .units
        .iter()
        .map(|u| context! {
            id => u.id.as_str(), name => name(&u.id),
            kind => all.vocabulary.kind(u.kind).map(|k| k.label.get(language.code()).to_owned()).unwrap_or_default(),
            superior => u.superior.as_ref().map(name), active => u.active,
        })
        .collect();
    let officers: Vec<Value> = all
        .officers
        .iter()
        .map(|o| {
            let posts: Vec<String> = all
                .vocabulary
                .posts
                .iter()
                .filter(|p| o.posts.contains(&p.id))
                .map(|p| p.label.get(language.code()).to_owned())
                .collect();
            context! {
                id => o.id.as_str(), login => o.login, name => o.name, unit => name(&o.unit), posts => posts.join("、"),
                active => o.active,
            }
        })
        .collect();
    let made =
        sign_in::tokens(&shared.office, &signed.staff).await.map_err(|e| Problem::page(shared, &signed.asked, e))?;
    let tokens: Vec<Value> = made
        .iter()
        .map(|t| {
            context! {
                key => t.key, name => t.name,
                officer => all.officer(&t.officer).map_or_else(String::new, |o| format!("{}（{}）", o.name, o.login)),
            }
        })
        .collect();
    Ok(shared.desk(
        signed,
        "admin.html",
        context! { units, officers, token, tokens, done => signed.asked.query.contains("done=1") },
    ))
}
