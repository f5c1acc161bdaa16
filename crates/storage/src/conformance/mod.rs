//! The conformance suite: what every store must do, run on each backend. A store that passes can be put
//! under the whole system. Failures panic with words; it is test support and used by tests alone.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "test support")]

mod facts;
mod keeping;
mod paging;
mod records;

use std::collections::BTreeSet;

use huiyin_domain::clock::{Basis, Beginning, Bound, Clock, ClockKind, PeriodUnit};
use huiyin_domain::event::{Event, EventActor, EventKind};
use huiyin_domain::ids::{ClockId, PackId, ProceedingId, StateId, SubmissionId, TenantId, UnitId};
use huiyin_domain::kind::ProceedingKind;
use huiyin_domain::matter::{Matter, Ratings};
use huiyin_domain::payload::Payload;
use huiyin_domain::posts::Post;
use huiyin_domain::procedure::Phase;
use huiyin_domain::proceeding::{Beginning as Start, Proceeding};
use huiyin_domain::reckon::Roll;
use huiyin_domain::subject::Subject;
use huiyin_domain::submission::{Channel, Naming, PaperFacts, Purpose, ReplyWay, Submission};
use jiff::Timestamp;
use jiff::civil::date;

use crate::{
    Burst, Changes, ContentRecord, DutyQuery, DutyWindow, EventRecord, Expected, ItemKind, ItemRecord, ListQuery,
    MatterFact, ProceedingWrite, Reserved, SearchQuery, Store, StoreError, SubmissionRecord, VaultRecord, Visibility,
    terms,
};

/// Text that breaks careless stores: quotes, SQL, HTML, emoji, a zero byte, right-to-left marks, rare characters.
const AWKWARD: &str =
    "Robert'); DROP TABLE matter;-- \"<script>alert(1)</script>\" 😀 \u{0} \u{202e} 𠀀璟玥赟祎 \\ % _ ' ''";

fn second(n: i64) -> Timestamp {
    Timestamp::from_second(1_770_000_000 + n).unwrap()
}

fn clock(n: u32, unit: &str, due: Timestamp) -> Clock {
    let mut clock = Clock::begin(Beginning {
        n,
        rule: ClockId::new("route"),
        kind: ClockKind::Duty,
        bound: Bound { unit: Some(UnitId::new(unit)), post: Post::from_id("clerk") },
        start: date(2026, 1, 8),
        started_at: second(0),
        length: 15,
        unit: PeriodUnit::CalendarDays,
        roll: Roll::NextWorkingDay,
        basis: Basis::Law,
        clause: Some("22".into()),
    });
    (clock.nominal, clock.legal) = (date(2026, 1, 23), date(2026, 1, 23));
    (clock.due, clock.next_at) = (due, Some(due));
    clock
}

/// A matter with one duty, for suites and benchmarks.
pub fn sample(key: &str, unit: &str, due: Timestamp) -> Matter {
    let with = Start {
        id: ProceedingId::new(format!("m-{key}")),
        kind: ProceedingKind::Matter,
        number: format!("2026-{key}-1"),
        pack: PackId::new("cn/petition/2022"),
        state: StateId::new("received"),
        phase: Phase::Intake,
        title: format!("供暖 {key}"),
        on: date(2026, 1, 8),
        at: second(0),
        unit: UnitId::new(unit),
    };
    let doc = serde_json::json!({
        "proceeding": Proceeding::begin(with),
        "submission": SubmissionId::new(format!("s-{key}")),
        "part": 1,
        "place_name": "幸福里",
        "purpose": Purpose::Request,
        "channel": Channel::Online,
        "ratings": Ratings::default(),
    });
    let matter: Matter = serde_json::from_value(doc).unwrap();
    let clocks = vec![clock(1, unit, due)];
    altered(&matter, serde_json::json!({ "clocks": clocks, "events": 1, "head": "00", "version": 1 }))
}

