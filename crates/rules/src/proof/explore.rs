//! The exploration itself: abstract states, the steps between them, and searches over them.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use huiyin_domain::clock::ClockKind;
use huiyin_domain::ids::{ClockId, StateId};
use huiyin_domain::procedure::floor::same_office;
use huiyin_domain::procedure::{Cause, Effect, Fact, Guard, MoveRule, Phase, Relation, RuleBook, Turn, Verb, Whose};

use super::{Bounds, Slice, TooLarge, words};
use crate::Saying;

/// One abstract state. Bits count the kept clocks in order of their ids.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Node {
    /// Index of the pack state.
    pub state: u16,
    before: u16,
    facts: u64,
    owed: u64,
    /// More than one clock of the rule is owed: by several units, or one begun beside an older one.
    several: u64,
    late: u64,
    stopped: u64,
    stopped_by_withdrawal: u64,
}

/// How the clocks of one rule are owed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Owed {
    /// More than one.
    pub several: bool,
    /// The newest has run out.
    pub late: bool,
    /// All stand still.
    pub stopped: bool,
    /// By a withdrawal.
    pub withdrawn: bool,
}

/// A step between abstract states.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Edge {
    pub to: u32,
    /// Index of the move; `None` for the passing of time.
    pub by_move: Option<u16>,
    pub by_official_or_time: bool,
}

/// The bit of all duties that are not kept.
const OTHER: u64 = 1 << 63;

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
    /// The bound at which it ended before everything was visited.
    pub cut: Option<TooLarge>,
    pub nodes: Vec<Node>,
    pub edges: Vec<Vec<Edge>>,
    /// Where the steps into each node come from.
    into: Vec<Vec<u32>>,
    parents: Vec<Option<(u32, Option<u16>)>>,
    states: Vec<&'a StateId>,
    phases: Vec<Phase>,
    clocks: Vec<&'a ClockId>,
    facts: BTreeSet<Fact>,
    moves: Vec<Compiled>,
    /// The facts that can still make a difference in a state, by its index.
    live: Vec<u64>,
    sets: Sets,
    /// The moves open in a state, by its index.
    by_state: Vec<Vec<u16>>,
}

/// Clocks of one sort, as bits.
#[derive(Debug, Clone, Copy, Default)]
struct Sets {
    all: u64,
    /// Stands for every duty that is not kept, where one that is late may be pressed for.
    other: u64,
    duties: u64,
    rights: u64,
    /// Owed by a unit.
    official: u64,
    /// Some move asks whether it has run out.
    lateness: u64,
    /// Begun by an escalation.
    pressing: u64,
    /// Several units may owe it at once.
    shared: u64,
}

impl Compiled {
    /// The facts on which it depends.
    fn reads(&self) -> u64 {
        let needed = self.turns.iter().flatten().map(|s| if let Step::Start(_, needed) = s { *needed } else { 0 });
        needed.fold(self.is | self.is_not, |all, bits| all | bits)
    }

    /// The facts it writes, whatever turn it takes.
    fn writes(&self) -> u64 {
        let by_turn = self.turns.iter().map(|steps| {
            steps.iter().fold(0, |all, s| all | if let Step::Set(bits) | Step::Clear(bits) = s { *bits } else { 0 })
        });
        by_turn.reduce(|a, b| a & b).unwrap_or(0)
    }

    /// The states it may lead to from one, beside the state it was set aside from.
    fn leads_to(&self, from: usize) -> impl Iterator<Item = usize> {
        self.turns.iter().flatten().filter_map(move |step| match step {
            Step::Enter(to) | Step::SetAside(to) | Step::Restore(to) => Some(to.map_or(from, usize::from)),
            _ => None,
        })
    }
}

/// A set of nodes.
#[derive(Debug, Clone)]
pub(crate) struct NodeSet {
    members: Vec<bool>,
}

impl NodeSet {
    pub(crate) fn contains(&self, node: u32) -> bool {
        self.members.get(node as usize).copied().unwrap_or(false)
    }

    fn insert(&mut self, node: u32) {
        if let Some(member) = self.members.get_mut(node as usize) {
            *member = true;
        }
    }
}

/// A move with its conditions as bits, and what it does in each turn it can take.
#[derive(Debug, Clone, Default)]
struct Compiled {
    is: u64,
    is_not: u64,
    running: u64,
    owed: u64,
    not_owed: u64,
    turns: Vec<Vec<Step>>,
    official: bool,
}

