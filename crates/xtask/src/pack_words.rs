//! `docs/PACK_WORDS.md`: every key and word a pack may use, with its meaning, taken from the code that reads it, so
//! that the list cannot fall behind.

use std::fmt::Write as _;
use std::path::Path;

use crate::text::File;

const OUT: &str = "docs/PACK_WORDS.md";
const ALPHABET: &str = "crates/domain/src/procedure/alphabet.rs";
const SHAPES: &str = "crates/rules/src/raw/mod.rs";
const REPORT: &str = "crates/rules/src/raw/report.rs";
const OVERLAY: &str = "crates/rules/src/raw/overlay.rs";
const FLOOR: &str = "crates/rules/src/raw/floor.rs";

/// Sections of a pack and the shapes they are read into.
const SECTIONS: &[(&str, &str, &str)] = &[
    ("[pack]", SHAPES, "Head"),
    ("[[begin]]", SHAPES, "Begin"),
    ("every", SHAPES, "Every"),
    ("[[post]]", SHAPES, "PostEntry"),
    ("[[unit_kind]]", SHAPES, "UnitKindEntry"),
    ("[[choice]]", SHAPES, "Choice"),
    ("[[state]]", SHAPES, "State"),
    ("[[clock]]", SHAPES, "Clock"),
    ("[[clock.since]]", SHAPES, "Since"),
    ("night of a clock", "crates/domain/src/procedure/period.rs", "Night"),
    ("[[move]]", SHAPES, "Move"),
    ("[[move.variant]]", SHAPES, "Variant"),
    ("[[amend]]", OVERLAY, "Amend"),
    ("[[change]]", OVERLAY, "Change"),
    ("[[remove]]", OVERLAY, "Remove"),
    ("[[right]]", SHAPES, "Right"),
    ("[[paper]]", SHAPES, "Paper"),
    ("[[keep]]", SHAPES, "Keep"),
    ("[[count]]", REPORT, "Count"),
    ("[[report]]", REPORT, "ReportPart"),
    ("[[escalation]]", SHAPES, "Escalation"),
    ("[compartment]", SHAPES, "Compartment"),
    ("[numbering]", SHAPES, "Numbering"),
    ("[floor]", FLOOR, "Floor"),
    ("[[floor.duty]]", FLOOR, "FloorDuty"),
    ("[[floor.right]]", FLOOR, "FloorRight"),
    ("[[floor.answer]]", FLOOR, "FloorAnswer"),
    ("[clause.X]", "crates/domain/src/procedure/mod.rs", "Clause"),
    ("[[case]]", "crates/rules/src/cases.rs", "Case"),
    ("[[case.step]]", "crates/rules/src/cases.rs", "Step"),
];

/// Closed lists of words.
const WORDS: &[(&str, &str, &str)] = &[
    ("Verbs", ALPHABET, "Verb"),
    ("Relations", ALPHABET, "Relation"),
    ("Facts", ALPHABET, "Fact"),
    ("Hand-overs", ALPHABET, "HandTo"),
    ("Phases", ALPHABET, "Phase"),
    ("Fields", "crates/domain/src/payload.rs", "Field"),
    ("Kinds of proceedings", "crates/domain/src/kind.rs", "ProceedingKind"),
    ("Powers of posts", "crates/domain/src/posts.rs", "Power"),
    ("Roles of units", "crates/domain/src/posts.rs", "UnitRole"),
    ("Kinds of clocks", "crates/domain/src/clock/mod.rs", "ClockKind"),
    ("Units of periods", "crates/domain/src/clock/mod.rs", "PeriodUnit"),
    ("Bases", "crates/domain/src/clock/mod.rs", "Basis"),
    ("Rolls", "crates/domain/src/reckon.rs", "Roll"),
    ("Steps of an escalation", "crates/domain/src/procedure/mod.rs", "EscalateTo"),
    ("Purposes of a case", "crates/domain/src/submission.rs", "Purpose"),
    ("Channels of a case", "crates/domain/src/submission.rs", "Channel"),
];

/// Writes the page.
pub(crate) fn write(root: &Path, files: &[File]) -> anyhow::Result<()> {
    Ok(std::fs::write(root.join(OUT), page(files).map_err(|faults| anyhow::anyhow!(faults.join("\n")))?)?)
}