/// A matter with other values in its proceeding. No move makes such a one; a store keeps what it is given.
pub fn altered(matter: &Matter, values: serde_json::Value) -> Matter {
    let mut doc = serde_json::to_value(matter).unwrap();
    let proceeding = doc.get_mut("proceeding").and_then(serde_json::Value::as_object_mut).unwrap();
    proceeding.extend(values.as_object().cloned().unwrap());
    serde_json::from_value(doc).unwrap()
}

/// The narrow row of a sample.
pub fn fact_of(matter: &Matter) -> MatterFact {
    MatterFact {
        matter: matter.id.clone(),
        number: matter.number.clone(),
        pack: matter.pack.0.clone(),
        phase: matter.phase,
        channel: matter.details().channel.word().to_owned(),
        class: matter.details().class.clone(),
        place: matter.details().place.clone(),
        holder: matter.holder.clone(),
        sender: matter.sender.clone(),
        held: matter.held.iter().cloned().collect(),
        concerned: vec![matter.holder.clone()],
        complained_of: None,
        facts: matter.facts.clone(),
        outcome: matter.outcome.clone(),
        received: matter.received_on,
        answered: None,
        due: matter.clocks.first().map(|c| c.due),
        in_time: 0,
        late: 0,
        counts: std::collections::BTreeMap::new(),
    }
}

/// A new submission with one matter and its text, for suites and benchmarks.
pub fn lodging(tenant: &TenantId, key: &str, unit: &str, text: &str, due: Timestamp) -> Changes {
    let matter = sample(key, unit, due);
    let submission = Submission {
        id: matter.details().submission.clone(),
        number: format!("2026-{key}"),
        channel: Channel::Online,
        unit: UnitId::new(unit),
        received_at: second(0),
        received_on: date(2026, 1, 8),
        registered_at: second(0),
        naming: Naming::Named,
        by_agent: false,
        second_language: false,
        reply: ReplyWay::Sms,
        paper: PaperFacts::default(),
        headcount: 1,
    };
    let event = Event {
        n: 1,
        v: 1,
        at: second(0),
        actor: EventActor::Petitioner,
        pack: matter.pack.clone(),
        clause: None,
        basis: Basis::House,
        kind: EventKind::Received {
            channel: Channel::Online,
            received_on: date(2026, 1, 8),
            unit: UnitId::new(unit),
            text: None,
            files: Default::default(),
        },
    };
    let mut changes = Changes::new(tenant.clone());
    changes.submissions.push(SubmissionRecord {
        submission,
        receipt_hash: format!("r-{key}"),
        origin: Some(format!("o-{key}")),
        waiting_code: None,
        replaced_code: None,
    });
    changes.vaults.push(VaultRecord::Sealed {
        submission: matter.details().submission.clone(),
        key: "k".into(),
        body: "b".into(),
    });
    changes.contents.push(ContentRecord {
        owner: matter.details().submission.0.clone(),
        n: 0,
        text: text.to_owned(),
        words: Payload::default(),
    });
    changes.events.push(EventRecord {
        proceeding: matter.id.clone(),
        event,
        salt: "00".into(),
        commitment: "00".into(),
    });
    changes.proceedings.push(ProceedingWrite {
        scope: BTreeSet::from([UnitId::new(unit)]),
        terms: Some(terms::index_terms(&[&matter.title, text])),
        fact: Some(fact_of(&matter)),
        subject: matter.into(),
        expected: Expected::New,
    });
    changes
}

fn tenant() -> TenantId {
    TenantId::new("county")
}

fn sees(units: &[&str]) -> Visibility {
    Visibility::units(units.iter().map(|u| UnitId::new(*u)).collect())
}

fn search(text: &str, units: &[&str]) -> SearchQuery {
    SearchQuery {
        kinds: &[ProceedingKind::Matter],
        tenant: tenant(),
        visibility: sees(units),
        text: text.into(),
        after: None,
        limit: 50,
    }
}

