//! Whether what is kept agrees with the record: the chain of each proceeding, its words, text, files, papers and
//! duties. Nobody who changes a row by hand is served as good, and each row that disagrees is named.
//!
//! Whoever writes the whole chain anew from the beginning is not seen from inside; compare the heads with those of a
//! backup or of a package handed out before.

use std::collections::BTreeMap;

use huiyin_domain::event::EventKind;
use huiyin_domain::matter::Matter;
use huiyin_domain::procedure::{Fact, Verb};
use huiyin_domain::subject::Subject;
use huiyin_register::{RegisterError, digest};
use huiyin_storage::{AttachmentRecord, ContentRecord, DutyRecord, EventRecord, StoreError, duty_rows, list_of};
use jiff::civil::Date;

use crate::error::{AppError, Result};
use crate::office::Office;
use crate::walk::Walk;
use crate::{papers, projection, vault};

/// What does not agree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Number of the proceeding.
    pub number: String,
    /// Which of it: `event 3`, `text`, `file 0192…`, `duty 2`, `state`.
    pub what: String,
    /// What is wrong.
    pub message: String,
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}: {}", self.number, self.what, self.message)
    }
}

/// What was looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Proceedings.
    pub matters: u64,
    /// Events.
    pub events: u64,
    /// Files read and compared.
    pub files: u64,
    /// What does not agree.
    pub findings: Vec<Finding>,
}

/// One proceeding while it is looked at.
struct Looking<'a> {
    subject: &'a Subject,
    events: &'a [EventRecord],
    findings: Vec<Finding>,
}

