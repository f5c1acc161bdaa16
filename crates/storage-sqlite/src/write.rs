//! The statements of a commit.

use std::sync::LazyLock;

use huiyin_storage::{
    Changes, DutyRecord, Erase, Expected, ItemKind, ItemRecord, MatterFact, ProceedingWrite, RecordChange, RecordWrite,
    Reserved, StoreError, SubmissionRecord, VaultRecord, duty_rows, list_of, terms,
};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, ToSql, params};
use serde::Serialize;

use crate::fault;

fn json<T: Serialize>(table: &'static str, row: &str, value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|e| StoreError::corrupt(table, row, &e))
}

fn execute(connection: &Connection, sql: &str, values: &[&dyn ToSql]) -> Result<usize, StoreError> {
    connection.prepare_cached(sql).map_err(fault)?.execute(values).map_err(fault)
}

/// A unit of work whose records are already JSON, so that the one writer only writes.
#[derive(Debug)]
pub(crate) struct Prepared {
    tenant: String,
    submissions: Vec<(SubmissionRecord, String)>,
    submission_update: Option<(SubmissionRecord, String)>,
    vaults: Vec<(String, String)>,
    proceedings: Vec<PreparedProceeding>,
    /// Table, first key, second key, JSON.
    rows: Vec<(Insert, String, Key, String)>,
    numbers: Vec<Reserved>,
    facts: Vec<PreparedFact>,
    records: Vec<RecordWrite>,
    items: Vec<ItemRecord>,
    erase: Option<Erase>,
    forgotten: Vec<(String, u32)>,
}

#[derive(Debug)]
struct PreparedProceeding {
    write: ProceedingWrite,
    doc: String,
    duties: Vec<(DutyRecord, String)>,
    fact: Option<PreparedFact>,
}

/// A narrow row with its lists as JSON.
#[derive(Debug)]
struct PreparedFact {
    fact: MatterFact,
    held: String,
    concerned: String,
    facts: String,
    counts: String,
}

impl PreparedFact {
    fn new(fact: MatterFact) -> Result<Self, StoreError> {
        let matter = fact.matter.as_str();
        let (held, concerned) =
            (json("matter_fact", matter, &fact.held)?, json("matter_fact", matter, &fact.concerned)?);
        let counts = json("matter_fact", matter, &fact.counts)?;
        Ok(Self { held, concerned, counts, facts: json("matter_fact", matter, &fact.facts)?, fact })
    }
}

#[derive(Debug)]
enum Key {
    Number(u32),
    Text(String),
}

#[derive(Debug, Clone, Copy)]
enum Insert {
    Event,
    Content,
    Attachment,
    Message,
    Audit,
}

impl Insert {
    fn sql(self) -> &'static str {
        match self {
            Self::Event => "INSERT INTO event (tenant, proceeding, n, doc) VALUES (?1,?2,?3,?4)",
            Self::Content => {
                "INSERT INTO content (tenant, owner, n, doc) VALUES (?1,?2,?3,?4) ON CONFLICT (tenant, owner, n) DO UPDATE SET doc=excluded.doc"
            }
            Self::Attachment => "INSERT INTO attachment (tenant, submission, id, doc) VALUES (?1,?2,?3,?4)",
            Self::Message => "INSERT INTO message (tenant, submission, id, doc) VALUES (?1,?2,?3,?4)",
            Self::Audit => "INSERT INTO audit (tenant, submission, id, doc) VALUES (?1,?2,?3,?4)",
        }
    }
}

