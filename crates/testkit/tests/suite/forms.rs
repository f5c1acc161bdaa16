//! A person is never harmed by a form: anonymity, drafts, lost sessions, codes, corrections and entries made void.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test")]

use huiyin_app::act::Move;
use huiyin_app::domain::decide::Closed;
use huiyin_app::domain::event::EventKind;
use huiyin_app::domain::submission::{Channel, PaperFacts, ReplyWay};
use huiyin_app::lodge::receipt::{self, Replaced};
use huiyin_app::lodge::{self, Keep, Lodging, Registration};
use huiyin_app::{AppError, Identity, Office, follow, matter_view};
use huiyin_testkit::{
    TestOffice, field, letter, on_both, petition, sign_in, site, sqlite_office, staff, step, the_move, token,
};
use reqwest::redirect::Policy;
use reqwest::{Client, Response};

const AT: &str = "2026-03-02T10:00:00+08:00";

fn browser() -> Client {
    Client::builder().cookie_store(true).redirect(Policy::limited(5)).build().unwrap()
}

async fn text(answer: Response) -> String {
    answer.text().await.unwrap()
}

type Change = fn(&mut Lodging);

async fn people(t: &TestOffice) {
    huiyin_demo::people(&t.office).await.unwrap();
}

// --- anonymity

