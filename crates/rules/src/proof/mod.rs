//! The proof: every state a pack can reach is visited, and the seven properties of DESIGN.md are shown or refuted.
//!
//! Explicit-state exploration of state, facts and clocks. Days are abstracted: a clock is owed or not, late or
//! not, stopped or not; time may let a right lapse or a duty run late at any moment. Facts and clocks that cannot
//! influence a question are left out of its exploration (cone of influence), which changes no answer.
//! Properties 6 (clauses exist) and 7 (nothing forbidden) are decided while the pack is read.
//!
//! What it does not show: that a unit has a superior, that a post is filled. The running program records those.

mod covers;
mod explore;
mod words;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use huiyin_domain::clock::ClockKind;
use huiyin_domain::ids::{ClockId, StateId};
use huiyin_domain::procedure::{Fact, MoveRule, Phase, Relation, RuleBook, Verb};

use huiyin_domain::kind::ProceedingKind;

use crate::{Place, Saying};

pub use covers::{Visited, visit};
use explore::{Edge, Goal, Node, Space};

/// States visited before the proof gives up; a pack beyond this is refused as unprovable.
const MOST_STATES: usize = 1_500_000;

/// Up to so many clocks of a pack are kept together where one of them presses for the others.
const FEW_CLOCKS: usize = 24;

/// The properties that are shown by exploration, as DESIGN.md numbers them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Property {
    /// 1. An end can be reached from everywhere, by officials and time alone.
    EndReachable,
    /// 2. Short of the end some unit always has a running, unstopped duty.
    NobodyWaitsOnNobody,
    /// 3. Every clock has a move that discharges it, open to the one it binds.
    ClockDischargeable,
    /// 4. No official ends a matter without a written answer.
    AnsweredBeforeEnd,
    /// 5. What the pack lists as the petitioner's rights is open where it says so.
    RightsOpen,
    /// 8. Whoever owes an answer, a notice or the way to one never gives itself the time again (the floor).
    NotRenewed,
}

impl Property {
    /// Its number in DESIGN.md.
    pub fn number(self) -> u8 {
        match self {
            Self::EndReachable => 1,
            Self::NobodyWaitsOnNobody => 2,
            Self::ClockDischargeable => 3,
            Self::AnsweredBeforeEnd => 4,
            Self::RightsOpen => 5,
            Self::NotRenewed => 8,
        }
    }
}

/// A property that does not hold, and the shortest path that shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refutation {
    /// Which property.
    pub property: Property,
    /// The entry of the pack where it is mended.
    pub at: Option<Place>,
    /// What is wrong and how to correct it.
    pub message: Saying,
    /// The path, a line a step.
    pub path: Vec<Saying>,
}

impl fmt::Display for Refutation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "property {}: {}", self.property.number(), self.message)?;
        self.path.iter().enumerate().try_for_each(|(n, line)| write!(f, "\n    {}. {line}", n + 1))
    }
}

/// What was shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Proof {
    /// Abstract states visited in the main exploration.
    pub states: usize,
    /// Steps between them.
    pub steps: usize,
    /// Clocks that needed an exploration of their own.
    pub side_explorations: usize,
    /// What does not hold; empty when all is shown.
    pub refutations: Vec<Refutation>,
}

/// The pack cannot be explored to the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TooLarge {
    /// States visited when it gave up.
    pub visited: usize,
    /// It was ended for the time it took.
    pub stopped: bool,
}

impl TooLarge {
    /// What it means and how to correct it.
    pub fn message(&self) -> Saying {
        Saying::new(if self.stopped { "proof-stopped" } else { "proof-too-large" }).word("states", self.visited)
    }
}

impl fmt::Display for TooLarge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.message().fmt(f)
    }
}

/// Proves a pack.
///
/// # Errors
/// [`TooLarge`] when the reachable states are too many to visit.
pub fn prove(book: &RuleBook) -> Result<Proof, TooLarge> {
    prove_within(book, &Bounds { states: MOST_STATES, stop: &|| false })
}

