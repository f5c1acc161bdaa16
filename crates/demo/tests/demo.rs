//! The demo is made through the use cases on every day, and no step of it is refused.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use huiyin_app::yearly;
use huiyin_demo as demo;
use huiyin_testkit::{on_both, sqlite_office, staff};
use jiff::ToSpan;
use jiff::civil::date;

/// Steps of a whole demo, at least.
const STEPS: usize = 1_500;
/// On each day one in so many of the petitions is made, others each day; `scripts/test --long` makes them all.
const SHARE: usize = 60;

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_is_made_without_a_refused_step() {
    on_both("demo", "2026-11-24T15:00:00+08:00", |t| async move {
        let seeded = demo::seed(&t.office, t.time.clone()).await.unwrap();
        assert_eq!(seeded.refused, Vec::<String>::new());
        assert!(seeded.steps > STEPS, "only {} steps", seeded.steps);
        assert!(!seeded.code.is_empty());
        assert_eq!(huiyin_app::demo_office::holds(&t.office).await.unwrap(), huiyin_app::demo_office::Holds::Demo);
        // Nobody is pressed again each day for what somebody else is to press.
        let figures = yearly::figures(&t.office, &staff(&t.office, "countyxf.handler").await, 2026).await.unwrap();
        let orders = figures.counts.get("orders").copied().unwrap_or_default();
        assert!(orders > 0 && orders <= figures.late, "{orders} orders for {} late duties", figures.late);
    })
    .await;
}

/// Two years, one with its holiday notice and one without: long holidays move what scripts and law wait for.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_demo_is_made_on_every_day_of_two_years() {
    let (first, days) = (date(2026, 1, 1), 730_usize);
    let share = if std::env::var_os("HUIYIN_LONG").is_some() { 1 } else { SHARE };
    let next = Arc::new(AtomicUsize::new(0));
    let workers = (0..2).map(|_| {
        let next = Arc::clone(&next);
        tokio::spawn(async move {
            let mut faults = Vec::new();
            loop {
                let n = next.fetch_add(1, Ordering::SeqCst);
                if n >= days {
                    return faults;
                }
                let day = first.checked_add(i64::try_from(n).unwrap().days()).unwrap();
                let t = sqlite_office(&format!("{day}T15:00:00+08:00"));
                let seeded = demo::seed_some(&t.office, t.time.clone(), &|i| i % share == n % share).await.unwrap();
                faults.extend(seeded.refused.into_iter().map(|why| format!("{day}: {why}")));
                if seeded.steps * share < STEPS || seeded.code.is_empty() {
                    faults.push(format!("{day}: only {} steps", seeded.steps));
                }
            }
        })
    });
    let mut faults: Vec<String> = Vec::new();
    for worker in workers.collect::<Vec<_>>() {
        faults.extend(worker.await.unwrap());
    }
    assert!(faults.is_empty(), "{} faults, for example {:#?}", faults.len(), faults.iter().take(5).collect::<Vec<_>>());
}