/// An effect of a move ([`Effect`]) on the bits of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Enter(Option<u16>),
    SetAside(Option<u16>),
    Restore(Option<u16>),
    Set(u64),
    Clear(u64),
    /// Clocks of these rules end, every one.
    EndAll(u64),
    /// Of several those of one unit end.
    EndOwn(u64),
    /// They end if the unit that acts owes them.
    EndIfOwed(u64),
    EndPressing,
    LeaveToReceiver {
        hands_on: bool,
    },
    Stop(u64, Cause),
    Resume(u64, Cause),
    /// The clock begins if these facts hold.
    Start(u64, u64),
}

fn fact_bit(fact: Fact) -> u64 {
    1 << (fact as u32)
}

impl<'a> Space<'a> {
    /// Visits everything, breadth first, so that the path to a state is a shortest one. Where a bound is reached,
    /// [`Space::cut`] says so.
    pub(crate) fn explore(book: &'a RuleBook, slice: &Slice, bounds: &Bounds<'_>) -> Result<Self, TooLarge> {
        let clocks: Vec<&ClockId> = book.clocks.keys().filter(|c| slice.clocks.contains(*c)).collect();
        if clocks.len() > 63 || book.states.len() > usize::from(u16::MAX) - 1 {
            return Err(TooLarge { visited: clocks.len().max(book.states.len()), stopped: false });
        }
        let mut space = Space {
            book,
            cut: None,
            nodes: Vec::new(),
            edges: Vec::new(),
            into: Vec::new(),
            parents: Vec::new(),
            states: book.states.keys().collect(),
            phases: book.states.keys().map(|s| book.phase(s)).collect(),
            clocks,
            facts: slice.facts.clone(),
            moves: Vec::new(),
            live: vec![u64::MAX; book.states.len()],
            sets: Sets::default(),
            by_state: vec![Vec::new(); book.states.len()],
        };
        space.sets = space.find_sets();
        space.moves = book.moves.iter().map(|m| space.compile(m)).collect();
        for (i, rule) in book.moves.iter().enumerate() {
            for from in &rule.from {
                if let Some(list) = space.index(from).and_then(|s| space.by_state.get_mut(usize::from(s))) {
                    list.push(u16::try_from(i).unwrap_or(u16::MAX));
                }
            }
        }
        space.live = space.find_live();
        space.cut = space.visit(bounds).err();
        Ok(space)
    }

    /// The space, if everything was visited.
    pub(crate) fn whole(self) -> Result<Self, TooLarge> {
        match self.cut {
            Some(cut) => Err(cut),
            None => Ok(self),
        }
    }

