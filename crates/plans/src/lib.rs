//! Response plans as offices write them, read clause by clause: what somebody owes, what only stands as text, what is
//! refused because it is done to people for petitioning, and what is not understood and stands as a question.
//!
//! What is not understood is never a duty. The rules of the language are code; words are data (`words/`).

mod actor;
mod clause;
mod draft;
mod figure;
mod line;
mod row;
mod source;
mod words;

pub use draft::read;
pub use figure::{Headcount, Period, PeriodUnit};
pub use row::{Coverage, Row, RowKind};
pub use source::{SourceFault, lines_of};
pub use words::{Words, WordsFault};
