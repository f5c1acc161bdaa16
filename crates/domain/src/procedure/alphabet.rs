//! The closed alphabet: verbs, relations, facts, conditions, phases. A pack can only spell with these
//! (DESIGN.md, "Procedure as data"); a word that orders something of a petitioner does not exist here.

use serde::{Deserialize, Serialize};

use crate::ids::ClockId;

/// What kind of act a move is. The meaning a verb has in the domain does not depend on the pack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verb {
    /// Keep with the unit that received it.
    Route,
    /// 转送.
    Refer,
    /// 交办.
    Assign,
    /// Confirm that a referral arrived in hand.
    TakeUp,
    /// Take a referral back before it is taken up.
    Recall,
    /// 异议.
    Object,
    /// Decide an objection.
    DecideObjection,
    /// Tell of receipt, path and procedure.
    Notify,
    /// 受理.
    Accept,
    /// 不予受理、不再受理, or where else to turn.
    Refuse,
    /// Hear the petitioner.
    Hear,
    /// Investigate.
    Investigate,
    /// A hearing (听证) that stops a clock.
    HoldHearing,
    /// The end of it.
    CloseHearing,
    /// Mediation or settlement (art. 33).
    Mediate,
    /// 延长.
    Extend,
    /// The written decision.
    Decide,
    /// Service of a paper.
    Serve,
    /// An attempt at service that proves nothing yet.
    Post,
    /// 请求复查 or 复核.
    RequestReview,
    /// 复查意见 or 复核意见.
    DecideReview,
    /// 评价.
    Rate,
    /// 撤回.
    Withdraw,
    /// Take a withdrawal back.
    UndoWithdraw,
    /// Further material.
    Add,
    /// A note of what was done.
    Record,
    /// 办结报告.
    ReportBack,
    /// Carrying out of a supported request.
    ReportExecution,
    /// 督办.
    Supervise,
    /// Answer to a supervision order.
    AnswerSupervision,
    /// 办结.
    End,
    /// 归档.
    Archive,
    /// New facts after the end.
    Reopen,
    /// 受理争议: several units cannot agree (art. 24).
    Dispute,
    /// The common superior, or the joint conference, decides who is competent.
    DecideDispute,
    /// Puts a duty on a named unit: to assist, or to answer a recommendation (arts 23, 40).
    Ask,
    /// What the asked unit did.
    AnswerAsked,
    /// A written agreement after mediation or settlement (art. 33).
    Agree,
    /// Help in hardship (art. 37): told of, applied for, granted.
    Help,
    /// A complaint of the petitioner about how she was treated (art. 18(4)).
    Complain,
    /// The overseer's answer to it.
    AnswerComplaint,
    /// A leader takes charge of the matter (包案, art. 18(2)).
    TakeCharge,
    /// Reports upward of a grave or urgent matter (art. 25).
    ReportUrgent,
    /// An accusation of an upper level is handed up sealed (LAW.md §10.5).
    HandUp,
    /// A closed file, or a breach, is checked for cause.
    Check,
    /// A heard re-review opinion is published, names out (art. 36(2)).
    Publish,
    /// A published opinion is taken off the public page.
    Unpublish,
    /// 并案: handled as one with others that ask the same.
    Join,
    /// A matter is taken out of a joinder again.
    Unjoin,
    /// 回避: an officer with a direct interest has no more to do with it (art. 28(3)).
    Recuse,
    /// A recusal made by mistake, or whose ground is gone, is lifted.
    LiftRecusal,
    /// Somebody is shown, by a document, to act for the petitioner.
    Appoint,
    /// They no longer do.
    EndAppointment,
    /// An archived file is kept beyond its time: a court or a review needs it.
    Hold,
    /// It need not be kept any longer than its time.
    Release,
    /// A file past its time is proposed for destruction.
    ProposeDestruction,
    /// The proposal is taken back.
    CancelDestruction,
    /// A second officer agrees: content, names, files and papers go, a tombstone stays.
    Destroy,
    /// An entry made twice, or that nobody wrote, is proposed to be made void.
    ProposeVoid,
    /// The proposal is taken back.
    CancelVoid,
    /// A second officer of another post agrees: nothing begun by the mistake is owed any more; number and receipt stay
    /// readable.
    Void,
    /// 叫号: a visitor is called to a window, for the first time or again.
    Call,
    /// 过号: nobody came; the ticket goes to the end of the queue.
    Miss,
    /// 接谈: the talk with a visitor begins.
    ReceiveVisitor,
    /// A visitor goes to another window and keeps her place in the queue.
    PassOn,
    /// The talk is interrupted.
    Pause,
    /// The visitor waits to be called again after an interruption.
    ComeBack,
    /// The visitor leaves the hall.
    Leave,
    /// The day on which somebody comes or sits is set, or is another now.
    SetDay,
    /// What was announced or asked for does not come off.
    CallOff,
    /// Whoever has booked is there and takes a ticket.
    Arrive,
}

