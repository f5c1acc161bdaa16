//! Importing ledgers kept before: JSON Lines, CSV and xlsx, also gzipped, with the usual headings known.
//!
//! Nothing is lost: a sheet, column, cell, row or word that is not understood is read right or named once with its
//! place, and then the import does not end as if all were well. A row is known when source, number and content are the
//! same; the same number with other content is named. Rows take the pack of the import day: ended ones enter without
//! clocks, open ones at the stage their dates show, and what ran out before is recorded without notices.

mod row;

use std::collections::BTreeSet;

use futures_util::future::join_all;
use huiyin_domain::ids::{ProceedingId, SubmissionId};
use huiyin_domain::matter::opening::Opening;
use huiyin_domain::matter::taken_over::{Stage, take_over};
use huiyin_domain::number;
use huiyin_domain::payload::Payload;
use huiyin_domain::submission::{Channel, PaperFacts, Purpose, ReplyWay, Submission};
use huiyin_storage::{
    Changes, ContentRecord, Expected, Record, RecordWrite, StoreError, SubmissionRecord, Wanted, terms,
};
use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::lodge::receipt;
use crate::office::{Ground, Office};
use crate::places::{self, Place};
use crate::references;
use crate::seal::seal;

pub use huiyin_ledgers::{Grid, ImportError, Mapping, Role, Status, read};
use huiyin_ledgers::{NoTable, Table};
use row::{Read, Sheet};

/// Rows whose commits share groups.
const TOGETHER: usize = 64;
/// Rows of one number that are compared.
const SAME_NUMBER: u32 = 200;

/// What is wrong with a row, a column or a sheet, and how to mend it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fault {
    /// The sheet; empty for a text file.
    pub sheet: String,
    /// Line of the file, or row of the sheet, from 1; 0 for the whole of it.
    pub line: usize,
    /// Column, by its heading; empty for the whole row.
    pub column: String,
    /// What is wrong and how to mend it.
    pub message: String,
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut place = Vec::new();
        if !self.sheet.is_empty() {
            place.push(format!("sheet `{}`", self.sheet));
        }
        if self.line > 0 {
            place.push(format!("row {}", self.line));
        }
        if !self.column.is_empty() {
            place.push(format!("column `{}`", self.column));
        }
        if place.is_empty() { f.write_str(&self.message) } else { write!(f, "{}: {}", place.join(", "), self.message) }
    }
}

/// What an import did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Rows that are now matters (or places).
    pub imported: usize,
    /// Rows that were there already, with the same content.
    pub known: usize,
    /// Rows refused, each with its reason.
    pub refused: Vec<Fault>,
    /// What was not taken over although its row was, or is to be looked at: sheets, columns, cells, words.
    pub notes: Vec<Fault>,
}

impl Report {
    /// Everything was understood.
    pub fn is_whole(&self) -> bool {
        self.refused.is_empty() && self.notes.is_empty()
    }
}

/// Whether anything is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Run {
    /// Write.
    Real,
    /// Only say what would happen.
    Dry,
}

/// How many rows there are, for a bar of progress.
pub fn rows(grids: &[Grid]) -> usize {
    grids.iter().map(|g| g.rows.len()).sum()
}

/// Imports what was read of a file. `progress` is told how many rows are done.
///
/// # Errors
/// As the store; faults of rows are in the report.
#[crate::boxed]
pub async fn import_rows(
    office: &Office,
    grids: Vec<Grid>,
    mapping: &Mapping,
    source: &str,
    run: Run,
    progress: &mut (dyn FnMut(usize) + Send),
) -> Result<Report> {
    let office = &office.at_one_instant();
    // Matters of a unit that is not there are nobody's to see.
    if office.directory().await?.unit(office.front_office()).is_none_or(|u| !u.active) {
        let unit = office.front_office();
        let message = format!(
            "there is no unit `{unit}` that could hold what is imported, and nothing was; set `front_office` to the code of the petition office"
        );
        return Ok(Report { refused: vec![Fault { message, ..Fault::default() }], ..Report::default() });
    }
    let mut report = Report::default();
    let mut seen = BTreeSet::new();
    let mut done = 0;
    for grid in grids {
        let (name, count) = (grid.sheet.clone(), grid.rows.len());
        let whole = |message: &str| Fault { sheet: name.clone(), message: message.to_owned(), ..Fault::default() };
        if !grid.hidden {
            report.notes.extend(grid.comments.iter().map(|c| Fault {
                line: c.line,
                column: c.column.clone(),
                ..whole(&format!("the cell carries a comment that was not taken over; write what belongs to the matter into a cell: `{}`", row::short(&c.text)))
            }));
        }
        match huiyin_ledgers::tables(grid, mapping) {
            Ok(tables) => {
                for table in tables {
                    import_table(office, &table, mapping, source, run, &mut report, &mut seen, &mut |n| {
                        progress(done + n)
                    })
                    .await?;
                }
            }
            Err(NoTable::Empty) => {}
            Err(NoTable::Hidden) => report
                .notes
                .push(whole("the sheet is hidden and was not read; show it if it belongs to the ledger, or delete it")),
            Err(NoTable::NoHeadings) => {
                let message = "no row of known headings was found, and nothing of it was read; name the headings in a mapping file, or delete the sheet if it is no ledger";
                report.notes.push(whole(message));
            }
        }
        done += count;
        progress(done);
    }
    Ok(report)
}

