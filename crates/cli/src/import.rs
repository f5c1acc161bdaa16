//! `huiyin import FILE`: ledgers kept before, or a place list, into an installation; safe to run again.

use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use huiyin_app::import::{self, Mapping, Run};
use indicatif::{ProgressBar, ProgressStyle};

use crate::config::Place;
use crate::setup::{self, Make};

#[derive(clap::Args)]
pub struct Args {
    /// JSON Lines, CSV or xlsx, also gzipped; or a list of places (columns `code` and `name`).
    file: PathBuf,
    #[command(flatten)]
    place: Place,
    /// Mapping of headings: a TOML file with `[map]` and lines like "来文内容" = "text".
    #[arg(long, value_name = "FILE")]
    map: Option<PathBuf>,
    /// Name of the source; with a row's own id it tells whether the row is known. The file's name when not given.
    #[arg(long, value_name = "NAME")]
    source: Option<String>,
    /// Say what would happen and write nothing.
    #[arg(long)]
    dry_run: bool,
}

pub async fn run(args: Args) -> anyhow::Result<ExitCode> {
    let config = args.place.config()?;
    let bytes = std::fs::read(&args.file).with_context(|| format!("cannot read `{}`", args.file.display()))?;
    let table = import::read(&bytes).with_context(|| format!("`{}`", args.file.display()))?;
    let mapping = match &args.map {
        None => Mapping::default(),
        Some(path) => {
            let text = std::fs::read_to_string(path).with_context(|| format!("cannot read `{}`", path.display()))?;
            Mapping::parse(&text).map_err(anyhow::Error::msg).with_context(|| format!("`{}`", path.display()))?
        }
    };
    let opened = setup::open(&config, Make::Nothing).await?;
    let name = args.file.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let source = args.source.unwrap_or_else(|| name.split('.').next().unwrap_or_default().to_owned());
    let bar = if std::io::stderr().is_terminal() { ProgressBar::new(u64::try_from(table.rows.len())?) } else { ProgressBar::hidden() };
    bar.set_style(ProgressStyle::with_template("{bar:40} {pos}/{len} {eta}")?);
    let run = if args.dry_run { Run::Dry } else { Run::Real };
    let report = import::run(&opened.office, &table, &mapping, &source, run, |done| bar.set_position(u64::try_from(done).unwrap_or(0))).await?;
    bar.finish_and_clear();
    for fault in &report.refused {
        println!("{}: {fault}", args.file.display());
    }
    if args.dry_run {
        println!("dry run: nothing was written");
    }
    println!("{} imported, {} known, {} refused", report.imported, report.known, report.refused.len());
    Ok(if report.refused.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(2) })
}
