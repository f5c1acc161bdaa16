//! Putting an office together from a configuration: store, files, secret, time.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use anyhow::Context;
use huiyin_app::{Fingerprint, Ids, Office, Parts, Store, TimeSource, demo_office, fingerprint};
use huiyin_app::{packs, rules};
use huiyin_domain::ids::{TenantId, UnitId};
use huiyin_files::FileStore;
use huiyin_storage_postgres::{PostgresStore, Protection};
use huiyin_storage_sqlite::SqliteStore;
use huiyin_wording::Wording;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::config::Config;
use crate::disk::{only_owner, through, write_through};
use crate::office_key;

/// The machine's clock; office time may run ahead of it in a demo.
#[derive(Debug, Default)]
pub struct SystemClock {
    offset: AtomicI64,
}

impl TimeSource for SystemClock {
    fn machine_now(&self) -> Timestamp {
        Timestamp::now()
    }
    fn office_now(&self) -> Timestamp {
        let now = Timestamp::now();
        Timestamp::from_second(now.as_second() + self.offset.load(Ordering::SeqCst)).unwrap_or(now)
    }
    fn move_to(&self, at: Timestamp) -> bool {
        let offset = at.as_second() - Timestamp::now().as_second();
        // Only forward.
        self.offset.fetch_max(offset, Ordering::SeqCst);
        true
    }
}

/// An office and its clock.
pub struct Opened {
    pub office: Office,
    pub clock: Arc<SystemClock>,
    /// How the way to PostgreSQL is protected; none with the embedded database.
    pub protection: Option<Protection>,
    /// Why the installed rules could not be read.
    pub unreadable: Option<anyhow::Error>,
}

/// Opens the office of a configuration; makes the folder when `make` says so.
pub async fn open(config: &Config, make: Make) -> anyhow::Result<Opened> {
    let data = &config.data;
    if !data.is_dir() {
        anyhow::ensure!(
            make == Make::Folder,
            "there is no folder `{}`; run `huiyin init --data {}` first",
            data.display(),
            data.display()
        );
        fs::create_dir_all(data).with_context(|| format!("cannot make the folder `{}`", data.display()))?;
        only_owner(data, 0o700)?;
    }
    let made_before =
        if config.database.is_empty() { data.join("huiyin.db").exists() } else { data.join("files").is_dir() };
    let (store, protection): (Arc<dyn Store>, _) = if config.database.is_empty() {
        let path = data.join("huiyin.db");
        (Arc::new(SqliteStore::open(&path).with_context(|| format!("cannot open `{}`", path.display()))?), None)
    } else {
        let store = PostgresStore::open(&config.database, config.authority()).await;
        let store =
            store.context("cannot open the PostgreSQL database; check `database` (to another machine TLS is used, unless it says `sslmode=disable`)")?;
        let protection = store.protection();
        (Arc::new(store), Some(protection))
    };
    let tenant = TenantId::new(&config.tenant);
    let known = fingerprint::office_key(&*store, &tenant).await?;
    let clock = Arc::new(SystemClock::default());
    let office = Office::new(Parts {
        store,
        files: FileStore::open(&data.join("files"))?,
        // What is installed in the store takes its place below.
        library: Arc::default(),
        wording: Arc::new(wording(config)?),
        time: clock.clone(),
        ids: Ids::Random,
        tenant,
        zone: TimeZone::get(&config.timezone)
            .with_context(|| format!("there is no time zone `{}`; for example Asia/Shanghai", config.timezone))?,
        secret: secret(data, made_before)?,
        keys: office_key::read(data, known.as_deref())?,
        front_office: UnitId::new(&config.front_office),
        division: config.division.clone(),
        faces: Some(config.faces.clone()).filter(|f| !f.is_empty()).map(Into::into),
        procedure: config.procedure.clone(),
    });
    check_fingerprint(&office, data).await?;
    // A store whose rules cannot be read is still backed up and mended; nothing is served or worked without them.
    let unreadable = rules::load(&office).await.err().map(in_words);
    if let Some(error) = &unreadable {
        eprintln!("huiyin: {error}; put it right with `huiyin pack install --replace`, or restore a backup");
    }
    let offset = demo_office::stored_offset(&office).await?;
    clock.offset.store(offset, Ordering::SeqCst);
    Ok(Opened { office, clock, protection, unreadable })
}

