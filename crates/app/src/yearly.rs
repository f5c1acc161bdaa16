//! The yearly report of a petition office (art. 41): what came in, on what, how it was answered, whether in time,
//! what was reviewed, carried out, pressed and recommended. No ranking of places or units, nothing about persons.
//!
//! Accusations are in the total and in nothing else, so that no line tells of one.

use std::collections::BTreeMap;

use huiyin_documents::{Letter, Paragraph};
use huiyin_domain::event::EventKind;
use huiyin_domain::ids::{OfficerId, PackId, UnitId};
use huiyin_domain::posts::Power;
use huiyin_domain::procedure::Fact;
use huiyin_domain::procedure::report::figures_in;
use huiyin_domain::unit::{Directory, Unit};
use huiyin_storage::{FactRange, MatterFact, Record, RecordWrite, Table};
use huiyin_wording::Language;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::error::{AppError, FormError, Result};
use crate::office::{Office, Staff};
use crate::papers::{self, Form};
use crate::projection;

/// Whether an officer may see it: supervisor or head of a petition office.
///
/// # Errors
/// As the store.
#[crate::boxed]
pub async fn allowed(office: &Office, staff: &Staff) -> Result<bool> {
    let directory = office.directory().await?;
    let of_office = directory.is_petition_office(&staff.officer.unit);
    Ok(of_office && (staff.may(Power::Head) || staff.may(Power::Supervise)))
}

/// The figures of a year.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Figures {
    /// Everything received, accusations included.
    pub received: u64,
    /// Without accusations: by channel.
    pub channels: BTreeMap<String, u64>,
    /// By first-level content class.
    pub classes: BTreeMap<String, u64>,
    /// By the organ that handles it, in the order of the directory: no ranking.
    pub organs: BTreeMap<UnitId, u64>,
    /// By the organ complained of, where what was written names one of the directory; names of persons are never
    /// counted.
    pub complained_of: BTreeMap<UnitId, u64>,
    /// Duties done in time.
    pub in_time: u64,
    /// Duties done late or still owed after their day.
    pub late: u64,
    /// What the packs count, by ids of their counts.
    pub counts: BTreeMap<String, u64>,
}

impl Figures {
    fn figure(&self, id: &str) -> u64 {
        match id {
            "received" => self.received,
            "in_time" => self.in_time,
            "late" => self.late,
            counted => self.counts.get(counted).copied().unwrap_or_default(),
        }
    }

    /// A text of the report with its figures.
    fn filled(&self, text: &str) -> String {
        figures_in(text)
            .fold(text.to_owned(), |text, id| text.replace(&format!("{{{id}}}"), &self.figure(id).to_string()))
    }

    fn add(&mut self, matter: &MatterFact, directory: &Directory) {
        // An entry that is void was nobody's petition.
        if matter.facts.contains(&Fact::Voided) {
            return;
        }
        self.received += 1;
        if matter.facts.contains(&Fact::Accusation) {
            return;
        }
        *self.channels.entry(matter.channel.clone()).or_default() += 1;
        let class = matter.class.as_deref().and_then(|c| c.split('/').next()).unwrap_or("").to_owned();
        *self.classes.entry(class).or_default() += 1;
        *self.organs.entry(matter.holder.clone()).or_default() += 1;
        let named = |u: &&Unit| matter.complained_of.as_deref().is_some_and(|c| c.contains(u.name.as_str()));
        if let Some(unit) = directory.units.iter().find(named) {
            *self.complained_of.entry(unit.id.clone()).or_default() += 1;
        }
        self.in_time += u64::from(matter.in_time);
        self.late += u64::from(matter.late);
        for (id, n) in &matter.counts {
            *self.counts.entry(id.clone()).or_default() += u64::from(*n);
        }
    }
}

