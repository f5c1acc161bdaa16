//! Packs and calendars of a folder, before they are installed.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use huiyin_domain::calendar::WorkCalendar;
use huiyin_domain::procedure::RuleBook;
use huiyin_rules::{PackFiles, base_of, id_of, read_calendar, read_pack_over};

use huiyin_wording::{Language, Wording};

use super::check::{Limits, Shown, check_pack};
use super::shipped::{shipped_calendars, texts};
use super::{PackLoadError, Texts};

/// A pack folder that was checked, or what is wrong with it.
#[derive(Debug)]
pub struct Checked {
    /// The folder, as found.
    pub folder: String,
    /// What was shown, or the errors in words.
    pub result: Result<Shown, Vec<String>>,
}

/// Checks every pack under a folder: reads it, looks up every reference, runs its cases.
///
/// # Errors
/// When the folder cannot be read at all. Faults of packs are in the result.
pub fn check_folder(root: &Path) -> Result<Vec<Checked>, PackLoadError> {
    let mut found = Vec::new();
    walk(root, &mut found)?;
    found.sort();
    let mut calendars = shipped_calendars()?;
    // A calendar beside the packs comes before a shipped one of the same id.
    for (id, files) in &texts_of(root)?.calendars {
        calendars.insert(id.clone(), Arc::new(read_calendar(id, files).map_err(PackLoadError::Calendar)?));
    }
    found.iter().map(|folder| check_one(root, folder, &calendars)).collect()
}

/// Every procedure under a folder as one Markdown page of diagrams.
///
/// # Errors
/// When a pack under it is wrong.
pub fn draw_folder(root: &Path) -> Result<String, PackLoadError> {
    let mut found = Vec::new();
    walk(root, &mut found)?;
    found.sort();
    let mut out = String::from(
        "# Procedures\n\nDrawn from the packs by `huiyin pack draw packs docs/PROCEDURES.md`; a test keeps it so. 由规则包画出。\n",
    );
    let wording = Wording::load().map_err(|e| PackLoadError::Calendar(e.to_string()))?;
    for folder in found {
        let book = read_one(&folder)?;
        let language = Language::parse(&book.binding).unwrap_or(Language::ENGLISH);
        let span = |length| crate::periods::of_length(&wording, language, length);
        out.push_str(&format!(
            "\n## {} · `{}`\n\n{}\n\n```mermaid\n{}```\n",
            book.title.get(&book.binding),
            book.id,
            book.title
                .languages()
                .filter(|l| *l != book.binding)
                .map(|l| book.title.get(l))
                .collect::<Vec<_>>()
                .join(" · "),
            huiyin_rules::mermaid(
                &book,
                &huiyin_rules::Words { language: &book.binding, span: &span, day: book.force_from, colon: "：" }
            )
        ));
    }
    Ok(out)
}

/// One pack folder, read over its base, for a dry run.
///
/// # Errors
/// When it is no pack, or the pack is wrong.
pub fn read_one(folder: &Path) -> Result<RuleBook, PackLoadError> {
    let missing = || {
        PackLoadError::Calendar(format!(
            "`{}` is no pack folder: there is no readable `pack.toml` in it",
            folder.display()
        ))
    };
    let files = read_folder(folder).ok_or_else(missing)?;
    let base = base_of(&files).and_then(|id| texts().pack(&id));
    Ok(read_pack_over(&files, base.as_ref())?.book)
}

/// A calendar folder, for a dry run.
///
/// # Errors
/// When a file cannot be read or says what no calendar can.
pub fn read_calendar_folder(folder: &Path, id: &str) -> Result<WorkCalendar, PackLoadError> {
    read_calendar(id, &texts_in(folder)?).map_err(PackLoadError::Calendar)
}

/// Every pack and calendar under a folder: a pack by the id it gives itself, a calendar by the name of its folder.
///
/// # Errors
/// When something cannot be read, a pack gives itself no id, or two give themselves the same.
pub fn texts_of(root: &Path) -> Result<Texts, PackLoadError> {
    let mut out = Texts::default();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        let fail = |source| PackLoadError::Read { path: folder.display().to_string(), source };
        for entry in std::fs::read_dir(&folder).map_err(fail)? {
            let entry = entry.map_err(fail)?;
            if entry.file_type().map_err(fail)?.is_dir() {
                folders.push(entry.path());
            }
        }
        if folder.join("pack.toml").is_file() {
            let files = PackFiles { id: folder.display().to_string(), files: texts_in(&folder)? };
            let id = id_of(&files).ok_or_else(|| {
                PackLoadError::Calendar(format!("{}/pack.toml: [pack] gives no `id`", folder.display()))
            })?;
            let files = files.files.into_iter().filter(|(name, _)| name.ends_with(".toml")).collect();
            if out.packs.insert(id.clone(), files).is_some() {
                return Err(PackLoadError::Calendar(format!(
                    "two packs under `{}` call themselves `{id}`; keep one",
                    root.display()
                )));
            }
        } else if folder.join("calendar.toml").is_file() {
            let id = folder.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
            let files = texts_in(&folder)?.into_iter().filter(|(name, _)| name != "schema.json").collect();
            out.calendars.insert(id, files);
        }
    }
    Ok(out)
}

