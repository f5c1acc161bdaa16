//! Units and officers: what an administrator adds and changes. Nothing is deleted; what is no longer used
//! is set inactive and keeps its history.

use std::collections::BTreeSet;

use huiyin_domain::ids::{OfficerId, UnitId};
use huiyin_domain::kind::ProceedingKind;
use huiyin_domain::posts::{Post, Power};
use huiyin_domain::unit::{Directory, Officer, Seat, Unit};
use huiyin_storage::RecordWrite;
use jiff::Timestamp;

use crate::access::{Action, require};
use crate::acts;
use crate::error::{AppError, FormError, Result};
use crate::office::{Office, Staff};
use crate::posts::{self, Substitute};
use crate::security::{self, Act};

/// Whether an entry is made anew or changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entry {
    /// A new one: its code must be free.
    New,
    /// One that is there.
    Known,
}

/// Whether a text can be a unit's code: small letters and digits, so that two codes never come to one word of the
/// search index.
pub fn is_code(id: &str) -> bool {
    (1..=32).contains(&id.len()) && id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
}

/// Adds or changes a unit.
///
/// # Errors
/// [`AppError::Form`] names the fields; a circle of superiors is refused.
#[crate::boxed]
pub async fn put_unit(office: &Office, staff: &Staff, unit: Unit, entry: Entry) -> Result<()> {
    require(staff, Action::Administer)?;
    let directory = office.reload_directory().await?;
    let mut errors = Vec::new();
    let id = unit.id.as_str();
    if entry == Entry::New && directory.unit(&unit.id).is_some() {
        errors.push(FormError::new("id", "fault-unit-taken"));
    }
    if entry == Entry::Known && directory.unit(&unit.id).is_none() {
        return Err(AppError::NotFound);
    }
    let digits = unit.telephone.chars().filter(char::is_ascii_digit).count();
    if !unit.telephone.is_empty() && !(3..=40).contains(&digits) {
        errors.push(FormError::new("telephone", "fault-telephone"));
    }
    if !is_code(id) {
        errors.push(FormError::new("id", "fault-unit-id"));
    }
    if unit.name.trim().is_empty() {
        errors.push(FormError::new("name", "fault-missing"));
    }
    for (field, text) in [
        ("name", &unit.name),
        ("name_en", &unit.name_en),
        ("address", &unit.address),
        ("telephone", &unit.telephone),
        ("hours", &unit.hours),
    ] {
        if text.chars().count() > 200 {
            errors.push(FormError::with(field, "fault-too-long", 200));
        }
    }
    // Nothing is owed by a unit that is no longer there: its successor takes over first (art. 24).
    if !unit.active && directory.unit(&unit.id).is_some_and(|u| u.active) {
        let open = crate::reorganise::concerning(office, &unit.id).await?.len();
        if open > 0 {
            errors.push(FormError::with("active", "fault-unit-owes", open));
        }
    }
    if unit.letters.chars().count() > 12 {
        errors.push(FormError::with("letters", "fault-too-long", 12));
    }
    if !unit.letters.is_empty() && directory.units.iter().any(|u| u.id != unit.id && u.letters == unit.letters) {
        errors.push(FormError::new("letters", "fault-letters-taken"));
    }
    if !unit.procedure.is_empty() && !office.library().families(ProceedingKind::Matter).contains(&unit.procedure) {
        errors.push(FormError::new("procedure", "fault-choose"));
    }
    if let Some(above) = &unit.superior {
        let circle = above == &unit.id || directory.superiors(above).iter().any(|u| u.id == unit.id);
        if directory.unit(above).is_none() || circle {
            errors.push(FormError::new("superior", if circle { "fault-circle" } else { "fault-unit" }));
        }
    }
    if !errors.is_empty() {
        return Err(AppError::Form(errors));
    }
    let act = if entry == Entry::New { Act::UnitAdded } else { Act::UnitChanged };
    write_unit(office, &unit, Some(security::Entry::new(office, act, Some(&staff.officer.id)).with(unit.id.as_str())))
        .await
}

pub(crate) async fn write_unit(office: &Office, unit: &Unit, entry: Option<security::Entry>) -> Result<()> {
    acts::put(office, entry.as_slice(), vec![RecordWrite::put(&(unit.id.clone(),), unit)?]).await?;
    office.reload_directory().await.map(|_| ())
}

/// What an administrator enters of an officer.
#[derive(Debug, Clone)]
pub struct OfficerForm {
    /// The officer changed; `None` for a new one.
    pub id: Option<OfficerId>,
    /// Sign-in name.
    pub login: String,
    /// Name.
    pub name: String,
    /// Unit.
    pub unit: UnitId,
    /// Posts, with from and until.
    pub seats: Vec<Seat>,
    /// May sign in.
    pub active: bool,
    /// Who takes over what the posts owe that this change leaves empty.
    pub substitute: Option<Substitute>,
}