#[allow(clippy::too_many_arguments, reason = "one call, with what lasts over all sheets")]
async fn import_table(
    office: &Office,
    table: &Table,
    mapping: &Mapping,
    source: &str,
    run: Run,
    report: &mut Report,
    seen: &mut BTreeSet<String>,
    progress: &mut (dyn FnMut(usize) + Send),
) -> Result<()> {
    let roles = mapping.roles(&table.headings);
    if roles.is_place_list() {
        return import_places(office, table, &roles, run, report).await;
    }
    let ground = office.ground_today().await?;
    let sheet = Sheet::new(office, &ground, table, &roles, mapping);
    report.notes.extend(sheet.columns_left());
    let above = |line: &usize| Fault {
        sheet: table.sheet.clone(),
        line: *line,
        message: "the row stands above the headings and was not read".into(),
        ..Fault::default()
    };
    report.notes.extend(table.above.iter().map(above));
    let mut words = BTreeSet::new();
    let mut done = 0;
    let rows = huiyin_ledgers::joined(&table.rows, &roles);
    for chunk in rows.chunks(TOGETHER) {
        let mut ready = Vec::with_capacity(chunk.len());
        for row in chunk {
            match sheet.understand(row, source) {
                Ok(read) if seen.insert(read.origin.clone()) => ready.push(read),
                Ok(read) if read.number.is_some() => report.known += 1,
                Ok(read) => {
                    // Three letters of one wording are three; without a number of its own a row cannot be told from a
                    // copy.
                    let message = "the row is the same as one above, to the letter; if it is another petition, give each a number (编号)".to_owned();
                    report.refused.push(Fault { message, ..read.place });
                }
                Err(fault) => report.refused.push(fault),
            }
        }
        let mut writing = Vec::with_capacity(ready.len());
        for read in ready {
            // Each word that is not understood is named once, each cell wherever it stands.
            report.notes.extend(read.notes.iter().filter(|n| n.line > 0 || words.insert(n.message.clone())).cloned());
            match changed_since(office, &read, seen).await? {
                Some(fault) => report.refused.push(fault),
                None => writing.push(read),
            }
        }
        for result in join_all(writing.into_iter().map(|read| write(office, &ground, read, run))).await {
            match result? {
                Written::New => report.imported += 1,
                Written::Known => report.known += 1,
            }
        }
        done += chunk.len();
        progress(done);
    }
    Ok(())
}

/// A row of a ledger that was imported; the key, its number and its content, says it all.
#[derive(Debug, Serialize, Deserialize)]
struct ImportedRow;

impl Record for ImportedRow {
    const TABLE: huiyin_storage::Table = huiyin_storage::Table::ImportedRow;
    type Key = (String, String);
}

/// A number of this source that is there with other content, and not from this run: another matter under a used number,
/// or a row that was changed since. Neither is guessed.
async fn changed_since(office: &Office, read: &Read, seen: &BTreeSet<String>) -> Result<Option<Fault>> {
    let Some(number) = &read.number else { return Ok(None) };
    let known = office.select::<ImportedRow>(Wanted::first(SAME_NUMBER).within(&[number])).await?;
    let origins: Vec<&str> = known.iter().map(|((_, origin), _)| origin.as_str()).collect();
    if origins.is_empty() || origins.contains(&read.origin.as_str()) || origins.iter().all(|o| seen.contains(*o)) {
        return Ok(None);
    }
    Ok(Some(Fault {
        column: read.number_heading.clone(),
        message: format!(
            "number `{}` of this source is there already with other content; if the row was changed, correct the matter in the program; if it is another matter, give it another number or name the source with --source",
            read.own_number.as_deref().unwrap_or_default()
        ),
        ..read.place.clone()
    }))
}

