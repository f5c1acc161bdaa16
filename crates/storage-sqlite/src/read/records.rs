//! Records with a table each.

use huiyin_storage::{RecordQuery, StoreError, Table, behind};
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, params_from_iter};

use crate::fault;

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
pub(super) fn records_statement(query: &RecordQuery) -> (String, Vec<Value>) {
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
