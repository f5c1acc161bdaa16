//! What changes a proceeding without a move: a part taken out of a letter and put back, a unit's successor, other
//! rules, a row of an old ledger, a file that was destroyed.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

mod shipped;

use std::collections::BTreeMap;

use huiyin_domain::calendar::WorkCalendar;
use huiyin_domain::clock::{Clock, ClockState, LedgerEntry, OfficeTime};
use huiyin_domain::decide::{Rules, decide};
use huiyin_domain::event::{Event, EventActor, EventKind};
use huiyin_domain::ids::{MoveId, OfficerId, ProceedingId, StateId, SubmissionId, UnitId};
use huiyin_domain::matter::Matter;
use huiyin_domain::matter::opening::{Opening, open};
use huiyin_domain::matter::part::{Both, NewPart, Stands, put_back, split_part};
use huiyin_domain::matter::taken_over::{Stage, take_over};
use huiyin_domain::matter::tombstone::entomb;
use huiyin_domain::procedure::{Phase, RuleBook};
use huiyin_domain::proceeding::Actor;
use huiyin_domain::repack::{Unfit, move_to, reproject};
use huiyin_domain::submission::{Channel, Purpose};
use huiyin_domain::succession::succeed;
use huiyin_domain::unit::Directory;
use huiyin_rules::{read_pack, read_pack_over};
use jiff::civil::{Date, date};
use jiff::tz::TimeZone;

/// The law, its calendar and the small house of units in which cases run.
struct Ground {
    book: RuleBook,
    calendar: WorkCalendar,
    directory: Directory,
}

impl Ground {
    fn of_the_law() -> Self {
        let book = read_pack(&shipped::pack("cn/petition/2022")).unwrap().book;
        let calendar = shipped::calendar("cn");
        let directory = huiyin_rules::house(&book, 2);
        Self { book, calendar, directory }
    }

    fn rules(&self) -> Rules<'_> {
        Rules { book: &self.book, calendar: &self.calendar, directory: &self.directory, draw_seed: 0 }
    }

    fn opened(&self, at: &str, on: Date, purpose: Purpose) -> Matter {
        open(self.rules(), opening(at, on, purpose), EventActor::Petitioner, &noon(on)).unwrap().0
    }
}

fn noon(day: Date) -> OfficeTime {
    let zone = TimeZone::fixed(jiff::tz::offset(8));
    OfficeTime { at: day.at(12, 0, 0, 0).to_zoned_datetime(zone.clone()).unwrap().timestamp(), zone }
}

fn opening(at: &str, on: Date, purpose: Purpose) -> Opening {
    Opening {
        id: ProceedingId::new("m1"),
        submission: SubmissionId::new("s1"),
        number: "2025-1-1".into(),
        part: 1,
        title: "供暖".into(),
        class: None,
        place: None,
        place_name: Some("幸福里".into()),
        purpose,
        complained_of: Some("供热公司".into()),
        channel: Channel::Online,
        received_on: on,
        received_at: noon(on).at,
        unit: UnitId::new(at),
        by_agent: true,
        burst: None,
    }
}

fn by_clerk() -> EventActor {
    EventActor::Officer { officer: OfficerId::new("office-all"), unit: UnitId::new("office") }
}

fn second_part() -> NewPart {
    NewPart { id: ProceedingId::new("m2"), number: "2025-1-2".into(), part: 2, title: "噪声".into() }
}

fn rules_owed(matter: &Matter) -> Vec<String> {
    matter.owed().into_iter().map(|c| c.rule.0.clone()).collect()
}

const DAY: Date = date(2025, 3, 3);

#[test]
fn a_part_runs_from_the_day_of_the_letter_and_goes_back_while_nothing_was_done() {
    let ground = Ground::of_the_law();
    let letter = ground.opened("office", DAY, Purpose::Request);
    let later = noon(date(2025, 3, 7));
    let Both { part: (taken, events), letter: (rest, parted) } =
        split_part(ground.rules(), &letter, second_part(), &by_clerk(), &later).unwrap();
    assert_eq!((taken.received_on, taken.details().part, taken.events as usize), (DAY, 2, events.len()));
    assert_eq!(rules_owed(&taken), rules_owed(&letter), "it owes what the letter owes, from the same receipt");
    assert_eq!(taken.clocks[0].legal, letter.clocks[0].legal);
    assert!(taken.is(huiyin_domain::procedure::Fact::HasAgent), "who acts for her acts in each part");
    assert!(matches!(&parted[0].kind, EventKind::Parted { into, .. } if *into == taken.id), "{parted:?}");

    let archived = ground.book.lodging.as_ref().unwrap().imported_ended.clone();
    let back = |record: &[Event], first: &Matter| {
        put_back(ground.rules(), (&taken, record), first, &archived, &by_clerk(), &later)
    };
    let Both { part: (gone, closing), letter: (goes_on, said) } = back(&events, &rest).unwrap();
    assert_eq!((gone.phase, rules_owed(&gone).len()), (Phase::Archived, 0));
    assert_eq!(closing.len(), 1 + taken.owed().len(), "each clock that ends says so");
    assert_eq!((rules_owed(&goes_on), said.len()), (rules_owed(&letter), 1), "nothing of the letter has changed");

    let clerk = Actor::Officer {
        id: OfficerId::new("office-all"),
        unit: UnitId::new("office"),
        posts: ground.directory.officers[0].posts.clone(),
    };
    let given = BTreeMap::from([("to_unit".to_owned(), "bureau".to_owned())]);
    let moved = decide(ground.rules(), &taken, &clerk, &MoveId::new("refer"), &given, &later).unwrap();
    assert_eq!(back(&moved.events, &rest).unwrap_err(), Stands::Touched);
    let accusing = ground.opened("office", DAY, Purpose::Accusation);
    assert_eq!(back(&events, &accusing).unwrap_err(), Stands::Late);
}

