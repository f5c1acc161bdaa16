//! A matter as an officer may read it: what is asked, what was done, what is owed, and the next lawful moves.

use huiyin_domain::decide::{Closed, Offer, offers};
use huiyin_domain::event::{EventActor, EventKind};
use huiyin_domain::matter::Matter;
use huiyin_domain::number;
use huiyin_domain::procedure::{Fact, Verb};
use huiyin_domain::proceeding::Actor;
use huiyin_domain::submission::Service;
use huiyin_storage::{
    AttachmentRecord, AuditRecord, Changes, ContentRecord, EventRecord, MessageRecord, SubmissionRecord,
};

use crate::access::{Action, readable, reading, require};
use crate::error::{AppError, Result};
use crate::office::{Ground, Office, Staff};
use crate::timeline::Record;
use crate::vault::{self, Person};

/// A matter with everything its page shows.
#[derive(Debug)]
pub struct MatterView {
    closed: bool,
    /// The matter.
    pub matter: Matter,
    /// Its submission.
    pub submission: SubmissionRecord,
    /// Pack, calendar, units.
    pub ground: Ground,
    /// The petition's text, or the part's own.
    pub text: String,
    /// The text is this part's own and not the whole letter.
    pub own_text: bool,
    /// What was done.
    pub events: Vec<EventRecord>,
    /// The words of events, by event.
    pub words: Vec<ContentRecord>,
    /// Files.
    pub files: Vec<AttachmentRecord>,
    /// Messages to the petitioner.
    pub messages: Vec<MessageRecord>,
    /// Who has looked at identity and contact.
    pub audits: Vec<AuditRecord>,
    /// Papers the reader may see.
    pub papers: Vec<crate::papers::Paper>,
    /// Matters of the same submission that the reader may see.
    pub siblings: Vec<Matter>,
    /// The others handled as one with it, those the reader may see.
    pub joined: Vec<Matter>,
    /// How many others are handled as one with it.
    pub joined_count: usize,
    /// Today, in office time.
    pub today: jiff::civil::Date,
    /// How the petitioner is served; known in her own view alone.
    pub service: Service,
    /// The event of an answer that she is still to open.
    pub unopened: Option<u32>,
    /// Until when her code, which replaced another, withdraws nothing.
    pub waits: Option<jiff::civil::Date>,
}

impl MatterView {
    /// Takes out what waits for a purpose: the text, the files, what the petitioner added, and what a correction says
    /// stood there before.
    fn close(&mut self) {
        if !self.closed {
            return;
        }
        // A part that is no accusation has its own text, which says nothing of the one that is.
        if self.matter.facts.contains(&Fact::Accusation) || !self.own_text {
            self.text.clear();
        }
        self.files.clear();
        let own = self.matter.is_read_for_a_purpose();
        let says = |e: &&huiyin_storage::EventRecord| {
            e.event.actor == EventActor::Petitioner || (own && matches!(e.event.kind, EventKind::Corrected { .. }))
        };
        let closed: Vec<u32> = self.events.iter().filter(says).map(|e| e.event.n).collect();
        self.words.retain(|w| !closed.contains(&w.n));
    }

    /// Whether text and files wait for a purpose: they are those of an accusation.
    pub fn is_closed(&self) -> bool {
        self.closed
    }

    /// What the timeline tells.
    pub fn record(&self) -> Record<'_> {
        Record { proceeding: &self.matter, events: &self.events, words: &self.words, unopened: self.unopened }
    }

    /// The moves an actor sees, open or closed with the reason.
    pub fn offers(&self, actor: &Actor) -> Vec<Offer<'_>> {
        let mut offers = offers(self.ground.rules(), &self.matter, actor, self.today);
        for offer in offers.iter_mut().filter(|o| *actor == Actor::Petitioner && o.closed.is_none()) {
            offer.closed = match (offer.rule.verb, self.service, self.waits) {
                (Verb::Serve, Service::Delivered, _) => Some(Closed::Delivered),
                (Verb::Withdraw, _, Some(until)) => Some(Closed::Waits { until }),
                _ => None,
            };
        }
        offers
    }
}

/// The whole view for an officer; what an accusation says is left out until it is opened for a purpose.
///
/// # Errors
/// [`AppError::NotFound`] when there is no such matter for this reader.
#[crate::boxed]
pub async fn for_officer(office: &Office, staff: &Staff, number: &str) -> Result<MatterView> {
    let mut view = open_for_officer(office, staff, number).await?;
    view.close();
    Ok(view)
}

