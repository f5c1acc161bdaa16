//! A matter on one screen: left what is asked and the papers, right what is owed and the next lawful moves.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use huiyin_app::access::{self, Action};
use huiyin_app::clock_view::{self, ViewGround};
use huiyin_app::domain::procedure::{Fact, Phase, Verb};
use huiyin_app::matter_view::{self, MatterView};
use huiyin_app::timeline::{self, Reader};
use huiyin_app::{AppError, Person, corrections, part as parting, proceedings};
use minijinja::Value;

use crate::context::{Shared, SignedIn};
use crate::form::Form;
use crate::pages::{Page, file_response};
use crate::problem::{self, FieldProblem, Problem};

/// The page.
pub(crate) async fn show(State(shared): State<Arc<Shared>>, Path(number): Path<String>, signed: SignedIn) -> Page {
    let view = matter_view::for_officer(&shared.office, &signed.staff, &number)
        .await
        .map_err(|e| Problem::page(&shared, &signed.asked, e))?;
    page(&shared, &signed, &view, "", Vec::new()).await
}

/// Shows what an accusation says, for a stated purpose; the petitioner sees that it was read.
pub(crate) async fn open(
    State(shared): State<Arc<Shared>>,
    Path(number): Path<String>,
    signed: SignedIn,
    form: Form,
) -> Page {
    signed.check_form(&shared, &form)?;
    let (office, staff, purpose) = (&shared.office, &signed.staff, form.get("purpose"));
    let read = async {
        if form.get("document").is_empty() {
            return matter_view::accusation(office, staff, &number, purpose)
                .await
                .map(|view| Opened::Text(Box::new(view)));
        }
        let (file, bytes) = matter_view::accusation_file(office, staff, &number, purpose, form.get("document")).await?;
        Ok(Opened::File(file_response(&file, bytes)))
    };
    match read.await {
        Ok(Opened::Text(view)) => page(&shared, &signed, &view, purpose, Vec::new()).await,
        Ok(Opened::File(response)) => Ok(response),
        Err(error @ AppError::Form(_)) => {
            let view = matter_view::for_officer(office, staff, &number)
                .await
                .map_err(|e| Problem::page(&shared, &signed.asked, e))?;
            page(&shared, &signed, &view, "", problem::fields(&shared, signed.asked.language, &error)).await
        }
        Err(error) => Err(Problem::with_words(&shared, &signed.asked, error, &form)),
    }
}

/// What a reading for a purpose answers with.
enum Opened {
    Text(Box<MatterView>),
    File(Response),
}

async fn page(shared: &Shared, signed: &SignedIn, view: &MatterView, purpose: &str, errors: Vec<FieldProblem>) -> Page {
    let others = huiyin_app::presence::with(&shared.office, &signed.staff, &view.matter);
    let fail = |e| Problem::page(shared, &signed.asked, e);
    let proposal = corrections::proposed(&shared.office, &view.matter.submission).await.map_err(fail)?;
    let waiting = proposal.map(|p| super::correct::waiting(shared, signed, view, &p));
    let meetings = proceedings::concerning(&shared.office, &signed.staff, &view.matter.id).await.map_err(fail)?;
    let meetings: Vec<Value> = meetings.iter().map(|m| context! { number => m.number, title => m.title }).collect();
    let closed = view.is_closed();
    Ok(shared.desk(
        signed,
        "matter.html",
        context! {
            meetings, others => others.join("、"), waiting, closed, reading => purpose, errors,
            ..values(shared, signed, view)
        },
    ))
}