/// Counts what a petition office and the units it serves received in a year.
///
/// # Errors
/// [`AppError::NotAllowed`] for anybody but head and supervisor of a petition office.
#[crate::boxed]
pub async fn figures(office: &Office, staff: &Staff, year: i16) -> Result<Figures> {
    if !allowed(office, staff).await? {
        return Err(AppError::NotAllowed);
    }
    let (directory, unit) = (office.directory().await?, &staff.officer.unit);
    let mut figures = Figures::default();
    let office_of = |m: &MatterFact| {
        directory
            .petition_office_of(&m.holder)
            .or_else(|| m.sender.as_ref().and_then(|s| directory.petition_office_of(s)))
    };
    let (Ok(first), Ok(last)) = (Date::new(year, 1, 1), Date::new(year, 12, 31)) else { return Ok(figures) };
    let mut narrowed: Vec<MatterFact> = Vec::new();
    let library = office.library();
    projection::each(office, FactRange::Received(first, last), |mut matter| {
        if office_of(&matter).is_some_and(|o| &o.id == unit) || matter.held.contains(unit) {
            let book = library.book(&PackId::new(&matter.pack));
            let by_record =
                |id: &str| book.as_ref().is_some_and(|b| b.counts.iter().any(|c| c.id == id && c.supports.is_some()));
            if matter.counts.keys().any(|id| by_record(id)) && !matter.facts.contains(&Fact::Accusation) {
                narrowed.push(matter.clone());
            }
            matter.counts.retain(|id, _| !by_record(id));
            figures.add(&matter, &directory);
        }
        Ok(())
    })
    .await?;
    // Few matters have one of these: what was chosen stands in their record.
    for matter in narrowed.iter().filter(|m| !m.facts.contains(&Fact::Voided)) {
        for (id, n) in by_record(office, matter).await? {
            *figures.counts.entry(id).or_default() += n;
        }
    }
    Ok(figures)
}

/// The figures of a matter that its record tells: moves that carried a choice which supports.
async fn by_record(office: &Office, matter: &MatterFact) -> Result<Vec<(String, u64)>> {
    let events = office.store().events(office.tenant(), &matter.matter).await?;
    let book = office.ground(&PackId::new(&matter.pack)).await?.book;
    let mut out = Vec::new();
    for rule in book.counts.iter().filter(|c| matter.counts.contains_key(&c.id)) {
        let Some(field) = rule.supports else { continue };
        let supports = |e: &&huiyin_storage::EventRecord| {
            let carried = if let EventKind::Moved { carried, .. } = &e.event.kind { carried.text(field) } else { None };
            carried.and_then(|choice| book.choice(field, choice)).is_some_and(|c| c.supports)
        };
        out.push((rule.id.clone(), u64::try_from(events.iter().filter(supports).count()).unwrap_or(u64::MAX)));
    }
    Ok(out)
}

/// The report as a letter, the second language behind it.
///
/// # Errors
/// As [`figures`].
#[crate::boxed]
pub async fn letter(office: &Office, staff: &Staff, year: i16) -> Result<Letter> {
    let figures = figures(office, staff, year).await?;
    let binding = office.binding();
    let mut letter = in_language(office, staff, year, &figures, binding).await?;
    if let Some(other) = office.book_today().and_then(|book| papers::other_language(&book, binding)) {
        letter.second = Some(Box::new(in_language(office, staff, year, &figures, other).await?));
    }
    Ok(letter)
}

async fn in_language(office: &Office, staff: &Staff, year: i16, f: &Figures, language: Language) -> Result<Letter> {
    let directory = office.directory().await?;
    let unit = directory.unit(&staff.officer.unit).ok_or(AppError::NotAllowed)?;
    let say = |key: &str, values: &[(&str, u64)]| {
        let values: Vec<_> = values.iter().map(|(k, v)| (*k, i64::try_from(*v).unwrap_or(i64::MAX).into())).collect();
        office.wording().text(language, key, &values)
    };
    let comma = say("list-comma", &[]);
    let named = |name: String, n: u64| format!("{name} {}", say("n-matters", &[("n", n)]));
    let channels: Vec<String> =
        f.channels.iter().map(|(c, n)| named(say(&format!("channel-{}", c.replace('_', "-")), &[]), *n)).collect();
    let classes: Vec<String> = f
        .classes
        .iter()
        .map(|(c, n)| named(if c.is_empty() { say("yearly-no-class", &[]) } else { c.clone() }, *n))
        .collect();
    let today = office.now().today();
    let mut body = vec![Paragraph::Text(say("yearly-received", &[("n", f.received)]))];
    if today.year() == year {
        let until = papers::formal_date(language, today);
        body.insert(0, Paragraph::Text(office.wording().text(language, "yearly-until", &[("day", until.into())])));
    }
    let listed = |all: &[String]| {
        if all.is_empty() {
            say("yearly-nothing", &[])
        } else {
            format!("{}{}", all.join(&comma), say("full-stop", &[]))
        }
    };
    let mut sections =
        vec![(say("yearly-channels", &[]), listed(&channels)), (say("yearly-classes", &[]), listed(&classes))];
    for (key, counted) in [("yearly-organs", &f.organs), ("yearly-complained", &f.complained_of)] {
        let row = |u: &Unit| counted.get(&u.id).map(|n| named(language.pick(&u.name, &u.name_en).to_owned(), *n));
        let organs: Vec<String> = directory.units.iter().filter_map(row).collect();
        sections.push((say(key, &[]), listed(&organs)));
    }
    if let Some(book) = office.book_today() {
        let code = language.code();
        sections.extend(book.report.iter().map(|s| (s.title.get(code).to_owned(), f.filled(s.text.get(code)))));
    }
    for (n, (title, text)) in (1_i64..).zip(sections) {
        let title = office.wording().text(language, "yearly-heading", &[("n", n.into()), ("title", title.into())]);
        body.extend([Paragraph::Heading(title), Paragraph::Text(text)]);
    }
    // To the own level and to the higher petition office (art. 41).
    let above = directory.superior(&unit.id);
    let higher = above.and_then(|u| directory.superior(&u.id)).and_then(|u| directory.petition_office_of(&u.id));
    let to: Vec<&str> = above.into_iter().chain(higher).map(|u| language.pick(&u.name, &u.name_en)).collect();
    let year_word = u64::try_from(year).unwrap_or_default();
    Ok(Letter {
        tongue: papers::tongue(language),
        organ: language.pick(&unit.name, &unit.name_en).to_owned(),
        number: String::new(),
        title: say("yearly-title", &[("year", year_word)]),
        to: to.join(&comma),
        body,
        date: papers::formal_date(language, office.now().today()),
        contact: String::new(),
        copies: Vec::new(),
        second: None,
    })
}

