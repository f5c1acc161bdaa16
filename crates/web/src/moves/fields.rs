//! The fields of a move as a form shows them. They come from the pack; nothing is written per move.

use huiyin_app::domain::calendar::number_of;
use huiyin_app::domain::clock::Clock;
use huiyin_app::domain::decide::{self, notice_limit};
use huiyin_app::domain::event::EventKind;
use huiyin_app::domain::kind::ProceedingKind;
use huiyin_app::domain::matter::Matter;
use huiyin_app::domain::payload::{Field, Need, Shape};
use huiyin_app::domain::posts::{Power, UnitKind};
use huiyin_app::domain::procedure::{Fact, MoveRule, Verb};
use huiyin_app::domain::proceeding::{Actor, Proceeding};
use huiyin_app::domain::unit::{Directory, Officer};
use huiyin_app::posts::{self, Sits};
use huiyin_app::timeline::Record;
use huiyin_app::{ContentRecord, EventRecord, Ground, labels, periods};
use jiff::civil::Date;
use minijinja::Value;

use crate::edge::context::{RequestContext, Shared};
use crate::edge::form::Form;

/// What a form of a move looks at.
struct View<'a> {
    proceeding: &'a Proceeding,
    events: &'a [EventRecord],
    words: &'a [ContentRecord],
    ground: &'a Ground,
    today: Date,
}

/// The fields of a move as a form shows them.
pub(crate) fn fields_of(
    shared: &Shared,
    asked: &RequestContext,
    rule: &MoveRule,
    record: &Record<'_>,
    ground: &Ground,
    actor: &Actor,
    with: &[Matter],
    form: &Form,
) -> Vec<Value> {
    let view = View {
        proceeding: record.proceeding,
        events: record.events,
        words: record.words,
        ground,
        today: shared.office.now().today(),
    };
    // A notice given late still accepts on its last lawful day at the latest.
    let latest = notice_limit(view.proceeding, rule);
    // Asked for when this matter, or one it is made on as well, needs it.
    let others = with.iter().map(|m| -> &Proceeding { m });
    let any = |needs: &dyn Fn(&Proceeding) -> bool| std::iter::once(view.proceeding).chain(others.clone()).any(needs);
    let asked_for = |need: &&Need| match need.field {
        // Where the unit owes one, it is the one.
        Field::WhichDuty => decide::own_duties(view.proceeding, actor, rule).len() > 1,
        // The hall gives it.
        Field::Slot | Field::Ticket => false,
        Field::NewFacts => any(&|m| m.annulled.is_some()),
        Field::UnheardReason => any(&|m| !(m.facts.contains(&Fact::Heard) && m.facts.contains(&Fact::Investigated))),
        _ => true,
    };
    rule.needs
        .iter()
        .filter(asked_for)
        .map(|need| {
            field(shared, asked, rule, need, &view, actor, form, latest.filter(|_| need.field == Field::AcceptedOn))
        })
        .collect()
}

fn field(
    shared: &Shared,
    asked: &RequestContext,
    rule: &MoveRule,
    need: &Need,
    view: &View<'_>,
    actor: &Actor,
    form: &Form,
    latest: Option<Date>,
) -> Value {
    let name = need.field.word();
    let today = shared.office.now().today();
    let last = latest.map_or(today, |l| l.min(today));
    let (kind, choices) = match need.field.shape() {
        Shape::Line => ("line", Vec::new()),
        Shape::Text => ("text", Vec::new()),
        Shape::Day | Shape::PastDay => ("day", Vec::new()),
        Shape::Number(_) => ("number", Vec::new()),
        Shape::Unit => ("choice", units(shared, asked, rule, view)),
        Shape::Time => ("time", Vec::new()),
        Shape::Name | Shape::Slot | Shape::Ticket => ("line", Vec::new()),
        Shape::Officer => ("choice", officers(view, rule, actor)),
        Shape::Duty if need.field == Field::WhichDuty => ("choice", own(shared, asked, view, rule, actor)),
        Shape::Duty => ("choice", late(shared, asked, view, rule, actor)),
        Shape::Choice => {
            let book = &view.ground.book;
            let open =
                need.choices.iter().filter(|c| decide::is_choice_open(book, view.proceeding, rule, need.field, c));
            (
                "choice",
                open.map(|c| context! { value => c, text => labels::of_choice(book, asked.language, need.field, c) })
                    .collect(),
            )
        }
    };
    let past = matches!(need.field.shape(), Shape::PastDay);
    let given = form.get(&name);
    let value = if given.is_empty() && past {
        last.to_string()
    } else if given.is_empty() {
        suggested(rule, need.field, view, actor)
    } else {
        given.to_owned()
    };
    let hint_key = format!("hint-{}", name.replace('_', "-"));
    let most = rule.extend.as_ref().and_then(|id| view.ground.book.clock(id)).filter(|_| need.field == Field::Days);
    let most = most
        .map(|c| periods::span(shared.office.wording(), asked.language, c.extension.unwrap_or(0), c.unit))
        .unwrap_or_default();
    let hint = match shared.office.wording().has(asked.language, &hint_key) {
        true if need.field != Field::Days || rule.extend.is_some() => {
            shared.office.wording().text(asked.language, &hint_key, &[("span", most.into())])
        }
        _ => String::new(),
    };
    let max = if past { last.to_string() } else { String::new() };
    let long = matches!(need.field, Field::Facts | Field::Opinion | Field::Words);
    let label = labels::key(shared.office.wording(), asked.language, &name, &labels::verb_word(rule.verb));
    context! {
        name, kind, choices, value, hint, required => need.required, label => shared.say(asked.language, &label), max,
        long,
    }
}

