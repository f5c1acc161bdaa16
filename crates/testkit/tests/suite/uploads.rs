//! What strangers send before anything is lodged: it lies on the disk, within a budget, and goes when nothing uses it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test"
)]

use std::time::{Duration, SystemTime};

use huiyin_app::{lodge, sweep};
use huiyin_testkit::{TestOffice, on_both, petition, site, site_with, sqlite_office};
use huiyin_web::{Limits, WebConfig};
use reqwest::multipart::{Form, Part};
use reqwest::{Client, Response};

const AT: &str = "2026-03-02T10:00:00+08:00";

/// A browser that has begun a form.
async fn browser(base: &str) -> Client {
    let client = Client::builder().cookie_store(true).build().unwrap();
    client.get(format!("{base}/lodge")).send().await.unwrap();
    client
}

async fn send(client: &Client, base: &str, name: &str, bytes: Vec<u8>) -> Response {
    let form = Form::new().text("words", "我写的话").part("files", Part::bytes(bytes).file_name(name.to_owned()));
    client.post(format!("{base}/lodge/files")).multipart(form).send().await.unwrap()
}

fn text_of(size: usize, seed: u8) -> Vec<u8> {
    let mut out = vec![b'a' + seed; size];
    out.push(b'\n');
    out
}

/// Stored files, and how long ago they were stored.
fn stored(t: &TestOffice, age: Option<Duration>) -> usize {
    let mut count = 0;
    for folder in std::fs::read_dir(t.folder.path().join("files")).unwrap().flatten().filter(|f| f.path().is_dir()) {
        for file in std::fs::read_dir(folder.path()).unwrap().flatten() {
            count += 1;
            if let Some(age) = age {
                std::fs::File::options()
                    .append(true)
                    .open(file.path())
                    .unwrap()
                    .set_modified(SystemTime::now() - age)
                    .unwrap();
            }
        }
    }
    count
}

#[tokio::test(flavor = "multi_thread")]
async fn a_network_and_a_day_have_a_budget_and_the_words_come_back() {
    let t = sqlite_office(AT);
    let uploads = Limits { network: 3 << 20, day: 100 << 20 };
    let base = site_with(&t.office, WebConfig { uploads, ..WebConfig::default() }).await;
    assert!(send(&browser(&base).await, &base, "一.txt", text_of(2 << 20, 0)).await.status().is_success());
    let over = send(&browser(&base).await, &base, "二.txt", text_of(2 << 20, 1)).await;
    assert_eq!(over.status(), 429);
    let page = over.text().await.unwrap();
    assert!(page.contains("已经太多") && page.contains("我写的话"), "{page}");
    assert_eq!(stored(&t, None), 1, "nothing of what was refused is left");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_over_the_limit_is_named_and_a_form_takes_so_much_and_no_more() {
    let t = sqlite_office(AT);
    let base = site(&t.office).await;
    let client = browser(&base).await;
    let large = send(&client, &base, "太大.txt", text_of(lodge::MAX_FILE_BYTES + 1, 0)).await;
    assert_eq!(large.status(), 422);
    assert!(large.text().await.unwrap().contains("“太大.txt”太大"));
    for n in 0..5 {
        assert!(
            send(&client, &base, &format!("{n}.txt"), text_of(lodge::MAX_FILE_BYTES - 10, n))
                .await
                .status()
                .is_success(),
            "{n}"
        );
    }
    let more = send(&client, &base, "6.txt", text_of(1000, 9)).await;
    assert_eq!(more.status(), 422);
    assert!(more.text().await.unwrap().contains("一次最多 100 MB"));
}

#[tokio::test(flavor = "multi_thread")]
async fn files_of_forms_never_sent_are_removed_and_those_in_use_stay() {
    on_both("unused", AT, |t| async move {
        let base = site(&t.office).await;
        let sent = send(&browser(&base).await, &base, "没交.txt", text_of(1000, 0)).await;
        assert!(sent.status().is_success(), "{}: {}", sent.status(), sent.text().await.unwrap());
        let taken = lodge::take_file(&t.office, "交了.txt", &text_of(1000, 1), "petitioner").await.unwrap();
        lodge::lodge(&t.office, lodge::Lodging { files: vec![taken.record], ..petition("路灯坏了") }).await.unwrap();
        sweep::sweep_office(&t.office).await.unwrap();
        assert_eq!(stored(&t, Some(Duration::from_secs(3600))), 2, "a form may still be filled in");
        t.time.machine_minutes(7 * 60);
        sweep::sweep_office(&t.office).await.unwrap();
        assert_eq!(stored(&t, None), 1);
        t.time.machine_minutes(7 * 60);
        sweep::sweep_office(&t.office).await.unwrap();
        assert_eq!(stored(&t, None), 1, "what was lodged stays");
    })
    .await;
}