    fn visit(&mut self, bounds: &Bounds<'_>) -> Result<(), TooLarge> {
        let mut index: BTreeMap<Node, u32> = BTreeMap::new();
        let mut queue = VecDeque::new();
        for node in self.openings() {
            self.add(node, None, &mut index, &mut queue);
        }
        while let Some(i) = queue.pop_front() {
            let Some(node) = self.nodes.get(i as usize).copied() else { continue };
            let mut out = Vec::new();
            for (next, by_move, official) in self.successors(node) {
                let next = self.without_dead(next);
                // A step that changes nothing kept leads nowhere new.
                if next != node {
                    let to = self.add(next, Some((i, by_move)), &mut index, &mut queue);
                    out.push(Edge { to, by_move, by_official_or_time: official });
                }
            }
            for edge in &out {
                if let Some(from) = self.into.get_mut(edge.to as usize) {
                    from.push(i);
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
        let node = self.without_dead(node);
        *index.entry(node).or_insert_with(|| {
            let i = u32::try_from(self.nodes.len()).unwrap_or(u32::MAX);
            self.nodes.push(node);
            self.edges.push(Vec::new());
            self.into.push(Vec::new());
            self.parents.push(parent);
            queue.push_back(i);
            i
        })
    }

    fn openings(&self) -> Vec<Node> {
        let mut out = Vec::new();
        for entry in self.book.entries() {
            let Some(state) = self.index(&entry.state) else { continue };
            let owed = entry.clocks.iter().fold(0, |bits, c| bits | self.effect_bit(c));
            for may in subsets(self.facts_as_bits(&entry.may)) {
                let facts = may | self.facts_as_bits(&entry.facts);
                out.push(Node { state, before: u16::MAX, facts, owed, ..Node::default() });
            }
        }
        out
    }

    /// The facts that are kept, as bits.
    fn facts_as_bits<'b>(&self, facts: impl IntoIterator<Item = &'b Fact>) -> u64 {
        facts.into_iter().filter(|f| self.facts.contains(f)).fold(0, |bits, f| bits | fact_bit(*f))
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

    /// The bit on which an effect on a clock works: that of a duty that is not kept stands for all of them.
    fn effect_bit(&self, clock: &ClockId) -> u64 {
        match self.bit(clock) {
            0 if self.book.clock(clock).is_some_and(|c| c.kind == ClockKind::Duty) => self.sets.other,
            bit => bit,
        }
    }

    /// What must not be owed for all to be settled but these.
    fn settled(&self, but: &[ClockId]) -> u64 {
        let all_kept = but.iter().all(|c| self.bit(c) != 0);
        self.sets.duties & !self.bits(but) | if all_kept { self.sets.other } else { 0 }
    }

    fn bits<'b>(&self, clocks: impl IntoIterator<Item = &'b ClockId>) -> u64 {
        clocks.into_iter().fold(0, |all, c| all | self.bit(c))
    }

    fn compile(&self, rule: &MoveRule) -> Compiled {
        let kept = |fact: &Fact| self.facts_as_bits([fact]);
        let mut out = Compiled { official: rule.by.iter().any(|r| *r != Relation::Petitioner), ..Compiled::default() };
        for turn in Turn::possible(rule, self.book) {
            let mut steps: Vec<Step> = rule.effects(self.book, turn).iter().flat_map(|e| self.step(rule, e)).collect();
            // Effects on what is not kept are many, one after the other, and all the same.
            steps.dedup();
            // Turns that differ in nothing kept are one.
            if !out.turns.contains(&steps) {
                out.turns.push(steps);
            }
        }
        for guard in &rule.guards {
            match guard {
                Guard::Is(fact) => out.is |= kept(fact),
                Guard::Not(fact) => out.is_not |= kept(fact),
                Guard::Running(clock) => out.running |= self.bit(clock),
                Guard::Owed(clock) => out.owed |= self.bit(clock),
                Guard::NotOwed(clock) => out.not_owed |= self.bit(clock),
                Guard::Settled(but) => out.not_owed |= self.settled(but),
            }
        }
        out
    }

    /// An effect on what is kept; `None` where it touches nothing of it.
    fn step(&self, rule: &MoveRule, effect: &Effect<'_>) -> Option<Step> {
        let to = |state: &Option<&StateId>| state.and_then(|s| self.index(s));
        let step = match effect {
            Effect::Enter(state) => Step::Enter(to(state)),
            Effect::SetAside(state) => Step::SetAside(to(state)),
            Effect::Restore(state) => Step::Restore(to(state)),
            Effect::Set(fact, true) => Step::Set(self.facts_as_bits([fact])),
            Effect::Set(fact, false) => Step::Clear(self.facts_as_bits([fact])),
            Effect::CloseAll => Step::EndAll(self.sets.all | self.sets.other),
            Effect::Discharge(clock, whose) | Effect::Close(clock, whose) => {
                let bit = self.effect_bit(clock);
                let settles = rule.guards.iter().any(|g| matches!(g, Guard::Settled(_)));
                match whose {
                    // Where all must be settled but what the move ends itself, nothing else is owed.
                    Whose::All | Whose::OwnFirst if bit == OTHER && settles => Step::EndAll(bit),
                    Whose::All if bit != OTHER => Step::EndAll(bit),
                    // A supervision may be made by a unit that nobody called on to make it.
                    Whose::Own if rule.verb == Verb::Supervise => Step::EndIfOwed(bit),
                    Whose::All | Whose::Own | Whose::OwnFirst => Step::EndOwn(bit),
                }
            }
            // By whom it is owed is not kept.
            Effect::PassOn(_) => return None,
            Effect::EndPressing => Step::EndPressing,
            Effect::LeaveToReceiver => {
                let applies = rule.hands_on() || rule.sets.contains(&Fact::Accusation);
                return (applies && self.book.compartment.is_some())
                    .then_some(Step::LeaveToReceiver { hands_on: rule.hands_on() });
            }
            Effect::Stop(clock, cause) => {
                let every = clock.as_str() == "*";
                Step::Stop(if every { self.sets.duties } else { self.bit(clock) }, *cause)
            }
            Effect::Resume(clock, cause) => Step::Resume(self.bit(clock), *cause),
            // Days are not kept.
            Effect::Extend(_) => return None,
            Effect::Start(clock) => {
                let needed = self.book.clock(clock).and_then(|c| c.only_if);
                Step::Start(self.effect_bit(clock), self.facts_as_bits(needed.as_ref()))
            }
        };
        let nothing = matches!(
            step,
            Step::Set(0)
                | Step::Clear(0)
                | Step::EndAll(0)
                | Step::EndOwn(0)
                | Step::EndIfOwed(0)
                | Step::Stop(0, _)
                | Step::Resume(0, _)
                | Step::Start(0, _)
        );
        (!nothing).then_some(step)
    }

    fn find_sets(&self) -> Sets {
        let kept = |test: &dyn Fn(&ClockId) -> bool| self.bits(self.clocks.iter().copied().filter(|c| test(c)));
        let of_kind = |kind: ClockKind| kept(&|c| self.book.clock(c).is_some_and(|c| c.kind == kind));
        let ends_own = |rule: &MoveRule, clock: &ClockId| {
            rule.effects(self.book, Turn::default()).iter().any(|e| match e {
                Effect::Discharge(c, Whose::Own) | Effect::Close(c, Whose::Own) => *c == clock,
                _ => false,
            })
        };
        let pressing = self.bits(self.book.escalation.iter().filter_map(|e| e.start.as_ref()));
        Sets {
            all: kept(&|_| true),
            other: if pressing != 0 { OTHER } else { 0 },
            duties: of_kind(ClockKind::Duty),
            rights: of_kind(ClockKind::Right),
            official: kept(&|c| self.book.clock(c).is_some_and(|c| c.bound != Relation::Petitioner)),
            lateness: kept(&|c| self.lateness_matters(c)),
            pressing,
            shared: kept(&|c| self.book.moves.iter().any(|m| ends_own(m, c))),
        }
    }

    fn successors(&self, node: Node) -> Vec<(Node, Option<u16>, bool)> {
        let mut out = Vec::new();
        for i in self.by_state.get(usize::from(node.state)).into_iter().flatten() {
            let Some(rule) = self.moves.get(usize::from(*i)) else { continue };
            if !self.open(&node, rule) {
                continue;
            }
            for steps in &rule.turns {
                out.extend(self.after(node, steps).into_iter().map(|next| (next, Some(*i), rule.official)));
            }
        }
        out.extend(self.by_itself(node).into_iter().map(|next| (next, None, true)));
        out.sort_unstable();
        out.dedup();
        out
    }

    /// What happens without a move of this proceeding: time passes, or another proceeding changes.
    fn by_itself(&self, node: Node) -> Vec<Node> {
        let mut out = Vec::new();
        let free = node.owed & !(node.stopped | node.stopped_by_withdrawal);
        for right in bits_of(free & self.sets.rights) {
            out.extend(self.ended(node, right));
        }
        for duty in bits_of(free & self.sets.duties & self.sets.lateness & !node.late) {
            out.push(Node { late: node.late | duty, ..node });
        }
        // A duty that is late may be pressed for.
        let may_be_late = node.owed & (self.sets.duties | self.sets.other) != 0;
        for bit in bits_of(self.sets.pressing).filter(|_| may_be_late) {
            let mut next = node;
            next.begin(bit, self.sets.shared);
            out.push(next);
        }
        // Who acts for the petitioner acts in every part of her letter, and a joinder ends with its other members.
        let agent = self.facts_as_bits([&Fact::HasAgent]);
        let joined = self.facts_as_bits([&Fact::Joined]);
        out.extend((agent != 0).then_some(Node { facts: node.facts ^ agent, ..node }));
        out.extend((node.facts & joined != 0).then_some(Node { facts: node.facts & !joined, ..node }));
        out
    }

    /// A node without the facts that no move reads any more before it writes them: two that differ in nothing else go
    /// the same ways.
    pub(crate) fn without_dead(&self, node: Node) -> Node {
        let live = |state: u16| self.live.get(usize::from(state)).copied().unwrap_or(0);
        // What was set aside may return to where it was.
        Node { facts: node.facts & (live(node.state) | live(node.before)), ..node }
    }

    /// The facts that are live in each state: read there, or where a move leads from there that does not write them.
    fn find_live(&self) -> Vec<u64> {
        let of_rights = self.book.rights.iter().flat_map(|r| &r.when).filter_map(|g| match g {
            Guard::Is(fact) | Guard::Not(fact) => Some(fact),
            _ => None,
        });
        let always = self.facts_as_bits(of_rights) | self.facts_as_bits(&[Fact::Answered, Fact::Accusation]);
        let mut live = vec![always; self.by_state.len()];
        loop {
            let before = live.clone();
            for state in 0..live.len() {
                let mut bits = always;
                for rule in self.moves_in(state) {
                    let after = rule.leads_to(state).filter_map(|to| before.get(to)).fold(0, |all, l| all | l);
                    bits |= rule.reads() | after & !rule.writes();
                }
                if let Some(place) = live.get_mut(state) {
                    *place = bits;
                }
            }
            if live == before {
                return live;
            }
        }
    }

    fn moves_in(&self, state: usize) -> impl Iterator<Item = &Compiled> {
        self.by_state.get(state).into_iter().flatten().filter_map(|m| self.moves.get(usize::from(*m)))
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

    /// Every node in which a move can leave a node: its effects one after the other, as `domain::decide` carries them
    /// out.
    fn after(&self, node: Node, steps: &[Step]) -> Vec<Node> {
        let mut nodes = vec![node];
        for step in steps {
            match step {
                Step::EndOwn(bit) => nodes = nodes.into_iter().flat_map(|n| self.ended(n, *bit)).collect(),
                Step::EndIfOwed(bit) => {
                    nodes = nodes.into_iter().flat_map(|n| self.some_end(n, n.owed & bit)).collect();
                }
                Step::EndPressing if self.sets.pressing == 0 => {}
                Step::EndPressing => nodes = nodes.into_iter().flat_map(|n| self.pressing_ends(n)).collect(),
                Step::LeaveToReceiver { hands_on } => {
                    nodes = nodes.into_iter().flat_map(|n| self.left_to_receiver(&node, n, *hands_on)).collect();
                }
                plain => nodes.iter_mut().for_each(|n| self.apply(n, *plain)),
            }
            if nodes.len() > 1 {
                nodes.sort_unstable();
                nodes.dedup();
            }
        }
        nodes
    }

    /// An effect that leaves no choice.
    fn apply(&self, node: &mut Node, step: Step) {
        match step {
            Step::Enter(to) => self.enter(node, to),
            Step::SetAside(to) => {
                node.before = node.state;
                self.enter(node, to);
            }
            Step::Restore(to) => {
                let back = if node.before == u16::MAX { to } else { Some(node.before) };
                node.before = u16::MAX;
                self.enter(node, back);
            }
            Step::Set(facts) => node.facts |= facts,
            Step::Clear(facts) => node.facts &= !facts,
            Step::Stop(bits, cause) => {
                let free = node.owed & !(node.stopped | node.stopped_by_withdrawal) & bits;
                *node.stopped_for(cause) |= free;
            }
            Step::Resume(bits, cause) => *node.stopped_for(cause) &= !bits,
            Step::Start(bit, needed) => {
                if self.facts_of(node) & needed == needed {
                    node.begin(bit, self.sets.shared);
                }
            }
            Step::EndAll(bits) => node.clear(bits),
            Step::EndOwn(_) | Step::EndIfOwed(_) | Step::EndPressing | Step::LeaveToReceiver { .. } => {}
        }
    }

    fn enter(&self, node: &mut Node, to: Option<u16>) {
        node.state = to.unwrap_or(node.state);
        if self.phase_of(node.state) == Phase::Archived {
            node.before = u16::MAX;
        }
    }

    /// An accusation that was handed on, or became one: what any unit but its receiver owed may stand no longer.
    fn left_to_receiver(&self, before: &Node, node: Node, hands_on: bool) -> Vec<Node> {
        let accusation = fact_bit(Fact::Accusation);
        let kept = self.facts.contains(&Fact::Accusation);
        let became = before.facts & accusation == 0;
        if kept && (node.facts & accusation == 0 || !(hands_on || became)) {
            return vec![node];
        }
        self.some_end(node, node.owed & (self.sets.official | self.sets.other))
    }

    /// Whoever presses for what is done need not any more. For which duty each presses is not kept; where no other duty
    /// is left, there is none.
    fn pressing_ends(&self, mut node: Node) -> Vec<Node> {
        let pressing = self.sets.pressing;
        if node.owed & (self.sets.duties | self.sets.other) & !pressing == 0 {
            node.clear(pressing);
            return vec![node];
        }
        self.some_end(node, node.owed & pressing)
    }

    /// The nodes in which a rule's clocks of one unit have ended: of several some may go on.
    fn ended(&self, node: Node, bit: u64) -> Vec<Node> {
        let mut gone = node;
        gone.clear(bit);
        if bit == self.sets.other {
            return vec![gone, node];
        }
        if node.several & bit == 0 {
            return vec![gone];
        }
        let mut out = vec![gone];
        out.extend([bit, 0].map(|several| Node { several: node.several & !bit | several, ..node }));
        out
    }

    /// Every node in which some of these clocks have ended, or none, or all.
    fn some_end(&self, node: Node, bits: u64) -> Vec<Node> {
        bits_of(bits).fold(vec![node], |nodes, bit| {
            nodes.into_iter().flat_map(|n| std::iter::once(n).chain(self.ended(n, bit))).collect()
        })
    }

    fn phase_of(&self, state: u16) -> Phase {
        self.phases.get(usize::from(state)).copied().unwrap_or(Phase::Intake)
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
            Guard::Settled(but) => node.owed & self.settled(but) == 0,
        })
    }

    /// Whether some duty is owed and not stopped.
    pub(crate) fn some_duty_runs(&self, node: &Node) -> bool {
        node.owed & !(node.stopped | node.stopped_by_withdrawal) & self.sets.duties != 0
    }

    /// Whether a clock is owed and not stopped.
    pub(crate) fn owed_unstopped(&self, node: &Node, clock: &ClockId) -> bool {
        node.owed & !(node.stopped | node.stopped_by_withdrawal) & self.bit(clock) != 0
    }

    /// The nodes of which something is true.
    pub(crate) fn where_is(&self, test: impl Fn(&Node) -> bool) -> NodeSet {
        NodeSet { members: self.nodes.iter().map(test).collect() }
    }

    /// A node in a state, with nothing owed and no facts.
    pub(crate) fn blank(&self, state: &StateId) -> Node {
        Node { state: self.index(state).unwrap_or(u16::MAX), before: u16::MAX, ..Node::default() }
    }

    /// Remembers the state a withdrawal set it aside from.
    pub(crate) fn set_aside(&self, node: &mut Node, before: &StateId) {
        node.before = self.index(before).unwrap_or(u16::MAX);
    }

    /// Adds the facts that are kept.
    pub(crate) fn with_facts<'b>(&self, node: &mut Node, facts: impl IntoIterator<Item = &'b Fact>) {
        node.facts |= self.facts_as_bits(facts);
    }

