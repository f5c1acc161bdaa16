//! What happens when somebody comes (接待): a visit from the ticket to the last promise, a leader's day, a group that has
//! said it will come.
//!
//! All of them are proceedings of one kind under one pack. Only a visit has a place in the hall; who comes is not kept
//! here: a ticket is a letter and a number.

use std::ops::Deref;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::clock::{ClockState, OfficeTime};
use crate::closed::Closed;
use crate::hall::slot::Slot;
use crate::hall::stage::{Stage, StageFault};
use crate::ids::{OfficerId, UnitId};
use crate::payload::{Field, FieldError, FieldFault, Payload, numbers_in};
use crate::procedure::{Guard, MoveRule, Phase, QueueRule, RuleBook, Verb};
use crate::proceeding::edit::Edit;
use crate::proceeding::{Actor, Kind, Proceeding};
use crate::unit::Directory;

/// A visitor's place in the hall.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HallPlace {
    /// Letter and number, unique in the hall and the day.
    pub ticket: String,
    /// Which service: a choice of the pack.
    pub service: String,
    /// A need she stated: a choice of the pack.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub need: Option<String>,
    /// Where she stands.
    pub stage: Stage,
    /// When the first talk began; `None`: nobody has heard her yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heard_from: Option<Timestamp>,
    /// How often nobody came when she was called.
    #[serde(default)]
    pub missed: u32,
    /// The unit of the hall; `None` in what was stored before it was kept: whoever held it then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hall: Option<UnitId>,
    /// The day and instant she came, of whoever had booked; of others it is the receipt of the visit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub came: Option<(Date, Timestamp)>,
    /// A record of the talk was written.
    #[serde(default)]
    pub recorded: bool,
    /// Things she asked for that were registered with it.
    #[serde(default)]
    pub registered: u32,
    /// The instant she had booked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub booked_for: Option<Timestamp>,
}

/// A time of the hall that somebody has booked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Booked {
    /// The day.
    pub day: Date,
    /// Time and place.
    pub slot: Slot,
    /// The unit of the hall.
    pub hall: UnitId,
    /// Which service: a choice of the pack.
    pub service: String,
    /// A need she stated: a choice of the pack.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub need: Option<String>,
    /// It was called off: the time is free again.
    #[serde(default)]
    pub off: bool,
    /// Taken by the step that is being made: whoever else has taken it meanwhile is in the way. Not kept: what comes
    /// after, such as a timer, has taken nothing.
    #[serde(skip)]
    pub is_new: bool,
    /// What was booked before the step that is being made, and is free from now on. Not kept, as above.
    #[serde(skip)]
    pub before: Option<(Date, Slot)>,
}

impl Booked {
    /// What a beginning or a move books; `None` where it says no time.
    fn from_payload(payload: &Payload, hall: &UnitId, before: Option<&Self>) -> Option<Self> {
        let text = |field| payload.text(field).map(str::to_owned);
        Some(Self {
            hall: before.map_or_else(|| hall.clone(), |b| b.hall.clone()),
            day: payload.day(Field::DueOn)?,
            slot: Slot::typed(payload.text(Field::Slot)?)?,
            service: text(Field::Service).or_else(|| before.map(|b| b.service.clone())).unwrap_or_default(),
            need: text(Field::StatedNeed).or_else(|| before.and_then(|b| b.need.clone())),
            off: false,
            is_new: true,
            before: before.map(|b| (b.day, b.slot)),
        })
    }
}

/// That something comes on a day: a leader's day, somebody who is to meet a leader. What everybody may read of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coming {
    /// The day.
    pub day: Date,
    /// At which hours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<String>,
    /// Where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// What it is about: the field a leader is in charge of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<String>,
    /// The unit whose leader sits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<UnitId>,
    /// Which officer sits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub officer: Option<OfficerId>,
    /// How many people come, about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub headcount: Option<u32>,
    /// The day it was on before the step that is being made; its row there goes. Not kept.
    #[serde(skip)]
    pub moved_from: Option<Date>,
}

impl Coming {
    /// What a beginning or a move says of the day; what it does not say stays as it was.
    fn from_payload(payload: &Payload, before: Option<&Self>) -> Option<Self> {
        let text = |field, was: fn(&Self) -> &Option<String>| {
            payload.text(field).map(str::to_owned).or_else(|| before.and_then(|b| was(b).clone()))
        };
        let day = payload.day(Field::DueOn).or_else(|| before.map(|b| b.day))?;
        Some(Self {
            day,
            hours: text(Field::AtTime, |_| &None).or_else(|| text(Field::ByWhen, |b| &b.hours)),
            place: text(Field::WhereTo, |b| &b.place),
            topic: text(Field::Topic, |b| &b.topic),
            by: payload.text(Field::ToUnit).map(UnitId::new).or_else(|| before.and_then(|b| b.by.clone())),
            officer: match (payload.text(Field::Officer), payload.text(Field::ToUnit)) {
                (Some(officer), _) => Some(OfficerId::new(officer)),
                // Another unit sends somebody else.
                (None, Some(_)) => None,
                (None, None) => before.and_then(|b| b.officer.clone()),
            },
            headcount: payload.number(Field::Headcount).or_else(|| before.and_then(|b| b.headcount)),
            moved_from: before.map(|b| b.day).filter(|was| *was != day),
        })
    }
}

