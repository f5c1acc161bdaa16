//! Reading the file of a ledger: gzip, JSON Lines or an array, CSV (UTF-8, UTF-16, GB18030, Big5) and xlsx, told apart
//! by their bytes. What comes out are grids of cells with their places; what they mean is not decided here.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read};

use calamine::{DataRef, Reader, SheetType, SheetVisible, Xlsx};
use flate2::read::MultiGzDecoder;
use jiff::civil::{Date, DateTime, Time};
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::comments::{self, Comment};

/// Bytes a gzipped ledger may unpack to.
const MAX_BYTES: u64 = 2 * 1024 * 1024 * 1024;
/// Cells of a sheet.
const MAX_CELLS: usize = 20_000_000;
/// Cells that merged ones are spread over.
const MAX_SPREAD: usize = 1_000_000;
/// Whole numbers a spreadsheet still holds exactly.
const EXACT: f64 = 1e15;

/// Why a file could not be read at all.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// Damaged gzip.
    #[error("the gzip data is damaged; copy the file again")]
    Gzip(#[source] std::io::Error),
    /// Larger than is read at once.
    #[error("the file unpacks to more than 2 GiB; divide it")]
    TooLarge,
    /// A spreadsheet of the binary form.
    #[error(
        "this is an old spreadsheet (.xls) or one locked by a password; open it, save it as .xlsx without a password, and try again"
    )]
    Old,
    /// Damaged xlsx, or another file in a zip.
    #[error("this is no .xlsx that can be read; open it, save it as .xlsx, and try again")]
    Sheet(#[source] calamine::XlsxError),
    /// Too many cells.
    #[error("sheet `{0}` has more than 20 million cells; delete what is not needed, or save it as CSV")]
    Cells(String),
    /// Another kind of file.
    #[error("this is {0}, no ledger; save the ledger as .xlsx or CSV")]
    Kind(&'static str),
    /// Nothing with rows.
    #[error("there are no rows in it")]
    NoRows,
    /// Broken CSV.
    #[error("line {line}: the CSV is broken: {why}")]
    Csv {
        /// Line.
        line: u64,
        /// What is wrong.
        why: String,
    },
    /// Broken JSON.
    #[error("line {line}: the JSON is broken: {why}")]
    Json {
        /// Line.
        line: usize,
        /// What is wrong.
        why: String,
    },
    /// Neither UTF-8 nor GB18030 nor Big5.
    #[error("the text is neither UTF-8 nor GB18030 nor Big5; save it as UTF-8")]
    Encoding,
    /// Nothing in it.
    #[error("the file is empty")]
    Empty,
}

/// What a cell holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Words, or a number that is whole as it stands.
    Text(String),
    /// A day, with its time.
    Day(DateTime),
    /// A number in which a spreadsheet program has lost digits, as it stands.
    Lost(String),
    /// A formula that has failed, as it stands: `#REF!`.
    Failed(String),
}

/// A row of cells with its place in the file.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct GridRow {
    /// Line of the file, or row of the sheet, from 1.
    pub line: usize,
    /// Cells by column, from 0; an empty one is missing.
    pub cells: BTreeMap<usize, Value>,
    /// Columns whose cell is merged from a row above and stands there.
    pub merged: BTreeSet<usize>,
    /// Why it is no row at all.
    pub fault: Option<String>,
}

/// One sheet, or the whole of a text file.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Grid {
    /// Name of the sheet; empty for a text file.
    pub sheet: String,
    /// It is hidden.
    pub hidden: bool,
    /// Its headings where the form of the file gives them.
    pub headings: Option<Vec<String>>,
    /// Rows with something in them, in order.
    pub rows: Vec<GridRow>,
    /// Its days count from 1904.
    pub from_1904: bool,
    /// Comments of its cells.
    pub comments: Vec<Comment>,
}

