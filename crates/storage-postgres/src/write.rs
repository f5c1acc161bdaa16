//! The statements of a commit, sent in one pipeline: the answers are read after all of it is on its way.

use std::borrow::Cow;

use deadpool_postgres::{Object, Transaction};
use futures_util::future::try_join_all;
use huiyin_domain::ids::TenantId;
use huiyin_storage::{
    Changes, Erase, Expected, ItemRecord, MatterFact, ProceedingWrite, RecordChange, RecordWrite, Reserved, StoreError,
    SubmissionRecord, duty_rows, list_of, terms,
};
use jiff::Timestamp;
use serde::Serialize;
use tokio_postgres::types::ToSql;

use crate::fault;

type Values = Vec<Box<dyn ToSql + Sync + Send>>;

/// What a statement's count of rows must be, else the unit of work is refused.
enum Check {
    Any,
    /// No row: somebody changed the proceeding.
    Version,
    /// No row: the key is taken.
    Free(String),
}

#[derive(Default)]
struct Batch {
    steps: Vec<(Cow<'static, str>, Values, Check)>,
}

macro_rules! values {
    ($($v:expr),* $(,)?) => { vec![$(Box::new($v) as Box<dyn ToSql + Sync + Send>),*] };
}

impl Batch {
    fn add(&mut self, sql: impl Into<Cow<'static, str>>, values: Values) {
        self.steps.push((sql.into(), values, Check::Any));
    }

