//! `huiyin clock`: what the office's clock shows beside the newest time that was believed; `--confirm` says that it is
//! right.

use std::process::ExitCode;

use huiyin_app::office_clock;

use crate::config::Place;
use crate::setup::{self, Make};

#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    place: Place,
    /// Say that the clock is right; what it has made due is worked from then on.
    #[arg(long)]
    confirm: bool,
}

pub async fn run_command(args: Args) -> anyhow::Result<ExitCode> {
    let config = args.place.config()?;
    let opened = setup::open(&config, Make::Nothing).await?;
    let Some(leap) = office_clock::look(&opened.office).await? else {
        println!("the clock shows {} and is believed", opened.office.now().at);
        return Ok(ExitCode::SUCCESS);
    };
    println!("the clock shows {}, and the newest time that was believed is {}", leap.shown, leap.seen);
    if !args.confirm {
        println!(
            "nothing that is due is worked meanwhile; set the clock right, or run `huiyin clock --confirm` if it is right"
        );
        return Ok(ExitCode::from(2));
    }
    office_clock::confirm_at_machine(&opened.office).await?;
    println!("confirmed; what is due is worked from now on");
    Ok(ExitCode::SUCCESS)
}
