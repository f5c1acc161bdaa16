//! The table: the record, and what was asked for registered with it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test")]

use std::collections::BTreeSet;

use huiyin_app::domain::matter::Matter;
use huiyin_app::domain::payload::Field;
use huiyin_app::domain::procedure::Verb;
use huiyin_app::domain::submission::{Channel, Naming, Purpose, ReplyWay};
use huiyin_app::lodge::{self, Receipt};
use huiyin_app::reception::record::{self, Asking, Demand, Draft, Written};
use huiyin_app::reception::ticket::{Wish, take_at_counter};
use huiyin_app::reception::{Hall, Ticket, Window, desk, hall, unsent};
use huiyin_app::{AppError, Identity, Office, follow, matter_view, proceedings, verify};
use huiyin_demo as demo;
use huiyin_testkit::{Role, TestOffice, given, on_both, petition, site, sqlite_office, staff, the_move, token};

const AT: &str = "2026-11-30T09:00:00+08:00";
const CLERK: &str = "countyxf.clerk";
const FORM: &str = "a form with a token of its own";

/// Something that is asked for and not registered yet.
pub(crate) fn demand(words: &str) -> Demand {
    Demand { row: 0, words: words.into(), purpose: Purpose::Request, joins: String::new() }
}

/// Somebody who says nothing of herself.
pub(crate) fn nobody() -> Asking {
    Asking {
        naming: Naming::Anonymous,
        reply: ReplyWay::CodeOnly,
        who: Identity::default(),
        headcount: 1,
        place_name: None,
        second_language: false,
    }
}

fn named() -> Asking {
    let who = Identity { name: "测试某".into(), telephone: "13900000000".into(), ..Identity::default() };
    Asking { naming: Naming::Named, reply: ReplyWay::Sms, who, ..nobody() }
}

fn draft(demands: Vec<Demand>, asking: Asking) -> Draft {
    let told = [("present", "县信访局 接谈人"), ("facts", "三单元的暖气从入冬就不热，室内十四度。")];
    Draft { fields: given(&told), demands, asking, form: FORM.into(), version: None }
}

/// A visitor who is being heard by the clerk.
pub(crate) async fn at_the_table(t: &TestOffice) -> Ticket {
    let o = &t.office;
    demo::people(o).await.unwrap();
    let (head, clerk) = (staff(o, "countyxf.head").await, staff(o, CLERK).await);
    let window = Window { number: 1, name: String::new(), services: BTreeSet::new() };
    hall::put(o, &head, Hall { open: true, windows: vec![window] }).await.unwrap();
    let wish = Wish { service: "new_matter".into(), need: String::new(), form: None };
    take_at_counter(o, &clerk, &wish).await.unwrap();
    let called = desk::call_next(o, &clerk, 1).await.unwrap().unwrap();
    desk::step(o, &clerk, &called, Verb::ReceiveVisitor, &[]).await.unwrap()
}

async fn write(o: &Office, ticket: &Ticket, draft: Draft) -> Result<Written, AppError> {
    record::write(o, &staff(o, CLERK).await, &ticket.number, draft).await
}

async fn matter(o: &Office, receipt: &Receipt) -> Matter {
    let number = format!("{}-1", receipt.number);
    matter_view::for_officer(o, &staff(o, CLERK).await, &number).await.unwrap().matter
}

/// Every matter there is, by number.
async fn all(o: &Office) -> BTreeSet<String> {
    let clerk = staff(o, CLERK).await;
    let page = huiyin_app::find::list(o, &clerk, None, None, 100).await.unwrap();
    page.rows.into_iter().map(|m| m.number.clone()).collect()
}

