//! The conformance suite on every backend, and what only two connections or a crash can show.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

use std::collections::BTreeSet;
use std::sync::Arc;

use huiyin_domain::ids::{ProceedingId, TenantId, UnitId};
use huiyin_domain::kind::ProceedingKind;
use huiyin_domain::procedure::Relation;
use huiyin_storage::{
    Changes, Expected, FileUse, ItemKind, ListQuery, ProceedingWrite, Store, StoreError, Table, Visibility, conformance,
};
use huiyin_storage_postgres::{PostgresStore, Protection};
use huiyin_storage_sqlite::SqliteStore;
use huiyin_testkit::{not_run, postgres_database, postgres_store};

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_conforms() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&folder.path().join("t.db")).unwrap();
    conformance::check_store(&store).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_conforms() {
    if let Some(store) = postgres_store("postgres_conforms").await {
        conformance::check_store(&*store).await;
    }
}

async fn many_at_once(store: Arc<dyn Store>) {
    let tenant = TenantId::new("t");
    let jobs: Vec<_> = (0..200)
        .map(|i| {
            let (store, tenant) = (Arc::clone(&store), tenant.clone());
            tokio::spawn(async move {
                store
                    .commit(conformance::lodging(
                        &tenant,
                        &format!("k{i}"),
                        "office",
                        "同时提交",
                        jiff::Timestamp::from_second(1_800_000_000).unwrap(),
                    ))
                    .await
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
    let store = PostgresStore::open(&url, None).await.unwrap();
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

/// The way to the database server can be encrypted and checked, and says what it is.
#[tokio::test(flavor = "multi_thread")]
async fn postgres_is_reached_by_tls_and_its_certificate_is_checked() {
    let Some(url) = postgres_database("postgres_tls").await else { return };
    let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    let setting = async |name: &str| client.query_one(&format!("SHOW {name}"), &[]).await.unwrap().get::<_, String>(0);
    if setting("ssl").await != "on" {
        return not_run("postgres_tls", "the server has `ssl = off`");
    }
    let folder = std::path::PathBuf::from(setting("data_directory").await);
    // The server's files are for its owner alone; the certificates are no secret.
    let fetch = async |name: &str| {
        let row = client
            .query_one("SELECT pg_read_binary_file($1)", &[&folder.join(name).to_string_lossy().into_owned()])
            .await
            .unwrap();
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), row.get::<_, Vec<u8>>(0)).unwrap();
        file
    };
    let (authority, other) = (fetch(&setting("ssl_ca_file").await).await, fetch(&setting("ssl_cert_file").await).await);

    let required =
        PostgresStore::open(&format!("{url} sslmode=require application_name=required"), None).await.unwrap();
    assert_eq!(required.protection(), Protection::Encrypted);
    let verified =
        PostgresStore::open(&format!("{url} application_name=verified"), Some(authority.path())).await.unwrap();
    assert_eq!(verified.protection(), Protection::Verified);
    let local = PostgresStore::open(&format!("{url} application_name=local"), None).await.unwrap();
    assert_eq!(local.protection(), Protection::Local);
    let sql = "SELECT bool_and(ssl) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE datname=current_database() AND application_name=$1";
    for (name, encrypted) in [("required", true), ("verified", true), ("local", false)] {
        assert_eq!(client.query_one(sql, &[&name]).await.unwrap().get::<_, bool>(0), encrypted, "{name}");
    }

    // Another's certificate, another's name, no certificate at all.
    let why = async |url: &str, authority: &std::path::Path| {
        let error = PostgresStore::open(url, Some(authority)).await.unwrap_err();
        format!("{error:?}")
    };
    let said = why(&url, other.path()).await;
    assert!(said.contains("UnknownIssuer"), "{said}");
    let elsewhere = url.replace("host=127.0.0.1", "host=elsewhere.example hostaddr=127.0.0.1");
    let said = why(&elsewhere, authority.path()).await;
    assert!(said.contains("NotValidForName"), "{said}");
    let empty = tempfile::NamedTempFile::new().unwrap();
    let said = why(&url, empty.path()).await;
    assert!(said.contains("no certificate") && said.contains(&empty.path().display().to_string()), "{said}");
}

/// A server that has no TLS gets nothing in plain where TLS must be.
#[tokio::test(flavor = "multi_thread")]
async fn without_tls_nothing_is_sent() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let seen = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        // The request for TLS has eight bytes; `N` says that there is none.
        stream.read_exact(&mut [0; 8]).await.unwrap();
        stream.write_all(b"N").await.unwrap();
        let mut rest = Vec::new();
        stream.read_to_end(&mut rest).await.unwrap();
        rest
    });
    let error =
        PostgresStore::open(&format!("host=127.0.0.1 port={port} user=x password=secret sslmode=require"), None)
            .await
            .unwrap_err();
    assert!(format!("{error:?}").contains("does not support TLS"), "{error:?}");
    assert!(seen.await.unwrap().is_empty());
}

