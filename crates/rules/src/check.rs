//! From TOML shapes to the rule book: every reference is looked up, every period has its basis.

use std::collections::BTreeMap;

use huiyin_domain::clock::Basis;
use huiyin_domain::ids::{ClockId, MoveId, PackId, StateId};
use huiyin_domain::payload::{Field, Need, Shape};
use huiyin_domain::procedure::{
    Clause, ClockRule, Escalation, Fact, Guard, HandTo, KeepRule, MoveRule, PaperRule, Phase, RightRule, RuleBook, Since, StartFrom, StateRule,
};
use serde::de::DeserializeOwned;

use crate::error::{PackError, line_of, nearest};
use crate::raw::{Clock, Head, Keep, Move, Paper, Part, Right, State};
use crate::{PackFiles, cases, raw};

struct Checker<'a> {
    files: &'a PackFiles,
    errors: &'a mut Vec<PackError>,
    file: String,
    offset: usize,
}

impl Checker<'_> {
    fn say(&mut self, message: String) {
        let line = self.files.files.get(&self.file).map_or(0, |t| line_of(t, self.offset));
        self.errors.push(PackError { pack: self.files.id.clone(), file: self.file.clone(), line, message });
    }

    fn word<T: DeserializeOwned>(&mut self, what: &str, word: &str) -> Option<T> {
        let read = serde_json::from_value(serde_json::Value::String(word.to_owned()));
        if let Err(error) = &read {
            let text = error.to_string();
            let near = nearest(word, text.split('`').skip(3).step_by(2)).map(|n| format!("; did you mean `{n}`?")).unwrap_or_default();
            self.say(format!("`{word}` is not a {what}{near}"));
        }
        read.ok()
    }

    fn known(&mut self, what: &str, id: &str, known: &[String]) {
        if id != "*" && !known.iter().any(|k| k == id) {
            let near = nearest(id, known.iter().map(String::as_str)).map(|n| format!("; did you mean `{n}`?")).unwrap_or_default();
            self.say(format!("there is no {what} `{id}` in this pack{near}"));
        }
    }

    fn cited(&mut self, basis: Basis, clause: Option<&String>, clauses: &[String]) {
        match (basis, clause) {
            (Basis::House, Some(clause)) => {
                self.say(format!("a `house` period is this office's promise and cites nothing; take out clause `{clause}` or change the basis"))
            }
            (Basis::Law | Basis::Local, None) => self.say("a `law` or `local` basis needs its `clause`".to_owned()),
            (Basis::Law | Basis::Local, Some(clause)) => self.known("clause", clause, clauses),
            (Basis::House, None) => {}
        }
    }

    fn guard(&mut self, text: &str, clocks: &[String]) -> Option<Guard> {
        let words: Vec<&str> = text.split_whitespace().collect();
        match words.as_slice() {
            ["running", clock] => {
                self.known("clock", clock, clocks);
                Some(Guard::Running(ClockId::new(*clock)))
            }
            ["owed", clock] => {
                self.known("clock", clock, clocks);
                Some(Guard::Owed(ClockId::new(*clock)))
            }
            ["not", "owed", clock] => {
                self.known("clock", clock, clocks);
                Some(Guard::NotOwed(ClockId::new(*clock)))
            }
            ["not", fact] => self.word::<Fact>("fact", fact).map(Guard::Not),
            [fact] => self.word::<Fact>("fact", fact).map(Guard::Is),
            _ => {
                self.say(format!("`{text}` is not a condition; write `heard`, `not heard`, `running CLOCK`, `owed CLOCK` or `not owed CLOCK`"));
                None
            }
        }
    }

    fn need(&mut self, text: &str) -> Option<Need> {
        let (name, choices) = text.split_once(':').unwrap_or((text, ""));
        let (name, required) = name.strip_suffix('?').map_or((name, true), |n| (n, false));
        let field = self.word::<Field>("field", name)?;
        let choices: Vec<String> = choices.split('|').filter(|c| !c.is_empty()).map(str::to_owned).collect();
        let all: &[&str] = if let Shape::Choice(all) = field.shape() { all } else { &[] };
        for choice in &choices {
            if !all.contains(&choice.as_str()) {
                self.say(format!("`{choice}` is not a choice of `{name}`"));
            }
        }
        Some(Need { field, required, choices })
    }
}

/// One entry with the file and offset it was read from.
type Found<T> = (String, usize, T);

