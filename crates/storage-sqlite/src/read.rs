//! The statements of reads.

use std::collections::BTreeSet;

use huiyin_domain::ids::{ProceedingId, UnitId};
use huiyin_domain::kind::ProceedingKind;
use huiyin_domain::procedure::Phase;
use huiyin_domain::subject::Subject;
use huiyin_storage::terms::{Phrase, phrases, scope_token};
use huiyin_storage::{
    AFTER_BURSTS, BURSTS, Burst, COUNTED, DutyQuery, DutyRecord, DutySlice, FactQuery, FactRange, FileUse, ItemKind,
    ItemRecord, ListQuery, MANY_BURSTS, MatterFact, Page, RecordQuery, SearchQuery, StoreError, Table, Visibility,
    behind,
};
use jiff::Timestamp;
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, ToSql, params, params_from_iter};
use serde::de::DeserializeOwned;

use crate::fault;

/// A row read by a key that its reader knows.
const UNNAMED: &str = "?";

fn parse<T: DeserializeOwned>(table: &'static str, row: &str, doc: &str) -> Result<T, StoreError> {
    serde_json::from_str(doc).map_err(|e| StoreError::corrupt(table, row, &e))
}

pub(crate) fn one<T: DeserializeOwned>(
    connection: &Connection,
    table: &'static str,
    sql: &str,
    values: &[&dyn ToSql],
) -> Result<Option<T>, StoreError> {
    let doc: Option<String> =
        connection.prepare_cached(sql).and_then(|mut s| s.query_row(values, |r| r.get(0)).optional()).map_err(fault)?;
    doc.map(|doc| parse(table, UNNAMED, &doc)).transpose()
}

pub(crate) fn many<T: DeserializeOwned>(
    connection: &Connection,
    table: &'static str,
    sql: &str,
    values: &[&dyn ToSql],
) -> Result<Vec<T>, StoreError> {
    let docs: Vec<String> =
        connection.prepare_cached(sql).and_then(|mut s| s.query_map(values, |r| r.get(0))?.collect()).map_err(fault)?;
    docs.iter().map(|doc| parse(table, UNNAMED, doc)).collect()
}

/// The rows of a proceeding's duties as their columns say, by which they are listed and worked.
pub(crate) fn duties_of(
    connection: &Connection,
    tenant: &str,
    proceeding: &str,
) -> Result<Vec<(DutyRecord, String)>, StoreError> {
    let sql = "SELECT doc, unit, due, next_at, kind FROM duty WHERE tenant=?1 AND proceeding=?2";
    let read =
        |r: &rusqlite::Row<'_>| Ok((r.get::<_, String>(0)?, r.get(1)?, r.get(2)?, r.get(3)?, r.get::<_, String>(4)?));
    let rows: Vec<_> = connection
        .prepare_cached(sql)
        .and_then(|mut s| s.query_map([tenant, proceeding], read)?.collect())
        .map_err(fault)?;
    rows.into_iter()
        .map(|(doc, unit, due, next_at, list)| {
            Ok((parse::<DutyRecord>("duty", UNNAMED, &doc)?.listed_as(unit, due, next_at), list))
        })
        .collect()
}

/// Rows with their keys; a damaged one with why.
type Listed<T> = Vec<(String, Result<T, StoreError>)>;

/// Cuts one row more than asked for off a page and makes the cursor of the last row kept. A damaged row is left out and
/// logged: it does not close a unit's list.
fn page<T>(mut rows: Listed<T>, limit: u32) -> Page<T> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = if more { rows.last().map(|r| r.0.clone()) } else { None };
    let whole = |(_, row): (String, Result<T, StoreError>)| {
        row.inspect_err(
            |error| tracing::error!(error = %error, "a damaged row was left out of a list; run huiyin doctor"),
        )
        .ok()
    };
    Page { rows: rows.into_iter().filter_map(whole).collect(), next }
}

fn subject(row: &str, kind: &str, doc: &str) -> Result<Subject, StoreError> {
    let kind = ProceedingKind::from_word(kind).ok_or_else(|| StoreError::unknown_kind(row, kind))?;
    Subject::from_json(kind, doc).map_err(|e| StoreError::corrupt("proceeding", row, &e))
}

/// Proceedings by a statement that selects kind and document.
pub(crate) fn subjects(connection: &Connection, sql: &str, values: &[&dyn ToSql]) -> Result<Vec<Subject>, StoreError> {
    let read = |r: &rusqlite::Row<'_>| Ok((r.get(0)?, r.get(1)?));
    let found: Vec<(String, String)> =
        connection.prepare_cached(sql).and_then(|mut s| s.query_map(values, read)?.collect()).map_err(fault)?;
    found.iter().map(|(kind, doc)| subject(UNNAMED, kind, doc)).collect()
}

