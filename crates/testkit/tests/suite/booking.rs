//! Booked visits: a time is taken once, whoever has booked is called at it, and whoever's booking is cancelled is told.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test")]

use std::collections::{BTreeMap, BTreeSet};

use huiyin_app::ItemKind;
use huiyin_app::act::Move;
use huiyin_app::domain::ids::{TenantId, UnitId};
use huiyin_app::move_pack::Mode;
use huiyin_app::reception::booking::book::Beside;
use huiyin_app::reception::booking::{BookingPlan, Opening, desk, plan, slots, telephone_of};
use huiyin_app::reception::device::{self, DeviceKind};
use huiyin_app::reception::ticket::{Wish, take_at_counter};
use huiyin_app::reception::{Hall, Window, board, come, hall, sitting};
use huiyin_app::reorganise::succeed_unit;
use huiyin_app::{AppError, Office, proceedings, projection, sweep, verify};
use huiyin_demo as demo;
use huiyin_testkit::{Role, TestOffice, field, given, letter, on_both, site, sqlite_office, staff, the_move};
use jiff::civil::{Date, date, time};
use jiff::{Timestamp, ToSpan};

/// A Tuesday, before the hall opens.
const AT: &str = "2026-09-22T08:00:00+08:00";

fn unit() -> UnitId {
    UnitId::new("countyxf")
}

fn a_plan() -> BookingPlan {
    let hours = vec![Opening { from: time(9, 0, 0, 0), until: time(10, 0, 0, 0) }];
    BookingPlan { open: true, hours, minutes: 30, at_once: 1, closures: BTreeMap::new() }
}

/// Three windows, and one place for each time.
pub(crate) async fn takes_bookings(office: &Office) {
    let head = staff(office, "countyxf.head").await;
    let window = |number| Window { number, name: String::new(), services: BTreeSet::new() };
    hall::put(office, &head, Hall { open: true, windows: (1..=3).map(window).collect() }).await.unwrap();
    plan::put(office, &head, a_plan(), None).await.unwrap();
}

async fn office(t: &TestOffice) -> Office {
    demo::people(&t.office).await.unwrap();
    takes_bookings(&t.office).await;
    t.office.clone()
}

fn wanted(day: &str, at: &str) -> BTreeMap<String, String> {
    given(&[("due_on", day), ("slot", at), ("service", "new_matter")])
}

async fn book(o: &Office, day: &str, at: &str, form: &str) -> Result<come::Begun, AppError> {
    come::begin(o, &unit(), "booking", &wanted(day, at), &Beside::default(), form, form).await
}

fn fault(result: Result<impl std::fmt::Debug, AppError>) -> String {
    match result {
        Err(AppError::Form(errors)) => errors[0].fault.to_owned(),
        Err(AppError::Closed(closed)) => format!("{closed:?}"),
        other => panic!("{other:?}"),
    }
}