/// Whether the page is what the code says.
pub(crate) fn check(files: &[File]) -> Vec<String> {
    match page(files) {
        Err(faults) => faults,
        Ok(page) if files.iter().any(|f| f.path == OUT && f.text == page) => Vec::new(),
        Ok(_) => vec![format!("{OUT}:1: it is not what the code says; run `cargo run -p xtask -- pack-words`")],
    }
}

fn page(files: &[File]) -> Result<String, Vec<String>> {
    let mut out = String::from(
        "# Keys and words of a pack\n\nWritten from the code that reads packs by `cargo run -p xtask -- pack-words`; `tidy` keeps it so. \
         How they are used stands in [PACKS.md](PACKS.md). 由读取规则包的代码写出。\n\n## Keys\n",
    );
    let mut faults = Vec::new();
    for (list, structs) in [(SECTIONS, true), (WORDS, false)] {
        if !structs {
            out.push_str("\n## Words\n");
        }
        for (title, path, name) in list {
            let entries = files
                .iter()
                .find(|f| f.path == *path)
                .map(|f| if structs { keys(&f.text, name) } else { variants(&f.text, name) });
            let entries = entries.unwrap_or_default();
            if entries.is_empty() {
                faults.push(format!("{path}:1: there is no `{name}` to describe; mend the lists in `pack_words.rs`"));
            }
            let _ = write!(
                out,
                "\n### {}\n\n| {} | means |\n|---|---|\n",
                if structs { format!("`{title}`") } else { (*title).to_owned() },
                if structs { "key" } else { "word" }
            );
            for (word, meaning) in entries {
                if meaning.is_empty() {
                    faults.push(format!(
                        "{path}:1: `{word}` of `{name}` says nothing of itself; write a line of documentation over it"
                    ));
                }
                let _ = writeln!(out, "| `{word}` | {} |", meaning.replace('|', "\\|"));
            }
        }
    }
    if faults.is_empty() { Ok(out) } else { Err(faults) }
}

/// The lines between the braces of an item.
fn body<'a>(text: &'a str, head: &str) -> impl Iterator<Item = &'a str> {
    let start = text.find(head).map_or(text.len(), |at| at + head.len());
    text.get(start..).unwrap_or_default().lines().skip(1).take_while(|line| *line != "}")
}

/// Entries with the documentation over them; an attribute can rename one.
fn entries<'a>(
    lines: impl Iterator<Item = &'a str>,
    name_in: impl Fn(&str) -> Option<String>,
) -> Vec<(String, String)> {
    let (mut out, mut meaning, mut renamed) = (Vec::new(), Vec::new(), None);
    for line in lines.filter_map(|line| line.strip_prefix("    ")).filter(|line| !line.starts_with(' ')) {
        if let Some(doc) = line.strip_prefix("/// ") {
            meaning.push(doc.to_owned());
        } else if let Some(attribute) = line.strip_prefix("#[") {
            renamed = attribute
                .split("rename = \"")
                .nth(1)
                .and_then(|rest| rest.split('"').next())
                .map(str::to_owned)
                .or(renamed);
        } else if let Some(name) = name_in(line) {
            out.push((renamed.take().unwrap_or(name), std::mem::take(&mut meaning).join(" ")));
        }
    }
    out
}

fn keys(text: &str, name: &str) -> Vec<(String, String)> {
    let key = |line: &str| line.trim_start_matches("pub ").split_once(':').map(|(key, _)| key.to_owned());
    entries(body(text, &format!("struct {name} {{")), key)
}

fn variants(text: &str, name: &str) -> Vec<(String, String)> {
    let word = |line: &str| {
        let name: String = line.chars().take_while(|c| c.is_alphanumeric()).collect();
        (!name.is_empty()).then(|| snake(&name))
    };
    entries(body(text, &format!("enum {name} {{")), word)
}

fn snake(name: &str) -> String {
    let mut out = String::new();
    for (i, c) in name.chars().enumerate() {
        if c.is_uppercase() && i > 0 {
            out.push('_');
        }
        out.extend(c.to_lowercase());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_read_with_their_meaning() {
        let text = "pub enum Verb {\n    /// Keep.\n    Route,\n    #[serde(rename = \"other\")]\n    TakeUp,\n}\nstruct Head {\n    /// Id.\n    pub id: String,\n}\n";
        assert_eq!(
            variants(text, "Verb"),
            [("route".to_owned(), "Keep.".to_owned()), ("other".to_owned(), String::new())]
        );
        assert_eq!(keys(text, "Head"), [("id".to_owned(), "Id.".to_owned())]);
    }
}