    /// Adds a clock that is owed, if it is kept.
    pub(crate) fn with_clock(&self, node: &mut Node, clock: &ClockId, how: Owed) {
        let Owed { several, late, stopped, withdrawn } = how;
        let bit = self.effect_bit(clock);
        node.owed |= bit;
        if bit == self.sets.other {
            return;
        }
        node.several |= if several { bit & self.sets.shared } else { 0 };
        node.late |= if late { bit & self.sets.lateness } else { 0 };
        node.stopped |= if stopped && !withdrawn { bit } else { 0 };
        node.stopped_by_withdrawal |= if stopped && withdrawn { bit } else { 0 };
    }

    /// A node in words, for a fault.
    pub(crate) fn describe(&self, node: u32) -> String {
        self.nodes.get(node as usize).map(|n| self.describe_node(n)).unwrap_or_default()
    }

    /// The same of a node that may not have been visited.
    pub(crate) fn describe_node(&self, node: &Node) -> String {
        let clocks = |bits: u64| -> Vec<&str> {
            self.clocks.iter().filter(|c| bits & self.bit(c) != 0).map(|c| c.as_str()).collect()
        };
        let facts: Vec<String> =
            self.facts.iter().filter(|f| node.facts & fact_bit(**f) != 0).map(|f| format!("{f:?}")).collect();
        format!(
            "state {}, before {:?}, facts {facts:?}, owed {:?}{}, several {:?}, late {:?}, stopped {:?} and by withdrawal {:?}",
            self.state_id(node.state),
            (node.before != u16::MAX).then(|| self.state_id(node.before)),
            clocks(node.owed),
            if node.owed & OTHER != 0 { " and others" } else { "" },
            clocks(node.several),
            clocks(node.late),
            clocks(node.stopped),
            clocks(node.stopped_by_withdrawal),
        )
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
        let starts = self.moves_that(|m| m.start.contains(clock));
        let owed = |to: u32| self.nodes.get(to as usize).is_some_and(|n| self.owed_unstopped(n, clock));
        let reached = self.edges.iter().flatten().filter(|e| e.by_move.is_some_and(|m| is(&starts, m)));
        reached.map(|e| e.to).find(|to| owed(*to) && test(*to))
    }

