//! How long a period is, in words: 60日, 5个工作日. Pages, papers and messages take it from the pack in force on their day.

use huiyin_domain::clock::PeriodUnit;
use huiyin_domain::ids::ClockId;
use huiyin_domain::procedure::{Label, RuleBook};
use huiyin_wording::{Language, Wording};
use jiff::civil::Date;

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

/// The same in every language, for labels.
pub(crate) fn label(wording: &Wording, length: u32, unit: PeriodUnit) -> Label {
    Label::from_pairs(Language::all().into_iter().map(|l| (l.code().to_owned(), span(wording, l, length, unit))))
}

/// The length of a clock for what begins on a day; `None` where the pack has no such clock or a move sets its day.
pub fn of_clock(wording: &Wording, language: Language, book: &RuleBook, clock: &ClockId, day: Date) -> Option<String> {
    let (length, unit, ..) = book.clock(clock)?.on(day);
    length.map(|n| span(wording, language, n, unit))
}