impl Prepared {
    /// Turns every record into JSON.
    pub(crate) fn new(changes: Changes) -> Result<Self, StoreError> {
        let mut rows = Vec::new();
        for e in &changes.events {
            rows.push((
                Insert::Event,
                e.proceeding.0.clone(),
                Key::Number(e.event.n),
                json("event", e.proceeding.as_str(), e)?,
            ));
        }
        for c in &changes.contents {
            rows.push((Insert::Content, c.owner.clone(), Key::Number(c.n), json("content", &c.owner, c)?));
        }
        for f in &changes.attachments {
            rows.push((
                Insert::Attachment,
                f.submission.0.clone(),
                Key::Text(f.id.clone()),
                json("attachment", &f.id, f)?,
            ));
        }
        for m in &changes.messages {
            rows.push((Insert::Message, m.submission.0.clone(), Key::Text(m.id.clone()), json("message", &m.id, m)?));
        }
        for a in &changes.audits {
            rows.push((Insert::Audit, a.submission.0.clone(), Key::Text(a.id.clone()), json("audit", &a.id, a)?));
        }
        let mut proceedings = Vec::with_capacity(changes.proceedings.len());
        for mut write in changes.proceedings {
            let id = write.subject.id.0.clone();
            let duties = duty_rows(&write.subject)
                .into_iter()
                .map(|d| json("duty", &id, &d).map(|doc| (d, doc)))
                .collect::<Result<_, _>>()?;
            let doc = write.subject.to_json().map_err(|e| StoreError::corrupt("proceeding", &id, &e))?;
            let fact = write.fact.take().map(PreparedFact::new).transpose()?;
            proceedings.push(PreparedProceeding { doc, duties, fact, write });
        }
        let submissions = changes
            .submissions
            .into_iter()
            .map(|s| json("submission", s.submission.id.as_str(), &s).map(|doc| (s, doc)))
            .collect::<Result<_, _>>()?;
        let submission_update = changes
            .submission_update
            .map(|s| json("submission", s.submission.id.as_str(), &s).map(|doc| (s, doc)))
            .transpose()?;
        let vault =
            |v: &VaultRecord| json("vault", v.submission().as_str(), v).map(|doc| (v.submission().0.clone(), doc));
        let vaults = changes.vaults.iter().map(vault).collect::<Result<_, _>>()?;
        Ok(Self {
            tenant: changes.tenant.0,
            submissions,
            submission_update,
            vaults,
            proceedings,
            rows,
            numbers: changes.numbers,
            facts: changes.facts.into_iter().map(PreparedFact::new).collect::<Result<_, _>>()?,
            records: changes.records,
            items: changes.items,
            erase: changes.erase,
            forgotten: changes.forgotten,
        })
    }
}

/// Writes one unit of work inside the caller's savepoint.
pub(crate) fn commit(connection: &Connection, changes: &Prepared) -> Result<(), StoreError> {
    let tenant = changes.tenant.as_str();
    if let Some(what) = &changes.erase {
        erase(connection, tenant, what)?;
    }
    for (owner, n) in &changes.forgotten {
        execute(connection, "DELETE FROM content WHERE tenant=?1 AND owner=?2 AND n=?3", params![tenant, owner, n])?;
    }
    for (record, doc) in &changes.submissions {
        submission(connection, tenant, record, doc)?;
    }
    if let Some((record, doc)) = &changes.submission_update {
        let id = record.submission.id.as_str();
        execute(
            connection,
            "UPDATE submission SET receipt=?3, doc=?4 WHERE tenant=?1 AND id=?2",
            params![tenant, id, record.receipt_hash, doc],
        )?;
    }
    for (id, doc) in &changes.vaults {
        execute(
            connection,
            "INSERT INTO vault (tenant, submission, doc) VALUES (?1,?2,?3) ON CONFLICT (tenant, submission) DO UPDATE SET doc=excluded.doc",
            params![tenant, id, doc],
        )?;
    }
    for prepared in &changes.proceedings {
        proceeding(connection, tenant, prepared)?;
    }
    for (insert, first, second, doc) in &changes.rows {
        match second {
            Key::Number(n) => execute(connection, insert.sql(), params![tenant, first, n, doc])?,
            Key::Text(id) => execute(connection, insert.sql(), params![tenant, first, id, doc])?,
        };
    }
    for number in &changes.numbers {
        let sql = "DELETE FROM reservation WHERE tenant=?1 AND series=?2 AND n=?3 AND holder=?4";
        if execute(connection, sql, params![tenant, number.series, signed(number.n), number.holder])? == 0 {
            return Err(StoreError::ChangedMeanwhile);
        }
    }
    changes.facts.iter().try_for_each(|f| fact(connection, tenant, f, &ADDED_FACT))?;
    changes.records.iter().try_for_each(|r| record(connection, tenant, r))?;
    changes.items.iter().try_for_each(|i| item(connection, tenant, i))
}

