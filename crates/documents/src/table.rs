//! A table as a workbook (xlsx), for offices that go on with it in a spreadsheet.

use rust_xlsxwriter::{Format, Workbook, XlsxError};

/// What stands in a cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Words. What looks like a formula stays words.
    Text(String),
    /// A number.
    Number(f64),
    /// Nothing.
    Empty,
}

/// A table with its heads.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sheet {
    /// The name of the sheet, at most 31 characters.
    pub name: String,
    /// What stands over each column.
    pub heads: Vec<String>,
    /// Rows, each as long as the heads.
    pub rows: Vec<Vec<Cell>>,
}

/// A workbook of sheets.
///
/// # Errors
/// [`TableError`] for more rows than a sheet holds, or two sheets of one name.
pub fn workbook(sheets: &[Sheet]) -> Result<Vec<u8>, TableError> {
    let mut book = Workbook::new();
    let bold = Format::new().set_bold();
    for sheet in sheets {
        let name: String = sheet.name.chars().filter(|c| !"[]:*?/\\".contains(*c)).take(31).collect();
        let page = book.add_worksheet().set_name(name)?;
        for (head, column) in sheet.heads.iter().zip(0u16..) {
            page.write_string_with_format(0, column, head, &bold)?;
        }
        for (row, line) in (1u32..).zip(&sheet.rows) {
            for (cell, column) in line.iter().zip(0u16..) {
                match cell {
                    Cell::Text(text) => drop(page.write_string(row, column, text)?),
                    Cell::Number(number) => drop(page.write_number(row, column, *number)?),
                    Cell::Empty => {}
                }
            }
        }
        page.set_freeze_panes(1, 0)?;
        page.autofit();
    }
    Ok(book.save_to_buffer()?)
}

/// A workbook that cannot be written.
#[derive(Debug, thiserror::Error)]
#[error("the workbook cannot be written: {0}")]
pub struct TableError(#[from] XlsxError);

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test")]
mod tests {
    use super::*;

    #[test]
    fn a_workbook_has_its_sheets_and_no_formula_comes_of_words() {
        let sheet = |name: &str| Sheet {
            name: name.into(),
            heads: vec!["号码".into(), "等候".into()],
            rows: vec![
                vec![Cell::Text("=1+1".into()), Cell::Number(5.0)],
                vec![Cell::Text("A002".into()), Cell::Empty],
            ],
        };
        let bytes = workbook(&[sheet("2026-11-30"), sheet("按时段/服务")]).unwrap();
        assert!(bytes.starts_with(b"PK"), "a zip file");
        assert!(workbook(&[sheet("a"), sheet("a")]).is_err());
    }
}