fn duties(unit: &str, window: DutyWindow) -> DutyQuery {
    DutyQuery {
        tenant: tenant(),
        unit: UnitId::new(unit),
        posts: BTreeSet::new(),
        without: BTreeSet::new(),
        burst: None,
        window,
        now: second(100),
        today_ends: second(200),
        week_ends: second(300),
        after: None,
        limit: 50,
    }
}

/// Runs the whole suite on an empty store.
pub async fn check_store(store: &dyn Store) {
    what_is_written_is_read_back(store).await;
    the_same_form_is_refused_and_named(store).await;
    a_stale_version_changes_nothing(store).await;
    of_two_at_once_one_is_told(store).await;
    search_finds_words_within_the_readers_rights(store).await;
    duties_come_by_due_time_in_pages(store).await;
    timers_come_oldest_first(store).await;
    items_expire_and_are_listed_by_prefix(store).await;
    leases_never_overlap(store).await;
    numbers_leave_no_gap_and_are_used_once(store).await;
    tenants_do_not_see_each_other(store).await;
    a_burst_is_one_row_until_it_is_touched(store).await;
    records::every_table_keeps_finds_lists_and_removes(store).await;
    records::a_record_that_is_there_refuses_the_whole_unit_of_work(store).await;
    records::what_is_no_such_record_is_named(store).await;
    facts::narrow_rows_come_by_day_in_pages(store).await;
    facts::a_matter_without_a_narrow_row_is_named_and_gets_one(store).await;
    paging::lists_and_search_page_without_gap_or_repeat(store).await;
    paging::a_walk_reads_each_proceeding_once(store).await;
    keeping::what_belongs_to_a_letter_is_read_back_in_order(store).await;
    keeping::a_destroyed_letter_leaves_its_events(store).await;
    keeping::a_number_that_is_taken_writes_nothing(store).await;
}

async fn what_is_written_is_read_back(store: &dyn Store) {
    let changes = lodging(&tenant(), "a1", "office", AWKWARD, second(1000));
    let (record, matter) = (changes.submissions[0].clone(), changes.proceedings[0].subject.matter().unwrap().clone());
    store.commit(changes).await.unwrap();
    let t = tenant();
    assert_eq!(store.matter(&t, &matter.id).await.unwrap().as_ref(), Some(&matter));
    assert_eq!(store.matter_by_number(&t, &matter.number).await.unwrap().as_ref(), Some(&matter));
    assert_eq!(store.matters_of(&t, &matter.details().submission).await.unwrap(), vec![matter.clone()]);
    assert_eq!(store.submission(&t, &matter.details().submission).await.unwrap().as_ref(), Some(&record));
    assert_eq!(store.submission_by_receipt(&t, "r-a1").await.unwrap().as_ref(), Some(&record));
    assert_eq!(store.submission_by_origin(&t, "o-a1").await.unwrap().as_ref(), Some(&record));
    assert_eq!(store.contents(&t, matter.details().submission.as_str()).await.unwrap()[0].text, AWKWARD);
    assert_eq!(
        store.vault(&t, &matter.details().submission).await.unwrap().unwrap().submission(),
        &matter.details().submission
    );
    assert_eq!(store.events(&t, &matter.id).await.unwrap().len(), 1);
    assert_eq!(store.matter(&t, &ProceedingId::new(AWKWARD.replace('\0', ""))).await.unwrap(), None);
}

async fn the_same_form_is_refused_and_named(store: &dyn Store) {
    let mut again = lodging(&tenant(), "a2", "office", "x", second(1000));
    again.submissions[0].origin = Some("o-a1".into());
    match store.commit(again).await {
        Err(StoreError::AlreadyThere(id)) => assert_eq!(id, "s-a1"),
        other => panic!("expected AlreadyThere, got {other:?}"),
    }
    assert_eq!(store.matter(&tenant(), &ProceedingId::new("m-a2")).await.unwrap(), None, "nothing of it may stay");
}

