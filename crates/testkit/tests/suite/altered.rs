//! What somebody changes by hand in the store is seen: `verify` names each row, and a package says so.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    reason = "a test"
)]

use huiyin_app::domain::event::EventActor;
use huiyin_app::lodge::{self, Lodging};
use huiyin_app::{Office, acts, package, sign_in, sweep, verify};
use huiyin_demo as demo;
use huiyin_storage::{RecordChange, RecordQuery, RecordWrite, Table, Wanted};
use huiyin_testkit::{TestOffice, on_both, petition, sqlite_office, staff, step};

const AT: &str = "2026-03-02T10:00:00+08:00";

/// A petition with a file that was referred, accepted and decided, and stands with a paper and running clocks.
async fn course(o: &Office) -> String {
    demo::people(o).await.unwrap();
    let file = lodge::take_file(o, "材料.txt", "路灯坏了的经过".as_bytes(), "petitioner").await.unwrap();
    let receipt =
        lodge::lodge(o, Lodging { files: vec![file.record], ..petition("路灯坏了三个月没人修") }).await.unwrap();
    let number = format!("{}-1", receipt.number);
    step(o, "countyxf.clerk", &number, "refer", &[("to_unit", "housing"), ("reason", "属于住建职责")]).await.unwrap();
    let added = lodge::store_file(o, "现场.txt", "现场情况".as_bytes(), "housing").await.unwrap();
    let more = huiyin_app::act::Move {
        files: vec![added],
        ..huiyin_testkit::the_move("add", &[("words", "已到现场看过")])
    };
    huiyin_app::act::by_officer(o, &huiyin_testkit::staff(o, "housing.clerk").await, &number, more).await.unwrap();
    number
}

