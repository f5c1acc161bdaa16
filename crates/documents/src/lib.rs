//! Letters (文书): from a pack's template and the words of a move to PDF, word-processor file and accessible HTML.
//!
//! A [`Letter`] is plain data; the same letter always gives the same pages. The PDF follows the letter form of
//! GB/T 9704 (LAW.md §6). What it deliberately does not: decide anything, store anything, sign or seal.

mod docx;
mod faces;
mod html;
mod letter;
mod pdf;
mod table;
mod template;

pub use docx::docx;
pub use faces::{Faces, PREFERRED};
pub use html::html;
pub use letter::{Letter, NOT_DRAWN, Paragraph, Tongue};
pub use pdf::{PdfError, pdf, pdf_of_many};
pub use table::{Cell, Sheet, TableError, workbook};
pub use template::{TemplateError, render};
