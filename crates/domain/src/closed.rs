//! Why a move is not open: the one refusal of the engine, which pages and the API put into sentences.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::clock::Transition;
use crate::hall::stage::StageFault;
use crate::ids::{StateId, UnitId};
use crate::payload::FieldError;
use crate::procedure::{Guard, Relation};

/// Why a move is not open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "closed", rename_all = "snake_case")]
pub enum Closed {
    /// The pack knows no such move.
    NoSuchMove {
        /// As asked for.
        #[serde(rename = "move")]
        move_id: String,
    },
    /// Not in this state.
    State {
        /// The state now.
        state: StateId,
    },
    /// Not by this actor.
    NotYours {
        /// Who may.
        by: Vec<Relation>,
    },
    /// A condition does not hold.
    Guard {
        /// The first that fails.
        guard: Guard,
    },
    /// Fields are at fault.
    Fields {
        /// All of them.
        errors: Vec<FieldError>,
    },
    /// Who decided before may not decide the review (LAW.md §12.9).
    SameOfficer,
    /// There is no superior unit to which a review could go.
    NoSuperior,
    /// The proceeding cannot be handed to that unit.
    Unit {
        /// Which.
        unit: UnitId,
    },
    /// The file is kept until a day; without one, for ever.
    Kept {
        /// The last day.
        through: Option<Date>,
    },
    /// Who proposed it does not agree to it as well.
    SecondPerson,
    /// Who agrees sits in another post than who proposed it.
    SecondPost,
    /// It is about the actor's own unit.
    AboutYou,
    /// She has been notified already.
    Noticed,
    /// Nothing of a person is kept of who gave no name.
    Anonymous,
    /// The petitioner gets it by signature or post and not by a button.
    Delivered,
    /// The receipt code was replaced lately; it waits until a day.
    Waits {
        /// From when it is open.
        until: Date,
    },
    /// A clock does not stand as the move takes it to.
    Clock {
        /// Which, where it stands, and what was tried.
        refused: Transition,
    },
    /// It was extended as often as the pack lets it.
    Extended {
        /// How often.
        most: u32,
    },
    /// The visitor stands elsewhere in the hall.
    Hall {
        /// Where, and what was tried.
        fault: StageFault,
    },
    /// The days given cannot be reckoned.
    Reckoning {
        /// In words.
        why: String,
    },
}

impl From<Transition> for Closed {
    fn from(refused: Transition) -> Self {
        Self::Clock { refused }
    }
}
