//! Packs and calendars are installed: uploaded by one person, checked beside the office, put in force by another, and
//! taken back.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test")]

use huiyin_app::domain::ids::PackId;
use huiyin_app::rules::{self, Kind, Proposal, ProposalState};
use huiyin_app::{AppError, Office, lodge, matter_view, packs, reproject};
use huiyin_demo as demo;
use huiyin_storage::{RecordChange, RecordWrite, Table};
use huiyin_testkit::{TestOffice, on_both, petition, sqlite_office, staff};
use huiyin_vault::Keyring;

const AT: &str = "2026-12-20T10:00:00+08:00";

/// A version of the same rules with a shorter time to refer, in a county that says so.
const SHORTER: &str = r#"
[pack]
id = "cn/petition/2026"
extends = "cn/petition/2022"
title = { zh = "试 <script>alert(1)</script>", en = "trial <script>alert(1)</script>" }
force_from = "2026-12-01"

[clause."local-20"]
cite = { zh = "示例省信访条例第二十条（示例）", en = "Example Province petition rules, art. 20 (example)" }
gist = { zh = "收到后5个工作日内转送、交办", en = "refer or assign within 5 working days" }

[[clock]]
id = "route"
kind = "duty"
title = { zh = "转送、交办或者自办", en = "refer, assign or keep" }
plain = { zh = "{unit}应当确定由哪个单位办理", en = "{unit} is to find the competent unit" }
bound = "petition_office"
post = "clerk"
length = 5
unit = "working_days"
basis = "local"
clause = "local-20"
start = "receipt"
warn_days = 1
"#;

async fn office(t: &TestOffice) -> Office {
    demo::people(&t.office).await.unwrap();
    rules::install(&t.office, &packs::shipped_texts(), false).await.unwrap();
    t.office.clone()
}

fn files(pairs: &[(&str, &str)]) -> Vec<(String, Vec<u8>)> {
    pairs.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect()
}

async fn upload(o: &Office, calendar: &str, sent: Vec<(String, Vec<u8>)>) -> Result<Proposal, AppError> {
    let admin = staff(o, "countyxf.admin").await;
    let proposal = rules::propose(o, &admin, calendar, sent).await?;
    rules::start_check(o, &proposal.key).await?;
    Ok(rules::proposals(o, &admin).await?.into_iter().find(|p| p.key == proposal.key).unwrap())
}

fn fault(result: Result<impl std::fmt::Debug, AppError>) -> &'static str {
    match result {
        Err(AppError::Form(errors)) => errors[0].fault,
        other => panic!("{other:?}"),
    }
}

