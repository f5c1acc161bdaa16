//! What reading costs and changes: a GET writes nothing, and the page that is opened most takes few reads.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test"
)]

use std::sync::Arc;

use huiyin_app::lodge::{self, Lodging};
use huiyin_app::papers;
use huiyin_demo as demo;
use huiyin_storage_sqlite::SqliteStore;
use huiyin_testkit::{office_on, petition, sign_in, site, staff, step, token};
use huiyin_web::{Access, ROUTES};
use reqwest::Client;
use reqwest::redirect::Policy;

const AT: &str = "2026-03-02T10:00:00+08:00";

fn client() -> Client {
    Client::builder().cookie_store(true).redirect(Policy::none()).build().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_get_writes_nothing_and_my_duties_take_four_reads() {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(SqliteStore::open(&folder.path().join("huiyin.db")).unwrap());
    let t = office_on(Arc::<SqliteStore>::clone(&store), folder, AT);
    let o = &t.office;
    demo::people(o).await.unwrap();
    let file = lodge::take_file(o, "材料.txt", "路灯坏了的经过".as_bytes(), "petitioner").await.unwrap();
    let receipt =
        lodge::lodge(o, Lodging { files: vec![file.record], ..petition("路灯坏了三个月没人修") }).await.unwrap();
    let number = format!("{}-1", receipt.number);
    step(o, "countyxf.clerk", &number, "refer", &[("to_unit", "housing"), ("reason", "属于住建职责")]).await.unwrap();
    let housing = staff(o, "housing.clerk").await;
    step(o, "housing.clerk", &number, "accept", &[("accepted_on", "2026-03-02"), ("procedure", "六十日内书面答复")])
        .await
        .unwrap();
    let (matter, made) = papers::for_officer(o, &housing, &number).await.unwrap();
    let paper = made.last().expect("accepting makes a paper").n;
    let attached = t.store.attachments(o.tenant(), &matter.details().submission).await.unwrap();
    let base = site(o).await;
    let (clerk, head, her) = (client(), client(), client());
    sign_in(&clerk, &base, "housing.clerk").await;
    sign_in(&head, &base, "countyxf.head").await;
    let opened = her.post(format!("{base}/follow")).form(&[("code", receipt.code.as_str())]).send().await.unwrap();
    assert!(opened.status().is_redirection(), "{}", opened.text().await.unwrap());
    let bearer = token(o, "countyxf.clerk").await;
    let mut writing = Vec::new();
    for (method, path, access) in ROUTES.iter().filter(|r| r.0 == "GET") {
        let path = path
            .replace("{number}", &number)
            .replace("{step}", "answer")
            .replace("{part}", "1")
            .replace("{code}", "en")
            .replace("{name}", "style.css")
            .replace("files/{id}", &format!("files/{}", attached[0].id))
            .replace("file/{id}", &format!("file/{}", attached[0].id))
            .replace("{id}", "new")
            .replace("{begin}", "conference")
            .replace("{n}", &format!("{paper}.pdf"));
        for who in [&clerk, &head, &her] {
            let before = store.writes();
            let request = who.request(method.parse().unwrap(), format!("{base}{path}"));
            let request = if *access == Access::Token { request.bearer_auth(&bearer) } else { request };
            let answer = request.send().await.unwrap();
            assert!(answer.status().as_u16() < 500, "{path}: {}", answer.status());
            let _ = answer.bytes().await;
            if store.writes() != before {
                writing.push(path.clone());
            }
        }
    }
    writing.dedup();
    // Whether it can be written, only writing tells; and a wrong code is counted whoever sends it.
    writing.retain(|path| path != "/readyz" && path != "/api/v1/submission");
    assert!(writing.is_empty(), "these write: {writing:?}");
    // The directory was read a moment ago; then the session, the recusals, the duties and the bursts.
    for whose in ["mine", "unit"] {
        clerk.get(format!("{base}/staff/duties?whose={whose}")).send().await.unwrap();
        let before = store.reads();
        let page = clerk.get(format!("{base}/staff/duties?whose={whose}")).send().await.unwrap();
        assert_eq!(page.status(), 200);
        let taken = store.reads() - before;
        assert!(taken <= 4, "{whose}: {taken} reads");
    }
}
