//! Identifiers. Each is a plain string or UUID text with a type of its own, so that one cannot be
//! passed for another. New ids are made by `app` (UUIDv7); this crate only carries them.

use serde::{Deserialize, Serialize};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl $name {
            /// Wraps the text of an id; no check is made, the store is asked whether it exists.
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }
            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

id!(
    /// One tree of units with its superiors (DESIGN decision 8); the first part of every key.
    TenantId
);
id!(
    /// A proceeding: a matter (信访事项), a recurring duty of an office, a meeting; UUIDv7.
    ProceedingId
);
id!(
    /// A submission (来件), UUIDv7.
    SubmissionId
);
id!(
    /// A unit (单位), a short code chosen by the office.
    UnitId
);
id!(
    /// An officer (工作人员), UUIDv7.
    OfficerId
);
id!(
    /// A state of a pack's procedure, such as `accepted`.
    StateId
);
id!(
    /// A move of a pack's procedure, such as `refer`.
    MoveId
);
id!(
    /// A clock rule of a pack, such as `handle`.
    ClockId
);
id!(
    /// Path and version of a pack, such as `cn/petition/2022`.
    PackId
);
