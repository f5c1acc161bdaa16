//! Submissions (来件): one letter, visit, call, web form, or item brought in from elsewhere.
//!
//! Identity and contact are not here: they lie in the vault, one row for one submission, and nothing
//! links two rows of one person (DESIGN decision 5).

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::ids::{SubmissionId, UnitId};

/// How it came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// 网上.
    Online,
    /// 来信.
    Letter,
    /// 来访.
    Visit,
    /// 来电.
    Call,
    /// 传真.
    Fax,
    /// 上级交转.
    Above,
    /// 国家信访信息系统.
    NationalSystem,
    /// A ledger kept before.
    Import,
}

impl Channel {
    /// The channels an officer can register.
    pub const REGISTERED: [Self; 6] =
        [Self::Letter, Self::Visit, Self::Call, Self::Fax, Self::Above, Self::NationalSystem];

    /// The word in data and forms.
    pub fn word(self) -> &'static str {
        match self {
            Self::Online => "online",
            Self::Letter => "letter",
            Self::Visit => "visit",
            Self::Call => "call",
            Self::Fax => "fax",
            Self::Above => "above",
            Self::NationalSystem => "national_system",
            Self::Import => "import",
        }
    }

    /// Reads the word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::REGISTERED.into_iter().chain([Self::Online, Self::Import]).find(|c| c.word() == word)
    }
}

/// What the petitioner wants to be known as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Naming {
    /// With a name.
    Named,
    /// With a name that only the receiving office reads.
    Confidential,
    /// Without a name; nobody tries to find out (LAW.md §12.13).
    Anonymous,
}

/// How she wants to be answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReplyWay {
    /// Text message, and online by the receipt code.
    Sms,
    /// E-mail.
    Email,
    /// By letter.
    Letter,
    /// Only online, by the receipt code.
    CodeOnly,
}

impl ReplyWay {
    /// The word in data and forms.
    pub fn word(self) -> String {
        serde_json::to_value(self).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
    }
}

/// What it is for, in the petitioner's own view; the receiving unit may see it otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// 建议意见.
    Suggestion,
    /// 检举控告.
    Accusation,
    /// 申诉求决.
    Request,
    /// 说不准.
    NotSure,
}

/// The purpose in its word.
impl Purpose {
    /// Every purpose, in the order of forms.
    pub const ALL: [Self; 4] = [Self::Request, Self::Suggestion, Self::Accusation, Self::NotSure];

    /// The word in data and forms.
    pub fn word(self) -> &'static str {
        match self {
            Self::Suggestion => "suggestion",
            Self::Accusation => "accusation",
            Self::Request => "request",
            Self::NotSure => "not_sure",
        }
    }
}

/// The paper side of something registered by an officer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaperFacts {
    /// Day on the postmark.
    pub postmark: Option<Date>,
    /// What came with it: envelope, enclosures, pages.
    pub enclosures: Option<String>,
    /// Number given by the office above or the national system.
    pub foreign_number: Option<String>,
    /// Its date.
    pub foreign_date: Option<Date>,
    /// Who sent it here, when not the petitioner.
    pub sent_by: Option<String>,
    /// Its number in a ledger kept before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ledger_number: Option<String>,
}

/// One submission.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Submission {
    /// Id.
    pub id: SubmissionId,
    /// Number on the receipt; its matters are number-1, number-2 …
    pub number: String,
    /// How it came.
    pub channel: Channel,
    /// The unit it came to.
    pub unit: UnitId,
    /// The instant of receipt.
    pub received_at: Timestamp,
    /// The day of receipt in law; the clock's day 0.
    pub received_on: Date,
    /// The instant it was registered.
    pub registered_at: Timestamp,
    /// Named, confidential or anonymous.
    pub naming: Naming,
    /// Lodged by an agent for somebody else.
    pub by_agent: bool,
    /// How she wants to be answered.
    pub reply: ReplyWay,
    /// She asked for papers in the second language as well.
    #[serde(default)]
    pub second_language: bool,
    /// Postmark, enclosures, foreign numbers.
    pub paper: PaperFacts,
    /// How many people ask, as stated.
    pub headcount: u32,
}

/// How answers are served, and with it what starts her time (LAW.md §12.5, §12.13).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    /// She chose to be served online, or left no contact: she opens the answer and confirms it herself.
    Online,
    /// By signature or proof of post: what she reads here starts nothing.
    Delivered,
}

impl Submission {
    /// How its answers are served.
    pub fn service(&self, has_contact: bool) -> Service {
        let chosen = match self.reply {
            ReplyWay::Sms | ReplyWay::Email => true,
            // At the counter nobody who said nothing has chosen.
            ReplyWay::CodeOnly => self.channel == Channel::Online,
            ReplyWay::Letter => false,
        };
        if chosen || !has_contact { Service::Online } else { Service::Delivered }
    }
}
