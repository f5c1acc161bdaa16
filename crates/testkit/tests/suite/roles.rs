//! What each role sees: which pages open, and what it may do in a matter of each kind. Kept as texts under
//! `golden/roles`, one for each role, so that a change of rights is seen as a change of lines.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::disallowed_methods, reason = "a test")]

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::PathBuf;

use huiyin_app::domain::submission::Purpose;
use huiyin_app::lodge::{self, Lodging};
use huiyin_testkit::{Role, TestOffice, letter, petition, seeded_office, site, step};
use huiyin_web::ROUTES;

const AT: &str = "2026-03-02T10:00:00+08:00";

/// Officers by sign-in name; beside them stand a visitor and a petitioner.
const OFFICERS: [&str; 8] = [
    "countyxf.clerk",
    "countyxf.handler",
    "countyxf.head",
    "countyxf.admin",
    "housing.clerk",
    "housing.handler",
    "housing.head",
    "edu.clerk",
];

struct Sample {
    name: &'static str,
    number: String,
    code: String,
}

/// A matter that nobody touched, one that was handed over, an accusation.
async fn samples(t: &TestOffice) -> Vec<Sample> {
    let o = &t.office;
    let mut out = Vec::new();
    for (name, purpose, text) in [
        ("untouched", Purpose::Request, "路灯坏了三个月没人修"),
        ("handed over", Purpose::Request, "楼道漏水没人管"),
        ("accusation", Purpose::Accusation, "某站长倒卖电缆"),
    ] {
        let receipt = lodge::lodge(o, Lodging { purpose, ..petition(text) }).await.unwrap();
        out.push(Sample { name, number: format!("{}-1", receipt.number), code: receipt.code });
    }
    let refer = [("to_unit", "housing"), ("reason", "属于住建职责")];
    step(o, "countyxf.clerk", &out[1].number, "refer", &refer).await.unwrap();
    out
}

/// The moves a page leads to.
fn moves(html: &str, before: &str) -> Vec<String> {
    let marker = format!("href=\"{before}");
    let found: BTreeSet<&str> = html.split(&marker).skip(1).filter_map(|t| t.split('"').next()).collect();
    found.into_iter().map(str::to_owned).collect()
}

fn line(out: &mut String, name: &str, values: &[String]) {
    let values = if values.is_empty() { "-".to_owned() } else { values.join(" ") };
    writeln!(out, "{name}: {values}").unwrap();
}

/// Every page without a number in its address, with its answer.
async fn pages(role: &Role, out: &mut String) {
    for (method, path, _) in ROUTES.iter().filter(|(m, p, _)| *m == "GET" && !p.contains('{')) {
        let answer = role.get(path).send().await.unwrap();
        let to = answer.headers().get("location").and_then(|l| l.to_str().ok()).unwrap_or_default().to_owned();
        let to = to.split('?').next().unwrap_or_default();
        writeln!(out, "{method} {path} {} {to}", answer.status().as_u16()).unwrap();
    }
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/suite/golden/roles")
}