async fn findings(o: &Office) -> Vec<String> {
    verify::verify_all(o, &mut |_| {}).await.unwrap().findings.iter().map(ToString::to_string).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_program_wrote_agrees_with_itself() {
    on_both("agrees", AT, |t| async move {
        let number = course(&t.office).await;
        t.time.go("2026-06-01T10:00:00+08:00");
        sweep::sweep_office(&t.office).await.unwrap();
        let report = verify::verify_all(&t.office, &mut |_| {}).await.unwrap();
        assert_eq!(report.findings, []);
        assert!(report.matters == 1 && report.events > 3 && report.files == 2, "{report:?}");
        assert!(package::of_matter(&t.office, &number).await.unwrap().missing.is_empty());
    })
    .await;
}

/// Changes rows by hand, as somebody with the file does.
fn by_hand(t: &TestOffice, sql: &str) {
    let changed = rusqlite::Connection::open(t.folder.path().join("huiyin.db")).unwrap().execute(sql, []).unwrap();
    assert!(changed > 0, "{sql}");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_row_changed_by_hand_is_named() {
    let by_sql = [
        ("UPDATE event SET doc=replace(doc, '2026-03-02T', '2026-03-01T') WHERE n=2", "event"),
        ("UPDATE event SET doc=replace(doc, '\"housing\"', '\"water\"')", "event"),
        ("DELETE FROM event WHERE n=(SELECT max(n) FROM event)", "events"),
        ("UPDATE content SET doc=replace(doc, '属于住建职责', '不归我们管')", "words"),
        ("DELETE FROM content WHERE n>1", "words"),
        ("UPDATE content SET doc=replace(doc, '三个月', '三天')", "text"),
        ("UPDATE proceeding SET doc=json_set(doc, '$.proceeding.state', 'archived')", "state"),
        ("UPDATE proceeding SET doc=json_set(doc, '$.proceeding.holder', 'water')", "holder"),
        ("UPDATE proceeding SET doc=json_set(doc, '$.proceeding.clocks[0].legal', '2027-03-02')", "clock"),
        ("UPDATE duty SET due=due+31536000, next_at=next_at+31536000", "duty"),
        ("UPDATE duty SET doc=json_set(doc, '$.legal', '2027-03-02')", "duty"),
        ("UPDATE duty SET kind='right'", "duty"),
        ("UPDATE duty SET kind='burst:zz'", "duty"),
        ("DELETE FROM duty", "duty"),
        ("DELETE FROM attachment WHERE id=(SELECT min(id) FROM attachment)", "file"),
        ("UPDATE attachment SET doc=json_set(doc, '$.hash', 'ab')", "file"),
        ("UPDATE paper SET doc=replace(doc, '信访', '投诉')", "paper"),
        ("DELETE FROM paper", "paper"),
        ("UPDATE matter_fact SET received='2025-01-01'", "totals"),
        ("UPDATE matter_fact SET late=late+1", "totals"),
        ("UPDATE matter_fact SET facts='[\"heard\"]'", "totals"),
        ("UPDATE vault SET doc=json_set(doc, '$.body', 'AAAA')", "vault"),
        ("DELETE FROM vault", "vault"),
        ("UPDATE proceeding SET doc=json_set(doc, '$.proceeding.facts', json('[\"destroyed\"]'))", "state"),
    ];
    for (sql, what) in by_sql {
        let t = sqlite_office(AT);
        let number = course(&t.office).await;
        by_hand(&t, sql);
        let found = findings(&t.office).await;
        assert!(found.iter().any(|f| f.starts_with(&format!("{number} {what}"))), "{sql}: {found:?}");
        if !matches!(what, "vault" | "state" | "holder" | "totals") {
            let packed = package::of_matter(&t.office, &number).await;
            assert!(packed.is_ok_and(|p| !p.missing.is_empty()), "{sql}");
        }
    }
    // The bytes of a file.
    let t = sqlite_office(AT);
    course(&t.office).await;
    let folder =
        std::fs::read_dir(t.folder.path().join("files")).unwrap().flatten().find(|f| f.path().is_dir()).unwrap();
    let file = std::fs::read_dir(folder.path()).unwrap().flatten().next().unwrap().path();
    std::fs::write(&file, "andere").unwrap();
    assert!(findings(&t.office).await.iter().any(|f| f.contains(" file ")));
    std::fs::remove_file(&file).unwrap();
    assert!(findings(&t.office).await.iter().any(|f| f.contains("its bytes are gone")));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_act_of_the_office_that_was_changed_or_taken_away_is_found() {
    on_both("acts", "2026-03-02T10:00:00+08:00", |t| async move {
        let o = &t.office;
        demo::people(o).await.unwrap();
        let head = staff(o, "countyxf.head").await;
        for login in ["housing.clerk", "housing.handler", "urban.clerk"] {
            sign_in::make_token(o, &head, &staff(o, login).await.officer.id, login).await.unwrap();
        }
        // Several at the same moment follow one another.
        let id = staff(o, "urban.head").await.officer.id;
        let made = futures_util::future::join_all((0..8).map(|n| sign_in::make_token(o, &head, &id, if n % 2 == 0 { "a" } else { "b" }))).await;
        assert!(made.iter().all(Result::is_ok), "{made:?}");
        let all = acts::list(o, &head, None, 100).await.unwrap();
        assert_eq!(all.iter().map(|a| a.n).collect::<Vec<_>>(), (1..=11).rev().collect::<Vec<_>>());
        assert!(matches!(&all[10].actor, EventActor::Officer { officer, unit } if officer.0 == "countyxf-head" && unit.0 == "countyxf"));
        let found = || findings(o);
        assert!(found().await.is_empty());
        let query = RecordQuery { tenant: o.tenant().clone(), table: Table::Act, wanted: Wanted::first(100) };
        let rows = t.store.records(&query).await.unwrap();
        let write = |(key, _): &(Vec<String>, String), change| RecordWrite { table: Table::Act, key: key.clone(), change };
        let mut changed: serde_json::Value = serde_json::from_str(&rows[5].1).unwrap();
        changed["act"]["detail"] = "something else".into();
        t.store.write(o.tenant(), vec![write(&rows[5], RecordChange::Put(changed.to_string()))]).await.unwrap();
        assert!(found().await.iter().any(|f| f.starts_with("office acts:")), "{:?}", found().await);
        t.store.write(o.tenant(), vec![write(&rows[5], RecordChange::Put(rows[5].1.clone()))]).await.unwrap();
        assert!(found().await.is_empty());
        t.store.write(o.tenant(), vec![write(&rows[3], RecordChange::Remove)]).await.unwrap();
        assert!(found().await.iter().any(|f| f.contains("taken away")), "{:?}", found().await);
    })
    .await;
}