/// Writes the narrow row of a matter; a newer one takes the place of what is there.
static NEW_FACT: LazyLock<String> = LazyLock::new(|| {
    let set: Vec<String> = MatterFact::COLUMNS.iter().map(|c| format!("{c}=excluded.{c}")).collect();
    fact_statement(&format!("DO UPDATE SET {}", set.join(", ")))
});
/// Writes the narrow row of a matter that has none.
static ADDED_FACT: LazyLock<String> = LazyLock::new(|| fact_statement("DO NOTHING"));

fn fact_statement(otherwise: &str) -> String {
    let marks = vec!["?"; MatterFact::COLUMNS.len() + 2].join(",");
    let columns = MatterFact::COLUMNS.join(", ");
    format!(
        "INSERT INTO matter_fact (tenant, matter, {columns}) VALUES ({marks}) ON CONFLICT (tenant, matter) {otherwise}"
    )
}

fn fact(connection: &Connection, tenant: &str, row: &PreparedFact, sql: &str) -> Result<(), StoreError> {
    let fact = &row.fact;
    let values = params![
        tenant,
        fact.matter.as_str(),
        fact.number,
        fact.pack,
        fact.phase.word(),
        fact.channel,
        fact.class,
        fact.place,
        fact.holder.as_str(),
        fact.sender.as_ref().map(|u| u.as_str()),
        row.held,
        row.concerned,
        fact.complained_of,
        row.facts,
        fact.outcome,
        fact.received.to_string(),
        fact.answered.map(|d| d.to_string()),
        fact.due.map(|t| t.as_second()),
        fact.in_time,
        fact.late,
        row.counts,
    ];
    execute(connection, sql, values).map(drop)
}

fn record(connection: &Connection, tenant: &str, write: &RecordWrite) -> Result<(), StoreError> {
    let (name, columns) = (write.table.name(), write.table.key_columns());
    let mut values: Vec<&dyn ToSql> = vec![&tenant];
    values.extend(write.key.iter().map(|part| part as &dyn ToSql));
    let (doc, otherwise) = match &write.change {
        RecordChange::Put(doc) => (doc, "DO UPDATE SET doc=excluded.doc"),
        RecordChange::Add(doc) => (doc, "DO NOTHING"),
        RecordChange::Remove => {
            let named: Vec<String> = columns.iter().map(|c| format!(" AND {c}=?")).collect();
            return execute(connection, &format!("DELETE FROM {name} WHERE tenant=?{}", named.concat()), &values)
                .map(drop);
        }
    };
    values.push(doc);
    let (columns, marks) = (columns.join(", "), vec!["?"; values.len()].join(","));
    let sql = format!(
        "INSERT INTO {name} (tenant, {columns}, doc) VALUES ({marks}) ON CONFLICT (tenant, {columns}) {otherwise}"
    );
    if execute(connection, &sql, &values)? == 0 { Err(StoreError::AlreadyThere(write.key.join(" "))) } else { Ok(()) }
}

