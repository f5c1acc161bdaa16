//! What is signed at the table: by the visitor on the screen or on paper, by each unit for its own promise.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test")]

use huiyin_app::act::Move;
use huiyin_app::proceedings::files::{self, Reading};
use huiyin_app::reception::record::{self, Draft};
use huiyin_app::reception::{Ticket, leaders};
use huiyin_app::{AppError, Office, lodge, proceedings, verify};
use huiyin_testkit::{Role, TestOffice, field, given, on_both, site, sqlite_office, staff, the_move};

use crate::table::{at_the_table, demand, nobody};

const AT: &str = "2026-11-30T09:00:00+08:00";
const CLERK: &str = "countyxf.clerk";

/// A picture as large as a tablet makes one.
fn picture() -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
    bytes.resize(5 * 1024 * 1024, 7);
    bytes
}

/// A visitor whose record is written and read back.
async fn read_back(t: &TestOffice) -> Ticket {
    let ticket = at_the_table(t).await;
    let told = [("present", "县信访局 接谈人"), ("facts", "暖气不热")];
    let draft = Draft {
        fields: given(&told),
        demands: vec![demand("修好暖气"), demand("退还采暖费")],
        asking: nobody(),
        form: "a form with a token of its own".into(),
        version: None,
    };
    record::write(&t.office, &staff(&t.office, CLERK).await, &ticket.number, draft).await.unwrap();
    ticket
}

