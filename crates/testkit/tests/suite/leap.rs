//! A clock that leaps: nothing is breached, told or removed until somebody says that the time is right.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test")]

use huiyin_app::domain::clock::ClockState;
use huiyin_app::security::{self, Act};
use huiyin_app::{AppError, matter_view, office_clock, sweep};
use huiyin_demo as demo;
use huiyin_testkit::{letter, on_both, site, sqlite_office, staff};

const AT: &str = "2026-03-02T10:00:00+08:00";

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_breached_by_a_clock_that_leaps_until_somebody_confirms_it() {
    on_both("leap", AT, |t| async move {
        demo::people(&t.office).await.unwrap();
        let o = &t.office;
        let receipt = letter(o, "2026-03-02", |_| {}).await;
        let (clerk, head) = (staff(o, "countyxf.clerk").await, staff(o, "countyxf.head").await);
        let number = format!("{}-1", receipt.number);
        assert!(sweep::watched(o).await.unwrap().is_some());
        // A weekend without a word of anybody, the machine running: no leap.
        for day in ["2026-03-03T09:00:00+08:00", "2026-03-03T23:00:00+08:00", "2026-03-04T22:00:00+08:00"] {
            t.time.go(day);
            assert!(sweep::watched(o).await.unwrap().is_some(), "{day}");
        }
        // Ten years ahead for a moment.
        t.time.go("2036-03-04T22:00:00+08:00");
        assert!(sweep::watched(o).await.unwrap().is_none() && office_clock::held(o).is_some());
        let breached = || async {
            matter_view::for_officer(o, &clerk, &number)
                .await
                .unwrap()
                .matter
                .clocks
                .iter()
                .any(|c| matches!(c.state(), ClockState::Breached { .. }))
        };
        assert!(!breached().await);
        let base = site(o).await;
        let signed = huiyin_app::sign_in::sign_in(o, "countyxf.clerk", demo::PASSWORD, &Default::default())
            .await
            .unwrap()
            .signed_in()
            .unwrap();
        let page = || async {
            reqwest::Client::new()
                .get(format!("{base}/staff/duties"))
                .header("cookie", format!("hy_staff={}", signed.secret))
                .send()
                .await
                .unwrap()
                .text()
                .await
                .unwrap()
        };
        assert!(page().await.contains("一下子从"), "the desk says so");
        // It is right again: the work goes on by itself.
        t.time.go("2026-03-04T23:00:00+08:00");
        assert!(sweep::watched(o).await.unwrap().is_some() && office_clock::held(o).is_none() && !breached().await);
        assert!(!page().await.contains("一下子从"));
        // The machine was off over a holiday and the time is right: whoever is in charge says so, and it is worked at
        // once.
        t.time.go("2026-04-20T09:00:00+08:00");
        assert!(sweep::watched(o).await.unwrap().is_none());
        assert!(matches!(office_clock::confirm(o, &clerk).await, Err(AppError::NotAllowed)));
        office_clock::confirm(o, &head).await.unwrap();
        assert!(sweep::watched(o).await.unwrap().is_some() && breached().await);
        let entries = security::list(o, &head, Some(Act::ClockConfirmed), "", 5).await.unwrap().entries;
        assert!(entries.len() == 1 && entries[0].by == Some(head.officer.id.clone()), "{entries:?}");
    })
    .await;
}

/// A stop that ends before eight in the morning ends on that day, not on the day it still is in UTC.
#[tokio::test(flavor = "multi_thread")]
async fn a_stop_ends_on_the_day_of_the_office() {
    use huiyin_app::domain::clock::{LedgerEntry, OfficeTime};
    let t = sqlite_office("2026-03-02T10:00:00+08:00");
    demo::people(&t.office).await.unwrap();
    let receipt = letter(&t.office, "2026-03-02", |_| {}).await;
    let matter =
        huiyin_app::matter_view::for_operator(&t.office, &format!("{}-1", receipt.number)).await.unwrap().matter;
    let mut clock = matter.clocks[0].clone();
    clock.ledger.push(LedgerEntry::Stop { from: "2026-03-03".parse().unwrap(), to: None, reason: "hearing".into() });
    let zone = jiff::tz::TimeZone::get("Asia/Shanghai").unwrap();
    clock.discharge(&OfficeTime { at: "2026-03-05T07:30:00+08:00".parse().unwrap(), zone }).unwrap();
    assert!(
        matches!(&clock.ledger[..], [.., LedgerEntry::Stop { to: Some(day), .. }] if day.to_string() == "2026-03-05"),
        "{:?}",
        clock.ledger
    );
}
