//! What was done, in words: one line for each event that a reader of the record cares about.
//!
//! The petitioner reads the words of every move that is told to her and of her own; an officer reads all.

use std::collections::BTreeMap;

use huiyin_domain::event::{Event, EventActor, EventKind};
use huiyin_domain::hall::slot::Slot;
use huiyin_domain::payload::{Field, Payload, Shape};
use huiyin_domain::procedure::Verb;
use huiyin_domain::proceeding::Proceeding;
use huiyin_storage::{ContentRecord, EventRecord};
use huiyin_wording::instant;
use serde::Serialize;

use crate::clock_view::ViewGround;
use crate::labels;

/// Who reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// The petitioner.
    Petitioner,
    /// An officer.
    Officer,
}

/// A labelled piece of words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LabelledText {
    /// What it is.
    pub label: String,
    /// The words.
    pub text: String,
}

/// One line of the timeline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    /// When, in words.
    pub when: String,
    /// Who, in words.
    pub who: String,
    /// What, in words.
    pub what: String,
    /// What it carried.
    pub said: Vec<LabelledText>,
    /// The petitioner's own act.
    pub you: bool,
    /// A breach or what followed from it.
    pub late: bool,
    /// The clause, as cited.
    pub cite: String,
}

/// The record of a proceeding, as it is told.
#[derive(Debug, Clone, Copy)]
pub struct Record<'a> {
    /// The proceeding.
    pub proceeding: &'a Proceeding,
    /// What was done.
    pub events: &'a [EventRecord],
    /// The words of events.
    pub words: &'a [ContentRecord],
    /// The event of an answer that the petitioner is still to open.
    pub unopened: Option<u32>,
}

/// The timeline of a proceeding, newest first.
pub fn lines(ground: ViewGround<'_>, view: Record<'_>, reader: Reader) -> Vec<Line> {
    let words: BTreeMap<u32, &Payload> = view.words.iter().map(|w| (w.n, &w.words)).collect();
    let mut out: Vec<Line> = view
        .events
        .iter()
        .filter_map(|record| line(ground, view, &record.event, words.get(&record.event.n).copied(), reader))
        .collect();
    out.reverse();
    out
}

fn say(ground: ViewGround<'_>, key: &str, values: &[(&str, &str)]) -> String {
    let values: Vec<_> = values.iter().map(|(k, v)| (*k, (*v).into())).collect();
    ground.wording.text(ground.language, key, &values)
}

fn unit(ground: ViewGround<'_>, id: Option<&huiyin_domain::ids::UnitId>) -> String {
    id.and_then(|id| ground.rules.directory.unit(id))
        .map(|u| ground.language.pick(&u.name, &u.name_en).to_owned())
        .unwrap_or_default()
}

/// What was said by the move that began a clock, for a reader who may read it.
fn begun_with(view: Record<'_>, n: u32) -> Option<String> {
    let begins = |e: &EventRecord| matches!(e.event.kind, EventKind::ClockStarted { n: of, .. } if of == n);
    let began = view.events.iter().position(begins)?;
    let by = view.events.get(..began)?.iter().rev().find(|e| matches!(e.event.kind, EventKind::Moved { .. }))?;
    let words = view.words.iter().find(|w| w.n == by.event.n)?;
    words.words.text(Field::Summary).map(str::to_owned)
}

