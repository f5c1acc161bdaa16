//! The page of the table.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use huiyin_app::AppError;
use huiyin_app::clock_view::{self, ViewGround};
use huiyin_app::domain::decide;
use huiyin_app::domain::matter::Matter;
use huiyin_app::domain::payload::{Field, Shape};
use huiyin_app::domain::procedure::{Label, MoveRule, Verb};
use huiyin_app::domain::submission::Purpose;
use huiyin_app::domain::unit::Unit;
use huiyin_app::proceedings::{self, View};
use huiyin_app::reception::{record, texts, unsent};
use minijinja::Value;

use super::typed::{self, FIELDS};
use crate::edge::context::{Shared, SignedIn};
use crate::edge::form::Form;
use crate::edge::problem::{FieldProblem, Problem};
use crate::moves::{key_of, offered};
use crate::pages::Page;
use crate::pages::hall::choice_label;

/// What a page is given beside what was typed.
#[derive(Debug, Default)]
pub(super) struct Given {
    pub errors: Vec<FieldProblem>,
    /// The matters of the receipt she gave.
    pub hers: Option<Vec<Matter>>,
    /// A promise was just entered.
    pub promised: bool,
    /// What was typed before was kept and is here again.
    pub restored: bool,
}

/// The page; with what was typed and not sent.
pub(crate) async fn show(State(shared): State<Arc<Shared>>, Path(number): Path<String>, signed: SignedIn) -> Page {
    let kept = unsent::load(&shared.office, &signed.staff, &number)
        .await
        .map_err(|e| Problem::page(&shared, &signed.asked, e))?
        .filter(|kept| !typed::is_blank(kept));
    let restored = kept.is_some();
    let form = Form::from_pairs(kept.unwrap_or_default().into_iter().collect());
    render(&shared, &signed, &number, &form, Given { restored, ..Given::default() }).await
}