/// The report as a file; a figure a person must explain is added in the word-processor file.
///
/// # Errors
/// As [`figures`] and [`papers::draw`].
#[crate::boxed]
pub async fn draw(office: &Office, staff: &Staff, year: i16, form: Form, both: bool) -> Result<Vec<u8>> {
    let mut letter = letter(office, staff, year).await?;
    if !both {
        letter.second = None;
    }
    papers::draw_letter(office, letter, form, "").await
}

/// That a report was sent: when, to whom, who recorded it. What is recorded stays; a further sending is recorded beside
/// it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sent {
    /// The day it was sent.
    pub on: Date,
    /// To whom.
    pub to: String,
    /// Who recorded it.
    pub by: OfficerId,
}

impl Record for Sent {
    const TABLE: Table = Table::ReportSending;
    type Key = (UnitId, i16, String);
}

/// The sendings of a year's report by the officer's unit, oldest first.
///
/// # Errors
/// As [`figures`].
#[crate::boxed]
pub async fn sendings(office: &Office, staff: &Staff, year: i16) -> Result<Vec<Sent>> {
    if !allowed(office, staff).await? {
        return Err(AppError::NotAllowed);
    }
    Ok(office.select_all::<Sent>(&[&staff.officer.unit, &year]).await?.into_iter().map(|(_, sent)| sent).collect())
}

/// Records that a year's report was sent (art. 41).
///
/// # Errors
/// [`AppError::Form`] names the field; as [`figures`].
#[crate::boxed]
pub async fn record_sending(office: &Office, staff: &Staff, year: i16, on: &str, to: &str) -> Result<()> {
    if !allowed(office, staff).await? {
        return Err(AppError::NotAllowed);
    }
    let (today, to) = (office.now().today(), to.trim());
    let mut errors = Vec::new();
    let day = on.trim().parse::<Date>().ok();
    match day {
        None => errors.push(FormError::new("on", "fault-not-a-day")),
        Some(day) if day > today => errors.push(FormError::new("on", "fault-in-future")),
        // A year is reported when it is over, or while it runs for a part of it; never before it began.
        Some(day) if day.year() < year => errors.push(FormError::new("on", "fault-too-early")),
        Some(_) => {}
    }
    if to.is_empty() {
        errors.push(FormError::new("to", "fault-missing"));
    }
    if to.chars().count() > 200 {
        errors.push(FormError::with("to", "fault-too-long", 200));
    }
    let Some(on) = day.filter(|_| errors.is_empty()) else { return Err(AppError::Form(errors)) };
    let sent = Sent { on, to: to.to_owned(), by: staff.officer.id.clone() };
    office.write(vec![RecordWrite::add(&(staff.officer.unit.clone(), year, office.new_id()), &sent)?]).await
}