impl Verb {
    /// What is done for one petitioner alone, also where matters are joined: her own acts, hearing her, service, help,
    /// complaints, what was carried out for her, reports and checks of it, and what changes the joinder, the people or
    /// the file itself. Everything else is made on each member (DESIGN.md, 并案).
    pub fn is_for_one(self) -> bool {
        match self {
            Self::Serve
            | Self::Post
            | Self::RequestReview
            | Self::Rate
            | Self::Withdraw
            | Self::UndoWithdraw
            | Self::Add
            | Self::Mediate
            | Self::Agree
            | Self::Help
            | Self::Complain
            | Self::AnswerComplaint
            | Self::HandUp
            | Self::Reopen
            | Self::Publish
            | Self::Unpublish
            | Self::Join
            | Self::Unjoin
            | Self::Recuse
            | Self::LiftRecusal
            | Self::Appoint
            | Self::EndAppointment
            | Self::Hold
            | Self::Release
            | Self::ProposeDestruction
            | Self::CancelDestruction
            | Self::Destroy
            | Self::ProposeVoid
            | Self::CancelVoid
            | Self::Void
            | Self::Hear
            | Self::TakeCharge
            | Self::ReportExecution
            | Self::ReportUrgent
            | Self::Check => true,
            Self::Route
            | Self::Refer
            | Self::Assign
            | Self::TakeUp
            | Self::Recall
            | Self::Object
            | Self::DecideObjection
            | Self::Notify
            | Self::Accept
            | Self::Refuse
            | Self::Investigate
            | Self::HoldHearing
            | Self::CloseHearing
            | Self::Extend
            | Self::Decide
            | Self::DecideReview
            | Self::Record
            | Self::ReportBack
            | Self::Supervise
            | Self::AnswerSupervision
            | Self::End
            | Self::Archive
            | Self::Dispute
            | Self::DecideDispute
            | Self::Ask
            | Self::AnswerAsked
            | Self::Call
            | Self::Miss
            | Self::ReceiveVisitor
            | Self::PassOn
            | Self::Pause
            | Self::ComeBack
            | Self::Leave
            | Self::SetDay
            | Self::CallOff
            | Self::Arrive => false,
        }
    }
}

/// How an actor stands to a matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// The person asking, or an agent with a paper.
    Petitioner,
    /// An officer of the unit that holds the matter.
    Holder,
    /// The head of that unit.
    HolderHead,
    /// An officer of the unit that handed it over.
    Sender,
    /// An officer of the petition office that serves the holder.
    PetitionOffice,
    /// The supervisor in that petition office.
    Supervisor,
    /// An officer of the body asked to review.
    Reviewer,
    /// The head of a superior of the holder.
    Overseer,
    /// A unit asked to assist in the handling.
    Assistant,
    /// A unit to which a recommendation was addressed (art. 40).
    Addressee,
    /// A unit invited to a meeting.
    Invited,
    /// A unit that was there.
    Present,
    /// A unit that was not, with its reason on record.
    Absent,
    /// A unit that owes what a meeting resolved.
    Responsible,
}

impl Relation {
    /// Units stand in this relation because a move named them, several at a time; each discharges its own clocks only.
    pub fn is_asked(self) -> bool {
        matches!(
            self,
            Self::Assistant | Self::Addressee | Self::Invited | Self::Present | Self::Absent | Self::Responsible
        )
    }
}

