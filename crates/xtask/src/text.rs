//! What can be read off the text of files: first lines, length, migrations, and words the repository does not speak.

use std::path::Path;
use std::process::Command;

use anyhow::Context;

/// Characters of a line of code, at most.
const WIDEST: usize = 120;
/// Longest file.
const LONGEST: usize = 800;
/// Endings that are read.
const READ: &[&str] = &["rs", "toml", "sql", "html", "css", "js", "md", "ftl", "json", "sh", "yml"];

/// A file of the repository.
pub struct File {
    pub path: String,
    pub text: String,
}

/// Every file git tracks or would track.
pub fn files(root: &Path) -> anyhow::Result<Vec<File>> {
    let listed = Command::new("git")
        .args(["ls-files", "-co", "--exclude-standard"])
        .current_dir(root)
        .output()
        .context("git ls-files")?;
    let names = String::from_utf8_lossy(&listed.stdout).into_owned();
    let mut out = Vec::new();
    for path in names.lines() {
        let ending = path.rsplit('.').next().unwrap_or_default();
        let read = READ.contains(&ending) || path.starts_with(".ci/") || path.starts_with("scripts/");
        if let Some(text) = read.then(|| std::fs::read_to_string(root.join(path)).ok()).flatten() {
            out.push(File { path: path.to_owned(), text });
        }
    }
    anyhow::ensure!(out.len() > 50, "git lists only {} files", out.len());
    Ok(out)
}

/// Faults in the text of files.
pub fn check(files: &[File]) -> Vec<String> {
    let mut faults = Vec::new();
    for file in files {
        let rust = file.path.ends_with(".rs");
        if rust && !file.text.starts_with("//!") {
            faults.push(format!("{}:1: a file begins with `//!`: what it does and does not do", file.path));
        }
        let length = file.text.lines().count();
        // Texts in quotes and statements that go on are as long as they are; rustfmt breaks all else but what stands in
        // macros.
        let code = rust && file.path.contains("/src/");
        let is_long = |line: &&str| line.chars().count() > WIDEST && !line.contains('"') && !line.ends_with('\\');
        for (index, _) in file.text.lines().enumerate().filter(|(_, line)| code && is_long(line)) {
            faults.push(format!("{}:{}: a line of more than {WIDEST} characters", file.path, index + 1));
        }
        if rust && length > LONGEST {
            faults.push(format!("{}: {length} lines; the limit is {LONGEST}", file.path));
        }
        for (index, line) in file.text.lines().enumerate() {
            if let Some(word) = unspoken().into_iter().find(|w| line.contains(w.as_str())) {
                faults.push(format!("{}:{}: `{word}` has no place in the repository", file.path, index + 1));
            }
        }
    }
    faults.extend(migrations(files));
    faults
}

/// Machine paths and hosts of package registries, put together here so that this file does not hold them.
fn unspoken() -> Vec<String> {
    [("/wo", "rk/"), ("crates", ".io"), ("pypi", ".org"), ("npmjs", ".com"), ("npmjs", ".org"), ("deb.debian", ".org")]
        .iter()
        .map(|(a, b)| format!("{a}{b}"))
        .collect()
}

fn migrations(files: &[File]) -> Vec<String> {
    let names = |track: &str| {
        files
            .iter()
            .filter_map(|f| f.path.strip_prefix(&format!("crates/{track}/migrations/")).map(str::to_owned))
            .collect::<Vec<_>>()
    };
    let (one, two) = (names("storage-sqlite"), names("storage-postgres"));
    if one == two {
        Vec::new()
    } else {
        vec![format!("migrations differ: {one:?} and {two:?}; same number and name in both tracks")]
    }
}
