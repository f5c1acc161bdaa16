//! The matter (信访事项): one request under one procedure.
//!
//! A proceeding with what only a petition has. It holds no identity, no text of the petition and nothing about a person
//! across matters.

pub mod correct;
pub mod figure;
pub mod letter;
pub mod opening;
pub mod part;
pub mod taken_over;
pub mod tombstone;

use std::ops::Deref;

use serde::{Deserialize, Serialize};

use crate::clock::OfficeTime;
use crate::closed::Closed;
use crate::ids::SubmissionId;
use crate::payload::{Field, FieldError, FieldFault, Payload};
use crate::procedure::{Fact, Guard, MoveRule, RuleBook, Verb};
use crate::proceeding::edit::Edit;
use crate::proceeding::{Actor, Kind, Proceeding};
use crate::submission::{Channel, Purpose};
use crate::unit::Directory;

/// The petitioner's rating of one office; no answer is not "satisfied" (LAW.md §12.10).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ratings {
    /// Of the petition office.
    pub office: Option<String>,
    /// Of the handling organ.
    pub handler: Option<String>,
}

/// What a matter has beside what every proceeding has. Outside of the domain it is read, never changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MatterDetails {
    /// The submission that opened it.
    pub submission: SubmissionId,
    /// Which part of the submission, from 1.
    pub part: u16,
    /// Content class, level 1 / level 2.
    pub class: Option<String>,
    /// Place code, down to village where known.
    pub place: Option<String>,
    /// Place as written.
    pub place_name: Option<String>,
    /// What the petitioner says it is for.
    pub purpose: Purpose,
    /// The body complained of, as stated.
    pub complained_of: Option<String>,
    /// Whom it was about before that was corrected: who was meant once stays out of what only others may do.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub complained_of_before: Vec<String>,
    /// How it came.
    pub channel: Channel,
    /// Path of a request, 1 to 6 (art. 31).
    pub path: Option<String>,
    /// The burst it came in: many filings from one network within minutes, one row at the desk until somebody or a
    /// clock has to do with it. Nothing of it stays after that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub burst: Option<String>,
    /// Ratings.
    pub ratings: Ratings,
    /// Matters handled as one (并案).
    pub joinder: Option<String>,
}

/// One matter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "MatterDocument")]
pub struct Matter {
    proceeding: Proceeding,
    #[serde(flatten)]
    details: MatterDetails,
}

/// A matter as it is read. Its keys are listed once more, since serde copies every value of a flattened struct first,
/// and lists read hundreds of documents.
#[derive(Deserialize)]
struct MatterDocument {
    proceeding: Proceeding,
    submission: SubmissionId,
    part: u16,
    class: Option<String>,
    place: Option<String>,
    place_name: Option<String>,
    purpose: Purpose,
    complained_of: Option<String>,
    #[serde(default)]
    complained_of_before: Vec<String>,
    channel: Channel,
    path: Option<String>,
    burst: Option<String>,
    ratings: Ratings,
    joinder: Option<String>,
}

impl From<MatterDocument> for Matter {
    fn from(document: MatterDocument) -> Self {
        let details = MatterDetails {
            submission: document.submission,
            part: document.part,
            class: document.class,
            place: document.place,
            place_name: document.place_name,
            purpose: document.purpose,
            complained_of: document.complained_of,
            complained_of_before: document.complained_of_before,
            channel: document.channel,
            path: document.path,
            burst: document.burst,
            ratings: document.ratings,
            joinder: document.joinder,
        };
        Self { proceeding: document.proceeding, details }
    }
}

impl Deref for Matter {
    type Target = Proceeding;
    fn deref(&self) -> &Proceeding {
        &self.proceeding
    }
}

impl Matter {
    /// The same as the next version that is stored.
    pub fn next_version(mut self) -> Self {
        self.edit().version += 1;
        self
    }

    /// What only a matter has.
    pub fn details(&self) -> &MatterDetails {
        &self.details
    }

    /// It is handled as one with others from now on (并案).
    pub fn join(&mut self, joinder: String) {
        self.details.joinder = Some(joinder);
    }

    /// It is handled by itself again.
    pub fn leave_joinder(&mut self) {
        self.details.joinder = None;
    }

    /// It stands by itself, and not as one of a burst.
    pub fn leave_burst(&mut self) {
        self.details.burst = None;
    }

