//! What a clause of a plan becomes.

use serde::{Deserialize, Serialize};

use crate::figure::{Headcount, Period};

/// What a clause is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RowKind {
    /// A post or body and who fills it.
    Seat,
    /// A condition that stands alone.
    Trigger,
    /// A grade.
    Tier,
    /// What officials owe.
    Duty,
    /// A report upward.
    Report,
    /// For a person's body or mind.
    Care,
    /// After the event, and standing training, revision, answerability.
    Aftercare,
    /// No act that could be checked, or a prohibition that binds officials.
    Principle,
    /// Done to people for petitioning: in no duty.
    Refused,
    /// A title, an aim, a scope.
    Other,
}

/// One clause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Row {
    /// First line, from 1.
    pub line_from: usize,
    /// Last line.
    pub line_to: usize,
    /// As it was written.
    pub text: String,
    /// What it is.
    pub kind: RowKind,
    /// Kind of the duty, of the closed set.
    pub duty_kind: Option<String>,
    /// Who acts.
    pub who: Option<String>,
    /// Who is told or served.
    pub to: Option<String>,
    /// By when.
    pub within: Option<Period>,
    /// For how many who come.
    pub headcount: Option<Headcount>,
    /// Why it is refused.
    pub reason: Option<String>,
    /// What of it is lawful.
    pub core: Option<String>,
    /// It is not understood, or may be a measure: an officer says what it is before the plan is in force.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub question: bool,
}

impl Row {
    /// Whether it becomes a duty of a drafted plan.
    pub fn is_duty(&self) -> bool {
        !self.question
            && matches!(self.kind, RowKind::Duty | RowKind::Report | RowKind::Care | RowKind::Aftercare)
            && self.duty_kind.is_some()
    }
}

/// How much of a plan was understood.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Clauses that became duties.
    pub duties: usize,
    /// Clauses that only stand as text.
    pub text: usize,
    /// Clauses that are refused.
    pub refused: usize,
    /// Clauses that stand as questions.
    pub questions: usize,
}

impl Coverage {
    /// Of these rows.
    pub fn of(rows: &[Row]) -> Self {
        let mut out = Self::default();
        for row in rows {
            match row {
                row if row.question => out.questions += 1,
                row if row.kind == RowKind::Refused => out.refused += 1,
                row if row.is_duty() => out.duties += 1,
                _ => out.text += 1,
            }
        }
        out
    }
}
