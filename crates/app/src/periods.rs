//! How long a period is, in words: 60日, 5个工作日. Pages, papers and messages take it from the pack in force on their day.

use huiyin_domain::clock::PeriodUnit;
use huiyin_domain::ids::ClockId;
use huiyin_domain::procedure::{Label, Length, RuleBook};
use huiyin_wording::{Language, Wording};
use jiff::civil::{Date, Time};

/// A length with its unit.
pub fn span(wording: &Wording, language: Language, length: u32, unit: PeriodUnit) -> String {
    let key = match unit {
        PeriodUnit::CalendarDays => "span-days",
        PeriodUnit::WorkingDays => "span-working-days",
        PeriodUnit::Weeks => "span-weeks",
        PeriodUnit::Months => "span-months",
        PeriodUnit::Years => "span-years",
        PeriodUnit::Hours => "span-hours",
        PeriodUnit::Minutes => "span-minutes",
    };
    wording.text(language, key, &[("n", i64::from(length).into())])
}

/// The length of a period, by day and by night where that differs.
pub fn of_length(wording: &Wording, language: Language, length: Length) -> String {
    let by_day = span(wording, language, length.length, length.unit);
    let Some(night) = length.night else { return by_day };
    let by_night = span(wording, language, night.length, length.unit);
    let time = |t: Time| t.strftime("%H:%M").to_string();
    let values = [
        ("day", by_day.into()),
        ("night", by_night.into()),
        ("from", time(night.from).into()),
        ("until", time(night.until).into()),
    ];
    wording.text(language, "span-night", &values)
}

/// The same in every language, for labels.
pub(crate) fn label(wording: &Wording, length: Length) -> Label {
    Label::from_pairs(Language::all().into_iter().map(|l| (l.code().to_owned(), of_length(wording, l, length))))
}

/// The length of a clock for what begins on a day; `None` where the pack has no such clock or a move sets its day.
pub fn of_clock(wording: &Wording, language: Language, book: &RuleBook, clock: &ClockId, day: Date) -> Option<String> {
    book.clock(clock)?.length_on(day).map(|length| of_length(wording, language, length))
}
