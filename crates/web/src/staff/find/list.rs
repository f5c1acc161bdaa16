//! The list of matters.

use std::sync::Arc;

use axum::extract::{Query, State};
use huiyin_app::domain::procedure::Phase;
use huiyin_app::find;
use minijinja::Value;

use super::{FindQuery, ROWS, rows};
use crate::edge::context::{Shared, SignedIn};
use crate::edge::problem::Problem;
use crate::pages::Page;

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
