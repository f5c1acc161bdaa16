//! What a stranger's review of the forms found, each fault with a test of its kind.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test")]

use huiyin_app::corrections::{self, Corrected};
use huiyin_app::domain::decide::Closed;
use huiyin_app::domain::ids::UnitId;
use huiyin_app::lodge::{self, Lodging};
use huiyin_app::{AppError, follow, matter_view};
use huiyin_testkit::{given, letter, on_both, petition, site, sqlite_office, staff, step, the_move};

const AT: &str = "2026-03-02T10:00:00+08:00";

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_was_sent_takes_nothing_else() {
    on_both("sent", AT, |t| async move {
        huiyin_demo::people(&t.office).await.unwrap();
        let first = petition("第一件：路灯坏了");
        lodge::lodge(&t.office, first.clone()).await.unwrap();
        assert!(lodge::lodge(&t.office, first.clone()).await.unwrap().known, "the same again is known");
        let other = Lodging { text: "第二件：下水道堵了".into(), title: String::new(), ..first };
        assert!(
            matches!(lodge::lodge(&t.office, other).await, Err(AppError::KeyReused)),
            "other words are neither known nor lost in silence"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_meant_is_meant_in_ordinary_words() {
    let t = sqlite_office(AT);
    huiyin_demo::people(&t.office).await.unwrap();
    let directory = t.office.directory().await.unwrap();
    let meant = |unit: &str, words: &str| directory.unit(&UnitId::new(unit)).unwrap().is_meant_by(words);
    for words in [
        "住建局",
        "县住建",
        "建设局",
        "青溪县住房和城乡建设局",
        "县住建局、东风镇政府",
        "县住建局和物业公司",
        "县住建局王局长",
        "住建局的王局长",
        "县住建局办证窗口",
        "住建",
        "縣住建局",
        "housing bureau",
        "Housing and Urban-Rural Development Bureau",
    ] {
        assert!(meant("housing", words), "{words}");
    }
    for (unit, words) in [
        ("dongfeng", "东风镇政府"),
        ("dongfeng", "县住建局、东风镇政府"),
        ("county", "青溪县政府"),
        ("countyxf", "县信访局"),
        ("water", "水利局工作人员"),
        ("env", "市生态环境局青溪分局"),
    ] {
        assert!(meant(unit, words), "{unit}: {words}");
    }
    for (unit, words) in [
        ("housing", ""),
        ("housing", "县水利局"),
        ("housing", "东风镇政府"),
        ("water", "县住建局"),
        ("wangquan", "东风镇人民政府"),
        ("dongfeng", "青溪县人民政府"),
        ("urban", "某物业公司"),
        ("housing", "County Water Bureau"),
    ] {
        assert!(!meant(unit, words), "{unit}: {words}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_unit_complained_of_does_not_take_itself_out_of_the_complaint() {
    on_both("taken-out", AT, |t| async move {
        let o = &t.office;
        huiyin_demo::people(o).await.unwrap();
        let clerk = staff(o, "countyxf.clerk").await;
        let number = format!(
            "{}-1",
            letter(o, "2026-03-02", |l| l.complained_of = Some("县信访局接访窗口".into())).await.number
        );
        for fields in [
            given(&[("complained_of", ""), ("reason", "记错了")]),
            given(&[("complained_of", "县水利局"), ("reason", "记错了")]),
        ] {
            let refused = corrections::correct(o, &clerk, &number, &fields, Vec::new()).await;
            assert!(matches!(&refused, Err(AppError::Closed(c)) if **c == Closed::AboutYou), "{refused:?}");
        }
        // Somebody else's name is corrected by the office; who was meant before stays out all the same.
        let number =
            format!("{}-1", letter(o, "2026-03-02", |l| l.complained_of = Some("县城管局".into())).await.number);
        corrections::correct(
            o,
            &clerk,
            &number,
            &given(&[("complained_of", "县水利局"), ("reason", "信上写的是水利局")]),
            Vec::new(),
        )
        .await
        .unwrap();
        step(o, "countyxf.clerk", &number, "refer", &[("to_unit", "urban")]).await.unwrap();
        let refused = step(
            o,
            "urban.clerk",
            &number,
            "propose_void",
            &[("void_ground", "nobody_wrote"), ("reason", "没有人提出过")],
        )
        .await;
        assert!(matches!(&refused, Err(AppError::Closed(c)) if **c == Closed::AboutYou), "{refused:?}");
        // What she wrote online is hers, and somebody wrote it.
        let online =
            lodge::lodge(o, Lodging { complained_of: Some("县水利局".into()), ..petition("停水三天") }).await.unwrap();
        let number = format!("{}-1", online.number);
        let refused = corrections::correct(
            o,
            &clerk,
            &number,
            &given(&[("complained_of", "某施工队"), ("reason", "记错了")]),
            Vec::new(),
        )
        .await;
        assert!(matches!(&refused, Err(AppError::Form(e)) if e[0].fault == "fault-hers-online"), "{refused:?}");
        let refused = step(
            o,
            "countyxf.clerk",
            &number,
            "propose_void",
            &[("void_ground", "nobody_wrote"), ("reason", "没有人提出过")],
        )
        .await;
        assert!(matches!(refused, Err(AppError::Form(_) | AppError::Closed(_))), "somebody wrote it online");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn corrections_neither_overwrite_a_colleague_nor_count_twice() {
    on_both("overwrite", AT, |t| async move {
        let o = &t.office;
        huiyin_demo::people(o).await.unwrap();
        let (clerk, head) = (staff(o, "countyxf.clerk").await, staff(o, "countyxf.head").await);
        let number = format!("{}-1", letter(o, "2026-03-02", |_| {}).await.number);
        let version = matter_view::for_operator(o, &number).await.unwrap().matter.version.to_string();
        let key = "0123456789abcdef";
        let first = given(&[("title", "路灯不亮"), ("telephone", "13800000000"), ("reason", "录入错误"), ("version", &version), ("key", key)]);
        for _ in 0..2 {
            assert_eq!(corrections::correct(o, &clerk, &number, &first, Vec::new()).await.unwrap(), Corrected::Done);
        }
        let (_, vault) = matter_view::identity(o, &clerk, &number, "核对").await.unwrap();
        assert_eq!(vault.corrections.len(), 1, "a double click corrects once");
        let second = given(&[("title", "路灯坏了，请修"), ("headcount", "3"), ("reason", "人数"), ("version", &version), ("key", "fedcba9876543210")]);
        assert!(matches!(corrections::correct(o, &head, &number, &second, Vec::new()).await, Err(AppError::ChangedMeanwhile)));
        assert_eq!(matter_view::for_operator(o, &number).await.unwrap().matter.title, "路灯不亮");
        // A later day: one proposal at a time, and one that is not agreed to is on record.
        let later = |day: &str| given(&[("received_on", day), ("reason", "看错了"), ("evidence", "投递单")]);
        corrections::correct(o, &clerk, &number, &given(&[("received_on", "2026-02-20"), ("reason", "签收章")]), Vec::new()).await.unwrap();
        assert_eq!(corrections::correct(o, &clerk, &number, &later("2026-02-24"), Vec::new()).await.unwrap(), Corrected::Proposed);
        assert!(matches!(corrections::correct(o, &head, &number, &later("2026-02-26"), Vec::new()).await, Err(AppError::Form(e)) if e[0].fault == "fault-proposal-waits"));
        corrections::refuse(o, &head, &number).await.unwrap();
        let events = matter_view::for_operator(o, &number).await.unwrap().events;
        let said: Vec<String> = events.iter().filter_map(|e| if let huiyin_app::domain::event::EventKind::Corrected { what, .. } = &e.event.kind { Some(what.join(",")) } else { None }).collect();
        assert!(said.contains(&"day_proposed".to_owned()) && said.contains(&"day_refused".to_owned()), "{said:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_entries_one_stands_and_a_wrong_voiding_is_mended() {
    on_both("one-stands", AT, |t| async move {
        let o = &t.office;
        huiyin_demo::people(o).await.unwrap();
        let (stands, twice) = (letter(o, "2026-03-02", |_| {}).await, letter(o, "2026-03-02", |_| {}).await);
        let (a, b) = (format!("{}-1", stands.number), format!("{}-1", twice.number));
        let double = [("void_ground", "double"), ("instead", a.as_str()), ("reason", "同一封信")];
        step(o, "countyxf.clerk", &b, "propose_void", &double).await.unwrap();
        step(o, "countyxf.head", &b, "void", &double).await.unwrap();
        let refused = step(
            o,
            "countyxf.clerk",
            &a,
            "propose_void",
            &[("void_ground", "nobody_wrote"), ("reason", "没有人提出过")],
        )
        .await;
        assert!(matches!(&refused, Err(AppError::Form(e)) if e[0].fault == "fault-stands-for"), "{refused:?}");
        // She objects with her code; the body above restores the entry, whose time runs from its first receipt.
        t.time.go("2026-03-05T10:00:00+08:00");
        let record = follow::open(o, &twice.code, "test").await.unwrap();
        let objected =
            follow::make(o, &record, 1, the_move("object_void", &[("words", "不是同一封信")])).await.unwrap();
        let owed = objected
            .owed()
            .into_iter()
            .find(|c| c.rule.as_str() == "answer_void_objection")
            .cloned()
            .expect("the body above owes an answer");
        assert_eq!(owed.bound.unit.as_ref().map(UnitId::as_str), Some("county"));
        let back = step(o, "county.head", &b, "reinstate", &[("reason", "确是两封信")]).await.unwrap();
        let route = back
            .owed()
            .into_iter()
            .find(|c| c.rule.as_str() == "route")
            .cloned()
            .expect("the office owes what it owed");
        assert_eq!((back.state.as_str(), route.legal.to_string().as_str()), ("received", "2026-03-17"));
        step(
            o,
            "county.head",
            &b,
            "answer_void_objection",
            &[("facts", "两封信收信日期不同"), ("opinion", "恢复登记")],
        )
        .await
        .unwrap();
        // Then the other one may be looked at again.
        step(o, "countyxf.clerk", &a, "propose_void", &[("void_ground", "nobody_wrote"), ("reason", "没有人提出过")])
            .await
            .unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_an_anonymous_petitioner_nothing_is_kept_later_either() {
    on_both("later-anonymous", AT, |t| async move {
        let o = &t.office;
        huiyin_demo::people(o).await.unwrap();
        let receipt = lodge::lodge(o, petition("路灯坏了")).await.unwrap();
        let record = follow::open(o, &receipt.code, "test").await.unwrap();
        let file = lodge::store_file(o, "钱某某 330102198001011234.txt", b"evidence", "petitioner").await.unwrap();
        let added = huiyin_app::act::Move { files: vec![file.clone()], ..the_move("add", &[("words", "补充")]) };
        follow::make(o, &record, 1, added).await.unwrap();
        let files = follow::view(o, &record).await.unwrap()[0].files.clone();
        assert!(
            files.len() == 1 && files[0].name.starts_with("材料") && files[0].name.ends_with(".txt"),
            "{}",
            files[0].name
        );
        let agent = huiyin_app::act::Move {
            files: vec![file],
            ..the_move(
                "appoint_agent",
                &[
                    ("agent_name", "李代理"),
                    ("agent_basis", "lawyer"),
                    ("authority", "委托书"),
                    ("valid_until", "2026-12-31"),
                ],
            )
        };
        let refused = follow::make(o, &record, 1, agent).await;
        assert!(matches!(&refused, Err(AppError::Closed(c)) if **c == Closed::Anonymous), "{refused:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn words_come_back_also_with_a_large_file_and_passwords_do_not() {
    let t = sqlite_office(AT);
    let base = site(&t.office).await;
    let client = reqwest::Client::builder().cookie_store(true).build().unwrap();
    let part = |text: &str| {
        let boundary = "b0undary";
        let mut body = format!("--{boundary}\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\n{text}\r\n--{boundary}\r\nContent-Disposition: form-data; name=\"files\"; filename=\"a.jpg\"\r\nContent-Type: image/jpeg\r\n\r\n").into_bytes();
        body.extend(std::iter::repeat_n(0x41, 3 * 1024 * 1024));
        body.extend(format!("\r\n--{boundary}--\r\n").into_bytes());
        (format!("multipart/form-data; boundary={boundary}"), body)
    };
    let (kind, body) = part("写了很久的来信内容");
    let lost =
        client.post(format!("{base}/staff/register")).header("content-type", kind).body(body).send().await.unwrap();
    assert_eq!(lost.status(), 401);
    let page = lost.text().await.unwrap();
    assert!(page.contains("写了很久的来信内容") && page.contains("文件没有留下"), "{page}");
    let password = client
        .post(format!("{base}/staff/password"))
        .form(&[("old", "old-secret-1"), ("password", "new-secret-2")])
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert!(!password.contains("old-secret-1") && !password.contains("new-secret-2"), "a password stands in the page");
}

fn browser() -> reqwest::Client {
    reqwest::Client::builder().cookie_store(true).build().unwrap()
}

fn field(html: &str, name: &str) -> String {
    html.split(&format!("name=\"{name}\" value=\""))
        .nth(1)
        .and_then(|t| t.split('"').next())
        .unwrap_or_default()
        .to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn closing_closes_from_any_tab_and_a_replaced_code_says_until_when_it_waits() {
    let t = sqlite_office(AT);
    let base = site(&t.office).await;
    let o = &t.office;
    let receipt = letter(o, "2026-03-02", |_| {}).await;
    let lodge::receipt::Replaced::Done(_, new) =
        lodge::receipt::replace(o, &staff(o, "countyxf.clerk").await, &receipt.number, "本人到窗口核对", true)
            .await
            .unwrap()
    else {
        panic!("one officer of the receiving office is enough")
    };
    let her = browser();
    let mine =
        her.post(format!("{base}/follow")).form(&[("code", new.as_str())]).send().await.unwrap().text().await.unwrap();
    assert!(!mine.contains('⟦'), "{mine}");
    let english = her
        .get(format!("{base}/my/1/withdraw"))
        .header("cookie", "hy_lang=en")
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    let chinese = her.get(format!("{base}/my/1/withdraw")).send().await.unwrap().text().await.unwrap();
    assert!(!english.contains('⟦') && chinese.contains("2026年3月9日"), "{chinese}");
    // A tab that was opened before has another token: closing closes all the same.
    her.post(format!("{base}/my/close")).form(&[("csrf", "of-another-tab")]).send().await.unwrap();
    let after = her.get(format!("{base}/my")).send().await.unwrap();
    assert_eq!(after.url().path(), "/follow");
}

#[tokio::test(flavor = "multi_thread")]
async fn throwing_one_form_away_leaves_the_other() {
    let t = sqlite_office(AT);
    let base = site(&t.office).await;
    let her = browser();
    let form_of = |url: &reqwest::Url| url.query_pairs().find(|(k, _)| k == "f").map(|(_, v)| v.into_owned()).unwrap();
    let first = form_of(her.get(format!("{base}/lodge")).send().await.unwrap().url());
    let answer = |f: String, step: &'static str, name: &'static str, value: &'static str| {
        her.post(format!("{base}/lodge/{step}")).form(&[("f", f), (name, value.to_owned())]).send()
    };
    for (step, name, value) in [
        ("naming", "naming", "anonymous"),
        ("agent", "for_whom", "self"),
        ("purpose", "purpose", "request"),
        ("text", "text", "第一件：路灯"),
    ] {
        answer(first.clone(), step, name, value).await.unwrap();
    }
    let choose = her.get(format!("{base}/lodge")).send().await.unwrap().text().await.unwrap();
    let second = choose.split("/lodge/naming?f=").nth(1).unwrap().split('"').next().unwrap().to_owned();
    answer(second.clone(), "naming", "naming", "anonymous").await.unwrap();
    her.post(format!("{base}/lodge/discard")).form(&[("f", second)]).send().await.unwrap();
    let kept = her.get(format!("{base}/lodge/text?f={first}")).send().await.unwrap().text().await.unwrap();
    assert!(kept.contains("第一件：路灯"), "{kept}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_was_held_and_is_gone_is_named_before_anything_is_sent() {
    let t = sqlite_office(AT);
    let base = site(&t.office).await;
    let receipt = letter(&t.office, "2026-03-02", |_| {}).await;
    let her = browser();
    her.post(format!("{base}/follow")).form(&[("code", receipt.code.as_str())]).send().await.unwrap();
    let form = her.get(format!("{base}/my/1/add")).send().await.unwrap().text().await.unwrap();
    let send = |held: bool| {
        let mut fields = vec![
            ("csrf", field(&form, "csrf")),
            ("version", field(&form, "version")),
            ("key", field(&form, "key")),
            ("words", "补充照片".to_owned()),
        ];
        fields.extend(held.then(|| ("held", "证据.jpg".to_owned())));
        her.post(format!("{base}/my/1/add")).form(&fields).send()
    };
    let named = send(true).await.unwrap();
    assert_eq!(named.status(), 422);
    let page = named.text().await.unwrap();
    assert!(page.contains("“证据.jpg”没有保住") && page.contains("补充照片"), "{page}");
    assert_eq!(send(false).await.unwrap().url().path(), "/my", "without it, it goes on");
}
