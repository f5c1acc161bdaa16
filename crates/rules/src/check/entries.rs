//! Entries of a pack as rules: clocks, moves, rights, keeping and the floor, each with what it refers to.

use huiyin_domain::clock::PeriodUnit;
use huiyin_domain::ids::{ClockId, MoveId, StateId};
use huiyin_domain::payload::{Field, Need, Shape};
use huiyin_domain::posts::{Post, PostRule, UnitKind};
use huiyin_domain::procedure::{
    BeginRule, ChoiceRule, ClockRule, Compartment, Every, Fact, Floor, Guard, HandTo, KeepRule, MoveRule, Numbering,
    Phase, RightRule, Since, StartFrom, Variant,
};

use jiff::civil::Date;

use super::Found;
use super::checker::Checker;
use crate::raw::{self, Clock, Keep, Move, Right};

/// Ids a pack may refer to.
pub(super) struct Known {
    pub(super) begins: Vec<String>,
    pub(super) states: Vec<String>,
    /// Every state short of the archive: what `from = ["*"]` means.
    pub(super) open_states: Vec<String>,
    pub(super) clocks: Vec<String>,
    pub(super) moves: Vec<String>,
    pub(super) clauses: Vec<String>,
    pub(super) papers: Vec<String>,
    pub(super) posts: Vec<String>,
    pub(super) kinds: Vec<String>,
    pub(super) choices: Vec<ChoiceRule>,
}

pub(super) fn clock_rule(checker: &mut Checker<'_>, raw: Clock, known: &Known) -> Option<ClockRule> {
    let clauses = &known.clauses;
    for label in [&raw.title, &raw.plain] {
        checker.periods(label, &known.clocks);
    }
    if let Some(clause) = &raw.consequence {
        checker.known("clause", clause, clauses);
    }
    checker.known("post", &raw.post, &known.posts);
    checker.cited(raw.basis, raw.clause.as_ref(), clauses);
    let start = match raw.start.as_str() {
        "move" => StartFrom::Move,
        "receipt" => StartFrom::Receipt,
        "accepted" => StartFrom::Accepted,
        field => {
            StartFrom::Field(checker.word::<Field>("start (write `move`, `receipt`, `accepted` or a field)", field)?)
        }
    };
    if raw.extensions.is_some_and(|n| n == 0 || n > 20) || (raw.extensions.is_some() && raw.extension.is_none()) {
        checker.say(
            "`extensions` says how often, from 1 to 20, an `extension` may be given; write both or neither".to_owned(),
        );
    }
    let by_day = raw.length.iter().map(|l| (*l, raw.unit)).chain(raw.since.iter().map(|s| (s.length, s.unit)));
    let nights = nights(checker, &raw);
    let mut lengths = by_day.chain(nights);
    if lengths.any(|(length, unit)| length > ten_years(unit)) || raw.extension.is_some_and(|e| e > 3650) {
        checker.say(
            "a period or an extension longer than ten years is refused; check `length` and `extension`".to_owned(),
        );
        return None;
    }
    let mut since: Vec<Since> = Vec::new();
    for value in raw.since {
        checker.cited(value.basis, value.clause.as_ref(), clauses);
        if since.last().is_some_and(|last| last.from >= value.from) {
            checker.say(format!(
                "the values of `{}` must follow in time: {} is not after {}",
                raw.id,
                value.from,
                since.last().map_or(value.from, |l| l.from)
            ));
        }
        since.push(Since {
            from: value.from,
            length: value.length,
            unit: value.unit,
            basis: value.basis,
            clause: value.clause,
            night: value.night,
        });
    }
    Some(ClockRule {
        id: ClockId(raw.id),
        kind: raw.kind,
        title: raw.title,
        plain: raw.plain,
        bound: raw.bound,
        post: Post::from_id(&raw.post),
        length: raw.length,
        unit: raw.unit,
        roll: raw.roll,
        basis: raw.basis,
        clause: raw.clause,
        start,
        only_if: raw.only_if.as_deref().and_then(|f| checker.word::<Fact>("fact", f)),
        warn_days: raw.warn_days,
        extension: raw.extension,
        extensions: raw.extensions.unwrap_or(u32::from(raw.extension.is_some())),
        consequence: raw.consequence,
        between_offices: raw.between_offices,
        since,
        night: raw.night,
    })
}

