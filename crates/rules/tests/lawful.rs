//! Random lawful moves on the shipped packs, by whoever may make them, with time passing between; after each the
//! invariants of LAW.md §10 are asserted on the matter itself.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

mod shipped;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use huiyin_domain::clock::{Clock, ClockKind, ClockState, LedgerEntry, OfficeTime};
use huiyin_domain::decide::{Closed, Rules, decide, is_choice_open, offers};
use huiyin_domain::event::{Event, EventActor, EventKind};
use huiyin_domain::ids::{ProceedingId, SubmissionId, UnitId};
use huiyin_domain::matter::Matter;
use huiyin_domain::matter::opening::{Opening, open};
use huiyin_domain::payload::{Field, Need, Shape};
use huiyin_domain::procedure::{Fact, MoveRule, Phase, RuleBook, Verb};
use huiyin_domain::proceeding::Actor;
use huiyin_domain::submission::{Channel, Purpose};
use huiyin_domain::timer::advance;
use huiyin_domain::unit::Directory;
use huiyin_rules::{Bounds, Visited, read_pack, visit};
use jiff::ToSpan;
use jiff::tz::TimeZone;
use proptest::prelude::*;

fn book(id: &str) -> RuleBook {
    read_pack(&shipped::pack(id)).unwrap().book
}

fn actors(directory: &Directory) -> Vec<Actor> {
    let officers = directory.officers.iter().map(|o| Actor::Officer {
        id: o.id.clone(),
        unit: o.unit.clone(),
        posts: o.posts.iter().copied().filter(|p| directory.vocabulary.holding().any(|h| h == *p)).collect(),
    });
    std::iter::once(Actor::Petitioner).chain(officers).collect()
}

/// A lawful payload: every field a move asks for, with values picked by the dice.
fn payload(
    book: &RuleBook,
    rule: &MoveRule,
    matter: &Matter,
    actor: &Actor,
    now: &OfficeTime,
    dice: usize,
) -> BTreeMap<String, String> {
    let units = ["bureau", "other", "discipline", "office"];
    let value = |need: &Need| -> String {
        match need.field.shape() {
            Shape::Line | Shape::Text | Shape::Name => "因为如此".into(),
            // Left empty: the only late duty, or none.
            Shape::Duty => String::new(),
            // Whoever is recused already, else the actor himself.
            Shape::Officer => match (matter.recused.first(), actor) {
                (Some(id), _) if rule.verb == Verb::LiftRecusal => id.0.clone(),
                (_, Actor::Officer { id, .. }) => id.0.clone(),
                _ => String::new(),
            },
            Shape::Day => now.today().checked_add(30.days()).unwrap().to_string(),
            Shape::PastDay => {
                let answered = matter.days.get("answered").copied().unwrap_or(matter.received_on);
                let limit =
                    huiyin_domain::decide::notice_limit(matter, rule).filter(|_| need.field == Field::AcceptedOn);
                now.today().max(answered).min(limit.unwrap_or(now.today())).to_string()
            }
            Shape::Number(_) => "10".into(),
            Shape::Slot | Shape::Time => "09:30".into(),
            Shape::Ticket => "C001".into(),
            Shape::Unit => units[dice % units.len()].into(),
            Shape::Choice => {
                let of: Vec<&String> =
                    need.choices.iter().filter(|c| is_choice_open(book, matter, rule, need.field, c)).collect();
                of[dice % of.len()].clone()
            }
        }
    };
    rule.needs.iter().map(|n| (n.field.word(), value(n))).collect()
}

/// A pack with everything its proof visits, read once for all walks.
struct Proved {
    book: &'static RuleBook,
    visited: Visited<'static>,
}

fn proved(id: &str) -> &'static Proved {
    static CHINA: OnceLock<Proved> = OnceLock::new();
    static INDIA: OnceLock<Proved> = OnceLock::new();
    let place = if id.starts_with("cn/") { &CHINA } else { &INDIA };
    place.get_or_init(|| {
        let book: &'static RuleBook = Box::leak(Box::new(book(id)));
        let bounds = Bounds { states: 3_000_000, stop: &|| false };
        Proved { book, visited: visit(book, &bounds).unwrap_or_else(|e| panic!("{id}: {e}")) }
    })
}

struct Walk<'a> {
    rules: Rules<'a>,
    visited: &'a Visited<'a>,
    matter: Matter,
    events: Vec<Event>,
}

