//! For tests only: offices on real stores with settable time.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "test support"
)]

mod role;

pub use role::{Role, field, sign_in};

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, OnceLock};

use huiyin_app::act::{self, Move};
use huiyin_app::lodge::{self, Keep, Lodging, Receipt, Registration};
use huiyin_app::packs::Library;
use huiyin_app::{AppError, Identity, Ids, Office, Parts, Staff, TimeSource};
use huiyin_domain::ids::{TenantId, UnitId};
use huiyin_domain::matter::Matter;
use huiyin_domain::submission::{Channel, Naming, PaperFacts, Purpose, ReplyWay};
use huiyin_files::FileStore;
use huiyin_storage::Store;
use huiyin_storage_postgres::PostgresStore;
use huiyin_storage_sqlite::SqliteStore;
use huiyin_vault::Keyring;
use huiyin_wording::Wording;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use tempfile::TempDir;

/// Time a test sets; machine time is the real one until it is moved.
#[derive(Debug)]
pub struct TestTime {
    office: AtomicI64,
    /// Seconds by which the machine's time runs ahead.
    ahead: AtomicI64,
}

impl TestTime {
    /// Starts at an instant such as `2026-03-02T09:00:00+08:00`.
    pub fn at(text: &str) -> Arc<Self> {
        Arc::new(Self {
            office: AtomicI64::new(text.parse::<Timestamp>().unwrap().as_second()),
            ahead: AtomicI64::new(0),
        })
    }

    /// Goes to an instant.
    pub fn go(&self, text: &str) {
        self.office.store(text.parse::<Timestamp>().unwrap().as_second(), Ordering::SeqCst);
    }

    /// Lets office time pass.
    pub fn pass(&self, seconds: i64) {
        self.office.fetch_add(seconds, Ordering::SeqCst);
    }

    /// Moves the machine's time on.
    pub fn machine_minutes(&self, minutes: i64) {
        self.ahead.fetch_add(minutes * 60, Ordering::SeqCst);
    }
}

impl TimeSource for TestTime {
    fn machine_now(&self) -> Timestamp {
        Timestamp::now() + jiff::SignedDuration::from_secs(self.ahead.load(Ordering::SeqCst))
    }
    fn office_now(&self) -> Timestamp {
        Timestamp::from_second(self.office.load(Ordering::SeqCst)).unwrap()
    }
    fn move_to(&self, at: Timestamp) -> bool {
        self.office.store(at.as_second(), Ordering::SeqCst);
        true
    }
}

/// An office on a temporary folder.
pub struct TestOffice {
    /// The office.
    pub office: Office,
    /// Its time.
    pub time: Arc<TestTime>,
    /// Its folder; removed with it.
    pub folder: TempDir,
    /// The address of its PostgreSQL database, where it has one.
    pub database: Option<String>,
    /// Its store, beside the office.
    pub store: Arc<dyn Store>,
}

/// Keeps the whole office, its folder included, in a closure that uses only a part of it.
impl Drop for TestOffice {
    fn drop(&mut self) {}
}

/// An office on SQLite.
pub fn sqlite_office(at: &str) -> TestOffice {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(SqliteStore::open(&folder.path().join("huiyin.db")).unwrap());
    office_on(store, folder, at)
}

/// An office on any store.
pub fn office_on(store: Arc<dyn Store>, folder: TempDir, at: &str) -> TestOffice {
    let time = TestTime::at(at);
    let office = Office::new(parts(Arc::clone(&store), folder.path(), Arc::clone(&time), keyring()));
    TestOffice { office, time, folder, store, database: None }
}

fn parts(store: Arc<dyn Store>, folder: &Path, time: Arc<TestTime>, keys: Keyring) -> Parts {
    Parts {
        store,
        files: FileStore::open(&folder.join("files")).unwrap(),
        library: library(),
        wording: Arc::new(Wording::load().unwrap()),
        time,
        ids: Ids::Random,
        tenant: TenantId::new("test"),
        zone: TimeZone::get("Asia/Shanghai").unwrap(),
        secret: vec![7; 32],
        keys,
        front_office: UnitId::new(huiyin_demo::FRONT_OFFICE),
        faces: None,
        procedure: "cn/petition".into(),
        division: huiyin_demo::DIVISION.into(),
    }
}

