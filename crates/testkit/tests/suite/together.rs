//! Joinder, agents and recusal, on both databases.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test")]

use huiyin_app::act::{self, Move};
use huiyin_app::domain::decide::Closed;
use huiyin_app::domain::event::EventKind;
use huiyin_app::domain::matter::Matter;
use huiyin_app::domain::submission::{Channel, Naming, PaperFacts};
use huiyin_app::duties::{self, Slice, Whose};
use huiyin_app::find;
use huiyin_app::lodge::{self, Keep, Lodging, Receipt, Registration};
use huiyin_app::timeline::{Reader, lines};
use huiyin_app::{AppError, Identity, Office, clock_view::ViewGround, follow, joinder, matter_view, papers, part};
use huiyin_demo as demo;
use huiyin_testkit::{TestOffice, on_both, petition, sqlite_office, staff, step, the_move};
use huiyin_wording::Language;

const AT: &str = "2026-03-02T10:00:00+08:00";

/// Three letters about one thing, each in hand at the housing bureau.
async fn three(t: &TestOffice) -> Vec<(Receipt, String)> {
    demo::people(&t.office).await.unwrap();
    let mut out = Vec::new();
    for text in ["三栋供暖不达标，客厅十三度。", "三栋供暖不达标，老人受冻。", "三栋供暖不达标，请退费。"]
    {
        let who = Identity { name: "测试某".into(), ..Identity::default() };
        let receipt =
            lodge::lodge(&t.office, Lodging { naming: Naming::Named, identity: who, ..petition(text) }).await.unwrap();
        let number = format!("{}-1", receipt.number);
        step(&t.office, "countyxf.clerk", &number, "refer", &[("to_unit", "housing")]).await.unwrap();
        out.push((receipt, number));
    }
    out
}

async fn matter(office: &Office, number: &str) -> Matter {
    matter_view::for_operator(office, number).await.unwrap().matter
}

async fn joined(t: &TestOffice) -> Vec<(Receipt, String)> {
    let all = three(t).await;
    let numbers = format!("{}\n{}", all[1].1, all[2].1);
    step(&t.office, "housing.clerk", &all[0].1, "join", &[("joined", &numbers), ("reason", "同一小区同一供暖问题")])
        .await
        .unwrap();
    all
}