/// The page as the form was typed.
pub(super) async fn render(shared: &Shared, signed: &SignedIn, number: &str, form: &Form, given: Given) -> Page {
    let fail = |e| Problem::with_words(shared, &signed.asked, e, form);
    let language = signed.asked.language;
    let view = proceedings::view(&shared.office, &signed.staff, number).await.map_err(fail)?;
    let place = view.proceeding.reception().and_then(|r| r.place()).cloned();
    let need = place.as_ref().and_then(|p| p.need.as_ref());
    let need = need.map(|n| choice_label(shared, language, Field::StatedNeed, n));
    let coming = view.proceeding.reception().and_then(|r| r.coming());
    // A visitor at the window, or a group that has come.
    if place.is_none() && record::writing(&view).is_none() && record::said_before(&view).is_none() {
        return Err(fail(AppError::NotFound));
    }
    let pick = |l: &Label| l.get(language.code()).to_owned();
    let writing = record::writing(&view).filter(|rule| is_open(&view, signed, rule));
    let promising = record::promising(&view).filter(|rule| is_open(&view, signed, rule));
    let before = record::said_before(&view);
    let own: Vec<String> = [writing, promising].into_iter().flatten().map(|r| r.id.0.clone()).collect();
    let others = view.offers(&signed.staff).into_iter().filter(|o| !own.contains(&o.rule.id.0)).collect();
    let state = view.ground.book.state(&view.proceeding.state).map(|r| pick(&r.title));
    let failed = !given.errors.is_empty();
    let request =
        if form.has("request") { Some(form.get("request")) } else { before.and_then(|w| w.text(Field::Request)) };
    let purposes = Purpose::ALL.into_iter().filter(|p| *p != Purpose::Accusation).map(Purpose::word);
    let purposes: Vec<&str> = purposes.collect();
    let at_hand = texts::of_unit(&shared.office, &signed.staff.officer.unit).await.map_err(fail)?;
    let laws: Vec<Value> =
        at_hand.laws.iter().map(|l| context! { id => l.id, title => l.title, source => l.source }).collect();
    let helpers: Vec<String> = at_hand.helpers.iter().map(|h| format!("{}：{}", h.language, h.who)).collect();
    let links = view.links.iter();
    let links: Vec<Value> =
        links.map(|m| context! { number => m.number, title => shared.list_title(language, m) }).collect();
    let join = join(shared, signed, &view).await.map_err(fail)?;
    let values = context! {
        number => view.proceeding.number, ticket => place.as_ref().map(|p| p.ticket.as_str()), state,
        version => view.proceeding.version, people => coming.and_then(|c| c.headcount),
        service => place.as_ref().map(|p| choice_label(shared, language, Field::Service, &p.service)), need,
        writing => writing.map(|r| pick(&r.title)), hint => writing.and_then(|r| r.hint.as_ref()).map(pick),
        promising => promising.is_some(), first => before.is_none(),
        fields => FIELDS.iter().map(|f| field(shared, signed, &view, *f, form)).collect::<Vec<_>>(),
        request,
        rows => (0..typed::rows(form)).map(|i| row(form, i)).collect::<Vec<_>>(), most => record::DEMANDS,
        purposes,
        f => form.flat(), key => key_of(form).map_err(fail)?, promise_key => huiyin_app::random_hex(16).map_err(fail)?,
        hers => given.hers.map(|all| all.iter().map(|m| her(shared, signed, &view, m)).collect::<Vec<_>>()),
        promises => promises(shared, signed, &view), units => units(signed, &view),
        links, join, files => crate::staff::proceedings::file_list(number, &view.files),
        laws, helpers, ways => ways(shared, language, writing),
        papers => crate::papers::list(&view.papers, &format!("/staff/proceedings/{number}"), language),
        duties => duties(shared, signed, &view), moves => offered(shared, language, others, &view.ground.book),
        errors => given.errors, promised => given.promised, restored => given.restored,
        done => signed.asked.query.contains("done=1"),
    };
    let mut response = shared.desk(signed, "visit.html", values);
    if failed {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

fn is_open(view: &View, signed: &SignedIn, rule: &MoveRule) -> bool {
    view.offers(&signed.staff).iter().any(|o| o.rule.id == rule.id && o.closed.is_none())
}

/// A field of the record: as typed, else as the record before says it, else what is known already.
fn field(shared: &Shared, signed: &SignedIn, view: &View, field: Field, form: &Form) -> Value {
    let language = signed.asked.language;
    let (name, wording) = (field.word(), shared.office.wording());
    let required = record::writing(view).is_some_and(|rule| rule.needs.iter().any(|n| n.field == field && n.required));
    let before = record::said_before(view).and_then(|w| w.text(field)).map(str::to_owned);
    let own = || {
        let unit = view.ground.directory.unit(&signed.staff.officer.unit)?;
        (field == Field::Present).then(|| format!("{} {}", unit.name, signed.staff.officer.name))
    };
    let typed = form.has(&name).then(|| form.get(&name).to_owned());
    let hint = format!("visit-hint-{}", name.replace('_', "-"));
    let label = match field {
        Field::Facts => "visit-facts".to_owned(),
        _ => format!("field-{}", name.replace('_', "-")),
    };
    context! {
        value => typed.or(before).or_else(own).unwrap_or_default(), required,
        line => field.shape() == Shape::Line, long => field == Field::Facts,
        label => shared.say(language, &label),
        hint => wording.has(language, &hint).then(|| shared.say(language, &hint)), name,
    }
}

/// How the talk was held, where the pack asks for it.
fn ways(shared: &Shared, language: huiyin_wording::Language, writing: Option<&MoveRule>) -> Vec<Value> {
    let need = writing.and_then(|rule| rule.needs.iter().find(|n| n.field == Field::Way));
    let ids = need.map(|n| n.choices.as_slice()).unwrap_or_default();
    ids.iter().map(|id| context! { id, label => choice_label(shared, language, Field::Way, id) }).collect()
}

fn row(form: &Form, i: usize) -> Value {
    let get = |name: &str| form.get(&format!("{name}_{i}")).to_owned();
    context! { i, words => get("demand"), purpose => get("purpose"), joins => get("joins") }
}

/// One of her matters: its number, what it is about, how it stands and what is owed next.
fn her(shared: &Shared, signed: &SignedIn, view: &View, matter: &Matter) -> Value {
    let language = signed.asked.language;
    let day = matter.owed().into_iter().map(|c| c.legal).min();
    context! {
        number => matter.number, title => shared.list_title(language, matter),
        phase => shared.say(language, &format!("phase-{}", matter.phase.word())), late => matter.is_late(),
        due => day.map(|d| huiyin_wording::day(language, d, view.today)),
    }
}

fn promises(shared: &Shared, signed: &SignedIn, view: &View) -> Vec<Value> {
    let language = signed.asked.language;
    let name = |u: &Unit| language.pick(&u.name, &u.name_en).to_owned();
    let today = shared.office.now().today();
    record::promises(view)
        .into_iter()
        .map(|p| {
            context! {
                unit => view.ground.directory.unit(&p.unit).map(name), what => p.what,
                day => p.until.map(|d| huiyin_wording::day(language, d, today)),
            }
        })
        .collect()
}

/// The units that can promise something.
fn units(signed: &SignedIn, view: &View) -> Vec<Value> {
    let language = signed.asked.language;
    let directory = &view.ground.directory;
    let active = directory.units.iter().filter(|u| u.active && !directory.is_outside(&u.id));
    active.map(|u| context! { id => u.id.as_str(), name => language.pick(&u.name, &u.name_en) }).collect()
}

fn duties(shared: &Shared, signed: &SignedIn, view: &View) -> Vec<Value> {
    let now = shared.office.now();
    let language = signed.asked.language;
    let ground = ViewGround { rules: view.ground.rules(), wording: shared.office.wording(), language, now: &now };
    let owed = view.proceeding.owed().into_iter();
    owed.filter_map(|c| clock_view::view(ground, &view.proceeding, c))
        .filter(|c| !c.right)
        .map(|c| context! { who => c.owner, what => c.title, day => c.legal_text, late => c.late })
        .collect()
}

/// Where the matters of one table are joined: the form of the first of them, with the others chosen.
async fn join(shared: &Shared, signed: &SignedIn, view: &View) -> Result<Option<String>, AppError> {
    let Some((first, others)) = view.links.split_first().filter(|(_, others)| !others.is_empty()) else {
        return Ok(None);
    };
    let ground = shared.office.ground(&first.pack).await?;
    let offers = decide::offers(ground.rules(), first, &signed.staff.actor(), view.today);
    let open = offers.iter().find(|o| o.rule.verb == Verb::Join && o.closed.is_none());
    // Of those that are joined with it already none is chosen again.
    let fold = first.details().joinder.as_ref();
    let apart = others.iter().filter(|m| fold.is_none() || m.details().joinder.as_ref() != fold);
    let picked: Vec<&str> = apart.map(|m| m.number.as_str()).collect();
    Ok(open
        .filter(|_| !picked.is_empty())
        .map(|o| format!("/staff/matters/{}/moves/{}?joined={}", first.number, o.rule.id, picked.join("%0A"))))
}
