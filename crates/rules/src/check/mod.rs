//! From TOML shapes to the rule book: every reference is looked up, every period has its basis.

mod checker;
mod entries;
mod head;
mod queue;
mod report;

use std::collections::BTreeMap;

use huiyin_domain::clock::Basis;
use huiyin_domain::ids::{ClockId, MoveId, PackId, StateId};
use huiyin_domain::payload::Field;
use huiyin_domain::procedure::{Clause, Escalation, PaperRule, Phase, Relation, RuleBook, StateRule};

use huiyin_domain::kind::ProceedingKind;
use huiyin_domain::posts::UnitKindRule;

use crate::error::{PackError, line_of};
use crate::raw::{Clock, Count, Head, Keep, Move, Paper, Part, ReportPart, Right, State};
use crate::{PackFiles, Place, cases, raw};
use toml::Spanned;

use checker::Checker;
use entries::{
    Known, amend_move, begin_rule, choice_rule, clock_rule, compartment, floor_rule, keep_rule, move_rule, numbering,
    post_rule, right_rule,
};
pub use head::is_pack_id;
use head::{check_head, known_in_head};

/// One entry with the file and offset it was read from.
type Found<T> = (String, usize, T);

/// Everything of a pack's files, gathered by kind; what the pack itself says replaces what its base says.
#[derive(Default)]
struct Gathered {
    head: Option<Found<Head>>,
    begins: Vec<Found<raw::Begin>>,
    posts: Vec<Found<raw::PostEntry>>,
    kinds: Vec<Found<raw::UnitKindEntry>>,
    choices: Vec<Found<raw::Choice>>,
    states: Vec<Found<State>>,
    clocks: Vec<Found<Clock>>,
    moves: Vec<Found<Move>>,
    papers: Vec<Found<Paper>>,
    rights: Vec<Found<Right>>,
    steps: Vec<Found<raw::Escalation>>,
    keep: Vec<Found<Keep>>,
    counts: Vec<Found<Count>>,
    report: Vec<Found<ReportPart>>,
    amends: Vec<Found<raw::Amend>>,
    removes: Vec<Found<raw::Remove>>,
    floor: Option<Found<raw::Floor>>,
    compartment: Option<Found<raw::Compartment>>,
    numbering: Option<Found<raw::Numbering>>,
    queue: Option<Found<raw::Queue>>,
    clauses: BTreeMap<String, Clause>,
    classes: BTreeMap<String, Vec<String>>,
    cases: Vec<(String, cases::Case)>,
}

/// Where the entries of a rule book stand, for errors that are found after it was read.
#[derive(Debug, Clone, Default)]
pub(crate) struct Places {
    /// Clock → file and line.
    pub clocks: BTreeMap<ClockId, (String, usize)>,
    /// Move → file and line.
    pub moves: BTreeMap<MoveId, (String, usize)>,
    /// Paper → file and line.
    pub papers: BTreeMap<String, (String, usize)>,
    /// State → file and line.
    pub states: BTreeMap<StateId, (String, usize)>,
    /// Choice → file and line.
    pub choices: BTreeMap<(Field, String), (String, usize)>,
    /// The escalation.
    pub escalation: (String, usize),
    /// The head.
    pub head: (String, usize),
}

fn gather(parts: Vec<(String, Part)>) -> Gathered {
    let mut out = Gathered::default();
    for (file, part) in parts {
        let at = |offset: usize| (file.clone(), offset);
        if let Some(found) = part.pack {
            out.head = Some((file.clone(), found.span().start, found.into_inner()));
        }
        macro_rules! take {
            ($from:ident, $to:ident) => {
                out.$to.extend(part.$from.into_iter().map(|s| {
                    let (file, offset) = at(s.span().start);
                    (file, offset, s.into_inner())
                }))
            };
        }
        take!(begin, begins);
        take!(post, posts);
        take!(unit_kind, kinds);
        take!(choice, choices);
        take!(state, states);
        take!(clock, clocks);
        take!(moves, moves);
        take!(paper, papers);
        take!(right, rights);
        take!(escalation, steps);
        take!(keep, keep);
        take!(count, counts);
        take!(report, report);
        take!(amend, amends);
        take!(remove, removes);
        macro_rules! take_one {
            ($name:ident) => {
                if let Some(found) = part.$name {
                    out.$name = Some((file.clone(), found.span().start, found.into_inner()));
                }
            };
        }
        take_one!(floor);
        take_one!(compartment);
        take_one!(numbering);
        take_one!(queue);
        out.clauses.extend(part.clause);
        out.classes.extend(part.class);
        out.cases.extend(part.case.into_iter().map(|c| (file.clone(), c)));
    }
    out
}

