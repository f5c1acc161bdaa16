//! `huiyin key`: the office key saved, put back, rotated, shown.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use huiyin_app::sealing::{self, Keyring, VaultError};
use huiyin_app::{presence, rotation, sealing::lock};

use crate::config::Place;
use crate::disk::{through, write_through};
use crate::office_key::{VARIABLE, path, read};
use crate::setup::{self, Make};

/// The variable that holds the passphrase where nobody can type it.
const PASSPHRASE: &str = "HUIYIN_PASSPHRASE";
/// Fewest characters of a passphrase.
const LEAST: usize = 12;

#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    /// Write the key to a file under a passphrase; keep it apart from backups.
    Save {
        /// File to write.
        file: PathBuf,
        #[command(flatten)]
        place: Place,
    },
    /// Put the key back from such a file.
    Restore {
        /// File to read.
        file: PathBuf,
        #[command(flatten)]
        place: Place,
    },
    /// Make a new key and seal everything under it. Stop the server first, on every node.
    Rotate {
        #[command(flatten)]
        place: Place,
    },
    /// Say which key is in use, by its fingerprint.
    Show {
        #[command(flatten)]
        place: Place,
    },
}

pub async fn run_command(args: Args) -> anyhow::Result<ExitCode> {
    match args.what {
        What::Save { file, place } => {
            let data = place.config()?.data;
            let keys = read_there(&data)?;
            let locked = lock(&passphrase(true)?, &keys.text())?;
            write_through(&file, locked.as_bytes())
                .with_context(|| format!("cannot write `{}`; it must not be there yet", file.display()))?;
            println!(
                "key {} saved to `{}`; keep it apart from the backups, and the passphrase apart from it",
                keys.fingerprint(),
                file.display()
            );
        }
        What::Restore { file, place } => {
            let data = place.config()?.data;
            let locked = fs::read_to_string(&file).with_context(|| format!("cannot read `{}`", file.display()))?;
            let text = match sealing::unlock(&passphrase(false)?, &locked) {
                Ok(text) => text,
                Err(VaultError::NotOpened) => anyhow::bail!("the passphrase does not open `{}`", file.display()),
                Err(error) => {
                    return Err(error)
                        .with_context(|| format!("`{}` was not written by `huiyin key save`", file.display()));
                }
            };
            let keys = Keyring::parse(&text)?;
            let path = path(&data);
            write_through(&path, keys.text().as_bytes())
                .with_context(|| format!("`{}` is there already; move it away first", path.display()))?;
            through(&data)?;
            println!("key {} put back to `{}`", keys.fingerprint(), path.display());
        }
        What::Rotate { place } => rotate(place).await?,
        What::Show { place } => println!("{}", read_there(&place.config()?.data)?.fingerprint()),
    }
    Ok(ExitCode::SUCCESS)
}

/// The key as it lies there; none is made.
fn read_there(data: &Path) -> anyhow::Result<Keyring> {
    read(data, Some(""))
}

/// In three steps, each of which can be cut: the new key beside the old one on the disk; everything sealed under it;
/// the old one away.
async fn rotate(place: Place) -> anyhow::Result<()> {
    let config = place.config()?;
    let path = path(&config.data);
    anyhow::ensure!(
        std::env::var(VARIABLE).is_err(),
        "the key comes from {VARIABLE}; rotate it where it is kept: the new key on the first line, the old one on the second"
    );
    let keys = read_there(&config.data)?;
    // A server goes on with the keys it read at its start, and what it seals meanwhile would open with none.
    let before = setup::open(&config, Make::Nothing).await?;
    anyhow::ensure!(
        !presence::is_served(&before.office).await?,
        "a server is running on this store, or was killed less than two minutes ago; stop it on every node and try again"
    );
    drop(before);
    if !keys.has_older() {
        replace(&path, &keys.rotated()?)?;
    }
    let opened = setup::open(&config, Make::Nothing).await?;
    let done = rotation::rotate_all(&opened.office).await?;
    let keys = read_there(&config.data)?.without_older();
    replace(&path, &keys)?;
    println!("{done} submissions sealed under key {}; save it now: huiyin key save FILE", keys.fingerprint());
    Ok(())
}

fn replace(path: &Path, keys: &Keyring) -> anyhow::Result<()> {
    let part = path.with_extension("part");
    let _ = fs::remove_file(&part);
    write_through(&part, keys.text().as_bytes())?;
    fs::rename(&part, path)?;
    Ok(through(path.parent().unwrap_or(Path::new(".")))?)
}

/// The passphrase: from the variable, else typed.
fn passphrase(new: bool) -> anyhow::Result<String> {
    let typed = match std::env::var(PASSPHRASE) {
        Ok(given) => given,
        Err(_) => {
            print!("passphrase: ");
            std::io::stdout().flush()?;
            let mut line = String::new();
            std::io::stdin().read_line(&mut line)?;
            line.trim_end_matches(['\r', '\n']).to_owned()
        }
    };
    anyhow::ensure!(
        !new || typed.chars().count() >= LEAST,
        "the passphrase has fewer than {LEAST} characters; choose a longer one"
    );
    Ok(typed)
}
