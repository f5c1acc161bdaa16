//! The statements of reads.

use std::collections::BTreeSet;

use deadpool_postgres::Object;
use huiyin_domain::ids::{ProceedingId, TenantId, UnitId};
use huiyin_domain::kind::ProceedingKind;
use huiyin_domain::procedure::Phase;
use huiyin_domain::subject::Subject;
use huiyin_storage::terms::{Phrase, phrases, scope_token};
use huiyin_storage::{
    AFTER_BURSTS, BURSTS, Burst, COUNTED, DutyQuery, DutyRecord, DutySlice, FactQuery, FactRange, ItemKind, ItemRecord,
    ListQuery, MANY_BURSTS, MatterFact, Page, RecordQuery, SearchQuery, StoreError, Table, Visibility, behind,
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

pub(crate) async fn query_document<T: DeserializeOwned>(
    client: &Object,
    table: &'static str,
    sql: &str,
    values: &[&(dyn ToSql + Sync)],
) -> Result<Option<T>, StoreError> {
    Ok(many(client, table, sql, values).await?.into_iter().next())
}

pub(crate) async fn many<T: DeserializeOwned>(
    client: &Object,
    table: &'static str,
    sql: &str,
    values: &[&(dyn ToSql + Sync)],
) -> Result<Vec<T>, StoreError> {
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
pub(crate) async fn subjects(
    client: &Object,
    sql: &str,
    values: &[&(dyn ToSql + Sync)],
) -> Result<Vec<Subject>, StoreError> {
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
pub(crate) async fn duties_of(
    client: &Object,
    tenant: &str,
    proceeding: &str,
) -> Result<Vec<(DutyRecord, String)>, StoreError> {
    let found = rows(
        client,
        "SELECT doc, unit, due, next_at, kind FROM duty WHERE tenant=$1 AND proceeding=$2",
        &[&tenant, &proceeding],
    )
    .await?;
    let one = |row: &Row| {
        Ok((
            parse::<DutyRecord>("duty", UNNAMED, row.get(0))?.listed_as(row.get(1), row.get(2), row.get(3)),
            row.get(4),
        ))
    };
    found.iter().map(one).collect()
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

/// Where a page that goes back in time goes on: behind every id at its beginning.
fn before(after: Option<&str>) -> &str {
    after.unwrap_or("\u{10ffff}")
}

fn more(limit: u32) -> i64 {
    i64::from(limit.saturating_add(1))
}

pub(crate) async fn list(client: &Object, query: &ListQuery) -> Result<Page<Subject>, StoreError> {
    let Visibility::Units { units, without } = &query.visibility else {
        return Ok(Page { rows: Vec::new(), next: None });
    };
    let units: Vec<&str> = units.iter().map(|u| u.as_str()).collect();
    let phase = query.phase.map(|p| p.word());
    let (before, more, without, kind) =
        (before(query.after.as_deref()), more(query.limit), ids(without), query.kind.word());
    // Driven from a key in the order of the page: for one unit, as every officer has, from its rows of `reader`; else
    // from the proceedings.
    if let [unit] = units.as_slice()
        && query.kind == ProceedingKind::Matter
    {
        let sql = "SELECT m.id, m.kind, m.doc FROM reader r JOIN proceeding m ON m.tenant=r.tenant AND m.id=r.proceeding \
                   WHERE r.tenant=$1 AND r.unit=$2 AND r.proceeding<$3 AND ($4::text IS NULL OR m.phase=$4) AND m.kind=$7 AND m.id<>ALL($6) \
                   ORDER BY r.proceeding DESC LIMIT $5";
        return Ok(proceedings(
            &rows(client, sql, &[&query.tenant.0, unit, &before, &phase, &more, &without, &kind]).await?,
            query.limit,
        ));
    }
    let sql = "SELECT m.id, m.kind, m.doc FROM proceeding m WHERE m.tenant=$1 AND m.id<$3 AND ($4::text IS NULL OR m.phase=$4) AND m.kind=$7 \
               AND EXISTS (SELECT 1 FROM reader r WHERE r.tenant=m.tenant AND r.unit=ANY($2) AND r.proceeding=m.id) AND m.id<>ALL($6) \
               ORDER BY m.id DESC LIMIT $5";
    Ok(proceedings(
        &rows(client, sql, &[&query.tenant.0, &units, &before, &phase, &more, &without, &kind]).await?,
        query.limit,
    ))
}

pub(crate) async fn search(client: &Object, query: &SearchQuery) -> Result<Page<Subject>, StoreError> {
    let Visibility::Units { units, without } = &query.visibility else {
        return Ok(Page { rows: Vec::new(), next: None });
    };
    let wanted = phrases(&query.text);
    if wanted.is_empty() || units.is_empty() {
        return Ok(Page { rows: Vec::new(), next: None });
    }
    // The tokens of the scope are of a kind and a unit.
    let tokens = |kind: &ProceedingKind| -> Vec<String> {
        units.iter().map(|u| format!("'{}'", scope_token(*kind, query.tenant.as_str(), u.as_str()))).collect()
    };
    let scope: Vec<String> = query.kinds.iter().flat_map(tokens).collect();
    let body: Vec<String> = wanted.iter().map(quote).collect();
    let matching = format!("({}) & {}", scope.join(" | "), body.join(" & "));
    // The match is fenced, so that a rare word uses the inverted index and not the order by key (STACK.md).
    let sql = "WITH found AS MATERIALIZED (SELECT tenant, proceeding FROM search WHERE tenant=$1 AND vector @@ $2::text::tsquery) \
               SELECT m.id, m.kind, m.doc FROM found f JOIN proceeding m ON m.tenant=f.tenant AND m.id=f.proceeding \
               WHERE m.tenant=$1 AND f.proceeding<$3 AND m.id<>ALL($5) ORDER BY f.proceeding DESC LIMIT $4";
    let values: &[&(dyn ToSql + Sync)] =
        &[&query.tenant.0, &matching, &before(query.after.as_deref()), &more(query.limit), &ids(without)];
    Ok(proceedings(&rows(client, sql, values).await?, query.limit))
}

/// Proceedings of a kind by id.
pub(crate) async fn scan(
    client: &Object,
    tenant: &TenantId,
    kind: ProceedingKind,
    after: &str,
    limit: u32,
) -> Result<Page<Subject>, StoreError> {
    let sql = "SELECT id, kind, doc FROM proceeding WHERE tenant=$1 AND id>$2 AND kind=$3 ORDER BY id LIMIT $4";
    Ok(proceedings(&rows(client, sql, &[&tenant.0, &after, &kind.word(), &more(limit)]).await?, limit))
}

/// A record as JSON.
pub(crate) async fn record(
    client: &Object,
    tenant: &TenantId,
    table: Table,
    key: &[String],
) -> Result<Option<String>, StoreError> {
    let named: Vec<String> =
        table.key_columns().iter().zip(2..).map(|(column, n)| format!(" AND {column}=${n}")).collect();
    let sql = format!("SELECT doc FROM {} WHERE tenant=$1{}", table.name(), named.concat());
    let mut values: Vec<&(dyn ToSql + Sync)> = vec![&tenant.0];
    values.extend(key.iter().map(|part| part as &(dyn ToSql + Sync)));
    Ok(rows(client, &sql, &values).await?.first().map(|row| row.get(0)))
}

pub(crate) async fn records(client: &Object, query: &RecordQuery) -> Result<Vec<(Vec<String>, String)>, StoreError> {
    let (wanted, columns) = (&query.wanted, query.table.key_columns());
    let mut marks = Marks::default();
    marks.add(query.tenant.0.clone());
    let mut sql = format!("SELECT {}, doc FROM {} WHERE tenant=$1", columns.join(", "), query.table.name());
    for (column, part) in columns.iter().zip(&wanted.within) {
        sql.push_str(&format!(" AND {column}={}", marks.add(part.clone())));
    }
    let rest = columns.get(wanted.within.len()..).unwrap_or_default();
    if let Some(next) = rest.first().filter(|_| !wanted.begins.is_empty()) {
        // Bounded on both sides, so that keys behind are not walked through.
        let (from, to) = (marks.add(wanted.begins.clone()), marks.add(behind(&wanted.begins)));
        sql.push_str(&format!(" AND {next}>={from} AND {next}<{to}"));
    }
    if let Some(after) = wanted.after.get(wanted.within.len()..).filter(|a| !a.is_empty()) {
        let bounds: Vec<String> =
            (0..rest.len()).map(|i| marks.add(after.get(i).cloned().unwrap_or_default())).collect();
        sql.push_str(&format!(" AND ({})>({})", rest.join(","), bounds.join(",")));
    }
    sql.push_str(&format!(" ORDER BY {} LIMIT {}", columns.join(", "), marks.add(i64::from(wanted.limit))));
    let found = marks.rows(client, &sql).await?;
    Ok(found.iter().map(|row| ((0..columns.len()).map(|i| row.get(i)).collect(), row.get(columns.len()))).collect())
}

pub(crate) async fn matter_facts(client: &Object, query: &FactQuery) -> Result<Vec<MatterFact>, StoreError> {
    let (day, from, to) = match &query.range {
        FactRange::One(matter) => {
            let sql = "SELECT * FROM matter_fact WHERE tenant=$1 AND matter=$2";
            return rows(client, sql, &[&query.tenant.0, &matter.0]).await?.iter().map(fact_of).collect();
        }
        FactRange::All => {
            let after = query.after.as_ref().map_or("", |a| a.1.as_str());
            let sql = "SELECT * FROM matter_fact WHERE tenant=$1 AND matter>$2 ORDER BY matter LIMIT $3";
            return rows(client, sql, &[&query.tenant.0, &after, &i64::from(query.limit)])
                .await?
                .iter()
                .map(fact_of)
                .collect();
        }
        FactRange::Received(from, to) => ("received", *from, *to),
        FactRange::Answered(from, to) => ("answered", *from, *to),
    };
    let (after_day, after) =
        query.after.as_ref().map_or((from, ""), |(day, matter)| (day.unwrap_or(from), matter.as_str()));
    let sql = format!(
        "SELECT * FROM matter_fact WHERE tenant=$1 AND {day}<=$2 AND ({day}, matter)>($3, $4) ORDER BY {day}, matter LIMIT $5"
    );
    let values: &[&(dyn ToSql + Sync)] =
        &[&query.tenant.0, &to.to_string(), &after_day.to_string(), &after, &i64::from(query.limit)];
    rows(client, &sql, values).await?.iter().map(fact_of).collect()
}

fn fact_of(row: &Row) -> Result<MatterFact, StoreError> {
    let matter: String = row.get("matter");
    let broken = |what: &str| StoreError::Corrupt {
        table: "matter_fact",
        row: matter.clone(),
        why: format!("`{what}` is no such value"),
    };
    let count = |name: &str| u32::try_from(row.get::<_, i64>(name)).map_err(|_| broken(name));
    let unit = |name: &str| row.get::<_, Option<String>>(name).map(UnitId);
    Ok(MatterFact {
        number: row.get("number"),
        pack: row.get("pack"),
        phase: Phase::from_word(row.get("phase")).ok_or_else(|| broken("phase"))?,
        channel: row.get("channel"),
        class: row.get("class"),
        place: row.get("place"),
        holder: UnitId(row.get("holder")),
        sender: unit("sender"),
        held: parse("matter_fact", &matter, row.get("held"))?,
        concerned: parse("matter_fact", &matter, row.get("concerned"))?,
        complained_of: row.get("complained_of"),
        facts: parse("matter_fact", &matter, row.get("facts"))?,
        outcome: row.get("outcome"),
        received: row.get::<_, &str>("received").parse().map_err(|_| broken("received"))?,
        answered: row
            .get::<_, Option<&str>>("answered")
            .map(|d| d.parse().map_err(|_| broken("answered")))
            .transpose()?,
        due: row.get::<_, Option<i64>>("due").and_then(|s| Timestamp::from_second(s).ok()),
        in_time: count("in_time")?,
        late: count("late")?,
        counts: parse("matter_fact", &matter, row.get("counts"))?,
        matter: ProceedingId(matter.clone()),
    })
}

pub(crate) async fn without_facts(
    client: &Object,
    tenant: &TenantId,
    after: &ProceedingId,
    limit: u32,
) -> Result<Vec<ProceedingId>, StoreError> {
    let sql = "SELECT m.id FROM proceeding m WHERE m.tenant=$1 AND m.id>$2 AND m.kind='matter' \
               AND NOT EXISTS (SELECT 1 FROM matter_fact f WHERE f.tenant=m.tenant AND f.matter=m.id) ORDER BY m.id LIMIT $3";
    let found = rows(client, sql, &[&tenant.0, &after.0, &i64::from(limit)]).await?;
    Ok(found.iter().map(|r| ProceedingId(r.get(0))).collect())
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
        &[
            &query.tenant.0,
            &query.unit.0,
            &posts(query),
            &from.max(due),
            &to,
            &ids(&query.without),
            &query.list(),
            &due,
            &key,
            &more(query.limit),
        ],
    )
    .await?;
    keyed("duty", &found, query.limit)
}

/// Values of a statement that is put together, by the order in which they are marked.
#[derive(Default)]
struct Marks(Vec<Box<dyn ToSql + Sync + Send>>);

impl Marks {
    fn add(&mut self, value: impl ToSql + Sync + Send + 'static) -> String {
        self.0.push(Box::new(value));
        format!("${}", self.0.len())
    }

    async fn rows(&self, client: &Object, sql: &str) -> Result<Vec<Row>, StoreError> {
        let values: Vec<&(dyn ToSql + Sync)> = self.0.iter().map(|v| &**v as &(dyn ToSql + Sync)).collect();
        rows(client, sql, &values).await
    }

    /// The condition of a read of duties.
    fn duty(&mut self, query: &DutyQuery, list: &str) -> String {
        let posts: Vec<String> = query.posts.iter().map(|p| p.word().to_owned()).collect();
        let without: Vec<String> = query.without.iter().map(|id| id.0.clone()).collect();
        let mut sql = format!(
            "tenant={} AND unit={} AND kind={list}",
            self.add(query.tenant.0.clone()),
            self.add(query.unit.0.clone())
        );
        if !posts.is_empty() {
            sql.push_str(&format!(" AND post=ANY({})", self.add(posts)));
        }
        if !without.is_empty() {
            sql.push_str(&format!(" AND proceeding<>ALL({})", self.add(without)));
        }
        sql
    }
}

/// Several reads of duties in one statement: of each slice its count, and its first rows.
pub(crate) async fn duty_slices(client: &Object, slices: &[DutyQuery]) -> Result<Vec<DutySlice>, StoreError> {
    let (mut parts, mut marks) = (Vec::new(), Marks::default());
    for (slot, query) in slices.iter().enumerate() {
        let (from, to) = query.bounds();
        let (due, key) = query.position();
        let list = marks.add(query.list());
        let filter = marks.duty(query, &list);
        let (low, high) = (marks.add(from), marks.add(to));
        parts.push(format!(
            "SELECT {slot} AS slot, count(*) AS n, NULL::bigint AS due, NULL::text AS key, NULL::text AS doc \
             FROM (SELECT 1 FROM duty WHERE {filter} AND due>={low} AND due<{high} LIMIT {COUNTED}) AS counted"
        ));
        if query.limit > 0 {
            let row = "proceeding || '.' || lpad(n::text, 6, '0')";
            let (low, due, key, limit) =
                (marks.add(from.max(due)), marks.add(due), marks.add(key), marks.add(more(query.limit)));
            parts.push(format!(
                "SELECT * FROM (SELECT {slot}, NULL::bigint, due, {row}, doc FROM duty WHERE {filter} AND due>={low} AND due<{high} \
                 AND (due>{due} OR (due={due} AND {row} > {key})) ORDER BY due, proceeding, n LIMIT {limit}) AS listed{slot}"
            ));
        }
    }
    let sql = format!("{} ORDER BY 1, 3, 4", parts.join(" UNION ALL "));
    let mut found: Vec<(i64, Listed<DutyRecord>)> = slices.iter().map(|_| (0, Vec::new())).collect();
    for row in marks.rows(client, &sql).await? {
        let slot = usize::try_from(row.get::<_, i32>(0)).unwrap_or(usize::MAX);
        let Some((count, listed)) = found.get_mut(slot) else { continue };
        match row.get::<_, Option<i64>>(1) {
            Some(n) => *count = n,
            None => {
                let key = format!("{}.{}", row.get::<_, i64>(2), row.get::<_, &str>(3));
                let duty = parse("duty", &key, row.get(4));
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
pub(crate) async fn bursts(client: &Object, query: &DutyQuery) -> Result<Vec<Burst>, StoreError> {
    let mut marks = Marks::default();
    let filter = marks.duty(query, "list.kind");
    let (tenant, unit) = (marks.add(query.tenant.0.clone()), marks.add(query.unit.0.clone()));
    let (first, end) = (marks.add(BURSTS), marks.add(AFTER_BURSTS));
    let next = |after: &str| {
        format!(
            "(SELECT kind FROM duty WHERE tenant={tenant} AND unit={unit} AND kind>{after} AND kind<{end} ORDER BY kind LIMIT 1)"
        )
    };
    let sql = format!(
        "WITH RECURSIVE list (kind) AS (SELECT {} UNION ALL SELECT {} FROM list WHERE list.kind IS NOT NULL) \
         SELECT list.kind, found.n, found.due FROM (SELECT kind FROM list WHERE kind IS NOT NULL LIMIT {MANY_BURSTS}) AS list CROSS JOIN LATERAL \
         (SELECT count(DISTINCT proceeding) AS n, min(due) AS due FROM \
          (SELECT proceeding, due FROM duty WHERE {filter} ORDER BY due, proceeding, n LIMIT {COUNTED}) AS counted) AS found ORDER BY list.kind",
        next(&first),
        next("list.kind"),
    );
    let found = marks.rows(client, &sql).await?;
    Ok(found.iter().filter_map(|r| burst(r.get(0), r.get(1), r.get(2))).collect())
}

fn burst(list: &str, matters: i64, due: Option<i64>) -> Option<Burst> {
    let due = due.and_then(|s| Timestamp::from_second(s).ok())?;
    Some(Burst {
        name: list.strip_prefix(BURSTS).unwrap_or_default().to_owned(),
        matters: u64::try_from(matters).unwrap_or(0),
        due,
    })
}

pub(crate) async fn due_timers(
    client: &Object,
    tenant: &TenantId,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<ProceedingId>, StoreError> {
    let sql = "SELECT proceeding FROM duty WHERE tenant=$1 AND next_at IS NOT NULL AND next_at<=$2 GROUP BY proceeding ORDER BY min(next_at) LIMIT $3";
    let found = rows(client, sql, &[&tenant.0, &now.as_second(), &i64::from(limit)]).await?;
    Ok(found.iter().map(|r| ProceedingId(r.get(0))).collect())
}

pub(crate) async fn next_timer(
    client: &Object,
    tenant: &TenantId,
    after: Timestamp,
) -> Result<Option<Timestamp>, StoreError> {
    let found = rows(
        client,
        "SELECT min(next_at) FROM duty WHERE tenant=$1 AND next_at IS NOT NULL AND next_at>$2",
        &[&tenant.0, &after.as_second()],
    )
    .await?;
    let next: Option<i64> = found.first().and_then(|r| r.get(0));
    Ok(next.and_then(|s| Timestamp::from_second(s).ok()))
}

fn item_of(kind: ItemKind, row: &Row) -> Result<ItemRecord, StoreError> {
    let (key, doc, expires): (String, &str, Option<i64>) = (row.get(0), row.get(1), row.get(2));
    let doc = parse("item", &key, doc)?;
    Ok(ItemRecord { kind, key, doc, expires: expires.and_then(|s| Timestamp::from_second(s).ok()), only_new: false })
}

pub(crate) async fn item(
    client: &Object,
    tenant: &TenantId,
    kind: ItemKind,
    key: &str,
    now: Timestamp,
) -> Result<Option<ItemRecord>, StoreError> {
    let sql =
        "SELECT key, doc, expires FROM item WHERE tenant=$1 AND kind=$2 AND key=$3 AND (expires IS NULL OR expires>$4)";
    let found = rows(client, sql, &[&tenant.0, &kind.word(), &key, &now.as_second()]).await?;
    found.first().map(|row| item_of(kind, row)).transpose()
}

pub(crate) async fn orphans(client: &Object, tenant: &TenantId, limit: u32) -> Result<Vec<ProceedingId>, StoreError> {
    let sql = "SELECT DISTINCT d.proceeding FROM duty d WHERE d.tenant=$1 AND NOT EXISTS (SELECT 1 FROM proceeding m WHERE m.tenant=d.tenant AND m.id=d.proceeding) LIMIT $2";
    Ok(rows(client, sql, &[&tenant.0, &i64::from(limit)]).await?.iter().map(|r| ProceedingId(r.get(0))).collect())
}

pub(crate) async fn items(
    client: &Object,
    tenant: &TenantId,
    kind: ItemKind,
    prefix: &str,
    after: &str,
    limit: u32,
) -> Result<Vec<ItemRecord>, StoreError> {
    // Bounded on both sides, so that keys behind the prefix are not walked through.
    let sql = "SELECT key, doc, expires FROM item WHERE tenant=$1 AND kind=$2 AND key>=$3 AND key<$6 AND key>$4 ORDER BY key LIMIT $5";
    let found =
        rows(client, sql, &[&tenant.0, &kind.word(), &prefix, &after, &i64::from(limit), &behind(prefix)]).await?;
    found.iter().map(|row| item_of(kind, row)).collect()
}
