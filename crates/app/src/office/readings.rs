//! Rule books as they read today: with the periods of the day in their labels.

use std::collections::BTreeMap;
use std::sync::{Arc, RwLock};

use huiyin_domain::ids::PackId;
use huiyin_domain::procedure::{Length, RuleBook};
use jiff::civil::Date;

/// A rule book with the periods of a day in its labels.
#[derive(Debug)]
struct Reading {
    /// The book it was made of.
    source: Arc<RuleBook>,
    day: Date,
    periods: Vec<Option<Length>>,
    book: Arc<RuleBook>,
}

/// The readings made so far, by pack.
#[derive(Debug, Default)]
pub(super) struct Readings(RwLock<BTreeMap<PackId, Reading>>);

impl Readings {
    /// A book as it reads on a day. Lists ask for each of their rows: on the same day nothing is reckoned, and a book
    /// is made anew only when one of its periods changes.
    pub(super) fn on_day(&self, book: &Arc<RuleBook>, day: Date, make: impl FnOnce() -> RuleBook) -> Arc<RuleBook> {
        if let Some(read) = self.known(book, |r| r.day == day) {
            return read;
        }
        let periods: Vec<_> = book.clocks.values().map(|c| c.length_on(day)).collect();
        let read = self.known(book, |r| r.periods == periods).unwrap_or_else(|| Arc::new(make()));
        if let Ok(mut kept) = self.0.write() {
            let reading = Reading { source: Arc::clone(book), day, periods, book: Arc::clone(&read) };
            kept.insert(book.id.clone(), reading);
        }
        read
    }

    /// Forgets all of them: other books are installed.
    pub(super) fn clear(&self) {
        if let Ok(mut kept) = self.0.write() {
            kept.clear();
        }
    }

    fn known(&self, book: &Arc<RuleBook>, holds: impl FnOnce(&Reading) -> bool) -> Option<Arc<RuleBook>> {
        let kept = self.0.read().ok()?;
        let reading = kept.get(&book.id).filter(|r| Arc::ptr_eq(&r.source, book))?;
        holds(reading).then(|| Arc::clone(&reading.book))
    }
}
