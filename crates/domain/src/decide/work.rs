//! What a move does once it is judged open: hand-over, state, facts, clocks, one after the other.

use crate::clock::{Basis, Bound, Clock, ClockKind, ClockState, LedgerEntry, OfficeTime};
use crate::event::{Event, EventActor, EventKind};
use crate::ids::{ClockId, MoveId, OfficerId, StateId, UnitId};
use crate::payload::{Field, Payload};
use crate::posts::Power;
use crate::procedure::report::REFUSED;
use crate::procedure::{Cause, Effect, Fact, MoveRule, Phase, RuleBook, Turn, Verb, Whose};
use crate::proceeding::edit::Edit;
use crate::proceeding::{Kind, Proceeding};
use crate::steps::set_next;

use super::{Closed, Rules, next_event, start_clock};

pub(super) struct Work<'a, K> {
    pub(super) rules: Rules<'a>,
    pub(super) now: &'a OfficeTime,
    pub(super) subject: K,
    pub(super) events: Vec<Event>,
    pub(super) actor: EventActor,
    pub(super) rule: &'a MoveRule,
    /// Clause of this move, with the choice it was made with.
    pub(super) clause: Option<String>,
    /// Serial of the late clock a supervision is about.
    pub(super) pressed: Option<u32>,
}

/// What a move was made on and with.
pub(super) struct Made<'a> {
    pub(super) before: &'a Proceeding,
    pub(super) payload: &'a Payload,
    /// The part of the payload that stands in the event.
    pub(super) carried: &'a Payload,
}

