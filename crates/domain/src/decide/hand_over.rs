//! Who holds a proceeding, reviews it and takes part in it after a move.

use crate::ids::UnitId;
use crate::kind::ProceedingKind;
use crate::payload::{Field, Payload};
use crate::procedure::{Fact, HandTo, Relation, Verb};
use crate::proceeding::{Actor, Kind};

use super::Closed;
use super::work::Work;

impl<K: Kind> Work<'_, K> {
    /// Who holds it, reviews it and takes part from now on. Tells whether it was handed to a unit below.
    pub(super) fn hand_over(&mut self, actor: &Actor, payload: &Payload) -> Result<bool, Closed> {
        let directory = self.rules.directory;
        match self.rule.hand_to {
            None => {
                if matches!(self.rule.verb, Verb::Ask | Verb::SetDay) {
                    self.ask(payload)?;
                }
                if let (Some(relation), Some(unit)) = (self.rule.party, self.named(payload)) {
                    self.subject.edit().parties.entry(relation).or_default().insert(unit);
                }
            }
            Some(HandTo::Named) => {
                let unit = UnitId::new(payload.text(Field::ToUnit).unwrap_or_default());
                let kind = directory.unit(&unit).map(|u| u.kind);
                let accusation =
                    self.rule.sets.contains(&Fact::Accusation) || self.subject.facts.contains(&Fact::Accusation);
                // A body outside may be given an accusation by the petition office alone.
                let by_office =
                    matches!(actor, Actor::Officer { unit: from, .. } if directory.is_petition_office(from));
                let line = self.rules.book.compartment.as_ref();
                let safe = kind.is_some_and(|k| {
                    line.is_none_or(|line| if by_office { line.receives(k) } else { line.is_in_line(k) })
                });
                if unit == self.subject.holder || (accusation && !safe) {
                    return Err(Closed::Unit { unit });
                }
                // A unit that is no petition office hands down its own line alone; elsewhere it tells the petitioner
                // where to turn (art. 23(1)).
                let down = matches!(self.rule.verb, Verb::Refer | Verb::Assign)
                    && !directory.is_petition_office(&self.subject.holder)
                    && !accusation;
                if down && !directory.superiors(&unit).iter().any(|u| u.id == self.subject.holder) {
                    return Err(Closed::Unit { unit });
                }
                if let Actor::Officer { unit: from, .. } = actor {
                    self.subject.edit().sender = Some(from.clone());
                }
                self.subject.edit().hops += 1;
                self.subject.edit().days.insert("arrived".into(), self.now.today());
                self.hold(unit);
                return Ok(down);
            }
            Some(HandTo::Sender) => {
                self.stays_in_its_line(self.subject.sender.clone())?;
                if let Some(sender) = self.subject.edit().sender.take() {
                    // Back where it was first: its day of receipt is that of the letter again.
                    self.subject.edit().days.remove("arrived");
                    self.hold(sender);
                }
            }
            Some(HandTo::PetitionOffice) => {
                let office = directory
                    .petition_office_of(&self.subject.holder)
                    .map(|o| o.id.clone())
                    .ok_or(Closed::NoSuperior)?;
                self.stays_in_its_line(Some(office.clone()))?;
                self.subject.edit().sender = None;
                self.subject.edit().days.remove("arrived");
                self.hold(office);
            }
            Some(HandTo::Reviewer) => {
                let above = directory.superior(&self.subject.holder).map(|u| u.id.clone()).ok_or(Closed::NoSuperior)?;
                self.stays_in_its_line(Some(above.clone()))?;
                self.subject.edit().held.insert(above.clone());
                self.subject.edit().reviewer = Some(above);
            }
            Some(HandTo::NextReviewer) => {
                let below = self.subject.reviewer.clone().unwrap_or_else(|| self.subject.holder.clone());
                let above = directory.superior(&below).map(|u| u.id.clone()).ok_or(Closed::NoSuperior)?;
                self.stays_in_its_line(Some(above.clone()))?;
                self.subject.edit().held.insert(above.clone());
                self.subject.edit().reviewer = Some(above);
            }
        }
        Ok(false)
    }

    /// An accusation goes to bodies that receive them and to no other, whatever a pack says (arts 22(2), 30(3)).
    fn stays_in_its_line(&self, unit: Option<UnitId>) -> Result<(), Closed> {
        let accusation =
            self.subject.facts.contains(&Fact::Accusation) && !self.rule.clears.contains(&Fact::Accusation);
        let kind = unit.as_ref().and_then(|u| self.rules.directory.unit(u)).map(|u| u.kind);
        match unit {
            Some(unit)
                if accusation
                    && !kind
                        .is_some_and(|k| self.rules.book.compartment.as_ref().is_none_or(|line| line.receives(k))) =>
            {
                Err(Closed::Unit { unit })
            }
            _ => Ok(()),
        }
    }

    /// Names a unit that owes something beside the holder. It may read the proceeding while it owes.
    fn ask(&mut self, payload: &Payload) -> Result<(), Closed> {
        let unit = UnitId::new(payload.text(Field::ToUnit).unwrap_or_default());
        let relations =
            self.rule.start.iter().filter_map(|c| self.rules.book.clock(c)).map(|c| c.bound).filter(|r| r.is_asked());
        let relations: Vec<_> = relations.collect();
        // A recommendation may go to the unit that handles it; to assist itself it cannot be asked.
        let itself = unit == self.subject.holder && relations.contains(&Relation::Assistant);
        // What a meeting resolves is owed by who can be reached here.
        let outside = self.rules.directory.is_outside(&unit) && self.subject.kind != ProceedingKind::Matter;
        if itself || outside || self.subject.facts.contains(&Fact::Accusation) {
            return Err(Closed::Unit { unit });
        }
        for relation in relations {
            let of = self.subject.edit().parties.entry(relation).or_default();
            // Whoever stands in takes the place of whoever was to sit.
            if self.rule.verb == Verb::SetDay {
                of.clear();
            }
            of.insert(unit.clone());
        }
        Ok(())
    }

    /// The unit a move names.
    pub(super) fn named(&self, payload: &Payload) -> Option<UnitId> {
        payload.text(Field::ToUnit).map(UnitId::new)
    }

    fn hold(&mut self, unit: UnitId) {
        let before = self.subject.holder.clone();
        self.subject.edit().held.insert(before);
        self.subject.edit().held.insert(unit.clone());
        self.subject.edit().holder = unit;
    }
}
