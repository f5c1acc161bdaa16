//! The head of a pack: what must be said, and what it names.

use huiyin_domain::ids::{ClockId, StateId};
use huiyin_domain::kind::ProceedingKind;
use huiyin_domain::procedure::{Label, Lodging};

use super::checker::Checker;
use super::entries::Known;
use crate::error::nearest;
use crate::raw::Head;

/// The head with everything said.
pub(super) struct WholeHead {
    pub(super) id: String,
    pub(super) title: Label,
    pub(super) binding: String,
    pub(super) force_from: jiff::civil::Date,
    pub(super) calendar: String,
    pub(super) kind: ProceedingKind,
    pub(super) lodging: Option<Lodging>,
    pub(super) hops_before_dispute: Option<u32>,
    pub(super) keep_years: u32,
    pub(super) most_representatives: Option<u32>,
    pub(super) most_agents: Option<u32>,
    pub(super) earliest_receipt: Option<jiff::civil::Date>,
    pub(super) published: Vec<String>,
    pub(super) succession_clause: Option<String>,
    pub(super) void_check_one_in: Option<u32>,
    pub(super) new_code_waits: Option<u32>,
}

/// Whether a text can be the id of a pack: two to four parts of small letters, digits and `-`.
pub fn is_pack_id(id: &str) -> bool {
    let plain = |p: &str| {
        p.starts_with(|c: char| c.is_ascii_alphanumeric())
            && p.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
    };
    id.len() <= 80 && (2..=4).contains(&id.split('/').count()) && id.split('/').all(plain)
}

/// What the pack is called, and how long its files are kept.
fn id_and_keeping(checker: &mut Checker<'_>, head: &Head) {
    if head.keep_years.is_some_and(|n| n == 0 || n > 200) {
        checker.say("a file is kept for 1 to 200 years; check `keep_years`".to_owned());
    }
    if !is_pack_id(&head.id) {
        checker.say(format!("`{}` is no pack id; write place/name/version, such as cn/petition/2022", head.id));
    }
}

/// Every key that is missing is named at once.
pub(super) fn check_head(checker: &mut Checker<'_>, head: Head) -> Option<WholeHead> {
    id_and_keeping(checker, &head);
    let kind = head.kind.unwrap_or_default();
    let of_all = [
        ("title", head.title.is_none()),
        ("force_from", head.force_from.is_none()),
        ("calendar", head.calendar.is_none()),
        ("keep_years", head.keep_years.is_none()),
    ];
    let of_matters = [
        ("initial_office", head.initial_office.is_none()),
        ("initial_office_clocks", head.initial_office_clocks.is_none()),
        ("initial_direct", head.initial_direct.is_none()),
        ("initial_direct_clocks", head.initial_direct_clocks.is_none()),
        ("imported_ended", head.imported_ended.is_none()),
        ("imported_accepted", head.imported_accepted.is_none()),
        ("imported_accepted_clocks", head.imported_accepted_clocks.is_none()),
    ];
    if kind != ProceedingKind::Matter {
        let said: Vec<&str> = of_matters.iter().filter(|(_, none)| !none).map(|(name, _)| *name).collect();
        if !said.is_empty() {
            checker.say(format!(
                "`{}` belongs to packs of matters; a pack of the kind `{}` says in [[begin]] how it begins",
                said.join("`, `"),
                kind.word()
            ));
        }
    }
    let missing: Vec<&str> = of_all
        .into_iter()
        .chain(of_matters.into_iter().filter(|_| kind == ProceedingKind::Matter))
        .filter(|(_, none)| *none)
        .map(|(name, _)| name)
        .collect();
    if !missing.is_empty() {
        checker.say(format!(
            "[pack] does not say `{}`; write each, or lay the pack over another with `extends`",
            missing.join("`, `")
        ));
        return None;
    }
    let ids = |list: Option<Vec<String>>| list.unwrap_or_default().into_iter().map(ClockId).collect::<Vec<_>>();
    let lodging = match kind {
        ProceedingKind::Matter => Some(Lodging {
            initial_office: StateId(head.initial_office?),
            initial_office_clocks: ids(head.initial_office_clocks),
            initial_direct: StateId(head.initial_direct?),
            initial_direct_clocks: ids(head.initial_direct_clocks),
            initial_above_clocks: ids(head.initial_above_clocks),
            initial_sealed: head.initial_sealed.map(|s| (StateId(s), ids(head.initial_sealed_clocks))),
            imported_ended: StateId(head.imported_ended?),
            imported_accepted: StateId(head.imported_accepted?),
            imported_accepted_clocks: ids(head.imported_accepted_clocks),
        }),
        ProceedingKind::Office | ProceedingKind::Meeting | ProceedingKind::Reception => None,
    };
    let title = head.title?;
    let binding = binding_of(checker, head.binding.as_ref(), &title)?;
    Some(WholeHead {
        id: head.id,
        title,
        binding,
        force_from: head.force_from?,
        calendar: head.calendar?,
        kind,
        lodging,
        hops_before_dispute: head.hops_before_dispute,
        keep_years: head.keep_years?,
        most_representatives: head.most_representatives,
        most_agents: head.most_agents,
        earliest_receipt: head.earliest_receipt,
        published: head.published.unwrap_or_default(),
        succession_clause: head.succession_clause,
        void_check_one_in: head.void_check_one_in,
        new_code_waits: head.new_code_waits,
    })
}

