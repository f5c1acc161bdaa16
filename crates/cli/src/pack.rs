//! `huiyin pack check FOLDER`: reads every pack under a folder, looks up every reference, runs its cases.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::Subcommand;

#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Check every pack under FOLDER (a pack is a folder with `pack.toml`); exit 1 when one is wrong.
    Check {
        /// Where to look, at any depth.
        folder: PathBuf,
    },
}

pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let Command::Check { folder } = args.command;
    let checked = huiyin_app::packs::check_folder(&folder).with_context(|| format!("checking packs under `{}`", folder.display()))?;
    if checked.is_empty() {
        anyhow::bail!("there is no pack under `{}`; a pack is a folder with a `pack.toml`", folder.display());
    }
    let mut wrong = 0;
    for pack in &checked {
        match &pack.result {
            Ok(shown) => println!(
                "{}: in order; {} cases; 7 properties shown over {} states and {} steps, {} side procedures apart",
                pack.folder, shown.cases, shown.proof.states, shown.proof.steps, shown.proof.side_explorations
            ),
            Err(errors) => {
                wrong += 1;
                for error in errors {
                    println!("{error}");
                }
                println!("{}: refused, {} errors", pack.folder, errors.len());
            }
        }
    }
    println!("{} packs in order, {wrong} refused", checked.len() - wrong);
    Ok(if wrong == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