/// Everything of a pack's files, gathered by kind; what the pack itself says replaces what its base says.
#[derive(Default)]
struct Gathered {
    head: Option<Found<Head>>,
    states: Vec<Found<State>>,
    clocks: Vec<Found<Clock>>,
    moves: Vec<Found<Move>>,
    papers: Vec<Found<Paper>>,
    rights: Vec<Found<Right>>,
    steps: Vec<Found<raw::Escalation>>,
    keep: Vec<Found<Keep>>,
    clauses: BTreeMap<String, Clause>,
    classes: BTreeMap<String, Vec<String>>,
    cases: Vec<cases::Case>,
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
        take!(state, states);
        take!(clock, clocks);
        take!(moves, moves);
        take!(paper, papers);
        take!(right, rights);
        take!(escalation, steps);
        take!(keep, keep);
        out.clauses.extend(part.clause);
        out.classes.extend(part.class);
        out.cases.extend(part.case);
    }
    out
}

/// Lays a pack over its base: an entry of the same id takes the place of the base's, at the base's place.
fn lay<T>(base: Vec<Found<T>>, own: Vec<Found<T>>, id: impl Fn(&T) -> &str) -> Vec<Found<T>> {
    let mut out: Vec<Found<T>> = Vec::new();
    let mut own: Vec<Option<Found<T>>> = own.into_iter().map(Some).collect();
    for entry in base {
        let same = own.iter_mut().find(|o| o.as_ref().is_some_and(|o| id(&o.2) == id(&entry.2)));
        out.push(same.and_then(Option::take).unwrap_or(entry));
    }
    out.extend(own.into_iter().flatten());
    out
}

/// Builds the rule book; errors are added to the list.
pub(crate) fn build(
    files: &PackFiles,
    base: Vec<(String, Part)>,
    parts: Vec<(String, Part)>,
    errors: &mut Vec<PackError>,
) -> (Option<RuleBook>, Vec<cases::Case>) {
    let (base, own) = (gather(base), gather(parts));
    let mut checker = Checker { files, errors, file: "pack.toml".into(), offset: 0 };
    let Some((file, offset, head)) = own.head else {
        checker.say("there is no [pack] section; write id, title, force_from and calendar".to_owned());
        return (None, Vec::new());
    };
    twice(&mut checker, "state", own.states.iter().map(|s| (&s.0, s.1, &s.2.id)));
    twice(&mut checker, "clock", own.clocks.iter().map(|s| (&s.0, s.1, &s.2.id)));
    twice(&mut checker, "move", own.moves.iter().map(|s| (&s.0, s.1, &s.2.id)));
    twice(&mut checker, "paper", own.papers.iter().map(|s| (&s.0, s.1, &s.2.id)));
    let states = lay(base.states, own.states, |s| &s.id);
    let clocks = lay(base.clocks, own.clocks, |s| &s.id);
    let moves = lay(base.moves, own.moves, |s| &s.id);
    let papers = lay(base.papers, own.papers, |s| &s.id);
    let rights = if own.rights.is_empty() { base.rights } else { own.rights };
    let steps = if own.steps.is_empty() { base.steps } else { own.steps };
    let keep = if own.keep.is_empty() { base.keep } else { own.keep };
    let clauses: BTreeMap<String, Clause> = base.clauses.into_iter().chain(own.clauses).collect();
    let classes: BTreeMap<String, Vec<String>> = base.classes.into_iter().chain(own.classes).collect();
    let known = Known {
        states: states.iter().map(|s| s.2.id.clone()).collect(),
        open_states: states.iter().filter(|s| s.2.phase != Phase::Archived).map(|s| s.2.id.clone()).collect(),
        clocks: clocks.iter().map(|c| c.2.id.clone()).collect(),
        moves: moves.iter().map(|m| m.2.id.clone()).collect(),
        clauses: clauses.keys().cloned().collect(),
        papers: papers.iter().map(|p| p.2.id.clone()).collect(),
    };
    (checker.file, checker.offset) = (file, offset);
    check_head(&mut checker, &head, &known.states, &known.clocks);
    let mut built_clocks = BTreeMap::new();
    for (file, offset, clock) in clocks {
        (checker.file, checker.offset) = (file, offset);
        if let Some(rule) = clock_rule(&mut checker, clock, &known.clauses) {
            built_clocks.insert(rule.id.clone(), rule);
        }
    }
    let mut built_moves = Vec::new();
    for (file, offset, raw) in moves {
        (checker.file, checker.offset) = (file, offset);
        built_moves.push(move_rule(&mut checker, raw, &known));
    }
    let mut escalation = Vec::new();
    for (file, offset, raw) in steps {
        (checker.file, checker.offset) = (file, offset);
        if let Some(start) = &raw.start {
            checker.known("clock", start, &known.clocks);
        }
        escalation.push(Escalation { after_working_days: raw.after_working_days, to: raw.to, start: raw.start.map(ClockId) });
    }
    let mut built_rights = Vec::new();
    for (file, offset, raw) in rights {
        (checker.file, checker.offset) = (file, offset);
        built_rights.push(right_rule(&mut checker, raw, &known));
    }
    let mut built_papers = BTreeMap::new();
    for (file, offset, raw) in papers {
        let line = files.files.get(&file).map_or(0, |t| line_of(t, offset));
        let rule = PaperRule { title: raw.title, code: raw.code, template: raw.template, from: raw.from, to: raw.to, unaddressed: raw.unaddressed, line };
        built_papers.insert(raw.id, rule);
    }
    let mut built_keep = Vec::new();
    for (file, offset, raw) in keep {
        (checker.file, checker.offset) = (file, offset);
        built_keep.push(keep_rule(&mut checker, &raw, &known));
    }
    (checker.file, checker.offset) = ("cases.toml".into(), 0);
    for case in &own.cases {
        for step in &case.step {
            if let Some(id) = &step.do_move {
                checker.known(&format!("move (case `{}`)", case.id), id, &known.moves);
            }
        }
    }
    let ids = |list: Vec<String>| list.into_iter().map(ClockId).collect();
    let book = RuleBook {
        id: PackId(head.id),
        title: head.title,
        force_from: head.force_from,
        calendar: head.calendar,
        initial_office: StateId(head.initial_office),
        initial_office_clocks: ids(head.initial_office_clocks),
        initial_direct: StateId(head.initial_direct),
        initial_direct_clocks: ids(head.initial_direct_clocks),
        initial_above_clocks: ids(head.initial_above_clocks),
        initial_sealed: head.initial_sealed.map(|s| (StateId(s), ids(head.initial_sealed_clocks))),
        hops_before_dispute: head.hops_before_dispute,
        keep_years: head.keep_years,
        keep: built_keep,
        states: states
            .into_iter()
            .map(|(_, _, s)| (StateId(s.id.clone()), StateRule { id: StateId(s.id), phase: s.phase, title: s.title, plain: s.plain }))
            .collect(),
        moves: built_moves,
        clocks: built_clocks,
        escalation,
        rights: built_rights,
        papers: built_papers,
        clauses,
        classes,
        imported_ended: StateId(head.imported_ended),
        imported_accepted: StateId(head.imported_accepted),
        imported_accepted_clocks: ids(head.imported_accepted_clocks),
    };
    (Some(book), own.cases)
}

