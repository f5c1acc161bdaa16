//! Index terms: overlapping pairs of Han characters, other words whole (STACK.md, "bigrams, not words").
//!
//! A run 供暖费 becomes `供暖 暖费 费`: every substring of two characters or more is a phrase of pairs, and a
//! single character is a prefix. Names and contacts are never given to this module.

/// What a query asks for; all phrases must match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phrase {
    /// Consecutive terms.
    pub terms: Vec<String>,
    /// The last term is only the beginning of a term.
    pub prefix: bool,
}

/// Longest word kept, in characters.
const WORD: usize = 40;

fn is_han(c: char) -> bool {
    matches!(u32::from(c), 0x3400..=0x9FFF | 0xF900..=0xFAFF | 0x20000..=0x323AF | 0x3007)
}

enum Run {
    Han(Vec<char>),
    Word(String),
}

fn runs(text: &str) -> Vec<Run> {
    let mut out = Vec::new();
    for c in text.chars().flat_map(char::to_lowercase) {
        if is_han(c) {
            match out.last_mut() {
                Some(Run::Han(run)) => run.push(c),
                _ => out.push(Run::Han(vec![c])),
            }
        } else if c.is_alphanumeric() {
            match out.last_mut() {
                Some(Run::Word(word)) if !word.is_empty() => word.push(c),
                Some(Run::Word(word)) => word.push(c),
                _ => out.push(Run::Word(c.to_string())),
            }
        } else {
            // A separator ends the run: an empty word stands between.
            out.push(Run::Word(String::new()));
        }
    }
    out
}

/// The terms of a text, in order, divided by spaces.
pub fn index_terms(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    let mut add = |term: &mut dyn Iterator<Item = char>| {
        if !out.is_empty() {
            out.push(' ');
        }
        out.extend(term);
    };
    for run in runs(text) {
        match run {
            Run::Han(run) => {
                for pair in run.windows(2) {
                    add(&mut pair.iter().copied());
                }
                add(&mut run.last().copied().into_iter());
            }
            Run::Word(word) if word.is_empty() => {}
            Run::Word(word) => add(&mut word.chars().take(WORD)),
        }
    }
    out
}

/// The phrases of a query; empty when nothing searchable was typed.
pub fn phrases(text: &str) -> Vec<Phrase> {
    runs(text)
        .into_iter()
        .filter_map(|run| match run {
            Run::Han(run) if run.len() == 1 => Some(Phrase { terms: vec![run.iter().collect()], prefix: true }),
            Run::Han(run) => Some(Phrase { terms: run.windows(2).map(|p| p.iter().collect()).collect(), prefix: false }),
            Run::Word(word) if word.is_empty() => None,
            Run::Word(word) => Some(Phrase { terms: vec![word.chars().take(WORD).collect()], prefix: false }),
        })
        .take(16)
        .collect()
}

/// A scope token: letters and digits only, so that every index keeps it whole.
pub fn scope_token(tenant: &str, unit: &str) -> String {
    let plain = |t: &str| t.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect::<String>();
    format!("scope{}x{}", plain(tenant), plain(unit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_overlap_and_words_stay_whole() {
        assert_eq!(index_terms("供暖费 ABC-12 好"), "供暖 暖费 费 abc 12 好");
    }

    #[test]
    fn a_query_is_a_phrase_of_its_pairs() {
        assert_eq!(phrases("供暖费"), vec![Phrase { terms: vec!["供暖".into(), "暖费".into()], prefix: false }]);
        assert_eq!(phrases("费"), vec![Phrase { terms: vec!["费".into()], prefix: true }]);
        assert!(phrases(" ！— ").is_empty());
    }
}
