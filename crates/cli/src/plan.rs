//! `huiyin plan read`: an office's own response plan, clause by clause: what becomes a duty, what only stands as text,
//! what is refused, and what is not understood.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use huiyin_plans::{Coverage, Headcount, Period, PeriodUnit, Row, RowKind, Words, lines_of, read};
use huiyin_wording::{Language, Wording};

#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: PlanCommand,
}

#[derive(clap::Subcommand)]
enum PlanCommand {
    /// Read a plan (txt, docx, html, or pdf with text; simplified or traditional) and show what each clause becomes.
    Read(ReadArgs),
}

#[derive(clap::Args)]
struct ReadArgs {
    /// The document.
    file: PathBuf,
    /// Also write one JSON line a clause here.
    #[arg(long, value_name = "FILE")]
    jsonl: Option<PathBuf>,
    /// Also write a page with three columns here.
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Language of what is said about the plan: zh-CN or en.
    #[arg(long, value_name = "LANGUAGE", default_value = "zh-CN")]
    language: String,
    /// Say only how much was understood.
    #[arg(long)]
    brief: bool,
}

pub fn run_command(args: Args) -> anyhow::Result<ExitCode> {
    let PlanCommand::Read(args) = args.command;
    let language = Language::parse(&args.language)
        .with_context(|| format!("there is no language `{}`; write zh-CN or en", args.language))?;
    let bytes = std::fs::read(&args.file).with_context(|| format!("`{}` cannot be read", args.file.display()))?;
    let lines = lines_of(&bytes).with_context(|| format!("`{}` is no plan that can be read", args.file.display()))?;
    let rows = read(&lines, Words::shipped());
    let teller = Teller { wording: Wording::load()?, language };
    let name = args.file.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
    if let Some(to) = &args.jsonl {
        let mut out = String::new();
        for row in &rows {
            writeln!(out, "{}", json(&name, row)?)?;
        }
        put(to, &out)?;
    }
    if let Some(to) = &args.html {
        put(to, &teller.page(&name, &rows))?;
    }
    if !args.brief {
        teller.table(&rows);
    }
    println!("{}", teller.coverage(&rows));
    Ok(ExitCode::SUCCESS)
}

fn put(to: &Path, text: &str) -> anyhow::Result<()> {
    std::fs::write(to, text).with_context(|| format!("`{}` cannot be written", to.display()))
}

/// A clause as a line of JSON, with the document it is of.
fn json(doc: &str, row: &Row) -> anyhow::Result<String> {
    let mut value = serde_json::to_value(row)?;
    if let Some(object) = value.as_object_mut() {
        object.insert("doc".to_owned(), doc.into());
    }
    Ok(value.to_string())
}

/// In which column a clause stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Column {
    Duty,
    Text,
    Refused,
    Question,
}

fn column(row: &Row) -> Column {
    match row {
        row if row.question => Column::Question,
        row if row.kind == RowKind::Refused => Column::Refused,
        row if row.is_duty() => Column::Duty,
        _ => Column::Text,
    }
}

/// Says what was read, in one language.
struct Teller {
    wording: Wording,
    language: Language,
}

impl Teller {
    fn say(&self, key: &str) -> String {
        self.wording.text(self.language, key, &[])
    }

    fn word(&self, kind: &str, value: &impl serde::Serialize) -> String {
        let word = serde_json::to_value(value).ok().and_then(|v| v.as_str().map(|s| s.replace('_', "-")));
        self.say(&format!("{kind}-{}", word.unwrap_or_default()))
    }

    fn period(&self, period: &Period) -> String {
        let unit = match period.unit {
            PeriodUnit::Minutes => "plan-minutes",
            PeriodUnit::Hours => "plan-hours",
            PeriodUnit::WorkingDays => "plan-working-days",
            PeriodUnit::CalendarDays => "plan-calendar-days",
            PeriodUnit::AtOnce => "plan-at-once",
        };
        let n = period.n.map_or(0, i64::from);
        let mut out = self.wording.text(self.language, unit, &[("n", n.into())]);
        if period.every {
            out = self.wording.text(self.language, "plan-every", &[("span", out.into())]);
        }
        if let Some(night) = &period.night {
            let (day, night) = (out, self.period(night));
            out = self.wording.text(self.language, "plan-night", &[("day", day.into()), ("night", night.into())]);
        }
        out
    }

    fn headcount(&self, heads: &Headcount) -> String {
        let (key, values) = match (heads.min, heads.max) {
            (Some(min), Some(max)) => ("plan-people-between", vec![("min", min), ("max", max)]),
            (Some(min), None) => ("plan-people-from", vec![("min", min)]),
            (_, max) => ("plan-people-to", vec![("max", max.unwrap_or(0))]),
        };
        let values: Vec<_> = values.into_iter().map(|(name, n)| (name, i64::from(n).into())).collect();
        self.wording.text(self.language, key, &values)
    }