async fn free(o: &Office, day: Date) -> Vec<u32> {
    let all = slots::days(o, &unit()).await.unwrap();
    all.into_iter().find(|d| d.day == day).map(|d| d.times.iter().map(|t| t.free).collect()).unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn from_a_free_time_to_a_ticket_that_is_called_at_it() {
    on_both("booking", AT, |t| async move {
        let o = &office(&t).await;
        let clerk = staff(o, "countyxf.clerk").await;
        let today = date(2026, 9, 22);
        let shown = slots::days(o, &unit()).await.unwrap();
        let days: Vec<Date> = shown.iter().map(|d| d.day).collect();
        assert!(days.contains(&date(2026, 10, 10)), "a made-up Saturday");
        for rest in [date(2026, 9, 26), date(2026, 10, 1)] {
            assert!(!days.contains(&rest), "{rest} is no working day");
        }
        let begun = book(o, "2026-09-22", "9:30", "form").await.unwrap();
        let again = book(o, "2026-09-22", "9:30", "form").await.unwrap();
        assert_eq!((&begun.number, &begun.code), (&again.number, &again.code), "sent twice it is one");
        assert_eq!(free(o, today).await, [1, 0]);
        assert_eq!(fault(book(o, "2026-09-22", "09:30", "other").await), "fault-slot-taken");
        let moved = the_move("change_booking", &[("due_on", "2026-09-22"), ("slot", "09:00")]);
        come::act(o, &begun.code, "here", moved).await.unwrap();
        assert_eq!(free(o, today).await, [0, 1], "the time before is free again");
        let same = the_move("change_booking", &[("due_on", "2026-09-22"), ("slot", "09:30")]);
        come::act(o, &begun.code, "here", same).await.unwrap();
        let again = the_move("change_booking", &[("due_on", "2026-09-22"), ("slot", "09:30")]);
        come::act(o, &begun.code, "here", again).await.expect("the time she has is hers, also when it is full");
        // Before her time she waits like everybody, at her time she is called before them.
        t.time.go("2026-09-22T09:10:00+08:00");
        let wish = |form: &str| Wish { service: "new_matter".into(), need: String::new(), form: Some(form.into()) };
        let early = take_at_counter(o, &clerk, &wish("1")).await.unwrap().place.ticket;
        t.time.go("2026-09-22T09:11:00+08:00");
        let hers = desk::arrive(o, &clerk, &begun.number).await.unwrap().place.ticket;
        assert_eq!(hers, "C001");
        assert_eq!(desk::arrive(o, &clerk, &begun.number).await.unwrap().place.ticket, hers, "pressed twice");
        let order = async || -> Vec<String> {
            let all = board(o, &unit()).await.unwrap().waiting;
            all.into_iter().map(|l| l.ticket.place.ticket).collect()
        };
        assert_eq!(order().await, [early.clone(), hers.clone()]);
        t.time.go("2026-09-22T09:31:00+08:00");
        assert_eq!(order().await, [hers.clone(), early.clone()]);
        let expected = desk::of_day(o, &unit(), today).await.unwrap();
        assert_eq!(expected[0].row.ticket.as_deref(), Some("C001"));
        // Whoever comes long after her time stands where she came.
        let late = book(o, "2026-09-23", "09:00", "late").await.unwrap();
        t.time.go("2026-09-23T09:20:00+08:00");
        let early = take_at_counter(o, &clerk, &wish("2")).await.unwrap().place.ticket;
        t.time.go("2026-09-23T09:21:00+08:00");
        let hers = desk::arrive(o, &clerk, &late.number).await.unwrap().place.ticket;
        assert_eq!(order().await, [early, hers]);
        let findings = verify::verify_all(o, &mut |_| {}).await.unwrap().findings;
        assert!(findings.is_empty(), "{findings:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_who_want_one_time_get_the_places_it_has() {
    on_both("booking_race", AT, |t| async move {
        let o = &office(&t).await;
        let tries = (0..200).map(|i| {
            let o = o.clone();
            tokio::spawn(async move { book(&o, "2026-09-24", "09:00", &format!("10.{i}.0.1")).await })
        });
        let mut codes = BTreeSet::new();
        for one in tries.collect::<Vec<_>>() {
            match one.await.unwrap() {
                Ok(begun) => drop(codes.insert(begun.number)),
                error => assert_eq!(fault(error), "fault-slot-taken"),
            }
        }
        assert_eq!(codes.len(), 1);
        assert_eq!(desk::of_day(o, &unit(), date(2026, 9, 24)).await.unwrap().len(), 1);
        assert_eq!(free(o, date(2026, 9, 24)).await, [0, 1]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_time_that_cannot_be_booked_says_why() {
    let t = sqlite_office("2026-09-22T09:10:00+08:00");
    let o = &office(&t).await;
    let head = staff(o, "countyxf.head").await;
    let closed = BTreeMap::from([(date(2026, 9, 23), "全员培训".to_owned())]);
    plan::put(o, &head, BookingPlan { closures: closed, ..a_plan() }, None).await.unwrap();
    for (day, at, why) in [
        ("2026-09-21", "09:00", "TooEarly"),
        ("2026-09-22", "09:00", "fault-slot-over"),
        ("2026-09-23", "09:00", "fault-slot-closed"),
        ("2026-09-26", "09:00", "fault-slot-none"),
        ("2026-09-24", "09:15", "fault-slot-none"),
        ("2026-09-24", "10:00", "fault-slot-none"),
        ("2027-09-24", "09:00", "fault-slot-far"),
        ("2026-09-24", "late", "NotATime"),
        ("2026-09-31", "09:00", "NotADay"),
        ("", "09:00", "Missing"),
        ("2026-09-24", "", "Missing"),
    ] {
        let found = fault(book(o, day, at, &format!("{day} {at}")).await);
        assert!(found.contains(why), "{day} {at}: {found}");
    }
    let wrong = Beside { telephone: "打我电话".into(), ..Beside::default() };
    assert_eq!(
        fault(come::begin(o, &unit(), "booking", &wanted("2026-09-24", "09:00"), &wrong, "x", "there").await),
        "fault-telephone"
    );
    let wrong = Beside { code: "1234123412341234".into(), ..Beside::default() };
    let refused = come::begin(o, &unit(), "booking", &wanted("2026-09-24", "09:00"), &wrong, "y", "there").await;
    assert_eq!(fault(refused), "fault-code");
    assert_eq!(free(o, date(2026, 9, 24)).await, [1, 1], "nothing is half-booked");
    // A hall that takes no bookings offers none, and its other doors stay open.
    plan::put(o, &head, BookingPlan { open: false, ..a_plan() }, None).await.unwrap();
    assert!(matches!(book(o, "2026-09-24", "09:00", "z").await, Err(AppError::NotFound)));
    assert!(come::beginnings(o, &unit()).await.unwrap().iter().all(|b| b.rule.id != "booking"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_that_makes_no_sense_is_refused() {
    let t = sqlite_office(AT);
    let o = &office(&t).await;
    let head = staff(o, "countyxf.head").await;
    let span = |from, until| Opening { from: time(from, 0, 0, 0), until: time(until, 0, 0, 0) };
    let closed = |why: &str| BTreeMap::from([(date(2026, 9, 23), why.to_owned())]);
    for (wrong, why) in [
        (BookingPlan { hours: vec![], ..a_plan() }, "fault-hours-none"),
        (BookingPlan { hours: vec![span(10, 9)], ..a_plan() }, "fault-hours-order"),
        (BookingPlan { hours: vec![span(9, 11), span(10, 12)], ..a_plan() }, "fault-hours-order"),
        (BookingPlan { minutes: 0, ..a_plan() }, "fault-slot-minutes"),
        (BookingPlan { minutes: 90, ..a_plan() }, "fault-slot-none-fits"),
        (BookingPlan { at_once: 0, ..a_plan() }, "fault-slot-at-once"),
        (BookingPlan { at_once: 3, ..a_plan() }, "fault-slot-at-once"),
        (BookingPlan { closures: closed(" \u{200b}"), ..a_plan() }, "fault-closure-reason"),
    ] {
        assert_eq!(fault(plan::put(o, &head, wrong.clone(), None).await), why, "{wrong:?}");
    }
    let clerk = staff(o, "countyxf.clerk").await;
    assert!(matches!(plan::put(o, &clerk, a_plan(), None).await, Err(AppError::NotAllowed)));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_hall_gives_is_given_by_no_other_door() {
    let t = sqlite_office(AT);
    let o = &office(&t).await;
    let clerk = staff(o, "countyxf.clerk").await;
    let begun = book(o, "2026-09-23", "09:00", "form").await.unwrap();
    let typed = the_move("arrive", &[("ticket", "A999")]);
    assert_eq!(fault(proceedings::act(o, &clerk, &begun.number, typed).await), "fault-in-hall");
    let typed = the_move("arrive", &[("ticket", "A999")]);
    assert_eq!(fault(come::act(o, &begun.code, "here", typed).await), "fault-in-hall");
    // On another day nobody arrives, and before it nobody has stayed away.
    assert!(fault(desk::arrive(o, &clerk, &begun.number).await).contains("OtherDay"));
    assert!(fault(desk::not_come(o, &clerk, &begun.number).await).contains("OtherDay"));
    let elsewhere = staff(o, "housing.clerk").await;
    assert!(matches!(desk::arrive(o, &elsewhere, &begun.number).await, Err(AppError::NotFound)));
    // Until she can be late no more she has not stayed away.
    t.time.go("2026-09-23T09:14:00+08:00");
    assert!(fault(desk::not_come(o, &clerk, &begun.number).await).contains("NotYet"));
    t.time.go("2026-09-24T08:00:00+08:00");
    // What time alone does to it takes and frees no place.
    assert_eq!(sweep::timers(o).await.unwrap().breaches, 1, "nobody has said whether she came");
    let open = desk::left_open(o, &unit()).await.unwrap();
    assert_eq!(open.len(), 1, "who was booked yesterday is asked about today");
    desk::not_come(o, &clerk, &begun.number).await.unwrap();
    assert!(desk::left_open(o, &unit()).await.unwrap().is_empty());
    let seen = come::by_code(o, &begun.code, "here").await.unwrap();
    assert!(seen.proceeding.owed().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_calls_off_leaves_the_time_to_others_and_takes_nothing_from_them() {
    on_both("booking_off", AT, |t| async move {
        let o = &office(&t).await;
        let first = book(o, "2026-09-23", "09:00", "first").await.unwrap();
        come::act(o, &first.code, "here", the_move("call_off_booking", &[])).await.unwrap();
        let second = book(o, "2026-09-23", "09:00", "second").await.unwrap();
        // What is written to the one that was called off leaves the other's place alone.
        let clerk = staff(o, "countyxf.clerk").await;
        let note = the_move("add_note", &[("summary", "x")]);
        drop(proceedings::act(o, &clerk, &first.number, note).await);
        // Nor does what time alone does to it, also where the office had cancelled it.
        let head = staff(o, "countyxf.head").await;
        let third = book(o, "2026-09-23", "09:30", "third").await.unwrap();
        let off = the_move("cancel_booking", &[("reason", "停电")]);
        proceedings::act(o, &head, &third.number, off).await.unwrap();
        let fourth = book(o, "2026-09-23", "09:30", "fourth").await.unwrap();
        t.time.go("2026-09-24T09:00:00+08:00");
        sweep::timers(o).await.unwrap();
        let all = desk::of_day(o, &unit(), date(2026, 9, 23)).await.unwrap();
        let there: Vec<&str> = all.iter().map(|e| e.row.number.as_str()).collect();
        assert_eq!(there, [second.number, fourth.number]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_cancelled_reads_why_and_is_owed_a_call() {
    on_both("booking_cancelled", AT, |t| async move {
        let o = &office(&t).await;
        let (head, clerk) = (staff(o, "countyxf.head").await, staff(o, "countyxf.clerk").await);
        let receipt = letter(o, "2026-09-21", |_| ()).await;
        let beside = Beside { telephone: "０５３９－１２３４５６７".into(), code: receipt.code.clone() };
        let day = wanted("2026-09-23", "09:00");
        let begun = come::begin(o, &unit(), "booking", &day, &beside, "form", "here").await.unwrap();
        let view = proceedings::view(o, &clerk, &begun.number).await.unwrap();
        assert_eq!(view.links.len(), 1, "the matter she comes for");
        assert!(
            matches!(telephone_of(o, &clerk, &begun.number).await, Err(AppError::NotFound)),
            "nothing is to be told"
        );
        let waiting = async || -> Vec<String> {
            let view = proceedings::view(o, &clerk, &begun.number).await.unwrap();
            let all = projection::to_send(o, &view.proceeding, &view.messages).into_iter();
            all.map(|m| format!("{} {}", m.about, m.of_time.map(|t| t.to_string()).unwrap_or_default())).collect()
        };
        assert_eq!(waiting().await, ["reminder 2026-09-23T01:00:00Z"]);
        let (time, code) = (given(&[("due_on", "2026-09-24"), ("slot", "09:30")]), &begun.code);
        let moved = come::by_code(o, code, "here").await.unwrap();
        let change = moved.ground.book.moves.iter().find(|m| huiyin_app::reception::booking::book::is_change(m));
        let id = change.unwrap().id.0.clone();
        come::act(o, code, "here", Move { id: id.clone(), fields: time, ..Move::default() }).await.unwrap();
        assert_eq!(waiting().await, ["reminder 2026-09-24T01:30:00Z"], "nobody is reminded of a time that is no more");
        come::act(o, code, "here", Move { id, fields: day.clone(), ..Move::default() }).await.unwrap();
        assert_eq!(waiting().await, ["reminder 2026-09-23T01:00:00Z"], "and nobody twice of one time");
        assert_eq!(fault(desk::cancel_day(o, &head, date(2026, 9, 23), " ").await), "fault-missing");
        assert!(matches!(desk::cancel_day(o, &clerk, date(2026, 9, 23), "x").await, Err(AppError::NotAllowed)));
        assert_eq!(desk::cancel_day(o, &head, date(2026, 9, 23), "停电检修").await.unwrap(), 1);
        assert_eq!(desk::cancel_day(o, &head, date(2026, 9, 23), "停电检修").await.unwrap(), 0);
        assert_eq!(fault(book(o, "2026-09-23", "09:00", "later").await), "fault-slot-closed", "nobody books it anew");
        let seen = come::by_code(o, &begun.code, "here").await.unwrap();
        assert!(seen.words.iter().any(|w| format!("{:?}", w.words).contains("停电检修")));
        let owed: Vec<&str> = seen.proceeding.owed().iter().map(|c| c.rule.as_str()).collect();
        assert_eq!(owed, ["hold_slot", "tell_cancelled"], "whoever is not told in time was not received");
        assert_eq!(telephone_of(o, &clerk, &begun.number).await.unwrap().as_deref(), Some("0539-1234567"));
        assert_eq!(waiting().await, ["called_off "]);
        let told = the_move("tell_cancelled", &[("way", "told")]);
        proceedings::act(o, &clerk, &begun.number, told).await.unwrap();
        assert!(matches!(telephone_of(o, &clerk, &begun.number).await, Err(AppError::NotFound)), "told is told");
        assert!(waiting().await.is_empty(), "and told once");
        let key = view.proceeding.id.as_str();
        let epoch = Timestamp::UNIX_EPOCH.checked_sub(1.second()).unwrap();
        let left = t.store.item(&TenantId::new("test"), ItemKind::Telephone, key, epoch).await.unwrap();
        assert!(left.is_none_or(|item| item.doc.get("sealed").is_none()), "and the number is gone, by whichever door");
        let findings = verify::verify_all(o, &mut |_| {}).await.unwrap().findings;
        assert!(findings.is_empty(), "{findings:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_visitor_books_on_the_pages_and_touches_her_number_in_the_hall() {
    let t = sqlite_office(AT);
    let o = &office(&t).await;
    let base = site(o).await;
    let her = Role::strict(&base);
    let days = her.page("/come/countyxf/new/booking").await;
    assert!(days.contains("?day=2026-09-22") && !days.contains("2026-09-26"), "{days}");
    let form = her.page("/come/countyxf/new/booking?day=2026-09-22").await;
    let key = field(&form, "key");
    let send = |slot: &'static str, service: &'static str| {
        let sent = [
            ("key", key.as_str()),
            ("due_on", "2026-09-22"),
            ("slot", slot),
            ("service", service),
            ("telephone", "0539-1"),
        ];
        her.post("/come/countyxf/new/booking").form(&sent).send()
    };
    let refused = send("", "new_matter").await.unwrap();
    assert_eq!(refused.status(), 422);
    let kept = refused.text().await.unwrap();
    assert!(kept.contains("0539-1") && kept.contains("2026年9月22日"), "{kept}");
    let closed = [("key", key.as_str()), ("due_on", "2026-09-26"), ("slot", "09:00"), ("telephone", "0539-1234567")];
    let refused = her.post("/come/countyxf/new/booking").form(&closed).send().await.unwrap();
    assert_eq!(refused.status(), 422);
    let kept = refused.text().await.unwrap();
    assert!(kept.contains("0539-1234567") && kept.contains("<select id=\"f-due_on\""), "{kept}");
    let sent = [("key", key.as_str()), ("due_on", "2026-09-22"), ("slot", "09:00"), ("service", "new_matter")];
    let booked = her.post("/come/countyxf/new/booking").form(&sent).send().await.unwrap().text().await.unwrap();
    assert!(booked.contains("calendar&#x2f;2026-09-22&#x2f;09:00"), "{booked}");
    let file = her.get("/come/countyxf/calendar/2026-09-22/09:00").send().await.unwrap();
    assert_eq!(file.headers()["content-type"], "text/calendar; charset=utf-8");
    assert!(file.text().await.unwrap().contains("DTSTART:20260922T010000Z"));
    for nothing in ["/come/countyxf/calendar/x/09:00", "/come/nowhere/calendar/2026-09-22/09:00"] {
        assert_eq!(her.get(nothing).send().await.unwrap().status(), 404, "{nothing}");
    }
    let code = field(&booked, "code");
    let opened =
        her.post("/come/countyxf/open").form(&[("code", code.as_str())]).send().await.unwrap().text().await.unwrap();
    assert!(opened.contains("2026-09-22 09:30") && !opened.contains("name=\"ticket\""), "{opened}");
    let version = field(&opened, "version");
    let change = [
        ("code", code.as_str()),
        ("step", "change_booking"),
        ("version", version.as_str()),
        ("when", "2026-09-22 09:30"),
    ];
    let changed = her.post("/come/countyxf/move").form(&change).send().await.unwrap().text().await.unwrap();
    assert!(changed.contains("calendar&#x2f;2026-09-22&#x2f;09:30"), "{changed}");
    // In the hall.
    let head = staff(o, "countyxf.head").await;
    let pairing = device::offer(o, &head, DeviceKind::Kiosk, "门口").await.unwrap();
    let tablet = Role::strict(&base);
    tablet.post("/device").form(&[("code", pairing)]).send().await.unwrap();
    let touched = tablet.post("/kiosk").form(&[("service", "booked")]).send().await.unwrap().text().await.unwrap();
    let number = desk::of_day(o, &unit(), date(2026, 9, 22)).await.unwrap()[0].row.number.clone();
    assert!(touched.contains(&number) && touched.contains("09:30"), "{touched}");
    let ticket =
        tablet.post("/kiosk").form(&[("service", "booked"), ("booking", number.as_str())]).send().await.unwrap();
    assert_eq!(ticket.headers()["location"], "/kiosk/tickets/C001");
    let clerk = Role::officer(&base, "countyxf.clerk").await.page("/staff/hall").await;
    assert!(clerk.contains("C001") && clerk.contains(&number), "{clerk}");
    let none = tablet.post("/kiosk").form(&[("service", "booked")]).send().await.unwrap().text().await.unwrap();
    assert!(none.contains("stated_need"), "nobody is expected any more: a ticket like everybody's");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_desk_in_reception_hours_is_owed_by_the_head_until_somebody_sits_down() {
    on_both("booking_desk", AT, |t| async move {
        let o = &office(&t).await;
        let clerk = staff(o, "countyxf.clerk").await;
        let number = "R2026-09-22-countyxf";
        let there = async |number: &str| proceedings::view(o, &clerk, number).await.ok().map(|v| v.proceeding);
        sweep::timers(o).await.unwrap();
        assert!(there(number).await.is_none(), "before it opens nobody is missing");
        t.time.go("2026-09-22T09:01:00+08:00");
        sweep::timers(o).await.unwrap();
        sweep::timers(o).await.unwrap();
        let empty = there(number).await.unwrap();
        assert_eq!(empty.owed().iter().map(|c| c.rule.as_str()).collect::<Vec<_>>(), ["staff_desk"]);
        t.time.go("2026-09-22T09:20:00+08:00");
        sitting::sit(o, &clerk, 1).await.unwrap();
        assert!(there(number).await.unwrap().owed().is_empty(), "somebody sits");
        // On the next day nobody comes at all: it goes up.
        t.time.go("2026-09-23T09:40:00+08:00");
        sweep::timers(o).await.unwrap();
        t.time.go("2026-09-23T10:30:00+08:00");
        assert_eq!(sweep::timers(o).await.unwrap().breaches, 1);
        // On a day of rest, and on one that the office closes, nobody is to be there.
        for day in ["2026-09-26", "2026-10-01"] {
            t.time.go(&format!("{day}T09:30:00+08:00"));
            sweep::timers(o).await.unwrap();
            assert!(there(&format!("R{day}-countyxf")).await.is_none(), "{day}");
        }
        let findings = verify::verify_all(o, &mut |_| {}).await.unwrap().findings;
        assert!(findings.is_empty(), "{findings:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hall_that_goes_over_to_another_unit_leaves_nobody_untold() {
    let t = sqlite_office(AT);
    let o = &office(&t).await;
    let head = staff(o, "countyxf.head").await;
    let begun = book(o, "2026-09-23", "09:00", "form").await.unwrap();
    let (from, to) = (unit(), UnitId::new("housing"));
    let moved = succeed_unit(o, &from, &to, None, Mode::Write).await.unwrap();
    assert!(moved.left.iter().any(|(number, why)| *number == begun.number && why.contains("booked")), "{moved:?}");
    assert_eq!(desk::cancel_day(o, &head, date(2026, 9, 23), "机构调整").await.unwrap(), 1);
    let moved = succeed_unit(o, &from, &to, None, Mode::Write).await.unwrap();
    assert!(moved.left.iter().all(|(number, _)| *number != begun.number), "{moved:?}");
    let seen = come::by_code(o, &begun.code, "here").await.unwrap();
    let owes: Vec<_> = seen.proceeding.owed().iter().map(|c| c.bound.unit.clone().unwrap()).collect();
    assert!(owes.iter().all(|unit| *unit == to) && !owes.is_empty(), "whoever succeeds tells her: {owes:?}");
}
