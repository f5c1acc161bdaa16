//! The document an office has, as lines: plain text in any usual encoding, HTML, word-processor files, PDF with text.
//! What a document is is seen in its bytes and not in its name.

use std::io::{Cursor, Read};

use html5gum::{DefaultEmitter, Token, Tokenizer};
use quick_xml::Reader;
use quick_xml::events::Event;

/// Bytes of a document, at most.
const LONGEST: usize = 20 * 1024 * 1024;
/// Bytes of its text once it is unpacked, at most.
const UNPACKED: u64 = 64 * 1024 * 1024;
/// Lines of a plan, at most.
const LINES: usize = 20_000;

/// Why a document cannot be read.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum SourceFault {
    /// It is empty.
    #[error("the document is empty")]
    Empty,
    /// It is too large.
    #[error("the document is larger than {0} MB; give the plan alone")]
    TooLarge(usize),
    /// It has more lines than a plan.
    #[error("the document has more than {0} lines; give the plan alone")]
    TooLong(usize),
    /// It is a picture of pages.
    #[error(
        "the PDF holds no text: it is a scan. Read it with a program that recognizes characters, check what comes out, and give it as text"
    )]
    Scan,
    /// It is a word-processor file of before 2007.
    #[error("this is a .doc of before 2007; save it as .docx and give that")]
    OldWord,
    /// It is something else, or damaged.
    #[error("the document cannot be read as {kind}: {why}")]
    Damaged {
        /// What it seems to be.
        kind: &'static str,
        /// What is wrong.
        why: String,
    },
}

/// The lines of a document.
///
/// # Errors
/// [`SourceFault`] says what is wrong and what to do.
pub fn lines_of(bytes: &[u8]) -> Result<Vec<String>, SourceFault> {
    if bytes.len() > LONGEST {
        return Err(SourceFault::TooLarge(LONGEST >> 20));
    }
    let lines = match bytes {
        [] => return Err(SourceFault::Empty),
        b if b.starts_with(b"PK\x03\x04") => of_docx(b)?,
        b if b.starts_with(b"%PDF") => of_pdf(b)?,
        b if b.starts_with(b"\xd0\xcf\x11\xe0") => return Err(SourceFault::OldWord),
        b => {
            let text = decoded(b);
            if is_html(&text) { of_html(&text) } else { of_text(&text)? }
        }
    };
    if lines.iter().all(|l| huiyin_domain::text::is_blank(l)) {
        return Err(if bytes.starts_with(b"%PDF") { SourceFault::Scan } else { SourceFault::Empty });
    }
    if lines.len() > LINES {
        return Err(SourceFault::TooLong(LINES));
    }
    Ok(lines)
}

fn decoded(bytes: &[u8]) -> String {
    let mut detector = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    let guessed = detector.guess(Some(b"cn"), chardetng::Utf8Detection::Allow);
    guessed.decode(bytes).0.into_owned()
}

fn of_text(text: &str) -> Result<Vec<String>, SourceFault> {
    if text.contains('\0') {
        let why = "it holds bytes that are no text".to_owned();
        return Err(SourceFault::Damaged { kind: "text", why });
    }
    Ok(text.split('\n').map(|l| l.trim_end_matches('\r').to_owned()).collect())
}

fn is_html(text: &str) -> bool {
    let head: String = text.trim_start().chars().take(2_000).collect::<String>().to_lowercase();
    head.starts_with('<')
        && ["<html", "<!doctype html", "<body", "<div", "<p>", "<p ", "<table"].iter().any(|t| head.contains(t))
}

/// What ends a line of a page.
const BLOCKS: &[&str] = &[
    "p",
    "div",
    "br",
    "li",
    "tr",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "section",
    "article",
    "table",
    "ul",
    "ol",
    "dt",
    "dd",
    "blockquote",
    "pre",
];
/// What of a page is no text of it.
const SKIPPED: &[&str] = &["script", "style", "title", "nav", "noscript", "template", "button", "select"];

fn of_html(text: &str) -> Vec<String> {
    let mut emitter = DefaultEmitter::default();
    // What stands in a script is no text.
    emitter.naively_switch_states(true);
    let (mut lines, mut skipped) = (vec![String::new()], 0_u32);
    let name = |name: &[u8]| String::from_utf8_lossy(name).into_owned();
    for Ok(token) in Tokenizer::new_with_emitter(text, emitter) {
        match token {
            Token::StartTag(tag) => {
                let tag_name = name(&tag.name);
                skipped += u32::from(SKIPPED.contains(&tag_name.as_str()) && !tag.self_closing);
                if BLOCKS.contains(&tag_name.as_str()) {
                    lines.push(String::new());
                }
            }
            Token::EndTag(tag) => {
                let tag_name = name(&tag.name);
                skipped = skipped.saturating_sub(u32::from(SKIPPED.contains(&tag_name.as_str())));
                if BLOCKS.contains(&tag_name.as_str()) {
                    lines.push(String::new());
                } else if let ("td" | "th", Some(line)) = (tag_name.as_str(), lines.last_mut()) {
                    line.push(' ');
                }
            }
            Token::String(words) if skipped == 0 => {
                if let Some(line) = lines.last_mut() {
                    line.push_str(&String::from_utf8_lossy(&words).replace(['\n', '\r', '\t'], " "));
                }
            }
            _ => {}
        }
    }
    let tidy = |l: String| l.split_whitespace().collect::<Vec<_>>().join(" ");
    lines.into_iter().map(tidy).filter(|l| !l.is_empty()).collect()
}

