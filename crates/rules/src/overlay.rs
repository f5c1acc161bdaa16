//! What a pack over another changes by single keys, without copying the entry: each becomes an entry of its own, as if
//! it had been copied, so that everything after it is checked alike.

use serde::de::DeserializeOwned;
use toml::{Spanned, Table, Value};

use crate::PackFiles;
use crate::error::{PackError, line_of, nearest};
use crate::raw::{Change, Part};

/// Sections whose entries can be changed by a key, and what names an entry in them.
const SECTIONS: [&str; 7] = ["state", "clock", "move", "paper", "choice", "post", "unit_kind"];

/// Turns the changes of a pack into entries.
pub(crate) fn apply(
    files: &PackFiles,
    base: Option<&PackFiles>,
    parts: &mut [(String, Part)],
    errors: &mut Vec<PackError>,
) {
    if parts.iter().all(|(_, part)| part.change.is_empty()) {
        return;
    }
    // Read once: a pack may change many entries.
    let below: Vec<Table> =
        base.iter().flat_map(|b| b.files.values()).filter_map(|text| toml::from_str::<Table>(text).ok()).collect();
    for (file, part) in parts {
        for change in std::mem::take(&mut part.change) {
            let (span, change) = (change.span(), change.into_inner());
            let line = files.files.get(file).map_or(0, |t| line_of(t, span.start));
            let mut say =
                |message: String| errors.push(PackError { pack: files.id.clone(), file: file.clone(), line, message });
            let Some(base) = base else {
                say("[[change]] changes an entry of the pack this one lies over; there is no `extends`, so write the entry itself".to_owned());
                continue;
            };
            if let Err(message) = put(part, &base.id, &below, &change, span) {
                say(message);
            }
        }
    }
}

fn put(
    part: &mut Part,
    base: &str,
    below: &[Table],
    change: &Change,
    span: std::ops::Range<usize>,
) -> Result<(), String> {
    let entry = merged(base, below, change)?;
    match change.of.as_str() {
        "state" => part.state.push(read(entry, span)?),
        "clock" => part.clock.push(read(entry, span)?),
        "move" => part.moves.push(read(entry, span)?),
        "paper" => part.paper.push(read(entry, span)?),
        "choice" => part.choice.push(read(entry, span)?),
        "post" => part.post.push(read(entry, span)?),
        _ => part.unit_kind.push(read(entry, span)?),
    }
    Ok(())
}

fn read<T: DeserializeOwned>(entry: Table, span: std::ops::Range<usize>) -> Result<Spanned<T>, String> {
    Value::Table(entry)
        .try_into::<T>()
        .map(|read| Spanned::new(span, read))
        .map_err(|e| format!("with these keys it cannot be read: {}", e.message()))
}

/// The entry of the base with the keys that are set in place of its own.
fn merged(base: &str, tables: &[Table], change: &Change) -> Result<Table, String> {
    if !SECTIONS.contains(&change.of.as_str()) {
        let near =
            nearest(&change.of, SECTIONS.into_iter()).map(|n| format!("; did you mean `{n}`?")).unwrap_or_default();
        return Err(format!(
            "`{}` is no section whose entries can be changed by a key; write one of {}{near}",
            change.of,
            SECTIONS.join(", ")
        ));
    }
    if change.set.is_empty() {
        return Err("`set` is empty, so nothing would be changed".to_owned());
    }
    if change.set.contains_key("id") || change.set.contains_key("of") {
        return Err("an entry keeps its `id` and what it is of; write an entry of its own instead".to_owned());
    }
    // A choice is named with its field.
    let name = |entry: &Table| {
        let text = |key: &str| entry.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        if change.of == "choice" { format!("{}:{}", text("of"), text("id")) } else { text("id") }
    };
    let entries =
        tables.iter().filter_map(|t| t.get(&change.of).and_then(Value::as_array)).flatten().filter_map(Value::as_table);
    let entries: Vec<&Table> = entries.collect();
    let Some(found) = entries.iter().find(|e| name(e) == change.id) else {
        let names: Vec<String> = entries.iter().map(|e| name(e)).collect();
        let near = nearest(&change.id, names.iter().map(String::as_str))
            .map(|n| format!("; did you mean `{n}`?"))
            .unwrap_or_default();
        return Err(format!("there is no {} `{}` in `{}`{near}", change.of, change.id, base));
    };
    let mut entry = (*found).clone();
    // Values of later dates would take the place of the new length on their day.
    if change.of == "clock"
        && change.set.contains_key("length")
        && !change.set.contains_key("since")
        && entry.contains_key("since")
    {
        return Err(format!(
            "`{}` has other values from later dates (`since`), which would stay; set `since` as well, to `[]` if there are none",
            change.id
        ));
    }
    // A house rule cites nothing.
    if change.set.get("basis").and_then(Value::as_str) == Some("house") && !change.set.contains_key("clause") {
        entry.remove("clause");
    }
    entry.extend(change.set.clone());
    Ok(entry)
}
