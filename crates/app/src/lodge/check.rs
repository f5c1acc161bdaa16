//! The checks of a lodging. Every fault is named at once, with its field; nothing is cut off silently.

use huiyin_domain::submission::{Channel, Naming, ReplyWay};
use huiyin_files::ending;
use huiyin_storage::Identity;
use jiff::civil::Date;

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
/// Representatives of a group that comes in person (art. 20(3)); signatures have no such bound.
const MAX_REPRESENTATIVES: usize = 5;
/// People who sign with the petitioner.
const MAX_SIGNERS: usize = 2_000;

/// Trims and checks; the title is taken from the text when it is empty.
pub(super) fn check(lodging: &mut Lodging, arrival: &Registration, ground: &Ground, today: Date) -> Result<()> {
    tidy(lodging);
    let mut errors = Vec::new();
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
    identity(lodging, arrival, &mut errors);
    arrived(arrival, today, &mut errors);
    if errors.is_empty() { Ok(()) } else { Err(AppError::Form(errors)) }
}

fn tidy(lodging: &mut Lodging) {
    let clean = |text: &mut String| *text = text.replace("\r\n", "\n").replace('\0', "").trim().to_owned();
    clean(&mut lodging.text);
    clean(&mut lodging.title);
    let identity = &mut lodging.identity;
    for field in [
        &mut identity.name,
        &mut identity.telephone,
        &mut identity.email,
        &mut identity.address,
        &mut identity.agent,
        &mut identity.agent_paper,
        &mut identity.needs,
    ] {
        clean(field);
    }
    for field in [&mut lodging.class, &mut lodging.place, &mut lodging.place_name, &mut lodging.complained_of] {
        *field = field.take().map(|t| t.trim().to_owned()).filter(|t| !t.is_empty());
    }
    identity.representatives = identity.representatives.iter().map(|s| s.trim().to_owned()).filter(|s| !s.is_empty()).collect();
    identity.co_signers = identity.co_signers.iter().map(|s| s.trim().to_owned()).filter(|s| !s.is_empty()).collect();
    if lodging.title.is_empty() {
        lodging.title = title_of(&lodging.text);
    }
}

/// The first sentence of a text, at most forty characters.
pub fn title_of(text: &str) -> String {
    let line = text.split(['\n', '。', '！', '？', '!', '?']).map(str::trim).find(|l| !l.is_empty()).unwrap_or("");
    let short: String = line.chars().take(40).collect();
    if line.chars().count() > 40 { format!("{short}…") } else { short }
}

fn is_class(ground: &Ground, class: &str) -> bool {
    let (first, second) = class.split_once('/').map_or((class, None), |(a, b)| (a.trim(), Some(b.trim())));
    ground.book.classes.get(first).is_some_and(|under| second.is_none_or(|s| under.iter().any(|u| u == s)))
}

fn identity(lodging: &Lodging, arrival: &Registration, errors: &mut Vec<FormError>) {
    let online = arrival.channel == Channel::Online;
    if online && lodging.by_agent && lodging.identity.agent.is_empty() {
        errors.push(FormError::new("agent", "fault-agent-missing"));
    }
    let chosen = &lodging.identity.representatives;
    if chosen.len() > MAX_REPRESENTATIVES {
        errors.push(FormError::with("representatives", "fault-representatives", MAX_REPRESENTATIVES));
    }
    let twice = chosen.iter().collect::<std::collections::BTreeSet<_>>().len() < chosen.len();
    if twice || usize::try_from(lodging.headcount).is_ok_and(|n| n < chosen.len()) {
        errors.push(FormError::new("representatives", "fault-representatives-count"));
    }
    if !chosen.is_empty() && arrival.channel != Channel::Visit {
        errors.push(FormError::new("representatives", "fault-representatives-visit"));
    }
    errors.extend(contact(if online { lodging.naming } else { Naming::Anonymous }, &lodging.identity, lodging.reply));
}

/// The faults of name and contact for a way of being named and of being answered.
pub fn contact(naming: Naming, who: &Identity, reply: ReplyWay) -> Vec<FormError> {
    let mut errors = Vec::new();
    if naming != Naming::Anonymous && who.name.is_empty() {
        errors.push(FormError::new("name", "fault-name-missing"));
    }
    if !who.telephone.is_empty() && !is_telephone(&who.telephone) {
        errors.push(FormError::new("telephone", "fault-telephone"));
    }
    if !who.email.is_empty() && !is_email(&who.email) {
        errors.push(FormError::new("email", "fault-email"));
    }
    match reply {
        ReplyWay::Sms if who.telephone.is_empty() => errors.push(FormError::new("telephone", "fault-telephone-missing")),
        ReplyWay::Email if who.email.is_empty() => errors.push(FormError::new("email", "fault-email-missing")),
        ReplyWay::Letter if who.address.is_empty() => errors.push(FormError::new("address", "fault-address-missing")),
        _ => {}
    }
    if who.co_signers.len() > MAX_SIGNERS {
        errors.push(FormError::with("co_signers", "fault-too-many", MAX_SIGNERS));
    }
    errors
}

fn arrived(arrival: &Registration, today: Date, errors: &mut Vec<FormError>) {
    if arrival.received_on > today {
        errors.push(FormError::new("received_on", "fault-in-future"));
    }
    if arrival.received_on.year() < 2005 {
        errors.push(FormError::new("received_on", "fault-too-early"));
    }
    if arrival.paper.postmark.is_some_and(|p| p > arrival.received_on) {
        errors.push(FormError::new("postmark", "fault-postmark"));
    }
}

fn is_telephone(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    (5..=20).contains(&digits)
        && text.chars().count() <= 30
        && text.chars().all(|c| c.is_ascii_digit() || matches!(c, '+' | '-' | ' ' | '(' | ')' | '转' | ','))
}

fn is_email(text: &str) -> bool {
    text.len() <= 254
        && !text.contains(char::is_whitespace)
        && text.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.') && !host.starts_with('.') && !host.ends_with('.'))
}

/// A file name without paths and control characters, at most 80 characters, with the ending of what it is.
pub(super) fn clean_name(name: &str, media_type: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or("");
    let stem = last.rsplit_once('.').map_or(last, |(s, _)| s);
    let kept: String = stem.chars().filter(|c| !c.is_control() && !"<>:\"|?*".contains(*c)).take(80).collect();
    let kept = kept.trim();
    format!("{}.{}", if kept.is_empty() { "file" } else { kept }, ending(media_type))
}