async fn sign(o: &Office, ticket: &Ticket, files: usize) -> Result<(), AppError> {
    let clerk = staff(o, CLERK).await;
    let mut step = Move { id: "sign_on_screen".into(), ..Move::default() };
    for _ in 0..files {
        let taken = lodge::take_file(o, "signature.png", &picture(), clerk.officer.unit.as_str()).await.unwrap();
        step.files.push(taken.record);
    }
    proceedings::act(o, &clerk, &ticket.number, step).await.map(drop)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signature_comes_with_the_step_and_opens_for_a_stated_purpose_alone() {
    on_both("signed", AT, |t| async move {
        let ticket = read_back(&t).await;
        let o = &t.office;
        let clerk = staff(o, CLERK).await;
        match sign(o, &ticket, 0).await {
            Err(AppError::Form(errors)) => assert_eq!(errors[0].fault, "fault-signature-missing"),
            other => panic!("{other:?}"),
        }
        let view = proceedings::view(o, &clerk, &ticket.number).await.unwrap();
        assert_eq!(view.proceeding.state.as_str(), "recorded", "nothing is signed without a signature");
        sign(o, &ticket, 1).await.unwrap();
        let promise = [("to_unit", "housing"), ("due_on", "2026-12-10"), ("summary", "上门测温")];
        proceedings::act(o, &clerk, &ticket.number, the_move("promise", &promise)).await.unwrap();
        let view = proceedings::view(o, &clerk, &ticket.number).await.unwrap();
        assert_eq!((view.proceeding.state.as_str(), view.files.len()), ("signed", 1));
        let id = view.files[0].id.clone();
        let read = async |purpose| files::read(o, &clerk, &ticket.number, &id, purpose).await;
        assert!(matches!(read(None).await, Ok(Reading::Purpose(_))), "not without saying why");
        assert!(matches!(read(Some("\u{200b} ")).await, Err(AppError::Form(_))));
        match read(Some("核对签字")).await.unwrap() {
            Reading::Bytes(record, bytes) => assert!(record.identity && bytes == picture()),
            other => panic!("{other:?}"),
        }
        let view = proceedings::view(o, &clerk, &ticket.number).await.unwrap();
        let openings: Vec<&str> = view.audits.iter().map(|a| a.purpose.as_str()).collect();
        assert_eq!(openings, ["核对签字"], "who opened it and why stands beside it");
        // A unit that promised something takes part, and has no business with the signature.
        let theirs = staff(o, "housing.head").await;
        assert!(proceedings::view(o, &theirs, &ticket.number).await.unwrap().files.is_empty());
        let refused = files::read(o, &theirs, &ticket.number, &id, Some("看看")).await;
        assert!(matches!(refused, Err(AppError::NotFound)), "{refused:?}");
        // Also where it has files of its own, it does not learn who opened what is not its own to read.
        let scan = lodge::take_file(o, "附件.png", &picture(), "housing").await.unwrap();
        let step = Move { id: "sign_promise".into(), files: vec![scan.record], ..Move::default() };
        proceedings::act(o, &theirs, &ticket.number, step).await.unwrap();
        let seen = proceedings::view(o, &theirs, &ticket.number).await.unwrap();
        assert_eq!((seen.files.len(), seen.audits.len()), (1, 0));
        let report = verify::verify_all(o, &mut |_| {}).await.unwrap();
        assert!(report.findings.is_empty() && report.files == 2, "{report:?}");
        // A file that is gone from the disk is found missing.
        let stored = view.files[0].on_disk().to_owned();
        assert!(o.files().destroy(&stored, std::time::Duration::ZERO).await.unwrap());
        let findings = verify::verify_all(o, &mut |_| {}).await.unwrap().findings;
        assert_eq!(findings.len(), 1, "{findings:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_unit_at_the_table_signs_for_its_own_promise() {
    on_both("signed_promises", AT, |t| async move {
        let ticket = read_back(&t).await;
        let o = &t.office;
        let clerk = staff(o, CLERK).await;
        for unit in ["housing", "env"] {
            let promise = [("to_unit", unit), ("due_on", "2026-12-10"), ("summary", "上门测温")];
            proceedings::act(o, &clerk, &ticket.number, the_move("promise", &promise)).await.unwrap();
        }
        let owed = async || -> Vec<(String, String)> {
            let view = proceedings::view(o, &clerk, &ticket.number).await.unwrap();
            let of = ["sign_promise", "settle_promise"];
            let all = view.proceeding.owed().into_iter().filter(|c| of.contains(&c.rule.as_str()));
            all.map(|c| (c.rule.0.clone(), c.bound.unit.as_ref().unwrap().0.clone())).collect()
        };
        let pair = |rule: &str, unit: &str| (rule.to_owned(), unit.to_owned());
        assert_eq!(owed().await, [pair("sign_promise", "housing"), pair("sign_promise", "env")]);
        let act = async |login: &str, id: &str, fields: &[(&str, &str)]| {
            proceedings::act(o, &staff(o, login).await, &ticket.number, the_move(id, fields)).await
        };
        // Nobody signs for another.
        assert!(matches!(act(CLERK, "sign_promise", &[]).await, Err(AppError::Closed(_))));
        act("housing.head", "sign_promise", &[]).await.unwrap();
        assert_eq!(owed().await, [pair("sign_promise", "env")]);
        assert!(matches!(act("housing.head", "sign_promise", &[]).await, Err(AppError::Closed(_))), "once");
        act("env.head", "dispute_promise", &[("reason", "当时说的是请供热公司测")]).await.unwrap();
        assert_eq!(owed().await, [pair("settle_promise", "countyxf")]);
        let settled = [("summary", "由供热公司测，已电话告诉来访人")];
        act("countyxf.head", "settle_promise", &settled).await.unwrap();
        assert!(owed().await.is_empty());
        // What was promised is owed until it is kept, signed for or not.
        let view = proceedings::view(o, &clerk, &ticket.number).await.unwrap();
        let promises = view.proceeding.owed().into_iter().filter(|c| c.rule.as_str() == "promise").count();
        assert_eq!(promises, 2);
        assert!(leaders::shares(o, &clerk.officer.unit).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scan_comes_with_any_step_and_what_was_chosen_is_held_while_a_fault_is_mended() {
    let t = sqlite_office(AT);
    let ticket = read_back(&t).await;
    let base = site(&t.office).await;
    let page = Role::officer(&base, CLERK).await;
    let at = format!("/staff/proceedings/{}/moves/sign", ticket.number);
    let shown = page.page(&at).await;
    assert!(!shown.contains("data-signature"), "paper is signed on paper");
    let (csrf, version, key) = (field(&shown, "csrf"), field(&shown, "version"), field(&shown, "key"));
    let send = async |proof: &str, scan: bool| {
        let texts = [("csrf", &csrf), ("version", &version), ("key", &key), ("proof", &proof.to_owned())];
        let mut form = reqwest::multipart::Form::new();
        for (name, value) in texts {
            form = form.text(name, value.clone());
        }
        if scan {
            form = form.part("files", reqwest::multipart::Part::bytes(picture()).file_name("扫描件.png"));
        }
        page.post(&at).multipart(form).send().await.unwrap()
    };
    let refused = send("", true).await;
    assert_eq!(refused.status(), 422);
    assert!(refused.text().await.unwrap().contains("扫描件.png"), "what was chosen is there");
    let done = send("档案柜第三格", false).await;
    assert!(done.status().is_redirection() || done.status().is_success(), "{}", done.status());
    let view = proceedings::view(&t.office, &staff(&t.office, CLERK).await, &ticket.number).await.unwrap();
    assert_eq!((view.proceeding.state.as_str(), view.files.len()), ("signed", 1));
    let shown = page.page(&format!("/staff/proceedings/{}", ticket.number)).await;
    assert!(shown.contains("扫描件.png"));
    let href = format!("/staff/proceedings/{}/files/{}", ticket.number, view.files[0].id);
    // A scan shows who signed: it opens for a stated purpose.
    let asked = page.page(&href).await;
    assert!(asked.contains("name=\"purpose\""), "{asked}");
    let form = [("csrf", field(&asked, "csrf")), ("purpose", "核对".to_owned())];
    let opened = page.post(&href).form(&form).send().await.unwrap();
    assert_eq!(opened.bytes().await.unwrap().len(), picture().len());
    let none = page.get(&href.replace("/files/", "/files/0")).send().await.unwrap();
    assert_eq!(none.status(), 404);
    let visit = page.page(&format!("/staff/hall/visits/{}", ticket.number)).await;
    assert!(visit.contains("join?joined="), "what was registered here can be handled as one: {visit}");
}
