//! PDF, typeset in the letter form of GB/T 9704: A4, 版心 156 × 225 mm, 22 lines of 28 characters (LAW.md §6).

use std::sync::OnceLock;

use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Duration, Smart};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};
use typst_layout::PagedDocument;
use typst_pdf::PdfOptions;

use crate::faces::{Faces, PREFERRED};
use crate::letter::Letter;

/// Why a letter cannot be set.
#[derive(Debug, thiserror::Error)]
pub enum PdfError {
    /// There is no face at all.
    #[error(
        "no Chinese face was found; install the Debian package `fonts-noto-cjk` or name a folder of faces in the configuration"
    )]
    NoFaces,
    /// The letter could not be typeset.
    #[error("the letter could not be typeset: {0}")]
    Typeset(String),
}

/// Sets one letter. What no face can draw is shown as 〓 and named at its end.
///
/// # Errors
/// [`PdfError`].
pub fn pdf(letter: &Letter, faces: &Faces) -> Result<Vec<u8>, PdfError> {
    pdf_of_many(std::slice::from_ref(letter), faces)
}

/// Sets many letters as one print job, each beginning on a new sheet.
///
/// # Errors
/// [`PdfError`].
pub fn pdf_of_many(letters: &[Letter], faces: &Faces) -> Result<Vec<u8>, PdfError> {
    if !faces.usable() {
        return Err(PdfError::NoFaces);
    }
    let drawable: Vec<Letter> = letters.iter().map(|l| l.without(&faces.undrawable(l.texts()))).collect();
    let data = serde_json::to_vec(&drawable).map_err(|e| PdfError::Typeset(e.to_string()))?;
    let sheet = Sheet { faces, data: Bytes::new(data) };
    let fail = |errors: typst::ecow::EcoVec<typst::diag::SourceDiagnostic>| {
        PdfError::Typeset(errors.iter().map(|e| e.message.to_string()).collect::<Vec<_>>().join("; "))
    };
    let document = typst::compile::<PagedDocument>(&sheet).output.map_err(fail)?;
    let options = PdfOptions { creator: Smart::Custom(Some("Huiyin".into())), ..PdfOptions::default() };
    let out = typst_pdf::pdf(&document, &options).map_err(fail);
    // What typesetting remembers for the next letter is bounded.
    comemo::evict(30);
    out
}

/// The world of one print job: the form, the letters, the faces; no other file, no clock, no network.
struct Sheet<'a> {
    faces: &'a Faces,
    data: Bytes,
}

fn library() -> &'static LazyHash<Library> {
    static LIBRARY: OnceLock<LazyHash<Library>> = OnceLock::new();
    LIBRARY.get_or_init(|| LazyHash::new(Library::default()))
}

fn form() -> &'static Source {
    static FORM: OnceLock<Source> = OnceLock::new();
    FORM.get_or_init(|| {
        let families: Vec<String> = PREFERRED
            .iter()
            .map(|(name, list)| {
                format!(
                    "#let {name}-face = ({},)\n",
                    list.iter().map(|f| format!("{f:?}")).collect::<Vec<_>>().join(", ")
                )
            })
            .collect();
        Source::new(file("form.typ"), format!("{}{}", families.concat(), include_str!("form.typ")))
    })
}

#[expect(clippy::expect_used, reason = "only called with the two names below, which are valid paths")]
fn file(name: &'static str) -> FileId {
    RootedPath::new(VirtualRoot::Project, VirtualPath::new(name).expect("a plain name")).intern()
}

impl World for Sheet<'_> {
    fn library(&self) -> &LazyHash<Library> {
        library()
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.faces.book
    }

    fn main(&self) -> FileId {
        form().id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == form().id() { Ok(form().clone()) } else { Err(FileError::AccessDenied) }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if id == file("letters.json") { Ok(self.data.clone()) } else { Err(FileError::AccessDenied) }
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.faces.fonts.get(index).cloned()
    }

    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        None
    }
}
