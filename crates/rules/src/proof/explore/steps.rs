//! The steps from one node to others: by a move, or by what happens without one.

use huiyin_domain::procedure::{Fact, Phase};

use super::{Compiled, Node, Space, Step, bits_of, fact_bit};

impl Space<'_> {
    pub(super) fn successors(&self, node: Node) -> Vec<(Node, Option<u16>, bool)> {
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
    pub(super) fn by_itself(&self, node: Node) -> Vec<Node> {
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

    pub(super) fn open(&self, node: &Node, rule: &Compiled) -> bool {
        let running = node.owed & !node.late;
        let facts = self.facts_of(node);
        facts & rule.is == rule.is
            && facts & rule.is_not == 0
            && running & rule.running == rule.running
            && node.owed & rule.owed == rule.owed
            && rule.owed_any.iter().all(|any| node.owed & any != 0)
            && node.owed & rule.not_owed == 0
    }

    /// Every node in which a move can leave a node: its effects one after the other, as `domain::decide` carries them
    /// out.
    pub(super) fn after(&self, node: Node, steps: &[Step]) -> Vec<Node> {
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
    pub(super) fn apply(&self, node: &mut Node, step: Step) {
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

    pub(super) fn enter(&self, node: &mut Node, to: Option<u16>) {
        node.state = to.unwrap_or(node.state);
        if self.phase_of(node.state) == Phase::Archived {
            node.before = u16::MAX;
        }
    }

    /// An accusation that was handed on, or became one: what any unit but its receiver owed may stand no longer.
    pub(super) fn left_to_receiver(&self, before: &Node, node: Node, hands_on: bool) -> Vec<Node> {
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
    pub(super) fn pressing_ends(&self, mut node: Node) -> Vec<Node> {
        let pressing = self.sets.pressing;
        if node.owed & (self.sets.duties | self.sets.other) & !pressing == 0 {
            node.clear(pressing);
            return vec![node];
        }
        self.some_end(node, node.owed & pressing)
    }

    /// The nodes in which a rule's clocks of one unit have ended: of several some may go on.
    pub(super) fn ended(&self, node: Node, bit: u64) -> Vec<Node> {
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
    pub(super) fn some_end(&self, node: Node, bits: u64) -> Vec<Node> {
        bits_of(bits).fold(vec![node], |nodes, bit| {
            nodes.into_iter().flat_map(|n| std::iter::once(n).chain(self.ended(n, bit))).collect()
        })
    }
}