    /// Of which moves something is true, by their index.
    fn moves_that(&self, test: impl Fn(&MoveRule) -> bool) -> Vec<bool> {
        self.book.moves.iter().map(test).collect()
    }

    /// Of which states something is true, by their index.
    pub(crate) fn by_states(&self, test: impl Fn(&StateId, Phase) -> bool) -> Vec<bool> {
        self.states.iter().zip(&self.phases).map(|(state, phase)| test(state, *phase)).collect()
    }

    /// The moves open in the state of a node, whatever their conditions.
    pub(crate) fn moves_from(&self, node: &Node) -> impl Iterator<Item = &MoveRule> {
        let here = self.by_state.get(usize::from(node.state)).into_iter().flatten();
        here.filter_map(|m| self.book.moves.get(usize::from(*m)))
    }

    /// Every node from which a set can be reached over the steps that count.
    pub(crate) fn back(&self, goal: NodeSet, counts: impl Fn(&Node, &Edge) -> bool) -> NodeSet {
        self.back_within(goal, counts, |_| true)
    }

    /// The way from where the unit that owes a clock began it, over that unit's own moves and time alone, to where it
    /// may begin it once more, and the move by which it would. An answer it gives ends the search: what comes after is
    /// another round.
    pub(crate) fn renewal(&self, clock: &ClockId, bound: Relation) -> Option<(Vec<Saying>, MoveRule)> {
        let own = |m: &MoveRule| m.by.iter().any(|r| *r != Relation::Petitioner && same_office(*r, bound));
        // New facts begin another round; only what has ended is reopened (the floor).
        let answers = |m: &MoveRule| matches!(m.verb, Verb::Decide | Verb::DecideReview | Verb::Refuse | Verb::Reopen);
        let begins = self.moves_that(|m| own(m) && !m.hands_on() && m.start.contains(clock));
        let goes_on = self.moves_that(|m| own(m) && !m.hands_on() && !answers(m));
        let bit = self.bit(clock);
        // By which step each node was come to, and from where.
        let mut came: BTreeMap<u32, (u32, Edge)> = BTreeMap::new();
        let mut first: BTreeSet<u32> = BTreeSet::new();
        let mut queue: VecDeque<u32> = VecDeque::new();
        for (from, edges) in (0u32..).zip(&self.edges) {
            for edge in edges.iter().filter(|e| e.by_move.is_some_and(|m| is(&begins, m))) {
                let owed = self.nodes.get(edge.to as usize).is_some_and(|n| n.owed & bit != 0);
                if owed && first.insert(edge.to) {
                    came.insert(edge.to, (from, *edge));
                    queue.push_back(edge.to);
                }
            }
        }
        while let Some(i) = queue.pop_front() {
            let node = self.nodes.get(i as usize)?;
            let again = self.by_state.get(usize::from(node.state)).into_iter().flatten().find_map(|m| {
                let (rule, compiled) = (self.book.moves.get(usize::from(*m))?, self.moves.get(usize::from(*m))?);
                (is(&begins, *m) && self.open(node, compiled)).then(|| rule.clone())
            });
            if let Some(again) = again {
                return Some((self.way(i, &came, &first), again));
            }
            for edge in self.edges.get(i as usize).into_iter().flatten() {
                if edge.by_move.is_none_or(|m| is(&goes_on, m)) && !came.contains_key(&edge.to) {
                    came.insert(edge.to, (i, *edge));
                    queue.push_back(edge.to);
                }
            }
        }
        None
    }

