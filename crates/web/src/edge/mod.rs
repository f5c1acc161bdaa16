//! Where requests come in and answers go out: contexts of requests, forms, files, problems, templates, limits.

pub(crate) mod budget;
pub(crate) mod bursts;
pub(crate) mod calendar_file;
pub(crate) mod context;
pub(crate) mod files;
pub(crate) mod form;
pub(crate) mod halls;
pub(crate) mod instant;
pub(crate) mod listen;
pub(crate) mod problem;
pub(crate) mod resume;
pub(crate) mod square_code;
pub(crate) mod templates;
pub(crate) mod unread;