    fn checked(&mut self, sql: impl Into<Cow<'static, str>>, values: Values, check: Check) {
        self.steps.push((sql.into(), values, check));
    }
}

fn json<T: Serialize>(table: &'static str, row: &str, value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|e| StoreError::corrupt(table, row, &e))
}

/// Writes one unit of work in one transaction.
pub(crate) async fn commit(client: &mut Object, changes: &Changes) -> Result<(), StoreError> {
    let batch = batch(changes)?;
    let transaction = client.transaction().await.map_err(fault)?;
    write_batch(&transaction, batch, changes).await?;
    transaction.commit().await.map_err(fault)
}

async fn write_batch(transaction: &Transaction<'_>, batch: Batch, changes: &Changes) -> Result<(), StoreError> {
    let mut statements = Vec::with_capacity(batch.steps.len());
    for (sql, _, _) in &batch.steps {
        statements.push(transaction.prepare_cached(sql).await.map_err(fault)?);
    }
    let sent = batch.steps.iter().zip(&statements).map(|((_, values, _), statement)| async move {
        let values: Vec<&(dyn ToSql + Sync)> = values.iter().map(|v| &**v as &(dyn ToSql + Sync)).collect();
        transaction.execute(statement, &values).await
    });
    let counts = try_join_all(sent).await.map_err(fault)?;
    for ((_, _, check), count) in batch.steps.iter().zip(counts) {
        match check {
            Check::Version if count == 0 => return Err(StoreError::ChangedMeanwhile),
            Check::Free(key) if count == 0 => {
                return Err(StoreError::AlreadyThere(taken(transaction, changes, key).await?));
            }
            _ => {}
        }
    }
    Ok(())
}

async fn taken(transaction: &Transaction<'_>, changes: &Changes, key: &str) -> Result<String, StoreError> {
    let sql = "SELECT id FROM submission WHERE tenant=$1 AND (receipt=$2 OR origin=$3)";
    for record in &changes.submissions {
        let asked: [&(dyn ToSql + Sync); 3] = [&changes.tenant.0, &record.receipt_hash, &record.origin];
        if let Some(row) = transaction.query_opt(sql, &asked).await.map_err(fault)? {
            return Ok(row.get(0));
        }
    }
    Ok(key.to_owned())
}

fn batch(changes: &Changes) -> Result<Batch, StoreError> {
    let tenant = || changes.tenant.0.clone();
    let mut batch = Batch::default();
    if let Some(what) = &changes.erase {
        erase(&mut batch, &tenant(), what)?;
    }
    for (owner, n) in &changes.forgotten {
        let sql = "DELETE FROM content WHERE tenant=$1 AND owner=$2 AND n=$3";
        batch.add(sql, values![tenant(), owner.clone(), i64::from(*n)]);
    }
    for record in &changes.submissions {
        submission(&mut batch, tenant(), record)?;
    }
    if let Some(record) = &changes.submission_update {
        let id = record.submission.id.0.clone();
        let doc = json("submission", &id, record)?;
        batch.add(
            "UPDATE submission SET receipt=$3, doc=$4 WHERE tenant=$1 AND id=$2",
            values![tenant(), id, record.receipt_hash.clone(), doc],
        );
    }
    for vault in &changes.vaults {
        let id = vault.submission().0.clone();
        let doc = json("vault", &id, vault)?;
        batch.add(
            "INSERT INTO vault (tenant, submission, doc) VALUES ($1,$2,$3) ON CONFLICT (tenant, submission) DO UPDATE SET doc=excluded.doc",
            values![tenant(), id, doc],
        );
    }
    for write in &changes.proceedings {
        proceeding(&mut batch, tenant(), write)?;
    }
    for event in &changes.events {
        let (id, n) = (event.proceeding.0.clone(), i64::from(event.event.n));
        let doc = json("event", &id, event)?;
        // Two at once: the second has waited for the first, and its event is taken. It is told so, like a stale
        // version.
        batch.checked(
            "INSERT INTO event (tenant, proceeding, n, doc) VALUES ($1,$2,$3,$4) ON CONFLICT DO NOTHING",
            values![tenant(), id, n, doc],
            Check::Version,
        );
    }
    letters(&mut batch, changes)?;
    for number in &changes.numbers {
        let n = i64::try_from(number.n).unwrap_or(i64::MAX);
        let values = values![tenant(), number.series.clone(), n, number.holder.clone()];
        batch.checked(
            "DELETE FROM reservation WHERE tenant=$1 AND series=$2 AND n=$3 AND holder=$4",
            values,
            Check::Version,
        );
    }
    for row in &changes.facts {
        fact(&mut batch, tenant(), row, "DO NOTHING")?;
    }
    changes.records.iter().for_each(|write| record(&mut batch, tenant(), write));
    for record in &changes.items {
        item(&mut batch, tenant(), record);
    }
    Ok(batch)
}

/// Texts, files, messages and readings.
fn letters(batch: &mut Batch, changes: &Changes) -> Result<(), StoreError> {
    let tenant = || changes.tenant.0.clone();
    for content in &changes.contents {
        let doc = json("content", &content.owner, content)?;
        batch.add(
            "INSERT INTO content (tenant, owner, n, doc) VALUES ($1,$2,$3,$4) ON CONFLICT (tenant, owner, n) DO UPDATE SET doc=excluded.doc",
            values![tenant(), content.owner.clone(), i64::from(content.n), doc],
        );
    }
    for file in &changes.attachments {
        let doc = json("attachment", &file.id, file)?;
        batch.add(
            "INSERT INTO attachment (tenant, submission, id, doc) VALUES ($1,$2,$3,$4)",
            values![tenant(), file.submission.0.clone(), file.id.clone(), doc],
        );
    }
    for message in &changes.messages {
        let doc = json("message", &message.id, message)?;
        batch.add(
            "INSERT INTO message (tenant, submission, id, doc) VALUES ($1,$2,$3,$4)",
            values![tenant(), message.submission.0.clone(), message.id.clone(), doc],
        );
    }
    for audit in &changes.audits {
        let doc = json("audit", &audit.id, audit)?;
        batch.add(
            "INSERT INTO audit (tenant, submission, id, doc) VALUES ($1,$2,$3,$4)",
            values![tenant(), audit.submission.0.clone(), audit.id.clone(), doc],
        );
    }
    Ok(())
}

/// Reserves a number of a series.
pub(crate) async fn reserve(
    client: &mut Object,
    tenant: &TenantId,
    series: &str,
    holder: &str,
    now: Timestamp,
    until: Timestamp,
) -> Result<Reserved, StoreError> {
    let (now, until) = (now.as_second(), until.as_second());
    let transaction = client.transaction().await.map_err(fault)?;
    let free = "UPDATE reservation SET holder=$4, until=$5 WHERE tenant=$1 AND series=$2 AND n=\
                (SELECT n FROM reservation WHERE tenant=$1 AND series=$2 AND until<=$3 ORDER BY n LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING n";
    let free = transaction.prepare_cached(free).await.map_err(fault)?;
    let n: i64 = match transaction
        .query_opt(&free, &[&tenant.0, &series, &now, &holder, &until])
        .await
        .map_err(fault)?
    {
        Some(row) => row.get(0),
        None => {
            let next = "WITH next AS (INSERT INTO lease (tenant, name, next) VALUES ($1,$2,2) ON CONFLICT (tenant, name) DO UPDATE SET next=lease.next+1 RETURNING next-1 AS n) \
                        INSERT INTO reservation (tenant, series, n, holder, until) SELECT $1,$2,n,$3,$4 FROM next RETURNING n";
            let next = transaction.prepare_cached(next).await.map_err(fault)?;
            transaction.query_one(&next, &[&tenant.0, &series, &holder, &until]).await.map_err(fault)?.get(0)
        }
    };
    let n = StoreError::serial("reservation", series, n)?;
    transaction.commit().await.map_err(fault)?;
    Ok(Reserved { series: series.to_owned(), n, holder: holder.to_owned() })
}

fn erase(batch: &mut Batch, tenant: &str, what: &Erase) -> Result<(), StoreError> {
    for sql in [
        "DELETE FROM content WHERE tenant=$1 AND owner=$2",
        // Also one that was made since the papers were listed: its file is looked at later.
        "DELETE FROM paper_copy WHERE tenant=$1 AND proceeding=$2",
        "UPDATE event SET doc=jsonb_set(doc::jsonb, '{salt}', '\"\"')::text WHERE tenant=$1 AND proceeding=$2",
    ] {
        batch.add(sql, values![tenant.to_owned(), what.proceeding.0.clone()]);
    }
    let Some(record) = &what.letter else { return Ok(()) };
    let letter = &record.submission.id;
    let doc = json("submission", letter.as_str(), record)?;
    let sql = "UPDATE submission SET doc=$3 WHERE tenant=$1 AND id=$2 AND receipt=$4";
    batch.checked(sql, values![tenant.to_owned(), letter.0.clone(), doc, record.receipt_hash.clone()], Check::Version);
    for sql in [
        "DELETE FROM content WHERE tenant=$1 AND owner=$2",
        "DELETE FROM vault WHERE tenant=$1 AND submission=$2",
        "DELETE FROM attachment WHERE tenant=$1 AND submission=$2",
        "DELETE FROM message WHERE tenant=$1 AND submission=$2",
        "DELETE FROM audit WHERE tenant=$1 AND submission=$2",
    ] {
        batch.add(sql, values![tenant.to_owned(), letter.0.clone()]);
    }
    Ok(())
}

fn submission(batch: &mut Batch, tenant: String, record: &SubmissionRecord) -> Result<(), StoreError> {
    let id = record.submission.id.0.clone();
    let doc = json("submission", &id, record)?;
    batch.checked(
        "INSERT INTO submission (tenant, id, receipt, origin, doc) VALUES ($1,$2,$3,$4,$5) ON CONFLICT DO NOTHING",
        values![tenant, id.clone(), record.receipt_hash.clone(), record.origin.clone(), doc],
        Check::Free(id),
    );
    Ok(())
}

fn proceeding(batch: &mut Batch, tenant: String, write: &ProceedingWrite) -> Result<(), StoreError> {
    let m = &write.subject;
    let (id, doc) = (m.id.0.clone(), m.to_json().map_err(|e| StoreError::corrupt("proceeding", m.id.as_str(), &e))?);
    let (submission, part) =
        m.matter().map_or((String::new(), 0), |m| (m.details().submission.0.clone(), i64::from(m.details().part)));
    let version = i64::try_from(m.version).unwrap_or(i64::MAX);
    match write.expected {
        // A submission that is already there is said first, since its statement stands before this one. A number that
        // is taken, by a serial given twice or a part made at the same moment, writes nothing at all.
        Expected::New => batch.checked(
            "INSERT INTO proceeding (tenant, id, submission, part, number, version, phase, doc, kind) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9) ON CONFLICT DO NOTHING",
            values![
                tenant.clone(),
                id.clone(),
                submission,
                part,
                m.number.clone(),
                version,
                m.phase.word(),
                doc,
                m.kind.word()
            ],
            Check::Version,
        ),
        Expected::Version(was) => batch.checked(
            "UPDATE proceeding SET version=$1, phase=$2, doc=$3 WHERE tenant=$4 AND id=$5 AND version=$6",
            values![version, m.phase.word(), doc, tenant.clone(), id.clone(), i64::try_from(was).unwrap_or(-1)],
            Check::Version,
        ),
    }
    duties(batch, &tenant, write)?;
    if let Some(row) = &write.fact {
        let set: Vec<String> = MatterFact::COLUMNS.iter().map(|c| format!("{c}=excluded.{c}")).collect();
        fact(batch, tenant.clone(), row, &format!("DO UPDATE SET {}", set.join(", ")))?;
    }
    scope(batch, &tenant, write);
    Ok(())
}

fn duties(batch: &mut Batch, tenant: &str, write: &ProceedingWrite) -> Result<(), StoreError> {
    let id = &write.subject.id.0;
    if write.expected != Expected::New {
        batch.add("DELETE FROM duty WHERE tenant=$1 AND proceeding=$2", values![tenant.to_owned(), id.clone()]);
    }
    for duty in duty_rows(&write.subject) {
        let kind = list_of(&write.subject, &duty);
        let doc = json("duty", id, &duty)?;
        batch.add(
            "INSERT INTO duty (tenant, proceeding, n, unit, post, kind, due, next_at, doc) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9)",
            values![
                tenant.to_owned(),
                id.clone(),
                i64::from(duty.n),
                duty.unit.as_ref().map(|u| u.0.clone()),
                duty.post.word(),
                kind,
                duty.due.as_second(),
                duty.next_at.map(|t| t.as_second()),
                doc
            ],
        );
    }
    Ok(())
}

fn scope(batch: &mut Batch, tenant: &str, write: &ProceedingWrite) {
    let id = write.subject.id.0.clone();
    let units: Vec<String> = write.scope.iter().map(|u| u.0.clone()).collect();
    if write.expected != Expected::New {
        let sql = "DELETE FROM reader WHERE tenant=$1 AND proceeding=$2 AND unit <> ALL($3)";
        batch.add(sql, values![tenant.to_owned(), id.clone(), units.clone()]);
    }
    batch.add(
        "INSERT INTO reader (tenant, unit, proceeding) SELECT $1, u, $2 FROM unnest($3::text[]) u ON CONFLICT DO NOTHING",
        values![tenant.to_owned(), id.clone(), units],
    );
    let tokens: Vec<String> = write
        .scope
        .iter()
        .map(|u| format!("'{}'", terms::scope_token(write.subject.kind, tenant, u.as_str())))
        .collect();
    let tokens = tokens.join(" ");
    match &write.terms {
        Some(body) => batch.add(
            "INSERT INTO search (tenant, proceeding, scope, body, vector) VALUES ($1, $2, $3, $4::text::tsvector, $4::text::tsvector || $3::text::tsvector) \
             ON CONFLICT (tenant, proceeding) DO UPDATE SET scope=excluded.scope, body=excluded.body, vector=excluded.vector",
            values![tenant.to_owned(), id, tokens, vector(body)],
        ),
        None => batch.add(
            "UPDATE search SET scope=$3, vector=body || $3::text::tsvector WHERE tenant=$1 AND proceeding=$2 AND scope<>$3",
            values![tenant.to_owned(), id, tokens],
        ),
    }
}

/// A tsvector literal; positions end at 16,383, so the tail of a very long text is found by its terms, not as a phrase.
fn vector(body: &str) -> String {
    let mut out = String::with_capacity(body.len() * 2);
    for (position, term) in body.split(' ').filter(|t| !t.is_empty()).enumerate() {
        out.push('\'');
        out.push_str(term);
        out.push_str("':");
        out.push_str(&(position + 1).min(16_383).to_string());
        out.push(' ');
    }
    out
}

fn fact(batch: &mut Batch, tenant: String, fact: &MatterFact, otherwise: &str) -> Result<(), StoreError> {
    let marks: Vec<String> = (1..=MatterFact::COLUMNS.len() + 2).map(|n| format!("${n}")).collect();
    let (columns, marks) = (MatterFact::COLUMNS.join(", "), marks.join(","));
    let sql = format!(
        "INSERT INTO matter_fact (tenant, matter, {columns}) VALUES ({marks}) ON CONFLICT (tenant, matter) {otherwise}"
    );
    let values = values![
        tenant,
        fact.matter.0.clone(),
        fact.number.clone(),
        fact.pack.clone(),
        fact.phase.word(),
        fact.channel.clone(),
        fact.class.clone(),
        fact.place.clone(),
        fact.holder.0.clone(),
        fact.sender.as_ref().map(|u| u.0.clone()),
        json("matter_fact", fact.matter.as_str(), &fact.held)?,
        json("matter_fact", fact.matter.as_str(), &fact.concerned)?,
        fact.complained_of.clone(),
        json("matter_fact", fact.matter.as_str(), &fact.facts)?,
        fact.outcome.clone(),
        fact.received.to_string(),
        fact.answered.map(|d| d.to_string()),
        fact.due.map(|t| t.as_second()),
        i64::from(fact.in_time),
        i64::from(fact.late),
        json("matter_fact", fact.matter.as_str(), &fact.counts)?,
    ];
    batch.add(sql, values);
    Ok(())
}

fn record(batch: &mut Batch, tenant: String, write: &RecordWrite) {
    let (name, columns) = (write.table.name(), write.table.key_columns());
    let mut values: Values = values![tenant];
    values.extend(write.key.iter().map(|part| Box::new(part.clone()) as Box<dyn ToSql + Sync + Send>));
    let (doc, otherwise, check) = match &write.change {
        RecordChange::Put(doc) => (doc, "DO UPDATE SET doc=excluded.doc", Check::Any),
        RecordChange::Add(doc) => (doc, "DO NOTHING", Check::Free(write.key.join(" "))),
        RecordChange::Remove => {
            let named: Vec<String> = columns.iter().zip(2..).map(|(column, n)| format!(" AND {column}=${n}")).collect();
            return batch.add(format!("DELETE FROM {name} WHERE tenant=$1{}", named.concat()), values);
        }
    };
    values.push(Box::new(doc.clone()));
    let marks: Vec<String> = (1..=values.len()).map(|n| format!("${n}")).collect();
    let columns = columns.join(", ");
    let sql = format!(
        "INSERT INTO {name} (tenant, {columns}, doc) VALUES ({}) ON CONFLICT (tenant, {columns}) {otherwise}",
        marks.join(",")
    );
    batch.checked(sql, values, check);
}

fn item(batch: &mut Batch, tenant: String, record: &ItemRecord) {
    let values = values![
        tenant,
        record.kind.word(),
        record.key.clone(),
        record.expires.map(|t| t.as_second()),
        record.doc.to_string()
    ];
    if record.only_new {
        batch.checked(
            "INSERT INTO item (tenant, kind, key, expires, doc) VALUES ($1,$2,$3,$4,$5) ON CONFLICT DO NOTHING",
            values,
            Check::Free(record.key.clone()),
        );
    } else {
        batch.add(
            "INSERT INTO item (tenant, kind, key, expires, doc) VALUES ($1,$2,$3,$4,$5) ON CONFLICT (tenant, kind, key) DO UPDATE SET expires=excluded.expires, doc=excluded.doc",
            values,
        );
    }
}
