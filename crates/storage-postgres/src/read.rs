//! The statements of reads.

use std::collections::BTreeSet;

use deadpool_postgres::Object;
use huiyin_domain::ids::{ProceedingId, TenantId};
use huiyin_domain::kind::ProceedingKind;
use huiyin_domain::subject::Subject;
use huiyin_storage::terms::{Phrase, phrases, scope_token};
use huiyin_storage::{
    AFTER_BURSTS, BURSTS, Burst, COUNTED, DutyCounts, DutyQuery, DutyRecord, DutyWindow, ItemKind, ItemRecord, ListQuery, MANY_BURSTS, Page, SearchQuery,
    StoreError, Visibility, behind,
};
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

use crate::fault;

/// A row read by a key that its reader knows.
const UNNAMED: &str = "?";

fn parse<T: DeserializeOwned>(table: &'static str, row: &str, doc: &str) -> Result<T, StoreError> {
    serde_json::from_str(doc).map_err(|e| StoreError::corrupt(table, row, &e))
}

async fn rows(client: &Object, sql: &str, values: &[&(dyn ToSql + Sync)]) -> Result<Vec<Row>, StoreError> {
    let statement = client.prepare_cached(sql).await.map_err(fault)?;
    client.query(&statement, values).await.map_err(fault)
}

pub(crate) async fn one<T: DeserializeOwned>(client: &Object, table: &'static str, sql: &str, values: &[&(dyn ToSql + Sync)]) -> Result<Option<T>, StoreError> {
    Ok(many(client, table, sql, values).await?.into_iter().next())
}

pub(crate) async fn many<T: DeserializeOwned>(client: &Object, table: &'static str, sql: &str, values: &[&(dyn ToSql + Sync)]) -> Result<Vec<T>, StoreError> {
    let found = rows(client, sql, values).await?;
    found
        .iter()
        .map(|row| {
            let doc: &str = row.get(0);
            parse(table, UNNAMED, doc)
        })
        .collect()
}

fn subject(row: &str, kind: &str, doc: &str) -> Result<Subject, StoreError> {
    let kind = ProceedingKind::from_word(kind).ok_or_else(|| StoreError::unknown_kind(row, kind))?;
    Subject::from_json(kind, doc).map_err(|e| StoreError::corrupt("proceeding", row, &e))
}

/// Proceedings by a statement that selects kind and document.
pub(crate) async fn subjects(client: &Object, sql: &str, values: &[&(dyn ToSql + Sync)]) -> Result<Vec<Subject>, StoreError> {
    rows(client, sql, values).await?.iter().map(|row| subject(UNNAMED, row.get(0), row.get(1))).collect()
}

/// A page of proceedings by rows of key, kind and document.
fn proceedings(found: &[Row], limit: u32) -> Page<Subject> {
    let parsed = found.iter().map(|row| {
        let key: String = row.get(0);
        let parsed = subject(&key, row.get(1), row.get(2));
        (key, parsed)
    });
    page(parsed.collect(), limit)
}

/// The rows of a proceeding's duties as their columns say, by which they are listed and worked.
pub(crate) async fn duties_of(client: &Object, tenant: &str, proceeding: &str) -> Result<Vec<(DutyRecord, String)>, StoreError> {
    let found = rows(client, "SELECT doc, unit, due, next_at, kind FROM duty WHERE tenant=$1 AND proceeding=$2", &[&tenant, &proceeding]).await?;
    let one = |row: &Row| Ok((parse::<DutyRecord>("duty", UNNAMED, row.get(0))?.listed_as(row.get(1), row.get(2), row.get(3)), row.get(4)));
    found.iter().map(one).collect()
}

/// Cuts one row more than asked for off a page and makes the cursor of the last row kept. A damaged row is left out and logged:
/// it does not close a unit's list.
fn page<T>(mut rows: Vec<(String, Result<T, StoreError>)>, limit: u32) -> Page<T> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = if more { rows.last().map(|r| r.0.clone()) } else { None };
    let whole = |(_, row): (String, Result<T, StoreError>)| {
        row.inspect_err(|error| tracing::error!(error = %error, "a damaged row was left out of a list; run huiyin doctor")).ok()
    };
    Page { rows: rows.into_iter().filter_map(whole).collect(), next }
}

fn keyed<T: DeserializeOwned>(table: &'static str, found: &[Row], limit: u32) -> Result<Page<T>, StoreError> {
    let parsed = found
        .iter()
        .map(|row| {
            let (key, doc): (String, &str) = (row.get(0), row.get(1));
            let parsed = parse(table, &key, doc);
            (key, parsed)
        })
        .collect();
    Ok(page(parsed, limit))
}

fn before(after: Option<&str>) -> i64 {
    after.and_then(|c| c.parse().ok()).unwrap_or(i64::MAX)
}

fn more(limit: u32) -> i64 {
    i64::from(limit.saturating_add(1))
}

