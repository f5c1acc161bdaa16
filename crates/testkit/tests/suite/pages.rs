//! The pages: every route as a stranger, from the wrong unit and in the right role; bad input; both languages.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test"
)]

use huiyin_testkit::{field, sign_in, site, sqlite_office, token};
use huiyin_web::{Access, ROUTES};
use reqwest::redirect::Policy;
use reqwest::{Client, Response};

fn browser() -> Client {
    Client::builder().cookie_store(true).redirect(Policy::limited(5)).build().unwrap()
}

fn strict() -> Client {
    Client::builder().cookie_store(true).redirect(Policy::none()).build().unwrap()
}

/// Lodges through the pages and returns the receipt page.
async fn lodge(client: &Client, base: &str, text: &str) -> String {
    client.get(format!("{base}/lodge")).send().await.unwrap();
    let post = |step: &'static str, form: Vec<(&'static str, String)>| {
        client.post(format!("{base}/lodge/{step}")).form(&form).send()
    };
    let v = |pairs: &[(&'static str, &str)]| pairs.iter().map(|(k, v)| (*k, (*v).to_owned())).collect::<Vec<_>>();
    post("naming", v(&[("naming", "named")])).await.unwrap();
    post("agent", v(&[("for_whom", "self")])).await.unwrap();
    post("purpose", v(&[("purpose", "request")])).await.unwrap();
    post("text", v(&[("text", text)])).await.unwrap();
    post("place", v(&[("place", "990101100"), ("place_name", "柳湾村")])).await.unwrap();
    for step in ["about", "class"] {
        post(step, Vec::new()).await.unwrap();
    }
    post("people", v(&[("headcount", "1")])).await.unwrap();
    post("files", Vec::new()).await.unwrap();
    post("contact", v(&[("name", "测试某"), ("reply", "code_only")])).await.unwrap();
    post("check", v(&[("title", "")])).await.unwrap().text().await.unwrap()
}

fn code(receipt: &str) -> String {
    receipt
        .split("id=\"code\">")
        .nth(1)
        .and_then(|t| t.split('<').next())
        .unwrap_or_else(|| panic!("no code in {receipt}"))
        .to_owned()
}

fn number(receipt: &str) -> String {
    let (_, after) = receipt.split_once("<dd>2026-").unwrap();
    format!("2026-{}", after.split('<').next().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_petition_is_lodged_followed_and_handled_by_plain_forms() {
    let t = sqlite_office("2026-03-02T10:00:00+08:00");
    let base = site(&t.office).await;
    let her = browser();
    let receipt = lodge(&her, &base, "楼下的下水道堵了半个月，请派人疏通。").await;
    let (code, number) = (code(&receipt), number(&receipt));
    assert_eq!(code.chars().filter(char::is_ascii_digit).count(), 16);
    // Going back and sending again shows the same receipt.
    let again =
        her.post(format!("{base}/lodge/check")).form(&[("title", "别的")]).send().await.unwrap().text().await.unwrap();
    assert!(again.contains(&code));

    let other = browser();
    let mine = other
        .post(format!("{base}/follow"))
        .form(&[("code", code.as_str())])
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert!(mine.contains("应当确定由哪个单位办理") && mine.contains("下水道"), "{mine}");

    let clerk = browser();
    sign_in(&clerk, &base, "countyxf.clerk").await;
    let page = clerk.get(format!("{base}/staff/matters/{number}-1")).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("转送有权处理的单位") && page.contains("东风镇柳湾村"));
    let register = clerk.get(format!("{base}/staff/register")).send().await.unwrap().text().await.unwrap();
    assert!(register.contains("value=\"2026-03-02\""), "the day of receipt is offered");
    let form =
        clerk.get(format!("{base}/staff/matters/{number}-1/moves/refer")).send().await.unwrap().text().await.unwrap();
    let csrf = field(&form, "csrf");
    let bad = clerk
        .post(format!("{base}/staff/matters/{number}-1/moves/refer"))
        .form(&[("csrf", csrf.as_str()), ("to_unit", "nowhere")])
        .send()
        .await
        .unwrap();
    assert_eq!(bad.status(), 422);
    let done = clerk
        .post(format!("{base}/staff/matters/{number}-1/moves/refer"))
        .form(&[("csrf", csrf.as_str()), ("to_unit", "urban")])
        .send()
        .await
        .unwrap();
    assert!(done.url().path().contains(&number), "{}", done.url());

    // Two who have it open see each other's names.
    let second = browser();
    sign_in(&second, &base, "countyxf.handler").await;
    let page = second.get(format!("{base}/staff/matters/{number}-1")).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("周明 正在查看本事项"));

    // Identity only with a purpose, and the petitioner sees it.
    let asked = clerk
        .post(format!("{base}/staff/matters/{number}-1/identity"))
        .form(&[("csrf", csrf.as_str()), ("purpose", "")])
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert!(!asked.contains("测试某"));
    let shown = clerk
        .post(format!("{base}/staff/matters/{number}-1/identity"))
        .form(&[("csrf", csrf.as_str()), ("purpose", "电话核实地址")])
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert!(shown.contains("测试某"));
    let mine = other.get(format!("{base}/my")).send().await.unwrap().text().await.unwrap();
    assert!(mine.contains("电话核实地址"));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_letter_is_parted_and_seen_under_one_code() {
    let t = sqlite_office("2026-03-02T10:00:00+08:00");
    let base = site(&t.office).await;
    let receipt = lodge(&browser(), &base, "一是路灯坏了，二是孩子上学太远。").await;
    let number = number(&receipt);
    let clerk = browser();
    sign_in(&clerk, &base, "countyxf.clerk").await;
    let form = clerk.get(format!("{base}/staff/matters/{number}-1/part")).send().await.unwrap().text().await.unwrap();
    t.time.go("2026-03-05T10:00:00+08:00");
    let part = clerk
        .post(format!("{base}/staff/matters/{number}-1/part"))
        .form(&[("csrf", field(&form, "csrf").as_str()), ("title", "上学太远"), ("text", "孩子上学太远")])
        .send()
        .await
        .unwrap();
    assert!(part.url().path().ends_with(&format!("{number}-2")), "{}", part.url());
    let her = browser();
    let mine = her
        .post(format!("{base}/follow"))
        .form(&[("code", code(&receipt))])
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert!(mine.contains(&format!("{number}-2")) && mine.contains(&format!("{number}-1")));
    let view = huiyin_app::matter_view::for_operator(&t.office, &format!("{number}-2")).await.unwrap();
    assert_eq!(view.matter.received_on.to_string(), "2026-03-02", "the part keeps the day of receipt");
    assert_eq!(view.matter.clocks[0].legal.to_string(), "2026-03-17");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_as_stranger_as_wrong_role_and_in_the_right_role() {
    let t = sqlite_office("2026-03-02T10:00:00+08:00");
    let base = site(&t.office).await;
    let (stranger, clerk, admin) = (strict(), strict(), strict());
    sign_in(&clerk, &base, "housing.clerk").await;
    sign_in(&admin, &base, "countyxf.head").await;
    let bearer = token(&t.office, "countyxf.clerk").await;
    for (method, path, access) in ROUTES {
        let path = path
            .replace("{number}", "2026-000001-1")
            .replace("{step}", "refer")
            .replace("{part}", "1")
            .replace("{code}", "en")
            .replace("{name}", "style.css")
            .replace("{id}", "new")
            .replace("{n}", "1.pdf");
        let send = |client: &Client| client.request(method.parse().unwrap(), format!("{base}{path}")).send();
        let status = send(&stranger).await.unwrap().status().as_u16();
        match access {
            // A wrong password is answered with 401; everything else public is open.
            Access::Public if path == "/staff/sign-in" => {}
            Access::Public => assert!(status != 401 && status != 403 && status < 500, "{method} {path}: {status}"),
            // A form that comes without a session is given back with the sign-in.
            Access::Staff | Access::Admin if *method == "POST" => {
                assert!(matches!(status, 303 | 401), "{method} {path} lets a stranger in: {status}")
            }
            Access::Staff | Access::Admin => {
                assert!(matches!(status, 303 | 403), "{method} {path} lets a stranger in: {status}")
            }
            Access::Receipt => {
                assert!(matches!(status, 303 | 401 | 403 | 404 | 422), "{method} {path} lets a stranger in: {status}")
            }
            Access::Device => assert_eq!(status, 303, "{method} {path} lets a device in that is not paired"),
            Access::Token => assert_eq!(status, 401, "{method} {path} lets a stranger in"),
        }
        if *access == Access::Admin {
            assert_eq!(send(&clerk).await.unwrap().status(), 403, "{method} {path} lets a clerk in");
            if *method == "GET" {
                assert_eq!(send(&admin).await.unwrap().status(), 200, "{method} {path} keeps the administrator out");
            }
        }
        if *access == Access::Token && *method == "GET" && !path.contains("2026") {
            let right = stranger.get(format!("{base}{path}")).bearer_auth(&bearer).send().await.unwrap();
            assert_eq!(right.status(), 200, "{path}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_input_is_answered_with_words() {
    let t = sqlite_office("2026-03-02T10:00:00+08:00");
    let base = site(&t.office).await;
    let her = browser();
    her.get(format!("{base}/lodge")).send().await.unwrap();
    // Coming straight to a later step leads to the first open one.
    let led = her.get(format!("{base}/lodge/check")).send().await.unwrap();
    assert_eq!(led.url().path(), "/lodge/naming");
    for (step, field, value) in
        [("naming", "naming", "anonymous"), ("agent", "for_whom", "self"), ("purpose", "purpose", "request")]
    {
        her.post(format!("{base}/lodge/{step}")).form(&[(field, value)]).send().await.unwrap();
    }
    let words = |answer: Response, status: u16, part: &'static str| async move {
        assert_eq!(answer.status(), status);
        let text = answer.text().await.unwrap();
        assert!(text.contains(part), "expected `{part}` in {text}");
    };
    words(her.post(format!("{base}/lodge/text")).form(&[("text", " ")]).send().await.unwrap(), 422, "请写下发生了什么")
        .await;
    words(
        her.post(format!("{base}/lodge/text")).form(&[("text", "字".repeat(50_001))]).send().await.unwrap(),
        422,
        "50000",
    )
    .await;
    let raw = |kind: &'static str, body: Vec<u8>| {
        her.post(format!("{base}/lodge/text")).header("content-type", kind).body(body).send()
    };
    words(raw("application/x-www-form-urlencoded", b"text=%C4%E3%BA%C3".to_vec()).await.unwrap(), 400, "UTF-8").await;
    words(raw("application/x-www-form-urlencoded", vec![b'a'; 2_000_000]).await.unwrap(), 413, "太大").await;
    words(raw("multipart/form-data; boundary=x", b"--x\r\nbroken".to_vec()).await.unwrap(), 400, "没有收完整").await;
    let program = reqwest::multipart::Form::new()
        .part("files", reqwest::multipart::Part::bytes(b"MZ\x90\x00".to_vec()).file_name("照片.jpg"));
    words(her.post(format!("{base}/lodge/files")).multipart(program).send().await.unwrap(), 422, "没有收下").await;
    words(her.get(format!("{base}/nowhere")).send().await.unwrap(), 404, "没有找到").await;
    words(her.post(format!("{base}/follow")).form(&[("code", "1234")]).send().await.unwrap(), 422, "查询码不对").await;
    let api = |body: &'static str| {
        her.post(format!("{base}/api/v1/submissions")).header("content-type", "application/json").body(body).send()
    };
    words(api("{\"text\": ").await.unwrap(), 422, "line 1").await;
    words(api("{\"text\": \"x\", \"nam\": 1}").await.unwrap(), 422, "nam").await;
    words(api("{\"text\": \"\"}").await.unwrap(), 422, "fault").await;
    let foreign = her
        .post(format!("{base}/lodge/text"))
        .header("origin", "https://elsewhere.example")
        .form(&[("text", "x")])
        .send()
        .await
        .unwrap();
    assert_eq!(foreign.status(), 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn html_and_sql_in_every_field_stay_text() {
    let t = sqlite_office("2026-03-02T10:00:00+08:00");
    let base = site(&t.office).await;
    let evil = "<script>alert('x')</script>\"'); DROP TABLE matter;-- {{ 7*7 }} 停水";
    let receipt = lodge(&browser(), &base, evil).await;
    let clerk = browser();
    sign_in(&clerk, &base, "countyxf.clerk").await;
    for path in [
        format!("/staff/matters/{}-1", number(&receipt)),
        "/staff/duties".into(),
        "/staff/matters".into(),
        "/staff/search?q=%E5%81%9C%E6%B0%B4".into(),
        format!("/staff/search?q={}", "%3Cscript%3E%27%22"),
    ] {
        let page = clerk.get(format!("{base}{path}")).send().await.unwrap().text().await.unwrap();
        assert!(!page.contains("<script>alert"), "{path}");
    }
    let found =
        clerk.get(format!("{base}/staff/search?q=%E5%81%9C%E6%B0%B4")).send().await.unwrap().text().await.unwrap();
    assert!(found.contains(&number(&receipt)));
}

#[tokio::test(flavor = "multi_thread")]
async fn guesses_are_throttled() {
    let t = sqlite_office("2026-03-02T10:00:00+08:00");
    let base = site(&t.office).await;
    let client = strict();
    let mut last = 0;
    // A hall shares one address: its visitors may mistype more often than one officer.
    for _ in 0..45 {
        last = client
            .post(format!("{base}/follow"))
            .form(&[("code", "1111222233334444")])
            .send()
            .await
            .unwrap()
            .status()
            .as_u16();
    }
    assert_eq!(last, 429);
    for _ in 0..8 {
        last = client
            .post(format!("{base}/staff/sign-in"))
            .form(&[("login", "housing.head"), ("password", "wrong")])
            .send()
            .await
            .unwrap()
            .status()
            .as_u16();
    }
    assert_eq!(last, 429);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_has_words_in_both_languages() {
    let t = sqlite_office("2026-03-02T10:00:00+08:00");
    let base = site(&t.office).await;
    let receipt = lodge(&browser(), &base, "路灯不亮。").await;
    let (her, clerk) = (browser(), browser());
    her.post(format!("{base}/follow")).form(&[("code", code(&receipt))]).send().await.unwrap();
    sign_in(&clerk, &base, "countyxf.head").await;
    let number = number(&receipt);
    for language in ["zh", "en"] {
        for client in [&her, &clerk] {
            client.get(format!("{base}/language/{language}?back=/")).send().await.unwrap();
        }
        let mine = [
            "/",
            "/procedure",
            "/offices",
            "/follow",
            "/my",
            "/my/1/add",
            "/my/1/withdraw",
            "/my/1/appoint_agent",
            "/opinions",
            "/nowhere",
        ];
        let steps =
            ["naming", "agent", "purpose", "text", "place", "about", "class", "people", "files", "contact", "check"];
        her.get(format!("{base}/lodge")).send().await.unwrap();
        let public: Vec<String> =
            mine.iter().map(|p| (*p).to_owned()).chain(steps.iter().map(|s| format!("/lodge/{s}"))).collect();
        let desk = [
            "/staff/duties".to_owned(),
            "/staff/duties?whose=unit&slice=later".into(),
            "/staff/matters?phase=intake".into(),
            "/staff/register".into(),
            "/staff/print".into(),
            "/staff/print?from=x".into(),
            "/staff/report".into(),
            "/staff/checks".into(),
            "/staff/password".into(),
            "/staff/admin".into(),
            "/staff/admin/units/new".into(),
            "/staff/admin/officers/new".into(),
            format!("/staff/matters/{number}-1"),
            format!("/staff/matters/{number}-1/part"),
            format!("/staff/matters/{number}-1/identity"),
        ];
        let moves = [
            "refer",
            "assign",
            "keep",
            "hand_to_receiver",
            "refuse",
            "add",
            "record",
            "join",
            "recuse",
            "appoint_agent",
        ]
        .map(|m| format!("/staff/matters/{number}-1/moves/{m}"));
        for (client, path) in public.iter().map(|p| (&her, p)).chain(desk.iter().chain(&moves).map(|p| (&clerk, p))) {
            let page = client.get(format!("{base}{path}")).send().await.unwrap();
            let status = page.status().as_u16();
            let text = page.text().await.unwrap();
            assert!(
                status == 200 || path == "/nowhere" || (status == 422 && path.ends_with("from=x")),
                "{path}: {status}"
            );
            assert!(
                !text.contains('⟦'),
                "{path} in {language}: {:?}",
                text.split('⟦').nth(1).map(|t| t.chars().take(60).collect::<String>())
            );
            assert!(text.contains(if language == "zh" { "lang=\"zh-CN\"" } else { "lang=\"en\"" }), "{path}");
        }
    }
}

/// Every key that code or templates name is in the word files.
#[test]
fn every_key_of_the_pack_and_the_domain_has_words() {
    use huiyin_wording::{Language, Wording};
    let wording = Wording::load().unwrap();
    let library = huiyin_app::packs::Library::shipped().unwrap();
    let book = library.in_force("cn/petition", jiff::civil::date(2026, 1, 1)).unwrap();
    let mut keys = Vec::new();
    for rule in &book.moves {
        for need in &rule.needs {
            keys.push(format!("field-{}", need.field.word()));
        }
        // Of a clock its own title is told.
        for guard in rule
            .guards
            .iter()
            .filter(|g| matches!(g, huiyin_domain::procedure::Guard::Is(_) | huiyin_domain::procedure::Guard::Not(_)))
        {
            let guard = serde_json::to_value(guard).unwrap();
            let (kind, what) = guard.as_object().unwrap().iter().next().unwrap();
            keys.push(format!("closed-{}-{}", kind.replace('_', "-"), what.as_str().unwrap().replace('_', "-")));
        }
    }
    for fault in [
        "missing",
        "not-a-day",
        "in-future",
        "not-a-choice",
        "not-in-range",
        "too-long",
        "no-such-unit",
        "too-early",
        "too-late",
    ] {
        keys.push(format!("fault-{fault}"));
    }
    let missing: Vec<_> = keys
        .iter()
        .flat_map(|k| Language::all().into_iter().map(move |l| (k, l)))
        .filter(|(k, l)| !wording.has(*l, k))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn the_api_document_that_is_checked_in_is_the_one_served() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/openapi.json");
    if std::env::var("HUIYIN_WRITE").is_ok() {
        std::fs::write(path, huiyin_web::openapi_json()).unwrap();
    }
    assert_eq!(
        std::fs::read_to_string(path).unwrap_or_default(),
        huiyin_web::openapi_json(),
        "run this test with HUIYIN_WRITE=1 to write docs/openapi.json anew"
    );
}
