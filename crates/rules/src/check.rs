//! From TOML shapes to the rule book: every reference is looked up, every period has its basis.

use std::collections::BTreeMap;

use huiyin_domain::clock::Basis;
use huiyin_domain::ids::{ClockId, MoveId, PackId, StateId};
use huiyin_domain::payload::{Field, Need, Shape};
use huiyin_domain::procedure::{ClockRule, Escalation, Fact, Guard, HandTo, MoveRule, RuleBook, StartFrom, StateRule};
use serde::de::DeserializeOwned;

use crate::error::{PackError, line_of, nearest};
use crate::raw::{Clock, Head, Move, Part};
use crate::{PackFiles, cases};

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

/// Builds the rule book; errors are added to the list.
pub(crate) fn build(files: &PackFiles, parts: Vec<(String, Part)>, errors: &mut Vec<PackError>) -> (Option<RuleBook>, Vec<cases::Case>) {
    let mut head = None;
    let (mut states, mut clocks, mut moves, mut steps) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let (mut clauses, mut classes, mut all_cases) = (BTreeMap::new(), BTreeMap::new(), Vec::new());
    for (file, part) in parts {
        if let Some(found) = part.pack {
            head = Some((file.clone(), found.span().start, found.into_inner()));
        }
        states.extend(part.state.into_iter().map(|s| (file.clone(), s.span().start, s.into_inner())));
        clocks.extend(part.clock.into_iter().map(|s| (file.clone(), s.span().start, s.into_inner())));
        moves.extend(part.moves.into_iter().map(|s| (file.clone(), s.span().start, s.into_inner())));
        steps.extend(part.escalation.into_iter().map(|s| (file.clone(), s.span().start, s.into_inner())));
        clauses.extend(part.clause);
        classes.extend(part.class);
        all_cases.extend(part.case);
    }
    let mut checker = Checker { files, errors, file: "pack.toml".into(), offset: 0 };
    let Some((file, offset, head)) = head else {
        checker.say("there is no [pack] section; write id, title, force_from and calendar".to_owned());
        return (None, Vec::new());
    };
    let state_ids: Vec<String> = states.iter().map(|s| s.2.id.clone()).collect();
    let clock_ids: Vec<String> = clocks.iter().map(|c| c.2.id.clone()).collect();
    let move_ids: Vec<String> = moves.iter().map(|m| m.2.id.clone()).collect();
    let clause_ids: Vec<String> = clauses.keys().cloned().collect();
    twice(&mut checker, "state", states.iter().map(|s| (&s.0, s.1, &s.2.id)));
    twice(&mut checker, "clock", clocks.iter().map(|s| (&s.0, s.1, &s.2.id)));
    twice(&mut checker, "move", moves.iter().map(|s| (&s.0, s.1, &s.2.id)));
    (checker.file, checker.offset) = (file, offset);
    check_head(&mut checker, &head, &state_ids, &clock_ids);
    let mut built_clocks = BTreeMap::new();
    for (file, offset, clock) in clocks {
        (checker.file, checker.offset) = (file, offset);
        if let Some(rule) = clock_rule(&mut checker, clock, &clause_ids) {
            built_clocks.insert(rule.id.clone(), rule);
        }
    }
    let mut built_moves = Vec::new();
    for (file, offset, raw) in moves {
        (checker.file, checker.offset) = (file, offset);
        built_moves.push(move_rule(&mut checker, raw, &state_ids, &clock_ids, &clause_ids));
    }
    let mut escalation = Vec::new();
    for (file, offset, raw) in steps {
        (checker.file, checker.offset) = (file, offset);
        if let Some(start) = &raw.start {
            checker.known("clock", start, &clock_ids);
        }
        escalation.push(Escalation { after_working_days: raw.after_working_days, to: raw.to, start: raw.start.map(ClockId) });
    }
    (checker.file, checker.offset) = ("cases.toml".into(), 0);
    for case in &all_cases {
        for step in &case.step {
            if let Some(id) = &step.do_move {
                checker.known(&format!("move (case `{}`)", case.id), id, &move_ids);
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
        states: states
            .into_iter()
            .map(|(_, _, s)| (StateId(s.id.clone()), StateRule { id: StateId(s.id), phase: s.phase, title: s.title, plain: s.plain }))
            .collect(),
        moves: built_moves,
        clocks: built_clocks,
        escalation,
        clauses,
        classes,
        imported_ended: StateId(head.imported_ended),
        imported_accepted: StateId(head.imported_accepted),
        imported_accepted_clocks: ids(head.imported_accepted_clocks),
    };
    (Some(book), all_cases)
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
    for clock in head.initial_office_clocks.iter().chain(&head.initial_direct_clocks).chain(&head.initial_above_clocks).chain(&head.imported_accepted_clocks) {
        checker.known("clock", clock, clocks);
    }
}

fn clock_rule(checker: &mut Checker<'_>, raw: Clock, clauses: &[String]) -> Option<ClockRule> {
    checker.cited(raw.basis, raw.clause.as_ref(), clauses);
    let start = match raw.start.as_str() {
        "move" => StartFrom::Move,
        "receipt" => StartFrom::Receipt,
        field => StartFrom::Field(checker.word::<Field>("start (write `move`, `receipt` or a field)", field)?),
    };
    if raw.length.is_some_and(|l| l > 3650) {
        checker.say("a period longer than ten years is refused; check `length`".to_owned());
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
    })
}

fn move_rule(checker: &mut Checker<'_>, raw: Move, states: &[String], clocks: &[String], clauses: &[String]) -> MoveRule {
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
        clause: raw.clause,
        basis: raw.basis,
        tells: raw.tells,
        hides,
        confirm: raw.confirm,
        hint: raw.hint,
    }
}