/// The TOML and JSON files of a folder, by name.
fn texts_in(folder: &Path) -> Result<BTreeMap<String, String>, PackLoadError> {
    let fail = |source| PackLoadError::Read { path: folder.display().to_string(), source };
    let mut files = BTreeMap::new();
    for entry in std::fs::read_dir(folder).map_err(fail)? {
        let path = entry.map_err(fail)?.path();
        let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        if name.ends_with(".json") || name.ends_with(".toml") {
            let fail = |source| PackLoadError::Read { path: path.display().to_string(), source };
            files.insert(name, std::fs::read_to_string(&path).map_err(fail)?);
        }
    }
    Ok(files)
}

fn walk(folder: &Path, found: &mut Vec<std::path::PathBuf>) -> Result<(), PackLoadError> {
    let fail = |source| PackLoadError::Read { path: folder.display().to_string(), source };
    if folder.join("pack.toml").is_file() {
        found.push(folder.to_owned());
    }
    for entry in std::fs::read_dir(folder).map_err(fail)? {
        let entry = entry.map_err(fail)?;
        // Links are not followed, so a circle of links cannot hold the walk.
        if entry.file_type().map_err(fail)?.is_dir() {
            walk(&entry.path(), found)?;
        }
    }
    Ok(())
}

fn check_one(
    root: &Path,
    folder: &Path,
    calendars: &BTreeMap<String, Arc<WorkCalendar>>,
) -> Result<Checked, PackLoadError> {
    let mut files = BTreeMap::new();
    let name =
        folder.strip_prefix(root).ok().filter(|p| !p.as_os_str().is_empty()).unwrap_or(folder).display().to_string();
    let fail = |source| PackLoadError::Read { path: folder.display().to_string(), source };
    for entry in std::fs::read_dir(folder).map_err(fail)? {
        let path = entry.map_err(fail)?.path();
        if path.extension().is_some_and(|e| e == "toml") && path.is_file() {
            let bytes = std::fs::read(&path).map_err(fail)?;
            let file = path.file_name().map(|f| f.to_string_lossy().into_owned()).unwrap_or_default();
            match String::from_utf8(bytes) {
                Ok(text) => files.insert(file, text),
                Err(_) => {
                    return Ok(Checked {
                        folder: name.clone(),
                        result: Err(vec![format!("{name}/{file}: not UTF-8; save it as UTF-8")]),
                    });
                }
            };
        }
    }
    let id = root
        .file_name()
        .map(|r| format!("{}/{name}", r.to_string_lossy()))
        .filter(|_| name != folder.display().to_string())
        .unwrap_or_default();
    let mut pack_files = PackFiles { id, files };
    let shipped = texts();
    let base = match base_of(&pack_files) {
        // A base beside it comes before a shipped one of the same id.
        Some(id) => read_folder(&root.join(&id))
            .or_else(|| root.parent().and_then(|p| read_folder(&p.join(&id))))
            .or_else(|| shipped.pack(&id)),
        None => None,
    };
    let result = match read_pack_over(&pack_files, base.as_ref()) {
        Ok(pack) => check_pack(&pack, calendars, &name, &Limits::of_operator()),
        Err(errors) => Err(errors.0.iter().map(ToString::to_string).collect()),
    };
    pack_files.files.clear();
    Ok(Checked { folder: name, result })
}

/// The TOML files of a folder, when it is one of a pack.
fn read_folder(folder: &Path) -> Option<PackFiles> {
    let mut files = PackFiles { id: folder.display().to_string(), files: BTreeMap::new() };
    for entry in std::fs::read_dir(folder).ok()? {
        let path = entry.ok()?.path();
        if path.extension().is_some_and(|e| e == "toml") {
            let name = path.file_name().map(|f| f.to_string_lossy().into_owned()).unwrap_or_default();
            files.files.insert(name, std::fs::read_to_string(&path).ok()?);
        }
    }
    files.files.contains_key("pack.toml").then_some(files)
}