/// The language papers and records are kept in: the one that is named, or the only one there is.
fn binding_of(checker: &mut Checker<'_>, binding: Option<&String>, title: &Label) -> Option<String> {
    let languages: Vec<&str> = title.languages().collect();
    let wrong = |l: &&str| l.is_empty() || l.len() > 12 || !l.chars().all(|c| c.is_ascii_lowercase() || c == '-');
    if languages.is_empty() || languages.iter().any(wrong) {
        checker.say(
            "`title` says in which languages the pack is; write each by its code, such as { zh = \"…\", en = \"…\" }"
                .to_owned(),
        );
    }
    match (binding, languages.as_slice()) {
        (Some(binding), all) if all.contains(&binding.as_str()) => Some(binding.clone()),
        (None, [only]) => Some((*only).to_owned()),
        _ => {
            checker.say(format!(
                "`binding` says which of the languages `{}` papers and records are kept in; write one of them",
                languages.join("`, `")
            ));
            None
        }
    }
}

/// Lists of the head that take the place of those of the pack below, without saying so.
pub(super) fn replaced_lists(checker: &mut Checker<'_>, head: &Head) {
    let lists = [
        ("initial_office_clocks", head.initial_office_clocks.is_some()),
        ("initial_direct_clocks", head.initial_direct_clocks.is_some()),
        ("initial_above_clocks", head.initial_above_clocks.is_some()),
        ("initial_sealed_clocks", head.initial_sealed_clocks.is_some()),
        ("imported_accepted_clocks", head.imported_accepted_clocks.is_some()),
        ("published", head.published.is_some()),
    ];
    for (name, _) in lists.iter().filter(|(name, given)| *given && !head.replaces.iter().any(|r| r == name)) {
        checker.say(format!(
            "`{name}` takes the place of the whole list of the pack below; say so with `replaces = [\"{name}\"]`"
        ));
    }
    let known = lists.iter().map(|(name, _)| *name).chain(["escalation"]).collect::<Vec<_>>();
    for word in head.replaces.iter().filter(|r| !known.contains(&r.as_str())) {
        let near = nearest(word, known.iter().copied()).map(|n| format!("; did you mean `{n}`?")).unwrap_or_default();
        checker.say(format!("`{word}` is no list that is replaced as a whole{near}"));
    }
}

pub(super) fn known_in_head(checker: &mut Checker<'_>, head: &WholeHead, known: &Known) {
    if let Some(lodging) = &head.lodging {
        let sealed = lodging.initial_sealed.as_ref();
        let states =
            [&lodging.initial_office, &lodging.initial_direct, &lodging.imported_ended, &lodging.imported_accepted];
        for state in states.into_iter().chain(sealed.map(|(state, _)| state)) {
            checker.known("state", state.as_str(), &known.states);
        }
        let clocks = [
            &lodging.initial_office_clocks,
            &lodging.initial_direct_clocks,
            &lodging.initial_above_clocks,
            &lodging.imported_accepted_clocks,
        ];
        for clock in clocks.into_iter().flatten().chain(sealed.into_iter().flat_map(|(_, clocks)| clocks)) {
            checker.known("clock", clock.as_str(), &known.clocks);
        }
    }
    for clock in &head.published {
        checker.known("clock", clock, &known.clocks);
    }
    if let Some(clause) = &head.succession_clause {
        checker.known("clause", clause, &known.clauses);
    }
}
