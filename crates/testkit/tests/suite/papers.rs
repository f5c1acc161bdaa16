//! Papers, complaints past the unit, sealed stubs and a new calendar, on both databases.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test")]

use std::collections::BTreeMap;
use std::sync::Arc;

use huiyin_app::domain::event::{EventActor, EventKind};
use huiyin_app::domain::ids::UnitId;
use huiyin_app::domain::submission::{Channel, Naming, PaperFacts};
use huiyin_app::lodge::{self, Keep, Lodging, Receipt, Registration};
use huiyin_app::move_pack::Mode;
use huiyin_app::packs::Library;
use huiyin_app::papers::{self, Form};
use huiyin_app::{AppError, Identity, follow, matter_view, package, reorganise, reproject};
use huiyin_demo as demo;
use huiyin_testkit::{TestOffice, on_both, petition, sqlite_office, staff, step, the_move};

const AT: &str = "2026-03-02T10:00:00+08:00";

fn named(text: &str) -> Lodging {
    let identity = Identity {
        name: "陈璟玥".into(),
        address: "某街某号".into(),
        telephone: "13800000000".into(),
        ..Identity::default()
    };
    Lodging { naming: Naming::Named, identity, ..petition(text) }
}

async fn accepted(t: &TestOffice) -> (Receipt, String) {
    demo::people(&t.office).await.unwrap();
    let receipt = lodge::lodge(&t.office, named("三栋供暖不达标，客厅只有十三度。")).await.unwrap();
    let number = format!("{}-1", receipt.number);
    step(&t.office, "countyxf.clerk", &number, "refer", &[("to_unit", "housing")]).await.unwrap();
    step(
        &t.office,
        "housing.clerk",
        &number,
        "accept",
        &[("accepted_on", "2026-03-02"), ("procedure", "六十日内书面答复")],
    )
    .await
    .unwrap();
    (receipt, number)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paper_is_made_by_its_move_and_bound_in_the_record() {
    on_both("papers", AT, |t| async move {
        let (receipt, number) = accepted(&t).await;
        let o = &t.office;
        let clerk = staff(o, "housing.clerk").await;
        let (matter, papers) = papers::for_officer(o, &clerk, &number).await.unwrap();
        assert_eq!(papers.iter().map(|p| p.rule.as_str()).collect::<Vec<_>>(), ["referral", "notice"]);
        let notice = &papers[1];
        assert!(notice.number.contains("〔2026〕1号"), "{}", notice.number);
        let words: String = notice.letter.texts().concat();
        assert!(words.contains("六十日内书面答复") && !words.contains("陈璟玥"), "the name stays in the vault");
        // The digest in the record is that of the letter as it is kept.
        let view = matter_view::for_officer(o, &clerk, &number).await.unwrap();
        let bound = view.events.iter().rev().find_map(|e| {
            if let EventKind::PaperMade { digest, .. } = &e.event.kind { Some(digest.clone()) } else { None }
        });
        assert_eq!(bound.as_deref(), Some(huiyin_register::digest(&notice.salt, &notice.letter).unwrap().as_str()));
        // Drawn twice it is the same; for the post with the name on this copy only.
        let pdf = papers::draw(o, notice, Form::Pdf, "").await.unwrap();
        assert!(pdf == papers::draw(o, notice, Form::Pdf, "").await.unwrap(), "set twice it comes out the same");
        // The server makes the copy that is served: stored and never set again, not even a changed letter gives other
        // bytes.
        assert!(papers::make_copies(o).await.unwrap() > 0);
        assert_eq!(papers::make_copies(o).await.unwrap(), 0, "each once");
        let mut forged = notice.clone();
        forged.letter.title = "改过的标题".into();
        assert!(pdf == papers::draw(o, &forged, Form::Pdf, "").await.unwrap(), "the copy and not the letter of today");
        assert_ne!(pdf, papers::draw(o, notice, Form::Pdf, "陈璟玥").await.unwrap());
        assert!(papers::draw(o, notice, Form::Docx, "").await.unwrap().starts_with(b"PK"));
        // What no face has is a visible sign, named, and no copy is kept with it.
        let strange = huiyin_app::papers::Letter { title: "告知\u{10fffd}".into(), ..notice.letter.clone() };
        assert_eq!(papers::undrawable(o, std::slice::from_ref(&strange)), ['\u{10fffd}']);
        assert!(papers::draw(o, notice, Form::Pdf, "\u{10fffd}").await.unwrap().starts_with(b"%PDF"));
        // She reads it by her code; a second notice of the unit has the next number.
        let record = follow::open(o, &receipt.code, "test").await.unwrap();
        assert_eq!(follow::papers(o, &record, matter.details().part).await.unwrap().1.len(), 1);
        let (_, second) = accepted(&t).await;
        assert!(papers::for_officer(o, &clerk, &second).await.unwrap().1[1].number.contains("〔2026〕2号"));
        // An order between offices is no paper of hers.
        step(o, "countyxf.handler", &number, "supervise", &[("reason", "请说明进度")]).await.unwrap();
        assert_eq!(follow::papers(o, &record, matter.details().part).await.unwrap().1.len(), 1);
        assert_eq!(papers::for_officer(o, &clerk, &number).await.unwrap().1.len(), 3);
        // The archive package carries record, papers and how to check them.
        let bag = package::of_matter(o, &number).await.unwrap().entries;
        let text = |path: &str| {
            String::from_utf8(bag.iter().find(|e| e.path == path).unwrap_or_else(|| panic!("{path}")).bytes.clone())
                .unwrap()
        };
        assert!(text("bagit.txt").starts_with("BagIt-Version: 1.0"));
        let manifest = text("manifest-sha256.txt");
        assert_eq!(manifest.lines().count(), bag.iter().filter(|e| e.path.starts_with("data/")).count());
        assert!(
            manifest.contains("data/record.json")
                && manifest.contains(".pdf")
                && text("data/reckoning.txt").contains("3月2日受理"),
            "{}",
            text("data/reckoning.txt")
        );
        assert!(
            !bag.iter().any(|e| String::from_utf8_lossy(&e.bytes).contains("13800000000")),
            "contacts stay in the vault"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_complaint_goes_past_the_unit() {
    on_both("complaint", AT, |t| async move {
        let (receipt, number) = accepted(&t).await;
        let o = &t.office;
        let record = follow::open(o, &receipt.code, "test").await.unwrap();
        follow::make(o, &record, 1, the_move("complain", &[("complaint", "来问进度时被辱骂")])).await.unwrap();
        for (login, reads) in
            [("housing.head", false), ("housing.clerk", false), ("countyxf.clerk", false), ("county.head", true)]
        {
            let view = matter_view::for_officer(o, &staff(o, login).await, &number).await.unwrap();
            let seen = view.words.iter().any(|w| serde_json::to_string(&w.words).unwrap().contains("辱骂"));
            assert_eq!(seen, reads, "{login}");
        }
        assert!(
            step(o, "housing.head", &number, "answer_complaint", &[("facts", "无"), ("opinion", "无")]).await.is_err()
        );
        step(o, "county.head", &number, "answer_complaint", &[("facts", "属实"), ("opinion", "已经批评并道歉")])
            .await
            .unwrap();
        let unit = papers::for_officer(o, &staff(o, "housing.clerk").await, &number).await.unwrap().1;
        assert_eq!(unit.len(), 2, "the answer to the complaint is not the unit's to read");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_an_upper_level_accusation_only_a_stub_is_kept() {
    on_both("stub", AT, |t| async move {
        demo::people(&t.office).await.unwrap();
        let o = &t.office;
        let clerk = staff(o, "discipline.clerk").await;
        let arrival = Registration {
            channel: Channel::Letter,
            received_on: "2026-03-02".parse().unwrap(),
            paper: PaperFacts::default(),
            keep: Keep::StubOnly,
        };
        let receipt = lodge::register(o, &clerk, named("反映某领导的问题，绝密内容"), arrival).await.unwrap();
        let number = format!("{}-1", receipt.number);
        let view = matter_view::for_officer(o, &clerk, &number).await.unwrap();
        let kept = format!("{:?}", view);
        assert!(!kept.contains("绝密") && !kept.contains("陈璟玥"), "nothing of the content is kept");
        assert_eq!(view.matter.owed()[0].legal.to_string(), "2026-03-09", "five working days");
        step(o, "discipline.clerk", &number, "hand_up", &[("on_day", "2026-03-02"), ("recipient", "云岭市纪委监委")])
            .await
            .unwrap();
        step(o, "discipline.clerk", &number, "archive_stub", &[]).await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_calendar_moves_open_periods_and_says_so() {
    let t = sqlite_office("2026-12-08T10:00:00+08:00");
    demo::people(&t.office).await.unwrap();
    let receipt = lodge::lodge(&t.office, named("请尽快处理路灯")).await.unwrap();
    let number = format!("{}-1", receipt.number);
    let clerk = staff(&t.office, "countyxf.clerk").await;
    let before = matter_view::for_officer(&t.office, &clerk, &number).await.unwrap().matter;
    let route = before.owed()[0].clone();
    // The notice of a later year is not out: day 15 is 2026-12-23, a Wednesday, and stands. An edit makes it a day off.
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs/calendars/cn");
    let mut notices = BTreeMap::new();
    for year in 2022..=2026 {
        let text = std::fs::read_to_string(folder.join(format!("{year}.json"))).unwrap();
        notices.insert(format!("{year}.json"), text);
    }
    notices.insert("calendar.toml".into(), std::fs::read_to_string(folder.join("calendar.toml")).unwrap());
    let edited = notices["2026.json"].replacen(
        "\"days\": [",
        &format!("\"days\": [{{\"name\":\"调整\",\"date\":\"{}\",\"isOffDay\":true}},", route.legal),
        1,
    );
    notices.insert("2026.json".into(), edited);
    let calendar = huiyin_rules::read_calendar("cn", &notices).unwrap();
    let later = t.office.with_library(Arc::new(Library::shipped().unwrap().with_calendar("cn", calendar)));
    let done = reproject::reproject_all(&later).await.unwrap();
    assert_eq!((done.moved, done.left), (1, 0), "{done:?}");
    let view = matter_view::for_officer(&later, &clerk, &number).await.unwrap();
    assert_eq!(view.matter.owed()[0].legal, route.legal.tomorrow().unwrap());
    assert!(
        view.events
            .iter()
            .any(|e| matches!(e.event.kind, EventKind::ClockReprojected { was, .. } if was == route.legal))
    );
    assert_eq!(reproject::reproject_all(&later).await.unwrap().moved, 0, "a second run changes nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bureau_may_have_its_own_periods() {
    on_both("sector", "2026-09-01T10:00:00+08:00", |t| async move {
        demo::people(&t.office).await.unwrap();
        let o = &t.office;
        let mut unit = o.directory().await.unwrap().unit(&UnitId::new("civil")).unwrap().clone();
        unit.procedure = "cn/welfaer".into();
        let admin = staff(o, "countyxf.head").await;
        assert!(
            matches!(
                huiyin_app::directory::put_unit(o, &admin, unit.clone(), huiyin_app::directory::Entry::Known).await,
                Err(AppError::Form(_))
            ),
            "a family that is not there is refused"
        );
        unit.procedure = "cn/welfare".into();
        huiyin_app::directory::put_unit(o, &admin, unit, huiyin_app::directory::Entry::Known).await.unwrap();
        let arrival = Registration {
            channel: Channel::Letter,
            received_on: "2026-09-01".parse().unwrap(),
            paper: PaperFacts::default(),
            keep: Keep::Whole,
        };
        let receipt =
            lodge::register(o, &staff(o, "civil.clerk").await, named("低保申请没有回音"), arrival).await.unwrap();
        let number = format!("{}-1", receipt.number);
        step(
            o,
            "civil.clerk",
            &number,
            "accept",
            &[("accepted_on", "2026-09-01"), ("procedure", "三十个工作日内答复")],
        )
        .await
        .unwrap();
        let matter = matter_view::for_officer(o, &staff(o, "civil.clerk").await, &number).await.unwrap().matter;
        assert_eq!(matter.pack.0, "cn/welfare/2024");
        let due = |rule: &str| matter.owed().iter().find(|c| c.rule.as_str() == rule).map(|c| c.legal.to_string());
        assert_eq!(
            (due("answer_sooner").as_deref(), due("handle").as_deref()),
            (Some("2026-10-19"), Some("2026-11-02")),
            "the promise beside the law"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reorganisation_moves_duties_and_says_so() {
    on_both("succession", AT, |t| async move {
        let (_, number) = accepted(&t).await;
        let o = &t.office;
        let (from, to) = (UnitId::new("housing"), UnitId::new("urban"));
        let due = |m: &huiyin_app::domain::matter::Matter| {
            m.owed().iter().find(|c| c.rule.as_str() == "handle").unwrap().legal
        };
        let before = matter_view::for_officer(o, &staff(o, "housing.clerk").await, &number).await.unwrap().matter;
        let look = reorganise::succeed_unit(o, &from, &to, None, Mode::Look).await.unwrap();
        assert_eq!((look.matters, look.periods), (1, 1));
        assert!(
            matter_view::for_officer(o, &staff(o, "urban.clerk").await, &number).await.is_err(),
            "looking changes nothing"
        );
        assert_eq!(
            reorganise::succeed_unit(o, &from, &to, Some("交通运输"), Mode::Write).await.unwrap().matters,
            0,
            "another class stays"
        );
        assert_eq!(reorganise::succeed_unit(o, &from, &to, None, Mode::Write).await.unwrap().matters, 1);
        let view = matter_view::for_officer(o, &staff(o, "urban.clerk").await, &number).await.unwrap();
        assert_eq!((view.matter.holder.as_str(), due(&view.matter)), ("urban", due(&before)), "the days do not move");
        assert!(view.matter.owed().iter().all(|c| c.bound.unit.as_ref() != Some(&from)));
        let said =
            view.events.iter().find(|e| matches!(&e.event.kind, EventKind::Succeeded { duties: 1, .. })).unwrap();
        assert_eq!(said.event.actor, EventActor::Operator, "no clock did that");
        let admin = staff(o, "countyxf.head").await;
        let entries = huiyin_app::security::list(o, &admin, Some(huiyin_app::security::Act::UnitSucceeded), "", 9)
            .await
            .unwrap()
            .entries;
        assert_eq!(entries.len(), 2, "each time it was written, and not when it only looked: {entries:?}");
        step(o, "urban.handler", &number, "record", &[("on_day", "2026-03-02"), ("summary", "接手办理")])
            .await
            .unwrap();
        assert!(reorganise::succeed_unit(o, &from, &UnitId::new("nowhere"), None, Mode::Look).await.is_err());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_package_is_made_also_when_something_is_missing() {
    let t = sqlite_office("2026-03-02T10:00:00+08:00");
    let o = &t.office;
    demo::people(o).await.unwrap();
    let long = format!("{}.txt", "关于小区二期安置房多年不能办理登记证的材料".repeat(4));
    let (kept, gone) = (
        lodge::store_file(o, &long, "路灯坏了的经过".as_bytes(), "petitioner").await.unwrap(),
        lodge::store_file(o, "附件.txt", "另一份材料".as_bytes(), "petitioner").await.unwrap(),
    );
    let (hash, on_disk) = (gone.hash.clone(), gone.on_disk().to_owned());
    let receipt =
        lodge::lodge(o, Lodging { files: vec![kept, gone], ..huiyin_testkit::petition("路灯坏了") }).await.unwrap();
    let stored: Vec<_> = walk(t.folder.path()).into_iter().filter(|p| p.ends_with(&on_disk)).collect();
    assert_eq!(stored.len(), 1);
    std::fs::remove_file(&stored[0]).unwrap();
    let package = package::of_matter(o, &format!("{}-1", receipt.number)).await.unwrap();
    assert!(package.missing.len() == 1 && package.missing[0].contains(&hash), "{:?}", package.missing);
    let named = package.entries.iter().find(|e| e.path == "data/MISSING.txt").expect("what is missing is named");
    assert!(String::from_utf8_lossy(&named.bytes).contains(&hash));
    let files: Vec<_> = package.entries.iter().filter(|e| e.path.starts_with("data/files/")).collect();
    assert!(files.len() == 1 && files[0].path.len() <= 240 && files[0].path.ends_with(".txt"), "{}", files[0].path);
}

fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut out = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { out.extend(walk(&path)) } else { out.push(path) }
    }
    out
}
