//! What runs beside the matters under the same engine: standing duties that the calendar begins, meetings and their
//! resolutions.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    reason = "a test"
)]

use huiyin_app::domain::decide::Closed;
use huiyin_app::domain::kind::ProceedingKind;
use huiyin_app::domain::procedure::{Phase, Relation};
use huiyin_app::domain::subject::Subject;
use huiyin_app::duties::{self, Slice, Whose};
use huiyin_app::proceedings;
use huiyin_app::{AppError, Office, sweep, verify};
use huiyin_demo as demo;
use huiyin_testkit::{TestOffice, given, letter, on_both, site_with, staff, step, the_move, token};
use huiyin_web::WebConfig;

const AT: &str = "2026-10-30T10:00:00+08:00";

async fn office(t: &TestOffice) -> Office {
    demo::people(&t.office).await.unwrap();
    t.office.clone()
}

async fn act(o: &Office, login: &str, number: &str, id: &str, fields: &[(&str, &str)]) -> Result<Subject, AppError> {
    proceedings::act(o, &staff(o, login).await, number, the_move(id, fields)).await
}

async fn begin(o: &Office, login: &str, id: &str, fields: &[(&str, &str)]) -> Result<Subject, AppError> {
    proceedings::begin(o, &staff(o, login).await, id, &given(fields), None).await
}

async fn numbers(o: &Office, login: &str, kind: ProceedingKind) -> Vec<String> {
    let page = proceedings::list(o, &staff(o, login).await, kind, None, 50).await.unwrap();
    page.rows.iter().map(|p| p.number.clone()).collect()
}

