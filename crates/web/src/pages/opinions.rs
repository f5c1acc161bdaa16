//! Heard re-review opinions, names out (art. 36(2)).

use std::sync::Arc;

use axum::extract::State;
use huiyin_app::domain::payload::Field;

use crate::edge::context::{RequestContext, Shared};
use crate::edge::problem::Problem;
use crate::pages::Page;

/// Opinions of a page of the public list.
const OPINIONS: u32 = 20;

/// Heard re-review opinions, names out (art. 36(2)).
pub(crate) async fn opinions(State(shared): State<Arc<Shared>>, asked: RequestContext) -> Page {
    let fail = |e| Problem::page(&shared, &asked, e);
    let after = form_urlencoded::parse(asked.query.as_bytes()).find(|(k, _)| k == "after").map(|(_, v)| v.into_owned());
    let first = after.is_none();
    let page = huiyin_app::publication::opinions(&shared.office, after, OPINIONS).await.map_err(fail)?;
    let directory = shared.office.directory().await.map_err(fail)?;
    let shown: Vec<_> = page
        .rows
        .iter()
        .map(|o| {
            let unit = o
                .unit
                .as_ref()
                .and_then(|id| directory.unit(id))
                .map(|u| asked.language.pick(&u.name, &u.name_en).to_owned());
            let outcome = o.outcome.as_ref().map(|w| shared.office.library().choice(asked.language, Field::Outcome, w));
            let title = o.class.clone().unwrap_or_else(|| shared.say(asked.language, "opinions-one"));
            context! { title, unit, outcome, day => huiyin_wording::date(asked.language, o.day), text => o.text }
        })
        .collect();
    Ok(shared.page(&asked, "opinions.html", context! { opinions => shown, next => page.next, first }))
}
