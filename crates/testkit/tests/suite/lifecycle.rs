//! From petition to archive over the JSON API, on both stores: every period reckoned, the same to both sides,
//! nothing open to those the pack does not name.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test")]

use huiyin_testkit::{on_both, site, token};
use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};

struct Api {
    client: Client,
    base: String,
}

impl Api {
    async fn send(&self, method: Method, path: &str, auth: &str, body: Value) -> (StatusCode, Value) {
        let mut request = self.client.request(method, format!("{}{path}", self.base)).header("authorization", auth);
        if !body.is_null() {
            request = request.json(&body);
        }
        let answer = request.send().await.unwrap();
        let status = answer.status();
        (status, serde_json::from_str(&answer.text().await.unwrap()).unwrap_or_default())
    }

    async fn step(&self, number: &str, step: &str, auth: &str, fields: Value) -> Value {
        let (status, body) = self
            .send(Method::POST, &format!("/api/v1/matters/{number}/moves/{step}"), auth, json!({ "fields": fields }))
            .await;
        assert_eq!(status, StatusCode::OK, "{step}: {body}");
        body
    }

    async fn mine(&self, step: &str, receipt: &str, fields: Value) -> Value {
        let (status, body) = self
            .send(
                Method::POST,
                &format!("/api/v1/submission/matters/1/moves/{step}"),
                receipt,
                json!({ "fields": fields }),
            )
            .await;
        assert_eq!(status, StatusCode::OK, "{step}: {body}");
        body
    }

    async fn refused(&self, number: &str, step: &str, auth: &str, fields: Value) -> Value {
        let (status, body) = self
            .send(Method::POST, &format!("/api/v1/matters/{number}/moves/{step}"), auth, json!({ "fields": fields }))
            .await;
        assert!(status.is_client_error(), "{step} went through: {body}");
        assert!(body["detail"].as_str().is_some_and(|d| !d.is_empty()), "a refusal says why: {body}");
        body
    }
}

fn due<'a>(body: &'a Value, rule: &str) -> &'a str {
    body["clocks"]
        .as_array()
        .unwrap()
        .iter()
        .find(|c| c["rule"] == rule)
        .unwrap_or_else(|| panic!("no clock {rule} in {body}"))["legal"]
        .as_str()
        .unwrap()
}

const PETITION: &str = "我是幸福里小区居民，室内温度长期只有十四度，请派人测温并退还热费。";