async fn nothing_altered(o: &Office) {
    let findings = verify::verify_all(o, &mut |_| {}).await.unwrap().findings;
    assert!(findings.is_empty(), "{findings:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_calendar_begins_each_duty_once_and_catches_up() {
    on_both("calendar_begins", AT, |t| async move {
        let o = &office(&t).await;
        sweep::sweep_office(o).await.unwrap();
        assert!(
            numbers(o, "countyxf.clerk", ProceedingKind::Office).await.is_empty(),
            "what lies before the first day is not its record"
        );
        t.time.go("2026-11-01T00:30:00+08:00");
        sweep::sweep_office(o).await.unwrap();
        sweep::sweep_office(o).await.unwrap();
        let begun = numbers(o, "countyxf.clerk", ProceedingKind::Office).await;
        assert_eq!(begun, ["O2026-11-01-holiday_notice-countyxf"]);
        let notice = proceedings::view(o, &staff(o, "countyxf.clerk").await, &begun[0]).await.unwrap();
        assert!(notice.proceeding.title.contains("2027"), "{}", notice.proceeding.title);
        assert_eq!(notice.proceeding.clocks[0].legal.to_string(), "2026-12-31");
        // It stands among the duties of its unit beside those of matters, and is another unit's business for nobody.
        let clerk = staff(o, "countyxf.clerk").await;
        let mine = duties::list(o, &clerk, Whose::Mine, Slice::All, None, 50).await.unwrap().0.rows;
        assert_eq!((mine.len(), mine[0].of), (1, ProceedingKind::Office));
        assert!(matches!(
            proceedings::view(o, &staff(o, "housing.clerk").await, &begun[0]).await,
            Err(AppError::NotFound)
        ));
        // Nothing ran for ten weeks: what should have begun is owed from its own day, and what is late is late.
        t.time.go("2027-01-20T09:00:00+08:00");
        sweep::sweep_office(o).await.unwrap();
        let begun = numbers(o, "countyxf.clerk", ProceedingKind::Office).await;
        for expected in ["O2026-12-31-yearly_report-countyxf", "O2027-01-15-publication_check-countyxf"] {
            assert!(begun.iter().any(|n| n == expected), "{begun:?}");
        }
        assert_eq!(
            numbers(o, "housing.clerk", ProceedingKind::Office).await,
            ["O2027-01-15-publication_check-housing"]
        );
        let notice = proceedings::view(o, &clerk, "O2026-11-01-holiday_notice-countyxf").await.unwrap();
        assert!(notice.proceeding.is_late());
        let report = proceedings::view(o, &clerk, "O2026-12-31-yearly_report-countyxf").await.unwrap();
        assert_eq!(
            (report.proceeding.received_on.to_string(), report.proceeding.clocks[0].legal.to_string()),
            ("2026-12-31".into(), "2027-12-31".into())
        );
        // A recorded act discharges it, late or not, and only its own unit's.
        assert!(act(o, "housing.clerk", "O2026-11-01-holiday_notice-countyxf", "record_done", &[]).await.is_err());
        let done = act(
            o,
            "countyxf.clerk",
            "O2026-11-01-holiday_notice-countyxf",
            "record_done",
            &[("on_day", "2027-01-20"), ("summary", "已经录入")],
        );
        let done = done.await.unwrap();
        assert_eq!((done.phase, done.owed().iter().any(|c| c.rule.as_str() == "holidays")), (Phase::Archived, false));
        nothing_altered(o).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_offices_first_day_is_its_own() {
    let t = huiyin_testkit::sqlite_office("2026-11-01T10:00:00+08:00");
    let o = &office(&t).await;
    sweep::sweep_office(o).await.unwrap();
    assert_eq!(numbers(o, "countyxf.clerk", ProceedingKind::Office).await, ["O2026-11-01-holiday_notice-countyxf"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_kept_three_years_is_not_ended_before() {
    on_both("kept_three_years", AT, |t| async move {
        let o = &office(&t).await;
        let unready = begin(o, "countyxf.clerk", "assessment_made", &[("topic", "x"), ("on_day", "2030-01-01")]).await;
        assert!(matches!(unready, Err(AppError::Closed(c)) if matches!(*c, Closed::Fields { .. })));
        assert!(
            matches!(begin(o, "countyxf.clerk", "health_event", &[]).await, Err(AppError::NotFound)),
            "not this unit's"
        );
        // The same form sent twice begins one; with another text it is no repetition, and nothing is dropped without a
        // word.
        let clerk = staff(o, "countyxf.clerk").await;
        let send = async |topic: &str| {
            let fields = given(&[("topic", topic), ("on_day", "2026-10-29"), ("summary", "x")]);
            proceedings::begin(o, &clerk, "data_breach", &fields, Some("0123456789abcdef")).await
        };
        let first = send("泄露").await.unwrap();
        assert_eq!(send("泄露").await.unwrap().number, first.number);
        assert!(matches!(send("另一次泄露").await, Err(AppError::KeyReused)));
        let kept =
            begin(o, "countyxf.clerk", "assessment_made", &[("topic", "信访系统影响评估"), ("on_day", "2026-10-20")])
                .await
                .unwrap();
        assert_eq!(kept.title, "信访系统影响评估");
        assert_eq!(kept.clocks.iter().map(|c| c.legal.to_string()).collect::<Vec<_>>(), ["2029-10-20", "2029-11-20"]);
        t.time.go("2029-10-19T09:00:00+08:00");
        let early = act(o, "countyxf.head", &kept.number, "end_keeping", &[("summary", "销毁")]).await;
        assert!(matches!(early, Err(AppError::Closed(_))), "{early:?}");
        t.time.go("2029-10-21T09:00:00+08:00");
        sweep::sweep_office(o).await.unwrap();
        let over = act(o, "countyxf.head", &kept.number, "end_keeping", &[("summary", "销毁")]).await.unwrap();
        assert_eq!(over.phase, Phase::Archived);
        nothing_altered(o).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
#[expect(clippy::too_many_lines, reason = "one course from its beginning to its end")]
async fn a_meeting_ends_when_each_resolution_is_carried_out() {
    on_both("a_meeting", AT, |t| async move {
        let o = &office(&t).await;
        let about = letter(o, "2026-10-29", |_| {}).await;
        let matter = format!("{}-1", about.number);
        let secret = letter(o, "2026-10-29", |l| l.purpose = huiyin_app::domain::submission::Purpose::Accusation).await;
        let fields = |joined: &str| {
            vec![
                ("topic", "供暖会商".to_owned()),
                ("due_on", "2026-11-05".into()),
                ("summary", "研究供暖".into()),
                ("joined", joined.to_owned()),
            ]
        };
        let start = async |joined: &str| {
            let fields = fields(joined);
            let fields: Vec<(&str, &str)> = fields.iter().map(|(k, v)| (*k, v.as_str())).collect();
            begin(o, "countyxf.clerk", "case_conference", &fields).await
        };
        for wrong in ["2026-999999-9", secret.number.as_str(), "路灯"] {
            assert!(matches!(start(wrong).await, Err(AppError::Form(_))), "{wrong}");
        }
        let meeting = start(&about.number).await.unwrap();
        let number = meeting.number.clone();
        assert!(number.starts_with("M2026-"));
        let office_clerk = staff(o, "countyxf.clerk").await;
        let near = async || {
            let id = o.clone();
            let found =
                huiyin_app::matter_view::for_officer(&id, &office_clerk, &matter).await.unwrap().matter.id.clone();
            proceedings::concerning(&id, &office_clerk, &found).await.unwrap()
        };
        assert_eq!(near().await[0].id, meeting.id, "the matter's page leads to it");
        // Whoever is invited reads it and owes an answer; others do not know of it.
        assert!(matches!(
            proceedings::view(o, &staff(o, "housing.clerk").await, &number).await,
            Err(AppError::NotFound)
        ));
        for unit in ["housing", "water"] {
            act(o, "countyxf.clerk", &number, "invite", &[("to_unit", unit), ("confirm_unmanned", "1")]).await.unwrap();
        }
        let seen = proceedings::view(o, &staff(o, "housing.clerk").await, &number).await.unwrap();
        assert_eq!((seen.links.len(), seen.links_hidden), (0, 1), "a matter is read by whoever may read the matter");
        act(o, "housing.clerk", &number, "reply", &[("summary", "张科长参加")]).await.unwrap();
        act(o, "countyxf.clerk", &number, "note_present", &[("to_unit", "housing")]).await.unwrap();
        let noted = act(o, "countyxf.clerk", &number, "note_absent", &[("to_unit", "water"), ("reason", "抢修")])
            .await
            .unwrap();
        assert!(!noted.owed().iter().any(|c| c.rule.as_str() == "answer_invitation"));
        assert!(noted.parties[&Relation::Absent].iter().any(|u| u.as_str() == "water"));
        act(o, "countyxf.clerk", &number, "hold_meeting", &[("on_day", "2026-10-30"), ("summary", "会议召开")])
            .await
            .unwrap();
        act(o, "countyxf.clerk", &number, "write_minutes", &[("facts", "管网老化"), ("opinion", "住建局修复")])
            .await
            .unwrap();
        assert!(act(o, "countyxf.clerk", &number, "approve_minutes", &[]).await.is_err(), "the head approves");
        act(o, "countyxf.head", &number, "approve_minutes", &[]).await.unwrap();
        let view = proceedings::view(o, &office_clerk, &number).await.unwrap();
        assert_eq!(view.papers.len(), 1);
        assert!(view.papers[0].number.contains("纪"));
        for (unit, due) in [("housing", "2026-11-20"), ("water", "2026-11-25")] {
            let fields = [("to_unit", unit), ("due_on", due), ("summary", "修复管网"), ("confirm_unmanned", "1")];
            act(o, "countyxf.clerk", &number, "resolve", &fields).await.unwrap();
        }
        assert!(act(o, "countyxf.clerk", &number, "close_meeting", &[]).await.is_err(), "two are owed");
        // A second one to the same unit would end with the first; one to a body that is not here, with nobody.
        for unit in ["housing", "province"] {
            let fields =
                [("to_unit", unit), ("due_on", "2026-12-20"), ("summary", "再办一项"), ("confirm_unmanned", "1")];
            assert!(
                matches!(act(o, "countyxf.clerk", &number, "resolve", &fields).await, Err(AppError::Closed(_))),
                "{unit}"
            );
        }
        // One entered by a slip is taken back, with its reason, and ends nobody else's.
        let slip = [("to_unit", "edu"), ("due_on", "2026-12-20"), ("summary", "写错单位"), ("confirm_unmanned", "1")];
        act(o, "countyxf.clerk", &number, "resolve", &slip).await.unwrap();
        let back =
            act(o, "countyxf.head", &number, "take_back_resolution", &[("to_unit", "edu"), ("reason", "写错单位")])
                .await
                .unwrap();
        assert_eq!(back.owed().iter().filter(|c| c.rule.as_str() == "resolution").count(), 2);
        // Of a unit that owes none nothing is taken back, and it does not become a party by that.
        let none =
            act(o, "countyxf.head", &number, "take_back_resolution", &[("to_unit", "urban"), ("reason", "写错")]).await;
        assert!(matches!(none, Err(AppError::Closed(c)) if matches!(*c, Closed::Fields { .. })));
        // Each unit carries out its own; the other's is late and pressed for.
        act(o, "housing.clerk", &number, "fulfil", &[("on_day", "2026-10-30"), ("summary", "修好")]).await.unwrap();
        t.time.go("2026-11-26T09:00:00+08:00");
        sweep::sweep_office(o).await.unwrap();
        let late = proceedings::view(o, &office_clerk, &number).await.unwrap();
        let owed: Vec<_> =
            late.proceeding.owed().iter().map(|c| (c.rule.0.clone(), c.bound.unit.clone().map(|u| u.0))).collect();
        assert!(late.proceeding.is_late() && owed.contains(&("resolution".into(), Some("water".into()))), "{owed:?}");
        assert!(owed.iter().any(|(rule, _)| rule == "press"), "{owed:?}");
        assert!(
            act(o, "housing.clerk", &number, "fulfil", &[("on_day", "2026-11-26"), ("summary", "x")]).await.is_err(),
            "not its own"
        );
        act(o, "water.head", &number, "fulfil", &[("on_day", "2026-11-26"), ("summary", "修好")]).await.unwrap();
        let closed = act(o, "countyxf.clerk", &number, "close_meeting", &[]).await.unwrap();
        assert_eq!((closed.phase, closed.owed().len()), (Phase::Archived, 0));
        nothing_altered(o).await;
        // The matter itself was never touched by it.
        assert!(step(o, "countyxf.clerk", &matter, "refer", &[("to_unit", "housing")]).await.is_ok());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pages_begin_move_and_print() {
    on_both("proceeding_pages", AT, |t| async move {
        let base = site_with(&t.office, WebConfig::default()).await;
        let desk = reqwest::Client::builder().cookie_store(true).build().unwrap();
        let page = async |path: &str| desk.get(format!("{base}{path}")).send().await.unwrap().text().await.unwrap();
        desk.post(format!("{base}/staff/sign-in"))
            .form(&[("login", "countyxf.clerk"), ("password", demo::PASSWORD)])
            .send()
            .await
            .unwrap();
        let value = |html: &str, name: &str| {
            let at = html.find(&format!("name=\"{name}\" value=\"")).unwrap_or_else(|| panic!("no {name}: {html}"));
            html[at..].split('"').nth(3).unwrap().to_owned()
        };
        let list = page("/staff/proceedings?kind=meeting").await;
        assert!(list.contains("/staff/proceedings/new/case_conference") && list.contains("还没有会议"));
        let send = async |path: &str, fields: &[(&str, &str)]| {
            let html = page(path).await;
            let mut all = vec![
                ("csrf", value(&html, "csrf")),
                ("key", value(&html, "key")),
                ("version", value(&html, "version")),
            ];
            all.extend(fields.iter().map(|(k, v)| (*k, (*v).to_owned())));
            let sent = desk.post(format!("{base}{path}")).form(&all).send().await.unwrap();
            (sent.url().path().to_owned(), sent.status(), sent.text().await.unwrap())
        };
        // What is wrong is said beside its field, and nothing typed is lost.
        let (_, status, html) =
            send("/staff/proceedings/new/case_conference", &[("topic", "供暖会商"), ("summary", "议程")]).await;
        assert!(status == 422 && html.contains("供暖会商") && html.contains("议程"), "{status} {html}");
        let fields = [("topic", "供暖会商"), ("due_on", "2026-11-05"), ("summary", "<b>议程</b>")];
        let (path, status, html) = send("/staff/proceedings/new/case_conference", &fields).await;
        assert!(
            status == 200
                && html.contains("供暖会商")
                && html.contains("&lt;b&gt;议程")
                && path.starts_with("/staff/proceedings/M2026-"),
            "{path} {status}"
        );
        let (_, status, html) =
            send(&format!("{path}/moves/hold_meeting"), &[("on_day", "2026-10-30"), ("summary", "开了")]).await;
        assert!(status == 200 && html.contains("写出会议纪要"), "{status}");
        let (_, status, html) =
            send(&format!("{path}/moves/write_minutes"), &[("facts", "情况"), ("opinion", "议定")]).await;
        assert!(status == 200 && html.contains("会议纪要"), "{status}");
        let number = path.rsplit('/').next().unwrap();
        let paper = proceedings::view(&t.office, &staff(&t.office, "countyxf.clerk").await, number)
            .await
            .unwrap()
            .papers
            .remove(0);
        assert!(html.contains(&paper.number));
        let read = page(&format!("{path}/papers/{}", paper.n)).await;
        assert!(read.contains("供暖会商") && read.contains("议定"));
        let desk_page = page("/staff/duties?whose=unit").await.replace("&#x2f;", "/");
        assert!(desk_page.contains(&path), "the desk leads to it: {desk_page}");
        assert!(page("/staff/proceedings?kind=office").await.contains("/staff/proceedings/new/data_breach"));
        // It is found by its words and by its number, by whoever takes part and by nobody else; machines read whose
        // duty it is.
        for query in ["供暖会商", number, &number.to_lowercase()] {
            let found = page(&format!("/staff/search?q={query}")).await.replace("&#x2f;", "/");
            assert!(found.contains(&path), "{query}: {found}");
        }
        assert_eq!(proceedings::for_operator(&t.office, number).await.unwrap().number, number);
        desk.post(format!("{base}/staff/sign-in"))
            .form(&[("login", "housing.clerk"), ("password", demo::PASSWORD)])
            .send()
            .await
            .unwrap();
        assert!(!page("/staff/search?q=供暖会商").await.replace("&#x2f;", "/").contains(&path));
        let bearer = token(&t.office, "countyxf.clerk").await;
        let api = reqwest::Client::new()
            .get(format!("{base}/api/v1/duties?whose=unit"))
            .bearer_auth(&bearer)
            .send()
            .await
            .unwrap();
        assert!(api.text().await.unwrap().contains("\"kind\":\"meeting\""));
    })
    .await;
}
