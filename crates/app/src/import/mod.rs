//! Importing ledgers kept before: JSON Lines, CSV and xlsx, also gzipped, with the usual headings known.
//!
//! Rows take the pack of the import day. Rows already answered enter as ended, without clocks; open ones
//! enter at the stage their dates show, and what ran out before is recorded without notices. A row is known
//! by its source and its own id, else by its content, so that an import can be run again.

mod dates;
mod headings;
mod source;

use futures_util::future::join_all;
use huiyin_domain::clock::Basis;
use huiyin_domain::decide::{next_event, start_clock};
use huiyin_domain::event::{EventActor, EventKind};
use huiyin_domain::ids::{MatterId, SubmissionId};
use huiyin_domain::number;
use huiyin_domain::opening::{Opening, blank};
use huiyin_domain::payload::Payload;
use huiyin_domain::procedure::Fact;
use huiyin_domain::submission::{Channel, Naming, PaperFacts, Purpose, ReplyWay, Submission};
use huiyin_domain::timer;
use huiyin_storage::{Changes, ContentRecord, Expected, Identity, StoreError, SubmissionRecord, VaultRecord, terms};
use jiff::civil::{Date, DateTime};

use crate::error::{AppError, Result};
use crate::lodge::{self, receipt, title_of};
use crate::office::{Ground, Office, new_id};
use crate::places::{self, Place};
use crate::seal::seal;

pub use headings::{Mapping, Role};
pub use source::{ImportError, Row, Table, read};

/// Rows whose commits share groups.
const TOGETHER: usize = 64;

/// What is wrong with a row and how to mend it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowFault {
    /// Line of the file, or row of the sheet, from 1.
    pub line: usize,
    /// Column, by its heading.
    pub column: String,
    /// What is wrong and how to mend it.
    pub message: String,
}

impl std::fmt::Display for RowFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "row {}, column `{}`: {}", self.line, self.column, self.message)
    }
}

/// What an import did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Rows that are now matters (or places).
    pub imported: usize,
    /// Rows that were there already.
    pub known: usize,
    /// Rows refused, each with its reason.
    pub refused: Vec<RowFault>,
}

/// Whether anything is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Run {
    /// Write.
    Real,
    /// Only say what would happen.
    Dry,
}

/// A row that was understood.
#[derive(Debug, Clone)]
struct Read {
    origin: String,
    title: String,
    text: String,
    class: Option<String>,
    place: Option<String>,
    about: Option<String>,
    received: DateTime,
    accepted: Option<Date>,
    ended: bool,
    answered: Option<Date>,
    identity: Identity,
}

/// Imports a table. `progress` is told how many rows are done.
///
/// # Errors
/// As the store; faults of rows are in the report.
pub async fn run(office: &Office, table: &Table, mapping: &Mapping, source: &str, run: Run, mut progress: impl FnMut(usize)) -> Result<Report> {
    let roles = mapping.roles(&table.headings);
    if roles.is_place_list() {
        return import_places(office, table, run).await;
    }
    let ground = office.ground_today().await?;
    let today = office.now().today();
    let mut report = Report::default();
    let mut seen = std::collections::BTreeSet::new();
    let mut done = 0;
    for chunk in table.rows.chunks(TOGETHER) {
        let mut ready = Vec::with_capacity(chunk.len());
        for row in chunk {
            match understand(office, &ground, &roles, row, source, today) {
                Ok(read) if seen.insert(read.origin.clone()) => ready.push(read),
                Ok(_) => report.known += 1,
                Err(fault) => report.refused.push(fault),
            }
        }
        for result in join_all(ready.into_iter().map(|read| write(office, &ground, read, run))).await {
            match result? {
                Written::New => report.imported += 1,
                Written::Known => report.known += 1,
            }
        }
        done += chunk.len();
        progress(done);
    }
    Ok(report)
}

async fn import_places(office: &Office, table: &Table, run: Run) -> Result<Report> {
    let mut report = Report::default();
    let mut list = Vec::new();
    for row in &table.rows {
        let code = row.cells.get("code").map(|c| c.trim().to_owned()).unwrap_or_default();
        let name = row.cells.get("name").map(|c| c.trim().to_owned()).unwrap_or_default();
        if !matches!(code.len(), 2 | 4 | 6 | 9) || !code.chars().all(|c| c.is_ascii_digit()) {
            report.refused.push(RowFault {
                line: row.line,
                column: "code".into(),
                message: format!("`{code}` is no division code; it has 2, 4, 6 or 9 digits"),
            });
        } else if name.is_empty() {
            report.refused.push(RowFault { line: row.line, column: "name".into(), message: "the place has no name; fill it in".into() });
        } else if places::by_code(office, &code).await?.is_some_and(|p| p.name == name) {
            report.known += 1;
        } else {
            list.push(Place { code, name });
        }
    }
    report.imported = list.len();
    if run == Run::Real {
        places::put(office, &list).await?;
    }
    Ok(report)
}

