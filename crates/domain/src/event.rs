//! Events: what was done, kept for ever. They hold no identity and no body of text (DESIGN decision 4);
//! the words of a move lie in the content table, and the event carries their digest.
//!
//! Old events must stay readable for decades: a field may be added with a default, never renamed.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::clock::{Basis, Bound, PeriodUnit};
use crate::ids::{ClockId, MoveId, OfficerId, PackId, ProceedingId, StateId, UnitId};
use crate::payload::Payload;
use crate::procedure::Verb;
use crate::submission::Channel;

/// Who acted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "who", rename_all = "snake_case")]
pub enum EventActor {
    /// An officer, sitting in a unit.
    Officer {
        /// Who.
        officer: OfficerId,
        /// For which unit.
        unit: UnitId,
    },
    /// The petitioner or an agent, by receipt code.
    Petitioner,
    /// Time itself.
    Clock,
    /// An import of records kept before.
    Import,
    /// Whoever runs the program: a command at the machine, such as moving a pack or handing over what a unit held.
    Operator,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum EventKind {
    /// A submission arrived and opened the matter.
    Received {
        /// By which channel.
        channel: Channel,
        /// The day of receipt in law.
        received_on: Date,
        /// Who holds it first.
        unit: UnitId,
        /// SHA-256 of the petition's text, salted with the event's salt.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<String>,
        /// Files that came with it, by id: SHA-256 of their hash, salted likewise.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        files: BTreeMap<String, String>,
    },
    /// A proceeding that is no matter began: by the calendar, or because an officer says that it happened.
    Begun {
        /// Which beginning of the pack.
        begin: String,
        /// Day 0.
        on: Date,
        /// Who holds it first.
        unit: UnitId,
        /// What it began with that is not text.
        carried: Payload,
        /// SHA-256 of the words it began with, salted with the event's salt.
        #[serde(default)]
        words: Option<String>,
    },
    /// A move was made.
    Moved {
        /// Which.
        #[serde(rename = "move")]
        move_id: MoveId,
        /// Its verb.
        verb: Verb,
        /// State before.
        from: StateId,
        /// State after.
        to: StateId,
        /// What it carried that is not text.
        carried: Payload,
        /// SHA-256 of the words it carried, salted with the event's salt.
        #[serde(default)]
        words: Option<String>,
        /// The unit that holds the matter afterwards.
        holder: UnitId,
        /// Files that came with it, as of what was received.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        files: BTreeMap<String, String>,
        /// The petitioner's own act, made with a receipt code that had replaced another.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        new_code: bool,
    },
    /// What was registered was corrected; the words before and after, and why, lie in the content table.
    Corrected {
        /// Which of it, as words: `received_on`, `title`, `name` and so on.
        what: Vec<String>,
        /// The day of receipt before.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        was: Option<Date>,
        /// The day of receipt now.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        received_on: Option<Date>,
        /// Who agreed to it, where two were needed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        agreed: Option<OfficerId>,
        /// SHA-256 of the words, salted with the event's salt.
        #[serde(default)]
        words: Option<String>,
        /// Files that came with it, as of what was received.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        files: BTreeMap<String, String>,
    },
    /// A clock began.
    ClockStarted {
        /// Its serial.
        n: u32,
        /// Its rule.
        rule: ClockId,
        /// Who owes.
        bound: Bound,
        /// Day 0.
        start: Date,
        /// Length.
        length: u32,
        /// Unit.
        unit: PeriodUnit,
        /// Last day as counted.
        nominal: Date,
        /// Last day in law.
        legal: Date,
        /// Serial of the late clock it presses for.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        about: Option<u32>,
    },
    /// A duty was done or a right used.
    ClockDischarged {
        /// Its serial.
        n: u32,
        /// After the due instant.
        late: bool,
    },
    /// A duty no longer stands.
    ClockClosed {
        /// Its serial.
        n: u32,
    },
    /// Days are no longer counted.
    ClockStopped {
        /// Its serial.
        n: u32,
    },
    /// Days count again; with the due day that follows.
    ClockResumed {
        /// Its serial.
        n: u32,
        /// Last day in law now.
        legal: Date,
    },
    /// Further days were given.
    ClockExtended {
        /// Its serial.
        n: u32,
        /// How many.
        days: u32,
        /// Last day in law now.
        legal: Date,
    },
    /// A calendar was published or changed, and the due day with it.
    ClockReprojected {
        /// Its serial.
        n: u32,
        /// Before.
        was: Date,
        /// Now.
        legal: Date,
    },
    /// It was reckoned again because the day of receipt was corrected.
    ClockCorrected {
        /// Its serial.
        n: u32,
        /// Day 0 now.
        start: Date,
        /// Last day in law before.
        was: Date,
        /// Last day in law now.
        legal: Date,
        /// It was done in the time registered and late in the time that ran.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        late: bool,
    },
    /// The due day is near.
    Warned {
        /// Its serial.
        n: u32,
    },
    /// The clock ran out: a fact about the unit.
    Breached {
        /// Its serial.
        n: u32,
        /// Who owed.
        bound: Bound,
        /// Before this installation kept the record; nobody is notified.
        #[serde(default)]
        historic: bool,
    },
    /// A right was not used.
    Lapsed {
        /// Its serial.
        n: u32,
    },
    /// A breach went up.
    Escalated {
        /// Its serial.
        n: u32,
        /// To whom.
        to: Bound,
    },
    /// What was late is done, or no longer stands: nobody need press for it any more. That it was late stays on record.
    PressingEnded {
        /// Serial of the clock that pressed.
        n: u32,
        /// Serial of the clock that was late.
        about: u32,
        /// The duty was done; otherwise it was taken back or handed over.
        done: bool,
    },
    /// A duty goes on with another unit, its days unchanged: whoever holds the matter now owes it.
    Passed {
        /// Its serial.
        n: u32,
        /// Who owes it now.
        to: Bound,
    },
    /// A post that must be told has nobody in it.
    NobodyOnDuty {
        /// Its serial.
        n: u32,
        /// The empty post.
        at: Bound,
    },
    /// There is no unit above to tell.
    NoSuperior {
        /// Its serial.
        n: u32,
    },
    /// The words of a step were destroyed, as its beginning said they would be.
    Forgotten {
        /// The serial of the event they came with.
        n: u32,
    },
    /// The timer was worked later than it fell due.
    TimerLate {
        /// Its serial.
        n: u32,
        /// By how many seconds.
        seconds: i64,
    },
    /// One submission was parted into several matters.
    Parted {
        /// The matter that came of it.
        into: ProceedingId,
        /// Its number.
        number: String,
    },
    /// Matters it concerns from now on: those in which what was asked for at a table was registered.
    Linked {
        /// Which.
        matters: Vec<ProceedingId>,
    },
    /// A parting was undone: what was parted off is handled with the first part again.
    PartUndone {
        /// Number of what had been parted off.
        part: String,
        /// Number of the first part.
        into: String,
    },
    /// The matter goes on under another version of its rules.
    PackMoved {
        /// Before.
        from: PackId,
        /// Now.
        to: PackId,
    },
    /// A unit was split, merged or abolished; the one that continues its powers took over (art. 24).
    Succeeded {
        /// The unit before.
        from: UnitId,
        /// The unit now.
        to: UnitId,
        /// Duties that passed, their days unchanged.
        duties: u32,
    },
    /// A paper was made by the move `of`; its letter is kept and bound by this digest.
    PaperMade {
        /// Event of the move.
        of: u32,
        /// The pack's paper.
        paper: String,
        /// 发文字号.
        number: String,
        /// SHA-256 over a salt and the canonical letter.
        digest: String,
    },
}

/// One line of a matter's record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// Serial within the matter, from 1.
    pub n: u32,
    /// Version of this shape.
    pub v: u8,
    /// When, in office time.
    pub at: Timestamp,
    /// Who.
    pub actor: EventActor,
    /// The pack it follows.
    pub pack: PackId,
    /// Its clause.
    pub clause: Option<String>,
    /// Where it comes from.
    pub basis: Basis,
    /// What.
    pub kind: EventKind,
}
