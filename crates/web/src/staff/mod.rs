//! The desk: pages for officers. One verb or noun a file; each handler calls one use case.

pub(crate) mod account;
pub(crate) mod admin;
pub(crate) mod checks;
pub(crate) mod code;
mod confirm_clock;
pub(crate) mod correct;
pub(crate) mod duties;
pub(crate) mod find;
mod forward;
pub(crate) mod hall;
pub(crate) mod leaders;
pub(crate) mod matter;
pub(crate) mod moves;
pub(crate) mod print;
pub(crate) mod proceedings;
pub(crate) mod register;
pub(crate) mod report;
pub(crate) mod rules;
pub(crate) mod second_factor;
pub(crate) mod security;
pub(crate) mod sign_in;
mod start;
pub(crate) mod visit;

pub(crate) use confirm_clock::confirm_clock;
pub(crate) use forward::forward;
pub(crate) use start::start;
