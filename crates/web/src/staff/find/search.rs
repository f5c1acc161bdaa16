//! Finds matters by number, words or person.

use std::sync::Arc;

use axum::extract::{Query, State};
use huiyin_app::domain::matter::Matter;
use huiyin_app::find;
use minijinja::Value;

use super::{FindQuery, ROWS, rows};
use crate::edge::context::{Shared, SignedIn};
use crate::edge::problem::Problem;
use crate::pages::Page;

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