/// A proceeding of reception. Outside of the domain it is read, never changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reception {
    proceeding: Proceeding,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    place: Option<HallPlace>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    coming: Option<Coming>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    booked: Option<Booked>,
}

impl Deref for Reception {
    type Target = Proceeding;
    fn deref(&self) -> &Proceeding {
        &self.proceeding
    }
}

impl Edit for Reception {
    fn whole(&mut self) -> &mut Proceeding {
        &mut self.proceeding
    }
}

impl Reception {
    /// One that begins; with a ticket it is a visit, in the queue from now on.
    pub(crate) fn begin(proceeding: Proceeding, ticket: Option<String>, payload: &Payload, now: &OfficeTime) -> Self {
        let text = |field| payload.text(field).map(str::to_owned);
        let place = ticket.map(|ticket| HallPlace {
            ticket,
            service: text(Field::Service).unwrap_or_default(),
            need: text(Field::StatedNeed),
            stage: Stage::Waiting { since: now.at },
            heard_from: None,
            missed: 0,
            hall: Some(proceeding.holder.clone()),
            came: None,
            recorded: false,
            registered: 0,
            booked_for: None,
        });
        let booked = if place.is_none() { Booked::from_payload(payload, &proceeding.holder, None) } else { None };
        let coming = if place.is_none() && booked.is_none() { Coming::from_payload(payload, None) } else { None };
        Self { proceeding, place, coming, booked }
    }

    /// The time she has booked; `None` of what was not booked.
    pub fn booked(&self) -> Option<&Booked> {
        self.booked.as_ref()
    }

    /// Whoever has booked is there: from now on she waits.
    fn arrive(&mut self, payload: &Payload, now: &OfficeTime) {
        let (Some(booked), Some(ticket)) = (&self.booked, payload.text(Field::Ticket)) else { return };
        self.place = Some(HallPlace {
            ticket: ticket.to_owned(),
            service: booked.service.clone(),
            need: booked.need.clone(),
            stage: Stage::Waiting { since: now.at },
            heard_from: None,
            missed: 0,
            hall: Some(booked.hall.clone()),
            came: Some((now.today(), now.at)),
            recorded: false,
            registered: 0,
            booked_for: booked.slot.begins(booked.day, &now.zone),
        });
    }

    /// The day on which it comes; `None` of what comes on none.
    pub fn coming(&self) -> Option<&Coming> {
        self.coming.as_ref()
    }

    /// Her place in the hall; `None` where nobody waits in one.
    pub fn place(&self) -> Option<&HallPlace> {
        self.place.as_ref()
    }
}

/// The stage a verb leads to; `None` where it has nothing to do with the hall.
fn moved(
    place: &HallPlace,
    verb: Verb,
    window: Option<u32>,
    rule: &QueueRule,
    now: Timestamp,
) -> Option<Result<Stage, StageFault>> {
    let stage = place.stage.clone();
    let was_called = matches!(stage, Stage::Received { .. }) || place.missed > 0;
    match verb {
        Verb::Call => {
            let to = window.or(stage.window()).unwrap_or_default();
            Some(stage.call(to, now))
        }
        Verb::Miss => Some(stage.miss(rule.calls, now)),
        Verb::ReceiveVisitor => Some(stage.receive(now)),
        Verb::PassOn => Some(stage.pass_on()),
        Verb::Pause => Some(stage.pause(now)),
        Verb::ComeBack => Some(stage.come_back()),
        // Whoever is not being heard was called first, so often as the pack says.
        Verb::Leave if !was_called => {
            let times = if let Stage::Called { times, .. } = stage { times } else { 0 };
            Some(Err(StageFault::CallAgain { times, most: rule.calls }))
        }
        _ => None,
    }
}