/// How far a proof may go: a pack that somebody uploads is not trusted with the machine.
pub struct Bounds<'a> {
    /// States visited, at most, which bounds the memory.
    pub states: usize,
    /// Asked now and then; the proof ends when it says yes.
    pub stop: &'a (dyn Fn() -> bool + Sync),
}

/// Proves a pack within bounds.
///
/// # Errors
/// [`TooLarge`] when a bound is reached.
pub fn prove_within(book: &RuleBook, bounds: &Bounds<'_>) -> Result<Proof, TooLarge> {
    let main = Slice::main(book);
    let space = Space::explore(book, &main, bounds)?;
    let mut proof =
        Proof { states: space.nodes.len(), steps: space.edges.iter().map(Vec::len).sum(), ..Proof::default() };
    proof.refutations.extend(nobody_waits(&space));
    if book.kind == ProceedingKind::Matter {
        proof.refutations.extend(answered(&space));
    }
    proof.refutations.extend(rights(&space));
    // What one state or one step refutes, it refutes also where not all was visited.
    if let Some(cut) = space.cut {
        return if proof.refutations.is_empty() { Err(cut) } else { Ok(proof) };
    }
    proof.refutations.extend(end_reachable(&space));
    let mut aside: BTreeMap<Slice, Vec<ClockId>> = BTreeMap::new();
    for clock in book.clocks.values() {
        if !is_started(book, &clock.id) {
            let message = Saying::new("proof-never-started").word("clock", &clock.id);
            proof.refutations.push(Refutation {
                property: Property::ClockDischargeable,
                at: Some(Place::Clock(clock.id.clone())),
                message,
                path: Vec::new(),
            });
        } else if main.clocks.contains(&clock.id) && main.covers(book, &clock.id) {
            proof.refutations.extend(dischargeable(&space, &clock.id));
            proof.refutations.extend(renewed(&space, &clock.id));
        } else {
            aside.entry(Slice::of_clock(book, &clock.id)).or_default().push(clock.id.clone());
        }
    }
    for (slice, clocks) in aside {
        let space = Space::explore(book, &slice, bounds)?.whole()?;
        proof.side_explorations += 1;
        for clock in clocks {
            proof.refutations.extend(dischargeable(&space, &clock));
            proof.refutations.extend(renewed(&space, &clock));
        }
    }
    proof.refutations.sort_by_key(|r| (r.property, r.path.len()));
    Ok(proof)
}

/// The facts and clocks an exploration keeps.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Slice {
    pub facts: BTreeSet<Fact>,
    pub clocks: BTreeSet<ClockId>,
}

impl Slice {
    /// What can influence the state, the answer and the rights, and the clocks that moves between states start.
    fn main(book: &RuleBook) -> Self {
        let mut slice = Self::default();
        slice.facts.insert(Fact::Answered);
        for entry in book.entries() {
            slice.clocks.extend(entry.clocks);
        }
        for rule in book.moves.iter().filter(|m| m.to.is_some() || !m.stop.is_empty()) {
            slice.clocks.extend(
                rule.start.iter().filter(|c| book.clock(c).is_some_and(|c| c.kind == ClockKind::Duty)).cloned(),
            );
        }
        for right in &book.rights {
            slice.read(&right.when);
            for rule in book.moves.iter().filter(|m| m.verb == right.verb && m.by.contains(&Relation::Petitioner)) {
                slice.read(&rule.guards);
            }
        }
        slice.close(book);
        slice
    }

    /// What can influence the state and one clock.
    fn of_clock(book: &RuleBook, clock: &ClockId) -> Self {
        let mut slice = Self::default();
        slice.clocks.insert(clock.clone());
        for rule in book.moves.iter().filter(|m| m.discharge.contains(clock)) {
            slice.read(&rule.guards);
        }
        // Whoever presses presses for a duty: where they are few, each is kept and none stands for others.
        let presses = book.escalation.iter().any(|e| e.start.as_ref() == Some(clock));
        if presses && book.clocks.len() <= FEW_CLOCKS {
            let duties = book.clocks.values().filter(|c| c.kind == ClockKind::Duty);
            slice.clocks.extend(duties.map(|c| c.id.clone()));
        }
        slice.close(book);
        slice
    }