    /// The shortest path to where a search began, and the way the search went from there, a line a step.
    fn way(&self, to: u32, came: &BTreeMap<u32, (u32, Edge)>, first: &BTreeSet<u32>) -> Vec<Saying> {
        let mut steps = Vec::new();
        let mut at = to;
        while let Some((from, edge)) = came.get(&at) {
            steps.push(self.step_of(*from, at, edge.by_move));
            let begun = first.contains(&at);
            at = *from;
            if begun {
                break;
            }
        }
        steps.reverse();
        let mut out = self.path(at);
        out.extend(steps);
        out
    }

    fn step_of(&self, from: u32, to: u32, by_move: Option<u16>) -> Saying {
        match by_move.and_then(|m| self.book.moves.get(usize::from(m))) {
            Some(rule) => words::step(self.book, rule),
            None => self.what_time_did(from, to),
        }
    }

    /// Every node where a clock is owed and a way leads, with the clock owed all along, to a move by the bound one that
    /// discharges it.
    pub(crate) fn until_discharge(&self, goal: &Goal) -> NodeSet {
        let bit = self.bit(&goal.clock);
        let by_bound = |m: &MoveRule| m.by.iter().any(|by| same_office(*by, goal.bound));
        let discharges = self.moves_that(|m| m.discharge.contains(&goal.clock) && by_bound(m));
        let able = self.where_is(|n| {
            let mut here = self.by_state.get(usize::from(n.state)).into_iter().flatten();
            let open = |m: &u16| self.moves.get(usize::from(*m)).is_some_and(|c| self.open(n, c));
            n.owed & bit != 0 && here.any(|m| is(&discharges, *m) && open(m))
        });
        self.back_within(able, |_, _| true, |n| n.owed & bit != 0)
    }

