//! Who may read and do what, where it is easy to get wrong: accusations, letters in parts, bodies outside,
//! papers between offices, keys of machines.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test")]

use std::collections::BTreeMap;

use huiyin_app::act::Move;
use huiyin_app::domain::proceeding::Actor;
use huiyin_app::domain::submission::Purpose;
use huiyin_app::find;
use huiyin_app::lodge::receipt::Replaced;
use huiyin_app::lodge::{self, Lodging, Receipt};
use huiyin_app::timeline::{Reader, lines};
use huiyin_app::{AppError, Office, clock_view::ViewGround, follow, matter_view, part};
use huiyin_demo as demo;
use huiyin_testkit::{TestOffice, given, on_both, petition, site, sqlite_office, staff, step};
use huiyin_wording::Language;

const AT: &str = "2026-03-02T10:00:00+08:00";

async fn receive(t: &TestOffice, purpose: Purpose, text: &str) -> (Receipt, String) {
    demo::people(&t.office).await.unwrap();
    let receipt = lodge::lodge(&t.office, Lodging { purpose, ..petition(text) }).await.unwrap();
    let number = format!("{}-1", receipt.number);
    (receipt, number)
}

async fn finds(office: &Office, login: &str, words: &str) -> usize {
    find::search(office, &staff(office, login).await, words, None, 50).await.unwrap().words.rows.len()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_accusation_stays_with_its_receiver() {
    on_both("accusation", AT, |t| async move {
        let (receipt, number) = receive(&t, Purpose::Accusation, "反映某工程没有公开招标").await;
        let o = &t.office;
        assert!(step(o, "countyxf.clerk", &number, "refer", &[("to_unit", "housing")]).await.is_err());
        step(o, "countyxf.clerk", &number, "hand_to_receiver", &[("to_unit", "discipline"), ("reason", "无隶属关系")])
            .await
            .unwrap();
        for login in ["countyxf.clerk", "countyxf.head", "county.head", "city.head", "housing.head"] {
            assert!(matter_view::for_officer(o, &staff(o, login).await, &number).await.is_err(), "{login} reads it");
            assert_eq!(finds(o, login, "公开招标").await, 0, "{login} finds it");
        }
        step(o, "discipline.handler", &number, "feed_back", &[("opinion", "已核查")]).await.unwrap();
        step(
            o,
            "discipline.clerk",
            &number,
            "serve_final",
            &[("way", "in_person"), ("received_on", "2026-03-02"), ("proof", "当面")],
        )
        .await
        .unwrap();
        let record = follow::open(o, &receipt.code, "test").await.unwrap();
        let views = follow::view(o, &record).await.unwrap();
        let review =
            views[0].offers(&Actor::Petitioner).into_iter().find(|m| m.rule.id.as_str() == "request_review").unwrap();
        assert!(review.closed.is_some(), "a review would show it to the county government");
        // The reason why the receiver is safe is between offices.
        let now = o.now();
        let ground =
            ViewGround { rules: views[0].ground.rules(), wording: o.wording(), language: Language::CHINESE, now: &now };
        assert!(!format!("{:?}", lines(ground, views[0].record(), Reader::Petitioner)).contains("无隶属关系"));
        assert!(format!("{:?}", lines(ground, views[0].record(), Reader::Officer)).contains("无隶属关系"));
    })
    .await;
}

/// What an accusation says, and its files, are read for a purpose; each reading is on record and the petitioner sees
/// it.
#[tokio::test(flavor = "multi_thread")]
async fn an_accusation_is_opened_for_a_purpose_and_each_reading_is_recorded() {
    on_both("opened", AT, |t| async move {
        demo::people(&t.office).await.unwrap();
        let o = &t.office;
        let file = lodge::take_file(o, "账目.txt", "一笔没有入账的钱".as_bytes(), "petitioner").await.unwrap();
        let receipt = lodge::lodge(
            o,
            Lodging {
                purpose: Purpose::Accusation, files: vec![file.record], ..petition("反映某工程没有公开招标")
            },
        )
        .await
        .unwrap();
        let number = format!("{}-1", receipt.number);
        let clerk = staff(o, "countyxf.clerk").await;
        let closed = matter_view::for_officer(o, &clerk, &number).await.unwrap();
        assert!(closed.is_closed() && closed.text.is_empty() && closed.files.is_empty());
        assert!(matches!(matter_view::accusation(o, &clerk, &number, " ").await, Err(AppError::Form(_))));
        assert!(
            matter_view::accusation(o, &staff(o, "housing.clerk").await, &number, "看看").await.is_err(),
            "nobody else opens it"
        );
        let record = follow::open(o, &receipt.code, "test").await.unwrap();
        let readings = async || {
            let view = follow::view(o, &record).await.unwrap().remove(0);
            view.audits.into_iter().map(|a| (a.what, a.purpose)).collect::<Vec<_>>()
        };
        assert!(readings().await.is_empty(), "what was refused is no reading");
        let open = matter_view::accusation(o, &clerk, &number, "核对受理范围").await.unwrap();
        assert!(open.text.contains("公开招标") && open.files.len() == 1 && !open.is_closed());
        assert_eq!(readings().await, [("accusation".to_owned(), "核对受理范围".to_owned())]);
        assert!(matter_view::file(o, &clerk, &number, &open.files[0].id).await.is_err(), "not beside the record");
        let (_, bytes) = matter_view::accusation_file(o, &clerk, &number, "核对材料", &open.files[0].id).await.unwrap();
        assert_eq!(bytes, "一笔没有入账的钱".as_bytes());
        assert_eq!(readings().await.len(), 2);
        // What she adds is closed as well, and so is the letter on the page of another part of it.
        let add =
            Move { id: "add".into(), fields: given(&[("words", "还有一笔二十万元的")]), ..Move::default() };
        follow::make(o, &follow::open(o, &receipt.code, "test").await.unwrap(), 1, add).await.unwrap();
        let two = part::split_part(o, &clerk, &number, "路灯", "门口的路灯不亮", None).await.unwrap();
        for number in [&number, &two.number] {
            let view = matter_view::for_officer(o, &clerk, number).await.unwrap();
            let shown = format!("{} {:?}", view.text, view.words);
            assert!(!shown.contains("公开招标") && !shown.contains("二十万"), "{number}: {shown}");
            assert!(view.files.is_empty(), "{number}");
            let open = matter_view::accusation(o, &clerk, number, "核对").await.unwrap();
            assert_eq!(open.files.len(), 1, "{number}");
        }
        assert_eq!(readings().await.len(), 4);
        // She reads her own words without being recorded.
        assert!(follow::view(o, &record).await.unwrap()[0].text.contains("公开招标"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bureau_cannot_pass_an_accusation_outside_and_go_on_reading_it() {
    let t = sqlite_office(AT);
    let (_, number) = receive(&t, Purpose::Request, "其实是检举").await;
    let o = &t.office;
    step(o, "countyxf.clerk", &number, "refer", &[("to_unit", "housing")]).await.unwrap();
    assert!(
        step(o, "housing.clerk", &number, "hand_to_receiver", &[("to_unit", "province"), ("reason", "x")])
            .await
            .is_err()
    );
    step(o, "housing.clerk", &number, "hand_to_receiver", &[("to_unit", "discipline"), ("reason", "x")]).await.unwrap();
    assert!(matter_view::for_officer(o, &staff(o, "housing.clerk").await, &number).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_body_outside_does_is_owed_and_recorded_by_the_sender() {
    let t = sqlite_office(AT);
    let (_, number) = receive(&t, Purpose::Request, "省里管的事").await;
    let o = &t.office;
    step(o, "countyxf.clerk", &number, "refer", &[("to_unit", "province")]).await.unwrap();
    let view = matter_view::for_officer(o, &staff(o, "countyxf.clerk").await, &number).await.unwrap();
    assert!(
        view.matter
            .owed()
            .iter()
            .any(|c| c.rule.as_str() == "notify" && c.bound.unit.as_ref().is_some_and(|u| u.as_str() == "countyxf")),
        "somebody inside owes the record"
    );
    step(
        o,
        "countyxf.clerk",
        &number,
        "accept",
        &[("accepted_on", "2026-03-02"), ("procedure", "省厅受理通知书〔2026〕8号")],
    )
    .await
    .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_in_parts_does_not_carry_the_accusation_to_the_other_unit() {
    on_both("parts", AT, |t| async move {
        let (_, number) = receive(&t, Purpose::Request, "一是路灯坏了。二是某站长收了好处费。").await;
        let o = &t.office;
        let clerk = staff(o, "countyxf.clerk").await;
        let two = part::split_part(o, &clerk, &number, "收好处费", "某站长收了好处费", None).await.unwrap();
        step(o, "countyxf.clerk", &number, "refer", &[("to_unit", "urban")]).await.unwrap();
        step(o, "countyxf.clerk", &two.number, "hand_to_receiver", &[("to_unit", "discipline"), ("reason", "x")])
            .await
            .unwrap();
        assert_eq!(finds(o, "urban.clerk", "好处费").await, 0);
        let view = matter_view::for_officer(o, &staff(o, "urban.clerk").await, &number).await.unwrap();
        assert!(!view.text.contains("好处费") && view.siblings.is_empty() && view.files.is_empty());
        assert!(view.text.is_empty() || view.text.contains("路灯"));
        // Of two who part at the same moment one is told; no number is given twice.
        let (_, other) = receive(&t, Purpose::Request, "三件事").await;
        let (a, b) = tokio::join!(
            part::split_part(o, &clerk, &other, "甲", "甲", None),
            part::split_part(o, &clerk, &other, "乙", "乙", None)
        );
        let said = |r: &Result<huiyin_app::domain::matter::Matter, AppError>| {
            r.as_ref().map(|m| m.number.clone()).map_err(|e| format!("{e:?}"))
        };
        match (said(&a), said(&b)) {
            (Ok(one), Ok(two)) => assert_ne!(one, two),
            (Ok(_), Err(e)) | (Err(e), Ok(_)) => assert_eq!(e, "ChangedMeanwhile"),
            both => panic!("{both:?}"),
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_petitioner_confirms_receipt_and_her_days_run() {
    let t = sqlite_office(AT);
    let (receipt, number) = receive(&t, Purpose::Request, "路灯坏了").await;
    let o = &t.office;
    step(o, "countyxf.clerk", &number, "refer", &[("to_unit", "urban")]).await.unwrap();
    step(o, "urban.clerk", &number, "accept", &[("accepted_on", "2026-03-02"), ("procedure", "x")]).await.unwrap();
    let opinion = [
        ("request", "a"),
        ("facts", "b"),
        ("outcome", "explain"),
        ("opinion", "c"),
        ("legal_basis", "d"),
        ("remedy", "e"),
        ("unheard_reason", "f"),
    ];
    step(o, "urban.clerk", &number, "decide", &opinion).await.unwrap();
    let record = follow::open(o, &receipt.code, "test").await.unwrap();
    let served = follow::make(o, &record, 1, Move { id: "confirm".into(), ..Move::default() }).await.unwrap();
    assert_eq!(served.state.as_str(), "served");
    let right = served.owed().into_iter().find(|c| c.rule.as_str() == "ask_review").unwrap().clone();
    assert_eq!(right.legal.to_string(), "2026-04-01");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_code_is_replaced_and_the_old_one_opens_nothing() {
    on_both("code", AT, |t| async move {
        let (receipt, number) = receive(&t, Purpose::Request, "路灯坏了").await;
        let o = &t.office;
        let clerk = staff(o, "countyxf.clerk").await;
        assert!(matches!(lodge::receipt::replace(o, &clerk, &number, "", false).await, Err(AppError::Form(_))));
        assert!(lodge::receipt::replace(o, &staff(o, "water.clerk").await, &number, "核对", false).await.is_err());
        let Replaced::Done(_, new) =
            lodge::receipt::replace(o, &clerk, &number, "核对了地点和内容", false).await.unwrap()
        else {
            panic!("one officer of the receiving office is enough")
        };
        // The old one opens, and says that another waits, until the new one is used.
        assert!(follow::open(o, &receipt.code, "test").await.unwrap().waiting_code.is_some());
        let record = follow::open_to_act(o, &new, "test").await.unwrap();
        assert!(matches!(follow::open(o, &receipt.code, "test").await, Err(AppError::NotFound)));
        assert_eq!(follow::view(o, &record).await.unwrap()[0].audits[0].purpose, "核对了地点和内容");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hearing_is_not_ended_by_undoing_a_withdrawal() {
    let t = sqlite_office(AT);
    let (receipt, number) = receive(&t, Purpose::Request, "路灯坏了").await;
    let o = &t.office;
    let record = follow::open(o, &receipt.code, "test").await.unwrap();
    let mine = |id: &'static str, words: &'static str| {
        let fields = BTreeMap::from([("words".to_owned(), words.to_owned())]);
        follow::make(o, &record, 1, Move { id: id.into(), fields, ..Move::default() })
    };
    step(o, "countyxf.clerk", &number, "refer", &[("to_unit", "urban")]).await.unwrap();
    step(o, "urban.clerk", &number, "accept", &[("accepted_on", "2026-03-02"), ("procedure", "x")]).await.unwrap();
    let opinion = [
        ("request", "a"),
        ("facts", "b"),
        ("outcome", "explain"),
        ("opinion", "c"),
        ("legal_basis", "d"),
        ("remedy", "e"),
        ("unheard_reason", "f"),
    ];
    step(o, "urban.clerk", &number, "decide", &opinion).await.unwrap();
    mine("confirm", "").await.unwrap();
    mine("request_review", "不服").await.unwrap();
    step(
        o,
        "county.handler",
        &number,
        "decide_review",
        &[("outcome", "uphold"), ("facts", "b"), ("opinion", "c"), ("legal_basis", "d"), ("remedy", "e")],
    )
    .await
    .unwrap();
    mine("confirm_review", "").await.unwrap();
    mine("request_rereview", "仍不服").await.unwrap();
    step(o, "city.handler", &number, "open_hearing", &[("on_day", "2026-03-02"), ("summary", "听证")]).await.unwrap();
    mine("withdraw", "").await.unwrap();
    t.time.go("2026-03-05T10:00:00+08:00");
    let back = mine("undo_withdrawal", "").await.unwrap();
    assert_eq!(back.state.as_str(), "rereview_requested");
    assert!(
        back.running(&huiyin_app::domain::ids::ClockId::new("rereview")).unwrap().is_stopped(),
        "the hearing still stops it"
    );
    t.time.go("2026-03-09T10:00:00+08:00");
    step(o, "city.handler", &number, "close_hearing", &[("on_day", "2026-03-09"), ("summary", "结束")]).await.unwrap();
    let view = matter_view::for_operator(o, &number).await.unwrap();
    assert_eq!(
        view.matter.running(&huiyin_app::domain::ids::ClockId::new("rereview")).unwrap().legal.to_string(),
        "2026-04-07",
        "six days of the hearing are not counted; its first day is day 0 of the period"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_opens_nobody_elses_petition_and_a_photo_of_three_megabytes_is_taken() {
    let t = sqlite_office(AT);
    let base = site(&t.office).await;
    let client = reqwest::Client::builder().cookie_store(true).build().unwrap();
    let send = |text: &'static str| {
        client
            .post(format!("{base}/api/v1/submissions"))
            .header("idempotency-key", "1")
            .json(&serde_json::json!({ "text": text, "naming": "anonymous" }))
            .send()
    };
    let (one, two) =
        (send("甲的事").await.unwrap().text().await.unwrap(), send("乙的事").await.unwrap().text().await.unwrap());
    let code = |t: &str| serde_json::from_str::<serde_json::Value>(t).unwrap()["code"].clone();
    assert_ne!(code(&one), code(&two));
    client.get(format!("{base}/lodge")).send().await.unwrap();
    let mut photo = b"\x89PNG\r\n\x1a\n".to_vec();
    photo.resize(3 * 1024 * 1024, 7);
    let form =
        reqwest::multipart::Form::new().part("files", reqwest::multipart::Part::bytes(photo).file_name("photo.png"));
    assert!(client.post(format!("{base}/lodge/files")).multipart(form).send().await.unwrap().status().is_success());
    // A revoked token opens nothing any more; a new password ends every sign-in.
    let token = huiyin_testkit::token(&t.office, "housing.clerk").await;
    let list = || client.get(format!("{base}/api/v1/duties")).bearer_auth(&token).send();
    assert_eq!(list().await.unwrap().status(), 200);
    let admin = staff(&t.office, "countyxf.head").await;
    let made = huiyin_app::sign_in::tokens(&t.office, &admin).await.unwrap();
    huiyin_app::sign_in::revoke_token(&t.office, &admin, &made[0].key).await.unwrap();
    assert_eq!(list().await.unwrap().status(), 401);
    let signed = huiyin_app::sign_in::sign_in(&t.office, "housing.clerk", demo::PASSWORD, &Default::default())
        .await
        .unwrap()
        .signed_in()
        .unwrap();
    huiyin_app::sign_in::set_password(&t.office, &admin, &signed.staff.officer.id, "another long one").await.unwrap();
    assert!(huiyin_app::sign_in::session(&t.office, &signed.secret).await.is_err());
    let strict = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    for evil in
        ["//evil.example", "/%09/evil.example", "https://evil.example", "/\\evil.example", "%2F%09%2Fevil.example"]
    {
        let to = strict.get(format!("{base}/language/en?back={evil}")).send().await.unwrap();
        assert_eq!(to.headers()["location"], "/", "{evil}");
    }
}
