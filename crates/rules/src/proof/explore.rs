//! The exploration itself: abstract states, the steps between them, and searches over them.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use huiyin_domain::clock::ClockKind;
use huiyin_domain::ids::{ClockId, StateId};
use huiyin_domain::payload::Field;
use huiyin_domain::procedure::floor::same_office;
use huiyin_domain::procedure::{Fact, Guard, HandTo, MoveRule, Phase, Relation, RuleBook, Verb};

use super::{Bounds, Slice, TooLarge, words};

/// Facts the domain decides from what a move carries, beside `sets` and `clears`.
pub(crate) fn decided_facts(rule: &MoveRule) -> Vec<Fact> {
    match rule.verb {
        Verb::Decide => vec![Fact::Supported, Fact::Executed],
        Verb::DecideReview => vec![Fact::Supported, Fact::Executed],
        Verb::Refer | Verb::Assign | Verb::Reopen | Verb::Dispute => vec![Fact::ManyHands],
        _ => Vec::new(),
    }
}

/// One abstract state. Bits count the kept clocks in order of their ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Node {
    /// Index of the pack state.
    pub state: u16,
    before: u16,
    facts: u64,
    owed: u64,
    late: u64,
    stopped: u64,
    stopped_by_withdrawal: u64,
}

/// A step between abstract states.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Edge {
    pub to: u32,
    /// Index of the move; `None` for the passing of time.
    pub by_move: Option<u16>,
    pub by_official_or_time: bool,
}

/// What stands for a state that is none.
static NOWHERE: StateId = StateId(String::new());

/// A clock and the one who must be able to discharge it.
pub(crate) struct Goal {
    pub clock: ClockId,
    pub bound: Relation,
}

/// All reachable abstract states of a slice.
pub(crate) struct Space<'a> {
    pub book: &'a RuleBook,
    pub nodes: Vec<Node>,
    pub edges: Vec<Vec<Edge>>,
    parents: Vec<Option<(u32, Option<u16>)>>,
    states: Vec<&'a StateId>,
    clocks: Vec<&'a ClockId>,
    facts: BTreeSet<Fact>,
    moves: Vec<Compiled>,
    /// The moves open in a state, by its index.
    by_state: Vec<Vec<u16>>,
}

/// A move with its conditions and effects as bits.
#[derive(Debug, Clone, Default)]
struct Compiled {
    is: u64,
    is_not: u64,
    running: u64,
    owed: u64,
    not_owed: u64,
    sets: u64,
    clears: u64,
    start: Vec<(u64, u64)>,
    ends: u64,
    stop: u64,
    resume: u64,
    to: Option<u16>,
    verb: Option<Verb>,
    official: bool,
    outcomes: Vec<Option<bool>>,
}

fn fact_bit(fact: Fact) -> u64 {
    1 << (fact as u32)
}

impl<'a> Space<'a> {
    /// Visits everything, breadth first, so that the path to a state is a shortest one.
    pub(crate) fn explore(book: &'a RuleBook, slice: &Slice, bounds: &Bounds<'_>) -> Result<Self, TooLarge> {
        let clocks: Vec<&ClockId> = book.clocks.keys().filter(|c| slice.clocks.contains(*c)).collect();
        if clocks.len() > 64 || book.states.len() > usize::from(u16::MAX) - 1 {
            return Err(TooLarge { visited: clocks.len().max(book.states.len()), stopped: false });
        }
        let mut space = Space {
            book,
            nodes: Vec::new(),
            edges: Vec::new(),
            parents: Vec::new(),
            states: book.states.keys().collect(),
            clocks,
            facts: slice.facts.clone(),
            moves: Vec::new(),
            by_state: vec![Vec::new(); book.states.len()],
        };
        space.moves = book.moves.iter().map(|m| space.compile(m)).collect();
        for (i, rule) in book.moves.iter().enumerate() {
            for from in &rule.from {
                if let Some(list) = space.index(from).and_then(|s| space.by_state.get_mut(usize::from(s))) {
                    list.push(u16::try_from(i).unwrap_or(u16::MAX));
                }
            }
        }
        space.run(bounds)?;
        Ok(space)
    }

