//! House rules that a machine can check (STYLE rule 33): arrows between crates and circles within them, dependencies
//! and their licences, length of files, first lines, refusals, migrations, and what the repository may not speak of.
//! `cargo run -p xtask -- tidy`.

mod arrows;
mod circles;
mod dependencies;
mod forbidden;
mod licences;
mod pack_ids;
mod pack_words;
mod text;

use std::path::PathBuf;
use std::process::ExitCode;

fn main() -> anyhow::Result<ExitCode> {
    match std::env::args().nth(1).as_deref() {
        Some("tidy") => {}
        Some("pack-words") => {
            pack_words::write(&root(), &text::files(&root())?)?;
            return Ok(ExitCode::SUCCESS);
        }
        _ => anyhow::bail!("usage: cargo run -p xtask -- tidy | pack-words"),
    }
    let faults = tidy(&root())?;
    for fault in &faults {
        println!("{fault}");
    }
    println!("tidy: {} faults", faults.len());
    Ok(if faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Everything that breaks a rule, as `file:line: words`.
fn tidy(root: &std::path::Path) -> anyhow::Result<Vec<String>> {
    let files = text::files(root)?;
    let mut faults = arrows::check(root)?;
    faults.extend(dependencies::check(root, &files)?);
    faults.extend(licences::check(root)?);
    faults.extend(circles::check(&files));
    faults.extend(text::check(&files));
    faults.extend(forbidden::check(&files));
    faults.extend(pack_words::check(&files));
    faults.extend(pack_ids::check(&files));
    Ok(faults)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_house_is_tidy() {
        assert_eq!(tidy(&root()).unwrap(), Vec::<String>::new());
    }

    #[test]
    fn a_refused_field_is_found() {
        let file = |path: &str, text: &str| text::File { path: path.into(), text: text.into() };
        let (field, column) = (forbidden::samples()[0], forbidden::samples()[1]);
        let found = forbidden::check(&[
            file("crates/x/src/a.rs", &format!("pub struct P {{\n    pub {field}: u8,\n}}\n")),
            file("crates/x/m.sql", &format!("CREATE TABLE t (\n  {column} TEXT NOT NULL\n);\n")),
        ]);
        assert_eq!(found.len(), 2, "{found:?}");
    }
}
