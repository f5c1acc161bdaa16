//! Putting an office together from a configuration: store, files, secret, time.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use anyhow::Context;
use huiyin_app::packs::Library;
use huiyin_app::{Office, Parts, Store, TimeSource, demo};
use huiyin_domain::ids::{TenantId, UnitId};
use huiyin_files::FileStore;
use huiyin_storage_postgres::PostgresStore;
use huiyin_storage_sqlite::SqliteStore;
use huiyin_wording::Wording;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::config::Config;

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
}

/// Opens the office of a configuration; makes the folder when `make` says so.
pub async fn open(config: &Config, make: Make) -> anyhow::Result<Opened> {
    let data = &config.data;
    if !data.is_dir() {
        anyhow::ensure!(make == Make::Folder, "there is no folder `{}`; run `huiyin init --data {}` first", data.display(), data.display());
        fs::create_dir_all(data).with_context(|| format!("cannot make the folder `{}`", data.display()))?;
    }
    let store: Arc<dyn Store> = if config.database.is_empty() {
        let path = data.join("huiyin.db");
        Arc::new(SqliteStore::open(&path).with_context(|| format!("cannot open `{}`", path.display()))?)
    } else {
        Arc::new(PostgresStore::open(&config.database).await.context("cannot open the PostgreSQL database; check `database`")?)
    };
    let clock = Arc::new(SystemClock::default());
    let office = Office::new(Parts {
        store,
        files: FileStore::open(&data.join("files"))?,
        library: Arc::new(Library::shipped()?),
        wording: Arc::new(Wording::load()?),
        time: clock.clone(),
        tenant: TenantId::new(&config.tenant),
        zone: TimeZone::get(&config.timezone).with_context(|| format!("there is no time zone `{}`; for example Asia/Shanghai", config.timezone))?,
        secret: secret(data)?,
        front_office: UnitId::new(&config.front_office),
        division: config.division.clone(),
        faces: Some(config.faces.clone()).filter(|f| !f.is_empty()).map(Into::into),
        procedure: config.procedure.clone(),
    });
    let offset = demo::stored_offset(&office).await?;
    clock.offset.store(offset, Ordering::SeqCst);
    Ok(Opened { office, clock })
}

/// Whether a missing folder is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Make {
    /// Make it.
    Folder,
    /// Say how to make it.
    Nothing,
}

/// The server's secret: 32 random bytes beside the database, readable by its owner alone.
fn secret(data: &Path) -> anyhow::Result<Vec<u8>> {
    let path = data.join("secret.key");
    if !path.exists() {
        let part = data.join(format!("secret.{}.part", std::process::id()));
        fs::write(&part, huiyin_app::random_hex(32)?).with_context(|| format!("cannot write `{}`", part.display()))?;
        only_owner(&part)?;
        // The first to come wins; nobody's secret is overwritten.
        let _ = fs::hard_link(&part, &path);
        fs::remove_file(&part)?;
    }
    let text = fs::read_to_string(&path).with_context(|| format!("cannot read `{}`", path.display()))?;
    anyhow::ensure!(text.trim().len() >= 32, "`{}` is damaged; restore it from a backup, or receipt codes will no longer open", path.display());
    Ok(text.trim().as_bytes().to_vec())
}

#[cfg(unix)]
fn only_owner(path: &Path) -> anyhow::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).context("cannot protect the secret")
}

#[cfg(not(unix))]
fn only_owner(_: &Path) -> anyhow::Result<()> {
    Ok(())
}
