//! The head of a pack: what must be said, and what it names.

use huiyin_domain::procedure::Label;

use super::checker::Checker;
use super::entries::Known;
use crate::raw::Head;

/// The head with everything said.
pub(super) struct WholeHead {
    pub(super) id: String,
    pub(super) title: Label,
    pub(super) force_from: jiff::civil::Date,
    pub(super) calendar: String,
    pub(super) initial_office: String,
    pub(super) initial_office_clocks: Vec<String>,
    pub(super) initial_direct: String,
    pub(super) initial_direct_clocks: Vec<String>,
    pub(super) initial_above_clocks: Vec<String>,
    pub(super) initial_sealed: Option<String>,
    pub(super) initial_sealed_clocks: Vec<String>,
    pub(super) hops_before_dispute: Option<u32>,
    pub(super) keep_years: u32,
    pub(super) imported_ended: String,
    pub(super) imported_accepted: String,
    pub(super) imported_accepted_clocks: Vec<String>,
    pub(super) published: Vec<String>,
    pub(super) succession_clause: Option<String>,
    pub(super) void_check_one_in: Option<u32>,
    pub(super) new_code_waits: Option<u32>,
}

/// Years a file is kept where the pack does not say.
const KEEP_YEARS: u32 = 30;

/// Every key that is missing is named at once.
pub(super) fn check_head(checker: &mut Checker<'_>, head: Head) -> Option<WholeHead> {
    let parts: Vec<&str> = head.id.split('/').collect();
    if parts.len() < 2 || parts.iter().any(|p| p.is_empty() || p.contains(char::is_whitespace)) {
        checker.say(format!("`{}` is no pack id; write place/name/version, such as cn/petition/2022", head.id));
    }
    let missing: Vec<&str> = [
        ("title", head.title.is_none()),
        ("force_from", head.force_from.is_none()),
        ("calendar", head.calendar.is_none()),
        ("initial_office", head.initial_office.is_none()),
        ("initial_office_clocks", head.initial_office_clocks.is_none()),
        ("initial_direct", head.initial_direct.is_none()),
        ("initial_direct_clocks", head.initial_direct_clocks.is_none()),
        ("imported_ended", head.imported_ended.is_none()),
        ("imported_accepted", head.imported_accepted.is_none()),
        ("imported_accepted_clocks", head.imported_accepted_clocks.is_none()),
    ]
    .into_iter()
    .filter(|(_, none)| *none)
    .map(|(name, _)| name)
    .collect();
    if !missing.is_empty() {
        checker.say(format!("[pack] does not say `{}`; write each, or lay the pack over another with `extends`", missing.join("`, `")));
        return None;
    }
    Some(WholeHead {
        id: head.id,
        title: head.title?,
        force_from: head.force_from?,
        calendar: head.calendar?,
        initial_office: head.initial_office?,
        initial_office_clocks: head.initial_office_clocks?,
        initial_direct: head.initial_direct?,
        initial_direct_clocks: head.initial_direct_clocks?,
        initial_above_clocks: head.initial_above_clocks.unwrap_or_default(),
        initial_sealed: head.initial_sealed,
        initial_sealed_clocks: head.initial_sealed_clocks.unwrap_or_default(),
        hops_before_dispute: head.hops_before_dispute,
        keep_years: head.keep_years.unwrap_or(KEEP_YEARS),
        imported_ended: head.imported_ended?,
        imported_accepted: head.imported_accepted?,
        imported_accepted_clocks: head.imported_accepted_clocks?,
        published: head.published.unwrap_or_default(),
        succession_clause: head.succession_clause,
        void_check_one_in: head.void_check_one_in,
        new_code_waits: head.new_code_waits,
    })
}

pub(super) fn known_in_head(checker: &mut Checker<'_>, head: &WholeHead, known: &Known) {
    for state in [&head.initial_office, &head.initial_direct, &head.imported_ended, &head.imported_accepted].into_iter().chain(&head.initial_sealed) {
        checker.known("state", state, &known.states);
    }
    for clock in head
        .initial_sealed_clocks
        .iter()
        .chain(&head.initial_office_clocks)
        .chain(&head.initial_direct_clocks)
        .chain(&head.initial_above_clocks)
        .chain(&head.imported_accepted_clocks)
        .chain(&head.published)
    {
        checker.known("clock", clock, &known.clocks);
    }
    if let Some(clause) = &head.succession_clause {
        checker.known("clause", clause, &known.clauses);
    }
}