/// Reads a file.
///
/// # Errors
/// [`ImportError`] when the file as a whole cannot be read.
pub fn read(bytes: &[u8]) -> Result<Vec<Grid>, ImportError> {
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
    for (start, kind) in [
        (&b"%PDF"[..], "a PDF"),
        (b"\xff\xd8\xff", "a picture"),
        (b"\x89PNG", "a picture"),
        (b"Rar!", "an archive"),
        (b"7z\xbc\xaf", "an archive"),
    ] {
        if bytes.starts_with(start) {
            return Err(ImportError::Kind(kind));
        }
    }
    let grids = if bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) {
        return Err(ImportError::Old);
    } else if bytes.starts_with(b"PK\x03\x04") {
        sheets(bytes)?
    } else {
        let text = decode(bytes)?;
        if let Some(kind) = markup(&text) {
            return Err(ImportError::Kind(kind));
        }
        match text.trim_start().chars().next() {
            Some('{') => vec![json_lines(&text)],
            Some('[') if text.trim_start().trim_start_matches('[').trim_start().starts_with(['{', ']']) => {
                vec![json_array(&text)?]
            }
            _ => vec![csv_rows(&text)?],
        }
    };
    if grids.iter().all(|g| g.rows.is_empty()) { Err(ImportError::NoRows) } else { Ok(grids) }
}

fn decode(bytes: &[u8]) -> Result<String, ImportError> {
    // A mark at the beginning says what it is: UTF-8, or the UTF-16 of "Unicode text".
    if let Some((encoding, _)) = encoding_rs::Encoding::for_bom(bytes) {
        let (text, _, wrong) = encoding.decode(bytes);
        return if wrong { Err(ImportError::Encoding) } else { Ok(text.into_owned()) };
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Ok(text.to_owned());
    }
    // GB18030 reads nearly every byte, so whether it is Big5 is asked first; of the two no other program decides
    // either.
    let mut told = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Deny);
    told.feed(bytes, true);
    let guess = told.guess(None, chardetng::Utf8Detection::Deny);
    let encoding = if guess == encoding_rs::BIG5 { guess } else { encoding_rs::GB18030 };
    let (text, _, wrong) = encoding.decode(bytes);
    if wrong { Err(ImportError::Encoding) } else { Ok(text.into_owned()) }
}

/// What a text in tags is: programs save web pages and XML under the names of spreadsheets.
fn markup(text: &str) -> Option<&'static str> {
    let start: String = text.trim_start().chars().take(100).collect::<String>().to_lowercase();
    match () {
        () if ["<!doctype html", "<html", "<table", "<meta", "<head", "<style", "<div"]
            .iter()
            .any(|tag| start.starts_with(tag)) =>
        {
            Some("a web page")
        }
        () if start.starts_with("<?xml") || start.starts_with("<workbook") => Some("an XML file"),
        () if start.starts_with("mime-version:") => Some("a web archive"),
        () => None,
    }
}

/// An object's fields in their order; a name that stands twice is there twice.
struct Fields(Vec<(String, serde_json::Value)>);

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Read;
        impl<'de> Visitor<'de> for Read {
            type Value = Fields;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object of headings and values")
            }
            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Fields, M::Error> {
                let mut out = Vec::new();
                while let Some(field) = map.next_entry()? {
                    out.push(field);
                }
                Ok(Fields(out))
            }
        }
        from.deserialize_map(Read)
    }
}

/// Objects as rows under the names of their fields, in order of appearance.
#[derive(Default)]
struct Objects {
    headings: Vec<String>,
    rows: Vec<GridRow>,
}

impl Objects {
    fn add(&mut self, line: usize, fields: Result<Fields, serde_json::Error>) {
        let mut row = GridRow { line, ..GridRow::default() };
        match fields {
            Ok(Fields(fields)) => {
                for (name, value) in fields {
                    let value = of_json(value);
                    if let Some(value) = value {
                        let at = self.column(&name, &row);
                        row.cells.insert(at, value);
                    }
                }
            }
            Err(error) => row.fault = Some(format!("is no JSON object of headings and values: {error}")),
        }
        if row.fault.is_some() || !row.cells.is_empty() {
            self.rows.push(row);
        }
    }

