//! The form of any move of the pack, and making it. The fields come from the pack; nothing is written per move.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect};
use huiyin_app::act::{self, Move};
use huiyin_app::domain::calendar::number_of;
use huiyin_app::domain::clock::Clock;
use huiyin_app::domain::decide::{self, notice_limit};
use huiyin_app::domain::event::EventKind;
use huiyin_app::domain::matter::{Actor, Matter};
use huiyin_app::domain::payload::{Field, Need, Shape};
use huiyin_app::domain::procedure::{Fact, MoveRule, Verb};
use huiyin_app::domain::unit::{Officer, Post, UnitKind};
use huiyin_app::matter_view::{self, MatterView};
use huiyin_app::periods;
use huiyin_app::posts::{self, Sits};
use huiyin_app::{AppError, EventRecord, joinder, lodge};
use jiff::civil::Date;
use minijinja::Value;

use crate::context::{Asked, Shared, SignedIn};
use crate::files::{self, Held};
use crate::form::Form;
use crate::pages::Page;
use crate::problem::{self, FieldProblem, Problem};

/// The fields of a move as a form shows them.
pub(crate) fn fields_of(shared: &Shared, asked: &Asked, rule: &MoveRule, view: &MatterView, actor: &Actor, with: &[Matter], form: &Form) -> Vec<Value> {
    // A notice given late still accepts on its last lawful day at the latest.
    let latest = notice_limit(&view.matter, rule);
    // Asked for when this matter, or one it is made on as well, needs it.
    let any = |needs: &dyn Fn(&Matter) -> bool| std::iter::once(&view.matter).chain(with).any(needs);
    let asked_for = |need: &&Need| match need.field {
        Field::NewFacts => any(&|m| m.annulled.is_some()),
        Field::UnheardReason => any(&|m| !(m.facts.contains(&Fact::Heard) && m.facts.contains(&Fact::Investigated))),
        _ => true,
    };
    rule.needs
        .iter()
        .filter(asked_for)
        .map(|need| field(shared, asked, rule, need, view, actor, form, latest.filter(|_| need.field == Field::AcceptedOn)))
        .collect()
}

