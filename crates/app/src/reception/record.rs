//! The record of a talk and what comes of it: everything that was asked for is registered in the same unit of work in
//! which the record is written, with a number, a receipt and a clock that runs; nothing is left only in the text.

use std::collections::BTreeMap;

use huiyin_domain::event::EventKind;
use huiyin_domain::ids::UnitId;
use huiyin_domain::matter::Matter;
use huiyin_domain::payload::{Field, numbers_in};
use huiyin_domain::procedure::{Fact, MoveRule, Verb};
use huiyin_domain::subject::Subject;
use huiyin_domain::submission::{Channel, Naming, PaperFacts, Purpose, ReplyWay};
use huiyin_domain::text;
use huiyin_storage::{Changes, Identity};
use jiff::civil::Date;

use crate::access::{Action, require};
use crate::act;
use crate::error::{AppError, FormError, Result};
use crate::follow;
use crate::lodge::{self, Keep, Lodging, Receipt, Registration};
use crate::office::{Office, Staff};
use crate::proceedings::{self, View};
use crate::step::Move;

/// What is asked for at one table, at most; who brings more is given a second record.
pub const DEMANDS: usize = 20;

/// One thing that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Demand {
    /// The line of the form it stands on.
    pub row: usize,
    /// In the visitor's words.
    pub words: String,
    /// What kind of thing it is. An accusation is registered alone, into its compartment.
    pub purpose: Purpose,
    /// The number of the matter in which it is handled already; empty: it is registered anew.
    pub joins: String,
}

/// Who asks, as far as they want to say it; the same for all that is asked for at the table.
#[derive(Debug, Clone)]
pub struct Asking {
    /// Named, confidential, anonymous.
    pub naming: Naming,
    /// Way of the reply.
    pub reply: ReplyWay,
    /// Name and how to reach them.
    pub who: Identity,
    /// How many people came.
    pub headcount: u32,
    /// The place it is about, in words.
    pub place_name: Option<String>,
    /// Papers in the second language as well.
    pub second_language: bool,
}

impl Asking {
    /// How somebody is named who said so much of herself: with nothing of a person, not at all.
    pub fn naming_of(who: &Identity, reply: ReplyWay, confidential: bool) -> Naming {
        let lines = [&who.name, &who.telephone, &who.address, &who.email];
        let nobody = reply == ReplyWay::CodeOnly
            && who.representatives.is_empty()
            && lines.iter().all(|line| text::is_blank(line));
        match (nobody, confidential) {
            (true, _) => Naming::Anonymous,
            (false, true) => Naming::Confidential,
            (false, false) => Naming::Named,
        }
    }
}

/// A record as it was typed.
#[derive(Debug, Clone)]
pub struct Draft {
    /// What the pack asks for, by field; what was asked for and what was promised are put together here.
    pub fields: BTreeMap<String, String>,
    /// What was asked for.
    pub demands: Vec<Demand>,
    /// Who asks.
    pub asking: Asking,
    /// Random text of the form; the same form gives the same receipts.
    pub form: String,
    /// The version of the visit that was seen.
    pub version: Option<u64>,
}

/// A record that is written, and the receipts for what was registered anew.
#[derive(Debug)]
pub struct Written {
    /// The visit.
    pub visit: Subject,
    /// Each thing that was registered anew, with its receipt.
    pub registered: Vec<(String, Receipt)>,
}

/// Something that was promised at the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Promise {
    /// By which unit.
    pub unit: UnitId,
    /// Until when.
    pub until: Option<Date>,
    /// What.
    pub what: String,
}

/// The move that writes the record now: the one of the pack that takes what was asked for and the matters it became.
pub fn writing(view: &View) -> Option<&MoveRule> {
    let takes = |rule: &MoveRule, field| rule.needs.iter().any(|n| n.field == field);
    let mut moves = view.ground.book.moves.iter().filter(|m| m.from.contains(&view.proceeding.state));
    moves.find(|m| m.verb == Verb::Record && takes(m, Field::Request) && takes(m, Field::Joined))
}

