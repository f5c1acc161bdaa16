//! The record as it is typed: the fields of the form, read and given back.

use std::collections::BTreeMap;

use huiyin_app::domain::payload::Field;
use huiyin_app::domain::submission::{Purpose, ReplyWay};
use huiyin_app::domain::text;
use huiyin_app::reception::record::{Asking, DEMANDS, Demand, Draft};
use huiyin_app::{FormError, Identity};

use crate::edge::form::Form;
use crate::moves::some_key;
use crate::pages::lodge as online;

/// Lines for what is asked for, at first.
const ROWS: usize = 2;

/// The field of the way of the reply.
const REPLY: &str = "reply";

/// What the form holds before anything is typed.
const BEFOREHAND: [&str; 5] = ["rows", REPLY, "present", "headcount", "way"];

/// What the record holds beside what was asked for and promised, in the order of the page.
pub(super) const FIELDS: [Field; 7] =
    [Field::Present, Field::Speaker, Field::Facts, Field::Evidence, Field::Explained, Field::NotMet, Field::Needs];

/// How many lines the form has, with more when they were asked for.
pub(super) fn rows(form: &Form) -> usize {
    let has = form.get("rows").parse::<usize>().unwrap_or(ROWS).min(DEMANDS);
    let more = if form.get("do") == "more" { ROWS } else { 0 };
    (has + more).clamp(ROWS, DEMANDS)
}

/// The record of a form; a line with nothing on it is none.
pub(super) fn read(form: &Form, errors: &mut Vec<FormError>) -> Draft {
    let get = |name: &str| form.get(name).to_owned();
    let mut demand = |i: usize| Demand {
        row: i,
        words: get(&format!("demand_{i}")),
        purpose: chosen(form, &format!("purpose_{i}"), "purpose", online::purpose, errors).unwrap_or(Purpose::Request),
        joins: text::number(form.get(&format!("joins_{i}"))),
    };
    let demands: Vec<Demand> =
        (0..rows(form)).map(&mut demand).filter(|d| !(text::is_blank(&d.words) && d.joins.is_empty())).collect();
    let mut fields: BTreeMap<String, String> =
        FIELDS.iter().map(|f| f.word()).map(|name| (name.clone(), get(&name))).collect();
    fields.insert(Field::Request.word(), get("request"));
    fields.insert(Field::Way.word(), get("way"));
    let who = Identity {
        name: get("name"),
        telephone: get("telephone"),
        address: get("address"),
        email: get("email"),
        representatives: text::names(form.get("representatives")),
        ..Identity::default()
    };
    let reply = chosen(form, REPLY, "reply", online::reply, errors).unwrap_or(ReplyWay::CodeOnly);
    let naming = Asking::naming_of(&who, reply, form.has("confidential"));
    let headcount = match text::number(form.get("headcount")).as_str() {
        "" => 1,
        digits => digits.parse().unwrap_or(0),
    };
    if headcount == 0 {
        errors.push(FormError::new("headcount", "fault-headcount"));
    }
    let asking = Asking {
        naming,
        reply,
        who,
        headcount,
        place_name: Some(text::line(form.get("place_name"))).filter(|p| !text::is_blank(p)),
        second_language: form.has("second_language"),
    };
    let form_token = some_key(form).unwrap_or_default();
    Draft { fields, demands, asking, form: form_token, version: form.get("version").parse().ok() }
}

/// What was chosen; nothing where nothing was. A word that is no choice is named and not guessed.
fn chosen<T>(
    form: &Form,
    name: &str,
    field: &'static str,
    read: fn(&str) -> Option<T>,
    errors: &mut Vec<FormError>,
) -> Option<T> {
    let found = read(form.get(name));
    if found.is_none() && !form.get(name).is_empty() {
        errors.push(FormError::new(field, "fault-choose"));
    }
    found
}

/// What is worth keeping of a form that was not sent: its words, and not what steers it.
pub(super) fn worth_keeping(form: &Form) -> BTreeMap<String, String> {
    let steers = |name: &str| matches!(name, "csrf" | "version" | "key" | "do" | "code" | "promise_key" | "law");
    let mut kept = form.flat();
    // A field of the record that was cleared stays so.
    let clears = |name: &str| name == Field::Request.word() || FIELDS.iter().any(|f| f.word() == name);
    kept.retain(|name, value| !steers(name) && (!text::is_blank(value) || clears(name)));
    kept
}

/// Whether anything was typed that is no default of the form.
pub(super) fn is_blank(kept: &BTreeMap<String, String>) -> bool {
    let typed = kept.iter().filter(|(_, value)| !text::is_blank(value));
    typed.map(|(name, _)| name).all(|name| BEFOREHAND.contains(&name.as_str()) || name.starts_with("purpose_"))
}
