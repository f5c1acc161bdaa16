//! Registering a letter, visit, call, fax, or a matter from above or from the national system.

use std::sync::Arc;

use axum::extract::State;
use huiyin_app::access::{self, Action};
use huiyin_app::domain::submission::{Channel, Naming, PaperFacts, Purpose, ReplyWay};
use huiyin_app::domain::text;
use huiyin_app::lodge::{self, Lodging, Receipt, Registration};
use huiyin_app::{AppError, AttachmentRecord, FormError, Identity, periods, random_hex};
use jiff::civil::Date;

use crate::edge::context::{Shared, SignedIn};
use crate::edge::files::{self, Held};
use crate::edge::form::Form;
use crate::edge::problem::{self, FieldProblem, Problem};
use crate::pages::{Page, lodge as online};

/// The form.
pub(crate) async fn form(State(shared): State<Arc<Shared>>, signed: SignedIn) -> Page {
    let fail = |e| Problem::page(&shared, &signed.asked, e);
    access::require(&signed.staff, Action::Register).map_err(fail)?;
    let held = Held::load(&shared, "", "").await.map_err(fail)?;
    page(&shared, &signed, &Form::default(), &held, Vec::new(), None).await
}

async fn page(
    shared: &Shared,
    signed: &SignedIn,
    form: &Form,
    held: &Held,
    errors: Vec<FieldProblem>,
    receipt: Option<Receipt>,
) -> Page {
    let fail = |e| Problem::with_words(shared, &signed.asked, e, form);
    let form_token = some_token(form).map_or_else(|| random_hex(16), Ok).map_err(fail)?;
    let ground = shared.office.ground_today().await.map_err(fail)?;
    let today = shared.office.now().today();
    let failed = !errors.is_empty();
    // The first clock of a sealed stub, as it is in force today.
    let sealed =
        ground.book.lodging.as_ref().and_then(|l| l.initial_sealed.as_ref()).and_then(|(_, clocks)| clocks.first());
    let sealed_span = sealed
        .and_then(|id| periods::of_clock(shared.office.wording(), signed.asked.language, &ground.book, id, today))
        .unwrap_or_default();
    let values = context! {
        errors, sealed_span, form_token, places => huiyin_app::places::offered(&shared.office).await.map_err(fail)?,
        f => form.flat(), day => today.to_string(), classes => ground.book.classes,
        channels => Channel::REGISTERED.map(Channel::word), purposes => Purpose::ALL.map(Purpose::word),
        files => files::views(shared, signed.asked.language, &held.files), max_files => lodge::MAX_FILES,
        max_mb => lodge::MAX_FILE_BYTES / 1024 / 1024,
        most_representatives => ground.book.most_representatives, may_seal => sealed.is_some(),
        receipt => receipt.map(|r| context! {
            number => r.number, code => lodge::receipt::grouped(&r.code), known => r.known,
        }),
    };
    let mut response = shared.desk(signed, "register.html", values);
    if failed {
        *response.status_mut() = axum::http::StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

/// The form's own token: the same form registers once.
fn some_token(form: &Form) -> Option<String> {
    Some(form.get("form_token").to_owned()).filter(|t| t.len() >= 16)
}

/// Shows what would be registered, and registers it when that is confirmed. Enter in a field never registers: the first
/// button of the form is the one that shows.
pub(crate) async fn enter(State(shared): State<Arc<Shared>>, signed: SignedIn, form: Form) -> Page {
    signed.check_form(&shared, &form)?;
    let fail = |e| Problem::with_words(&shared, &signed.asked, e, &form);
    access::require(&signed.staff, Action::Register).map_err(fail)?;
    let mut held = Held::load(&shared, &signed.secret, form.get("form_token")).await.map_err(fail)?;
    // Of an upper-level accusation not even the files are stored.
    let stub = !form.get("sealed").is_empty();
    let mut errors = if stub {
        Vec::new()
    } else {
        held.take(&shared, &form, signed.staff.officer.unit.as_str()).await.map_err(fail)?
    };
    if form.has("edit") || form.has("remove") || some_token(&form).is_none() {
        errors.clear();
    } else {
        let files = if stub { Vec::new() } else { held.records(&shared) };
        let read = read(&shared, &form, files, &mut errors);
        // What is asked for is checked as well when a file is at fault: every fault is named at once.
        let checked = lodge::check_registration(&shared.office, &signed.staff, read.0.clone(), &read.1).await;
        match (checked, errors.is_empty()) {
            (Err(AppError::Form(more)), _) => errors.extend(
                more.into_iter().filter(|e| !errors.iter().any(|known| known.field == e.field)).collect::<Vec<_>>(),
            ),
            (Err(error), _) => return Err(fail(error)),
            (Ok(kept), true) if form.has("check") => return summary(&shared, &signed, &form, &kept, &read.1, &held),
            (Ok(_), true) => {
                let receipt = lodge::register(&shared.office, &signed.staff, read.0, read.1).await.map_err(fail)?;
                held.done(&shared).await.map_err(fail)?;
                let none = Held::load(&shared, "", "").await.map_err(fail)?;
                return page(&shared, &signed, &Form::default(), &none, Vec::new(), Some(receipt)).await;
            }
            (Ok(_), false) => {}
        }
    }
    let shown = problem::fields(&shared, signed.asked.language, &AppError::Form(errors));
    page(&shared, &signed, &form, &held, shown, None).await
}

/// What would be registered, as it would be kept.
fn summary(
    shared: &Shared,
    signed: &SignedIn,
    form: &Form,
    kept: &Lodging,
    arrival: &Registration,
    held: &Held,
) -> Page {
    let language = signed.asked.language;
    let choice = |word: &str| shared.say(language, &format!("choice-{}", word.replace('_', "-")));
    let day = |d: Option<Date>| d.map(|d| huiyin_wording::date(language, d)).unwrap_or_default();
    let text = |t: &Option<String>| t.clone().unwrap_or_default();
    let who = &kept.identity;
    let naming = serde_json::to_value(kept.naming).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default();
    let reply = serde_json::to_value(kept.reply).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default();
    let comma = shared.say(language, "list-comma");
    let lines = [
        ("ask-channel", shared.say(language, &format!("channel-{}", arrival.channel.word().replace('_', "-")))),
        ("ask-received-on", day(Some(arrival.received_on))),
        ("ask-purpose", choice(kept.purpose.word())),
        ("ask-class", text(&kept.class)),
        ("ask-title", kept.title.clone()),
        ("ask-text", kept.text.clone()),
        ("ask-place-name", text(&kept.place_name)),
        ("ask-complained-of", text(&kept.complained_of)),
        ("ask-headcount", kept.headcount.to_string()),
        ("ask-naming", choice(&naming)),
        ("ask-reply", choice(&reply)),
        ("ask-name", who.name.clone()),
        ("ask-telephone", who.telephone.clone()),
        ("ask-email", who.email.clone()),
        ("ask-address", who.address.clone()),
        ("ask-agent-name", who.agent.clone()),
        ("ask-agent-paper", who.agent_paper.clone()),
        ("ask-signers", who.co_signers.join(&comma)),
        ("ask-representatives", who.representatives.join(&comma)),
        ("ask-needs", who.needs.clone()),
        ("ask-postmark", day(arrival.paper.postmark)),
        ("ask-enclosures", text(&arrival.paper.enclosures)),
        ("ask-foreign-number", text(&arrival.paper.foreign_number)),
        ("ask-foreign-date", day(arrival.paper.foreign_date)),
        ("ask-sent-by", text(&arrival.paper.sent_by)),
        ("ask-files", held.files.iter().map(|f| f.record.name.clone()).collect::<Vec<_>>().join(&comma)),
    ];
    let lines: Vec<_> = lines
        .into_iter()
        .filter(|(_, v)| !v.is_empty())
        .map(|(key, value)| context! { label => shared.say(language, key), value })
        .collect();
    let pairs: Vec<_> = form
        .pairs()
        .filter(|(n, _)| !matches!(*n, "csrf" | "check" | "register" | "edit" | "remove"))
        .map(|(name, value)| context! { name, value })
        .collect();
    let sealed = arrival.keep == lodge::Keep::StubOnly;
    Ok(shared.desk(
        signed,
        "register_check.html",
        context! { lines, pairs, sealed, late => arrival.received_on != shared.office.now().today() },
    ))
}

/// The form as a lodging and how it came.
fn read(
    shared: &Shared,
    form: &Form,
    files: Vec<AttachmentRecord>,
    errors: &mut Vec<FormError>,
) -> (Lodging, Registration) {
    if text::is_blank(form.get("received_on")) {
        errors.push(FormError::new("received_on", "fault-missing"));
    }
    let received_on = day(form, "received_on", errors).unwrap_or_else(|| shared.office.now().today());
    let paper = PaperFacts {
        postmark: day(form, "postmark", errors),
        enclosures: some(form, "enclosures"),
        foreign_number: some(form, "foreign_number"),
        foreign_date: day(form, "foreign_date", errors),
        sent_by: some(form, "sent_by"),
        ledger_number: None,
    };
    let channel = Channel::parse(form.get("channel")).filter(|c| Channel::REGISTERED.contains(c));
    if channel.is_none() {
        errors.push(FormError::new("channel", "fault-choose"));
    }
    for (field, value) in
        [("enclosures", &paper.enclosures), ("foreign_number", &paper.foreign_number), ("sent_by", &paper.sent_by)]
    {
        if value.as_ref().is_some_and(|v| v.chars().count() > 200) {
            errors.push(FormError::with(field, "fault-too-long", 200));
        }
    }
    let headcount = match text::number(form.get("headcount")).as_str() {
        "" => 1,
        digits => digits.parse().unwrap_or(0),
    };
    let keep = if form.get("sealed").is_empty() { lodge::Keep::Whole } else { lodge::Keep::StubOnly };
    (
        lodging(shared, form, headcount, files),
        Registration { channel: channel.unwrap_or(Channel::Letter), received_on, paper, keep },
    )
}

fn lodging(shared: &Shared, form: &Form, headcount: u32, files: Vec<AttachmentRecord>) -> Lodging {
    let get = |name: &str| form.get(name).to_owned();
    let who = Identity {
        name: get("name"),
        telephone: get("telephone"),
        email: get("email"),
        address: get("address"),
        agent: get("agent"),
        agent_paper: get("agent_paper"),
        co_signers: text::names(form.get("co_signers")),
        representatives: text::names(form.get("representatives")),
        needs: get("needs"),
    };
    let reply = online::reply(form.get("reply")).unwrap_or(ReplyWay::CodeOnly);
    // A letter with nothing of a person on it is an anonymous one.
    let lines = [&who.name, &who.telephone, &who.email, &who.address, &who.agent, &who.agent_paper, &who.needs];
    let nobody = reply == ReplyWay::CodeOnly
        && lines.iter().all(|l| text::is_blank(l))
        && who.co_signers.is_empty()
        && who.representatives.is_empty();
    let naming = if nobody { Naming::Anonymous } else { online::naming(form.get("naming")).unwrap_or(Naming::Named) };
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
        by_agent: !text::is_blank(&who.agent),
        second_language: form.has("second_language"),
        reply,
        identity: who,
        files,
        burst: None,
    }
}

fn some(form: &Form, name: &str) -> Option<String> {
    Some(text::line(form.get(name))).filter(|t| !text::is_blank(t))
}

/// A day in any of its common forms.
fn day(form: &Form, name: &'static str, errors: &mut Vec<FormError>) -> Option<Date> {
    let typed = form.get(name);
    if text::is_blank(typed) {
        return None;
    }
    let day = text::days::day(typed).ok();
    if day.is_none() {
        errors.push(FormError::new(name, "fault-not-a-day"));
    }
    day
}
