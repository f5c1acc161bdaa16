//! The hall: tickets, the order of the queue, calls by several at once, what is owed to whoever came.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test")]

use std::collections::BTreeSet;

use huiyin_app::domain::ids::UnitId;
use huiyin_app::domain::kind::ProceedingKind;
use huiyin_app::domain::payload::Field;
use huiyin_app::domain::procedure::Verb;
use huiyin_app::reception::record::{self, Draft};
use huiyin_app::reception::ticket::{Wish, take_at_counter, take_at_tablet};
use huiyin_app::reception::{Hall, Ticket, Window, board, desk, hall, sitting};
use huiyin_app::{AppError, Office, proceedings, sweep, verify};
use huiyin_demo as demo;
use huiyin_testkit::{Role, TestOffice, given, on_both, site, sqlite_office, staff, the_move};

use crate::table::{demand, nobody};

const AT: &str = "2026-11-30T09:00:00+08:00";
const CLERK: &str = "countyxf.clerk";

fn unit() -> UnitId {
    UnitId::new("countyxf")
}

fn window(number: u32, services: &[&str]) -> Window {
    Window { number, name: String::new(), services: services.iter().map(|s| (*s).to_owned()).collect() }
}

/// A hall with windows for everything, the clerk at the first of them.
async fn office(t: &TestOffice, windows: Vec<Window>) -> Office {
    demo::people(&t.office).await.unwrap();
    let head = staff(&t.office, "countyxf.head").await;
    hall::put(&t.office, &head, Hall { open: true, windows }).await.unwrap();
    sitting::sit(&t.office, &staff(&t.office, CLERK).await, 1).await.unwrap();
    t.office.clone()
}

async fn take(o: &Office, service: &str, need: &str) -> Ticket {
    let wish = Wish { service: service.into(), need: need.into(), form: None };
    take_at_counter(o, &staff(o, CLERK).await, &wish).await.unwrap()
}

async fn waiting(o: &Office) -> Vec<String> {
    board(o, &unit()).await.unwrap().waiting.into_iter().map(|l| l.ticket.place.ticket).collect()
}

async fn call(o: &Office) -> Ticket {
    desk::call_next(o, &staff(o, CLERK).await, 1).await.unwrap().expect("somebody waits")
}

async fn step(o: &Office, ticket: &Ticket, verb: Verb) -> Result<Ticket, AppError> {
    let window = ticket.place.stage.window().filter(|_| verb == Verb::Call);
    let fields: Vec<_> = window.into_iter().map(|w| (Field::Window, w.to_string())).collect();
    desk::step(o, &staff(o, CLERK).await, ticket, verb, &fields).await
}