fn values(shared: &Shared, signed: &SignedIn, view: &MatterView) -> Value {
    let language = signed.asked.language;
    let now = shared.office.now();
    let today = now.today();
    let ground = ViewGround { rules: view.ground.rules(), wording: shared.office.wording(), language, now: &now };
    let m = &view.matter;
    let s = &view.submission.submission;
    let shown = !view.is_closed() || m.list_title().is_some();
    let unit = |id: Option<&huiyin_app::domain::ids::UnitId>| {
        id.and_then(|id| view.ground.directory.unit(id)).map(|u| language.pick(&u.name, &u.name_en).to_owned())
    };
    let mut by_due: Vec<_> = m.clocks.iter().collect();
    by_due.sort_by_key(|c| c.due);
    let clocks: Vec<_> = by_due.into_iter().filter_map(|c| clock_view::view(ground, &view.matter, c)).collect();
    let (owed, past): (Vec<_>, Vec<_>) = clocks.into_iter().partition(|c| c.owed);
    let (duties, rights): (Vec<_>, Vec<_>) = owed.into_iter().partition(|c| !c.right);
    let offers = view.offers(&signed.staff.actor());
    let open =
        |verb: Verb| offers.iter().find(|o| o.rule.verb == verb && o.closed.is_none()).map(|o| o.rule.id.0.clone());
    let (may_join, may_unjoin) = (open(Verb::Join), open(Verb::Unjoin));
    let may_part = access::allows(&signed.staff, Action::Part) && m.holder == signed.staff.officer.unit;
    context! {
        number => m.number, submission => s.number, class => m.class,
        title => if shown { m.title.clone() } else { shared.list_title(language, m) },
        place => m.place_name.as_ref().filter(|_| shown), complained => m.complained_of.as_ref().filter(|_| shown),
        state => view.ground.book.state(&m.state).map(|r| r.title.get(language.code()).to_owned()), late => m.is_late(),
        received => huiyin_wording::day(language, m.received_on, today),
        channel => shared.say(language, &format!("channel-{}", m.channel.word().replace('_', "-"))),
        purpose => shared.say(language, &format!("choice-{}", m.purpose.word().replace('_', "-"))),
        headcount => s.headcount,
        naming => shared.say(language, &format!("choice-{}", crate::moves::word(&s.naming))),
        reply => shared.say(language, &format!("choice-{}", crate::moves::word(&s.reply))), by_agent => s.by_agent,
        paper => context! {
            postmark => s.paper.postmark.map(|d| huiyin_wording::day(language, d, today)),
            enclosures => s.paper.enclosures, foreign_number => s.paper.foreign_number,
            foreign_date => s.paper.foreign_date.map(|d| huiyin_wording::day(language, d, today)),
            sent_by => s.paper.sent_by, ledger_number => s.paper.ledger_number,
        },
        holder => unit(Some(&m.holder)), sender => unit(m.sender.as_ref()), reviewer => unit(m.reviewer.as_ref()),
        text => view.text, files => view.files,
        papers => crate::papers::list(&view.papers, &format!("/staff/matters/{}", m.number), language), duties, rights,
        past,
        timeline => timeline::lines(ground, view.record(), Reader::Officer),
        moves => crate::moves::offered(shared, language, offers, &view.ground.book),
        siblings => view.siblings.iter().map(|o| context! {
            number => o.number, title => shared.list_title(language, o),
        }).collect::<Vec<_>>(),
        joined => view.joined.iter().map(|o| context! {
            number => o.number, title => shared.list_title(language, o),
            state => view.ground.book.state(&o.state).map(|r| r.title.get(language.code()).to_owned()),
        }).collect::<Vec<_>>(),
        joined_hidden => view.joined_count.saturating_sub(view.joined.len()), may_join, may_unjoin,
        has_agent => m.facts.contains(&Fact::HasAgent),
        recused => m.recused.iter().filter_map(|id| view.ground.directory.officer(id)).map(|o| o.name.clone()).collect::<Vec<_>>().join("、"),
        kept => crate::moves::kept_through(shared, language, view), on_hold => m.facts.contains(&Fact::OnHold),
        ratings => m.ratings,
        may_part,
        may_unpart => m.part > 1 && may_part && m.phase == Phase::Intake,
        may_identity => access::allows(&signed.staff, Action::ReadIdentity),
        done => signed.asked.query.contains("done=1"), proposed => signed.asked.query.contains("proposed=1"),
        may_correct => corrections::may(&signed.staff, &view.matter, &view.submission),
        pack => view.ground.book.title.get(language.code()),
    }
}

/// The form that parts one request off.
pub(crate) async fn part_form(State(shared): State<Arc<Shared>>, Path(number): Path<String>, signed: SignedIn) -> Page {
    let view = matter_view::for_officer(&shared.office, &signed.staff, &number)
        .await
        .map_err(|e| Problem::page(&shared, &signed.asked, e))?;
    let none: Vec<FieldProblem> = Vec::new();
    Ok(shared.desk(
        &signed,
        "part.html",
        context! {
            number => view.matter.number, about => shared.list_title(signed.asked.language, &view.matter), whole => view.text, title => "", text => "",
            errors => none,
            key => crate::moves::key_of(&Form::default()).map_err(|e| Problem::page(&shared, &signed.asked, e))?,
        },
    ))
}

