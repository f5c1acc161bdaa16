//! The narrow rows of matters.

use huiyin_domain::ids::{ProceedingId, UnitId};
use huiyin_domain::procedure::Phase;
use huiyin_storage::{FactQuery, FactRange, MatterFact, StoreError};
use jiff::Timestamp;
use rusqlite::types::Value;
use rusqlite::{Connection, params, params_from_iter};

use super::parse;
use crate::fault;

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

pub(super) fn facts_statement(query: &FactQuery) -> (String, Vec<Value>) {
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
        in_time: row.get("in_time").map_err(fault)?,
        late: row.get("late").map_err(fault)?,
        counts: parse("matter_fact", &matter, &text("counts")?)?,
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
