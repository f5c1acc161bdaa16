//! From TOML shapes to the rule book: every reference is looked up, every period has its basis.

use std::collections::BTreeMap;

use huiyin_domain::clock::Basis;
use huiyin_domain::ids::{ClockId, MoveId, PackId, StateId};
use huiyin_domain::payload::{Field, Need, Shape};
use huiyin_domain::procedure::{
    Clause, ClockRule, Escalation, Fact, Floor, Guard, HandTo, KeepRule, Label, MoveRule, PaperRule, Phase, RightRule, RuleBook, Since, StartFrom, StateRule,
    Variant,
};
use serde::de::DeserializeOwned;

use crate::error::{PackError, line_of, nearest};
use crate::raw::{Clock, Head, Keep, Move, Paper, Part, Right, State};
use crate::{PackFiles, Place, cases, raw};

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

    /// A label may name a clock in braces, and is shown with its period of today; it never says a number of days itself.
    fn periods(&mut self, label: &Label, clocks: &[String]) {
        for text in [&label.zh, &label.en] {
            for name in text.split('{').skip(1).filter_map(|rest| rest.split('}').next()).filter(|n| *n != "unit") {
                self.known("clock", name, clocks);
            }
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
            ["settled"] => Some(Guard::Settled(Vec::new())),
            ["not", fact] => self.word::<Fact>("fact", fact).map(Guard::Not),
            [fact] => self.word::<Fact>("fact", fact).map(Guard::Is),
            _ => {
                self.say(format!("`{text}` is not a condition; write `heard`, `not heard`, `running CLOCK`, `owed CLOCK`, `not owed CLOCK` or `settled`"));
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
    amends: Vec<Found<raw::Amend>>,
    floor: Option<Found<raw::Floor>>,
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
        take!(state, states);
        take!(clock, clocks);
        take!(moves, moves);
        take!(paper, papers);
        take!(right, rights);
        take!(escalation, steps);
        take!(keep, keep);
        take!(amend, amends);
        if let Some(found) = part.floor {
            out.floor = Some((file.clone(), found.span().start, found.into_inner()));
        }
        out.clauses.extend(part.clause);
        out.classes.extend(part.class);
        out.cases.extend(part.case.into_iter().map(|c| (file.clone(), c)));
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

/// A rule book with its cases (each with the file it stands in) and the places of its entries.
#[derive(Debug)]
pub(crate) struct Built {
    pub book: RuleBook,
    pub cases: Vec<(String, cases::Case)>,
    pub places: Places,
}

/// Builds the rule book; errors are added to the list.
pub(crate) fn build(files: &PackFiles, base: Vec<(String, Part)>, parts: Vec<(String, Part)>, errors: &mut Vec<PackError>) -> Option<Built> {
    let (base, own) = (gather(base), gather(parts));
    let mut checker = Checker { files, errors, file: "pack.toml".into(), offset: 0 };
    let over_another = base.head.is_some();
    let Some((file, offset, head)) = own.head else {
        checker.say("there is no [pack] section; write id, title, force_from and calendar".to_owned());
        return None;
    };
    (checker.file, checker.offset) = (file.clone(), offset);
    if head.extends.as_ref() == Some(&head.id) {
        checker.say(format!("the pack `{}` varies itself; name the pack it lies over in `extends`, or take it out", head.id));
        return None;
    }
    let place = |checker: &Checker<'_>| (checker.file.clone(), checker.files.files.get(&checker.file).map_or(0, |t| line_of(t, checker.offset)));
    let mut places = Places { head: place(&checker), ..Places::default() };
    let head = check_head(&mut checker, head.over(base.head.as_ref().map(|h| &h.2)))?;
    twice(&mut checker, "state", own.states.iter().map(|s| (&s.0, s.1, &s.2.id)));
    twice(&mut checker, "clock", own.clocks.iter().map(|s| (&s.0, s.1, &s.2.id)));
    twice(&mut checker, "move", own.moves.iter().map(|s| (&s.0, s.1, &s.2.id)));
    twice(&mut checker, "paper", own.papers.iter().map(|s| (&s.0, s.1, &s.2.id)));
    let states = lay(base.states, own.states, |s| &s.id);
    let clocks = lay(base.clocks, own.clocks, |s| &s.id);
    let mut moves = lay(base.moves, own.moves, |s| &s.id);
    let papers = lay(base.papers, own.papers, |s| &s.id);
    for (file, offset, amend) in own.amends {
        (checker.file, checker.offset) = (file, offset);
        amend_move(&mut checker, amend, &mut moves);
    }
    // What a law lists a pack over it adds to, and takes nothing from.
    let rights = base.rights.into_iter().chain(own.rights).collect::<Vec<_>>();
    let keep = own.keep.into_iter().chain(base.keep).collect::<Vec<_>>();
    let steps = if own.steps.is_empty() { base.steps } else { own.steps };
    if let (Some((file, offset, _)), true) = (&own.floor, over_another) {
        (checker.file, checker.offset) = (file.clone(), *offset);
        checker.say("a floor stands in the pack of the law itself; a pack over it cannot set one".to_owned());
    }
    let floor = if over_another { base.floor } else { own.floor };
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
    known_in_head(&mut checker, &head, &known);
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
        (checker.file, checker.offset) = (file, offset);
        let at = place(&checker);
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
    let mut built_states = BTreeMap::new();
    for (file, offset, s) in states {
        (checker.file, checker.offset) = (file, offset);
        for label in [&s.title, &s.plain] {
            checker.periods(label, &known.clocks);
        }
        places.states.insert(StateId(s.id.clone()), place(&checker));
        built_states.insert(StateId(s.id.clone()), StateRule { id: StateId(s.id), phase: s.phase, title: s.title, plain: s.plain });
    }
    let floor = floor.map(|found| floor_rule(&mut checker, found, &known)).unwrap_or_default();
    for (file, case) in &own.cases {
        (checker.file, checker.offset) = (file.clone(), case.offset(files.files.get(file)));
        for (i, step) in case.step.iter().enumerate() {
            if let Some(id) = &step.do_move {
                checker.known(&format!("move (case `{}`)", case.id), id, &known.moves);
            }
            if step.on < case.received {
                checker.say(format!("case `{}`, step {}: {} is before the day of receipt, {}; mend one of the two", case.id, i + 1, step.on, case.received));
            }
            if i.checked_sub(1).and_then(|before| case.step.get(before)).is_some_and(|before| step.on < before.on) {
                checker.say(format!("case `{}`, step {}: {} is before the step that stands above it; put the steps in order", case.id, i + 1, step.on));
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
        states: built_states,
        moves: built_moves,
        clocks: built_clocks,
        escalation,
        rights: built_rights,
        papers: built_papers,
        floor,
        clauses,
        classes,
        imported_ended: StateId(head.imported_ended),
        imported_accepted: StateId(head.imported_accepted),
        imported_accepted_clocks: ids(head.imported_accepted_clocks),
        published: ids(head.published),
        succession_clause: head.succession_clause,
        void_check_one_in: head.void_check_one_in,
        new_code_waits: head.new_code_waits,
    };
    Some(Built { book, cases: own.cases, places })
}

/// The head with everything said.
struct WholeHead {
    id: String,
    title: Label,
    force_from: jiff::civil::Date,
    calendar: String,
    initial_office: String,
    initial_office_clocks: Vec<String>,
    initial_direct: String,
    initial_direct_clocks: Vec<String>,
    initial_above_clocks: Vec<String>,
    initial_sealed: Option<String>,
    initial_sealed_clocks: Vec<String>,
    hops_before_dispute: Option<u32>,
    keep_years: u32,
    imported_ended: String,
    imported_accepted: String,
    imported_accepted_clocks: Vec<String>,
    published: Vec<String>,
    succession_clause: Option<String>,
    void_check_one_in: Option<u32>,
    new_code_waits: Option<u32>,
}

/// Years a file is kept where the pack does not say.
const KEEP_YEARS: u32 = 30;

/// Every key that is missing is named at once.
fn check_head(checker: &mut Checker<'_>, head: Head) -> Option<WholeHead> {
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

/// Adds to a move of the base what a pack over it says besides.
fn amend_move(checker: &mut Checker<'_>, amend: raw::Amend, moves: &mut [Found<Move>]) {
    let names: Vec<String> = moves.iter().map(|m| m.2.id.clone()).collect();
    let Some((file, offset, of)) = moves.iter_mut().find(|m| m.2.id == amend.of) else {
        checker.known("move", &amend.of, &names);
        return;
    };
    // What is wrong with it now is wrong here.
    (*file, *offset) = (checker.file.clone(), checker.offset);
    let add = |to: &mut Vec<String>, more: Vec<String>| {
        for word in more {
            if !to.contains(&word) {
                to.push(word);
            }
        }
    };
    add(&mut of.from, amend.from);
    add(&mut of.when, amend.when);
    add(&mut of.needs, amend.needs);
    add(&mut of.start, amend.start);
    add(&mut of.discharge, amend.discharge);
    add(&mut of.close, amend.close);
    add(&mut of.stop, amend.stop);
    add(&mut of.resume, amend.resume);
    add(&mut of.sets, amend.sets);
    add(&mut of.clears, amend.clears);
}

fn floor_rule(checker: &mut Checker<'_>, found: Found<raw::Floor>, known: &Known) -> Floor {
    let (file, offset, raw) = found;
    (checker.file, checker.offset) = (file, offset);
    let mut out = Floor { rights: raw.rights, ..Floor::default() };
    for clock in raw.hearing_stops {
        checker.known("clock", &clock, &known.clocks);
        out.hearing_stops.push(ClockId(clock));
    }
    for duty in raw.duty {
        checker.offset = duty.span().start;
        let duty = duty.into_inner();
        checker.known("clock", &duty.clock, &known.clocks);
        checker.known("clause", &duty.clause, &known.clauses);
        out.longest.insert(ClockId(duty.clock), (duty.longest, duty.unit, duty.clause));
    }
    for right in raw.right {
        checker.offset = right.span().start;
        let right = right.into_inner();
        checker.known("clock", &right.clock, &known.clocks);
        checker.known("clause", &right.clause, &known.clauses);
        out.shortest.insert(ClockId(right.clock), (right.shortest, right.unit, right.clause));
    }
    for answer in raw.answer {
        checker.offset = answer.span().start;
        let answer = answer.into_inner();
        checker.known("paper", &answer.paper, &known.papers);
        out.contents.insert(answer.paper, answer.contents);
    }
    out
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

fn known_in_head(checker: &mut Checker<'_>, head: &WholeHead, known: &Known) {
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

fn clock_rule(checker: &mut Checker<'_>, raw: Clock, known: &Known) -> Option<ClockRule> {
    let clauses = &known.clauses;
    for label in [&raw.title, &raw.plain] {
        checker.periods(label, &known.clocks);
    }
    if let Some(clause) = &raw.consequence {
        checker.known("clause", clause, clauses);
    }
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
        consequence: raw.consequence,
        between_offices: raw.between_offices,
        since,
    })
}

fn variant(checker: &mut Checker<'_>, raw: raw::Variant, known: &Known) -> Option<Variant> {
    let field: Field = checker.word("field", &raw.field)?;
    let all: &[&str] = if let Shape::Choice(all) = field.shape() { all } else { &[] };
    if !all.contains(&raw.is.as_str()) {
        checker.say(format!("`{}` is not a choice of `{}`", raw.is, raw.field));
    }
    if let Some(clause) = &raw.clause {
        checker.known("clause", clause, &known.clauses);
    }
    let guards = raw.when.iter().filter_map(|g| checker.guard(g, &known.clocks)).collect();
    Some(Variant { field, choice: raw.is, guards, document: raw.document, done: raw.done, clause: raw.clause })
}

fn move_rule(checker: &mut Checker<'_>, raw: Move, known: &Known) -> MoveRule {
    let Known { states, clocks, clauses, .. } = known;
    let mut raw = raw;
    if let Some(star) = raw.from.iter().position(|s| s == "*") {
        raw.from.splice(star..=star, known.open_states.iter().cloned());
        raw.from.dedup();
    }
    for document in raw.document.iter().chain(raw.variant.iter().filter_map(|v| v.document.as_ref())) {
        checker.known("paper", document, &known.papers);
    }
    for label in [&raw.title, &raw.done].into_iter().chain(&raw.confirm).chain(&raw.hint) {
        checker.periods(label, clocks);
    }
    checker.cited(raw.basis, raw.clause.as_ref(), clauses);
    for state in raw.from.iter().chain(&raw.to) {
        checker.known("state", state, states);
    }
    for clock in [&raw.start, &raw.discharge, &raw.close, &raw.stop, &raw.resume, &raw.pass].into_iter().flatten().chain(&raw.extend) {
        checker.known("clock", clock, clocks);
    }
    if raw.by.is_empty() || raw.from.is_empty() {
        checker.say(format!("nobody can ever make the move `{}`; give `from` and `by`", raw.id));
    }
    let mut guards: Vec<Guard> = raw.when.iter().filter_map(|g| checker.guard(g, clocks)).collect();
    // What the move itself ends need not be settled before; what a file's closing may end, the floor says.
    for guard in &mut guards {
        if let Guard::Settled(but) = guard {
            *but = raw.discharge.iter().chain(&raw.close).cloned().map(ClockId).collect();
        }
    }
    let variants = raw.variant.into_iter().filter_map(|v| variant(checker, v, known)).collect();
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
        pass: ids(raw.pass),
        variants,
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

impl Places {
    /// File and line of an entry.
    pub(crate) fn of(&self, what: &Place) -> (String, usize) {
        let found = match what {
            Place::Clock(id) => self.clocks.get(id),
            Place::Move(id) => self.moves.get(id),
            Place::State(id) => self.states.get(id),
            Place::Paper(id) => self.papers.get(id),
            Place::Escalation => Some(&self.escalation).filter(|(file, _)| !file.is_empty()),
            Place::Head => Some(&self.head),
        };
        found.unwrap_or(&self.head).clone()
    }
}