/// Lays a pack over its base: an entry of the same id takes the place of the base's, at the base's place.
fn lay<T>(base: Vec<Found<T>>, own: Vec<Found<T>>, id: impl Fn(&T) -> String) -> Vec<Found<T>> {
    let mut out: Vec<Found<T>> = Vec::new();
    let mut own: Vec<Option<Found<T>>> = own.into_iter().map(Some).collect();
    for entry in base {
        let same = own.iter_mut().find(|o| o.as_ref().is_some_and(|o| id(&o.2) == id(&entry.2)));
        out.push(same.and_then(Option::take).unwrap_or(entry));
    }
    out.extend(own.into_iter().flatten());
    out
}

/// A rule book with its cases (each with the file it stands in) and the places of its entries.
#[derive(Debug)]
pub(crate) struct Built {
    pub book: RuleBook,
    pub cases: Vec<(String, cases::Case)>,
    pub places: Places,
}

/// Builds the rule book; errors are added to the list.
#[expect(
    clippy::too_many_lines,
    reason = "one part of the pack after the other; to be parted with the reading of packs"
)]
pub(crate) fn build(
    files: &PackFiles,
    base: Vec<(String, Part)>,
    parts: Vec<(String, Part)>,
    errors: &mut Vec<PackError>,
) -> Option<Built> {
    let (base, own) = (gather(base), gather(parts));
    let mut checker = Checker { files, errors, file: "pack.toml".into(), offset: 0, of: Vec::new() };
    let over_another = base.head.is_some();
    let Some((file, offset, head)) = own.head else {
        checker.say("there is no [pack] section; write id, title, force_from and calendar".to_owned());
        return None;
    };
    (checker.file, checker.offset) = (file.clone(), offset);
    if head.extends.as_ref() == Some(&head.id) {
        checker.say(format!(
            "the pack `{}` varies itself; name the pack it lies over in `extends`, or take it out",
            head.id
        ));
        return None;
    }
    let place = |checker: &Checker<'_>| {
        (checker.file.clone(), checker.files.files.get(&checker.file).map_or(0, |t| line_of(t, checker.offset)))
    };
    let mut places = Places { head: place(&checker), ..Places::default() };
    let replaces = head.replaces.clone();
    if over_another {
        head::replaced_lists(&mut checker, &head);
    }
    let head = check_head(&mut checker, head.over(base.head.as_ref().map(|h| &h.2)))?;
    checker.of = head.title.languages().map(str::to_owned).collect();
    twice(&mut checker, "state", own.states.iter().map(|s| (&s.0, s.1, &s.2.id)));
    twice(&mut checker, "clock", own.clocks.iter().map(|s| (&s.0, s.1, &s.2.id)));
    twice(&mut checker, "move", own.moves.iter().map(|s| (&s.0, s.1, &s.2.id)));
    twice(&mut checker, "paper", own.papers.iter().map(|s| (&s.0, s.1, &s.2.id)));
    let choice_ids: Vec<String> = own.choices.iter().map(|s| format!("{}:{}", s.2.of, s.2.id)).collect();
    twice(&mut checker, "choice", own.choices.iter().zip(&choice_ids).map(|(s, id)| (&s.0, s.1, id)));
    twice(&mut checker, "begin", own.begins.iter().map(|s| (&s.0, s.1, &s.2.id)));
    let begins = lay(base.begins, own.begins, |s| s.id.clone());
    let posts = lay(base.posts, own.posts, |s| s.id.word().to_owned());
    let kinds = lay(base.kinds, own.kinds, |s| s.id.word().to_owned());
    let choices = lay(base.choices, own.choices, |s| format!("{}:{}", s.of, s.id));
    let states = lay(base.states, own.states, |s| s.id.clone());
    let clocks = lay(base.clocks, own.clocks, |s| s.id.clone());
    let base_moves = without(&mut checker, base.moves, own.removes);
    let mut moves = lay(base_moves, own.moves, |s| s.id.clone());
    let papers = lay(base.papers, own.papers, |s| s.id.clone());
    for (file, offset, amend) in own.amends {
        (checker.file, checker.offset) = (file, offset);
        amend_move(&mut checker, amend, &mut moves);
    }
    // What a law lists a pack over it adds to, and takes nothing from.
    let rights = base.rights.into_iter().chain(own.rights).collect::<Vec<_>>();
    let keep = own.keep.into_iter().chain(base.keep).collect::<Vec<_>>();
    twice(&mut checker, "count", own.counts.iter().map(|s| (&s.0, s.1, &s.2.id)));
    let counts = lay(base.counts, own.counts, |s| s.id.clone());
    let report = base.report.into_iter().chain(own.report).collect::<Vec<_>>();
    if over_another && !own.steps.is_empty() && !replaces.iter().any(|r| r == "escalation") {
        (checker.file, checker.offset) =
            own.steps.first().map_or_else(|| (file.clone(), offset), |s| (s.0.clone(), s.1));
        checker.say("these steps take the place of all steps of the pack below; say so with `replaces = [\"escalation\"]` in [pack]".to_owned());
    }
    let steps = if own.steps.is_empty() { base.steps } else { own.steps };
    if let (Some((file, offset, _)), true) = (&own.floor, over_another) {
        (checker.file, checker.offset) = (file.clone(), *offset);
        checker.say("a floor stands in the pack of the law itself; a pack over it cannot set one".to_owned());
    }
    let floor = if over_another { base.floor } else { own.floor };
    if let (Some((file, offset, _)), true) = (&own.compartment, over_another) {
        (checker.file, checker.offset) = (file.clone(), *offset);
        checker.say(
            "where accusations go is said by the pack of the law itself; a pack over it cannot say otherwise"
                .to_owned(),
        );
    }
    let line = if over_another { base.compartment } else { own.compartment };
    let numbering_found = own.numbering.or(base.numbering);
    let queue_found = own.queue.or(base.queue);
    let own_clauses = own.clauses.clone();
    let clauses: BTreeMap<String, Clause> = base.clauses.into_iter().chain(own.clauses).collect();
    let classes: BTreeMap<String, Vec<String>> = base.classes.into_iter().chain(own.classes).collect();
    let clock_ids: Vec<String> = clocks.iter().map(|c| c.2.id.clone()).collect();
    let clause_ids: Vec<String> = clauses.keys().cloned().collect();
    let mut built_choices = Vec::new();
    for (file, offset, raw) in choices {
        (checker.file, checker.offset) = (file, offset);
        let at = place(&checker);
        if let Some(rule) = choice_rule(&mut checker, raw, &clock_ids, &clause_ids) {
            places.choices.insert((rule.field, rule.id.clone()), at);
            built_choices.push(rule);
        }
    }
    let post_ids: Vec<String> = posts.iter().map(|p| p.2.id.word().to_owned()).collect();
    let built_kinds: Vec<UnitKindRule> =
        kinds.into_iter().map(|(_, _, k)| UnitKindRule { id: k.id, label: k.label, role: k.role }).collect();
    let mut built_posts = Vec::new();
    for (file, offset, raw) in posts {
        (checker.file, checker.offset) = (file, offset);
        built_posts.push(post_rule(&mut checker, raw, &post_ids));
    }
    let known = Known {
        posts: post_ids,
        kinds: built_kinds.iter().map(|k| k.id.word().to_owned()).collect(),
        choices: built_choices.clone(),
        begins: begins.iter().map(|b| b.2.id.clone()).collect(),
        states: states.iter().map(|s| s.2.id.clone()).collect(),
        open_states: states.iter().filter(|s| s.2.phase != Phase::Archived).map(|s| s.2.id.clone()).collect(),
        clocks: clock_ids,
        moves: moves.iter().map(|m| m.2.id.clone()).collect(),
        clauses: clause_ids,
        papers: papers.iter().map(|p| p.2.id.clone()).collect(),
    };
    (checker.file, checker.offset) = (file, offset);
    known_in_head(&mut checker, &head, &known);
    if (head.kind == ProceedingKind::Matter) != begins.is_empty() {
        checker.say(match head.kind {
            ProceedingKind::Matter => {
                "matters begin with what is lodged; [[begin]] belongs to packs of another kind".to_owned()
            }
            other => format!("a pack of the kind `{}` needs at least one [[begin]]", other.word()),
        });
    }
    for clause in own_clauses.values() {
        checker.languages(&clause.cite);
        checker.languages(&clause.gist);
    }
    let mut built_begins = Vec::new();
    for (file, offset, raw) in begins {
        (checker.file, checker.offset) = (file, offset);
        built_begins.extend(begin_rule(&mut checker, raw, head.force_from, &known));
    }
    let mut built_clocks = BTreeMap::new();
    for (file, offset, clock) in clocks {
        (checker.file, checker.offset) = (file, offset);
        places.clocks.insert(ClockId(clock.id.clone()), place(&checker));
        if let Some(rule) = clock_rule(&mut checker, clock, &known) {
            built_clocks.insert(rule.id.clone(), rule);
        }
    }
    let mut built_moves = Vec::new();
    for (file, offset, raw) in moves {
        (checker.file, checker.offset) = (file, offset);
        places.moves.insert(MoveId(raw.id.clone()), place(&checker));
        built_moves.push(move_rule(&mut checker, raw, &known));
    }
    let mut escalation = Vec::new();
    for (file, offset, raw) in steps {
        (checker.file, checker.offset) = (file, offset);
        if escalation.is_empty() {
            places.escalation = place(&checker);
        }
        if raw.after_working_days > 3650 {
            checker.say(
                "a step more than ten years after the last day reaches nobody; check `after_working_days`".to_owned(),
            );
        }
        if let Some(start) = &raw.start {
            checker.known("clock", start, &known.clocks);
        }
        escalation.push(Escalation {
            after_working_days: raw.after_working_days,
            to: raw.to,
            start: raw.start.map(ClockId),
        });
    }
    let mut built_rights = Vec::new();
    for (file, offset, raw) in rights {
        (checker.file, checker.offset) = (file, offset);
        built_rights.push(right_rule(&mut checker, raw, &known));
    }
    let mut built_papers = BTreeMap::new();
    for (file, offset, raw) in papers {
        (checker.file, checker.offset) = (file, offset);
        let at = place(&checker);
        checker.languages(&raw.title);
        checker.languages(&raw.template);
        let rule = PaperRule {
            title: raw.title,
            code: raw.code,
            template: raw.template,
            from: raw.from,
            to: raw.to,
            copies: raw.copies,
            unaddressed: raw.unaddressed,
            line: at.1,
        };
        places.papers.insert(raw.id.clone(), at);
        built_papers.insert(raw.id, rule);
    }
    let mut built_keep = Vec::new();
    for (file, offset, raw) in keep {
        (checker.file, checker.offset) = (file, offset);
        built_keep.push(keep_rule(&mut checker, &raw, &known));
    }
    let (counts, report) = report::read(&mut checker, counts, report, &known);
    let mut built_states = BTreeMap::new();
    for (file, offset, s) in states {
        (checker.file, checker.offset) = (file, offset);
        for label in [&s.title, &s.plain] {
            checker.periods(label, &known.clocks);
        }
        places.states.insert(StateId(s.id.clone()), place(&checker));
        built_states.insert(
            StateId(s.id.clone()),
            StateRule { id: StateId(s.id), phase: s.phase, title: s.title, plain: s.plain },
        );
    }
    let floor = floor.map(|found| floor_rule(&mut checker, found, &known)).unwrap_or_default();
    let line = line.map(|found| compartment(&mut checker, found, &known));
    let numbers = numbering_found.map(|found| numbering(&mut checker, found));
    let calls = queue_found.map(|found| queue::queue_rule(&mut checker, found, &built_choices));
    (checker.file, checker.offset) = (places.head.0.clone(), 0);
    if line.is_none() && head.lodging.as_ref().is_some_and(|l| l.initial_sealed.is_some()) {
        checker.say("a sealed stub is an accusation, and the pack has no [compartment] for one to go to; write it, or take `initial_sealed` out".to_owned());
    }
    if numbers.is_none() && !built_papers.is_empty() {
        checker.say("the pack has papers and does not say how they are numbered; write [numbering]".to_owned());
    }
    for (file, case) in &own.cases {
        (checker.file, checker.offset) = (file.clone(), case.offset(files.files.get(file)));
        if let Some(id) = &case.begin {
            checker.known(&format!("begin (case `{}`)", case.id), id, &known.begins);
        }
        if case.begin.is_none() && head.kind != ProceedingKind::Matter {
            checker.say(format!("case `{}`: say with `begin` how it begins", case.id));
        }
        for (i, step) in case.step.iter().map(Spanned::as_ref).enumerate() {
            checker.offset = case.step.get(i).map_or(checker.offset, |s| s.span().start);
            if let Some(id) = &step.do_move {
                checker.known(&format!("move (case `{}`)", case.id), id, &known.moves);
            }
            if step.on < case.received {
                checker.say(format!(
                    "case `{}`, step {}: {} is before the day of receipt, {}; mend one of the two",
                    case.id,
                    i + 1,
                    step.on,
                    case.received
                ));
            }
            if i.checked_sub(1)
                .and_then(|before| case.step.get(before))
                .is_some_and(|before| step.on < before.as_ref().on)
            {
                checker.say(format!(
                    "case `{}`, step {}: {} is before the step that stands above it; put the steps in order",
                    case.id,
                    i + 1,
                    step.on
                ));
            }
        }
    }
    let ids = |list: Vec<String>| list.into_iter().map(ClockId).collect();
    let book = RuleBook {
        id: PackId(head.id),
        title: head.title,
        binding: head.binding,
        force_from: head.force_from,
        calendar: head.calendar,
        kind: head.kind,
        begins: built_begins,
        lodging: head.lodging,
        hops_before_dispute: head.hops_before_dispute,
        compartment: line,
        numbering: numbers,
        queue: calls,
        most_representatives: head.most_representatives,
        most_agents: head.most_agents,
        earliest_receipt: head.earliest_receipt,
        keep_years: head.keep_years,
        keep: built_keep,
        counts,
        report,
        states: built_states,
        posts: built_posts,
        unit_kinds: built_kinds,
        choices: built_choices,
        moves: built_moves,
        clocks: built_clocks,
        escalation,
        rights: built_rights,
        papers: built_papers,
        floor,
        clauses,
        classes,
        published: ids(head.published),
        succession_clause: head.succession_clause,
        void_check_one_in: head.void_check_one_in,
        new_code_waits: head.new_code_waits,
    };
    Some(Built { book, cases: own.cases, places })
}

