//! Proceedings that are no matters, for officers: standing duties and meetings. One set of pages for every kind; what
//! differs comes from the packs.

mod begin;
mod file;
mod list;
mod make;
mod show;

pub(crate) use begin::{begin, form as begin_form};
pub(crate) use file::{file, list as file_list, open as open_file};
pub(crate) use list::list;
pub(crate) use make::{form as move_form, make};
pub(crate) use show::show;

use huiyin_app::Ground;
use huiyin_app::domain::event::EventKind;
use huiyin_app::domain::proceeding::Proceeding;
use huiyin_app::proceedings::View;
use huiyin_wording::Language;

/// The title in the reader's language, where the calendar gave it; else as it was entered.
fn title_of(ground: &Ground, proceeding: &Proceeding, language: Language) -> String {
    let rule =
        proceeding.begun.as_deref().and_then(|id| ground.book.find_begin(id)).filter(|rule| rule.every.is_some());
    rule.map_or_else(|| proceeding.title.clone(), |rule| rule.title_in(language.code(), proceeding.received_on))
}

/// What it began as: the title of its beginning in the pack.
fn sort_of(view: &View, language: Language) -> String {
    let begun = view
        .events
        .iter()
        .find_map(|e| if let EventKind::Begun { begin, .. } = &e.event.kind { Some(begin) } else { None });
    let rule = begun.and_then(|id| view.ground.book.find_begin(id)).filter(|rule| rule.every.is_none());
    rule.map(|rule| rule.title_in(language.code(), view.proceeding.received_on)).unwrap_or_default()
}