/// A page of proceedings by a statement that selects key, kind and document.
fn proceedings(
    connection: &Connection,
    sql: &str,
    values: Vec<Value>,
    limit: u32,
) -> Result<Page<Subject>, StoreError> {
    let read = |r: &rusqlite::Row<'_>| Ok((r.get(0)?, r.get(1)?, r.get(2)?));
    let rows: Vec<(i64, String, String)> = connection
        .prepare_cached(sql)
        .and_then(|mut s| s.query_map(params_from_iter(values), read)?.collect())
        .map_err(fault)?;
    let parsed =
        rows.into_iter().map(|(seq, kind, doc)| (seq.to_string(), subject(&seq.to_string(), &kind, &doc))).collect();
    Ok(page(parsed, limit))
}

fn before(after: Option<&str>) -> i64 {
    after.and_then(|c| c.parse().ok()).unwrap_or(i64::MAX)
}

pub(crate) fn list(connection: &Connection, query: &ListQuery) -> Result<Page<Subject>, StoreError> {
    match list_statement(query) {
        Some((sql, values)) => proceedings(connection, &sql, values, query.limit),
        None => Ok(Page { rows: Vec::new(), next: None }),
    }
}

/// The statement of a list. It is driven from a key in the order of the page, so that no more documents are read than
/// the page shows: for one unit, as every officer has, from its rows of `reader`; for several, as walks have, from the
/// matters.
fn list_statement(query: &ListQuery) -> Option<(String, Vec<Value>)> {
    let Visibility::Units { units, without } = &query.visibility else { return None };
    let left_out = left_out("m.id", without);
    let phase = if query.phase.is_some() { " AND m.phase=?" } else { "" };
    let seen = || {
        let marks = vec!["?"; units.len()].join(",");
        format!(
            "EXISTS (SELECT 1 FROM reader r WHERE r.tenant=m.tenant AND r.proceeding=m.seq AND r.unit IN ({marks}))"
        )
    };
    let (from, order) = if query.kind != ProceedingKind::Matter {
        // Few beside the matters: from the key of their kind.
        (format!("proceeding m WHERE m.tenant=? AND {} AND m.seq<? AND m.kind<>'matter'", seen()), "m.seq")
    } else if units.len() == 1 {
        (
            "reader r CROSS JOIN proceeding m ON m.seq=r.proceeding WHERE r.tenant=? AND r.unit=? AND r.proceeding<?"
                .to_owned(),
            "r.proceeding",
        )
    } else {
        // The sign keeps the index by tenant out, which has no order.
        (format!("proceeding m WHERE +m.tenant=? AND {} AND m.seq<?", seen()), "m.seq")
    };
    let sql = format!(
        "SELECT m.seq, m.kind, m.doc FROM {from} AND m.kind=?{phase}{} ORDER BY {order} DESC LIMIT ?",
        left_out.0
    );
    let mut values: Vec<Value> = vec![query.tenant.0.clone().into()];
    values.extend(units.iter().map(|u| Value::from(u.0.clone())));
    values.push(before(query.after.as_deref()).into());
    values.push(query.kind.word().to_owned().into());
    values.extend(query.phase.map(|p| Value::from(p.word().to_owned())));
    values.extend(left_out.1);
    values.push(i64::from(query.limit.saturating_add(1)).into());
    Some((sql, values))
}

pub(crate) fn search(connection: &Connection, query: &SearchQuery) -> Result<Page<Subject>, StoreError> {
    let Visibility::Units { units, without } = &query.visibility else {
        return Ok(Page { rows: Vec::new(), next: None });
    };
    let wanted = phrases(&query.text);
    if wanted.is_empty() || units.is_empty() {
        return Ok(Page { rows: Vec::new(), next: None });
    }
    let scope: Vec<String> =
        units.iter().map(|u| format!("\"{}\"", scope_token(query.kind, query.tenant.as_str(), u.as_str()))).collect();
    let body: Vec<String> = wanted.iter().map(quote).collect();
    let matching = format!("scope:({}) AND body:({})", scope.join(" OR "), body.join(" AND "));
    let left_out = left_out("m.id", without);
    let sql = format!(
        "SELECT m.seq, m.kind, m.doc FROM search s JOIN proceeding m ON m.seq=s.rowid WHERE search MATCH ? AND s.rowid<? AND m.kind=?{} ORDER BY s.rowid DESC LIMIT ?",
        left_out.0
    );
    let mut values = vec![matching.into(), before(query.after.as_deref()).into(), query.kind.word().to_owned().into()];
    values.extend(left_out.1);
    values.push(i64::from(query.limit.saturating_add(1)).into());
    proceedings(connection, &sql, values, query.limit)
}

