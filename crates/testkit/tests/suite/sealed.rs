//! The vault is sealed: what she gives as identity or contact, and her files, stand nowhere in plain: not in the
//! database, nor its write-ahead log, nor in files. What is sealed opens for whom it opened before.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test")]

use std::path::Path;

use huiyin_app::domain::submission::{Channel, Naming, PaperFacts};
use huiyin_app::lodge::{self, Keep, Lodging, Registration};
use huiyin_app::sealing::{Key, Keyring};
use huiyin_app::{AppError, Identity, corrections, follow, matter_view, package};
use huiyin_storage::{Changes, VaultRecord};
use huiyin_testkit::{TestOffice, given, on_both, petition, postgres_rows, site, staff, step};
use reqwest::multipart::{Form, Part};

const AT: &str = "2026-03-02T10:00:00+08:00";
/// Each in its own place, so that the one that is found says where it leaks.
const MARKS: [&str; 15] = [
    "标名甲",
    "13900011111",
    "biaoji@mark.example",
    "标记路一号",
    "标代乙",
    "标委托书丙",
    "标联丁",
    "标代表戊",
    "标需要己",
    "标改名庚",
    "13900022222",
    "标受托辛",
    "标授权壬",
    "标记文件癸",
    "标草稿子",
];

/// Every byte that lies on the disk: files of the office, and with PostgreSQL every row.
async fn everything(t: &TestOffice, rows: Option<&str>) -> Vec<(String, Vec<u8>)> {
    fn walk(folder: &Path, out: &mut Vec<(String, Vec<u8>)>) {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() {
                walk(&path, out)
            } else {
                out.push((path.display().to_string(), std::fs::read(&path).unwrap()))
            }
        }
    }
    let mut out = Vec::new();
    walk(t.folder.path(), &mut out);
    if let Some(url) = rows {
        out.push(("rows".into(), postgres_rows(url).await.into_bytes()));
    }
    assert!(!out.is_empty());
    out
}

fn found(all: &[(String, Vec<u8>)]) -> Vec<String> {
    let has = |bytes: &[u8], mark: &str| bytes.windows(mark.len()).any(|w| w == mark.as_bytes());
    let places = |mark: &&str| {
        all.iter().filter(|(_, b)| has(b, mark)).map(|(p, _)| format!("{mark} in {p}")).collect::<Vec<_>>()
    };
    MARKS.iter().flat_map(places).collect()
}

async fn plant(t: &TestOffice) -> (String, String) {
    let o = &t.office;
    let base = site(o).await;
    // A form that is never sent: her answers and a file.
    let client = reqwest::Client::builder().cookie_store(true).build().unwrap();
    client.get(format!("{base}/lodge")).send().await.unwrap();
    client
        .post(format!("{base}/lodge/who"))
        .form(&[("naming", "named"), ("name", "标草稿子"), ("telephone", "13900022222")])
        .send()
        .await
        .unwrap();
    let file = Form::new().part("files", Part::bytes("标记文件癸，写在草稿里".as_bytes().to_vec()).file_name("一.txt"));
    assert!(client.post(format!("{base}/lodge/files")).multipart(file).send().await.unwrap().status().is_success());
    // One that is sent, with everything that says who she is.
    let identity = Identity {
        name: "标名甲".into(),
        telephone: "13900011111".into(),
        email: "biaoji@mark.example".into(),
        address: "标记路一号".into(),
        agent: "标代乙".into(),
        agent_paper: "标委托书丙".into(),
        co_signers: vec!["标联丁".into()],
        representatives: vec!["标代表戊".into()],
        needs: "标需要己".into(),
    };
    let taken = lodge::take_file(o, "材料.txt", "标记文件癸，随信附上".as_bytes(), "petitioner").await.unwrap();
    let lodging = Lodging {
        naming: Naming::Named,
        identity,
        by_agent: true,
        headcount: 2,
        files: vec![taken.record],
        ..petition("路灯坏了三个月没人修")
    };
    let clerk = staff(o, "countyxf.clerk").await;
    let arrival = Registration {
        channel: Channel::Visit,
        received_on: "2026-03-02".parse().unwrap(),
        paper: PaperFacts::default(),
        keep: Keep::Whole,
    };
    let receipt = lodge::register(o, &clerk, lodging, arrival).await.unwrap();
    let number = format!("{}-1", receipt.number);
    // Corrected, with an agent shown by a document, and with a paper.
    let fields = given(&[("name", "标改名庚"), ("telephone", "13900022222"), ("reason", "听错了")]);
    corrections::correct(o, &clerk, &number, &fields, Vec::new()).await.unwrap();
    let paper = lodge::store_file(o, "委托书.txt", "标记文件癸，委托书".as_bytes(), "countyxf").await.unwrap();
    let appoint = huiyin_app::act::Move {
        files: vec![paper],
        ..huiyin_testkit::the_move(
            "appoint_agent",
            &[("agent_name", "标受托辛"), ("agent_basis", "lawyer"), ("authority", "标授权壬")],
        )
    };
    huiyin_app::act::by_officer(o, &clerk, &number, appoint).await.unwrap();
    step(o, "countyxf.clerk", &number, "refer", &[("to_unit", "housing")]).await.unwrap();
    (number, receipt.code)
}

