//! A matter on one screen: left what is asked and the papers, right what is owed and the next lawful moves.

mod file;
mod identity;
mod open;
mod part;
mod show;

pub(crate) use file::file;
pub(crate) use identity::{identity, identity_form};
pub(crate) use open::open;
pub(crate) use part::{part_form, split_part, undo_part};
pub(crate) use show::show;
