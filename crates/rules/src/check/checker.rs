//! What an entry says, read word by word: each fault is named with its file and line, and with what may be meant.

use huiyin_domain::clock::Basis;
use huiyin_domain::ids::ClockId;
use huiyin_domain::payload::{Field, Need, Shape};
use huiyin_domain::procedure::{ChoiceRule, Fact, Guard, Label};
use serde::de::DeserializeOwned;

use crate::PackFiles;
use crate::error::{PackError, line_of, nearest};

/// What is said of a pack while its entries are read, with the place that is read now.
pub(super) struct Checker<'a> {
    pub(super) files: &'a PackFiles,
    pub(super) errors: &'a mut Vec<PackError>,
    pub(super) file: String,
    pub(super) offset: usize,
    /// The languages of the pack's title.
    pub(super) of: Vec<String>,
}

impl Checker<'_> {
    pub(super) fn say(&mut self, message: String) {
        let line = self.files.files.get(&self.file).map_or(0, |t| line_of(t, self.offset));
        self.errors.push(PackError { pack: self.files.id.clone(), file: self.file.clone(), line, message });
    }

    pub(super) fn word<T: DeserializeOwned>(&mut self, what: &str, word: &str) -> Option<T> {
        let read = serde_json::from_value(serde_json::Value::String(word.to_owned()));
        if let Err(error) = &read {
            let text = error.to_string();
            let near = nearest(word, text.split('`').skip(3).step_by(2))
                .map(|n| format!("; did you mean `{n}`?"))
                .unwrap_or_default();
            self.say(format!("`{word}` is not a {what}{near}"));
        }
        read.ok()
    }

    pub(super) fn known(&mut self, what: &str, id: &str, known: &[String]) {
        if id != "*" && !known.iter().any(|k| k == id) {
            let near = nearest(id, known.iter().map(String::as_str))
                .map(|n| format!("; did you mean `{n}`?"))
                .unwrap_or_default();
            self.say(format!("there is no {what} `{id}` in this pack{near}"));
        }
    }

    pub(super) fn cited(&mut self, basis: Basis, clause: Option<&String>, clauses: &[String]) {
        match (basis, clause) {
            (Basis::House, Some(clause)) => {
                self.say(format!("a `house` period is this office's promise and cites nothing; take out clause `{clause}` or change the basis"))
            }
            (Basis::Law | Basis::Local, None) => self.say("a `law` or `local` basis needs its `clause`".to_owned()),
            (Basis::Law | Basis::Local, Some(clause)) => self.known("clause", clause, clauses),
            (Basis::House, None) => {}
        }
    }

    /// A label is given in every language of the pack's title. What stands in the pack below is that one's to answer
    /// for.
    pub(super) fn languages(&mut self, label: &Label) {
        if self.file.contains(':') || self.of.is_empty() {
            return;
        }
        let missing: Vec<&str> =
            self.of.iter().map(String::as_str).filter(|l| label.languages().all(|own| own != *l)).collect();
        if !missing.is_empty() {
            let (has, needs) = (label.languages().collect::<Vec<_>>().join(", "), missing.join(", "));
            self.say(format!("the title of the pack is in other languages as well: a text that is in `{has}` is also written in `{needs}`"));
        }
    }

    /// A label may name a clock in braces, and is shown with its period of today; it never says a number of days
    /// itself.
    pub(super) fn periods(&mut self, label: &Label, clocks: &[String]) {
        self.languages(label);
        for text in label.texts() {
            for name in text.split('{').skip(1).filter_map(|rest| rest.split('}').next()).filter(|n| *n != "unit") {
                self.known("clock", name, clocks);
            }
        }
    }

    pub(super) fn guard(&mut self, text: &str, clocks: &[String]) -> Option<Guard> {
        let words: Vec<&str> = text.split_whitespace().collect();
        match words.as_slice() {
            ["running", clock] => {
                self.known("clock", clock, clocks);
                Some(Guard::Running(ClockId::new(*clock)))
            }
            ["owed", several] if several.contains('|') => {
                let each: Vec<ClockId> = several.split('|').map(ClockId::new).collect();
                each.iter().for_each(|clock| self.known("clock", clock.as_str(), clocks));
                Some(Guard::OwedAny(each))
            }
            ["owed", clock] => {
                self.known("clock", clock, clocks);
                Some(Guard::Owed(ClockId::new(*clock)))
            }
            ["not", "owed", clock] => {
                self.known("clock", clock, clocks);
                Some(Guard::NotOwed(ClockId::new(*clock)))
            }
            ["settled"] => Some(Guard::Settled(Vec::new())),
            ["not", fact] => self.word::<Fact>("fact", fact).map(Guard::Not),
            [fact] => self.word::<Fact>("fact", fact).map(Guard::Is),
            _ => {
                self.say(format!("`{text}` is not a condition; write `heard`, `not heard`, `running CLOCK`, `owed CLOCK`, `owed CLOCK|CLOCK`, `not owed CLOCK` or `settled`"));
                None
            }
        }
    }

    pub(super) fn need(&mut self, text: &str, listed: &[ChoiceRule]) -> Option<Need> {
        let (name, choices) = text.split_once(':').unwrap_or((text, ""));
        let (name, required) = name.strip_suffix('?').map_or((name, true), |n| (n, false));
        let field = self.word::<Field>("field", name)?;
        let mut choices: Vec<String> = choices.split('|').filter(|c| !c.is_empty()).map(str::to_owned).collect();
        for choice in &choices {
            self.choice(field, choice, listed);
        }
        if choices.is_empty() {
            choices = listed.iter().filter(|c| c.field == field && c.given.is_none()).map(|c| c.id.clone()).collect();
        }
        if field.shape() == Shape::Choice && choices.is_empty() {
            self.say(format!(
                "`{name}` has nothing to choose from; write a [[choice]] with `of = \"{name}\"` for each"
            ));
        }
        Some(Need { field, required, choices })
    }

    /// A choice that is named stands in the list of its field.
    pub(super) fn choice(&mut self, field: Field, id: &str, listed: &[ChoiceRule]) {
        let of: Vec<&str> = listed.iter().filter(|c| c.field == field).map(|c| c.id.as_str()).collect();
        if !of.contains(&id) {
            let near = nearest(id, of.into_iter()).map(|n| format!("; did you mean `{n}`?")).unwrap_or_default();
            self.say(format!("`{id}` is not a choice of `{}`{near}", field.word()));
        }
    }
}