pub(crate) async fn list(client: &Object, query: &ListQuery) -> Result<Page<Subject>, StoreError> {
    let Visibility::Units { units, without } = &query.visibility else { return Ok(Page { rows: Vec::new(), next: None }) };
    let units: Vec<&str> = units.iter().map(|u| u.as_str()).collect();
    let phase = query.phase.map(|p| p.word());
    let sql = "SELECT m.seq::text, m.kind, m.doc FROM proceeding m WHERE m.tenant=$1 AND m.seq<$3 AND ($4::text IS NULL OR m.phase=$4) AND m.kind=$7 \
               AND EXISTS (SELECT 1 FROM reader r WHERE r.tenant=$1 AND r.unit=ANY($2) AND r.seq=m.seq) AND m.id<>ALL($6) ORDER BY m.seq DESC LIMIT $5";
    let values: &[&(dyn ToSql + Sync)] =
        &[&query.tenant.0, &units, &before(query.after.as_deref()), &phase, &more(query.limit), &ids(without), &query.kind.word()];
    Ok(proceedings(&rows(client, sql, values).await?, query.limit))
}

pub(crate) async fn search(client: &Object, query: &SearchQuery) -> Result<Page<Subject>, StoreError> {
    let Visibility::Units { units, without } = &query.visibility else { return Ok(Page { rows: Vec::new(), next: None }) };
    let wanted = phrases(&query.text);
    if wanted.is_empty() || units.is_empty() {
        return Ok(Page { rows: Vec::new(), next: None });
    }
    let scope: Vec<String> = units.iter().map(|u| format!("'{}'", scope_token(query.kind, query.tenant.as_str(), u.as_str()))).collect();
    let body: Vec<String> = wanted.iter().map(quote).collect();
    let matching = format!("({}) & {}", scope.join(" | "), body.join(" & "));
    // The match is fenced, so that a rare word uses the inverted index and not the order by key (STACK.md).
    let sql = "WITH found AS MATERIALIZED (SELECT seq FROM search WHERE tenant=$1 AND vector @@ $2::text::tsquery) \
               SELECT m.seq::text, m.kind, m.doc FROM found f JOIN proceeding m ON m.seq=f.seq WHERE f.seq<$3 AND m.id<>ALL($5) AND m.kind=$6 ORDER BY f.seq DESC LIMIT $4";
    let values: &[&(dyn ToSql + Sync)] = &[&query.tenant.0, &matching, &before(query.after.as_deref()), &more(query.limit), &ids(without), &query.kind.word()];
    Ok(proceedings(&rows(client, sql, values).await?, query.limit))
}

fn ids(proceedings: &BTreeSet<ProceedingId>) -> Vec<&str> {
    proceedings.iter().map(|id| id.as_str()).collect()
}

fn quote(phrase: &Phrase) -> String {
    let star = if phrase.prefix { ":*" } else { "" };
    let terms: Vec<String> = phrase.terms.iter().map(|t| format!("'{t}'{star}")).collect();
    format!("({})", terms.join(" <-> "))
}

const DUTY_FILTER: &str = "tenant=$1 AND unit=$2 AND (cardinality($3::text[])=0 OR post=ANY($3)) AND due>=$4 AND due<$5 AND proceeding<>ALL($6) AND kind=$7";

fn posts(query: &DutyQuery) -> Vec<&'static str> {
    query.posts.iter().map(|p| p.word()).collect()
}

pub(crate) async fn duties(client: &Object, query: &DutyQuery) -> Result<Page<DutyRecord>, StoreError> {
    let (from, to) = query.bounds();
    let (due, key) = query.position();
    let row = "proceeding || '.' || lpad(n::text, 6, '0')";
    let sql = format!(
        "SELECT due::text || '.' || {row}, doc FROM duty WHERE {DUTY_FILTER} AND (due>$8 OR (due=$8 AND {row} > $9)) ORDER BY due, proceeding, n LIMIT $10"
    );
    let found = rows(
        client,
        &sql,
        &[&query.tenant.0, &query.unit.0, &posts(query), &from.max(due), &to, &ids(&query.without), &query.list(), &due, &key, &more(query.limit)],
    )
    .await?;
    keyed("duty", &found, query.limit)
}

pub(crate) async fn duty_counts(client: &Object, query: &DutyQuery) -> Result<DutyCounts, StoreError> {
    let sql = format!("SELECT count(*) FROM (SELECT 1 FROM duty WHERE {DUTY_FILTER} LIMIT {COUNTED}) AS counted");
    let mut counts = [0_u64; 4];
    for (slot, window) in counts.iter_mut().zip([DutyWindow::Late, DutyWindow::Today, DutyWindow::Week, DutyWindow::Later]) {
        let (from, to) = DutyQuery { window, ..query.clone() }.bounds();
        let found = rows(client, &sql, &[&query.tenant.0, &query.unit.0, &posts(query), &from, &to, &ids(&query.without), &query.list()]).await?;
        let n: i64 = found.first().map_or(0, |r| r.get(0));
        *slot = u64::try_from(n).unwrap_or(0);
    }
    let [late, today, week, later] = counts;
    Ok(DutyCounts { late, today, week, later })
}