    fn run(&mut self, bounds: &Bounds<'_>) -> Result<(), TooLarge> {
        let mut index: BTreeMap<Node, u32> = BTreeMap::new();
        let mut queue = VecDeque::new();
        for node in self.openings() {
            self.add(node, None, &mut index, &mut queue);
        }
        while let Some(i) = queue.pop_front() {
            let Some(node) = self.nodes.get(i as usize).copied() else { continue };
            let mut out = Vec::new();
            for (next, by_move, official) in self.successors(node) {
                // A step that changes nothing kept leads nowhere new.
                if next != node {
                    let to = self.add(next, Some((i, by_move)), &mut index, &mut queue);
                    out.push(Edge { to, by_move, by_official_or_time: official });
                }
            }
            if let Some(place) = self.edges.get_mut(i as usize) {
                *place = out;
            }
            let stopped = i.is_multiple_of(1024) && (bounds.stop)();
            if stopped || self.nodes.len() > bounds.states {
                return Err(TooLarge { visited: self.nodes.len(), stopped });
            }
        }
        Ok(())
    }

    fn add(
        &mut self,
        node: Node,
        parent: Option<(u32, Option<u16>)>,
        index: &mut BTreeMap<Node, u32>,
        queue: &mut VecDeque<u32>,
    ) -> u32 {
        *index.entry(node).or_insert_with(|| {
            let i = u32::try_from(self.nodes.len()).unwrap_or(u32::MAX);
            self.nodes.push(node);
            self.edges.push(Vec::new());
            self.parents.push(parent);
            queue.push_back(i);
            i
        })
    }

    fn openings(&self) -> Vec<Node> {
        let mut out = Vec::new();
        for (state, clocks) in self.book.openings() {
            let Some(state) = self.index(&state) else { continue };
            let owed = clocks.iter().fold(0, |bits, c| bits | self.bit(c));
            // What a submission says it is, and how it came, are free.
            let free = [Fact::Accusation, Fact::Direct]
                .into_iter()
                .filter(|f| self.facts.contains(f) && (*f != Fact::Accusation || self.book.compartment.is_some()))
                .fold(vec![0u64], |all, f| all.iter().copied().chain(all.iter().map(|b| b | fact_bit(f))).collect());
            let sealed = self
                .book
                .lodging
                .as_ref()
                .and_then(|l| l.initial_sealed.as_ref())
                .is_some_and(|(s, _)| Some(s) == self.states.get(usize::from(state)).copied());
            let always = if sealed {
                [Fact::Sealed, Fact::Accusation]
                    .into_iter()
                    .filter(|f| self.facts.contains(f))
                    .fold(0, |b, f| b | fact_bit(f))
            } else {
                0
            };
            for facts in free {
                let facts = facts | always;
                out.push(Node { state, before: u16::MAX, facts, owed, late: 0, stopped: 0, stopped_by_withdrawal: 0 });
            }
        }
        out
    }

    fn index(&self, id: &StateId) -> Option<u16> {
        self.states.binary_search(&id).ok().and_then(|i| u16::try_from(i).ok())
    }

    fn bit(&self, clock: &ClockId) -> u64 {
        if clock.as_str() == "*" {
            return u64::MAX;
        }
        self.clocks.binary_search(&clock).map_or(0, |i| 1 << i)
    }

