//! The floor, held against a pack: what stands in Rust for every pack (`domain::procedure::floor`), and what the law of
//! a pack fixes in numbers for every pack laid over it (ADR 0014).
//!
//! A pack over another may only go the petitioner's way: an office's time shorter, hers longer, more papers, more
//! rights. Lengths are compared as the law would count them: from every day of the published years, rest days and all.

mod length;

use std::collections::BTreeSet;

use huiyin_domain::clock::{Basis, ClockKind, PeriodUnit};
use huiyin_domain::ids::ClockId;
use huiyin_domain::procedure::floor::{self, Place as In};
use huiyin_domain::procedure::{ClockRule, Guard, Lodging, MoveRule, Relation, RuleBook, Verb};
use jiff::civil::date;

use crate::check::{Built, Places};
use crate::error::PackError;
use crate::{PackFiles, Place};

use length::all_extensions;
pub use length::under_floor;

/// What is wrong with the shape of a pack, whatever its calendar.
pub(crate) fn structure(files: &PackFiles, built: &Built, base: Option<&RuleBook>) -> Vec<PackError> {
    let mut said = FloorFaults { pack: files.id.clone(), places: &built.places, errors: Vec::new() };
    for fault in floor::faults(&built.book) {
        let place = match fault.place {
            In::Clock(id) => Place::Clock(id),
            In::Move(id) => Place::Move(id),
            In::Escalation => Place::Escalation,
        };
        said.say(&place, fault.message);
    }
    hearings(&mut said, &built.book);
    contents(&mut said, &built.book);
    extensions(&mut said, &built.book);
    if let Some(base) = base {
        for rule in &built.book.moves {
            match base.find_move(&rule.id) {
                Some(was) => changed_move(&mut said, base, was, rule),
                None => new_move(&mut said, base, rule),
            }
        }
        for clock in built.book.clocks.values() {
            if let Some(was) = base.clock(&clock.id) {
                changed_clock(&mut said, base, was, clock);
            }
        }
        choices(&mut said, base, &built.book);
        openings(&mut said, base, &built.book);
        escalation(&mut said, base, &built.book);
    }
    said.errors
}

struct FloorFaults<'a> {
    pack: String,
    places: &'a Places,
    errors: Vec<PackError>,
}

impl FloorFaults<'_> {
    fn say(&mut self, place: &Place, message: String) {
        let (file, line) = self.places.of(place);
        let name = match place {
            Place::Clock(id) => format!("the clock `{}`: ", id.as_str()),
            Place::Move(id) => format!("the move `{}`: ", id.0),
            Place::State(id) => format!("the state `{}`: ", id.as_str()),
            Place::Choice(field, id) => format!("the choice `{id}` of `{}`: ", field.word()),
            Place::Paper(id) => format!("the paper `{id}`: "),
            Place::Escalation | Place::Head => String::new(),
        };
        self.errors.push(PackError { pack: self.pack.clone(), file, line, message: format!("{name}{message}") });
    }
}

/// A choice of the law stays what it is: it supports or not, and what it needs it goes on needing.
fn choices(said: &mut FloorFaults<'_>, base: &RuleBook, book: &RuleBook) {
    for choice in &book.choices {
        let Some(was) = base.choice(choice.field, &choice.id) else { continue };
        let kept =
            was.guards.iter().all(|g| choice.guards.contains(g)) && was.needs.iter().all(|n| choice.needs.contains(n));
        let same = choice.supports == was.supports
            && choice.given == was.given
            && was.not_by.iter().all(|c| choice.not_by.contains(c));
        if !(kept && same) {
            let message = "the law below gives it `supports`, `when`, `needs`, `not_by` and `given`; keep them as they are there, and change its label alone";
            said.say(&Place::Choice(choice.field, choice.id.clone()), message.to_owned());
        }
    }
}

