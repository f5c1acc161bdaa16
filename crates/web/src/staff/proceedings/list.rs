//! The list of one kind, newest first, with what may be begun.

use std::sync::Arc;

use axum::extract::{Query, State};
use huiyin_app::domain::clock::ClockKind;
use huiyin_app::domain::kind::ProceedingKind;
use huiyin_app::domain::subject::Subject;
use huiyin_app::proceedings;
use minijinja::Value;
use serde::Deserialize;

use super::title_of;
use crate::edge::context::{Shared, SignedIn};
use crate::edge::problem::Problem;
use crate::pages::Page;

const ROWS: u32 = 50;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ProceedingsQuery {
    kind: String,
    after: Option<String>,
    /// Something was handed on to another unit just now.
    told: Option<String>,
}

/// The list.
pub(crate) async fn list(
    State(shared): State<Arc<Shared>>,
    signed: SignedIn,
    Query(asked): Query<ProceedingsQuery>,
) -> Page {
    let fail = |e| Problem::page(&shared, &signed.asked, e);
    let language = signed.asked.language;
    let kind = ProceedingKind::BESIDE_MATTERS
        .iter()
        .copied()
        .find(|k| k.word() == asked.kind)
        .unwrap_or(ProceedingKind::Office);
    let page = proceedings::list(&shared.office, &signed.staff, kind, asked.after.clone(), ROWS).await.map_err(fail)?;
    let mut rows = Vec::new();
    for subject in &page.rows {
        rows.push(proceeding_row(&shared, &signed, subject).await.map_err(fail)?);
    }
    let may = proceedings::beginnings(&shared.office, &signed.staff, kind).await.map_err(fail)?;
    let today = shared.office.now().today();
    let pick = |l: &huiyin_app::domain::procedure::Label| l.get(language.code()).to_owned();
    let may: Vec<Value> =
        may.iter().map(|b| context! {
            id => b.rule.id, title => b.rule.title_in(language.code(), today), hint => b.rule.hint.as_ref().map(pick),
        }).collect();
    let kinds: Vec<Value> = ProceedingKind::BESIDE_MATTERS
        .iter()
        .map(|k| context! { word => k.word(), title => shared.say(language, &format!("kind-{}", k.word())) })
        .collect();
    let values = context! { kind => kind.word(), kinds, rows, may, next => page.next, told => asked.told.is_some() };
    Ok(shared.desk(&signed, "proceedings.html", values))
}

async fn proceeding_row(shared: &Shared, signed: &SignedIn, subject: &Subject) -> Result<Value, huiyin_app::AppError> {
    let language = signed.asked.language;
    let ground = shared.office.ground(&subject.pack).await?;
    let today = shared.office.now().today();
    let pick = |l: &huiyin_app::domain::procedure::Label| l.get(language.code()).to_owned();
    let holder = ground.directory.unit(&subject.holder).map(|u| language.pick(&u.name, &u.name_en).to_owned());
    let next = subject.owed().into_iter().find(|c| c.kind == ClockKind::Duty);
    Ok(context! {
        number => subject.number, title => title_of(&ground, subject, language), late => subject.is_late(),
        holder => holder.unwrap_or_default(),
        state => ground.book.state(&subject.state).map(|s| pick(&s.title)).unwrap_or_default(),
        day => huiyin_wording::day(language, subject.received_on, today),
        duty => next.and_then(|c| ground.book.clock(&c.rule)).map(|r| pick(&r.title)),
        due => next.map(|c| huiyin_wording::day(language, c.legal, today)),
    })
}