/// A store from before goes on with its numbers: after the highest that any unit with the same letters gave.
#[tokio::test(flavor = "multi_thread")]
async fn numbers_of_an_older_store_go_on() {
    let old = "INSERT INTO item (tenant, kind, key, doc) VALUES ('t','unit','housing','{\"letters\":\"青住建信\"}'), ('t','unit','urban','{}');
         INSERT INTO lease (tenant, name, next) VALUES ('t','paper:housing:告:2026',5), ('t','paper:urban:告:2026',3), ('t','paper:gone:告:2026',9), ('t','serial:2026',7);";
    let old = format!("{old} {}", include_str!("golden/store_0_1.sql"));
    let check = async |store: &dyn Store| {
        let (tenant, at) = (TenantId::new("t"), jiff::Timestamp::UNIX_EPOCH);
        for (series, next) in [("letters:青住建信:告:2026", 5), ("letters:信:告:2026", 9), ("letters:信:答:2026", 1)]
        {
            assert_eq!(store.reserve(&tenant, series, "x", at, at).await.unwrap().n, next, "{series}");
        }
        assert_eq!(store.lease(&tenant, "serial:2026", 1).await.unwrap(), 7);
        // A matter as 0.1 wrote it is read, with its duty and its event, and is written as it is today when it changes.
        let matter = store.matter(&tenant, &ProceedingId::new("m")).await.unwrap().unwrap();
        assert_eq!(
            (matter.kind, matter.state.as_str(), matter.details().submission.as_str(), matter.details().part),
            (ProceedingKind::Matter, "received", "s", 1)
        );
        assert_eq!(matter.parties.get(&Relation::Assistant).map(|units| units.len()), Some(1), "{matter:?}");
        assert_eq!(store.events(&tenant, &matter.id).await.unwrap()[0].proceeding, matter.id);
        assert_eq!(store.due_timers(&tenant, jiff::Timestamp::MAX, 9).await.unwrap(), std::slice::from_ref(&matter.id));
        assert_eq!(store.duties_of(&tenant, &matter.id).await.unwrap()[0].0.proceeding, matter.id);
        let mut changes = Changes::new(tenant.clone());
        let next = matter.clone().next_version();
        changes.proceedings.push(ProceedingWrite {
            subject: next.clone().into(),
            expected: Expected::Version(matter.version),
            scope: Default::default(),
            terms: None,
            fact: None,
        });
        store.commit(changes).await.unwrap();
        assert_eq!(store.matter(&tenant, &matter.id).await.unwrap(), Some(next));
        // A program from before that still runs is told to stop, and numbers nothing.
        assert!(store.lease(&tenant, "paper:housing:告:2026", 1).await.is_err());
    };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.db");
    let schema = [
        include_str!("../../../storage-sqlite/migrations/0001_first.sql"),
        include_str!("../../../storage-sqlite/migrations/0002_file_hash.sql"),
    ];
    rusqlite::Connection::open(&path)
        .unwrap()
        .execute_batch(&format!("{} PRAGMA user_version=2; {old}", schema.join("\n")))
        .unwrap();
    check(&SqliteStore::open(&path).unwrap()).await;
    let Some(url) = postgres_database("numbers_of_an_older_store").await else { return };
    let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    let schema = [
        include_str!("../../../storage-postgres/migrations/0001_first.sql"),
        include_str!("../../../storage-postgres/migrations/0002_file_hash.sql"),
    ];
    let versions =
        "CREATE TABLE schema_version (number INTEGER PRIMARY KEY); INSERT INTO schema_version VALUES (1), (2);";
    client.batch_execute(&format!("{} {versions} {old}", schema.join("\n"))).await.unwrap();
    check(&PostgresStore::open(&url, None).await.unwrap()).await;
}

