//! Pages of lists and searches, and walks.

use std::collections::BTreeSet;

use huiyin_domain::ids::TenantId;
use huiyin_domain::kind::ProceedingKind;
use huiyin_domain::subject::Subject;

use super::{lodging, second, sees};
use crate::{ListQuery, Page, SearchQuery, Store};

fn tenant() -> TenantId {
    TenantId::new("paging")
}

const MANY: usize = 23;

pub(super) async fn lists_and_search_page_without_gap_or_repeat(store: &dyn Store) {
    for n in 0..MANY {
        let unit = if n % 3 == 0 { "housing" } else { "water" };
        store.commit(lodging(&tenant(), &format!("p{n:02}"), unit, "小区换热站", second(100_000))).await.unwrap();
    }
    for (units, expected) in [(&["water"][..], 15), (&["housing", "water"], MANY)] {
        for limit in [1, 7, 15, 50] {
            let mut after = None;
            let mut listed = Vec::new();
            loop {
                let query = ListQuery {
                    tenant: tenant(),
                    kind: ProceedingKind::Matter,
                    visibility: sees(units),
                    phase: None,
                    after,
                    limit,
                };
                let Page { rows, next } = store.list(&query).await.unwrap();
                listed.extend(rows.iter().map(|m| m.number.clone()));
                after = next;
                if after.is_none() {
                    break;
                }
            }
            let mut found = Vec::new();
            loop {
                let text = "换热站".to_owned();
                let query = SearchQuery {
                    tenant: tenant(),
                    kinds: &[ProceedingKind::Matter],
                    visibility: sees(units),
                    text,
                    after,
                    limit,
                };
                let Page { rows, next } = store.search(&query).await.unwrap();
                found.extend(rows.iter().map(|m| m.number.clone()));
                after = next;
                if after.is_none() {
                    break;
                }
            }
            assert_eq!(listed.len(), expected, "{units:?} by {limit}");
            assert!(listed.is_sorted_by(|a, b| a > b), "newest first, none twice: {listed:?}");
            assert_eq!(found, listed, "search agrees with the list");
        }
    }
}

pub(super) async fn a_walk_reads_each_proceeding_once(store: &dyn Store) {
    for limit in [1, 10, 50] {
        let (mut after, mut seen) = (String::new(), Vec::new());
        loop {
            let page: Page<Subject> = store.scan(&tenant(), ProceedingKind::Matter, &after, limit).await.unwrap();
            seen.extend(page.rows.iter().map(|m| m.id.0.clone()));
            match page.next {
                Some(next) => after = next,
                None => break,
            }
        }
        assert_eq!(seen.len(), MANY);
        assert_eq!(seen.iter().collect::<BTreeSet<_>>().len(), MANY, "none twice");
    }
    assert!(
        store.scan(&tenant(), ProceedingKind::Meeting, "", 50).await.unwrap().rows.is_empty(),
        "of another kind there is none"
    );
    assert!(store.scan(&TenantId::new("nobody"), ProceedingKind::Matter, "", 50).await.unwrap().rows.is_empty());
}
