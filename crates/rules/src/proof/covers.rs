//! Whether a step that really happened is one the proof visited: the proof is worth what this says (ADR 0027).

use std::collections::{BTreeMap, BTreeSet};

use huiyin_domain::clock::{Clock, ClockState, LedgerEntry};
use huiyin_domain::ids::MoveId;
use huiyin_domain::procedure::{Phase, RuleBook, Verb};
use huiyin_domain::proceeding::Proceeding;

use super::explore::{Node, Owed, Space};
use super::{Bounds, Slice, TooLarge};

/// What a proof of a pack visited: the main exploration and those aside.
pub struct Visited<'a> {
    spaces: Vec<(Space<'a>, BTreeMap<Node, u32>)>,
}

/// Visits what [`super::prove`] visits, and keeps it.
///
/// # Errors
/// [`TooLarge`] when a bound is reached.
pub fn visit<'a>(book: &'a RuleBook, bounds: &Bounds<'_>) -> Result<Visited<'a>, TooLarge> {
    let main = Slice::main(book);
    let aside: BTreeSet<Slice> = book.clocks.keys().map(|c| Slice::of_clock(book, c)).collect();
    let mut spaces = Vec::new();
    for slice in std::iter::once(main).chain(aside) {
        let space = Space::explore(book, &slice, bounds)?.whole()?;
        let index = space.nodes.iter().copied().zip(0u32..).collect();
        spaces.push((space, index));
    }
    Ok(Visited { spaces })
}

impl Visited<'_> {
    /// Whether a proceeding stands in a state that every exploration visited. Otherwise tells which did not.
    ///
    /// # Errors
    /// The state as the exploration would have it, in words.
    pub fn knows(&self, proceeding: &Proceeding) -> Result<(), String> {
        self.spaces.iter().try_for_each(|(space, index)| place(space, index, proceeding).map(|_| ()))
    }

    /// Whether a step from one snapshot to the next is one that every exploration visited: by a move, or by time alone.
    ///
    /// # Errors
    /// The step as the exploration would have it, in words.
    pub fn covers(&self, before: &Proceeding, by: Option<&MoveId>, after: &Proceeding) -> Result<(), String> {
        for (space, index) in &self.spaces {
            let from = place(space, index, before)?;
            let to = place(space, index, after)?;
            let known = from == to && by.is_none() || reaches(space, from, by, to);
            if !known {
                let (a, b) = (space.describe(from), space.describe(to));
                return Err(format!("no step by {by:?} leads from {a} to {b}"));
            }
        }
        Ok(())
    }
}

fn place(space: &Space<'_>, index: &BTreeMap<Node, u32>, proceeding: &Proceeding) -> Result<u32, String> {
    let node = node_of(space, proceeding);
    index.get(&node).copied().ok_or_else(|| format!("never visited: {}", space.describe_node(&node)))
}

/// One step by a move; or any number of steps by themselves, as a sweep fires all that is due at once.
fn reaches(space: &Space<'_>, from: u32, by: Option<&MoveId>, to: u32) -> bool {
    let edges = |node: u32| space.edges.get(node as usize).into_iter().flatten();
    let by_move = |m: Option<u16>| m.and_then(|m| space.book.moves.get(usize::from(m))).map(|m| &m.id);
    if by.is_some() {
        // A step that changes nothing kept is no edge.
        return from == to || edges(from).any(|e| e.to == to && by_move(e.by_move) == by);
    }
    let mut seen = BTreeSet::from([from]);
    let mut queue = vec![from];
    while let Some(node) = queue.pop() {
        for edge in edges(node).filter(|e| e.by_move.is_none()) {
            if seen.insert(edge.to) {
                queue.push(edge.to);
            }
        }
    }
    seen.contains(&to)
}

/// The abstract state of a proceeding.
fn node_of(space: &Space<'_>, proceeding: &Proceeding) -> Node {
    let mut node = space.blank(&proceeding.state);
    if proceeding.phase != Phase::Archived
        && let Some(before) = &proceeding.before_withdrawal
    {
        space.set_aside(&mut node, before);
    }
    space.with_facts(&mut node, &proceeding.facts);
    let rules: BTreeSet<_> = proceeding.clocks.iter().filter(|c| c.is_owed()).map(|c| &c.rule).collect();
    for rule in rules {
        let owed: Vec<&Clock> = proceeding.clocks.iter().filter(|c| c.is_owed() && &c.rule == rule).collect();
        let stopped = owed.iter().all(|c| c.is_stopped());
        let how = Owed {
            several: owed.len() > 1,
            late: owed.last().is_some_and(|c| matches!(c.state(), ClockState::Breached { .. })),
            stopped,
            withdrawn: stopped && owed.iter().any(|c| is_stopped_by_withdrawal(space.book, c)),
        };
        space.with_clock(&mut node, rule, how);
    }
    space.without_dead(node)
}

fn is_stopped_by_withdrawal(book: &RuleBook, clock: &Clock) -> bool {
    clock.ledger.iter().any(|entry| match entry {
        LedgerEntry::Stop { to: None, reason, .. } => {
            book.moves.iter().any(|m| m.id.as_str() == reason && m.verb == Verb::Withdraw)
        }
        _ => false,
    })
}