#[test]
fn a_successor_owes_what_the_unit_owed_by_the_same_days_and_once() {
    let ground = Ground::of_the_law();
    let matter = ground.opened("bureau", DAY, Purpose::Request);
    let (from, to) = (UnitId::new("bureau"), UnitId::new("other"));
    let days = |m: &Matter| m.clocks.iter().map(|c| (c.rule.clone(), c.legal)).collect::<Vec<_>>();
    let done = succeed(ground.rules(), &matter, &from, &to, &noon(DAY));
    assert_eq!((&done.subject.holder, done.duties as usize), (&to, matter.owed().len()));
    assert_eq!(days(&done.subject), days(&matter));
    assert!(done.subject.held.contains(&from), "who held it may read it on");
    assert!(done.events[0].clause.is_some() && done.events[0].actor == EventActor::Operator, "{:?}", done.events);
    let again = succeed(ground.rules(), &done.subject, &from, &to, &noon(DAY));
    assert_eq!((again.duties, again.subject.holder.clone()), (0, to));
}

#[test]
fn other_rules_reckon_what_is_owed_from_the_day_it_began() {
    let ground = Ground::of_the_law();
    let local = read_pack_over(&shipped::pack("cn/petition-local/2023"), Some(&shipped::pack("cn/petition/2022")))
        .unwrap()
        .book;
    let other = Rules { book: &local, ..ground.rules() };
    let matter = ground.opened("office", DAY, Purpose::Request);
    let moved = move_to(other, &matter, &noon(DAY)).unwrap();
    let legal = |m: &Matter| m.clocks.iter().find(|c| c.rule.as_str() == "route").unwrap().legal;
    assert_eq!((legal(&matter), legal(&moved.subject)), (date(2025, 3, 18), date(2025, 3, 10)));
    assert_eq!((moved.moved as usize, moved.subject.pack.clone()), (moved.events.len() - 1, local.id.clone()));
    // And back again.
    assert_eq!(legal(&move_to(ground.rules(), &moved.subject, &noon(DAY)).unwrap().subject), legal(&matter));

    let mut without = local.clone();
    without.clocks.retain(|id, _| id.as_str() != "route");
    let unfit = move_to(Rules { book: &without, ..other }, &matter, &noon(DAY)).unwrap_err();
    assert!(matches!(&unfit, Unfit::Period(clock) if clock.as_str() == "route"), "{unfit:?}");
    without.states.remove(&matter.state);
    let unfit = move_to(Rules { book: &without, ..other }, &matter, &noon(DAY)).unwrap_err();
    assert_eq!(unfit, Unfit::State(StateId::new("received")));
}

#[test]
fn a_calendar_that_says_the_same_changes_nothing() {
    let ground = Ground::of_the_law();
    let matter = ground.opened("office", DAY, Purpose::Request);
    let done = reproject(ground.rules(), &matter, &noon(DAY));
    assert_eq!((done.moved, done.settled, done.events.len()), (0, 0, 0));
    assert_eq!(done.subject.clocks, matter.clocks);
}

#[test]
fn a_row_of_an_old_ledger_enters_where_its_days_show_and_warns_nobody() {
    let ground = Ground::of_the_law();
    let lodging = ground.book.lodging.as_ref().unwrap();
    let enter = |stage: Stage| {
        let row = opening("office", DAY, Purpose::NotSure);
        take_over(ground.rules(), lodging, row, stage, &noon(date(2026, 1, 5))).unwrap()
    };
    let (ended, events) = enter(Stage { ended: true, ..Stage::default() });
    assert_eq!((ended.phase, rules_owed(&ended).len(), events.len()), (Phase::Archived, 0, 1));
    assert!(!ended.days.contains_key("answered"), "ended without a day has no day");

    let (accepted, events) = enter(Stage { accepted: Some(date(2025, 3, 10)), ..Stage::default() });
    let clock: &Clock = &accepted.clocks[0];
    assert_eq!((clock.rule.as_str(), clock.start), ("handle", date(2025, 3, 10)));
    assert!(matches!(clock.state(), ClockState::Breached { .. }) && clock.next_at.is_none(), "{clock:?}");
    assert!(events.iter().any(|e| matches!(e.kind, EventKind::Breached { historic: true, .. })), "{events:?}");
    assert!(!events.iter().any(|e| matches!(e.kind, EventKind::Escalated { .. } | EventKind::Warned { .. })));

    let (received, _) = enter(Stage::default());
    assert_eq!(rules_owed(&received), ["route"]);
}

#[test]
fn a_tombstone_keeps_numbers_and_days_and_nothing_that_was_typed() {
    let ground = Ground::of_the_law();
    let matter = ground.opened("office", DAY, Purpose::Request);
    let mut doc = serde_json::to_value(&matter).unwrap();
    doc["complained_of_before"] = serde_json::json!(["旧公司"]);
    let extension =
        LedgerEntry::Extension {
            days: 10, reason: "王某某住院".into(), approved_by: UnitId::new("office"), on: DAY
        };
    doc["proceeding"]["clocks"][0]["ledger"] = serde_json::json!([extension]);
    let left = entomb(&serde_json::from_value(doc).unwrap(), "已销毁".into());
    let text = serde_json::to_string(&left).unwrap();
    for typed in ["供暖", "幸福里", "供热公司", "旧公司", "王某某"] {
        assert!(!text.contains(typed), "{typed} is left: {text}");
    }
    assert_eq!((&left.number, left.received_on, &left.head), (&matter.number, matter.received_on, &matter.head));
}
