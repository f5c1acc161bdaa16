//! Finding: by number or words, and the list of matters by phase.

mod list;
mod search;

use huiyin_app::domain::matter::Matter;
use minijinja::Value;
use serde::Deserialize;

use crate::edge::context::{Shared, SignedIn};
use crate::edge::problem::Problem;

pub(crate) use list::list;
pub(crate) use search::search;

const ROWS: u32 = 50;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct FindQuery {
    q: String,
    phase: String,
    after: Option<String>,
}

/// A row of a list of matters.
pub(crate) async fn matter_row(
    shared: &Shared,
    signed: &SignedIn,
    matter: &Matter,
) -> Result<Value, huiyin_app::AppError> {
    let language = signed.asked.language;
    let ground = shared.office.ground(&matter.pack).await?;
    let today = shared.office.now().today();
    let pick = |l: &huiyin_app::domain::procedure::Label| l.get(language.code()).to_owned();
    let holder = ground
        .directory
        .unit(&matter.holder)
        .map(|u| language.pick(&u.name, &u.name_en).to_owned())
        .unwrap_or_default();
    let next = matter.owed().into_iter().find(|c| c.kind == huiyin_app::domain::clock::ClockKind::Duty);
    Ok(context! {
        number => matter.number, title => shared.list_title(language, matter), class => matter.details().class,
        place => matter.list_title().and(matter.details().place_name.as_ref()), holder,
        state => ground.book.state(&matter.state).map(|s| pick(&s.title)).unwrap_or_default(), late => matter.is_late(),
        received => huiyin_wording::day(language, matter.received_on, today),
        duty => next.and_then(|c| ground.book.clock(&c.rule)).map(|r| pick(&r.title)),
        due => next.map(|c| huiyin_wording::day(language, c.legal, today)),
    })
}

async fn rows(shared: &Shared, signed: &SignedIn, matters: &[Matter]) -> Result<Vec<Value>, Problem> {
    let mut out = Vec::new();
    for matter in matters {
        out.push(matter_row(shared, signed, matter).await.map_err(|e| Problem::page(shared, &signed.asked, e))?);
    }
    Ok(out)
}
