//! The API keeps to the standards it names.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test")]

use huiyin_testkit::{letter, site, site_with, sqlite_office, token};
use huiyin_web::{Proxy, WebConfig};
use reqwest::Client;
use serde_json::json;

const AT: &str = "2026-03-02T10:00:00+08:00";

#[tokio::test(flavor = "multi_thread")]
async fn if_match_is_the_version_or_nothing_is_done() {
    let t = sqlite_office(AT);
    let base = site(&t.office).await;
    let receipt = letter(&t.office, "2026-03-02", |_| {}).await;
    let bearer = token(&t.office, "countyxf.clerk").await;
    let at = format!("{base}/api/v1/matters/{}-1", receipt.number);
    let version = || async {
        Client::new().get(&at).bearer_auth(&bearer).send().await.unwrap().headers()["etag"].to_str().unwrap().to_owned()
    };
    let add = |tag: String, words: &'static str| {
        Client::new()
            .post(format!("{at}/moves/add"))
            .bearer_auth(&bearer)
            .header("if-match", tag)
            .json(&json!({ "fields": { "words": words } }))
            .send()
    };
    let seen = version().await;
    for strange in [
        format!("W/{seen}"),
        "\"abc\"".into(),
        "\"\"".into(),
        "\"999\"".into(),
        seen.trim_matches('"').to_owned(),
        "\"+1\"".into(),
    ] {
        assert_eq!(add(strange.clone(), "不该做的").await.unwrap().status(), 412, "{strange}");
    }
    assert_eq!(version().await, seen, "nothing was done");
    assert_eq!(add(seen.clone(), "一").await.unwrap().status(), 200);
    assert_eq!(add(seen, "二").await.unwrap().status(), 412);
    assert_eq!(add("*".into(), "三").await.unwrap().status(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_not_json_by_its_type_is_refused() {
    let t = sqlite_office(AT);
    let base = site(&t.office).await;
    let send = |kind: Option<&'static str>| {
        let request = Client::new()
            .post(format!("{base}/api/v1/submissions"))
            .body(json!({ "text": "路灯坏了", "naming": "anonymous" }).to_string());
        kind.map_or_else(
            || Client::new().post(format!("{base}/api/v1/submissions")).body("{}"),
            |k| request.header("content-type", k),
        )
        .send()
    };
    for (kind, status) in [
        (Some("text/plain"), 415),
        (Some("application/x-www-form-urlencoded"), 415),
        (Some("multipart/form-data; boundary=x"), 415),
        (None, 415),
        (Some("application/json; charset=utf-8"), 201),
        (Some("Application/JSON"), 201),
    ] {
        assert_eq!(send(kind).await.unwrap().status(), status, "{kind:?}");
    }
}

/// Every fault is problem+json, whoever found it, and the document tells its status.
#[tokio::test(flavor = "multi_thread")]
async fn every_fault_of_the_api_is_a_problem_that_the_document_tells() {
    let t = sqlite_office(AT);
    let base = site(&t.office).await;
    let (receipt, bearer) = (letter(&t.office, "2026-03-02", |_| {}).await, token(&t.office, "countyxf.clerk").await);
    let document: serde_json::Value =
        Client::new().get(format!("{base}/api/v1/openapi.json")).send().await.unwrap().json().await.unwrap();
    let (matter, client) = (format!("/api/v1/matters/{}-1", receipt.number), Client::new());
    let post = |path: &str| client.post(format!("{base}{path}")).header("content-type", "application/json");
    let get = |path: &str| client.get(format!("{base}{path}"));
    let step = "/api/v1/matters/{number}/moves/{step}";
    let many = "x".repeat(2 << 20);
    for (request, path, status) in [
        (get("/api/v1/matters"), "/api/v1/matters", 401),
        (get("/api/v1/matters?limit=abc").bearer_auth(&bearer), "/api/v1/matters", 400),
        (get("/api/v1/matters?limit=0").bearer_auth(&bearer), "/api/v1/matters", 422),
        (get("/api/v1/duties?slice=never").bearer_auth(&bearer), "/api/v1/duties", 422),
        (get("/api/v1/matters/2026-000009-1-1").bearer_auth(&bearer), "/api/v1/matters/{number}", 404),
        (get(&format!("{matter}/papers/x")).bearer_auth(&bearer), "/api/v1/matters/{number}/papers/{n}", 404),
        (post(&format!("{matter}/moves/refer")).bearer_auth(&bearer).body("{"), step, 422),
        (post(&format!("{matter}/moves/refer")).bearer_auth(&bearer).body("{}"), step, 422),
        (post(&format!("{matter}/moves/decide")).bearer_auth(&bearer).body("{}"), step, 409),
        (post("/api/v1/submissions").body(many), "/api/v1/submissions", 413),
        (client.post(format!("{base}/api/v1/submissions")).body("{}"), "/api/v1/submissions", 415),
        (get("/api/v1/submission"), "/api/v1/submission", 404),
        (
            post("/api/v1/submission/matters/99/moves/withdraw").body("{}"),
            "/api/v1/submission/matters/{part}/moves/{step}",
            404,
        ),
    ] {
        let answer = request.send().await.unwrap();
        let (code, headers) = (answer.status().as_u16(), answer.headers().clone());
        assert_eq!(headers["content-type"], "application/problem+json", "{path} {code}");
        assert_eq!(headers.contains_key("www-authenticate"), code == 401);
        let problem: serde_json::Value = answer.json().await.unwrap();
        assert_eq!((code, problem["status"].as_u64()), (status, Some(u64::from(status))), "{path}: {problem}");
        let operation = document["paths"][path].as_object().unwrap().values().next().unwrap();
        assert!(
            operation["responses"][status.to_string()]["content"]["application/problem+json"].is_object(),
            "{path} {status} is not told"
        );
    }
    let wrong = client.delete(format!("{base}/api/v1/matters")).send().await.unwrap();
    assert_eq!(
        (wrong.status().as_u16(), wrong.headers()["content-type"].to_str().unwrap()),
        (405, "application/problem+json")
    );
    assert!(wrong.headers().contains_key("allow"));
    // Whoever has guessed too often is told for how long to wait.
    let mut waited = None;
    for _ in 0..60 {
        let answer =
            get("/api/v1/submission").header("authorization", "Receipt 1234567890123456").send().await.unwrap();
        if answer.status() == 429 {
            waited =
                answer.headers().get("retry-after").and_then(|v| v.to_str().ok()).and_then(|v| v.parse::<u64>().ok());
            break;
        }
    }
    assert!(waited.is_some_and(|seconds| seconds >= 1));
}

/// Behind a proxy its own word on the address counts, and not a line that the visitor sent before it.
#[tokio::test(flavor = "multi_thread")]
async fn a_forged_forwarded_line_helps_nobody() {
    let t = sqlite_office(AT);
    let base = site_with(&t.office, WebConfig { proxy: Proxy::Own, ..WebConfig::default() }).await;
    let mut last = 0;
    for n in 0..60 {
        let request =
            Client::new().get(format!("{base}/api/v1/submission")).header("authorization", "Receipt 1234567890123456");
        let forged =
            request.header("x-forwarded-for", format!("198.51.100.{n}")).header("x-forwarded-for", "192.0.2.7");
        last = forged.send().await.unwrap().status().as_u16();
    }
    assert_eq!(last, 429);
}

/// Reached by https, browsers are told to stay with it, and cookies are this host's alone.
#[tokio::test(flavor = "multi_thread")]
async fn https_is_kept_and_cookies_are_of_this_host() {
    let t = sqlite_office(AT);
    let base = site_with(&t.office, WebConfig { https: true, ..WebConfig::default() }).await;
    let client = Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let entered = client
        .post(format!("{base}/staff/sign-in"))
        .form(&[("login", "housing.clerk"), ("password", huiyin_demo::PASSWORD)]);
    let entered = entered.send().await.unwrap();
    assert!(entered.headers()["strict-transport-security"].to_str().unwrap().starts_with("max-age="));
    let set = entered.headers()["set-cookie"].to_str().unwrap().to_owned();
    assert!(
        set.starts_with("__Host-hy_staff=")
            && set.contains("; Secure")
            && set.contains("Path=/;")
            && !set.contains("Domain"),
        "{set}"
    );
    let cookie = set.split(';').next().unwrap().to_owned();
    let duties = async |cookie: String| {
        client.get(format!("{base}/staff/duties")).header("cookie", cookie).send().await.unwrap().status().as_u16()
    };
    assert_eq!(duties(cookie.clone()).await, 200);
    assert_eq!(duties(cookie.replace("__Host-", "")).await, 303, "one that another host could have set");
}

/// Figures are for this machine and for administrators.
#[tokio::test(flavor = "multi_thread")]
async fn figures_are_not_for_everybody() {
    let t = sqlite_office(AT);
    let config = WebConfig { proxy: Proxy::Own, metrics: Some(|| "huiyin_up 1\n".into()), ..WebConfig::default() };
    let base = site_with(&t.office, config).await;
    let ask = |from: &str, bearer: &str| {
        Client::new().get(format!("{base}/metrics")).header("x-forwarded-for", from).bearer_auth(bearer).send()
    };
    let (clerk, admin) = (token(&t.office, "housing.clerk").await, token(&t.office, "countyxf.head").await);
    for (from, bearer, status) in [
        ("192.0.2.1", "x", 401),
        ("192.0.2.1", clerk.as_str(), 401),
        ("192.0.2.1", admin.as_str(), 200),
        ("127.0.0.1", "x", 200),
    ] {
        assert_eq!(ask(from, bearer).await.unwrap().status().as_u16(), status, "{from}");
    }
    // What a visitor sent before the proxy's own word may be no text at all, and opens nothing.
    for forged in [&b"\xff, 192.0.2.1"[..], b"127.0.0.1, \xff", b"127.0.0.1, "] {
        let forged = reqwest::header::HeaderValue::from_bytes(forged).unwrap();
        assert_eq!(
            Client::new()
                .get(format!("{base}/metrics"))
                .header("x-forwarded-for", forged)
                .send()
                .await
                .unwrap()
                .status(),
            401
        );
    }
}

/// Whoever is still sending gets to read why it was not taken.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_reaches_whoever_is_still_sending() {
    let t = sqlite_office(AT);
    let base = site(&t.office).await;
    for _ in 0..5 {
        let sent = Client::new()
            .post(format!("{base}/api/v1/submissions"))
            .header("content-type", "text/plain")
            .body(vec![b'x'; 20 << 20]);
        assert_eq!(sent.send().await.unwrap().status(), 415);
    }
}
