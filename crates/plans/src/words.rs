//! The words by which a plan is read, as data: classes of people, measures that are refused, acts of officials.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use huiyin_rules::{Measure, forbidden_words};
use regex::{Regex, RegexBuilder};
use serde::Deserialize;

use crate::row::RowKind;

/// What is wrong with the words.
#[derive(Debug, thiserror::Error)]
pub enum WordsFault {
    /// A file is not of the form.
    #[error("{file}: {error}")]
    Form {
        /// Which file.
        file: &'static str,
        /// What is wrong.
        error: toml::de::Error,
    },
    /// A pattern is none.
    #[error("{file}: the pattern `{pattern}`: {error}")]
    Pattern {
        /// Which file.
        file: &'static str,
        /// The pattern.
        pattern: String,
        /// What is wrong.
        error: Box<regex::Error>,
    },
    /// A slip and what was meant differ in length, so that places would shift.
    #[error("{0}: the slip `{1}` has not as many characters as what was meant")]
    Slip(&'static str, String),
}

#[derive(Debug, Deserialize)]
struct PeopleFile {
    class: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize)]
struct RefusedFile {
    refuse: Vec<RefuseEntry>,
    floor: Vec<FloorEntry>,
    floor_names: Patterns,
    after: AfterEntry,
    doubt: Patterns,
    protect: Patterns,
}

/// Duties that are part of a measure before them in their sentence.
#[derive(Debug, Deserialize)]
struct AfterEntry {
    kinds: Vec<String>,
    unless: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Patterns {
    any: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct RefuseEntry {
    reason: String,
    core: Option<String>,
    /// A report of what was found out in this way belongs to it.
    #[serde(default)]
    watches: bool,
    any: Vec<String>,
    #[serde(default)]
    unless: Vec<String>,
}

/// How a measure that no pack may order is told, where no pattern of the words names it.
#[derive(Debug, Deserialize)]
struct FloorEntry {
    measure: Measure,
    reason: String,
    core: Option<String>,
}

#[derive(Debug, Deserialize)]
struct DutiesFile {
    act: Vec<ActEntry>,
}

#[derive(Debug, Deserialize)]
struct ActEntry {
    kind: RowKind,
    duty: Option<String>,
    any: Vec<String>,
    #[serde(default, rename = "not")]
    others: Vec<String>,
    #[serde(default)]
    weak: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct ActorsFile {
    suffix: String,
    after: String,
    no_actor: String,
    before: String,
    to: String,
    to_suffix: String,
    seat: Vec<String>,
    group: String,
    trigger: String,
    aftercare: String,
    principles: String,
    principle: String,
    about: Vec<String>,
    condition: String,
    condition_end: String,
    forward: String,
    backward: String,
    again: String,
    whole_list: String,
    or: String,
    first: String,
    lead_in: String,
    slips: BTreeMap<String, String>,
}

/// A measure against people that is refused.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub reason: String,
    pub core: Option<String>,
    /// Something is found out about people: a report of it is refused with it.
    pub watches: bool,
    any: Vec<Regex>,
    unless: Vec<Regex>,
}

/// A kind of act of officials.
#[derive(Debug)]
pub(crate) struct ActRule {
    kind: RowKind,
    duty: Option<String>,
    any: Vec<Regex>,
    others: Vec<Regex>,
    weak: Vec<Regex>,
}

/// An act that stands in a clause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Act<'a> {
    /// What its clause is.
    pub kind: RowKind,
    /// Kind of the duty; `None` of a principle.
    pub duty: Option<&'a str>,
    /// It goes with a stronger neighbour of its kind.
    pub weak: bool,
}

/// Patterns of one place of the language each.
#[derive(Debug)]
pub(crate) struct Places {
    pub actor: Regex,
    pub actor_by: Regex,
    pub ends_as_actor: Regex,
    pub no_actor: Regex,
    pub before: Regex,
    pub to: Regex,
    pub people_alone: Regex,
    pub seat: Vec<Regex>,
    pub group: Regex,
    pub trigger: Regex,
    pub aftercare: Regex,
    pub principles: Regex,
    pub principle: Regex,
    pub about: Vec<Regex>,
    pub condition: Regex,
    pub condition_end: Regex,
    pub forward: Regex,
    pub backward: Regex,
    pub again: Regex,
    pub whole_list: Regex,
    pub or: Regex,
    pub first: Regex,
    pub lead_in: Regex,
}

/// All of it, ready to be looked for.
#[derive(Debug)]
pub struct Words {
    refused: Vec<Refusal>,
    floor: Vec<(Measure, Refusal)>,
    /// Words that stop a pack and in a plan only name what happens.
    floor_names: Vec<Regex>,
    after_kinds: Vec<String>,
    after_unless: Vec<Regex>,
    doubt: Vec<Regex>,
    protect: Vec<Regex>,
    acts: Vec<ActRule>,
    pub(crate) places: Places,
    pub(crate) slips: Vec<(String, String)>,
}

const PEOPLE: &str = include_str!("../words/forbidden/people.toml");
const REFUSED: &str = include_str!("../words/forbidden/refused.toml");
const DUTIES: &str = include_str!("../words/duties.toml");
const ACTORS: &str = include_str!("../words/actors.toml");

fn parsed<T: for<'de> Deserialize<'de>>(file: &'static str, text: &str) -> Result<T, WordsFault> {
    toml::from_str(text).map_err(|error| WordsFault::Form { file, error })
}

struct Compiler {
    file: &'static str,
    classes: BTreeMap<String, String>,
}

impl Compiler {
    fn one(&self, pattern: &str) -> Result<Regex, WordsFault> {
        let mut whole = pattern.to_owned();
        for (name, words) in &self.classes {
            whole = whole.replace(&format!("{{{name}}}"), &format!("(?:{words})"));
        }
        let fault =
            |error| WordsFault::Pattern { file: self.file, pattern: pattern.to_owned(), error: Box::new(error) };
        RegexBuilder::new(&whole).case_insensitive(true).build().map_err(fault)
    }