    /// Whether the moves that discharge a clock depend on nothing outside.
    fn covers(&self, book: &RuleBook, clock: &ClockId) -> bool {
        let mut with = self.clone();
        for rule in book.moves.iter().filter(|m| m.discharge.contains(clock)) {
            with.read(&rule.guards);
        }
        &with == self
    }

    fn read(&mut self, guards: &[huiyin_domain::procedure::Guard]) {
        use huiyin_domain::procedure::Guard;
        for guard in guards {
            match guard {
                Guard::Is(fact) | Guard::Not(fact) => {
                    self.facts.insert(*fact);
                }
                Guard::Running(clock) | Guard::Owed(clock) | Guard::NotOwed(clock) => {
                    self.clocks.insert(clock.clone());
                }
                Guard::OwedAny(clocks) => self.clocks.extend(clocks.iter().cloned()),
                // That all is settled is asked of the clocks kept; that each other one can be is what property 3 shows
                // of it (ADR 0009).
                Guard::Settled(_) => {}
            }
        }
    }

    /// Adds the conditions of every move that writes something kept, until nothing is added.
    fn close(&mut self, book: &RuleBook) {
        loop {
            let before = (self.facts.len(), self.clocks.len());
            for rule in &book.moves {
                let writes_fact = rule.writes(book).any(|f| self.facts.contains(&f));
                let lists = [&rule.start, &rule.discharge, &rule.close, &rule.stop, &rule.resume];
                let writes_clock = lists.into_iter().flatten().any(|c| self.clocks.contains(c));
                if rule.to.is_some() || writes_fact || writes_clock {
                    self.read(&rule.guards);
                }
            }
            let facts: Vec<Fact> = self.clocks.iter().filter_map(|c| book.clock(c).and_then(|c| c.only_if)).collect();
            self.facts.extend(facts);
            if book.compartment.is_some()
                && book.escalation.iter().any(|e| e.start.as_ref().is_some_and(|c| self.clocks.contains(c)))
            {
                self.facts.insert(Fact::Accusation);
            }
            if before == (self.facts.len(), self.clocks.len()) {
                return;
            }
        }
    }
}

fn is_started(book: &RuleBook, clock: &ClockId) -> bool {
    book.moves.iter().any(|m| m.start.contains(clock))
        || book.escalation.iter().any(|e| e.start.as_ref() == Some(clock))
        || book.entries().iter().any(|e| e.clocks.contains(clock))
}

/// Property 1.
fn end_reachable(space: &Space<'_>) -> Option<Refutation> {
    let ends = space.where_is(|n| space.phase(n) == Phase::Archived);
    // That it turns out to be an accusation is no way on for what is none.
    let becomes_accusation = |edge: &Edge| {
        edge.by_move
            .and_then(|m| space.book.moves.get(usize::from(m)))
            .is_some_and(|m| m.sets.contains(&Fact::Accusation))
    };
    let reach = space.back(ends, |from, edge| {
        edge.by_official_or_time && (!becomes_accusation(edge) || space.has(from, Fact::Accusation))
    });
    let stuck = space.first(|i, _| !reach.contains(*i))?;
    let (state, path) = (space.state_name(stuck), space.path(stuck));
    let message = Saying::new("proof-no-end").word("state", &state);
    Some(Refutation { property: Property::EndReachable, at: Some(Place::State(StateId::new(state))), message, path })
}

/// Property 2.
fn nobody_waits(space: &Space<'_>) -> Option<Refutation> {
    let stuck = space.first(|_, n| space.phase(n) != Phase::Archived && !space.some_duty_runs(n))?;
    let (state, path) = (space.state_name(stuck), space.path(stuck));
    let message = Saying::new("proof-nobody-owes").word("state", &state);
    Some(Refutation {
        property: Property::NobodyWaitsOnNobody,
        at: Some(Place::State(StateId::new(state))),
        message,
        path,
    })
}

