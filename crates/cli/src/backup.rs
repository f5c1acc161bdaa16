//! `huiyin backup` and `huiyin restore`: a folder that holds everything but the office key, made while the program
//! serves, compared with itself before it is called a backup, and put back only into an empty place.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, ensure};
use huiyin_app::sealing::sha256;
use huiyin_storage_sqlite::{Contents, inspect};

use crate::config::{Config, Place};
use crate::disk::{only_owner, through, write_through};
use crate::setup::{self, Make};

/// The list of what a backup holds.
const LIST: &str = "MANIFEST.sha256";
/// The copy of the embedded database.
const DATABASE: &str = "huiyin.db";
/// The copy of a PostgreSQL database, in the custom format of pg_dump.
const DUMP: &str = "huiyin.pgdump";
/// What the database is called in the file that is handed to the programs of PostgreSQL.
const SERVICE: &str = "huiyin";

#[derive(clap::Args)]
pub struct BackupArgs {
    /// Folder to make; it must not be there yet.
    to: PathBuf,
    #[command(flatten)]
    place: Place,
}

#[derive(clap::Args)]
pub struct RestoreArgs {
    /// A folder that `huiyin backup` made.
    from: PathBuf,
    #[command(flatten)]
    place: Place,
}

pub async fn backup(args: BackupArgs) -> anyhow::Result<ExitCode> {
    let config = args.place.config()?;
    // Without the slash at its end, which would make the part a folder within.
    let to = &args.to.components().collect::<PathBuf>();
    ensure!(!to.exists(), "`{}` is there already; name a folder that is not", to.display());
    let opened = setup::open(&config, Make::Nothing).await?;
    // Under another name until it is whole: what was cut is never taken for a backup.
    let mut part = to.clone().into_os_string();
    part.push(".part");
    let part = PathBuf::from(part);
    if part.exists() {
        fs::remove_dir_all(&part)
            .with_context(|| format!("cannot remove `{}`, which a backup that was cut left", part.display()))?;
    }
    fs::create_dir_all(&part).with_context(|| format!("cannot make `{}`", part.display()))?;
    only_owner(&part, 0o700)?;
    // The store first: a file is stored before its row is, so that each row's file is there to be copied.
    if config.database.is_empty() {
        let copy = part.join(DATABASE);
        opened.office.copy_store(&copy).await.context("the database could not be copied")?;
        only_owner(&copy, 0o600)?;
    } else {
        program(&config, "pg_dump", &["--format=custom", "--file", &part.join(DUMP).to_string_lossy()])?;
        only_owner(&part.join(DUMP), 0o600)?;
    }
    for name in ["secret.key", "huiyin.toml"] {
        let from = config.data.join(name);
        if from.exists() {
            copy(&from, &part.join(name))?;
        }
    }
    let files = copy_files(&config.data.join("files"), &part.join("files"))?;
    let mut wrong = Vec::new();
    let inside = check(&part, &mut wrong)?;
    write_list(&part)?;
    fs::rename(&part, to).with_context(|| format!("cannot name `{}`", to.display()))?;
    through(to.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new(".")))?;
    match inside {
        Some(inside) => {
            let all = if wrong.is_empty() { ", and every file in use is there" } else { "" };
            println!(
                "{}: {} submissions, {} matters, {files} files; whole{all}",
                to.display(),
                inside.submissions,
                inside.matters
            )
        }
        None => println!("{}: the dump of PostgreSQL and {files} files", to.display()),
    }
    println!("the office key is not in it: keep it apart (`huiyin key save FILE`)");
    // One lost file does not keep the rest from being saved.
    for line in &wrong {
        println!("look at: {line}");
    }
    if wrong.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    println!("the backup was made without them; run `huiyin doctor --deep`");
    Ok(ExitCode::from(2))
}

/// Copies the file store; halves of uploads stay behind.
fn copy_files(from: &Path, to: &Path) -> anyhow::Result<u64> {
    fs::create_dir_all(to)?;
    only_owner(to, 0o700)?;
    let mut count = 0;
    for entry in fs::read_dir(from).with_context(|| format!("cannot read `{}`", from.display()))? {
        let (path, name) = entry.map(|e| (e.path(), e.file_name()))?;
        if path.is_dir() {
            count += copy_files(&path, &to.join(&name))?;
            continue;
        }
        if name.to_string_lossy().ends_with(".part") {
            continue;
        }
        match copy(&path, &to.join(&name)) {
            Ok(()) => count += u64::from(name != "name"),
            // Destroyed while it was copied; whether something still uses it is looked at afterwards.
            Err(_) if !path.exists() => drop(fs::remove_file(to.join(&name))),
            Err(error) => return Err(error),
        }
    }
    Ok(count)
}

fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    fs::copy(from, to).with_context(|| format!("cannot copy `{}`", from.display()))?;
    only_owner(to, 0o600)?;
    Ok(fs::File::open(to)?.sync_all()?)
}

/// Looks into the copy: the database is whole, and each file that it uses is there with the bytes its name says.
fn check(folder: &Path, wrong: &mut Vec<String>) -> anyhow::Result<Option<Contents>> {
    let database = folder.join(DATABASE);
    if !database.exists() {
        return Ok(None);
    }
    let inside = inspect(&database).context("the copy of the database is not whole")?;
    for name in &inside.files {
        let path = folder.join("files").join(name.get(..2).unwrap_or_default()).join(name);
        if !path.exists() {
            wrong.push(format!("the file {name} is missing, unless it was destroyed just now"));
        } else if hash(&path)? != *name {
            wrong.push(format!("the file {name} is not what its name says: it was changed"));
        }
    }
    Ok(Some(inside))
}

