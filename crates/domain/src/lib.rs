//! The domain: matters, submissions, units, clocks and the procedure that moves them.
//!
//! It decides and does nothing: no async, no files, no network, no wall clock, no randomness, no
//! hash-ordered collections. Decisions are pure functions of facts, rules and `now` (STYLE rule 1).
//! It deliberately holds nothing about a petitioner beyond what the petition itself needs; what the
//! project refuses to hold is listed in `docs/SCOPE.md` and kept out by a test.

#![warn(missing_docs)]

pub mod beginning;
pub mod calendar;
pub mod clock;
pub mod closed;
pub mod decide;
pub mod event;
mod guard;
pub mod hall;
pub mod ids;
pub mod kind;
pub mod label;
pub mod matter;
pub mod number;
pub mod payload;
pub mod posts;
pub mod procedure;
pub mod proceeding;
pub mod reception;
pub mod reckon;
pub mod repack;
pub mod retention;
mod steps;
pub mod subject;
pub mod submission;
pub mod succession;
pub mod text;
pub mod timer;
pub mod unit;
