//! Who may see and do what: actions by post, matters by unit, and the trace of what was read.

mod readable;
mod table;
mod visibility;

pub(crate) use readable::{readable, reading};
pub use table::{Action, allows, require};
pub(crate) use visibility::Recusal;
pub(crate) use visibility::{recused_from, visibility};
