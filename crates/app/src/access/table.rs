//! Who may do what that is not a move of a pack: one table, action by power. Which posts have a power, packs say; moves
//! are pack data.

use huiyin_domain::posts::Power;

use crate::error::{AppError, Result};
use crate::office::Staff;

/// What an officer may do beside the moves of a matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// See lists, duties and search.
    ReadLists,
    /// Register a letter, visit, call or fax.
    Register,
    /// Part a submission into several matters.
    Part,
    /// Read identity and contact, with a purpose.
    ReadIdentity,
    /// Look after units, officers, passwords and tokens.
    Administer,
    /// See which packs and calendars are installed and what waits to be.
    SeeRules,
    /// Receive visitors: give tickets, call, write records.
    Receive,
    /// Set up the hall: windows, what they are for, whether it is open.
    KeepHall,
    /// Say that the office's clock is right after a leap.
    ConfirmClock,
}

const TABLE: &[(Action, &[Power])] = &[
    (Action::ReadLists, &[Power::Work, Power::Supervise]),
    (Action::Register, &[Power::Work]),
    (Action::Part, &[Power::Work]),
    (Action::ReadIdentity, &[Power::Work]),
    (Action::Administer, &[Power::Administer]),
    (Action::SeeRules, &[Power::Work, Power::Supervise, Power::Administer]),
    (Action::Receive, &[Power::Work]),
    (Action::KeepHall, &[Power::Head, Power::Administer]),
    (Action::ConfirmClock, &[Power::Head, Power::Administer]),
];

/// Whether an officer's powers allow an action.
pub fn allows(staff: &Staff, action: Action) -> bool {
    TABLE.iter().filter(|(a, _)| *a == action).any(|(_, powers)| powers.iter().any(|p| staff.may(*p)))
}

/// The same as an error.
///
/// # Errors
/// [`AppError::NotAllowed`].
pub fn require(staff: &Staff, action: Action) -> Result<()> {
    if allows(staff, action) { Ok(()) } else { Err(AppError::NotAllowed) }
}
