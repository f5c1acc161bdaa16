//! What is left of a file that was destroyed: number, days and the chain of its record; no title, place or name, and no
//! reason that somebody typed.

use crate::clock::LedgerEntry;
use crate::matter::Matter;
use crate::procedure::Fact;
use crate::proceeding::edit::Edit;

/// A matter once its file is destroyed. `title` stands where its own stood.
pub fn entomb(matter: &Matter, title: String) -> Matter {
    let mut next = matter.clone();
    next.edit().title = title;
    let details = &mut next.details;
    (details.place, details.place_name, details.complained_of, details.joinder) = (None, None, None, None);
    details.complained_of_before.clear();
    next.edit().facts.remove(&Fact::Joined);
    for entry in next.edit().clocks.iter_mut().flat_map(|c| c.ledger.iter_mut()) {
        let (LedgerEntry::Stop { reason, .. } | LedgerEntry::Extension { reason, .. }) = entry;
        reason.clear();
    }
    next
}
