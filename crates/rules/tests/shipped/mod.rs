//! The packs and calendars that come with the program, for tests.
#![allow(dead_code, clippy::unwrap_used, reason = "each test uses a part of it")]

use std::collections::BTreeMap;
use std::path::PathBuf;

use huiyin_domain::calendar::WorkCalendar;
use huiyin_rules::{PackFiles, read_calendar};

/// Texts of a folder under `packs`, by name.
fn texts(folder: &str) -> BTreeMap<String, String> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../packs").join(folder);
    let files = std::fs::read_dir(folder).unwrap().flatten().map(|e| e.path());
    let named =
        |p: PathBuf| (p.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read_to_string(p).unwrap());
    files.filter(|p| p.extension().is_some_and(|x| x == "toml" || x == "json")).map(named).collect()
}

/// A pack by id.
pub fn pack(id: &str) -> PackFiles {
    PackFiles { id: id.into(), files: texts(id) }
}

/// A calendar by id.
pub fn calendar(id: &str) -> WorkCalendar {
    read_calendar(id, &texts(&format!("calendars/{id}"))).unwrap()
}