    fn all(&self, patterns: &[String]) -> Result<Vec<Regex>, WordsFault> {
        patterns.iter().map(|p| self.one(p)).collect()
    }
}

fn any(patterns: &[Regex], text: &str) -> bool {
    patterns.iter().any(|p| p.is_match(text))
}

impl Words {
    /// The words that come with the program.
    pub fn shipped() -> &'static Self {
        static SHIPPED: OnceLock<Words> = OnceLock::new();
        SHIPPED.get_or_init(|| match Self::compile() {
            Ok(words) => words,
            // They are part of the program, and a test reads them.
            Err(fault) => unreachable!("{fault}"),
        })
    }

    /// Compiles them.
    ///
    /// # Errors
    /// [`WordsFault`] names the file and the pattern.
    pub fn compile() -> Result<Self, WordsFault> {
        let people: PeopleFile = parsed("words/forbidden/people.toml", PEOPLE)?;
        let mut compiler = Compiler { file: "words/forbidden/refused.toml", classes: people.class };
        let refused: RefusedFile = parsed("words/forbidden/refused.toml", REFUSED)?;
        let entry = |e: RefuseEntry| -> Result<Refusal, WordsFault> {
            let (any, unless) = (compiler.all(&e.any)?, compiler.all(&e.unless)?);
            Ok(Refusal { any, unless, watches: e.watches, reason: e.reason, core: e.core })
        };
        let measures = refused.refuse.into_iter().map(entry).collect::<Result<_, _>>()?;
        let (doubt, protect) = (compiler.all(&refused.doubt.any)?, compiler.all(&refused.protect.any)?);
        let told = |e: FloorEntry| {
            let refusal =
                Refusal { any: Vec::new(), unless: Vec::new(), watches: false, reason: e.reason, core: e.core };
            (e.measure, refusal)
        };
        let (after_kinds, after_unless) = (refused.after.kinds, compiler.all(&refused.after.unless)?);
        let floor_names = compiler.all(&refused.floor_names.any)?;
        let floor = refused.floor.into_iter().map(told).collect();
        compiler.file = "words/duties.toml";
        let duties: DutiesFile = parsed("words/duties.toml", DUTIES)?;
        let act = |e: ActEntry| -> Result<ActRule, WordsFault> {
            let (any, others, weak) = (compiler.all(&e.any)?, compiler.all(&e.others)?, compiler.all(&e.weak)?);
            Ok(ActRule { kind: e.kind, duty: e.duty, any, others, weak })
        };
        let acts = duties.act.into_iter().map(act).collect::<Result<_, _>>()?;
        compiler.file = "words/actors.toml";
        let actors: ActorsFile = parsed("words/actors.toml", ACTORS)?;
        for (slip, meant) in &actors.slips {
            if slip.chars().count() != meant.chars().count() {
                return Err(WordsFault::Slip("words/actors.toml", slip.clone()));
            }
        }
        let places = places(&compiler, &actors)?;
        Ok(Self {
            refused: measures,
            floor,
            floor_names,
            after_kinds,
            after_unless,
            doubt,
            protect,
            acts,
            places,
            slips: actors.slips.into_iter().collect(),
        })
    }

