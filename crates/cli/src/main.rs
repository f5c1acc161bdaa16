//! The binary `huiyin`: one command for each thing an operator does. It reads arguments, files and the
//! clock of the machine; what is decided is decided in `app` and below.

mod pack;
mod reckon;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// 回音：信访工作系统 · the working system of an office that receives citizens' petitions.
#[derive(Parser)]
#[command(name = "huiyin", version, about, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Reckon one period by flags, or many from a file.
    Reckon(reckon::Args),
    /// Work with packs (procedures as data).
    Pack(pack::Args),
}

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Reckon(args) => reckon::run(args),
        Command::Pack(args) => pack::run(args),
    };
    done.unwrap_or_else(|error| {
        eprintln!("huiyin: {error:#}");
        ExitCode::FAILURE
    })
}
