//! What a crate may use, and that it uses it: a dependency that nobody names in the code goes, and the first floor
//! takes only what decides and does nothing (STYLE §2).

use std::path::Path;

use anyhow::Context;

use crate::text::File;

/// Libraries of the first floor besides our own crates: each is pure, or takes what it needs as an argument.
const FIRST_FLOOR: &[(&str, &[&str])] = &[
    ("domain", &["ferrous-opencc", "jiff", "serde", "serde_json", "thiserror", "unicode-normalization"]),
    ("rules", &["jiff", "regex", "serde", "serde_json", "strsim", "toml"]),
    ("register", &["serde", "serde_jcs", "serde_json", "sha2", "thiserror"]),
    // Keys are random; nothing else here is.
    ("vault", &["argon2", "base64ct", "chacha20poly1305", "getrandom", "sha2", "thiserror", "zeroize"]),
];

/// Libraries whose name in the code is not the one of the package.
const NAMED_OTHERWISE: &[(&str, &str)] = &[("kamadak-exif", "exif")];

/// Dependencies that no file names, and libraries that do not belong on the first floor.
pub fn check(root: &Path, files: &[File]) -> anyhow::Result<Vec<String>> {
    let mut faults = Vec::new();
    for entry in std::fs::read_dir(root.join("crates"))? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let path = format!("crates/{name}/Cargo.toml");
        let manifest = std::fs::read_to_string(root.join(&path)).with_context(|| path.clone())?;
        faults.extend(faults_of(&name, &manifest, files));
    }
    Ok(faults)
}

fn faults_of(name: &str, manifest: &str, files: &[File]) -> Vec<String> {
    let mut faults = Vec::new();
    let mut section = "";
    for (index, line) in manifest.lines().enumerate() {
        if let Some(title) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
            section = title;
            continue;
        }
        let Some(package) = line.split(['.', ' ', '=']).next().filter(|p| !p.is_empty() && !p.starts_with('#')) else {
            continue;
        };
        let folders: &[&str] = match section {
            "dependencies" => &["src", "examples"],
            "dev-dependencies" => &["tests", "src", "examples", "benches"],
            _ => continue,
        };
        let place = format!("crates/{name}/Cargo.toml:{}", index + 1);
        let ident = NAMED_OTHERWISE
            .iter()
            .find(|(p, _)| *p == package)
            .map_or_else(|| package.replace('-', "_"), |(_, i)| (*i).to_owned());
        let within = |file: &&File| {
            folders.iter().any(|f| file.path.starts_with(&format!("crates/{name}/{f}/"))) && file.path.ends_with(".rs")
        };
        if !files.iter().filter(within).any(|file| names(&file.text, &ident)) {
            faults.push(format!("{place}: nothing in {name} uses {package}; take it out"));
        }
        let allowed = FIRST_FLOOR.iter().find(|(c, _)| *c == name).map(|(_, list)| *list);
        if section == "dependencies"
            && !package.starts_with("huiyin-")
            && allowed.is_some_and(|list| !list.contains(&package))
        {
            faults.push(format!(
                "{place}: {package} is not among the libraries of the first floor; add an ADR and a line"
            ));
        }
    }
    faults
}

/// Whether a text has the name as a word.
fn names(text: &str, ident: &str) -> bool {
    let inside = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.match_indices(ident).any(|(at, _)| {
        let (before, after) = (text.get(..at).unwrap_or_default(), text.get(at + ident.len()..).unwrap_or_default());
        !before.ends_with(inside) && !after.starts_with(inside)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_used_and_what_does_not_belong_is_found() {
        let files = [File { path: "crates/domain/src/a.rs".into(), text: "use jiff::Span; // tokio_rustls".into() }];
        let found = faults_of(
            "domain",
            "[dependencies]\njiff.workspace = true\ntokio = \"1\"\nserde.workspace = true\n",
            &files,
        );
        assert_eq!(found.len(), 3, "{found:?}");
        assert!(
            found.iter().any(|f| f.contains("nothing in domain uses tokio"))
                && found.iter().any(|f| f.contains("tokio is not among"))
        );
        assert!(found.iter().any(|f| f.contains(":4: nothing in domain uses serde")));
    }
}
