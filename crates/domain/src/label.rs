//! Texts of packs in the languages they are written in.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What a reader gets who reads none of a pack's languages.
const COMMON: &str = "en";

/// A text by language: `zh`, `en` and so on. A pack gives each in all its languages.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Label(BTreeMap<String, String>);

impl Label {
    /// From texts by language.
    pub fn from_pairs(texts: impl IntoIterator<Item = (String, String)>) -> Self {
        Self(texts.into_iter().collect())
    }

    /// The text for a reader of a language; where it is not given in that, in English, else in the first there is.
    pub fn get(&self, language: &str) -> &str {
        let given = |l: &str| self.0.get(l).filter(|t| !t.is_empty());
        given(language).or_else(|| given(COMMON)).or_else(|| self.0.values().next()).map_or("", String::as_str)
    }

    /// Its languages.
    pub fn languages(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// Its texts.
    pub fn texts(&self) -> impl Iterator<Item = &String> {
        self.0.values()
    }

    /// Puts the text of another in place of a name, in each language.
    pub fn fill(&mut self, name: &str, with: &Self) {
        for (language, text) in &mut self.0 {
            if text.contains(name) {
                *text = text.replace(name, with.get(language));
            }
        }
    }
}