async fn a_stale_version_changes_nothing(store: &dyn Store) {
    store.commit(lodging(&tenant(), "b1", "office", "停水", second(1000))).await.unwrap();
    let matter = store.matter(&tenant(), &ProceedingId::new("m-b1")).await.unwrap().unwrap();
    let matter = altered(&matter, serde_json::json!({ "version": 2, "title": "第一个" }));
    let write = |matter: &Matter, expected| {
        let mut changes = Changes::new(tenant());
        changes.contents.push(ContentRecord {
            owner: matter.id.0.clone(),
            n: 9,
            text: matter.title.clone(),
            words: Payload::default(),
        });
        changes.proceedings.push(ProceedingWrite {
            subject: matter.clone().into(),
            expected,
            scope: BTreeSet::from([UnitId::new("office")]),
            terms: None,
            fact: None,
        });
        changes
    };
    store.commit(write(&matter, Expected::Version(1))).await.unwrap();
    let late = altered(&matter, serde_json::json!({ "title": "第二个" }));
    assert!(matches!(store.commit(write(&late, Expected::Version(1))).await, Err(StoreError::ChangedMeanwhile)));
    let kept = store.matter(&tenant(), &matter.id).await.unwrap().unwrap();
    assert_eq!(kept.title, "第一个");
    assert_eq!(
        store.contents(&tenant(), matter.id.as_str()).await.unwrap()[0].text,
        "第一个",
        "the loser's words must not stay"
    );
}

async fn of_two_at_once_one_is_told(store: &dyn Store) {
    for round in 0..20 {
        let key = format!("e{round}");
        store.commit(lodging(&tenant(), &key, "office", "x", second(100_000))).await.unwrap();
        let matter = store.matter(&tenant(), &ProceedingId::new(format!("m-{key}"))).await.unwrap().unwrap();
        let write = |title: &str| {
            let mut changes = lodging(&tenant(), &key, "office", "x", second(100_000));
            let mut event = changes.events[0].clone();
            event.event.n = 2;
            changes = Changes::new(tenant());
            changes.events.push(event);
            let next = altered(&matter, serde_json::json!({ "version": 2, "title": title }));
            changes.proceedings.push(ProceedingWrite {
                subject: next.into(),
                expected: Expected::Version(1),
                scope: BTreeSet::from([UnitId::new("office")]),
                terms: None,
                fact: None,
            });
            changes
        };
        let (one, two) = futures_util::join!(store.commit(write("甲")), store.commit(write("乙")));
        match (&one, &two) {
            (Ok(()), Err(StoreError::ChangedMeanwhile)) | (Err(StoreError::ChangedMeanwhile), Ok(())) => {}
            other => panic!("one must win and the other be told: {other:?}"),
        }
    }
}