    /// The column of a name: the first of it that the row has not filled yet.
    fn column(&mut self, name: &str, row: &GridRow) -> usize {
        let free = |(at, h): (usize, &String)| (h == name && !row.cells.contains_key(&at)).then_some(at);
        self.headings.iter().enumerate().find_map(free).unwrap_or_else(|| {
            self.headings.push(name.to_owned());
            self.headings.len() - 1
        })
    }

    fn grid(self) -> Grid {
        Grid { headings: Some(self.headings), rows: self.rows, ..Grid::default() }
    }
}

fn of_json(value: serde_json::Value) -> Option<Value> {
    match value {
        serde_json::Value::Null => None,
        serde_json::Value::String(text) => text_of(text),
        serde_json::Value::Number(number) => match number.as_f64().filter(|_| number.is_f64()) {
            Some(float) => of_float(float),
            None => Some(Value::Text(number.to_string())),
        },
        // A list of words is one on a line.
        serde_json::Value::Array(all) if all.iter().all(|v| v.is_string() || v.is_number()) => text_of(
            all.iter().map(|v| v.as_str().map_or_else(|| v.to_string(), str::to_owned)).collect::<Vec<_>>().join("\n"),
        ),
        other => text_of(other.to_string()),
    }
}

fn json_lines(text: &str) -> Grid {
    let mut objects = Objects::default();
    for (index, line) in text.lines().enumerate().filter(|(_, l)| !l.trim().is_empty()) {
        objects.add(index + 1, serde_json::from_str(line));
    }
    objects.grid()
}

fn json_array(text: &str) -> Result<Grid, ImportError> {
    let all: Vec<Fields> =
        serde_json::from_str(text).map_err(|e| ImportError::Json { line: e.line(), why: e.to_string() })?;
    let mut objects = Objects::default();
    all.into_iter().enumerate().for_each(|(index, fields)| objects.add(index + 1, Ok(fields)));
    Ok(objects.grid())
}

fn csv_rows(text: &str) -> Result<Grid, ImportError> {
    // `sep=;` in the first line is an order to a spreadsheet program, not a row.
    let first = text.lines().next().unwrap_or_default();
    let order = first
        .trim()
        .trim_matches('"')
        .strip_prefix("sep=")
        .or_else(|| first.trim().trim_matches('"').strip_prefix("SEP="));
    let said = order.and_then(|s| s.bytes().next()).filter(u8::is_ascii);
    let (body, before) = match said {
        Some(_) => {
            (text.get(first.len()..).unwrap_or_default().trim_start_matches('\r').trim_start_matches('\n'), 1_u64)
        }
        None => (text, 0),
    };
    let delimiter = said.unwrap_or_else(|| delimiter(body));
    if let Some(line) = open_quote(body, delimiter) {
        let why = "a quotation mark opens here and is not closed where its cell ends, so that what follows would be lost in it; close it, or double it inside of a cell";
        return Err(ImportError::Csv { line: line + before, why: why.to_owned() });
    }
    let mut reader =
        csv::ReaderBuilder::new().delimiter(delimiter).has_headers(false).flexible(true).from_reader(body.as_bytes());
    let mut grid = Grid::default();
    for record in reader.records() {
        let record = record.map_err(|e| ImportError::Csv {
            line: e.position().map_or(0, csv::Position::line) + before,
            why: e.to_string(),
        })?;
        let line = record.position().map_or(0, csv::Position::line) + before;
        let cells: BTreeMap<usize, Value> =
            record.iter().enumerate().filter_map(|(at, cell)| text_of(cell.to_owned()).map(|v| (at, v))).collect();
        if !cells.is_empty() {
            grid.rows.push(GridRow { line: usize::try_from(line).unwrap_or(0), cells, ..GridRow::default() });
        }
    }
    Ok(grid)
}