    /// What became of a clause, in a few words.
    fn became(&self, row: &Row) -> String {
        match column(row) {
            Column::Question => self.say("plan-question"),
            Column::Refused => {
                let reason = row.reason.clone().unwrap_or_default();
                match &row.core {
                    Some(core) => {
                        let values = [("reason", reason.into()), ("core", core.as_str().into())];
                        self.wording.text(self.language, "plan-refused-core", &values)
                    }
                    None => self.wording.text(self.language, "plan-refused-none", &[("reason", reason.into())]),
                }
            }
            Column::Text => self.word("plan-kind", &row.kind),
            Column::Duty => {
                let kind = row.duty_kind.as_deref().unwrap_or_default().replace('_', "-");
                let mut parts = vec![self.say(&format!("plan-duty-{kind}"))];
                parts.extend(row.who.clone());
                parts.extend(row.to.as_ref().map(|to| format!("→ {to}")));
                parts.extend(row.within.as_ref().map(|p| self.period(p)));
                parts.extend(row.headcount.as_ref().map(|h| self.headcount(h)));
                parts.join(" · ")
            }
        }
    }

    fn mark(column: Column) -> &'static str {
        match column {
            Column::Duty => "●",
            Column::Text => "·",
            Column::Refused => "✕",
            Column::Question => "?",
        }
    }

    fn table(&self, rows: &[Row]) {
        for row in rows {
            println!("{:>4} {} {}", row.line_from, Self::mark(column(row)), row.text.replace('\n', " "));
            if column(row) != Column::Text {
                println!("       {}", self.became(row));
            }
        }
        println!();
    }

    fn coverage(&self, rows: &[Row]) -> String {
        let of = Coverage::of(rows);
        let n = |n: usize| i64::try_from(n).unwrap_or(i64::MAX).into();
        let values = [
            ("all", n(rows.len())),
            ("duties", n(of.duties)),
            ("text", n(of.text)),
            ("refused", n(of.refused)),
            ("questions", n(of.questions)),
        ];
        self.wording.text(self.language, "plan-coverage", &values)
    }

    /// A page with three columns: what becomes a duty, what only stands as text, what is refused; questions stand out.
    fn page(&self, name: &str, rows: &[Row]) -> String {
        let head = ["plan-col-line", "plan-col-duty", "plan-col-text", "plan-col-refused"];
        let cells: String =
            head.iter().map(|key| format!("<th scope=\"col\">{}</th>", escaped(&self.say(key)))).collect();
        let mut body = String::new();
        for row in rows {
            let own = format!("<p>{}</p><p class=\"became\">{}</p>", escaped(&row.text), escaped(&self.became(row)));
            let (duty, text, refused) = match column(row) {
                Column::Duty => (own, String::new(), String::new()),
                Column::Text => (String::new(), own, String::new()),
                Column::Question => (String::new(), format!("<div class=\"question\">{own}</div>"), String::new()),
                Column::Refused => (String::new(), String::new(), own),
            };
            let line = row.line_from;
            let cells = format!("<td>{duty}</td><td>{text}</td><td class=\"refused\">{refused}</td>");
            let _ = writeln!(body, "<tr><td>{line}</td>{cells}</tr>");
        }
        let title = escaped(&self.wording.text(self.language, "plan-title", &[("name", name.into())]));
        format!(
            "<!doctype html>\n<html lang=\"{}\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>{title}</title><style>{STYLE}</style></head><body><h1>{title}</h1><p>{}</p><table><thead><tr>{cells}</tr></thead><tbody>\n{body}</tbody></table></body></html>\n",
            self.language.code(),
            escaped(&self.coverage(rows)),
        )
    }
}

const STYLE: &str = "body{font:16px/1.6 system-ui,'Noto Sans CJK SC',sans-serif;margin:2rem auto;max-width:80rem;padding:0 1rem;color:#1b1f24}table{border-collapse:collapse;width:100%;table-layout:fixed}th,td{border:1px solid #dcd8cf;padding:.5rem;vertical-align:top;text-align:left;overflow-wrap:anywhere}th:first-child,td:first-child{width:3.5rem}p{margin:0 0 .25rem}.became{color:#565d66;font-size:.9em}.refused p:first-child{color:#9b1c1c}.question{border-left:4px solid #b7791f;padding-left:.5rem}";

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("<br>"),
            c => out.push(c),
        }
    }
    out
}
