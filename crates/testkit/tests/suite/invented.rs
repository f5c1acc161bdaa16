//! A country that nobody thought of when the program was written: other ids, posts and kinds of units, three appeals,
//! months, a weekend on Friday and Saturday, three languages. It goes from lodging to archive without a line of Rust.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test")]

use std::path::PathBuf;

use huiyin_app::directory::{self, Entry, OfficerForm};
use huiyin_app::domain::ids::UnitId;
use huiyin_app::domain::posts::{Post, UnitKind};
use huiyin_app::domain::procedure::Phase;
use huiyin_app::domain::unit::{Seat, Unit};
use huiyin_app::{Office, follow, lodge, matter_view, packs, rules, sweep, verify, yearly};
use huiyin_demo as demo;
use huiyin_testkit::{TestOffice, on_both, petition, staff, step, the_move};
use huiyin_web::WebConfig;
use huiyin_wording::{Language, Wording};

const AT: &str = "2026-01-15T10:00:00+08:00";
/// The front office of test offices.
const BENCH: &str = demo::FRONT_OFFICE;

fn example() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../examples/lantia")
}

fn unit(id: &str, kind: &str, superior: Option<&str>) -> Unit {
    Unit {
        id: UnitId::new(id),
        name: format!("{kind} {id}"),
        name_en: String::new(),
        letters: String::new(),
        kind: UnitKind::from_id(kind),
        superior: superior.map(UnitId::new),
        address: "1 Quay".into(),
        telephone: "100".into(),
        hours: "9-5".into(),
        procedure: String::new(),
        active: true,
    }
}

/// An office of Lantia with its own people; nothing of another country is installed.
async fn lantia(t: &TestOffice) -> Office {
    let office = t.office.with_library(Default::default()).with_procedure("lantia/plaint");
    let done = rules::install(&office, &packs::texts_of(&example()).unwrap(), false).await.unwrap();
    assert_eq!(done.new, ["calendar:lantia", "pack:lantia/plaint/1"]);
    // Its language is a folder; without it, nothing is served.
    if Language::parse("fr").is_none() {
        assert!(
            rules::office_lacks(&office)
                .await
                .unwrap()
                .is_some_and(|why| why.contains("`fr`") && why.contains("locales"))
        );
        let (_, lacking) = Wording::load_with(&example().join("locales")).unwrap();
        assert!(lacking.iter().all(|(tag, n)| tag == "fr" && *n > 0), "{lacking:?}");
    }
    assert_eq!(rules::office_lacks(&office).await.unwrap(), None);
    directory::found(&office, unit(BENCH, "bench", None), "keeper", "Keeper", "a long enough password").await.unwrap();
    let keeper = staff(&office, "keeper").await;
    let units = [
        ("realm", "abroad", None),
        ("court", "crown", Some("realm")),
        ("shire", "crown", Some("court")),
        ("weavers", "guild", Some("shire")),
        (BENCH, "bench", Some("shire")),
    ];
    for (id, kind, above) in units {
        directory::put_unit(
            &office,
            &keeper,
            unit(id, kind, above),
            if id == BENCH { Entry::Known } else { Entry::New },
        )
        .await
        .unwrap();
    }
    for place in [BENCH, "shire", "court", "weavers"] {
        for post in ["registrar", "examiner", "warden", "auditor"] {
            let form = OfficerForm {
                id: None,
                login: format!("{place}.{post}"),
                name: format!("{post} {place}"),
                unit: UnitId::new(place),
                seats: vec![Seat::open(Post::from_id(post))],
                active: true,
                substitute: None,
            };
            directory::put_officer(&office, &keeper, form).await.unwrap();
        }
    }
    office
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invented_procedure_goes_from_lodging_to_archive() {
    on_both("invented", AT, |t| async move {
        let o = &lantia(&t).await;
        let mut lodged = petition("The bridge toll was taken twice.");
        lodged.class = Some("Tolls/Bridges".into());
        let receipt = lodge::lodge(o, lodged).await.unwrap();
        let number = &format!("{}-1", receipt.number);
        let clocks = |m: &huiyin_app::domain::matter::Matter| {
            m.owed().iter().map(|c| (c.rule.0.clone(), c.legal.to_string())).collect::<Vec<_>>()
        };
        let seen = |login: &'static str| async move {
            matter_view::for_officer(o, &staff(o, login).await, number).await.unwrap().matter
        };
        // One week; the day is a Thursday, on which people work.
        assert_eq!(clocks(&seen("countyxf.registrar").await), [("allot".to_owned(), "2026-01-22".to_owned())]);
        step(o, "countyxf.registrar", number, "allot", &[("to_unit", "weavers")]).await.unwrap();
        let answer = [
            ("request", "back"),
            ("facts", "twice"),
            ("outcome", "dismissed"),
            ("opinion", "no"),
            ("legal_basis", "s. 7"),
        ];
        // Two months from receipt are 15 March, a Sunday, which is a day of work there.
        assert_eq!(clocks(&seen("weavers.examiner").await)[0].1, "2026-03-15");
        // Late: the bench is called on by its auditor.
        t.time.go("2026-03-16T09:00:00+08:00");
        sweep::sweep_office(o).await.unwrap();
        let late = seen("countyxf.auditor").await;
        let inquiry = late.clocks.iter().find(|c| c.about.is_some()).unwrap();
        assert_eq!((inquiry.bound.unit.as_ref().unwrap().0.as_str(), inquiry.bound.post.word()), (BENCH, "auditor"));
        step(o, "weavers.examiner", number, "decide", &answer).await.unwrap();
        // Three appeals, one after the other; the last body above does not use the program, so that the bench records
        // what it does.
        for (n, (day, reviewer)) in
            [("2026-03-17", "shire.examiner"), ("2026-05-03", "court.examiner"), ("2026-07-01", "countyxf.examiner")]
                .into_iter()
                .enumerate()
        {
            t.time.go(&format!("{day}T09:00:00+08:00"));
            step(
                o,
                "weavers.registrar",
                number,
                &format!("tell_{n}"),
                &[("way", "courier"), ("received_on", day), ("proof", "x")],
            )
            .await
            .unwrap();
            follow_step(o, &receipt.code, &format!("appeal_{}", n + 1)).await;
            let decision = [("outcome", "upheld"), ("facts", "a"), ("opinion", "b"), ("legal_basis", "l")];
            step(o, reviewer, number, &format!("decide_appeal_{}", n + 1), &decision).await.unwrap();
        }
        step(
            o,
            "weavers.registrar",
            number,
            "tell_3",
            &[("way", "by_hand"), ("received_on", "2026-07-01"), ("proof", "x")],
        )
        .await
        .unwrap();
        let closed = step(o, "weavers.registrar", number, "close", &[]).await.unwrap();
        assert_eq!(closed.phase, Phase::Archived);
        // Papers in the binding language, the other beside it, numbered as that country does.
        let letter = follow::open(o, &receipt.code, "127.0.0.1").await.unwrap();
        let made = follow::papers(o, &letter, 1).await.unwrap().1;
        let first = &made[0].letter;
        assert!(first.number.starts_with("LT/R/1/2026"), "{}", first.number);
        assert!(
            first.title.contains("Réponse") && first.second.as_ref().unwrap().title.contains("Answer"),
            "{} {:?}",
            first.title,
            first.second
        );
        assert!(verify::verify_all(o, &mut |_| {}).await.unwrap().findings.is_empty());
        // The yearly report counts and says what its pack does.
        let warden = staff(o, "countyxf.warden").await;
        let counted = yearly::figures(o, &warden, 2026).await.unwrap();
        assert_eq!((counted.received, counted.counts["appeals"]), (1, 1));
        let report = yearly::letter(o, &warden, 2026).await.unwrap();
        let (french, english) = (report.texts().concat(), report.second.unwrap().texts().concat());
        assert!(french.contains("6. Recours") && french.contains("1 recours formés"), "{french}");
        assert!(english.contains("6. Appeals") && english.contains("1 went to appeal"), "{english}");
    })
    .await;
}

