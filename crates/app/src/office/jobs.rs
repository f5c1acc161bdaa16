//! Long work that lives in the memory of the program: how far it is, whose it is, and what it made. What the work does
//! stands where it is begun.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use huiyin_domain::ids::OfficerId;
use jiff::Timestamp;

/// Minutes a finished job is kept.
pub const KEPT_MINUTES: u32 = 60;

/// How far a job is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stage {
    /// Letters are being gathered.
    Gathering,
    /// Pages are being set.
    Setting,
    /// It can be taken.
    Ready,
    /// It could not be done, and why.
    Failed(String),
}

/// A print job.
#[derive(Debug)]
pub struct Job {
    owner: OfficerId,
    began: Timestamp,
    /// Papers in it.
    pub total: usize,
    done: AtomicUsize,
    set: AtomicUsize,
    undrawable: Mutex<Vec<(String, String)>>,
    state: Mutex<(Stage, Vec<u8>)>,
}

impl Job {
    /// A job that begins now.
    pub(crate) fn new(owner: OfficerId, began: Timestamp, total: usize) -> Self {
        let (done, set, state) = (AtomicUsize::new(0), AtomicUsize::new(0), Mutex::new((Stage::Gathering, Vec::new())));
        Self { owner, began, total, done, set, undrawable: Mutex::default(), state }
    }

    /// When it began.
    pub(crate) fn began(&self) -> Timestamp {
        self.began
    }

    /// Whether an officer began it.
    pub(crate) fn belongs_to(&self, officer: &OfficerId) -> bool {
        self.owner == *officer
    }

    /// One letter more is gathered.
    pub(crate) fn count_gathered(&self) {
        self.done.fetch_add(1, Ordering::Relaxed);
    }

    /// So many letters are set now; these have characters that no face has.
    pub(crate) fn set_begins(&self, letters: usize, undrawable: Vec<(String, String)>) {
        if let Ok(mut kept) = self.undrawable.lock() {
            *kept = undrawable;
        }
        self.set.store(letters, Ordering::Relaxed);
        self.ends(Stage::Setting, Vec::new());
    }

    /// Letters gathered so far, and the stage.
    pub fn progress(&self) -> (usize, Stage) {
        (self.done.load(Ordering::Relaxed), self.state.lock().map_or(Stage::Failed(String::new()), |s| s.0.clone()))
    }

    /// How many letters were set; those the officer may no longer read are left out.
    pub fn set(&self) -> usize {
        self.set.load(Ordering::Relaxed)
    }

    /// Characters no face has, by matter and paper they stand in; each is shown as a sign there.
    pub fn undrawable(&self) -> Vec<(String, String)> {
        self.undrawable.lock().map(|u| u.clone()).unwrap_or_default()
    }

    pub(crate) fn is_over(&self) -> bool {
        self.state.lock().is_ok_and(|s| matches!(s.0, Stage::Ready | Stage::Failed(_)))
    }

    pub(crate) fn is_old(&self, now: Timestamp) -> bool {
        now.as_second() - self.began.as_second() >= i64::from(KEPT_MINUTES) * 60
    }

    /// The PDF, once it is ready.
    pub fn pdf(&self) -> Option<Vec<u8>> {
        self.state.lock().ok().filter(|s| s.0 == Stage::Ready).map(|s| s.1.clone())
    }

    /// A stage is reached; with [`Stage::Ready`] comes what was made.
    pub(crate) fn ends(&self, stage: Stage, bytes: Vec<u8>) {
        if let Ok(mut state) = self.state.lock() {
            *state = (stage, bytes);
        }
    }
}

/// The jobs of one program, by id.
pub(crate) type Jobs = Arc<Mutex<BTreeMap<String, Arc<Job>>>>;
