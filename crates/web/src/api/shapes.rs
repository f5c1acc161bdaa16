//! The shapes of the API. Unknown keys of a request are refused.

use std::collections::BTreeMap;

use huiyin_app::clock_view::{self, ClockView, ViewGround};
use huiyin_app::domain::decide::Closed;
use huiyin_app::domain::proceeding::Actor;
use huiyin_app::domain::submission::{Naming, Purpose, ReplyWay};
use huiyin_app::matter_view::MatterView;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::edge::context::{RequestContext, Shared};
use crate::edge::problem;

/// A petition to be lodged.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LodgeJson {
    /// The petition in the petitioner's words, at most 50,000 characters.
    pub text: String,
    /// One line; taken from the text when empty.
    #[serde(default)]
    pub title: String,
    /// Content class, `level 1/level 2`.
    pub class: Option<String>,
    /// Division code of the place, from the office's list.
    pub place: Option<String>,
    /// Place in words.
    pub place_name: Option<String>,
    /// `request`, `suggestion`, `accusation` or `not_sure`.
    #[serde(default = "not_sure")]
    #[schema(value_type = String)]
    pub purpose: Purpose,
    /// The body complained of.
    pub complained_of: Option<String>,
    /// How many people ask.
    #[serde(default = "one_person")]
    pub headcount: u32,
    /// `named`, `confidential` or `anonymous`.
    #[serde(default = "named")]
    #[schema(value_type = String)]
    pub naming: Naming,
    /// `sms`, `email`, `letter` or `code_only`.
    #[serde(default = "code_only")]
    #[schema(value_type = String)]
    pub reply: ReplyWay,
    /// Name of the petitioner; goes into the vault.
    #[serde(default)]
    pub name: String,
    /// Telephone; goes into the vault.
    #[serde(default)]
    pub telephone: String,
    /// E-mail; goes into the vault.
    #[serde(default)]
    pub email: String,
    /// Postal address; goes into the vault.
    #[serde(default)]
    pub address: String,
    /// The agent's name, when somebody acts for the petitioner.
    #[serde(default)]
    pub agent: String,
    /// The paper that gives the agent authority.
    #[serde(default)]
    pub agent_paper: String,
    /// Papers in English as well.
    #[serde(default)]
    pub second_language: bool,
    /// Those who sign with the petitioner; go into the vault.
    #[serde(default)]
    pub co_signers: Vec<String>,
    /// A need the petitioner states.
    #[serde(default)]
    pub needs: String,
}

fn not_sure() -> Purpose {
    Purpose::NotSure
}
fn one_person() -> u32 {
    1
}
fn named() -> Naming {
    Naming::Named
}
fn code_only() -> ReplyWay {
    ReplyWay::CodeOnly
}

/// What the petitioner takes away.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReceiptJson {
    /// Number of the submission.
    pub number: String,
    /// Receipt code, 16 digits; shown once.
    pub code: String,
    /// The same key had been sent before.
    pub known: bool,
}

/// A submission as its petitioner follows it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SubmissionJson {
    /// Number.
    pub number: String,
    /// Day of receipt.
    pub received_on: String,
    /// Its matters.
    pub matters: Vec<MatterJson>,
}

/// A matter.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MatterJson {
    /// Number with the part.
    pub number: String,
    /// Which part of the submission.
    pub part: u16,
    /// One line.
    pub title: String,
    /// State of the pack.
    pub state: String,
    /// State in words.
    pub state_text: String,
    /// Phase.
    pub phase: String,
    /// Unit that holds it.
    pub holder: String,
    /// Its name.
    pub holder_name: String,
    /// Content class.
    pub class: Option<String>,
    /// Place in words.
    pub place: Option<String>,
    /// Day of receipt.
    pub received_on: String,
    /// Outcome of the last answer.
    pub outcome: Option<String>,
    /// A duty is overdue.
    pub late: bool,
    /// The pack it follows.
    pub pack: String,
    /// Version, for `If-Match`.
    pub version: u64,
    /// What is owed and what may be asked, soonest first.
    pub clocks: Vec<ClockJson>,
    /// The moves open to the caller, and why others are closed.
    pub moves: Vec<OfferJson>,
}

/// A clock in words and dates.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ClockJson {
    /// Rule of the pack.
    pub rule: String,
    /// A right (never breached) and not a duty.
    pub right: bool,
    /// Overdue.
    pub late: bool,
    /// What is owed, and by whom.
    pub text: String,
    /// Until when, and how long still.
    pub sentence: String,
    /// Last day in law.
    pub legal: String,
    /// A calendar not yet published could change it.
    pub provisional: bool,
    /// Where the period comes from.
    pub cite: String,
    /// How it is reckoned.
    pub reckoning: Vec<ReasonJson>,
}

/// One line of a reckoning.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReasonJson {
    /// Heading.
    pub term: String,
    /// Sentence.
    pub text: String,
}

/// A move, open or closed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OfferJson {
    /// The pack's move.
    pub id: String,
    /// As a task.
    pub title: String,
    /// Fields it takes; those ending in `?` may be left out.
    pub fields: Vec<String>,
    /// Why it is closed; absent when open.
    pub closed: Option<String>,
}

/// The fields of a move.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MoveJson {
    /// Field → value, as the move's `fields` say.
    #[serde(default)]
    pub fields: BTreeMap<String, String>,
    /// On a matter handled as one with others: only on this one.
    #[serde(default)]
    pub only_this: bool,
}

