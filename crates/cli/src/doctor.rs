//! `huiyin doctor`: what is wrong with an installation and how to mend it.

use std::io::{IsTerminal, Write};
use std::process::ExitCode;

use huiyin_app::sign_in::published;
use huiyin_app::{Office, office_clock, verify};
use huiyin_domain::posts::Power;
use huiyin_domain::unit::{Directory, Officer};
use huiyin_storage_postgres::Protection;

use crate::backup;
use crate::config::Place;
use crate::setup::{self, Make};

#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    place: Place,
    /// Compare everything that is kept with the record: chains, texts, words, files, papers, duties. It reads all of
    /// it.
    #[arg(long)]
    deep: bool,
}

pub async fn run_command(args: Args) -> anyhow::Result<ExitCode> {
    let config = args.place.config()?;
    let opened = setup::open(&config, Make::Nothing).await?;
    let office = &opened.office;
    let mut wrong = Vec::new();
    office.ready().await?;
    println!("store       {} answers{}", office.backend(), opened.protection.map_or("", way));
    for orphan in office.orphans().await? {
        wrong.push(format!(
            "the matter `{orphan}` has duties and is not there; nothing works them: restore it from a backup"
        ));
    }
    let directory = office.directory().await?;
    println!("directory   {} units, {} officers", directory.units.len(), directory.officers.len());
    if directory.unit(office.front_office()).is_none() {
        wrong.push(format!(
            "`front_office` is `{}`, but there is no such unit; set it to the code of the petition office",
            office.front_office()
        ));
    }
    wrong.extend(units_lack(&directory));
    let today = office.now().today();
    match office.library().in_force(&config.procedure, today) {
        Some(book) => {
            println!("pack        {}", book.id);
            let published = office.library().calendar(&book.calendar).and_then(|c| c.last_published());
            match published {
                Some(year) if year < today.year() => wrong.push(format!(
                    "the holiday notice of {} is not in calendar `{}`; due days are provisional until it is put in (under rules and calendars, or `huiyin pack install`)",
                    today.year(),
                    book.calendar
                )),
                Some(year) => println!("calendar    {} up to {year}", book.calendar),
                None => wrong.push(format!("calendar `{}` has no published year", book.calendar)),
            }
        }
        None => wrong.push(format!(
            "no pack of `{}` is in force today; put one in with `huiyin pack install`",
            config.procedure
        )),
    }
    match huiyin_app::papers::missing_faces(office) {
        None => wrong.push("no Chinese face was found, so papers cannot be set as PDF; install the Debian package `fonts-noto-cjk` or set `faces`".into()),
        Some(missing) => println!("faces       papers can be set; not here, others stand in: {}", missing.join(", ")),
    }
    if let Some(leap) = office_clock::look(office).await? {
        wrong.push(format!(
            "the clock shows {} and the newest time that was believed is {}: nothing that is due is worked; set the clock right, or run `huiyin clock --confirm`",
            leap.shown, leap.seen
        ));
    }
    wrong.extend(backup::wants(&config).map(str::to_owned));
    if args.deep {
        wrong.extend(deep(office).await?);
    }
    let open = published::look(office).await?;
    if !open.is_empty() {
        wrong.push(open_doors(&open));
    }
    for line in &wrong {
        println!("mend        {line}");
    }
    println!("{}", if wrong.is_empty() { "all in order" } else { "see `mend` above" });
    Ok(if wrong.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(2) })
}

/// What units in use lack: somebody in each post that works, a telephone, a superior; and whoever looks after them.
fn units_lack(directory: &Directory) -> Vec<String> {
    let mut wrong = Vec::new();
    for unit in directory.units.iter().filter(|u| u.active && !directory.is_outside(&u.id)) {
        for post in directory.vocabulary.with(Power::Work) {
            if directory.holders(&unit.id, post).is_empty() {
                wrong.push(format!(
                    "{}: nobody holds the post `{}`; duties of it will be recorded as \"nobody on duty\"",
                    unit.name,
                    post.word()
                ));
            }
        }
        if unit.telephone.is_empty() {
            wrong.push(format!("{}: no telephone is published (art. 18); add it under units", unit.name));
        }
        if unit.superior.is_none() {
            wrong.push(format!(
                "{}: no superior is named, so reviews and escalation have nowhere to go; add one, external if need be",
                unit.name
            ));
        }
    }
    if !directory.officers.iter().any(|o| o.active && directory.vocabulary.may(&o.posts, Power::Administer)) {
        wrong.push(
            "nobody can look after units and officers: no active officer sits in a post that may `administer`".into(),
        );
    }
    wrong
}

/// How the way to the database is protected, in words.
const fn way(protection: Protection) -> &'static str {
    match protection {
        Protection::Local => ", on this machine",
        Protection::Verified => ", encrypted, its certificate checked",
        Protection::Encrypted => {
            ", encrypted; its certificate is not checked: name the authority's with `database_certificate`"
        }
        Protection::Plain => {
            ", in plain over the network, because `database` says `sslmode=disable`: whoever listens there reads names"
        }
    }
}

/// Matters between two words on progress.
const STEP: u64 = 100;

async fn deep(office: &Office) -> anyhow::Result<Vec<String>> {
    let screen = std::io::stderr().is_terminal();
    let report = verify::verify_all(office, &mut |n| {
        if screen && n.is_multiple_of(STEP) {
            // A screen that is gone is no reason to stop.
            write!(std::io::stderr(), "\r{n} matters").ok();
        }
    })
    .await?;
    println!("record      {} matters, {} events, {} files compared", report.matters, report.events, report.files);
    Ok(report
        .findings
        .iter()
        .map(|f| format!("{f}; put it back from a backup, and find out who can write to the store"))
        .collect())
}

/// Accounts that anybody can sign in to, in a sentence that says how to mend it.
pub fn open_doors(accounts: &[Officer]) -> String {
    let names: Vec<&str> = accounts.iter().map(|o| o.login.as_str()).take(20).collect();
    let more = if accounts.len() > names.len() {
        format!(" and {} more", accounts.len() - names.len())
    } else {
        String::new()
    };
    format!(
        "{} account(s) open with the password of the demo, which anybody can read: {}{more}; set new passwords or put the accounts out of use under administration",
        accounts.len(),
        names.join(", ")
    )
}
