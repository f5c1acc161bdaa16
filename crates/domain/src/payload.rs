//! What a move carries: the closed list of fields, which verb takes which, and the check of what was given.
//!
//! Pages, API and import all pass through [`Payload::check`], so a field means the same on every surface.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::text;

/// One field of a move's payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// The unit a matter is handed to.
    ToUnit,
    /// Why.
    Reason,
    /// A day set by the sender, by which a report is due.
    DueOn,
    /// Day of acceptance (受理).
    AcceptedOn,
    /// The procedure and rights as told to the petitioner.
    Procedure,
    /// The procedure a matter is guided into: which, where, by when.
    Target,
    /// What was done and said.
    Summary,
    /// How it was done: one of the choices of the pack.
    Way,
    /// Day it happened.
    OnDay,
    /// Further days granted.
    Days,
    /// The petitioner's request, point by point.
    Request,
    /// Facts and reasons found.
    Facts,
    /// The outcome: one of the choices of the pack.
    Outcome,
    /// The decision.
    Opinion,
    /// Legal basis.
    LegalBasis,
    /// The remedy: to whom, by when.
    Remedy,
    /// Why the petitioner was not heard or the facts not investigated.
    UnheardReason,
    /// Day the petitioner received the paper.
    ReceivedOn,
    /// The proof of service: receipt number, witness, signature sheet.
    Proof,
    /// Rating of the petition office.
    RateOffice,
    /// Rating of the handling organ.
    RateHandler,
    /// The petitioner's own words.
    Words,
    /// Ground of a refusal.
    Ground,
    /// The path of a request for remedy.
    Path,
    /// Where another procedure is asked for: office and address.
    WhereTo,
    /// By when.
    ByWhen,
    /// What it costs.
    Cost,
    /// What the person risks: a period that runs out, a fee, a bar.
    Risk,
    /// Ground of the simplified procedure: one of the choices of the pack.
    SimpleGround,
    /// The new facts on which the same result rests, after an annulment.
    NewFacts,
    /// Why a period was breached.
    Cause,
    /// The post responsible.
    PostResponsible,
    /// What a check found.
    Result,
    /// Whether a recommendation was adopted.
    Adopted,
    /// A sum in yuan.
    Amount,
    /// To whom it was reported or handed up.
    Recipient,
    /// What the petitioner complains of in her treatment; for the overseer only.
    Complaint,
    /// Why a clarification is made: asked for, or harm suffered.
    ClarifyGround,
    /// Numbers of matters, one on each line: handled as one, or those it concerns.
    Joined,
    /// An officer of the actor's unit; the actor when it is left empty.
    Officer,
    /// The name of somebody who acts for the petitioner; it goes to the vault and nowhere else.
    AgentName,
    /// The document that shows it: an authority, proof of guardianship.
    Authority,
    /// In what capacity: relative, lawyer, guardian and so on.
    AgentBasis,
    /// Until when a document holds.
    ValidUntil,
    /// The duty that is late and is pressed for: the serial of its clock.
    LateDuty,
    /// Of several duties of one kind that the actor's unit owes, the one that is done: the serial of its clock.
    WhichDuty,
    /// Why an entry is void: made twice, or nobody wrote it.
    VoidGround,
    /// The number that stands in the place of a void one.
    Instead,
    /// What it is about, in a line: the topic of a meeting, the plan that was issued.
    Topic,
    /// The service a visitor comes for: one of the choices of the pack.
    Service,
    /// A need a visitor states, for the order of the queue: one of the choices of the pack.
    StatedNeed,
    /// Help a visitor asks for, such as an interpreter: one of the choices of the pack.
    Help,
    /// The window or room of a hall, by its number.
    Window,
    /// How many people come or came, about.
    Headcount,
    /// Who was at the table, by office and capacity.
    Present,
    /// Who speaks for those who came, in what capacity.
    Speaker,
    /// What was shown or handed over in support.
    Evidence,
    /// The law and policy that was explained, with its source.
    Explained,
    /// What was promised at the table, by whom and by when.
    Promised,
    /// What cannot be met, and why.
    NotMet,
    /// What the visitor needs: language, hearing, times.
    Needs,
    /// The time of a hall that a visitor has booked, and which of its places.
    Slot,
    /// The ticket of a hall, as it is called out.
    Ticket,
    /// A time of day, such as 09:30.
    AtTime,
}

/// How a field is entered and checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// One line, at most 200 characters.
    Line,
    /// Several lines, at most 20,000 characters.
    Text,
    /// A civil day.
    Day,
    /// A day that has already come.
    PastDay,
    /// A unit of the directory.
    Unit,
    /// An officer of the directory.
    Officer,
    /// A person's name: identity, for the vault only.
    Name,
    /// A duty of the matter, by the serial of its clock.
    Duty,
    /// One word of a list of the pack.
    Choice,
    /// A whole number from 1 to this.
    Number(u32),
    /// A time of day and a place of it: [`crate::hall::slot::Slot`].
    Slot,
    /// A letter and a number.
    Ticket,
    /// A time of day.
    Time,
}

