//! `huiyin reorganise FROM TO`: the unit that continues another's powers takes over what it held (art. 24).

use std::process::ExitCode;

use huiyin_app::domain::ids::UnitId;
use huiyin_app::move_pack::Mode;

use crate::config::Place;
use crate::setup::{self, Make};

#[derive(clap::Args)]
pub struct Args {
    /// The unit that is split, merged or abolished.
    from: String,
    /// The unit that continues its powers.
    to: String,
    /// Only matters of this content class: a unit that is split.
    #[arg(long, value_name = "CLASS")]
    class: Option<String>,
    /// Do it; without this nothing is written.
    #[arg(long)]
    write: bool,
    #[command(flatten)]
    place: Place,
}

pub async fn run_command(args: Args) -> anyhow::Result<ExitCode> {
    let config = args.place.config()?;
    let opened = setup::open(&config, Make::Nothing).await?;
    let mode = if args.write { Mode::Write } else { Mode::Look };
    let (from, to) = (UnitId::new(&args.from), UnitId::new(&args.to));
    let done = match huiyin_app::reorganise::succeed_unit(&opened.office, &from, &to, args.class.as_deref(), mode).await
    {
        Err(huiyin_app::AppError::Refused(why)) => anyhow::bail!("{why}"),
        other => other?,
    };
    for (number, why) in &done.left {
        println!("  left: {number}: {why}");
    }
    let verb = if args.write { "passed" } else { "would pass (nothing was written; add --write)" };
    println!(
        "{} open matters with {} duties {verb} from {from} to {to}; {} left",
        done.matters,
        done.periods,
        done.left.len()
    );
    Ok(ExitCode::SUCCESS)
}
