//! `huiyin reproject`: after a new holiday notice, every open period is reckoned again; what moves is on record.

use std::path::PathBuf;
use std::process::ExitCode;

use crate::config;
use crate::setup::{self, Make};

#[derive(clap::Args)]
pub struct Args {
    /// Data folder.
    #[arg(long, value_name = "FOLDER", default_value = "huiyin-data")]
    data: PathBuf,
    /// Configuration file.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

pub async fn run(args: Args) -> anyhow::Result<ExitCode> {
    let config = config::load(args.config.as_deref(), Some(&args.data), None)?;
    let opened = setup::open(&config, Make::Nothing).await?;
    let done = huiyin_app::reproject::run(&opened.office).await?;
    println!(
        "{} matters looked at; {} periods moved, {} no longer provisional or newly so, {} left to a second run",
        done.matters, done.moved, done.settled, done.left
    );
    Ok(if done.left == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
