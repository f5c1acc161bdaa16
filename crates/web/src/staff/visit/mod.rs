//! The table: one page for the officer who hears a visitor. Her matters when she gives a code, the record, what was
//! promised, and the receipts she leaves with.

mod act;
mod draft;
mod receipts;
mod show;
mod typed;

pub(crate) use act::act;
pub(crate) use draft::keep;
pub(crate) use show::show;
