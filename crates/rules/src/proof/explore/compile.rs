//! Moves and clocks as bits: what a move asks, what it does in each turn, and which facts still make a difference.

use huiyin_domain::clock::ClockKind;
use huiyin_domain::ids::{ClockId, StateId};
use huiyin_domain::procedure::{Effect, Fact, Guard, MoveRule, Relation, Turn, Verb, Whose};

use super::{Compiled, Node, OTHER, Sets, Space, Step, fact_bit};

impl Space<'_> {
    /// The facts that are kept, as bits.
    pub(super) fn facts_as_bits<'b>(&self, facts: impl IntoIterator<Item = &'b Fact>) -> u64 {
        facts.into_iter().filter(|f| self.facts.contains(f)).fold(0, |bits, f| bits | fact_bit(*f))
    }

    pub(super) fn index(&self, id: &StateId) -> Option<u16> {
        self.states.binary_search(&id).ok().and_then(|i| u16::try_from(i).ok())
    }

    pub(super) fn bit(&self, clock: &ClockId) -> u64 {
        if clock.as_str() == "*" {
            return u64::MAX;
        }
        self.clocks.binary_search(&clock).map_or(0, |i| 1 << i)
    }

    /// The bit on which an effect on a clock works: that of a duty that is not kept stands for all of them.
    pub(super) fn effect_bit(&self, clock: &ClockId) -> u64 {
        match self.bit(clock) {
            0 if self.book.clock(clock).is_some_and(|c| c.kind == ClockKind::Duty) => self.sets.other,
            bit => bit,
        }
    }

    /// Whether a move leaves no duty owed that is not kept: it ends every one there is, or asks that all are settled
    /// but what it ends itself.
    pub(super) fn ends_all_others(&self, rule: &MoveRule) -> bool {
        let settles = rule.guards.iter().any(|g| matches!(g, Guard::Settled(_)));
        let others = self.book.clocks.values().filter(|c| c.kind == ClockKind::Duty && self.bit(&c.id) == 0);
        let ends = |id: &ClockId| rule.discharge.contains(id) || rule.close.contains(id);
        settles || others.map(|c| &c.id).all(ends)
    }

    /// What must not be owed for all to be settled but these.
    pub(super) fn settled(&self, but: &[ClockId]) -> u64 {
        let all_kept = but.iter().all(|c| self.bit(c) != 0);
        self.sets.duties & !self.bits(but) | if all_kept { self.sets.other } else { 0 }
    }

    pub(super) fn bits<'b>(&self, clocks: impl IntoIterator<Item = &'b ClockId>) -> u64 {
        clocks.into_iter().fold(0, |all, c| all | self.bit(c))
    }

    /// The clocks of which one must be owed; `None` where one of them is not kept and may be owed.
    pub(super) fn any_of(&self, clocks: &[ClockId]) -> Option<u64> {
        clocks.iter().all(|c| self.bit(c) != 0).then(|| self.bits(clocks))
    }

    pub(super) fn compile(&self, rule: &MoveRule) -> Compiled {
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
                Guard::OwedAny(clocks) => out.owed_any.extend(self.any_of(clocks)),
                Guard::NotOwed(clock) => out.not_owed |= self.bit(clock),
                Guard::Settled(but) => out.not_owed |= self.settled(but),
            }
        }
        out
    }

    /// An effect on what is kept; `None` where it touches nothing of it.
    pub(super) fn step(&self, rule: &MoveRule, effect: &Effect<'_>) -> Option<Step> {
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
                match whose {
                    Whose::All | Whose::OwnFirst if bit == OTHER && self.ends_all_others(rule) => Step::EndAll(bit),
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

    pub(super) fn find_sets(&self) -> Sets {
        let kept = |test: &dyn Fn(&ClockId) -> bool| self.bits(self.clocks.iter().copied().filter(|c| test(c)));
        let of_kind = |kind: ClockKind| kept(&|c| self.book.clock(c).is_some_and(|c| c.kind == kind));
        let ends_own = |rule: &MoveRule, clock: &ClockId| {
            rule.effects(self.book, Turn::default()).iter().any(|e| match e {
                Effect::Discharge(c, Whose::Own) | Effect::Close(c, Whose::Own) => *c == clock,
                // What is begun by pressing is owed by each unit that was late.
                Effect::Discharge(c, Whose::OwnFirst) => *c == clock && self.is_begun_by_pressing(clock),
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

    /// Whether a supervision begins it: the unit that is late owes it, and several may be.
    fn is_begun_by_pressing(&self, clock: &ClockId) -> bool {
        self.book.moves.iter().any(|m| m.verb == Verb::Supervise && m.start.contains(clock))
    }

    /// A node without the facts that no move reads any more before it writes them: two that differ in nothing else go
    /// the same ways.
    pub(crate) fn without_dead(&self, node: Node) -> Node {
        let live = |state: u16| self.live.get(usize::from(state)).copied().unwrap_or(0);
        // What was set aside may return to where it was.
        Node { facts: node.facts & (live(node.state) | live(node.before)), ..node }
    }

    /// The facts that are live in each state: read there, or where a move leads from there that does not write them.
    pub(super) fn find_live(&self) -> Vec<u64> {
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

    pub(super) fn moves_in(&self, state: usize) -> impl Iterator<Item = &Compiled> {
        self.by_state.get(state).into_iter().flatten().filter_map(|m| self.moves.get(usize::from(*m)))
    }

    pub(super) fn lateness_matters(&self, clock: &ClockId) -> bool {
        self.book.moves.iter().any(|m| m.guards.iter().any(|g| matches!(g, Guard::Running(c) if c == clock)))
    }
}
