//! Records with a table each.

use serde::{Deserialize, Serialize};

use super::{AWKWARD, tenant};
use crate::{
    Changes, ItemKind, ItemRecord, Record, RecordChange, RecordQuery, RecordWrite, Store, StoreError, Table, Wanted,
};

/// A record of whatever table.
fn write(table: Table, key: &[&str], change: RecordChange) -> RecordWrite {
    RecordWrite { table, key: key.iter().map(|k| (*k).to_owned()).collect(), change }
}

pub(super) async fn every_table_keeps_finds_lists_and_removes(store: &dyn Store) {
    let t = tenant();
    for table in Table::ALL {
        let parts = table.key_columns().len();
        let key =
            |last: &str| [vec!["a"; parts - 1], vec![last]].concat().into_iter().map(str::to_owned).collect::<Vec<_>>();
        let put =
            |last: &str, doc: &str| RecordWrite { table, key: key(last), change: RecordChange::Put(doc.to_owned()) };
        // What names files is read by the store itself, which takes no zero byte; nothing that is written there has
        // one.
        let text = if table == Table::PaperCopy { AWKWARD.replace('\0', "") } else { AWKWARD.to_owned() };
        let awkward = serde_json::to_string(&text).unwrap();
        store.write(&t, vec![put("b1", "1"), put("b2", &awkward), put("c", "3"), put("b1", "4")]).await.unwrap();
        assert_eq!(
            store.record(&t, table, &key("b1")).await.unwrap().as_deref(),
            Some("4"),
            "{table:?}: the newer one"
        );
        assert_eq!(store.record(&t, table, &key("b2")).await.unwrap(), Some(awkward), "{table:?}");
        assert_eq!(store.record(&t, table, &key("d")).await.unwrap(), None, "{table:?}");
        assert_eq!(
            store.record(&super::TenantId::new("other"), table, &key("b1")).await.unwrap(),
            None,
            "{table:?}: another tenant"
        );
        let list = async |wanted: Wanted| {
            let found = store.records(&RecordQuery { tenant: t.clone(), table, wanted }).await.unwrap();
            found.into_iter().map(|(key, _)| key.last().unwrap().clone()).collect::<Vec<_>>()
        };
        let within = vec!["a".to_owned(); parts - 1];
        assert_eq!(
            list(Wanted { within: within.clone(), limit: 9, ..Wanted::default() }).await,
            ["b1", "b2", "c"],
            "{table:?}"
        );
        assert_eq!(
            list(Wanted { within: within.clone(), begins: "b".into(), limit: 9, ..Wanted::default() }).await,
            ["b1", "b2"],
            "{table:?}"
        );
        assert_eq!(
            list(Wanted { within: within.clone(), after: key("b1"), limit: 1, ..Wanted::default() }).await,
            ["b2"],
            "{table:?}"
        );
        assert_eq!(
            list(Wanted { within: within.clone(), begins: "b".into(), after: key("b1"), limit: 9 }).await,
            ["b2"],
            "{table:?}"
        );
        assert_eq!(
            list(Wanted { after: key("b2"), limit: 9, ..Wanted::default() }).await,
            ["c"],
            "{table:?}: behind a whole key"
        );
        let gone = |last: &str| RecordWrite { table, key: key(last), change: RecordChange::Remove };
        store.write(&t, vec![gone("b1"), gone("b2"), gone("c"), gone("never")]).await.unwrap();
        assert!(list(Wanted { limit: 9, ..Wanted::default() }).await.is_empty(), "{table:?}");
    }
}

pub(super) async fn a_record_that_is_there_refuses_the_whole_unit_of_work(store: &dyn Store) {
    let t = tenant();
    store.write(&t, vec![write(Table::Setting, &["first"], RecordChange::Add("1".into()))]).await.unwrap();
    let item = ItemRecord::lasting(ItemKind::Draft, "beside", 1.into());
    let mut changes = super::lodging(&t, "r1", "office", "x", super::second(100_000));
    changes.items.push(item);
    changes.records = vec![
        write(Table::Setting, &["second"], RecordChange::Put("2".into())),
        write(Table::Setting, &["first"], RecordChange::Add("3".into())),
    ];
    assert!(matches!(store.commit(changes).await, Err(StoreError::AlreadyThere(_))));
    assert_eq!(store.record(&t, Table::Setting, &["second".into()]).await.unwrap(), None, "all or none");
    assert_eq!(store.record(&t, Table::Setting, &["first".into()]).await.unwrap().as_deref(), Some("1"));
    assert!(store.item(&t, ItemKind::Draft, "beside", super::second(0)).await.unwrap().is_none());
    assert!(store.matter_by_number(&t, "2026-r1-1").await.unwrap().is_none(), "nor the matter with it");
    // Added in one unit of work twice: neither stands.
    let twice = vec![
        write(Table::Setting, &["third"], RecordChange::Add("1".into())),
        write(Table::Setting, &["third"], RecordChange::Add("2".into())),
    ];
    assert!(matches!(store.write(&t, twice).await, Err(StoreError::AlreadyThere(_))));
    let all =
        Changes { records: vec![write(Table::Setting, &["first"], RecordChange::Remove)], ..Changes::new(t.clone()) };
    store.commit(all).await.unwrap();
}

#[derive(Debug, Serialize, Deserialize)]
struct Sample {
    word: String,
}

impl Record for Sample {
    const TABLE: Table = Table::Draw;
    type Key = (String, u32);
}

pub(super) async fn what_is_no_such_record_is_named(store: &dyn Store) {
    let t = tenant();
    let key = |n: u32| ("unit".to_owned(), n);
    let sample = |word: &str| Sample { word: word.to_owned() };
    let writes: Vec<RecordWrite> = (1..=2_500).map(|n| RecordWrite::add(&key(n), &sample("w")).unwrap()).collect();
    store.write(&t, writes).await.unwrap();
    let all = store.select_all::<Sample>(&t, &[&"unit".to_owned()]).await.unwrap();
    assert_eq!(all.len(), 2_500, "more than a page");
    assert!(all.iter().zip(1..).all(|((k, _), n)| k.1 == n), "in the order of keys");
    assert_eq!(store.find::<Sample>(&t, &key(7)).await.unwrap().unwrap().word, "w");
    store
        .write(&t, vec![write(Table::Draw, &["unit", "000007"], RecordChange::Put("{\"secret\":\"欧阳修远\"}".into()))])
        .await
        .unwrap();
    let error = store.find::<Sample>(&t, &key(7)).await.unwrap_err();
    let text = format!("{error} {error:?}");
    assert!(text.contains("draw") && text.contains("000007") && !text.contains("欧阳"), "{text}");
    store
        .write(&t, vec![write(Table::Draw, &["unit", "seven"], RecordChange::Put("{\"word\":\"w\"}".into()))])
        .await
        .unwrap();
    let error = store
        .select::<Sample>(&t, Wanted::first(9).within(&[&"unit".to_owned()]).beginning("seven"))
        .await
        .unwrap_err();
    assert!(error.to_string().contains("seven"), "{error}");
    let gone: Vec<RecordWrite> = (1..=2_500).map(|n| RecordWrite::remove::<Sample>(&key(n))).collect();
    store.write(&t, gone).await.unwrap();
    store.write(&t, vec![write(Table::Draw, &["unit", "seven"], RecordChange::Remove)]).await.unwrap();
}