impl Looking<'_> {
    fn say(&mut self, what: impl Into<String>, message: impl Into<String>) {
        self.findings.push(Finding { number: self.subject.number.clone(), what: what.into(), message: message.into() });
    }

    /// The chain: every event is there, agrees with its commitment, and the last one is the head.
    fn chain(&mut self) {
        let (count, events) = (self.subject.events, self.events);
        if events.len() != count as usize {
            self.say(
                "events",
                format!("there are {} and the matter counts {count}: some were taken away or added", events.len()),
            );
        }
        for (event, want) in events.iter().zip(1_u32..) {
            if event.event.n != want {
                self.say(format!("event {want}"), format!("event {} stands in its place", event.event.n));
                return;
            }
        }
        let chain = events.iter().map(|e| (e.salt.as_str(), &e.event, e.commitment.as_str()));
        match huiyin_register::verify(chain) {
            Ok(()) => {}
            Err(RegisterError::Broken { n }) => {
                self.say(format!("event {n}"), "it was changed since it was written: its commitment does not agree")
            }
            Err(error) => self.say("events", error.to_string()),
        }
        if events.last().is_some_and(|e| e.commitment != self.subject.head) {
            self.say("head", "the last event is not the one the matter ends with");
        }
    }

    /// Words of moves and the text of the petition, by the digests in the events.
    fn words(&mut self, own: &[ContentRecord], letter: &[ContentRecord]) {
        for record in self.events {
            let n = record.event.n;
            match &record.event.kind {
                EventKind::Begun { words: Some(claimed), .. }
                | EventKind::Moved { words: Some(claimed), .. }
                | EventKind::Corrected { words: Some(claimed), .. } => {
                    let kept = own.iter().find(|c| c.n == n);
                    if self.events.iter().any(|e| matches!(e.event.kind, EventKind::Forgotten { n: of } if of == n)) {
                        if kept.is_some() {
                            self.say(format!("words {n}"), "the words of this step were to be destroyed and are here");
                        }
                        continue;
                    }
                    match kept.map(|c| digest(&record.salt, &c.words)) {
                        None => self.say(format!("words {n}"), "the words of this step are gone"),
                        Some(Ok(made)) if &made == claimed => {}
                        Some(_) => self.say(format!("words {n}"), "the words of this step were changed"),
                    }
                }
                EventKind::Received { text: Some(claimed), .. } => {
                    let text = own.iter().chain(letter).find(|c| c.n == 0).map(|c| digest(&record.salt, &c.text));
                    if !matches!(text, Some(Ok(made)) if &made == claimed) {
                        self.say("text", "the text of the petition is not the one that was received");
                    }
                }
                _ => {}
            }
        }
        let has_words = |kind: &EventKind| {
            matches!(
                kind,
                EventKind::Begun { words: Some(_), .. }
                    | EventKind::Moved { words: Some(_), .. }
                    | EventKind::Corrected { words: Some(_), .. }
            )
        };
        let bound = |n: u32| self.events.iter().any(|e| e.event.n == n && has_words(&e.event.kind));
        let added: Vec<u32> = own.iter().map(|c| c.n).filter(|n| *n > 0 && !bound(*n)).collect();
        for n in added {
            self.say(format!("words {n}"), "there are words that no step of the record has");
        }
    }

    /// Where the matter stands and whose it is, by its events.
    fn standing(&mut self) {
        let (mut state, mut holder) = (None, None);
        for record in self.events {
            match &record.event.kind {
                EventKind::Received { unit, .. } | EventKind::Begun { unit, .. } => holder = Some(unit),
                EventKind::Moved { to, holder: unit, .. } => (state, holder) = (Some(to), Some(unit)),
                EventKind::Succeeded { to, .. } if holder.is_none_or(|h| *h != self.subject.holder) => {
                    holder = Some(to)
                }
                // A parting that was undone ends a part without a move of its pack.
                EventKind::PartUndone { part, .. } if part == &self.subject.number => state = None,
                _ => {}
            }
        }
        if let Some(state) = state.filter(|s| **s != self.subject.state) {
            self.say("state", format!("it stands at `{}`, and the last step led to `{state}`", self.subject.state));
        }
        if let Some(holder) = holder.filter(|h| **h != self.subject.holder) {
            self.say("holder", format!("`{}` holds it, and by the record `{holder}` does", self.subject.holder));
        }
    }

    /// The last day of each clock, by its events.
    fn clocks(&mut self) {
        let mut days: BTreeMap<u32, Date> = BTreeMap::new();
        for record in self.events {
            match &record.event.kind {
                EventKind::ClockStarted { n, legal, .. }
                | EventKind::ClockResumed { n, legal }
                | EventKind::ClockExtended { n, legal, .. }
                | EventKind::ClockReprojected { n, legal, .. }
                | EventKind::ClockCorrected { n, legal, .. } => drop(days.insert(*n, *legal)),
                _ => {}
            }
        }
        let wrong: Vec<(u32, String)> = self
            .subject
            .clocks
            .iter()
            .filter(|c| days.get(&c.n) != Some(&c.legal))
            .map(|c| {
                (
                    c.n,
                    days.get(&c.n).map_or_else(
                        || "no event begins it".to_owned(),
                        |d| format!("its last day is {}, and by the record {d}", c.legal),
                    ),
                )
            })
            .collect();
        for (n, message) in wrong {
            self.say(format!("clock {n}"), message);
        }
    }

    /// Papers and what binds them.
    fn papers(&mut self, kept: &[papers::Paper]) {
        let events = self.events;
        let made = events.iter().filter_map(|e| {
            if let EventKind::PaperMade { of, digest, .. } = &e.event.kind { Some((*of, digest)) } else { None }
        });
        for (n, claimed) in made {
            match kept.iter().find(|p| p.n == n) {
                None => self.say(format!("paper {n}"), "it is gone"),
                Some(paper) if digest(&paper.salt, &paper.letter).is_ok_and(|d| &d == claimed) => {}
                Some(_) => self.say(format!("paper {n}"), "its letter was changed"),
            }
        }
    }

    /// Files that an event binds.
    fn files(&mut self, files: &[AttachmentRecord]) {
        for record in self.events {
            let (EventKind::Received { files: bound, .. }
            | EventKind::Moved { files: bound, .. }
            | EventKind::Corrected { files: bound, .. }) = &record.event.kind
            else {
                continue;
            };
            for (id, claimed) in bound {
                match files.iter().find(|f| &f.id == id) {
                    None => self.say(format!("file {id}"), "it is gone"),
                    Some(file) if digest(&record.salt, &file.hash).is_ok_and(|d| &d == claimed) => {}
                    Some(_) => self.say(format!("file {id}"), "another file stands in its place"),
                }
            }
        }
    }
}