/// The sign that divides cells: the most frequent one of the first line that has any. Later lines may hold any sign in
/// a text.
fn delimiter(text: &str) -> u8 {
    let signs = [b',', b'\t', b';', b'|'];
    let line = text.lines().take(20).find(|l| l.bytes().any(|b| signs.contains(&b))).unwrap_or_default();
    let count = |sign: u8| line.bytes().filter(|b| *b == sign).count();
    signs.into_iter().rev().max_by_key(|sign| count(*sign)).unwrap_or(b',')
}

/// The line of a quotation mark that is not closed, or closed where a cell goes on: the rest of it would be another
/// cell.
fn open_quote(text: &str, delimiter: u8) -> Option<u64> {
    let (mut line, mut opened) = (1, None);
    let mut begins = true;
    let mut bytes = text.bytes().peekable();
    while let Some(b) = bytes.next() {
        match opened {
            Some(_) if b == b'"' && bytes.peek() == Some(&b'"') => {
                bytes.next();
            }
            Some(at) if b == b'"' => {
                if bytes.peek().is_some_and(|next| *next != delimiter && !matches!(*next, b'\n' | b'\r' | b' ')) {
                    return Some(at);
                }
                opened = None;
            }
            Some(_) => {}
            None => {
                opened = Some(line).filter(|_| b == b'"' && begins);
                begins = b == delimiter || b == b'\n' || b == b'\r';
            }
        }
        line += u64::from(b == b'\n');
    }
    opened
}

fn sheets(bytes: &[u8]) -> Result<Vec<Grid>, ImportError> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(ImportError::Sheet)?;
    let from_1904 = book.has_1904_epoch();
    let mut remarks = comments::of_sheets(bytes);
    let names: Vec<(String, bool)> = book
        .sheets_metadata()
        .iter()
        .filter(|s| s.typ == SheetType::WorkSheet)
        .map(|s| (s.name.clone(), s.visible != SheetVisible::Visible))
        .collect();
    let mut out = Vec::new();
    for (name, hidden) in names {
        let mut reader = book.worksheet_cells_reader(&name).map_err(ImportError::Sheet)?;
        let mut rows: BTreeMap<u32, BTreeMap<usize, Value>> = BTreeMap::new();
        let mut count = 0;
        // Cell by cell: one stray cell far out does not make a table of everything before it.
        let formats: Vec<String> = reader
            .styles()
            .iter()
            .map(|s| s.number_format.as_ref().map(|f| f.format_code.clone()).unwrap_or_default())
            .collect();
        while let Some((cell, style)) = reader.next_cell_with_style_id().map_err(ImportError::Sheet)? {
            let (row, column) = cell.get_position();
            let shown = as_shown(cell.get_value(), formats.get(style).map_or("", String::as_str));
            if let Some(value) = shown.or_else(|| of_sheet(cell.get_value())) {
                rows.entry(row).or_default().insert(column as usize, value);
                count += 1;
            }
            if count > MAX_CELLS {
                return Err(ImportError::Cells(name));
            }
        }
        drop(reader);
        // A formula that no program has calculated has no value, and is not nothing.
        let mut formulas = book.worksheet_cells_reader(&name).map_err(ImportError::Sheet)?;
        while let Some(cell) = formulas.next_formula().map_err(ImportError::Sheet)? {
            let (row, column) = cell.get_position();
            if !cell.get_value().is_empty() {
                let value = || Value::Failed(format!("={}", cell.get_value()));
                rows.entry(row).or_default().entry(column as usize).or_insert_with(value);
            }
        }
        drop(formulas);
        let mut merged = spread(&mut rows, &book.merge_cells_by_sheet_name(&name).map_err(ImportError::Sheet)?);
        let whole = |(row, cells): (u32, _)| GridRow {
            line: row as usize + 1,
            cells,
            merged: merged.remove(&row).unwrap_or_default(),
            fault: None,
        };
        let rows = rows.into_iter().map(whole).collect();
        let comments = remarks.remove(&name).unwrap_or_default();
        out.push(Grid { sheet: name, hidden, headings: None, rows, from_1904, comments });
    }
    Ok(out)
}

