//! The table: the record, and what was asked for registered with it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test")]

use std::collections::BTreeSet;

use huiyin_app::domain::matter::Matter;
use huiyin_app::domain::payload::Field;
use huiyin_app::domain::procedure::Verb;
use huiyin_app::domain::submission::{Channel, Naming, Purpose, ReplyWay};
use huiyin_app::lodge::{self, Receipt};
use huiyin_app::reception::figures;
use huiyin_app::reception::record::{self, Asking, Demand, Draft, Written};
use huiyin_app::reception::ticket::{Wish, take_at_counter};
use huiyin_app::reception::{Hall, Ticket, Window, desk, hall, texts, unsent};
use huiyin_app::{AppError, Identity, Office, follow, matter_view, proceedings, verify};
use huiyin_demo as demo;
use huiyin_testkit::{Role, TestOffice, field, given, on_both, petition, site, sqlite_office, staff, the_move, token};

use jiff::civil::date;

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

#[tokio::test(flavor = "multi_thread")]
async fn a_unit_that_promises_two_things_keeps_each_and_says_which() {
    on_both("table_promises", AT, |t| async move {
        let ticket = at_the_table(&t).await;
        let o = &t.office;
        let clerk = staff(o, CLERK).await;
        for (day, what) in [("2026-12-03", "上门测温"), ("2026-12-20", "退还采暖费")] {
            let promise = [("to_unit", "housing"), ("due_on", day), ("summary", what)];
            proceedings::act(o, &clerk, &ticket.number, the_move("promise", &promise)).await.unwrap();
        }
        let theirs = staff(o, "housing.head").await;
        let keep = async |fields: &[(&str, &str)]| {
            let done = [&[("on_day", AT.get(..10).unwrap()), ("summary", "办了")], fields].concat();
            proceedings::act(o, &theirs, &ticket.number, the_move("keep_promise", &done)).await
        };
        assert!(matches!(keep(&[]).await, Err(AppError::Closed(_))), "which of the two is not guessed");
        assert!(matches!(keep(&[("which_duty", "1")]).await, Err(AppError::Closed(_))), "not one of theirs");
        let view = proceedings::view(o, &theirs, &ticket.number).await.unwrap();
        let owed = |view: &proceedings::View| -> Vec<(u32, String)> {
            let all = view.proceeding.owed().into_iter().filter(|c| c.rule.as_str() == "promise");
            all.map(|c| (c.n, c.legal.to_string())).collect()
        };
        let (first, second) = (owed(&view)[0].clone(), owed(&view)[1].clone());
        keep(&[("which_duty", &first.0.to_string())]).await.unwrap();
        let view = proceedings::view(o, &theirs, &ticket.number).await.unwrap();
        assert_eq!(owed(&view), [second], "the other one is still owed");
        keep(&[]).await.unwrap();
        let base = site(o).await;
        let told = Role::officer(&base, CLERK).await.page(&format!("/staff/proceedings/{}", ticket.number)).await;
        assert_eq!(told.matches("上门测温").count(), 2, "which of them was kept is told: {told}");
        // The page of the unit names each by what was promised.
        let again = [("to_unit", "housing"), ("due_on", "2026-12-03"), ("summary", "复测")];
        proceedings::act(o, &clerk, &ticket.number, the_move("promise", &again)).await.unwrap();
        let more = [("to_unit", "housing"), ("due_on", "2026-12-09"), ("summary", "换阀门")];
        proceedings::act(o, &clerk, &ticket.number, the_move("promise", &more)).await.unwrap();
        let page = Role::officer(&base, "housing.head").await;
        let page = page.page(&format!("/staff/proceedings/{}/moves/keep_promise", ticket.number)).await;
        assert!(page.contains("复测（") && page.contains("换阀门（"), "{page}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_explained_is_chosen_from_texts_with_their_source() {
    let t = sqlite_office(AT);
    let ticket = at_the_table(&t).await;
    let o = &t.office;
    let (head, clerk) = (staff(o, "countyxf.head").await, staff(o, CLERK).await);
    let law = ("供热温度", "山东省供热条例 第三十条", "卧室、起居室的室温不低于十八摄氏度。");
    texts::add_law(o, &head, law.0, law.1, law.2).await.unwrap();
    texts::put_helpers(o, &head, "手语：县残联 李老师\n\nEnglish: 外事办").await.unwrap();
    assert!(matches!(texts::add_law(o, &clerk, "a", "b", "c").await, Err(AppError::NotAllowed)));
    for wrong in ["手语", "：李老师", "手语："] {
        assert!(matches!(texts::put_helpers(o, &head, wrong).await, Err(AppError::Form(_))), "{wrong}");
    }
    assert!(matches!(texts::add_law(o, &head, "a", "\u{200b}", "c").await, Err(AppError::Form(_))));
    let base = site(o).await;
    let page = Role::officer(&base, CLERK).await;
    let at = format!("/staff/hall/visits/{}", ticket.number);
    let shown = page.page(&at).await;
    assert!(shown.contains(law.0) && shown.contains("县残联 李老师"), "{shown}");
    let id = texts::of_unit(o, &clerk.officer.unit).await.unwrap().laws[0].id.clone();
    let (csrf, version) = (field(&shown, "csrf"), field(&shown, "version"));
    let sent = [
        ("csrf", csrf.as_str()),
        ("version", version.as_str()),
        ("do", "explain"),
        ("law", id.as_str()),
        ("explained", "先前写的"),
    ];
    let done = page.post(&at).form(&sent).send().await.unwrap().text().await.unwrap();
    assert!(done.contains("先前写的\n供热温度（山东省供热条例 第三十条）：卧室"), "{done}");
    let none = [
        ("csrf", csrf.as_str()),
        ("version", version.as_str()),
        ("do", "explain"),
        ("law", ""),
        ("explained", "先前写的"),
    ];
    let refused = page.post(&at).form(&none).send().await.unwrap();
    assert_eq!(refused.status(), 422);
    assert!(refused.text().await.unwrap().contains("先前写的"));
    texts::remove_law(o, &head, &id).await.unwrap();
    assert!(matches!(texts::remove_law(o, &head, &id).await, Err(AppError::NotFound)));
    let list = page.page("/staff/hall/texts").await;
    assert!(list.contains("English") && !list.contains(law.0), "{list}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_day_book_and_the_figures_tell_what_the_hall_did_and_nothing_of_anybody() {
    on_both("table_figures", AT, |t| async move {
        let ticket = at_the_table(&t).await;
        let o = &t.office;
        let clerk = staff(o, CLERK).await;
        let wish = Wish { service: "my_matter".into(), need: "infant".into(), form: None };
        take_at_counter(o, &clerk, &wish).await.unwrap();
        t.time.go("2026-11-30T09:40:00+08:00");
        write(o, &ticket, draft(vec![demand("修好暖气"), demand("退还采暖费")], named())).await.unwrap();
        for (id, fields) in [("sign", &[("proof", "签字")][..]), ("give_copy", &[])] {
            proceedings::act(o, &clerk, &ticket.number, the_move(id, fields)).await.unwrap();
        }
        let day = date(2026, 11, 30);
        let found = figures::of_span(o, &clerk, day, day).await.unwrap();
        let all = &found.all;
        assert_eq!((all.came, all.heard, all.with_copy, all.registered), (2, 1, 1, 2));
        assert_eq!((all.waited(), all.talked()), (Some(0), Some(40)));
        assert_eq!(found.by_hour.keys().copied().collect::<Vec<_>>(), [9]);
        assert_eq!(found.by_service["my_matter"].came, 1);
        let nothing = figures::of_span(o, &clerk, date(2026, 11, 1), date(2026, 11, 29)).await.unwrap();
        assert_eq!(nothing.all.came, 0);
        for (from, until) in [(day, date(2026, 11, 1)), (date(2020, 1, 1), day)] {
            assert!(matches!(figures::of_span(o, &clerk, from, until).await, Err(AppError::Form(_))));
        }
        let base = site(o).await;
        let page = Role::officer(&base, CLERK).await;
        let book = page.page("/staff/hall/book").await;
        assert!(book.contains("A001") && book.contains("09:40"), "{book}");
        let shown = page.page("/staff/hall/figures?from=2026-11-30&until=2026-11-30").await;
        assert!(shown.contains("40分钟"), "{shown}");
        for of in [&book, &shown] {
            assert!(!of.contains("测试某") && !of.contains("婴儿"), "{of}");
        }
        for (file, rows) in [("/staff/hall/book.xlsx", 3), ("/staff/hall/figures.xlsx?from=2026-11-30", 3)] {
            let sent = page.get(file).send().await.unwrap();
            assert_eq!(sent.status(), 200, "{file}");
            let bytes = sent.bytes().await.unwrap().to_vec();
            let mut read: calamine::Xlsx<_> = calamine::Reader::new(std::io::Cursor::new(bytes)).unwrap();
            let sheet = calamine::Reader::worksheet_range_at(&mut read, 0).unwrap().unwrap();
            assert_eq!(sheet.height(), rows, "{file}");
        }
        assert_eq!(page.get("/staff/hall/figures?from=x").send().await.unwrap().status(), 422);
    })
    .await;
}