/// The condition and values that leave matters out; empty for most readers.
fn left_out(column: &str, without: &BTreeSet<ProceedingId>) -> (String, Vec<Value>) {
    if without.is_empty() {
        return (String::new(), Vec::new());
    }
    (
        format!(" AND {column} NOT IN ({})", vec!["?"; without.len()].join(",")),
        without.iter().map(|m| Value::from(m.0.clone())).collect(),
    )
}

/// Terms hold letters, digits and Han only, so quoting is enough.
fn quote(phrase: &Phrase) -> String {
    let star = if phrase.prefix { "*" } else { "" };
    format!("\"{}\"{star}", phrase.terms.join(" "))
}

pub(crate) fn duties(connection: &Connection, query: &DutyQuery) -> Result<Page<DutyRecord>, StoreError> {
    let (from, to) = query.bounds();
    let (due, key) = query.position();
    let posts = posts(query);
    let sql = format!(
        "SELECT due || '.' || proceeding || '.' || printf('%06d', n), doc FROM duty WHERE tenant=? AND unit=? AND kind=?{} AND due>=? AND due<? AND (due>? OR (due=? AND proceeding || '.' || printf('%06d', n) > ?)) ORDER BY due, proceeding, n LIMIT ?",
        posts.0
    );
    let mut values: Vec<Value> = vec![query.tenant.0.clone().into(), query.unit.0.clone().into(), query.list().into()];
    values.extend(posts.1);
    values.extend([
        Value::from(from.max(due)),
        to.into(),
        due.into(),
        due.into(),
        key.into(),
        i64::from(query.limit.saturating_add(1)).into(),
    ]);
    let rows: Vec<(String, String)> = connection
        .prepare_cached(&sql)
        .and_then(|mut s| s.query_map(params_from_iter(values), |r| Ok((r.get(0)?, r.get(1)?)))?.collect())
        .map_err(fault)?;
    let parsed = rows
        .into_iter()
        .map(|(key, doc)| {
            let parsed = parse("duty", &key, &doc);
            (key, parsed)
        })
        .collect();
    Ok(page(parsed, query.limit))
}

/// The condition on posts and on matters left out, with its values.
fn posts(query: &DutyQuery) -> (String, Vec<Value>) {
    let (mut sql, mut values) = left_out("proceeding", &query.without);
    if !query.posts.is_empty() {
        sql.push_str(&format!(" AND post IN ({})", vec!["?"; query.posts.len()].join(",")));
        values.extend(query.posts.iter().map(|p| Value::from(p.word().to_owned())));
    }
    (sql, values)
}

/// Several reads of duties in one statement: of each slice its count, and its first rows.
pub(crate) fn duty_slices(connection: &Connection, slices: &[DutyQuery]) -> Result<Vec<DutySlice>, StoreError> {
    let (mut parts, mut values): (Vec<String>, Vec<Value>) = (Vec::new(), Vec::new());
    for (slot, query) in slices.iter().enumerate() {
        let (from, to) = query.bounds();
        let (due, key) = query.position();
        let (sql, given) = posts(query);
        let filter = |values: &mut Vec<Value>, from: i64| {
            values.extend([query.tenant.0.clone().into(), query.unit.0.clone().into(), query.list().into()]);
            values.extend(given.clone());
            values.extend([Value::from(from), to.into()]);
        };
        let duty = format!("FROM duty WHERE tenant=? AND unit=? AND kind=?{sql} AND due>=? AND due<?");
        filter(&mut values, from);
        parts.push(format!("SELECT {slot} AS slot, count(*) AS n, NULL AS due, NULL AS key, NULL AS doc FROM (SELECT 1 {duty} LIMIT {COUNTED})"));
        if query.limit > 0 {
            filter(&mut values, from.max(due));
            values.extend([Value::from(due), due.into(), key.into(), i64::from(query.limit.saturating_add(1)).into()]);
            let key = "proceeding || '.' || printf('%06d', n)";
            let rows = format!(
                "SELECT {slot}, NULL, due, {key} AS key, doc {duty} AND (due>? OR (due=? AND {key} > ?)) ORDER BY due, proceeding, n LIMIT ?"
            );
            parts.push(format!("SELECT * FROM ({rows})"));
        }
    }
    let sql = format!("{} ORDER BY 1, 3, 4", parts.join(" UNION ALL "));
    let mut statement = connection.prepare_cached(&sql).map_err(fault)?;
    let mut rows = statement.query(params_from_iter(values)).map_err(fault)?;
    let mut found: Vec<(i64, Listed<DutyRecord>)> = slices.iter().map(|_| (0, Vec::new())).collect();
    while let Some(row) = rows.next().map_err(fault)? {
        let Some((count, listed)) =
            found.get_mut(usize::try_from(row.get::<_, i64>(0).map_err(fault)?).unwrap_or(usize::MAX))
        else {
            continue;
        };
        match row.get::<_, Option<i64>>(1).map_err(fault)? {
            Some(n) => *count = n,
            None => {
                let key =
                    format!("{}.{}", row.get::<_, i64>(2).map_err(fault)?, row.get::<_, String>(3).map_err(fault)?);
                let duty = parse("duty", &key, &row.get::<_, String>(4).map_err(fault)?);
                listed.push((key, duty));
            }
        }
    }
    let slice = |((count, rows), query): ((i64, _), &DutyQuery)| DutySlice {
        count: u64::try_from(count).unwrap_or(0),
        page: page(rows, query.limit),
    };
    Ok(found.into_iter().zip(slices).map(slice).collect())
}

