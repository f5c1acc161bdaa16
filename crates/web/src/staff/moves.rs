//! The form of any move of the pack, and making it. The fields come from the pack; nothing is written per move.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect};
use huiyin_app::act::{self, Move};
use huiyin_app::domain::ids::MoveId;
use huiyin_app::domain::matter::Matter;
use huiyin_app::domain::procedure::{MoveRule, Verb};
use huiyin_app::matter_view::{self, MatterView};
use huiyin_app::{AppError, joinder, labels, lodge};

use crate::edge::context::{Shared, SignedIn};
use crate::edge::files::{self, Held};
use crate::edge::form::Form;
use crate::edge::problem::{self, FieldProblem, Problem};
use crate::moves::{fields_of, key_of, some_key};
use crate::pages::Page;

/// The form.
pub(crate) async fn form(
    State(shared): State<Arc<Shared>>,
    Path((number, step)): Path<(String, String)>,
    signed: SignedIn,
) -> Page {
    let view = matter_view::for_officer(&shared.office, &signed.staff, &number)
        .await
        .map_err(|e| Problem::page(&shared, &signed.asked, e))?;
    let held = Held::load(&shared, "", "").await.map_err(|e| Problem::page(&shared, &signed.asked, e))?;
    // Whoever comes from a table brings the matters that were registered there.
    let chosen = Form::from_query(&signed.asked.query, &["joined"]);
    render(&shared, &signed, &view, &step, &chosen, &held, Vec::new()).await
}

async fn render(
    shared: &Shared,
    signed: &SignedIn,
    view: &MatterView,
    step: &str,
    form: &Form,
    held: &Held,
    errors: Vec<FieldProblem>,
) -> Page {
    let fail = |e| Problem::with_words(shared, &signed.asked, e, form);
    let actor = signed.staff.actor();
    let offers = view.offers(&actor);
    let offer = offers.iter().find(|o| o.rule.id.as_str() == step).ok_or_else(|| fail(AppError::NotFound))?;
    if let Some(closed) = &offer.closed {
        return Err(fail(AppError::Closed(Box::new(closed.clone()))));
    }
    let pick = |l: &huiyin_app::domain::procedure::Label| l.get(signed.asked.language.code()).to_owned();
    let along = joinder::along(&shared.office, &view.ground, &view.matter, &actor, offer.rule).await.map_err(fail)?;
    let actor_reads = |m: &Matter| m.may_read(&actor, &view.ground.directory);
    let joinder::Along { with, without } = along;
    let (apart, hidden): (Vec<Matter>, Vec<Matter>) = without.into_iter().partition(actor_reads);
    let brief = |all: Vec<Matter>| {
        all.into_iter()
            .map(|m| {
                let title = shared.list_title(signed.asked.language, &m);
                context! { number => m.number, title, place => m.details().place_name }
            })
            .collect::<Vec<_>>()
    };
    let proposals = if offer.rule.verb == Verb::Join {
        let chosen = form.all("joined_pick").to_vec();
        let found = joinder::proposals(&shared.office, &signed.staff, &view.matter).await.map_err(fail)?;
        let day = |m: &Matter| huiyin_wording::day(signed.asked.language, m.received_on, view.today);
        found
            .into_iter()
            .map(|m| {
                context! {
                    chosen => chosen.contains(&m.number), day => day(&m), number => m.number,
                    title => shared.list_title(signed.asked.language, &m),
                    place => m.details().place_name,
                }
            })
            .collect()
    } else {
        Vec::new()
    };
    let failed = !errors.is_empty();
    let fields = fields_of(shared, &signed.asked, offer.rule, &view.record(), &view.ground, &actor, &with, form);
    let values = context! {
        title => pick(&offer.rule.title), hint => offer.rule.hint.as_ref().map(pick),
        confirm => offer.rule.confirm.as_ref().map(pick),
        number => view.matter.number, about => shared.list_title(signed.asked.language, &view.matter),
        back => format!("/staff/matters/{}", view.matter.number),
        action => format!("/staff/matters/{}/moves/{step}", view.matter.number),
        fields, errors, version => view.matter.version, key => key_of(form).map_err(fail)?,
        files => files::views(shared, signed.asked.language, &held.files), review => false,
        upload => true, signing => offer.rule.signed, must_upload => offer.rule.verb == Verb::Appoint, desk => true,
        max_mb => lodge::MAX_FILE_BYTES / 1024 / 1024, token => "",
        along => brief(with), apart => brief(apart), apart_hidden => hidden.len(), only_this => form.has("only_this"),
        proposals, joining => offer.rule.verb == Verb::Join,
        whole => if answers(offer.rule.verb) { view.text.clone() } else { String::new() },
        told => told(shared, signed, offer.rule),
        cite => offer.rule.clause.as_ref().and_then(|c| view.ground.book.clauses.get(c)).map(|c| format!("{}：{}", pick(&c.cite), pick(&c.gist))).unwrap_or_else(|| shared.say(signed.asked.language, "basis-house")),
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
    shared.office.wording().text(
        language,
        "told-but",
        &[("fields", hidden.join(&shared.say(language, "list-comma")).into())],
    )
}

/// Makes the move.
pub(crate) async fn make(
    State(shared): State<Arc<Shared>>,
    Path((number, step)): Path<(String, String)>,
    signed: SignedIn,
    form: Form,
) -> Page {
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
                let view = matter_view::for_officer(&shared.office, &signed.staff, &number).await.map_err(fail)?;
                let verb = view
                    .ground
                    .book
                    .find_move(&MoveId::new(&step))
                    .map(|m| labels::verb_word(m.verb))
                    .unwrap_or_default();
                let shown =
                    problem::of_move(&shared, &signed.asked, &error, &format!("/staff/matters/{number}"), &verb);
                if shown.is_empty() {
                    return Err(fail(error));
                }
                return render(&shared, &signed, &view, &step, &form, &held, shown).await;
            }
        }
    }
    let view = matter_view::for_officer(&shared.office, &signed.staff, &number).await.map_err(fail)?;
    let shown = problem::fields(&shared, signed.asked.language, &AppError::Form(errors));
    render(&shared, &signed, &view, &step, &form, &held, shown).await
}

async fn attempt(
    shared: &Shared,
    signed: &SignedIn,
    number: &str,
    step: &str,
    form: &Form,
    held: &Held,
) -> Result<Matter, AppError> {
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

/// Whether a move answers what is asked, so that the text of the petition stands beside its form.
fn answers(verb: Verb) -> bool {
    matches!(verb, Verb::Decide | Verb::DecideReview | Verb::Notify | Verb::Refuse)
}
