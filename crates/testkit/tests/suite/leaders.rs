//! Leaders' days, and requests to meet a leader: a day that is published is owed, and whoever asks is answered.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test")]

use std::collections::BTreeSet;

use huiyin_app::domain::ids::{OfficerId, UnitId};
use huiyin_app::reception::booking::book::Beside;
use huiyin_app::reception::leaders::{self, LeaderRule};
use huiyin_app::reception::{Hall, Window, come, hall};
use huiyin_app::{AppError, Office, proceedings, sweep, verify};
use huiyin_demo as demo;
use huiyin_testkit::{Role, TestOffice, field, given, letter, on_both, site, sqlite_office, staff, the_move};
use jiff::civil::{Date, date};

const AT: &str = "2026-09-01T09:00:00+08:00";
const FORM: &str = "a form with a token of its own";

fn unit() -> UnitId {
    UnitId::new("countyxf")
}

async fn office(t: &TestOffice) -> Office {
    demo::people(&t.office).await.unwrap();
    let window = Window { number: 1, name: String::new(), services: BTreeSet::new() };
    let head = staff(&t.office, "countyxf.head").await;
    hall::put(&t.office, &head, Hall { open: true, windows: vec![window] }).await.unwrap();
    t.office.clone()
}

fn rule(week: i8, weekday: i8) -> LeaderRule {
    LeaderRule {
        by: UnitId::new("housing"),
        officer: None,
        week,
        weekday,
        hours: "9:00—11:30".into(),
        place: "接待大厅".into(),
        topic: "城建、供暖".into(),
        from: date(2026, 9, 1),
    }
}

