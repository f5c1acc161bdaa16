//! What can go wrong in a use case. Public meaning and internal cause are kept apart; HTTP comes last, in `web`.

use huiyin_domain::decide::Closed;
use huiyin_files::FileError;
use huiyin_storage::StoreError;

/// One field of a form at fault.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct FormError {
    /// The field.
    pub field: &'static str,
    /// What is wrong: a key of the word files.
    pub fault: &'static str,
    /// A value the words may use (a limit, a name).
    pub value: String,
}

impl FormError {
    /// A fault without a value.
    pub fn new(field: &'static str, fault: &'static str) -> Self {
        Self { field, fault, value: String::new() }
    }

    /// A fault with a value.
    pub fn with(field: &'static str, fault: &'static str, value: impl ToString) -> Self {
        Self { field, fault, value: value.to_string() }
    }
}

/// An error of a use case.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// There is nothing there, or the reader may not know of it.
    #[error("not found")]
    NotFound,
    /// Signed in, but this is not the reader's to do.
    #[error("not allowed")]
    NotAllowed,
    /// Nobody is signed in.
    #[error("not signed in")]
    NotSignedIn,
    /// Too many wrong guesses; try again after so many seconds.
    #[error("too many tries; again in {seconds} seconds")]
    Throttled {
        /// Seconds to wait.
        seconds: i64,
    },
    /// Fields at fault.
    #[error("the form has faults")]
    Form(Vec<FormError>),
    /// The move is not open.
    #[error("the move is not open")]
    Closed(Box<Closed>),
    /// The move is not open on another member of the joinder.
    #[error("the move is not open on {number}")]
    Joined {
        /// Which.
        number: String,
        /// Why.
        closed: Box<Closed>,
    },
    /// Somebody acted meanwhile.
    #[error("the matter was changed meanwhile")]
    ChangedMeanwhile,
    /// An idempotency key came again with something else.
    #[error("the key was used for something else")]
    KeyReused,
    /// The store cannot be written now, by a full or broken disk; nothing was done.
    #[error("the store cannot be written")]
    CannotWrite(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The store is busy.
    #[error("busy")]
    Busy,
    /// A file was not taken.
    #[error("the file was not taken")]
    File(#[from] FileError),
    /// The store failed.
    #[error("the store failed")]
    Store(#[source] StoreError),
    /// What the operator at the machine asked for cannot be done, and why.
    #[error("{0}")]
    Refused(String),
    /// Something of ours is broken. It is for the log and for the operator; nobody else is told more than that.
    #[error("internal: {context}")]
    Internal {
        /// What was being done, without what stands in any record.
        context: String,
        /// The error below, where there is one.
        #[source]
        source: Option<Box<dyn std::error::Error + Send + Sync>>,
    },
}

impl AppError {
    /// Something of ours is broken, and no error says so.
    pub fn internal(context: impl Into<String>) -> Self {
        Self::Internal { context: context.into(), source: None }
    }

    /// For `map_err`: something of ours is broken, and the error below is kept.
    pub fn caused<E: Into<Box<dyn std::error::Error + Send + Sync>>>(context: &'static str) -> impl FnOnce(E) -> Self {
        move |error| Self::Internal { context: context.to_owned(), source: Some(error.into()) }
    }

    /// An item that cannot be read. Of the reader's error only place and kind are kept: its text can hold what stands
    /// in the item.
    pub(crate) fn damaged(what: &'static str, key: &str, error: &serde_json::Error) -> Self {
        Self::Store(StoreError::corrupt(what, key, error))
    }
}

impl From<StoreError> for AppError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::ChangedMeanwhile => Self::ChangedMeanwhile,
            StoreError::Busy => Self::Busy,
            StoreError::CannotWrite(why) => Self::CannotWrite(why),
            other => Self::Store(other),
        }
    }
}

impl From<Closed> for AppError {
    fn from(closed: Closed) -> Self {
        Self::Closed(Box::new(closed))
    }
}

/// The result of a use case.
pub type Result<T> = std::result::Result<T, AppError>;
