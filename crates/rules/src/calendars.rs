//! Working-day calendars as folders: `calendar.toml` and a JSON notice for each year.

use std::collections::BTreeMap;

use huiyin_domain::calendar::{CalendarError, Weekend, WorkCalendar, YearNotice};
use jiff::civil::{Date, Weekday};
use serde::Deserialize;

/// What every calendar folder holds besides its notices.
const HEAD: &str = "calendar.toml";

/// `calendar.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    /// Days of the week that rest.
    weekend: Vec<RestDay>,
    /// How many last days of the last published year the next notice may still change.
    open_tail_days: u8,
    /// Days that rest every year by the law itself.
    #[serde(default)]
    fixed: Vec<FixedDay>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FixedDay {
    month: i8,
    day: i8,
    name: String,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum RestDay {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

impl RestDay {
    fn weekday(self) -> Weekday {
        match self {
            Self::Monday => Weekday::Monday,
            Self::Tuesday => Weekday::Tuesday,
            Self::Wednesday => Weekday::Wednesday,
            Self::Thursday => Weekday::Thursday,
            Self::Friday => Weekday::Friday,
            Self::Saturday => Weekday::Saturday,
            Self::Sunday => Weekday::Sunday,
        }
    }
}

/// Reads a calendar from the files of its folder, by name: `calendar.toml` and the yearly notices (JSON).
///
/// # Errors
/// A text that names the file and what to mend.
pub fn read_calendar(id: &str, files: &BTreeMap<String, String>) -> Result<WorkCalendar, String> {
    let text = files
        .get(HEAD)
        .ok_or_else(|| format!("calendar {id}: there is no `{HEAD}`; write one with `weekend` and `open_tail_days`"))?;
    let head = head(text).map_err(|why| format!("calendar {id}: {HEAD}: {why}"))?;
    let mut years = Vec::new();
    for (name, text) in files.iter().filter(|(name, _)| name.ends_with(".json") && *name != "schema.json") {
        let notice: YearNotice =
            serde_json::from_str(text).map_err(|e| format!("calendar {id}: {name}: line {}: {e}", e.line()))?;
        sane(name, &notice).map_err(|why| format!("calendar {id}: {name}: {why}"))?;
        if !notice.days.is_empty() {
            years.push(notice);
        }
    }
    let weekend: Vec<Weekday> = head.weekend.iter().map(|d| d.weekday()).collect();
    let fixed: Vec<_> = head.fixed.into_iter().map(|f| (f.month, f.day, f.name)).collect();
    let calendar = WorkCalendar::new(id, Weekend::from_days(&weekend), &years, head.open_tail_days);
    Ok(calendar.map_err(|e: CalendarError| format!("calendar {id}: {e}"))?.with_fixed(&fixed))
}

/// A notice is of the year its file is called by, names days in or about it, and each once.
fn sane(name: &str, notice: &YearNotice) -> Result<(), String> {
    let year = notice.year;
    if !(1990..=2200).contains(&year) || name != format!("{year}.json") {
        return Err(format!(
            "it says the year {year}; a notice is of a year from 1990 to 2200 and its file is called by it, such as 2027.json"
        ));
    }
    if let Some(day) = notice.days.iter().find(|d| (d.date.year() - year).abs() > 1) {
        return Err(format!("{} is not in or next to {year}; put it into the notice of its year", day.date));
    }
    let mut seen = std::collections::BTreeSet::new();
    match notice.days.iter().find(|d| !seen.insert(d.date)) {
        Some(day) => Err(format!("{} is named twice; keep one", day.date)),
        None => Ok(()),
    }
}

fn head(text: &str) -> Result<Head, String> {
    let head: Head = crate::from_toml(text)?;
    if head.open_tail_days > 31 {
        return Err("`open_tail_days` is a number of days from 0 to 31".to_owned());
    }
    // Somebody works on some day, or a period in working days never ends.
    if head.weekend.len() > 6 {
        return Err("`weekend` leaves no day to work on".to_owned());
    }
    // A leap year: 29 February is a day there.
    match head.fixed.iter().find(|f| Date::new(2024, f.month, f.day).is_err()) {
        Some(wrong) => Err(format!(
            "there is no day {}-{} ({}); write month and day as numbers",
            wrong.month, wrong.day, wrong.name
        )),
        None => Ok(head),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults_of(head: &str) -> String {
        read_calendar("t", &BTreeMap::from([(HEAD.to_owned(), head.to_owned())])).unwrap_err()
    }

    #[test]
    fn a_head_that_is_wrong_is_refused_in_words() {
        assert!(read_calendar("t", &BTreeMap::new()).unwrap_err().contains("there is no `calendar.toml`"));
        for (head, why) in [
            ("open_tail_days = 3", "weekend"),
            ("weekend = [\"funday\"]\nopen_tail_days = 3", "line 1"),
            ("weekend = []\nopen_tail_days = 40", "from 0 to 31"),
            (
                "weekend = [\"monday\", \"tuesday\", \"wednesday\", \"thursday\", \"friday\", \"saturday\", \"sunday\"]\nopen_tail_days = 0",
                "no day to work",
            ),
            ("weekend = []\nopen_tail_days = 0\n[[fixed]]\nmonth = 2\nday = 30\nname = \"x\"", "no day 2-30"),
        ] {
            assert!(faults_of(head).contains(why), "{head}: {}", faults_of(head));
        }
    }
}