#[expect(clippy::too_many_lines, reason = "one arm for each kind of event")]
fn line(
    ground: ViewGround<'_>,
    view: Record<'_>,
    event: &Event,
    words: Option<&Payload>,
    reader: Reader,
) -> Option<Line> {
    let officer = reader == Reader::Officer;
    let clock_title = |n: &u32| {
        let rule = view.proceeding.clocks.iter().find(|c| &c.n == n).and_then(|c| ground.rules.book.clock(&c.rule));
        rule.map(|r| r.title.get(ground.language.code()).to_owned()).unwrap_or_default()
    };
    // Of several duties of one kind the one that is done is told by what was said when it began.
    let which = |n: &u32| begun_with(view, *n).unwrap_or_else(|| clock_title(n));
    let mut said = Vec::new();
    let mut late = false;
    let what = match &event.kind {
        EventKind::Received { channel, unit: at, .. } => {
            say(ground, &format!("received-{}", channel.word()), &[("unit", &unit(ground, Some(at)))])
        }
        EventKind::Begun { begin, carried, .. } => {
            said = pieces(ground, labels::BEGIN, &[], carried, words, event, reader, &clock_title);
            let rule = ground.rules.book.find_begin(begin)?;
            let title = rule.title_in(ground.language.code(), view.proceeding.received_on);
            say(ground, "event-begun", &[("what", &title)])
        }
        EventKind::Moved { move_id, carried, holder, new_code, .. } => {
            let rule = ground.rules.book.find_move(move_id)?;
            // Reports between offices and checks of the file are the office's own business; who recuses is too.
            let own_business = matches!(rule.verb, Verb::ReportUrgent | Verb::Check | Verb::Recuse | Verb::LiftRecusal);
            if !officer && own_business {
                return None;
            }
            // What waits to be opened is not told beforehand.
            let waiting = reader == Reader::Petitioner && view.unopened == Some(event.n);
            let seen = reader == Reader::Officer || rule.tells || event.actor == EventActor::Petitioner;
            said = if waiting || !seen {
                Vec::new()
            } else {
                let told_apart = rule.needs.iter().any(|n| n.field == Field::WhichDuty);
                let title: &dyn Fn(&u32) -> String = if told_apart { &which } else { &clock_title };
                pieces(ground, &labels::verb_word(rule.verb), &rule.hides, carried, words, event, reader, title)
            };
            let variant = rule.variant(|f| carried.text(f)).and_then(|v| v.done.as_ref()).unwrap_or(&rule.done);
            let done = variant.get(ground.language.code()).to_owned();
            // Handed over: to the holder then; asked or recommended: to the unit named.
            let named = carried.text(Field::ToUnit).map(huiyin_domain::ids::UnitId::new);
            let to = if rule.hand_to.is_some() { Some(holder) } else { named.as_ref() };
            let told = if named.is_some() {
                say(ground, "handed-to", &[("done", &done), ("unit", &unit(ground, to))])
            } else {
                done
            };
            if *new_code { say(ground, "by-new-code", &[("done", &told)]) } else { told }
        }
        EventKind::ClockExtended { n, days, legal } => say(
            ground,
            "event-extended",
            &[
                ("what", &clock_title(n)),
                ("days", &days.to_string()),
                ("legal", &huiyin_wording::date(ground.language, *legal)),
            ],
        ),
        EventKind::ClockCorrected { n, legal, late: gone, .. } => {
            late = *gone;
            let key = if *gone { "event-clock-corrected-late" } else { "event-clock-corrected" };
            say(ground, key, &[("what", &clock_title(n)), ("legal", &huiyin_wording::date(ground.language, *legal))])
        }
        EventKind::ClockReprojected { n, legal, .. } => say(
            ground,
            "event-reprojected",
            &[("what", &clock_title(n)), ("legal", &huiyin_wording::date(ground.language, *legal))],
        ),
        EventKind::Breached { n, bound, historic } => {
            late = true;
            let key = if *historic { "event-breached-historic" } else { "event-breached" };
            say(ground, key, &[("what", &clock_title(n)), ("unit", &unit(ground, bound.unit.as_ref()))])
        }
        EventKind::Escalated { n, to } => {
            late = true;
            say(
                ground,
                "event-escalated",
                &[
                    ("what", &clock_title(n)),
                    ("unit", &unit(ground, to.unit.as_ref())),
                    ("post", &crate::clock_view::post_word(ground.rules.directory, ground.language, to.post)),
                ],
            )
        }
        EventKind::NobodyOnDuty { n, at } => {
            late = true;
            say(
                ground,
                "event-nobody",
                &[
                    ("what", &clock_title(n)),
                    ("unit", &unit(ground, at.unit.as_ref())),
                    ("post", &crate::clock_view::post_word(ground.rules.directory, ground.language, at.post)),
                ],
            )
        }
        EventKind::Corrected { what, received_on, agreed, .. } => {
            // The office's lines are not "your words".
            let label = |field: Field| {
                if field == Field::Words {
                    "field-words-corrected".to_owned()
                } else {
                    format!("field-{}", field.word())
                }
            };
            said = words
                .into_iter()
                .flat_map(Payload::iter)
                .map(|(field, text)| LabelledText { label: say(ground, &label(field), &[]), text: text.to_owned() })
                .collect();
            let fields: Vec<String> =
                what.iter().map(|w| say(ground, &format!("ask-{}", w.replace('_', "-")), &[])).collect();
            let fields = fields.join(&say(ground, "list-comma", &[]));
            let done = match received_on {
                Some(day) => say(
                    ground,
                    "event-corrected-day",
                    &[("fields", &fields), ("day", &huiyin_wording::date(ground.language, *day))],
                ),
                None => say(ground, "event-corrected", &[("fields", &fields)]),
            };
            let second = agreed.as_ref().map(|id| match ground.rules.directory.officer(id).filter(|_| officer) {
                Some(second) => second.name.clone(),
                None => say(ground, "another-officer", &[]),
            });
            second.map_or(done.clone(), |who| say(ground, "event-corrected-agreed", &[("what", &done), ("who", &who)]))
        }
        EventKind::PressingEnded { about, done, .. } => {
            let key = if *done { "event-made-good" } else { "event-no-longer-pressed" };
            say(ground, key, &[("what", &clock_title(about))])
        }
        EventKind::Passed { n, to } => {
            say(ground, "event-passed", &[("what", &clock_title(n)), ("unit", &unit(ground, to.unit.as_ref()))])
        }
        EventKind::NoSuperior { .. } if officer => say(ground, "event-no-superior", &[]),
        EventKind::Forgotten { .. } => say(ground, "event-forgotten", &[]),
        EventKind::TimerLate { .. } if officer => say(ground, "event-timer-late", &[]),
        EventKind::Warned { n } if officer => say(ground, "event-warned", &[("what", &clock_title(n))]),
        EventKind::Lapsed { n } => say(ground, "event-lapsed", &[("what", &clock_title(n))]),
        EventKind::Succeeded { from, to, .. } => {
            say(ground, "event-succeeded", &[("from", &unit(ground, Some(from))), ("to", &unit(ground, Some(to)))])
        }
        EventKind::PackMoved { to, .. } => say(ground, "event-pack", &[("what", &to.0)]),
        EventKind::PaperMade { number, .. } if officer => say(ground, "event-paper", &[("number", number)]),
        EventKind::Linked { matters } if officer => say(ground, "event-linked", &[("n", &matters.len().to_string())]),
        EventKind::PartUndone { part, into } => say(ground, "event-part-undone", &[("part", part), ("into", into)]),
        EventKind::Parted { number, .. } => say(ground, "event-parted", &[("number", number)]),
        _ => return None,
    };
    let cite = event
        .clause
        .as_ref()
        .and_then(|c| ground.rules.book.clauses.get(c))
        .map(|c| c.cite.get(ground.language.code()).to_owned())
        .unwrap_or_default();
    Some(Line {
        when: instant(ground.language, event.at, &ground.now.zone, ground.now.today()),
        who: who(ground, event, reader),
        what,
        said,
        you: event.actor == EventActor::Petitioner,
        late,
        cite,
    })
}

