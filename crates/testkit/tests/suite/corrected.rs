//! Registration corrected with a trace, and entries made void by two people. On both stores.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test")]

use std::collections::BTreeMap;

use huiyin_app::corrections::{self, Corrected};
use huiyin_app::domain::decide::Closed;
use huiyin_app::domain::event::EventKind;
use huiyin_app::domain::procedure::Fact;
use huiyin_app::{AppError, follow, matter_view};
use huiyin_testkit::{TestOffice, given, letter, on_both, sqlite_office, staff, step, the_move};

const AT: &str = "2026-03-02T10:00:00+08:00";

async fn people(t: &TestOffice) {
    huiyin_demo::people(&t.office).await.unwrap();
}

// --- corrections

#[tokio::test(flavor = "multi_thread")]
async fn a_day_of_receipt_is_corrected_earlier_by_one_and_later_by_two() {
    on_both("corrected", AT, |t| async move {
        people(&t).await;
        let o = &t.office;
        let receipt = letter(o, "2026-03-02", |_| {}).await;
        let number = format!("{}-1", receipt.number);
        let (clerk, head) = (staff(o, "countyxf.clerk").await, staff(o, "countyxf.head").await);
        let route = || async {
            let m = matter_view::for_operator(o, &number).await.unwrap().matter;
            (m.received_on.to_string(), m.clocks.iter().find(|c| c.rule.as_str() == "route").unwrap().legal.to_string())
        };
        assert_eq!(route().await, ("2026-03-02".into(), "2026-03-17".into()));
        // Earlier: one officer, and the clock begins there.
        let done = corrections::correct(
            o,
            &clerk,
            &number,
            &given(&[("received_on", "2026年2月27日"), ("reason", "信封上的签收章是27日")]),
            Vec::new(),
        )
        .await
        .unwrap();
        assert_eq!((done, route().await), (Corrected::Done, ("2026-02-27".into(), "2026-03-16".into())));
        // Later: evidence first, then somebody else of another post; until then nothing moves.
        let later = |evidence: &'static str| {
            given(&[("received_on", "2026-03-02"), ("reason", "看错了"), ("evidence", evidence)])
        };
        let missing = corrections::correct(o, &clerk, &number, &later(""), Vec::new()).await;
        assert!(matches!(&missing, Err(AppError::Form(e)) if e[0].fault == "fault-evidence"), "{missing:?}");
        assert_eq!(
            corrections::correct(o, &clerk, &number, &later("邮局投递单3月2日"), Vec::new()).await.unwrap(),
            Corrected::Proposed
        );
        assert_eq!(route().await.0, "2026-02-27");
        let own = corrections::agree(o, &clerk, &number).await;
        assert!(matches!(&own, Err(AppError::Closed(c)) if **c == Closed::SecondPerson), "{own:?}");
        corrections::agree(o, &head, &number).await.unwrap();
        assert_eq!(route().await, ("2026-03-02".into(), "2026-03-17".into()));
        let view = matter_view::for_operator(o, &number).await.unwrap();
        let agreed =
            view.events.iter().rev().find_map(|e| {
                if let EventKind::Corrected { agreed, .. } = &e.event.kind { agreed.clone() } else { None }
            });
        assert_eq!(agreed.as_ref(), Some(&head.officer.id));
        let told = &view.messages;
        assert_eq!(
            told.iter().filter(|m| m.about == "corrected").count(),
            3,
            "she is told of each: the correction, the proposal and what became of it: {told:?}"
        );
        // In the future, after it was registered, or a word that is no day: named, and nothing is changed.
        for bad in ["2026-03-03", "下周", "1999-01-01"] {
            assert!(
                matches!(
                    corrections::correct(
                        o,
                        &clerk,
                        &number,
                        &given(&[("received_on", bad), ("reason", "试一试")]),
                        Vec::new()
                    )
                    .await,
                    Err(AppError::Form(_))
                ),
                "{bad}"
            );
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lateness_on_record_stays_and_one_that_appears_is_recorded() {
    let t = sqlite_office(AT);
    people(&t).await;
    let o = &t.office;
    let receipt = letter(o, "2026-03-02", |_| {}).await;
    let number = format!("{}-1", receipt.number);
    t.time.go("2026-03-16T10:00:00+08:00");
    let clerk = staff(o, "countyxf.clerk").await;
    // The true day makes the clock run out at once.
    corrections::correct(
        o,
        &clerk,
        &number,
        &given(&[("received_on", "2026-02-20"), ("reason", "收发室登记是2月20日")]),
        Vec::new(),
    )
    .await
    .unwrap();
    let view = matter_view::for_operator(o, &number).await.unwrap();
    assert!(view.events.iter().any(|e| matches!(e.event.kind, EventKind::Breached { .. })) && view.matter.is_late());
    // Corrected back later, what ran out stays on record.
    corrections::correct(
        o,
        &clerk,
        &number,
        &given(&[("received_on", "2026-03-02"), ("reason", "二次核对"), ("evidence", "投递单")]),
        Vec::new(),
    )
    .await
    .unwrap();
    corrections::agree(o, &staff(o, "countyxf.head").await, &number).await.unwrap();
    let view = matter_view::for_operator(o, &number).await.unwrap();
    assert!(view.matter.is_late(), "the breach was wiped");
}

#[tokio::test(flavor = "multi_thread")]
async fn lines_and_names_are_corrected_with_a_trace() {
    on_both("lines", AT, |t| async move {
        people(&t).await;
        let o = &t.office;
        let receipt = letter(o, "2026-03-02", |_| {}).await;
        let number = format!("{}-1", receipt.number);
        let clerk = staff(o, "countyxf.clerk").await;
        let fields = given(&[("title", "幸福路\n路灯不亮"), ("headcount", "３"), ("telephone", "１３８００００００００"), ("reason", "录入错误")]);
        corrections::correct(o, &clerk, &number, &fields, Vec::new()).await.unwrap();
        let view = matter_view::for_operator(o, &number).await.unwrap();
        assert_eq!((view.matter.title.as_str(), view.submission.submission.headcount), ("幸福路 路灯不亮", 3), "one line, plain digits");
        let (_, vault) = matter_view::identity(o, &clerk, &number, "核对").await.unwrap();
        assert_eq!((vault.identity.telephone.as_str(), vault.corrections.len(), vault.corrections[0].was.as_str()), ("13800000000", 1, ""));
        let event = view.events.iter().rev().find_map(|e| if let EventKind::Corrected { what, .. } = &e.event.kind { Some((e.event.n, what.clone())) } else { None }).unwrap();
        assert_eq!(event.1, ["title", "headcount", "telephone"]);
        let said = view.words.iter().find(|w| w.n == event.0).unwrap().words.iter().map(|(_, t)| t.to_owned()).collect::<String>();
        assert!(said.contains("幸福路") && !said.contains("13800000000"), "the number stays in the vault: {said}");
        // Nothing changed, no reason, another unit, an online name: said, and nothing is written.
        let refused = |login: &'static str, fields: BTreeMap<String, String>| {
            let number = number.clone();
            async move { corrections::correct(o, &staff(o, login).await, &number, &fields, Vec::new()).await }
        };
        assert!(matches!(refused("countyxf.clerk", given(&[("title", "幸福路 路灯不亮"), ("reason", "同样的")])).await, Err(AppError::Form(e)) if e[0].fault == "fault-nothing-changed"));
        assert!(matches!(refused("countyxf.clerk", given(&[("title", "另一个")])).await, Err(AppError::Form(e)) if e[0].field == "reason"));
        assert!(refused("urban.clerk", given(&[("title", "另一个"), ("reason", "试一试")])).await.is_err());
    })
    .await;
}

// --- entries made void

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_is_made_void_by_two_people_of_two_posts_and_stays_readable() {
    on_both("void", AT, |t| async move {
        people(&t).await;
        let o = &t.office;
        let (stands, twice) = (letter(o, "2026-03-02", |_| {}).await, letter(o, "2026-03-02", |_| {}).await);
        let (one, two) = (format!("{}-1", stands.number), format!("{}-1", twice.number));
        let clerk = staff(o, "countyxf.clerk").await;
        let propose = |instead: &str| {
            let proposal = the_move(
                "propose_void",
                &[("void_ground", "double"), ("instead", instead), ("reason", "同一封信登记了两次")],
            );
            huiyin_app::act::by_officer(o, &clerk, &two, proposal)
        };
        // The number that stands is needed, exists, and is another one.
        for (instead, fault) in [("", "missing"), ("2026-009999-1", "unknown"), (two.as_str(), "unknown")] {
            let refused = propose(instead).await;
            let said = format!("{refused:?}");
            assert!(
                refused.is_err() && (said.contains("fault-instead-unknown") == (fault == "unknown")),
                "{instead}: {said}"
            );
        }
        propose(&one).await.unwrap();
        let owed = matter_view::for_operator(o, &two).await.unwrap().matter;
        assert!(
            owed.running(&huiyin_app::domain::ids::ClockId::new("route")).is_some(),
            "every clock runs until the second person signs"
        );
        let same = step(
            o,
            "countyxf.clerk",
            &two,
            "void",
            &[("void_ground", "double"), ("instead", &one), ("reason", "重复")],
        )
        .await;
        assert!(matches!(&same, Err(AppError::Closed(c)) if **c == Closed::SecondPerson), "{same:?}");
        let done = step(
            o,
            "countyxf.head",
            &two,
            "void",
            &[("void_ground", "double"), ("instead", &one), ("reason", "核对过，同一封信")],
        )
        .await
        .unwrap();
        assert!(done.facts.contains(&Fact::Voided) && done.state.as_str() == "voided");
        // Number and receipt are readable; she is told why and how to object, and can.
        let record = follow::open(o, &twice.code, "test").await.unwrap();
        let view = &follow::view(o, &record).await.unwrap()[0];
        let paper = view.papers.iter().find(|p| p.rule.as_str() == "void_notice").expect("she gets a paper");
        let words = paper.letter.texts().concat();
        assert!(words.contains(&one) && words.contains("同一封信") && words.contains("提出异议"), "{words}");
        follow::make(o, &record, 1, the_move("complain", &[("complaint", "不是同一封信")])).await.unwrap();
        // It stands in no report as received.
        let figures = huiyin_app::yearly::figures(o, &staff(o, "countyxf.head").await, 2026).await.unwrap();
        assert_eq!(figures.received, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_noticed_or_complains_of_the_unit_is_not_made_void() {
    let t = sqlite_office(AT);
    people(&t).await;
    let o = &t.office;
    let propose = [("void_ground", "nobody_wrote"), ("reason", "没有人提出过")];
    let about = letter(o, "2026-03-02", |l| l.complained_of = Some("青溪县信访局".into())).await;
    let refused = step(o, "countyxf.clerk", &format!("{}-1", about.number), "propose_void", &propose).await;
    assert!(matches!(&refused, Err(AppError::Closed(c)) if **c == Closed::AboutYou), "{refused:?}");
    let told = letter(o, "2026-03-02", |_| {}).await;
    let number = format!("{}-1", told.number);
    step(o, "countyxf.clerk", &number, "refer", &[("to_unit", "urban")]).await.unwrap();
    step(o, "urban.clerk", &number, "accept", &[("accepted_on", "2026-03-02"), ("procedure", "六十日")]).await.unwrap();
    assert!(step(o, "urban.clerk", &number, "propose_void", &propose).await.is_err(), "after the first notice");
}
