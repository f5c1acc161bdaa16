//! `huiyin pack check FOLDER`: reads every pack under a folder, looks up every reference, runs its cases.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::Subcommand;

use huiyin_app::domain::ids::PackId;
use huiyin_app::move_pack::Mode;
use huiyin_app::{packs, rules};

use crate::config::{self, Place};
use crate::setup::{self, Make};

#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Check every pack under FOLDER (a pack is a folder with `pack.toml`); exit 1 when one is wrong.
    Check {
        /// Where to look, at any depth.
        folder: PathBuf,
    },
    /// Dry run: changed rules, or a changed calendar, over the matters received in a year; nothing is written.
    Try {
        /// The changed pack's folder.
        new: PathBuf,
        /// The year whose matters are looked at.
        #[arg(long, value_name = "YEAR")]
        on: i16,
        /// A changed calendar's folder of yearly notices; the shipped one when absent.
        #[arg(long, value_name = "FOLDER")]
        calendar: Option<PathBuf>,
        #[command(flatten)]
        place: Place,
        /// How many changes to list.
        #[arg(long, value_name = "N", default_value_t = 20)]
        show: usize,
    },
    /// Puts the packs and calendars under FOLDER into the store. Run `pack check` on it before; the office's own page
    /// does that by itself.
    Install {
        /// Where to look, at any depth.
        folder: Option<PathBuf>,
        /// Those that come with this program.
        #[arg(long, conflicts_with = "folder")]
        shipped: bool,
        /// A correction of the same rules under the same id takes the place of the text that is installed.
        #[arg(long)]
        replace: bool,
        #[command(flatten)]
        place: Place,
    },
    /// Puts a pack that was withdrawn in force again.
    Restore {
        /// Its id, such as cn/petition/2022.
        id: String,
        #[command(flatten)]
        place: Place,
    },
    /// What is installed, since when and by whom.
    List {
        #[command(flatten)]
        place: Place,
    },
    /// Moves the open matters of one version to another; says what it would do unless told `--write`. Move them back to
    /// undo it.
    Move {
        /// The version they are under, such as cn/petition/2022.
        from: String,
        /// The version they are to go on under.
        to: String,
        /// Do it; without this nothing is written.
        #[arg(long)]
        write: bool,
        #[command(flatten)]
        place: Place,
    },
    /// Writes the JSON Schema of a pack's TOML files to standard output, for editors.
    Schema,
    /// Draws each procedure under FOLDER as a page of pictures (Mermaid text) into OUT.
    Draw {
        /// Where packs are.
        folder: PathBuf,
        /// The Markdown file to write.
        out: PathBuf,
    },
}