fn who(ground: ViewGround<'_>, event: &Event, reader: Reader) -> String {
    match &event.actor {
        EventActor::Officer { officer, unit: at } => {
            let name = ground.rules.directory.officer(officer).map(|o| o.name.clone()).unwrap_or_default();
            let office = unit(ground, Some(at));
            if reader == Reader::Officer { format!("{office} {name}") } else { office }
        }
        EventActor::Petitioner => say(ground, if reader == Reader::Petitioner { "you" } else { "petitioner" }, &[]),
        EventActor::Clock => say(ground, "by-clock", &[]),
        EventActor::Import => say(ground, "by-import", &[]),
        EventActor::Operator => say(ground, "by-operator", &[]),
    }
}

fn pieces(
    ground: ViewGround<'_>,
    verb: &str,
    hides: &[Field],
    carried: &Payload,
    words: Option<&Payload>,
    event: &Event,
    reader: Reader,
    clock_title: &dyn Fn(&u32) -> String,
) -> Vec<LabelledText> {
    let own = event.actor == EventActor::Petitioner;
    let all = carried.iter().chain(words.into_iter().flat_map(Payload::iter));
    let hidden = |field: &Field| reader == Reader::Petitioner && !own && hides.contains(field);
    // A need she stated is for the hall that calls her, which reads it with her ticket.
    let need = |field: &Field| *field == Field::StatedNeed && reader != Reader::Petitioner;
    all.filter(|(field, _)| *field != Field::ToUnit && !hidden(field) && !need(field))
        .map(|(field, value)| {
            let text = match field.shape() {
                Shape::Choice => labels::of_choice(ground.rules.book, ground.language, field, value),
                Shape::Slot => Slot::typed(value).map(|slot| slot.clock()).unwrap_or_default(),
                Shape::Duty => value.parse().map(|n: u32| clock_title(&n)).unwrap_or_default(),
                Shape::Officer => ground
                    .rules
                    .directory
                    .officer(&huiyin_domain::ids::OfficerId::new(value))
                    .map(|o| o.name.clone())
                    .unwrap_or_default(),
                Shape::Day | Shape::PastDay => {
                    value.parse().map_or_else(|_| value.to_owned(), |d| huiyin_wording::date(ground.language, d))
                }
                _ => value.to_owned(),
            };
            let label = if field == Field::Words && reader == Reader::Officer {
                "field-words-of-petitioner".to_owned()
            } else {
                labels::key(ground.wording, ground.language, &field.word(), verb)
            };
            LabelledText { label: say(ground, &label, &[]), text }
        })
        .collect()
}