/// Bursts in one statement, which steps from one to the next along the key.
pub(crate) fn bursts(connection: &Connection, query: &DutyQuery) -> Result<Vec<Burst>, StoreError> {
    let (posts, given) = posts(query);
    let next = "SELECT kind FROM duty WHERE tenant=? AND unit=? AND kind>";
    let counted = format!(
        "SELECT proceeding, due FROM duty WHERE tenant=? AND unit=? AND kind=list.kind{posts} ORDER BY due, proceeding, n LIMIT {COUNTED}"
    );
    let sql = format!(
        "WITH RECURSIVE list (kind) AS (SELECT ({next} ? AND kind<? ORDER BY kind LIMIT 1) \
         UNION ALL SELECT ({next} list.kind AND kind<? ORDER BY kind LIMIT 1) FROM list WHERE list.kind IS NOT NULL LIMIT {MANY_BURSTS}) \
         SELECT kind, (SELECT count(DISTINCT proceeding) FROM ({counted})), (SELECT min(due) FROM ({counted})) FROM list WHERE kind IS NOT NULL"
    );
    let (tenant, unit) = (Value::from(query.tenant.0.clone()), Value::from(query.unit.0.clone()));
    let mut values: Vec<Value> =
        vec![tenant.clone(), unit.clone(), BURSTS.to_owned().into(), AFTER_BURSTS.to_owned().into()];
    values.extend([tenant.clone(), unit.clone(), AFTER_BURSTS.to_owned().into()]);
    for _ in 0..2 {
        values.extend([tenant.clone(), unit.clone()]);
        values.extend(given.clone());
    }
    let read = |r: &rusqlite::Row<'_>| Ok((r.get(0)?, r.get(1)?, r.get(2)?));
    let rows: Vec<(String, i64, Option<i64>)> = connection
        .prepare_cached(&sql)
        .and_then(|mut s| s.query_map(params_from_iter(values), read)?.collect())
        .map_err(fault)?;
    Ok(rows.into_iter().filter_map(|(list, matters, due)| burst(&list, matters, due)).collect())
}

fn burst(list: &str, matters: i64, due: Option<i64>) -> Option<Burst> {
    let due = due.and_then(|s| Timestamp::from_second(s).ok())?;
    Some(Burst {
        name: list.strip_prefix(BURSTS).unwrap_or_default().to_owned(),
        matters: u64::try_from(matters).unwrap_or(0),
        due,
    })
}

