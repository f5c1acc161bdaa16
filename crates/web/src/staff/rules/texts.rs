//! The files of a pack as they are installed.

use std::sync::Arc;

use axum::extract::{Path, State};
use huiyin_app::AppError;
use huiyin_app::rules::{self, Kind};

use super::list::queried;
use crate::edge::context::{Shared, SignedIn};
use crate::edge::problem::Problem;
use crate::pages::Page;

/// The texts of what is installed.
pub(crate) async fn texts(
    State(shared): State<Arc<Shared>>,
    Path((kind, id)): Path<(String, String)>,
    signed: SignedIn,
) -> Page {
    let fail = |e| Problem::page(&shared, &signed.asked, e);
    let kind = Kind::from_word(&kind).ok_or_else(|| fail(AppError::NotFound))?;
    let all = rules::list(&shared.office, &signed.staff).await.map_err(fail)?;
    let one = all.iter().find(|i| i.kind == kind && i.id == id).ok_or_else(|| fail(AppError::NotFound))?;
    let file = queried(&signed, "file");
    let values = context! {
        id => one.id, kind => kind.word(), digest => one.digest, files => one.files.keys().collect::<Vec<_>>(),
        file => file, text => one.files.get(&file),
    };
    Ok(shared.desk(&signed, "rules_texts.html", values))
}
