//! `huiyin explain NUMBER`: every clock of a matter, a standing duty or a meeting, day by day and clause by clause, as
//! its page says it.

use std::process::ExitCode;

use huiyin_app::clock_view::{self, ViewGround};
use huiyin_app::proceedings;
use huiyin_wording::{Language, Wording};

use crate::config::Place;
use crate::setup::{self, Make};

#[derive(clap::Args)]
pub struct Args {
    /// Number of a submission or matter, such as 2026-010247-6 or 2026-010247-6-2; of a meeting or standing duty, such
    /// as M2026-000012.
    number: String,
    #[command(flatten)]
    place: Place,
    /// zh or en.
    #[arg(long, value_name = "LANGUAGE", default_value = "zh", value_parser = language)]
    lang: Language,
}

fn language(code: &str) -> Result<Language, String> {
    Language::parse(code).ok_or_else(|| "write the code of a language, such as zh or en".to_owned())
}

pub async fn run_command(args: Args) -> anyhow::Result<ExitCode> {
    let config = args.place.config()?;
    let opened = setup::open(&config, Make::Nothing).await?;
    let subject = match proceedings::for_operator(&opened.office, &args.number).await {
        Ok(subject) => subject,
        Err(huiyin_app::AppError::NotFound) => anyhow::bail!(
            "there is no matter, meeting or standing duty `{}` in `{}`",
            args.number,
            config.data.display()
        ),
        Err(huiyin_app::AppError::Refused(why)) => anyhow::bail!("{why}"),
        Err(error) => return Err(error.into()),
    };
    let wording = Wording::load()?;
    let now = opened.office.now();
    let rules = opened.office.ground(&subject.pack).await?;
    let ground = ViewGround { rules: rules.rules(), wording: &wording, language: args.lang, now: &now };
    let state = rules.book.state(&subject.state).map(|s| s.title.get(args.lang.code()).to_owned()).unwrap_or_default();
    println!("{}  {}  [{state}]  {}", subject.number, subject.title, huiyin_wording::date(args.lang, now.today()));
    for clock in &subject.clocks {
        let Some(said) = clock_view::view(ground, &subject, clock) else { continue };
        println!();
        println!("{}  ({})", said.title, said.owner);
        println!("  {}", said.plain);
        println!("  {}", said.sentence);
        for line in &said.reckoning {
            println!("    {}: {}", line.term, line.text);
        }
    }
    Ok(ExitCode::SUCCESS)
}