/// Everything an officer may read, also of an accusation: for whoever has stated a purpose.
async fn open_for_officer(office: &Office, staff: &Staff, number: &str) -> Result<MatterView> {
    let matter = readable(office, staff, number).await?;
    let mut view = whole(office, matter).await?;
    let directory = office.directory().await?;
    // A complaint about the unit goes past it: its words are for the overseer only (art. 18(4)).
    let relations = view.matter.relations(&staff.actor(), &directory);
    let MatterView { ground, events, words, papers, files, .. } = &mut view;
    crate::papers::private::leave_out(&ground.book, &relations, events, words, papers, files);
    // What an accusation says is read for a purpose. It stands in the letter, which all its parts share.
    view.closed = view.matter.is_read_for_a_purpose() || view.siblings.iter().any(Matter::is_read_for_a_purpose);
    let sealed = view.siblings.iter().any(|m| m.is_read_for_a_purpose() && !m.may_read(&staff.actor(), &directory));
    view.siblings.retain(|m| m.may_read(&staff.actor(), &directory));
    view.joined = crate::joinder::others(office, &view.matter).await?;
    view.joined.retain(|m| m.may_read(&staff.actor(), &directory));
    // What shows who somebody is, is read with identity, for a purpose.
    view.files.retain(|f| !f.identity);
    // Files and text belong to the whole letter: where another part of it is an accusation that is not this reader's,
    // only this part's own words are shown.
    if sealed {
        view.files.clear();
        if !view.own_text {
            view.text = String::new();
        }
        view.closed = view.matter.is_read_for_a_purpose();
    }
    Ok(view)
}

/// The text and the files of an accusation, read for a stated purpose. The reading is recorded first and the petitioner
/// sees it.
///
/// # Errors
/// [`AppError::Form`] without a purpose; as [`for_officer`].
#[crate::boxed]
pub async fn accusation(office: &Office, staff: &Staff, number: &str, purpose: &str) -> Result<MatterView> {
    let mut view = open_for_officer(office, staff, number).await?;
    if view.closed {
        let audit = reading(office, staff, &view.matter.details().submission, "accusation", purpose)?;
        view.audits.push(audit.clone());
        let mut changes = Changes::new(office.tenant().clone());
        changes.audits.push(audit);
        office.store().commit(changes).await?;
        view.closed = false;
    }
    Ok(view)
}

/// The bytes of a file of an accusation; the reading is recorded as that of the text is.
///
/// # Errors
/// As [`accusation`]; [`AppError::NotFound`].
#[crate::boxed]
pub async fn accusation_file(
    office: &Office,
    staff: &Staff,
    number: &str,
    purpose: &str,
    id: &str,
) -> Result<(AttachmentRecord, Vec<u8>)> {
    let files = accusation(office, staff, number, purpose).await?.files;
    let record = files.into_iter().find(|f| f.id == id).ok_or(AppError::NotFound)?;
    let bytes = vault::read(office, &record).await?;
    Ok((record, bytes))
}

/// The whole view of a matter by number, for the operator at the machine.
///
/// # Errors
/// [`AppError::NotFound`].
#[crate::boxed]
pub async fn for_operator(office: &Office, number: &str) -> Result<MatterView> {
    let full = number::of_matter(number).map_err(|e| AppError::Refused(e.to_string()))?;
    let matter = office.store().matter_by_number(office.tenant(), &full).await?.ok_or(AppError::NotFound)?;
    whole(office, matter).await
}

