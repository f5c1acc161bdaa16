//! Moving open matters to another version of their rules: explicit, reported, and undone by moving them back.
//!
//! A matter keeps the pack of its day unless an operator says otherwise. What runs is reckoned again from the same
//! start and ledger; what is done or archived stays as it was. A matter that the new rules have no place for is left.

use huiyin_domain::ids::PackId;
use huiyin_domain::procedure::Phase;
use huiyin_domain::repack::{self, Unfit};
use huiyin_domain::subject::Subject;

use crate::acts;
use crate::error::Result;
use crate::office::{Ground, Office};
use crate::security::{Act, Entry};
use crate::walk::{BUSY, NewEvents, Walk, write_one};

/// What was done, or would be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Moved {
    /// Matters moved.
    pub matters: u64,
    /// Open periods whose legal day moved with them.
    pub periods: u64,
    /// Matters left where they are, each with the reason.
    pub left: Vec<(String, String)>,
}

/// Whether anything is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Only say what would happen.
    Look,
    /// Do it.
    Write,
}

/// Moves every open matter under `from` to `to`.
///
/// # Errors
/// When one of the packs is not here; as the store.
#[crate::boxed]
pub async fn move_all(office: &Office, from: &PackId, to: &PackId, mode: Mode) -> Result<Moved> {
    let office = &office.at_one_instant();
    office.ground(from).await?;
    let ground = office.ground(to).await?;
    let mut done = Moved::default();
    let mut walk = Walk::begin(office);
    while let Some(page) = walk.page().await? {
        for subject in page.into_iter().filter(|m| &m.pack == from && m.phase != Phase::Archived) {
            move_proceeding(office, &ground, subject, mode, &mut done).await?;
        }
    }
    if mode == Mode::Write {
        let said = format!("{from} → {to}: {}", done.matters);
        acts::put(office, &[Entry::new(office, Act::PackMoved, None).with(said)], Vec::new()).await?;
    }
    Ok(done)
}

/// What keeps a proceeding under its rules, in words.
fn in_words(unfit: Unfit) -> String {
    match unfit {
        Unfit::State(state) => format!("the new rules have no state `{state}`"),
        Unfit::Period(clock) => format!("the new rules have no period `{clock}`"),
        Unfit::Reckoning(why) => format!("a period cannot be reckoned under the new rules: {why}"),
    }
}

async fn move_proceeding(
    office: &Office,
    ground: &Ground,
    subject: Subject,
    mode: Mode,
    done: &mut Moved,
) -> Result<()> {
    let moved = match repack::move_to(ground.rules(), &subject, &office.now()) {
        Ok(moved) => moved,
        Err(unfit) => {
            done.left.push((subject.number.clone(), in_words(unfit)));
            return Ok(());
        }
    };
    let said = NewEvents { events: moved.events, about: Some("rules") };
    if mode == Mode::Write && !write_one(office, ground, subject.version, moved.subject, said).await? {
        done.left.push((subject.number.clone(), BUSY.into()));
        return Ok(());
    }
    done.matters += 1;
    done.periods += u64::from(moved.moved);
    Ok(())
}
