//! Moves of a pack as pages show them, to officers and to petitioners alike.

mod closed;
mod fields;
mod key;
mod offered;

pub(crate) use closed::{kept_through, nothing_to_do};
pub(crate) use fields::{fields_of, plain_field};
pub(crate) use key::{key_of, some_key};
pub(crate) use offered::{offered, word};

use minijinja::Value;

/// What a form of a move that stands by itself has nothing of: no others it is made on as well, no files, no letter
/// beside it.
pub(crate) fn alone() -> Value {
    let none = Vec::<Value>::new;
    context! {
        along => none(), apart => none(), apart_hidden => 0, proposals => none(), joining => false, only_this => false,
        whole => "", told => "", signing => false,
        upload => false, must_upload => false, review => false, files => none(), max_mb => 0, confirm => "", cite => "",
        token => "", desk => true,
    }
}