async fn days(o: &Office, from: Date, until: Date) -> Vec<(Date, String)> {
    let all = come::between(o, &unit(), from, until).await.unwrap();
    all.into_iter().filter(|(_, row)| !row.over).map(|(day, row)| (day, row.number)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_publishes_its_days_once_and_names_those_on_which_the_office_is_closed() {
    on_both("leaders_rule", AT, |t| async move {
        let o = &office(&t).await;
        let head = staff(o, "countyxf.head").await;
        let theirs = staff(o, "housing.head").await.officer.id;
        let by_name = LeaderRule { officer: Some(theirs), ..rule(2, 2) };
        assert_eq!(leaders::add(o, &head, by_name).await.unwrap(), 2, "this month and the next");
        // The first Thursday of October is the National Day.
        assert_eq!(leaders::add(o, &head, rule(1, 4)).await.unwrap(), 1);
        let closed = leaders::closed_days(o, &unit()).await.unwrap();
        assert_eq!(closed.iter().map(|(day, _)| *day).collect::<Vec<_>>(), [date(2026, 10, 1)]);
        let shown = days(o, date(2026, 9, 1), date(2026, 10, 31)).await;
        let on: Vec<Date> = shown.iter().map(|(day, _)| *day).collect();
        assert_eq!(on, [date(2026, 9, 3), date(2026, 9, 8), date(2026, 10, 13)]);
        for _ in 0..3 {
            sweep::timers(o).await.unwrap();
        }
        assert_eq!(days(o, date(2026, 9, 1), date(2026, 10, 31)).await.len(), 3, "none twice");
        for wrong in [
            LeaderRule { week: 5, ..rule(1, 1) },
            LeaderRule { weekday: 8, ..rule(1, 1) },
            LeaderRule { by: UnitId::new("nowhere"), ..rule(1, 1) },
            LeaderRule { officer: Some(head.officer.id.clone()), ..rule(1, 1) },
            LeaderRule { officer: Some(OfficerId::new("nobody")), ..rule(1, 1) },
            LeaderRule { hours: "\u{200b}".into(), ..rule(1, 1) },
            LeaderRule { topic: "长".repeat(61), ..rule(1, 1) },
        ] {
            assert!(matches!(leaders::add(o, &head, wrong.clone()).await, Err(AppError::Form(_))), "{wrong:?}");
        }
        let clerk = staff(o, "countyxf.clerk").await;
        assert!(matches!(leaders::add(o, &clerk, rule(3, 3)).await, Err(AppError::NotAllowed)));
        // Days are set by whoever keeps the hall, for a unit of this system, by somebody who heads it.
        let day = [("due_on", "2026-09-20"), ("by_when", "9:00"), ("where_to", "大厅"), ("topic", "x")];
        let at = |unit: &'static str| given(&[&day[..], &[("to_unit", unit)]].concat());
        let begin = async |login: &str, fields| {
            let who = staff(o, login).await;
            proceedings::begin(o, &who, "leaders_day", &fields, None).await
        };
        assert!(matches!(begin("countyxf.clerk", at("housing")).await, Err(AppError::NotFound)));
        begin("countyxf.head", at("housing")).await.unwrap();
        let nobody_heads =
            given(&[&day[..], &[("to_unit", "housing"), ("officer", head.officer.id.as_str())]].concat());
        assert!(matches!(begin("countyxf.head", nobody_heads).await, Err(AppError::Closed(_))));
        let findings = verify::verify_all(o, &mut |_| {}).await.unwrap().findings;
        assert!(findings.is_empty(), "{findings:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_loop_does_not_fill_a_leaders_desk() {
    let t = sqlite_office(AT);
    let o = &office(&t).await;
    let asked = given(&[("topic", "x"), ("words", "y")]);
    let mut waits = false;
    for i in 0..200 {
        match come::begin(o, &unit(), "meet_leader", &asked, &Beside::default(), &format!("form {i}"), "192.0.2.7")
            .await
        {
            Ok(_) => {}
            Err(AppError::Throttled { .. }) => {
                waits = true;
                break;
            }
            other => panic!("{other:?}"),
        }
    }
    assert!(waits);
    come::begin(o, &unit(), "meet_leader", &asked, &Beside::default(), "elsewhere", "198.51.100.7")
        .await
        .expect("others are not kept waiting");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_month_of_two_years_has_its_day_or_is_named() {
    let t = sqlite_office(AT);
    let o = &office(&t).await;
    leaders::add(o, &staff(o, "countyxf.head").await, rule(1, 1)).await.unwrap();
    let mut month = date(2026, 9, 1);
    for _ in 0..24 {
        t.time.go(&format!("{month}T08:00:00+08:00"));
        sweep::timers(o).await.unwrap();
        let last = month.last_of_month();
        let shown = days(o, month, last).await.len();
        let closed = leaders::closed_days(o, &unit()).await.unwrap();
        let named = closed.iter().filter(|(day, _)| (month..=last).contains(day)).count();
        assert_eq!(shown + named, 1, "{month}: {shown} published, {named} named as closed");
        month = last.tomorrow().unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_leader_who_does_not_sit_is_late_and_whoever_stands_in_takes_the_duty() {
    on_both("leaders_absent", AT, |t| async move {
        let o = &office(&t).await;
        let head = staff(o, "countyxf.head").await;
        leaders::add(o, &head, rule(2, 2)).await.unwrap();
        let shown = days(o, date(2026, 9, 1), date(2026, 10, 31)).await;
        let (first, second) = (shown[0].1.clone(), shown[1].1.clone());
        // The housing bureau's leader cannot come on the second day: the township's stands in, with a reason.
        let stands_in = [
            ("to_unit", "env"),
            ("due_on", "2026-10-13"),
            ("by_when", "9:00—11:30"),
            ("where_to", "接待大厅"),
            ("reason", "原定领导出差"),
        ];
        let elsewhere = staff(o, "housing.head").await.officer.id.to_string();
        let other = [&stands_in[..], &[("officer", elsewhere.as_str())]].concat();
        let wrong = proceedings::act(o, &head, &second, the_move("move_day", &other)).await;
        assert!(matches!(wrong, Err(AppError::Closed(_))), "somebody of another unit: {wrong:?}");
        let bare = [&stands_in[..4]].concat();
        let wrong = proceedings::act(o, &head, &second, the_move("move_day", &bare)).await;
        assert!(matches!(wrong, Err(AppError::Closed(_))), "without a reason: {wrong:?}");
        let moved = proceedings::act(o, &head, &second, the_move("move_day", &stands_in)).await.unwrap();
        let owes: Vec<_> = moved.owed().into_iter().map(|c| c.bound.unit.clone().unwrap()).collect();
        assert_eq!(owes, [UnitId::new("env")], "the duty is whoever's who stands in");
        let replaced = proceedings::view(o, &staff(o, "housing.head").await, &second).await;
        assert!(matches!(replaced, Err(AppError::NotFound)), "whoever was replaced has nothing more to do with it");
        // Nobody sits on the first day.
        t.time.go("2026-09-09T08:00:00+08:00");
        let swept = sweep::timers(o).await.unwrap();
        assert_eq!(swept.breaches, 1);
        let late = proceedings::view(o, &head, &first).await.unwrap();
        assert!(late.proceeding.is_late());
        // What was not done in time is not called off, and nobody has sat before the day.
        let off = proceedings::act(o, &head, &first, the_move("call_off_day", &[("reason", "领导没空")])).await;
        assert!(matches!(off, Err(AppError::Closed(_))), "{off:?}");
        let early = [("to_unit", "env"), ("on_day", "2026-09-09"), ("headcount", "0"), ("summary", "没有人来")];
        let early = proceedings::act(o, &head, &second, the_move("sat", &early)).await;
        assert!(matches!(early, Err(AppError::Closed(_))), "{early:?}");
        let theirs = staff(o, "housing.head").await;
        let sat =
            [("to_unit", "housing"), ("on_day", "2026-09-09"), ("headcount", "0"), ("summary", "补接访，没有人来")];
        let done = proceedings::act(o, &theirs, &first, the_move("sat", &sat)).await.unwrap();
        assert_eq!(done.state.as_str(), "followed_up");
        // What was promised on the day is counted by the unit whose leader sat, and a matter he takes charge of is linked.
        let promise = [("to_unit", "housing"), ("due_on", "2026-09-11"), ("summary", "上门测温")];
        proceedings::act(o, &head, &first, the_move("promise", &promise)).await.unwrap();
        let receipt = letter(o, "2026-09-08", |_| ()).await;
        let number = format!("{}-1", receipt.number);
        let took = [("joined", number.as_str()), ("summary", "包案")];
        proceedings::act(o, &head, &first, the_move("took_case", &took)).await.unwrap();
        assert_eq!(proceedings::view(o, &head, &first).await.unwrap().links.len(), 1);
        let kept = [("on_day", "2026-09-09"), ("summary", "测了")];
        proceedings::act(o, &theirs, &first, the_move("keep_promise", &kept)).await.unwrap();
        let shares = leaders::shares(o, &unit()).await.unwrap();
        let share = &shares[&UnitId::new("housing")];
        assert_eq!((share.sat, share.missed, share.promised, share.kept, share.late), (1, 0, 1, 1, 0));
        // A day that is moved stands on its new day alone.
        let later = [&[("due_on", "2026-10-20")], &stands_in[..1], &stands_in[2..]].concat();
        proceedings::act(o, &head, &second, the_move("move_day", &later)).await.unwrap();
        let on: Vec<Date> =
            days(o, date(2026, 10, 1), date(2026, 10, 31)).await.into_iter().map(|(day, _)| day).collect();
        assert_eq!(on, [date(2026, 10, 20)]);
        let findings = verify::verify_all(o, &mut |_| {}).await.unwrap().findings;
        assert!(findings.is_empty(), "{findings:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_asks_to_meet_a_leader_is_answered_under_her_code() {
    on_both("leaders_asked", AT, |t| async move {
        let o = &office(&t).await;
        let asked = given(&[("topic", "供暖"), ("words", "想见分管供暖的领导，暖气不热三年了。")]);
        let tries = (0..20).map(|_| {
            let (o, asked) = (o.clone(), asked.clone());
            tokio::spawn(async move {
                come::begin(&o, &unit(), "meet_leader", &asked, &Beside::default(), FORM, "192.0.2.1").await.unwrap()
            })
        });
        let mut begun = BTreeSet::new();
        for one in tries.collect::<Vec<_>>() {
            let one = one.await.unwrap();
            begun.insert((one.number, one.code));
        }
        assert_eq!(begun.len(), 1, "one form is one request: {begun:?}");
        let (number, code) = begun.into_iter().next().unwrap();
        let other = given(&[("topic", "供暖"), ("words", "另一件事")]);
        let other =
            come::begin(o, &unit(), "meet_leader", &other, &Beside::default(), FORM, "192.0.2.1").await.unwrap();
        assert_ne!(other.code, code, "other words under the same form are another request, and show nobody this one");
        let view = come::by_code(o, &code, "192.0.2.1").await.unwrap();
        assert_eq!(view.proceeding.owed().len(), 1, "the answer is owed");
        assert!(matches!(come::by_code(o, "0000000000000000", "192.0.2.2").await, Err(AppError::NotFound)));
        assert!(matches!(
            come::begin(o, &unit(), "leaders_day", &asked, &Beside::default(), "x", "192.0.2.1").await,
            Err(AppError::NotFound)
        ));
        assert!(matches!(
            come::begin(o, &unit(), "meet_leader", &given(&[]), &Beside::default(), "y", "192.0.2.1").await,
            Err(AppError::Closed(_))
        ));
        // Not answered in time: late like everything that is owed.
        t.time.go("2026-09-09T08:00:00+08:00");
        assert_eq!(sweep::timers(o).await.unwrap().breaches, 2);
        let clerk = staff(o, "countyxf.clerk").await;
        let leader = staff(o, "housing.head").await.officer.id.to_string();
        let yes = [
            ("to_unit", "housing"),
            ("officer", leader.as_str()),
            ("due_on", "2026-09-15"),
            ("by_when", "9:30"),
            ("where_to", "第一接谈室"),
        ];
        proceedings::act(o, &clerk, &number, the_move("leader_yes", &yes)).await.unwrap();
        let view = come::by_code(o, &code, "192.0.2.1").await.unwrap();
        let words: String = view.words.iter().flat_map(|w| w.words.iter().map(|(_, v)| v.to_owned())).collect();
        assert!(words.contains("第一接谈室"), "{words}");
        let coming = view.proceeding.reception().unwrap().coming().unwrap();
        assert_eq!((coming.day, coming.by.as_ref().unwrap().as_str()), (date(2026, 9, 15), "housing"));
        // She calls it off herself; nobody else can.
        let off = proceedings::act(o, &clerk, &number, the_move("call_off_meeting", &[])).await;
        assert!(matches!(off, Err(AppError::Closed(_))), "{off:?}");
        let off = come::act(o, &code, "192.0.2.1", the_move("call_off_meeting", &[])).await.unwrap();
        assert!(off.owed().is_empty());
        assert!(days(o, date(2026, 9, 1), date(2026, 9, 30)).await.is_empty(), "nobody waits for her in vain");
        // No is an answer with its reason, and it is hers to read.
        let second =
            come::begin(o, &unit(), "meet_leader", &asked, &Beside::default(), "another form, sent later", "192.0.2.1")
                .await
                .unwrap();
        let head = staff(o, "countyxf.head").await;
        let no = [("reason", "本月接访日已满"), ("where_to", "住建局局长9月15日接访")];
        proceedings::act(o, &head, &second.number, the_move("leader_no", &no)).await.unwrap();
        let view = come::by_code(o, &second.code, "192.0.2.1").await.unwrap();
        let words: String = view.words.iter().flat_map(|w| w.words.iter().map(|(_, v)| v.to_owned())).collect();
        assert!(words.contains("本月接访日已满") && view.proceeding.owed().is_empty());
        let findings = verify::verify_all(o, &mut |_| {}).await.unwrap().findings;
        assert!(findings.is_empty(), "{findings:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pages_of_leaders_days_take_a_request_and_show_its_answer() {
    let t = sqlite_office(AT);
    let o = &office(&t).await;
    let base = site(o).await;
    let head = Role::officer(&base, "countyxf.head").await;
    let added = head
        .send(
            "/staff/leaders",
            "/staff/leaders/rules",
            &[
                ("week", "2"),
                ("weekday", "２"),
                ("to_unit", "housing"),
                ("topic", "城建"),
                ("by_when", "9:00"),
                ("where_to", "大厅"),
            ],
        )
        .await
        .text()
        .await
        .unwrap();
    assert!(added.contains("城建") && added.contains("9月8日"), "{added}");
    let wrong = head.send("/staff/leaders", "/staff/leaders/rules", &[("week", "2"), ("topic", "教育")]).await;
    assert_eq!(wrong.status(), 422);
    assert!(wrong.text().await.unwrap().contains("教育"), "what was typed stays");
    let visitor = Role::visitor(&base);
    assert!(
        visitor.page("/offices").await.contains("href=\"/come/countyxf\""),
        "whoever looks for the office finds it"
    );
    let page = visitor.page("/come/countyxf").await;
    assert!(page.contains("城建") && page.contains("求见领导"), "{page}");
    let form = visitor.page("/come/countyxf/new/meet_leader").await;
    let key = field(&form, "key");
    let send =
        |fields: Vec<(&'static str, String)>| visitor.post("/come/countyxf/new/meet_leader").form(&fields).send();
    let empty = send(vec![("key", key.clone()), ("topic", "供暖".into())]).await.unwrap();
    assert_eq!(empty.status(), 422);
    assert!(empty.text().await.unwrap().contains("供暖"));
    let sent = vec![("key", key), ("topic", "供暖".into()), ("words", "想见领导<script>".into())];
    let begun = send(sent).await.unwrap().text().await.unwrap();
    let code = begun.split("id=\"code\">").nth(1).and_then(|t| t.split('<').next()).unwrap().to_owned();
    let open = |code: String| visitor.post("/come/countyxf/open").form(&[("code", code)]).send();
    let shown = open(code.clone()).await.unwrap().text().await.unwrap();
    assert!(shown.contains("应当答复您求见领导的请求") && shown.contains("想见领导&lt;script&gt;"), "{shown}");
    assert_eq!(open("1234".into()).await.unwrap().status(), 422);
    let version = field(&shown, "version");
    let off = visitor
        .post("/come/countyxf/move")
        .form(&[("code", code.as_str()), ("step", "call_off_meeting"), ("version", version.as_str())])
        .send()
        .await
        .unwrap();
    assert!(off.text().await.unwrap().contains("已取消"));
    assert_eq!(visitor.get("/come/nowhere").send().await.unwrap().status(), 404);
    assert_eq!(visitor.get("/come/countyxf/new/leaders_day").send().await.unwrap().status(), 404);
}
