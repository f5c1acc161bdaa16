//! Moves of a pack as pages show them, to officers and to petitioners alike.

mod closed;
mod fields;
mod key;

pub(crate) use closed::{kept_through, nothing_to_do};
pub(crate) use fields::fields_of;
pub(crate) use key::{key_of, some_key};