/// A cell merged downwards stands in every row it covers, where the row has something else of its own. Says which do.
fn spread(
    rows: &mut BTreeMap<u32, BTreeMap<usize, Value>>,
    merged: &[calamine::Dimensions],
) -> BTreeMap<u32, BTreeSet<usize>> {
    let mut left = MAX_SPREAD;
    let mut out: BTreeMap<u32, BTreeSet<usize>> = BTreeMap::new();
    for area in merged.iter().filter(|a| a.end.0 > a.start.0) {
        let column = area.start.1 as usize;
        let Some(value) = rows.get(&area.start.0).and_then(|r| r.get(&column)).cloned() else { continue };
        for (row, cells) in rows.range_mut(area.start.0 + 1..=area.end.0) {
            if left == 0 {
                return out;
            }
            // What a covered cell says of its own is its own.
            if let Entry::Vacant(empty) = cells.entry(column) {
                empty.insert(value.clone());
                out.entry(*row).or_default().insert(column);
            }
            left -= 1;
        }
    }
    out
}

fn of_sheet(value: &DataRef<'_>) -> Option<Value> {
    match value {
        DataRef::Empty => None,
        DataRef::String(text) => text_of(text.clone()),
        DataRef::SharedString(text) => text_of((*text).to_owned()),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text_of(text.clone()),
        DataRef::Float(number) => of_float(*number),
        DataRef::Int(number) => Some(Value::Text(number.to_string())),
        DataRef::Bool(flag) => Some(Value::Text(flag.to_string())),
        DataRef::Error(error) => Some(Value::Failed(error.to_string())),
        DataRef::DateTime(when) if when.is_duration() => Some(Value::Text(when.as_f64().to_string())),
        DataRef::DateTime(when) => {
            let (year, month, day, hour, minute, second, _) = when.to_ymd_hms_milli();
            let small = |n: u8| i8::try_from(n).unwrap_or(0);
            let date = i16::try_from(year).ok().and_then(|y| Date::new(y, small(month), small(day)).ok());
            let time = Time::new(small(hour), small(minute), small(second), 0).unwrap_or_default();
            Some(date.map_or_else(|| Value::Text(when.as_f64().to_string()), |d| Value::Day(d.to_datetime(time))))
        }
    }
}

/// A whole number as its format shows it, where that is digits with leading zeros, and words around them: 12 as 00012,
/// 5 as 信访0005号.
fn as_shown(value: &DataRef<'_>, format: &str) -> Option<Value> {
    let number = match value {
        DataRef::Float(n) if n.fract() == 0.0 && (0.0..EXACT).contains(n) => format!("{n:.0}"),
        DataRef::Int(n) if *n >= 0 => n.to_string(),
        _ => return None,
    };
    let (mut out, mut width, mut words, mut quoted) = (String::new(), 0, false, false);
    let mut signs = format.split(';').next().unwrap_or_default().chars().peekable();
    while let Some(c) = signs.next() {
        match c {
            '"' => quoted = !quoted,
            c if quoted => (out, words) = (out + &c.to_string(), true),
            '\\' => out.extend(signs.next()),
            '0' if width == 0 => {
                width = 1;
                while signs.next_if_eq(&'0').is_some() {
                    width += 1;
                }
                out.push_str(&format!("{number:0>width$}"));
            }
            '-' | ' ' => out.push(c),
            // Anything else is for amounts, shares and days.
            _ => return None,
        }
    }
    (width > 1 || (width == 1 && words)).then(|| Value::Text(out.trim().to_owned()))
}

