//! The matter (信访事项): one request under one procedure, with its own state, clocks and outcome.
//!
//! The snapshot is projected from its facts by the pack of its day. It holds no identity, no text of
//! the petition and nothing about a person across matters.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::clock::{Clock, ClockState};
use crate::ids::{ClockId, MatterId, OfficerId, PackId, StateId, SubmissionId, UnitId};
use crate::procedure::{Fact, Phase, Relation};
use crate::submission::{Channel, Purpose};
use crate::unit::{Directory, Post, Unit, UnitKind};

/// Who is trying to act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// The petitioner or an agent, shown by the receipt code.
    Petitioner,
    /// An officer.
    Officer {
        /// Who.
        id: OfficerId,
        /// Unit sat in.
        unit: UnitId,
        /// Posts held.
        posts: BTreeSet<Post>,
    },
}

/// The petitioner's rating of one office; no answer is not "satisfied" (LAW.md §12.10).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ratings {
    /// Of the petition office.
    pub office: Option<String>,
    /// Of the handling organ.
    pub handler: Option<String>,
}

/// One matter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Matter {
    /// Id.
    pub id: MatterId,
    /// The submission that opened it.
    pub submission: SubmissionId,
    /// Number, with its part.
    pub number: String,
    /// Which part of the submission, from 1.
    pub part: u16,
    /// The pack of its day.
    pub pack: PackId,
    /// State.
    pub state: StateId,
    /// Phase of that state.
    pub phase: Phase,
    /// One line of what it is about.
    pub title: String,
    /// Content class, level 1 / level 2.
    pub class: Option<String>,
    /// Place code, down to village where known.
    pub place: Option<String>,
    /// Place as written.
    pub place_name: Option<String>,
    /// What the petitioner says it is for.
    pub purpose: Purpose,
    /// The body complained of, as stated.
    pub complained_of: Option<String>,
    /// Whom it was about before that was corrected: who was meant once stays out of what only others may do.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub complained_of_before: Vec<String>,
    /// How it came.
    pub channel: Channel,
    /// Day 0 of the office's clock.
    pub received_on: Date,
    /// The instant of receipt.
    pub received_at: Timestamp,
    /// Who holds it.
    pub holder: UnitId,
    /// Who handed it over.
    pub sender: Option<UnitId>,
    /// Who was asked to review.
    pub reviewer: Option<UnitId>,
    /// Units that hold or held it: they may read it.
    pub held: BTreeSet<UnitId>,
    /// Facts on which moves depend.
    pub facts: BTreeSet<Fact>,
    /// Days that matter, by the move that made them.
    pub days: BTreeMap<String, Date>,
    /// Path of a request, 1 to 6 (art. 31).
    pub path: Option<String>,
    /// Outcome of the last answer.
    pub outcome: Option<String>,
    /// How often it was handed over.
    pub hops: u32,
    /// Clocks, in the order they began.
    pub clocks: Vec<Clock>,
    /// Units a move named, by relation: asked to assist, addressed by a recommendation.
    #[serde(default)]
    pub asked: BTreeMap<Relation, BTreeSet<UnitId>>,
    /// Officers who decided or answered it: a review is decided by another (LAW.md §12.9).
    #[serde(default)]
    pub deciders: BTreeSet<OfficerId>,
    /// The result that was annulled; it may not come again on the same facts.
    #[serde(default)]
    pub annulled: Option<String>,
    /// Officers with a direct interest, who have no more to do with it and do not see it (art. 28(3)).
    #[serde(default)]
    pub recused: BTreeSet<OfficerId>,
    /// Who proposed the destruction; another officer agrees to it.
    #[serde(default)]
    pub proposer: Option<OfficerId>,
    /// The burst it came in: many filings from one network within minutes, one row at the desk until somebody or a clock has to do
    /// with it. Nothing of it stays after that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub burst: Option<String>,
    /// Ratings.
    pub ratings: Ratings,
    /// Matters handled as one (并案).
    pub joinder: Option<String>,
    /// The state before a withdrawal, so that it can be undone.
    pub before_withdrawal: Option<StateId>,
    /// Number of events so far.
    pub events: u32,
    /// Commitment of the last event: the chain's head.
    pub head: String,
    /// Version, for optimistic concurrency; counted by commits.
    pub version: u64,
    /// The instant of the last change.
    pub changed_at: Timestamp,
}

impl Matter {
    /// The newest clock of a rule that is still owed or open.
    pub fn running(&self, rule: &ClockId) -> Option<&Clock> {
        self.clocks.iter().rev().find(|c| &c.rule == rule && c.is_owed())
    }

    /// Whether a fact holds: kept, or following from the state.
    pub fn is(&self, fact: Fact) -> bool {
        match fact {
            Fact::Filed => matches!(self.phase, Phase::Ended | Phase::Archived),
            kept => self.facts.contains(&kept),
        }
    }

    /// Clocks still owed or open, soonest first.
    pub fn owed(&self) -> Vec<&Clock> {
        let mut out: Vec<&Clock> = self.clocks.iter().filter(|c| c.is_owed()).collect();
        out.sort_by_key(|c| (c.kind == crate::clock::ClockKind::Right, c.due));
        out
    }

    /// A duty was breached and is still owed.
    pub fn is_late(&self) -> bool {
        self.clocks.iter().any(|c| matches!(c.state(), ClockState::Breached { .. }))
    }

