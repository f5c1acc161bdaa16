//! Units and officers: who can owe a duty, who is above whom, and who sits in which post from when until when.
//!
//! Duties bind a unit and a post, never a named person; an officer sits in a post for now. Which posts and kinds of
//! units there are, packs say ([`crate::posts`]).

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ids::{OfficerId, UnitId};
use crate::posts::{Post, Power, UnitKind, UnitRole, Vocabulary};

/// An office.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unit {
    /// Short code.
    pub id: UnitId,
    /// Full name in Chinese, as it stands on papers.
    pub name: String,
    /// English name; the Chinese one is shown when empty.
    pub name_en: String,
    /// The unit's own letters in the number of its papers (机关代字), such as 青住建信; empty: 信.
    #[serde(default)]
    pub letters: String,
    /// Kind.
    pub kind: UnitKind,
    /// The unit one level up, for reviews and supervision.
    pub superior: Option<UnitId>,
    /// Postal address, published under art. 18.
    pub address: String,
    /// Telephone, published under art. 18.
    pub telephone: String,
    /// Hours and place of reception, published under art. 18.
    pub hours: String,
    /// The family of packs under which it opens what comes straight to it; empty: that of the office.
    #[serde(default)]
    pub procedure: String,
    /// `false`: abolished or not in use; keeps its history.
    pub active: bool,
}

impl Unit {
    /// Whether words that name a body mean this unit: its name, part of it, or an abbreviation, also among others, with
    /// a person or a window of it (县住建局王局长 of 青溪县住房和城乡建设局). In doubt it is meant: what depends on it is then done by
    /// somebody else.
    pub fn is_meant_by(&self, words: &str) -> bool {
        let folded = crate::text::folded(words);
        let han: Vec<char> = folded.chars().filter(|c| crate::text::is_han(*c)).collect();
        let name: Vec<char> = crate::text::folded(&self.name).chars().filter(|c| crate::text::is_han(*c)).collect();
        is_named(&han, &name) || is_named_in_letters(&folded, &self.name_en) || is_named_in_letters(&folded, &self.name)
    }
}

/// Characters that say what kind of body it is and which every other one has as well.
const OF_ANY_BODY: &str = "人民政府委员会办公室局县市区乡镇街道处省旗盟厅院所站队中心和与及的";

/// Whether a run of two characters and more of `words` stands in `name` in its order, and tells it from other bodies.
fn is_named(words: &[char], name: &[char]) -> bool {
    // What stands behind the place is what tells it: of a township the place itself does.
    let place =
        name.iter().position(|c| "省市县区旗".contains(*c)).filter(|i| *i + 3 < name.len()).map_or(0, |i| i + 1);
    let own: Vec<char> = name.iter().skip(place).copied().filter(|c| !OF_ANY_BODY.contains(*c)).collect();
    if own.is_empty() {
        // A government that is named by its place alone, 青溪县人民政府: its place and its kind together.
        let whole: Vec<char> = name.iter().copied().filter(|c| !"人民委员会办公室".contains(*c)).collect();
        return words.windows(whole.len()).any(|w| w == whole) || words.windows(name.len()).any(|w| w == name);
    }
    let least = own.len().min(2);
    (0..words.len()).any(|from| {
        let mut rest = name.iter();
        let (mut told, mut at) = (0, from);
        while let Some(c) = words.get(at)
            && rest.any(|d| d == c)
        {
            told += usize::from(own.contains(c));
            at += 1;
        }
        told >= least && at - from >= 2
    })
}

/// Words of an office's name in letters that every other one has as well.
const OF_ANY_OFFICE: [&str; 20] = [
    "bureau",
    "office",
    "county",
    "city",
    "town",
    "township",
    "government",
    "department",
    "people",
    "peoples",
    "committee",
    "commission",
    "district",
    "province",
    "subdistrict",
    "branch",
    "letters",
    "administration",
    "public",
    "petition",
];

/// Whether a word that tells an office from others stands in the words. The first word of its name is its place.
fn is_named_in_letters(words: &str, name: &str) -> bool {
    let split = |text: &str| -> Vec<String> {
        let lower = text.to_lowercase();
        lower.split(|c: char| !c.is_ascii_alphabetic()).filter(|w| w.len() > 3).map(str::to_owned).collect()
    };
    let said = split(words);
    split(name).into_iter().skip(1).any(|word| !OF_ANY_OFFICE.contains(&word.as_str()) && said.contains(&word))
}

/// An assignment: a post of the officer's unit, from and until.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seat {
    /// The post.
    pub post: Post,
    /// The instant it begins; `None`: it has always been so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Timestamp>,
    /// The instant it has ended; `None`: until it is changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}

impl Seat {
    /// A post without bounds.
    pub fn open(post: Post) -> Self {
        Self { post, from: None, until: None }
    }

    /// Whether it holds at an instant.
    pub fn holds(&self, at: Timestamp) -> bool {
        self.from.is_none_or(|from| from <= at) && self.until.is_none_or(|until| at < until)
    }
}

/// A person who sits in posts of one unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Officer {
    /// Id.
    pub id: OfficerId,
    /// Sign-in name, unique in the tenant.
    pub login: String,
    /// Name as shown on pages and papers.
    pub name: String,
    /// The unit.
    pub unit: UnitId,
    /// The posts held at the instant for which the directory was read.
    pub posts: BTreeSet<Post>,
    /// The assignments; empty in what was stored before there were any: then `posts` are held without bounds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub seats: Vec<Seat>,
    /// `false`: can no longer sign in.
    pub active: bool,
}

