//! `huiyin package NUMBER --out FOLDER`: the archive package of one matter (BagIt), for a court or an archive.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;

use crate::config::Place;
use crate::setup::{self, Make};

#[derive(clap::Args)]
pub struct Args {
    /// Number of the matter, such as 2026-000017-5-1.
    number: String,
    /// The folder to make; it must not be there yet.
    #[arg(long, value_name = "FOLDER")]
    out: PathBuf,
    #[command(flatten)]
    place: Place,
}

pub async fn run_command(args: Args) -> anyhow::Result<ExitCode> {
    anyhow::ensure!(!args.out.exists(), "`{}` is already there; name a folder that is not", args.out.display());
    let config = args.place.config()?;
    let opened = setup::open(&config, Make::Nothing).await?;
    let package = match huiyin_app::package::of_matter(&opened.office, &args.number).await {
        Ok(package) => package,
        Err(huiyin_app::AppError::NotFound) => {
            anyhow::bail!("there is no matter `{}` in `{}`", args.number, config.data.display())
        }
        Err(huiyin_app::AppError::Refused(why)) => anyhow::bail!("{why}"),
        Err(error) => return Err(error.into()),
    };
    // Built beside its place and moved there whole, so that no half package is ever found.
    let making = args.out.with_extension("part");
    for entry in &package.entries {
        let path = making.join(&entry.path);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).with_context(|| format!("making `{}`", folder.display()))?;
        }
        std::fs::write(&path, &entry.bytes).with_context(|| format!("writing `{}`", path.display()))?;
    }
    std::fs::rename(&making, &args.out).with_context(|| format!("moving the package to `{}`", args.out.display()))?;
    println!("{}: {} files", args.out.display(), package.entries.len());
    for missing in &package.missing {
        eprintln!("missing: {missing}");
    }
    Ok(if package.missing.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(2) })
}