/// Ids a pack may refer to.
struct Known {
    states: Vec<String>,
    /// Every state short of the archive: what `from = ["*"]` means.
    open_states: Vec<String>,
    clocks: Vec<String>,
    moves: Vec<String>,
    clauses: Vec<String>,
    papers: Vec<String>,
}

fn keep_rule(checker: &mut Checker<'_>, raw: &Keep, known: &Known) -> KeepRule {
    match (raw.years, raw.permanent) {
        (None, false) | (Some(_), true) => checker.say("a `keep` entry says either `years` or `permanent = true`".to_owned()),
        (Some(years), _) if years == 0 || years > 200 => checker.say(format!("a file cannot be kept for {years} years; write 1 to 200, or `permanent = true`")),
        _ => {}
    }
    checker.cited(raw.basis, raw.clause.as_ref(), &known.clauses);
    if raw.when.is_empty() {
        checker.say("a `keep` entry needs `when`; for all other files write `keep_years` in [pack]".to_owned());
    }
    KeepRule { when: raw.when.iter().filter_map(|g| checker.guard(g, &known.clocks)).collect(), years: raw.years, basis: raw.basis, clause: raw.clause.clone() }
}

fn right_rule(checker: &mut Checker<'_>, raw: Right, known: &Known) -> RightRule {
    let (mut phases, mut states) = (Vec::new(), Vec::new());
    for place in raw.places {
        match Phase::ALL.into_iter().find(|p| p.word() == place) {
            Some(phase) => phases.push(phase),
            None => {
                checker.known("phase or state", &place, &known.states);
                states.push(StateId(place));
            }
        }
    }
    let when = raw.when.iter().filter_map(|g| checker.guard(g, &known.clocks)).collect();
    RightRule { verb: raw.verb, phases, states, when }
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

fn check_head(checker: &mut Checker<'_>, head: &Head, states: &[String], clocks: &[String]) {
    let parts: Vec<&str> = head.id.split('/').collect();
    if parts.len() < 2 || parts.iter().any(|p| p.is_empty() || p.contains(char::is_whitespace)) {
        checker.say(format!("`{}` is no pack id; write place/name/version, such as cn/petition/2022", head.id));
    }
    for state in [&head.initial_office, &head.initial_direct, &head.imported_ended, &head.imported_accepted] {
        checker.known("state", state, states);
    }
    if let Some(state) = &head.initial_sealed {
        checker.known("state", state, states);
    }
    for clock in head
        .initial_sealed_clocks
        .iter()
        .chain(&head.initial_office_clocks)
        .chain(&head.initial_direct_clocks)
        .chain(&head.initial_above_clocks)
        .chain(&head.imported_accepted_clocks)
    {
        checker.known("clock", clock, clocks);
    }
}

fn clock_rule(checker: &mut Checker<'_>, raw: Clock, clauses: &[String]) -> Option<ClockRule> {
    checker.cited(raw.basis, raw.clause.as_ref(), clauses);
    let start = match raw.start.as_str() {
        "move" => StartFrom::Move,
        "receipt" => StartFrom::Receipt,
        "accepted" => StartFrom::Accepted,
        field => StartFrom::Field(checker.word::<Field>("start (write `move`, `receipt`, `accepted` or a field)", field)?),
    };
    if raw.length.is_some_and(|l| l > 3650) {
        checker.say("a period longer than ten years is refused; check `length`".to_owned());
    }
    let mut since: Vec<Since> = Vec::new();
    for value in raw.since {
        checker.cited(value.basis, value.clause.as_ref(), clauses);
        if value.length > 3650 {
            checker.say("a period longer than ten years is refused; check `length`".to_owned());
        }
        if since.last().is_some_and(|last| last.from >= value.from) {
            checker.say(format!("the values of `{}` must follow in time: {} is not after {}", raw.id, value.from, since.last().map_or(value.from, |l| l.from)));
        }
        since.push(Since { from: value.from, length: value.length, unit: value.unit, basis: value.basis, clause: value.clause });
    }
    Some(ClockRule {
        id: ClockId(raw.id),
        kind: raw.kind,
        title: raw.title,
        plain: raw.plain,
        bound: raw.bound,
        post: raw.post,
        length: raw.length,
        unit: raw.unit,
        roll: raw.roll,
        basis: raw.basis,
        clause: raw.clause,
        start,
        only_if: raw.only_if.as_deref().and_then(|f| checker.word::<Fact>("fact", f)),
        warn_days: raw.warn_days,
        extension: raw.extension,
        between_offices: raw.between_offices,
        since,
    })
}

fn move_rule(checker: &mut Checker<'_>, raw: Move, known: &Known) -> MoveRule {
    let Known { states, clocks, clauses, .. } = known;
    let mut raw = raw;
    if let Some(star) = raw.from.iter().position(|s| s == "*") {
        raw.from.splice(star..=star, known.open_states.iter().cloned());
        raw.from.dedup();
    }
    if let Some(document) = &raw.document {
        checker.known("paper", document, &known.papers);
    }
    checker.cited(raw.basis, raw.clause.as_ref(), clauses);
    for state in raw.from.iter().chain(&raw.to) {
        checker.known("state", state, states);
    }
    for clock in [&raw.start, &raw.discharge, &raw.close, &raw.stop, &raw.resume].into_iter().flatten().chain(&raw.extend) {
        checker.known("clock", clock, clocks);
    }
    if raw.by.is_empty() || raw.from.is_empty() {
        checker.say(format!("nobody can ever make the move `{}`; give `from` and `by`", raw.id));
    }
    let guards = raw.when.iter().filter_map(|g| checker.guard(g, clocks)).collect();
    let needs: Vec<Need> = raw.needs.iter().filter_map(|n| checker.need(n)).collect();
    if raw.hand_to == Some(HandTo::Named) && !needs.iter().any(|n| n.field == Field::ToUnit && n.required) {
        checker.say(format!("the move `{}` hands the matter to a named unit but does not ask for `to_unit`", raw.id));
    }
    let ids = |list: Vec<String>| list.into_iter().map(ClockId).collect();
    let sets = raw.sets.iter().filter_map(|f| checker.word::<Fact>("fact", f)).collect();
    let hides = raw.hides.iter().filter_map(|f| checker.word::<Field>("field", f)).collect();
    let clears = raw.clears.iter().filter_map(|f| checker.word::<Fact>("fact", f)).collect();
    MoveRule {
        id: MoveId(raw.id),
        verb: raw.verb,
        title: raw.title,
        done: raw.done,
        from: raw.from.into_iter().map(StateId).collect(),
        by: raw.by,
        guards,
        to: raw.to.map(StateId),
        needs,
        start: ids(raw.start),
        discharge: ids(raw.discharge),
        close: ids(raw.close),
        stop: ids(raw.stop),
        resume: ids(raw.resume),
        extend: raw.extend.map(ClockId),
        sets,
        clears,
        hand_to: raw.hand_to,
        document: raw.document,
        for_one: raw.for_one || raw.verb.is_for_one(),
        private_to: raw.private_to,
        clause: raw.clause,
        basis: raw.basis,
        tells: raw.tells,
        hides,
        confirm: raw.confirm,
        hint: raw.hint,
    }
}