/// A hearing stops what the law lets it stop.
fn hearings(said: &mut FloorFaults<'_>, book: &RuleBook) {
    for rule in book.moves.iter().filter(|m| m.verb == Verb::HoldHearing) {
        for clock in rule.stop.iter().filter(|c| !book.floor.hearing_stops.contains(c)) {
            let lawful: Vec<&str> = book.floor.hearing_stops.iter().map(ClockId::as_str).collect();
            let which = if lawful.is_empty() {
                "the law of this pack lets a hearing stop none (`hearing_stops` in [floor])".to_owned()
            } else {
                format!("a hearing stops `{}` and nothing else", lawful.join("`, `"))
            };
            said.say(
                &Place::Move(rule.id.clone()),
                format!("it stops `{}`, but {which}; take it out of `stop`", clock.as_str()),
            );
        }
    }
}

/// What a paper must print, and the fields its moves must then ask for.
fn contents(said: &mut FloorFaults<'_>, book: &RuleBook) {
    for (name, wanted) in &book.floor.contents {
        let Some(paper) = book.papers.get(name) else { continue };
        for variable in wanted {
            let prints = |text: &String| {
                text.split("{{")
                    .skip(1)
                    .filter_map(|rest| rest.split("}}").next())
                    .any(|inner| inner.split(|c: char| !(c.is_alphanumeric() || c == '_')).any(|w| w == variable))
            };
            if !paper.template.texts().all(prints) {
                said.say(
                    &Place::Paper(name.clone()),
                    format!("the law of this pack lets no such paper go without `{variable}`; add {{{{ {variable} }}}} to the template in each language"),
                );
            }
        }
    }
}

/// An extension longer than the period itself is no extension, unless the law's own limit covers the whole.
fn extensions(said: &mut FloorFaults<'_>, book: &RuleBook) {
    for clock in book.clocks.values().filter(|c| !book.floor.longest.contains_key(&c.id)) {
        // Months and years as the days that a short one has: an extension is given in days.
        let days = |length: u32, unit: PeriodUnit| unit.days_from(date(2026, 2, 1), length).map(|(days, _)| days);
        let shortest = clock.lengths().filter_map(|(length, unit, ..)| days(length, unit)).min();
        if let (extension @ 1.., Some(length)) = (all_extensions(clock), shortest)
            && extension > length
        {
            said.say(
                &Place::Clock(clock.id.clone()),
                format!(
                    "its extension of {extension} days in all is longer than the period of {length} days; shorten it, or set the longest whole time in [floor]"
                ),
            );
        }
    }
}