/// Bursts, found by stepping from one to the next along the key.
pub(crate) async fn bursts(client: &Object, query: &DutyQuery) -> Result<Vec<Burst>, StoreError> {
    let sql = format!(
        "SELECT count(DISTINCT proceeding), min(due) FROM (SELECT proceeding, due FROM duty WHERE {DUTY_FILTER} ORDER BY due, proceeding, n LIMIT {COUNTED}) AS counted"
    );
    let next = "SELECT kind FROM duty WHERE tenant=$1 AND unit=$2 AND kind>$3 AND kind<$4 ORDER BY kind LIMIT 1";
    let (mut out, mut list) = (Vec::new(), BURSTS.to_owned());
    for _ in 0..MANY_BURSTS {
        let found = rows(client, next, &[&query.tenant.0, &query.unit.0, &list, &AFTER_BURSTS]).await?;
        let Some(found) = found.first().map(|r| r.get::<_, String>(0)) else { break };
        let values: &[&(dyn ToSql + Sync)] = &[&query.tenant.0, &query.unit.0, &posts(query), &i64::MIN, &i64::MAX, &ids(&query.without), &found];
        let counted = rows(client, &sql, values).await?;
        let (matters, due): (i64, Option<i64>) = counted.first().map_or((0, None), |r| (r.get(0), r.get(1)));
        if let Some(due) = due.and_then(|s| Timestamp::from_second(s).ok()) {
            let name = found.strip_prefix(BURSTS).unwrap_or_default().to_owned();
            out.push(Burst { name, matters: u64::try_from(matters).unwrap_or(0), due });
        }
        list = found;
    }
    Ok(out)
}

pub(crate) async fn due_timers(client: &Object, tenant: &TenantId, now: Timestamp, limit: u32) -> Result<Vec<ProceedingId>, StoreError> {
    let sql = "SELECT proceeding FROM duty WHERE tenant=$1 AND next_at IS NOT NULL AND next_at<=$2 GROUP BY proceeding ORDER BY min(next_at) LIMIT $3";
    let found = rows(client, sql, &[&tenant.0, &now.as_second(), &i64::from(limit)]).await?;
    Ok(found.iter().map(|r| ProceedingId(r.get(0))).collect())
}

pub(crate) async fn next_timer(client: &Object, tenant: &TenantId, after: Timestamp) -> Result<Option<Timestamp>, StoreError> {
    let found = rows(client, "SELECT min(next_at) FROM duty WHERE tenant=$1 AND next_at IS NOT NULL AND next_at>$2", &[&tenant.0, &after.as_second()]).await?;
    let next: Option<i64> = found.first().and_then(|r| r.get(0));
    Ok(next.and_then(|s| Timestamp::from_second(s).ok()))
}

fn item_of(kind: ItemKind, row: &Row) -> Result<ItemRecord, StoreError> {
    let (key, doc, expires): (String, &str, Option<i64>) = (row.get(0), row.get(1), row.get(2));
    let doc = parse("item", &key, doc)?;
    Ok(ItemRecord { kind, key, doc, expires: expires.and_then(|s| Timestamp::from_second(s).ok()), only_new: false })
}

pub(crate) async fn item(client: &Object, tenant: &TenantId, kind: ItemKind, key: &str, now: Timestamp) -> Result<Option<ItemRecord>, StoreError> {
    let sql = "SELECT key, doc, expires FROM item WHERE tenant=$1 AND kind=$2 AND key=$3 AND (expires IS NULL OR expires>$4)";
    let found = rows(client, sql, &[&tenant.0, &kind.word(), &key, &now.as_second()]).await?;
    found.first().map(|row| item_of(kind, row)).transpose()
}

pub(crate) async fn orphans(client: &Object, tenant: &TenantId, limit: u32) -> Result<Vec<ProceedingId>, StoreError> {
    let sql = "SELECT DISTINCT d.proceeding FROM duty d WHERE d.tenant=$1 AND NOT EXISTS (SELECT 1 FROM proceeding m WHERE m.tenant=d.tenant AND m.id=d.proceeding) LIMIT $2";
    Ok(rows(client, sql, &[&tenant.0, &i64::from(limit)]).await?.iter().map(|r| ProceedingId(r.get(0))).collect())
}

pub(crate) async fn items(client: &Object, tenant: &TenantId, kind: ItemKind, prefix: &str, after: &str, limit: u32) -> Result<Vec<ItemRecord>, StoreError> {
    // Bounded on both sides, so that keys behind the prefix are not walked through.
    let sql = "SELECT key, doc, expires FROM item WHERE tenant=$1 AND kind=$2 AND key>=$3 AND key<$6 AND key>$4 ORDER BY key LIMIT $5";
    let found = rows(client, sql, &[&tenant.0, &kind.word(), &prefix, &after, &i64::from(limit), &behind(prefix)]).await?;
    found.iter().map(|row| item_of(kind, row)).collect()
}
