//! The home page: what an office owes whoever writes to it, and by when.

use std::sync::Arc;

use axum::extract::State;
use huiyin_app::domain::procedure::{ClockRule, StartFrom};

use super::{relation_word, span};
use crate::edge::context::{RequestContext, Shared};
use crate::edge::problem::Problem;
use crate::pages::Page;

/// The home page: three doors and the periods in plain words.
pub(crate) async fn home(State(shared): State<Arc<Shared>>, asked: RequestContext) -> Page {
    let fail = |e| Problem::page(&shared, &asked, e);
    let ground = shared.office.ground_today().await.map_err(fail)?;
    let front = ground.directory.unit(shared.office.front_office()).cloned();
    let today = shared.office.now().today();
    let periods: Vec<String> = ground
        .book
        .published
        .iter()
        .filter_map(|id| ground.book.clock(id))
        .filter_map(|c| period(&shared, &asked, c, today))
        .collect();
    let demo = huiyin_app::demo_office::shown(&shared.office).await.map_err(fail)?;
    let values = context! {
        office => front.as_ref().map(|u| asked.language.pick(&u.name, &u.name_en)),
        telephone => front.as_ref().map(|u| u.telephone.clone()).unwrap_or_default(),
        hours => front.as_ref().map(|u| u.hours.clone()).unwrap_or_default(),
        periods,
        note => ["cleared", "discarded"].into_iter().find(|n| asked.query.contains(&format!("{n}=1"))).map(|n| format!("home-{n}")),
        demo => demo.map(|(number, code)| context! { number, code => huiyin_app::lodge::receipt::grouped(&code) }),
    };
    Ok(shared.page(&asked, "home.html", values))
}

/// A clock of the pack as the home page says it: from when, how long, who does what. It is what is in force today (art.
/// 18(1)).
fn period(shared: &Shared, asked: &RequestContext, clock: &ClockRule, today: jiff::civil::Date) -> Option<String> {
    let span = span(shared, asked, clock, today)?;
    let key = match clock.start {
        StartFrom::Receipt => "home-period-receipt",
        StartFrom::Accepted => "home-period-accepted",
        StartFrom::Move | StartFrom::Field(_) => "home-period",
    };
    let plain = clock.plain.get(asked.language.code()).replace("{unit}", &relation_word(shared, asked, clock));
    Some(shared.office.wording().text(asked.language, key, &[("span", span.into()), ("plain", plain.into())]))
}
