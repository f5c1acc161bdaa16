//! Sentences and pieces of a line, with brackets and quotes kept whole, and the numbers of items before them.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

static NUMBERS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"^\s*(?:第?[一二三四五六七八九十]+[、.章节条款]|\([一二三四五六七八九十]+\)|\(?[0-9]{1,2}[)、.]|[一二三四五六七八九十]+是)\s*",
    )
    .ok()
});
static TOP: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"^\s*(?:[一二三四五六七八九十]+、|第.{1,3}[章节])").ok());

/// Where the text of an item begins: behind its numbers.
pub(crate) fn after_numbers(line: &str, circled: bool) -> usize {
    let mut at = 0;
    // A circled number is a bare digit once it is folded.
    if circled {
        at = line.char_indices().find(|(_, c)| !c.is_ascii_digit() && !c.is_whitespace()).map_or(0, |(byte, _)| byte);
    }
    while let Some(found) = NUMBERS.as_ref().and_then(|p| p.find(line.get(at..).unwrap_or_default())) {
        let piece = found.as_str();
        // 1.5 is no number of an item.
        let rest = line.get(at + found.end()..).unwrap_or_default();
        if piece.ends_with('.') && rest.starts_with(|c: char| c.is_ascii_digit()) {
            break;
        }
        at += found.end();
    }
    at
}

/// Whether a line is numbered as a section is.
pub(crate) fn is_top(line: &str) -> bool {
    TOP.as_ref().is_some_and(|p| p.is_match(line))
}

fn pieces(text: &str, ends: &[char]) -> Vec<Range<usize>> {
    let (mut out, mut depth, mut from) = (Vec::new(), 0_u32, 0);
    for (at, c) in text.char_indices() {
        match c {
            '(' | '《' | '“' | '「' | '‘' => depth += 1,
            ')' | '》' | '”' | '」' | '’' => depth = depth.saturating_sub(1),
            c if depth == 0 && ends.contains(&c) => {
                out.push(from..at);
                from = at + c.len_utf8();
            }
            _ => {}
        }
    }
    // A bracket that is never closed holds nothing together.
    if depth > 0 && out.is_empty() && text.contains(ends) {
        let (mut out, mut from) = (Vec::new(), 0);
        for (at, c) in text.char_indices().filter(|(_, c)| ends.contains(c)) {
            out.push(from..at);
            from = at + c.len_utf8();
        }
        out.push(from..text.len());
        return not_blank(text, out);
    }
    out.push(from..text.len());
    not_blank(text, out)
}

fn not_blank(text: &str, mut all: Vec<Range<usize>>) -> Vec<Range<usize>> {
    all.retain(|r| text.get(r.clone()).is_some_and(|t| !t.trim().is_empty()));
    all
}

/// The sentences of a line.
pub(crate) fn sentences(text: &str) -> Vec<Range<usize>> {
    pieces(text, &['。', ';', '!'])
}

/// The pieces of a sentence between commas.
pub(crate) fn between_commas(text: &str) -> Vec<Range<usize>> {
    pieces(text, &[','])
}

/// The parts of a list.
pub(crate) fn of_list(text: &str) -> Vec<Range<usize>> {
    pieces(text, &['、'])
}

/// The cells of a row of a table, where a line looks like one.
pub(crate) fn cells(text: &str) -> Vec<Range<usize>> {
    let (mut out, mut from) = (Vec::new(), None);
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        let blank = c.is_whitespace() || c == '|';
        match (blank, from) {
            (false, None) => from = Some(at),
            (true, Some(start)) => {
                out.push(start..at);
                from = None;
            }
            _ => {}
        }
    }
    out
}
