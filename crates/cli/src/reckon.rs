//! `huiyin reckon`: one period by flags, or many as JSON Lines, in order and on all cores.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use huiyin_app::packs::shipped_calendars;
use huiyin_app::reckoning::{Case, reckon_case, reckon_line};
use huiyin_domain::calendar::WorkCalendar;
use huiyin_domain::reckon::DayUnit;
use jiff::civil::Date;

/// Lines reckoned between two writes.
const BATCH: usize = 65_536;

#[derive(clap::Args)]
pub struct Args {
    /// Working-day calendar.
    #[arg(long, default_value = "cn")]
    calendar: String,
    /// Cases as JSON Lines:
    /// {"id":1,"start":"2025-09-20","period":15,"unit":"calendar_days","stops":[["2025-09-22","2025-09-25"]],"extension":0}
    #[arg(long, value_name = "FILE", requires = "out", conflicts_with_all = ["start", "period", "unit", "stop", "extension"])]
    r#in: Option<PathBuf>,
    /// Where the results go, one line for each case, in the same order.
    #[arg(long, value_name = "FILE", requires = "in")]
    out: Option<PathBuf>,
    /// Day 0, for example 2025-09-20.
    #[arg(long, value_name = "DAY", required_unless_present = "in")]
    start: Option<Date>,
    /// Number of days.
    #[arg(long, value_name = "N", required_unless_present = "in")]
    period: Option<u32>,
    /// calendar_days or working_days.
    #[arg(long, value_name = "UNIT", default_value = "calendar_days", value_parser = unit)]
    unit: DayUnit,
    /// Days not counted, FROM..TO (TO is counted again); may be given several times.
    #[arg(long, value_name = "FROM..TO", value_parser = stop)]
    stop: Vec<(Date, Date)>,
    /// Further days from the nominal day.
    #[arg(long, value_name = "N", default_value_t = 0)]
    extension: u32,
}

fn unit(text: &str) -> Result<DayUnit, String> {
    serde_json::from_value(serde_json::Value::String(text.replace('-', "_")))
        .map_err(|_| "write calendar_days or working_days".to_owned())
}

fn stop(text: &str) -> Result<(Date, Date), String> {
    let (from, to) = text.split_once("..").ok_or("write it as 2026-03-11..2026-03-20")?;
    let day = |t: &str| t.parse::<Date>().map_err(|_| format!("`{t}` is not a day like 2026-03-11"));
    Ok((day(from)?, day(to)?))
}

pub fn run_command(args: Args) -> anyhow::Result<ExitCode> {
    let calendars = shipped_calendars()?;
    let calendar = calendars.get(&args.calendar).with_context(|| {
        let known: Vec<&str> = calendars.keys().map(String::as_str).collect();
        format!("there is no calendar `{}`; known: {}", args.calendar, known.join(", "))
    })?;
    match (args.r#in, args.out, args.start, args.period) {
        (Some(from), Some(to), _, _) => many(calendar, &from, &to),
        (_, _, Some(start), Some(period)) => {
            let case = Case {
                id: serde_json::Value::Null,
                start,
                period,
                unit: args.unit,
                stops: args.stop,
                extension: args.extension,
            };
            let outcome = reckon_case(calendar, case).map_err(anyhow::Error::msg)?;
            println!("nominal {}", outcome.nominal);
            println!(
                "legal   {}{}",
                outcome.legal,
                if outcome.provisional { "  (provisional: a calendar not yet published could change it)" } else { "" }
            );
            for reason in &outcome.reasons {
                println!(
                    "  [{}, {})  {}",
                    reason.from,
                    reason.to,
                    serde_json::to_value(reason.why)?.as_str().unwrap_or_default()
                );
            }
            Ok(ExitCode::SUCCESS)
        }
        _ => anyhow::bail!("give --start and --period, or --in and --out"),
    }
}

fn many(calendar: &WorkCalendar, from: &Path, to: &Path) -> anyhow::Result<ExitCode> {
    if std::fs::canonicalize(from).ok().is_some_and(|f| std::fs::canonicalize(to).ok() == Some(f)) {
        anyhow::bail!("--in and --out are the same file; choose another place for the results");
    }
    let reader = BufReader::with_capacity(
        1 << 20,
        File::open(from).with_context(|| format!("cannot read `{}`", from.display()))?,
    );
    let mut writer = BufWriter::with_capacity(
        1 << 20,
        File::create(to).with_context(|| format!("cannot write `{}`", to.display()))?,
    );
    let (mut done, mut refused, mut first) = (0_usize, 0_usize, 0_usize);
    let mut batch = Vec::with_capacity(BATCH);
    let mut lines = reader.split(b'\n');
    loop {
        batch.clear();
        for line in lines.by_ref().take(BATCH) {
            batch.push(line.with_context(|| format!("reading `{}`", from.display()))?);
        }
        if batch.is_empty() {
            break;
        }
        for (index, result) in reckon_batch(calendar, &batch).into_iter().enumerate() {
            match result {
                None => {}
                Some(Ok(line)) => {
                    done += 1;
                    writeln!(writer, "{line}")?;
                }
                Some(Err((id, why))) => {
                    refused += 1;
                    eprintln!("{}:{}: {why}", from.display(), first + index + 1);
                    writeln!(writer, "{}", serde_json::json!({ "id": id, "error": why }))?;
                }
            }
        }
        first += batch.len();
    }
    writer.flush()?;
    eprintln!("{done} reckoned, {refused} refused");
    Ok(if refused == 0 { ExitCode::SUCCESS } else { ExitCode::from(2) })
}

type LineResult = Option<Result<String, (serde_json::Value, String)>>;

fn reckon_batch(calendar: &WorkCalendar, batch: &[Vec<u8>]) -> Vec<LineResult> {
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    let share = batch.len().div_ceil(workers).max(1);
    std::thread::scope(|scope| {
        let parts: Vec<_> = batch
            .chunks(share)
            .map(|part| scope.spawn(move || part.iter().map(|line| line_result(calendar, line)).collect::<Vec<_>>()))
            .collect();
        parts.into_iter().flat_map(|p| p.join().unwrap_or_default()).collect()
    })
}

fn line_result(calendar: &WorkCalendar, line: &[u8]) -> LineResult {
    let Ok(text) = std::str::from_utf8(line) else {
        return Some(Err((serde_json::Value::Null, "not UTF-8".to_owned())));
    };
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.is_empty() {
        return None;
    }
    Some(reckon_line(calendar, text).map_err(|why| {
        let id =
            serde_json::from_str::<serde_json::Value>(text).ok().and_then(|v| v.get("id").cloned()).unwrap_or_default();
        (id, why)
    }))
}
