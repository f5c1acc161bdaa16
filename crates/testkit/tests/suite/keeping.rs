//! What happens after the end: keeping and destruction of files, the public page of opinions, and print jobs,
//! on both databases.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test"
)]

use std::time::Duration;

use huiyin_app::act::{self, Move};
use huiyin_app::domain::decide::Closed;
use huiyin_app::domain::submission::Naming;
use huiyin_app::find;
use huiyin_app::lodge::{self, Lodging, Receipt};
use huiyin_app::papers::{self, Form};
use huiyin_app::print_job::{self, Stage};
use huiyin_app::{AppError, Identity, Office, checks, follow, keeping, matter_view, part, publication};
use huiyin_demo as demo;
use huiyin_testkit::{OPINION, TestOffice, answered, on_both, petition, site, sqlite_office, staff, step, the_move};

const AT: &str = "2026-03-02T10:00:00+08:00";

fn named(text: &str) -> Lodging {
    let identity = Identity { name: "陈璟玥".into(), address: "某街某号".into(), ..Identity::default() };
    Lodging { naming: Naming::Named, identity, ..petition(text) }
}

/// A petition with a file, ended and archived in 2026.
async fn archived(t: &TestOffice) -> (Receipt, String) {
    demo::people(&t.office).await.unwrap();
    let file = lodge::store_file(&t.office, "照片.txt", "十三度的温度计".as_bytes(), "petitioner").await.unwrap();
    let receipt = lodge::lodge(&t.office, Lodging { files: vec![file], ..named("三栋供暖不达标。") }).await.unwrap();
    let number = format!("{}-1", receipt.number);
    answered(&t.office, &number).await;
    archive(t, &number).await;
    (receipt, number)
}

/// Stamps every stored file as last used long ago.
fn long_ago(folder: &std::path::Path) {
    for file in std::fs::read_dir(folder.join("files"))
        .unwrap()
        .flatten()
        .flat_map(|d| std::fs::read_dir(d.path()).unwrap().flatten())
    {
        let old = std::time::SystemTime::now() - Duration::from_secs(86_400);
        std::fs::File::options().append(true).open(file.path()).unwrap().set_modified(old).unwrap();
    }
}

/// How many files are stored.
fn stored(folder: &std::path::Path) -> usize {
    std::fs::read_dir(folder.join("files"))
        .unwrap()
        .flatten()
        .map(|d| std::fs::read_dir(d.path()).unwrap().count())
        .sum()
}

async fn archive(t: &TestOffice, number: &str) {
    t.time.go("2026-05-06T10:00:00+08:00");
    huiyin_app::sweep::sweep_office(&t.office).await.unwrap();
    step(&t.office, "housing.clerk", number, "end", &[]).await.unwrap();
    step(&t.office, "housing.clerk", number, "archive", &[]).await.unwrap();
}