/// Property 3 for one clock.
fn dischargeable(space: &Space<'_>, clock: &ClockId) -> Option<Refutation> {
    let rule = space.book.clock(clock)?;
    let goal = Goal { clock: clock.clone(), bound: rule.bound };
    let good = space.until_discharge(&goal);
    let stuck = match rule.kind {
        ClockKind::Duty => space.first(|i, n| space.owed_unstopped(n, clock) && !good.contains(*i)),
        // A right must be usable when it is given; that it lapses unused is what a right may do.
        ClockKind::Right => space.first_started(clock, |i| !good.contains(i)),
    }?;
    let (state, path) = (space.state_name(stuck), space.path(stuck));
    let message = Saying::new("proof-no-discharge")
        .word("clock", clock)
        .word("state", &state)
        .word("relation", words::relation(rule.bound));
    Some(Refutation { property: Property::ClockDischargeable, at: Some(Place::Clock(clock.clone())), message, path })
}

/// Property 8 for one clock: of the duties on the way to an answer.
fn renewed(space: &Space<'_>, clock: &ClockId) -> Option<Refutation> {
    let rule = space.book.clock(clock).filter(|c| c.kind == ClockKind::Duty)?;
    let on_the_way = |m: &MoveRule| {
        matches!(
            m.verb,
            Verb::Route
                | Verb::Refer
                | Verb::Assign
                | Verb::Notify
                | Verb::Accept
                | Verb::Refuse
                | Verb::Decide
                | Verb::DecideReview
                | Verb::Serve
        )
    };
    if !space.book.moves.iter().any(|m| m.discharge.contains(clock) && on_the_way(m)) {
        return None;
    }
    let (mut path, again) = space.renewal(clock, rule.bound)?;
    path.push(words::step(space.book, &again));
    let message = Saying::new("proof-renewed").word("move", &again.id).word("clock", clock);
    Some(Refutation { property: Property::NotRenewed, at: Some(Place::Move(again.id.clone())), message, path })
}

/// Property 4.
fn answered(space: &Space<'_>) -> Option<Refutation> {
    let book = space.book;
    if let Some(rule) = book.moves.iter().find(|m| m.sets.contains(&Fact::Answered) && m.document.is_none()) {
        let message = Saying::new("proof-answer-without-paper").word("move", &rule.id);
        return Some(Refutation {
            property: Property::AnsweredBeforeEnd,
            at: Some(Place::Move(rule.id.clone())),
            message,
            path: Vec::new(),
        });
    }
    let (from, rule) = space.first_edge(|node, rule, to| {
        let ends = |phase: Phase| matches!(phase, Phase::Ended | Phase::Archived);
        let official = || rule.by.iter().any(|r| *r != Relation::Petitioner);
        // An entry that is void was never a matter of its own; its sender is told on a paper (the floor).
        let void = rule.verb == Verb::Void;
        // A withdrawal is the petitioner's own end (LAW.md §12.11); filing it afterwards ends nothing.
        ends(space.phase(to))
            && !ends(space.phase(node))
            && space.phase(node) != Phase::Withdrawn
            && !void
            && !space.has(to, Fact::Answered)
            && official()
    })?;
    let mut path = space.path(from);
    path.push(words::step(book, &rule));
    let message = Saying::new("proof-ends-unanswered").word("move", &rule.id);
    Some(Refutation { property: Property::AnsweredBeforeEnd, at: Some(Place::Move(rule.id.clone())), message, path })
}

/// Property 5.
fn rights(space: &Space<'_>) -> Option<Refutation> {
    let book = space.book;
    for right in &book.rights {
        let verb = words::verb(right.verb);
        let hers = |m: &MoveRule| m.verb == right.verb && m.by.contains(&Relation::Petitioner);
        let covered = space.by_states(|state, phase| right.covers(state, phase));
        let open = |node: &Node| space.moves_from(node).any(|m| hers(m) && space.holds_all(node, &m.guards));
        let listed = |node: &Node| {
            covered.get(usize::from(node.state)).copied().unwrap_or(false) && space.holds_all(node, &right.when)
        };
        if let Some(stuck) = space.first(|_, n| listed(n) && !open(n)) {
            let (state, path) = (space.state_name(stuck), space.path(stuck));
            let message = Saying::new("proof-right-closed").word("verb", &verb).word("state", &state);
            return Some(Refutation {
                property: Property::RightsOpen,
                at: Some(Place::State(StateId::new(state))),
                message,
                path,
            });
        }
    }
    None
}