async fn import_places(
    office: &Office,
    table: &Table,
    roles: &huiyin_ledgers::Roles,
    run: Run,
    report: &mut Report,
) -> Result<()> {
    let mut list = Vec::new();
    let value = |row: &huiyin_ledgers::GridRow, role: Role| -> String {
        let cell = roles.columns(role).first().and_then(|c| row.cells.get(c));
        cell.map(row::shown).unwrap_or_default()
    };
    for row in &table.rows {
        let (code, name) = (value(row, Role::Code), value(row, Role::Name));
        let fault = |column: &str, message: String| Fault {
            sheet: table.sheet.clone(),
            line: row.line,
            column: column.into(),
            message,
        };
        if !matches!(code.len(), 2 | 4 | 6 | 9) || !code.chars().all(|c| c.is_ascii_digit()) {
            report.refused.push(fault("code", format!("`{code}` is no division code; it has 2, 4, 6 or 9 digits")));
        } else if name.is_empty() {
            report.refused.push(fault("name", "the place has no name; fill it in".into()));
        } else if places::by_code(office, &code).await?.is_some_and(|p| p.name == name) {
            report.known += 1;
        } else {
            list.push(Place { code, name });
        }
    }
    report.imported += list.len();
    if run == Run::Real {
        places::put(office, &list).await?;
    }
    Ok(())
}

enum Written {
    New,
    Known,
}

async fn write(office: &Office, ground: &Ground, read: Read, run: Run) -> Result<Written> {
    if office.store().submission_by_origin(office.tenant(), &read.origin).await?.is_some() {
        return Ok(Written::Known);
    }
    if run == Run::Dry {
        return Ok(Written::New);
    }
    let serial = office.serial(read.received.year()).await?;
    let changes = changes(office, ground, read, serial)?;
    match office.store().commit(changes).await {
        Ok(()) => Ok(Written::New),
        Err(StoreError::AlreadyThere(_)) => Ok(Written::Known),
        Err(error) => Err(error.into()),
    }
}

fn changes(office: &Office, ground: &Ground, read: Read, serial: u64) -> Result<Changes> {
    let now = office.now();
    let received_at = read.received.to_zoned_datetime(now.zone.clone()).map_or(now.at, |z| z.timestamp());
    let submission = Submission {
        id: SubmissionId(office.new_id()),
        number: number::submission_number(read.received.year(), serial),
        channel: Channel::Import,
        unit: office.front_office().clone(),
        received_at,
        received_on: read.received.date(),
        registered_at: now.at,
        naming: read.naming,
        by_agent: false,
        second_language: false,
        reply: ReplyWay::CodeOnly,
        paper: PaperFacts { ledger_number: read.own_number.clone(), ..PaperFacts::default() },
        headcount: read.headcount,
    };
    let code = receipt::code(office, &read.origin);
    let record = SubmissionRecord {
        receipt_hash: receipt::hash(office, &code),
        origin: Some(read.origin.clone()),
        submission,
        waiting_code: None,
        replaced_code: None,
    };
    let lines = [Some(&read.title), Some(&read.text), read.place_name.as_ref(), read.about.as_ref()];
    let parts: Vec<&str> = lines.into_iter().flatten().map(String::as_str).collect();
    let index = terms::index_terms(&parts);
    let opening = Opening {
        id: ProceedingId(office.new_id()),
        submission: record.submission.id.clone(),
        number: number::matter_number(&record.submission.number, 1),
        part: 1,
        title: read.title.clone(),
        class: read.class.clone(),
        place: None,
        place_name: read.place_name.clone(),
        purpose: Purpose::NotSure,
        complained_of: read.about.clone(),
        channel: Channel::Import,
        received_on: read.received.date(),
        received_at,
        unit: office.front_office().clone(),
        by_agent: false,
        burst: None,
    };
    let mut changes = Changes::new(office.tenant().clone());
    changes.contents.push(ContentRecord {
        owner: record.submission.id.0.clone(),
        n: 0,
        text: read.text.clone(),
        words: Payload::default(),
    });
    crate::vault::begin(office, &record.submission.id, read.identity.clone(), Vec::new(), &mut changes)?;
    changes.records.extend(references::of_paper(&opening.id, &record.submission.paper)?);
    if let Some(number) = &read.number {
        changes.records.push(RecordWrite::put(&(number.clone(), read.origin.clone()), &ImportedRow)?);
    }
    changes.submissions.push(record);
    enter(&mut changes, ground, opening, &read, index, &now)?;
    Ok(changes)
}

/// Places the matter at the stage its dates show.
fn enter(
    changes: &mut Changes,
    ground: &Ground,
    opening: Opening,
    read: &Read,
    index: String,
    now: &huiyin_domain::clock::OfficeTime,
) -> Result<()> {
    let stage = Stage { accepted: read.accepted, ended: read.ended, answered: read.answered };
    let (matter, events) = take_over(ground.rules(), ground.lodging()?, opening, stage, now)?;
    seal(changes, ground, matter, events, Payload::default(), Expected::New, Some(index))
}