async fn search_finds_words_within_the_readers_rights(store: &dyn Store) {
    store
        .commit(lodging(&tenant(), "c1", "housing", "小区换热站循环泵损坏，温度不达标 ABC-123", second(1000)))
        .await
        .unwrap();
    store.commit(lodging(&tenant(), "c2", "water", "换热站旁边的水管爆裂", second(1000))).await.unwrap();
    let numbers = |page: crate::Page<Subject>| page.rows.into_iter().map(|m| m.number.clone()).collect::<Vec<_>>();
    assert_eq!(
        numbers(store.search(&search("换热站", &["housing"])).await.unwrap()),
        ["2026-c1-1"],
        "only what the unit may read"
    );
    assert_eq!(
        numbers(store.search(&search("换热", &["housing", "water"])).await.unwrap()),
        ["2026-c2-1", "2026-c1-1"],
        "newest first"
    );
    assert_eq!(numbers(store.search(&search("热站循", &["housing"])).await.unwrap()), ["2026-c1-1"], "inside a word");
    assert_eq!(
        numbers(store.search(&search("abc 温度", &["housing"])).await.unwrap()),
        ["2026-c1-1"],
        "all words must match"
    );
    assert_eq!(numbers(store.search(&search("泵", &["housing"])).await.unwrap()), ["2026-c1-1"], "one character");
    for nothing in ["泵循", "", "'\"()*:", "AND", "NEAR(", AWKWARD] {
        assert!(store.search(&search(nothing, &["housing"])).await.unwrap().rows.is_empty(), "{nothing}");
    }
    assert!(
        store
            .search(&SearchQuery { visibility: Visibility::Nothing, ..search("换热站", &[]) })
            .await
            .unwrap()
            .rows
            .is_empty()
    );
    // Handed over: the new unit finds it and the old one no longer does, without indexing the text again.
    let matter = store.matter(&tenant(), &ProceedingId::new("m-c1")).await.unwrap().unwrap().next_version();
    let mut changes = Changes::new(tenant());
    changes.proceedings.push(ProceedingWrite {
        subject: matter.into(),
        expected: Expected::Version(1),
        scope: BTreeSet::from([UnitId::new("urban")]),
        terms: None,
        fact: None,
    });
    store.commit(changes).await.unwrap();
    assert!(store.search(&search("换热站", &["housing"])).await.unwrap().rows.is_empty());
    assert_eq!(numbers(store.search(&search("换热站", &["urban"])).await.unwrap()), ["2026-c1-1"]);
    let list = |unit: &str| ListQuery {
        kind: ProceedingKind::Matter,
        tenant: tenant(),
        visibility: sees(&[unit]),
        phase: None,
        after: None,
        limit: 50,
    };
    assert_eq!(numbers(store.list(&list("urban")).await.unwrap()), ["2026-c1-1"], "lists agree with search");
    assert!(store.list(&list("housing")).await.unwrap().rows.is_empty());
    // Recused: it is neither listed nor found, and the other one still is.
    let without = Visibility::Units {
        units: BTreeSet::from([UnitId::new("urban"), UnitId::new("water")]),
        without: BTreeSet::from([ProceedingId::new("m-c1")]),
    };
    assert_eq!(
        numbers(store.list(&ListQuery { visibility: without.clone(), ..list("") }).await.unwrap()),
        ["2026-c2-1"]
    );
    assert_eq!(
        numbers(store.search(&SearchQuery { visibility: without, ..search("换热", &[]) }).await.unwrap()),
        ["2026-c2-1"]
    );
    assert!(store.list(&ListQuery { phase: Some(Phase::Archived), ..list("urban") }).await.unwrap().rows.is_empty());
}

async fn duties_come_by_due_time_in_pages(store: &dyn Store) {
    for (i, due) in [150, 50, 250, 50, 900].into_iter().enumerate() {
        store.commit(lodging(&tenant(), &format!("d{i}"), "edu", "x", second(due))).await.unwrap();
    }
    let counts = store.duty_counts(&duties("edu", DutyWindow::All)).await.unwrap();
    assert_eq!((counts.late, counts.today, counts.week, counts.later), (2, 1, 1, 1));
    let mut query = DutyQuery { limit: 2, ..duties("edu", DutyWindow::All) };
    let mut seen = Vec::new();
    loop {
        let page = store.duties(&query).await.unwrap();
        seen.extend(page.rows.iter().map(|d| (d.due.as_second() - second(0).as_second(), d.number.clone())));
        match page.next {
            Some(next) => query.after = Some(next),
            None => break,
        }
    }
    assert_eq!(seen.iter().map(|s| s.0).collect::<Vec<_>>(), [50, 50, 150, 250, 900]);
    assert_eq!(seen.iter().map(|s| &s.1).collect::<BTreeSet<_>>().len(), 5, "no row twice, none left out");
    let supervisor =
        DutyQuery { posts: BTreeSet::from([Post::from_id("supervisor")]), ..duties("edu", DutyWindow::All) };
    assert!(store.duties(&supervisor).await.unwrap().rows.is_empty(), "other posts do not see it");
    let recused = DutyQuery {
        without: BTreeSet::from([ProceedingId::new("m-d0"), ProceedingId::new("m-d4")]),
        ..duties("edu", DutyWindow::All)
    };
    assert_eq!(store.duties(&recused).await.unwrap().rows.len(), 3);
    assert_eq!(store.duty_counts(&recused).await.unwrap().all(), 3, "counts leave out what the list leaves out");
    assert!(store.duties(&duties("nobody", DutyWindow::All)).await.unwrap().rows.is_empty());
}