pub async fn run_command(args: Args) -> anyhow::Result<ExitCode> {
    match args.command {
        Command::Check { folder } => check(&folder),
        Command::Try { new, on, calendar, place, show } => {
            let config = place.config()?;
            dry_run(&config, &new, on, calendar.as_deref(), show).await
        }
        Command::Install { folder, shipped, replace, place } => {
            let texts = match folder {
                Some(folder) => packs::texts_of(&folder)?,
                None if shipped => packs::shipped_texts(),
                None => anyhow::bail!(
                    "name a FOLDER with packs and calendars, or add --shipped for those that come with this program"
                ),
            };
            anyhow::ensure!(
                !texts.packs.is_empty() || !texts.calendars.is_empty(),
                "there is no pack (`pack.toml`) and no calendar (`calendar.toml`) in it"
            );
            install(&place.config()?, &texts, replace).await
        }
        Command::Restore { id, place } => {
            let opened = setup::open(&place.config()?, Make::Nothing).await?;
            rules::restore_at_machine(&opened.office, &id)
                .await
                .with_context(|| format!("there is no pack `{id}` in this store"))?;
            println!("`{id}` is in force again, from its day on");
            Ok(ExitCode::SUCCESS)
        }
        Command::List { place } => list(&place.config()?).await,
        Command::Move { from, to, write, place } => {
            let config = place.config()?;
            move_open(&config, &from, &to, if write { Mode::Write } else { Mode::Look }).await
        }
        Command::Schema => {
            println!("{}", serde_json::to_string_pretty(&huiyin_rules::schema())?);
            Ok(ExitCode::SUCCESS)
        }
        Command::Draw { folder, out } => {
            let text = packs::draw_folder(&folder)?;
            std::fs::write(&out, text).with_context(|| format!("writing `{}`", out.display()))?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

async fn install(config: &config::Config, texts: &packs::Texts, replace: bool) -> anyhow::Result<ExitCode> {
    let opened = setup::open(config, Make::Nothing).await?;
    let done = rules::install(&opened.office, texts, replace).await.map_err(setup::in_words)?;
    for (what, keys) in [("installed", &done.new), ("replaced", &done.replaced), ("there already", &done.same)] {
        for key in keys {
            println!("{what:<14}{key}");
        }
    }
    if done.replaced.iter().any(|k| k.starts_with("calendar:")) {
        println!(
            "a calendar has changed: run `huiyin reproject --data {}` to reckon what is open again",
            config.data.display()
        );
    }
    Ok(ExitCode::SUCCESS)
}

async fn list(config: &config::Config) -> anyhow::Result<ExitCode> {
    let opened = setup::open(config, Make::Nothing).await?;
    let library = opened.office.library();
    let directory = opened.office.directory().await?;
    let who = |signed: &rules::Signed| {
        let by = signed
            .by
            .as_ref()
            .map_or("operator", |id| directory.officer(id).map_or(id.0.as_str(), |o| o.login.as_str()));
        format!("{} {by}", signed.at.to_zoned_datetime(opened.office.zone().clone()).strftime("%F %H:%M"))
    };
    for one in rules::installed(&opened.office).await? {
        let since = library
            .book(&PackId(one.id.clone()))
            .map(|b| format!("  in force from {}", b.force_from))
            .unwrap_or_default();
        let out = one.withdrawn.as_ref().map(|w| format!("  withdrawn {}", who(w))).unwrap_or_default();
        println!(
            "{:<10}{:<28}{}  {}{since}{out}",
            one.kind.word(),
            one.id,
            one.short(),
            who(one.approved.as_ref().unwrap_or(&one.uploaded))
        );
    }
    Ok(ExitCode::SUCCESS)
}

async fn move_open(config: &config::Config, from: &str, to: &str, mode: Mode) -> anyhow::Result<ExitCode> {
    let opened = setup::open(config, Make::Nothing).await?;
    let library = opened.office.library();
    for id in [from, to] {
        if library.book(&PackId(id.to_owned())).is_none() {
            let known: Vec<String> = library.books().map(|b| b.id.0.clone()).collect();
            anyhow::bail!("there is no pack `{id}` here; known: {}", known.join(", "));
        }
    }
    let done =
        match huiyin_app::move_pack::move_all(&opened.office, &PackId(from.to_owned()), &PackId(to.to_owned()), mode)
            .await
        {
            Err(huiyin_app::AppError::Refused(why)) => anyhow::bail!("{why}"),
            other => other?,
        };
    let verb = if mode == Mode::Write { "moved" } else { "would be moved (nothing was written; add --write)" };
    for (number, why) in &done.left {
        println!("  left: {number}: {why}");
    }
    println!(
        "{} open matters {verb} from {from} to {to}; {} periods come out otherwise; {} left",
        done.matters,
        done.periods,
        done.left.len()
    );
    Ok(ExitCode::SUCCESS)
}

async fn dry_run(
    config: &config::Config,
    new: &std::path::Path,
    year: i16,
    calendar: Option<&std::path::Path>,
    show: usize,
) -> anyhow::Result<ExitCode> {
    let book = packs::read_one(new)?;
    let opened = setup::open(config, Make::Nothing).await?;
    let calendar = match calendar {
        Some(folder) => std::sync::Arc::new(packs::read_calendar_folder(folder, &book.calendar)?),
        None => opened
            .office
            .library()
            .calendar(&book.calendar)
            .with_context(|| format!("there is no calendar `{}`", book.calendar))?,
    };
    let found = huiyin_app::dry_run::try_rules(&opened.office, &book, &calendar, year).await?;
    let count = |test: fn(&huiyin_app::dry_run::Change) -> bool| found.changes.iter().filter(|c| test(c)).count();
    println!(
        "{}: {} matters received in {year}, {} clocks reckoned again; nothing was written",
        book.id, found.matters, found.clocks
    );
    println!("  {} due days would move", count(|c| c.was != c.would_be));
    println!(
        "  {} duties would be late that are not, {} would no longer be late",
        count(|c| c.newly_late),
        count(|c| c.no_longer_late)
    );
    println!("  {} duties would be owed by another", count(|c| c.other_hands));
    if !found.strangers.is_empty() {
        println!(
            "  {} matters are in a state that the new pack does not have: {}",
            found.strangers.len(),
            found.strangers.iter().take(show).cloned().collect::<Vec<_>>().join(", ")
        );
    }
    if !found.unknown_clocks.is_empty() {
        println!(
            "  clocks the new pack does not have: {}",
            found.unknown_clocks.iter().cloned().collect::<Vec<_>>().join(", ")
        );
    }
    for c in found.changes.iter().take(show) {
        let then = if c.newly_late {
            ", would be late"
        } else if c.no_longer_late {
            ", would not be late"
        } else {
            ""
        };
        println!("    {}  {}: {} → {}{then}", c.number, c.clock, c.was, c.would_be);
    }
    if found.changes.len() > show {
        println!("    … {} more; --show lists them", found.changes.len() - show);
    }
    Ok(ExitCode::SUCCESS)
}

fn check(folder: &std::path::Path) -> anyhow::Result<ExitCode> {
    let checked =
        packs::check_folder(folder).with_context(|| format!("checking packs under `{}`", folder.display()))?;
    if checked.is_empty() {
        anyhow::bail!("there is no pack under `{}`; a pack is a folder with a `pack.toml`", folder.display());
    }
    let mut wrong = 0;
    for pack in &checked {
        match &pack.result {
            Ok(shown) => println!(
                "{}: in order; {} cases; 8 properties and the floor shown over {} states and {} steps, {} side procedures apart",
                pack.folder, shown.cases, shown.proof.states, shown.proof.steps, shown.proof.side_explorations
            ),
            Err(errors) => {
                wrong += 1;
                for error in errors {
                    println!("{error}");
                }
                println!("{}: refused, {} errors", pack.folder, errors.len());
            }
        }
    }
    println!("{} packs in order, {wrong} refused", checked.len() - wrong);
    Ok(if wrong == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
