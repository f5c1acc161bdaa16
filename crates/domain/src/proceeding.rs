//! The proceeding: whatever runs under a pack (DESIGN.md, "One engine").
//!
//! It has state, facts, parties, clocks and a chained record; the engine judges, decides and times it. What only one
//! kind has, such as the class and the channel of a matter, stands in a type of its own around it (`Matter`), which
//! tells the engine by [`Kind`] what that kind adds. A kind with nothing of its own is a bare proceeding.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Deref;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::clock::{Clock, ClockState, OfficeTime};
use crate::closed::Closed;
use crate::ids::{ClockId, OfficerId, PackId, ProceedingId, StateId, UnitId};
use crate::kind::ProceedingKind;
use crate::payload::{FieldError, Payload};
use crate::posts::{Post, Power};
use crate::procedure::{Fact, MoveRule, Phase, Relation, RuleBook};
use crate::unit::{Directory, Unit};

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

/// One proceeding. The snapshot is projected from its facts by the pack of its day. Everybody reads its fields; only
/// the domain changes them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Proceeding(Snapshot);

impl Deref for Proceeding {
    type Target = Snapshot;
    fn deref(&self) -> &Snapshot {
        &self.0
    }
}

/// What is known of a proceeding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// Id.
    pub id: ProceedingId,
    /// What kind of thing it is.
    #[serde(default)]
    pub kind: ProceedingKind,
    /// Number, unique in the tenant.
    pub number: String,
    /// The pack of its day.
    pub pack: PackId,
    /// Which beginning of its pack; `None` for a matter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub begun: Option<String>,
    /// State.
    pub state: StateId,
    /// Phase of that state.
    pub phase: Phase,
    /// One line of what it is about.
    pub title: String,
    /// Day 0: of a matter, the day of receipt; of an office's duty, the day the calendar began it.
    pub received_on: Date,
    /// The instant it began.
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
    /// Outcome of the last answer.
    pub outcome: Option<String>,
    /// How often it was handed over.
    pub hops: u32,
    /// Clocks, in the order they began.
    pub clocks: Vec<Clock>,
    /// Units a move named, by relation: asked to assist, invited, bound by a resolution.
    #[serde(default, alias = "asked")]
    pub parties: BTreeMap<Relation, BTreeSet<UnitId>>,
    /// Proceedings it concerns: the matters of a meeting.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<ProceedingId>,
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

/// What a proceeding begins with.
#[derive(Debug, Clone)]
pub struct Beginning {
    /// Id.
    pub id: ProceedingId,
    /// Kind.
    pub kind: ProceedingKind,
    /// Number.
    pub number: String,
    /// Pack.
    pub pack: PackId,
    /// First state.
    pub state: StateId,
    /// Its phase.
    pub phase: Phase,
    /// What it is about.
    pub title: String,
    /// Day 0.
    pub on: Date,
    /// The instant.
    pub at: Timestamp,
    /// Who holds it first.
    pub unit: UnitId,
}

impl Proceeding {
    /// A proceeding in its first state, with nothing running yet.
    pub fn begin(with: Beginning) -> Self {
        let Beginning { id, kind, number, pack, state, phase, title, on, at, unit } = with;
        Self(Snapshot {
            id,
            kind,
            number,
            pack,
            begun: None,
            state,
            phase,
            title,
            received_on: on,
            received_at: at,
            held: BTreeSet::from([unit.clone()]),
            holder: unit,
            sender: None,
            reviewer: None,
            facts: BTreeSet::new(),
            days: BTreeMap::new(),
            outcome: None,
            hops: 0,
            clocks: Vec::new(),
            parties: BTreeMap::new(),
            links: Vec::new(),
            deciders: BTreeSet::new(),
            annulled: None,
            recused: BTreeSet::new(),
            proposer: None,
            before_withdrawal: None,
            events: 0,
            head: String::new(),
            version: 0,
            changed_at: at,
        })
    }
}

/// The way to change a proceeding, which nobody outside this crate can name.
pub(crate) mod edit {
    /// Gives the proceeding within, to be changed.
    pub trait Edit {
        /// The proceeding.
        fn whole(&mut self) -> &mut super::Proceeding;

        /// Its fields.
        fn edit(&mut self) -> &mut super::Snapshot {
            &mut self.whole().0
        }
    }
}

use edit::Edit;

impl Edit for Proceeding {
    fn whole(&mut self) -> &mut Proceeding {
        self
    }
}

/// What one kind adds to the engine: conditions, checks and effects of its own. Everything else works on the
/// [`Proceeding`] within.
pub trait Kind: Clone + Deref<Target = Proceeding> + Edit {
    /// A condition of this kind under which a move is not open, whatever the pack says.
    fn bars(
        &self,
        _book: &RuleBook,
        _rule: &MoveRule,
        _actor: &Actor,
        _directory: &Directory,
        _today: Date,
    ) -> Option<Closed> {
        None
    }

    /// Why a move that is open on the day cannot be made at this hour.
    fn too_early(&self, _book: &RuleBook, _rule: &MoveRule, _now: &OfficeTime) -> Option<Closed> {
        None
    }

