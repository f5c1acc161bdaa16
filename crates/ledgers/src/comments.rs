//! Comments of cells in an xlsx, which the reader of its cells passes over: who remarked what beside which cell. They
//! are not taken over, and each is named.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use zip::ZipArchive;

/// Bytes of one part that are read; comments beyond it are few words in any office.
const PART: u64 = 16 * 1024 * 1024;

/// A comment with its cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// Row of the sheet, from 1.
    pub line: usize,
    /// Letters of the column: B.
    pub column: String,
    /// Its words.
    pub text: String,
}

/// The comments of each sheet, by the sheet's name. What cannot be read has none: the cells themselves are read
/// elsewhere.
pub fn of_sheets(bytes: &[u8]) -> BTreeMap<String, Vec<Comment>> {
    let Ok(mut zip) = ZipArchive::new(Cursor::new(bytes)) else { return BTreeMap::new() };
    let targets: BTreeMap<String, String> =
        related(&mut zip, "xl/_rels/workbook.xml.rels").into_iter().map(|r| (r.id, r.target)).collect();
    let mut out: BTreeMap<String, Vec<Comment>> = BTreeMap::new();
    for (name, id) in sheets(&read_part(&mut zip, "xl/workbook.xml")) {
        let Some(target) = targets.get(&id) else { continue };
        let path = joined("xl/", target);
        let (folder, file) = path.rsplit_once('/').unwrap_or(("", &path));
        for related in related(&mut zip, &format!("{folder}/_rels/{file}.rels")) {
            // A thread of comments stands once more as an ordinary comment for older programs.
            if related.kind.ends_with("/comments") {
                let xml = read_part(&mut zip, &joined(&format!("{folder}/"), &related.target));
                out.entry(name.clone()).or_default().extend(comments(&xml));
            }
        }
    }
    out
}

struct Related {
    id: String,
    kind: String,
    target: String,
}

fn read_part(zip: &mut ZipArchive<Cursor<&[u8]>>, name: &str) -> String {
    let mut out = String::new();
    if let Ok(file) = zip.by_name(name) {
        // Half a part is read as far as it goes.
        let _ = file.take(PART).read_to_string(&mut out);
    }
    out
}

/// A target as a path in the archive: from the root, or from the folder of what names it.
fn joined(folder: &str, target: &str) -> String {
    if let Some(whole) = target.strip_prefix('/') {
        return whole.to_owned();
    }
    let mut parts: Vec<&str> = folder.split('/').filter(|p| !p.is_empty()).collect();
    for piece in target.split('/') {
        match piece {
            ".." => drop(parts.pop()),
            "." | "" => {}
            piece => parts.push(piece),
        }
    }
    parts.join("/")
}

fn attribute(tag: &BytesStart<'_>, name: &str) -> String {
    let found = tag.attributes().flatten().find(|a| a.key.as_ref() == name || a.key.local_name().as_ref() == name);
    found.map(|a| plain(&a.value)).unwrap_or_default()
}

fn plain(value: &str) -> String {
    quick_xml::escape::unescape(value).map_or_else(|_| value.to_owned(), std::borrow::Cow::into_owned)
}

/// Calls `each` with every tag of a part, and with the words between them.
fn walk(xml: &str, mut each: impl FnMut(&Event<'_>)) {
    let mut reader = Reader::from_str(xml);
    loop {
        match reader.read_event() {
            Ok(Event::Eof) | Err(_) => return,
            Ok(event) => each(&event),
        }
    }
}

fn related(zip: &mut ZipArchive<Cursor<&[u8]>>, name: &str) -> Vec<Related> {
    let mut out = Vec::new();
    walk(&read_part(zip, name), |event| {
        if let Event::Start(tag) | Event::Empty(tag) = event
            && tag.local_name().as_ref() == "Relationship"
        {
            out.push(Related {
                id: attribute(tag, "Id"),
                kind: attribute(tag, "Type"),
                target: attribute(tag, "Target"),
            });
        }
    });
    out
}

/// Names of the sheets with the ids of their parts.
fn sheets(xml: &str) -> Vec<(String, String)> {
    let mut out = Vec::new();
    walk(xml, |event| {
        if let Event::Start(tag) | Event::Empty(tag) = event
            && tag.local_name().as_ref() == "sheet"
        {
            out.push((attribute(tag, "name"), attribute(tag, "r:id")));
        }
    });
    out
}

fn comments(xml: &str) -> Vec<Comment> {
    let mut out: Vec<Comment> = Vec::new();
    let mut inside = false;
    walk(xml, |event| match event {
        Event::Start(tag) if tag.local_name().as_ref() == "comment" => {
            let cell = attribute(tag, "ref");
            let at = cell.find(|c: char| c.is_ascii_digit()).unwrap_or(cell.len());
            let (column, line) = cell.split_at_checked(at).unwrap_or_default();
            out.push(Comment { line: line.parse().unwrap_or(0), column: column.to_owned(), text: String::new() });
        }
        Event::Start(tag) if tag.local_name().as_ref() == "t" => inside = true,
        Event::End(tag) if tag.local_name().as_ref() == "t" => inside = false,
        Event::Text(words) if inside => {
            if let Some(last) = out.last_mut() {
                last.text.push_str(words);
            }
        }
        Event::GeneralRef(name) if inside => {
            if let Some(last) = out.last_mut() {
                last.text.push_str(&plain(&format!("&{};", &**name)));
            }
        }
        _ => {}
    });
    out
}
