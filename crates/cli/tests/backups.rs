//! Backups and the office key, as an operator keeps them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

mod common;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use common::serve;
use huiyin_testkit::postgres_database;
use serde_json::json;

const PASSPHRASE: &str = "nine otters climb purple hills";

/// Exit code and everything that was said.
fn huiyin(args: &[&str], passphrase: &str) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_huiyin"));
    let done = command
        .args(args)
        .env_remove("HUIYIN_CONFIG")
        .env("HUIYIN_PASSPHRASE", passphrase)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    (done.status.code(), String::from_utf8_lossy(&done.stdout).into_owned() + &String::from_utf8_lossy(&done.stderr))
}

fn right(args: &[&str]) -> String {
    let (code, said) = huiyin(args, PASSPHRASE);
    assert_eq!(code, Some(0), "{args:?}: {said}");
    said
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut out = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        if entry.path().is_dir() { out.extend(files(&entry.path())) } else { out.push(entry.path()) }
    }
    out
}

/// Lodges a petition with a name through the API; gives its number and code.
async fn lodge(base: &str, n: usize) -> (String, String) {
    let body =
        json!({ "text": format!("路灯坏了 {n}"), "naming": "named", "name": "备份某", "telephone": "13900033333" });
    let sent = reqwest::Client::new().post(format!("{base}/api/v1/submissions")).json(&body).send().await.unwrap();
    assert_eq!(sent.status(), 201, "{}", sent.text().await.unwrap());
    let answer: serde_json::Value = sent.json().await.unwrap();
    (answer["number"].as_str().unwrap().to_owned(), answer["code"].as_str().unwrap().to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_is_taken_while_it_serves_holds_no_key_and_is_put_back() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    let (data, copy, other, locked) = (at("data"), at("backups/one"), at("other"), at("office-key.locked"));
    std::fs::create_dir(at("backups")).unwrap();
    right(&["init", "--data", &data]);
    right(&["key", "save", &locked, "--data", &data]);
    let (server, base) = serve(&data);
    let mut lodged = Vec::new();
    for n in 0..20 {
        lodged.push(lodge(&base, n).await);
    }
    // It goes on while others write.
    let writing = tokio::spawn({
        let base = base.clone();
        async move {
            for n in 20..200 {
                lodge(&base, n).await;
            }
        }
    });
    let said = tokio::task::spawn_blocking({
        let (copy, data) = (copy.clone(), data.clone());
        move || right(&["backup", &copy, "--data", &data])
    })
    .await
    .unwrap();
    writing.await.unwrap();
    assert!(said.contains("whole") && said.contains("office key is not in it"), "{said}");
    assert!(huiyin(&["backup", &copy, "--data", &data], "").1.contains("is there already"));
    // Neither the key nor a name in plain.
    let key = std::fs::read(Path::new(&data).join("office.key")).unwrap();
    for path in files(Path::new(&copy)) {
        let bytes = std::fs::read(&path).unwrap();
        for mark in [key.trim_ascii_end(), "备份某".as_bytes(), b"13900033333"] {
            assert!(!bytes.windows(mark.len()).any(|w| w == mark), "{}", path.display());
        }
    }
    drop(server);
    right(&["restore", &copy, "--data", &other]);
    let (code, said) = huiyin(&["doctor", "--data", &other], "");
    assert!(code == Some(1) && said.contains("office.key") && said.contains("huiyin key restore"), "{said}");
    assert!(!Path::new(&other).join("office.key").exists(), "no key is made anew");
    assert!(huiyin(&["key", "restore", &locked, "--data", &other], "another passphrase").1.contains("does not open"));
    right(&["key", "restore", &locked, "--data", &other]);
    let (_, said) = huiyin(&["doctor", "--deep", "--data", &other], "");
    assert!(said.contains("compared") && !said.contains("put it back"), "{said}");
    let (_server, base) = serve(&other);
    for (number, code) in &lodged {
        let page = reqwest::Client::new()
            .get(format!("{base}/api/v1/submission"))
            .header("authorization", format!("Receipt {code}"))
            .send()
            .await
            .unwrap();
        assert!(page.text().await.unwrap().contains(number.as_str()));
    }
    // Into an installation nothing is put, and a backup that was changed is none.
    assert!(huiyin(&["restore", &copy, "--data", &data], "").1.contains("holds an installation"));
    let mut bytes = std::fs::read(Path::new(&copy).join("huiyin.db")).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    std::fs::write(Path::new(&copy).join("huiyin.db"), bytes).unwrap();
    let third = at("third");
    assert!(
        huiyin(&["restore", &copy, "--data", &third], "").1.contains("is not as it was") && !Path::new(&third).exists()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_key_is_rotated_and_another_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data").display().to_string();
    right(&["init", "--data", &data]);
    let (server, base) = serve(&data);
    lodge(&base, 1).await;
    assert!(huiyin(&["key", "rotate", "--data", &data], "").1.contains("a server is running"));
    server.end();
    let path = Path::new(&data).join("office.key");
    let before = right(&["key", "show", "--data", &data]);
    let old = std::fs::read(&path).unwrap();
    assert!(right(&["key", "rotate", "--data", &data]).contains("1 submissions"));
    assert_ne!(before, right(&["key", "show", "--data", &data]));
    let new = std::fs::read(&path).unwrap();
    std::fs::write(&path, &old).unwrap();
    assert!(huiyin(&["doctor", "--data", &data], "").1.contains("is not the office key this store was made with"));
    std::fs::write(&path, "nonsense").unwrap();
    assert!(huiyin(&["doctor", "--data", &data], "").1.contains("is damaged"));
    std::fs::remove_file(&path).unwrap();
    let (code, said) = huiyin(&["doctor", "--data", &data], "");
    assert!(code == Some(1) && said.contains("is missing") && !path.exists(), "{said}");
    std::fs::write(&path, new).unwrap();
    assert!(!huiyin(&["doctor", "--deep", "--data", &data], "").1.contains("put it back"));
    assert!(
        huiyin(&["key", "save", &folder.path().join("k").display().to_string(), "--data", &data], "short")
            .1
            .contains("fewer than")
    );
}

/// PostgreSQL is dumped and put back by its own programs, which reach it as the program does and are told no password
/// where everybody can read it.
#[tokio::test(flavor = "multi_thread")]
async fn postgres_is_backed_up_and_put_back() {
    let (Some(one), Some(two)) =
        (postgres_database("postgres_backup").await, postgres_database("postgres_backup").await)
    else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str, database: &str| {
        let data = folder.path().join(name);
        std::fs::create_dir(&data).unwrap();
        // The server asks for none; what stands in it must come through all the same.
        std::fs::write(
            data.join("huiyin.toml"),
            format!("database = \"{database} password='a b#c' sslmode=require\"\n"),
        )
        .unwrap();
        data.to_str().unwrap().to_owned()
    };
    let (from, to, backup) =
        (place("from", &one), place("to", &two), folder.path().join("backup").to_str().unwrap().to_owned());
    let key = folder.path().join("key").to_str().unwrap().to_owned();
    right(&["init", "--data", &from]);
    right(&["backup", &backup, "--data", &from]);
    right(&["key", "save", &key, "--data", &from]);
    right(&["restore", &backup, "--data", &to]);
    right(&["key", "restore", &key, "--data", &to]);
    let (_, said) = huiyin(&["doctor", "--deep", "--data", &to], PASSPHRASE);
    assert!(said.contains("store       postgres answers, encrypted") && said.contains("1 units, 1 officers"), "{said}");
}