/// Compares with the text that is kept, or writes it.
fn compare(name: &str, text: &str) {
    let path = folder().join(format!("{name}.txt"));
    let text: String = text.lines().flat_map(|l| [l.trim_end(), "\n"]).collect();
    if std::env::var("HUIYIN_WRITE").is_ok() {
        std::fs::create_dir_all(folder()).unwrap();
        std::fs::write(&path, &text).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    for (was, is) in kept.lines().zip(text.lines()) {
        assert_eq!(was, is, "{name}: after a change of rights that is meant, run this test with HUIYIN_WRITE=1");
    }
    assert_eq!(kept, text, "{name}");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_role_sees_what_is_kept_of_it() {
    let t = seeded_office(AT);
    let base = site(&t.office).await;
    let samples = samples(&t).await;
    for login in OFFICERS {
        let mut out = String::new();
        let officer = Role::strict(&base).sign_in(login).await;
        pages(&officer, &mut out).await;
        for sample in &samples {
            let path = format!("/staff/matters/{}", sample.number);
            let answer = officer.get(&path).send().await.unwrap();
            writeln!(out, "\n{} {}", sample.name, answer.status().as_u16()).unwrap();
            let html = answer.text().await.unwrap();
            line(&mut out, "moves", &moves(&html, &format!("{path}/moves/")));
            let forms = ["correct", "part", "identity", "open"];
            let shown = forms.into_iter().filter(|f| html.contains(&format!("\"{path}/{f}\"")));
            line(&mut out, "beside", &shown.map(str::to_owned).collect::<Vec<_>>());
        }
        compare(login, &out);
    }
    let mut out = String::new();
    pages(&Role::strict(&base), &mut out).await;
    compare("visitor", &out);
    let mut out = String::new();
    for sample in &samples {
        let her = Role::strict(&base);
        her.post("/follow").form(&[("code", &sample.code)]).send().await.unwrap();
        let html = her.page("/my").await;
        writeln!(out, "\n{}", sample.name).unwrap();
        line(&mut out, "moves", &moves(&html, "/my/1/"));
    }
    compare("petitioner", out.trim_start());
}

#[test]
fn no_text_is_kept_of_a_role_that_is_gone() {
    let kept: BTreeSet<String> =
        std::fs::read_dir(folder()).unwrap().flatten().map(|e| e.file_name().to_string_lossy().into_owned()).collect();
    let roles = OFFICERS.into_iter().chain(["visitor", "petitioner"]).map(|r| format!("{r}.txt")).collect();
    assert_eq!(kept, roles);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_list_tells_what_an_accusation_says() {
    let t = seeded_office(AT);
    let base = site(&t.office).await;
    let receipt = letter(&t.office, "2026-03-02", |l| {
        l.purpose = Purpose::Accusation;
        l.text = "某站长把换下来的电缆卖了".into();
        l.title = "某站长倒卖电缆".into();
        l.place_name = Some("柳湾变电站".into());
        l.complained_of = Some("柳湾供电站".into());
    })
    .await;
    let number = format!("{}-1", receipt.number);
    let words = ["倒卖", "变电站", "供电站", "卖了"];
    let officer = Role::officer(&base, "countyxf.clerk").await;
    let offers = officer.page(&format!("/staff/matters/{number}")).await;
    let steps = moves(&offers, &format!("/staff/matters/{number}/"));
    assert!(steps.iter().any(|s| s == "correct") && steps.iter().any(|s| s.starts_with("moves/")), "{steps:?}");
    let mut paths: Vec<String> = ROUTES
        .iter()
        .filter(|(method, path, _)| *method == "GET" && path.starts_with("/staff") && !path.contains('{'))
        .map(|(_, path, _)| (*path).to_owned())
        .collect();
    paths.extend([format!("/staff/search?q={number}"), "/staff/search?q=电缆".to_owned()]);
    paths.push(format!("/staff/matters/{number}"));
    paths.extend(steps.iter().map(|s| format!("/staff/matters/{number}/{s}")));
    let mut listed = 0;
    for path in &paths {
        let answer = officer.get(path).send().await.unwrap();
        let status = answer.status();
        let html = answer.text().await.unwrap();
        assert!(status.is_success() || status == 403, "{path}: {status}");
        listed += usize::from(html.contains(&number));
        // What somebody typed is shown to her again.
        let html = html.replace("value=\"电缆\"", "");
        assert!(!words.iter().any(|w| html.contains(w)), "{path}: {html}");
    }
    assert!(listed > 5, "the accusation stands on {listed} pages");
    // Opened for a purpose it says all of it.
    let page = format!("/staff/matters/{number}");
    let open = officer.send(&page, &format!("{page}/open"), &[("purpose", "核对受理范围")]).await.text().await.unwrap();
    assert!(words.iter().all(|w| open.contains(w)), "{open}");
    // A correction leaves what its form does not show.
    let form = [
        ("title", ""),
        ("place_name", ""),
        ("complained_of", "柳湾供电所"),
        ("reason", "写错一字"),
        ("headcount", "1"),
    ];
    let done = officer.send(&format!("{page}/correct"), &format!("{page}/correct"), &form).await;
    let status = done.status();
    let body = done.text().await.unwrap();
    assert!(status.is_success(), "{status} {body}");
    // What stood there before is closed again, in the record as well.
    let closed = officer.page(&page).await;
    let before = ["倒卖", "变电站", "供电站", "供电所"];
    assert!(closed.contains("写错一字") || closed.contains("更正"), "the correction itself is told: {closed}");
    assert!(!before.iter().any(|w| closed.contains(w)), "{closed}");
    let open = officer.send(&page, &format!("{page}/open"), &[("purpose", "核对更正")]).await.text().await.unwrap();
    assert!(open.contains("倒卖") && open.contains("变电站") && open.contains("供电所"), "{open}");
    // What is to be empty says so.
    let form = [("place_name", ""), ("clear_place_name", "1"), ("reason", "没有写地点"), ("headcount", "1")];
    officer.send(&format!("{page}/correct"), &format!("{page}/correct"), &form).await;
    let open = officer.send(&page, &format!("{page}/open"), &[("purpose", "核对更正")]).await.text().await.unwrap();
    let facts = open.split("<dl class=\"facts\">").nth(1).unwrap().split("</dl>").next().unwrap().to_owned();
    assert!(!facts.contains("变电站") && facts.contains("供电所"), "{facts}");
}
