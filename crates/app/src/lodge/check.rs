//! The checks of a lodging. Every fault is named at once, with its field; nothing is cut off silently.

use huiyin_domain::procedure::RuleBook;
use huiyin_domain::submission::{Channel, Naming, ReplyWay};
use huiyin_domain::text;
use huiyin_files::ending;
use huiyin_storage::Identity;
use jiff::civil::Date;

use super::title::{title_of, without_name};
use super::{Lodging, Registration};
use crate::error::{AppError, FormError, Result};
use crate::office::Ground;

/// Characters of a petition's text.
pub const MAX_TEXT: usize = 50_000;
/// Characters of a title.
const MAX_TITLE: usize = 100;
/// Characters of a line.
const MAX_LINE: usize = 200;
/// Files of one submission.
pub const MAX_FILES: usize = 20;
/// Bytes of one file.
pub const MAX_FILE_BYTES: usize = 20 * 1024 * 1024;
/// Characters of a file's name, without its ending.
const MAX_FILE_NAME: usize = 80;
/// People who sign with the petitioner.
const MAX_SIGNERS: usize = 2_000;

/// Brings everything into its stored form and checks it; the title is taken from the text when it is empty.
pub(super) fn check(lodging: &mut Lodging, arrival: &Registration, ground: &Ground, today: Date) -> Result<()> {
    tidy(lodging);
    let mut errors = contradictions(lodging);
    if lodging.text.is_empty() {
        errors.push(FormError::new("text", "fault-text-missing"));
    }
    for (field, value, most) in [
        ("text", lodging.text.as_str(), MAX_TEXT),
        ("title", lodging.title.as_str(), MAX_TITLE),
        ("place_name", lodging.place_name.as_deref().unwrap_or(""), MAX_LINE),
        ("complained_of", lodging.complained_of.as_deref().unwrap_or(""), MAX_LINE),
        ("name", lodging.identity.name.as_str(), MAX_LINE),
        ("address", lodging.identity.address.as_str(), MAX_LINE * 2),
        ("agent", lodging.identity.agent.as_str(), MAX_LINE),
        ("agent_paper", lodging.identity.agent_paper.as_str(), MAX_LINE),
        ("needs", lodging.identity.needs.as_str(), MAX_LINE * 2),
    ] {
        if value.chars().count() > most {
            errors.push(FormError::with(field, "fault-too-long", most));
        }
    }
    if !ground.directory.unit(&lodging.unit).is_some_and(|u| u.active) {
        errors.push(FormError::new("unit", "fault-unit"));
    }
    if lodging.class.as_ref().is_some_and(|c| !is_class(ground, c)) {
        errors.push(FormError::new("class", "fault-class"));
    }
    if lodging.headcount == 0 || lodging.headcount > 1_000_000 {
        errors.push(FormError::new("headcount", "fault-headcount"));
    }
    if lodging.files.len() > MAX_FILES {
        errors.push(FormError::with("files", "fault-files-many", MAX_FILES));
    }
    let name = lodging.identity.name.as_str();
    if lodging.naming == Naming::Confidential && name.chars().count() > 1 && lodging.title.contains(name) {
        errors.push(FormError::new("title", "fault-title-name"));
    }
    identity(&ground.book, lodging, arrival, &mut errors);
    arrived(&ground.book, arrival, today, &mut errors);
    if errors.is_empty() { Ok(()) } else { Err(AppError::Form(errors)) }
}

/// Every value in the form in which it is kept (`domain::text`); what looks empty is empty.
fn tidy(lodging: &mut Lodging) {
    let filled = |text: String| if text::is_blank(&text) { String::new() } else { text };
    let each = |field: &mut String, form: fn(&str) -> String| *field = filled(form(field));
    each(&mut lodging.text, text::prose);
    each(&mut lodging.title, text::line);
    let identity = &mut lodging.identity;
    each(&mut identity.name, text::name);
    each(&mut identity.telephone, text::telephone);
    each(&mut identity.email, text::mail);
    each(&mut identity.address, text::line);
    each(&mut identity.agent, text::name);
    each(&mut identity.agent_paper, text::line);
    each(&mut identity.needs, text::line);
    for field in [&mut lodging.class, &mut lodging.place, &mut lodging.place_name, &mut lodging.complained_of] {
        *field = field.take().map(|t| filled(text::line(&t))).filter(|t| !t.is_empty());
    }
    for list in [&mut identity.representatives, &mut identity.co_signers] {
        *list = list.iter().map(|n| filled(text::name(n))).filter(|n| !n.is_empty()).collect();
    }
    if lodging.title.is_empty() {
        let made = title_of(&lodging.text);
        lodging.title =
            if lodging.naming == Naming::Confidential { without_name(&made, &lodging.identity.name) } else { made };
    }
}

