//! Random checks of closed files: draw, and the list of what was drawn.

mod draw;
mod list;

pub(crate) use draw::draw;
pub(crate) use list::list;