impl Kind for Reception {
    fn bars(&self, book: &RuleBook, rule: &MoveRule, actor: &Actor, _: &Directory, today: Date) -> Option<Closed> {
        // Nobody arrives on another day than she has booked, and nobody has stayed away before it.
        let day = self.booked.as_ref().map(|b| b.day).or_else(|| self.coming.as_ref().map(|c| c.day));
        let waits_for = day.filter(|_| self.place.is_none() && self.phase == Phase::Intake);
        let wrong = |day: &Date| match rule.verb {
            Verb::Arrive => *day != today,
            Verb::Leave => *day > today,
            _ => false,
        };
        if let Some(day) = waits_for.filter(wrong) {
            return Some(Closed::Hall { fault: StageFault::OtherDay { day } });
        }
        // What an office did not do in time is not called off by it: it stays owed until it is done.
        let breached = self
            .clocks
            .iter()
            .find(|c| matches!(c.state(), ClockState::Breached { .. }) && rule.close.contains(&c.rule));
        if rule.verb == Verb::CallOff
            && matches!(actor, Actor::Officer { .. })
            && let Some(clock) = breached
        {
            return Some(Closed::Guard { guard: Guard::NotOwed(clock.rule.clone()) });
        }
        let (place, queue) = (self.place.as_ref()?, book.queue.as_ref()?);
        let now = self.changed_at;
        moved(place, rule.verb, None, queue, now)?.err().map(|fault| Closed::Hall { fault })
    }

    fn too_early(&self, book: &RuleBook, rule: &MoveRule, now: &OfficeTime) -> Option<Closed> {
        if rule.verb != Verb::Leave || self.place.is_some() || self.phase != Phase::Intake {
            return None;
        }
        // Nobody has stayed away before the time, and as long after it as somebody may be late.
        let booked = self.booked.as_ref().map(|b| (b.day, b.slot));
        let coming = self.coming.as_ref().and_then(|c| Some((c.day, Slot::typed(c.hours.as_deref()?)?)));
        let (day, slot) = booked.or(coming)?;
        let grace = book.queue.as_ref().and_then(|q| q.booking.as_ref()).map_or(0, |b| i64::from(b.grace_minutes));
        let until = slot.begins(day, &now.zone)?.checked_add(jiff::SignedDuration::from_mins(grace)).ok()?;
        (now.at < until).then_some(Closed::Hall { fault: StageFault::NotYet { until } })
    }

    fn faults(&self, book: &RuleBook, rule: &MoveRule, payload: &Payload) -> Vec<FieldError> {
        // Nobody has sat before the day.
        if let (Some(coming), Some(on)) = (&self.coming, payload.day(Field::OnDay))
            && coming.by.is_some()
            && rule.party.is_some()
            && on < coming.day
        {
            return vec![FieldError { field: Field::OnDay, fault: FieldFault::TooEarly }];
        }
        let (Some(place), Some(queue)) = (&self.place, &book.queue) else { return Vec::new() };
        let moved = moved(place, rule.verb, payload.number(Field::Window), queue, self.changed_at);
        match moved {
            Some(Err(_)) => vec![FieldError { field: Field::Window, fault: FieldFault::NotAChoice }],
            _ => Vec::new(),
        }
    }

    fn made(&mut self, book: &RuleBook, rule: &MoveRule, payload: &Payload, now: &OfficeTime) {
        let ends = rule.to.as_ref().is_some_and(|to| book.phase(to) == Phase::Archived);
        if let Some(coming) = &mut self.coming {
            coming.moved_from = None;
            coming.headcount = payload.number(Field::Headcount).or(coming.headcount);
        }
        if let Some(booked) = &mut self.booked {
            (booked.is_new, booked.before) = (false, None);
            if rule.verb == Verb::CallOff && !booked.off {
                (booked.off, booked.before) = (true, Some((booked.day, booked.slot)));
            }
        }
        if rule.verb == Verb::SetDay && self.booked.is_some() {
            let holder = self.proceeding.holder.clone();
            self.booked = Booked::from_payload(payload, &holder, self.booked.as_ref()).or_else(|| self.booked.take());
        } else if rule.verb == Verb::SetDay {
            self.coming = Coming::from_payload(payload, self.coming.as_ref());
        }
        if rule.verb == Verb::Arrive && self.place.is_none() {
            self.arrive(payload, now);
        }
        let (Some(place), Some(queue)) = (&mut self.place, &book.queue) else { return };
        if let Some(Ok(stage)) = moved(place, rule.verb, payload.number(Field::Window), queue, now.at) {
            place.stage = stage;
        }
        if rule.verb == Verb::PassOn
            && let Some(service) = payload.text(Field::Service)
        {
            place.service = service.to_owned();
        }
        if let (Verb::Record, Some(joined)) = (rule.verb, payload.text(Field::Joined)) {
            let more = u32::try_from(numbers_in(joined).count()).unwrap_or(u32::MAX);
            (place.recorded, place.registered) = (true, place.registered.saturating_add(more));
        }
        match rule.verb {
            Verb::ReceiveVisitor => place.heard_from = place.heard_from.or(Some(now.at)),
            Verb::Miss => place.missed = place.missed.saturating_add(1),
            // Calls count from when she waits anew.
            Verb::PassOn | Verb::ComeBack => place.missed = 0,
            _ => {}
        }
        // Whoever went away, and whoever was heard to the end.
        if ends || rule.verb == Verb::Leave {
            place.stage = place.stage.clone().leave(now.at);
        }
    }
}