    fn back_within(
        &self,
        mut reach: NodeSet,
        counts: impl Fn(&Node, &Edge) -> bool,
        within: impl Fn(&Node) -> bool,
    ) -> NodeSet {
        let mut queue: Vec<u32> = (0u32..).zip(&reach.members).filter(|(_, is)| **is).map(|(i, _)| i).collect();
        while let Some(i) = queue.pop() {
            for from in self.into.get(i as usize).into_iter().flatten() {
                let Some(node) = self.nodes.get(*from as usize) else { continue };
                let leads =
                    || self.edges.get(*from as usize).into_iter().flatten().any(|e| e.to == i && counts(node, e));
                if !reach.contains(*from) && within(node) && leads() {
                    reach.insert(*from);
                    queue.push(*from);
                }
            }
        }
        reach
    }

    /// The shortest path to a node, a line a step.
    pub(crate) fn path(&self, node: u32) -> Vec<Saying> {
        let mut out = Vec::new();
        let mut at = node;
        while let Some((parent, by)) = self.parents.get(at as usize).copied().flatten() {
            out.push(self.step_of(parent, at, by));
            at = parent;
        }
        let start = self.state_name(at);
        let title = self.book.state(&StateId::new(start.clone())).map(|s| &s.title);
        out.push(Saying::new("proof-step-opened").word("state", &start).label("title", title));
        out.reverse();
        out
    }

