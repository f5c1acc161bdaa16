//! `huiyin init`: a new installation. Asks nothing when there is no terminal; the password is then made and printed.

use std::io::{BufRead, IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use huiyin_app::{directory, packs, rules};
use huiyin_domain::ids::UnitId;
use huiyin_domain::posts::{Power, UnitRole};
use huiyin_domain::unit::Unit;

use crate::config;
use crate::setup::{self, Make};

#[derive(clap::Args)]
pub struct Args {
    /// Folder to make.
    #[arg(long, value_name = "FOLDER")]
    data: PathBuf,
    /// Configuration file.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Name of the petition office.
    #[arg(long, value_name = "NAME")]
    office_name: Option<String>,
    /// Packs and calendars of this folder instead of those that come with the program.
    #[arg(long, value_name = "FOLDER")]
    packs: Option<PathBuf>,
    /// Sign-in name of the first administrator.
    #[arg(long, value_name = "LOGIN", default_value = "admin")]
    admin: String,
}

pub async fn run_command(args: Args) -> anyhow::Result<ExitCode> {
    let config = config::load(args.config.as_deref(), Some(&args.data), None)?;
    anyhow::ensure!(
        directory::is_code(&config.front_office),
        "`front_office` is `{}`; a unit's code has small letters and digits only, such as `petitions`",
        config.front_office
    );
    let opened = setup::open(&config, Make::Folder).await?;
    if !opened.office.directory().await?.units.is_empty() {
        println!("`{}` is set up already; nothing was changed", config.data.display());
        return Ok(ExitCode::SUCCESS);
    }
    // A name that is given stands for every language until another is entered; only the name for want of one has two.
    let (name, name_en) = match args.office_name {
        Some(name) => (name, String::new()),
        None => {
            let asked = if std::io::stdin().is_terminal() {
                read_answer("信访部门名称 · name of the petition office [信访局]: ")?
            } else {
                None
            };
            asked.map_or_else(|| ("信访局".to_owned(), "Petition Office".to_owned()), |name| (name, String::new()))
        }
    };
    let password = huiyin_app::random_hex(8)?;
    match &args.packs {
        Some(folder) => {
            drop(rules::install(&opened.office, &packs::texts_of(folder)?, false).await.map_err(setup::in_words)?)
        }
        None => drop(setup::install_shipped(&opened.office, false).await?),
    }
    let kinds = opened.office.library().vocabulary().kinds;
    let kind = kinds
        .iter()
        .find(|k| k.role == UnitRole::PetitionOffice)
        .map(|k| k.id)
        .context("no installed pack names a kind of unit that is a petition office")?;
    let unit = Unit {
        id: UnitId::new(&config.front_office),
        name,
        name_en,
        kind,
        superior: None,
        address: String::new(),
        telephone: String::new(),
        hours: String::new(),
        procedure: String::new(),
        letters: String::new(),
        active: true,
    };
    let vocabulary = opened.office.library().vocabulary();
    let keeper = vocabulary
        .posts
        .iter()
        .find(|p| p.may.contains(&Power::Administer))
        .context("no installed pack names a post that looks after the office")?;
    let called = keeper.label.get(opened.office.binding().code()).to_owned();
    directory::found(&opened.office, unit, &args.admin, &called, &password).await?;
    println!("made `{}` ({})", config.data.display(), opened.office.backend());
    println!("sign in as `{}` with the password `{password}` and change it", args.admin);
    println!("start it with: huiyin serve --data {}", config.data.display());
    Ok(ExitCode::SUCCESS)
}

fn read_answer(question: &str) -> anyhow::Result<Option<String>> {
    print!("{question}");
    std::io::stdout().flush()?;
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    Ok(Some(line.trim().to_owned()).filter(|l| !l.is_empty()))
}
