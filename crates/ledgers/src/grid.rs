//! From a grid of cells to a table: which row holds the headings, which rows are titles, a second row of headings or
//! headings repeated, and what stands under none.

use huiyin_domain::text;

use super::headings::{Mapping, Role, Roles};
use super::source::{Grid, GridRow, Value};

/// Rows in which headings are looked for.
const LOOKED_AT: usize = 30;
/// Headings known that a row of headings has at least.
const KNOWN: usize = 2;

/// A table of one sheet.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Table {
    /// Name of the sheet; empty for a text file.
    pub sheet: String,
    /// Headings by column; a column without one has an empty heading.
    pub headings: Vec<String>,
    /// Rows under them.
    pub rows: Vec<GridRow>,
    /// Rows above the headings that are more than a title.
    pub above: Vec<usize>,
    /// Its days count from 1904.
    pub from_1904: bool,
}

/// Why a sheet is no table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoTable {
    /// There is nothing in it.
    Empty,
    /// It is hidden.
    Hidden,
    /// None of its first rows holds headings that are known.
    NoHeadings,
}

/// Reads a grid as tables, one for each row of headings in it: columns may stand in another order further down.
pub fn tables(grid: Grid, mapping: &Mapping) -> Result<Vec<Table>, NoTable> {
    let mut left = grid;
    let mut out = Vec::new();
    loop {
        let (sheet, from_1904) = (left.sheet.clone(), left.from_1904);
        let mut first = table(left, mapping)?;
        // A row of nothing but headings in another order begins the next table.
        let words = |row: &GridRow| {
            row.cells.values().all(|v| matches!(v, Value::Text(t) if !t.chars().any(|c| c.is_ascii_digit())))
        };
        let heads =
            |row: &GridRow| known(row, mapping) > KNOWN && known(row, mapping) * 2 > row.cells.len() && words(row);
        let next = first.rows.iter().position(heads);
        let Some(next) = next else {
            out.push(first);
            return Ok(out);
        };
        let rows = first.rows.split_off(next);
        out.push(first);
        left = Grid { sheet, from_1904, rows, ..Grid::default() };
    }
}

fn table(grid: Grid, mapping: &Mapping) -> Result<Table, NoTable> {
    if grid.rows.is_empty() {
        return Err(NoTable::Empty);
    }
    if grid.hidden {
        return Err(NoTable::Hidden);
    }
    if let Some(headings) = grid.headings {
        return Ok(Table {
            sheet: grid.sheet,
            headings,
            rows: grid.rows,
            above: Vec::new(),
            from_1904: grid.from_1904,
        });
    }
    let (first, headings, taken) = headings(&grid.rows, mapping).ok_or(NoTable::NoHeadings)?;
    let above = grid.rows.iter().take(first).filter(|row| !is_title(row)).map(|row| row.line).collect();
    let rows = grid.rows.into_iter().skip(first + taken).filter(|row| !repeats(row, &headings)).collect();
    Ok(Table { sheet: grid.sheet, headings, rows, above, from_1904: grid.from_1904 })
}

/// Rows of which one petition has several, because its number and its text are merged down beside the people who sign
/// it: they are one, and what each says of its own is joined. A row with a text or a number of its own is a petition of
/// its own.
pub fn joined(rows: &[GridRow], roles: &Roles) -> Vec<GridRow> {
    let said = [Role::Id, Role::Text, Role::Title].map(|role| roles.columns(role));
    let continues = |row: &GridRow| {
        let mut own = said.iter().copied().flatten().filter(|c| row.cells.contains_key(c)).peekable();
        let text = said.iter().skip(1).copied().flatten().any(|c| row.merged.contains(c));
        own.peek().is_some() && text && own.all(|c| row.merged.contains(c))
    };
    let mut out: Vec<GridRow> = Vec::with_capacity(rows.len());
    for row in rows {
        let Some(first) = out.last_mut().filter(|_| row.fault.is_none() && continues(row)) else {
            out.push(row.clone());
            continue;
        };
        for (column, value) in row.cells.iter().filter(|(c, _)| !row.merged.contains(c)) {
            match first.cells.get_mut(column) {
                Some(known) if known == value => {}
                Some(known) => *known = Value::Text(format!("{}\n{}", shown(known), shown(value))),
                None => drop(first.cells.insert(*column, value.clone())),
            }
        }
    }
    out
}