fn hash(path: &Path) -> anyhow::Result<String> {
    let mut file = BufReader::new(fs::File::open(path).with_context(|| format!("cannot read `{}`", path.display()))?);
    let mut bytes = vec![0; 1 << 16];
    let mut sum = sha256::Sum::default();
    loop {
        let read = file.read(&mut bytes)?;
        if read == 0 {
            return Ok(sum.hex());
        }
        sum.add(bytes.get(..read).unwrap_or_default());
    }
}

/// Every file of a folder by its path, the list itself excepted.
fn files_of(folder: &Path, under: &str, out: &mut BTreeMap<String, PathBuf>) -> anyhow::Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("cannot read `{}`", folder.display()))? {
        let (path, name) = entry.map(|e| (e.path(), e.file_name().to_string_lossy().into_owned()))?;
        let name = if under.is_empty() { name } else { format!("{under}/{name}") };
        if path.is_dir() {
            files_of(&path, &name, out)?;
        } else if name != LIST {
            out.insert(name, path);
        }
    }
    Ok(())
}

fn write_list(folder: &Path) -> anyhow::Result<()> {
    let mut files = BTreeMap::new();
    files_of(folder, "", &mut files)?;
    let lines = files
        .iter()
        .map(|(name, path)| Ok(format!("{}  {name}\n", hash(path)?)))
        .collect::<anyhow::Result<String>>()?;
    write_through(&folder.join(LIST), lines.as_bytes())?;
    Ok(through(folder)?)
}

/// Compares a backup with its list, both ways.
fn compare(folder: &Path) -> anyhow::Result<BTreeMap<String, PathBuf>> {
    let list = fs::read_to_string(folder.join(LIST))
        .with_context(|| format!("`{}` is no backup: there is no {LIST} in it", folder.display()))?;
    let mut files = BTreeMap::new();
    files_of(folder, "", &mut files)?;
    let mut listed = 0;
    for (sum, name) in list.lines().filter_map(|l| l.split_once("  ")) {
        listed += 1;
        let path = files.get(name).with_context(|| format!("`{name}` is missing in the backup"))?;
        ensure!(hash(path)? == sum, "`{name}` is not as it was when the backup was made; take another backup");
    }
    ensure!(listed == files.len(), "there are files in the backup that its list does not name");
    Ok(files)
}

pub fn restore(args: &RestoreArgs) -> anyhow::Result<ExitCode> {
    let config = args.place.config()?;
    let files = compare(&args.from)?;
    let data = &config.data;
    let there = |name: &str| data.join(name).exists();
    ensure!(
        !there(DATABASE) && !there("files") && !there("secret.key"),
        "`{}` holds an installation; nothing was touched: restore into a folder that holds none",
        data.display()
    );
    let dump = files.contains_key(DUMP);
    ensure!(
        dump != config.database.is_empty(),
        "{}",
        if dump {
            "the backup is of PostgreSQL: set `database` to an empty database"
        } else {
            "the backup is of the embedded database, and `database` names PostgreSQL"
        }
    );
    fs::create_dir_all(data).with_context(|| format!("cannot make `{}`", data.display()))?;
    only_owner(data, 0o700)?;
    if let Some(dump) = files.get(DUMP) {
        program(
            &config,
            "pg_restore",
            &["--no-owner", "--exit-on-error", "--single-transaction", &dump.to_string_lossy()],
        )?;
    }
    // The database first and the secret last: nothing starts on a database whose secret is missing.
    let order = |name: &str| (name == "secret.key", name != DATABASE);
    let mut names: Vec<&String> =
        files.keys().filter(|n| *n != DUMP && !(*n == "huiyin.toml" && there("huiyin.toml"))).collect();
    names.sort_by_key(|n| order(n));
    for name in names {
        let (Some(from), to) = (files.get(name), data.join(name)) else { continue };
        if let Some(folder) = to.parent() {
            fs::create_dir_all(folder)?;
        }
        copy(from, &to)?;
    }
    only_owner(&data.join("files"), 0o700)?;
    through(data)?;
    println!("{} files put back into `{}`", files.len(), data.display());
    if !there("office.key") {
        println!("now the office key: huiyin key restore FILE --data {}", data.display());
    }
    println!("then look at it: huiyin doctor --deep --data {}", data.display());
    Ok(ExitCode::SUCCESS)
}

/// Runs a program of PostgreSQL on the database of the configuration. Address and password are handed over in a file
/// for its owner alone, which goes with the call.
fn program(config: &Config, name: &str, arguments: &[&str]) -> anyhow::Result<()> {
    let mut service = tempfile::NamedTempFile::new().context("cannot make a temporary file")?;
    service.write_all(huiyin_storage_postgres::service(SERVICE, &config.database, config.authority())?.as_bytes())?;
    let call = ["--dbname", &format!("service={SERVICE}")].map(str::to_owned);
    let done =
        std::process::Command::new(name).env("PGSERVICEFILE", service.path()).args(call).args(arguments).output();
    let done = done.with_context(|| format!("cannot run `{name}`; install the Debian package `postgresql-client`"))?;
    ensure!(done.status.success(), "`{name}` failed: {}", String::from_utf8_lossy(&done.stderr).trim());
    Ok(())
}

/// Whether an installation can be backed up with what is here.
pub fn wants(config: &Config) -> Option<&'static str> {
    let there =
        |name: &str| std::process::Command::new(name).arg("--version").output().is_ok_and(|o| o.status.success());
    (!config.database.is_empty() && !there("pg_dump"))
        .then_some("`pg_dump` is not here, so `huiyin backup` cannot copy PostgreSQL; install the Debian package `postgresql-client`")
}