pub(crate) fn due_timers(
    connection: &Connection,
    tenant: &str,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<ProceedingId>, StoreError> {
    let sql =
        "SELECT proceeding FROM duty WHERE tenant=?1 AND next_at IS NOT NULL AND next_at<=?2 ORDER BY next_at LIMIT ?3";
    let ids: Vec<String> = connection
        .prepare_cached(sql)
        .and_then(|mut s| s.query_map(params![tenant, now.as_second(), limit], |r| r.get(0))?.collect())
        .map_err(fault)?;
    let mut out: Vec<ProceedingId> = Vec::with_capacity(ids.len());
    for id in ids {
        if !out.iter().rev().take(8).any(|m| m.0 == id) {
            out.push(ProceedingId(id));
        }
    }
    Ok(out)
}

pub(crate) fn next_timer(
    connection: &Connection,
    tenant: &str,
    after: Timestamp,
) -> Result<Option<Timestamp>, StoreError> {
    let sql = "SELECT min(next_at) FROM duty WHERE tenant=?1 AND next_at IS NOT NULL AND next_at>?2";
    let next: Option<i64> = connection
        .prepare_cached(sql)
        .and_then(|mut s| s.query_row(params![tenant, after.as_second()], |r| r.get(0)))
        .map_err(fault)?;
    Ok(next.and_then(|s| Timestamp::from_second(s).ok()))
}

fn item_of(kind: ItemKind, key: String, doc: &str, expires: Option<i64>) -> Result<ItemRecord, StoreError> {
    let doc = parse("item", &key, doc)?;
    Ok(ItemRecord { kind, key, doc, expires: expires.and_then(|s| Timestamp::from_second(s).ok()), only_new: false })
}

pub(crate) fn item(
    connection: &Connection,
    tenant: &str,
    kind: ItemKind,
    key: &str,
    now: Timestamp,
) -> Result<Option<ItemRecord>, StoreError> {
    let sql =
        "SELECT doc, expires FROM item WHERE tenant=?1 AND kind=?2 AND key=?3 AND (expires IS NULL OR expires>?4)";
    let found: Option<(String, Option<i64>)> = connection
        .prepare_cached(sql)
        .and_then(|mut s| {
            s.query_row(params![tenant, kind.word(), key, now.as_second()], |r| Ok((r.get(0)?, r.get(1)?))).optional()
        })
        .map_err(fault)?;
    found.map(|(doc, expires)| item_of(kind, key.to_owned(), &doc, expires)).transpose()
}

pub(crate) fn orphans(connection: &Connection, tenant: &str, limit: u32) -> Result<Vec<ProceedingId>, StoreError> {
    let sql = "SELECT DISTINCT d.proceeding FROM duty d WHERE d.tenant=?1 AND NOT EXISTS (SELECT 1 FROM proceeding m WHERE m.tenant=d.tenant AND m.id=d.proceeding) LIMIT ?2";
    connection
        .prepare_cached(sql)
        .and_then(|mut s| s.query_map(params![tenant, limit], |r| r.get(0).map(ProceedingId))?.collect())
        .map_err(fault)
}

pub(crate) fn items(
    connection: &Connection,
    tenant: &str,
    kind: ItemKind,
    prefix: &str,
    after: &str,
    limit: u32,
) -> Result<Vec<ItemRecord>, StoreError> {
    // Bounded on both sides, so that keys behind the prefix are not walked through.
    let sql = "SELECT key, doc, expires FROM item WHERE tenant=?1 AND kind=?2 AND key>=?3 AND key<?6 AND key>?4 ORDER BY key LIMIT ?5";
    let rows: Vec<(String, String, Option<i64>)> = connection
        .prepare_cached(sql)
        .and_then(|mut s| {
            s.query_map(params![tenant, kind.word(), prefix, after, limit, behind(prefix)], |r| {
                Ok((r.get(0)?, r.get(1)?, r.get(2)?))
            })?
            .collect()
        })
        .map_err(fault)?;
    rows.into_iter().map(|(key, doc, expires)| item_of(kind, key, &doc, expires)).collect()
}

/// A record as JSON.
pub(crate) fn record(
    connection: &Connection,
    tenant: &str,
    table: Table,
    key: &[String],
) -> Result<Option<String>, StoreError> {
    let named: Vec<String> = table.key_columns().iter().map(|c| format!(" AND {c}=?")).collect();
    let sql = format!("SELECT doc FROM {} WHERE tenant=?{}", table.name(), named.concat());
    let values = std::iter::once(tenant).chain(key.iter().map(String::as_str));
    connection
        .prepare_cached(&sql)
        .and_then(|mut s| s.query_row(params_from_iter(values), |r| r.get(0)).optional())
        .map_err(fault)
}

pub(crate) fn records(connection: &Connection, query: &RecordQuery) -> Result<Vec<(Vec<String>, String)>, StoreError> {
    let (sql, values) = records_statement(query);
    let columns = query.table.key_columns().len();
    let read = |r: &rusqlite::Row<'_>| Ok(((0..columns).map(|i| r.get(i)).collect::<Result<_, _>>()?, r.get(columns)?));
    connection
        .prepare_cached(&sql)
        .and_then(|mut s| s.query_map(params_from_iter(values), read)?.collect())
        .map_err(fault)
}

/// The statement of a read of records. It is driven from the primary key and sorts nothing.
fn records_statement(query: &RecordQuery) -> (String, Vec<Value>) {
    let (wanted, columns) = (&query.wanted, query.table.key_columns());
    let mut sql = format!("SELECT {}, doc FROM {} WHERE tenant=?", columns.join(", "), query.table.name());
    let mut values: Vec<Value> = vec![query.tenant.0.clone().into()];
    for (column, part) in columns.iter().zip(&wanted.within) {
        sql.push_str(&format!(" AND {column}=?"));
        values.push(part.clone().into());
    }
    let rest = columns.get(wanted.within.len()..).unwrap_or_default();
    if let Some(next) = rest.first().filter(|_| !wanted.begins.is_empty()) {
        // Bounded on both sides, so that keys behind are not walked through.
        sql.push_str(&format!(" AND {next}>=? AND {next}<?"));
        values.extend([wanted.begins.clone().into(), behind(&wanted.begins).into()]);
    }
    if let Some(after) = wanted.after.get(wanted.within.len()..).filter(|a| !a.is_empty()) {
        sql.push_str(&format!(" AND ({})>({})", rest.join(","), vec!["?"; rest.len()].join(",")));
        values.extend((0..rest.len()).map(|i| Value::from(after.get(i).cloned().unwrap_or_default())));
    }
    sql.push_str(&format!(" ORDER BY {} LIMIT ?", columns.join(", ")));
    values.push(i64::from(wanted.limit).into());
    (sql, values)
}

/// Proceedings of a kind by id.
pub(crate) fn scan(
    connection: &Connection,
    tenant: &str,
    kind: ProceedingKind,
    after: &str,
    limit: u32,
) -> Result<Page<Subject>, StoreError> {
    // Matters are nearly all there is and are read in the order of ids; the sign keeps the index by kind out. The
    // others are few: they are found by their kind and put in order.
    let sql = if kind == ProceedingKind::Matter {
        "SELECT id, kind, doc FROM proceeding WHERE tenant=?1 AND id>?2 AND +kind=?3 ORDER BY id LIMIT ?4"
    } else {
        "SELECT id, kind, doc FROM proceeding WHERE tenant=?1 AND id>?2 AND kind=?3 AND kind<>'matter' ORDER BY id LIMIT ?4"
    };
    let values = params![tenant, after, kind.word(), limit.saturating_add(1)];
    let read = |r: &rusqlite::Row<'_>| Ok((r.get(0)?, r.get(1)?, r.get(2)?));
    let rows: Vec<(String, String, String)> =
        connection.prepare_cached(sql).and_then(|mut s| s.query_map(values, read)?.collect()).map_err(fault)?;
    let parsed = rows.into_iter().map(|(id, kind, doc)| (id.clone(), subject(&id, &kind, &doc))).collect();
    Ok(page(parsed, limit))
}

pub(crate) fn matter_facts(connection: &Connection, query: &FactQuery) -> Result<Vec<MatterFact>, StoreError> {
    let (sql, values) = facts_statement(query);
    let mut statement = connection.prepare_cached(&sql).map_err(fault)?;
    let mut rows = statement.query(params_from_iter(values)).map_err(fault)?;
    let mut out = Vec::new();
    while let Some(row) = rows.next().map_err(fault)? {
        out.push(fact_of(row)?);
    }
    Ok(out)
}

fn facts_statement(query: &FactQuery) -> (String, Vec<Value>) {
    let mut values: Vec<Value> = vec![query.tenant.0.clone().into()];
    let (day, from, to) = match &query.range {
        FactRange::One(matter) => {
            values.push(matter.0.clone().into());
            return ("SELECT * FROM matter_fact WHERE tenant=? AND matter=?".to_owned(), values);
        }
        FactRange::All => {
            values.extend([
                query.after.as_ref().map(|a| a.1.0.clone()).unwrap_or_default().into(),
                i64::from(query.limit).into(),
            ]);
            return (
                "SELECT * FROM matter_fact WHERE tenant=? AND matter>? ORDER BY matter LIMIT ?".to_owned(),
                values,
            );
        }
        FactRange::Received(from, to) => ("received", *from, *to),
        FactRange::Answered(from, to) => ("answered", *from, *to),
    };
    let (after_day, after) =
        query.after.as_ref().map_or((from, String::new()), |(day, matter)| (day.unwrap_or(from), matter.0.clone()));
    values.extend([to.to_string().into(), after_day.to_string().into(), after.into(), i64::from(query.limit).into()]);
    (
        format!(
            "SELECT * FROM matter_fact WHERE tenant=? AND {day}<=? AND ({day}, matter)>(?, ?) ORDER BY {day}, matter LIMIT ?"
        ),
        values,
    )
}

fn fact_of(row: &rusqlite::Row<'_>) -> Result<MatterFact, StoreError> {
    let text = |name: &str| row.get::<_, String>(name).map_err(fault);
    let maybe = |name: &str| row.get::<_, Option<String>>(name).map_err(fault);
    let matter = text("matter")?;
    let broken = |what: &str| StoreError::Corrupt {
        table: "matter_fact",
        row: matter.clone(),
        why: format!("`{what}` is no such value"),
    };
    Ok(MatterFact {
        number: text("number")?,
        pack: text("pack")?,
        phase: Phase::from_word(&text("phase")?).ok_or_else(|| broken("phase"))?,
        channel: text("channel")?,
        class: maybe("class")?,
        place: maybe("place")?,
        holder: UnitId(text("holder")?),
        sender: maybe("sender")?.map(UnitId),
        held: parse("matter_fact", &matter, &text("held")?)?,
        concerned: parse("matter_fact", &matter, &text("concerned")?)?,
        complained_of: maybe("complained_of")?,
        facts: parse("matter_fact", &matter, &text("facts")?)?,
        outcome: maybe("outcome")?,
        received: text("received")?.parse().map_err(|_| broken("received"))?,
        answered: maybe("answered")?.map(|d| d.parse().map_err(|_| broken("answered"))).transpose()?,
        due: row.get::<_, Option<i64>>("due").map_err(fault)?.and_then(|s| Timestamp::from_second(s).ok()),
        transferred: row.get("transferred").map_err(fault)?,
        annulled: row.get("annulled").map_err(fault)?,
        in_time: row.get("in_time").map_err(fault)?,
        late: row.get("late").map_err(fault)?,
        orders: row.get("orders").map_err(fault)?,
        recommendations: row.get("recommendations").map_err(fault)?,
        answered_recommendations: row.get("answered_recommendations").map_err(fault)?,
        matter: ProceedingId(matter),
    })
}

pub(crate) fn without_facts(
    connection: &Connection,
    tenant: &str,
    after: &str,
    limit: u32,
) -> Result<Vec<ProceedingId>, StoreError> {
    let sql = "SELECT m.id FROM proceeding m WHERE m.tenant=?1 AND m.id>?2 AND m.kind='matter' \
               AND NOT EXISTS (SELECT 1 FROM matter_fact f WHERE f.tenant=m.tenant AND f.matter=m.id) ORDER BY m.id LIMIT ?3";
    connection
        .prepare_cached(sql)
        .and_then(|mut s| s.query_map(params![tenant, after, limit], |r| r.get(0).map(ProceedingId))?.collect())
        .map_err(fault)
}

pub(crate) fn uses_file(connection: &Connection, hash: &str) -> Result<FileUse, StoreError> {
    let sql = "SELECT EXISTS (SELECT 1 FROM attachment WHERE json_extract(doc, '$.hash')=?1 OR json_extract(doc, '$.stored')=?1) OR EXISTS (SELECT 1 FROM paper_copy WHERE json_extract(doc, '$.sha256')=?1 OR json_extract(doc, '$.stored')=?1), \
               EXISTS (SELECT 1 FROM item WHERE kind='draft' AND instr(doc, ?1)>0)";
    connection
        .prepare_cached(sql)
        .and_then(|mut s| s.query_row(params![hash], |r| Ok(FileUse::of(r.get(0)?, r.get(1)?))))
        .map_err(fault)
}

#[cfg(test)]
mod tests {
    use huiyin_domain::ids::{TenantId, UnitId};
    use huiyin_storage::{FactQuery, FactRange, RecordQuery, Table, Wanted};
    use jiff::civil::date;
    use rusqlite::StatementStatus;

    use super::*;

    /// A store of 50,000 matters: all are read by `a`, a third by `b`, a hundred by `c`.
    fn large() -> Connection {
        let mut connection = Connection::open_in_memory().unwrap();
        crate::migrate::run(&mut connection).unwrap();
        let numbers = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<50000)";
        let facts = "'n', 'p', 'handling', 'online', NULL, NULL, 'a', NULL, '[]', '[]', NULL, '[]', NULL, date('2020-01-01', '+' || (i / 25) || ' days'), \
                     CASE WHEN i % 3 = 0 THEN date('2020-02-01', '+' || (i / 25) || ' days') END, NULL, 0, 0, 0, 0, 0, 0, 0";
        connection
            .execute_batch(&format!(
                "INSERT INTO proceeding (tenant, id, submission, part, number, version, phase, doc, kind) {numbers}
                   SELECT 't', printf('m-%06d', i), '', 1, i, 1,
                     CASE WHEN i % 9 = 0 THEN 'handling' ELSE 'archived' END, '{{}}',
                     CASE WHEN i % 5000 = 0 THEN 'meeting' ELSE 'matter' END FROM n;
                 INSERT INTO reader (tenant, unit, proceeding) {numbers} SELECT 't', 'a', i FROM n;
                 INSERT INTO reader (tenant, unit, proceeding) {numbers} SELECT 't', 'b', i FROM n WHERE i % 3 = 0;
                 INSERT INTO reader (tenant, unit, proceeding) {numbers} SELECT 't', 'c', i FROM n WHERE i % 500 = 0;
                 INSERT INTO duty (tenant, proceeding, n, unit, post, kind, due, next_at, doc) {numbers}
                   SELECT 't', printf('m-%06d', i), 1, 'a', 'p',
                     CASE WHEN i % 100 = 0 THEN 'burst:' || (i % 5) ELSE 'duty' END, i, i, '{{}}' FROM n;
                 INSERT INTO matter_fact {numbers} SELECT 't', printf('m-%06d', i), {facts} FROM n;
                 INSERT INTO paper (tenant, proceeding, n, doc) {numbers}
                   SELECT 't', printf('m-%06d', i), '000001', '{{}}' FROM n;
                 ANALYZE;"
            ))
            .unwrap();
        connection
    }

    /// Runs a statement to its end and says how many rows it gave, how often it sorted, and its steps.
    fn cost(connection: &Connection, sql: &str, values: &[Value]) -> (usize, i32, i32) {
        let mut statement = connection.prepare(sql).unwrap();
        let mut rows = statement.query(params_from_iter(values)).unwrap();
        let mut seen = 0;
        while rows.next().unwrap().is_some() {
            seen += 1;
        }
        drop(rows);
        (seen, statement.get_status(StatementStatus::Sort), statement.get_status(StatementStatus::VmStep))
    }

    #[test]
    fn a_page_of_fifty_thousand_sorts_nothing_and_reads_a_page() {
        let connection = large();
        let cases: [(&[&str], ProceedingKind, Option<Phase>); 6] = [
            (&["a"], ProceedingKind::Matter, None),
            (&["a"], ProceedingKind::Matter, Some(Phase::Handling)),
            (&["b"], ProceedingKind::Matter, None),
            (&["c"], ProceedingKind::Matter, None),
            (&["a", "b", "c"], ProceedingKind::Matter, None),
            (&["a"], ProceedingKind::Meeting, None),
        ];
        for (units, kind, phase) in cases {
            for after in [None, Some("25000".to_owned())] {
                let visibility = Visibility::Units {
                    units: units.iter().map(|u| UnitId::new(*u)).collect(),
                    without: BTreeSet::from([ProceedingId::new("x")]),
                };
                let query = ListQuery { tenant: TenantId::new("t"), kind, visibility, phase, after, limit: 50 };
                let (sql, values) = list_statement(&query).unwrap();
                let (rows, sorts, steps) = cost(&connection, &sql, &values);
                assert!(
                    rows > 0 && sorts == 0 && steps < 20_000,
                    "{units:?} {kind:?} {phase:?}: {rows} rows, {sorts} sorts, {steps} steps"
                );
            }
        }
        for range in [
            FactRange::All,
            FactRange::Received(date(2021, 1, 1), date(2021, 12, 31)),
            FactRange::Answered(date(2021, 1, 1), date(2021, 12, 31)),
        ] {
            for after in [None, Some((Some(date(2021, 6, 1)), ProceedingId::new("m-010000")))] {
                let (sql, values) =
                    facts_statement(&FactQuery { tenant: TenantId::new("t"), range: range.clone(), after, limit: 50 });
                let (rows, sorts, steps) = cost(&connection, &sql, &values);
                assert!(
                    rows == 50 && sorts == 0 && steps < 5_000,
                    "{range:?}: {rows} rows, {sorts} sorts, {steps} steps"
                );
            }
        }
        for wanted in [
            Wanted::first(50),
            Wanted::first(50).after(&(ProceedingId::new("m-030000"), 1_u32)),
            Wanted::first(50).beginning("m-04"),
        ] {
            let (sql, values) =
                records_statement(&RecordQuery { tenant: TenantId::new("t"), table: Table::Paper, wanted });
            let (rows, sorts, steps) = cost(&connection, &sql, &values);
            assert!(rows == 50 && sorts == 0 && steps < 2_000, "{sql}: {rows} rows, {sorts} sorts, {steps} steps");
        }
    }
}