/// Adds or changes an officer. A post that owes something is not left empty without a substitute.
///
/// # Errors
/// [`AppError::Form`] names the fields.
#[crate::boxed]
pub async fn put_officer(office: &Office, staff: &Staff, form: OfficerForm) -> Result<OfficerId> {
    require(staff, Action::Administer)?;
    // One at a time: two who each take it from the other would leave nobody.
    let _turn = office.turn("officers").await;
    let directory = office.reload_directory().await?;
    let login = form.login.trim().to_lowercase();
    let now = office.now().at;
    let errors = officer_faults(&directory, &form, &login, now);
    if !errors.is_empty() {
        return Err(AppError::Form(errors));
    }
    let id = form.id.unwrap_or_else(|| OfficerId(office.new_id()));
    let mut officer = Officer {
        id: id.clone(),
        login,
        name: form.name.trim().to_owned(),
        unit: form.unit,
        posts: BTreeSet::new(),
        seats: form.seats,
        active: form.active,
    };
    officer.posts = officer.posts_at(now);
    let substitute = posts::take_over(office, &directory, &officer, form.substitute.as_ref())
        .await?
        .map_err(|fault| AppError::Form(vec![fault]))?;
    let written = std::iter::once(&officer).chain(&substitute).map(|o| RecordWrite::put(&(o.id.clone(),), o));
    let records = written.collect::<std::result::Result<Vec<_>, _>>()?;
    let added = directory.officer(&id).is_none();
    let posts: Vec<String> = officer.seats.iter().map(seat_in_words).collect();
    let detail = format!(
        "{} · {} · {}{}",
        officer.login,
        officer.unit,
        posts.join(" "),
        if officer.active { "" } else { " · inactive" }
    );
    let act = if added { Act::OfficerAdded } else { Act::OfficerChanged };
    let by = Some(&staff.officer.id);
    let mut entries = vec![security::Entry::new(office, act, by).of(&id).with(detail)];
    // Whoever takes over what the post owes sees that on her own page too.
    if let Some(taking) = &substitute {
        entries.push(
            security::Entry::new(office, Act::OfficerChanged, by)
                .of(&taking.id)
                .with(format!("{} → {}", officer.login, taking.login)),
        );
    }
    acts::put(office, &entries, records).await?;
    office.reload_directory().await?;
    Ok(id)
}

/// What is wrong with what an administrator enters of an officer.
fn officer_faults(directory: &Directory, form: &OfficerForm, login: &str, now: Timestamp) -> Vec<FormError> {
    let mut errors = Vec::new();
    if login.is_empty()
        || login.len() > 40
        || !login.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'))
    {
        errors.push(FormError::new("login", "fault-login"));
    }
    if directory.officers.iter().any(|o| o.login == login && Some(&o.id) != form.id.as_ref()) {
        errors.push(FormError::new("login", "fault-login-taken"));
    }
    if form.name.trim().is_empty() || form.name.chars().count() > 60 {
        errors.push(FormError::new("name", "fault-missing"));
    }
    if !directory.unit(&form.unit).is_some_and(|u| u.active) || directory.is_outside(&form.unit) {
        errors.push(FormError::new("unit", "fault-unit"));
    }
    if form.seats.is_empty() {
        errors.push(FormError::new("posts", "fault-posts"));
    }
    if form.seats.iter().any(|s| s.from.zip(s.until).is_some_and(|(from, until)| until <= from)) {
        errors.push(FormError::new("posts", "fault-seat-order"));
    }
    if form.seats.iter().any(|s| directory.vocabulary.post(s.post).is_none()) {
        errors.push(FormError::new("posts", "fault-posts"));
    }
    let administers = |posts: &BTreeSet<Post>| directory.vocabulary.may(posts, Power::Administer);
    let last_admin = form.id.as_ref().is_some_and(|id| {
        // Whoever goes on a day that is set does not count.
        let for_good = |o: &Officer| {
            o.seats.is_empty()
                || o.seats.iter().any(|s| s.until.is_none() && s.holds(now) && administers(&BTreeSet::from([s.post])))
        };
        let admins: Vec<_> =
            directory.officers.iter().filter(|o| o.active && administers(&o.posts) && for_good(o)).collect();
        admins.len() == 1
            && admins.iter().any(|o| &o.id == id)
            && !(form.active
                && form
                    .seats
                    .iter()
                    .any(|s| s.until.is_none() && s.holds(now) && administers(&BTreeSet::from([s.post]))))
    });
    if last_admin {
        errors.push(FormError::new("posts", "fault-last-admin"));
    }
    errors
}

/// An assignment as the acts of the office tell it.
fn seat_in_words(seat: &Seat) -> String {
    let bound = |at: Option<jiff::Timestamp>| at.map(|t| t.to_string()).unwrap_or_default();
    match (seat.from, seat.until) {
        (None, None) => seat.post.word().to_owned(),
        (from, until) => format!("{} {}..{}", seat.post.word(), bound(from), bound(until)),
    }
}

pub(crate) async fn write_officer(office: &Office, officer: &Officer) -> Result<()> {
    office.write(vec![RecordWrite::put(&(officer.id.clone(),), officer)?]).await?;
    office.reload_directory().await.map(|_| ())
}

/// The first unit and administrator of a new installation.
///
/// # Errors
/// [`AppError::Form`] when there is one already.
#[crate::boxed]
pub async fn found(office: &Office, unit: Unit, login: &str, name: &str, password: &str) -> Result<()> {
    if !office.reload_directory().await?.officers.is_empty() {
        return Err(AppError::Form(vec![FormError::new("login", "fault-already-founded")]));
    }
    write_unit(office, &unit, None).await?;
    let officer = Officer {
        id: OfficerId(office.new_id()),
        login: login.to_owned(),
        name: name.to_owned(),
        unit: unit.id,
        posts: office.library().vocabulary().posts.iter().map(|p| p.id).collect(),
        seats: Vec::new(),
        active: true,
    };
    write_officer(office, &officer).await?;
    crate::sign_in::write_first(office, &officer.id, password).await
}
