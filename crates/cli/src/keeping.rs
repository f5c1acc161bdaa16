//! `huiyin keeping`: which archived files are kept until when, and which are past their time.

use std::process::ExitCode;

use crate::config::Place;
use crate::setup::{self, Make};

#[derive(clap::Args)]
pub struct Args {
    /// Only files whose time is over.
    #[arg(long)]
    over: bool,
    #[command(flatten)]
    place: Place,
}

pub async fn run_command(args: Args) -> anyhow::Result<ExitCode> {
    let opened = setup::open(&args.place.config()?, Make::Nothing).await?;
    let shelf = huiyin_app::keeping::shelf(&opened.office).await?;
    for file in shelf.iter().filter(|f| f.over || !args.over) {
        let until = file.through.map_or_else(|| "for ever".to_owned(), |day| format!("through {day}"));
        let mut marks = Vec::new();
        for (mark, holds) in
            [("time is over", file.over), ("on hold", file.on_hold), ("destruction proposed", file.proposed)]
        {
            marks.extend(holds.then_some(mark));
        }
        println!("{}  kept {until}{}{}", file.number, if marks.is_empty() { "" } else { "; " }, marks.join(", "));
    }
    println!("{} archived files, {} past their time", shelf.len(), shelf.iter().filter(|f| f.over).count());
    Ok(ExitCode::SUCCESS)
}