    fn what_time_did(&self, from: u32, to: u32) -> Saying {
        let (Some(a), Some(b)) = (self.nodes.get(from as usize), self.nodes.get(to as usize)) else {
            return Saying::new("proof-step-time");
        };
        let with = |key: &'static str, bits: u64| {
            let clock = self.clocks.iter().find(|c| bits & self.bit(c) != 0);
            Saying::new(key).word("clock", clock.map_or("", |c| c.as_str()))
        };
        if a.owed & !b.owed != 0 {
            with("proof-step-lapses", a.owed & !b.owed)
        } else if b.owed & !a.owed != 0 {
            with("proof-step-pressed", b.owed & !a.owed)
        } else if b.late & !a.late != 0 {
            with("proof-step-late", b.late & !a.late)
        } else {
            Saying::new("proof-step-time")
        }
    }
}

/// Whether something is true of a move, by its index.
fn is(moves: &[bool], index: u16) -> bool {
    moves.get(usize::from(index)).copied().unwrap_or(false)
}

/// Each bit by itself.
fn bits_of(mut bits: u64) -> impl Iterator<Item = u64> {
    std::iter::from_fn(move || {
        let bit = bits & bits.wrapping_neg();
        bits &= !bit;
        (bit != 0).then_some(bit)
    })
}

/// Every selection of bits, the empty one and the whole among them.
fn subsets(bits: u64) -> Vec<u64> {
    bits_of(bits).fold(vec![0], |mut all, bit| {
        all.extend(all.clone().into_iter().map(|b| b | bit));
        all
    })
}

impl Node {
    fn stopped_for(&mut self, cause: Cause) -> &mut u64 {
        match cause {
            Cause::Withdrawal => &mut self.stopped_by_withdrawal,
            Cause::Procedure => &mut self.stopped,
        }
    }

    /// A clock begins; a newer one of the same rule runs freely beside an older one.
    fn begin(&mut self, bit: u64, shared: u64) {
        let several = self.several | self.owed & bit & shared;
        self.clear(bit);
        self.owed |= bit;
        self.several = several;
    }

    fn clear(&mut self, bits: u64) {
        self.owed &= !bits;
        self.several &= !bits;
        self.late &= !bits;
        self.stopped &= !bits;
        self.stopped_by_withdrawal &= !bits;
    }
}