impl Field {
    /// How it is entered and checked.
    pub fn shape(self) -> Shape {
        match self {
            Self::ToUnit => Shape::Unit,
            Self::Officer => Shape::Officer,
            Self::AgentName => Shape::Name,
            Self::LateDuty | Self::WhichDuty => Shape::Duty,
            Self::DueOn | Self::ValidUntil => Shape::Day,
            Self::AcceptedOn | Self::OnDay | Self::ReceivedOn => Shape::PastDay,
            Self::Days => Shape::Number(3650),
            Self::Window => Shape::Number(99),
            Self::Proof | Self::Target | Self::Authority | Self::Instead | Self::Topic | Self::Speaker => Shape::Line,
            Self::AgentBasis
            | Self::VoidGround
            | Self::Way
            | Self::Outcome
            | Self::RateOffice
            | Self::RateHandler
            | Self::Ground
            | Self::Path
            | Self::SimpleGround
            | Self::Cause
            | Self::PostResponsible
            | Self::Result
            | Self::Adopted
            | Self::ClarifyGround
            | Self::Service
            | Self::StatedNeed
            | Self::Help => Shape::Choice,
            Self::Slot => Shape::Slot,
            Self::AtTime => Shape::Time,
            Self::Ticket => Shape::Ticket,
            Self::Amount => Shape::Number(1_000_000),
            Self::Headcount => Shape::Number(100_000),
            Self::WhereTo | Self::ByWhen | Self::Cost | Self::Recipient => Shape::Line,
            Self::Reason
            | Self::Procedure
            | Self::Summary
            | Self::Request
            | Self::Facts
            | Self::Opinion
            | Self::LegalBasis
            | Self::Remedy
            | Self::UnheardReason
            | Self::Risk
            | Self::NewFacts
            | Self::Complaint
            | Self::Joined
            | Self::Present
            | Self::Evidence
            | Self::Explained
            | Self::Promised
            | Self::NotMet
            | Self::Needs
            | Self::Words => Shape::Text,
        }
    }

    /// The word in data, forms and API.
    pub fn word(self) -> String {
        serde_json::to_value(self).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
    }

    /// The field of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        serde_json::from_value(serde_json::Value::String(word.to_owned())).ok()
    }

    /// Given by the hall and typed by nobody: a place that is free, the next ticket.
    pub fn is_given_in_hall(self) -> bool {
        matches!(self, Self::Slot | Self::Ticket)
    }

    /// Text that may tell of people or of the case: it is kept in the content table, not in the event.
    pub fn is_content(self) -> bool {
        matches!(self.shape(), Shape::Text | Shape::Line)
    }

    /// Who somebody is: it is kept in the vault and neither in the event nor among the words.
    pub fn is_identity(self) -> bool {
        // The paper that gives an agent authority names both and often their numbers.
        self.shape() == Shape::Name || self == Self::Authority
    }
}

/// A checked payload. Every value has the shape of its field.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Payload(BTreeMap<Field, String>);

/// A payload by where it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parts {
    /// In the event.
    pub carried: Payload,
    /// In the content table.
    pub words: Payload,
    /// In the vault.
    pub identity: Payload,
}

/// What is wrong with one field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldFault {
    /// It must be given.
    Missing,
    /// Not a day like 2026-03-09.
    NotADay,
    /// The day has not come yet.
    InFuture,
    /// Not one of the choices.
    NotAChoice,
    /// Not a number in range.
    NotInRange,
    /// Longer than the field holds.
    TooLong,
    /// Not a unit in use.
    NoSuchUnit,
    /// Not an officer the actor may name here.
    NoSuchOfficer,
    /// Not a duty of this matter that is late and that the actor may press for.
    NoSuchDuty,
    /// Earlier than a fact it must follow.
    TooEarly,
    /// Later than the last day allowed.
    TooLate,
    /// The unit owes the same already: an answer to one would end the other as well.
    OwesAlready,
    /// The unit owes nothing of what the move notes of it.
    OwesNothing,
    /// Not a time of day like 09:30.
    NotATime,
}

/// A field and its fault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldError {
    /// Which field.
    pub field: Field,
    /// What is wrong.
    pub fault: FieldFault,
}

/// One field as a move asks for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Need {
    /// Which field.
    pub field: Field,
    /// It must be given.
    pub required: bool,
    /// The choices it offers, of those the pack lists for the field; empty for other fields.
    pub choices: Vec<String>,
}

impl Payload {
    /// Checks what was given against what a move asks for. Unknown keys are ignored by forms and refused by the API
    /// before this.
    ///
    /// # Errors
    /// Every field at fault, in the order the move asks for them.
    pub fn check(needs: &[Need], given: &BTreeMap<String, String>, today: Date) -> Result<Self, Vec<FieldError>> {
        let mut out = BTreeMap::new();
        let mut errors = Vec::new();
        for need in needs {
            let value = given.get(&need.field.word()).map(|v| normal(need.field.shape(), v)).unwrap_or_default();
            if text::is_blank(&value) {
                if need.required {
                    errors.push(FieldError { field: need.field, fault: FieldFault::Missing });
                }
                continue;
            }
            match fault(need, &value, today) {
                Some(fault) => errors.push(FieldError { field: need.field, fault }),
                None => {
                    out.insert(need.field, value);
                }
            }
        }
        if errors.is_empty() { Ok(Self(out)) } else { Err(errors) }
    }