    fn bits<'b>(&self, clocks: impl IntoIterator<Item = &'b ClockId>) -> u64 {
        clocks.into_iter().fold(0, |all, c| all | self.bit(c))
    }

    fn compile(&self, rule: &MoveRule) -> Compiled {
        let kept =
            |facts: &[Fact]| facts.iter().filter(|f| self.facts.contains(f)).fold(0, |bits, f| bits | fact_bit(*f));
        let mut out = Compiled {
            sets: kept(&rule.sets),
            clears: kept(&rule.clears),
            ends: if rule.verb == Verb::Void { u64::MAX } else { self.bits(rule.discharge.iter().chain(&rule.close)) },
            stop: self.bits(&rule.stop),
            resume: self.bits(&rule.resume),
            to: rule.to.as_ref().and_then(|s| self.index(s)),
            verb: Some(rule.verb),
            official: rule.by.iter().any(|r| *r != Relation::Petitioner),
            outcomes: self.outcomes(rule),
            ..Compiled::default()
        };
        for clock in &rule.start {
            let needed = self.book.clock(clock).and_then(|c| c.only_if).map_or(0, |f| kept(&[f]));
            out.start.push((self.bit(clock), needed));
        }
        for guard in &rule.guards {
            match guard {
                Guard::Is(fact) => out.is |= kept(&[*fact]),
                Guard::Not(fact) => out.is_not |= kept(&[*fact]),
                Guard::Running(clock) => out.running |= self.bit(clock),
                Guard::Owed(clock) => out.owed |= self.bit(clock),
                Guard::NotOwed(clock) => out.not_owed |= self.bit(clock),
                Guard::Settled(but) => out.not_owed |= self.duties() & !self.bits(but),
            }
        }
        out
    }

    /// What a decision may mean for `supported`: yes, no, or nothing said.
    fn outcomes(&self, rule: &MoveRule) -> Vec<Option<bool>> {
        if !self.facts.contains(&Fact::Supported) || !matches!(rule.verb, Verb::Decide | Verb::DecideReview) {
            return vec![None];
        }
        let choices: Vec<&str> = rule
            .needs
            .iter()
            .filter(|n| n.field == Field::Outcome)
            .flat_map(|n| n.choices.iter().map(String::as_str))
            .collect();
        let supporting = |c: &&str| self.book.supports(c);
        let mut out = Vec::new();
        if choices.iter().any(supporting) {
            out.push(Some(true));
        }
        if choices.is_empty() || !choices.iter().all(supporting) {
            out.push(if rule.verb == Verb::Decide { Some(false) } else { None });
        }
        out
    }

    fn successors(&self, node: Node) -> Vec<(Node, Option<u16>, bool)> {
        let mut out = Vec::new();
        for i in self.by_state.get(usize::from(node.state)).into_iter().flatten() {
            let Some(rule) = self.moves.get(usize::from(*i)) else { continue };
            if !self.open(&node, rule) {
                continue;
            }
            for outcome in &rule.outcomes {
                for hands in self.hands(rule) {
                    out.push((self.after(node, rule, *outcome, hands), Some(*i), rule.official));
                }
            }
        }
        for (i, clock) in self.clocks.iter().enumerate() {
            let bit = 1u64 << i;
            if node.owed & bit == 0 || (node.stopped | node.stopped_by_withdrawal) & bit != 0 {
                continue;
            }
            match self.book.clock(clock).map(|c| c.kind) {
                Some(ClockKind::Right) => out.push((Node { owed: node.owed & !bit, ..node }, None, true)),
                Some(ClockKind::Duty) if self.lateness_matters(clock) => {
                    out.push((Node { late: node.late | bit, ..node }, None, true))
                }
                _ => {}
            }
        }
        // A breach may start the clock of an escalation; accusations are not handed on.
        if node.owed & self.duties() != 0 && node.facts & fact_bit(Fact::Accusation) == 0 {
            let started = self.bits(self.book.escalation.iter().filter_map(|e| e.start.as_ref()));
            out.push((Node { owed: node.owed | started, ..node }, None, true));
        }
        out
    }

    /// Whether a hand-over makes the next one a dispute: free, where it matters.
    fn hands(&self, rule: &Compiled) -> Vec<bool> {
        let counts = matches!(rule.verb, Some(Verb::Refer | Verb::Assign)) && self.facts.contains(&Fact::ManyHands);
        if counts { vec![false, true] } else { vec![false] }
    }

    fn lateness_matters(&self, clock: &ClockId) -> bool {
        self.book.moves.iter().any(|m| m.guards.iter().any(|g| matches!(g, Guard::Running(c) if c == clock)))
    }

    fn open(&self, node: &Node, rule: &Compiled) -> bool {
        let running = node.owed & !node.late;
        let facts = self.facts_of(node);
        facts & rule.is == rule.is
            && facts & rule.is_not == 0
            && running & rule.running == rule.running
            && node.owed & rule.owed == rule.owed
            && node.owed & rule.not_owed == 0
    }

    /// The same order of effects as `domain::decide`.
    fn after(&self, mut node: Node, rule: &Compiled, outcome: Option<bool>, many_hands: bool) -> Node {
        match rule.verb {
            Some(Verb::Withdraw) => {
                node.before = node.state;
                node.state = rule.to.unwrap_or(node.state);
            }
            Some(Verb::UndoWithdraw) => {
                node.state = if node.before == u16::MAX { rule.to.unwrap_or(node.state) } else { node.before };
                node.before = u16::MAX;
            }
            _ => node.state = rule.to.unwrap_or(node.state),
        }
        node.facts = (node.facts | rule.sets) & !rule.clears;
        match outcome {
            Some(true) => node.facts = (node.facts | fact_bit(Fact::Supported)) & !fact_bit(Fact::Executed),
            Some(false) => node.facts &= !fact_bit(Fact::Supported),
            None => {}
        }
        if rule.verb == Some(Verb::Decide) {
            node.facts &= !fact_bit(Fact::Executed);
        }
        if many_hands {
            node.facts |= fact_bit(Fact::ManyHands);
        }
        node.clear(rule.ends);
        let free = node.owed & !(node.stopped | node.stopped_by_withdrawal);
        let stop = if rule.stop == u64::MAX { free & self.duties() } else { free & rule.stop };
        if rule.verb == Some(Verb::Withdraw) {
            node.stopped_by_withdrawal |= stop
        } else {
            node.stopped |= stop
        }
        if rule.verb == Some(Verb::UndoWithdraw) {
            node.stopped_by_withdrawal &= !rule.resume;
        } else {
            node.stopped &= !rule.resume;
        }
        for (bit, needed) in &rule.start {
            if self.facts_of(&node) & needed == *needed {
                // A newer clock of the same rule runs freely beside an older one.
                node.owed |= bit;
                node.late &= !bit;
                node.stopped &= !bit;
                node.stopped_by_withdrawal &= !bit;
            }
        }
        // Once archived, a matter's past withdrawal no longer matters.
        if self.phase_of(node.state) == Phase::Archived {
            node.before = u16::MAX;
        }
        node
    }

    fn duties(&self) -> u64 {
        self.clocks
            .iter()
            .enumerate()
            .filter(|(_, c)| self.book.clock(c).is_some_and(|c| c.kind == ClockKind::Duty))
            .fold(0, |all, (i, _)| all | 1 << i)
    }

    fn phase_of(&self, state: u16) -> Phase {
        self.states.get(usize::from(state)).map_or(Phase::Intake, |s| self.book.phase(s))
    }

    /// The phase of a node.
    pub(crate) fn phase(&self, node: &Node) -> Phase {
        self.phase_of(node.state)
    }

    /// The id of a state by index.
    pub(crate) fn state_id(&self, state: u16) -> &StateId {
        self.states.get(usize::from(state)).copied().unwrap_or(&NOWHERE)
    }

    /// The id of the state of a node.
    pub(crate) fn state_name(&self, node: u32) -> String {
        self.nodes.get(node as usize).map(|n| self.state_id(n.state).0.clone()).unwrap_or_default()
    }

    /// Whether a fact holds.
    pub(crate) fn has(&self, node: &Node, fact: Fact) -> bool {
        self.facts_of(node) & fact_bit(fact) != 0
    }

    /// The facts of a node, with what follows from its state.
    fn facts_of(&self, node: &Node) -> u64 {
        let filed =
            self.facts.contains(&Fact::Filed) && matches!(self.phase_of(node.state), Phase::Ended | Phase::Archived);
        node.facts | if filed { fact_bit(Fact::Filed) } else { 0 }
    }

    /// Whether all conditions hold.
    pub(crate) fn holds_all(&self, node: &Node, guards: &[Guard]) -> bool {
        guards.iter().all(|g| match g {
            Guard::Is(fact) => self.has(node, *fact),
            Guard::Not(fact) => !self.has(node, *fact),
            Guard::Running(clock) => node.owed & !node.late & self.bit(clock) != 0,
            Guard::Owed(clock) => node.owed & self.bit(clock) != 0,
            Guard::NotOwed(clock) => node.owed & self.bit(clock) == 0,
            Guard::Settled(but) => node.owed & self.duties() & !self.bits(but) == 0,
        })
    }

    /// Whether some duty is owed and not stopped.
    pub(crate) fn some_duty_runs(&self, node: &Node) -> bool {
        node.owed & !(node.stopped | node.stopped_by_withdrawal) & self.duties() != 0
    }

    /// Whether a clock is owed and not stopped.
    pub(crate) fn owed_unstopped(&self, node: &Node, clock: &ClockId) -> bool {
        node.owed & !(node.stopped | node.stopped_by_withdrawal) & self.bit(clock) != 0
    }

    /// The nodes of which something is true.
    pub(crate) fn where_is(&self, test: impl Fn(&Node) -> bool) -> BTreeSet<u32> {
        self.nodes.iter().zip(0u32..).filter(|(n, _)| test(n)).map(|(_, i)| i).collect()
    }

    /// The first node, nearest to the opening, of which something is true.
    pub(crate) fn first(&self, test: impl Fn(&u32, &Node) -> bool) -> Option<u32> {
        self.nodes.iter().zip(0u32..).find(|(n, i)| test(i, n)).map(|(_, i)| i)
    }

    /// The first step, nearest to the opening, of which something is true.
    pub(crate) fn first_edge(&self, test: impl Fn(&Node, &MoveRule, &Node) -> bool) -> Option<(u32, MoveRule)> {
        for (i, edges) in (0u32..).zip(&self.edges) {
            for edge in edges {
                let rule = edge.by_move.and_then(|m| self.book.moves.get(usize::from(m)));
                if let (Some(from), Some(rule), Some(to)) =
                    (self.nodes.get(i as usize), rule, self.nodes.get(edge.to as usize))
                    && test(from, rule, to)
                {
                    return Some((i, rule.clone()));
                }
            }
        }
        None
    }

    /// The first node reached by a move that starts a clock, of which something is true.
    pub(crate) fn first_started(&self, clock: &ClockId, test: impl Fn(u32) -> bool) -> Option<u32> {
        for edges in &self.edges {
            for edge in edges {
                let starts = edge
                    .by_move
                    .and_then(|m| self.book.moves.get(usize::from(m)))
                    .is_some_and(|m| m.start.contains(clock));
                let owed = self.nodes.get(edge.to as usize).is_some_and(|n| self.owed_unstopped(n, clock));
                if starts && owed && test(edge.to) {
                    return Some(edge.to);
                }
            }
        }
        None
    }

    /// Every node from which a set can be reached over the steps that count.
    pub(crate) fn back(&self, goal: &BTreeSet<u32>, counts: impl Fn(&Node, &Edge) -> bool) -> BTreeSet<u32> {
        self.back_within(goal.clone(), counts, |_| true)
    }

    /// A node reached from where the unit that owes a clock began it, over that unit's own moves and time alone, in
    /// which it may begin it once more, and the move by which it would. An answer it gives ends the search: what comes
    /// after is another round.
    pub(crate) fn renewal(&self, clock: &ClockId, bound: Relation) -> Option<(u32, MoveRule)> {
        let own = |m: &MoveRule| m.by.iter().any(|r| *r != Relation::Petitioner && same_office(*r, bound));
        let hands = |m: &MoveRule| matches!(m.hand_to, Some(HandTo::Named | HandTo::Sender | HandTo::PetitionOffice));
        let begins = |m: &MoveRule| own(m) && !hands(m) && m.start.contains(clock);
        // New facts begin another round; only what has ended is reopened (the floor).
        let answers = |m: &MoveRule| matches!(m.verb, Verb::Decide | Verb::DecideReview | Verb::Refuse | Verb::Reopen);
        let of = |edge: &Edge| edge.by_move.and_then(|m| self.book.moves.get(usize::from(m)));
        let bit = self.bit(clock);
        let mut seen: BTreeSet<u32> = BTreeSet::new();
        let mut queue: VecDeque<u32> = VecDeque::new();
        for edge in self.edges.iter().flatten().filter(|e| of(e).is_some_and(begins)) {
            if self.nodes.get(edge.to as usize).is_some_and(|n| n.owed & bit != 0) && seen.insert(edge.to) {
                queue.push_back(edge.to);
            }
        }
        while let Some(i) = queue.pop_front() {
            let node = self.nodes.get(i as usize)?;
            let again = self.by_state.get(usize::from(node.state)).into_iter().flatten().find_map(|m| {
                let (rule, compiled) = (self.book.moves.get(usize::from(*m))?, self.moves.get(usize::from(*m))?);
                (begins(rule) && self.open(node, compiled)).then(|| rule.clone())
            });
            if let Some(again) = again {
                return Some((i, again));
            }
            for edge in self.edges.get(i as usize).into_iter().flatten() {
                let goes_on = of(edge).is_none_or(|m| own(m) && !hands(m) && !answers(m));
                if goes_on && seen.insert(edge.to) {
                    queue.push_back(edge.to);
                }
            }
        }
        None
    }

    /// Every node where a clock is owed and a way leads, with the clock owed all along, to a move by the bound one that
    /// discharges it.
    pub(crate) fn until_discharge(&self, goal: &Goal) -> BTreeSet<u32> {
        let bit = self.bit(&goal.clock);
        let able = self.where_is(|n| {
            n.owed & bit != 0
                && self.by_state.get(usize::from(n.state)).into_iter().flatten().any(|i| {
                    let (rule, compiled) = (self.book.moves.get(usize::from(*i)), self.moves.get(usize::from(*i)));
                    rule.zip(compiled).is_some_and(|(r, c)| {
                        r.discharge.contains(&goal.clock)
                            && r.by.iter().any(|by| same_office(*by, goal.bound))
                            && self.open(n, c)
                    })
                })
        });
        self.back_within(able, |_, _| true, |n| n.owed & bit != 0)
    }

    fn back_within(
        &self,
        mut reach: BTreeSet<u32>,
        counts: impl Fn(&Node, &Edge) -> bool,
        within: impl Fn(&Node) -> bool,
    ) -> BTreeSet<u32> {
        let mut into: Vec<Vec<u32>> = vec![Vec::new(); self.nodes.len()];
        for (i, edges) in (0u32..).zip(&self.edges) {
            let Some(from) = self.nodes.get(i as usize) else { continue };
            for edge in edges.iter().filter(|e| counts(from, e)) {
                if let Some(list) = into.get_mut(edge.to as usize) {
                    list.push(i);
                }
            }
        }
        let mut queue: VecDeque<u32> = reach.iter().copied().collect();
        while let Some(i) = queue.pop_front() {
            for from in into.get(i as usize).into_iter().flatten() {
                if self.nodes.get(*from as usize).is_some_and(&within) && reach.insert(*from) {
                    queue.push_back(*from);
                }
            }
        }
        reach
    }

    /// The shortest path to a node, in words.
    pub(crate) fn path(&self, node: u32) -> Vec<String> {
        let mut out = Vec::new();
        let mut at = node;
        while let Some((parent, by)) = self.parents.get(at as usize).copied().flatten() {
            out.push(match by.and_then(|m| self.book.moves.get(usize::from(m))) {
                Some(rule) => words::step(self.book, rule),
                None => self.time_words(parent, at),
            });
            at = parent;
        }
        let start = self.state_name(at);
        let title = self
            .book
            .state(&StateId::new(start.clone()))
            .map(|s| s.title.get(&self.book.binding).to_owned())
            .unwrap_or_default();
        out.push(format!("opened in {title} `{start}`"));
        out.reverse();
        out
    }

    fn time_words(&self, from: u32, to: u32) -> String {
        let (Some(a), Some(b)) = (self.nodes.get(from as usize), self.nodes.get(to as usize)) else {
            return "time passes".into();
        };
        let name = |bits: u64| {
            self.clocks
                .iter()
                .enumerate()
                .find(|(i, _)| bits >> i & 1 == 1)
                .map(|(_, c)| c.0.clone())
                .unwrap_or_default()
        };
        if a.owed & !b.owed != 0 {
            format!("time passes: the right `{}` lapses", name(a.owed & !b.owed))
        } else if b.owed & !a.owed != 0 {
            format!("time passes: a duty is late and `{}` begins", name(b.owed & !a.owed))
        } else {
            format!("time passes: `{}` runs late", name(b.late & !a.late))
        }
    }
}

impl Node {
    fn clear(&mut self, bits: u64) {
        self.owed &= !bits;
        self.late &= !bits;
        self.stopped &= !bits;
        self.stopped_by_withdrawal &= !bits;
    }
}
