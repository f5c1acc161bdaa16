//! A lost receipt code: who may replace it, replacing it, and the letter that tells the petitioner (LAW.md §12.13).

mod ask;
mod letter;
mod replace;

pub(crate) use ask::ask;
pub(crate) use letter::letter;
pub(crate) use replace::{form, replace};
