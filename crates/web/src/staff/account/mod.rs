//! The own account: password, second factor, open sign-ins, and what was done to it.

mod change;
mod end;
mod show;

pub(crate) use change::change;
pub(crate) use end::end;
pub(super) use show::page;
pub(crate) use show::show;
