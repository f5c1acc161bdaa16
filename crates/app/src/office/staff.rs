//! Who works at an office.

use std::collections::BTreeSet;

use huiyin_domain::ids::OfficerId;
use huiyin_domain::posts::Power;
use huiyin_domain::proceeding::Actor;
use huiyin_domain::unit::{Directory, Officer};

/// An officer at work: who signed in, for which unit, in which posts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Staff {
    /// The officer.
    pub officer: Officer,
    /// What the posts held now may do.
    pub powers: BTreeSet<Power>,
}

impl Staff {
    /// As the domain sees the actor.
    pub fn actor(&self) -> Actor {
        Actor::Officer {
            id: OfficerId::clone(&self.officer.id),
            unit: self.officer.unit.clone(),
            posts: self.officer.posts.clone(),
        }
    }

    /// An officer of a directory at work.
    pub fn from_officer(officer: Officer, directory: &Directory) -> Self {
        let powers = directory.vocabulary.powers(&officer.posts);
        Self { officer, powers }
    }

    /// Whether a post that is held has a power.
    pub fn may(&self, power: Power) -> bool {
        self.powers.contains(&power)
    }
}