/// Everything of one matter.
pub(crate) async fn whole(office: &Office, matter: Matter) -> Result<MatterView> {
    let (store, tenant) = (office.store(), office.tenant());
    let submission = store
        .submission(tenant, &matter.details().submission)
        .await?
        .ok_or_else(|| AppError::internal(format!("matter {} has no submission", matter.number)))?;
    let own = store.contents(tenant, matter.id.as_str()).await?;
    let text = match own.iter().find(|c| c.n == 0) {
        Some(part) => part.text.clone(),
        None => store
            .contents(tenant, matter.details().submission.as_str())
            .await?
            .into_iter()
            .find(|c| c.n == 0)
            .map(|c| c.text)
            .unwrap_or_default(),
    };
    let siblings = store
        .matters_of(tenant, &matter.details().submission)
        .await?
        .into_iter()
        .filter(|m| m.id != matter.id)
        .collect();
    let destroyed = matter.facts.contains(&Fact::Destroyed);
    Ok(MatterView {
        today: office.now().today(),
        service: Service::Online,
        closed: false,
        unopened: None,
        waits: None,
        joined_count: crate::joinder::count(office, &matter).await?,
        joined: Vec::new(),
        ground: office.ground(&matter.pack).await?,
        own_text: own.iter().any(|c| c.n == 0),
        // Of a destroyed part nothing is shown, also while another part keeps the letter.
        text: if destroyed { String::new() } else { text },
        events: store.events(tenant, &matter.id).await?,
        words: own.into_iter().filter(|c| c.n > 0).collect(),
        files: if destroyed { Vec::new() } else { store.attachments(tenant, &matter.details().submission).await? },
        papers: crate::papers::papers_of(office, &matter.id).await?,
        messages: store.messages(tenant, &matter.details().submission).await?,
        audits: store.audits(tenant, &matter.details().submission).await?,
        submission,
        siblings,
        matter,
    })
}

/// Identity and contact, read for a stated purpose. The reading is recorded first and the petitioner sees it.
///
/// # Errors
/// [`AppError::Form`] without a purpose; as [`for_officer`].
#[crate::boxed]
pub async fn identity(office: &Office, staff: &Staff, number: &str, purpose: &str) -> Result<(Matter, Person)> {
    require(staff, Action::ReadIdentity)?;
    let matter = readable(office, staff, number).await?;
    if matter.facts.contains(&Fact::Destroyed) {
        return Err(AppError::NotFound);
    }
    let audit = reading(office, staff, &matter.details().submission, "identity", purpose)?;
    // Only the unit that holds it now may know who asks; others read what is asked.
    let confidential =
        office.store().submission(office.tenant(), &matter.details().submission).await?.ok_or(AppError::NotFound)?;
    let receiver = &confidential.submission.unit;
    // A confidential name is for the receiving office; where that may no longer read the matter, for its holder.
    let keeper = if matter.scope(&*office.directory().await?).contains(receiver) {
        receiver.clone()
    } else {
        matter.holder.clone()
    };
    let only_receiver = confidential.submission.naming == huiyin_domain::submission::Naming::Confidential
        && staff.officer.unit != keeper;
    // The holder, the receiving office, and whoever must serve a review opinion.
    let concerned =
        [Some(&matter.holder), Some(receiver), matter.reviewer.as_ref()].contains(&Some(&staff.officer.unit));
    if !concerned || only_receiver {
        return Err(AppError::NotAllowed);
    }
    let mut changes = Changes::new(office.tenant().clone());
    changes.audits.push(audit);
    office.store().commit(changes).await?;
    let person = vault::person(office, &matter.details().submission).await?;
    Ok((matter, person.unwrap_or_default()))
}

/// The documents that show who somebody is: agents' authorities. Call it after [`identity`] has recorded why.
///
/// # Errors
/// As the store.
#[crate::boxed]
pub async fn identity_files(office: &Office, matter: &Matter) -> Result<Vec<AttachmentRecord>> {
    Ok(office
        .store()
        .attachments(office.tenant(), &matter.details().submission)
        .await?
        .into_iter()
        .filter(|f| f.identity)
        .collect())
}

/// The bytes of such a document.
///
/// # Errors
/// [`AppError::NotFound`].
#[crate::boxed]
pub async fn identity_file(office: &Office, matter: &Matter, id: &str) -> Result<(AttachmentRecord, Vec<u8>)> {
    let record = identity_files(office, matter).await?.into_iter().find(|f| f.id == id).ok_or(AppError::NotFound)?;
    let bytes = vault::read(office, &record).await?;
    Ok((record, bytes))
}

/// The bytes of a file of a matter, for an officer who may read it.
///
/// # Errors
/// [`AppError::NotFound`].
#[crate::boxed]
pub async fn file(office: &Office, staff: &Staff, number: &str, id: &str) -> Result<(AttachmentRecord, Vec<u8>)> {
    let files = for_officer(office, staff, number).await?.files;
    let record = files.into_iter().find(|f| f.id == id).ok_or(AppError::NotFound)?;
    let bytes = vault::read(office, &record).await?;
    Ok((record, bytes))
}