fn submission(connection: &Connection, tenant: &str, record: &SubmissionRecord, doc: &str) -> Result<(), StoreError> {
    let id = record.submission.id.as_str();
    let taken: Option<String> = connection
        .prepare_cached("SELECT id FROM submission WHERE tenant=?1 AND receipt=?2 UNION ALL SELECT id FROM submission WHERE tenant=?1 AND origin=?3 LIMIT 1")
        .and_then(|mut s| s.query_row(params![tenant, record.receipt_hash, record.origin], |r| r.get(0)).optional())
        .map_err(fault)?;
    if let Some(found) = taken {
        return Err(StoreError::AlreadyThere(found));
    }
    execute(
        connection,
        "INSERT INTO submission (tenant, id, receipt, origin, doc) VALUES (?1,?2,?3,?4,?5)",
        params![tenant, id, record.receipt_hash, record.origin, doc],
    )?;
    Ok(())
}

fn proceeding(connection: &Connection, tenant: &str, prepared: &PreparedProceeding) -> Result<(), StoreError> {
    let (write, doc) = (&prepared.write, &prepared.doc);
    let m = &write.subject;
    let (submission, part) = m.matter().map_or(("", 0), |m| (m.details().submission.as_str(), m.details().part));
    let id = m.id.as_str();
    let version = i64::try_from(m.version).unwrap_or(i64::MAX);
    let seq = match write.expected {
        Expected::New => {
            execute(
                connection,
                "INSERT INTO proceeding (tenant, id, submission, part, number, version, phase, doc, kind) VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9)",
                params![tenant, id, submission, part, m.number, version, m.phase.word(), doc, m.kind.word()],
            )
            .map_err(|e| if is_taken(&e) { StoreError::ChangedMeanwhile } else { e })?;
            connection.last_insert_rowid()
        }
        Expected::Version(expected) => {
            let was = i64::try_from(expected).unwrap_or(-1);
            let sql = "UPDATE proceeding SET version=?1, phase=?2, doc=?3 WHERE tenant=?4 AND id=?5 AND version=?6 RETURNING seq";
            let seq: Option<i64> = connection
                .prepare_cached(sql)
                .and_then(|mut s| {
                    s.query_row(params![version, m.phase.word(), doc, tenant, id, was], |r| r.get(0)).optional()
                })
                .map_err(fault)?;
            seq.ok_or(StoreError::ChangedMeanwhile)?
        }
    };
    duties(connection, tenant, prepared)?;
    if let Some(row) = &prepared.fact {
        fact(connection, tenant, row, &NEW_FACT)?;
    }
    scope(connection, tenant, write, seq)
}

fn duties(connection: &Connection, tenant: &str, prepared: &PreparedProceeding) -> Result<(), StoreError> {
    let write = &prepared.write;
    let id = write.subject.id.as_str();
    if write.expected != Expected::New {
        execute(connection, "DELETE FROM duty WHERE tenant=?1 AND proceeding=?2", params![tenant, id])?;
    }
    for (duty, doc) in &prepared.duties {
        let kind = list_of(&write.subject, duty);
        execute(
            connection,
            "INSERT INTO duty (tenant, proceeding, n, unit, post, kind, due, next_at, doc) VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9)",
            params![
                tenant,
                id,
                duty.n,
                duty.unit.as_ref().map(|u| u.as_str()),
                duty.post.word(),
                kind,
                duty.due.as_second(),
                duty.next_at.map(|t| t.as_second()),
                doc
            ],
        )?;
    }
    Ok(())
}