/// A paper.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PaperJson {
    /// Its serial within the matter.
    pub n: u32,
    /// The pack's paper.
    pub rule: String,
    /// 发文字号.
    pub number: String,
    /// What stands over it.
    pub title: String,
    /// Salted SHA-256 of the letter, as it stands in the record.
    pub digest: String,
}

/// A page of matters.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MatterListJson {
    /// The matters; clocks and moves are left out of lists.
    pub matters: Vec<MatterJson>,
    /// Cursor of the next page.
    pub next: Option<String>,
}

/// A page of duties.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DutiesJson {
    /// By due time.
    pub duties: Vec<DutyJson>,
    /// Cursor of the next page.
    pub next: Option<String>,
    /// Overdue.
    pub late: u64,
    /// Due today.
    pub today: u64,
    /// Due within seven days.
    pub week: u64,
    /// Due later.
    pub later: u64,
    /// Filings that came together and are not sorted yet; they are in none of the counts.
    pub bursts: Vec<BurstJson>,
}

/// Many filings from one network within minutes that nobody has touched yet.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BurstJson {
    /// Name, for `burst`.
    pub name: String,
    /// How many, counted up to 5,000.
    pub matters: u64,
    /// When the first is due.
    pub due: String,
}

/// A duty.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DutyJson {
    /// What owes it: `matter`, `office` or `meeting`.
    pub kind: String,
    /// Its number.
    pub number: String,
    /// Its title.
    pub title: String,
    /// Clock rule.
    pub rule: String,
    /// Post that owes.
    pub post: String,
    /// Last day in law.
    pub legal: String,
    /// Due instant.
    pub due: String,
}

/// An office.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UnitJson {
    /// Code.
    pub id: String,
    /// Name.
    pub name: String,
    /// English name.
    pub name_en: String,
    /// Kind.
    pub kind: String,
    /// Address.
    pub address: String,
    /// Telephone.
    pub telephone: String,
    /// Hours and place of reception.
    pub hours: String,
}

/// A problem (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProblemJson {
    /// `/problems/…`, one of a closed list; `about:blank` for a fault of HTTP itself.
    pub r#type: String,
    /// Short.
    pub title: String,
    /// HTTP status.
    pub status: u16,
    /// What happened and how to mend it.
    pub detail: String,
    /// Fields at fault.
    pub errors: Vec<ProblemFieldJson>,
}

/// A field at fault.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProblemFieldJson {
    /// Which.
    pub field: String,
    /// What is wrong, as a word.
    pub fault: String,
    /// The same as a sentence.
    pub text: String,
}

impl From<ClockView> for ClockJson {
    fn from(c: ClockView) -> Self {
        Self {
            rule: c.rule,
            right: c.right,
            late: c.late,
            text: c.plain,
            sentence: c.sentence,
            legal: c.legal,
            provisional: c.provisional,
            cite: c.cite,
            reckoning: c.reckoning.into_iter().map(|l| ReasonJson { term: l.term, text: l.text }).collect(),
        }
    }
}

/// A matter without clocks and moves, for lists.
pub(crate) fn brief(
    asked: &RequestContext,
    ground: &huiyin_app::Ground,
    m: &huiyin_app::domain::matter::Matter,
) -> MatterJson {
    let state = ground.book.state(&m.state);
    MatterJson {
        number: m.number.clone(),
        part: m.details().part,
        title: m.list_title().unwrap_or_default().to_owned(),
        state: m.state.0.clone(),
        state_text: state.map(|s| s.title.get(asked.language.code()).to_owned()).unwrap_or_default(),
        phase: m.phase.word().to_owned(),
        holder: m.holder.0.clone(),
        holder_name: ground
            .directory
            .unit(&m.holder)
            .map(|u| asked.language.pick(&u.name, &u.name_en).to_owned())
            .unwrap_or_default(),
        class: m.details().class.clone(),
        place: m.details().place_name.clone().filter(|_| m.list_title().is_some()),
        received_on: m.received_on.to_string(),
        outcome: m.outcome.clone(),
        late: m.is_late(),
        pack: m.pack.0.clone(),
        version: m.version,
        clocks: Vec::new(),
        moves: Vec::new(),
    }
}

/// A matter with its clocks and the caller's moves.
pub(crate) fn full(shared: &Shared, asked: &RequestContext, view: &MatterView, actor: &Actor) -> MatterJson {
    let now = shared.office.now();
    let ground = ViewGround {
        rules: view.ground.rules(),
        wording: shared.office.wording(),
        language: asked.language,
        now: &now,
    };
    let moves = view
        .offers(actor)
        .into_iter()
        .map(|o| OfferJson {
            id: o.rule.id.0.clone(),
            title: o.rule.title.get(asked.language.code()).to_owned(),
            fields: o
                .rule
                .needs
                .iter()
                .map(|n| format!("{}{}", n.field.word(), if n.required { "" } else { "?" }))
                .collect(),
            closed: o.closed.map(|c: Closed| problem::why_closed(shared, asked.language, &c, Some(&view.ground.book))),
        })
        .collect();
    MatterJson {
        clocks: clock_view::owed(ground, &view.matter).into_iter().map(ClockJson::from).collect(),
        moves,
        ..brief(asked, &view.ground, &view.matter)
    }
}
