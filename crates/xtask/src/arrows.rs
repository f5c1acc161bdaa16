//! The arrows between crates (STYLE §2). A new arrow needs an ADR and a line here.

use std::path::Path;

use anyhow::Context;

const ARROWS: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("register", &[]),
    ("vault", &[]),
    ("rules", &["domain"]),
    ("storage", &["domain", "register"]),
    ("storage-sqlite", &["storage", "domain", "register"]),
    ("storage-postgres", &["storage", "domain", "register"]),
    ("wording", &["domain"]),
    ("files", &["domain"]),
    ("ledgers", &["domain"]),
    ("plans", &["domain", "rules"]),
    ("documents", &["domain", "wording"]),
    ("app", &["domain", "rules", "register", "vault", "storage", "wording", "files", "documents", "ledgers"]),
    ("demo", &["app", "domain"]),
    ("web", &["app", "wording", "domain"]),
    (
        "cli",
        &[
            "web",
            "app",
            "demo",
            "storage",
            "storage-sqlite",
            "storage-postgres",
            "files",
            "plans",
            "rules",
            "register",
            "vault",
            "wording",
            "domain",
        ],
    ),
];

/// Crates for development only; they may reach everything.
const FREE: &[&str] = &["testkit", "xtask"];

/// Arrows that are drawn but not allowed.
pub fn check(root: &Path) -> anyhow::Result<Vec<String>> {
    let mut faults = Vec::new();
    for entry in std::fs::read_dir(root.join("crates"))? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if FREE.contains(&name.as_str()) {
            continue;
        }
        let path = format!("crates/{name}/Cargo.toml");
        let manifest = std::fs::read_to_string(root.join(&path)).with_context(|| path.clone())?;
        let allowed = ARROWS.iter().find(|(c, _)| *c == name).map(|(_, to)| *to);
        let Some(allowed) = allowed else {
            faults.push(format!("{path}: the crate has no line in the arrows; add one and an ADR"));
            continue;
        };
        let ours = manifest.split("[dev-dependencies]").next().unwrap_or_default();
        for (index, line) in ours.lines().enumerate() {
            if let Some(to) = line.strip_prefix("huiyin-").and_then(|l| l.split(['.', ' ', '=']).next())
                && !allowed.contains(&to)
            {
                faults.push(format!("{path}:{}: no arrow leads from {name} to {to}", index + 1));
            }
        }
    }
    Ok(faults)
}
