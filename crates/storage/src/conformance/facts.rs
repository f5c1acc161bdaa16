//! The narrow rows of matters.

use jiff::civil::{Date, date};

use super::{fact_of, lodging, second};
use crate::{Changes, FactQuery, FactRange, MatterFact, Store};

use huiyin_domain::ids::{ProceedingId, TenantId, UnitId};
use huiyin_domain::procedure::{Fact, Phase};

fn tenant() -> TenantId {
    TenantId::new("facts")
}

fn rich(key: &str, received: Date, answered: Option<Date>) -> MatterFact {
    MatterFact {
        received,
        answered,
        class: Some("城乡建设/供热".to_owned()),
        place: Some("990101".to_owned()),
        sender: Some(UnitId::new("hall")),
        concerned: vec![UnitId::new("housing"), UnitId::new("hall")],
        held: vec![UnitId::new("a"), UnitId::new("b 'c'")],
        complained_of: Some("住建局".to_owned()),
        facts: [Fact::Direct, Fact::Heard].into(),
        outcome: Some("supported".to_owned()),
        phase: Phase::Archived,
        in_time: 3,
        late: 2,
        counts: [("orders".to_owned(), 1), ("a 'b'".to_owned(), 4)].into(),
        ..fact_of(&super::sample(key, "office", second(5)))
    }
}

async fn walk(store: &dyn Store, range: FactRange, limit: u32) -> Vec<MatterFact> {
    let mut out: Vec<MatterFact> = Vec::new();
    loop {
        let after = out.last().map(|f| (range.day_of(f), f.matter.clone()));
        let page =
            store.matter_facts(&FactQuery { tenant: tenant(), range: range.clone(), after, limit }).await.unwrap();
        if page.is_empty() {
            return out;
        }
        assert!(page.len() <= usize::try_from(limit).unwrap());
        out.extend(page);
    }
}

pub(super) async fn narrow_rows_come_by_day_in_pages(store: &dyn Store) {
    let days = [(1, 5, Some(9)), (2, 5, None), (3, 5, Some(9)), (4, 4, Some(20)), (5, 6, Some(9)), (6, 30, None)];
    for (n, received, answered) in days {
        let key = format!("f{n}");
        let mut changes = lodging(&tenant(), &key, "office", "x", second(100_000));
        changes.proceedings[0].fact = Some(rich(&key, date(2026, 1, received), answered.map(|d| date(2026, 1, d))));
        store.commit(changes).await.unwrap();
    }
    let names = |all: &[MatterFact]| all.iter().map(|f| f.matter.0.clone()).collect::<Vec<_>>().join(" ");
    for limit in [1, 2, 50] {
        assert_eq!(names(&walk(store, FactRange::All, limit).await), "m-f1 m-f2 m-f3 m-f4 m-f5 m-f6");
        let received = FactRange::Received(date(2026, 1, 4), date(2026, 1, 6));
        assert_eq!(
            names(&walk(store, received, limit).await),
            "m-f4 m-f1 m-f2 m-f3 m-f5",
            "by day, then by id; bounds belong to it"
        );
        let answered = FactRange::Answered(date(2026, 1, 9), date(2026, 1, 19));
        assert_eq!(names(&walk(store, answered, limit).await), "m-f1 m-f3 m-f5");
    }
    let kept = walk(store, FactRange::All, 1).await;
    assert_eq!(kept[0], rich("f1", date(2026, 1, 5), Some(date(2026, 1, 9))), "every column is read back");
    assert_eq!(kept[1].answered, None);
    let one = FactQuery { tenant: tenant(), range: FactRange::One(kept[3].matter.clone()), after: None, limit: 1 };
    assert_eq!(store.matter_facts(&one).await.unwrap(), kept[3..4]);
}

pub(super) async fn a_matter_without_a_narrow_row_is_named_and_gets_one(store: &dyn Store) {
    let t = tenant();
    let mut changes = lodging(&t, "g1", "office", "x", second(100_000));
    let fact = changes.proceedings[0].fact.take().unwrap();
    store.commit(changes).await.unwrap();
    assert_eq!(store.without_facts(&t, &ProceedingId::new(""), 10).await.unwrap(), std::slice::from_ref(&fact.matter));
    assert!(store.without_facts(&t, &fact.matter, 10).await.unwrap().is_empty(), "behind it there is none");
    let add = |fact: &MatterFact| Changes { facts: vec![fact.clone()], ..Changes::new(tenant()) };
    store.commit(add(&fact)).await.unwrap();
    assert!(store.without_facts(&t, &ProceedingId::new(""), 10).await.unwrap().is_empty());
    // What was written with a move meanwhile is newer than what is added.
    store.commit(add(&MatterFact { late: 9, ..fact.clone() })).await.unwrap();
    let kept = walk(store, FactRange::All, 50).await.into_iter().find(|f| f.matter == fact.matter).unwrap();
    assert_eq!(kept, fact);
}
