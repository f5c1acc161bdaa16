//! Booked visits: when a hall receives, which times are free, booking one and keeping it.
//!
//! A booking is a visit that has not begun: it becomes one when whoever has booked is there and takes a ticket.

pub mod book;
pub mod desk;
pub mod plan;
pub mod slots;
mod telephone;

pub use crate::projection::SlotRow;
pub use plan::{BookingPlan, Opening};
pub use slots::{DaySlots, FreeTime};
pub use telephone::of as telephone_of;