/// The first row of headings, the headings, and how many rows they take.
fn headings(rows: &[GridRow], mapping: &Mapping) -> Option<(usize, Vec<String>, usize)> {
    let score = |row: &GridRow| known(row, mapping);
    let best = rows.iter().take(LOOKED_AT).map(score).max().filter(|n| *n >= KNOWN)?;
    // The first row that holds most of what is known, or nothing but headings: they stand once more at the top of each
    // page.
    let at = rows
        .iter()
        .take(LOOKED_AT)
        .position(|row| score(row) >= KNOWN && (score(row) * 2 > best || all_known(row, mapping)))?;
    let row = rows.get(at)?;
    let mut cells = row.cells.clone();
    let mut first = at;
    // Of headings on two levels the upper one names what the lower one leaves empty, and the other way round.
    if let Some(above) = at.checked_sub(1).and_then(|i| rows.get(i)).filter(|a| all_known(a, mapping)) {
        first = at - 1;
        for (column, value) in &above.cells {
            cells.entry(*column).or_insert_with(|| value.clone());
        }
    }
    let mut taken = at + 1 - first;
    if let Some(below) = rows.get(at + 1).filter(|b| is_second(b, row, mapping)) {
        taken += 1;
        cells.extend(below.cells.clone());
    }
    let width = cells.keys().last().map_or(0, |last| last + 1);
    let out = (0..width).map(|c| cells.get(&c).map(shown).unwrap_or_default()).collect();
    Some((first, out, taken))
}

/// Whether a row above the headings is a title: one cell, or cells such as 填报单位：… 填报日期：…
fn is_title(row: &GridRow) -> bool {
    let said = |v: &Value| matches!(v, Value::Text(t) if t.contains(['：', ':']));
    row.cells.len() <= 1 || row.cells.values().filter(|v| said(v)).count() * 2 >= row.cells.len()
}

fn known(row: &GridRow, mapping: &Mapping) -> usize {
    row.cells.values().filter(|v| matches!(v, Value::Text(t) if mapping.role(t).is_some())).count()
}

fn all_known(row: &GridRow, mapping: &Mapping) -> bool {
    row.fault.is_none() && !row.cells.is_empty() && known(row, mapping) == row.cells.len()
}

/// Whether a row is the second level of headings: most of it is known, and where it is not, the first level stands
/// empty above it or over several columns.
fn is_second(below: &GridRow, above: &GridRow, mapping: &Mapping) -> bool {
    let known = known(below, mapping);
    let words = below
        .cells
        .values()
        .all(|v| matches!(v, Value::Text(t) if !t.chars().any(|c| c.is_ascii_digit()) && t.chars().count() <= 12));
    let spread = above.cells.len()
        < below.cells.keys().chain(above.cells.keys()).collect::<std::collections::BTreeSet<_>>().len();
    all_known(below, mapping) || (words && spread && known >= KNOWN && known * 2 > below.cells.len())
}

/// Whether a row is the headings once more, as at the top of each printed page.
fn repeats(row: &GridRow, headings: &[String]) -> bool {
    let same = |(column, value): (&usize, &Value)| {
        headings.get(*column).is_some_and(|h| text::heading(h) == text::heading(&shown(value)))
    };
    row.cells.len() >= KNOWN && row.cells.iter().all(same)
}

/// A value as one line.
fn shown(value: &Value) -> String {
    match value {
        Value::Text(t) | Value::Lost(t) | Value::Failed(t) => text::line(t),
        Value::Day(day) => day.date().to_string(),
    }
}

/// The letters of a column, from 0: A, Z, AA.
pub fn letters(column: usize) -> String {
    let mut n = column + 1;
    let mut out = Vec::new();
    while n > 0 {
        out.push(char::from(b'A' + u8::try_from((n - 1) % 26).unwrap_or(0)));
        n = (n - 1) / 26;
    }
    out.into_iter().rev().collect()
}
