//! The kinds of proceedings.

use serde::{Deserialize, Serialize};

/// What kind of thing runs. A pack is of one kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProceedingKind {
    /// 信访事项: one request of a petitioner.
    #[default]
    Matter,
    /// A recurring duty of an office that no petition starts (art. 41 and others).
    Office,
    /// 联席会议、会商: a meeting of several units and what they resolve.
    Meeting,
    /// 接待: who comes, from the ticket to the last promise.
    Reception,
}

impl ProceedingKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Matter, Self::Office, Self::Meeting, Self::Reception];
    /// Every kind but matters: few beside them.
    pub const BESIDE_MATTERS: &'static [Self] = &[Self::Office, Self::Meeting, Self::Reception];

    /// The word in data, addresses and translation keys.
    pub fn word(self) -> &'static str {
        match self {
            Self::Matter => "matter",
            Self::Office => "office",
            Self::Meeting => "meeting",
            Self::Reception => "reception",
        }
    }

    /// The kind of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}
