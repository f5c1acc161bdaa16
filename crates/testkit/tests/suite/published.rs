//! What is published is what is in force: periods come from the pack of today with their unit, and no text says a
//! number of days.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

use std::path::{Path, PathBuf};

use huiyin_domain::procedure::Label;
use huiyin_testkit::{site, sqlite_office};

fn files(folder: &Path, ending: &str, out: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            files(&path, ending, out);
        } else if path.extension().is_some_and(|e| e == ending) {
            out.push(path);
        }
    }
}

#[test]
fn no_text_of_the_program_says_a_number_of_days() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut all = Vec::new();
    files(&root.join("wording/locales"), "ftl", &mut all);
    files(&root.join("web/templates"), "html", &mut all);
    let mut found = Vec::new();
    for path in &all {
        for (n, line) in std::fs::read_to_string(path).unwrap().lines().enumerate() {
            let text = line.split_once(" = ").map_or(line, |(_, text)| text);
            if let Some(period) = huiyin_rules::in_text(text) {
                found.push(format!("{}:{}: {period}", path.display(), n + 1));
            }
        }
    }
    // What counts a single thing of grammar is no period of the law.
    found.retain(|f| {
        !f.ends_with("1 day") && !f.contains("1 working day") && !f.ends_with("1 hour") && !f.ends_with("1 minute")
    });
    found.retain(|f| ![": 1 week", ": 1 month", ": 1 year"].iter().any(|one| f.ends_with(one)));
    assert!(found.is_empty(), "{found:#?}");
    assert!(all.len() > 30);
}

#[tokio::test(flavor = "multi_thread")]
async fn home_and_procedure_tell_the_periods_of_today_under_each_pack() {
    for (procedure, at, wanted, absent) in [
        ("cn/petition", "2026-03-02T10:00:00+08:00", vec!["收到之日起 15日内", "受理之日起 60日内", "30日内"], vec![]),
        // A local rule in working days, and another since 2025.
        (
            "cn/petition-local",
            "2026-03-02T10:00:00+08:00",
            vec!["收到之日起 5个工作日内", "受理之日起 30日内"],
            vec!["45日", "60日内"],
        ),
        (
            "cn/petition-local",
            "2024-03-04T10:00:00+08:00",
            vec!["收到之日起 5个工作日内", "受理之日起 45日内"],
            vec!["受理之日起 30日内"],
        ),
        ("cn/welfare", "2026-03-02T10:00:00+08:00", vec!["受理之日起 30个工作日内", "受理之日起 60日内"], vec![]),
        ("in/cpgrams", "2026-03-02T10:00:00+08:00", vec!["收到之日起 21日内"], vec![" 0日", "15日内"]),
    ] {
        let t = sqlite_office(at);
        let office = t.office.with_procedure(procedure);
        let site = site(&office).await;
        // A pack speaks its own language to whoever asks for none.
        let home = reqwest::get(format!("{site}/?lang=zh")).await.unwrap().text().await.unwrap();
        for text in &wanted {
            assert!(home.contains(text), "{procedure} {at}: {text} in {home}");
        }
        for text in &absent {
            assert!(!home.contains(text), "{procedure} {at}: {text} in {home}");
        }
        let page = reqwest::get(format!("{site}/procedure?lang=zh")).await.unwrap().text().await.unwrap();
        assert!(!page.contains('{') && !home.contains('{'), "a placeholder is left: {page}");
        if procedure == "cn/petition-local" {
            assert!(
                page.contains("5个工作日") && page.contains(if at.starts_with("2026") { "30日" } else { "45日" }),
                "{page}"
            );
        }
    }
}

/// Labels of every pack in force have their periods filled in.
#[test]
fn every_label_is_filled_in() {
    let t = sqlite_office("2026-03-02T10:00:00+08:00");
    for book in t.office.library().books() {
        let read = book.as_of(
            jiff::civil::date(2026, 3, 2),
            |huiyin_domain::procedure::Length { length: n, unit, .. }| {
                let unit = format!("{unit:?}");
                Label::from_pairs([("zh".to_owned(), format!("{n}{unit}")), ("en".to_owned(), format!("{n} {unit}"))])
            },
        );
        let labels = read
            .moves
            .iter()
            .flat_map(|m| [Some(&m.title), Some(&m.done), m.hint.as_ref(), m.confirm.as_ref()])
            .flatten();
        let labels = labels
            .chain(read.states.values().flat_map(|s| [&s.title, &s.plain]))
            .chain(read.clocks.values().flat_map(|c| [&c.title, &c.plain]));
        for label in labels {
            for text in label.texts() {
                assert!(!text.replace("{unit}", "").contains('{'), "{}: {text}", book.id);
            }
        }
    }
}
