//! Finding: by number or words, and the list of matters by phase.

use std::sync::Arc;

use axum::extract::{Query, State};
use huiyin_app::domain::matter::Matter;
use huiyin_app::domain::procedure::Phase;
use huiyin_app::find;
use minijinja::Value;
use serde::Deserialize;

use crate::context::{Shared, SignedIn};
use crate::pages::Page;
use crate::problem::Problem;

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
        number => matter.number, title => shared.list_title(language, matter), class => matter.class,
        place => matter.list_title().and(matter.place_name.as_ref()), holder,
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

/// Search results; a number goes straight to its rows.
pub(crate) async fn search(
    State(shared): State<Arc<Shared>>,
    signed: SignedIn,
    Query(asked): Query<FindQuery>,
) -> Page {
    let found = find::search(&shared.office, &signed.staff, &asked.q, asked.after.clone(), ROWS)
        .await
        .map_err(|e| Problem::page(&shared, &signed.asked, e))?;
    let others: Vec<Value> =
        found.others.iter().map(|p| context! { number => p.number, title => p.title, kind => p.kind.word() }).collect();
    let matters: Vec<Matter> = found.numbers.into_iter().chain(found.words.rows).collect();
    let rows = rows(&shared, &signed, &matters).await?;
    let values = context! {
        q => asked.q, searched => true, others, rows, next => found.words.next, slip => found.slip.is_some(),
        person => found.person, phase => "", phases => Vec::<Value>::new(),
    };
    Ok(shared.desk(&signed, "matters.html", values))
}

/// Matters the reader may see, newest first, by phase.
pub(crate) async fn list(State(shared): State<Arc<Shared>>, signed: SignedIn, Query(asked): Query<FindQuery>) -> Page {
    let phase = Phase::ALL.into_iter().find(|p| p.word() == asked.phase);
    let page = find::list(&shared.office, &signed.staff, phase, asked.after.clone(), ROWS)
        .await
        .map_err(|e| Problem::page(&shared, &signed.asked, e))?;
    let rows = rows(&shared, &signed, &page.rows).await?;
    let phases: Vec<Value> = Phase::ALL
        .into_iter()
        .map(|p| {
            context! {
                word => p.word(),
                title => shared.say(signed.asked.language, &format!("phase-{}", p.word().replace('_', "-"))),
            }
        })
        .collect();
    Ok(shared.desk(
        &signed,
        "matters.html",
        context! {
            q => "", searched => false, others => Vec::<Value>::new(), person => false, rows, next => page.next,
            slip => false, phase => phase.map_or("", Phase::word), phases,
        },
    ))
}
