//! Units, posts and officers: who can owe a duty, and who is above whom.
//!
//! Duties bind a unit and a post, never a named person; an officer sits in a post for now.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::ids::{OfficerId, UnitId};

/// What kind of office a unit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnitKind {
    /// 党委和政府信访部门 (Regulation art. 14).
    PetitionOffice,
    /// A government: the superior to which reviews go.
    Government,
    /// A bureau, a department, an enterprise or an institution with powers of its own.
    Bureau,
    /// 乡镇、街道.
    Township,
    /// A body that receives accusations under its own rules (art. 30).
    Discipline,
    /// A body that does not use Huiyin; its acts are recorded with their evidence (DESIGN decision 8).
    External,
}

impl UnitKind {
    /// Every kind, in the order of lists.
    pub const ALL: [Self; 6] = [Self::PetitionOffice, Self::Government, Self::Bureau, Self::Township, Self::Discipline, Self::External];

    /// The word in data and forms.
    pub fn word(self) -> &'static str {
        match self {
            Self::PetitionOffice => "petition_office",
            Self::Government => "government",
            Self::Bureau => "bureau",
            Self::Township => "township",
            Self::Discipline => "discipline",
            Self::External => "external",
        }
    }
}

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
    /// Whether words that name a body mean this unit: its name, part of it, or an abbreviation, also among others, with a person
    /// or a window of it (县住建局王局长 of 青溪县住房和城乡建设局). In doubt it is meant: what depends on it is then done by
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
    let place = name.iter().position(|c| "省市县区旗".contains(*c)).filter(|i| *i + 3 < name.len()).map_or(0, |i| i + 1);
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

/// A seat in a unit that holds duties.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Post {
    /// 受理岗: registers, refers, notifies.
    Clerk,
    /// 承办岗: hears, investigates, drafts and answers.
    Handler,
    /// 负责人: approves what the law reserves to the head.
    Head,
    /// 督查岗: supervises.
    Supervisor,
    /// Looks after units, officers and settings; no matter is shown for it.
    Admin,
}

impl Post {
    /// Every post, in the order of lists.
    pub const ALL: [Self; 5] = [Self::Clerk, Self::Handler, Self::Head, Self::Supervisor, Self::Admin];

    /// The word in data and forms.
    pub fn word(self) -> &'static str {
        match self {
            Self::Clerk => "clerk",
            Self::Handler => "handler",
            Self::Head => "head",
            Self::Supervisor => "supervisor",
            Self::Admin => "admin",
        }
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
    /// The posts held.
    pub posts: BTreeSet<Post>,
    /// `false`: can no longer sign in.
    pub active: bool,
}

/// The units and officers of one tenant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Directory {
    /// All units.
    pub units: Vec<Unit>,
    /// All officers.
    pub officers: Vec<Officer>,
}

impl Directory {
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
        if itself.is_some_and(|u| u.kind == UnitKind::PetitionOffice) {
            return itself;
        }
        itself
            .into_iter()
            .chain(self.superiors(id))
            .find_map(|level| self.units.iter().find(|u| u.active && u.kind == UnitKind::PetitionOffice && u.superior.as_ref() == Some(&level.id)))
    }

    /// Who sits in a post now.
    pub fn holders(&self, unit: &UnitId, post: Post) -> Vec<&Officer> {
        self.officers.iter().filter(|o| o.active && &o.unit == unit && o.posts.contains(&post)).collect()
    }

    /// Whether a post has somebody in it who does not recuse.
    pub fn is_manned(&self, unit: &UnitId, post: Post, recused: &BTreeSet<OfficerId>) -> bool {
        self.holders(unit, post).iter().any(|o| !recused.contains(&o.id))
    }
}