/// Whether something is promised by a move: a unit says what it does by which day. Where it is to be at a time, it is
/// called and promises nothing.
pub(super) fn is_promise(rule: &MoveRule) -> bool {
    let asks = |field| rule.needs.iter().any(|n| n.field == field);
    rule.verb == Verb::Ask && asks(Field::DueOn) && !asks(Field::ByWhen)
}

/// The move by which something is promised now.
pub fn promising(view: &View) -> Option<&MoveRule> {
    let mut moves = view.ground.book.moves.iter().filter(|m| m.from.contains(&view.proceeding.state));
    moves.find(|m| is_promise(m))
}

/// What was promised so far, in the order in which it was.
pub fn promises(view: &View) -> Vec<Promise> {
    let words = |n: u32| view.words.iter().find(|w| w.n == n).and_then(|w| w.words.text(Field::Summary));
    let promise = |record: &huiyin_storage::EventRecord| {
        let EventKind::Moved { move_id, carried, .. } = &record.event.kind else { return None };
        view.ground.book.find_move(move_id).filter(|rule| is_promise(rule))?;
        Some(Promise {
            unit: UnitId::new(carried.text(Field::ToUnit)?),
            until: carried.day(Field::DueOn),
            what: words(record.event.n).unwrap_or_default().to_owned(),
        })
    };
    view.events.iter().filter_map(promise).collect()
}

/// What was asked for, as the record before says it; `None`: there is none yet.
pub fn said_before(view: &View) -> Option<&huiyin_domain::payload::Payload> {
    // What a group announced is no record of what it asked for at the table.
    let recorded = |n: u32| {
        let of = |e: &&huiyin_storage::EventRecord| e.event.n == n;
        let kind = view.events.iter().find(of).map(|e| &e.event.kind);
        matches!(kind, Some(EventKind::Moved { verb: Verb::Record, .. }))
    };
    let records = view.words.iter().rev().filter(|w| recorded(w.n));
    records.map(|w| &w.words).find(|words| words.text(Field::Request).is_some())
}