    /// Faults of fields that only this kind sees.
    fn faults(&self, _book: &RuleBook, _rule: &MoveRule, _payload: &Payload) -> Vec<FieldError> {
        Vec::new()
    }

    /// What a move changes in the fields of this kind.
    fn made(&mut self, _book: &RuleBook, _rule: &MoveRule, _payload: &Payload, _now: &OfficeTime) {}
}

/// A proceeding of a kind that adds nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Bare(pub(crate) Proceeding);

impl std::ops::Deref for Bare {
    type Target = Proceeding;
    fn deref(&self) -> &Proceeding {
        &self.0
    }
}

impl Bare {
    /// The same as the next version that is stored.
    pub fn next_version(mut self) -> Self {
        self.edit().version += 1;
        self
    }
}

impl Edit for Bare {
    fn whole(&mut self) -> &mut Proceeding {
        &mut self.0
    }
}

impl Kind for Bare {}

impl Proceeding {
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

    /// How an actor stands to it.
    pub fn relations(&self, actor: &Actor, directory: &Directory) -> BTreeSet<Relation> {
        let mut out = BTreeSet::new();
        let Actor::Officer { id, unit, posts } = actor else {
            out.insert(Relation::Petitioner);
            return out;
        };
        if !directory.vocabulary.hold_duties(posts) || self.recused.contains(id) {
            return out;
        }
        let head = directory.vocabulary.may(posts, Power::Head);
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
        // What a body outside this system does is recorded, with its evidence, by the office that handed it over
        // (DESIGN decision 8).
        let outside = |id: &UnitId| directory.is_outside(id);
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
        out.extend(self.parties.iter().filter(|(_, units)| units.contains(unit)).map(|(relation, _)| *relation));
        if serves {
            out.insert(Relation::PetitionOffice);
            if head || directory.vocabulary.may(posts, Power::Supervise) {
                out.insert(Relation::Supervisor);
            }
        }
        if head && directory.superiors(&self.holder).iter().any(|s| &s.id == unit) {
            out.insert(Relation::Overseer);
        }
        out
    }

    /// Whether an officer's unit may read this matter: it holds or held a duty in it, is above the
    /// holder, or is the petition office that serves it. An accusation is read in its compartment only.
    pub fn may_read(&self, actor: &Actor, directory: &Directory) -> bool {
        let Actor::Officer { id, unit, posts } = actor else {
            return true;
        };
        if !directory.vocabulary.hold_duties(posts) || self.recused.contains(id) {
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
        // Who takes part in what is no matter reads it also when nothing is owed any more.
        if self.kind != ProceedingKind::Matter {
            units.extend(self.parties.values().flatten().cloned());
        }
        units.extend(directory.superiors(&self.holder).into_iter().map(|u| u.id.clone()));
        units.extend(self.office(directory).map(|o| o.id.clone()));
        units.extend(self.clocks.iter().filter(|c| c.is_owed()).filter_map(|c| c.bound.unit.clone()));
        units
    }

    /// The petition office that serves the holder, or, for a holder outside, the one that serves the sender.
    pub fn office<'a>(&self, directory: &'a Directory) -> Option<&'a Unit> {
        directory
            .petition_office_of(&self.holder)
            .or_else(|| self.sender.as_ref().and_then(|s| directory.petition_office_of(s)))
    }

    /// Units that have something to do in it: they hold it, handed it over, review it or owe something.
    pub fn concerned(&self) -> BTreeSet<UnitId> {
        let owing = self.clocks.iter().filter(|c| c.is_owed()).filter_map(|c| c.bound.unit.clone());
        let named = [Some(self.holder.clone()), self.sender.clone(), self.reviewer.clone()];
        named.into_iter().flatten().chain(owing).collect()
    }

    /// Who records what a holder outside this system does: the unit that handed the matter over; for an
    /// accusation only a petition office.
    fn recorder(&self, directory: &Directory) -> Option<UnitId> {
        let outside = directory.is_outside(&self.holder);
        let sender = self.sender.as_ref().filter(|_| outside)?;
        let office = directory.is_petition_office(sender);
        (office || !self.facts.contains(&Fact::Accusation)).then(|| sender.clone())
    }

    /// The unit a relation points to, for binding a clock.
    pub fn unit_for(&self, relation: Relation, directory: &Directory) -> Option<UnitId> {
        match relation {
            Relation::Petitioner => None,
            Relation::Holder | Relation::HolderHead => self.recorder(directory).or_else(|| Some(self.holder.clone())),
            Relation::Sender => self.sender.clone().or_else(|| Some(self.holder.clone())),
            Relation::Reviewer => {
                let outside = self.reviewer.as_ref().is_some_and(|r| directory.is_outside(r));
                if outside { self.office(directory).map(|o| o.id.clone()) } else { self.reviewer.clone() }
            }
            Relation::PetitionOffice | Relation::Supervisor => self.office(directory).map(|o| o.id.clone()),
            Relation::Assistant
            | Relation::Addressee
            | Relation::Invited
            | Relation::Present
            | Relation::Absent
            | Relation::Responsible => self.parties.get(&relation).and_then(|units| units.last().cloned()),
            Relation::Overseer => directory.superior(&self.holder).map(|u| u.id.clone()),
        }
    }
}
