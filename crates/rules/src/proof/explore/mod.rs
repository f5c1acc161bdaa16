//! The exploration itself: abstract states, the steps between them, and searches over them.

mod compile;
mod place;
mod search;
mod steps;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use huiyin_domain::ids::{ClockId, StateId};
use huiyin_domain::procedure::{Cause, Fact, Guard, Phase, Relation, RuleBook};

use super::{Bounds, Slice, TooLarge};

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
    /// Of each of these one at least.
    owed_any: Vec<u64>,
    not_owed: u64,
    turns: Vec<Vec<Step>>,
    official: bool,
}

/// An effect of a move (`Effect`) on the bits of a node.
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
            Guard::OwedAny(clocks) => self.any_of(clocks).is_none_or(|bits| node.owed & bits != 0),
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