fn of_docx(bytes: &[u8]) -> Result<Vec<String>, SourceFault> {
    let damaged = |why: String| SourceFault::Damaged { kind: "a .docx", why };
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|e| damaged(e.to_string()))?;
    let part = archive.by_name("word/document.xml").map_err(|_| damaged("it holds no word/document.xml".to_owned()))?;
    let mut xml = Vec::new();
    part.take(UNPACKED + 1).read_to_end(&mut xml).map_err(|e| damaged(e.to_string()))?;
    if u64::try_from(xml.len()).is_ok_and(|n| n > UNPACKED) {
        return Err(SourceFault::TooLarge(usize::try_from(UNPACKED >> 20).unwrap_or(usize::MAX)));
    }
    let mut reader = Reader::from_reader(xml.as_slice());
    let (mut lines, mut line, mut buffer) = (Vec::new(), String::new(), Vec::new());
    // In a table a row is a line.
    let (mut tables, mut in_text) = (0_u32, false);
    loop {
        let event = reader.read_event_into(&mut buffer).map_err(|e| damaged(e.to_string()))?;
        match event {
            Event::Start(tag) => match tag.local_name().as_ref() {
                "tbl" => tables += 1,
                "t" => in_text = true,
                _ => {}
            },
            Event::Text(text) if in_text => line.push_str(&text),
            Event::GeneralRef(name) if in_text => line.push_str(&entity(&name)),
            Event::Empty(tag) => match tag.local_name().as_ref() {
                "tab" => line.push(' '),
                "br" | "cr" if tables == 0 => lines.push(std::mem::take(&mut line)),
                "br" | "cr" => line.push(' '),
                "p" if tables == 0 => lines.push(std::mem::take(&mut line)),
                _ => {}
            },
            Event::End(tag) => match tag.local_name().as_ref() {
                "t" => in_text = false,
                "p" if tables == 0 => lines.push(std::mem::take(&mut line)),
                "tc" => line.push(' '),
                "tr" => lines.push(std::mem::take(&mut line).trim().to_owned()),
                "tbl" => tables = tables.saturating_sub(1),
                _ => {}
            },
            Event::Eof => break,
            _ => {}
        }
        buffer.clear();
    }
    lines.push(line);
    Ok(lines)
}

/// A character that XML writes by name or number.
fn entity(name: &str) -> String {
    let number = name.strip_prefix("#x").map(|hex| u32::from_str_radix(hex, 16));
    let number = number.or_else(|| name.strip_prefix('#').map(str::parse::<u32>)).and_then(Result::ok);
    let known = match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => number.and_then(char::from_u32),
    };
    known.map(String::from).unwrap_or_default()
}

fn of_pdf(bytes: &[u8]) -> Result<Vec<String>, SourceFault> {
    // What reads PDF may panic on a damaged one.
    let read = std::panic::catch_unwind(|| pdf_extract::extract_text_from_mem(bytes));
    let damaged = |why: String| SourceFault::Damaged { kind: "a PDF", why };
    let text = match read {
        Ok(Ok(text)) => text,
        Ok(Err(error)) => return Err(damaged(error.to_string())),
        Err(_) => return Err(damaged("it is damaged".to_owned())),
    };
    Ok(whole_paragraphs(&text))
}

/// Lines of a page as paragraphs: a line that fills the page and does not end a sentence goes on in the next.
fn whole_paragraphs(text: &str) -> Vec<String> {
    let plain: Vec<&str> = text.lines().map(str::trim).collect();
    let widest = plain.iter().map(|l| l.chars().count()).max().unwrap_or(0);
    let mut out: Vec<String> = Vec::new();
    let mut open = false;
    for line in plain {
        if line.is_empty() {
            open = false;
            continue;
        }
        match out.last_mut().filter(|_| open) {
            Some(last) => last.push_str(line),
            None => out.push(line.to_owned()),
        }
        let full = line.chars().count() + 4 >= widest;
        open = full && !line.ends_with(['。', '；', ';', '：', ':']);
    }
    out
}
