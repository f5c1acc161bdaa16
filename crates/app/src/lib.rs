//! Use cases, permissions, sweeps and the outbox.
pub mod packs;
pub mod reckoning;
