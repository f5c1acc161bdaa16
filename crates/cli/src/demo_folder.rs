//! The folder of a demo: an empty one, or one that is marked as a demo. No other is touched.
//!
//! A demo puts an administrator with a published password into its store; in the folder of an office that would be an
//! open door, so that the mark is looked for before anything is opened.

use std::fs;
use std::path::Path;

use anyhow::Context;

/// File that marks a folder as a demo's.
const MARK: &str = "DEMO.txt";
/// First line while the petitions are being made.
const UNFINISHED: &str = "huiyin demo, unfinished";
/// First line afterwards.
const FINISHED: &str = "huiyin demo";
/// What a person who finds the file reads.
const WORDS: &str = "这个文件夹里是演示用的虚构县，可以整个删除。\nThis folder holds a made-up county for trying Huiyin; it can be deleted as a whole.\n";

/// Takes an empty or missing folder for a demo, or one that is marked as one. What a broken-off start left is made
/// anew.
pub fn claim(folder: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("cannot make the folder `{}`", folder.display()))?;
    let mark = folder.join(MARK);
    match fs::read_to_string(&mark) {
        Ok(text) if text.starts_with(UNFINISHED) => {
            println!("the demo in `{}` was not finished when it was made; it is made anew", folder.display());
            clear(folder)
        }
        Ok(text) if text.starts_with(FINISHED) => Ok(()),
        _ if fs::read_dir(folder)
            .with_context(|| format!("cannot read the folder `{}`", folder.display()))?
            .next()
            .is_none() =>
        {
            write(folder, UNFINISHED)
        }
        _ => anyhow::bail!(not_a_demo(folder)),
    }
}

/// The county is made.
pub fn finished(folder: &Path) -> anyhow::Result<()> {
    write(folder, FINISHED)
}

/// Why a folder is not taken.
pub fn not_a_demo(folder: &Path) -> String {
    format!(
        "`{}` is not empty and is not marked as a demo, so nothing in it was changed; choose an empty folder with --data FOLDER (an installation is started with `huiyin serve --data {}`)",
        folder.display(),
        folder.display()
    )
}

fn write(folder: &Path, first: &str) -> anyhow::Result<()> {
    let mark = folder.join(MARK);
    fs::write(&mark, format!("{first}\n{WORDS}")).with_context(|| format!("cannot write `{}`", mark.display()))
}

/// Removes what a demo puts into its folder, and nothing else.
fn clear(folder: &Path) -> anyhow::Result<()> {
    for name in ["huiyin.db", "huiyin.db-wal", "huiyin.db-shm"] {
        match fs::remove_file(folder.join(name)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(error).with_context(|| format!("cannot remove `{name}`"));
            }
            _ => {}
        }
    }
    match fs::remove_dir_all(folder.join("files")) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error).context("cannot remove `files`"),
        _ => Ok(()),
    }
}