/// A move of the law under a pack over it: nothing of it is lost.
fn changed_move(said: &mut FloorFaults<'_>, base: &RuleBook, was: &MoveRule, is: &MoveRule) {
    let place = Place::Move(is.id.clone());
    let mut lost = |what: &str, names: Vec<String>| {
        if !names.is_empty() {
            said.say(
                &place,
                format!(
                    "the law's move has {what} `{}`, and this one does not; put it back (or write `[[amend]]` and add to the move instead of copying it)",
                    names.join("`, `")
                ),
            );
        }
    };
    if was.verb != is.verb {
        lost("the verb", vec![word(&was.verb)]);
    }
    if was.tells && !is.tells {
        lost("", vec!["tells = true".to_owned()]);
    }
    let documents: BTreeSet<&String> = is.documents().collect();
    lost("the paper", was.documents().filter(|d| !documents.contains(d)).cloned().collect());
    let asks = |field| is.needs.iter().any(|n| n.field == field && n.required);
    lost(
        "the needed field",
        was.needs.iter().filter(|n| n.required && !asks(n.field)).map(|n| n.field.word()).collect(),
    );
    lost("to start", ids(was.start.iter().filter(|c| !is.start.contains(c))));
    lost("to pass on", ids(was.pass.iter().filter(|c| !is.pass.contains(c))));
    lost(
        "the condition",
        was.guards.iter().filter(|g| official(is) && !holds_too(g, &is.guards)).map(guard_words).collect(),
    );
    if was.by.contains(&Relation::Petitioner) {
        lost("who may make it,", was.by.iter().filter(|r| !is.by.contains(r)).map(word).collect());
        lost("the state", was.from.iter().filter(|s| !is.from.contains(s)).map(|s| s.0.clone()).collect());
        let more: Vec<String> = is.guards.iter().filter(|g| !was.guards.contains(g)).map(guard_words).collect();
        let asked: Vec<String> = is
            .needs
            .iter()
            .filter(|n| n.required && !was.needs.iter().any(|w| w.field == n.field && w.required))
            .map(|n| n.field.word())
            .collect();
        for condition in more.into_iter().chain(asked) {
            said.say(&place, format!("it asks the petitioner for `{condition}`, which the law does not; take it out"));
        }
    }
    let of_law = |c: &&ClockId| base.clock(c).is_some();
    let gains: [(&str, Vec<String>); 5] = [
        ("closes", ids(is.close.iter().filter(of_law).filter(|c| !was.close.contains(c)))),
        ("stops", ids(is.stop.iter().filter(of_law).filter(|c| !was.stop.contains(c)))),
        ("discharges", ids(is.discharge.iter().filter(of_law).filter(|c| !was.discharge.contains(c)))),
        ("hides from the petitioner", is.hides.iter().filter(|f| !was.hides.contains(f)).map(|f| f.word()).collect()),
        ("lets make it", is.by.iter().filter(|r| !was.by.contains(r)).map(word).collect()),
    ];
    for (what, names) in gains.into_iter().filter(|(_, n)| !n.is_empty()) {
        said.say(&place, format!("it {what} `{}`, which the law's move does not; take it out", names.join("`, `")));
    }
    if was.signed && !is.signed {
        said.say(&place, "the law's move is signed; write `signed = true`".to_owned());
    }
    if was.for_one && !is.for_one || was.private_to.is_some() && is.private_to != was.private_to {
        said.say(
            &place,
            "the law's move is for one petitioner alone, or its words for one office; write `for_one` and `private_to` as they stand there".to_owned(),
        );
    }
}

/// A move the law does not have: it does no duty of the law by another kind of act, and is rid of none.
fn new_move(said: &mut FloorFaults<'_>, base: &RuleBook, rule: &MoveRule) {
    let place = Place::Move(rule.id.clone());
    for clock in rule.discharge.iter().filter(|c| base.clock(c).is_some_and(|c| c.kind == ClockKind::Duty)) {
        let verbs: BTreeSet<String> =
            base.moves.iter().filter(|m| m.discharge.contains(clock)).map(|m| word(&m.verb)).collect();
        if !verbs.contains(&word(&rule.verb)) {
            said.say(
                &place,
                format!(
                    "it discharges `{}`, which the law has done by `{}`; a new move does not do it",
                    clock.as_str(),
                    verbs.into_iter().collect::<Vec<_>>().join("`, `")
                ),
            );
        }
    }
    for clock in rule.close.iter().filter(|c| base.clock(c).is_some()) {
        said.say(&place, format!("it closes `{}`, a clock of the law; take it out of `close`", clock.as_str()));
    }
    // A duty of the law begins where the law says: begun anew by whoever owes it, it would never end.
    for clock in rule.start.iter().filter_map(|id| base.clock(id)).filter(|c| c.kind == ClockKind::Duty) {
        let own = rule.by.iter().any(|r| *r != Relation::Petitioner && floor::same_office(*r, clock.bound));
        let by_law = base.moves.iter().any(|m| m.start.contains(&clock.id) && m.verb == rule.verb);
        if own && !by_law {
            said.say(
                &place,
                format!(
                    "it starts `{}`, a duty of the law, for the unit that makes it; let the law's own moves start it",
                    clock.id.as_str()
                ),
            );
        }
    }
}

