//! Leaders' days from behind the desk: the days of this month and the next, and the rules they come from.

mod rules;
mod show;

pub(crate) use rules::{add, remove};
pub(crate) use show::show;