/// An office on SQLite that gives the same ids in the same order each time, for snapshots.
pub fn seeded_office(at: &str) -> TestOffice {
    let folder = tempfile::tempdir().unwrap();
    let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&folder.path().join("huiyin.db")).unwrap());
    let time = TestTime::at(at);
    let parts = parts(Arc::clone(&store), folder.path(), Arc::clone(&time), keyring());
    let office = Office::new(Parts { ids: Ids::Seeded(Arc::default()), ..parts });
    TestOffice { office, time, folder, store, database: None }
}

fn keyring() -> Keyring {
    Keyring::parse("CQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQk").unwrap()
}

impl TestOffice {
    /// The same office with other keys.
    pub fn with_keys(&self, keys: Keyring) -> Office {
        Office::new(parts(Arc::clone(&self.store), self.folder.path(), Arc::clone(&self.time), keys))
    }
}

/// The packs that come with the program, read once for all tests of a process.
fn library() -> Arc<Library> {
    static LIBRARY: OnceLock<Arc<Library>> = OnceLock::new();
    Arc::clone(LIBRARY.get_or_init(|| Arc::new(Library::shipped().unwrap())))
}

/// A fresh PostgreSQL database, or `None` when no server is named in `HUIYIN_TEST_POSTGRES`.
/// With `HUIYIN_CI=1` a missing server is a failure; elsewhere the test says that it was not run.
pub async fn postgres_store(test: &str) -> Option<Arc<PostgresStore>> {
    let url = postgres_database(test).await?;
    Some(Arc::new(PostgresStore::open(&url, None).await.unwrap()))
}

/// A fresh PostgreSQL database as its address, for tests that reach it beside the store; `None` as [`postgres_store`].
pub async fn postgres_database(test: &str) -> Option<String> {
    let Ok(url) = std::env::var("HUIYIN_TEST_POSTGRES") else {
        not_run(test, "HUIYIN_TEST_POSTGRES names no PostgreSQL server");
        return None;
    };
    let name = format!("t{}", uuid::Uuid::now_v7().simple());
    let (client, connection) =
        tokio_postgres::connect(&format!("{url} dbname=postgres"), tokio_postgres::NoTls).await.unwrap();
    let driver = tokio::spawn(connection);
    client.batch_execute(&format!("CREATE DATABASE {name}")).await.unwrap();
    drop(client);
    driver.abort();
    Some(format!("{url} dbname={name}"))
}

/// Every row of a PostgreSQL database as text, to look for what must not stand in it.
pub async fn postgres_rows(url: &str) -> String {
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await.unwrap();
    let driver = tokio::spawn(connection);
    let mut out = String::new();
    for table in client.query("SELECT tablename::text FROM pg_tables WHERE schemaname='public'", &[]).await.unwrap() {
        let table: String = table.get(0);
        for row in client.query(&format!("SELECT t::text FROM \"{table}\" t"), &[]).await.unwrap() {
            out.push_str(row.get(0));
            out.push('\n');
        }
    }
    driver.abort();
    out
}

/// Says that a test was not run; fails where everything must run.
pub fn not_run(test: &str, why: &str) {
    assert!(std::env::var("HUIYIN_CI").is_err(), "{test}: could not run: {why}");
    eprintln!("{test}: not run: {why}");
}

/// axe-core, if `HUIYIN_TEST_AXE` names its file: it looks at pages for faults of accessibility.
pub fn axe_core() -> Option<String> {
    let Ok(path) = std::env::var("HUIYIN_TEST_AXE") else {
        eprintln!("axe: not run: HUIYIN_TEST_AXE names no axe.min.js (scripts/test fetches it)");
        return None;
    };
    Some(std::fs::read_to_string(path).unwrap())
}

/// Serves an office with the demo county's people on a free port; returns the address.
pub async fn site(office: &Office) -> String {
    site_with(office, huiyin_web::WebConfig::default()).await
}

/// As [`site`], served in another way.
pub async fn site_with(office: &Office, config: huiyin_web::WebConfig) -> String {
    huiyin_demo::people(office).await.unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let site = huiyin_web::router(office.clone(), config).unwrap();
    tokio::spawn(huiyin_web::serve(listener, site, false, std::future::pending()));
    address
}