/// What contradicts the naming: anonymous means that nothing of a person is kept, so nothing of a person is taken.
fn contradictions(lodging: &Lodging) -> Vec<FormError> {
    if lodging.naming != Naming::Anonymous {
        return Vec::new();
    }
    let who = &lodging.identity;
    let given = [
        ("name", !who.name.is_empty()),
        ("telephone", !who.telephone.is_empty()),
        ("email", !who.email.is_empty()),
        ("address", !who.address.is_empty()),
        ("agent", lodging.by_agent || !who.agent.is_empty()),
        ("agent_paper", !who.agent_paper.is_empty()),
        ("co_signers", !who.co_signers.is_empty()),
        ("representatives", !who.representatives.is_empty()),
        ("needs", !who.needs.is_empty()),
        ("reply", lodging.reply != ReplyWay::CodeOnly),
    ];
    given.into_iter().filter(|(_, given)| *given).map(|(field, _)| FormError::new(field, "fault-anonymous")).collect()
}

/// Whether the pack of the day has a class, as `first` or `first/second`.
pub(crate) fn is_class(ground: &Ground, class: &str) -> bool {
    let (first, second) = class.split_once('/').map_or((class, None), |(a, b)| (a.trim(), Some(b.trim())));
    ground.book.classes.get(first).is_some_and(|under| second.is_none_or(|s| under.iter().any(|u| u == s)))
}

fn identity(book: &RuleBook, lodging: &Lodging, arrival: &Registration, errors: &mut Vec<FormError>) {
    let online = arrival.channel == Channel::Online;
    if online && lodging.by_agent && lodging.identity.agent.is_empty() {
        errors.push(FormError::new("agent", "fault-agent-missing"));
    }
    let chosen = &lodging.identity.representatives;
    if let Some(most) = book.most_representatives.and_then(|n| usize::try_from(n).ok()).filter(|n| chosen.len() > *n) {
        errors.push(FormError::with("representatives", "fault-representatives", most));
    }
    let twice = chosen.iter().collect::<std::collections::BTreeSet<_>>().len() < chosen.len();
    if twice || usize::try_from(lodging.headcount).is_ok_and(|n| n < chosen.len()) {
        errors.push(FormError::new("representatives", "fault-representatives-count"));
    }
    if !chosen.is_empty() && arrival.channel != Channel::Visit {
        errors.push(FormError::new("representatives", "fault-representatives-visit"));
    }
    // A letter may be answered without a name on it.
    errors.extend(contact(if online { lodging.naming } else { Naming::Anonymous }, &lodging.identity, lodging.reply));
}

/// The faults of name and contact for a way of being named and of being answered.
pub fn contact(naming: Naming, who: &Identity, reply: ReplyWay) -> Vec<FormError> {
    let mut errors = Vec::new();
    if naming != Naming::Anonymous && who.name.is_empty() {
        errors.push(FormError::new("name", "fault-name-missing"));
    }
    if !who.telephone.is_empty() && !text::is_telephone(&text::telephone(&who.telephone)) {
        errors.push(FormError::new("telephone", "fault-telephone"));
    }
    if !who.email.is_empty() && !text::is_mail(&text::mail(&who.email)) {
        errors.push(FormError::new("email", "fault-email"));
    }
    match reply {
        ReplyWay::Sms if who.telephone.is_empty() => {
            errors.push(FormError::new("telephone", "fault-telephone-missing"))
        }
        ReplyWay::Email if who.email.is_empty() => errors.push(FormError::new("email", "fault-email-missing")),
        ReplyWay::Letter if who.address.is_empty() => errors.push(FormError::new("address", "fault-address-missing")),
        _ => {}
    }
    if who.co_signers.len() > MAX_SIGNERS {
        errors.push(FormError::with("co_signers", "fault-too-many", MAX_SIGNERS));
    }
    errors
}

fn arrived(book: &RuleBook, arrival: &Registration, today: Date, errors: &mut Vec<FormError>) {
    if arrival.received_on > today {
        errors.push(FormError::new("received_on", "fault-in-future"));
    }
    if book.earliest_receipt.is_some_and(|day| arrival.received_on < day) {
        errors.push(FormError::new("received_on", "fault-too-early"));
    }
    if arrival.paper.postmark.is_some_and(|p| p > arrival.received_on) {
        errors.push(FormError::new("postmark", "fault-postmark"));
    }
}

/// A file name without paths and control characters, at most 80 characters, with the ending of what it is.
pub(super) fn clean_name(name: &str, media_type: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or("");
    let stem = last.rsplit_once('.').map_or(last, |(s, _)| s);
    let seen = text::line(stem);
    let kept: String = seen.chars().filter(|c| !"<>:\"|?*".contains(*c)).take(MAX_FILE_NAME).collect();
    let kept = kept.trim();
    format!("{}.{}", if text::is_blank(kept) { "file" } else { kept }, ending(media_type))
}