/// Parts one request off.
pub(crate) async fn split_part(
    State(shared): State<Arc<Shared>>,
    Path(number): Path<String>,
    signed: SignedIn,
    form: Form,
) -> Page {
    signed.check_form(&shared, &form)?;
    let fail = |e| Problem::with_words(&shared, &signed.asked, e, &form);
    match parting::split_part(
        &shared.office,
        &signed.staff,
        &number,
        form.get("title"),
        form.get("text"),
        crate::moves::some_key(&form).as_deref(),
    )
    .await
    {
        Ok(new) => Ok(Redirect::to(&format!("/staff/matters/{}?done=1", new.number)).into_response()),
        Err(error @ AppError::Form(_)) => {
            let view = matter_view::for_officer(&shared.office, &signed.staff, &number).await.map_err(fail)?;
            let errors = problem::fields(&shared, signed.asked.language, &error);
            Ok(shared.desk(
                &signed,
                "part.html",
                context! {
                    number => view.matter.number,
                    about => shared.list_title(signed.asked.language, &view.matter), whole => view.text,
                    title => form.get("title"), text => form.get("text"), errors,
                    key => crate::moves::key_of(&form).map_err(fail)?,
                },
            ))
        }
        Err(error) => Err(fail(error)),
    }
}

/// Takes a parting back.
pub(crate) async fn undo_part(
    State(shared): State<Arc<Shared>>,
    Path(number): Path<String>,
    signed: SignedIn,
    form: Form,
) -> Page {
    signed.check_form(&shared, &form)?;
    let first = parting::undo(&shared.office, &signed.staff, &number)
        .await
        .map_err(|e| Problem::page(&shared, &signed.asked, e))?;
    Ok(Redirect::to(&format!("/staff/matters/{}?done=1", first.number)).into_response())
}

/// Asks for the purpose of reading identity and contact.
pub(crate) async fn identity_form(
    State(shared): State<Arc<Shared>>,
    Path(number): Path<String>,
    signed: SignedIn,
) -> Page {
    identity_page(&shared, &signed, &number, Known::default(), Vec::new())
}

fn identity_page(shared: &Shared, signed: &SignedIn, number: &str, known: Known, errors: Vec<FieldProblem>) -> Page {
    let language = signed.asked.language;
    let today = shared.office.now().today();
    let (identity, corrections) = known.vault.map(|v| (v.identity, v.corrections)).unzip();
    // What it was before somebody corrected it, newest first.
    let former: Vec<Value> = corrections
        .unwrap_or_default()
        .iter()
        .rev()
        .map(|c| context! {
            field => shared.say(language, &format!("ask-{}", c.field)), was => c.was, reason => c.reason,
            day => huiyin_wording::day(language, c.at.to_zoned_datetime(shared.office.zone().clone()).date(), today),
        })
        .collect();
    Ok(shared.desk(
        signed,
        "identity.html",
        context! { number, identity, former, documents => known.documents, purpose => known.purpose, errors },
    ))
}

/// What a reading for a purpose shows.
#[derive(Default)]
struct Known {
    vault: Option<Person>,
    documents: Vec<huiyin_app::AttachmentRecord>,
    purpose: String,
}

/// Shows identity and contact for a stated purpose; the petitioner sees that it was read.
pub(crate) async fn identity(
    State(shared): State<Arc<Shared>>,
    Path(number): Path<String>,
    signed: SignedIn,
    form: Form,
) -> Page {
    signed.check_form(&shared, &form)?;
    match matter_view::identity(&shared.office, &signed.staff, &number, form.get("purpose")).await {
        Ok((matter, vault)) => {
            let fail = |e| Problem::page(&shared, &signed.asked, e);
            if !form.get("document").is_empty() {
                let (file, bytes) =
                    matter_view::identity_file(&shared.office, &matter, form.get("document")).await.map_err(fail)?;
                return Ok(file_response(&file, bytes));
            }
            let documents = matter_view::identity_files(&shared.office, &matter).await.map_err(fail)?;
            identity_page(
                &shared,
                &signed,
                &matter.number,
                Known { vault: Some(vault), documents, purpose: form.get("purpose").to_owned() },
                Vec::new(),
            )
        }
        Err(error @ AppError::Form(_)) => identity_page(
            &shared,
            &signed,
            &number,
            Known::default(),
            problem::fields(&shared, signed.asked.language, &error),
        ),
        Err(error) => Err(Problem::with_words(&shared, &signed.asked, error, &form)),
    }
}

/// A file of the matter.
pub(crate) async fn file(
    State(shared): State<Arc<Shared>>,
    Path((number, id)): Path<(String, String)>,
    signed: SignedIn,
) -> Result<Response, Problem> {
    let (record, bytes) = matter_view::file(&shared.office, &signed.staff, &number, &id)
        .await
        .map_err(|e| Problem::page(&shared, &signed.asked, e))?;
    Ok(file_response(&record, bytes))
}