/// Writes the record, or corrects it, and registers what was asked for. Sent twice it gives the same receipts.
///
/// # Errors
/// [`AppError::Form`] and [`AppError::Closed`] name what is at fault, [`AppError::ChangedMeanwhile`] when somebody was
/// quicker; nothing is written then.
#[crate::boxed]
pub async fn write(office: &Office, staff: &Staff, number: &str, draft: Draft) -> Result<Written> {
    require(staff, Action::Receive)?;
    require(staff, Action::Register)?;
    // A form without a token of its own is given a new one.
    if draft.form.len() < 16 {
        return Err(AppError::ChangedMeanwhile);
    }
    let view = proceedings::view(office, staff, number).await?;
    let own = |i: usize| office.keyed_hash("reception-form", &format!("{number}:{i}:{}", draft.form));
    let anew: Vec<(usize, &Demand)> =
        draft.demands.iter().enumerate().filter(|(_, d)| text::is_blank(&d.joins)).collect();
    // A form belongs to what it was sent with: sent again as it was, what was registered then is told again; with
    // anything else on it, it is neither taken for known nor lost in silence.
    let key = office.keyed_hash("idempotency", &format!("reception-record:{number}:{}", draft.form));
    let content = format!("{:?}", (&draft.fields, &draft.demands, &draft.asking));
    if act::was_done(office, &key, &content).await? {
        super::unsent::forget(office, staff, number).await?;
        return Ok(Written { visit: view.proceeding, registered: known(office, &anew, &own).await? });
    }
    let rule = writing(&view).ok_or(AppError::ChangedMeanwhile)?;
    let rule = (rule.id.clone(), rule.needs.iter().any(|n| n.field == Field::Joined && n.required));
    let mut errors = check(&draft, rule.1 && said_before(&view).is_none());
    let mut changes = Changes::new(office.tenant().clone());
    changes.items.push(act::idempotency_item(office, key.clone(), &content));
    let (mut numbers, mut lines) = (Vec::new(), Vec::new());
    for (i, demand) in draft.demands.iter().enumerate() {
        let words = text::prose(&demand.words);
        let joined: Vec<&str> = numbers_in(&demand.joins).collect();
        let number = if joined.is_empty() {
            match lodge::compose_at_table(office, staff, lodging(&draft, demand, own(i)), arrival(office)).await {
                Ok((receipt, more)) => {
                    add(&mut changes, more);
                    huiyin_domain::number::matter_number(&receipt.number, 1)
                }
                Err(AppError::Form(more)) => {
                    errors.extend(more.into_iter().map(|e| of_row(e, demand.row)));
                    continue;
                }
                Err(error) => return Err(error),
            }
        } else {
            joined.join(" ")
        };
        lines.push(line(office, i + 1, &words, &number));
        numbers.push(number);
    }
    if !errors.is_empty() {
        let mut seen = std::collections::BTreeSet::new();
        errors.retain(|e| seen.insert((e.field, e.fault, e.value.clone())));
        return Err(AppError::Form(errors));
    }
    let mut fields = draft.fields.clone();
    // Before the first record there is nothing that was asked for and registered.
    let before = fields.remove("request").filter(|_| said_before(&view).is_some()).unwrap_or_default();
    fields.insert(Field::Request.word(), joined_lines(&before, &lines));
    fields.insert(Field::Joined.word(), numbers.join("\n"));
    fields.insert(Field::Promised.word(), promised(office, &view));
    let step = Move { id: rule.0.0, fields, version: draft.version, key: Some(draft.form.clone()), ..Move::default() };
    let visit = match proceedings::act_beside(office, staff, number, step, changes).await {
        Ok(visit) => {
            metrics::counter!("huiyin_submissions_total").increment(u64::try_from(anew.len()).unwrap_or(0));
            visit
        }
        // Of two that were sent at the same moment one was written: its receipts are told to both.
        Err(error) => match act::was_done(office, &key, &content).await {
            Ok(true) => proceedings::view(office, staff, number).await?.proceeding,
            _ => return Err(error),
        },
    };
    let registered = self::known(office, &anew, &own).await?;
    super::unsent::forget(office, staff, number).await?;
    Ok(Written { visit, registered })
}

/// The receipts of what was registered with a form, with the words.
async fn known(
    office: &Office,
    anew: &[(usize, &Demand)],
    own: &impl Fn(usize) -> String,
) -> Result<Vec<(String, Receipt)>> {
    let mut known = Vec::new();
    for (i, demand) in anew {
        if let Some(receipt) = lodge::known_receipt(office, &own(*i)).await? {
            known.push((text::prose(&demand.words), receipt));
        }
    }
    Ok(known)
}

/// The matters of a receipt that a visitor has with her, as far as this officer may read them. Wrong codes are counted
/// for each officer.
///
/// # Errors
/// [`AppError::NotFound`] for a wrong code, [`AppError::Throttled`] after too many.
#[crate::boxed]
pub async fn matters_of_receipt(office: &Office, staff: &Staff, code: &str) -> Result<Vec<Matter>> {
    require(staff, Action::Receive)?;
    let found = follow::open(office, code, &format!("table:{}", staff.officer.id)).await?;
    let directory = office.directory().await?;
    let all = office.store().matters_of(office.tenant(), &found.submission.id).await?;
    let mine = |m: &Matter| m.may_read(&staff.actor(), &directory) && !m.facts.contains(&Fact::Accusation);
    Ok(all.into_iter().filter(mine).collect())
}