/// Lodges and returns the pack and the days of the first clock.
async fn lodged(o: &Office) -> (String, PackId, String) {
    let receipt = lodge::lodge(o, petition("请尽快处理路灯")).await.unwrap();
    let number = format!("{}-1", receipt.number);
    let matter = matter_view::for_officer(o, &staff(o, "countyxf.clerk").await, &number).await.unwrap().matter;
    (number, matter.pack.clone(), matter.owed()[0].legal.to_string())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pack_is_brought_proved_agreed_to_and_taken_back() {
    on_both("a_pack_is_brought", AT, |t| async move {
        let o = &office(&t).await;
        let (first, under, _) = lodged(o).await;
        assert_eq!(under.0, "cn/petition/2022");
        let uploaded = upload(o, "", files(&[("pack.toml", SHORTER)])).await.unwrap();
        let ProposalState::Shown { shown: (_, states, steps) } = uploaded.state else { panic!("{:?}", uploaded.state) };
        assert!(states > 1_000 && steps > states, "the proof ran: {states} {steps}");
        assert_eq!(lodged(o).await.1.0, "cn/petition/2022", "nothing changes before somebody agrees");
        // Nobody agrees to their own, and no bureau's head to the county's.
        assert_eq!(
            fault(rules::approve(o, &staff(o, "countyxf.admin").await, &uploaded.key).await),
            "fault-rules-second"
        );
        assert!(matches!(
            rules::approve(o, &staff(o, "housing.head").await, &uploaded.key).await,
            Err(AppError::NotAllowed)
        ));
        let installed = rules::approve(o, &staff(o, "countyxf.head").await, &uploaded.key).await.unwrap();
        assert_eq!(installed.uploaded.by.as_ref().unwrap().0, "countyxf-admin");
        assert_eq!(installed.approved.as_ref().unwrap().by.as_ref().unwrap().0, "countyxf-head");
        let (_, under, legal) = lodged(o).await;
        assert_eq!((under.0.as_str(), legal.as_str()), ("cn/petition/2026", "2026-12-25"));
        // What began before goes on as it began.
        let old = matter_view::for_officer(o, &staff(o, "countyxf.clerk").await, &first).await.unwrap().matter;
        assert_eq!(old.pack.0, "cn/petition/2022");
        // Under the same id nothing else is taken.
        assert_eq!(fault(upload(o, "", files(&[("pack.toml", SHORTER)])).await), "fault-rules-there");
        // Another process of the same store sees it when it looks.
        let other = t.with_keys(Keyring::parse("CQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQk").unwrap());
        assert!(other.library().book(&PackId("cn/petition/2026".into())).is_none());
        rules::refresh(&other).await.unwrap();
        assert!(other.library().book(&PackId("cn/petition/2026".into())).is_some());
        // One act takes it back; what began under it goes on.
        let head = staff(o, "countyxf.head").await;
        rules::withdraw(o, &head, "cn/petition/2026").await.unwrap();
        assert_eq!(lodged(o).await.1.0, "cn/petition/2022");
        assert!(o.library().book(&PackId("cn/petition/2026".into())).is_some());
        assert_eq!(fault(rules::withdraw(o, &head, "cn/petition/2022").await), "fault-rules-last");
        rules::restore(o, &head, "cn/petition/2026").await.unwrap();
        assert_eq!(lodged(o).await.1.0, "cn/petition/2026");
        // Both at the same moment: one stays, and the office goes on.
        let both =
            tokio::join!(rules::withdraw(o, &head, "cn/petition/2026"), rules::withdraw(o, &head, "cn/petition/2022"));
        assert!(both.0.is_ok() != both.1.is_ok(), "{both:?}");
        assert_eq!(rules::office_lacks(o).await.unwrap(), None);
        for id in ["cn/petition/2026", "cn/petition/2022"] {
            rules::restore_at_machine(o, id).await.unwrap();
        }
        // Two agree at once: the second finds nothing that waits.
        let third = SHORTER.replace("cn/petition/2026", "cn/petition/2027");
        let uploaded = upload(o, "", files(&[("pack.toml", &third)])).await.unwrap();
        let both = tokio::join!(rules::approve(o, &head, &uploaded.key), rules::approve(o, &head, &uploaded.key));
        assert!(
            both.0.is_ok() != both.1.is_ok() && [both.0, both.1].iter().any(|r| matches!(r, Err(AppError::NotFound)))
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_pack_is_refused_in_words_and_never_in_force() {
    let t = sqlite_office(AT);
    let o = &office(&t).await;
    for (sent, why) in [
        (files(&[]), "fault-rules-none"),
        (files(&[("notes.txt", "x")]), "fault-rules-name"),
        (files(&[("../../pack.toml\u{202e}", "x")]), "fault-rules-name"),
        (files(&[("pack.toml", "[[state]]\nid = \"x\"\n")]), "fault-rules-no-pack"),
        (files(&[("pack.toml", "[pack]\nid = \"x/y\"\ntitle = {\n")]), "fault-rules-toml"),
        (files(&[("pack.toml", "[pack]\nid = \"../../etc\"\n")]), "fault-rules-id"),
        (files(&[("pack.toml", "[pack]\nid = \"cn/petition/2022\"\n")]), "fault-rules-there"),
        (files(&[("pack.toml", SHORTER), ("pack.toml", SHORTER)]), "fault-rules-twice"),
        (vec![("pack.toml".to_owned(), vec![0xff, 0xfe])], "fault-rules-text"),
        (vec![("pack.toml".to_owned(), vec![b'#'; rules::MAX_BYTES + 1])], "fault-rules-large"),
    ] {
        assert_eq!(fault(upload(o, "", sent).await), why);
    }
    assert_eq!(fault(upload(o, "xx", files(&[("2027.json", "{}")])).await), "fault-rules-no-calendar");
    // A wrong one is named with file and line, and cannot be approved to.
    let endless = "{% for i in range(100000) %}{% for j in range(100000) %}x{% endfor %}{% endfor %}";
    let paper = format!(
        "[[paper]]\nid = \"complaint_reply\"\ntitle = {{ zh = \"甲\", en = \"a\" }}\ncode = \"x\"\nfrom = \"holder\"\ntemplate = {{ zh = \"{endless}\", en = \"x\" }}\n"
    );
    let cases = [
        (SHORTER.replace("length = 5", "length = 50"), "route"),
        (SHORTER.replace("bound = \"petition_office\"", "bound = \"petitioner\""), "never a petitioner"),
        (SHORTER.replace("[[clock]]", "[[clocks]]"), "did you mean"),
        (SHORTER.replace("extends = \"cn/petition/2022\"", "extends = \"cn/petition/1999\""), "is not here"),
        (format!("{SHORTER}\n{paper}"), "fuel"),
        (format!("{SHORTER}\n{}", paper.replace("complaint_reply", "spare").replace(endless, "x")), "no move makes it"),
    ];
    for (text, why) in cases {
        let uploaded = upload(o, "", files(&[("pack.toml", &text)])).await.unwrap();
        let ProposalState::Refused { errors } = &uploaded.state else { panic!("{why}: {:?}", uploaded.state) };
        assert!(errors.iter().any(|e| e.contains(why)), "{why}: {errors:?}");
        let head = staff(o, "countyxf.head").await;
        assert_eq!(fault(rules::approve(o, &head, &uploaded.key).await), "fault-rules-not-shown");
        rules::discard(o, &head, &uploaded.key).await.unwrap();
    }
    assert!(rules::proposals(o, &staff(o, "countyxf.head").await).await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_holiday_notice_is_a_file_and_the_open_periods_follow() {
    on_both("a_holiday_notice", AT, |t| async move {
        let o = &office(&t).await;
        let (number, _, legal) = lodged(o).await;
        assert_eq!(legal, "2027-01-04", "by the days that the law itself names");
        let notice = r#"{ "year": 2027, "days": [
            { "name": "元旦", "date": "2027-01-01", "isOffDay": true },
            { "name": "调休", "date": "2027-01-04", "isOffDay": true },
            { "name": "调休", "date": "2027-01-09", "isOffDay": false } ] }"#;
        assert!(matches!(
            upload(o, "cn", files(&[("2027.json", "{ \"year\": 2027, \"days\": [ { \"name\": \"x\" } ] }")]))
                .await
                .unwrap()
                .state,
            ProposalState::Refused { .. }
        ));
        let uploaded = upload(o, "cn", files(&[("2027.json", notice)])).await.unwrap();
        assert!(matches!(uploaded.state, ProposalState::Shown { .. }), "{:?}", uploaded.state);
        let second = upload(o, "cn", files(&[("2027.json", &notice.replace("01-04", "01-05"))])).await.unwrap();
        let head = staff(o, "countyxf.head").await;
        rules::approve(o, &head, &uploaded.key).await.unwrap();
        assert_eq!(o.library().calendar("cn").unwrap().last_published(), Some(2027));
        // What was checked over the calendar of before is not what would be put in force.
        assert_eq!(fault(rules::approve(o, &head, &second.key).await), "fault-rules-changed");
        assert_eq!(reproject::reproject_all(o).await.unwrap().moved, 1);
        let matter = matter_view::for_officer(o, &staff(o, "countyxf.clerk").await, &number).await.unwrap().matter;
        assert_eq!((matter.owed()[0].legal.to_string().as_str(), matter.owed()[0].provisional), ("2027-01-05", false));
        let kept = rules::list(o, &head)
            .await
            .unwrap()
            .into_iter()
            .find(|i| i.kind == Kind::Calendar && i.id == "cn")
            .unwrap();
        assert_eq!(kept.before.len(), 1, "what it was before is on record");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_changed_in_the_store_is_not_worked_by() {
    let t = sqlite_office(AT);
    let o = &office(&t).await;
    assert_eq!(rules::office_lacks(o).await.unwrap(), None);
    let key = vec!["pack".to_owned(), "cn/office/2022".to_owned()];
    let mut doc: serde_json::Value =
        serde_json::from_str(&t.store.record(o.tenant(), Table::Rules, &key).await.unwrap().unwrap()).unwrap();
    doc["files"]["pack.toml"] =
        doc["files"]["pack.toml"].as_str().unwrap().replace("keep_years = 10", "keep_years = 1").into();
    let write = RecordWrite { table: Table::Rules, key, change: RecordChange::Put(doc.to_string()) };
    t.store.write(o.tenant(), vec![write]).await.unwrap();
    let refused = rules::load(o).await;
    assert!(matches!(&refused, Err(AppError::Refused(why)) if why.contains("cn/office/2022")), "{refused:?}");
    // Installing what was agreed to puts it right.
    let done = rules::install(o, &packs::shipped_texts(), false).await.unwrap();
    assert_eq!(done.replaced, ["pack:cn/office/2022"]);
    rules::load(o).await.unwrap();
    // An operator's command that brings another text is refused, and says what to do instead.
    let mut texts = packs::shipped_texts();
    let text = texts.packs.get_mut("cn/petition/2022").unwrap().get_mut("pack.toml").unwrap();
    let pack = PackId::new("cn/petition/2022");
    let kept = o.ground(&pack).await.unwrap().book.keep_years;
    *text = text.replace(&format!("keep_years = {kept}"), &format!("keep_years = {}", kept + 1));
    let refused = rules::install(o, &texts, false).await;
    assert!(matches!(&refused, Err(AppError::Refused(why)) if why.contains("--replace")), "{refused:?}");
    assert_eq!(rules::install(o, &texts, true).await.unwrap().replaced, ["pack:cn/petition/2022"]);
    assert_eq!(
        o.ground(&pack).await.unwrap().book.keep_years,
        kept + 1,
        "what is decided from now on reads the new text"
    );
    // A correction that takes a state away, in which matters stand, is none.
    let office = texts.packs.get_mut("cn/office/2022").unwrap();
    *office = office.iter().map(|(name, text)| (name.clone(), text.replace("\"train\"", "\"train_all\""))).collect();
    let refused = rules::install(o, &texts, true).await;
    assert!(matches!(&refused, Err(AppError::Refused(why)) if why.contains("clock `train`")), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pack_gives_no_post_of_another_pack_new_powers() {
    let t = sqlite_office(AT);
    let o = &office(&t).await;
    // By itself in order, and of a family that receives nothing: still the same post is not two things in one office.
    let mut texts = packs::shipped_texts();
    let mut other: std::collections::BTreeMap<String, String> = texts.packs["cn/office/2022"].clone();
    for text in other.values_mut() {
        *text = text
            .replace("cn/office/2022", "aa/pow/1")
            .replace("may = [\"take_up\", \"work\"]", "may = [\"take_up\", \"work\", \"administer\"]");
    }
    let sent: Vec<(String, Vec<u8>)> = other.iter().map(|(n, t)| (n.clone(), t.clone().into_bytes())).collect();
    let uploaded = upload(o, "", sent).await.unwrap();
    assert!(
        matches!(&uploaded.state, ProposalState::Refused { errors } if errors[0].contains("the post `clerk`")),
        "{:?}",
        uploaded.state
    );
    texts.packs.insert("aa/pow/1".into(), other);
    let refused = rules::install(o, &texts, false).await;
    assert!(matches!(&refused, Err(AppError::Refused(why)) if why.contains("the post `clerk`")), "{refused:?}");
    assert!(!staff(o, "housing.clerk").await.may(huiyin_app::domain::posts::Power::Administer));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_uploads_that_contradict_each_other_are_not_both_approved() {
    let t = sqlite_office(AT);
    let o = &office(&t).await;
    let head = staff(o, "countyxf.head").await;
    // Each by itself in order: two offices' duties that name the same new post with other powers.
    let shipped = packs::shipped_texts();
    let with = |id: &str, may: &str| -> Vec<(String, Vec<u8>)> {
        let post =
            format!("\n[[post]]\nid = \"porter\"\nlabel = {{ zh = \"门岗\", en = \"porter\" }}\nmay = [\"{may}\"]\n");
        let files = shipped.packs["cn/office/2022"].iter();
        files
            .map(|(n, t)| {
                (
                    n.clone(),
                    format!(
                        "{}{}",
                        t.replace("cn/office/2022", id),
                        if n == "posts.toml" { post.as_str() } else { "" }
                    )
                    .into_bytes(),
                )
            })
            .collect()
    };
    let first = upload(o, "", with("cn/office/2027", "work")).await.unwrap();
    let second = upload(o, "", with("cn/office/2028", "supervise")).await.unwrap();
    for proposal in [&first, &second] {
        assert!(matches!(proposal.state, ProposalState::Shown { .. }), "{:?}", proposal.state);
    }
    rules::approve(o, &head, &first.key).await.unwrap();
    assert_eq!(fault(rules::approve(o, &head, &second.key).await), "fault-rules-together");
    // What is in the store can still be read.
    rules::load(o).await.unwrap();
}