/// A field of a beginning, where there is no proceeding yet to look at.
pub(crate) fn plain_field(
    shared: &Shared,
    asked: &RequestContext,
    directory: &Directory,
    need: &Need,
    form: &Form,
) -> Value {
    let name = need.field.word();
    let today = shared.office.now().today().to_string();
    let (kind, max) = match need.field.shape() {
        Shape::Text => ("text", String::new()),
        Shape::Day => ("day", String::new()),
        Shape::PastDay => ("day", today.clone()),
        Shape::Number(_) => ("number", String::new()),
        Shape::Time => ("time", String::new()),
        Shape::Unit | Shape::Officer => ("choice", String::new()),
        _ => ("line", String::new()),
    };
    let given = form.get(&name);
    let value = if given.is_empty() && !max.is_empty() { today } else { given.to_owned() };
    let hint_key = format!("hint-{}-begin", name.replace('_', "-"));
    let hint = if shared.office.wording().has(asked.language, &hint_key) {
        shared.say(asked.language, &hint_key)
    } else {
        String::new()
    };
    let label = labels::key(shared.office.wording(), asked.language, &name, labels::BEGIN);
    let choices: Vec<Value> = match need.field.shape() {
        Shape::Officer => leaders(directory),
        Shape::Unit => {
            let units = directory.units.iter().filter(|u| u.active && !directory.is_outside(&u.id));
            units
                .map(|u| context! { value => u.id.as_str(), text => asked.language.pick(&u.name, &u.name_en) })
                .collect()
        }
        _ => Vec::new(),
    };
    context! {
        name, kind, choices, value, hint, required => need.required, label => shared.say(asked.language, &label), max,
        long => false,
    }
}

/// What the form can start from without deciding anything.
fn suggested(rule: &MoveRule, field: Field, view: &View<'_>, actor: &Actor) -> String {
    match field {
        Field::Request => view.proceeding.title.clone(),
        // What was decided, for the officer to take the names out of.
        Field::Opinion if rule.verb == Verb::Publish => {
            // Of the review itself and of nothing else: an answer to a complaint has an opinion as well.
            let decided = |e: &&EventRecord| matches!(e.event.kind, EventKind::Moved { verb: Verb::DecideReview, .. });
            let n = view.events.iter().rev().find(decided).map(|e| e.event.n);
            view.words
                .iter()
                .find(|w| Some(w.n) == n)
                .and_then(|w| w.words.text(Field::Opinion))
                .map(str::to_owned)
                .unwrap_or_default()
        }
        // What the first person said; the second one looks at it and says it again.
        Field::VoidGround | Field::Instead if rule.verb == Verb::Void => {
            let proposed = |e: &&EventRecord| matches!(e.event.kind, EventKind::Moved { verb: Verb::ProposeVoid, .. });
            let n = view.events.iter().rev().find(proposed).map(|e| e.event.n);
            let carried = view.events.iter().find(|e| Some(e.event.n) == n).and_then(|e| {
                if let EventKind::Moved { carried, .. } = &e.event.kind { carried.text(field) } else { None }
            });
            let words = view.words.iter().find(|w| Some(w.n) == n).and_then(|w| w.words.text(field));
            carried.or(words).map(str::to_owned).unwrap_or_default()
        }
        // Where only one duty is late, it is the one.
        Field::LateDuty => match decide::late_duties(view.ground.rules(), view.proceeding, actor, rule).as_slice() {
            [only] => only.n.to_string(),
            _ => String::new(),
        },
        _ => String::new(),
    }
}

