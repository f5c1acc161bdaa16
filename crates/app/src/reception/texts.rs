//! What an office keeps at hand for its talks: texts of law and policy with their source, and who speaks which
//! language.

use huiyin_domain::ids::UnitId;
use huiyin_domain::text;
use serde::{Deserialize, Serialize};

use crate::access::{Action, require};
use crate::acts;
use crate::error::{AppError, FormError, Result};
use crate::office::{Office, Setting, Staff};
use crate::reception::hall;
use crate::security::{Act, Entry};

/// Texts of one office, at most.
const LAWS: usize = 200;
/// Characters of a text, at most.
const TEXT: usize = 4_000;
/// Characters of a title or source, at most.
const LINE: usize = 120;
/// People who help with a language, at most.
const HELPERS: usize = 60;

/// A text of law or policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LawText {
    /// Its id in the office.
    pub id: String,
    /// What it is about, as it is looked for.
    pub title: String,
    /// Law and article, or the document with its number.
    pub source: String,
    /// The words.
    pub text: String,
}

/// Somebody who speaks a language, or signs: an officer, or an interpreter from outside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Helper {
    /// Which language.
    pub language: String,
    /// Who, and how to reach them.
    pub who: String,
}

/// What an office keeps at hand.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AtHand {
    /// Texts, in the order of their titles.
    pub laws: Vec<LawText>,
    /// Who helps with which language.
    pub helpers: Vec<Helper>,
}

impl AtHand {
    /// A text as it stands in a record: its words with their source.
    pub fn quoted(&self, id: &str) -> Option<String> {
        let law = self.laws.iter().find(|l| l.id == id)?;
        Some(format!("{}（{}）：{}", law.title, law.source, law.text))
    }
}

fn name(unit: &UnitId) -> String {
    format!("at-hand:{unit}")
}

/// What the office of a unit keeps at hand.
///
/// # Errors
/// As the store.
#[crate::boxed]
pub async fn of_unit(office: &Office, unit: &UnitId) -> Result<AtHand> {
    let Some(setting) = office.setting(&name(unit)).await? else { return Ok(AtHand::default()) };
    serde_json::from_value(setting.0).map_err(|e| AppError::damaged("setting at-hand", unit.as_str(), &e))
}

async fn put(office: &Office, staff: &Staff, all: &AtHand) -> Result<()> {
    let unit = &staff.officer.unit;
    let value = serde_json::to_value(all).map_err(AppError::caused("what is at hand has no JSON"))?;
    let entry = Entry::new(office, Act::HallChanged, Some(&staff.officer.id)).with(unit.as_str());
    acts::put(office, &[entry], vec![Setting::put(&name(unit), value)?]).await
}

/// Adds a text.
///
/// # Errors
/// [`AppError::Form`] names what is wrong; [`AppError::NotAllowed`] for who does not keep the hall.
#[crate::boxed]
pub async fn add_law(office: &Office, staff: &Staff, title: &str, source: &str, words: &str) -> Result<()> {
    require(staff, Action::KeepHall)?;
    hall::open_to_visitors(office, &staff.officer.unit).await?;
    let (title, source, words) = (text::line(title), text::line(source), text::prose(words));
    let mut errors = Vec::new();
    for (field, value, most) in [("law_title", &title, LINE), ("source", &source, LINE), ("text", &words, TEXT)] {
        if text::is_blank(value) {
            errors.push(FormError::new(field, "fault-missing"));
        } else if value.chars().count() > most {
            errors.push(FormError::with(field, "fault-too-long", most));
        }
    }
    let _turn = office.turn(&name(&staff.officer.unit)).await;
    let mut all = of_unit(office, &staff.officer.unit).await?;
    if all.laws.len() >= LAWS {
        errors.push(FormError::with("law_title", "fault-too-many", LAWS));
    }
    if !errors.is_empty() {
        return Err(AppError::Form(errors));
    }
    all.laws.push(LawText { id: office.new_id(), title, source, text: words });
    all.laws.sort_by(|a, b| a.title.cmp(&b.title));
    put(office, staff, &all).await
}

/// Takes a text away; records that quote it keep its words.
///
/// # Errors
/// [`AppError::NotFound`] where there is none; [`AppError::NotAllowed`] for who does not keep the hall.
#[crate::boxed]
pub async fn remove_law(office: &Office, staff: &Staff, id: &str) -> Result<()> {
    require(staff, Action::KeepHall)?;
    let _turn = office.turn(&name(&staff.officer.unit)).await;
    let mut all = of_unit(office, &staff.officer.unit).await?;
    let before = all.laws.len();
    all.laws.retain(|l| l.id != id);
    if all.laws.len() == before {
        return Err(AppError::NotFound);
    }
    put(office, staff, &all).await
}

/// Writes down who helps with which language: a line each, the language before a colon.
///
/// # Errors
/// [`AppError::Form`] names the line that is not understood.
#[crate::boxed]
pub async fn put_helpers(office: &Office, staff: &Staff, lines: &str) -> Result<()> {
    require(staff, Action::KeepHall)?;
    hall::open_to_visitors(office, &staff.officer.unit).await?;
    let (mut helpers, mut errors) = (Vec::new(), Vec::new());
    for line in lines.lines().map(text::line).filter(|l| !text::is_blank(l)) {
        let parts = line.split_once([':', '：']).map(|(l, w)| (l.trim(), w.trim()));
        match parts.filter(|(language, who)| !language.is_empty() && !who.is_empty()) {
            Some((language, who)) if line.chars().count() <= LINE => {
                helpers.push(Helper { language: language.to_owned(), who: who.to_owned() });
            }
            _ => errors.push(FormError::with("helpers", "fault-helper-line", &line)),
        }
    }
    if helpers.len() > HELPERS {
        errors.push(FormError::with("helpers", "fault-too-many", HELPERS));
    }
    if !errors.is_empty() {
        return Err(AppError::Form(errors));
    }
    let _turn = office.turn(&name(&staff.officer.unit)).await;
    let all = AtHand { helpers, ..of_unit(office, &staff.officer.unit).await? };
    put(office, staff, &all).await
}