impl<K: Kind> Work<'_, K> {
    fn push(&mut self, kind: EventKind) {
        let event = next_event(
            self.subject.whole(),
            self.now.at,
            self.actor.clone(),
            self.clause.clone(),
            self.rule.basis,
            kind,
        );
        self.events.push(event);
    }

    /// What the move turned out to be, by what it carries, where it went, and chance.
    pub(super) fn turn(&self, payload: &Payload, handed_down: bool) -> Turn {
        let (book, verb) = (self.rules.book, self.rule.verb);
        let hands = matches!(verb, Verb::Refer | Verb::Assign);
        let drawn = |n: u32| chance(self.rules.draw_seed, self.subject.id.as_str()).is_multiple_of(u64::from(n));
        Turn {
            supported: matches!(verb, Verb::Decide | Verb::DecideReview)
                .then(|| payload.text(Field::Outcome).is_some_and(|o| book.supports(o))),
            handed_down,
            many_hands: hands && book.hops_before_dispute.is_some_and(|most| self.subject.hops >= most),
            drawn: verb == Verb::Void && book.void_check_one_in.is_some_and(drawn),
        }
    }

    /// Carries out one effect.
    pub(super) fn apply(&mut self, effect: Effect<'_>, made: &Made<'_>) -> Result<(), Closed> {
        match effect {
            Effect::Enter(to) => {
                if let Some(to) = to {
                    self.enter(to.clone());
                }
                self.moved(made);
            }
            Effect::SetAside(to) => {
                self.subject.edit().before_withdrawal = Some(self.subject.state.clone());
                if let Some(to) = to {
                    self.enter(to.clone());
                }
                self.moved(made);
            }
            Effect::Restore(to) => {
                if let Some(to) = self.subject.edit().before_withdrawal.take().or_else(|| to.cloned()) {
                    self.enter(to);
                }
                self.moved(made);
            }
            Effect::Set(fact, true) => {
                self.subject.edit().facts.insert(fact);
            }
            Effect::Set(fact, false) => {
                self.subject.edit().facts.remove(&fact);
            }
            Effect::CloseAll => self.close(self.owed(&ClockId::new("*")))?,
            Effect::Discharge(clock, whose) => self.discharge(self.meant(clock, whose, made.payload))?,
            Effect::Close(clock, whose) => self.close(self.meant(clock, whose, made.payload))?,
            Effect::PassOn(clock) => self.pass_on(clock, made.before),
            Effect::EndPressing => self.end_pressing()?,
            Effect::LeaveToReceiver => self.leave_to_receiver(made.before)?,
            Effect::Stop(clock, _) => self.stop(clock, made.payload),
            Effect::Resume(clock, cause) => self.resume(clock, cause, made.payload)?,
            Effect::Extend(clock) => self.extend(clock, made.payload)?,
            Effect::Start(clock) => self.start(clock, made.payload)?,
        }
        Ok(())
    }

    fn enter(&mut self, state: StateId) {
        self.subject.edit().phase = self.rules.book.phase(&state);
        self.subject.edit().state = state;
        if self.subject.phase == Phase::Archived {
            self.subject.edit().before_withdrawal = None;
        }
    }

    fn moved(&mut self, made: &Made<'_>) {
        let kind = EventKind::Moved {
            move_id: self.rule.id.clone(),
            verb: self.rule.verb,
            from: made.before.state.clone(),
            to: self.subject.state.clone(),
            carried: made.carried.clone(),
            words: None,
            holder: self.subject.holder.clone(),
            files: Default::default(),
            new_code: false,
        };
        self.push(kind);
    }

    /// What the record keeps of a move beside its effects: days, the outcome, who decided, who is recused.
    pub(super) fn note(&mut self, payload: &Payload) {
        let today = self.now.today();
        match self.rule.verb {
            Verb::Decide => {
                self.decided_by();
                self.subject.edit().outcome = payload.text(Field::Outcome).map(str::to_owned);
                self.subject.edit().days.insert("answered".into(), today);
            }
            Verb::DecideReview => self.review_decided(payload),
            Verb::Reopen => {
                self.subject.edit().hops = 0;
                self.subject.edit().annulled = None;
            }
            Verb::Refuse => {
                self.decided_by();
                self.subject.edit().outcome = Some(REFUSED.into());
                self.subject.edit().days.insert("answered".into(), today);
            }
            Verb::Archive | Verb::Void => {
                self.subject.edit().days.insert("archived".into(), today);
            }
            Verb::Recuse => {
                let named = payload.text(Field::Officer).map(OfficerId::new).or_else(|| self.officer());
                self.subject.edit().recused.extend(named);
            }
            Verb::LiftRecusal => {
                if let Some(named) = payload.text(Field::Officer) {
                    self.subject.edit().recused.remove(&OfficerId::new(named));
                }
            }
            Verb::ProposeDestruction | Verb::ProposeVoid => self.subject.edit().proposer = self.officer(),
            Verb::CancelDestruction | Verb::CancelVoid => self.subject.edit().proposer = None,
            Verb::Serve => {
                self.subject.edit().days.insert("served".into(), payload.day(Field::ReceivedOn).unwrap_or(today));
            }
            Verb::Notify | Verb::Accept => self.noticed(payload),
            _ => {}
        }
        self.subject.made(self.rules.book, self.rule, payload, self.now);
    }

    fn review_decided(&mut self, payload: &Payload) {
        self.decided_by();
        if self.rule.sets.contains(&Fact::Annulled) {
            self.subject.edit().annulled = self.subject.outcome.clone();
        }
        self.subject.edit().outcome =
            payload.text(Field::Outcome).map(str::to_owned).or_else(|| self.subject.outcome.clone());
        self.subject.edit().days.insert("answered".into(), self.now.today());
    }

    fn noticed(&mut self, payload: &Payload) {
        self.subject.edit().days.insert("noticed".into(), self.now.today());
        if let Some(day) = payload.day(Field::AcceptedOn) {
            self.subject.edit().days.insert("accepted".into(), day);
        }
    }

    fn decided_by(&mut self) {
        let officer = self.officer();
        self.subject.edit().deciders.extend(officer);
    }

    fn officer(&self) -> Option<OfficerId> {
        if let EventActor::Officer { officer, .. } = &self.actor { Some(officer.clone()) } else { None }
    }

    /// An accusation, from the moment it is one and at each hand-over, is owed by its receiver alone: what other units
    /// owed no longer stands, and no line of it is left in their lists (LAW.md §10.5).
    fn leave_to_receiver(&mut self, before: &Proceeding) -> Result<(), Closed> {
        let handed = before.holder != self.subject.holder || !before.facts.contains(&Fact::Accusation);
        if !self.subject.facts.contains(&Fact::Accusation) || !handed {
            return Ok(());
        }
        self.subject.edit().reviewer = None;
        self.subject.edit().parties.clear();
        let scope = self.subject.scope(self.rules.directory);
        let outside = |c: &&Clock| c.is_owed() && c.bound.unit.as_ref().is_some_and(|u| !scope.contains(u));
        let closing = self.subject.clocks.iter().filter(outside).map(|c| c.n).collect();
        self.close(closing)
    }

    /// Says where a duty waits on nobody: of all that is owed after a recusal, of what begins after any other move.
    pub(super) fn nobody_left(&mut self, before: &Proceeding) {
        let known =
            if self.rule.verb == Verb::Recuse { 0 } else { before.clocks.iter().map(|c| c.n).max().unwrap_or(0) };
        let events = nobody_left(self.rules, self.subject.whole(), known, self.now, &self.actor);
        self.events.extend(events);
    }

    /// What was written at a beginning that says so is destroyed once the proceeding is answered or over.
    pub(super) fn forget(&mut self, before: &Proceeding) {
        let open = |p: Phase| matches!(p, Phase::Intake | Phase::Handling);
        let begin = self.subject.begun.as_ref().and_then(|id| self.rules.book.find_begin(id));
        if open(before.phase) && !open(self.subject.phase) && begin.is_some_and(|b| b.forgets) {
            self.push(EventKind::Forgotten { n: 1 });
        }
    }

    fn close(&mut self, serials: Vec<u32>) -> Result<(), Closed> {
        let at = self.now.at;
        for n in serials {
            if let Some(clock) = self.clock(n) {
                clock.close(at)?;
                self.push(EventKind::ClockClosed { n });
            }
        }
        Ok(())
    }

    fn discharge(&mut self, serials: Vec<u32>) -> Result<(), Closed> {
        let now = self.now;
        for n in serials {
            if let Some(clock) = self.clock(n) {
                clock.discharge(now)?;
                let late = matches!(clock.state(), ClockState::Discharged { late: true, .. });
                self.push(EventKind::ClockDischarged { n, late });
            }
        }
        Ok(())
    }

    /// A duty of the holder that goes with the proceeding: whoever holds it now owes it, by the same day.
    fn pass_on(&mut self, clock: &ClockId, before: &Proceeding) {
        if before.holder == self.subject.holder {
            return;
        }
        let Some(rule) = self.rules.book.clock(clock) else { return };
        let bound = Bound { unit: self.subject.unit_for(rule.bound, self.rules.directory), post: rule.post };
        for n in self.owed(clock) {
            if let Some(clock) = self.clock(n).filter(|c| c.bound.unit.as_ref() == Some(&before.holder)) {
                clock.bound = bound.clone();
                self.push(EventKind::Passed { n, to: bound.clone() });
            }
        }
    }

    /// Who was called on to press for a duty need not any more when it is done or no longer stands; its lateness stays
    /// on record.
    fn end_pressing(&mut self) -> Result<(), Closed> {
        let called: Vec<ClockId> = self.rules.book.escalation.iter().filter_map(|e| e.start.clone()).collect();
        loop {
            let over = |c: &Clock| {
                c.about.and_then(|n| self.subject.clocks.iter().find(|l| l.n == n)).filter(|l| !l.is_owed()).cloned()
            };
            let found = self
                .subject
                .clocks
                .iter()
                .filter(|c| c.is_owed() && called.contains(&c.rule))
                .find_map(|c| over(c).map(|late| (c.n, late)));
            let Some((n, late)) = found else { return Ok(()) };
            let (at, done) = (self.now.at, matches!(late.state(), ClockState::Discharged { .. }));
            if let Some(clock) = self.clock(n) {
                clock.close(at)?;
            }
            self.push(EventKind::PressingEnded { n, about: late.n, done });
        }
    }

    /// The owed clocks of a rule that are meant: of several units that owe the same, each its own; of a supervision,
    /// what it was called on to press for.
    fn meant(&self, rule: &ClockId, whose: Whose, payload: &Payload) -> Vec<u32> {
        let all = self.owed(rule);
        let of = |unit: &UnitId| -> Vec<u32> {
            let owes = |c: &&Clock| all.contains(&c.n) && c.bound.unit.as_ref() == Some(unit);
            self.subject.clocks.iter().filter(owes).map(|c| c.n).collect()
        };
        if whose == Whose::All {
            return all;
        }
        // What is noted of a unit is that unit's.
        if let (Some(_), Some(unit)) = (self.rule.party, self.named(payload)) {
            return of(&unit);
        }
        let EventActor::Officer { unit, .. } = &self.actor else { return all };
        // Of several of one kind the one that is named.
        let named = payload.number(Field::WhichDuty);
        let mine: Vec<u32> = of(unit).into_iter().filter(|n| named.is_none_or(|named| named == *n)).collect();
        let about = |n: &u32| {
            self.pressed.is_none()
                || self.subject.clocks.iter().any(|c| c.n == *n && (c.about.is_none() || c.about == self.pressed))
        };
        match (whose, mine.is_empty()) {
            (Whose::OwnFirst, true) => all,
            _ => mine.into_iter().filter(|n| self.rule.verb != Verb::Supervise || about(n)).collect(),
        }
    }

    fn owed(&self, rule: &ClockId) -> Vec<u32> {
        let all = rule.as_str() == "*";
        self.subject.clocks.iter().filter(|c| c.is_owed() && (all || &c.rule == rule)).map(|c| c.n).collect()
    }

    fn clock(&mut self, n: u32) -> Option<&mut Clock> {
        self.subject.edit().clocks.iter_mut().find(|c| c.n == n)
    }

    fn stop(&mut self, rule: &ClockId, payload: &Payload) {
        let day = payload.day(Field::OnDay).unwrap_or_else(|| self.now.today());
        let reason = self.rule.id.0.clone();
        for n in self.owed(rule) {
            let Some(clock) = self.clock(n) else { continue };
            if clock.is_stopped() || (clock.kind == ClockKind::Right && rule.as_str() == "*") {
                continue;
            }
            clock.ledger.push(LedgerEntry::Stop { from: day.max(clock.start), to: None, reason: reason.clone() });
            clock.next_at = None;
            self.push(EventKind::ClockStopped { n });
        }
    }

    fn resume(&mut self, rule: &ClockId, cause: Cause, payload: &Payload) -> Result<(), Closed> {
        let day = payload.day(Field::OnDay).unwrap_or_else(|| self.now.today());
        let (calendar, now, book) = (self.rules.calendar, self.now, self.rules.book);
        for n in self.owed(rule) {
            let Some(clock) = self.clock(n) else { continue };
            let mut resumed = false;
            for entry in &mut clock.ledger {
                if let LedgerEntry::Stop { from, to: to @ None, reason } = entry
                    && cause_of(book, reason) == cause
                {
                    // The day on which a hearing ends counts again; one held and ended on one day takes that day.
                    let withdrawn = cause == Cause::Withdrawal;
                    *to = Some(if withdrawn { day.max(*from) } else { day.max(from.tomorrow().unwrap_or(*from)) });
                    resumed = true;
                }
            }
            if resumed {
                clock.project(calendar, now).map_err(|e| Closed::Reckoning { why: e.to_string() })?;
                set_next(clock, book, calendar, &now.zone);
                let legal = clock.legal;
                self.push(EventKind::ClockResumed { n, legal });
            }
        }
        Ok(())
    }

    fn extend(&mut self, rule: &ClockId, payload: &Payload) -> Result<(), Closed> {
        let Some(days) = payload.number(Field::Days) else { return Ok(()) };
        let entry = LedgerEntry::Extension {
            days,
            reason: payload.text(Field::Reason).unwrap_or_default().chars().take(200).collect(),
            approved_by: self.subject.holder.clone(),
            on: self.now.today(),
        };
        let (calendar, now, book) = (self.rules.calendar, self.now, self.rules.book);
        let most = book.clock(rule).map_or(0, |r| r.extensions);
        for n in self.owed(rule) {
            let Some(clock) = self.clock(n).filter(|c| c.extensions() < most) else { continue };
            clock.ledger.push(entry.clone());
            clock.project(calendar, now).map_err(|e| Closed::Reckoning { why: e.to_string() })?;
            set_next(clock, book, calendar, &now.zone);
            let legal = clock.legal;
            self.push(EventKind::ClockExtended { n, days, legal });
        }
        Ok(())
    }

    fn start(&mut self, id: &ClockId, payload: &Payload) -> Result<(), Closed> {
        if self.rules.book.clock(id).and_then(|c| c.only_if).is_some_and(|fact| !self.subject.is(fact)) {
            return Ok(());
        }
        let mut event = start_clock(self.rules, self.subject.whole(), id, payload, self.now)?;
        self.owed_to_whom(&mut event);
        self.push(event);
        Ok(())
    }
}