fn scope(connection: &Connection, tenant: &str, write: &ProceedingWrite, seq: i64) -> Result<(), StoreError> {
    let tokens: Vec<String> =
        write.scope.iter().map(|u| terms::scope_token(write.subject.kind, tenant, u.as_str())).collect();
    if write.expected != Expected::New {
        let mut held: Vec<String> = connection
            .prepare_cached("SELECT unit FROM reader WHERE proceeding=?1")
            .and_then(|mut s| s.query_map([seq], |r| r.get(0))?.collect())
            .map_err(fault)?;
        held.sort();
        // Nothing to rewrite: the same units read it and its text is the same.
        if write.terms.is_none() && held.iter().map(String::as_str).eq(write.scope.iter().map(|u| u.as_str())) {
            return Ok(());
        }
        execute(connection, "DELETE FROM reader WHERE proceeding=?1", params![seq])?;
        execute(connection, "DELETE FROM search WHERE rowid=?1", params![seq])?;
    }
    for unit in &write.scope {
        execute(
            connection,
            "INSERT INTO reader (tenant, unit, proceeding) VALUES (?1,?2,?3)",
            params![tenant, unit.as_str(), seq],
        )?;
    }
    let body = match &write.terms {
        Some(body) => {
            execute(
                connection,
                "INSERT INTO search_body (seq, terms) VALUES (?1,?2) ON CONFLICT (seq) DO UPDATE SET terms=excluded.terms",
                params![seq, body],
            )?;
            body.clone()
        }
        None => connection
            .prepare_cached("SELECT terms FROM search_body WHERE seq=?1")
            .and_then(|mut s| s.query_row([seq], |r| r.get(0)).optional())
            .map_err(fault)?
            .unwrap_or_default(),
    };
    execute(
        connection,
        "INSERT INTO search (rowid, scope, body) VALUES (?1,?2,?3)",
        params![seq, tokens.join(" "), body],
    )?;
    Ok(())
}

fn erase(connection: &Connection, tenant: &str, what: &Erase) -> Result<(), StoreError> {
    let id = what.proceeding.as_str();
    for sql in [
        "DELETE FROM content WHERE tenant=?1 AND owner=?2",
        // Also one that was made since the papers were listed: its file is looked at later.
        "DELETE FROM paper_copy WHERE tenant=?1 AND proceeding=?2",
        "UPDATE event SET doc=json_set(doc, '$.salt', '') WHERE tenant=?1 AND proceeding=?2",
    ] {
        execute(connection, sql, params![tenant, id])?;
    }
    let Some(record) = &what.letter else { return Ok(()) };
    let letter = &record.submission.id;
    let doc = json("submission", letter.as_str(), record)?;
    let sql = "UPDATE submission SET doc=?3 WHERE tenant=?1 AND id=?2 AND receipt=?4";
    if execute(connection, sql, params![tenant, letter.as_str(), doc, record.receipt_hash])? == 0 {
        return Err(StoreError::ChangedMeanwhile);
    }
    for sql in [
        "DELETE FROM content WHERE tenant=?1 AND owner=?2",
        "DELETE FROM vault WHERE tenant=?1 AND submission=?2",
        "DELETE FROM attachment WHERE tenant=?1 AND submission=?2",
        "DELETE FROM message WHERE tenant=?1 AND submission=?2",
        "DELETE FROM audit WHERE tenant=?1 AND submission=?2",
    ] {
        execute(connection, sql, params![tenant, letter.as_str()])?;
    }
    Ok(())
}

fn item(connection: &Connection, tenant: &str, item: &ItemRecord) -> Result<(), StoreError> {
    let (kind, expires) = (item.kind.word(), item.expires.map(|t| t.as_second()));
    let doc = item.doc.to_string();
    let sql = if item.only_new {
        "INSERT INTO item (tenant, kind, key, expires, doc) VALUES (?1,?2,?3,?4,?5) ON CONFLICT DO NOTHING"
    } else {
        "INSERT INTO item (tenant, kind, key, expires, doc) VALUES (?1,?2,?3,?4,?5) ON CONFLICT (tenant, kind, key) DO UPDATE SET expires=excluded.expires, doc=excluded.doc"
    };
    let written = execute(connection, sql, params![tenant, kind, item.key, expires, doc])?;
    if written == 0 { Err(StoreError::AlreadyThere(item.key.clone())) } else { Ok(()) }
}

pub(crate) fn remove_item(connection: &Connection, tenant: &str, kind: ItemKind, key: &str) -> Result<(), StoreError> {
    execute(connection, "DELETE FROM item WHERE tenant=?1 AND kind=?2 AND key=?3", params![tenant, kind.word(), key])
        .map(|_| ())
}