fn changed_clock(said: &mut FloorFaults<'_>, base: &RuleBook, was: &ClockRule, is: &ClockRule) {
    let place = Place::Clock(is.id.clone());
    for (what, same) in [
        ("kind", was.kind == is.kind),
        ("bound", was.bound == is.bound),
        ("start", was.start == is.start),
        ("only_if", was.only_if == is.only_if),
        ("between_offices", was.between_offices || !is.between_offices),
        ("length", was.length.is_some() == is.length.is_some()),
    ] {
        if !same {
            said.say(
                &place,
                format!(
                    "`{what}` is not as in the law; a pack over it changes how long a period is, not whose or from when"
                ),
            );
        }
    }
    let by_law = base
        .floor
        .longest
        .get(&is.id)
        .or_else(|| base.floor.shortest.get(&is.id))
        .map(|(_, _, clause)| clause.as_str())
        .or(was.clause.as_deref());
    let Some(clause) = by_law.filter(|_| was.basis == Basis::Law) else { return };
    let cited =
        std::iter::once((is.basis, is.clause.as_ref())).chain(is.since.iter().map(|s| (s.basis, s.clause.as_ref())));
    for (basis, cites) in cited {
        match basis {
            Basis::House => said
                .say(&place, format!("the law sets this period (`{clause}`), so it is no promise of the house; give the promise a clock of its own beside it")),
            Basis::Law if cites.is_none_or(|c| c != clause) => {
                said.say(&place, format!("the law sets this period in `{clause}`; cite that, or a local rule with `basis = \"local\"`"))
            }
            _ => {}
        }
    }
}

/// What the law owes from the day of receipt is owed under a pack over it too.
fn openings(said: &mut FloorFaults<'_>, base: &RuleBook, book: &RuleBook) {
    if base.kind != book.kind {
        said.say(
            &Place::Head,
            format!(
                "it is of the kind `{}` and lies over a pack of the kind `{}`; take `kind` out",
                book.kind.word(),
                base.kind.word()
            ),
        );
    }
    let sealed = |l: &Lodging| l.initial_sealed.clone().map(|(_, clocks)| clocks).unwrap_or_default();
    let mut kept: Vec<(String, Vec<ClockId>, Vec<ClockId>)> = Vec::new();
    if let (Some(was), Some(is)) = (&base.lodging, &book.lodging) {
        kept.push((
            "initial_office_clocks".into(),
            was.initial_office_clocks.clone(),
            is.initial_office_clocks.clone(),
        ));
        kept.push((
            "initial_direct_clocks".into(),
            was.initial_direct_clocks.clone(),
            is.initial_direct_clocks.clone(),
        ));
        kept.push(("initial_above_clocks".into(), was.initial_above_clocks.clone(), is.initial_above_clocks.clone()));
        kept.push(("initial_sealed_clocks".into(), sealed(was), sealed(is)));
        kept.push((
            "imported_accepted_clocks".into(),
            was.imported_accepted_clocks.clone(),
            is.imported_accepted_clocks.clone(),
        ));
    }
    for was in &base.begins {
        let is = book.find_begin(&was.id);
        kept.push((
            format!("clocks` of the beginning `{}", was.id),
            was.clocks.clone(),
            is.map(|b| b.clocks.clone()).unwrap_or_default(),
        ));
        if was.every.is_some()
            && is.is_some_and(|b| b.every.is_none_or(|every| was.every.is_some_and(|e| every.months > e.months)))
        {
            said.say(
                &Place::Head,
                format!("`{}` begins less often here than in the pack below; let it begin at least as often", was.id),
            );
        }
    }
    for (key, was, is) in kept {
        let lost = ids(was.iter().filter(|c| !is.contains(c)));
        if !lost.is_empty() {
            said.say(
                &Place::Head,
                format!(
                    "`{key}` leaves out `{}`, which the law starts on that day; put it back, or take the line out",
                    lost.join("`, `")
                ),
            );
        }
    }
    head(said, base, book);
}