/// The lengths by night; what they need is checked.
fn nights(checker: &mut Checker<'_>, raw: &raw::Clock) -> Vec<(u32, PeriodUnit)> {
    let later = raw.since.iter().filter_map(|s| Some((s.night?, s.unit)));
    let all: Vec<_> = raw.night.map(|n| (n, raw.unit)).into_iter().chain(later).collect();
    if all.iter().any(|(night, unit)| !unit.is_short() || night.from == night.until) {
        checker.say("`night` is for a period of hours or minutes; it begins and ends at different times".to_owned());
    }
    if raw.night.is_some() && raw.length.is_none() {
        checker.say("`night` gives another length than `length`; write both".to_owned());
    }
    all.into_iter().map(|(night, unit)| (night.length, unit)).collect()
}

/// Ten years in a unit: no period is longer, so that all of them can be reckoned.
fn ten_years(unit: PeriodUnit) -> u32 {
    match unit {
        PeriodUnit::CalendarDays | PeriodUnit::WorkingDays => 3650,
        PeriodUnit::Weeks => 520,
        PeriodUnit::Months => 120,
        PeriodUnit::Years => 10,
        PeriodUnit::Hours => 87_600,
        PeriodUnit::Minutes => 5_256_000,
    }
}

/// A choice; what it refers to is looked up.
pub(super) fn choice_rule(
    checker: &mut Checker<'_>,
    raw: raw::Choice,
    clocks: &[String],
    clauses: &[String],
) -> Option<ChoiceRule> {
    let field: Field = checker.word("field", &raw.of)?;
    if field.shape() != Shape::Choice {
        checker.say(format!("`{}` is not a field that offers a choice", raw.of));
    }
    if raw.id.is_empty() || raw.id.contains(|c: char| c.is_whitespace() || "|:?\"<>&".contains(c)) {
        checker.say(format!("`{}` is no id of a choice; write it without spaces and without | : ? \" < > &", raw.id));
    }
    if raw.supports && !matches!(field, Field::Outcome | Field::Adopted) {
        checker.say(format!(
            "only an `outcome` supports a request and only `adopted` a recommendation; take `supports` out of `{}`",
            raw.id
        ));
    }
    checker.languages(&raw.label);
    if let Some(clause) = &raw.clause {
        checker.known("clause", clause, clauses);
    }
    Some(ChoiceRule {
        field,
        guards: raw.when.iter().filter_map(|g| checker.guard(g, clocks)).collect(),
        needs: raw.needs.iter().filter_map(|n| checker.word::<Field>("field", n)).collect(),
        given: raw.given.as_deref().and_then(|f| checker.word::<Field>("field", f)),
        id: raw.id,
        label: raw.label,
        clause: raw.clause,
        supports: raw.supports,
        not_by: raw.not_by,
    })
}

fn variant(checker: &mut Checker<'_>, raw: raw::Variant, known: &Known) -> Option<Variant> {
    let field: Field = checker.word("field", &raw.field)?;
    checker.choice(field, &raw.is, &known.choices);
    if let Some(clause) = &raw.clause {
        checker.known("clause", clause, &known.clauses);
    }
    let guards = raw.when.iter().filter_map(|g| checker.guard(g, &known.clocks)).collect();
    Some(Variant { field, choice: raw.is, guards, document: raw.document, done: raw.done, clause: raw.clause })
}

