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
    /// 正文.
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
    /// The same in a second language, where the reader asked for it.
    pub second: Option<Box<Letter>>,
}

impl Letter {
    /// Every text of the letter, for checks of characters.
    pub fn texts(&self) -> Vec<&str> {
        let own = [&self.organ, &self.number, &self.title, &self.to, &self.date, &self.contact];
        let mut out: Vec<&str> = own.into_iter().map(String::as_str).chain(self.body.iter().map(Paragraph::text)).collect();
        if let Some(second) = &self.second {
            out.extend(second.texts());
        }
        out
    }
}
