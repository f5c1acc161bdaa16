//! Groups: announced without a name, prepared for, heard through representatives; what was written is gone afterwards.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test")]

use std::collections::{BTreeMap, BTreeSet};

use huiyin_app::act::Move;
use huiyin_app::domain::ids::{TenantId, UnitId};
use huiyin_app::domain::kind::ProceedingKind;
use huiyin_app::domain::submission::{Naming, Purpose, ReplyWay};
use huiyin_app::reception::booking::book::Beside;
use huiyin_app::reception::record::{self, Asking, Demand, Draft};
use huiyin_app::reception::{Hall, Window, come, hall};
use huiyin_app::{AppError, Identity, Office, proceedings, verify};
use huiyin_demo as demo;
use huiyin_storage::{SearchQuery, Visibility};
use huiyin_testkit::{Role, TestOffice, field, given, on_both, site, sqlite_office, staff, the_move};

const AT: &str = "2026-09-22T08:00:00+08:00";

fn unit() -> UnitId {
    UnitId::new("countyxf")
}

async fn office(t: &TestOffice) -> Office {
    demo::people(&t.office).await.unwrap();
    let window = Window { number: 1, name: String::new(), services: BTreeSet::new() };
    let head = staff(&t.office, "countyxf.head").await;
    hall::put(&t.office, &head, Hall { open: true, windows: vec![window] }).await.unwrap();
    t.office.clone()
}

const WORDS: &str = "幸福里小区停暖两个月，要求尽快恢复";

fn notice(request: &str) -> BTreeMap<String, String> {
    given(&[
        ("request", request),
        ("headcount", "30"),
        ("due_on", "2026-09-24"),
        ("at_time", "9:00"),
        ("needs", "一位坐轮椅"),
    ])
}

async fn announce(o: &Office, begin: &str, request: &str) -> Result<come::Begun, AppError> {
    come::begin(o, &unit(), begin, &notice(request), &Beside::default(), request, "192.0.2.1").await
}

async fn words_of(o: &Office, login: &str, number: &str) -> String {
    let view = proceedings::view(o, &staff(o, login).await, number).await.unwrap();
    format!("{:?}", view.words.iter().map(|w| &w.words).collect::<Vec<_>>())
}