pub(super) fn move_rule(checker: &mut Checker<'_>, raw: Move, known: &Known) -> MoveRule {
    let Known { states, clocks, clauses, .. } = known;
    let mut raw = raw;
    if let Some(star) = raw.from.iter().position(|s| s == "*") {
        raw.from.splice(star..=star, known.open_states.iter().cloned());
        raw.from.dedup();
    }
    for document in raw.document.iter().chain(raw.variant.iter().filter_map(|v| v.document.as_ref())) {
        checker.known("paper", document, &known.papers);
    }
    for label in raw.variant.iter().filter_map(|v| v.done.as_ref()) {
        checker.languages(label);
    }
    for label in [&raw.title, &raw.done].into_iter().chain(&raw.confirm).chain(&raw.hint) {
        checker.periods(label, clocks);
    }
    checker.cited(raw.basis, raw.clause.as_ref(), clauses);
    for state in raw.from.iter().chain(&raw.to) {
        checker.known("state", state, states);
    }
    for clock in [&raw.start, &raw.discharge, &raw.close, &raw.stop, &raw.resume, &raw.pass]
        .into_iter()
        .flatten()
        .chain(&raw.extend)
    {
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
    let needs: Vec<Need> = raw.needs.iter().filter_map(|n| checker.need(n, &known.choices)).collect();
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
        party: raw.party,
        sets,
        clears,
        hand_to: raw.hand_to,
        document: raw.document,
        for_one: raw.for_one || raw.verb.is_for_one(),
        signed: raw.signed,
        private_to: raw.private_to,
        clause: raw.clause,
        basis: raw.basis,
        tells: raw.tells,
        hides,
        confirm: raw.confirm,
        hint: raw.hint,
    }
}

/// Kinds of units that are named.
fn kinds_of(checker: &mut Checker<'_>, words: Vec<String>, known: &Known) -> Vec<UnitKind> {
    for word in &words {
        checker.known("unit_kind", word, &known.kinds);
    }
    words.iter().map(|w| UnitKind::from_id(w)).collect()
}

/// A post, whose deputies are posts as well.
pub(super) fn post_rule(checker: &mut Checker<'_>, raw: raw::PostEntry, posts: &[String]) -> PostRule {
    for deputy in &raw.deputies {
        checker.known("post", deputy, posts);
        if deputy == raw.id.word() {
            checker.say(format!("`{deputy}` cannot stand in for itself; take it out of `deputies`"));
        }
    }
    checker.languages(&raw.label);
    if raw.may.is_empty() {
        checker.say(format!("whoever sits in `{}` may do nothing; write `may`", raw.id.word()));
    }
    let may = raw.may.into_iter().collect();
    PostRule { id: raw.id, label: raw.label, may, deputies: raw.deputies.iter().map(|d| Post::from_id(d)).collect() }
}

/// A beginning, whose calendar is counted from the first year in which the pack is in force.
pub(super) fn begin_rule(
    checker: &mut Checker<'_>,
    raw: raw::Begin,
    force_from: Date,
    known: &Known,
) -> Option<BeginRule> {
    checker.known("state", &raw.state, &known.states);
    for clock in &raw.clocks {
        checker.known("clock", clock, &known.clocks);
    }
    if raw.units.is_empty() {
        checker.say(format!("`{}` names no `units`, so nobody would begin it", raw.id));
    }
    let needs: Vec<Need> = raw.needs.iter().filter_map(|n| checker.need(n, &known.choices)).collect();
    if raw.public && raw.every.is_some() {
        checker.say(format!("`{}` begins by the calendar, so nobody can begin it; take `public` out", raw.id));
    }
    if raw.public && needs.iter().any(|n| n.field.is_identity() || n.field == Field::Officer) {
        checker.say(format!("`{}` is `public` and asks for a name; whoever begins it says none", raw.id));
    }
    if raw.for_named && (raw.public || !needs.iter().any(|n| n.field == Field::ToUnit && n.required)) {
        checker.say(format!(
            "`{}` is for the unit that is named; an officer enters it, and `needs` asks for `to_unit`",
            raw.id
        ));
    }
    if !raw.turns_back.is_empty() && !raw.forgets {
        checker.say(format!("`{}` turns words back and keeps what is written; write `forgets = true` with it", raw.id));
    }
    let every = match raw.every {
        None => None,
        Some(every) => {
            if !needs.is_empty() {
                checker.say(format!(
                    "`{}` begins by the calendar, and nobody is there to enter `needs`; take one of the two out",
                    raw.id
                ));
            }
            if every.months == 0 || every.months > 120 {
                checker.say("`months` is a number from 1 to 120".to_owned());
            }
            match Date::new(force_from.year(), every.month, every.day) {
                Ok(first) => {
                    Some(Every { months: every.months.max(1), first, next_year: every.names == raw::Names::NextYear })
                }
                Err(_) => {
                    checker.say(format!(
                        "there is no day {}-{} in {}; write month and day as numbers",
                        every.month,
                        every.day,
                        force_from.year()
                    ));
                    None
                }
            }
        }
    };
    Some(BeginRule {
        id: raw.id,
        title: raw.title,
        hint: raw.hint,
        state: StateId(raw.state),
        clocks: raw.clocks.into_iter().map(ClockId).collect(),
        units: kinds_of(checker, raw.units, known),
        needs,
        public: raw.public,
        for_named: raw.for_named,
        forgets: raw.forgets,
        turns_back: raw.turns_back,
        private_to: raw.private_to,
        every,
    })
}

