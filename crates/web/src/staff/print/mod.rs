//! Printing together what the unit issued on some days: the list, the job with its progress, the file.

mod begin;
mod job;
mod list;

pub(crate) use begin::begin;
pub(crate) use job::job;
pub(crate) use list::list;
