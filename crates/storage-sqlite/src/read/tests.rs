//! What the plans of statements read among 50,000 matters.

use huiyin_domain::ids::{TenantId, UnitId};
use huiyin_domain::procedure::Phase;
use huiyin_storage::{FactQuery, FactRange, RecordQuery, Table, Wanted};
use jiff::civil::date;
use rusqlite::StatementStatus;

use super::facts::facts_statement;
use super::records::records_statement;
use super::*;

/// A store of 50,000 matters: all are read by `a`, a third by `b`, a hundred by `c`.
fn large() -> Connection {
    let mut connection = Connection::open_in_memory().unwrap();
    crate::migrate::migrate(&mut connection).unwrap();
    let numbers = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<50000)";
    let facts = "'n', 'p', 'handling', 'online', NULL, NULL, 'a', NULL, '[]', '[]', NULL, '[]', NULL, date('2020-01-01', '+' || (i / 25) || ' days'), \
                 CASE WHEN i % 3 = 0 THEN date('2020-02-01', '+' || (i / 25) || ' days') END, NULL, 0, 0, '{}'";
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
            assert!(rows == 50 && sorts == 0 && steps < 5_000, "{range:?}: {rows} rows, {sorts} sorts, {steps} steps");
        }
    }
    for wanted in [
        Wanted::first(50),
        Wanted::first(50).after(&(ProceedingId::new("m-030000"), 1_u32)),
        Wanted::first(50).beginning("m-04"),
    ] {
        let (sql, values) = records_statement(&RecordQuery { tenant: TenantId::new("t"), table: Table::Paper, wanted });
        let (rows, sorts, steps) = cost(&connection, &sql, &values);
        assert!(rows == 50 && sorts == 0 && steps < 2_000, "{sql}: {rows} rows, {sorts} sorts, {steps} steps");
    }
}
