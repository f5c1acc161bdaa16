//! Many filings from one network: one row at the desk, and each with its number, its receipt and its clock.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test")]

use huiyin_app::duties::{self, Slice, Whose};
use huiyin_app::{matter_view, sweep};
use huiyin_demo as demo;
use huiyin_testkit::{on_both, site_with, staff, step, token};
use huiyin_web::{Proxy, WebConfig};
use reqwest::Client;
use serde_json::{Value, json};

const AT: &str = "2026-03-02T10:00:00+08:00";

#[tokio::test(flavor = "multi_thread")]
#[expect(clippy::too_many_lines, reason = "one course from its beginning to its end")]
async fn a_burst_is_one_row_to_sort_and_nothing_of_it_stays() {
    on_both("bursts", AT, |t| async move {
        let base = site_with(&t.office, WebConfig { proxy: Proxy::Own, burst: 3, ..WebConfig::default() }).await;
        let client = Client::new();
        let lodge = async |from: &str, n: usize| -> Value {
            let body = json!({ "text": format!("第{n}件：路灯坏了"), "naming": "anonymous" });
            let sent = client
                .post(format!("{base}/api/v1/submissions"))
                .header("x-forwarded-for", from)
                .json(&body)
                .send()
                .await
                .unwrap();
            assert_eq!(sent.status(), 201);
            sent.json().await.unwrap()
        };
        // What is refused is no filing.
        for _ in 0..9 {
            let refused = client
                .post(format!("{base}/api/v1/submissions"))
                .header("x-forwarded-for", "192.0.2.7")
                .json(&json!({ "text": "", "naming": "anonymous" }));
            assert_eq!(refused.send().await.unwrap().status(), 422);
        }
        let mut receipts = Vec::new();
        for n in 0..8 {
            receipts.push(lodge("192.0.2.7", n).await);
        }
        lodge("192.0.2.8", 9).await;
        let (o, clerk) = (&t.office, staff(&t.office, "countyxf.clerk").await);
        let own = async || duties::list(o, &clerk, Whose::Unit, Slice::All, None, 50).await.unwrap().0.rows;
        assert_eq!(
            own().await.iter().map(|d| d.number.clone()).collect::<std::collections::BTreeSet<_>>().len(),
            4,
            "three before it, and somebody else's"
        );
        let bursts = duties::bursts(o, &clerk, &Whose::Unit).await.unwrap();
        assert_eq!((bursts.len(), bursts[0].matters), (1, 5));
        let name = bursts[0].name.clone();
        // Each has its receipt and its clock, and its petitioner sees nothing of a burst.
        for receipt in &receipts {
            let code = format!("Receipt {}", receipt["code"].as_str().unwrap());
            let seen = client
                .get(format!("{base}/api/v1/submission"))
                .header("authorization", code)
                .send()
                .await
                .unwrap()
                .text()
                .await
                .unwrap();
            assert!(seen.contains("\"clocks\":[{") && !seen.contains(&name), "{seen}");
        }
        // The desk: one row, a page of its own, the same through the API.
        let bearer = token(o, "countyxf.clerk").await;
        let api: Value = client
            .get(format!("{base}/api/v1/duties?whose=unit"))
            .bearer_auth(&bearer)
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap();
        assert_eq!(
            (api["bursts"][0]["matters"].as_u64(), api["bursts"][0]["name"].as_str()),
            (Some(5), Some(name.as_str()))
        );
        let desk = Client::builder().cookie_store(true).build().unwrap();
        desk.post(format!("{base}/staff/sign-in"))
            .form(&[("login", "countyxf.clerk"), ("password", demo::PASSWORD)])
            .send()
            .await
            .unwrap();
        let page = desk.get(format!("{base}/staff/duties?whose=unit")).send().await.unwrap().text().await.unwrap();
        assert!(page.contains("集中来件 5 件") && page.contains(&format!("burst={name}")));
        let sorting = desk
            .get(format!("{base}/staff/duties?whose=unit&burst={name}"))
            .send()
            .await
            .unwrap()
            .text()
            .await
            .unwrap();
        let number = |n: usize| format!("{}-1", receipts[n]["number"].as_str().unwrap());
        assert!(sorting.contains(&number(7)) && !sorting.contains(&number(0)));
        // What is worked on leaves it, and nothing says any more that it came in one.
        step(o, "countyxf.clerk", &number(7), "refer", &[("to_unit", "housing")]).await.unwrap();
        assert_eq!(duties::bursts(o, &clerk, &Whose::Unit).await.unwrap()[0].matters, 4);
        assert_eq!(matter_view::for_operator(o, &number(7)).await.unwrap().matter.details().burst, None);
        // A clock that warns is not folded away: what is nearly due stands by itself again.
        t.time.go("2026-03-16T10:00:00+08:00");
        while !sweep::sweep_office(o).await.unwrap().proceedings.is_empty() {}
        assert!(duties::bursts(o, &clerk, &Whose::Unit).await.unwrap().is_empty());
        assert!(own().await.iter().any(|d| d.number == number(6)));
        assert!(huiyin_app::verify::verify_all(o, &mut |_| {}).await.unwrap().findings.is_empty());
    })
    .await;
}
