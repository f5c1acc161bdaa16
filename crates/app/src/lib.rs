//! Use cases, permissions, sweeps and the outbox: the only meeting place of rules, storage, words and files.
//!
//! One function for each use case; pages, API, commands and sweeps call it (STYLE rule 2). The crate grows
//! by noun, never by kind. What pages need of the views below is re-exported here and nowhere else.

pub mod access;
pub mod act;
pub mod acts;
pub mod checks;
pub mod clock_view;
pub mod corrections;
pub mod demo_office;
pub mod directory;
pub mod draft;
pub mod dry_run;
pub mod duties;
mod error;
pub mod find;
pub mod fingerprint;
pub mod follow;
pub mod import;
pub mod joinder;
pub mod keeping;
pub mod labels;
pub mod lodge;
pub mod matter_view;
pub mod move_pack;
mod office;
pub mod office_clock;
pub mod package;
pub mod packs;
pub mod papers;
pub mod part;
mod people;
pub mod periods;
pub mod places;
pub mod posts;
pub mod presence;
pub mod print_job;
pub mod proceedings;
pub mod projection;
pub mod publication;
pub mod reception;
pub mod reckoning;
mod references;
pub mod reindex;
pub mod reorganise;
pub mod reproject;
pub mod rotation;
pub mod rules;
mod seal;
pub mod security;
pub mod sign_in;
mod step;
pub mod sweep;
pub mod timeline;
mod vault;
pub mod verify;
mod walk;
pub mod yearly;

/// Puts the future of a function into a box. Without one the body of an `async fn` is compiled in every crate that
/// awaits it; with one it is compiled here, once (ADR 0028).
#[doc(hidden)]
pub use async_recursion::async_recursion as boxed;

pub use error::{AppError, FormError, Result};
pub use fingerprint::Fingerprint;
pub use huiyin_domain as domain;
pub use huiyin_files::Incoming;
pub use huiyin_storage::{
    AttachmentRecord, AuditRecord, ContentRecord, EventRecord, Identity, ItemKind, ItemRecord, MessageRecord, Store,
};
pub use huiyin_vault as sealing;
pub use office::{Ground, Ids, Office, Parts, Staff, TimeSource, random_hex};
pub use vault::Person;
