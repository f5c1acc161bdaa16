//! What a move or a beginning says for one relation alone (`private_to` of a pack): its words, its paper and the
//! files that came with it are left out for others.

use std::collections::BTreeSet;

use huiyin_domain::event::EventKind;
use huiyin_domain::procedure::{Relation, RuleBook};
use huiyin_storage::{AttachmentRecord, ContentRecord, EventRecord};

use super::Paper;

/// Leaves out what a reader in these relations does not read: words, papers and files.
pub(crate) fn leave_out(
    book: &RuleBook,
    relations: &BTreeSet<Relation>,
    events: &[EventRecord],
    words: &mut Vec<ContentRecord>,
    papers: &mut Vec<Paper>,
    files: &mut Vec<AttachmentRecord>,
) {
    // Whoever wrote it reads it.
    let reads = |to| relations.contains(&to) || relations.contains(&Relation::Petitioner);
    let begun = |id| book.find_begin(id).and_then(|b| b.private_to).is_some_and(|to| !reads(to));
    let kept = |id| book.find_move(id).and_then(|m| m.private_to).is_some_and(|to| !relations.contains(&to));
    let private: Vec<u32> = events
        .iter()
        .filter(|e| match &e.event.kind {
            EventKind::Moved { move_id, .. } => kept(move_id),
            EventKind::Begun { begin, .. } => begun(begin),
            _ => false,
        })
        .map(|e| e.event.n)
        .collect();
    let of_private = |e: &&EventRecord| private.contains(&e.event.n);
    let bound = |e: &EventRecord| match &e.event.kind {
        EventKind::Moved { files, .. } => files.keys().cloned().collect(),
        _ => Vec::new(),
    };
    let closed: Vec<String> = events.iter().filter(of_private).flat_map(bound).collect();
    files.retain(|f| !closed.contains(&f.id));
    words.retain(|w| !private.contains(&w.n));
    papers.retain(|p| p.private_to.is_none_or(|to| relations.contains(&to)));
}