/// What a record lacks before anything of it is registered.
fn check(draft: &Draft, first: bool) -> Vec<FormError> {
    let mut errors = Vec::new();
    if first && draft.demands.is_empty() {
        errors.push(FormError::new("demand_0", "fault-demand-none"));
    }
    if draft.demands.len() > DEMANDS {
        errors.push(FormError::with("demand_0", "fault-too-many", DEMANDS));
    }
    for demand in &draft.demands {
        let row = |fault| of_row(FormError::new("text", fault), demand.row);
        if text::is_blank(&demand.words) {
            errors.push(row("fault-text-missing"));
        }
        if demand.purpose == Purpose::Accusation {
            errors.push(row("fault-demand-accusation"));
        }
    }
    errors
}

/// A fault of what is registered, at the line of the form it stands on.
fn of_row(error: FormError, i: usize) -> FormError {
    const ROWS: [&str; DEMANDS] = [
        "demand_0",
        "demand_1",
        "demand_2",
        "demand_3",
        "demand_4",
        "demand_5",
        "demand_6",
        "demand_7",
        "demand_8",
        "demand_9",
        "demand_10",
        "demand_11",
        "demand_12",
        "demand_13",
        "demand_14",
        "demand_15",
        "demand_16",
        "demand_17",
        "demand_18",
        "demand_19",
    ];
    match error.field {
        "text" | "title" => FormError { field: ROWS.get(i).copied().unwrap_or("demand_0"), ..error },
        _ => error,
    }
}

fn lodging(draft: &Draft, demand: &Demand, form_token: String) -> Lodging {
    let told = draft.fields.get("facts").map(String::as_str).unwrap_or_default();
    Lodging {
        form_token,
        // The officer's own; set at the desk.
        unit: UnitId::new(""),
        title: String::new(),
        text: format!("{}\n\n{told}", demand.words.trim()),
        class: None,
        place: None,
        place_name: draft.asking.place_name.clone(),
        purpose: demand.purpose,
        complained_of: None,
        headcount: draft.asking.headcount,
        naming: draft.asking.naming,
        by_agent: false,
        second_language: draft.asking.second_language,
        reply: draft.asking.reply,
        identity: draft.asking.who.clone(),
        files: Vec::new(),
        burst: None,
    }
}

fn arrival(office: &Office) -> Registration {
    Registration {
        channel: Channel::Visit,
        received_on: office.now().today(),
        paper: PaperFacts::default(),
        keep: Keep::Whole,
    }
}

/// Adds what one registration writes to the unit of work of the record.
fn add(to: &mut Changes, more: Changes) {
    to.submissions.extend(more.submissions);
    to.vaults.extend(more.vaults);
    to.contents.extend(more.contents);
    to.proceedings.extend(more.proceedings);
    to.events.extend(more.events);
    to.attachments.extend(more.attachments);
    to.messages.extend(more.messages);
    to.records.extend(more.records);
    to.items.extend(more.items);
}

/// What was asked for as it stands in the record, with the number under which it is handled.
fn line(office: &Office, n: usize, words: &str, number: &str) -> String {
    let n = i64::try_from(n).unwrap_or(i64::MAX);
    let values = [("n", n.into()), ("words", words.into()), ("number", number.into())];
    office.wording().text(office.binding(), "record-demand", &values)
}

fn joined_lines(before: &str, lines: &[String]) -> String {
    let before = Some(before.trim()).filter(|b| !b.is_empty()).map(str::to_owned);
    before.into_iter().chain(lines.iter().cloned()).collect::<Vec<_>>().join("\n")
}

/// What was promised as it stands in the record.
fn promised(office: &Office, view: &View) -> String {
    let binding = office.binding();
    let line = |promise: Promise| {
        let unit = view.ground.directory.unit(&promise.unit).map(|u| u.name.clone()).unwrap_or_default();
        let day = promise.until.map(|d| huiyin_wording::date(binding, d)).unwrap_or_default();
        let values = [("unit", unit.into()), ("day", day.into()), ("what", promise.what.into())];
        office.wording().text(binding, "record-promise", &values)
    };
    promises(view).into_iter().map(line).collect::<Vec<_>>().join("\n")
}
