//! Circles between the rooms of a crate: two rooms that need each other are one room, or have a third that both stand
//! on.

use std::collections::{BTreeMap, BTreeSet};

use crate::text::File;

/// Circles that stand for now; the list may only shrink.
const KNOWN: &[(&str, &[&str])] = &[];

type Edges = BTreeMap<String, BTreeSet<String>>;

/// Circles of each crate that are not known, and known ones that are gone.
pub fn check(files: &[File]) -> Vec<String> {
    let mut all: BTreeMap<String, Edges> = BTreeMap::new();
    for file in files {
        let Some((name, rest)) = file.path.strip_prefix("crates/").and_then(|p| p.split_once("/src/")) else {
            continue;
        };
        let Some(room) = room_of(rest) else { continue };
        let edges = all.entry(name.to_owned()).or_default().entry(room).or_default();
        edges.extend(named(&file.text));
    }
    let mut faults = Vec::new();
    for (name, edges) in &all {
        let found = circles(edges);
        let known: Vec<BTreeSet<String>> = KNOWN
            .iter()
            .filter(|(c, _)| c == name)
            .map(|(_, rooms)| rooms.iter().map(|r| (*r).to_owned()).collect())
            .collect();
        let list = |rooms: &BTreeSet<String>| rooms.iter().cloned().collect::<Vec<_>>().join(", ");
        faults.extend(
            found
                .iter()
                .filter(|c| !known.contains(c))
                .map(|c| format!("crates/{name}: these rooms go round in a circle: {}", list(c))),
        );
        faults.extend(
            known
                .iter()
                .filter(|c| !found.contains(c))
                .map(|c| format!("crates/{name}: the circle {} is gone or another one; change its line", list(c))),
        );
    }
    faults
}

/// The room of a file below `src`: the folder, or the file itself. The crate's head is none.
fn room_of(path: &str) -> Option<String> {
    let first = path.split('/').next()?;
    let room = first.strip_suffix(".rs").unwrap_or(first);
    (path.ends_with(".rs") && !matches!(room, "lib" | "main")).then(|| room.to_owned())
}

/// What a text names as `crate::room`, or in a list of them.
fn named(text: &str) -> BTreeSet<String> {
    let word = |rest: &str| {
        rest.trim_start().chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect::<String>()
    };
    let mut out = BTreeSet::new();
    for rest in text.match_indices("crate::").filter_map(|(at, found)| text.get(at + found.len()..)) {
        match rest.strip_prefix('{') {
            None => drop(out.insert(word(rest))),
            Some(list) => out.extend(outermost(list).split(',').map(word)),
        }
    }
    out.remove("");
    out
}

/// A list in braces without what stands in braces within it.
fn outermost(list: &str) -> String {
    let (mut out, mut depth) = (String::new(), 1_u32);
    for c in list.chars() {
        match c {
            '{' => depth += 1,
            '}' if depth == 1 => break,
            '}' => depth -= 1,
            c if depth == 1 => out.push(c),
            _ => {}
        }
    }
    out
}

/// Sets of rooms of which each is reached from each other.
fn circles(edges: &Edges) -> Vec<BTreeSet<String>> {
    let reached = |from: &str| {
        let (mut seen, mut open) = (BTreeSet::new(), vec![from.to_owned()]);
        while let Some(room) = open.pop() {
            for next in edges.get(&room).into_iter().flatten().filter(|r| edges.contains_key(*r) && **r != room) {
                if seen.insert(next.clone()) {
                    open.push(next.clone());
                }
            }
        }
        seen
    };
    let all: BTreeMap<&String, BTreeSet<String>> = edges.keys().map(|room| (room, reached(room))).collect();
    let mut out: Vec<BTreeSet<String>> = Vec::new();
    for (room, to) in all.iter().filter(|(room, to)| to.contains(**room)) {
        let circle: BTreeSet<String> =
            to.iter().filter(|other| all.get(other).is_some_and(|back| back.contains(*room))).cloned().collect();
        if !out.contains(&circle) {
            out.push(circle);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_circle_is_found_and_a_line_of_rooms_is_none() {
        let file = |path: &str, text: &str| File { path: path.into(), text: text.into() };
        let line = [
            file("crates/x/src/a.rs", "use crate::b::C;"),
            file("crates/x/src/b/mod.rs", "use crate::c;"),
            file("crates/x/src/c.rs", ""),
        ];
        assert!(check(&line).iter().all(|f| !f.starts_with("crates/x")));
        let circle = [
            file("crates/x/src/a.rs", "use crate::b::C;"),
            file("crates/x/src/b/deep.rs", "use crate::{d::{self, E}, a}; f()"),
        ];
        assert!(check(&circle).contains(&"crates/x: these rooms go round in a circle: a, b".to_owned()));
    }
}
