//! The yearly report: read on a page, or taken as PDF or word-processor file.

mod record_sending;
mod show;

pub(crate) use record_sending::sent;
pub(crate) use show::show;