async fn a_burst_is_one_row_until_it_is_touched(store: &dyn Store) {
    let query = duties("hall", DutyWindow::All);
    let filing = |key: &str, burst: Option<&str>, due: i64| {
        let mut changes = lodging(&tenant(), key, "hall", "同样的话", second(due));
        for write in &mut changes.proceedings {
            let mut doc = serde_json::to_value(write.subject.matter().unwrap()).unwrap();
            doc["burst"] = burst.into();
            write.subject = serde_json::from_value::<Matter>(doc).unwrap().into();
        }
        changes
    };
    for (key, burst, due) in
        [("h1", None, 500), ("h2", Some("b2"), 400), ("h3", Some("b1"), 300), ("h4", Some("b2"), 200)]
    {
        store.commit(filing(key, burst, due)).await.unwrap();
    }
    let numbers = async |query: &DutyQuery| {
        store.duties(query).await.unwrap().rows.into_iter().map(|d| d.number).collect::<Vec<_>>()
    };
    assert_eq!(numbers(&query).await, ["2026-h1-1"]);
    assert_eq!(store.duty_counts(&query).await.unwrap().all(), 1);
    let bursts = store.bursts(&query).await.unwrap();
    assert_eq!(
        bursts,
        [
            Burst { name: "b1".into(), matters: 1, due: second(300) },
            Burst { name: "b2".into(), matters: 2, due: second(200) }
        ]
    );
    let of = DutyQuery { burst: Some("b2".into()), ..query.clone() };
    assert_eq!(numbers(&of).await, ["2026-h4-1", "2026-h2-1"]);
    assert!(store.bursts(&duties("edu", DutyWindow::All)).await.unwrap().is_empty(), "another unit");
    // Touched, it stands by itself; the timers saw it all the time.
    assert!(store.due_timers(&tenant(), second(1000), 50).await.unwrap().contains(&ProceedingId::new("m-h4")));
    let mut matter = store.matter(&tenant(), &ProceedingId::new("m-h4")).await.unwrap().unwrap();
    matter.leave_burst();
    let matter = matter.next_version();
    let scope = BTreeSet::from([UnitId::new("hall")]);
    let mut changes = Changes::new(tenant());
    changes.proceedings.push(ProceedingWrite {
        subject: matter.into(),
        expected: Expected::Version(1),
        scope,
        terms: None,
        fact: None,
    });
    store.commit(changes).await.unwrap();
    assert_eq!(numbers(&query).await, ["2026-h4-1", "2026-h1-1"]);
    assert_eq!(store.bursts(&query).await.unwrap().iter().map(|b| b.matters).collect::<Vec<_>>(), [1, 1]);
}

async fn timers_come_oldest_first(store: &dyn Store) {
    let due = store.due_timers(&tenant(), second(200), 10).await.unwrap();
    let names: Vec<&str> = due.iter().map(|m| m.as_str()).collect();
    assert_eq!(names.len(), 3);
    assert_eq!(names[2], "m-d0");
    assert_eq!(store.due_timers(&tenant(), second(200), 1).await.unwrap().len(), 1);
    assert_eq!(store.next_timer(&tenant(), second(200)).await.unwrap(), Some(second(250)));
    assert_eq!(store.next_timer(&tenant(), second(999_999)).await.unwrap(), None);
}