/// What was record among the small items is found in its table, by the parts of its key; what may die stays where it
/// was.
#[tokio::test(flavor = "multi_thread")]
#[expect(clippy::too_many_lines, reason = "a table")]
async fn records_of_an_older_store_are_found_in_their_tables() {
    let old = include_str!("golden/items_0_1.sql");
    let m = |n: u32| format!("0198a000-0000-7000-8000-00000000000{n}");
    let check = async |store: &dyn Store| {
        let (tenant, at) = (TenantId::new("t"), jiff::Timestamp::UNIX_EPOCH);
        let (m1, m2, m5, m6, m7) = (m(1), m(2), m(5), m(6), m(7));
        let expected: &[(Table, &[&str], &str)] = &[
            (Table::Unit, &["countyxf"], r#"{"u":1}"#),
            (Table::Officer, &["countyxf-head"], r#"{"o":1}"#),
            (Table::Credential, &["countyxf-head"], r#"{"hash":"$argon2id$x"}"#),
            (Table::Credential, &["b"], r#"{"hash":"h","given":true}"#),
            (Table::SecondFactor, &["countyxf-head"], r#"{"s":1}"#),
            (Table::Token, &["ab12"], r#"{"t":1}"#),
            (Table::Place, &["990101"], r#""柳湾村""#),
            (Table::Setting, &["clock_seen"], r#""2026-03-02T00:00:00Z""#),
            (Table::Paper, &[&m1, "000004"], r#"{"p":1}"#),
            (Table::PaperCopy, &[&m1, "000004"], r#"{"sha256":"aa","stored":"bb"}"#),
            (Table::PaperDay, &["ab:cd", "2026-03-02", &m1, "000004"], r#"{"d":1}"#),
            (Table::JoinderMember, &[&m7, &m1], r#"{"belongs":true}"#),
            (Table::JoinderMember, &[&m7, &m2], r#"{"belongs":true}"#),
            (Table::Recusal, &["officer:x", &m1], r#"{"stands":true}"#),
            (Table::Opinion, &["79739697-0123456789abcdef"], r#"{"stands":true,"day":"2026-03-02"}"#),
            (Table::Draw, &["countyxf", &m5], r#"{"w":1}"#),
            (Table::ReportSending, &["countyxf", "2025", &m6], r#"{"r":1}"#),
            (Table::ReceiptCode, &["c0de"], r#"{"submission":"s"}"#),
            (Table::Reference, &["青信〔2026〕1号", &m1], "null"),
            (Table::ImportedRow, &["aa11", "bb22"], "null"),
            (Table::DoomedFile, &["ff00"], "{}"),
            (Table::DoomedFile, &["ff01"], r#"{"after":"2026-03-02T00:00:00Z"}"#),
            (Table::Link, &[&m1, &m2], "null"),
            (Table::Act, &["ffffffffffffffff"], r#"{"a":1}"#),
            (Table::Rules, &["pack", "cn/office/2022"], r#"{"k":1}"#),
        ];
        let tables: BTreeSet<Table> = expected.iter().map(|e| e.0).collect();
        // What came later was never an item.
        let later = [
            Table::Hall,
            Table::Ticket,
            Table::Sitting,
            Table::Device,
            Table::Coming,
            Table::ComingCode,
            Table::LeaderRule,
            Table::BookingPlan,
            Table::Slot,
        ];
        let of_old = Table::ALL.into_iter().filter(|t| !later.contains(t));
        assert_eq!(tables, of_old.collect(), "every table is tried");
        for (table, key, doc) in expected {
            let key: Vec<String> = key.iter().map(|part| (*part).to_owned()).collect();
            let found = store
                .record(&tenant, *table, &key)
                .await
                .unwrap()
                .unwrap_or_else(|| panic!("{table:?} {key:?} is gone"));
            let json = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
            assert_eq!(json(&found), json(doc), "{table:?}");
        }
        let down = "79739698-fedcba9876543210".to_owned();
        assert!(store.record(&tenant, Table::Opinion, &[down]).await.unwrap().is_none(), "what was taken down is gone");
        assert!(
            store.item(&tenant, ItemKind::Follow, "aabb", at).await.unwrap().is_some(),
            "a petitioner who follows goes on"
        );
        assert!(
            store.item(&tenant, ItemKind::Session, "ccdd:open", at).await.unwrap().is_some(),
            "an officer stays signed in"
        );
        assert!(store.item(&tenant, ItemKind::Server, "served:ab", at).await.unwrap().is_some(), "a server that runs");
        assert!(store.item(&tenant, ItemKind::Draft, "k", at).await.unwrap().is_some());
        assert_eq!(store.uses_file("bb").await.unwrap(), FileUse::Kept);
    };
    let writes = "INSERT INTO item (tenant, kind, key, doc) VALUES ('t','officer','late','{}')";
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.db");
    let schema = [
        include_str!("../../../storage-sqlite/migrations/0001_first.sql"),
        include_str!("../../../storage-sqlite/migrations/0002_file_hash.sql"),
        include_str!("../../../storage-sqlite/migrations/0003_reservation.sql"),
        include_str!("../../../storage-sqlite/migrations/0004_proceeding.sql"),
    ];
    let before = rusqlite::Connection::open(&path).unwrap();
    before.execute_batch(&format!("{} PRAGMA user_version=4; {old}", schema.join("\n"))).unwrap();
    check(&SqliteStore::open(&path).unwrap()).await;
    let error = before.execute(writes, []).unwrap_err().to_string();
    assert!(error.contains("newer program"), "a program from before is told to stop: {error}");
    let Some(url) = postgres_database("records_of_an_older_store").await else { return };
    let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    let schema = [
        include_str!("../../../storage-postgres/migrations/0001_first.sql"),
        include_str!("../../../storage-postgres/migrations/0002_file_hash.sql"),
        include_str!("../../../storage-postgres/migrations/0003_reservation.sql"),
        include_str!("../../../storage-postgres/migrations/0004_proceeding.sql"),
    ];
    let versions = "CREATE TABLE schema_version (number INTEGER PRIMARY KEY); INSERT INTO schema_version VALUES (1), (2), (3), (4);";
    client.batch_execute(&format!("{} {versions} {old}", schema.join("\n"))).await.unwrap();
    check(&PostgresStore::open(&url, None).await.unwrap()).await;
    let error = format!("{:?}", client.execute(writes, &[]).await.unwrap_err());
    assert!(error.contains("newer_program"), "{error}");
}

/// Tenants can be spread: with every table parted by tenant the whole suite passes, and every key begins with the
/// tenant.
#[tokio::test(flavor = "multi_thread")]
async fn postgres_conforms_with_tables_parted_by_tenant() {
    let Some(url) = postgres_database("postgres_parted").await else { return };
    drop(PostgresStore::open(&url, None).await.unwrap());
    let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    let keys = "SELECT c.relname, i.relname, pg_get_indexdef(x.indexrelid, 1, false) FROM pg_index x JOIN pg_class i ON i.oid=x.indexrelid \
                JOIN pg_class c ON c.oid=x.indrelid JOIN pg_namespace n ON n.oid=c.relnamespace WHERE n.nspname='public' AND c.relname<>'schema_version'";
    let mut others: Vec<String> = Vec::new();
    for row in client.query(keys, &[]).await.unwrap() {
        let (_, index, first): (String, String, String) = (row.get(0), row.get(1), row.get(2));
        if first != "tenant" {
            others.push(index);
        }
    }
    others.sort();
    // What is not a key: the inverted index of texts, and names of files, which all tenants of one file store share.
    assert_eq!(
        others,
        ["attachment_hash", "attachment_stored", "paper_copy_hash", "paper_copy_stored", "search_vector"]
    );
    let part = "DO $$ DECLARE name text; BEGIN
        FOR name IN SELECT tablename FROM pg_tables WHERE schemaname='public' AND tablename<>'schema_version' LOOP
            EXECUTE format('ALTER TABLE %I RENAME TO %I', name, name || '_before');
            EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING ALL) PARTITION BY HASH (tenant)', name, name || '_before');
            FOR n IN 0..3 LOOP
                EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES WITH (MODULUS 4, REMAINDER %s)', name || '_part' || n, name, n);
            END LOOP;
            EXECUTE format('DROP TABLE %I', name || '_before');
        END LOOP; END $$";
    client.batch_execute(part).await.unwrap();
    let store = PostgresStore::open(&url, None).await.unwrap();
    conformance::check_store(&store).await;
    let parted: i64 = client.query_one("SELECT count(*) FROM pg_partitioned_table", &[]).await.unwrap().get(0);
    assert!(parted > 30, "{parted}");
}

/// A migration that is not the one that was applied is refused by name.
#[tokio::test(flavor = "multi_thread")]
async fn a_migration_that_was_changed_since_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.db");
    drop(SqliteStore::open(&path).unwrap());
    rusqlite::Connection::open(&path)
        .unwrap()
        .execute("UPDATE applied_migration SET sha256='00' WHERE number=3", [])
        .unwrap();
    let why = format!("{:?}", SqliteStore::open(&path).unwrap_err());
    assert!(why.contains("migration 3"), "{why}");
    let Some(url) = postgres_database("changed_migration").await else { return };
    drop(PostgresStore::open(&url, None).await.unwrap());
    let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    client.execute("UPDATE schema_version SET sha256='00' WHERE number=3", &[]).await.unwrap();
    let why = format!("{:?}", PostgresStore::open(&url, None).await.unwrap_err());
    assert!(why.contains("migration 3"), "{why}");
}

/// A page of a list among 50,000 matters reads a page and no table.
#[tokio::test(flavor = "multi_thread")]
async fn postgres_reads_a_page_of_fifty_thousand_from_a_key() {
    let Some(url) = postgres_database("postgres_pages").await else { return };
    let store = PostgresStore::open(&url, None).await.unwrap();
    let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    let doc = conformance::sample("x", "a", jiff::Timestamp::UNIX_EPOCH);
    let doc = serde_json::to_string(&doc).unwrap().replace('\'', "''");
    let fill = format!(
        "INSERT INTO proceeding (tenant, id, submission, part, number, version, phase, doc, kind)
           SELECT 't', 'm-' || lpad(i::text, 6, '0'), '', 1, i::text, 1, 'intake', '{doc}', 'matter' FROM generate_series(1, 50000) i;
         INSERT INTO reader (tenant, unit, proceeding) SELECT 't', 'a', 'm-' || lpad(i::text, 6, '0') FROM generate_series(1, 50000) i;
         INSERT INTO reader (tenant, unit, proceeding) SELECT 't', 'b', 'm-' || lpad(i::text, 6, '0') FROM generate_series(1, 50000, 3) i;
         ANALYZE;"
    );
    client.batch_execute(&fill).await.unwrap();
    let read = async || {
        client.batch_execute("SELECT pg_stat_clear_snapshot()").await.unwrap();
        let sql = "SELECT sum(seq_tup_read)::bigint, sum(idx_tup_fetch)::bigint FROM pg_stat_user_tables WHERE relname IN ('proceeding', 'reader')";
        let row = client.query_one(sql, &[]).await.unwrap();
        (row.get::<_, i64>(0), row.get::<_, i64>(1))
    };
    for units in [&["a"][..], &["b"], &["a", "b"]] {
        let visibility = Visibility::units(units.iter().map(|u| UnitId::new(*u)).collect());
        let tenant = TenantId::new("t");
        let query = ListQuery { tenant, kind: ProceedingKind::Matter, visibility, phase: None, after: None, limit: 50 };
        let (scanned, fetched) = read().await;
        let page = store.list(&query).await.unwrap();
        assert_eq!(page.rows.len(), 50);
        // The server counts what a session did some time after it; it is asked until it says more than nothing.
        let mut now = read().await;
        for _ in 0..200 {
            if now.1 > fetched {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            store.list(&query).await.unwrap();
            now = read().await;
        }
        assert_eq!(now.0, scanned, "{units:?}: a table was read from end to end");
        assert!(now.1 - fetched < 20_000, "{units:?}: {} rows were fetched", now.1 - fetched);
    }
}