fn understand(office: &Office, ground: &Ground, roles: &headings::Roles, row: &Row, source: &str, today: Date) -> std::result::Result<Read, RowFault> {
    let fault = |role: Role, message: String| RowFault { line: row.line, column: roles.heading(role), message };
    let get = |role| roles.value(role, row);
    let (title, text) = (get(Role::Title), get(Role::Text));
    if title.is_empty() && text.is_empty() {
        return Err(fault(Role::Text, "there is neither a text nor a title; fill one in, or name the column in a mapping file".into()));
    }
    if text.chars().count() > lodge::MAX_TEXT {
        return Err(fault(Role::Text, format!("the text has {} characters, at most {} are kept; shorten it", text.chars().count(), lodge::MAX_TEXT)));
    }
    let when = get(Role::Received);
    let received = dates::parse(&when, office.zone())
        .ok_or_else(|| fault(Role::Received, format!("`{when}` is no day; write it like 2026-03-09 or 2026-03-09 10:30:00")))?;
    let day = received.date();
    if day > today || day.year() < 1990 {
        return Err(fault(Role::Received, format!("{day} lies outside 1990 to today; check the year")));
    }
    let day_of = |role: Role| -> std::result::Result<Option<Date>, RowFault> {
        let given = get(role);
        if given.is_empty() {
            return Ok(None);
        }
        let read =
            dates::parse(&given, office.zone()).ok_or_else(|| fault(role, format!("`{given}` is no day; write it like 2026-03-09, or leave it empty")))?.date();
        if read < day {
            return Err(fault(role, format!("{read} is before the day of receipt, {day}; one of the two is wrong")));
        }
        Ok(Some(read))
    };
    let answered = day_of(Role::Answered)?;
    let accepted = day_of(Role::Accepted)?;
    let reply = get(Role::Reply);
    let ended = answered.is_some() || headings::says_ended(&get(Role::Status)) || (!reply.is_empty() && !headings::says_open(&get(Role::Status)));
    let own = get(Role::Id);
    let key = if own.is_empty() { format!("{title}\n{text}\n{when}") } else { own };
    let mut whole = if text.is_empty() { title.clone() } else { text };
    if !reply.is_empty() {
        whole = format!("{whole}\n\n【原答复{}】\n{reply}", answered.map(|d| format!(" {d}")).unwrap_or_default());
    }
    let some = |role| Some(get(role)).filter(|t| !t.is_empty()).map(|t| t.chars().take(200).collect::<String>());
    Ok(Read {
        origin: office.keyed_hash("import", &format!("{source}\0{key}")),
        title: if title.is_empty() { title_of(&whole) } else { title.chars().take(100).collect() },
        text: whole,
        class: some(Role::Class).filter(|c| ground.book.classes.contains_key(c.split('/').next().unwrap_or_default())),
        place: some(Role::Place),
        about: some(Role::About),
        received,
        accepted,
        ended,
        answered,
        identity: Identity { name: get(Role::Name), telephone: get(Role::Telephone), ..Identity::default() },
    })
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
        id: SubmissionId(new_id()),
        number: number::submission_number(read.received.year(), serial),
        channel: Channel::Import,
        unit: office.front_office().clone(),
        received_at,
        received_on: read.received.date(),
        registered_at: now.at,
        naming: if read.identity.name.is_empty() { Naming::Anonymous } else { Naming::Named },
        by_agent: false,
        second_language: false,
        reply: ReplyWay::CodeOnly,
        paper: PaperFacts::default(),
        headcount: 1,
    };
    let code = receipt::code(office, &read.origin);
    let record =
        SubmissionRecord { receipt_hash: receipt::hash(office, &code), origin: Some(read.origin.clone()), submission, waiting_code: None, replaced_code: None };
    let index = terms::index_terms(&[&read.title, &read.text, read.place.as_deref().unwrap_or("")]);
    let opening = Opening {
        id: MatterId(new_id()),
        submission: record.submission.id.clone(),
        number: number::matter_number(&record.submission.number, 1),
        part: 1,
        title: read.title.clone(),
        class: read.class.clone(),
        place: None,
        place_name: read.place.clone(),
        purpose: Purpose::NotSure,
        complained_of: read.about.clone(),
        channel: Channel::Import,
        received_on: read.received.date(),
        received_at,
        unit: office.front_office().clone(),
    };
    let mut changes = Changes::new(office.tenant().clone());
    changes.contents.push(ContentRecord { owner: record.submission.id.0.clone(), n: 0, text: read.text.clone(), words: Payload::default() });
    changes.vault = Some(VaultRecord { submission: record.submission.id.clone(), identity: read.identity.clone(), corrections: Vec::new() });
    changes.submission = Some(record);
    enter(&mut changes, ground, opening, &read, index, &now)?;
    Ok(changes)
}

/// Places the matter at the stage its dates show.
fn enter(changes: &mut Changes, ground: &Ground, opening: Opening, read: &Read, index: String, now: &huiyin_domain::clock::OfficeTime) -> Result<()> {
    let book = &ground.book;
    let (state, clocks): (_, &[_]) = match (read.ended, read.accepted) {
        (true, _) => (&book.imported_ended, &[]),
        (false, Some(_)) => (&book.imported_accepted, &book.imported_accepted_clocks),
        (false, None) => (&book.initial_office, &book.initial_office_clocks),
    };
    let mut matter = blank(ground.rules(), opening, state);
    let received = EventKind::Received { channel: Channel::Import, received_on: matter.received_on, unit: matter.holder.clone() };
    let mut events = vec![next_event(&mut matter, now.at, EventActor::Import, None, Basis::House, received)];
    if read.ended {
        matter.facts.insert(Fact::Answered);
        matter.outcome = Some("imported".into());
        matter.days.insert("answered".into(), read.answered.unwrap_or(matter.received_on));
    }
    if let Some(day) = read.accepted.filter(|_| !read.ended) {
        matter.days.insert("accepted".into(), day);
    }
    for id in clocks {
        let started = start_clock(ground.rules(), &mut matter, id, &Payload::default(), now).map_err(AppError::from)?;
        events.push(next_event(&mut matter, now.at, EventActor::Import, None, Basis::House, started));
        if let Some(breached) = timer::settle_past(ground.rules(), &mut matter, now) {
            events.push(next_event(&mut matter, now.at, EventActor::Import, None, Basis::House, breached));
        }
    }
    matter.changed_at = now.at;
    seal(changes, ground, matter, events, Payload::default(), Expected::New, Some(index))
}