async fn items_expire_and_are_listed_by_prefix(store: &dyn Store) {
    let t = tenant();
    let item = |key: &str, expires| ItemRecord {
        kind: ItemKind::Draft,
        key: key.into(),
        doc: serde_json::json!({ "text": AWKWARD }),
        expires,
        only_new: false,
    };
    store
        .put_items(&t, vec![item("11", Some(second(10))), item("1102", None), item("12", None), item("1101", None)])
        .await
        .unwrap();
    assert!(store.item(&t, ItemKind::Draft, "11", second(9)).await.unwrap().is_some());
    assert!(store.item(&t, ItemKind::Draft, "11", second(10)).await.unwrap().is_none(), "past its time");
    let keys: Vec<String> =
        store.items(&t, ItemKind::Draft, "11", "11", 10).await.unwrap().into_iter().map(|i| i.key).collect();
    assert_eq!(keys, ["1101", "1102"]);
    assert_eq!(store.item(&t, ItemKind::Draft, "12", second(0)).await.unwrap().unwrap().doc["text"], AWKWARD);
    let once = ItemRecord { only_new: true, ..item("12", None) };
    assert!(matches!(store.put_items(&t, vec![item("13", None), once]).await, Err(StoreError::AlreadyThere(_))));
    assert!(store.item(&t, ItemKind::Draft, "13", second(0)).await.unwrap().is_none(), "all or none");
    assert_eq!(store.sweep_items(&t, second(20)).await.unwrap(), 1);
    store.remove_item(&t, ItemKind::Draft, "12").await.unwrap();
    store.remove_item(&t, ItemKind::Draft, "12").await.unwrap();
    assert!(store.item(&t, ItemKind::Draft, "12", second(0)).await.unwrap().is_none());
}

async fn leases_never_overlap(store: &dyn Store) {
    let mut taken = BTreeSet::new();
    for count in [1_u32, 100, 7] {
        let first = store.lease(&tenant(), "serial:2026", count).await.unwrap();
        for n in first..first + u64::from(count) {
            assert!(n > 0 && taken.insert(n), "serial {n} was leased twice");
        }
    }
}

async fn numbers_leave_no_gap_and_are_used_once(store: &dyn Store) {
    let t = tenant();
    let reserve = async |holder: &str, now: i64| {
        store.reserve(&t, "letters:信", holder, second(now), second(now + 60)).await.unwrap()
    };
    let uses = |number: &Reserved| Changes { numbers: vec![number.clone()], ..Changes::new(tenant()) };
    let (one, two, three) = (reserve("a", 0).await, reserve("b", 0).await, reserve("c", 0).await);
    assert_eq!([one.n, two.n, three.n], [1, 2, 3]);
    store.commit(uses(&one)).await.unwrap();
    assert!(matches!(store.commit(uses(&one)).await, Err(StoreError::ChangedMeanwhile)), "used up");
    // Given back, it is the next; so is one whose holder came to nothing, after its time.
    store.give_back(&t, vec![two.clone()]).await.unwrap();
    let again = reserve("d", 10).await;
    assert_eq!(again.n, 2);
    assert!(matches!(store.commit(uses(&two)).await, Err(StoreError::ChangedMeanwhile)), "somebody else holds it");
    store.give_back(&t, vec![two]).await.unwrap();
    assert_eq!(reserve("e", 20).await.n, 4, "what somebody else holds is not given back");
    assert_eq!(reserve("f", 61).await.n, 3);
    assert!(matches!(store.commit(uses(&three)).await, Err(StoreError::ChangedMeanwhile)));
    store.commit(uses(&again)).await.unwrap();
}

async fn tenants_do_not_see_each_other(store: &dyn Store) {
    let other = TenantId::new("other");
    assert_eq!(store.matter(&other, &ProceedingId::new("m-a1")).await.unwrap(), None);
    assert!(
        store
            .search(&SearchQuery { tenant: other.clone(), ..search("水管", &["water"]) })
            .await
            .unwrap()
            .rows
            .is_empty()
    );
    store.commit(lodging(&other, "a1", "office", "另一个县", second(1000))).await.unwrap();
    assert!(
        store
            .duties(&DutyQuery { tenant: other.clone(), ..duties("edu", DutyWindow::All) })
            .await
            .unwrap()
            .rows
            .is_empty()
    );
    assert!(store.due_timers(&other, second(500), 10).await.unwrap().is_empty());
}
