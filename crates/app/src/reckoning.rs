//! Reckoning many periods given as data: one case in, one result out, errors named by line.

use huiyin_domain::calendar::WorkCalendar;
use huiyin_domain::reckon::{DayUnit, Period, Reason, Roll, Stop, Why, reckon};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// One case, as a line of JSON.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// Any JSON value; comes back unchanged.
    #[serde(default)]
    pub id: serde_json::Value,
    /// Day 0.
    pub start: Date,
    /// Number of days.
    pub period: u32,
    /// How they are counted.
    pub unit: DayUnit,
    /// `[from, to)` pairs.
    #[serde(default)]
    pub stops: Vec<(Date, Date)>,
    /// Further days from the nominal day.
    #[serde(default)]
    pub extension: u32,
}

/// One result.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Outcome {
    /// The case's id.
    pub id: serde_json::Value,
    /// Last day as counted.
    pub nominal: Date,
    /// Last day in law.
    pub legal: Date,
    /// A calendar not yet published could change it.
    pub provisional: bool,
    /// Stretches `[from, to)` that were not plainly counted, and why.
    pub reasons: Vec<Reason>,
}

/// Reckons one case.
///
/// # Errors
/// In words, saying what to mend.
pub fn reckon_case(calendar: &WorkCalendar, case: Case) -> Result<Outcome, String> {
    let stops: Vec<Stop> = case.stops.iter().map(|(from, to)| Stop { from: *from, to: *to }).collect();
    let period = Period {
        start: case.start,
        length: case.period,
        unit: case.unit,
        stops: &stops,
        extension: case.extension,
        roll: Roll::NextWorkingDay,
    };
    let mut found = reckon(calendar, &period).map_err(|e| e.to_string())?;
    // A year before the first calendar here is past: no notice will come that could settle it.
    let unsettled =
        found.reasons.iter().find(|r| r.why == Why::Unsettled).map(|r| r.from.year()).filter(|_| found.provisional);
    if let (Some(year), Some(first)) = (unsettled, calendar.first_published())
        && year < first
    {
        return Err(format!(
            "there is no calendar of {year} here, the first one is of {first}; what is holiday in {year} cannot be told"
        ));
    }
    found.reasons.retain(|r| r.why != Why::Counted);
    Ok(Outcome {
        id: case.id,
        nominal: found.nominal,
        legal: found.legal,
        provisional: found.provisional,
        reasons: found.reasons,
    })
}

/// Reckons one line of JSON; the result is a line of JSON, with an `error` when it could not be done.
pub fn reckon_line(calendar: &WorkCalendar, line: &str) -> Result<String, String> {
    let case: Case = serde_json::from_str(line).map_err(|e| format!("column {}: {e}", e.column()))?;
    let outcome = reckon_case(calendar, case)?;
    serde_json::to_string(&outcome).map_err(|e| e.to_string())
}
