//! What is said of a pack, as a key of the translation files and what stands in the sentence: this crate knows no
//! language.

use std::fmt;

use huiyin_domain::procedure::Label;

/// A sentence that the translation files hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Saying {
    /// Its key.
    pub key: &'static str,
    /// What stands in it, by name.
    pub with: Vec<(&'static str, Part)>,
}

/// What stands in a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// An id, a word or a day, as the pack writes it.
    Word(String),
    /// A text of the pack, in the language of the reader.
    Label(Label),
}

impl Saying {
    pub(crate) fn new(key: &'static str) -> Self {
        Self { key, with: Vec::new() }
    }

    pub(crate) fn word(mut self, name: &'static str, word: impl fmt::Display) -> Self {
        self.with.push((name, Part::Word(word.to_string())));
        self
    }

    pub(crate) fn label(mut self, name: &'static str, label: Option<&Label>) -> Self {
        self.with.push((name, label.map_or_else(|| Part::Word(String::new()), |l| Part::Label(l.clone()))));
        self
    }

    /// A word that stands in it.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.with.iter().find(|(n, _)| *n == name).and_then(|(_, part)| match part {
            Part::Word(word) => Some(word.as_str()),
            Part::Label(_) => None,
        })
    }
}

/// For a log: the key and its words.
impl fmt::Display for Saying {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key)?;
        for (name, part) in &self.with {
            if let Part::Word(word) = part {
                write!(f, ", {name} `{word}`")?;
            }
        }
        Ok(())
    }
}
