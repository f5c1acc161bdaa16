//! What anybody may begin at a hall without an account: a request to meet a leader. And the days on which leaders
//! receive visitors.

mod begin;
mod book;
mod list;
mod open;

use huiyin_app::domain::ids::UnitId;
use huiyin_app::domain::unit::Directory;
use huiyin_app::reception::come::ComingRow;
use huiyin_wording::Language;
use jiff::civil::Date;
use minijinja::Value;

pub(crate) use begin::{begin, form};
pub(crate) use book::calendar;
pub(crate) use list::list;
pub(crate) use open::{make, open};

/// A day on which somebody sits, as it is published: who, by post and unit, when, where and for what.
pub(crate) fn coming_day(language: Language, directory: &Directory, today: Date, day: Date, row: &ComingRow) -> Value {
    let coming = &row.coming;
    let unit = coming.by.as_ref().and_then(|u| directory.unit(u)).map(|u| language.pick(&u.name, &u.name_en));
    let officer = coming.officer.as_ref().and_then(|o| directory.officer(o));
    let post = officer
        .and_then(|o| o.posts.iter().next_back())
        .map(|p| huiyin_app::clock_view::post_word(directory, language, *p));
    context! {
        day => huiyin_wording::day(language, day, today), unit, officer => officer.map(|o| o.name.as_str()), post,
        hours => coming.hours, place => coming.place, topic => coming.topic, number => row.number, over => row.over,
        state => row.state.as_str(), headcount => coming.headcount,
    }
}

/// How a unit is called; empty where it is not there.
pub(crate) fn name_of(language: Language, directory: &Directory, unit: &UnitId) -> String {
    directory.unit(unit).map(|u| language.pick(&u.name, &u.name_en).to_owned()).unwrap_or_default()
}