/// Whom a recusal may name: the officer, and for the head everybody in the unit; whom its end may name: those recused.
fn officers(view: &View<'_>, rule: &MoveRule, actor: &Actor) -> Vec<Value> {
    let Actor::Officer { id, unit, posts } = actor else { return Vec::new() };
    if rule.verb == Verb::SetDay {
        return leaders(&view.ground.directory);
    }
    let head = view.ground.directory.vocabulary.may(posts, Power::Head);
    let lift = rule.verb == Verb::LiftRecusal;
    let may = |o: &&Officer| {
        if lift {
            view.proceeding.recused.contains(&o.id)
        } else {
            o.active && &o.unit == unit && (head || &o.id == id)
        }
    };
    view.ground
        .directory
        .officers
        .iter()
        .filter(may)
        .map(|o| context! { value => o.id.as_str(), text => o.name })
        .collect()
}

/// Who can sit on a leader's day: heads of units, each with the unit.
fn leaders(directory: &Directory) -> Vec<Value> {
    let heads = directory.officers.iter().filter(|o| o.active && directory.vocabulary.may(&o.posts, Power::Head));
    heads
        .map(|o| {
            let unit = directory.unit(&o.unit).map(|u| u.name.as_str()).unwrap_or_default();
            context! { value => o.id.as_str(), text => format!("{} · {unit}", o.name) }
        })
        .collect()
}

/// What the unit owes of one kind: what it said it would do, and until when.
fn own(shared: &Shared, asked: &RequestContext, view: &View<'_>, rule: &MoveRule, actor: &Actor) -> Vec<Value> {
    let language = asked.language;
    let begun = |n: u32| {
        let started = view
            .events
            .iter()
            .position(|e| matches!(e.event.kind, EventKind::ClockStarted { n: of, .. } if of == n))?;
        let by = view.events.get(..started)?.iter().rev().find(|e| matches!(e.event.kind, EventKind::Moved { .. }))?;
        view.words.iter().find(|w| w.n == by.event.n).and_then(|w| w.words.text(Field::Summary)).map(str::to_owned)
    };
    let text = |c: &Clock| {
        let title = view.ground.book.clock(&c.rule).map(|r| r.title.get(language.code())).unwrap_or_default();
        let what = begun(c.n).unwrap_or_else(|| title.to_owned());
        let values = [("what", what.into()), ("due", huiyin_wording::date(language, c.legal).into())];
        shared.office.wording().text(language, "own-duty", &values)
    };
    let all = decide::own_duties(view.proceeding, actor, rule);
    all.into_iter().map(|c| context! { value => c.n.to_string(), text => text(c) }).collect()
}

/// What is late, by whom and for how long, of what this officer may press for.
fn late(shared: &Shared, asked: &RequestContext, view: &View<'_>, rule: &MoveRule, actor: &Actor) -> Vec<Value> {
    let language = asked.language;
    let clocks = decide::late_duties(view.ground.rules(), view.proceeding, actor, rule);
    let text = |c: &Clock| {
        let unit = c
            .bound
            .unit
            .as_ref()
            .and_then(|u| view.ground.directory.unit(u))
            .map(|u| language.pick(&u.name, &u.name_en))
            .unwrap_or_default();
        let title = view.ground.book.clock(&c.rule).map(|r| r.title.get(language.code())).unwrap_or_default();
        let days = i64::from(number_of(view.today) - number_of(c.legal)).max(1);
        let values = [
            ("unit", unit.into()),
            ("what", title.into()),
            ("due", huiyin_wording::date(language, c.legal).into()),
            ("days", days.into()),
        ];
        shared.office.wording().text(language, "late-duty", &values)
    };
    clocks.into_iter().map(|c| context! { value => c.n.to_string(), text => text(c) }).collect()
}

fn units(shared: &Shared, asked: &RequestContext, rule: &MoveRule, view: &View<'_>) -> Vec<Value> {
    let mut units: Vec<_> = view.ground.directory.units.iter().collect();
    // In the order in which the pack lists the kinds: those who handle first.
    let directory = &view.ground.directory;
    let rank = |kind: UnitKind| directory.vocabulary.kinds.iter().position(|k| k.id == kind).unwrap_or(usize::MAX);
    units.sort_by_key(|u| (rank(u.kind), u.name.clone()));
    units
        .into_iter()
        .filter(|u| {
            u.active
                && (matches!(rule.verb, Verb::Ask | Verb::SetDay)
                    || rule.party.is_some()
                    || u.id != view.proceeding.holder)
                && if view.proceeding.kind == ProceedingKind::Matter {
                    !directory.is_petition_office(&u.id)
                } else {
                    !directory.is_outside(&u.id)
                }
        })
        .map(|u| {
            let name = asked.language.pick(&u.name, &u.name_en).to_owned();
            let text = match posts::sits(&view.ground.directory, u) {
                Sits::Nobody => shared.office.wording().text(asked.language, "unit-nobody", &[("unit", name.into())]),
                Sits::Head => shared.office.wording().text(asked.language, "unit-head-only", &[("unit", name.into())]),
                Sits::Clerk | Sits::Outside => name,
            };
            context! { value => u.id.as_str(), text }
        })
        .collect()
}
