//! A line of a plan as it was written, and folded for reading: half-width, simplified, without what nobody sees, slips
//! of the pen put right. Every place of the folded text leads back to the written one.

use std::ops::Range;

use huiyin_domain::text;

use crate::words::Words;

/// A line.
#[derive(Debug)]
pub(crate) struct Line {
    written: Vec<char>,
    /// As it is read.
    pub text: String,
    /// For each byte of the text at which a character begins, and its end, the character of the written line.
    at: Vec<(usize, usize)>,
}

impl Line {
    pub fn new(written: &str, words: &Words) -> Self {
        let written: Vec<char> = written.chars().collect();
        let (mut text, mut at) = (String::new(), Vec::new());
        for (i, c) in written.iter().enumerate() {
            for folded in text::folded(&c.to_string()).chars().map(|c| if c == '\n' { ' ' } else { c }) {
                at.push((text.len(), i));
                text.push(folded);
            }
        }
        at.push((text.len(), written.len()));
        let mut line = Self { written, text, at };
        for (slip, meant) in &words.slips {
            line.put_right(slip, meant);
        }
        line
    }

    /// Writes what was meant in place of a slip of as many characters.
    fn put_right(&mut self, slip: &str, meant: &str) {
        if !self.text.contains(slip) {
            return;
        }
        self.text = self.text.replace(slip, meant);
        let chars: Vec<usize> = self.at.iter().map(|(_, i)| *i).collect();
        let bytes = self.text.char_indices().map(|(byte, _)| byte).chain([self.text.len()]);
        self.at = bytes.zip(chars).collect();
    }

    /// What was written at a place of the text, without the punctuation at its ends.
    pub fn written(&self, at: &Range<usize>) -> String {
        let index = |byte: usize| {
            let found = self.at.partition_point(|(b, _)| *b < byte);
            self.at.get(found).map_or(self.written.len(), |(_, i)| *i)
        };
        let (from, until) = (index(at.start), index(at.end));
        let piece: String = self.written.get(from..until.max(from)).unwrap_or_default().iter().collect();
        let edge = |c: char| c.is_whitespace() || matches!(c, ',' | '，' | '。' | '；' | ';' | '：' | ':' | '、');
        piece.trim_matches(edge).to_owned()
    }
}
