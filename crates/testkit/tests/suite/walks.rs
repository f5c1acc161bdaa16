//! Whole mornings of a hall in a real browser.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test")]

use std::collections::BTreeSet;

use fantoccini::{Client, Locator};
use huiyin_app::domain::payload::Field;
use huiyin_app::domain::procedure::Verb;
use huiyin_app::reception::ticket::{Wish, take_at_counter};
use huiyin_app::reception::{board, come, desk as windows, sitting};
use huiyin_testkit::{site, sqlite_office, staff};
use jiff::civil::date;
use serde_json::json;

use crate::browser::{browser, desk, driver, fill, narrow, press, press_next, says, text};

/// Sets a field that is chosen and not typed.
async fn choose(client: &Client, css: &str, value: &str) {
    let script = "document.querySelector(arguments[0]).value = arguments[1];";
    client.execute(script, vec![json!(css), json!(value)]).await.unwrap();
}

/// Opens a move of a proceeding.
async fn step(client: &Client, base: &str, number: &str, id: &str) {
    client.goto(&format!("{base}/staff/proceedings/{number}/moves/{id}")).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn thirty_villagers_from_notice_to_numbers_and_a_signature_that_is_declined() {
    let Some(driver) = driver("walks") else { return };
    let t = sqlite_office("2026-11-30T09:00:00+08:00");
    let base = site(&t.office).await;
    crate::booking::takes_bookings(&t.office).await;
    let phone = browser(&driver, 500, "on").await;
    narrow(&phone, &base, "/come/countyxf").await;
    press(&phone, "a[href$='/new/group_open']").await;
    fill(&phone, "#f-request", "村东水渠断水两个月，请修好。组织者在村口").await;
    fill(&phone, "#f-headcount", "30").await;
    choose(&phone, "#f-due_on", "2026-12-02").await;
    choose(&phone, "#f-at_time", "09:00").await;
    press(&phone, "main form button.button").await;
    assert!(text(&phone, ".errors").await.contains("组织者"), "who organises is not asked and not kept");
    let typed = phone.find(Locator::Css("#f-request")).await.unwrap().prop("value").await.unwrap().unwrap_or_default();
    assert!(typed.contains("断水两个月"), "what was typed is there");
    fill(&phone, "#f-request", "村东水渠断水两个月，请修好。").await;
    press(&phone, "main form button.button").await;
    let number = text(&phone, ".facts.big dd").await;
    let clerk = browser(&driver, 1280, "on").await;
    desk(&clerk, &base, "countyxf.clerk").await;
    clerk.goto(&format!("{base}/staff/hall")).await.unwrap();
    let hall = text(&clerk, "main").await;
    assert!(hall.contains("约 30 人") && !hall.contains("断水"), "{hall}");
    step(&clerk, &base, &number, "call_unit").await;
    choose(&clerk, "#f-to_unit", "env").await;
    choose(&clerk, "#f-due_on", "2026-12-02").await;
    fill(&clerk, "#f-by_when", "上午9点").await;
    fill(&clerk, "#f-summary", "水渠断水，约三十人，请分管负责人到场").await;
    press_next(&clerk).await;
    t.time.go("2026-12-02T09:00:00+08:00");
    desk(&clerk, &base, "countyxf.clerk").await;
    step(&clerk, &base, &number, "group_here").await;
    fill(&clerk, "#f-headcount", "34").await;
    press_next(&clerk).await;
    press(&clerk, "a[href^='/staff/hall/visits/']").await;
    assert!(text(&clerk, "main").await.contains("约 34 人"));
    fill(&clerk, "#f-facts", "九月底起水渠没有水，三百亩地浇不上。").await;
    fill(&clerk, "#f-demand_0", "修好村东水渠").await;
    fill(&clerk, "#f-demand_1", "补偿秋种的损失").await;
    fill(&clerk, "#f-name", "测试某").await;
    fill(&clerk, "#f-representatives", "测试甲\n测试乙").await;
    press(&clerk, "button[value=write]").await;
    assert_eq!(clerk.find_all(Locator::Css("dd.code")).await.unwrap().len(), 2, "each request has its number and code");
    step(&clerk, &base, &number, "decline").await;
    fill(&clerk, "#f-reason", "代表说要回去商量").await;
    press_next(&clerk).await;
    let page = text(&clerk, "main").await;
    assert!(page.contains("已按约定删除") && !page.contains("村东水渠断水两个月"), "{page}");
    assert!(page.contains("代表说要回去商量"), "why it was not signed: {page}");
    step(&clerk, &base, &number, "give_copy").await;
    press_next(&clerk).await;
    assert!(text(&clerk, "main").await.contains("给了笔录副本"));
    for client in [phone, clerk] {
        client.close().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn forty_people_at_three_windows_are_each_called_once_in_their_order() {
    let Some(driver) = driver("walks") else { return };
    let t = sqlite_office("2026-11-30T09:00:00+08:00");
    let o = &t.office;
    let base = site(o).await;
    crate::booking::takes_bookings(o).await;
    let giver = staff(o, "countyxf.clerk").await;
    for i in 0..40 {
        let need = if i % 8 == 7 { "age" } else { "" };
        let wish = Wish { service: "new_matter".into(), need: need.into(), form: None };
        take_at_counter(o, &giver, &wish).await.unwrap();
    }
    // One window is worked in a browser, two beside it by colleagues.
    let client = browser(&driver, 1280, "on").await;
    desk(&client, &base, "countyxf.clerk").await;
    client.goto(&format!("{base}/staff/hall")).await.unwrap();
    press(&client, "button[name=window][value='1']").await;
    let unit = giver.officer.unit.clone();
    for (login, window) in [("countyxf.handler", 2), ("countyxf.head", 3)] {
        sitting::sit(o, &staff(o, login).await, window).await.unwrap();
    }
    let mut called = Vec::new();
    let mut seen = BTreeSet::new();
    'morning: loop {
        for (login, window) in [("countyxf.clerk", 1), ("countyxf.handler", 2), ("countyxf.head", 3)] {
            let next = board(o, &unit).await.unwrap().waiting.first().map(|l| l.ticket.place.ticket.clone());
            let Some(next) = next else { break 'morning };
            let who = staff(o, login).await;
            let now = if window == 1 {
                client.goto(&format!("{base}/staff/hall")).await.unwrap();
                press(&client, "form[action='/staff/hall/call'] button").await;
                says(&client, ".card.owed .number", &next).await;
                press(&client, "button[name=step][value=receive]").await;
                next.clone()
            } else {
                let found = windows::call_next(o, &who, window).await.unwrap().unwrap();
                windows::step(o, &who, &found, Verb::ReceiveVisitor, &[]).await.unwrap().place.ticket
            };
            assert_eq!(now, next, "whoever everybody sees as the next one");
            assert!(seen.insert(now.clone()), "{now} is called once");
            called.push(now.clone());
            // The talk is short.
            let found = huiyin_app::reception::ticket::of_today(o, &unit, &now).await.unwrap().unwrap();
            windows::step(o, &who, &found, Verb::Leave, &[(Field::Summary, "已经说明".to_owned())]).await.unwrap();
        }
    }
    assert_eq!(called.len(), 40);
    let first: Vec<&str> = called.iter().take(3).map(String::as_str).collect();
    assert_eq!(first, ["A008", "A016", "A001"], "two with a need, then whoever came first");
    for page in ["/staff/hall/figures", "/staff/hall/book", "/staff/hall/texts", "/come/countyxf/new/booking"] {
        narrow(&client, &base, page).await;
    }
    client.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_leader_who_does_not_come_is_reported_and_whoever_waited_is_received_all_the_same() {
    let Some(driver) = driver("walks") else { return };
    let t = sqlite_office("2026-09-01T09:00:00+08:00");
    let o = &t.office;
    let base = site(o).await;
    crate::booking::takes_bookings(o).await;
    let client = browser(&driver, 1280, "on").await;
    desk(&client, &base, "countyxf.head").await;
    client.goto(&format!("{base}/staff/leaders")).await.unwrap();
    for (css, value) in [("#f-week", "2"), ("#f-weekday", "2"), ("#f-to_unit", "housing")] {
        choose(&client, css, value).await;
    }
    for (css, value) in [("#f-topic", "住房和供热"), ("#f-by_when", "9:00—11:30"), ("#f-where_to", "接待大厅")]
    {
        fill(&client, css, value).await;
    }
    press(&client, "form[action='/staff/leaders/rules'] button").await;
    client.goto(&format!("{base}/come/countyxf")).await.unwrap();
    assert!(text(&client, "main").await.contains("住房和供热"), "the day is published");
    // The day passes and nobody sits.
    t.time.go("2026-09-09T08:30:00+08:00");
    t.time.machine_minutes(8 * 24 * 60);
    huiyin_app::sweep::timers(o).await.unwrap();
    let head = browser(&driver, 1280, "on").await;
    desk(&head, &base, "housing.head").await;
    head.goto(&format!("{base}/staff/duties")).await.unwrap();
    let duties = text(&head, "main").await;
    assert!(duties.contains("接访") && duties.contains("逾期"), "his own list says so first: {duties}");
    // It goes up where he does not answer for it.
    t.time.go("2026-09-16T08:30:00+08:00");
    t.time.machine_minutes(7 * 24 * 60);
    huiyin_app::sweep::timers(o).await.unwrap();
    let above = browser(&driver, 1280, "on").await;
    desk(&above, &base, "countyxf.head").await;
    above.goto(&format!("{base}/staff/hall/today")).await.unwrap();
    let today = text(&above, "main").await;
    assert!(today.contains("逾期"), "{today}");
    let unit = staff(o, "countyxf.head").await.officer.unit;
    let days = come::between(o, &unit, date(2026, 9, 1), date(2026, 9, 30)).await.unwrap();
    let number = days[0].1.number.clone();
    above.goto(&format!("{base}/staff/proceedings/{number}")).await.unwrap();
    let page = text(&above, "main").await;
    assert!(page.contains("逾期") && page.contains("住房"), "{page}");
    // A talk made good is recorded as late, and the share of days kept tells it.
    desk(&head, &base, "housing.head").await;
    step(&head, &base, &number, "sat").await;
    choose(&head, "#f-to_unit", "housing").await;
    fill(&head, "#f-headcount", "3").await;
    fill(&head, "#f-summary", "补接访：三位来访人，供热问题").await;
    press_next(&head).await;
    above.goto(&format!("{base}/staff/leaders")).await.unwrap();
    assert!(text(&above, "main").await.contains("住房"), "whose day it was");
    for client in [client, head, above] {
        client.close().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_visitor_signs_on_the_screen_and_her_two_requests_are_joined_from_the_table() {
    let Some(driver) = driver("walks") else { return };
    let t = sqlite_office("2026-11-30T09:00:00+08:00");
    let o = &t.office;
    let base = site(o).await;
    let ticket = crate::table::at_the_table(&t).await;
    let client = browser(&driver, 1280, "on").await;
    desk(&client, &base, "countyxf.clerk").await;
    client.goto(&format!("{base}/staff/hall/visits/{}", ticket.number)).await.unwrap();
    fill(&client, "#f-facts", "三单元的暖气从入冬就不热。").await;
    fill(&client, "#f-demand_0", "修好暖气").await;
    fill(&client, "#f-demand_1", "退还采暖费").await;
    press(&client, "button[value=write]").await;
    step(&client, &base, &ticket.number, "sign_on_screen").await;
    // Without a signature nothing is signed, and the page says what to do.
    press_next(&client).await;
    assert!(text(&client, ".errors").await.contains("还没有签字"));
    let draw = r#"
        const pad = document.querySelector("[data-signature] canvas"), box = pad.getBoundingClientRect();
        const send = (type, x, y) => pad.dispatchEvent(new PointerEvent(type, {
            pointerId: 1, bubbles: true, cancelable: true, clientX: box.left + x, clientY: box.top + y }));
        pad.setPointerCapture = () => {}; pad.hasPointerCapture = () => true;
        send("pointerdown", 20, 20);
        for (let x = 20; x < 200; x += 10) send("pointermove", x, 20 + (x % 40));
        send("pointerup", 200, 30);"#;
    client.execute(draw, vec![]).await.unwrap();
    client.wait().for_element(Locator::Css("[data-signature][data-kept]")).await.unwrap();
    press_next(&client).await;
    let page = text(&client, "main").await;
    assert!(page.contains("signature.png"), "{page}");
    press(&client, "a[href*='/files/']").await;
    assert!(text(&client, "main").await.contains("为什么要看"), "who signed is read for a purpose");
    client.goto(&format!("{base}/staff/hall/visits/{}", ticket.number)).await.unwrap();
    press(&client, "a[href*='joined=']").await;
    let field = client.find(Locator::Css("#f-joined")).await.unwrap();
    let chosen = field.prop("value").await.unwrap().unwrap_or_default();
    assert!(chosen.ends_with("-1"), "the other request is chosen already: {chosen}");
    let reason = "#f-reason";
    if client.find(Locator::Css(reason)).await.is_ok() {
        fill(&client, reason, "同一户、同一件事").await;
    }
    press_next(&client).await;
    assert!(text(&client, "main").await.contains("并案"), "{}", text(&client, "main").await);
    for page in
        [format!("/staff/proceedings/{}/moves/give_copy", ticket.number), "/staff/proceedings/new/group_told".into()]
    {
        narrow(&client, &base, &page).await;
    }
    client.close().await.unwrap();
}