#[tokio::test(flavor = "multi_thread")]
async fn tickets_are_called_in_the_order_everybody_sees() {
    on_both("hall_order", AT, |t| async move {
        let o = &office(&t, vec![window(1, &[])]).await;
        let mut taken = Vec::new();
        for (service, need) in [("new_matter", ""), ("my_matter", ""), ("new_matter", "infant"), ("ask_the_way", "")] {
            t.time.pass(60);
            taken.push(take(o, service, need).await.place.ticket);
        }
        assert_eq!(taken, ["A001", "B001", "A002", "D001"]);
        assert_eq!(waiting(o).await, ["A002", "A001", "B001", "D001"], "a stated need first, then as they came");
        let mut called = Vec::new();
        for _ in 0..4 {
            let ticket = call(o).await;
            called.push(ticket.place.ticket.clone());
            let there = step(o, &ticket, Verb::ReceiveVisitor).await.unwrap();
            proceedings::act(o, &staff(o, CLERK).await, &there.number, the_move("advise", &[("summary", "已经说明")]))
                .await
                .unwrap();
        }
        assert_eq!(called, ["A002", "A001", "B001", "D001"]);
        assert!(desk::call_next(o, &staff(o, CLERK).await, 1).await.unwrap().is_none(), "nobody waits");
        let findings = verify::verify_all(o, &mut |_| {}).await.unwrap().findings;
        assert!(findings.is_empty(), "{findings:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_calls_at_once_call_each_ticket_once() {
    on_both("hall_parallel", AT, |t| async move {
        let o = &office(&t, (1..=40).map(|n| window(n, &[])).collect()).await;
        for _ in 0..40 {
            take(o, "new_matter", "").await;
        }
        let clerk = staff(o, CLERK).await;
        let calls = (0..100u32).map(|i| {
            let (o, clerk) = (o.clone(), clerk.clone());
            tokio::spawn(async move { desk::call_next(&o, &clerk, i % 40 + 1).await })
        });
        let mut called = Vec::new();
        let mut taken = 0;
        for call in calls.collect::<Vec<_>>() {
            match call.await.unwrap() {
                Ok(Some(ticket)) => called.push(ticket.place.ticket),
                Ok(None) => {}
                Err(AppError::Form(errors)) => {
                    assert_eq!(errors[0].fault, "fault-window-taken");
                    taken += 1;
                }
                Err(other) => panic!("{other}"),
            }
        }
        assert_eq!(called.len(), 40, "{called:?}");
        assert_eq!(called.iter().collect::<BTreeSet<_>>().len(), 40, "none twice");
        assert_eq!(taken, 60);
        let now = board(o, &unit()).await.unwrap();
        assert!(now.waiting.is_empty() && now.counters.iter().all(|c| c.now.is_some()));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_does_not_come_goes_to_the_end_and_is_not_lost() {
    on_both("hall_missed", AT, |t| async move {
        let o = &office(&t, vec![window(1, &[])]).await;
        take(o, "new_matter", "").await;
        t.time.pass(60);
        take(o, "new_matter", "").await;
        let mut ticket = call(o).await;
        assert_eq!(ticket.place.ticket, "A001");
        assert!(matches!(step(o, &ticket, Verb::Miss).await, Err(AppError::Closed(_))), "called once only");
        for _ in 0..2 {
            t.time.pass(30);
            ticket = step(o, &ticket, Verb::Call).await.unwrap();
        }
        let seen_before = ticket.clone();
        step(o, &ticket, Verb::Miss).await.unwrap();
        assert!(
            matches!(step(o, &seen_before, Verb::ReceiveVisitor).await, Err(AppError::ChangedMeanwhile)),
            "a button of a page from before"
        );
        assert_eq!(waiting(o).await, ["A002", "A001"]);
        assert_eq!(call(o).await.place.ticket, "A002");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_calls_only_for_its_services_and_keeps_one_visitor() {
    on_both("hall_services", AT, |t| async move {
        let o = &office(&t, vec![window(1, &["my_matter"]), window(2, &["new_matter"])]).await;
        take(o, "new_matter", "").await;
        assert!(desk::call_next(o, &staff(o, CLERK).await, 1).await.unwrap().is_none(), "not for this window");
        let now = board(o, &unit()).await.unwrap();
        assert_eq!(now.waiting[0].expected, None, "nobody sits at the window for it");
        take(o, "my_matter", "").await;
        assert_eq!(call(o).await.place.ticket, "B001");
        assert!(matches!(desk::call_next(o, &staff(o, CLERK).await, 1).await, Err(AppError::Form(_))), "one at a time");
        assert!(
            matches!(desk::call_next(o, &staff(o, CLERK).await, 9).await, Err(AppError::NotFound)),
            "no such window"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_not_received_in_the_promised_time_is_owed_it_all_the_same() {
    on_both("hall_late", AT, |t| async move {
        let o = &office(&t, vec![window(1, &[])]).await;
        let ticket = take(o, "new_matter", "").await;
        t.time.pass(61 * 60);
        let swept = sweep::sweep_office(o).await.unwrap();
        assert_eq!(swept.breaches, 1, "the office is late, and it says so");
        let visit = proceedings::by_id(o, &ticket.visit).await.unwrap().unwrap();
        assert!(visit.is_late() && visit.kind == ProceedingKind::Reception);
        // Nobody is written off without having been called.
        let away = the_move("went_away", &[("reason", "不在")]);
        let refused = proceedings::act(o, &staff(o, CLERK).await, &ticket.number, away).await;
        assert!(matches!(refused, Err(AppError::Closed(_))), "{refused:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_form_gives_one_ticket_and_a_closed_hall_none() {
    on_both("hall_once", AT, |t| async move {
        let o = &office(&t, vec![window(1, &[])]).await;
        let clerk = staff(o, CLERK).await;
        let wish = Wish { service: "new_matter".into(), need: String::new(), form: Some("one form".into()) };
        let tries = (0..20).map(|_| {
            let (o, clerk, wish) = (o.clone(), clerk.clone(), wish.clone());
            tokio::spawn(async move { take_at_counter(&o, &clerk, &wish).await.unwrap().place.ticket })
        });
        let mut given = BTreeSet::new();
        for one in tries.collect::<Vec<_>>() {
            given.insert(one.await.unwrap());
        }
        assert_eq!(given.len(), 1, "{given:?}");
        assert_eq!(waiting(o).await.len(), 1);
        for (service, need) in [("", ""), ("nonsense", ""), ("new_matter", "important")] {
            let wish = Wish { service: service.into(), need: need.into(), form: None };
            let refused = take_at_counter(o, &clerk, &wish).await;
            assert!(matches!(refused, Err(AppError::Closed(_))), "`{service}` `{need}`: {refused:?}");
        }
        let head = staff(o, "countyxf.head").await;
        let shut = Hall { open: false, windows: vec![window(1, &[])] };
        hall::put(o, &head, shut).await.unwrap();
        let refused = take_at_counter(o, &clerk, &Wish { form: None, ..wish }).await;
        assert!(matches!(refused, Err(AppError::Form(_))), "{refused:?}");
        let elsewhere = take_at_tablet(o, &UnitId::new("nowhere"), &Wish::default()).await;
        assert!(matches!(elsewhere, Err(AppError::NotFound)));
        for wrong in [
            Hall { open: true, windows: vec![] },
            Hall { open: true, windows: vec![window(1, &[]), window(1, &[])] },
            Hall { open: true, windows: vec![window(0, &[])] },
            Hall { open: true, windows: vec![window(1, &["nonsense"])] },
            Hall { open: true, windows: (1..=41).map(|n| window(n, &[])).collect() },
        ] {
            assert!(matches!(hall::put(o, &head, wrong.clone()).await, Err(AppError::Form(_))), "{wrong:?}");
        }
        assert!(matches!(hall::put(o, &clerk, Hall::default()).await, Err(AppError::NotAllowed)));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_place_at_a_window_ends_with_the_day_and_numbers_begin_again() {
    on_both("hall_day", AT, |t| async move {
        let o = &office(&t, vec![window(1, &[]), window(2, &[])]).await;
        let clerk = staff(o, CLERK).await;
        assert_eq!(sitting::window_of(o, &clerk).await.unwrap(), Some(1));
        sitting::sit(o, &clerk, 2).await.unwrap();
        assert_eq!(sitting::window_of(o, &clerk).await.unwrap(), Some(2), "one window at a time");
        assert_eq!(take(o, "new_matter", "").await.place.ticket, "A001");
        t.time.go("2026-12-01T09:00:00+08:00");
        assert_eq!(sitting::window_of(o, &clerk).await.unwrap(), None);
        assert!(waiting(o).await.is_empty(), "yesterday’s tickets are of yesterday; what is owed stays in my duties");
        assert_eq!(take(o, "new_matter", "").await.place.ticket, "A001");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_unit_that_promised_something_does_not_read_what_she_said() {
    on_both("hall_private", AT, |t| async move {
        let o = &office(&t, vec![window(1, &[])]).await;
        take(o, "new_matter", "").await;
        let ticket = step(o, &call(o).await, Verb::ReceiveVisitor).await.unwrap();
        let head = staff(o, "countyxf.head").await;
        let without = Hall { open: true, windows: vec![window(2, &[])] };
        assert!(matches!(hall::put(o, &head, without).await, Err(AppError::Form(_))), "somebody sits at the window");
        let clerk = staff(o, CLERK).await;
        let said = Draft {
            fields: given(&[("present", "接谈人"), ("facts", "住建局的人态度粗暴")]),
            demands: vec![demand("修好暖气")],
            asking: nobody(),
            form: "a form of its own".into(),
            version: None,
        };
        record::write(o, &clerk, &ticket.number, said).await.unwrap();
        let promised = [("to_unit", "housing"), ("due_on", "2026-12-10"), ("summary", "上门测温")];
        proceedings::act(o, &clerk, &ticket.number, the_move("promise", &promised)).await.unwrap();
        let told = async |login: &str| {
            let view = proceedings::view(o, &staff(o, login).await, &ticket.number).await.unwrap();
            let words: String = view.words.iter().flat_map(|w| w.words.iter().map(|(_, v)| v.to_owned())).collect();
            (words, view.papers.len())
        };
        let (own, papers) = told(CLERK).await;
        assert!(own.contains("态度粗暴") && papers == 1);
        let (theirs, papers) = told("housing.head").await;
        assert!(theirs.contains("上门测温"), "what it promised it reads");
        assert!(!theirs.contains("态度粗暴") && papers == 0, "{theirs}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn five_hundred_tickets_of_a_morning_stand_in_one_order_and_none_is_lost() {
    on_both("hall_many", AT, |t| async move {
        let o = &office(&t, vec![window(1, &[])]).await;
        for i in 0..500 {
            take(o, "new_matter", if i % 10 == 0 { "age" } else { "" }).await;
        }
        let all = waiting(o).await;
        assert_eq!(all.len(), 500);
        assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), 500);
        let base = site(o).await;
        let screen = Role::strict(&base).page("/hall/countyxf/screen").await;
        assert!(screen.contains(&all[0]) && screen.len() < 200_000, "{} bytes", screen.len());
        for expected in all.iter().take(6) {
            t.time.pass(60);
            let called = call(o).await;
            assert_eq!(&called.place.ticket, expected);
            let called = step(o, &called, Verb::ReceiveVisitor).await.unwrap();
            let done = [(Field::Summary, "已经说明".to_owned())];
            desk::step(o, &staff(o, CLERK).await, &called, Verb::Leave, &done).await.unwrap();
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_display_that_is_open_for_a_week_shows_each_day_its_own() {
    let t = sqlite_office("2026-11-30T09:00:00+08:00");
    let o = &office(&t, vec![window(1, &[])]).await;
    let base = site(o).await;
    let client = Role::strict(&base);
    for day in 0..7 {
        let shown = client.page("/hall/countyxf/screen").await;
        assert!(!shown.contains("A002"), "day {day} begins empty: {shown}");
        let mut watch = client.get("/hall/countyxf/events").send().await.unwrap();
        assert_eq!(watch.headers()["content-type"], "text/event-stream");
        take(o, "new_matter", "").await;
        take(o, "new_matter", "").await;
        let told = tokio::time::timeout(std::time::Duration::from_secs(20), watch.chunk()).await;
        let told = told.expect("the display is told of a change").unwrap().unwrap();
        assert!(String::from_utf8_lossy(&told).contains("changed"));
        assert!(client.page("/hall/countyxf/screen").await.contains("A002"));
        t.time.pass(24 * 3600);
        t.time.machine_minutes(24 * 60);
    }
}