/// An act of the plaintiff, by the receipt code.
async fn follow_step(o: &Office, code: &str, id: &str) {
    let letter = follow::open_to_act(o, code, "127.0.0.1").await.unwrap();
    follow::make(o, &letter, 1, the_move(id, &[("words", "I disagree")]))
        .await
        .unwrap_or_else(|e| panic!("{id}: {e:?}"));
}

#[tokio::test(flavor = "multi_thread")]
async fn its_pages_are_in_its_languages() {
    let t = huiyin_testkit::sqlite_office(AT);
    let o = &lantia(&t).await;
    assert_eq!(o.binding(), Language::parse("fr").unwrap());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let site = huiyin_web::router(o.clone(), WebConfig::default()).unwrap();
    tokio::spawn(huiyin_web::serve(listener, site, false, std::future::pending()));
    let page = |path: &'static str| {
        let address = format!("{base}{path}");
        async move { reqwest::get(address).await.unwrap().text().await.unwrap() }
    };
    // Whoever asks for nothing gets the language that binds there.
    let home = page("/").await;
    assert!(home.contains("lang=\"fr\"") && home.contains("2 mois") && home.contains("guilde"), "{home}");
    assert!(!home.contains('⟦'), "{home}");
    let home = page("/?lang=en").await;
    assert!(home.contains("2 months") && home.contains("/language/fr"), "{home}");
    let procedure = page("/procedure?lang=en").await;
    assert!(procedure.contains("Plaints Act") && procedure.contains("the guild looks into it"), "{procedure}");
    // Nothing of another country's law is told: no line for accusations is promised where there is none.
    let purposes = page("/lodge/purpose?lang=en").await;
    assert!(!purposes.contains("those it is about are not told"), "{purposes}");
}