fn of_float(number: f64) -> Option<Value> {
    let whole = number.fract() == 0.0;
    Some(if whole && number.abs() >= EXACT {
        Value::Lost(format!("{number:.0}"))
    } else {
        Value::Text(number.to_string())
    })
}

/// Text of a cell; nothing where nothing can be seen. A number in the form 1.23E+17 has lost its digits.
fn text_of(text: String) -> Option<Value> {
    if huiyin_domain::text::is_blank(&text) {
        return None;
    }
    // ="00123" and '00123 are tricks that keep a spreadsheet from reading a number.
    let text = match text
        .trim()
        .strip_prefix("=\"")
        .and_then(|t| t.strip_suffix('"'))
        .or_else(|| text.trim().strip_prefix('\'').filter(|t| t.bytes().next().is_some_and(|b| b.is_ascii_digit())))
    {
        Some(inner) => inner.to_owned(),
        None => text,
    };
    let plain = text.trim();
    let exponent = plain.split_once(['E', 'e']).is_some_and(|(mantissa, power)| {
        let digits = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
        let mantissa = mantissa.split_once('.').map_or(digits(mantissa), |(a, b)| digits(a) && digits(b));
        mantissa && power.strip_prefix('+').is_some_and(digits)
    });
    let narrow = plain.chars().count() > 2 && plain.chars().all(|c| c == '#');
    let failed = narrow
        || plain.starts_with('#')
            && ["#REF!", "#N/A", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!"].contains(&plain);
    Some(match (exponent, failed) {
        (true, _) => Value::Lost(plain.to_owned()),
        (_, true) => Value::Failed(plain.to_owned()),
        _ => Value::Text(text),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(row: &GridRow) -> Vec<String> {
        row.cells.values().map(|v| if let Value::Text(t) = v { t.clone() } else { format!("{v:?}") }).collect()
    }

    #[test]
    fn text_files_of_many_programs_are_read_alike() {
        let utf16: Vec<u8> =
            [0xff, 0xfe].into_iter().chain("编号\t内容\n1\t路灯\n".encode_utf16().flat_map(u16::to_le_bytes)).collect();
        let (gbk, ..) = encoding_rs::GB18030.encode("编号,内容\n1,路灯\n");
        for bytes in [
            "编号,内容\n1,路灯\n".as_bytes().to_vec(),
            "\u{feff}编号,内容\r\n1,路灯\r\n".as_bytes().to_vec(),
            "sep=;\n编号;内容\n1;路灯\n".as_bytes().to_vec(),
            "编号|内容\n1|路灯\n".as_bytes().to_vec(),
            "[{\"编号\":1,\"内容\":\"路灯\"}]".as_bytes().to_vec(),
            "{\"编号\":\"1\",\"内容\":\"路灯\"}\n".as_bytes().to_vec(),
            utf16,
            gbk.into_owned(),
        ] {
            let grids = read(&bytes).unwrap();
            let mut last = texts(grids[0].rows.last().unwrap());
            last.sort();
            assert_eq!(last, ["1", "路灯"], "{:?}", String::from_utf8_lossy(&bytes));
        }
    }

    #[test]
    fn a_number_is_read_as_its_format_shows_it() {
        let shown = |n: f64, format: &str| as_shown(&DataRef::Float(n), format);
        for (n, format, want) in [
            (12.0, "00000", "00012"),
            (5.0, "\"信访\"0000\"号\"", "信访0005号"),
            (7.0, "0\"号\"", "7号"),
            (2_026_001.0, "0000-000", ""),
        ] {
            assert_eq!(
                shown(n, format),
                Some(want).filter(|w| !w.is_empty()).map(|w| Value::Text(w.into())),
                "{format}"
            );
        }
        for format in ["", "General", "0", "0.00", "#,##0", "yyyy-mm-dd", "0%", "@"] {
            assert_eq!(shown(12.0, format), None, "{format}");
        }
        assert_eq!(shown(12.5, "00000"), None);
    }

    #[test]
    fn a_name_that_stands_twice_and_a_list_are_kept() {
        let grids =
            read("[{\"编号\":1,\"内容\":\"路灯\",\"内容\":\"井盖\",\"姓名\":[\"张三\",\"李四\"]}]".as_bytes()).unwrap();
        assert_eq!(grids[0].headings.as_deref().unwrap(), ["编号", "内容", "内容", "姓名"]);
        assert_eq!(texts(&grids[0].rows[0]), ["1", "路灯", "井盖", "张三\n李四"]);
        // A title in brackets is no JSON.
        assert_eq!(
            read("[2026]信访台账,,\n编号,内容,收到日期\n1,路灯,2026-03-02\n".as_bytes()).unwrap()[0].rows.len(),
            3
        );
    }

    #[test]
    fn big5_and_gb18030_are_told_apart() {
        let rows = "編號,內容,收到日期\n1,我們家門口的路燈壞了很久沒有人來修理請儘快處理,2026-03-02\n";
        assert_eq!(
            texts(&read(&encoding_rs::BIG5.encode(rows).0).unwrap()[0].rows[1])[1],
            "我們家門口的路燈壞了很久沒有人來修理請儘快處理"
        );
        let rows = "编号,内容,收到日期\n1,我们家门口的路灯坏了很久没有人来修理请尽快处理,2026-03-02\n";
        assert_eq!(
            texts(&read(&encoding_rs::GB18030.encode(rows).0).unwrap()[0].rows[1])[1],
            "我们家门口的路灯坏了很久没有人来修理请尽快处理"
        );
    }

    #[test]
    fn what_is_no_ledger_is_said_in_a_sentence() {
        let said = |bytes: &[u8]| read(bytes).unwrap_err().to_string();
        assert!(said(b"").contains("empty"));
        assert!(said(&[0xd0, 0xcf, 0x11, 0xe0, 0, 0]).contains(".xls"));
        assert!(said(b"%PDF-1.7").contains("a PDF"));
        assert!(said("\u{feff}\n<html><table><tr><td>编号</td></tr></table></html>".as_bytes()).contains("a web page"));
        assert!(said(b"<?xml version=\"1.0\"?><Workbook/>").contains("an XML file"));
        assert!(said("编号,内容\n1,\"路灯\n2,井盖\n".as_bytes()).starts_with("line 2"));
        assert!(said("sep=,\n编号,内容\n1,\"路灯\n".as_bytes()).starts_with("line 3"));
        assert!(said(b"[{\"a\":1},").contains("JSON is broken"));
        // A mark within a cell opens nothing, and a doubled one closes nothing.
        assert_eq!(read("编号,内容\n1,5\"管\n2,\"他说\"\"好\"\"\"\n".as_bytes()).unwrap()[0].rows.len(), 3);
    }

    #[test]
    fn a_number_without_its_digits_is_no_number() {
        for lost in ["1.23457E+17", "1.39E+10"] {
            assert_eq!(text_of(lost.into()), Some(Value::Lost(lost.into())));
        }
        for kept in ["13900138000", "E+1", "1E5栋", "3.5", "A1.2E+3"] {
            assert_eq!(text_of(kept.into()), Some(Value::Text(kept.into())));
        }
        assert_eq!(of_float(1.234_567_890_123_456_8e17), Some(Value::Lost("123456789012345680".into())));
        assert_eq!(of_float(13_900_138_000.0), Some(Value::Text("13900138000".into())));
        assert_eq!(text_of("#REF!".into()), Some(Value::Failed("#REF!".into())));
        assert_eq!(text_of(" \u{200b}\u{3000}".into()), None);
    }
}