#[tokio::test(flavor = "multi_thread")]
async fn from_petition_to_archive() {
    on_both("lifecycle", "2026-03-02T10:00:00+08:00", |t| async move {
        let base = site(&t.office).await;
        let api = Api { client: Client::new(), base };
        let bearer = |secret: String| format!("Bearer {secret}");
        let clerk = bearer(token(&t.office, "countyxf.clerk").await);
        let (desk, handler, head) = (
            bearer(token(&t.office, "housing.clerk").await),
            bearer(token(&t.office, "housing.handler").await),
            bearer(token(&t.office, "housing.head").await),
        );
        let (stranger, reviewer) = (bearer(token(&t.office, "water.handler").await), bearer(token(&t.office, "county.handler").await));

        let sent = json!({ "text": PETITION, "purpose": "request", "name": "测试某", "reply": "sms", "telephone": "0000-1234567", "place_name": "幸福里" });
        let (status, receipt) = api.send(Method::POST, "/api/v1/submissions", "", sent).await;
        assert_eq!(status, StatusCode::CREATED, "{receipt}");
        let number = format!("{}-1", receipt["number"].as_str().unwrap());
        let code = format!("Receipt {}", receipt["code"].as_str().unwrap());
        let (_, mine) = api.send(Method::GET, "/api/v1/submission", &code, Value::Null).await;
        assert_eq!(due(&mine["matters"][0], "route"), "2026-03-17");

        // Found the moment it is saved, within rights; nobody else knows of it.
        let (_, found) = api.send(Method::GET, "/api/v1/matters?q=%E6%B5%8B%E6%B8%A9", &clerk, Value::Null).await;
        assert_eq!(found["matters"][0]["number"], number.as_str());
        let (_, none) = api.send(Method::GET, "/api/v1/matters?q=%E6%B5%8B%E6%B8%A9", &stranger, Value::Null).await;
        assert_eq!(none["matters"], json!([]));
        let (status, _) = api.send(Method::GET, &format!("/api/v1/matters/{number}"), &stranger, Value::Null).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "not yours looks like not found");
        let (_, nobody) = api.send(Method::GET, "/api/v1/matters?q=%E6%B5%8B%E8%AF%95%E6%9F%90", &clerk, Value::Null).await;
        assert_eq!(nobody["matters"], json!([]), "names are never searched");

        api.refused(&number, "accept", &clerk, json!({})).await;
        api.step(&number, "refer", &clerk, json!({ "to_unit": "housing" })).await;
        t.time.go("2026-03-04T09:00:00+08:00");
        api.step(&number, "take_up", &desk, json!({})).await;
        let accepted = api.refused(&number, "accept", &desk, json!({ "accepted_on": "2026-03-05", "procedure": "x" })).await;
        assert_eq!(accepted["errors"][0]["fault"], "in_future");
        api.step(&number, "accept", &desk, json!({ "accepted_on": "2026-03-04", "procedure": "六十日内书面答复" })).await;
        let (_, both) = api.send(Method::GET, &format!("/api/v1/matters/{number}"), &handler, Value::Null).await;
        assert_eq!(due(&both, "handle"), "2026-05-06", "60 days end on Sunday 3 May, in the May holiday");

        // The clock explains itself the same to official and petitioner.
        let (_, mine) = api.send(Method::GET, "/api/v1/submission", &code, Value::Null).await;
        assert_eq!(both["clocks"][0]["reckoning"], mine["matters"][0]["clocks"][0]["reckoning"]);
        assert!(both["clocks"][0]["reckoning"].to_string().contains("第三十四条"));

        api.step(&number, "hear", &handler, json!({ "on_day": "2026-03-04", "way": "telephone", "summary": "听取" })).await;
        let unheard = api
            .refused(
                &number,
                "decide",
                &handler,
                json!({ "request": "a", "facts": "b", "outcome": "support", "opinion": "c", "legal_basis": "d", "remedy": "e" }),
            )
            .await;
        assert_eq!(unheard["errors"][0]["field"], "unheard_reason", "an opinion without investigation needs a reason");
        api.step(&number, "investigate", &handler, json!({ "on_day": "2026-03-04", "way": "site_visit", "summary": "测温" })).await;
        api.refused(&number, "extend", &handler, json!({ "days": "30", "reason": "x" })).await;
        api.step(&number, "extend", &head, json!({ "days": "30", "reason": "须第三方检测" })).await;
        api.step(&number, "noted_extension", &clerk, json!({})).await;
        t.time.go("2026-03-20T09:00:00+08:00");
        api.step(&number, "decide", &handler, json!({ "request": "a", "facts": "b", "outcome": "support", "opinion": "c", "legal_basis": "d", "remedy": "e" }))
            .await;
        api.step(&number, "serve", &desk, json!({ "way": "in_person", "received_on": "2026-03-20", "proof": "签收" })).await;
        let rated = api.mine("rate", &code, json!({ "rate_office": "satisfied", "rate_handler": "dissatisfied" })).await;
        assert_eq!(due(&rated, "ask_review"), "2026-04-20", "30 days end on Sunday 19 April");
        api.refused(&number, "end", &handler, json!({})).await;

        api.mine("request_review", &code, json!({ "words": "没有退费的日期" })).await;
        t.time.go("2026-04-01T09:00:00+08:00");
        api.step(&number, "decide_review", &reviewer, json!({ "outcome": "change", "facts": "b", "opinion": "十日内退费", "legal_basis": "d", "remedy": "e" }))
            .await;
        api.step(&number, "serve_review", &reviewer, json!({ "way": "in_person", "received_on": "2026-04-01", "proof": "签收" })).await;
        t.time.go("2026-05-12T09:00:00+08:00");
        huiyin_app::sweep::sweep_office(&t.office).await.unwrap();
        api.refused(&number, "archive", &handler, json!({})).await;
        api.step(&number, "end", &handler, json!({})).await;
        let open = api.refused(&number, "archive", &handler, json!({})).await;
        assert!(open["detail"].as_str().unwrap().contains("落实"), "what was supported is carried out first: {open}");
        api.step(&number, "report_execution", &handler, json!({ "on_day": "2026-05-11", "summary": "已退费" })).await;
        let done = api.step(&number, "archive", &handler, json!({})).await;
        assert_eq!(done["phase"], "archived");
        let (_, mine) = api.send(Method::GET, "/api/v1/submission", &code, Value::Null).await;
        assert_eq!(mine["matters"][0]["clocks"], json!([]), "nothing is owed any more");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_key_acts_once_and_a_stale_version_is_told() {
    on_both("idempotency", "2026-03-02T10:00:00+08:00", |t| async move {
        let base = site(&t.office).await;
        let client = Client::new();
        let lodge = |key: &'static str| {
            client
                .post(format!("{base}/api/v1/submissions"))
                .header("idempotency-key", key)
                .json(&json!({ "text": PETITION, "naming": "anonymous" }))
                .send()
        };
        let (one, two) = (lodge("k1").await.unwrap(), lodge("k1").await.unwrap());
        assert_eq!((one.status(), two.status()), (StatusCode::CREATED, StatusCode::OK));
        let (one, two): (Value, Value) = (
            serde_json::from_str(&one.text().await.unwrap()).unwrap(),
            serde_json::from_str(&two.text().await.unwrap()).unwrap(),
        );
        assert_eq!(
            (&one["number"], &one["code"]),
            (&two["number"], &two["code"]),
            "the same form gives the same receipt"
        );
        let clerk = token(&t.office, "countyxf.clerk").await;
        let number = format!("{}-1", one["number"].as_str().unwrap());
        let refer = |unit: &'static str, version: &'static str| {
            client
                .post(format!("{base}/api/v1/matters/{number}/moves/refer"))
                .bearer_auth(&clerk)
                .header("if-match", version)
                .json(&json!({ "fields": { "to_unit": unit } }))
                .send()
        };
        // Two clerks at once: one wins, the other is told, nothing is lost.
        let (a, b) = tokio::join!(refer("housing", "\"1\""), refer("urban", "\"1\""));
        let mut statuses = [a.unwrap().status().as_u16(), b.unwrap().status().as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 412]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_runs_out_once_goes_up_and_finds_nobody_on_duty() {
    on_both("breach", "2026-03-02T10:00:00+08:00", |t| async move {
        let base = site(&t.office).await;
        let api = Api { client: Client::new(), base };
        let (_, receipt) =
            api.send(Method::POST, "/api/v1/submissions", "", json!({ "text": PETITION, "naming": "anonymous" })).await;
        let number = format!("{}-1", receipt["number"].as_str().unwrap());
        let clerk = format!("Bearer {}", token(&t.office, "countyxf.clerk").await);
        // The town has no head.
        api.step(&number, "refer", &clerk, json!({ "to_unit": "baishi" })).await;
        t.time.go("2026-03-17T23:59:59+08:00");
        assert_eq!(huiyin_app::sweep::sweep_office(&t.office).await.unwrap().breaches, 0, "the day ends at 24:00");
        t.time.go("2026-03-18T00:00:00+08:00");
        assert_eq!(huiyin_app::sweep::sweep_office(&t.office).await.unwrap().breaches, 1);
        assert_eq!(
            huiyin_app::sweep::sweep_office(&t.office).await.unwrap().proceedings.len(),
            0,
            "a timer fires once"
        );
        // It is on the supervisor's own list.
        let supervisor = format!("Bearer {}", token(&t.office, "countyxf.handler").await);
        let (_, mine) = api.send(Method::GET, "/api/v1/duties", &supervisor, Value::Null).await;
        assert_eq!(mine["duties"][0]["rule"], "supervise", "{mine}");
        let view = huiyin_app::matter_view::for_operator(&t.office, &number).await.unwrap();
        let said: Vec<String> = view
            .events
            .iter()
            .map(|e| serde_json::to_value(&e.event.kind).unwrap()["event"].as_str().unwrap().to_owned())
            .collect();
        for fact in ["breached", "escalated", "nobody_on_duty"] {
            assert!(said.iter().any(|s| s == fact), "{fact} is recorded: {said:?}");
        }
        assert!(
            view.matter
                .clocks
                .iter()
                .any(|c| c.rule.as_str() == "supervise"
                    && c.bound.unit.as_ref().is_some_and(|u| u.as_str() == "countyxf")),
            "the petition office must press"
        );
        let chain = view.events.iter().map(|e| (e.salt.as_str(), &e.event, e.commitment.as_str()));
        huiyin_register_verify(chain);
    })
    .await;
}

fn huiyin_register_verify<'a>(chain: impl Iterator<Item = (&'a str, &'a huiyin_domain::event::Event, &'a str)>) {
    huiyin_register::verify(chain).unwrap();
}
