//! The hall: where a visitor stands in it, and in which order visitors are called. Nothing of who they are.

pub mod queue;
pub mod slot;
pub mod stage;
