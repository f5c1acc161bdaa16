//! Posts and kinds of units: packs name them, and say of each what it may do. Rust knows the powers and the roles
//! alone.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::label::Label;

/// Letters of an id, at most.
const LONGEST: usize = 40;

/// The one copy of a word. Words are ids of packs, of which an office has some dozens: they stay for the life of the
/// program.
fn intern(word: &str) -> &'static str {
    static WORDS: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let mut words = WORDS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = words.get(word) {
        return known;
    }
    let kept: &'static str = Box::leak(word.to_owned().into_boxed_str());
    words.insert(kept);
    kept
}

/// Whether a word can be an id: small letters, digits and `_`.
pub fn is_id(word: &str) -> bool {
    !word.is_empty()
        && word.len() <= LONGEST
        && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

macro_rules! word {
    ($(#[$doc:meta])* $name:ident, $what:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(&'static str);

        impl $name {
            /// By its id. What can be no id is the empty one, which no pack has.
            pub fn from_id(id: &str) -> Self {
                Self(if is_id(id) { intern(id) } else { "" })
            }

            /// Its id.
            pub fn word(self) -> &'static str {
                self.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.0)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let word = String::deserialize(deserializer)?;
                if is_id(&word) { Ok(Self(intern(&word))) } else { Err(serde::de::Error::custom(format!("`{word}` is no {}", $what))) }
            }
        }
    };
}

word!(
    /// A seat in a unit that holds duties.
    Post,
    "id of a post"
);
word!(
    /// What kind of office a unit is.
    UnitKind,
    "id of a kind of unit"
);

/// What whoever sits in a post may do: the closed alphabet that packs give posts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Power {
    /// Takes up what comes in; whoever hands something to the unit wants to know that somebody sits there.
    TakeUp,
    /// Works on matters: registers, reads identity for a purpose, makes moves.
    Work,
    /// Is the head: approves what the law reserves to the head, and everything falls on.
    Head,
    /// Supervises.
    Supervise,
    /// Looks after units, officers and settings; no matter is shown for it.
    Administer,
}

/// What a unit is to the engine, whatever its kind is called.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnitRole {
    /// A body that handles what is its own.
    #[default]
    Body,
    /// 党委和政府信访部门 (Regulation art. 14).
    PetitionOffice,
    /// A body that does not use Huiyin; its acts are recorded with their evidence (DESIGN decision 8).
    Outside,
}

/// A post of a pack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostRule {
    /// Id.
    pub id: Post,
    /// What it is called.
    pub label: Label,
    /// What it may do.
    pub may: BTreeSet<Power>,
    /// Who stands in when nobody sits there, in order.
    pub deputies: Vec<Post>,
}

/// A kind of units of a pack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnitKindRule {
    /// Id.
    pub id: UnitKind,
    /// What it is called.
    pub label: Label,
    /// What it is to the engine.
    pub role: UnitRole,
}

/// The posts and kinds of units of an office: those of its packs together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Vocabulary {
    /// Posts, in the order of lists.
    pub posts: Vec<PostRule>,
    /// Kinds of units, in the order of lists.
    pub kinds: Vec<UnitKindRule>,
}

impl Vocabulary {
    /// A post.
    pub fn post(&self, id: Post) -> Option<&PostRule> {
        self.posts.iter().find(|p| p.id == id)
    }

    /// A kind of units.
    pub fn kind(&self, id: UnitKind) -> Option<&UnitKindRule> {
        self.kinds.iter().find(|k| k.id == id)
    }

    /// What units of a kind are to the engine.
    pub fn role(&self, kind: UnitKind) -> UnitRole {
        self.kind(kind).map_or(UnitRole::Body, |k| k.role)
    }

    /// Whether one of some posts has a power.
    pub fn may(&self, posts: &BTreeSet<Post>, power: Power) -> bool {
        posts.iter().any(|p| self.post(*p).is_some_and(|p| p.may.contains(&power)))
    }

    /// All powers of some posts.
    pub fn powers(&self, posts: &BTreeSet<Post>) -> BTreeSet<Power> {
        posts.iter().filter_map(|p| self.post(*p)).flat_map(|p| p.may.iter().copied()).collect()
    }

    /// The posts with a power, in order.
    pub fn with(&self, power: Power) -> impl Iterator<Item = Post> {
        self.posts.iter().filter(move |p| p.may.contains(&power)).map(|p| p.id)
    }

    /// Posts that hold duties of matters: all but those that only look after the office.
    pub fn holding(&self) -> impl Iterator<Item = Post> {
        self.posts.iter().filter(|p| p.may.iter().any(|m| *m != Power::Administer)).map(|p| p.id)
    }

    /// Whether one of some posts holds duties of matters.
    pub fn hold_duties(&self, posts: &BTreeSet<Post>) -> bool {
        self.holding().any(|p| posts.contains(&p))
    }

    /// Who stands in for a post, in order.
    pub fn deputies(&self, post: Post) -> &[Post] {
        self.post(post).map_or(&[], |p| &p.deputies)
    }
}
