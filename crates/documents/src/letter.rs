//! The letter as data. What is served is this, hashed; pages are drawn from it.

use serde::{Deserialize, Serialize};

/// The language a letter is set in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tongue {
    /// Simplified Chinese: the binding text.
    #[default]
    Zh,
    /// English: a translation for the reader.
    En,
}

/// A paragraph of a letter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", content = "text", rename_all = "snake_case")]
pub enum Paragraph {
    /// 一级标题.
    Heading(String),
    /// 正文. Line breaks in it are lines of what was filled in.
    Text(String),
}

impl Paragraph {
    /// Its words.
    pub fn text(&self) -> &str {
        let (Self::Heading(text) | Self::Text(text)) = self;
        text
    }
}

/// A letter in the letter form of GB/T 9704.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    /// Language.
    pub tongue: Tongue,
    /// Issuing organ, over the red line.
    pub organ: String,
    /// 发文字号.
    pub number: String,
    /// Title.
    pub title: String,
    /// 主送: the petitioner or a unit.
    pub to: String,
    /// Body.
    pub body: Vec<Paragraph>,
    /// Date as it stands under the organ's name.
    pub date: String,
    /// Address and telephone of the office, at the foot of the first page.
    pub contact: String,
    /// 抄送: units that get a copy.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub copies: Vec<String>,
    /// The same in a second language, where the reader asked for it.
    pub second: Option<Box<Letter>>,
}

/// Stands where a character cannot be drawn: the printer's geta mark.
pub const NOT_DRAWN: char = '〓';

impl Letter {
    /// The letter with a visible sign for each of some characters, and after it which they are.
    #[must_use]
    pub fn without(&self, missing: &[char]) -> Self {
        if missing.is_empty() {
            return self.clone();
        }
        let drawn =
            |text: &String| text.chars().map(|c| if missing.contains(&c) { NOT_DRAWN } else { c }).collect::<String>();
        let mut body: Vec<Paragraph> = self
            .body
            .iter()
            .map(|p| match p {
                Paragraph::Heading(text) => Paragraph::Heading(drawn(text)),
                Paragraph::Text(text) => Paragraph::Text(drawn(text)),
            })
            .collect();
        let mine: Vec<&char> = missing.iter().filter(|c| self.own_texts().iter().any(|t| t.contains(**c))).collect();
        if !mine.is_empty() {
            let named: Vec<String> = mine.iter().map(|c| format!("U+{:04X}", u32::from(**c))).collect();
            body.push(Paragraph::Text(format!("（{NOT_DRAWN}：{}）", named.join("、"))));
        }
        Self {
            tongue: self.tongue,
            organ: drawn(&self.organ),
            number: drawn(&self.number),
            title: drawn(&self.title),
            to: drawn(&self.to),
            body,
            date: drawn(&self.date),
            contact: drawn(&self.contact),
            copies: self.copies.iter().map(drawn).collect(),
            second: self.second.as_ref().map(|s| Box::new(s.without(missing))),
        }
    }

    /// Every text of the letter, for checks of characters.
    pub fn texts(&self) -> Vec<&str> {
        let mut out = self.own_texts();
        if let Some(second) = &self.second {
            out.extend(second.texts());
        }
        out
    }

    fn own_texts(&self) -> Vec<&str> {
        let own = [&self.organ, &self.number, &self.title, &self.to, &self.date, &self.contact];
        own.into_iter().chain(&self.copies).map(String::as_str).chain(self.body.iter().map(Paragraph::text)).collect()
    }
}
