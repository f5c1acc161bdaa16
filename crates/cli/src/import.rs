//! `huiyin import FILE`: ledgers kept before, or a place list, into an installation; safe to run again.

use std::collections::HashMap;
use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use huiyin_app::import::{self, Fault, Mapping, Run};
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

pub async fn run_command(args: Args) -> anyhow::Result<ExitCode> {
    let config = args.place.config()?;
    let bytes = std::fs::read(&args.file).with_context(|| format!("cannot read `{}`", args.file.display()))?;
    let grids = import::read(&bytes).with_context(|| format!("`{}`", args.file.display()))?;
    let mapping = match &args.map {
        None => Mapping::default(),
        Some(path) => {
            let text = std::fs::read_to_string(path).with_context(|| format!("cannot read `{}`", path.display()))?;
            Mapping::parse(&text).map_err(anyhow::Error::msg).with_context(|| format!("`{}`", path.display()))?
        }
    };
    let opened = setup::open(&config, Make::Nothing).await?;
    let name = args.file.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let source = args.source.unwrap_or_else(|| source_of(&name));
    let bar = if std::io::stderr().is_terminal() {
        ProgressBar::new(u64::try_from(import::rows(&grids))?)
    } else {
        ProgressBar::hidden()
    };
    bar.set_style(ProgressStyle::with_template("{bar:40} {pos}/{len} {eta}")?);
    let run = if args.dry_run { Run::Dry } else { Run::Real };
    let report = import::import_rows(&opened.office, grids, &mapping, &source, run, &mut |done| {
        bar.set_position(u64::try_from(done).unwrap_or(0))
    })
    .await?;
    bar.finish_and_clear();
    for (what, faults) in [("refused", &report.refused), ("look at", &report.notes)] {
        for line in named(faults) {
            println!("{}: {what}: {line}", args.file.display());
        }
    }
    if args.dry_run {
        println!("dry run: nothing was written");
    }
    println!("{} imported, {} known, {} refused", report.imported, report.known, report.refused.len());
    Ok(if report.is_whole() { ExitCode::SUCCESS } else { ExitCode::from(2) })
}

/// Rows named for one and the same fault.
const ROWS: usize = 20;

/// Faults in words; the same fault of many rows is said once, with the rows.
fn named(faults: &[Fault]) -> Vec<String> {
    let mut groups: Vec<(&Fault, Vec<usize>)> = Vec::new();
    let mut known: HashMap<(&str, &str, &str), usize> = HashMap::new();
    for fault in faults {
        let at = *known.entry((&fault.sheet, &fault.column, &fault.message)).or_insert(groups.len());
        match groups.get_mut(at) {
            Some((_, rows)) => rows.push(fault.line),
            None => groups.push((fault, vec![fault.line])),
        }
    }
    let one = |(fault, rows): (&Fault, Vec<usize>)| {
        let more: Vec<String> = rows.iter().skip(1).take(ROWS).map(usize::to_string).collect();
        let left = rows.len().saturating_sub(1 + ROWS);
        match (more.is_empty(), left) {
            (true, _) => fault.to_string(),
            (_, 0) => format!("{fault} (so also row {})", more.join(", ")),
            _ => format!("{fault} (so also row {} and {left} more)", more.join(", ")),
        }
    };
    groups.into_iter().map(one).collect()
}

/// The source a file's name says: without its ending, so that 2025.1月台账 and 2025.2月台账 are two.
fn source_of(name: &str) -> String {
    let lower = name.to_ascii_lowercase();
    let endings = [".gz", ".xlsx", ".csv", ".txt", ".jsonl", ".ndjson", ".json", ".tsv"];
    let mut end = name.len();
    while let Some(found) = lower.get(..end).and_then(|l| endings.iter().find(|e| l.ends_with(**e))) {
        end -= found.len();
    }
    name.get(..end).unwrap_or(name).to_owned()
}
