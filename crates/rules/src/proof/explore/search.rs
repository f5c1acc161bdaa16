//! Searches over what was visited, and the path that shows what they found.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use huiyin_domain::ids::{ClockId, StateId};
use huiyin_domain::procedure::floor::same_office;
use huiyin_domain::procedure::{MoveRule, Phase, Relation, Verb};

use super::super::words;
use super::{Edge, Goal, Node, NodeSet, Space, is};
use crate::Saying;

impl Space<'_> {
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
    pub(super) fn moves_that(&self, test: impl Fn(&MoveRule) -> bool) -> Vec<bool> {
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
    pub(super) fn way(&self, to: u32, came: &BTreeMap<u32, (u32, Edge)>, first: &BTreeSet<u32>) -> Vec<Saying> {
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

    pub(super) fn step_of(&self, from: u32, to: u32, by_move: Option<u16>) -> Saying {
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

    pub(super) fn back_within(
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

    pub(super) fn what_time_did(&self, from: u32, to: u32) -> Saying {
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