impl Walk<'_> {
    fn invariants(&self, before: &Matter, made: Option<&MoveRule>, now: &OfficeTime) {
        let (matter, book) = (&self.matter, self.rules.book);
        // The proof shows what it says only if what really happens is among what it visited.
        if let Err(why) = self.visited.covers(before, made.map(|m| &m.id), matter) {
            panic!("the proof does not know what happened: {why}");
        }
        // Proof, property 2, on the real thing: short of the archive some unit has a running, unstopped duty.
        if book.phase(&matter.state) != Phase::Archived {
            let someone = matter
                .clocks
                .iter()
                .any(|c| c.kind == ClockKind::Duty && c.is_owed() && !c.is_stopped() && c.bound.unit.is_some());
            assert!(someone, "nobody owes anything in {} after {:?}", matter.state, made.map(|m| &m.id));
        }
        for clock in &matter.clocks {
            self.clock_invariants(clock, now);
        }
        // §10.4: an objection leaves the matter where it is until the sender decides.
        if made.is_some_and(|m| m.verb == Verb::Object) {
            assert_eq!(matter.holder, before.holder);
            assert!(matter.owed().iter().any(|c| c.rule.as_str() == "notify"), "the notice is still owed");
        }
        // §10.5: an accusation is read in its compartment only, and never handed to an ordinary unit.
        if matter.facts.contains(&Fact::Accusation) {
            let scope = matter.scope(self.rules.directory);
            assert!(
                !scope.contains(&UnitId::new("county")) || matter.reviewer.as_ref() == Some(&UnitId::new("county")),
                "{scope:?}"
            );
            assert!(
                matter.hops == before.hops || matter.holder.as_str() == "discipline",
                "handed to {}",
                matter.holder
            );
        }
        // §10.7: what was supported is to be carried out.
        if made.is_some_and(|m| m.verb == Verb::Decide || m.verb == Verb::DecideReview)
            && matter.facts.contains(&Fact::Supported)
            && !before.facts.contains(&Fact::Supported)
            && book.clocks.contains_key(&huiyin_domain::ids::ClockId::new("execute"))
        {
            assert!(matter.owed().iter().any(|c| c.rule.as_str() == "execute"));
        }
        // §12.9: who decided does not decide the review.
        if let (Some(rule), Some(event)) = (made, self.events.last())
            && rule.verb == Verb::DecideReview
            && let EventActor::Officer { officer, .. } = &event.actor
        {
            assert!(!before.deciders.contains(officer));
        }
    }

    fn clock_invariants(&self, clock: &Clock, now: &OfficeTime) {
        // §10.2: a due day follows from start, period and ledger; it is never typed in.
        let mut again = clock.clone();
        if clock.is_owed() && !clock.is_stopped() {
            again.project(self.rules.calendar, now).unwrap();
            assert_eq!((again.nominal, again.legal), (clock.nominal, clock.legal), "{}", clock.rule);
        }
        assert!(clock.legal >= clock.nominal && clock.nominal >= clock.start, "{clock:?}");
        // §10.1: a duty binds an official body, a right of the petitioner binds nobody.
        assert_eq!(
            clock.bound.unit.is_none(),
            self.rules.book.clock(&clock.rule).unwrap().bound == huiyin_domain::procedure::Relation::Petitioner,
            "{}",
            clock.rule
        );
        // §10.3: only the pack's stops and one extension of at most its length.
        let extensions: Vec<u32> = clock
            .ledger
            .iter()
            .filter_map(|e| if let LedgerEntry::Extension { days, .. } = e { Some(*days) } else { None })
            .collect();
        assert!(
            extensions.len() <= 1
                && extensions.iter().all(|d| Some(*d) <= self.rules.book.clock(&clock.rule).unwrap().extension),
            "{clock:?}"
        );
        for entry in &clock.ledger {
            if let LedgerEntry::Stop { reason, .. } = entry {
                let rule =
                    self.rules.book.moves.iter().find(|m| m.id.as_str() == reason).expect("a stop names its move");
                assert!(
                    rule.stop.iter().any(|c| c.as_str() == "*" || c == &clock.rule),
                    "{reason} stops {}",
                    clock.rule
                );
            }
        }
        // §12.2: a right is never breached.
        assert!(clock.kind == ClockKind::Duty || !matches!(clock.state(), ClockState::Breached { .. }));
        // §10.8: every breach was told to somebody above, or it is on record that nobody is there.
        if matches!(clock.state(), ClockState::Breached { .. }) {
            let told = |e: &Event| matches!(&e.kind, EventKind::Escalated { n, .. } | EventKind::NoSuperior { n } if *n == clock.n);
            assert!(self.events.iter().any(told), "the breach of {} went nowhere", clock.rule);
        }
    }
}