/// Takes the timers of a proceeding out of the sweep's way.
pub(crate) fn set_aside(connection: &Connection, tenant: &str, proceeding: &str) -> Result<(), StoreError> {
    execute(connection, "UPDATE duty SET next_at=NULL WHERE tenant=?1 AND proceeding=?2", params![tenant, proceeding])
        .map(drop)
}

/// Writes one row, so that a disk that is full or read-only shows.
pub(crate) fn probe(connection: &Connection) -> Result<(), StoreError> {
    let sql = "INSERT INTO lease (tenant, name, next) VALUES ('', 'probe', 1) ON CONFLICT (tenant, name) DO UPDATE SET next=next+1";
    execute(connection, sql, params![]).map(drop)
}

pub(crate) fn sweep_items(connection: &Connection, tenant: &str, now: Timestamp) -> Result<u64, StoreError> {
    execute(connection, "DELETE FROM item WHERE expires <= ?2 AND tenant=?1", params![tenant, now.as_second()])
        .map(|n| u64::try_from(n).unwrap_or(0))
}

pub(crate) fn lease(connection: &Connection, tenant: &str, name: &str, count: u32) -> Result<u64, StoreError> {
    let sql = "INSERT INTO lease (tenant, name, next) VALUES (?1,?2,1+?3) ON CONFLICT (tenant, name) DO UPDATE SET next=next+?3 RETURNING next";
    let next: i64 = connection
        .prepare_cached(sql)
        .and_then(|mut s| s.query_row(params![tenant, name, count], |r| r.get(0)))
        .map_err(fault)?;
    StoreError::serial("lease", name, next - i64::from(count))
}

fn signed(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

/// Reserves a number of a series for a holder.
pub(crate) fn reserve(
    connection: &Connection,
    tenant: &str,
    wanted: Reserved,
    now: Timestamp,
    until: Timestamp,
) -> Result<Reserved, StoreError> {
    let free = "UPDATE reservation SET holder=?4, until=?5 WHERE tenant=?1 AND series=?2 AND n=\
                (SELECT n FROM reservation WHERE tenant=?1 AND series=?2 AND until<=?3 ORDER BY n LIMIT 1) RETURNING n";
    let values = params![tenant, wanted.series, now.as_second(), wanted.holder, until.as_second()];
    let free: Option<i64> = connection
        .prepare_cached(free)
        .and_then(|mut s| s.query_row(values, |r| r.get(0)).optional())
        .map_err(fault)?;
    if let Some(n) = free {
        return Ok(Reserved { n: StoreError::serial("reservation", &wanted.series, n)?, ..wanted });
    }
    let n = lease(connection, tenant, &wanted.series, 1)?;
    let sql = "INSERT INTO reservation (tenant, series, n, holder, until) VALUES (?1,?2,?3,?4,?5)";
    execute(connection, sql, params![tenant, wanted.series, signed(n), wanted.holder, until.as_second()])?;
    Ok(Reserved { n, ..wanted })
}

/// Gives back numbers that are not used.
pub(crate) fn give_back(connection: &Connection, tenant: &str, numbers: &[Reserved]) -> Result<(), StoreError> {
    let sql = "UPDATE reservation SET until=0 WHERE tenant=?1 AND series=?2 AND n=?3 AND holder=?4";
    numbers.iter().try_for_each(|number| {
        execute(connection, sql, params![tenant, number.series, signed(number.n), number.holder]).map(drop)
    })
}

/// A unique key is taken: two acted in the same moment.
fn is_taken(error: &StoreError) -> bool {
    let StoreError::Unavailable(source) = error else { return false };
    let code = source.downcast_ref::<rusqlite::Error>().and_then(rusqlite::Error::sqlite_error_code);
    code == Some(rusqlite::ErrorCode::ConstraintViolation)
}