#[tokio::test(flavor = "multi_thread")]
async fn an_anonymous_petition_with_something_of_a_person_is_refused_on_every_way_in() {
    on_both("anonymous", AT, |t| async move {
        people(&t).await;
        let fields: [(&str, Change); 6] = [
            ("name", |l| l.identity.name = "测试某".into()),
            ("telephone", |l| l.identity.telephone = "13800000000".into()),
            ("address", |l| l.identity.address = "测试路1号".into()),
            ("needs", |l| l.identity.needs = "听力不好".into()),
            ("co_signers", |l| l.identity.co_signers = vec!["某甲".into()]),
            ("reply", |l| l.reply = ReplyWay::Sms),
        ];
        for (name, set) in fields {
            let mut lodging = petition("路灯坏了");
            set(&mut lodging);
            let Err(AppError::Form(errors)) = lodge::lodge(&t.office, lodging).await else {
                panic!("{name} was taken")
            };
            assert!(errors.iter().any(|e| e.field == name && e.fault == "fault-anonymous"), "{name}: {errors:?}");
        }
        lodge::lodge(&t.office, petition("路灯坏了")).await.unwrap();
        let base = site(&t.office).await;
        let sent = Client::new()
            .post(format!("{base}/api/v1/submissions"))
            .json(&serde_json::json!({ "text": "路灯坏了", "naming": "anonymous", "telephone": "13800000000" }))
            .send()
            .await
            .unwrap();
        assert_eq!(sent.status(), 422);
        assert!(text(sent).await.contains("telephone"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_made_pointless_by_going_back_are_dropped_and_said() {
    let t = sqlite_office(AT);
    let base = site(&t.office).await;
    let her = browser();
    her.get(format!("{base}/lodge")).send().await.unwrap();
    let post = |step: &'static str, form: Vec<(&'static str, &'static str)>| {
        her.post(format!("{base}/lodge/{step}")).form(&form).send()
    };
    post("naming", vec![("naming", "named")]).await.unwrap();
    post("agent", vec![("for_whom", "self")]).await.unwrap();
    post("purpose", vec![("purpose", "request")]).await.unwrap();
    post("text", vec![("text", "楼下的下水道堵了半个月，请派人疏通。")]).await.unwrap();
    for (step, form) in [
        ("place", vec![]),
        ("about", vec![]),
        ("class", vec![]),
        ("people", vec![("headcount", "2"), ("co_signers", "某甲")]),
        ("files", vec![]),
    ] {
        post(step, form).await.unwrap();
    }
    post("contact", vec![("name", "测试某"), ("telephone", "13800000000"), ("reply", "sms")]).await.unwrap();
    // She goes back and gives no name after all.
    post("naming", vec![("naming", "anonymous"), ("from", "check")]).await.unwrap();
    let check = text(her.get(format!("{base}/lodge/check")).send().await.unwrap()).await;
    assert!(check.contains("下面这些已经去掉"), "{check}");
    assert!(!check.contains("13800000000") && !check.contains("测试某"));
    let receipt = text(post("check", vec![("title", "")]).await.unwrap()).await;
    let code = receipt.split("id=\"code\">").nth(1).unwrap().split('<').next().unwrap();
    let record = follow::open(&t.office, code, "test").await.unwrap();
    let number = format!("{}-1", record.submission.number);
    let (_, vault) =
        matter_view::identity(&t.office, &staff(&t.office, "countyxf.clerk").await, &number, "核对").await.unwrap();
    assert_eq!(vault.identity, Identity::default());
    assert_eq!(record.submission.reply, ReplyWay::CodeOnly);
}

// --- drafts, lost sessions, double clicks

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_belongs_to_its_form_and_not_to_the_browser() {
    let t = sqlite_office(AT);
    let base = site(&t.office).await;
    let her = browser();
    let form_of = |r: &Response| r.url().query_pairs().find(|(k, _)| k == "f").map(|(_, v)| v.into_owned()).unwrap();
    let first = form_of(&her.get(format!("{base}/lodge")).send().await.unwrap());
    let answer = |f: String, step: &'static str, field: &'static str, value: &'static str| {
        her.post(format!("{base}/lodge/{step}")).form(&[("f", f), (field, value.to_owned())]).send()
    };
    let filled = |f: String, words: &'static str| {
        let answer = &answer;
        async move {
            for (step, field, value) in [
                ("naming", "naming", "anonymous"),
                ("agent", "for_whom", "self"),
                ("purpose", "purpose", "request"),
                ("text", "text", words),
            ] {
                answer(f.clone(), step, field, value).await.unwrap();
            }
        }
    };
    filled(first.clone(), "第一件：路灯坏了").await;
    // A second tab: the first form is offered, and another can be begun beside it.
    let choose = text(her.get(format!("{base}/lodge")).send().await.unwrap()).await;
    assert!(choose.contains("这台设备上有一份没写完的表"));
    let second = choose.split("/lodge/naming?f=").nth(1).unwrap().split('"').next().unwrap().to_owned();
    assert_ne!(first, second);
    filled(second.clone(), "第二件：下水道堵了").await;
    for (form, own, other) in [(&first, "第一件", "第二件"), (&second, "第二件", "第一件")] {
        let shown = text(her.get(format!("{base}/lodge/text?f={form}")).send().await.unwrap()).await;
        assert!(shown.contains(own) && !shown.contains(other));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_cannot_be_taken_gives_the_words_back() {
    let t = sqlite_office(AT);
    let base = site(&t.office).await;
    // Cookies off, and a form of another device.
    for f in ["", "0123456789abcdef0123456789abcdef"] {
        let sent = Client::new()
            .post(format!("{base}/lodge/text"))
            .form(&[("f", f), ("text", "写了一个钟头的话")])
            .send()
            .await
            .unwrap();
        assert_eq!(sent.status(), 409);
        let page = text(sent).await;
        assert!(
            page.contains("写了一个钟头的话") && page.contains("这一步没有存下来") && !page.contains('⟦'),
            "{page}"
        );
    }
    let english = text(
        Client::new()
            .post(format!("{base}/lodge/text"))
            .header("cookie", "hy_lang=en")
            .form(&[("text", "an hour of words")])
            .send()
            .await
            .unwrap(),
    )
    .await;
    assert!(english.contains("an hour of words") && english.contains("This step was not stored"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_officers_form_comes_back_after_signing_in() {
    let t = sqlite_office(AT);
    let base = site(&t.office).await;
    let receipt = letter(&t.office, "2026-03-02", |_| {}).await;
    let path = format!("/staff/matters/{}-1/moves/refer", receipt.number);
    let clerk = browser();
    let lost = clerk
        .post(format!("{base}{path}"))
        .form(&[("to_unit", "urban"), ("reason", "由城管局办理，已电话沟通")])
        .send()
        .await
        .unwrap();
    assert_eq!(lost.status(), 401);
    let page = text(lost).await;
    assert!(page.contains("由城管局办理，已电话沟通"), "{page}");
    let kept = html_unescape(&field(&page, "kept"));
    let back = clerk
        .post(format!("{base}/staff/sign-in"))
        .form(&[
            ("login", "countyxf.clerk"),
            ("password", huiyin_demo::PASSWORD),
            ("next", path.as_str()),
            ("kept", kept.as_str()),
        ])
        .send()
        .await
        .unwrap();
    let page = html_unescape(&text(back).await);
    assert!(page.contains("由城管局办理，已电话沟通") && page.contains(&format!("action=\"{path}\"")), "{page}");
    // Going on shows the form with its words; nothing was made by signing in.
    let csrf = field(&page, "csrf");
    let form = text(
        clerk
            .post(format!("{base}{path}"))
            .form(&[
                ("csrf", csrf.as_str()),
                ("edit", "1"),
                ("to_unit", "urban"),
                ("reason", "由城管局办理，已电话沟通"),
            ])
            .send()
            .await
            .unwrap(),
    )
    .await;
    assert!(form.contains("由城管局办理，已电话沟通"));
    let view = matter_view::for_operator(&t.office, &format!("{}-1", receipt.number)).await.unwrap();
    assert_eq!(view.matter.state.as_str(), "received");
}

fn html_unescape(text: &str) -> String {
    text.replace("&quot;", "\"")
        .replace("&#34;", "\"")
        .replace("&#x27;", "'")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&#x2f;", "/")
        .replace("&amp;", "&")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_sent_twice_is_done_once() {
    on_both("twice", AT, |t| async move {
        people(&t).await;
        let o = &t.office;
        let receipt = lodge::lodge(o, petition("路灯坏了")).await.unwrap();
        let number = format!("{}-1", receipt.number);
        // A double click of an officer: two forms with one key and one version, one after the other and at once.
        let refer = || Move {
            key: Some("0123456789abcdef".into()),
            version: Some(1),
            ..the_move("refer", &[("to_unit", "urban")])
        };
        let clerk = staff(o, "countyxf.clerk").await;
        let (a, b) = tokio::join!(
            huiyin_app::act::by_officer(o, &clerk, &number, refer()),
            huiyin_app::act::by_officer(o, &clerk, &number, refer())
        );
        assert_eq!((a.unwrap().state.as_str(), b.unwrap().state.as_str()), ("referred", "referred"));
        let moved = || async {
            let view = matter_view::for_operator(o, &number).await.unwrap();
            view.events.iter().filter(|e| matches!(e.event.kind, EventKind::Moved { .. })).count()
        };
        assert_eq!(moved().await, 1);
        // The key belongs to what it was sent with.
        let other = Move { key: Some("0123456789abcdef".into()), ..the_move("refer", &[("to_unit", "housing")]) };
        assert!(matches!(
            huiyin_app::act::by_officer(o, &clerk, &number, other).await,
            Err(AppError::KeyReused | AppError::NotFound)
        ));
        // The same addition sent twice is stored once; another one is another.
        let record = follow::open(o, &receipt.code, "test").await.unwrap();
        for words in ["补充：灯号 17", "补充：灯号 17", "补充：灯号 18"] {
            follow::make(o, &record, 1, the_move("add", &[("words", words)])).await.unwrap();
        }
        // Two forms of hers with keys of their own say the same once; other words are other words.
        for (key, words) in [
            ("00000000000000aa", "补充：灯号 19"),
            ("00000000000000bb", "补充：灯号 19"),
            ("00000000000000cc", "补充：灯号 20"),
        ] {
            let form = the_move("add", &[("words", words), ("key", key), ("csrf", key)]);
            follow::make(o, &record, 1, Move { key: Some(key.into()), ..form }).await.unwrap();
        }
        assert_eq!(moved().await, 5);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn clearing_the_device_clears_it() {
    let t = sqlite_office(AT);
    let base = site(&t.office).await;
    let her = browser();
    let receipt = lodged(&her, &base).await;
    let code = receipt.split("id=\"code\">").nth(1).unwrap().split('<').next().unwrap().to_owned();
    let mine = text(her.post(format!("{base}/follow")).form(&[("code", code.as_str())]).send().await.unwrap()).await;
    assert!(mine.contains("下水道"));
    let form = field(&receipt, "f");
    let cleared =
        text(her.post(format!("{base}/lodge/receipt")).form(&[("f", form.as_str())]).send().await.unwrap()).await;
    assert!(cleared.contains("这台设备上的显示已经清除") && !cleared.contains(&code));
    for path in ["/my", "/lodge/receipt", &format!("/lodge/receipt?f={form}"), "/lodge"] {
        let shown = text(her.get(format!("{base}{path}")).send().await.unwrap()).await;
        assert!(!shown.contains("下水道") && !shown.contains(&code), "{path}: {shown}");
    }
}

async fn lodged(her: &Client, base: &str) -> String {
    her.get(format!("{base}/lodge")).send().await.unwrap();
    let steps: [(&str, &[(&str, &str)]); 10] = [
        ("naming", &[("naming", "named")]),
        ("agent", &[("for_whom", "self")]),
        ("purpose", &[("purpose", "request")]),
        ("text", &[("text", "楼下的下水道堵了半个月，请派人疏通。")]),
        ("place", &[]),
        ("about", &[]),
        ("class", &[]),
        ("people", &[("headcount", "1")]),
        ("files", &[]),
        ("contact", &[("name", "测试某"), ("reply", "code_only")]),
    ];
    for (step, form) in steps {
        her.post(format!("{base}/lodge/{step}")).form(form).send().await.unwrap();
    }
    text(her.post(format!("{base}/lodge/check")).form(&[("title", "")]).send().await.unwrap()).await
}

// --- opening an answer

async fn answered(o: &Office, number: &str) {
    step(o, "countyxf.clerk", number, "refer", &[("to_unit", "urban")]).await.unwrap();
    step(o, "urban.clerk", number, "accept", &[("accepted_on", "2026-03-02"), ("procedure", "六十日内书面答复")])
        .await
        .unwrap();
    let opinion = [
        ("request", "修路灯"),
        ("facts", "属实"),
        ("outcome", "support"),
        ("opinion", "三日内修好"),
        ("legal_basis", "条例"),
        ("remedy", "三十日内请求复查"),
        ("unheard_reason", "已现场修复"),
    ];
    step(o, "urban.clerk", number, "decide", &opinion).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_opened_by_a_button_and_never_by_looking() {
    let t = sqlite_office(AT);
    let base = site(&t.office).await;
    let receipt = lodge::lodge(&t.office, petition("路灯坏了，请修。")).await.unwrap();
    let number = format!("{}-1", receipt.number);
    answered(&t.office, &number).await;
    let her = browser();
    let state = || async { matter_view::for_operator(&t.office, &number).await.unwrap().matter.state.0.clone() };
    let mine =
        text(her.post(format!("{base}/follow")).form(&[("code", receipt.code.as_str())]).send().await.unwrap()).await;
    assert!(mine.contains("有给您的答复") && !mine.contains("三日内修好"), "{mine}");
    for path in ["/my", "/my/1/confirm", "/my/1/papers/4", "/my/1/papers/4.pdf"] {
        let shown = her.get(format!("{base}{path}")).send().await.unwrap();
        assert!(!shown.text().await.unwrap().contains("三日内修好"), "{path}");
        assert_eq!(state().await, "decided", "{path} served it");
    }
    let form = [("csrf", field(&mine, "csrf")), ("version", field(&mine, "version")), ("key", field(&mine, "key"))];
    let opened = text(her.post(format!("{base}/my/1/confirm")).form(&form).send().await.unwrap()).await;
    assert!(opened.contains("三日内修好"), "{opened}");
    assert_eq!(state().await, "served");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_she_chose_the_post_nothing_here_starts_her_days() {
    on_both("delivered", AT, |t| async move {
        people(&t).await;
        let o = &t.office;
        let receipt = letter(o, "2026-03-02", |l| l.reply = ReplyWay::Letter).await;
        let number = format!("{}-1", receipt.number);
        answered(o, &number).await;
        let record = follow::open(o, &receipt.code, "test").await.unwrap();
        let views = follow::view(o, &record).await.unwrap();
        assert_eq!(views[0].service, follow::Service::Delivered);
        assert!(
            views[0].words.iter().any(|w| w.words.iter().any(|(_, text)| text.contains("三日内修好"))),
            "she may read it"
        );
        let refused = follow::make(o, &record, 1, the_move("confirm", &[])).await;
        assert!(matches!(&refused, Err(AppError::Closed(c)) if **c == Closed::Delivered), "{refused:?}");
    })
    .await;
}

// --- receipt codes

#[tokio::test(flavor = "multi_thread")]
async fn nobody_with_a_part_in_the_matter_replaces_its_code() {
    on_both("code-roles", AT, |t| async move {
        people(&t).await;
        let o = &t.office;
        let receipt = letter(o, "2026-03-02", |l| l.complained_of = Some("青溪县水利局".into())).await;
        let number = format!("{}-1", receipt.number);
        let replace = |login: &'static str, stolen: bool| {
            let number = receipt.number.clone();
            async move { receipt::replace(o, &staff(o, login).await, &number, "本人到窗口，说对了内容", stolen).await }
        };
        assert!(matches!(replace("water.clerk", false).await, Err(AppError::NotAllowed)), "the unit complained of");
        step(o, "countyxf.clerk", &number, "refer", &[("to_unit", "urban")]).await.unwrap();
        assert!(matches!(replace("urban.clerk", false).await, Err(AppError::NotAllowed)), "who holds it");
        step(o, "urban.clerk", &number, "object", &[("reason", "不属于本单位")]).await.unwrap();
        assert!(matches!(replace("urban.head", false).await, Err(AppError::NotAllowed)), "who held it");
        assert!(matches!(replace("hr.clerk", false).await, Err(AppError::NotAllowed)), "a unit with no part, while the office can");
        let Replaced::Done(_, new) = replace("countyxf.clerk", false).await.unwrap() else { panic!() };
        // She refuses it: the new one opens nothing.
        let record = follow::open(o, &receipt.code, "test").await.unwrap();
        receipt::refuse(o, &record).await.unwrap();
        assert!(matches!(follow::open(o, &new, "test-2").await, Err(AppError::NotFound)));
        // Stolen: the old one ends at once.
        let Replaced::Done(_, new) = replace("countyxf.clerk", true).await.unwrap() else { panic!() };
        assert!(matches!(follow::open(o, &receipt.code, "test-3").await, Err(AppError::NotFound)));
        let record = follow::open_to_act(o, &new, "test-4").await.unwrap();
        // Withdrawing waits seven days, and what is done says that it was done with a replaced code.
        let waits = follow::make(o, &record, 1, the_move("withdraw", &[])).await;
        assert!(matches!(&waits, Err(AppError::Closed(c)) if matches!(**c, Closed::Waits { until } if until.to_string() == "2026-03-09")), "{waits:?}");
        follow::make(o, &record, 1, the_move("add", &[("words", "补充")])).await.unwrap();
        let view = matter_view::for_operator(o, &number).await.unwrap();
        assert!(view.events.iter().any(|e| matches!(e.event.kind, EventKind::Moved { new_code: true, .. })));
        t.time.go("2026-03-09T10:00:00+08:00");
        follow::make(o, &record, 1, the_move("withdraw", &[])).await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_of_a_unit_that_received_it_directly_is_replaced_from_above() {
    let t = sqlite_office(AT);
    people(&t).await;
    let o = &t.office;
    let arrival = Registration {
        channel: Channel::Visit,
        received_on: "2026-03-02".parse().unwrap(),
        paper: PaperFacts::default(),
        keep: Keep::Whole,
    };
    let receipt = lodge::register(o, &staff(o, "housing.clerk").await, petition("供暖不热"), arrival).await.unwrap();
    let replace = |login: &'static str| {
        let number = receipt.number.clone();
        async move { receipt::replace(o, &staff(o, login).await, &number, "核对了内容", false).await }
    };
    assert!(matches!(replace("housing.head").await, Err(AppError::NotAllowed)));
    assert!(matches!(replace("urban.clerk").await, Err(AppError::NotAllowed)));
    assert!(matches!(replace("countyxf.clerk").await, Ok(Replaced::Done(..))), "the petition office of its level");
}

// --- the desk

#[tokio::test(flavor = "multi_thread")]
async fn enter_at_the_desk_shows_and_only_a_second_step_registers() {
    let t = sqlite_office(AT);
    let base = site(&t.office).await;
    let clerk = browser();
    sign_in(&clerk, &base, "countyxf.clerk").await;
    let form = text(clerk.get(format!("{base}/staff/register")).send().await.unwrap()).await;
    // The first button of the form is the one that only shows.
    let first = form
        .split("<form method=\"post\" class=\"question grid\"")
        .nth(1)
        .unwrap()
        .split("<button")
        .nth(1)
        .unwrap()
        .split('>')
        .next()
        .unwrap()
        .to_owned();
    assert!(first.contains("name=\"check\""), "{first}");
    let (csrf, form_token) = (field(&form, "csrf"), field(&form, "form_token"));
    let send = |more: &'static str| {
        let form = [
            ("csrf", csrf.as_str()),
            ("form_token", &form_token),
            ("channel", "letter"),
            ("received_on", "2026-03-02"),
            ("purpose", "request"),
            ("title", "路灯\r\n坏了"),
            ("text", "路灯坏了"),
            ("name", "测试某"),
            ("naming", "named"),
            ("reply", "code_only"),
            ("headcount", "1"),
            (more, "1"),
        ];
        clerk.post(format!("{base}/staff/register")).form(&form).send()
    };
    let count = || async {
        huiyin_app::yearly::figures(&t.office, &staff(&t.office, "countyxf.head").await, 2026).await.unwrap().received
    };
    let check = text(send("check").await.unwrap()).await;
    assert!(check.contains("还没有登记") && check.contains("测试某") && check.contains("路灯 坏了"), "{check}");
    assert_eq!(count().await, 0);
    let edit = text(send("edit").await.unwrap()).await;
    assert!(edit.contains("测试某") && edit.contains("name=\"check\""));
    assert_eq!(count().await, 0);
    assert!(text(send("register").await.unwrap()).await.contains("已经登记，期限从收到之日起算"));
    assert!(text(send("register").await.unwrap()).await.contains("这份已经登记过"), "a double click registers once");
    assert_eq!(count().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn errors_are_tied_to_their_fields_and_the_title_says_so() {
    let t = sqlite_office(AT);
    let base = site(&t.office).await;
    let clerk = browser();
    sign_in(&clerk, &base, "countyxf.clerk").await;
    let form = text(clerk.get(format!("{base}/staff/register")).send().await.unwrap()).await;
    let bad = [
        ("csrf", field(&form, "csrf")),
        ("form_token", field(&form, "form_token")),
        ("received_on", "昨天".into()),
        ("channel", "letter".into()),
        ("headcount", "很多".into()),
        ("telephone", "打不通".into()),
        ("check", "1".into()),
    ];
    let answer = clerk.post(format!("{base}/staff/register")).form(&bad).send().await.unwrap();
    assert_eq!(answer.status(), 422);
    let page = text(answer).await;
    assert!(page.contains("<title>有误："), "{page}");
    for name in ["received_on", "headcount", "text", "telephone"] {
        let tag = page.split(&format!("id=\"f-{name}\"")).nth(1).unwrap().split('>').next().unwrap();
        assert!(tag.contains("aria-invalid=\"true\"") && tag.contains(&format!("e-{name}")), "{name}: {tag}");
        assert!(page.contains(&format!("id=\"e-{name}\"")), "{name}");
    }
    assert!(page.contains("昨天") && page.contains("打不通"), "what was typed is there");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_with_nothing_of_a_person_is_anonymous_and_a_contradiction_is_named() {
    let t = sqlite_office(AT);
    let base = site(&t.office).await;
    let clerk = browser();
    sign_in(&clerk, &base, "countyxf.clerk").await;
    let send = |naming: &'static str, telephone: &'static str| {
        let (clerk, base) = (&clerk, &base);
        async move {
            let form = text(clerk.get(format!("{base}/staff/register")).send().await.unwrap()).await;
            let sent = [
                ("csrf", field(&form, "csrf")),
                ("form_token", field(&form, "form_token")),
                ("channel", "letter".into()),
                ("received_on", "2026-03-02".into()),
                ("text", "路灯坏了".into()),
                ("naming", naming.into()),
                ("reply", "code_only".into()),
                ("telephone", telephone.into()),
                ("check", "1".into()),
            ];
            clerk.post(format!("{base}/staff/register")).form(&sent).send().await.unwrap()
        }
    };
    assert!(text(send("named", "").await).await.contains("<dd class=\"pre\">不署名</dd>"));
    assert!(text(send("named", "13800000000").await).await.contains("<dd class=\"pre\">署名</dd>"));
    let refused = send("anonymous", "13800000000").await;
    assert_eq!(refused.status(), 422);
    assert!(text(refused).await.contains("选了不署名，就不留"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_from_elsewhere_is_refused_in_words_and_one_through_a_proxy_is_taken() {
    let t = sqlite_office(AT);
    let base = site(&t.office).await;
    let send = |headers: &'static [(&'static str, &'static str)]| {
        let mut request = Client::new().post(format!("{base}/lodge/text")).form(&[("text", "x")]);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.send()
    };
    let foreign = send(&[("origin", "https://elsewhere.example")]).await.unwrap();
    assert_eq!(foreign.status(), 403);
    assert!(text(foreign).await.contains("这份表没有收下"));
    assert_eq!(send(&[("sec-fetch-site", "cross-site")]).await.unwrap().status(), 403);
    assert_eq!(
        send(&[("sec-fetch-site", "same-origin"), ("origin", "https://petition.example")]).await.unwrap().status(),
        409,
        "taken as far as the form goes"
    );
    // Without a proxy of its own, nobody's word on the host is taken.
    assert_eq!(
        send(&[("origin", "https://petition.example"), ("x-forwarded-host", "petition.example")])
            .await
            .unwrap()
            .status(),
        403
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_api_says_that_a_key_was_used_for_something_else() {
    let t = sqlite_office(AT);
    let base = site(&t.office).await;
    let receipt = letter(&t.office, "2026-03-02", |_| {}).await;
    let bearer = token(&t.office, "countyxf.clerk").await;
    let send = |words: &'static str| {
        Client::new()
            .post(format!("{base}/api/v1/matters/{}-1/moves/add", receipt.number))
            .bearer_auth(&bearer)
            .header("idempotency-key", "k-1")
            .json(&serde_json::json!({ "fields": { "words": words } }))
            .send()
    };
    assert_eq!(send("一").await.unwrap().status(), 200);
    assert_eq!(send("一").await.unwrap().status(), 200);
    let other = send("二").await.unwrap();
    assert_eq!(other.status(), 422);
    assert!(text(other).await.contains("key-reused"));
}