fn walk(id: &str, calendar_id: &str, at: &str, purpose: Purpose, dice: &[(usize, usize, i64)]) {
    let Proved { book, visited } = proved(id);
    let calendar = shipped::calendar(calendar_id);
    let directory = huiyin_rules::house(book, 3);
    let rules = Rules { book, calendar: &calendar, directory: &directory, draw_seed: 0 };
    let zone = TimeZone::fixed(jiff::tz::offset(8));
    let day0 = jiff::civil::date(2025, 1, 6);
    let mut now = OfficeTime { at: day0.at(9, 0, 0, 0).to_zoned_datetime(zone.clone()).unwrap().timestamp(), zone };
    let opening = Opening {
        id: ProceedingId::new("m"),
        submission: SubmissionId::new("s"),
        number: "n".into(),
        part: 1,
        title: "t".into(),
        class: None,
        place: None,
        place_name: None,
        purpose,
        complained_of: None,
        channel: Channel::Online,
        received_on: day0,
        received_at: now.at,
        unit: UnitId::new(at),
        by_agent: false,
        burst: None,
    };
    let (matter, events) = open(rules, opening, EventActor::Petitioner, &now).unwrap();
    let mut walk = Walk { rules, visited, matter, events };
    walk.visited.knows(&walk.matter).unwrap();
    let all = actors(&directory);
    for (who, what, days) in dice {
        now.at = now.at.checked_add((days * 24 + 1).hours()).unwrap();
        let (next, events) = advance(rules, &walk.matter, &now).unwrap();
        let before = std::mem::replace(&mut walk.matter, next);
        walk.events.extend(events);
        walk.invariants(&before, None, &now);
        // Somebody who can do something does it; where the dice fall on nobody, the next one who can.
        let open_to = (0..all.len()).map(|i| &all[(who + i) % all.len()]).find_map(|actor| {
            let open: Vec<MoveRule> = offers(rules, &walk.matter, actor, now.today())
                .into_iter()
                .filter(|o| o.closed.is_none())
                .map(|o| o.rule.clone())
                .collect();
            (!open.is_empty()).then(|| (actor.clone(), open[what % open.len()].clone()))
        });
        let Some((actor, rule)) = open_to else { continue };
        if let Actor::Officer { id, .. } = &actor {
            assert!(!walk.matter.recused.contains(id), "a recused officer was offered `{}`", rule.id);
        }
        let given = payload(walk.rules.book, &rule, &walk.matter, &actor, &now, *what);
        match decide(rules, &walk.matter, &actor, &rule.id, &given, &now) {
            Ok(decision) => {
                let before = std::mem::replace(&mut walk.matter, decision.subject);
                walk.events.extend(decision.events);
                walk.invariants(&before, Some(&rule), &now);
            }
            // What was offered may still be refused for what it carries, never for the state it is in.
            Err(Closed::Fields { .. } | Closed::Unit { .. }) => {}
            Err(other) => panic!("`{}` was offered and then refused: {other:?}", rule.id),
        }
        // Serials of events have no gap.
        let serials: BTreeSet<u32> = walk.events.iter().map(|e| e.n).collect();
        assert_eq!(serials.len(), walk.events.len());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn random_lawful_moves_keep_the_invariants(direct: bool, accusation in 0..5_u8, dice in prop::collection::vec((0..100_usize, 0..1000_usize, 0..25_i64), 5..45)) {
        let purpose = if accusation == 0 { Purpose::Accusation } else { Purpose::Request };
        walk("cn/petition/2022", "cn", if direct { "bureau" } else { "office" }, purpose, &dice);
    }

    #[test]
    fn the_same_holds_for_another_countrys_procedure(direct: bool, dice in prop::collection::vec((0..100_usize, 0..1000_usize, 0..25_i64), 5..45)) {
        walk("in/cpgrams/2024", "in", if direct { "bureau" } else { "office" }, Purpose::Request, &dice);
    }
}