    /// The measure a clause orders, if it orders one. `around` is the clause with its condition.
    pub(crate) fn refusal(&self, clause: &str, around: &str) -> Option<&Refusal> {
        // Blanks between characters hide no word.
        let close: String = clause.chars().filter(|c| !c.is_whitespace()).collect();
        // A prohibition names what it forbids; what no pack may order is told from it by the floor of packs.
        if any(&self.protect, &close) {
            return self.under_the_floor(around);
        }
        let whole: String = around.chars().filter(|c| !c.is_whitespace()).collect();
        let orders = |r: &&Refusal| (any(&r.any, &close) || any(&r.any, &whole)) && !any(&r.unless, around);
        self.refused.iter().find(orders).or_else(|| self.under_the_floor(around))
    }

    /// Whether an act that comes after a measure in its sentence may be part of it.
    pub(crate) fn goes_with_a_measure(&self, act: Act<'_>, clause: &str) -> bool {
        let kind = act.duty.is_some_and(|duty| self.after_kinds.iter().any(|k| k == duty));
        kind && !any(&self.after_unless, clause)
    }

    /// Whether a sentence forbids a measure or answers for one, so that its conditions only name it.
    pub(crate) fn only_names(&self, sentence: &str) -> bool {
        let close: String = sentence.chars().filter(|c| !c.is_whitespace()).collect();
        any(&self.protect, &close) && self.under_the_floor(sentence).is_none()
    }

    /// What no pack may order is no duty of a plan either.
    fn under_the_floor(&self, clause: &str) -> Option<&Refusal> {
        let (found, measure) = forbidden_words(clause)?;
        if any(&self.floor_names, &found) {
            return None;
        }
        self.floor.iter().find(|(of, _)| *of == measure).map(|(_, refusal)| refusal)
    }

    /// Whether a clause may be a measure: an officer decides.
    pub(crate) fn is_doubtful(&self, clause: &str) -> bool {
        any(&self.doubt, clause)
    }

    /// The acts of a clause, the one that gives it its kind first. What only comes before it (登记后…) counts where
    /// nothing else does.
    pub(crate) fn acts(&self, clause: &str) -> Vec<Act<'_>> {
        let rest = self.places.first.find(clause).and_then(|m| clause.get(m.end()..)).unwrap_or_default();
        match self.acts_in(rest) {
            found if found.is_empty() => self.acts_in(clause),
            found => found,
        }
    }

    fn acts_in(&self, clause: &str) -> Vec<Act<'_>> {
        let act = |rule: &'_ ActRule| -> Option<bool> {
            let there = !any(&rule.others, clause);
            (there && any(&rule.any, clause)).then_some(false).or((there && any(&rule.weak, clause)).then_some(true))
        };
        let found = self.acts.iter().filter_map(|rule| Some((rule, act(rule)?)));
        found.map(|(rule, weak)| Act { kind: rule.kind, duty: rule.duty.as_deref(), weak }).collect()
    }
}

fn places(compiler: &Compiler, file: &ActorsFile) -> Result<Places, WordsFault> {
    let (suffix, after) = (&file.suffix, &file.after);
    let name = r"[^\s,，。；;:：()（）由]";
    Ok(Places {
        actor: compiler.one(&format!(
            r"^(?:[^,，]{{0,30}}?[后的时,，])??(?:由|请|必要时请|必要时由|需由|应由)?({name}{{0,26}}?(?:{suffix}))(?:[(（][^)）]*[)）])?(?:{after})"
        ))?,
        actor_by: compiler.one(&format!(
            r"(?:^|[,，的时后])(?:必要时)?(?:由|请)({name}{{1,30}}?(?:{suffix}))(?:[^、和及的局办科组室部处院所站中心会委队长员任]|$)"
        ))?,
        ends_as_actor: compiler.one(&format!("(?:{suffix})$"))?,
        no_actor: compiler.one(&file.no_actor)?,
        before: compiler.one(&file.before)?,
        to: compiler.one(&format!(
            r"(?:{})([^\s,，。；;:：()（）向]{{1,24}}?(?:{suffix}|{}))(?:[^、和及或]|$)",
            file.to, file.to_suffix
        ))?,
        people_alone: compiler.one("^(?:{people})$")?,
        seat: compiler.all(&file.seat)?,
        group: compiler.one(&file.group)?,
        trigger: compiler.one(&file.trigger)?,
        aftercare: compiler.one(&file.aftercare)?,
        principles: compiler.one(&file.principles)?,
        principle: compiler.one(&file.principle)?,
        about: compiler.all(&file.about)?,
        condition: compiler.one(&file.condition)?,
        condition_end: compiler.one(&file.condition_end)?,
        forward: compiler.one(&file.forward)?,
        backward: compiler.one(&file.backward)?,
        again: compiler.one(&file.again)?,
        whole_list: compiler.one(&file.whole_list)?,
        or: compiler.one(&file.or)?,
        first: compiler.one(&file.first)?,
        lead_in: compiler.one(&file.lead_in)?,
    })
}
