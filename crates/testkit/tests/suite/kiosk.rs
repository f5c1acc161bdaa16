//! The tablet at the door: paired by a code, gives tickets by touch alone, is revoked at once.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    reason = "a test"
)]

use std::collections::BTreeSet;

use huiyin_app::domain::ids::UnitId;
use huiyin_app::reception::booking::book::Beside;
use huiyin_app::reception::device::{self, DeviceKind};
use huiyin_app::reception::ticket::{Wish, take_at_counter, take_at_tablet};
use huiyin_app::reception::{Hall, Window, come, hall, sitting};
use huiyin_app::{AppError, Office, verify};
use huiyin_demo as demo;
use huiyin_testkit::{Role, TestOffice, field, given, on_both, site, sqlite_office, staff};

const AT: &str = "2026-11-30T09:00:00+08:00";

async fn office(t: &TestOffice) -> Office {
    demo::people(&t.office).await.unwrap();
    let window = Window { number: 1, name: String::new(), services: BTreeSet::new() };
    let head = staff(&t.office, "countyxf.head").await;
    hall::put(&t.office, &head, Hall { open: true, windows: vec![window] }).await.unwrap();
    t.office.clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_pairs_one_device_once_and_a_revoked_one_opens_nothing() {
    on_both("kiosk_pair", AT, |t| async move {
        let o = &office(&t).await;
        let head = staff(o, "countyxf.head").await;
        let code = device::offer(o, &head, DeviceKind::Kiosk, "大门口").await.unwrap();
        let typed = format!(" {} {} ", &code[..4], &code[4..]);
        let tries = (0..10).map(|i| {
            let (o, typed) = (o.clone(), typed.clone());
            tokio::spawn(async move { device::pair(&o, &typed, &format!("192.0.2.{i}")).await })
        });
        let mut tokens = Vec::new();
        for one in tries.collect::<Vec<_>>() {
            match one.await.unwrap() {
                Ok((_, token)) => tokens.push(token),
                Err(AppError::NotFound) => {}
                Err(other) => panic!("{other:?}"),
            }
        }
        assert_eq!(tokens.len(), 1, "a code is good once");
        let paired = device::by_token(o, DeviceKind::Kiosk, &tokens[0]).await.unwrap();
        assert_eq!((paired.unit.as_str(), paired.name.as_str()), ("countyxf", "大门口"));
        for wrong in ["", ".", "x.y", &tokens[0][..30], &format!("{}0", tokens[0])] {
            assert!(
                matches!(device::by_token(o, DeviceKind::Kiosk, wrong).await, Err(AppError::NotFound)),
                "`{wrong}`"
            );
        }
        let other = device::by_token(o, DeviceKind::Wall, &tokens[0]).await;
        assert!(matches!(other, Err(AppError::NotFound)), "a tablet is no wall");
        // A code ends with its time, and the desk alone makes one.
        let late = device::offer(o, &head, DeviceKind::Kiosk, "后门").await.unwrap();
        t.time.machine_minutes(16);
        assert!(matches!(device::pair(o, &late, "192.0.2.99").await, Err(AppError::NotFound)));
        let clerk = staff(o, "countyxf.clerk").await;
        assert!(matches!(device::offer(o, &clerk, DeviceKind::Kiosk, "x").await, Err(AppError::NotAllowed)));
        for name in ["", "\u{200b}", &"长".repeat(41)] {
            let refused = device::offer(o, &head, DeviceKind::Kiosk, name).await;
            assert!(matches!(refused, Err(AppError::Form(_))), "`{name}`: {refused:?}");
        }
        let all = device::of_hall(o, &head).await.unwrap();
        assert_eq!(all.len(), 1);
        device::revoke(o, &head, &all[0].0).await.unwrap();
        assert!(
            matches!(device::by_token(o, DeviceKind::Kiosk, &tokens[0]).await, Err(AppError::NotFound)),
            "revoked at once"
        );
        assert!(matches!(device::revoke(o, &head, &all[0].0).await, Err(AppError::NotFound)));
        let findings = verify::verify_all(o, &mut |_| {}).await.unwrap().findings;
        assert!(findings.is_empty(), "{findings:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_codes_are_counted() {
    let t = sqlite_office(AT);
    let o = &office(&t).await;
    let mut waits = false;
    for i in 0..200 {
        match device::pair(o, &format!("{i:08}"), "192.0.2.7").await {
            Err(AppError::NotFound) => {}
            Err(AppError::Throttled { .. }) => {
                waits = true;
                break;
            }
            other => panic!("{other:?}"),
        }
    }
    assert!(waits, "eight digits are not to be tried through");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hand_that_plays_with_the_tablet_does_not_fill_the_queue() {
    on_both("kiosk_fast", AT, |t| async move {
        let o = &office(&t).await;
        let unit = UnitId::new("countyxf");
        let wish = Wish { service: "new_matter".into(), need: String::new(), form: None };
        let mut given = 0;
        let refused = loop {
            match take_at_tablet(o, &unit, &wish).await {
                Ok(_) => given += 1,
                Err(error) => break error,
            }
            assert!(given < 100, "nothing stops it");
        };
        assert!(matches!(&refused, AppError::Form(errors) if errors[0].fault == "fault-tickets-fast"), "{refused:?}");
        take_at_counter(o, &staff(o, "countyxf.clerk").await, &wish).await.expect("the counter gives them on");
        t.time.pass(61);
        take_at_tablet(o, &unit, &wish).await.expect("a minute later the tablet does too");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_takes_a_ticket_by_two_touches_and_leaves_nothing_behind() {
    let t = sqlite_office(AT);
    let o = &office(&t).await;
    let base = site(o).await;
    let head = staff(o, "countyxf.head").await;
    let code = device::offer(o, &head, DeviceKind::Kiosk, "大门口").await.unwrap();
    let tablet = Role::strict(&base);
    let sent = |path: &'static str, form: Vec<(&'static str, String)>| tablet.post(path).form(&form).send();
    let wrong = sent("/device", vec![("code", "00000000".into())]).await.unwrap();
    assert_eq!(wrong.status(), 422);
    assert_eq!(tablet.get("/kiosk").send().await.unwrap().status(), 303, "not paired yet");
    let paired = sent("/device", vec![("code", code)]).await.unwrap();
    assert_eq!(paired.headers()["location"], "/kiosk");
    let first = tablet.page("/kiosk").await;
    for both in ["请问您来办什么事", "What do you come for"] {
        assert!(first.contains(both), "{first}");
    }
    assert!(!first.contains("type=\"text\"") && !first.contains("<textarea"), "nothing is typed on it");
    let second = sent("/kiosk", vec![("service", "new_matter".into())]).await.unwrap().text().await.unwrap();
    assert!(second.contains("infant"));
    let key = field(&second, "key");
    let touch =
        || vec![("service", "new_matter".to_owned()), ("key", key.clone()), ("stated_need", "infant".to_owned())];
    let given = sent("/kiosk", touch()).await.unwrap();
    assert_eq!(given.headers()["location"], "/kiosk/tickets/A001");
    let twice = sent("/kiosk", touch()).await.unwrap();
    assert_eq!(twice.headers()["location"], "/kiosk/tickets/A001", "touched twice is one ticket");
    let ticket = tablet.page("/kiosk/tickets/A001").await;
    assert!(ticket.contains("A001") && ticket.contains("data-reset=\"30\""));
    assert!(!ticket.contains("婴儿"), "what was stated is not on the ticket");
    for bad in ["nonsense", "", "new_matter' OR 1=1"] {
        let form = vec![("service", bad.to_owned()), ("stated_need", "none".to_owned())];
        let refused = sent("/kiosk", form).await.unwrap().status().as_u16();
        assert!((400..500).contains(&refused), "`{bad}`: {refused}");
    }
    let id = device::of_hall(o, &head).await.unwrap()[0].0.clone();
    device::revoke(o, &head, &id).await.unwrap();
    assert_eq!(sent("/kiosk", touch()).await.unwrap().headers()["location"], "/device", "revoked at once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wall_shows_the_day_and_nothing_of_anybody() {
    let t = sqlite_office(AT);
    let o = &office(&t).await;
    let base = site(o).await;
    let (head, clerk) = (staff(o, "countyxf.head").await, staff(o, "countyxf.clerk").await);
    let unit = UnitId::new("countyxf");
    sitting::sit(o, &clerk, 1).await.unwrap();
    let wish = Wish { service: "new_matter".into(), need: "infant".into(), form: None };
    take_at_counter(o, &clerk, &wish).await.unwrap();
    let asked = given(&[("topic", "测试某的事"), ("words", "想见领导")]);
    come::begin(o, &unit, "meet_leader", &asked, &Beside::default(), "a form of its own", "192.0.2.1").await.unwrap();
    let code = device::offer(o, &head, DeviceKind::Wall, "办公室").await.unwrap();
    let wall = Role::strict(&base);
    let paired = wall.post("/device").form(&[("code", code)]).send().await.unwrap();
    assert_eq!(paired.headers()["location"], "/wall");
    assert_eq!(wall.get("/kiosk").send().await.unwrap().status(), 303, "it gives no tickets");
    let shown = wall.page("/wall").await;
    for there in ["A001", "答复求见领导的请求", "周明"] {
        assert!(shown.contains(there), "{there} in {shown}");
    }
    for kept in ["测试某", "婴儿", "想见领导"] {
        assert!(!shown.contains(kept), "{kept} on the wall");
    }
    let desk = Role::officer(&base, "countyxf.clerk").await.page("/staff/hall/today").await;
    assert!(desk.contains("A001"), "{desk}");
}