#[tokio::test(flavor = "multi_thread")]
async fn marks_in_every_place_are_found_nowhere_and_open_as_before() {
    on_both("sealed", AT, |t| async move {
        let o = &t.office;
        let (number, code) = plant(&t).await;
        let all = everything(&t, t.database.as_deref()).await;
        let text = "路灯坏了三个月没人修".as_bytes();
        assert!(
            all.iter().any(|(_, bytes)| bytes.windows(text.len()).any(|w| w == text)),
            "her text stands there, so a mark would be seen"
        );
        let leaks = found(&all);
        assert!(leaks.is_empty(), "{leaks:#?}");
        // Whoever may read it reads it, with a purpose.
        let clerk = staff(o, "countyxf.clerk").await;
        let (matter, person) = matter_view::identity(o, &clerk, &number, "核对").await.unwrap();
        assert_eq!(
            (person.identity.name.as_str(), person.identity.agent.as_str(), person.identity.address.as_str()),
            ("标改名庚", "标代乙、标受托辛", "标记路一号")
        );
        assert_eq!(person.corrections.iter().find(|c| c.field == "name").unwrap().was, "标名甲");
        let document = &matter_view::identity_files(o, &matter).await.unwrap()[0];
        let bytes = matter_view::identity_file(o, &matter, &document.id).await.unwrap().1;
        assert_eq!(bytes, "标记文件癸，委托书".as_bytes());
        let record = follow::open(o, &code, "192.0.2.1").await.unwrap();
        let view = follow::view(o, &record).await.unwrap();
        let hers = view[0].files.iter().find(|f| f.name == "材料.txt").unwrap();
        assert_eq!(follow::file(o, &record, &hers.id).await.unwrap().1, "标记文件癸，随信附上".as_bytes());
        let packed = package::of_matter(o, &number).await.unwrap();
        assert!(
            packed.missing.is_empty() && packed.entries.iter().any(|e| e.bytes == "标记文件癸，随信附上".as_bytes())
        );
        // Changed bytes are not served as hers.
        let path = t.folder.path().join("files").join(hers.on_disk().get(..2).unwrap()).join(hers.on_disk());
        let mut changed = std::fs::read(&path).unwrap();
        *changed.last_mut().unwrap() ^= 1;
        std::fs::write(&path, changed).unwrap();
        assert!(matches!(follow::file(o, &record, &hers.id).await, Err(AppError::Internal { .. })));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_rotation_everything_opens_with_the_new_key_alone() {
    on_both("rotation", AT, |t| async move {
        let (number, _) = plant(&t).await;
        // A row of a store from before, when nothing was sealed.
        let before = huiyin_testkit::letter(&t.office, "2026-03-02", |_| {}).await;
        let submission = t
            .store
            .matter_by_number(t.office.tenant(), &format!("{}-1", before.number))
            .await
            .unwrap()
            .unwrap()
            .details()
            .submission
            .clone();
        let mut changes = Changes::new(t.office.tenant().clone());
        let identity = Identity { name: "未封某".into(), ..Identity::default() };
        changes.vaults.push(VaultRecord::Plain { submission: submission.clone(), identity, corrections: Vec::new() });
        t.store.commit(changes).await.unwrap();
        let clerk = staff(&t.office, "countyxf.clerk").await;
        let (_, person) =
            matter_view::identity(&t.office, &clerk, &format!("{}-1", before.number), "核对").await.unwrap();
        assert_eq!(person.identity.name, "未封某");
        let old = Keyring::parse("CQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQk").unwrap();
        let both = old.rotated().unwrap();
        let o = t.with_keys(both.clone());
        assert!(huiyin_app::rotation::rotate_all(&o).await.unwrap() > 0);
        assert_eq!(huiyin_app::rotation::rotate_all(&o).await.unwrap(), 0, "once is enough");
        let row = serde_json::to_string(&t.store.vault(o.tenant(), &submission).await.unwrap().unwrap()).unwrap();
        assert!(!row.contains("未封某"), "{row}");
        for (keys, opens) in
            [(both.without_older(), true), (old, false), (Keyring::with_current(Key::random().unwrap()), false)]
        {
            let o = t.with_keys(keys);
            let read = matter_view::identity(&o, &clerk, &number, "核对").await;
            assert_eq!(read.is_ok_and(|(_, p)| p.identity.name == "标改名庚"), opens);
            let matter = matter_view::for_officer(&o, &clerk, &number).await.unwrap();
            assert_eq!(
                matter_view::file(&o, &clerk, &number, &matter.files[0].id).await.is_ok(),
                opens,
                "files open with the key of their submission"
            );
        }
    })
    .await;
}
