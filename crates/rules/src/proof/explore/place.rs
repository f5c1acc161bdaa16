//! Where a real proceeding stands among the nodes, and a node in words.

use huiyin_domain::ids::{ClockId, StateId};
use huiyin_domain::procedure::Fact;

use super::{Node, OTHER, Owed, Space, fact_bit};

impl Space<'_> {
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
}