fn field(shared: &Shared, asked: &Asked, rule: &MoveRule, need: &Need, view: &MatterView, actor: &Actor, form: &Form, latest: Option<Date>) -> Value {
    let name = need.field.word();
    let today = shared.office.now().today();
    let last = latest.map_or(today, |l| l.min(today));
    let (kind, choices) = match need.field.shape() {
        Shape::Line => ("line", Vec::new()),
        Shape::Text => ("text", Vec::new()),
        Shape::Day | Shape::PastDay => ("day", Vec::new()),
        Shape::Number(_) => ("number", Vec::new()),
        Shape::Unit => ("choice", units(shared, asked, rule, view)),
        Shape::Name => ("line", Vec::new()),
        Shape::Officer => ("choice", officers(view, rule, actor)),
        Shape::Duty => ("choice", late(shared, asked, view, rule, actor)),
        Shape::Choice(all) => {
            let words: Vec<&str> = all
                .iter()
                .copied()
                .filter(|c| need.choices.is_empty() || need.choices.iter().any(|n| n == c))
                .filter(|c| decide::is_choice_open(&view.matter, rule, need.field, c))
                .collect();
            (
                "choice",
                words
                    .into_iter()
                    .map(|w| context! { value => w, text => shared.say(asked.language, &format!("choice-{}", w.replace('_', "-").replace(['(', ')'], ""))) })
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
    let most = most.map(|c| periods::span(shared.office.wording(), asked.language, c.extension.unwrap_or(0), c.unit)).unwrap_or_default();
    let hint = match shared.office.wording().has(asked.language, &hint_key) {
        true if need.field != Field::Days || rule.extend.is_some() => shared.office.wording().text(asked.language, &hint_key, &[("span", most.into())]),
        _ => String::new(),
    };
    let max = if past { last.to_string() } else { String::new() };
    let long = matches!(need.field, Field::Facts | Field::Opinion | Field::Words);
    // A field may be called otherwise where the verb gives it another sense.
    let verb = serde_json::to_value(rule.verb).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default();
    let own = format!("field-{name}-{}", verb.replace('_', "-"));
    let label = if shared.office.wording().has(asked.language, &own) { own } else { format!("field-{name}") };
    context! { name, kind, choices, value, hint, required => need.required, label => shared.say(asked.language, &label), max, long }
}

/// What the form can start from without deciding anything.
fn suggested(rule: &MoveRule, field: Field, view: &MatterView, actor: &Actor) -> String {
    match field {
        Field::Request => view.matter.title.clone(),
        // What was decided, for the officer to take the names out of.
        Field::Opinion if rule.verb == Verb::Publish => {
            // Of the review itself and of nothing else: an answer to a complaint has an opinion as well.
            let decided = |e: &&EventRecord| matches!(e.event.kind, EventKind::Moved { verb: Verb::DecideReview, .. });
            let n = view.events.iter().rev().find(decided).map(|e| e.event.n);
            view.words.iter().find(|w| Some(w.n) == n).and_then(|w| w.words.text(Field::Opinion)).map(str::to_owned).unwrap_or_default()
        }
        // What the first person said; the second one looks at it and says it again.
        Field::VoidGround | Field::Instead if rule.verb == Verb::Void => {
            let proposed = |e: &&EventRecord| matches!(e.event.kind, EventKind::Moved { verb: Verb::ProposeVoid, .. });
            let n = view.events.iter().rev().find(proposed).map(|e| e.event.n);
            let carried = view
                .events
                .iter()
                .find(|e| Some(e.event.n) == n)
                .and_then(|e| if let EventKind::Moved { carried, .. } = &e.event.kind { carried.text(field) } else { None });
            let words = view.words.iter().find(|w| Some(w.n) == n).and_then(|w| w.words.text(field));
            carried.or(words).map(str::to_owned).unwrap_or_default()
        }
        // Where only one duty is late, it is the one.
        Field::LateDuty => match decide::late_duties(view.ground.rules(), &view.matter, actor, rule).as_slice() {
            [only] => only.n.to_string(),
            _ => String::new(),
        },
        _ => String::new(),
    }
}

/// Whom a recusal may name: the officer, and for the head everybody in the unit; whom its end may name: those recused.
fn officers(view: &MatterView, rule: &MoveRule, actor: &Actor) -> Vec<Value> {
    let Actor::Officer { id, unit, posts } = actor else { return Vec::new() };
    let lift = rule.verb == Verb::LiftRecusal;
    let may =
        |o: &&Officer| if lift { view.matter.recused.contains(&o.id) } else { o.active && &o.unit == unit && (posts.contains(&Post::Head) || &o.id == id) };
    view.ground.directory.officers.iter().filter(may).map(|o| context! { value => o.id.as_str(), text => o.name }).collect()
}

/// What is late, by whom and for how long, of what this officer may press for.
fn late(shared: &Shared, asked: &Asked, view: &MatterView, rule: &MoveRule, actor: &Actor) -> Vec<Value> {
    let language = asked.language;
    let clocks = decide::late_duties(view.ground.rules(), &view.matter, actor, rule);
    let text = |c: &Clock| {
        let unit = c.bound.unit.as_ref().and_then(|u| view.ground.directory.unit(u)).map(|u| language.pick(&u.name, &u.name_en)).unwrap_or_default();
        let title = view.ground.book.clock(&c.rule).map(|r| language.pick(&r.title.zh, &r.title.en)).unwrap_or_default();
        let days = i64::from(number_of(view.today) - number_of(c.legal)).max(1);
        let values = [("unit", unit.into()), ("what", title.into()), ("due", huiyin_wording::date(language, c.legal).into()), ("days", days.into())];
        shared.office.wording().text(language, "late-duty", &values)
    };
    clocks.into_iter().map(|c| context! { value => c.n.to_string(), text => text(c) }).collect()
}

fn units(shared: &Shared, asked: &Asked, rule: &MoveRule, view: &MatterView) -> Vec<Value> {
    let mut units: Vec<_> = view.ground.directory.units.iter().collect();
    // Those who handle first, those above and outside last.
    let rank = |kind: UnitKind| [UnitKind::Bureau, UnitKind::Township, UnitKind::Discipline].iter().position(|k| *k == kind).unwrap_or(9);
    units.sort_by_key(|u| (rank(u.kind), u.name.clone()));
    units
        .into_iter()
        .filter(|u| u.active && (rule.verb == Verb::Ask || u.id != view.matter.holder) && u.kind != UnitKind::PetitionOffice)
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

/// The form.
pub(crate) async fn form(State(shared): State<Arc<Shared>>, Path((number, step)): Path<(String, String)>, signed: SignedIn) -> Page {
    let view = matter_view::for_officer(&shared.office, &signed.staff, &number).await.map_err(|e| Problem::page(&shared, &signed.asked, e))?;
    let held = Held::load(&shared, "", "").await.map_err(|e| Problem::page(&shared, &signed.asked, e))?;
    render(&shared, &signed, &view, &step, &Form::default(), &held, Vec::new()).await
}

async fn render(shared: &Shared, signed: &SignedIn, view: &MatterView, step: &str, form: &Form, held: &Held, errors: Vec<FieldProblem>) -> Page {
    let fail = |e| Problem::with_words(shared, &signed.asked, e, form);
    let actor = signed.staff.actor();
    let offers = view.offers(&actor);
    let offer = offers.iter().find(|o| o.rule.id.as_str() == step).ok_or_else(|| fail(AppError::NotFound))?;
    if let Some(closed) = &offer.closed {
        return Err(fail(AppError::Closed(Box::new(closed.clone()))));
    }
    let pick = |l: &huiyin_app::domain::procedure::Label| signed.asked.language.pick(&l.zh, &l.en).to_owned();
    let along = joinder::along(&shared.office, &view.ground, &view.matter, &actor, offer.rule).await.map_err(fail)?;
    let actor_reads = |m: &Matter| m.may_read(&actor, &view.ground.directory);
    let joinder::Along { with, without } = along;
    let (apart, hidden): (Vec<Matter>, Vec<Matter>) = without.into_iter().partition(actor_reads);
    let brief = |all: Vec<Matter>| all.into_iter().map(|m| context! { number => m.number, title => m.title, place => m.place_name }).collect::<Vec<_>>();
    let proposals = if offer.rule.verb == Verb::Join {
        let chosen = form.all("joined_pick").to_vec();
        let found = joinder::proposals(&shared.office, &signed.staff, &view.matter).await.map_err(fail)?;
        let day = |m: &Matter| huiyin_wording::day(signed.asked.language, m.received_on, view.today);
        found
            .into_iter()
            .map(|m| context! { chosen => chosen.contains(&m.number), day => day(&m), number => m.number, title => m.title, place => m.place_name })
            .collect()
    } else {
        Vec::new()
    };
    let failed = !errors.is_empty();
    let fields = fields_of(shared, &signed.asked, offer.rule, view, &actor, &with, form);
    let values = context! {
        title => pick(&offer.rule.title), hint => offer.rule.hint.as_ref().map(pick), confirm => offer.rule.confirm.as_ref().map(pick),
        number => view.matter.number, about => view.matter.title, back => format!("/staff/matters/{}", view.matter.number),
        action => format!("/staff/matters/{}/moves/{step}", view.matter.number),
        fields, errors, version => view.matter.version, key => key_of(form).map_err(fail)?, files => files::views(shared, signed.asked.language, &held.files), review => false,
        upload => true, must_upload => offer.rule.verb == Verb::Appoint, desk => true, max_mb => lodge::MAX_FILE_BYTES / 1024 / 1024, token => "",
        along => brief(with), apart => brief(apart), apart_hidden => hidden.len(), only_this => form.has("only_this"), proposals, joining => offer.rule.verb == Verb::Join,
        whole => if matches!(offer.rule.verb, Verb::Decide | Verb::DecideReview | Verb::Notify | Verb::Refuse) { view.text.clone() } else { String::new() },
        told => told(shared, signed, offer.rule), cite => offer.rule.clause.as_ref().and_then(|c| view.ground.book.clauses.get(c)).map(|c| format!("{}：{}", pick(&c.cite), pick(&c.gist))).unwrap_or_else(|| shared.say(signed.asked.language, "basis-house")),
    };
    let mut response = shared.desk(signed, "move.html", values);
    if failed {
        *response.status_mut() = axum::http::StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

/// What of this the petitioner will read, said before it is written.
fn told(shared: &Shared, signed: &SignedIn, rule: &MoveRule) -> String {
    let language = signed.asked.language;
    if rule.private_to.is_some() {
        return shared.say(language, "told-private");
    }
    if !rule.tells {
        return shared.say(language, "told-not");
    }
    if rule.hides.is_empty() {
        return shared.say(language, "told-all");
    }
    let hidden: Vec<String> = rule.hides.iter().map(|f| shared.say(language, &format!("field-{}", f.word()))).collect();
    shared.office.wording().text(language, "told-but", &[("fields", hidden.join(&shared.say(language, "list-comma")).into())])
}

/// Makes the move.
pub(crate) async fn make(State(shared): State<Arc<Shared>>, Path((number, step)): Path<(String, String)>, signed: SignedIn, form: Form) -> Page {
    signed.check_form(&shared, &form)?;
    let fail = |e| Problem::with_words(&shared, &signed.asked, e, &form);
    let mut held = Held::load(&shared, &signed.secret, form.get("key")).await.map_err(fail)?;
    let mut errors = held.take(&shared, &form, signed.staff.officer.unit.as_str()).await.map_err(fail)?;
    let again = form.has("edit") || form.has("remove");
    if again {
        errors.clear();
    } else if errors.is_empty() {
        match attempt(&shared, &signed, &number, &step, &form, &held).await {
            // After a hand-over the matter may no longer be this unit's to read; the duties always are.
            Ok(matter) => {
                held.done(&shared).await.map_err(fail)?;
                let directory = shared.office.directory().await.map_err(fail)?;
                let to = if matter.may_read(&signed.staff.actor(), &directory) {
                    format!("/staff/matters/{}?done=1", matter.number)
                } else {
                    "/staff/duties?gone=1".to_owned()
                };
                return Ok(Redirect::to(&to).into_response());
            }
            Err(AppError::Form(more)) => errors = more,
            Err(error) => {
                let shown = problem::of_move(&shared, &signed.asked, &error, &format!("/staff/matters/{number}"));
                if shown.is_empty() {
                    return Err(fail(error));
                }
                let view = matter_view::for_officer(&shared.office, &signed.staff, &number).await.map_err(fail)?;
                return render(&shared, &signed, &view, &step, &form, &held, shown).await;
            }
        }
    }
    let view = matter_view::for_officer(&shared.office, &signed.staff, &number).await.map_err(fail)?;
    let shown = problem::fields(&shared, signed.asked.language, &AppError::Form(errors));
    render(&shared, &signed, &view, &step, &form, &held, shown).await
}

async fn attempt(shared: &Shared, signed: &SignedIn, number: &str, step: &str, form: &Form, held: &Held) -> Result<Matter, AppError> {
    let mut fields = form.flat();
    // What was ticked and what was typed are one list.
    let picked = form.all("joined_pick").join("\n");
    if !picked.is_empty() {
        let typed = fields.entry("joined".to_owned()).or_default();
        *typed = format!("{typed}\n{picked}");
    }
    let action = Move {
        id: step.to_owned(),
        fields,
        version: form.get("version").parse().ok(),
        files: held.records(shared),
        only_this: form.has("only_this"),
        key: some_key(form),
        ..Move::default()
    };
    act::by_officer(&shared.office, &signed.staff, number, action).await
}

/// The form's own key: sent twice, it makes the move once.
pub(crate) fn some_key(form: &Form) -> Option<String> {
    Some(form.get("key").to_owned()).filter(|k| k.len() >= 16)
}

/// The key a form had, or a new one.
pub(crate) fn key_of(form: &Form) -> Result<String, AppError> {
    some_key(form).map_or_else(|| huiyin_app::random_hex(16), Ok)
}
