//! Rules of an office: the packs and calendars that are installed in its store, and what waits to be (ADR 0024).

mod installed;
mod proposal;

pub use installed::{
    Done, Installed, Kind, Signed, approves, install, installed, list, load, office_lacks, refresh, restore,
    restore_at_machine, withdraw,
};
pub use proposal::{
    MAX_BYTES, MAX_FILES, Proposal, ProposalState, approve, check_again, discard, proposals, propose, start_check,
};