    /// Fields with their values as they are; empty ones are left out. For what no form brought.
    pub fn from_pairs(pairs: impl IntoIterator<Item = (Field, String)>) -> Self {
        let given = pairs.into_iter().filter(|(_, v)| !v.is_empty());
        Self(given.collect())
    }

    /// The text of a field.
    pub fn text(&self, field: Field) -> Option<&str> {
        self.0.get(&field).map(String::as_str)
    }

    /// The day of a field.
    pub fn day(&self, field: Field) -> Option<Date> {
        self.text(field).and_then(|t| t.parse().ok())
    }

    /// The number of a field.
    pub fn number(&self, field: Field) -> Option<u32> {
        self.text(field).and_then(|t| t.parse().ok())
    }

    /// Splits into what may stand in an event, what is content, and what is identity.
    pub fn split(self) -> Parts {
        let (identity, rest): (BTreeMap<_, _>, BTreeMap<_, _>) =
            self.0.into_iter().partition(|(field, _)| field.is_identity());
        let (words, carried) = rest.into_iter().partition(|(field, _)| field.is_content());
        Parts { carried: Self(carried), words: Self(words), identity: Self(identity) }
    }

    /// The same without a field.
    #[must_use]
    pub fn without(mut self, field: Field) -> Self {
        self.0.remove(&field);
        self
    }

    /// All fields in order.
    pub fn iter(&self) -> impl Iterator<Item = (Field, &str)> {
        self.0.iter().map(|(f, v)| (*f, v.as_str()))
    }

    /// Whether nothing is carried.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The numbers of a list as people type it: on lines of their own, or with spaces, commas and the like between them.
pub fn numbers_in(list: &str) -> impl Iterator<Item = &str> {
    list.split(|c: char| c.is_whitespace() || ",，、;；".contains(c)).filter(|w| !w.is_empty())
}

/// The value as it is kept, by the one normalisation of every door. A day that cannot be read stays as it is and is
/// refused.
fn normal(shape: Shape, value: &str) -> String {
    match shape {
        Shape::Text => text::prose(value),
        Shape::Line => text::line(value),
        Shape::Name => text::name(value),
        Shape::Day | Shape::PastDay => {
            text::days::day(value).map_or_else(|_| value.trim().to_owned(), |d| d.to_string())
        }
        Shape::Slot => crate::hall::slot::Slot::typed(value).map_or_else(|| value.trim().to_owned(), |s| s.to_string()),
        Shape::Time => crate::hall::slot::Slot::typed(value).map_or_else(|| value.trim().to_owned(), |s| s.clock()),
        Shape::Number(_) | Shape::Duty | Shape::Choice | Shape::Unit | Shape::Officer | Shape::Ticket => {
            text::number(value)
        }
    }
}

fn fault(need: &Need, value: &str, today: Date) -> Option<FieldFault> {
    match need.field.shape() {
        Shape::Line => (value.chars().count() > 200).then_some(FieldFault::TooLong),
        Shape::Text => (value.chars().count() > 20_000).then_some(FieldFault::TooLong),
        Shape::Unit => (value.chars().count() > 60).then_some(FieldFault::NoSuchUnit),
        Shape::Officer => (value.chars().count() > 60).then_some(FieldFault::NoSuchOfficer),
        Shape::Name => (value.chars().count() > 60).then_some(FieldFault::TooLong),
        Shape::Day => match value.parse::<Date>() {
            Ok(day) if day < today => Some(FieldFault::TooEarly),
            Ok(day) if day.year() > today.year() + 10 => Some(FieldFault::TooLate),
            Ok(_) => None,
            Err(_) => Some(FieldFault::NotADay),
        },
        Shape::PastDay => match value.parse::<Date>() {
            Ok(day) if day > today => Some(FieldFault::InFuture),
            Ok(day) if day.year() < 1990 => Some(FieldFault::TooEarly),
            Ok(_) => None,
            Err(_) => Some(FieldFault::NotADay),
        },
        Shape::Choice => (!need.choices.iter().any(|c| c == value)).then_some(FieldFault::NotAChoice),
        Shape::Duty => value.parse::<u32>().is_err().then_some(FieldFault::NoSuchDuty),
        Shape::Slot | Shape::Time => crate::hall::slot::Slot::typed(value).is_none().then_some(FieldFault::NotATime),
        Shape::Ticket => (value.chars().count() > 12).then_some(FieldFault::TooLong),
        Shape::Number(max) => match value.parse::<u32>() {
            // Nobody may have come.
            Ok(0) if need.field == Field::Headcount => None,
            Ok(n) if (1..=max).contains(&n) => None,
            _ => Some(FieldFault::NotInRange),
        },
    }
}