/// Looks at one proceeding.
///
/// # Errors
/// As the store.
#[crate::boxed]
pub async fn proceeding(office: &Office, subject: &Subject) -> Result<Report> {
    let (store, tenant) = (office.store(), office.tenant());
    let events = store.events(tenant, &subject.id).await?;
    let mut report = Report { matters: 1, events: u64::try_from(events.len()).unwrap_or(0), ..Report::default() };
    let mut looking = Looking { subject, events: &events, findings: Vec::new() };
    looking.standing();
    looking.clocks();
    let mut duties = store.duties_of(tenant, &subject.id).await?;
    duties.sort_by_key(|(d, _)| d.n);
    let want: Vec<(DutyRecord, String)> =
        duty_rows(subject).into_iter().map(|d| (d.clone(), list_of(subject, &d))).collect();
    for n in want.iter().chain(&duties).map(|(d, _)| d.n).collect::<std::collections::BTreeSet<u32>>() {
        let (is, should) = (duties.iter().find(|(d, _)| d.n == n), want.iter().find(|(d, _)| d.n == n));
        if is != should {
            looking.say(format!("duty {n}"), "the row in the list of duties is not the one of the proceeding");
        }
    }
    if let Some(matter) = subject.matter()
        && !projection::agrees(office, matter).await?
    {
        looking.say("totals", "the row by which it is counted is not the one of the matter; run `huiyin reindex`");
    }
    // Of a destroyed matter the words are gone and with them what opened the commitments; that it ends where it ended
    // stays.
    let destroyed = events.iter().any(|e| matches!(&e.event.kind, EventKind::Moved { verb: Verb::Destroy, .. }));
    if subject.facts.contains(&Fact::Destroyed) && !destroyed {
        looking.say("state", "it says that it was destroyed, and no step of the record did that");
    }
    if destroyed {
        if events.last().is_some_and(|e| e.commitment != subject.head) {
            looking.say("head", "the last event is not the one the matter ends with");
        }
        report.findings = looking.findings;
        return Ok(report);
    }
    looking.chain();
    let own = store.contents(tenant, subject.id.as_str()).await?;
    looking.papers(&papers::papers_of(office, &subject.id).await?);
    match subject.matter() {
        Some(matter) => letter(office, matter, &own, &mut looking, &mut report).await?,
        None => {
            looking.words(&own, &[]);
            let files = store.attachments(tenant, &vault::owner(&subject.id)).await?;
            looking.files(&files);
            bytes_of(office, &files, &mut looking, &mut report).await?;
        }
    }
    for fault in papers::changed_copies(office, &subject.id).await? {
        looking.say(fault, "the served copy is not the one that was stored, or is gone");
    }
    report.findings = looking.findings;
    Ok(report)
}

/// What lies with the letter of a matter: its text, files and identity.
async fn letter(
    office: &Office,
    matter: &Matter,
    own: &[ContentRecord],
    looking: &mut Looking<'_>,
    report: &mut Report,
) -> Result<()> {
    let (store, tenant) = (office.store(), office.tenant());
    looking.words(own, &store.contents(tenant, matter.details().submission.as_str()).await?);
    let files = store.attachments(tenant, &matter.details().submission).await?;
    looking.files(&files);
    // The bytes themselves, once for the letter.
    if matter.details().part == 1 {
        bytes_of(office, &files, looking, report).await?;
        match vault::person(office, &matter.details().submission).await {
            Ok(Some(_)) => {}
            Ok(None) => looking.say("vault", "the row of identity and contact is gone"),
            Err(AppError::Internal { context: why, .. }) => looking.say("vault", why),
            Err(other) => return Err(other),
        }
    }
    Ok(())
}

/// The bytes of files, each compared with what was stored.
async fn bytes_of(
    office: &Office,
    files: &[AttachmentRecord],
    looking: &mut Looking<'_>,
    report: &mut Report,
) -> Result<()> {
    for file in files {
        report.files += 1;
        match vault::read(office, file).await {
            Ok(_) => {}
            Err(AppError::Internal { context: why, .. }) => looking.say(format!("file {}", file.id), why),
            Err(AppError::File(_)) => looking.say(format!("file {}", file.id), "its bytes are gone"),
            Err(AppError::NotFound) => looking.say(format!("file {}", file.id), "its key is gone"),
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Looks at every proceeding. `progress` is told how many are done.
///
/// # Errors
/// As the store.
#[crate::boxed]
pub async fn verify_all(office: &Office, progress: &mut (dyn FnMut(u64) + Send)) -> Result<Report> {
    let mut whole = Report::default();
    // Numbers of papers by what stands for them: two alike are two papers that nobody tells apart.
    let mut numbered: BTreeMap<String, String> = BTreeMap::new();
    let mut walk = Walk::begin(office);
    while let Some(page) = walk.page().await? {
        for one in page {
            let report = match proceeding(office, &one).await {
                Err(AppError::Store(error @ StoreError::Corrupt { .. })) => {
                    let finding =
                        Finding { number: one.number.clone(), what: "row".into(), message: error.to_string() };
                    Report { findings: vec![finding], ..Report::default() }
                }
                other => other?,
            };
            // Somebody worked on it while it was read: it is looked at as it is now.
            let report = match office.store().proceeding(office.tenant(), &one.id).await? {
                Some(now) if !report.findings.is_empty() && now.version != one.version => {
                    proceeding(office, &now).await?
                }
                _ => report,
            };
            for event in office.store().events(office.tenant(), &one.id).await? {
                if let EventKind::PaperMade { number, .. } = event.event.kind
                    && let Some(other) = numbered.insert(number.clone(), one.number.clone())
                {
                    let message = format!("the number {number} stands on a paper of {other} as well");
                    whole.findings.push(Finding { number: one.number.clone(), what: "paper number".into(), message });
                }
            }
            whole.matters += 1;
            whole.events += report.events;
            whole.files += report.files;
            whole.findings.extend(report.findings);
            progress(whole.matters);
        }
    }
    if let Some(message) = crate::acts::check(office).await? {
        whole.findings.push(Finding { number: "office".into(), what: "acts".into(), message });
    }
    Ok(whole)
}
