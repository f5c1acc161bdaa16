//! What can go wrong in a store.

/// An error of a store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Somebody changed the proceeding since it was read; nothing was written.
    #[error("it was changed meanwhile")]
    ChangedMeanwhile,
    /// The key is taken; nothing was written.
    #[error("`{0}` is already there")]
    AlreadyThere(String),
    /// The store is busy; nothing was written.
    #[error("the store is busy; try again")]
    Busy,
    /// A row holds no valid value (STYLE rule 14).
    #[error("table `{table}`, row `{row}` holds no valid value: {why}")]
    Corrupt {
        /// Table.
        table: &'static str,
        /// Key of the row, where it is known. Never its content: errors are logged and printed.
        row: String,
        /// Where and in which way it is broken, without what stands there.
        why: String,
    },
    /// The database cannot be written: a full disk, one that can only be read, one that fails. Nothing was written.
    #[error("the store cannot be written")]
    CannotWrite(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The database cannot be reached or refuses.
    #[error("the database does not answer")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl StoreError {
    /// A row that cannot be read or written. Of the reader's error only place and kind are kept: its text can hold what
    /// stands in the row, such as a name.
    pub fn corrupt(table: &'static str, row: &str, error: &serde_json::Error) -> Self {
        let why = format!("{:?} error at line {}, column {}", error.classify(), error.line(), error.column());
        Self::Corrupt { table, row: row.to_owned(), why }
    }

    /// The serial in a row; one that somebody changed to what is none is an error, and never read as the first.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] below 1.
    pub fn serial(table: &'static str, row: &str, n: i64) -> Result<u64, Self> {
        u64::try_from(n).ok().filter(|n| *n > 0).ok_or_else(|| Self::Corrupt {
            table,
            row: row.to_owned(),
            why: "the serial is no positive number".to_owned(),
        })
    }

    /// A proceeding of a kind that this program does not know.
    pub fn unknown_kind(row: &str, kind: &str) -> Self {
        Self::Corrupt { table: "proceeding", row: row.to_owned(), why: format!("unknown kind `{kind}`") }
    }

    /// Wraps a driver's error.
    pub fn unavailable(source: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::Unavailable(Box::new(source))
    }
}
