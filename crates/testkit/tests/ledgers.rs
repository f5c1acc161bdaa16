//! Where imported rows enter: ended, accepted or received by their dates; what ran out before is recorded
//! without notices; the clocks of open rows go on.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test")]

use huiyin_app::domain::clock::ClockState;
use huiyin_app::domain::event::EventKind;
use huiyin_app::find;
use huiyin_app::import::{self, Mapping, Run};
use huiyin_app::{Staff, demo, matter_view, sweep};
use huiyin_testkit::on_both;

#[tokio::test(flavor = "multi_thread")]
async fn rows_enter_at_the_stage_their_dates_show() {
    on_both("ledgers", "2026-03-20T10:00:00+08:00", |t| async move {
        demo::people(&t.office).await.unwrap();
        let o = &t.office;
        let csv = "编号,标题,内容,登记日期,受理日期,答复时间,答复意见\n1,已答复的,甲,2026-01-05,,2026-01-30,已修好\n2,在办的,乙,2026-03-02,2026-03-05,,\n3,逾期没转的,丙,2026-02-02,,,\n4,刚收到的,丁,2026-03-18,,,\n";
        let table = import::read(csv.as_bytes()).unwrap();
        let report = import::run(o, &table, &Mapping::default(), "ledger", Run::Real, |_| {}).await.unwrap();
        assert_eq!((report.imported, report.known, report.refused.len()), (4, 0, 0));
        let directory = o.directory().await.unwrap();
        let clerk = Staff { officer: directory.officers.iter().find(|x| x.login == "countyxf.clerk").unwrap().clone() };
        let find = |words: &'static str| {
            let (office, clerk) = (o.clone(), clerk.clone());
            async move {
                let page = find::search(&office, &clerk, words, None, 5).await.unwrap().words;
                matter_view::for_officer(&office, &clerk, &page.rows[0].number).await.unwrap()
            }
        };
        let ended = find("已答复的").await;
        assert!(ended.matter.state.as_str() == "archived" && ended.matter.clocks.is_empty() && ended.text.contains("已修好"));
        let open = find("在办的").await;
        assert_eq!((open.matter.state.as_str(), open.matter.owed()[0].legal.to_string().as_str()), ("accepted", "2026-05-06"));
        let late = find("逾期没转的").await;
        assert!(matches!(late.matter.clocks[0].state, ClockState::Breached { .. }));
        assert!(late.events.iter().any(|e| matches!(e.event.kind, EventKind::Breached { historic: true, .. })));
        assert_eq!(find("刚收到的").await.matter.owed()[0].legal.to_string(), "2026-04-02");
        // Nothing that ran out before the import is warned of, escalated or told.
        sweep::run(o).await.unwrap();
        let late = find("逾期没转的").await;
        assert!(late.messages.is_empty() && !late.events.iter().any(|e| matches!(e.event.kind, EventKind::Escalated { .. } | EventKind::Warned { .. })));
        // The clocks of open rows go on as any other.
        t.time.go("2026-04-03T00:00:00+08:00");
        assert_eq!(sweep::run(o).await.unwrap().breaches, 1);
    })
    .await;
}
