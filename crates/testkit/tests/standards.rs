//! The API keeps to the standards it names.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test")]

use huiyin_testkit::{letter, site, sqlite_office, token};
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
    let version = || async { Client::new().get(&at).bearer_auth(&bearer).send().await.unwrap().headers()["etag"].to_str().unwrap().to_owned() };
    let add = |tag: String, words: &'static str| {
        Client::new().post(format!("{at}/moves/add")).bearer_auth(&bearer).header("if-match", tag).json(&json!({ "fields": { "words": words } })).send()
    };
    let seen = version().await;
    for strange in [format!("W/{seen}"), "\"abc\"".into(), "\"\"".into(), "\"999\"".into(), seen.trim_matches('"').to_owned(), "\"+1\"".into()] {
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
        let request = Client::new().post(format!("{base}/api/v1/submissions")).body(json!({ "text": "路灯坏了", "naming": "anonymous" }).to_string());
        kind.map_or_else(|| Client::new().post(format!("{base}/api/v1/submissions")).body("{}"), |k| request.header("content-type", k)).send()
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
