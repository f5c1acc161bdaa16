//! Where and when an office is reached.

use std::sync::Arc;

use axum::extract::State;
use huiyin_app::reception::hall;

use crate::edge::context::{RequestContext, Shared};
use crate::edge::problem::Problem;
use crate::pages::Page;

/// Addresses, telephones and hours of every office (art. 18).
pub(crate) async fn offices(State(shared): State<Arc<Shared>>, asked: RequestContext) -> Page {
    let directory = shared.office.directory().await.map_err(|e| Problem::page(&shared, &asked, e))?;
    let halls = hall::units(&shared.office).await.map_err(|e| Problem::page(&shared, &asked, e))?;
    let units: Vec<_> = directory
        .units
        .iter()
        .filter(|u| u.active && !directory.is_outside(&u.id))
        .map(|u| {
            context! {
                name => asked.language.pick(&u.name, &u.name_en), address => u.address, telephone => u.telephone,
                hours => u.hours, front => &u.id == shared.office.front_office(),
                hall => halls.contains(&u.id).then(|| u.id.as_str()),
            }
        })
        .collect();
    Ok(shared.page(&asked, "offices.html", context! { units }))
}
