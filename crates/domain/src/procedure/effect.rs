//! What a move does to state, facts and clocks, as one list: `decide` carries it out on a proceeding, and the proof
//! carries the same list out on its abstract states (ADR 0027). An effect that stands in neither list does not happen.

use crate::ids::{ClockId, StateId};
use crate::payload::Field;

use super::{Fact, HandTo, MoveRule, Relation, RuleBook, Verb};

/// One thing a move does, in the order in which it is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect<'a> {
    /// It enters a state; `None`: it stays. Once archived, a withdrawal can no longer be taken back.
    Enter(Option<&'a StateId>),
    /// It remembers its state and enters another, until it is restored.
    SetAside(Option<&'a StateId>),
    /// It returns to the state it was set aside from; without one, it enters this.
    Restore(Option<&'a StateId>),
    /// The fact holds from now on, or no longer.
    Set(Fact, bool),
    /// Nothing is owed any more: it began by a mistaken entry.
    CloseAll,
    /// A clock of this rule is done.
    Discharge(&'a ClockId, Whose),
    /// A clock of this rule need not be met any more.
    Close(&'a ClockId, Whose),
    /// A clock of this rule is owed by whoever holds the proceeding now, by the same day.
    PassOn(&'a ClockId),
    /// Whoever was called on to press for what is done by now need not press any more.
    EndPressing,
    /// An accusation is owed by its receiver alone: what units out of its scope owed no longer stands.
    LeaveToReceiver,
    /// A clock of this rule stops; `*`: every duty.
    Stop(&'a ClockId, Cause),
    /// A clock of this rule that stopped for this cause runs again.
    Resume(&'a ClockId, Cause),
    /// A clock of this rule gets the days that the move carries.
    Extend(&'a ClockId),
    /// A clock of this rule begins, where the fact it depends on holds.
    Start(&'a ClockId),
}

/// Which of several clocks of one rule are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// Every one.
    All,
    /// Those of the unit that acts, where it owes any; else every one.
    OwnFirst,
    /// Those of the unit that acts or is named, and no other: several units owe the same.
    Own,
}

/// Why a clock stands still. Taking back a withdrawal ends no hearing, and the end of a hearing takes back no
/// withdrawal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// The petitioner withdrew.
    Withdrawal,
    /// A move of the pack, such as a hearing.
    Procedure,
}

/// What a move turns out to be once it is made: decided by what it carries, by where it goes or by chance, and not by
/// the pack. The proof visits every turn that is possible.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Turn {
    /// The outcome supports the request; `None`: it says nothing of it.
    pub supported: Option<bool>,
    /// It went to a unit below, by the unit it came to (art. 23(1)).
    pub handed_down: bool,
    /// It has been handed over as often as the pack allows.
    pub many_hands: bool,
    /// Chance drew it for the overseer.
    pub drawn: bool,
}

impl Turn {
    /// Every turn a move can take.
    pub fn possible(rule: &MoveRule, book: &RuleBook) -> Vec<Self> {
        let mut turns = Vec::new();
        for supported in supported(rule, book) {
            turns.push(Self { supported, ..Self::default() });
        }
        let mut both = |applies: bool, turned: fn(Self) -> Self| {
            if applies {
                turns.extend(turns.clone().into_iter().map(turned));
            }
        };
        let hands = matches!(rule.verb, Verb::Refer | Verb::Assign);
        both(hands && rule.hand_to == Some(HandTo::Named), |t| Self { handed_down: true, ..t });
        both(hands && book.hops_before_dispute.is_some(), |t| Self { many_hands: true, ..t });
        both(rule.verb == Verb::Void && book.void_check_one_in.is_some(), |t| Self { drawn: true, ..t });
        turns
    }
}

/// What the outcome of a move may mean: support, none, or nothing said of it.
fn supported(rule: &MoveRule, book: &RuleBook) -> Vec<Option<bool>> {
    if !matches!(rule.verb, Verb::Decide | Verb::DecideReview) {
        return vec![None];
    }
    let outcome = rule.needs.iter().find(|n| n.field == Field::Outcome);
    let Some(outcome) = outcome else { return vec![Some(false)] };
    let mut out = Vec::new();
    if outcome.choices.iter().any(|c| book.supports(c)) {
        out.push(Some(true));
    }
    if !outcome.required || !outcome.choices.iter().all(|c| book.supports(c)) || outcome.choices.is_empty() {
        out.push(Some(false));
    }
    out
}

impl MoveRule {
    /// What this move does, in order, once it has taken a turn.
    pub fn effects<'a>(&'a self, book: &RuleBook, turn: Turn) -> Vec<Effect<'a>> {
        let to = self.to.as_ref();
        let mut list = vec![match self.verb {
            Verb::Withdraw => Effect::SetAside(to),
            Verb::UndoWithdraw => Effect::Restore(to),
            _ => Effect::Enter(to),
        }];
        match self.hand_to {
            Some(HandTo::Named) => list.push(Effect::Set(Fact::HandedDown, turn.handed_down)),
            Some(HandTo::Sender) => list.push(Effect::Set(Fact::HandedDown, false)),
            Some(HandTo::PetitionOffice | HandTo::Reviewer | HandTo::NextReviewer) | None => {}
        }
        list.extend(self.sets.iter().map(|f| Effect::Set(*f, true)));
        list.extend(self.clears.iter().map(|f| Effect::Set(*f, false)));
        match self.verb {
            Verb::Decide => list.extend([
                Effect::Set(Fact::Supported, turn.supported == Some(true)),
                // What was carried out was another answer.
                Effect::Set(Fact::Executed, false),
            ]),
            Verb::DecideReview if turn.supported == Some(true) => {
                list.extend([Effect::Set(Fact::Supported, true), Effect::Set(Fact::Executed, false)]);
            }
            Verb::Refer | Verb::Assign if turn.many_hands => list.push(Effect::Set(Fact::ManyHands, true)),
            Verb::Void => list.extend([Effect::Set(Fact::Drawn, turn.drawn), Effect::CloseAll]),
            _ => {}
        }
        list.extend(self.discharge.iter().map(|c| Effect::Discharge(c, self.whose(book, c))));
        let closes = if self.party.is_some() { Whose::Own } else { Whose::All };
        list.extend(self.close.iter().map(|c| Effect::Close(c, closes)));
        list.extend(self.pass.iter().map(Effect::PassOn));
        list.extend([Effect::EndPressing, Effect::LeaveToReceiver]);
        let cause = |withdrawal: Verb| if self.verb == withdrawal { Cause::Withdrawal } else { Cause::Procedure };
        list.extend(self.stop.iter().map(|c| Effect::Stop(c, cause(Verb::Withdraw))));
        list.extend(self.resume.iter().map(|c| Effect::Resume(c, cause(Verb::UndoWithdraw))));
        list.extend(self.extend.iter().map(Effect::Extend));
        list.extend(self.start.iter().map(Effect::Start));
        list
    }

    /// Every fact this move can write, in any turn.
    pub fn writes(&self, book: &RuleBook) -> impl Iterator<Item = Fact> {
        let turns = Turn::possible(self, book).into_iter();
        let effects = turns.flat_map(|turn| self.effects(book, turn)).filter_map(|effect| match effect {
            Effect::Set(fact, _) => Some(fact),
            _ => None,
        });
        effects.collect::<Vec<_>>().into_iter()
    }

    /// Several units may owe the same: those asked, a reviewing body and the one after it, whoever was to report what
    /// is urgent before it was handed on. What is noted of a unit is that unit's.
    fn whose(&self, book: &RuleBook, clock: &ClockId) -> Whose {
        let bound = book.clock(clock).map(|c| c.bound);
        let each_owes = bound.is_some_and(|b| b.is_asked() || b == Relation::Reviewer);
        let by_verb = matches!(self.verb, Verb::ReportUrgent | Verb::Supervise);
        if self.party.is_some() || by_verb || each_owes { Whose::Own } else { Whose::OwnFirst }
    }

    /// Whether it hands the proceeding to a unit that holds it from then on.
    pub fn hands_on(&self) -> bool {
        matches!(self.hand_to, Some(HandTo::Named | HandTo::Sender | HandTo::PetitionOffice))
    }
}
