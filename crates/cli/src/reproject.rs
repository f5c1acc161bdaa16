//! `huiyin reproject`: after a new holiday notice, every open period is reckoned again; what moves is on record.

use std::process::ExitCode;

use crate::config::Place;
use crate::setup::{self, Make};

#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    place: Place,
}

pub async fn run_command(args: Args) -> anyhow::Result<ExitCode> {
    let config = args.place.config()?;
    let opened = setup::open(&config, Make::Nothing).await?;
    let done = huiyin_app::reproject::reproject_all(&opened.office).await?;
    println!(
        "{} matters looked at; {} periods moved, {} no longer provisional or newly so, {} left to a second run",
        done.matters, done.moved, done.settled, done.left
    );
    Ok(if done.left == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
