//! What can go wrong in a store.

/// An error of a store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Somebody changed the matter since it was read; nothing was written.
    #[error("the matter was changed meanwhile")]
    ChangedMeanwhile,
    /// The key is taken; nothing was written.
    #[error("`{0}` is already there")]
    AlreadyThere(String),
    /// The store is busy; nothing was written.
    #[error("the store is busy; try again")]
    Busy,
    /// A row holds no valid value (STYLE rule 14).
    #[error("table `{table}`, row `{row}` holds no valid value")]
    Corrupt {
        /// Table.
        table: &'static str,
        /// Key of the row.
        row: String,
        /// What the reader said.
        source: serde_json::Error,
    },
    /// The database cannot be reached or refuses.
    #[error("the database does not answer")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl StoreError {
    /// Wraps a driver's error.
    pub fn unavailable(source: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::Unavailable(Box::new(source))
    }
}
