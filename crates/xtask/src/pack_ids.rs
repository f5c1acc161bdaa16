//! No id of a pack in the program: states, moves, clocks and papers are one country's words, and the program knows
//! verbs, relations and facts. The demo and the benchmark act one country's procedure out and may name its moves.

use std::collections::BTreeSet;

use crate::text::File;

/// What names an entry of a pack in Rust.
const NAMED_BY: &[&str] = &[
    "== \"",
    "!= \"",
    "MoveId::new(\"",
    "ClockId::new(\"",
    "StateId::new(\"",
    "Post::from_id(\"",
    "UnitKind::from_id(\"",
    "find_move(\"",
    "find_begin(\"",
];
/// Choices of these fields are numbers and plain words, such as `telephone`.
const PLAIN: &[&str] = &["of = \"way\"", "of = \"path\""];
/// Where packs are acted out.
const ACTS_OUT: &[&str] = &["crates/demo/", "crates/cli/src/bench/", "crates/storage/src/conformance/"];

/// Ids of packs that stand in the program.
pub(crate) fn check(files: &[File]) -> Vec<String> {
    let ids = ids(files);
    let mut faults = Vec::new();
    for file in
        files.iter().filter(|f| f.path.starts_with("crates/") && !ACTS_OUT.iter().any(|a| f.path.starts_with(a)))
    {
        let rust = file.path.ends_with(".rs")
            && file.path.contains("/src/")
            && !file.path.starts_with("crates/xtask/")
            && !file.path.contains("testkit");
        let template = file.path.ends_with(".html");
        if !(rust || template) || file.path.ends_with("tests.rs") {
            continue;
        }
        // What stands below the tests of a file is tests.
        for (n, line) in file.text.lines().take_while(|l| !l.starts_with("#[cfg(test)]")).enumerate() {
            for id in named(line, if rust { NAMED_BY } else { &["/moves/"] }).filter(|id| ids.contains(id)) {
                faults.push(format!(
                    "{}:{}: `{id}` is an id of a pack; ask for the verb, the relation or the fact instead",
                    file.path,
                    n + 1
                ));
            }
        }
    }
    faults
}

/// Every id of every pack.
fn ids(files: &[File]) -> BTreeSet<&str> {
    let packs = files.iter().filter(|f| f.path.starts_with("packs/") && f.path.ends_with(".toml"));
    let mut out = BTreeSet::new();
    for file in packs {
        let mut before = "";
        for line in file.text.lines() {
            let found = line.strip_prefix("id = \"").and_then(|rest| rest.split('"').next());
            out.extend(found.filter(|_| !PLAIN.contains(&before)));
            before = line;
        }
    }
    out
}

/// The words that follow one of the marks in a line.
fn named<'a>(line: &'a str, marks: &'a [&'a str]) -> impl Iterator<Item = &'a str> {
    marks.iter().flat_map(move |mark| line.split(mark).skip(1)).filter_map(|rest| rest.split(['"', '\'']).next())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_of_a_pack_is_found_and_a_word_is_not() {
        let file = |path: &str, text: &str| File { path: path.into(), text: text.into() };
        let pack = || file("packs/x/y/1/moves.toml", "[[move]]\nid = \"add\"\n");
        let bad = [
            file("crates/app/src/a.rs", "if step.id == \"add\" {}\n"),
            file("crates/web/templates/a.html", "<a href=\"/staff/matters/1/moves/add\">\n"),
        ];
        for bad in bad {
            assert_eq!(check(&[pack(), bad]).len(), 1);
        }
        let good = file(
            "crates/app/src/b.rs",
            "let add = rule.verb == Verb::Add; say(\"add\");\n#[cfg(test)]\nmod tests { fn a() { x == \"add\"; } }\n",
        );
        assert!(check(&[pack(), good]).is_empty());
    }
}
