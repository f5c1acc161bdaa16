//! `huiyin reindex`: the search index made anew from what is stored; needed once after a release that reads texts
//! otherwise.

use std::io::{IsTerminal, Write};
use std::process::ExitCode;

use crate::config::Place;
use crate::setup::{self, Make};

/// Matters between two words on progress.
const STEP: u64 = 100;

#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    place: Place,
}

pub async fn run_command(args: Args) -> anyhow::Result<ExitCode> {
    let config = args.place.config()?;
    let opened = setup::open(&config, Make::Nothing).await?;
    let screen = std::io::stderr().is_terminal();
    let done = huiyin_app::reindex::reindex_all(&opened.office, &mut |n| {
        if screen && n.is_multiple_of(STEP) {
            // A screen that is gone is no reason to stop.
            write!(std::io::stderr(), "\r{n} matters").ok();
        }
    })
    .await?;
    println!("{done} matters indexed");
    Ok(ExitCode::SUCCESS)
}
