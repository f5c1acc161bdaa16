//! The yearly report of a petition office, counted as its pack says, on both databases.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test")]

use huiyin_app::domain::submission::Purpose;
use huiyin_app::lodge::{self, Lodging};
use huiyin_app::{AppError, yearly};
use huiyin_demo as demo;
use huiyin_testkit::{answered, on_both, petition, staff, step};

const AT: &str = "2026-03-02T10:00:00+08:00";

#[tokio::test(flavor = "multi_thread")]
async fn the_yearly_report_counts_accusations_in_the_total_alone() {
    on_both("yearly", AT, |t| async move {
        demo::people(&t.office).await.unwrap();
        let o = &t.office;
        let one = lodge::lodge(o, Lodging { class: Some("劳动和社会保障/工资福利".into()), ..petition("欠薪") })
            .await
            .unwrap();
        answered(o, &format!("{}-1", one.number)).await;
        let two = lodge::lodge(
            o,
            Lodging {
                purpose: Purpose::Accusation, class: Some("纪检监察/贪污贿赂".into()), ..petition("反映某人")
            },
        )
        .await
        .unwrap();
        step(
            o,
            "countyxf.clerk",
            &format!("{}-1", two.number),
            "hand_to_receiver",
            &[("to_unit", "discipline"), ("reason", "x")],
        )
        .await
        .unwrap();
        // A supervision, and a recommendation that is answered.
        let (number, supervisor) = (format!("{}-1", one.number), staff(o, "countyxf.handler").await);
        step(o, "countyxf.handler", &number, "supervise", &[("reason", "过了期限")]).await.unwrap();
        let counted = yearly::figures(o, &supervisor, 2026).await.unwrap().counts;
        assert_eq!((counted["orders"], counted.get("recommendations")), (1, None));
        let ask = [("to_unit", "housing"), ("reason", "改进工作")];
        step(o, "countyxf.handler", &number, "recommend_improve", &ask).await.unwrap();
        let counted = yearly::figures(o, &supervisor, 2026).await.unwrap().counts;
        assert_eq!((counted["recommendations"], counted.get("recommendations_answered")), (1, None));
        let answer = [("adopted", "adopted_partly"), ("summary", "已经改进")];
        step(o, "housing.clerk", &number, "answer_recommendation", &answer).await.unwrap();
        let figures = yearly::figures(o, &supervisor, 2026).await.unwrap();
        assert_eq!((figures.received, figures.counts["answered"], figures.counts["transferred"]), (2, 1, 1));
        let letter = yearly::letter(o, &supervisor, 2026).await.unwrap();
        let text = letter.texts().concat();
        assert!(
            text.contains("2026年度") && text.contains("2 件（含检举控告）") && text.contains("劳动和社会保障 1"),
            "{text}"
        );
        assert!(text.contains("提出建议 1 项，书面反馈 1 项，采纳或者部分采纳 1 项。"), "{text}");
        assert!(
            text.contains("五、转送、交办")
                && text.contains("转送、交办 1 件")
                && text.contains("书面答复 1 件，不予受理 0 件"),
            "{text}"
        );
        assert!(
            !text.contains("纪检监察 1") && !text.contains("discipline"),
            "no line tells of the accusation: {text}"
        );
        assert_eq!(yearly::figures(o, &supervisor, 2025).await.unwrap().received, 0);
        for (on, to) in [("2026-03-03", "县政府"), ("2025-12-31", "县政府"), ("x", "县政府"), ("2026-03-02", " ")]
        {
            assert!(
                matches!(yearly::record_sending(o, &supervisor, 2026, on, to).await, Err(AppError::Form(_))),
                "{on} {to}"
            );
        }
        yearly::record_sending(o, &supervisor, 2025, "2026-03-02", "县人民政府、市信访局").await.unwrap();
        let sent = yearly::sendings(o, &supervisor, 2025).await.unwrap();
        assert_eq!((sent.len(), sent[0].to.as_str()), (1, "县人民政府、市信访局"));
        assert!(yearly::sendings(o, &supervisor, 2026).await.unwrap().is_empty());
        for login in ["housing.head", "countyxf.clerk", "county.head"] {
            assert!(
                matches!(yearly::figures(o, &staff(o, login).await, 2026).await, Err(AppError::NotAllowed)),
                "{login}"
            );
        }
    })
    .await;
}
