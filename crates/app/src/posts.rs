//! Posts: which stand empty, what they owe, and who takes it on. No duty waits on an empty chair without a word.

use std::collections::BTreeSet;

use huiyin_domain::ids::{OfficerId, UnitId};
use huiyin_domain::posts::{Post, Power, UnitKind};
use huiyin_domain::unit::{Directory, Officer, Seat, Unit};
use huiyin_storage::{DutyQuery, DutyWindow};

use crate::error::{FormError, Result};
use crate::office::{Office, Staff};

/// Who takes over what an emptied post owes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Substitute {
    /// An officer of the unit, who gets the posts.
    Officer(OfficerId),
    /// The head of the unit, in whose list the duties stand from now on.
    Head,
    /// Nobody in the unit can: the head of the unit above sees them.
    Above,
}

impl Substitute {
    /// Reads what a form sends; `None` when nothing was chosen.
    pub fn parse(word: &str) -> Option<Self> {
        match word.trim() {
            "" => None,
            "head" => Some(Self::Head),
            "above" => Some(Self::Above),
            id => Some(Self::Officer(OfficerId::new(id))),
        }
    }
}

/// Who sits in a unit, as whoever hands something to it wants to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sits {
    /// Somebody in the post that takes things up.
    Clerk,
    /// Only the head, on whom everything falls.
    Head,
    /// Nobody.
    Nobody,
    /// It is outside; its acts are recorded by whoever handed it over.
    Outside,
}

/// Who sits in a unit.
pub fn sits(directory: &Directory, unit: &Unit) -> Sits {
    let manned = |power| !directory.with_power(&unit.id, power).is_empty();
    match () {
        () if directory.is_outside(&unit.id) => Sits::Outside,
        () if manned(Power::TakeUp) => Sits::Clerk,
        () if manned(Power::Head) => Sits::Head,
        () => Sits::Nobody,
    }
}

/// The posts of a unit in which nobody sits.
pub(crate) fn empty(directory: &Directory, unit: &UnitId) -> BTreeSet<Post> {
    directory.vocabulary.holding().filter(|p| directory.holders(unit, *p).is_empty()).collect()
}

/// Units under the officer's own in which nobody sits at all: what they owe is his to see.
pub(crate) fn deserted_below(office: &Office, directory: &Directory, staff: &Staff) -> Vec<Unit> {
    if !staff.may(Power::Head) {
        return Vec::new();
    }
    // Of a unit and its nearest superior with a head: that head sees it.
    let nearest = |u: &Unit| {
        directory
            .superiors(&u.id)
            .into_iter()
            .find(|s| !directory.with_power(&s.id, Power::Head).is_empty())
            .map(|s| s.id.clone())
    };
    // What an accusation's receiver owes is seen in its own line alone (art. 30).
    let book = office.book_today();
    let line = |kind: UnitKind| book.as_ref().and_then(|b| b.compartment.as_ref()).is_some_and(|c| c.is_in_line(kind));
    let own = directory.unit(&staff.officer.unit).map(|u| u.kind);
    let in_line = |u: &Unit| !line(u.kind) || own.is_some_and(line);
    let all = directory.vocabulary.holding().count();
    let deserted =
        |u: &&Unit| u.active && !directory.is_outside(&u.id) && in_line(u) && empty(directory, &u.id).len() == all;
    directory
        .units
        .iter()
        .filter(deserted)
        .filter(|u| nearest(u).as_ref() == Some(&staff.officer.unit))
        .cloned()
        .collect()
}

/// All that a unit, or posts of it, owes.
pub(crate) fn whole_unit(office: &Office, unit: &UnitId, posts: BTreeSet<Post>) -> DutyQuery {
    let now = office.now();
    DutyQuery {
        tenant: office.tenant().clone(),
        unit: unit.clone(),
        posts,
        without: BTreeSet::new(),
        burst: None,
        window: DutyWindow::All,
        now: now.at,
        today_ends: now.at,
        week_ends: now.at,
        after: None,
        limit: 1,
    }
}

/// An officer who takes on posts besides those held.
fn with_posts(officer: &Officer, more: &BTreeSet<Post>) -> Officer {
    let mut next = officer.clone();
    if next.seats.is_empty() {
        next.seats = next.posts.iter().map(|p| Seat::open(*p)).collect();
    }
    next.seats.extend(more.iter().map(|p| Seat::open(*p)));
    next.posts.extend(more.iter().copied());
    next
}

/// The empty posts of a unit for which an officer stands in: the first of the deputies in whose post somebody sits
/// does.
pub(crate) fn stood_in_for(directory: &Directory, staff: &Staff) -> BTreeSet<Post> {
    let unit = &staff.officer.unit;
    let nobody = BTreeSet::new();
    let mine = |p: &Post| directory.deputy(unit, *p, &nobody).is_some_and(|d| staff.officer.posts.contains(&d));
    empty(directory, unit).into_iter().filter(mine).collect()
}

/// How many duties the posts of a unit owe now.
pub(crate) async fn owed(office: &Office, unit: &UnitId, posts: BTreeSet<Post>) -> Result<u64> {
    let query = whole_unit(office, unit, posts);
    let folded: u64 = office.store().bursts(&query).await?.iter().map(|b| b.matters).sum();
    let own = office.store().duty_slices(&[DutyQuery { limit: 0, ..query }]).await?;
    Ok(own.iter().map(|s| s.count).sum::<u64>() + folded)
}

/// What must be written beside an officer's change so that no post is left empty while it owes: whoever takes it over.
///
/// # Errors
/// [`FormError`]s when somebody must be named, or the one named cannot.
pub(crate) async fn take_over(
    office: &Office,
    directory: &Directory,
    will: &Officer,
    substitute: Option<&Substitute>,
) -> Result<std::result::Result<Option<Officer>, FormError>> {
    let Some(was) = directory.officer(&will.id).filter(|o| o.active) else { return Ok(Ok(None)) };
    let stays = |p: &Post| will.active && will.unit == was.unit && will.posts.contains(p);
    let alone = |p: &Post| directory.holders(&was.unit, *p).iter().all(|o| o.id == was.id);
    let emptied: BTreeSet<Post> = was
        .posts
        .iter()
        .copied()
        .filter(|p| directory.vocabulary.holding().any(|h| h == *p) && !stays(p) && alone(p))
        .collect();
    if emptied.is_empty() {
        return Ok(Ok(None));
    }
    let owes = owed(office, &was.unit, emptied.clone()).await?;
    if owes == 0 {
        return Ok(Ok(None));
    }
    let head_stays = directory.with_power(&was.unit, Power::Head).iter().any(|o| o.id != was.id)
        || directory.vocabulary.with(Power::Head).any(|p| stays(&p));
    let above = directory.superiors(&was.unit).iter().any(|u| !directory.with_power(&u.id, Power::Head).is_empty());
    Ok(match substitute {
        None => Err(FormError::with("substitute", "fault-post-owes", owes)),
        Some(Substitute::Head) if head_stays => Ok(None),
        Some(Substitute::Head) => Err(FormError::new("substitute", "fault-no-head")),
        Some(Substitute::Above) if above && !head_stays => Ok(None),
        Some(Substitute::Above) => {
            Err(FormError::new("substitute", if head_stays { "fault-head-is-there" } else { "fault-nobody-above" }))
        }
        Some(Substitute::Officer(id)) => {
            match directory.officer(id).filter(|o| o.active && o.unit == was.unit && o.id != was.id) {
                Some(other) => Ok(Some(with_posts(other, &emptied))),
                None => Err(FormError::new("substitute", "fault-substitute")),
            }
        }
    })
}
