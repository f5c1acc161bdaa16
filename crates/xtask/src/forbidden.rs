//! What the code guarantees not to hold about people (DESIGN.md, "What Huiyin will not do"): no type, column,
//! pack key, form field or report of these names. The words stand only in files whose path has `forbidden` in it.

use crate::text::File;

/// Names of fields, columns, keys and form fields that are refused.
const NAMES: &[&str] = &[
    "risk_level",
    "person_score",
    "risk_score",
    "petitioner_rank",
    "person_rank",
    "blacklist",
    "black_list",
    "watchlist",
    "watch_list",
    "key_person",
    "repeat_petitioner",
    "is_repeat",
    "abnormal",
    "ethnicity",
    "nationality_group",
    "religion",
    "faith",
    "relatives",
    "family_members",
    "employer",
    "work_unit",
    "whereabouts",
    "current_location",
    "gps",
    "face_id",
    "fingerprint_of_person",
    "political_status",
    "person_tags",
    "petitioner_tags",
    "visit_count_of_person",
    "intercept",
    "escort_home",
    "sentiment",
    "public_opinion",
    "petition_volume_rank",
];

/// Two names for the test of the test.
#[cfg(test)]
pub fn samples() -> [&'static str; 2] {
    [NAMES[0], NAMES[13]]
}

/// The plain words among the measures that packs may not order, read from the one place where all of them stand.
fn measures() -> Vec<String> {
    let text = include_str!("../../rules/tests/forbidden_texts/lists.rs");
    let list = text
        .split_once("REFUSED: &[&str] = &[")
        .and_then(|(_, rest)| rest.split_once("];"))
        .map_or("", |(list, _)| list);
    let plain =
        |w: &&str| (2..=5).contains(&w.chars().count()) && w.chars().all(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
    list.split('"').skip(1).step_by(2).filter(plain).map(str::to_owned).collect()
}

/// Names and words that stand where they may not.
pub fn check(files: &[File]) -> Vec<String> {
    let measures = measures();
    let mut faults = Vec::new();
    if measures.len() < 20 {
        faults.push("crates/rules/src/forbidden.rs: the list of measures could not be read".to_owned());
    }
    // What the law and its sources say is told as it is; it is nobody's design.
    for file in files.iter().filter(|f| !f.path.contains("forbidden") && !f.path.starts_with("docs/law/")) {
        for (index, line) in file.text.lines().enumerate() {
            if let Some(word) = measures.iter().find(|m| line.contains(m.as_str())) {
                faults.push(format!(
                    "{}:{}: `{word}` may stand only in files whose path has `forbidden` in it",
                    file.path,
                    index + 1
                ));
            }
            // Prose may say what is not held; code, packs, schema and forms may not hold it.
            let prose = file.path.ends_with(".md") || file.path.ends_with(".ftl");
            if let Some(name) = NAMES.iter().filter(|_| !prose).find(|n| names(line, n)) {
                faults.push(format!("{}:{}: `{name}` is not held about people", file.path, index + 1));
            }
        }
    }
    faults
}

/// Whether a line uses a name as a whole identifier.
fn names(line: &str, name: &str) -> bool {
    let edge = |c: Option<char>| !c.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '-');
    line.match_indices(name).any(|(at, _)| {
        let before = line.get(..at).and_then(|t| t.chars().next_back());
        let after = line.get(at + name.len()..).and_then(|t| t.chars().next());
        edge(before) && edge(after)
    })
}