fn draft(version: u64) -> Draft {
    let demand =
        |row, words: &str| Demand { row, words: words.into(), purpose: Purpose::Request, joins: String::new() };
    Draft {
        fields: given(&[("present", "信访局 接谈人"), ("speaker", "代表三人"), ("facts", "停暖两个月")]),
        demands: vec![demand(0, "恢复供暖"), demand(1, "退还停暖期间的费用")],
        asking: Asking {
            naming: Naming::Named,
            reply: ReplyWay::CodeOnly,
            who: Identity {
                name: "测试某".into(),
                representatives: vec!["测试甲".into(), "测试乙".into()],
                ..Identity::default()
            },
            headcount: 50,
            place_name: None,
            second_language: false,
        },
        form: "a form with a token of its own".into(),
        version: Some(version),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_is_announced_prepared_for_heard_and_leaves_with_numbers() {
    on_both("groups", AT, |t| async move {
        let o = &office(&t).await;
        let clerk = staff(o, "countyxf.clerk").await;
        let begun = announce(o, "group_open", WORDS).await.unwrap();
        assert!(words_of(o, "countyxf.clerk", &begun.number).await.contains(WORDS));
        let act = async |login: &str, id: &str, fields: &[(&str, &str)]| {
            proceedings::act(o, &staff(o, login).await, &begun.number, the_move(id, fields)).await
        };
        // Nobody else reads what was written: not the county above, and not the unit that is called.
        assert!(!words_of(o, "county.head", &begun.number).await.contains("停暖"));
        assert!(matches!(
            proceedings::view(o, &staff(o, "housing.head").await, &begun.number).await,
            Err(AppError::NotFound)
        ));
        let called =
            [("to_unit", "housing"), ("due_on", "2026-09-24"), ("by_when", "上午9点"), ("summary", "供暖，约三十人")];
        act("countyxf.clerk", "call_unit", &called).await.unwrap();
        let theirs = words_of(o, "housing.head", &begun.number).await;
        assert!(theirs.contains("约三十人") && !theirs.contains("幸福里"), "{theirs}");
        act("countyxf.head", "prepared", &[("where_to", "会议室"), ("summary", "四十座")]).await.unwrap();
        t.time.go("2026-09-24T09:00:00+08:00");
        act("countyxf.clerk", "group_here", &[("headcount", "50")]).await.unwrap();
        act("countyxf.clerk", "new_headcount", &[("headcount", "60")]).await.unwrap();
        act("countyxf.clerk", "prepared", &[("where_to", "礼堂"), ("summary", "加座")]).await.unwrap();
        act("housing.head", "official_came", &[("to_unit", "housing"), ("on_day", "2026-09-24"), ("present", "局长")])
            .await
            .unwrap();
        let view = proceedings::view(o, &clerk, &begun.number).await.unwrap();
        assert_eq!(view.proceeding.reception().unwrap().coming().unwrap().headcount, Some(60));
        let mut empty = draft(view.proceeding.version);
        empty.demands.clear();
        assert!(matches!(record::write(o, &clerk, &begun.number, empty).await, Err(AppError::Form(_))), "no request");
        let written = record::write(o, &clerk, &begun.number, draft(view.proceeding.version)).await.unwrap();
        assert_eq!(written.registered.len(), 2, "each thing they asked for has its number and code");
        act("countyxf.clerk", "read_out", &[("summary", "三日内恢复")]).await.unwrap();
        assert!(words_of(o, "countyxf.clerk", &begun.number).await.contains("幸福里"), "until it is signed");
        act("countyxf.clerk", "sign", &[("proof", "代表签字")]).await.unwrap();
        let after = words_of(o, "countyxf.clerk", &begun.number).await;
        assert!(
            !after.contains("幸福里") && after.contains("恢复供暖"),
            "the notice is gone, the record is kept: {after}"
        );
        let left = t.store.contents(&TenantId::new("test"), view.proceeding.id.as_str()).await.unwrap();
        assert!(left.iter().all(|w| w.n != 1), "it is gone from the store");
        let findings = verify::verify_all(o, &mut |_| {}).await.unwrap().findings;
        assert!(findings.is_empty(), "{findings:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_wants_nobody_told_is_kept_quiet_until_the_door() {
    let t = sqlite_office(AT);
    let o = &office(&t).await;
    let clerk = staff(o, "countyxf.clerk").await;
    let begun = announce(o, "group_quiet", WORDS).await.unwrap();
    let call = [("to_unit", "housing"), ("due_on", "2026-09-24"), ("by_when", "9点"), ("summary", "x")];
    let early = proceedings::act(o, &clerk, &begun.number, the_move("call_unit", &call)).await;
    assert!(matches!(early, Err(AppError::Closed(_))), "{early:?}");
    let not_come = proceedings::act(o, &clerk, &begun.number, the_move("group_not_come", &[])).await;
    assert!(matches!(not_come, Err(AppError::Closed(_))), "not before the day: {not_come:?}");
    t.time.go("2026-09-24T09:00:00+08:00");
    proceedings::act(o, &clerk, &begun.number, the_move("group_here_quiet", &[("headcount", "12")])).await.unwrap();
    proceedings::act(o, &clerk, &begun.number, the_move("call_unit", &call)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_would_tell_of_a_person_is_turned_back_and_a_group_is_a_number() {
    let t = sqlite_office(AT);
    let o = &office(&t).await;
    for (text, fault) in [
        ("停暖，电话 13900138000", "fault-tells-number"),
        ("停暖，电话 １３９ ００１３ ８０００", "fault-tells-number"),
        ("停暖，找 0539-1234567", "fault-tells-number"),
        ("停暖，找 0539 123 4567", "fault-tells-number"),
        ("停暖，组织者是三单元的", "fault-tells-name"),
        ("停暖，組織者是三單元的", "fault-tells-name"),
        ("停暖，组\u{200b}织者是三单元的", "fault-tells-name"),
    ] {
        match announce(o, "group_open", text).await {
            Err(AppError::Form(errors)) => assert_eq!(errors[0].fault, fault, "{text}"),
            other => panic!("{text}: {other:?}"),
        }
    }
    for headcount in ["0", "100001", "x", "-3", "1e9", ""] {
        let mut fields = notice(WORDS);
        fields.insert("headcount".into(), headcount.into());
        let tried = come::begin(o, &unit(), "group_open", &fields, &Beside::default(), headcount, "192.0.2.1").await;
        assert!(matches!(tried, Err(AppError::Closed(_) | AppError::Form(_))), "{headcount}: {tried:?}");
    }
    // A sixth representative.
    t.time.go("2026-09-24T09:00:00+08:00");
    let clerk = staff(o, "countyxf.clerk").await;
    let begun = announce(o, "group_quiet", WORDS).await.unwrap();
    proceedings::act(o, &clerk, &begun.number, the_move("group_here_quiet", &[("headcount", "12")])).await.unwrap();
    let version = proceedings::view(o, &clerk, &begun.number).await.unwrap().proceeding.version;
    let mut six = draft(version);
    six.asking.who.representatives = (0..6).map(|i| format!("测试{i}")).collect();
    match record::write(o, &clerk, &begun.number, six).await {
        Err(AppError::Form(errors)) => assert_eq!(errors[0].field, "representatives"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_announces_itself_on_the_page_and_the_desk_knows_the_number_alone() {
    let t = sqlite_office(AT);
    let o = &office(&t).await;
    let base = site(o).await;
    let her = Role::strict(&base);
    let all = her.page("/come/countyxf").await;
    assert!(all.contains("/new/group_open") && all.contains("/new/group_quiet"), "both choices with what they mean");
    let form = her.page("/come/countyxf/new/group_quiet").await;
    let key = field(&form, "key");
    let mut sent = vec![
        ("key", key.as_str()),
        ("request", "停暖，联系人三单元"),
        ("headcount", "30"),
        ("due_on", "2026-09-24"),
        ("at_time", "9:00"),
    ];
    let refused = her.post("/come/countyxf/new/group_quiet").form(&sent).send().await.unwrap();
    assert_eq!(refused.status(), 422);
    assert!(refused.text().await.unwrap().contains("停暖，联系人三单元"), "what was typed is there");
    sent[1].1 = "停暖";
    let done = her.post("/come/countyxf/new/group_quiet").form(&sent).send().await.unwrap();
    assert_eq!(done.status(), 200);
    let clerk = Role::officer(&base, "countyxf.clerk").await;
    let desk = clerk.page("/staff/hall").await;
    assert!(desk.contains("约 30 人") && !desk.contains("停暖"), "{desk}");
    let today = clerk.page("/staff/hall/today").await;
    assert!(today.contains("约 30 人") && !today.contains("停暖"), "{today}");
    assert!(!today.contains("先不要告诉"), "what is on a wall does not say whom they trust: {today}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_unit_was_told_it_hands_on_and_reads_no_more() {
    on_both("groups_told", AT, |t| async move {
        let o = &office(&t).await;
        let theirs = staff(o, "env.clerk").await;
        let told = |request: &str| {
            let mut fields = notice(request);
            fields.insert("to_unit".into(), "countyxf".into());
            fields
        };
        let hand_on = async |fields: BTreeMap<String, String>, key: &str| {
            proceedings::begin(o, &theirs, "group_told", &fields, Some(key)).await
        };
        let named = hand_on(told("幸福里停暖，组织者在村口"), "a key that is long enough 1").await;
        assert!(matches!(named, Err(AppError::Form(_))), "{named:?}");
        assert!(matches!(hand_on(notice(WORDS), "a key that is long enough 2").await, Err(AppError::Closed(_))));
        let begun = hand_on(told(WORDS), "a key that is long enough 3").await.unwrap();
        let again = hand_on(told(WORDS), "a key that is long enough 3").await.unwrap();
        assert_eq!((begun.number.as_str(), begun.holder.as_str()), (again.number.as_str(), "countyxf"));
        assert!(matches!(proceedings::view(o, &theirs, &begun.number).await, Err(AppError::NotFound)));
        assert!(words_of(o, "countyxf.clerk", &begun.number).await.contains(WORDS));
        assert!(!words_of(o, "county.head", &begun.number).await.contains("停暖"));
        let owed: Vec<&str> = begun.owed().iter().map(|c| c.rule.as_str()).collect();
        assert_eq!(owed, ["call_unit", "prepare_group", "meet_group"]);
        assert!(begun.owed().iter().all(|c| c.bound.unit == Some(unit())), "the receiving office owes it");
        let act = async |id: &str, fields: &[(&str, &str)]| {
            proceedings::act(o, &staff(o, "countyxf.clerk").await, &begun.number, the_move(id, fields)).await
        };
        let found = SearchQuery {
            tenant: TenantId::new("test"),
            kinds: &[ProceedingKind::Reception],
            visibility: Visibility::Units { units: BTreeSet::from([unit()]), without: BTreeSet::new() },
            text: "停暖".into(),
            after: None,
            limit: 10,
        };
        assert!(t.store.search(&found).await.unwrap().rows.is_empty(), "its words are in no index");
        let list = huiyin_app::lodge::take_file(o, "名册.png", b"\x89PNG\r\n\x1a\n1", "countyxf").await.unwrap();
        let with_list = Move { files: vec![list.record], ..the_move("new_headcount", &[("headcount", "35")]) };
        let refused = proceedings::act(o, &staff(o, "countyxf.clerk").await, &begun.number, with_list).await;
        assert!(matches!(refused, Err(AppError::Form(_))), "no list comes by a file: {refused:?}");
        t.time.go("2026-09-24T12:00:00+08:00");
        act("group_not_come", &[]).await.unwrap();
        assert!(!words_of(o, "countyxf.clerk", &begun.number).await.contains("停暖"), "destroyed with the day");
        let findings = verify::verify_all(o, &mut |_| {}).await.unwrap().findings;
        assert!(findings.is_empty(), "{findings:?}");
        let base = site(o).await;
        let page = Role::officer(&base, "env.clerk").await.page("/staff/proceedings/new/group_told").await;
        assert!(page.contains("县信访局"), "{page}");
    })
    .await;
}