/// What the head of the law says, a pack over it leaves as it is, or changes for the petitioner alone.
fn head(said: &mut FloorFaults<'_>, base: &RuleBook, book: &RuleBook) {
    let same = [
        ("calendar", book.calendar == base.calendar),
        ("binding", book.binding == base.binding),
        ("most_agents", book.most_agents.is_none_or(|n| base.most_agents.is_some_and(|b| n >= b))),
        (
            "most_representatives",
            book.most_representatives.is_none_or(|n| base.most_representatives.is_some_and(|b| n >= b)),
        ),
        ("earliest_receipt", book.earliest_receipt.is_none_or(|d| base.earliest_receipt.is_some_and(|b| d <= b))),
        (
            "void_check_one_in",
            base.void_check_one_in.is_none_or(|b| book.void_check_one_in.is_some_and(|n| (1..=b).contains(&n))),
        ),
    ];
    for (key, _) in same.iter().filter(|(_, same)| !same) {
        said.say(
            &Place::Head,
            format!("`{key}` is the law's; a pack over it leaves it as it is, or goes the petitioner's way"),
        );
    }
    // Who may do what, and what a unit is, no pack over another says anew.
    for post in &base.posts {
        if book.posts.iter().find(|p| p.id == post.id).is_some_and(|p| p.may != post.may) {
            said.say(
                &Place::Head,
                format!("the post `{}` may do what the pack below says; leave `may` as it is there", post.id.word()),
            );
        }
    }
    for kind in &base.unit_kinds {
        if book.unit_kinds.iter().find(|k| k.id == kind.id).is_some_and(|k| k.role != kind.role) {
            said.say(
                &Place::Head,
                format!(
                    "units of the kind `{}` are what the pack below says; leave `role` as it is there",
                    kind.id.word()
                ),
            );
        }
    }
    if book.keep_years < base.keep_years {
        said.say(
            &Place::Head,
            format!(
                "files are kept {} years here and {} in the law; keep them as long",
                book.keep_years, base.keep_years
            ),
        );
    }
    if base.hops_before_dispute.is_some_and(|most| book.hops_before_dispute.is_none_or(|is| is > most)) {
        said.say(&Place::Head, "a matter is handed over more often here than in the law before it counts as a dispute; lower `hops_before_dispute`".to_owned());
    }
}

fn escalation(said: &mut FloorFaults<'_>, base: &RuleBook, book: &RuleBook) {
    for step in &base.escalation {
        let kept = book.escalation.iter().any(|s| {
            s.to == step.to
                && s.after_working_days <= step.after_working_days
                && (step.start.is_none() || s.start == step.start)
        });
        if !kept {
            said.say(
                &Place::Escalation,
                format!(
                    "the law's escalation to {} after {} working days is later here or gone; put the step back",
                    word(&step.to),
                    step.after_working_days
                ),
            );
        }
    }
}

fn official(rule: &MoveRule) -> bool {
    rule.by.iter().any(|r| *r != Relation::Petitioner)
}

fn holds_too(guard: &Guard, among: &[Guard]) -> bool {
    among.iter().any(|g| match (guard, g) {
        (Guard::Settled(_), Guard::Settled(_)) => true,
        (a, b) => a == b,
    })
}

fn guard_words(guard: &Guard) -> String {
    match guard {
        Guard::Is(fact) => word(fact),
        Guard::Not(fact) => format!("not {}", word(fact)),
        Guard::Running(clock) => format!("running {}", clock.as_str()),
        Guard::Owed(clock) => format!("owed {}", clock.as_str()),
        Guard::OwedAny(clocks) => format!("owed {}", ids(clocks.iter()).join("|")),
        Guard::NotOwed(clock) => format!("not owed {}", clock.as_str()),
        Guard::Settled(_) => "settled".to_owned(),
    }
}

fn ids<'a>(list: impl Iterator<Item = &'a ClockId>) -> Vec<String> {
    list.map(|c| c.as_str().to_owned()).collect()
}

fn word<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_value(value).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
}
