//! What may be built in, by `deny.toml`: licences, banned libraries and where they come from. `cargo metadata` says
//! what is there; advisories need a list from outside and are for `cargo deny`.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, bail};
use serde::Deserialize;

/// The parts of `deny.toml` that are read here.
#[derive(Debug, Deserialize)]
struct Deny {
    licenses: Licences,
    bans: Bans,
}

#[derive(Debug, Deserialize)]
struct Licences {
    allow: BTreeSet<String>,
    #[serde(default)]
    exceptions: Vec<Exception>,
}

#[derive(Debug, Deserialize)]
struct Exception {
    name: String,
    allow: BTreeSet<String>,
}

#[derive(Debug, Deserialize)]
struct Bans {
    deny: Vec<Banned>,
}

#[derive(Debug, Deserialize)]
struct Banned {
    name: String,
    reason: String,
}

#[derive(Debug, Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Debug, Deserialize)]
struct Package {
    name: String,
    version: String,
    license: Option<String>,
    /// `None` for our own.
    source: Option<String>,
}

/// What the source of a library of a registry begins with; one that is fetched from a repository begins otherwise.
const REGISTRY: &str = "registry+";

/// Libraries that may not be built in, each with why.
pub fn check(root: &Path) -> anyhow::Result<Vec<String>> {
    let deny: Deny = toml::from_str(&std::fs::read_to_string(root.join("deny.toml")).context("deny.toml")?)?;

    let out = Command::new("cargo")
        .args(["metadata", "--format-version", "1", "--locked", "--all-features"])
        .current_dir(root)
        .output()?;
    if !out.status.success() {
        bail!("cargo metadata: {}", String::from_utf8_lossy(&out.stderr));
    }
    let metadata: Metadata = serde_json::from_slice(&out.stdout)?;
    Ok(metadata.packages.iter().filter(|p| p.source.is_some()).flat_map(|p| faults(&deny, p)).collect())
}

fn faults(deny: &Deny, package: &Package) -> Vec<String> {
    let (name, version) = (&package.name, &package.version);
    let mut out = Vec::new();
    if let Some(banned) = deny.bans.deny.iter().find(|b| &b.name == name) {
        out.push(format!("deny.toml: {name} {version} is banned: {}", banned.reason));
    }
    if !package.source.as_deref().is_some_and(|source| source.starts_with(REGISTRY)) {
        out.push(format!("deny.toml: {name} {version} comes from no registry"));
    }
    let more = deny.licenses.exceptions.iter().find(|e| &e.name == name);
    let allowed =
        |licence: &str| deny.licenses.allow.contains(licence) || more.is_some_and(|e| e.allow.contains(licence));
    match &package.license {
        None => out.push(format!("deny.toml: {name} {version} names no licence")),
        Some(expression) if !is_met(expression, &allowed) => {
            out.push(format!("deny.toml: {name} {version} is under `{expression}`, which is not allowed"))
        }
        Some(_) => {}
    }
    out
}

/// Whether an SPDX expression is met by the licences that are allowed: of alternatives one, of a conjunction all. `/`
/// is how old manifests write `OR`.
fn is_met(expression: &str, allowed: &dyn Fn(&str) -> bool) -> bool {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut at = 0;
    let met = any(&words, &mut at, allowed);
    met && at == words.len()
}

fn any(words: &[&str], at: &mut usize, allowed: &dyn Fn(&str) -> bool) -> bool {
    let mut met = meets_all(words, at, allowed);
    while words.get(*at) == Some(&"OR") {
        *at += 1;
        met |= meets_all(words, at, allowed);
    }
    met
}

fn meets_all(words: &[&str], at: &mut usize, allowed: &dyn Fn(&str) -> bool) -> bool {
    let mut met = meets_term(words, at, allowed);
    while words.get(*at) == Some(&"AND") {
        *at += 1;
        met &= meets_term(words, at, allowed);
    }
    met
}

fn meets_term(words: &[&str], at: &mut usize, allowed: &dyn Fn(&str) -> bool) -> bool {
    let Some(word) = words.get(*at) else { return false };
    *at += 1;
    if *word == "(" {
        let met = any(words, at, allowed);
        let closed = words.get(*at) == Some(&")");
        *at += usize::from(closed);
        return met && closed;
    }
    if words.get(*at) == Some(&"WITH") {
        let exception = words.get(*at + 1).copied().unwrap_or_default();
        *at += 2;
        return allowed(&format!("{word} WITH {exception}"));
    }
    allowed(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_is_met_by_one_alternative_and_every_part() {
        let allowed =
            |licence: &str| ["MIT", "Apache-2.0", "Unicode-3.0", "Apache-2.0 WITH LLVM-exception"].contains(&licence);
        for met in [
            "MIT",
            "GPL-3.0 OR MIT",
            "MIT/Apache-2.0",
            "(MIT OR GPL-2.0) AND Unicode-3.0",
            "Apache-2.0 WITH LLVM-exception",
        ] {
            assert!(is_met(met, &allowed), "{met}");
        }
        for not in [
            "",
            "GPL-3.0",
            "MIT AND GPL-3.0",
            "(MIT OR GPL-2.0) AND GPL-3.0",
            "GPL-2.0 WITH Classpath-exception",
            "MIT)",
            "(MIT",
            "MIT Apache-2.0",
        ] {
            assert!(!is_met(not, &allowed), "{not}");
        }
    }

    #[test]
    fn what_is_banned_or_comes_from_elsewhere_is_named() {
        let deny: Deny = toml::from_str(
            "[licenses]\nallow = [\"MIT\"]\nexceptions = [{ name = \"odd\", allow = [\"MPL-2.0\"] }]\n[bans]\ndeny = [{ name = \"bad\", reason = \"why\" }]",
        )
        .unwrap();
        let package = |name: &str, licence: Option<&str>, source: &str| Package {
            name: name.into(),
            version: "1.0.0".into(),
            license: licence.map(str::to_owned),
            source: Some(source.into()),
        };
        assert!(faults(&deny, &package("good", Some("MIT"), REGISTRY)).is_empty());
        assert!(faults(&deny, &package("odd", Some("MPL-2.0"), REGISTRY)).is_empty());
        assert_eq!(faults(&deny, &package("other", Some("MPL-2.0"), REGISTRY)).len(), 1);
        assert_eq!(faults(&deny, &package("bad", None, "git+https://example.org")).len(), 3);
    }
}
