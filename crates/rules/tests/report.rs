//! What a pack says of its yearly report is looked up before the pack is used.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

mod shipped;

use std::collections::BTreeMap;

use huiyin_rules::{PackFiles, read_pack, read_pack_over};

/// The petition pack with another file beside its own.
fn files(more: &str) -> PackFiles {
    let mut files = shipped::pack("cn/petition/2022").files;
    files.insert("more.toml".to_owned(), more.to_owned());
    PackFiles { id: "cn/petition/2022".into(), files }
}

const MORE: &str = r#"
[[count]]
id = "hearings"
when = ["heard_in_hearing", "not voided"]

[[report]]
title = { zh = "听证", en = "Hearings" }
text = { zh = "听证 {hearings} 件。", en = "{hearings} hearings of {received}." }
"#;

#[test]
fn faults_of_counts_and_texts_are_named_with_their_line() {
    assert!(read_pack(&files(MORE)).is_ok());
    for (from, to, why, line) in [
        ("{hearings} 件", "{hearing} 件", "`hearing`", 6),
        ("not voided", "not void", "`void`", 2),
        ("id = \"hearings\"", "id = \"late\"", "another id", 2),
        ("id = \"hearings\"", "id = \"hearings\"\noutcomes = [\"adopted\"]", "choice of `outcome`", 2),
        ("id = \"hearings\"", "id = \"hearings\"\nclocks = [\"reviews\"]", "`reviews`", 2),
        ("id = \"hearings\"", "id = \"hearings\"\ndone = true", "name the clocks", 2),
        ("id = \"hearings\"", "id = \"hearings\"\nclock = []", "`clocks`", 4),
        ("en = \"Hearings\"", "de = \"Anhörungen\"", "`en`", 6),
        ("[[report]]", "[[count]]\nid = \"hearings\"\n\n[[report]]", "given twice", 6),
    ] {
        assert!(MORE.contains(from), "{from}");
        let errors = read_pack(&files(&MORE.replacen(from, to, 1))).map(|_| ()).unwrap_err();
        let found = errors.0.iter().find(|e| e.message.contains(why)).unwrap_or_else(|| panic!("{why}: {errors}"));
        assert_eq!((found.file.as_str(), found.line), ("more.toml", line), "{found}");
    }
}

#[test]
fn a_pack_over_it_adds_to_the_report() {
    let head = "[pack]\nid = \"cn/test/2026\"\nextends = \"cn/petition/2022\"\ntitle = { zh = \"试\", en = \"t\" }\nforce_from = \"2026-01-01\"\n";
    let over = PackFiles {
        id: "cn/test/2026".into(),
        files: BTreeMap::from([("pack.toml".into(), head.into()), ("more.toml".into(), MORE.into())]),
    };
    let base = read_pack(&files("")).unwrap().book;
    let book = read_pack_over(&over, Some(&files(""))).unwrap_or_else(|e| panic!("{e}")).book;
    assert_eq!((book.counts.len(), book.report.len()), (base.counts.len() + 1, base.report.len() + 1));
    assert_eq!(book.report.last().unwrap().title.get("en"), "Hearings");
}
