//! The office key: where it lies, and how it is read or made. It is no part of a backup; who has both has everything.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use huiyin_app::sealing::{Key, Keyring};

use crate::disk::{through, write_through};

/// The variable that holds the key where it lies in no file of this machine.
pub(crate) const VARIABLE: &str = "HUIYIN_OFFICE_KEY";

/// Where the key lies.
pub(crate) fn path(data: &Path) -> PathBuf {
    data.join("office.key")
}

/// Reads the key. It is made once, for a store that knows none; a store that knows one is never given another in
/// silence.
pub fn read(data: &Path, known: Option<&str>) -> anyhow::Result<Keyring> {
    if let Ok(text) = std::env::var(VARIABLE) {
        return Keyring::parse(&text).with_context(|| format!("{VARIABLE} is no office key"));
    }
    let path = path(data);
    if !path.exists() {
        anyhow::ensure!(known.is_none(), "{}", lost(data));
        let part = data.join(format!("office.{}.part", std::process::id()));
        let text = Keyring::with_current(Key::random()?).text();
        write_through(&part, text.as_bytes()).with_context(|| format!("cannot write `{}`", part.display()))?;
        // The first to come wins; nobody's key is overwritten.
        let _ = fs::hard_link(&part, &path);
        fs::remove_file(&part)?;
        through(data)?;
    }
    let text = fs::read_to_string(&path).with_context(|| format!("cannot read `{}`", path.display()))?;
    Keyring::parse(&text)
        .with_context(|| format!("`{}` is damaged; put it back with `huiyin key restore FILE`", path.display()))
}

fn lost(data: &Path) -> String {
    format!(
        "`{}` is missing. Without it names, contacts and files do not open; the petitions, clocks and records do. Put it back: `huiyin key restore FILE --data {}` with the file that `huiyin key save` wrote, or from wherever you keep it. There is no other way: do not make a new one",
        path(data).display(),
        data.display()
    )
}

/// What is said of a key that is not the store's.
pub fn other(data: &Path) -> String {
    format!(
        "`{}` is not the office key this store was made with: names, contacts and files would not open. Put the right one there (it is the same on every node), or `huiyin key restore FILE --data {}`",
        path(data).display(),
        data.display()
    )
}
