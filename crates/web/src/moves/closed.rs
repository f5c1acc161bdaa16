//! Why a move is not offered, and until when an archived file is kept.

use huiyin_app::domain::decide::Closed;
use huiyin_app::domain::procedure::{Fact, Guard};
use huiyin_app::domain::retention::{KeptUntil, keep_rule, kept};
use huiyin_app::matter_view::MatterView;

use crate::edge::context::Shared;

/// Until when the archived file is kept, in a sentence; nothing while it is open.
pub(crate) fn kept_through(shared: &Shared, language: huiyin_wording::Language, view: &MatterView) -> Option<String> {
    match kept(&view.ground.book, &view.matter) {
        KeptUntil::Open => None,
        _ if view.matter.facts.contains(&Fact::Destroyed) => None,
        KeptUntil::Permanent => {
            Some(format!("{}{}", shared.say(language, "kept-permanent"), basis_of_keeping(shared, language, view)))
        }
        KeptUntil::Through(day) => {
            let said = shared.office.wording().text(
                language,
                "kept-through",
                &[("day", huiyin_wording::date(language, day).into())],
            );
            Some(format!("{said}{}", basis_of_keeping(shared, language, view)))
        }
    }
}

/// Where the time of keeping comes from: the office's promise, or a clause.
fn basis_of_keeping(shared: &Shared, language: huiyin_wording::Language, view: &MatterView) -> String {
    let clause = keep_rule(&view.ground.book, &view.matter)
        .and_then(|k| k.clause.as_ref())
        .and_then(|c| view.ground.book.clauses.get(c));
    let basis = clause.map_or_else(|| shared.say(language, "basis-house"), |c| c.cite.get(language.code()).to_owned());
    shared.office.wording().text(language, "in-brackets", &[("text", basis.into())])
}

/// A step that only answers something which is not there.
pub(crate) fn nothing_to_do(closed: &Closed) -> bool {
    matches!(closed, Closed::Guard { guard: Guard::Owed(_) | Guard::OwedAny(_) | Guard::Running(_) | Guard::Is(_) })
}
