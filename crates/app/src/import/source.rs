//! Reading ledgers: gzip, JSON Lines, CSV (UTF-8 with or without BOM, GB18030) and xlsx, told apart by their bytes.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use calamine::{Data, Reader, Xlsx};
use flate2::read::MultiGzDecoder;

/// Bytes a gzipped ledger may unpack to.
const MAX_BYTES: u64 = 2 * 1024 * 1024 * 1024;

/// Why a file could not be read at all.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// Damaged gzip.
    #[error("the gzip data is damaged; copy the file again")]
    Gzip(#[source] std::io::Error),
    /// Larger than is read at once.
    #[error("the file unpacks to more than 2 GiB; divide it")]
    TooLarge,
    /// Damaged or locked xlsx.
    #[error("the spreadsheet is damaged or locked; open it, save it as xlsx without a password, and try again")]
    Sheet(#[source] calamine::XlsxError),
    /// No sheet with rows.
    #[error("there is no sheet with rows")]
    NoSheet,
    /// Broken CSV.
    #[error("line {line}: the CSV is broken: {why}")]
    Csv {
        /// Line.
        line: u64,
        /// What the reader said.
        why: String,
    },
    /// Neither UTF-8 nor GB18030.
    #[error("the text is neither UTF-8 nor GB18030; save it as UTF-8")]
    Encoding,
    /// Nothing in it.
    #[error("the file is empty")]
    Empty,
}

/// A row with its place in the file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Row {
    /// Line of the file, or row of the sheet, from 1.
    pub line: usize,
    /// Heading → value.
    pub cells: BTreeMap<String, String>,
}

/// A ledger as read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table {
    /// Headings in order of appearance.
    pub headings: Vec<String>,
    /// Rows.
    pub rows: Vec<Row>,
}

/// Reads a ledger.
///
/// # Errors
/// [`ImportError`] when the file as a whole cannot be read. A JSON line that is no object becomes a row
/// without cells and is refused by name.
pub fn read(bytes: &[u8]) -> Result<Table, ImportError> {
    if bytes.is_empty() {
        return Err(ImportError::Empty);
    }
    if bytes.starts_with(&[0x1f, 0x8b]) {
        let mut out = Vec::new();
        let taken = MultiGzDecoder::new(bytes).take(MAX_BYTES + 1).read_to_end(&mut out).map_err(ImportError::Gzip)?;
        if u64::try_from(taken).unwrap_or(u64::MAX) > MAX_BYTES {
            return Err(ImportError::TooLarge);
        }
        return read(&out);
    }
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) {
        return sheet(bytes);
    }
    let text = decode(bytes)?;
    let first = text.trim_start_matches('\u{feff}').trim_start();
    if first.starts_with('{') { Ok(json_lines(&text)) } else { csv_rows(&text) }
}

fn decode(bytes: &[u8]) -> Result<String, ImportError> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text.trim_start_matches('\u{feff}').to_owned()),
        Err(_) => {
            let (text, _, wrong) = encoding_rs::GB18030.decode(bytes);
            if wrong { Err(ImportError::Encoding) } else { Ok(text.into_owned()) }
        }
    }
}

fn json_lines(text: &str) -> Table {
    let mut table = Table::default();
    for (index, line) in text.lines().enumerate().filter(|(_, l)| !l.trim().is_empty()) {
        let mut row = Row { line: index + 1, ..Row::default() };
        if let Ok(serde_json::Value::Object(object)) = serde_json::from_str(line.trim_start_matches('\u{feff}')) {
            for (key, value) in object {
                if !table.headings.contains(&key) {
                    table.headings.push(key.clone());
                }
                let text = match value {
                    serde_json::Value::Null => String::new(),
                    serde_json::Value::String(text) => text,
                    other => other.to_string(),
                };
                row.cells.insert(key, text);
            }
        }
        table.rows.push(row);
    }
    table
}

fn csv_rows(text: &str) -> Result<Table, ImportError> {
    let head = text.lines().next().unwrap_or_default();
    let count = |c: char| head.matches(c).count();
    let delimiter = if count('\t') > count(',') {
        b'\t'
    } else if count(';') > count(',') {
        b';'
    } else {
        b','
    };
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(text.as_bytes());
    let broken = |e: csv::Error| ImportError::Csv { line: e.position().map_or(0, csv::Position::line), why: e.to_string() };
    let headings: Vec<String> = reader.headers().map_err(broken)?.iter().map(|h| h.trim().to_owned()).collect();
    let mut table = Table { headings, rows: Vec::new() };
    for record in reader.records() {
        let record = record.map_err(broken)?;
        let line = record.position().map_or(0, |p| usize::try_from(p.line()).unwrap_or(0));
        let cells: BTreeMap<String, String> = table.headings.iter().cloned().zip(record.iter().map(str::to_owned)).collect();
        if cells.values().any(|v| !v.trim().is_empty()) {
            table.rows.push(Row { line, cells });
        }
    }
    Ok(table)
}

fn sheet(bytes: &[u8]) -> Result<Table, ImportError> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(ImportError::Sheet)?;
    for name in book.sheet_names() {
        let range = book.worksheet_range(&name).map_err(ImportError::Sheet)?;
        let top = range.start().map_or(0, |s| usize::try_from(s.0).unwrap_or(0));
        let mut rows = range.rows();
        let Some(head) = rows.next() else { continue };
        let mut table = Table { headings: head.iter().map(|c| cell(c).trim().to_owned()).collect(), rows: Vec::new() };
        for (index, row) in rows.enumerate() {
            let cells: BTreeMap<String, String> = table.headings.iter().cloned().zip(row.iter().map(cell)).collect();
            if cells.values().any(|v| !v.trim().is_empty()) {
                table.rows.push(Row { line: top + index + 2, cells });
            }
        }
        if !table.rows.is_empty() {
            return Ok(table);
        }
    }
    Err(ImportError::NoSheet)
}

fn cell(value: &Data) -> String {
    match value {
        Data::Empty | Data::Error(_) => String::new(),
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => text.clone(),
        Data::Float(number) => number.to_string(),
        Data::Int(number) => number.to_string(),
        Data::Bool(flag) => flag.to_string(),
        Data::DateTime(when) => when.as_f64().to_string(),
        #[allow(unreachable_patterns, reason = "cells of kinds added later are read as text")]
        other => other.to_string(),
    }
}