fn closed(result: Result<huiyin_app::domain::matter::Matter, AppError>) -> Closed {
    match result.unwrap_err() {
        AppError::Closed(closed) => *closed,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_kept_its_time_and_then_destroyed_by_two_with_a_tombstone() {
    on_both("destroyed", AT, |t| async move {
        let (receipt, number) = archived(&t).await;
        let o = &t.office;
        let clerk = staff(o, "housing.clerk").await;
        let notice = papers::for_officer(o, &clerk, &number).await.unwrap().1.remove(0);
        assert!(papers::draw(o, &notice, Form::Pdf, "").await.unwrap().starts_with(b"%PDF"));
        assert!(papers::make_copies(o).await.unwrap() > 0);
        let before = matter_view::for_operator(o, &number).await.unwrap();
        let (hash, head) = (before.files[0].hash.clone(), before.matter.head.clone());
        // Thirty years from the 1st of January after: not a day earlier.
        let why = [("reason", "保管期满，没有继续保存的价值")];
        t.time.go("2056-12-31T10:00:00+08:00");
        assert!(matches!(closed(step(o, "housing.clerk", &number, "propose_destruction", &why).await), Closed::Kept { through: Some(d) } if d.to_string() == "2056-12-31"));
        t.time.go("2057-01-01T10:00:00+08:00");
        assert_eq!(keeping::shelf(o).await.unwrap().iter().filter(|s| s.over).count(), 1);
        step(o, "housing.clerk", &number, "hold_file", &[("reason", "法院调卷")]).await.unwrap();
        assert!(matches!(closed(step(o, "housing.clerk", &number, "propose_destruction", &why).await), Closed::Guard { .. }));
        step(o, "housing.head", &number, "release_file", &[("reason", "已退卷")]).await.unwrap();
        step(o, "housing.head", &number, "propose_destruction", &why).await.unwrap();
        assert_eq!(closed(step(o, "housing.head", &number, "destroy", &why).await), Closed::SecondPerson);
        step(o, "housing.head", &number, "cancel_destruction", &why).await.unwrap();
        step(o, "housing.clerk", &number, "propose_destruction", &why).await.unwrap();
        let with_file = Move { files: vec![lodge::store_file(o, "x.txt", b"x", "housing").await.unwrap()], ..the_move("destroy", &why) };
        assert!(act::by_officer(o, &staff(o, "housing.head").await, &number, with_file).await.is_err(), "nothing new comes in with it");
        long_ago(t.folder.path());
        step(o, "housing.head", &number, "destroy", &why).await.unwrap();
        // Nothing of the words, the name, the papers or the files is left, in the store or on the disk.
        let after = matter_view::for_operator(o, &number).await.unwrap();
        assert_eq!(after.matter.state.as_str(), "destroyed");
        assert_eq!((after.text.as_str(), after.files.len(), after.papers.len(), after.messages.len(), after.audits.len()), ("", 0, 0, 0, 0));
        assert_eq!(after.words.len(), 1, "only why it was destroyed");
        assert!(!format!("{:?}", after.matter).contains("供暖"));
        // The file of another that was not used (`x.txt`) is nobody's and stays for the sweep of drafts; hers are gone.
        assert_eq!(stored(t.folder.path()), 1);
        assert!(!t.folder.path().join("files").join(hash.get(..2).unwrap()).join(&hash).exists());
        let found = find::search(o, &staff(o, "countyxf.clerk").await, "供暖不达标", None, 10).await.unwrap().words;
        assert!(found.rows.is_empty(), "search finds nothing of it");
        // The course of it stays, and its commitments.
        assert!(after.events.len() > before.events.len());
        assert!(after.events.iter().any(|e| e.commitment == head) && after.events.iter().filter(|e| e.salt.is_empty()).count() == before.events.len() + 5);
        // The petitioner finds it by her code and reads what became of it.
        let record = follow::open(o, &receipt.code, "test").await.unwrap();
        let views = follow::view(o, &record).await.unwrap();
        assert_eq!(views[0].matter.state.as_str(), "destroyed");
        let clerk = staff(o, "housing.clerk").await;
        assert!(matter_view::for_officer(o, &clerk, &number).await.is_ok(), "the tombstone can be read");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_letter_stays_while_another_part_of_it_is_kept() {
    let t = sqlite_office(AT);
    demo::people(&t.office).await.unwrap();
    let o = &t.office;
    let receipt = lodge::lodge(o, named("一是供暖。二是路灯。")).await.unwrap();
    let number = format!("{}-1", receipt.number);
    let two =
        part::split_part(o, &staff(o, "countyxf.clerk").await, &number, "路灯", "二是路灯不亮", None).await.unwrap();
    answered(o, &number).await;
    archive(&t, &number).await;
    t.time.go("2060-01-02T10:00:00+08:00");
    step(o, "housing.clerk", &number, "propose_destruction", &[("reason", "x")]).await.unwrap();
    step(o, "housing.head", &number, "destroy", &[("reason", "x")]).await.unwrap();
    let (_, who) = matter_view::identity(o, &staff(o, "countyxf.clerk").await, &two.number, "联系").await.unwrap();
    assert_eq!(who.identity.name, "陈璟玥");
    assert_eq!(matter_view::for_operator(o, &two.number).await.unwrap().text, "二是路灯不亮");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_heard_re_review_is_published_and_it_can_be_taken_down() {
    on_both("published", AT, |t| async move {
        demo::people(&t.office).await.unwrap();
        let o = &t.office;
        let receipt =
            lodge::lodge(o, Lodging { title: "陈璟玥家供暖".into(), ..named("三栋供暖不达标。") }).await.unwrap();
        let number = format!("{}-1", receipt.number);
        answered(o, &number).await;
        let record = follow::open(o, &receipt.code, "test").await.unwrap();
        let her = |id: &'static str| follow::make(o, &record, 1, the_move(id, &[("words", "不服")]));
        let opinion =
            [("outcome", "uphold"), ("facts", "查明"), ("opinion", "维持"), ("legal_basis", "条例"), ("remedy", "x")];
        let serve = [("way", "in_person"), ("received_on", "2026-03-02"), ("proof", "x")];
        her("request_review").await.unwrap();
        step(o, "county.head", &number, "decide_review", &opinion).await.unwrap();
        step(o, "county.head", &number, "serve_review", &serve).await.unwrap();
        her("request_rereview").await.unwrap();
        step(o, "city.head", &number, "open_hearing", &[("on_day", "2026-03-02"), ("summary", "开始")]).await.unwrap();
        step(o, "city.head", &number, "close_hearing", &[("on_day", "2026-03-02"), ("summary", "双方陈述了意见")])
            .await
            .unwrap();
        step(o, "city.head", &number, "decide_rereview", &opinion).await.unwrap();
        // Minutes were made of the hearing, addressed to nobody.
        let papers = papers::for_officer(o, &staff(o, "city.head").await, &number).await.unwrap().1;
        let minutes = papers.iter().find(|p| p.rule == "minutes").unwrap();
        assert!(minutes.letter.to.is_empty() && minutes.letter.texts().concat().contains("双方陈述了意见"));
        assert!(publication::opinions(o, None, 20).await.unwrap().rows.is_empty());
        // Not before it is served; not with a name, a telephone or the like in it.
        assert!(matches!(
            closed(step(o, "city.head", &number, "publish", &[("opinion", "x")]).await),
            Closed::State { .. }
        ));
        step(o, "city.head", &number, "serve_rereview", &serve).await.unwrap();
        for (text, fault) in [
            ("陈璟玥反映的供暖：维持", "fault-publish-name"),
            ("住某街某号的：维持", "fault-publish-name"),
            ("电话13911112222：维持", "fault-publish-number"),
        ] {
            let refused = step(o, "city.head", &number, "publish", &[("opinion", text)]).await.unwrap_err();
            assert!(matches!(&refused, AppError::Form(f) if f[0].fault == fault), "{text}: {refused:?}");
        }
        step(o, "city.head", &number, "publish", &[("opinion", "某小区供暖：维持")]).await.unwrap();
        let base = site(o).await;
        let page = || async { reqwest::get(format!("{base}/opinions")).await.unwrap().text().await.unwrap() };
        let shown = page().await;
        assert!(
            shown.contains("某小区供暖：维持") && !shown.contains("陈璟玥") && !shown.contains(&receipt.number),
            "{shown}"
        );
        step(o, "city.head", &number, "unpublish", &[("reason", "能认出人")]).await.unwrap();
        assert!(!page().await.contains("某小区供暖"));
        step(o, "city.head", &number, "publish", &[("opinion", "改好的")]).await.unwrap();
        assert!(page().await.contains("改好的"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_annulment_is_served_by_the_body_that_made_it() {
    let t = sqlite_office(AT);
    demo::people(&t.office).await.unwrap();
    let o = &t.office;
    let receipt = lodge::lodge(o, named("三栋供暖不达标。")).await.unwrap();
    let number = format!("{}-1", receipt.number);
    answered(o, &number).await;
    let record = follow::open(o, &receipt.code, "test").await.unwrap();
    let her = |id: &'static str| follow::make(o, &record, 1, the_move(id, &[("words", "不服")]));
    let opinion = [("outcome", "uphold"), ("facts", "查明"), ("opinion", "维持"), ("legal_basis", "条例")];
    let serve = [("way", "in_person"), ("received_on", "2026-03-02"), ("proof", "x")];
    her("request_review").await.unwrap();
    step(o, "county.head", &number, "decide_review", &opinion).await.unwrap();
    step(o, "county.head", &number, "serve_review", &serve).await.unwrap();
    her("request_rereview").await.unwrap();
    step(o, "city.head", &number, "annul_rereview", &[("facts", "f"), ("opinion", "撤销"), ("legal_basis", "l")])
        .await
        .unwrap();
    // Decided anew, served, and the next review asked for before the city has served its annulment.
    let again: Vec<(&str, &str)> = OPINION
        .iter()
        .copied()
        .filter(|f| f.0 != "outcome")
        .chain([("outcome", "support"), ("new_facts", "x")])
        .collect();
    step(o, "housing.handler", &number, "decide", &again).await.unwrap();
    step(o, "housing.clerk", &number, "serve", &serve).await.unwrap();
    her("request_review").await.unwrap();
    let proof = [("way", "in_person"), ("on_day", "2026-03-02"), ("proof", "x")];
    assert!(
        step(o, "county.head", &number, "serve_annulment_rereview", &proof).await.is_err(),
        "it is not the county's paper"
    );
    step(o, "city.head", &number, "serve_annulment_rereview", &proof).await.unwrap();
    let m = matter_view::for_operator(o, &number).await.unwrap().matter;
    assert!(m.owed().iter().all(|c| c.rule.as_str() != "serve_rereview"));
    step(o, "county.handler", &number, "decide_review", &opinion).await.unwrap();
    step(o, "county.head", &number, "serve_review", &serve).await.unwrap();
}

async fn finished(office: &Office, login: &str, id: &str) -> Stage {
    let who = staff(office, login).await;
    for _ in 0..600 {
        let (_, stage) = print_job::find(office, &who, id).unwrap().progress();
        if matches!(stage, Stage::Ready | Stage::Failed(_)) {
            return stage;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the job did not end");
}

#[tokio::test(flavor = "multi_thread")]
async fn many_notices_are_printed_together_with_names_for_a_purpose() {
    on_both("print", AT, |t| async move {
        demo::people(&t.office).await.unwrap();
        let o = &t.office;
        let mut numbers = Vec::new();
        for _ in 0..5 {
            let receipt = lodge::lodge(o, named("供暖不达标。")).await.unwrap();
            let number = format!("{}-1", receipt.number);
            step(o, "countyxf.clerk", &number, "refer", &[("to_unit", "housing")]).await.unwrap();
            step(o, "housing.clerk", &number, "accept", &[("accepted_on", "2026-03-02"), ("procedure", "x")])
                .await
                .unwrap();
            numbers.push(number);
        }
        let clerk = staff(o, "housing.clerk").await;
        let day = "2026-03-02".parse().unwrap();
        let (rows, more) = print_job::rows(o, &clerk, day, day).await.unwrap();
        assert_eq!((rows.len(), more), (5, false));
        assert!(
            print_job::rows(o, &clerk, "2026-03-03".parse().unwrap(), "2026-12-31".parse().unwrap())
                .await
                .unwrap()
                .0
                .is_empty()
        );
        assert!(
            print_job::rows(o, &staff(o, "urban.clerk").await, day, day).await.unwrap().0.is_empty(),
            "another unit's are not listed"
        );
        assert!(matches!(print_job::begin(o, &clerk, Vec::new(), String::new()).await, Err(AppError::Form(_))));
        let keys: Vec<String> = rows.iter().map(|r| r.key.clone()).collect();
        assert!(
            print_job::begin(o, &staff(o, "urban.clerk").await, keys.clone(), String::new()).await.is_err(),
            "nor printed"
        );
        let id = print_job::begin(o, &clerk, keys, "寄送告知书".into()).await.unwrap();
        assert!(print_job::find(o, &staff(o, "housing.head").await, &id).is_err(), "a job is its owner's");
        let stage = finished(o, "housing.clerk", &id).await;
        let view = matter_view::for_operator(o, &numbers[0]).await.unwrap();
        assert_eq!(view.audits.len(), 1, "the reading of the name is recorded");
        assert_eq!(view.audits[0].purpose, "寄送告知书");
        if papers::missing_faces(o).is_some() {
            assert_eq!(stage, Stage::Ready);
            assert!(print_job::find(o, &clerk, &id).unwrap().pdf().unwrap().starts_with(b"%PDF"));
        } else {
            huiyin_testkit::not_run("print", "there is no Chinese face");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn papers_to_offices_are_addressed_to_them_and_numbered_with_the_units_letters() {
    let t = sqlite_office(AT);
    demo::people(&t.office).await.unwrap();
    let o = &t.office;
    let admin = staff(o, "countyxf.head").await;
    let mut unit = o.directory().await.unwrap().units.iter().find(|u| u.id.as_str() == "countyxf").unwrap().clone();
    unit.letters = "青信".into();
    huiyin_app::directory::put_unit(o, &admin, unit, huiyin_app::directory::Entry::Known).await.unwrap();
    let receipt = lodge::lodge(o, Lodging { second_language: true, ..named("供暖不达标。") }).await.unwrap();
    let number = format!("{}-1", receipt.number);
    step(o, "countyxf.clerk", &number, "assign", &[("to_unit", "housing"), ("due_on", "2026-04-30"), ("reason", "x")])
        .await
        .unwrap();
    step(o, "housing.clerk", &number, "accept", &[("accepted_on", "2026-03-02"), ("procedure", "x")]).await.unwrap();
    step(o, "countyxf.handler", &number, "supervise", &[("reason", "请抓紧")]).await.unwrap();
    step(o, "countyxf.handler", &number, "recommend_policy", &[("to_unit", "county"), ("reason", "补贴标准低")])
        .await
        .unwrap();
    let all = papers::for_officer(o, &admin, &number).await.unwrap().1;
    let find = |rule: &str| all.iter().find(|p| p.rule == rule).unwrap();
    assert_eq!(find("supervision").letter.to, "青溪县住房和城乡建设局");
    assert_eq!(find("supervision").number, "青信督〔2026〕1号");
    assert_eq!(find("recommendation").letter.to, "青溪县人民政府");
    let supervision = find("supervision").letter.texts().concat();
    assert!(
        supervision.contains("于2026年3月9日前（含当日）书面答复督办情况"),
        "the order says by when: {supervision}"
    );
    assert!(!find("supervision").second && find("notice").second, "the second language goes to whoever asked for it");
    assert!(find("notice").number.starts_with("信告〔2026〕"));
    // The name is filled in on what goes to the petitioner, never on what goes to an office.
    let mut keys = 0;
    for day in print_job::rows(
        o,
        &staff(o, "countyxf.clerk").await,
        "2026-03-02".parse().unwrap(),
        "2026-03-02".parse().unwrap(),
    )
    .await
    .unwrap()
    .0
    {
        keys += usize::from(day.rule == "supervision");
    }
    assert_eq!(keys, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn closed_files_are_drawn_by_chance_and_kept_until_each_is_checked() {
    on_both("draws", AT, |t| async move {
        demo::people(&t.office).await.unwrap();
        let o = &t.office;
        let mut numbers = Vec::new();
        for _ in 0..6 {
            let receipt = lodge::lodge(o, petition("供暖不达标。")).await.unwrap();
            let number = format!("{}-1", receipt.number);
            answered(o, &number).await;
            numbers.push(number);
        }
        t.time.go("2026-05-06T10:00:00+08:00");
        huiyin_app::sweep::sweep_office(o).await.unwrap();
        for number in &numbers {
            step(o, "housing.clerk", number, "end", &[]).await.unwrap();
        }
        let supervisor = staff(o, "countyxf.handler").await;
        let days = |from: &str, to: &str| (from.parse().unwrap(), to.parse().unwrap());
        let (from, to) = days("2026-01-01", "2026-12-31");
        assert!(matches!(
            checks::draw(o, &staff(o, "housing.head").await, 3, from, to).await,
            Err(AppError::NotAllowed)
        ));
        for (count, from, to) in [
            (0, from, to),
            (51, from, to),
            (3, to, from),
            (3, days("2025-01-01", "2025-12-31").0, days("2025-01-01", "2025-12-31").1),
        ] {
            assert!(matches!(checks::draw(o, &supervisor, count, from, to).await, Err(AppError::Form(_))));
        }
        let mut drawn = std::collections::BTreeSet::new();
        for _ in 0..40 {
            let draw = checks::draw(o, &supervisor, 3, from, to).await.unwrap();
            assert_eq!((draw.numbers.len(), draw.out_of), (3, 6));
            assert_eq!(draw.numbers.iter().collect::<std::collections::BTreeSet<_>>().len(), 3, "no file twice");
            drawn.extend(draw.numbers);
        }
        assert_eq!(drawn.len(), 6, "every file can be drawn");
        let (newest, files) = checks::draws(o, &supervisor).await.unwrap().remove(0);
        assert!(files.iter().all(|f| !f.checked));
        step(
            o,
            "countyxf.handler",
            &newest.numbers[0],
            "check_file",
            &[
                ("result", "at_fault"),
                ("cause", "quality"),
                ("post_responsible", "handler"),
                ("summary", "没有逐项答复"),
            ],
        )
        .await
        .unwrap();
        let (_, files) = checks::draws(o, &supervisor).await.unwrap().remove(0);
        assert_eq!(files.iter().filter(|f| f.checked).count(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_to_a_complaint_is_printed_by_nobody_it_goes_past() {
    let t = sqlite_office(AT);
    demo::people(&t.office).await.unwrap();
    let o = &t.office;
    let receipt = lodge::lodge(o, named("供暖不达标。")).await.unwrap();
    let number = format!("{}-1", receipt.number);
    step(o, "countyxf.clerk", &number, "refer", &[("to_unit", "housing")]).await.unwrap();
    let record = follow::open(o, &receipt.code, "test").await.unwrap();
    follow::make(o, &record, 1, the_move("complain", &[("complaint", "来问进度时被辱骂")])).await.unwrap();
    step(o, "county.head", &number, "answer_complaint", &[("facts", "辱骂属实"), ("opinion", "已经批评教育")])
        .await
        .unwrap();
    let (clerk, day) = (staff(o, "housing.clerk").await, "2026-03-02".parse().unwrap());
    assert!(print_job::rows(o, &clerk, day, day).await.unwrap().0.is_empty());
    let (matter, papers) = papers::for_officer(o, &staff(o, "county.head").await, &number).await.unwrap();
    let answer = papers.iter().find(|p| p.rule == "complaint_reply").unwrap();
    assert_eq!(answer.letter.organ, "青溪县人民政府", "it is the overseer's paper");
    // Nor by a key made by hand.
    let id = print_job::begin(
        o,
        &clerk,
        vec![format!("day:housing:2026-03-02:{}:{:06}", matter.id, answer.n)],
        String::new(),
    )
    .await
    .unwrap();
    assert!(matches!(finished(o, "housing.clerk", &id).await, Stage::Failed(_)));
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_that_another_matter_uses_stay() {
    let t = sqlite_office(AT);
    let (_, number) = archived(&t).await;
    let o = &t.office;
    // The same photo in a second petition.
    let same = lodge::store_file(o, "照片.txt", "十三度的温度计".as_bytes(), "petitioner").await.unwrap();
    let other = lodge::lodge(o, Lodging { files: vec![same.clone()], ..petition("四栋也一样。") }).await.unwrap();
    t.time.go("2060-01-02T10:00:00+08:00");
    long_ago(t.folder.path());
    step(o, "housing.clerk", &number, "propose_destruction", &[("reason", "x")]).await.unwrap();
    step(o, "housing.head", &number, "destroy", &[("reason", "x")]).await.unwrap();
    let clerk = staff(o, "countyxf.clerk").await;
    assert_eq!(
        matter_view::file(o, &clerk, &format!("{}-1", other.number), &same.id).await.unwrap().1,
        "十三度的温度计".as_bytes()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_stored_a_moment_ago_wait_for_a_later_sweep() {
    let t = sqlite_office(AT);
    let (_, number) = archived(&t).await;
    let o = &t.office;
    t.time.go("2060-01-02T10:00:00+08:00");
    step(o, "housing.clerk", &number, "propose_destruction", &[("reason", "x")]).await.unwrap();
    step(o, "housing.head", &number, "destroy", &[("reason", "x")]).await.unwrap();
    assert_eq!(stored(t.folder.path()), 1, "somebody may be about to use the same bytes");
    long_ago(t.folder.path());
    huiyin_app::sweep::sweep_office(o).await.unwrap();
    assert_eq!(stored(t.folder.path()), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_of_papers_have_no_gaps_however_many_are_made_at_once() {
    on_both("serials", AT, |t| async move {
        demo::people(&t.office).await.unwrap();
        let o = &t.office;
        let mut numbers = Vec::new();
        for _ in 0..24 {
            let receipt = lodge::lodge(o, petition("供暖不达标。")).await.unwrap();
            let number = format!("{}-1", receipt.number);
            step(o, "countyxf.clerk", &number, "refer", &[("to_unit", "housing")]).await.unwrap();
            numbers.push(number);
        }
        let accept = |number: String| async move {
            step(o, "housing.clerk", &number, "accept", &[("accepted_on", "2026-03-02"), ("procedure", "x")]).await
        };
        for made in futures_util::future::join_all(numbers.iter().cloned().map(accept)).await {
            made.unwrap();
        }
        let mut serials = std::collections::BTreeSet::new();
        for number in &numbers {
            let paper = matter_view::for_operator(o, number).await.unwrap().papers.remove(0);
            serials.insert(paper.number.trim_end_matches('号').rsplit('〕').next().unwrap().parse::<u32>().unwrap());
        }
        assert_eq!(serials, (1..=24).collect());
        // A program started anew goes on where the last one stopped.
        let again = o.with_time(t.time.clone());
        let receipt = lodge::lodge(&again, petition("供暖不达标。")).await.unwrap();
        let number = format!("{}-1", receipt.number);
        step(&again, "countyxf.clerk", &number, "refer", &[("to_unit", "housing")]).await.unwrap();
        step(&again, "housing.clerk", &number, "accept", &[("accepted_on", "2026-03-02"), ("procedure", "x")])
            .await
            .unwrap();
        assert!(matter_view::for_operator(&again, &number).await.unwrap().papers[0].number.contains("〕25号"));
    })
    .await;
}

/// Everything a paper of a matter says.
async fn text_of(o: &Office, number: &str, rule: &str) -> String {
    let papers = matter_view::for_operator(o, number).await.unwrap().papers;
    papers.iter().find(|p| p.rule == rule).unwrap_or_else(|| panic!("no {rule}")).letter.texts().concat()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_organ_speaks_for_itself_alone() {
    let t = sqlite_office(AT);
    demo::people(&t.office).await.unwrap();
    let o = &t.office;
    let receipt = lodge::lodge(o, named("供暖不达标。")).await.unwrap();
    let number = format!("{}-1", receipt.number);
    t.time.go("2026-03-04T10:00:00+08:00");
    step(o, "countyxf.clerk", &number, "refer", &[("to_unit", "housing")]).await.unwrap();
    let refuse = [("ground", "elsewhere"), ("reason", "x"), ("remedy", "y")];
    assert!(
        matches!(closed(step(o, "countyxf.clerk", &number, "refuse", &refuse).await), Closed::NotYours { .. }),
        "it is the bureau's to refuse now"
    );
    // The notice says when the bureau got it, not when the petition office did.
    step(o, "housing.clerk", &number, "accept", &[("accepted_on", "2026-03-04"), ("procedure", "x")]).await.unwrap();
    let notice = text_of(o, &number, "notice").await;
    assert!(notice.contains("我单位于2026年3月4日收到青溪县信访局转来的材料"), "{notice}");
    // Sent back, it was received when the letter was.
    let back = lodge::lodge(o, named("路灯不亮。")).await.unwrap();
    let back = format!("{}-1", back.number);
    t.time.go("2026-03-05T10:00:00+08:00");
    step(o, "countyxf.clerk", &back, "refer", &[("to_unit", "housing")]).await.unwrap();
    step(o, "housing.clerk", &back, "object", &[("reason", "不归我们管")]).await.unwrap();
    step(o, "countyxf.clerk", &back, "agree_objection", &[("reason", "属实")]).await.unwrap();
    step(o, "countyxf.clerk", &back, "refuse", &[("ground", "19(3)"), ("reason", "x"), ("remedy", "y")]).await.unwrap();
    let refusal = text_of(o, &back, "refusal").await;
    assert!(refusal.contains("我单位于2026年3月4日收到。"), "{refusal}");
    // A recommendation may go to the organ that handles it, and it answers.
    step(o, "countyxf.handler", &number, "recommend_improve", &[("to_unit", "housing"), ("reason", "x")])
        .await
        .unwrap();
    step(o, "housing.head", &number, "answer_recommendation", &[("adopted", "adopted"), ("summary", "照办")])
        .await
        .unwrap();
    // A unit that owes something is not put out of use.
    let busy = huiyin_app::domain::unit::Unit {
        active: false,
        ..o.directory().await.unwrap().units.iter().find(|u| u.id.as_str() == "housing").unwrap().clone()
    };
    let refused =
        huiyin_app::directory::put_unit(o, &staff(o, "countyxf.head").await, busy, huiyin_app::directory::Entry::Known)
            .await;
    assert!(matches!(refused, Err(AppError::Form(f)) if f[0].fault == "fault-unit-owes"));
    // A unit that is there is not made anew over itself.
    let admin = staff(o, "countyxf.head").await;
    let unit = o.directory().await.unwrap().units.iter().find(|u| u.id.as_str() == "housing").unwrap().clone();
    let again = huiyin_app::domain::unit::Unit { name: "测试局".into(), ..unit };
    assert!(
        matches!(huiyin_app::directory::put_unit(o, &admin, again, huiyin_app::directory::Entry::New).await, Err(AppError::Form(f)) if f[0].field == "id")
    );
}