/// Adds to a move of the base what a pack over it says besides.
pub(super) fn amend_move(checker: &mut Checker<'_>, amend: raw::Amend, moves: &mut [Found<Move>]) {
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

pub(super) fn keep_rule(checker: &mut Checker<'_>, raw: &Keep, known: &Known) -> KeepRule {
    match (raw.years, raw.permanent) {
        (None, false) | (Some(_), true) => {
            checker.say("a `keep` entry says either `years` or `permanent = true`".to_owned())
        }
        (Some(years), _) if years == 0 || years > 200 => {
            checker.say(format!("a file cannot be kept for {years} years; write 1 to 200, or `permanent = true`"))
        }
        _ => {}
    }
    checker.cited(raw.basis, raw.clause.as_ref(), &known.clauses);
    if raw.when.is_empty() {
        checker.say("a `keep` entry needs `when`; for all other files write `keep_years` in [pack]".to_owned());
    }
    KeepRule {
        when: raw.when.iter().filter_map(|g| checker.guard(g, &known.clocks)).collect(),
        years: raw.years,
        basis: raw.basis,
        clause: raw.clause.clone(),
    }
}

pub(super) fn right_rule(checker: &mut Checker<'_>, raw: Right, known: &Known) -> RightRule {
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

/// The line of what is said against officials.
pub(super) fn compartment(checker: &mut Checker<'_>, found: Found<raw::Compartment>, known: &Known) -> Compartment {
    let (file, offset, raw) = found;
    (checker.file, checker.offset) = (file, offset);
    checker.known("clause", &raw.clause, &known.clauses);
    if raw.receivers.is_empty() {
        checker.say("[compartment] names nobody in `receivers`, so that nobody could be handed it; name a kind, or take the section out".to_owned());
    }
    if let Some(kind) = raw.by_office_alone.iter().find(|k| !raw.receivers.contains(k)) {
        checker.say(format!("`by_office_alone` names `{kind}`, which `receivers` does not; add it there"));
    }
    Compartment {
        receivers: kinds_of(checker, raw.receivers, known),
        by_office_alone: kinds_of(checker, raw.by_office_alone, known),
        clause: raw.clause,
    }
}

/// How papers are numbered: no two papers may get the same number.
pub(super) fn numbering(checker: &mut Checker<'_>, found: Found<raw::Numbering>) -> Numbering {
    let (file, offset, raw) = found;
    (checker.file, checker.offset) = (file, offset);
    let missing: Vec<&str> =
        ["{letters}", "{code}", "{year}", "{n}"].into_iter().filter(|part| !raw.form.contains(part)).collect();
    if !missing.is_empty() {
        checker.say(format!(
            "`form` leaves out {}, so that two papers could get the same number; write each",
            missing.join(", ")
        ));
    }
    if raw.letters.trim().is_empty() {
        checker.say("`letters` is empty; write the letters of a unit that has none of its own".to_owned());
    }
    Numbering { form: raw.form, letters: raw.letters }
}

pub(super) fn floor_rule(checker: &mut Checker<'_>, found: Found<raw::Floor>, known: &Known) -> Floor {
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