impl<K: Kind> Work<'_, K> {
    /// A duty that a unit asked for is owed to that unit; the answer to a supervision is owed by the unit that is late.
    fn owed_to_whom(&mut self, event: &mut EventKind) {
        let EventActor::Officer { unit: asking, .. } = &self.actor else { return };
        let late = self
            .pressed
            .and_then(|n| self.subject.clocks.iter().find(|c| c.n == n))
            .map(|c| (c.n, c.bound.unit.clone()));
        let (asking, presses) = (asking.clone(), self.rule.verb == Verb::Supervise);
        let Some(clock) = self.subject.edit().clocks.last_mut() else { return };
        if matches!(self.rule.verb, Verb::Assign | Verb::Supervise | Verb::Ask)
            && clock.bound.unit.as_ref() != Some(&asking)
        {
            clock.owed_to = Some(asking);
        }
        if let Some((n, unit)) = late.filter(|_| presses) {
            clock.about = Some(n);
            clock.bound.unit = unit.or_else(|| clock.bound.unit.clone());
            if let EventKind::ClockStarted { bound, about, .. } = event {
                *bound = clock.bound.clone();
                *about = Some(n);
            }
        }
    }
}

/// A number that follows from an id and the office's seed, and that nobody chooses or foresees (FNV-1a, mixed as in
/// SplitMix64).
fn chance(seed: u64, id: &str) -> u64 {
    let hash =
        id.bytes().fold(seed ^ 0xcbf2_9ce4_8422_2325, |hash, b| (hash ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3));
    let mixed = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// Why a clock stands still, by the id of the move that stopped it.
fn cause_of(book: &RuleBook, stopped_by: &str) -> Cause {
    let withdrawn = book.find_move(&MoveId::new(stopped_by)).is_some_and(|m| m.verb == Verb::Withdraw);
    if withdrawn { Cause::Withdrawal } else { Cause::Procedure }
}

/// A duty whose post has nobody in it, or only recused officers, waits on nobody: the record says so, and a deputy
/// takes it on, else the head, where there is one. Clocks with a serial up to `known` are left as they are.
pub fn nobody_left(
    rules: Rules<'_>,
    proceeding: &mut Proceeding,
    known: u32,
    now: &OfficeTime,
    actor: &EventActor,
) -> Vec<Event> {
    let directory = rules.directory;
    let recused = proceeding.recused.clone();
    // A body outside this system has no officers here; its acts are recorded by the office that handed it over.
    let here = |u: &UnitId| directory.unit(u).is_some() && !directory.is_outside(u);
    let empty =
        |bound: &Bound| bound.unit.as_ref().is_some_and(|u| here(u) && !directory.is_manned(u, bound.post, &recused));
    let alone = |c: &&Clock| c.n > known && c.is_owed() && c.kind == ClockKind::Duty && empty(&c.bound);
    let alone: Vec<(u32, Bound)> = proceeding.clocks.iter().filter(alone).map(|c| (c.n, c.bound.clone())).collect();
    let mut events = Vec::new();
    for (n, at) in alone {
        let head = |u: &UnitId| {
            directory
                .post_with(u, Power::Head, &recused)
                .filter(|p| *p != at.post && directory.is_manned(u, *p, &recused))
        };
        let post = at.unit.as_ref().and_then(|u| directory.deputy(u, at.post, &recused).or_else(|| head(u)));
        let to = post.map(|post| Bound { unit: at.unit.clone(), post });
        let mut kinds = vec![EventKind::NobodyOnDuty { n, at }];
        if let Some(to) = to {
            if let Some(clock) = proceeding.edit().clocks.iter_mut().find(|c| c.n == n) {
                clock.bound = to.clone();
            }
            kinds.push(EventKind::Escalated { n, to });
        }
        events.extend(
            kinds.into_iter().map(|kind| next_event(proceeding, now.at, actor.clone(), None, Basis::House, kind)),
        );
    }
    events
}
