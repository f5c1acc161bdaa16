//! Registering a letter, visit, call, fax, or a matter from above or from the national system.

use std::sync::Arc;

use axum::extract::State;
use axum::response::IntoResponse;
use axum::response::Redirect;
use huiyin_app::domain::submission::{Channel, Naming, PaperFacts, Purpose, ReplyWay};
use huiyin_app::lodge::{self, Lodging, Receipt, Registration};
use huiyin_app::periods;
use huiyin_app::permissions::{self, Action};
use huiyin_app::{AppError, FormError, Identity, random_hex};
use jiff::civil::Date;

use super::matter::store_uploads;
use crate::context::{Shared, SignedIn};
use crate::form::Form;
use crate::pages::{Page, lodge as online};
use crate::problem::{self, FieldProblem, Problem};

/// The form.
pub(crate) async fn form(State(shared): State<Arc<Shared>>, signed: SignedIn) -> Page {
    let fail = |e| Problem::page(&shared, &signed.asked, e);
    permissions::require(&signed.staff, Action::Register).map_err(fail)?;
    let form_token = random_hex(16).map_err(fail)?;
    page(&shared, &signed, &Form::default(), &form_token, Vec::new(), None).await
}

async fn page(shared: &Shared, signed: &SignedIn, form: &Form, form_token: &str, errors: Vec<FieldProblem>, receipt: Option<Receipt>) -> Page {
    let ground = shared.office.ground_today().await.map_err(|e| Problem::page(shared, &signed.asked, e))?;
    let today = shared.office.now().today();
    let failed = !errors.is_empty();
    // The first clock of a sealed stub, as it is in force today.
    let sealed = ground.book.initial_sealed.as_ref().and_then(|(_, clocks)| clocks.first());
    let sealed_span = sealed.and_then(|id| periods::of_clock(shared.office.wording(), signed.asked.language, &ground.book, id, today)).unwrap_or_default();
    let values = context! {
        errors, sealed_span, form_token, places => shared.office.places().await.map_err(|e| Problem::page(shared, &signed.asked, e))?, f => form.flat(), day => today.to_string(), classes => ground.book.classes,
        channels => Channel::REGISTERED.map(Channel::word), purposes => Purpose::ALL.map(Purpose::word),
        receipt => receipt.map(|r| context! { number => r.number, code => lodge::receipt::grouped(&r.code), known => r.known }),
    };
    let mut response = shared.desk(signed, "register.html", values);
    if failed {
        *response.status_mut() = axum::http::StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

/// Registers.
pub(crate) async fn enter(State(shared): State<Arc<Shared>>, signed: SignedIn, form: Form) -> Page {
    signed.check_token(&shared, form.get("csrf"))?;
    if form.get("form_token").len() < 16 {
        return Ok(Redirect::to("/staff/register").into_response());
    }
    match attempt(&shared, &signed, &form).await {
        Ok(receipt) => {
            let fresh = random_hex(16).map_err(|e| Problem::page(&shared, &signed.asked, e))?;
            page(&shared, &signed, &Form::default(), &fresh, Vec::new(), Some(receipt)).await
        }
        Err(error @ AppError::Form(_)) => {
            let errors = problem::fields(&shared, signed.asked.language, &error);
            page(&shared, &signed, &form, form.get("form_token"), errors, None).await
        }
        Err(error) => Err(Problem::page(&shared, &signed.asked, error)),
    }
}

async fn attempt(shared: &Shared, signed: &SignedIn, form: &Form) -> Result<Receipt, AppError> {
    let mut errors = Vec::new();
    if form.get("received_on").trim().is_empty() {
        errors.push(FormError::new("received_on", "fault-missing"));
    }
    let received_on = day(form, "received_on", &mut errors).unwrap_or_else(|| shared.office.now().today());
    let paper = PaperFacts {
        postmark: day(form, "postmark", &mut errors),
        enclosures: some(form, "enclosures"),
        foreign_number: some(form, "foreign_number"),
        foreign_date: day(form, "foreign_date", &mut errors),
        sent_by: some(form, "sent_by"),
    };
    let channel = Channel::parse(form.get("channel")).filter(|c| Channel::REGISTERED.contains(c));
    if channel.is_none() {
        errors.push(FormError::new("channel", "fault-choose"));
    }
    let headcount = match form.get("headcount") {
        "" => 1,
        text => text.parse().unwrap_or(0),
    };
    if !errors.is_empty() {
        return Err(AppError::Form(errors));
    }
    let keep = if form.get("sealed").is_empty() { lodge::Keep::Whole } else { lodge::Keep::StubOnly };
    // Of an upper-level accusation not even the files are stored.
    let files = if keep == lodge::Keep::StubOnly { Vec::new() } else { store_uploads(shared, form, signed.staff.officer.unit.as_str()).await? };
    let lodging = lodging(shared, form, headcount, files);
    let arrival = Registration { channel: channel.unwrap_or(Channel::Letter), received_on, paper, keep };
    lodge::register(&shared.office, &signed.staff, lodging, arrival).await
}

fn lodging(shared: &Shared, form: &Form, headcount: u32, files: Vec<huiyin_app::AttachmentRecord>) -> Lodging {
    let get = |name: &str| form.get(name).trim().to_owned();
    let naming = if get("name").is_empty() { Naming::Anonymous } else { online::naming(form.get("naming")).unwrap_or(Naming::Named) };
    Lodging {
        form_token: get("form_token"),
        unit: shared.office.front_office().clone(),
        title: get("title"),
        text: get("text"),
        class: some(form, "class"),
        place: some(form, "place"),
        place_name: some(form, "place_name"),
        purpose: online::purpose(form.get("purpose")).unwrap_or(Purpose::NotSure),
        complained_of: some(form, "complained_of"),
        headcount,
        naming,
        by_agent: !get("agent").is_empty(),
        second_language: form.has("second_language"),
        reply: online::reply(form.get("reply")).unwrap_or(ReplyWay::CodeOnly),
        identity: Identity {
            name: get("name"),
            telephone: get("telephone"),
            email: get("email"),
            address: get("address"),
            agent: get("agent"),
            agent_paper: get("agent_paper"),
            co_signers: online::names(form.get("co_signers")),
            representatives: online::names(form.get("representatives")),
            needs: get("needs"),
        },
        files,
    }
}

fn some(form: &Form, name: &str) -> Option<String> {
    Some(form.get(name).trim().to_owned()).filter(|t| !t.is_empty())
}

fn day(form: &Form, name: &'static str, errors: &mut Vec<FormError>) -> Option<Date> {
    let text = form.get(name).trim();
    if text.is_empty() {
        return None;
    }
    let day = text.parse().ok();
    if day.is_none() {
        errors.push(FormError::new(name, "fault-not-a-day"));
    }
    day
}
