//! The procedure and its periods, drawn from the pack in force (art. 18).

use std::sync::Arc;

use axum::extract::State;
use huiyin_app::domain::clock::{Basis, ClockKind};
use huiyin_app::domain::procedure::{ClockRule, RuleBook, StateRule};
use serde::Serialize;

use super::{relation_word, span};
use crate::edge::context::{RequestContext, Shared};
use crate::edge::problem::Problem;
use crate::pages::Page;

#[derive(Serialize)]
struct PeriodRow {
    title: String,
    plain: String,
    span: String,
    right: bool,
    cite: String,
    gist: String,
}

#[derive(Serialize)]
struct PhaseRow {
    title: String,
    states: Vec<String>,
}

/// The clocks in the order a matter meets them: those of receipt, then as the moves start them.
fn in_order(book: &RuleBook) -> Vec<&ClockRule> {
    let first = book.lodging.iter().flat_map(|l| l.initial_office_clocks.iter().chain(&l.initial_direct_clocks));
    let started = book.moves.iter().flat_map(|m| &m.start);
    let escalated = book.escalation.iter().filter_map(|e| e.start.as_ref());
    let mut out: Vec<&ClockRule> = Vec::new();
    for rule in first.chain(started).chain(escalated).filter_map(|id| book.clock(id)) {
        if !out.iter().any(|c| c.id == rule.id) {
            out.push(rule);
        }
    }
    out
}

/// The states in the order the moves lead to them.
fn states_in_order(book: &RuleBook) -> Vec<&StateRule> {
    let openings = book.openings();
    let first = openings.iter().take(1).map(|(state, _)| state);
    let mut out: Vec<&StateRule> = Vec::new();
    for state in first.chain(book.moves.iter().filter_map(|m| m.to.as_ref())).filter_map(|id| book.state(id)) {
        if !out.iter().any(|s| s.id == state.id) {
            out.push(state);
        }
    }
    out
}

/// The procedure and its periods, drawn from the pack in force (art. 18).
pub(crate) async fn procedure(State(shared): State<Arc<Shared>>, asked: RequestContext) -> Page {
    let ground = shared.office.ground_today().await.map_err(|e| Problem::page(&shared, &asked, e))?;
    let pick = |l: &huiyin_app::domain::procedure::Label| l.get(asked.language.code()).to_owned();
    let today = shared.office.now().today();
    let rows: Vec<PeriodRow> = in_order(&ground.book)
        .into_iter()
        .filter_map(|c| {
            let (.., basis, clause) = c.on(today);
            let clause = clause.and_then(|id| ground.book.clauses.get(id)).filter(|_| basis != Basis::House);
            Some(PeriodRow {
                title: pick(&c.title),
                plain: if c.between_offices {
                    pick(&c.title)
                } else {
                    pick(&c.plain).replace("{unit}", &relation_word(&shared, &asked, c))
                },
                span: span(&shared, &asked, c, today)?,
                right: c.kind == ClockKind::Right,
                cite: clause.map_or_else(|| shared.say(asked.language, "basis-house"), |c| pick(&c.cite)),
                gist: clause.map(|c| pick(&c.gist)).unwrap_or_default(),
            })
        })
        .collect();
    let (law, house): (Vec<_>, Vec<_>) = rows.into_iter().partition(|r| !r.gist.is_empty());
    let phases: Vec<PhaseRow> = huiyin_app::domain::procedure::Phase::ALL
        .into_iter()
        .map(|phase| PhaseRow {
            title: shared.say(asked.language, &format!("phase-{}", phase.word().replace('_', "-"))),
            states: states_in_order(&ground.book)
                .into_iter()
                .filter(|s| s.phase == phase)
                .map(|s| pick(&s.plain))
                .collect(),
        })
        .collect();
    let picture = huiyin_app::packs::picture(
        shared.office.wording(),
        &ground.book,
        asked.language,
        today,
        &shared.say(asked.language, "procedure-picture"),
        &|phase| shared.say(asked.language, &format!("phase-{}", phase.word().replace('_', "-"))),
    );
    let values = context! { pack => pick(&ground.book.title), law, house, phases, picture };
    Ok(shared.page(&asked, "procedure.html", values))
}