impl Officer {
    /// The posts held at an instant.
    pub fn posts_at(&self, at: Timestamp) -> BTreeSet<Post> {
        if self.seats.is_empty() {
            return self.posts.clone();
        }
        self.seats.iter().filter(|s| s.holds(at)).map(|s| s.post).collect()
    }
}

/// The units and officers of one tenant, with what their posts and kinds mean.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Directory {
    /// All units.
    pub units: Vec<Unit>,
    /// All officers.
    pub officers: Vec<Officer>,
    /// Posts and kinds of units.
    pub vocabulary: Vocabulary,
}

impl Directory {
    /// As it stands at an instant: each officer in the posts held then.
    #[must_use]
    pub fn at(mut self, at: Timestamp) -> Self {
        for officer in &mut self.officers {
            officer.posts = officer.posts_at(at);
        }
        self
    }

    /// What a unit is to the engine.
    pub fn role(&self, unit: &Unit) -> UnitRole {
        self.vocabulary.role(unit.kind)
    }

    /// A petition office (Regulation art. 14).
    pub fn is_petition_office(&self, id: &UnitId) -> bool {
        self.unit(id).is_some_and(|u| self.role(u) == UnitRole::PetitionOffice)
    }

    /// A body that does not use Huiyin; its acts are recorded with their evidence (DESIGN decision 8).
    pub fn is_outside(&self, id: &UnitId) -> bool {
        self.unit(id).is_some_and(|u| self.role(u) == UnitRole::Outside)
    }

    /// Whether an officer in service heads a unit.
    pub fn heads(&self, officer: &OfficerId, unit: &UnitId) -> bool {
        let found = self.officer(officer).filter(|o| o.active && &o.unit == unit);
        found.is_some_and(|o| self.vocabulary.may(&o.posts, Power::Head))
    }

    /// A unit by id.
    pub fn unit(&self, id: &UnitId) -> Option<&Unit> {
        self.units.iter().find(|u| &u.id == id)
    }

    /// An officer by id.
    pub fn officer(&self, id: &OfficerId) -> Option<&Officer> {
        self.officers.iter().find(|o| &o.id == id)
    }

    /// The unit one level up.
    pub fn superior(&self, id: &UnitId) -> Option<&Unit> {
        self.unit(id).and_then(|u| u.superior.as_ref()).and_then(|s| self.unit(s))
    }

    /// The unit's superiors, nearest first. A circle in the data ends the walk.
    pub fn superiors(&self, id: &UnitId) -> Vec<&Unit> {
        let mut out: Vec<&Unit> = Vec::new();
        let mut at = self.superior(id);
        while let Some(unit) = at {
            if out.iter().any(|u| u.id == unit.id) || &unit.id == id {
                break;
            }
            out.push(unit);
            at = self.superior(&unit.id);
        }
        out
    }

    /// The petition office that serves a unit: the nearest one placed under the unit itself or a superior of it.
    pub fn petition_office_of(&self, id: &UnitId) -> Option<&Unit> {
        let itself = self.unit(id);
        let serves = |u: &Unit| self.role(u) == UnitRole::PetitionOffice;
        if itself.is_some_and(serves) {
            return itself;
        }
        itself.into_iter().chain(self.superiors(id)).find_map(|level| {
            self.units.iter().find(|u| u.active && serves(u) && u.superior.as_ref() == Some(&level.id))
        })
    }

    /// Who sits in a post now.
    pub fn holders(&self, unit: &UnitId, post: Post) -> Vec<&Officer> {
        self.officers.iter().filter(|o| o.active && &o.unit == unit && o.posts.contains(&post)).collect()
    }

    /// Who sits in a post at an instant: "who holds this post at 14:30".
    pub fn holders_at(&self, unit: &UnitId, post: Post, at: Timestamp) -> Vec<&Officer> {
        self.officers.iter().filter(|o| o.active && &o.unit == unit && o.posts_at(at).contains(&post)).collect()
    }

    /// Whether a post has somebody in it who does not recuse.
    pub fn is_manned(&self, unit: &UnitId, post: Post, recused: &BTreeSet<OfficerId>) -> bool {
        self.holders(unit, post).iter().any(|o| !recused.contains(&o.id))
    }

    /// Whoever has a power in a unit now.
    pub fn with_power(&self, unit: &UnitId, power: Power) -> Vec<&Officer> {
        self.officers.iter().filter(|o| o.active && &o.unit == unit && self.vocabulary.may(&o.posts, power)).collect()
    }

    /// The post of a unit that has a power: the first of the vocabulary in which somebody sits who does not recuse,
    /// else the first.
    pub fn post_with(&self, unit: &UnitId, power: Power, recused: &BTreeSet<OfficerId>) -> Option<Post> {
        let mut posts = self.vocabulary.with(power).peekable();
        let first = posts.peek().copied();
        posts.find(|p| self.is_manned(unit, *p, recused)).or(first)
    }

    /// Who stands in for a post in which nobody sits: the first of its deputies in whose post somebody does.
    pub fn deputy(&self, unit: &UnitId, post: Post, recused: &BTreeSet<OfficerId>) -> Option<Post> {
        self.vocabulary.deputies(post).iter().copied().find(|d| self.is_manned(unit, *d, recused))
    }
}
