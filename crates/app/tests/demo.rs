//! The demo is made through the use cases and no step of it is refused.
#![allow(clippy::unwrap_used, reason = "a test")]

use huiyin_app::demo;
use huiyin_testkit::on_both;

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_is_made_without_a_refused_step() {
    on_both("demo", "2026-11-24T15:00:00+08:00", |t| async move {
        let seeded = demo::seed(&t.office, t.time.clone()).await.unwrap();
        assert_eq!(seeded.refused, Vec::<String>::new());
        assert!(seeded.steps > 1_500, "only {} steps", seeded.steps);
        assert!(!seeded.code.is_empty());
    })
    .await;
}