    /// How an actor stands to this matter.
    pub fn relations(&self, actor: &Actor, directory: &Directory) -> BTreeSet<Relation> {
        let mut out = BTreeSet::new();
        let Actor::Officer { id, unit, posts } = actor else {
            out.insert(Relation::Petitioner);
            return out;
        };
        if posts.iter().all(|p| *p == Post::Admin) || self.recused.contains(id) {
            return out;
        }
        let head = posts.contains(&Post::Head);
        if unit == &self.holder {
            out.insert(Relation::Holder);
            if head {
                out.insert(Relation::HolderHead);
            }
        }
        if self.sender.as_ref() == Some(unit) {
            out.insert(Relation::Sender);
        }
        if self.reviewer.as_ref() == Some(unit) {
            out.insert(Relation::Reviewer);
        }
        // What a body outside this system does is recorded, with its evidence, by the office that handed it over (DESIGN decision 8).
        let outside = |id: &UnitId| directory.unit(id).is_some_and(|u| u.kind == UnitKind::External);
        let serves = self.office(directory).is_some_and(|o| &o.id == unit);
        if self.recorder(directory).as_ref() == Some(unit) {
            out.insert(Relation::Holder);
            if head {
                out.insert(Relation::HolderHead);
            }
        }
        if serves && self.reviewer.as_ref().is_some_and(outside) {
            out.insert(Relation::Reviewer);
        }
        out.extend(self.asked.iter().filter(|(_, units)| units.contains(unit)).map(|(relation, _)| *relation));
        if serves {
            out.insert(Relation::PetitionOffice);
            if posts.contains(&Post::Supervisor) || head {
                out.insert(Relation::Supervisor);
            }
        }
        if head && directory.superiors(&self.holder).iter().any(|s| &s.id == unit) {
            out.insert(Relation::Overseer);
        }
        out
    }

    /// Whether it is about a unit, as it is registered or as it was before a correction.
    pub fn is_about(&self, unit: &crate::unit::Unit) -> bool {
        self.complained_of.iter().chain(&self.complained_of_before).any(|words| unit.is_meant_by(words))
    }

    /// Whether an officer's unit may read this matter: it holds or held a duty in it, is above the
    /// holder, or is the petition office that serves it. An accusation is read in its compartment only.
    pub fn may_read(&self, actor: &Actor, directory: &Directory) -> bool {
        let Actor::Officer { id, unit, posts } = actor else {
            return true;
        };
        if posts.iter().all(|p| *p == Post::Admin) || self.recused.contains(id) {
            return false;
        }
        self.scope(directory).contains(unit)
    }

    /// The units that may read it, as written into the search index (DESIGN decision 7).
    pub fn scope(&self, directory: &Directory) -> BTreeSet<UnitId> {
        let mut units = BTreeSet::new();
        units.insert(self.holder.clone());
        units.extend(self.reviewer.clone());
        units.extend(self.recorder(directory));
        if self.facts.contains(&Fact::Accusation) {
            return units;
        }
        units.extend(self.held.iter().cloned());
        units.extend(directory.superiors(&self.holder).into_iter().map(|u| u.id.clone()));
        units.extend(self.office(directory).map(|o| o.id.clone()));
        units.extend(self.clocks.iter().filter(|c| c.is_owed()).filter_map(|c| c.bound.unit.clone()));
        units
    }

    /// The petition office that serves the holder, or, for a holder outside, the one that serves the sender.
    pub fn office<'a>(&self, directory: &'a Directory) -> Option<&'a Unit> {
        directory.petition_office_of(&self.holder).or_else(|| self.sender.as_ref().and_then(|s| directory.petition_office_of(s)))
    }

    /// Who records what a holder outside this system does: the unit that handed the matter over; for an
    /// accusation only a petition office.
    fn recorder(&self, directory: &Directory) -> Option<UnitId> {
        let outside = directory.unit(&self.holder).is_some_and(|u| u.kind == UnitKind::External);
        let sender = self.sender.as_ref().filter(|_| outside)?;
        let office = directory.unit(sender).is_some_and(|u| u.kind == UnitKind::PetitionOffice);
        (office || !self.facts.contains(&Fact::Accusation)).then(|| sender.clone())
    }

    /// The unit a relation points to, for binding a clock.
    pub fn unit_for(&self, relation: Relation, directory: &Directory) -> Option<UnitId> {
        match relation {
            Relation::Petitioner => None,
            Relation::Holder | Relation::HolderHead => self.recorder(directory).or_else(|| Some(self.holder.clone())),
            Relation::Sender => self.sender.clone().or_else(|| Some(self.holder.clone())),
            Relation::Reviewer => {
                let outside = self.reviewer.as_ref().and_then(|r| directory.unit(r)).is_some_and(|u| u.kind == UnitKind::External);
                if outside { self.office(directory).map(|o| o.id.clone()) } else { self.reviewer.clone() }
            }
            Relation::PetitionOffice | Relation::Supervisor => self.office(directory).map(|o| o.id.clone()),
            Relation::Assistant | Relation::Addressee => self.asked.get(&relation).and_then(|units| units.last().cloned()),
            Relation::Overseer => directory.superior(&self.holder).map(|u| u.id.clone()),
        }
    }
}

/// Whether a unit may be handed an accusation: only bodies that receive them under their own rules, or
/// the petition office; never the body complained of (LAW.md §1.13).
pub fn may_receive_accusation(kind: UnitKind) -> bool {
    matches!(kind, UnitKind::Discipline | UnitKind::External)
}