/// Three at once do the same step: one does it, and the numbers of the others' papers are given to the next.
#[tokio::test(flavor = "multi_thread")]
async fn papers_are_numbered_without_gap_and_no_two_alike() {
    on_both("numbers", AT, |t| async move {
        let all = three(&t).await;
        let o = &t.office;
        let fields = [("accepted_on", "2026-03-02"), ("procedure", "六十日内书面答复")];
        for (_, number) in &all {
            let at_once =
                ["housing.clerk", "housing.handler", "housing.head"].map(|who| step(o, who, number, "accept", &fields));
            let done = futures_util::future::join_all(at_once).await;
            assert_eq!(done.iter().filter(|d| d.is_ok()).count(), 1);
        }
        // A unit without letters of its own shares its series with the others that have none.
        let mut numbers = Vec::new();
        for (_, number) in &all {
            let made = matter_view::for_operator(o, number).await.unwrap().papers;
            numbers.extend(made.into_iter().filter(|p| p.rule == "notice").map(|p| p.number));
        }
        numbers.sort();
        let whole: Vec<String> = (1..=numbers.len()).map(|n| format!("信告〔2026〕{n}号")).collect();
        assert_eq!(numbers, whole);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_on_one_is_made_on_each_and_each_keeps_its_own() {
    on_both("joinder", AT, |t| async move {
        let all = joined(&t).await;
        let o = &t.office;
        step(
            o,
            "housing.clerk",
            &all[1].1,
            "accept",
            &[("accepted_on", "2026-03-02"), ("procedure", "六十日内书面答复")],
        )
        .await
        .unwrap();
        let mut numbers = Vec::new();
        for (_, number) in &all {
            let m = matter(o, number).await;
            assert_eq!(m.state.as_str(), "accepted", "{number}");
            assert!(m.owed().iter().any(|c| c.rule.as_str() == "handle"), "its own clock");
            let view = matter_view::for_operator(o, number).await.unwrap();
            let notices: Vec<_> = view.papers.iter().filter(|p| p.rule == "notice").collect();
            assert_eq!(notices.len(), 1, "its own notice");
            assert!(notices[0].letter.texts().concat().contains(&view.matter.title));
            numbers.push(notices[0].number.clone());
        }
        numbers.sort();
        numbers.dedup();
        assert_eq!(numbers.len(), 3, "each paper its own number: {numbers:?}");
        // Only on this one: a hearing of one petitioner is not a hearing of the others.
        let hear = Move {
            only_this: true,
            ..the_move("hear", &[("on_day", "2026-03-02"), ("way", "telephone"), ("summary", "电话听取")])
        };
        act::by_officer(o, &staff(o, "housing.handler").await, &all[0].1, hear).await.unwrap();
        let heard = |m: &Matter| m.facts.iter().any(|f| format!("{f:?}") == "Heard");
        assert!(heard(&matter(o, &all[0].1).await) && !heard(&matter(o, &all[1].1).await));
        // Her own withdrawal is hers alone; the others go on, and what is then done leaves hers out.
        let record = follow::open(o, &all[2].0.code, "test").await.unwrap();
        follow::make(o, &record, 1, the_move("withdraw", &[])).await.unwrap();
        let opinion = [
            ("request", "退费"),
            ("facts", "不达标"),
            ("outcome", "support"),
            ("opinion", "整改"),
            ("legal_basis", "条例"),
            ("remedy", "三十日内复查"),
            ("unheard_reason", "书面已清楚"),
        ];
        step(o, "housing.handler", &all[0].1, "decide", &opinion).await.unwrap();
        assert_eq!(matter(o, &all[1].1).await.state.as_str(), "decided");
        assert_eq!(matter(o, &all[2].1).await.state.as_str(), "withdrawn");
        // Hearing her, and what a leader said to her, is hers alone without anybody saying so.
        step(o, "housing.head", &all[0].1, "take_charge", &[("post_responsible", "head"), ("reason", "x")])
            .await
            .unwrap();
        assert!(!format!("{:?}", matter(o, &all[1].1).await.facts).contains("InCharge"));
        // Service is proven one by one.
        step(
            o,
            "housing.clerk",
            &all[0].1,
            "serve",
            &[("way", "in_person"), ("received_on", "2026-03-02"), ("proof", "签收")],
        )
        .await
        .unwrap();
        assert_eq!(matter(o, &all[1].1).await.state.as_str(), "decided", "the second has not received it");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_one_petitioner_is_told_to_another() {
    let t = sqlite_office(AT);
    let all = joined(&t).await;
    let o = &t.office;
    let record = follow::open(o, &all[0].0.code, "test").await.unwrap();
    let views = follow::view(o, &record).await.unwrap();
    assert_eq!(views[0].joined_count, 2);
    let now = o.now();
    let ground =
        ViewGround { rules: views[0].ground.rules(), wording: o.wording(), language: Language::CHINESE, now: &now };
    let told = format!("{:?}", lines(ground, views[0].record(), Reader::Petitioner));
    assert!(told.contains("并案办理") && told.contains("同一小区同一供暖问题"), "she is told that and why: {told}");
    assert!(!told.contains(&all[1].0.number) && !told.contains(&all[2].0.number), "not with whom: {told}");
    let base = huiyin_testkit::site(o).await;
    let her = reqwest::Client::builder().cookie_store(true).build().unwrap();
    let page = her
        .post(format!("{base}/follow"))
        .form(&[("code", all[0].0.code.as_str())])
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert!(page.contains("另外 2 件") && !page.contains(&all[1].0.number), "the page tells how many, not which");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_undone_and_the_last_one_is_alone() {
    on_both("unjoin", AT, |t| async move {
        let all = joined(&t).await;
        let o = &t.office;
        step(o, "housing.clerk", &all[0].1, "unjoin", &[("reason", "情况不同")]).await.unwrap();
        assert!(matter(o, &all[0].1).await.details().joinder.is_none());
        assert_eq!(joinder::others(o, &matter(o, &all[1].1).await).await.unwrap().len(), 1);
        step(o, "housing.clerk", &all[1].1, "unjoin", &[("reason", "情况不同")]).await.unwrap();
        let last = matter(o, &all[2].1).await;
        assert!(
            last.details().joinder.is_none() && !format!("{:?}", last.facts).contains("Joined"),
            "of two, none is left joined"
        );
        // Joined again after that.
        step(o, "housing.clerk", &all[2].1, "join", &[("joined", &all[0].1), ("reason", "还是一件事")]).await.unwrap();
        assert_eq!(joinder::others(o, &matter(o, &all[0].1).await).await.unwrap()[0].number, all[2].1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_fit_is_refused_by_number_and_nothing_is_half_done() {
    let t = sqlite_office(AT);
    let all = three(&t).await;
    let o = &t.office;
    let fault =
        |e: AppError| if let AppError::Form(f) = e { (f[0].fault, f[0].value.clone()) } else { panic!("{e:?}") };
    let first = all[0].1.as_str();
    let join = |numbers: String| async move {
        step(o, "housing.clerk", first, "join", &[("joined", &numbers), ("reason", "x")]).await
    };
    let (b, c) = (all[1].1.clone(), all[2].1.clone());
    assert_eq!(fault(join("2026-999999-9-1".into()).await.unwrap_err()).0, "fault-joined-unknown");
    assert_eq!(fault(join(all[0].1.clone()).await.unwrap_err()).0, "fault-joined-none", "with itself");
    step(o, "housing.clerk", &c, "accept", &[("accepted_on", "2026-03-02"), ("procedure", "x")]).await.unwrap();
    assert_eq!(fault(join(format!("{b} {c}")).await.unwrap_err()), ("fault-joined-unfit", c.clone()), "another stage");
    assert!(matter(o, &b).await.details().joinder.is_none(), "nothing is half done");
    // Another unit's matter is as if it were not there.
    let receipt = lodge::lodge(o, petition("别家的事")).await.unwrap();
    step(o, "countyxf.clerk", &format!("{}-1", receipt.number), "refer", &[("to_unit", "urban")]).await.unwrap();
    assert_eq!(fault(join(receipt.number.clone()).await.unwrap_err()).0, "fault-joined-unknown");
    join(b.clone()).await.unwrap();
    assert_eq!(fault(join(b.clone()).await.unwrap_err()).0, "fault-joined-already");
    // A joined matter turns out to be an accusation: it is taken out first.
    let refused = step(o, "housing.clerk", &b, "hand_to_receiver", &[("to_unit", "discipline"), ("reason", "x")])
        .await
        .unwrap_err();
    assert!(matches!(refused, AppError::Closed(c) if matches!(*c, Closed::Guard { .. })));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fault_on_another_member_names_it_and_writes_nothing() {
    let t = sqlite_office(AT);
    let all = three(&t).await;
    let o = &t.office;
    // The third came a day later: acceptance before its receipt is a fault there and nowhere else.
    t.time.go("2026-03-03T10:00:00+08:00");
    let receipt = lodge::lodge(o, petition("三栋供暖不达标，来得晚。")).await.unwrap();
    let late = format!("{}-1", receipt.number);
    step(o, "countyxf.clerk", &late, "refer", &[("to_unit", "housing")]).await.unwrap();
    step(o, "housing.clerk", &all[0].1, "join", &[("joined", &late), ("reason", "x")]).await.unwrap();
    let refused = step(o, "housing.clerk", &all[0].1, "accept", &[("accepted_on", "2026-03-02"), ("procedure", "x")])
        .await
        .unwrap_err();
    assert!(matches!(&refused, AppError::Joined { number, .. } if number == &late), "{refused:?}");
    assert_eq!(matter(o, &all[0].1).await.state.as_str(), "referred");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_is_shown_by_a_document_and_the_name_stays_in_the_vault() {
    on_both("agents", AT, |t| async move {
        let all = three(&t).await;
        let o = &t.office;
        let record = follow::open(o, &all[0].0.code, "test").await.unwrap();
        let fields = [("agent_name", "代理甲"), ("agent_basis", "lawyer"), ("authority", "授权委托书一份")];
        assert!(follow::make(o, &record, 1, the_move("appoint_agent", &fields)).await.is_err(), "without the document");
        let paper = lodge::store_file(o, "委托书.txt", "授权委托书".as_bytes(), "petitioner").await.unwrap();
        let appoint = |name: &str| Move {
            files: vec![paper.clone()],
            ..the_move(
                "appoint_agent",
                &[("agent_name", name), ("agent_basis", "lawyer"), ("authority", "授权委托书一份")],
            )
        };
        follow::make(o, &record, 1, appoint("代理甲")).await.unwrap();
        follow::make(
            o,
            &record,
            1,
            Move {
                files: vec![lodge::store_file(o, "b.txt", b"b", "petitioner").await.unwrap()], ..appoint("代理乙")
            },
        )
        .await
        .unwrap();
        let third = Move {
            files: vec![lodge::store_file(o, "c.txt", b"c", "petitioner").await.unwrap()],
            ..appoint("代理丙")
        };
        assert!(follow::make(o, &record, 1, third).await.is_err(), "two at most");
        let clerk = staff(o, "housing.clerk").await;
        let (_, who) = matter_view::identity(o, &clerk, &all[0].1, "联系代理人").await.unwrap();
        assert_eq!(who.identity.agent, "代理甲、代理乙");
        let view = matter_view::for_officer(o, &clerk, &all[0].1).await.unwrap();
        assert!(
            !format!("{:?}{:?}", view.events, view.words).contains("代理甲"),
            "neither record nor words hold the name"
        );
        // The document bears her name: it is read with identity, for a purpose, and not among the files of the matter.
        assert!(view.files.is_empty() && matter_view::file(o, &clerk, &all[0].1, &paper.id).await.is_err());
        assert!(
            matter_view::identity_files(o, &view.matter)
                .await
                .unwrap()
                .iter()
                .any(|f| f.id == paper.id && f.name != "委托书.txt")
        );
        assert!(follow::view(o, &record).await.unwrap()[0].files.iter().any(|f| f.id == paper.id), "she sees her own");
        let two_in_one = Move {
            files: vec![paper.clone()],
            ..the_move("appoint_agent", &[("agent_name", "甲、乙、丙"), ("agent_basis", "lawyer"), ("authority", "x")])
        };
        assert!(follow::make(o, &record, 1, two_in_one).await.is_err(), "one at a time");
        follow::make(o, &record, 1, the_move("end_agent", &[])).await.unwrap();
        assert_eq!(matter_view::identity(o, &clerk, &all[0].1, "核对").await.unwrap().1.identity.agent, "");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn five_representatives_for_a_visit_and_no_more() {
    let t = sqlite_office(AT);
    demo::people(&t.office).await.unwrap();
    let clerk = staff(&t.office, "countyxf.clerk").await;
    let register = |channel, n: usize| {
        let identity = Identity {
            name: "甲".into(),
            representatives: (0..n).map(|i| format!("代表{i}")).collect(),
            ..Identity::default()
        };
        let lodging = Lodging { identity, headcount: 30, naming: Naming::Named, ..petition("三十人来访") };
        let arrival = Registration {
            channel,
            received_on: "2026-03-02".parse().unwrap(),
            paper: PaperFacts::default(),
            keep: Keep::Whole,
        };
        (lodging, arrival)
    };
    let (lodging, arrival) = register(Channel::Visit, 6);
    assert!(
        matches!(lodge::register(&t.office, &clerk, lodging, arrival).await, Err(AppError::Form(f)) if f[0].field == "representatives")
    );
    let (lodging, arrival) = register(Channel::Letter, 2);
    assert!(
        lodge::register(&t.office, &clerk, lodging, arrival).await.is_err(),
        "a letter has signatures, not representatives"
    );
    let (lodging, arrival) = register(Channel::Visit, 5);
    let receipt = lodge::register(&t.office, &clerk, lodging, arrival).await.unwrap();
    let (_, who) = matter_view::identity(&t.office, &clerk, &format!("{}-1", receipt.number), "接待").await.unwrap();
    assert_eq!(who.identity.representatives.len(), 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recusal_is_of_the_whole_letter() {
    on_both("recusal-letter", AT, |t| async move {
        demo::people(&t.office).await.unwrap();
        let o = &t.office;
        let receipt = lodge::lodge(o, petition("一是供暖。二是路灯。")).await.unwrap();
        let (one, clerk) = (format!("{}-1", receipt.number), staff(o, "countyxf.clerk").await);
        let two = part::split_part(o, &clerk, &one, "路灯", "二是路灯不亮", None).await.unwrap().number.clone();
        step(o, "countyxf.clerk", &two, "recuse", &[("reason", "亲戚")]).await.unwrap();
        for number in [&one, &two] {
            assert!(matches!(matter_view::for_officer(o, &clerk, number).await, Err(AppError::NotFound)), "{number}");
        }
        assert!(find::list(o, &clerk, None, None, 10).await.unwrap().rows.is_empty());
        // On the other part, too, the record says that nobody was left, and the head takes its duty on.
        let other = matter(o, &one).await;
        assert!(
            other.owed().iter().any(|c| c.rule.as_str() == "route" && c.bound.post.word() == "head"),
            "{:?}",
            other.owed()
        );
        // A part made afterwards is no way round.
        let three = part::split_part(o, &staff(o, "countyxf.head").await, &one, "噪声", "三是噪声", None)
            .await
            .unwrap()
            .number
            .clone();
        assert!(matter_view::for_officer(o, &clerk, &three).await.is_err());
        assert!(find::list(o, &clerk, None, None, 10).await.unwrap().rows.is_empty());
        // A head lifts it in the own unit only, and on each part.
        let lift = [("officer", clerk.officer.id.as_str()), ("reason", "记错了")];
        step(o, "countyxf.head", &one, "lift_recusal", &lift).await.unwrap();
        assert_eq!(find::list(o, &clerk, None, None, 10).await.unwrap().rows.len(), 3);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_turns_out_to_be_an_accusation_leaves_no_line_elsewhere() {
    on_both("becomes-accusation", AT, |t| async move {
        let all = three(&t).await;
        let o = &t.office;
        let number = &all[0].1;
        step(o, "countyxf.handler", number, "recommend_policy", &[("to_unit", "county"), ("reason", "x")])
            .await
            .unwrap();
        step(o, "housing.clerk", number, "urgent_grave", &[("reason", "x")]).await.unwrap();
        step(o, "housing.clerk", number, "hand_to_receiver", &[("to_unit", "discipline"), ("reason", "x")])
            .await
            .unwrap();
        let m = matter(o, number).await;
        assert!(
            m.owed().iter().all(|c| c.bound.unit.as_ref().is_none_or(|u| u.as_str() == "discipline")),
            "{:?}",
            m.owed()
        );
        for login in ["countyxf.handler", "county.head", "housing.head"] {
            let (page, _) = duties::list(o, &staff(o, login).await, Whose::Unit, Slice::All, None, 100).await.unwrap();
            assert!(page.rows.iter().all(|d| &d.number != number), "{login}");
        }
        // There a grave matter is reported by the receiver alone.
        assert!(step(o, "discipline.handler", number, "urgent_grave", &[("reason", "x")]).await.is_err());
        step(o, "discipline.handler", number, "urgent_grave_receiver", &[("reason", "x")]).await.unwrap();
        assert!(
            matter(o, number).await.owed().iter().all(|c| c
                .bound
                .unit
                .as_ref()
                .is_none_or(|u| u.as_str() == "discipline"))
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_to_be_reported_is_reported_by_whoever_learned_of_it() {
    let t = sqlite_office(AT);
    demo::people(&t.office).await.unwrap();
    let o = &t.office;
    let receipt = lodge::lodge(o, petition("工地塌了。")).await.unwrap();
    let number = format!("{}-1", receipt.number);
    step(o, "countyxf.clerk", &number, "urgent_accident", &[("reason", "有人受伤")]).await.unwrap();
    step(o, "countyxf.clerk", &number, "refer", &[("to_unit", "housing")]).await.unwrap();
    let report = [("on_day", "2026-02-28"), ("recipient", "县应急管理局"), ("summary", "电话报告")];
    assert!(
        step(o, "housing.clerk", &number, "reported_accident", &report).await.is_err(),
        "the bureau owes no report"
    );
    step(o, "countyxf.clerk", &number, "reported_accident", &report).await.unwrap();
    let m = matter(o, &number).await;
    let supplement = m.owed().into_iter().find(|c| c.rule.as_str() == "supplement_accident").unwrap().clone();
    assert_eq!(supplement.start.to_string(), "2026-02-28", "counted from the accident, before the letter came");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_complaint_is_answered_before_the_matter_leaves_its_overseer() {
    let t = sqlite_office(AT);
    let all = three(&t).await;
    let o = &t.office;
    let record = follow::open(o, &all[0].0.code, "test").await.unwrap();
    follow::make(o, &record, 1, the_move("complain", &[("complaint", "来问时被辱骂")])).await.unwrap();
    let hand = [("to_unit", "discipline"), ("reason", "x")];
    assert!(step(o, "housing.clerk", &all[0].1, "hand_to_receiver", &hand).await.is_err());
    step(o, "county.head", &all[0].1, "answer_complaint", &[("facts", "f"), ("opinion", "o")]).await.unwrap();
    step(o, "housing.clerk", &all[0].1, "hand_to_receiver", &hand).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn who_recuses_sees_it_nowhere_and_cannot_act() {
    on_both("recusal", AT, |t| async move {
        let all = three(&t).await;
        let o = &t.office;
        let number = &all[0].1;
        let clerk = staff(o, "housing.clerk").await;
        let before = duties::list(o, &clerk, Whose::Unit, Slice::All, None, 100).await.unwrap();
        // Somebody else cannot be named by a clerk.
        let handler = staff(o, "housing.handler").await.officer.id;
        assert!(
            step(o, "housing.clerk", number, "recuse", &[("officer", handler.as_str()), ("reason", "x")])
                .await
                .is_err()
        );
        step(o, "housing.clerk", number, "recuse", &[("reason", "信访人是我的亲戚")]).await.unwrap();
        assert!(matches!(matter_view::for_officer(o, &clerk, number).await, Err(AppError::NotFound)));
        assert!(step(o, "housing.clerk", number, "take_up", &[]).await.is_err());
        assert!(papers::for_officer(o, &clerk, number).await.is_err());
        let found = find::search(o, &clerk, "供暖不达标", None, 50).await.unwrap().words;
        assert_eq!(found.rows.len(), 2, "search leaves it out");
        assert_eq!(find::list(o, &clerk, None, None, 50).await.unwrap().rows.len(), 2, "lists leave it out");
        let after = duties::list(o, &clerk, Whose::Unit, Slice::All, None, 100).await.unwrap();
        assert_eq!(after.1.all() + 1, before.1.all(), "counts leave out its notice");
        assert_eq!(after.0.rows.len() as u64, after.1.all(), "list and counts agree");
        // The only clerk is gone: the duty waits on nobody, and the record says so.
        let view = matter_view::for_officer(o, &staff(o, "housing.head").await, number).await.unwrap();
        let nobody = view.events.iter().filter(|e| matches!(&e.event.kind, EventKind::NobodyOnDuty { .. })).count();
        assert!(nobody >= 1, "{:?}", view.matter.clocks);
        // The head takes it on, among the own duties.
        let (own, _) =
            duties::list(o, &staff(o, "housing.head").await, Whose::Mine, Slice::All, None, 100).await.unwrap();
        assert!(own.rows.iter().any(|d| &d.number == number && d.rule.as_str() == "notify"));
        assert!(!format!("{:?}", view.events).contains("亲戚"), "the reason is not in the event");
        // The head lifts it.
        step(
            o,
            "housing.head",
            number,
            "lift_recusal",
            &[("officer", clerk.officer.id.as_str()), ("reason", "记错了")],
        )
        .await
        .unwrap();
        step(o, "housing.clerk", number, "take_up", &[]).await.unwrap();
        assert_eq!(find::list(o, &clerk, None, None, 50).await.unwrap().rows.len(), 3);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_parting_is_undone_while_nothing_was_done_on_the_part() {
    on_both("unpart", AT, |t| async move {
        demo::people(&t.office).await.unwrap();
        let o = &t.office;
        let receipt = lodge::lodge(o, petition("一是供暖。二是路灯。")).await.unwrap();
        let number = format!("{}-1", receipt.number);
        let clerk = staff(o, "countyxf.clerk").await;
        let two = part::split_part(o, &clerk, &number, "路灯", "二是路灯不亮", None).await.unwrap();
        assert!(part::undo(o, &clerk, &number).await.is_err(), "the first part is none");
        let first = part::undo(o, &clerk, &two.number).await.unwrap();
        assert_eq!(first.number, number);
        let back = matter(o, &two.number).await;
        assert_eq!((back.state.as_str(), back.owed().len()), ("archived", 0), "nothing is owed on it any more");
        let record = follow::open(o, &receipt.code, "test").await.unwrap();
        let views = follow::view(o, &record).await.unwrap();
        let now = o.now();
        for view in &views {
            let ground =
                ViewGround { rules: view.ground.rules(), wording: o.wording(), language: Language::CHINESE, now: &now };
            assert!(
                format!("{:?}", lines(ground, view.record(), Reader::Petitioner)).contains("并回"),
                "she reads it on both"
            );
        }
        assert!(views[0].messages.iter().any(|m| m.about == "part-undone"), "and is told");
        assert!(part::undo(o, &clerk, &two.number).await.is_err(), "not twice");
        // Once handed over it stays.
        let three = part::split_part(o, &clerk, &number, "噪声", "三是噪声", None).await.unwrap();
        step(o, "countyxf.clerk", &three.number, "refer", &[("to_unit", "urban")]).await.unwrap();
        assert!(part::undo(o, &clerk, &three.number).await.is_err());
    })
    .await;
}