    /// The same without its outcome, which the petitioner has not opened.
    pub fn without_outcome(mut self) -> Self {
        self.edit().outcome = None;
        self
    }
}

impl Edit for Matter {
    fn whole(&mut self) -> &mut Proceeding {
        &mut self.proceeding
    }
}

/// Keys of a matter's document that are the matter's own; in documents of 0.1 those of its proceeding stand beside
/// them.
const OWN: [&str; 13] = [
    "submission",
    "part",
    "class",
    "place",
    "place_name",
    "purpose",
    "complained_of",
    "complained_of_before",
    "channel",
    "path",
    "burst",
    "ratings",
    "joinder",
];

impl Matter {
    /// Reads the document of a matter, also one that 0.1 wrote.
    ///
    /// # Errors
    /// When it is neither; the error says where, and holds nothing of the content.
    pub fn from_json(doc: &str) -> serde_json::Result<Self> {
        serde_json::from_str(doc).or_else(|error| match serde_json::from_str(doc) {
            Ok(serde_json::Value::Object(flat)) if !flat.contains_key("proceeding") => {
                let (mut own, general): (serde_json::Map<_, _>, serde_json::Map<_, _>) =
                    flat.into_iter().partition(|(key, _)| OWN.contains(&key.as_str()));
                own.insert("proceeding".to_owned(), general.into());
                serde_json::from_value(own.into())
            }
            _ => Err(error),
        })
    }

    /// Whether what it says is read for a stated purpose only: it is an accusation (art. 30(3)).
    pub fn is_read_for_a_purpose(&self) -> bool {
        self.facts.contains(&Fact::Accusation) && !self.facts.contains(&Fact::Destroyed)
    }

    /// Its title where it stands in a list or a page's head; `None` where that is read for a purpose only.
    pub fn list_title(&self) -> Option<&str> {
        (!self.is_read_for_a_purpose()).then_some(self.title.as_str())
    }

    /// Whether it is about a unit, as it is registered or as it was before a correction.
    pub fn is_about(&self, unit: &crate::unit::Unit) -> bool {
        self.details.complained_of.iter().chain(&self.details.complained_of_before).any(|words| unit.is_meant_by(words))
    }
}

impl Kind for Matter {
    fn bars(
        &self,
        _: &RuleBook,
        rule: &MoveRule,
        actor: &Actor,
        directory: &Directory,
        _today: jiff::civil::Date,
    ) -> Option<Closed> {
        // What turns out to be an accusation leaves its joinder first: a compartment holds one matter (LAW.md §10.5).
        if rule.sets.contains(&Fact::Accusation) && self.details.joinder.is_some() {
            return Some(Closed::Guard { guard: Guard::Not(Fact::Joined) });
        }
        // The unit complained of does not make the complaint vanish.
        let Actor::Officer { unit, .. } = actor else { return None };
        let about = matches!(rule.verb, Verb::ProposeVoid | Verb::Void)
            && directory.unit(unit).is_some_and(|u| self.is_about(u));
        about.then_some(Closed::AboutYou)
    }

    fn faults(&self, book: &RuleBook, _: &MoveRule, payload: &Payload) -> Vec<FieldError> {
        // Such as: what came online somebody wrote.
        let closed = |(field, value): &(Field, &str)| {
            book.choice(*field, value).is_some_and(|c| c.not_by.contains(&self.details.channel))
        };
        payload.iter().filter(closed).map(|(field, _)| FieldError { field, fault: FieldFault::NotAChoice }).collect()
    }

    fn made(&mut self, book: &RuleBook, rule: &MoveRule, payload: &Payload, _: &OfficeTime) {
        match rule.verb {
            Verb::Notify | Verb::Accept => {
                let holds = |given: Field| payload.text(given).is_some();
                let implied = book
                    .choices
                    .iter()
                    .find(|c| c.field == Field::Path && c.given.is_some_and(holds))
                    .map(|c| c.id.as_str());
                if let Some(path) = payload.text(Field::Path).or(implied) {
                    self.details.path = Some(path.to_owned());
                }
            }
            Verb::Rate => {
                if let Some(rate) = payload.text(Field::RateOffice) {
                    self.details.ratings.office = Some(rate.to_owned());
                }
                if let Some(rate) = payload.text(Field::RateHandler) {
                    self.details.ratings.handler = Some(rate.to_owned());
                }
            }
            _ => {}
        }
    }
}