/// A fact about a matter on which a move may depend.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fact {
    /// Lodged straight with the unit that holds it.
    Direct,
    /// Handed over with a day for a report.
    Assigned,
    /// The receiving unit has it in hand.
    TakenUp,
    /// The petitioner was heard.
    Heard,
    /// The facts were investigated.
    Investigated,
    /// The period was extended once.
    Extended,
    /// A written answer was given.
    Answered,
    /// The answer supports the request, in whole or part.
    Supported,
    /// A supported request was carried out.
    Executed,
    /// The report to the sender was made.
    Reported,
    /// A review was decided.
    Reviewed,
    /// A re-review was decided.
    ReReviewed,
    /// A hearing is being held.
    InHearing,
    /// A supervision order waits for an answer.
    UnderSupervision,
    /// An accusation: kept in its compartment.
    Accusation,
    /// A suggestion.
    Suggestion,
    /// It was handed over as often as the pack allows; the next hand-over is a dispute (LAW.md §12.7).
    ManyHands,
    /// Who is competent was decided by the superior or the joint conference.
    CompetenceDecided,
    /// Handled by the simplified procedure.
    Simplified,
    /// A hearing was held in the review or re-review.
    HeardInHearing,
    /// An opinion was annulled and is to be made anew.
    Annulled,
    /// A grant was proposed.
    GrantProposed,
    /// The head of the handling unit approved it.
    GrantApprovedOnce,
    /// The second approval was given.
    GrantApprovedTwice,
    /// A leader has taken charge.
    InCharge,
    /// A complaint about treatment waits for an answer.
    Complained,
    /// Grave or urgent: to be reported upward.
    Urgent,
    /// An opinion was published.
    Published,
    /// Only the stub of an upper-level accusation is kept here.
    Sealed,
    /// Handled as one with others.
    Joined,
    /// Somebody acts for the petitioner: named when it was lodged, or shown by a document.
    HasAgent,
    /// The archived file is kept beyond its time.
    OnHold,
    /// It was re-reviewed once; unlike [`Fact::ReReviewed`] a reopening does not clear it (its file is kept for ever).
    OnceReReviewed,
    /// The file is proposed for destruction.
    DestructionProposed,
    /// Content, names, files and papers are destroyed; only the tombstone is left.
    Destroyed,
    /// What was answered is not an opinion that the law lets be reviewed: a reply to a suggestion, the result of
    /// another procedure, a refusal (arts 29, 31, 35).
    BeyondReview,
    /// Handed to a unit below by the unit it came to (art. 23(1)), not by a petition office.
    HandedDown,
    /// The entry is proposed to be made void.
    VoidProposed,
    /// The entry was made void: it was made twice, or nobody wrote it.
    Voided,
    /// Drawn by chance for the overseer to look at.
    Drawn,
    /// The matter has ended or is archived. It follows from the state and is never set.
    Filed,
}

/// A condition of a move; several are joined by "and".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Guard {
    /// The fact holds.
    Is(Fact),
    /// It does not.
    Not(Fact),
    /// A clock of that rule is running and has not run out.
    Running(ClockId),
    /// A duty of that rule is owed, in time or late.
    Owed(ClockId),
    /// A duty of one of these rules is owed, in time or late.
    OwedAny(Vec<ClockId>),
    /// None is owed or open.
    NotOwed(ClockId),
    /// No duty is owed but these, which the move itself discharges. A file is closed when nothing is owed in it.
    Settled(Vec<ClockId>),
}

/// Who holds the matter after a move.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HandTo {
    /// The unit named in the payload; the unit of the actor becomes the sender.
    Named,
    /// Back to the sender.
    Sender,
    /// The superior of the holder becomes the reviewer.
    Reviewer,
    /// The superior of the reviewer becomes the reviewer.
    NextReviewer,
    /// The petition office that serves the holder takes it.
    PetitionOffice,
}

/// A stage as people know it; states belong to one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Received, being routed.
    Intake,
    /// Handed to a unit, being told.
    Handover,
    /// Being handled.
    Handling,
    /// Decided, being served or within the time for review.
    Answered,
    /// Review.
    Review,
    /// Re-review.
    ReReview,
    /// Withdrawn by the petitioner.
    Withdrawn,
    /// Ended, not yet archived.
    Ended,
    /// In the archive.
    Archived,
}

impl Phase {
    /// Every phase in order.
    pub const ALL: [Self; 9] = [
        Self::Intake,
        Self::Handover,
        Self::Handling,
        Self::Answered,
        Self::Review,
        Self::ReReview,
        Self::Withdrawn,
        Self::Ended,
        Self::Archived,
    ];

    /// From the word in data.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|p| p.word() == word)
    }

    /// The word in data.
    pub fn word(self) -> &'static str {
        match self {
            Self::Intake => "intake",
            Self::Handover => "handover",
            Self::Handling => "handling",
            Self::Answered => "answered",
            Self::Review => "review",
            Self::ReReview => "re_review",
            Self::Withdrawn => "withdrawn",
            Self::Ended => "ended",
            Self::Archived => "archived",
        }
    }
}