fn faults(refused: Result<Written, AppError>) -> Vec<(&'static str, &'static str)> {
    match refused {
        Err(AppError::Form(errors)) => errors.into_iter().map(|e| (e.field, e.fault)).collect(),
        other => panic!("expected faults of the form, got {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_thing_she_asks_for_has_a_number_a_receipt_and_a_running_clock_before_she_leaves() {
    on_both("table_record", AT, |t| async move {
        let ticket = at_the_table(&t).await;
        let o = &t.office;
        let clerk = staff(o, CLERK).await;
        // Something she lodged before; she has its code with her.
        let before = lodge::lodge(o, petition("楼道灯坏了半年没人修")).await.unwrap();
        let promise = [("to_unit", "housing"), ("due_on", "2026-12-03"), ("summary", "上门测温")];
        proceedings::act(o, &clerk, &ticket.number, the_move("promise", &promise)).await.unwrap();
        let hers = record::matters_of_receipt(o, &clerk, &before.code).await.unwrap();
        assert_eq!(hers.len(), 1);
        let joins = Demand { joins: hers[0].number.clone(), ..demand("楼道灯也没有修") };
        let written =
            write(o, &ticket, draft(vec![demand("修好暖气"), joins, demand("退还采暖费")], named())).await.unwrap();
        assert_eq!(written.registered.len(), 2, "what is registered already is not registered twice");
        for (words, receipt) in &written.registered {
            let matter = matter(o, receipt).await;
            assert_eq!(matter.details().channel, Channel::Visit);
            assert!(matter.title.contains(words.as_str()), "{} of {words}", matter.title);
            assert!(!matter.owed().is_empty(), "a clock runs");
            let hers = follow::open(o, &receipt.code, "192.0.2.9").await.unwrap();
            assert_eq!(hers.submission.number, receipt.number, "the code she was given opens it");
        }
        let view = proceedings::view(o, &clerk, &ticket.number).await.unwrap();
        assert_eq!(view.links.len(), 3);
        assert_eq!(view.proceeding.state.as_str(), "recorded");
        let said = record::said_before(&view).unwrap().clone();
        let request = said.text(Field::Request).unwrap();
        for number in view.links.iter().map(|m| &m.number) {
            assert!(request.contains(number.as_str()), "{number} in {request}");
        }
        assert!(said.text(Field::Promised).unwrap().contains("上门测温"), "what was promised stands in the record");
        assert_eq!(said.text(Field::Joined), None, "numbers are links and no words");
        assert_eq!(view.papers.len(), 1);
        // Sent once more: the same receipts, and nothing new.
        let many = all(o).await.len();
        let joins = Demand { joins: hers[0].number.clone(), ..demand("楼道灯也没有修") };
        let again = write(o, &ticket, draft(vec![demand("修好暖气"), joins, demand("退还采暖费")], named())).await;
        let receipts = |w: &Written| w.registered.iter().map(|(_, r)| r.number.clone()).collect::<Vec<_>>();
        assert_eq!(receipts(&again.unwrap()), receipts(&written));
        assert_eq!(all(o).await.len(), many);
        // The same form with something more on it is not taken for known.
        let more = draft(vec![demand("修好暖气"), demand("还有一件事")], named());
        let mut corrected = draft(vec![demand("修好暖气")], named());
        corrected.fields.insert("facts".into(), "更正以后的情况".into());
        for other in [more, corrected] {
            assert!(matches!(write(o, &ticket, other).await, Err(AppError::KeyReused)));
        }
        assert_eq!(all(o).await.len(), many);
        // Read back: she adds something.
        let mut more = draft(vec![demand("把检查结果告诉住户")], named());
        more.form = "another form, for the correction".into();
        more.fields.insert("request".into(), request.to_owned());
        let more = write(o, &ticket, more).await.unwrap();
        assert_eq!(more.registered.len(), 1);
        let view = proceedings::view(o, &clerk, &ticket.number).await.unwrap();
        assert_eq!((view.links.len(), view.papers.len()), (4, 2), "the record before is kept");
        let findings = verify::verify_all(o, &mut |_| {}).await.unwrap().findings;
        assert!(findings.is_empty(), "{findings:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_with_a_fault_registers_nothing() {
    on_both("table_fault", AT, |t| async move {
        let ticket = at_the_table(&t).await;
        let o = &t.office;
        let before = all(o).await;
        let accused = Demand { purpose: Purpose::Accusation, ..demand("某局长收钱") };
        let unknown = Demand { joins: "2026-999999-1".into(), ..demand("催办") };
        let too_long = "字".repeat(30_000);
        for (wrong, named_as) in [
            (draft(vec![], nobody()), ("demand_0", "fault-demand-none")),
            (
                draft(vec![demand("修好暖气"), Demand { row: 4, ..accused }], nobody()),
                ("demand_4", "fault-demand-accusation"),
            ),
            (draft(vec![demand("修好暖气"), unknown], nobody()), ("joined", "fault-joined-unknown")),
            (draft(vec![demand("修好暖气"); 21], nobody()), ("demand_0", "fault-too-many")),
            (draft(vec![demand("修好暖气")], Asking { headcount: 0, ..nobody() }), ("headcount", "fault-headcount")),
            (
                draft(vec![demand("修好暖气")], Asking { reply: ReplyWay::Sms, ..nobody() }),
                ("telephone", "fault-telephone-missing"),
            ),
        ] {
            let found = faults(write(o, &ticket, wrong).await);
            assert!(found.contains(&named_as), "{named_as:?} in {found:?}");
        }
        let mut long = draft(vec![demand("修好暖气")], nobody());
        long.fields.insert("facts".into(), too_long);
        let refused = write(o, &ticket, long).await;
        assert!(matches!(refused, Err(AppError::Closed(_))), "{refused:?}");
        assert_eq!(all(o).await, before, "nothing was registered");
        let view = proceedings::view(o, &staff(o, CLERK).await, &ticket.number).await.unwrap();
        assert_eq!(view.proceeding.state.as_str(), "talking");
        // A unit that does not receive her writes no record.
        let elsewhere =
            record::write(o, &staff(o, "housing.head").await, &ticket.number, draft(vec![], nobody())).await;
        assert!(matches!(elsewhere, Err(AppError::NotFound | AppError::NotAllowed)), "{elsewhere:?}");
        let wrong = record::matters_of_receipt(o, &staff(o, CLERK).await, "0000 0000 0000 0000").await;
        assert!(matches!(wrong, Err(AppError::NotFound)), "{wrong:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_form_sent_by_twenty_writes_one_record() {
    on_both("table_once", AT, |t| async move {
        let ticket = at_the_table(&t).await;
        let o = &t.office;
        let before = all(o).await.len();
        let tries = (0..20).map(|_| {
            let (o, ticket) = (o.clone(), ticket.clone());
            tokio::spawn(async move {
                write(&o, &ticket, draft(vec![demand("修好暖气"), demand("退费")], nobody())).await
            })
        });
        let mut told = BTreeSet::new();
        for one in tries.collect::<Vec<_>>() {
            match one.await.unwrap() {
                Ok(written) => told.extend(written.registered.into_iter().map(|(_, r)| (r.number, r.code))),
                Err(AppError::ChangedMeanwhile | AppError::Busy) => {}
                Err(other) => panic!("{other:?}"),
            }
        }
        assert_eq!(told.len(), 2, "{told:?}");
        assert_eq!(all(o).await.len(), before + 2);
        for (number, code) in told {
            assert_eq!(follow::open(o, &code, "192.0.2.9").await.unwrap().submission.number, number);
        }
        let view = proceedings::view(o, &staff(o, CLERK).await, &ticket.number).await.unwrap();
        assert_eq!((view.links.len(), view.papers.len()), (2, 1));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_typed_is_there_after_a_power_cut_for_whoever_typed_it() {
    on_both("table_unsent", AT, |t| async move {
        let ticket = at_the_table(&t).await;
        let o = &t.office;
        let (clerk, other) = (staff(o, CLERK).await, staff(o, "countyxf.head").await);
        let typed = given(&[("facts", "暖气不热"), ("demand_0", "修好暖气")]);
        unsent::keep(o, &clerk, &ticket.number, &typed, None).await.unwrap();
        assert_eq!(unsent::load(o, &clerk, &ticket.number).await.unwrap(), Some(typed.clone()));
        assert_eq!(unsent::load(o, &other, &ticket.number).await.unwrap(), None, "it is nobody else's");
        let nowhere = unsent::keep(o, &clerk, "R2026-999999", &typed, None).await;
        assert!(matches!(nowhere, Err(AppError::NotFound)), "{nowhere:?}");
        let before = proceedings::view(o, &clerk, &ticket.number).await.unwrap().proceeding.version;
        write(o, &ticket, draft(vec![demand("修好暖气")], nobody())).await.unwrap();
        assert_eq!(unsent::load(o, &clerk, &ticket.number).await.unwrap(), None, "what was sent is not kept beside it");
        unsent::keep(o, &clerk, &ticket.number, &typed, Some(before)).await.unwrap();
        assert_eq!(
            unsent::load(o, &clerk, &ticket.number).await.unwrap(),
            None,
            "one that was on its way comes too late"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_is_not_written_without_the_matters_of_what_was_asked_for() {
    on_both("table_door", AT, |t| async move {
        let ticket = at_the_table(&t).await;
        let o = &t.office;
        let clerk = staff(o, CLERK).await;
        let said = [("present", "接谈人"), ("facts", "暖气不热"), ("request", "修好暖气")];
        let bare = proceedings::act(o, &clerk, &ticket.number, the_move("write_record", &said)).await;
        assert!(matches!(bare, Err(AppError::Closed(_))), "{bare:?}");
        let made_up = [&said[..], &[("joined", "2026-999999-1")]].concat();
        let made_up = proceedings::act(o, &clerk, &ticket.number, the_move("write_record", &made_up)).await;
        assert!(matches!(made_up, Err(AppError::Form(_))), "{made_up:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_writes_a_record_and_asks_to_meet_a_leader_once() {
    let t = sqlite_office(AT);
    let ticket = at_the_table(&t).await;
    let (base, bearer) = (site(&t.office).await, token(&t.office, CLERK).await);
    let client = reqwest::Client::new();
    let path = format!("{base}/api/v1/visits/{}/record", ticket.number);
    let sent = serde_json::json!({
        "fields": { "present": "接谈人", "facts": "暖气不热" },
        "requests": [{ "words": "修好暖气" }, { "words": "退还采暖费", "purpose": "request" }],
        "version": proceedings::view(&t.office, &staff(&t.office, CLERK).await, &ticket.number).await.unwrap().proceeding.version,
    });
    let send = |key: &'static str, sent: serde_json::Value| {
        client.post(&path).bearer_auth(&bearer).header("Idempotency-Key", key).json(&sent).send()
    };
    let wrong =
        send("k0", serde_json::json!({ "fields": {}, "requests": [], "version": sent["version"] })).await.unwrap();
    assert_eq!(wrong.status(), 422);
    for (name, word) in [("purpose", "Accusation"), ("purpose", "accusation"), ("reply", "telephone")] {
        let mut guessed = sent.clone();
        let place = if name == "purpose" { &mut guessed["requests"][0] } else { &mut guessed };
        place[name] = word.into();
        let refused = send("k0", guessed).await.unwrap().status().as_u16();
        assert!(matches!(refused, 400 | 422), "{name} {word}: {refused}");
    }
    let written = send("k1", sent.clone()).await.unwrap();
    assert_eq!(written.status(), 201);
    let written: serde_json::Value = written.json().await.unwrap();
    assert_eq!(written["registered"].as_array().unwrap().len(), 2, "{written}");
    let again: serde_json::Value = send("k1", sent.clone()).await.unwrap().json().await.unwrap();
    assert_eq!(again["registered"], written["registered"], "the same key, the same receipts");
    let other = serde_json::json!({ "fields": sent["fields"], "requests": [{ "words": "另一件" }], "version": sent["version"] });
    for key in ["k1", "k2"] {
        let refused = send(key, other.clone()).await.unwrap().status().as_u16();
        assert!(matches!(refused, 409 | 422), "{key}: {refused}");
    }
    assert_eq!(client.post(&path).json(&serde_json::json!({})).send().await.unwrap().status(), 401);
    let asked = serde_json::json!({ "begin": "meet_leader", "fields": { "topic": "供暖", "words": "想见领导" } });
    let ask = |key: &'static str| {
        let to = format!("{base}/api/v1/halls/countyxf/requests");
        client.post(to).header("Idempotency-Key", key).json(&asked).send()
    };
    let first: serde_json::Value = ask("a1").await.unwrap().json().await.unwrap();
    let second: serde_json::Value = ask("a1").await.unwrap().json().await.unwrap();
    assert_eq!(first, second);
    assert_eq!(first["code"].as_str().unwrap().len(), 16);
    let days = client.get(format!("{base}/api/v1/halls/countyxf/days")).send().await.unwrap();
    assert_eq!(days.text().await.unwrap(), "[]");
    assert_eq!(client.get(format!("{base}/api/v1/halls/nowhere/days")).send().await.unwrap().status(), 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_typed_is_there_whatever_a_button_came_to() {
    let t = sqlite_office(AT);
    let ticket = at_the_table(&t).await;
    let base = site(&t.office).await;
    let clerk = Role::officer(&base, CLERK).await;
    let page = format!("/staff/hall/visits/{}", ticket.number);
    let typed = [("facts", "暖气不热，孩子咳嗽"), ("demand_0", "修好暖气"), ("demand_1", "退还采暖费")];
    for button in [
        &[("do", "code"), ("code", "0000")][..],
        &[("do", "write"), ("headcount", "0")],
        &[("do", "promise"), ("promise_unit", "nowhere"), ("promise_day", "2026-12-10"), ("promise_what", "测温")],
        &[("do", "write"), ("purpose_0", "nonsense")],
        &[("do", "more"), ("rows", "18446744073709551615")],
    ] {
        let sent = clerk.send(&page, &page, &[&typed[..], button].concat()).await;
        let (status, shown) = (sent.status().as_u16(), sent.text().await.unwrap());
        assert!(status < 500, "{button:?}: {status}");
        for (_, words) in typed {
            assert!(shown.contains(words), "{button:?} loses {words}");
        }
        let again = clerk.page(&page).await;
        assert!(again.contains("暖气不热，孩子咳嗽") && again.contains("已经找回"), "{button:?} is not kept");
    }
    let dropped = clerk.send(&page, &page, &[("do", "drop")]).await.text().await.unwrap();
    assert!(!dropped.contains("暖气不热，孩子咳嗽"), "dropped when that was asked for");
}
