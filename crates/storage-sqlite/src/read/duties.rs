//! Duties: pages, counts, bursts, timers.

use huiyin_domain::ids::ProceedingId;
use huiyin_storage::{
    AFTER_BURSTS, BURSTS, Burst, COUNTED, DutyQuery, DutyRecord, DutySlice, MANY_BURSTS, Page, StoreError,
};
use jiff::Timestamp;
use rusqlite::types::Value;
use rusqlite::{Connection, params, params_from_iter};

use super::{Listed, UNNAMED, left_out, page, parse};
use crate::fault;

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

pub(crate) fn orphans(connection: &Connection, tenant: &str, limit: u32) -> Result<Vec<ProceedingId>, StoreError> {
    let sql = "SELECT DISTINCT d.proceeding FROM duty d WHERE d.tenant=?1 AND NOT EXISTS (SELECT 1 FROM proceeding m WHERE m.tenant=d.tenant AND m.id=d.proceeding) LIMIT ?2";
    connection
        .prepare_cached(sql)
        .and_then(|mut s| s.query_map(params![tenant, limit], |r| r.get(0).map(ProceedingId))?.collect())
        .map_err(fault)
}