/// A machine's token that acts as an officer, by sign-in name.
pub async fn token(office: &Office, login: &str) -> String {
    let directory = office.directory().await.unwrap();
    let find = |login: &str| {
        directory.officers.iter().find(|o| o.login == login).unwrap_or_else(|| panic!("no officer {login}")).clone()
    };
    let admin = huiyin_app::Staff::from_officer(find("countyxf.head"), &directory);
    huiyin_app::sign_in::make_token(office, &admin, &find(login).id, "test").await.unwrap()
}

/// Runs a test body on both backends, each with a fresh office.
pub async fn on_both<F, Fut>(test: &str, at: &str, body: F)
where
    F: Fn(TestOffice) -> Fut,
    Fut: Future<Output = ()>,
{
    body(sqlite_office(at)).await;
    if let Some(url) = postgres_database(test).await {
        let store = Arc::new(PostgresStore::open(&url, None).await.unwrap());
        let mut office = office_on(store, tempfile::tempdir().unwrap(), at);
        office.database = Some(url);
        body(office).await;
    }
}

/// An officer of the demo county, by sign-in name.
pub async fn staff(office: &Office, login: &str) -> Staff {
    let directory = office.directory().await.unwrap();
    Staff::from_officer(
        directory.officers.iter().find(|o| o.login == login).unwrap_or_else(|| panic!("no officer {login}")).clone(),
        &directory,
    )
}

/// A petition to the demo county's petition office, anonymous and answered by code only.
pub fn petition(text: &str) -> Lodging {
    Lodging {
        form_token: huiyin_app::random_hex(8).unwrap(),
        unit: UnitId::new(huiyin_demo::FRONT_OFFICE),
        title: String::new(),
        text: text.into(),
        class: None,
        place: None,
        place_name: None,
        purpose: Purpose::Request,
        complained_of: None,
        headcount: 1,
        naming: Naming::Anonymous,
        by_agent: false,
        second_language: false,
        reply: ReplyWay::CodeOnly,
        identity: Identity::default(),
        files: Vec::new(),
        burst: None,
    }
}

/// A letter to the demo county's petition office, registered by its clerk, with what is changed of it.
pub async fn letter(office: &Office, received: &str, change: impl FnOnce(&mut Lodging)) -> Receipt {
    let identity = Identity { name: "测试某".into(), address: "测试路1号".into(), ..Identity::default() };
    let mut lodging = Lodging { naming: Naming::Named, identity, ..petition("路灯坏了，请修。") };
    change(&mut lodging);
    let arrival = Registration {
        channel: Channel::Letter,
        received_on: received.parse().unwrap(),
        paper: PaperFacts::default(),
        keep: Keep::Whole,
    };
    lodge::register(office, &staff(office, "countyxf.clerk").await, lodging, arrival).await.unwrap()
}

/// The fields of a form.
pub fn given(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
}

/// A move by an officer of the demo county.
pub async fn step(
    office: &Office,
    login: &str,
    number: &str,
    id: &str,
    fields: &[(&str, &str)],
) -> Result<Matter, AppError> {
    act::by_officer(office, &staff(office, login).await, number, the_move(id, fields)).await
}

/// A move with its fields.
pub fn the_move(id: &str, fields: &[(&str, &str)]) -> Move {
    Move { id: id.into(), fields: given(fields), ..Move::default() }
}

/// An answer with its reasons.
pub const OPINION: [(&str, &str); 7] = [
    ("request", "供暖"),
    ("facts", "不达标"),
    ("outcome", "explain"),
    ("opinion", "已经说明"),
    ("legal_basis", "条例"),
    ("remedy", "三十日内向县政府请求复查"),
    ("unheard_reason", "书面已清楚"),
];

/// Has a matter of the petition office handed to the housing bureau, accepted, answered and served.
pub async fn answered(o: &Office, number: &str) {
    step(o, "countyxf.clerk", number, "refer", &[("to_unit", "housing")]).await.unwrap();
    step(o, "housing.clerk", number, "accept", &[("accepted_on", "2026-03-02"), ("procedure", "x")]).await.unwrap();
    step(o, "housing.handler", number, "decide", &OPINION).await.unwrap();
    step(
        o,
        "housing.clerk",
        number,
        "serve",
        &[("way", "in_person"), ("received_on", "2026-03-02"), ("proof", "签收")],
    )
    .await
    .unwrap();
}