/// Puts the packs and calendars that come with the program into a store. Where `replace` says so (a demo) those of an
/// older program are replaced; what somebody uploaded and another approved to stays.
pub async fn install_shipped(office: &Office, replace: bool) -> anyhow::Result<rules::Done> {
    let mut texts = packs::shipped_texts();
    for one in rules::installed(office).await?.iter().filter(|i| i.approved.is_some()) {
        match one.kind {
            rules::Kind::Pack => texts.packs.remove(&one.id),
            rules::Kind::Calendar => texts.calendars.remove(&one.id),
        };
    }
    rules::install(office, &texts, replace).await.map_err(in_words)
}

/// A refusal is said as it is, without the words around an error.
pub fn in_words(error: huiyin_app::AppError) -> anyhow::Error {
    match error {
        huiyin_app::AppError::Refused(why) => anyhow::anyhow!(why),
        other => other.into(),
    }
}

/// The words of pages, with the office's own languages.
fn wording(config: &Config) -> anyhow::Result<Wording> {
    if config.locales.is_empty() {
        return Ok(Wording::load()?);
    }
    let (wording, lacking) = Wording::load_with(Path::new(&config.locales))
        .with_context(|| format!("cannot read the languages of `{}`", config.locales))?;
    for (tag, n) in lacking.iter().filter(|(_, n)| *n > 0) {
        tracing::warn!(
            language = tag.as_str(),
            missing = n,
            "a language lacks texts of pages; they are shown in English"
        );
    }
    Ok(wording)
}

/// Whether a missing folder is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Make {
    /// Make it.
    Folder,
    /// Say how to make it.
    Nothing,
}

/// The server's secret: 32 random bytes beside the database, readable by its owner alone. It is made once, with the
/// store, and never made anew in silence: another secret opens no receipt code.
fn secret(data: &Path, made_before: bool) -> anyhow::Result<Vec<u8>> {
    let path = data.join("secret.key");
    if !path.exists() {
        anyhow::ensure!(
            !made_before,
            "`{}` is missing, and the store beside it was made with it: without it no receipt code, sign-in or token opens. Put it back from a backup; do not make a new one",
            path.display()
        );
        let part = data.join(format!("secret.{}.part", std::process::id()));
        write_through(&part, huiyin_app::random_hex(32)?.as_bytes())
            .with_context(|| format!("cannot write `{}`", part.display()))?;
        // The first to come wins; nobody's secret is overwritten.
        let _ = fs::hard_link(&part, &path);
        fs::remove_file(&part)?;
        through(data)?;
    }
    let text = fs::read_to_string(&path).with_context(|| format!("cannot read `{}`", path.display()))?;
    anyhow::ensure!(
        text.trim().len() >= 32,
        "`{}` is damaged; restore it from a backup, or receipt codes will no longer open",
        path.display()
    );
    Ok(text.trim().as_bytes().to_vec())
}

/// What a file store is known by: a random name that lies in it.
fn name_of_files(folder: &Path) -> anyhow::Result<Option<String>> {
    match fs::read_to_string(folder.join("name")) {
        Ok(name) => Ok(Some(name.trim().to_owned())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot read the name of `{}`", folder.display())),
    }
}

/// The store knows the secret and the file store it was made with. A node with others looks right and is not: its
/// receipts open nowhere else, and files lodged elsewhere are not there.
async fn check_fingerprint(office: &Office, data: &Path) -> anyhow::Result<()> {
    let folder = data.join("files");
    let mut found = office.check_fingerprint(name_of_files(&folder)?.as_deref()).await?;
    if found == Fingerprint::Unnamed {
        // First on the disk, then in the store: a cut between the two leaves nothing that is refused.
        let name = huiyin_app::random_hex(16)?;
        match write_through(&folder.join("name"), name.as_bytes()) {
            // Another command was first.
            Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => {
                return Err(error).context("cannot name the file store");
            }
            _ => through(&folder)?,
        }
        found = office.check_fingerprint(name_of_files(&folder)?.as_deref()).await?;
    }
    match found {
        Fingerprint::Matches => Ok(()),
        Fingerprint::OtherSecret => anyhow::bail!(
            "`{}` is not the secret this store was made with: receipt codes, sign-ins and tokens would not open. Put the right secret.key there (it is the same on every node)",
            data.join("secret.key").display()
        ),
        Fingerprint::OtherKey => anyhow::bail!("{}", office_key::other(data)),
        Fingerprint::Unnamed | Fingerprint::OtherFiles => anyhow::bail!(
            "`{}` is not the file store this database was made with: files lodged there would be missing here. Every node uses the same folder; mount it, or restore it with its file `name`",
            folder.display()
        ),
    }
}
