//! The statements of reads: proceedings and their lists here, duties, records and narrow rows in rooms of their own.

mod duties;
mod facts;
mod records;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use huiyin_domain::ids::ProceedingId;
use huiyin_domain::kind::ProceedingKind;
use huiyin_domain::subject::Subject;
use huiyin_storage::terms::{Phrase, phrases, scope_token};
use huiyin_storage::{FileUse, ItemKind, ItemRecord, ListQuery, Page, SearchQuery, StoreError, Visibility, behind};
use jiff::Timestamp;
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, ToSql, params, params_from_iter};
use serde::de::DeserializeOwned;

pub(crate) use duties::{bursts, due_timers, duties, duties_of, duty_slices, next_timer, orphans};
pub(crate) use facts::{matter_facts, without_facts};
pub(crate) use records::{record, records};

use crate::fault;

/// A row read by a key that its reader knows.
const UNNAMED: &str = "?";

fn parse<T: DeserializeOwned>(table: &'static str, row: &str, doc: &str) -> Result<T, StoreError> {
    serde_json::from_str(doc).map_err(|e| StoreError::corrupt(table, row, &e))
}

pub(crate) fn query_document<T: DeserializeOwned>(
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
    // The tokens of the scope are of a kind and a unit.
    let tokens = |kind: &ProceedingKind| -> Vec<String> {
        units.iter().map(|u| format!("\"{}\"", scope_token(*kind, query.tenant.as_str(), u.as_str()))).collect()
    };
    let scope: Vec<String> = query.kinds.iter().flat_map(tokens).collect();
    let body: Vec<String> = wanted.iter().map(quote).collect();
    let matching = format!("scope:({}) AND body:({})", scope.join(" OR "), body.join(" AND "));
    let left_out = left_out("m.id", without);
    let sql = format!(
        "SELECT m.seq, m.kind, m.doc FROM search s JOIN proceeding m ON m.seq=s.rowid WHERE search MATCH ? AND s.rowid<?{} ORDER BY s.rowid DESC LIMIT ?",
        left_out.0
    );
    let mut values = vec![matching.into(), before(query.after.as_deref()).into()];
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

pub(crate) fn uses_file(connection: &Connection, hash: &str) -> Result<FileUse, StoreError> {
    let sql = "SELECT EXISTS (SELECT 1 FROM attachment WHERE json_extract(doc, '$.hash')=?1 OR json_extract(doc, '$.stored')=?1) OR EXISTS (SELECT 1 FROM paper_copy WHERE json_extract(doc, '$.sha256')=?1 OR json_extract(doc, '$.stored')=?1), \
               EXISTS (SELECT 1 FROM item WHERE kind='draft' AND instr(doc, ?1)>0)";
    connection
        .prepare_cached(sql)
        .and_then(|mut s| s.query_row(params![hash], |r| Ok(FileUse::from_found(r.get(0)?, r.get(1)?))))
        .map_err(fault)
}
