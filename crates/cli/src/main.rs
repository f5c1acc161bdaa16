//! The binary `huiyin`: one command for each thing an operator does. It reads arguments, files and the
//! clock of the machine; what is decided is decided in `app` and below.

#![expect(clippy::disallowed_methods, reason = "the clock and the environment come in here")]

/// Prints a line. A reader that has gone (`| head`) ends the program quietly instead of with a panic.
macro_rules! println {
    () => {
        $crate::say(format_args!(""))
    };
    ($($words:tt)*) => {
        $crate::say(format_args!($($words)*))
    };
}

mod backup;
mod bench;
mod clock;
mod config;
mod demo_folder;
mod disk;
mod doctor;
mod explain;
mod import;
mod init;
mod keeping;
mod key;
mod office_key;
mod pack;
mod package;
mod plan;
mod reckon;
mod reindex;
mod reorganise;
mod reproject;
mod serve;
mod setup;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Gives freed memory back: a burst of password hashes or uploads leaves nothing behind, which glibc's allocator keeps.
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// 回音：信访工作系统 · the working system of an office that receives citizens' petitions.
#[derive(Parser)]
#[command(name = "huiyin", version, about, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Try it: a made-up county with 300 petitions in every stage, on this machine.
    Demo(serve::DemoArgs),
    /// Serve an installation.
    Serve(serve::ServeArgs),
    /// Make a new installation.
    Init(init::Args),
    /// Import a ledger kept before, or a list of places.
    Import(import::Args),
    /// Explain every clock of a matter, day by day and clause by clause.
    Explain(explain::Args),
    /// Reckon one period by flags, or many from a file.
    Reckon(reckon::Args),
    /// Measure intake, lifecycles, duties, search and the sweep beside bare SQLite; JSON.
    Bench(bench::Args),
    /// Say what is wrong with an installation and how to mend it.
    Doctor(doctor::Args),
    /// Work with packs (procedures as data).
    Pack(pack::Args),
    /// Read a response plan as an office wrote it.
    Plan(plan::Args),
    /// A unit that is split, merged or abolished: another takes over what it held.
    Reorganise(reorganise::Args),
    /// Make the search index anew from what is stored.
    Reindex(reindex::Args),
    /// Copy an installation into a folder, while it serves; the office key is kept apart.
    Backup(backup::BackupArgs),
    /// Put a backup back into an empty place.
    Restore(backup::RestoreArgs),
    /// Keep the office key: save it under a passphrase, put it back, rotate it.
    Key(key::Args),
    /// Show the office's clock beside the newest time that was believed, or say that it is right.
    Clock(clock::Args),
    /// Reckon every open period again, after a new holiday notice.
    Reproject(reproject::Args),
    /// Until when each archived file is kept, and which are past their time.
    Keeping(keeping::Args),
    /// The archive package of one matter (BagIt), which can be checked without this program.
    Package(package::Args),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let done = match cli.command {
        Command::Reckon(args) => reckon::run_command(args),
        Command::Plan(args) => plan::run_command(args),
        other => tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .map_err(Into::into)
            .and_then(|runtime| runtime.block_on(wait(other))),
    };
    done.unwrap_or_else(|error| {
        eprintln!("huiyin: {error:#}");
        ExitCode::FAILURE
    })
}

fn say(line: std::fmt::Arguments<'_>) {
    use std::io::Write;
    if writeln!(std::io::stdout(), "{line}").is_err() {
        std::process::exit(0);
    }
}

async fn wait(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Demo(args) => serve::demo(args).await,
        Command::Serve(args) => serve::serve(args).await,
        Command::Init(args) => init::run_command(args).await,
        Command::Import(args) => import::run_command(args).await,
        Command::Explain(args) => explain::run_command(args).await,
        Command::Bench(args) => bench::run_command(args).await,
        Command::Doctor(args) => doctor::run_command(args).await,
        Command::Reckon(args) => reckon::run_command(args),
        Command::Plan(args) => plan::run_command(args),
        Command::Pack(args) => pack::run_command(args).await,
        Command::Reorganise(args) => reorganise::run_command(args).await,
        Command::Reindex(args) => reindex::run_command(args).await,
        Command::Backup(args) => backup::backup(args).await,
        Command::Restore(args) => backup::restore(&args),
        Command::Key(args) => key::run_command(args).await,
        Command::Clock(args) => clock::run_command(args).await,
        Command::Reproject(args) => reproject::run_command(args).await,
        Command::Keeping(args) => keeping::run_command(args).await,
        Command::Package(args) => package::run_command(args).await,
    }
}
