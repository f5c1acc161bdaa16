//! Ledgers kept elsewhere: JSON Lines, CSV and xlsx, also gzipped, read into grids of cells, and grids into tables
//! whose columns are known by their headings. What is not understood is said with its place; nothing is guessed,
//! dropped or cut.
//!
//! It decides nothing about petitions: which rows become matters is `app`'s affair.

mod comments;
mod grid;
mod headings;
mod source;

pub use grid::{NoTable, Table, joined, letters, tables};
pub use headings::{Mapping, Role, Roles, Status};
pub use source::{Grid, GridRow, ImportError, Value, read};
