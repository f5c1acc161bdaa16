//! Who may do what that is not a move of a pack: one table, action by post. Moves are pack data.

use huiyin_domain::unit::Post;

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
    /// Say that the office's clock is right after a leap.
    ConfirmClock,
}

const TABLE: &[(Action, &[Post])] = &[
    (Action::ReadLists, &[Post::Clerk, Post::Handler, Post::Head, Post::Supervisor]),
    (Action::Register, &[Post::Clerk, Post::Handler, Post::Head]),
    (Action::Part, &[Post::Clerk, Post::Handler, Post::Head]),
    (Action::ReadIdentity, &[Post::Clerk, Post::Handler, Post::Head]),
    (Action::Administer, &[Post::Admin]),
    (Action::SeeRules, &Post::ALL),
    (Action::ConfirmClock, &[Post::Head, Post::Admin]),
];

/// Whether an officer's posts allow an action.
pub fn allows(staff: &Staff, action: Action) -> bool {
    TABLE.iter().filter(|(a, _)| *a == action).any(|(_, posts)| posts.iter().any(|p| staff.is(*p)))
}

/// The same as an error.
///
/// # Errors
/// [`AppError::NotAllowed`].
pub fn require(staff: &Staff, action: Action) -> Result<()> {
    if allows(staff, action) { Ok(()) } else { Err(AppError::NotAllowed) }
}