/// The moves of the base but those that are done without. What the law or the petitioner has stays.
fn without(
    checker: &mut Checker<'_>,
    mut moves: Vec<Found<Move>>,
    removes: Vec<Found<raw::Remove>>,
) -> Vec<Found<Move>> {
    for (file, offset, remove) in removes {
        (checker.file, checker.offset) = (file, offset);
        let names: Vec<String> = moves.iter().map(|m| m.2.id.clone()).collect();
        match moves.iter().position(|m| m.2.id == remove.id) {
            Some(at)
                if moves
                    .get(at)
                    .is_some_and(|m| m.2.basis != Basis::House || m.2.by.contains(&Relation::Petitioner)) =>
            {
                checker.say(format!(
                    "`{}` is the law's or the petitioner's own; a pack over it cannot do without it",
                    remove.id
                ));
            }
            Some(at) => drop(moves.remove(at)),
            None => checker.known("move", &remove.id, &names),
        }
    }
    moves
}

fn twice<'a>(checker: &mut Checker<'_>, what: &str, all: impl Iterator<Item = (&'a String, usize, &'a String)>) {
    let mut seen = std::collections::BTreeSet::new();
    for (file, offset, id) in all {
        if !seen.insert(id.clone()) {
            (checker.file, checker.offset) = (file.clone(), offset);
            checker.say(format!("the {what} `{id}` is given twice; rename or remove one"));
        }
    }
}

impl Places {
    /// File and line of an entry.
    pub(crate) fn of(&self, what: &Place) -> (String, usize) {
        let found = match what {
            Place::Clock(id) => self.clocks.get(id),
            Place::Move(id) => self.moves.get(id),
            Place::State(id) => self.states.get(id),
            Place::Choice(field, id) => self.choices.get(&(*field, id.clone())),
            Place::Paper(id) => self.papers.get(id),
            Place::Escalation => Some(&self.escalation).filter(|(file, _)| !file.is_empty()),
            Place::Head => Some(&self.head),
        };
        found.unwrap_or(&self.head).clone()
    }
}
