//! The conformance suite on every backend, and what only two connections or a crash can show.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

use std::sync::Arc;

use huiyin_domain::ids::TenantId;
use huiyin_storage::{Store, StoreError, conformance};
use huiyin_storage_postgres::PostgresStore;
use huiyin_storage_sqlite::SqliteStore;
use huiyin_testkit::{postgres_database, postgres_store};

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_conforms() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&folder.path().join("t.db")).unwrap();
    conformance::run(&store).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_conforms() {
    if let Some(store) = postgres_store("postgres_conforms").await {
        conformance::run(&*store).await;
    }
}

async fn many_at_once(store: Arc<dyn Store>) {
    let tenant = TenantId::new("t");
    let jobs: Vec<_> = (0..200)
        .map(|i| {
            let (store, tenant) = (Arc::clone(&store), tenant.clone());
            tokio::spawn(async move {
                store.commit(conformance::lodging(&tenant, &format!("k{i}"), "office", "同时提交", jiff::Timestamp::from_second(1_800_000_000).unwrap())).await
            })
        })
        .collect();
    for job in jobs {
        job.await.unwrap().unwrap();
    }
    for i in 0..200 {
        assert!(store.matter_by_number(&tenant, &format!("2026-k{i}-1")).await.unwrap().is_some());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_at_once_are_all_kept() {
    let folder = tempfile::tempdir().unwrap();
    many_at_once(Arc::new(SqliteStore::open(&folder.path().join("t.db")).unwrap())).await;
    if let Some(store) = postgres_store("many_at_once_are_all_kept").await {
        many_at_once(store).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_process_can_write_beside_the_first() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.db");
    let (one, two) = (SqliteStore::open(&path).unwrap(), SqliteStore::open(&path).unwrap());
    let tenant = TenantId::new("t");
    let due = jiff::Timestamp::from_second(1_800_000_000).unwrap();
    one.commit(conformance::lodging(&tenant, "x", "office", "甲", due)).await.unwrap();
    two.commit(conformance::lodging(&tenant, "y", "office", "乙", due)).await.unwrap();
    assert!(one.matter_by_number(&tenant, "2026-y-1").await.unwrap().is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_no_database_is_refused_with_words() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.db");
    std::fs::write(&path, "not a database, but long enough to look like a file of some kind".repeat(50)).unwrap();
    assert!(SqliteStore::open(&path).is_err());
}

/// What goes away by itself is busy and answered with 503; nothing of it is a fault of ours.
#[tokio::test(flavor = "multi_thread")]
async fn postgres_that_is_cut_or_locked_is_busy() {
    let Some(url) = postgres_database("postgres_busy").await else { return };
    let store = PostgresStore::open(&url).await.unwrap();
    let tenant = TenantId::new("t");
    store.lease(&tenant, "serial", 1).await.unwrap();
    let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    // A table that somebody holds: the statement gives up after its time and does not hang.
    client.batch_execute("BEGIN; LOCK TABLE lease IN ACCESS EXCLUSIVE MODE").await.unwrap();
    let before = std::time::Instant::now();
    assert!(matches!(store.lease(&tenant, "serial", 1).await, Err(StoreError::Busy)));
    assert!(matches!(store.ready().await, Err(StoreError::Busy)), "ready means that it can be written");
    assert!(before.elapsed() < std::time::Duration::from_secs(25));
    client.batch_execute("ROLLBACK").await.unwrap();
    // Every connection cut: busy at most once each, then it goes on.
    client.batch_execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname=current_database() AND pid<>pg_backend_pid()").await.unwrap();
    for _ in 0..20 {
        match store.lease(&tenant, "serial", 1).await {
            Ok(_) => return,
            Err(StoreError::Busy) => {}
            Err(other) => panic!("{other:?}"),
        }
    }
    panic!("it does not come back");
}
