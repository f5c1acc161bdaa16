//! Making a paper: the move that calls for one makes it in its own commit. The issuer is found, the number taken, the
//! letter set in the languages of the pack, and its digest put into the record.

use std::collections::BTreeMap;

use huiyin_documents::{Letter, Paragraph};
use huiyin_domain::calendar::number_of;
use huiyin_domain::decide::Decision;
use huiyin_domain::event::{EventActor, EventKind};
use huiyin_domain::ids::{ClockId, UnitId};
use huiyin_domain::kind::ProceedingKind;
use huiyin_domain::payload::{Field, Shape};
use huiyin_domain::procedure::{HandTo, Label, MoveRule, PaperRule, Relation, Verb};
use huiyin_domain::proceeding::{Kind, Proceeding};
use huiyin_domain::unit::Unit;
use huiyin_register::digest;
use huiyin_storage::{ItemRecord, RecordWrite, Reserved, SubmissionRecord};
use huiyin_wording::Language;
use jiff::civil::Date;

use super::{
    Paper, PaperDay, PaperDayKey, binding_of, copies, day_text, formal_date, other_language, papers_of, quotable,
    tongue,
};
use crate::error::{AppError, Result};
use crate::office::{Ground, Office, random_hex};

/// What a paper adds to a unit of work.
#[derive(Debug, Default)]
pub(crate) struct Made {
    /// The paper, its place in the list of the day, its number.
    pub(crate) records: Vec<RecordWrite>,
    /// That its copy is to be made.
    pub(crate) copy: Option<ItemRecord>,
}

/// The paper a decision makes and its place in the list of the day, with its event added to the decision; empty when
/// the move makes none.
///
/// # Errors
/// A fault of the template, which the pack's check keeps from happening; as the store.
pub(crate) async fn make_paper<K: Kind>(
    office: &Office,
    ground: &Ground,
    before: &Proceeding,
    rule: &MoveRule,
    letter_of: Option<&SubmissionRecord>,
    decision: &mut Decision<K>,
    numbers: &mut Vec<Reserved>,
) -> Result<Made> {
    let given = Given::from_decision(decision);
    let document = rule.variant(|f| given.get(f)).and_then(|v| v.document.as_ref()).or(rule.document.as_ref());
    let Some((name, paper)) = document.and_then(|d| ground.book.papers.get(d).map(|p| (d.clone(), p))) else {
        return Ok(Made::default());
    };
    let today = office.now().today();
    let unit_of = |id: Option<UnitId>| id.as_ref().and_then(|id| ground.directory.unit(id)).cloned();
    let actor = decision.events.first().map_or(EventActor::Clock, |e| e.actor.clone());
    let unit = unit_of(Some(issuing_unit(ground, before, rule, paper, &actor)));
    let number = take_number(office, ground, unit.as_ref(), paper, today, numbers).await?;
    let to_unit = unit_of(paper.to.and_then(|to| addressee(ground, before, rule, decision, to)));
    // What a proof of service is about: the last paper made for the petitioner.
    let served = match rule.verb {
        Verb::Serve => papers_of(office, &before.id).await?.into_iter().rfind(|p| p.to_petitioner),
        _ => None,
    };
    let about = About {
        office,
        ground,
        before,
        decision,
        given: &given,
        unit: unit.as_ref(),
        to_unit: to_unit.as_ref(),
        served: served.as_ref(),
    };
    let letter = about.letter(paper, &number)?;
    let salt = random_hex(16)?;
    let digest = digest(&salt, &letter).map_err(AppError::caused("a letter has no digest"))?;
    let first = decision.events.first();
    let (n, clause) = (first.map_or(0, |e| e.n), first.and_then(|e| e.clause.clone()));
    let made = EventKind::PaperMade { of: n, paper: name.clone(), number: number.clone(), digest: digest.clone() };
    decision.record(office.now().at, actor, clause, rule.basis, made);
    // Reasons between offices are not the petitioner's paper.
    let for_petitioner = rule.tells && rule.hides.is_empty() && paper.to.is_none();
    let to_petitioner = for_petitioner && !paper.unaddressed && given.get(Field::Recipient).is_none();
    // What goes past a unit stands in no list of it.
    let issuer = unit.map_or_else(|| before.holder.clone(), |u| u.id);
    let listed = rule.private_to.is_none().then_some((issuer, today, before.id.clone(), n));
    let kept = Paper {
        matter: before.id.0.clone(),
        of: before.kind,
        n,
        rule: name,
        number,
        salt,
        digest,
        for_petitioner,
        to_petitioner,
        second: to_petitioner && letter_of.is_some_and(|s| s.submission.second_language),
        private_to: rule.private_to,
        listed: listed.as_ref().map(day_text).unwrap_or_default(),
        letter,
    };
    records_of(before, &kept, listed, paper.title.get(&ground.book.binding))
}

/// The writes of a paper: itself, its place in the list of the unit that issues it, from which notices are printed
/// together, and its number, by which the matter is found.
fn records_of(before: &Proceeding, paper: &Paper, listed: Option<PaperDayKey>, title: &str) -> Result<Made> {
    let key = (before.id.clone(), paper.n);
    let mut records = vec![RecordWrite::add(&key, paper)?];
    if let Some(day) = listed {
        let row = PaperDay {
            rule: paper.rule.clone(),
            number: paper.number.clone(),
            matter: before.number.clone(),
            of: before.kind,
            title: title.to_owned(),
            to_petitioner: paper.to_petitioner,
        };
        records.push(RecordWrite::put(&day, &row)?);
        let is_matter = before.kind == ProceedingKind::Matter;
        records.extend(is_matter.then(|| crate::references::write(&before.id, &paper.number)).flatten().transpose()?);
    }
    // What the petitioner is given is kept as it was given; papers between offices are set from their letter.
    let copy = (paper.for_petitioner && before.kind == ProceedingKind::Matter).then(|| copies::waiting(&key));
    Ok(Made { records, copy })
}

/// Who issues a paper. An order is issued by whoever gives it, which may be an office further up than the next.
fn issuing_unit(
    ground: &Ground,
    before: &Proceeding,
    rule: &MoveRule,
    paper: &PaperRule,
    actor: &EventActor,
) -> UnitId {
    match actor {
        EventActor::Officer { unit, .. } if rule.verb == Verb::Supervise => unit.clone(),
        _ => before.unit_for(paper.from, &ground.directory).unwrap_or_else(|| before.holder.clone()),
    }
}

/// The next number of the issuer's series, held for this unit of work. The series belongs to the letters: two units
/// that have none of their own share it.
async fn take_number(
    office: &Office,
    ground: &Ground,
    unit: Option<&Unit>,
    paper: &PaperRule,
    today: Date,
    numbers: &mut Vec<Reserved>,
) -> Result<String> {
    let numbering = ground.book.numbering.as_ref();
    let numbering =
        numbering.ok_or_else(|| AppError::internal(format!("pack {} numbers no papers", ground.book.id)))?;
    let letters = unit.map(|u| u.letters.as_str()).filter(|l| !l.is_empty()).unwrap_or(&numbering.letters);
    let reserved = office.paper_serial(&format!("letters:{letters}:{}:{}", paper.code, today.year())).await?;
    let number = numbering.number(letters, &paper.code, today.year(), reserved.n);
    numbers.push(reserved);
    Ok(number)
}

/// What a move carried: choices and days from its event, words beside it.
struct Given(BTreeMap<Field, String>);

impl Given {
    fn from_decision<K>(decision: &Decision<K>) -> Self {
        let carried = decision
            .events
            .iter()
            .find_map(|e| if let EventKind::Moved { carried, .. } = &e.kind { Some(carried) } else { None });
        Self(
            carried
                .into_iter()
                .flat_map(|c| c.iter())
                .chain(decision.words.iter())
                .map(|(f, v)| (f, v.to_owned()))
                .collect(),
        )
    }

    fn get(&self, field: Field) -> Option<&str> {
        self.0.get(&field).map(String::as_str)
    }
}

/// 主送 of a paper to a unit: whoever the move names or hands to, whoever is late, whoever asked for what it does.
fn addressee<K: Kind>(
    ground: &Ground,
    before: &Proceeding,
    rule: &MoveRule,
    decision: &Decision<K>,
    to: Relation,
) -> Option<UnitId> {
    let clock = |n: u32| decision.subject.clocks.iter().find(|c| c.n == n);
    let asked = || {
        rule.needs
            .iter()
            .any(|n| n.field == Field::ToUnit)
            .then(|| Given::from_decision(decision).get(Field::ToUnit).map(UnitId::new))
            .flatten()
    };
    let done = || {
        decision.events.iter().find_map(|e| {
            if let EventKind::ClockDischarged { n, .. } = &e.kind { clock(*n)?.owed_to.clone() } else { None }
        })
    };
    match to {
        Relation::Holder if rule.hand_to == Some(HandTo::Named) => Some(decision.subject.holder.clone()),
        Relation::Holder if rule.verb == Verb::Supervise => {
            decision.pressed.and_then(clock).and_then(|c| c.bound.unit.clone()).or_else(|| Some(before.holder.clone()))
        }
        Relation::Holder => Some(before.holder.clone()),
        Relation::Sender => done().or_else(|| before.unit_for(to, &ground.directory)),
        to if to.is_asked() => asked(),
        to => before.unit_for(to, &ground.directory),
    }
}

fn name_of(language: Language, unit: Option<&Unit>) -> String {
    unit.map(|u| language.pick(&u.name, &u.name_en).to_owned()).unwrap_or_default()
}

/// What the variables of a template stand for (PACKS.md, "Papers").
struct About<'a, K> {
    office: &'a Office,
    ground: &'a Ground,
    before: &'a Proceeding,
    decision: &'a Decision<K>,
    given: &'a Given,
    unit: Option<&'a Unit>,
    to_unit: Option<&'a Unit>,
    served: Option<&'a Paper>,
}

impl<K: Kind> About<'_, K> {
    /// The letter in the language that binds, with the second one behind it for the reader.
    fn letter(&self, paper: &PaperRule, number: &str) -> Result<Letter> {
        let binding = binding_of(&self.ground.book);
        let mut letter = self.letter_in(binding, paper, number)?;
        if let Some(other) = other_language(&self.ground.book, binding) {
            let mut second = self.letter_in(other, paper, number)?;
            let name = self.office.wording().text(binding, "language-name", &[]);
            let prevails = self.office.wording().text(other, "paper-prevails", &[("language", name.into())]);
            second.body.push(Paragraph::Text(prevails));
            letter.second = Some(Box::new(second));
        }
        Ok(letter)
    }

    fn letter_in(&self, language: Language, paper: &PaperRule, number: &str) -> Result<Letter> {
        let pick = |label: &Label| label.get(language.code()).to_owned();
        let template = pick(&paper.template);
        let values = self.values(language, &template);
        let body = huiyin_documents::render(&template, &values)
            .map_err(|e| AppError::internal(format!("paper `{}` of pack {}: {e}", paper.code, self.ground.book.id)))?;
        let contact = self.unit.map(|u| format!("{}　{}", u.address, u.telephone).trim().to_owned());
        Ok(Letter {
            tongue: tongue(language),
            organ: name_of(language, self.unit),
            number: number.to_owned(),
            title: pick(&paper.title),
            to: if paper.unaddressed { String::new() } else { values.get("to").cloned().unwrap_or_default() },
            body,
            date: formal_date(language, self.office.now().today()),
            contact: contact.unwrap_or_default(),
            copies: self.copies(paper).iter().map(|u| name_of(language, Some(u))).collect(),
            second: None,
        })
    }

    /// 抄送: units that get a copy, without the issuer and the addressee.
    fn copies(&self, paper: &PaperRule) -> Vec<&Unit> {
        let directory = &self.ground.directory;
        let id_of = |to: &Relation| match to {
            Relation::Sender => self.before.sender.clone(),
            to => self.before.unit_for(*to, directory),
        };
        let unit_of = |to: &Relation| id_of(to).and_then(|id| directory.unit(&id));
        let beside = |u: &&Unit| [self.unit, self.to_unit].into_iter().flatten().all(|other| other.id != u.id);
        paper.copies.iter().filter_map(unit_of).filter(beside).collect()
    }

    /// The values a template may ask for; of the periods of the pack, those it names.
    fn values(&self, language: Language, template: &str) -> BTreeMap<String, String> {
        let (office, before, book) = (self.office, self.before, &self.ground.book);
        let today = office.now().today();
        let say = |key: &str| office.wording().text(language, key, &[]);
        let day = |d: Date| formal_date(language, d);
        let above = self.unit.and_then(|u| self.ground.directory.superior(&u.id));
        let to = self
            .to_unit
            .map(|u| name_of(language, Some(u)))
            .or_else(|| self.given.get(Field::Recipient).map(str::to_owned));
        let arrived = before.days.get("arrived").copied().unwrap_or(before.received_on);
        let accepted = before.days.get("accepted").copied().unwrap_or(arrived);
        let mut values: BTreeMap<String, String> = BTreeMap::new();
        let mut set = |name: &str, value: String| values.insert(name.to_owned(), value);
        for (field, value) in &self.given.0 {
            let shown = match field.shape() {
                Shape::Day | Shape::PastDay => value.parse().map_or_else(|_| value.clone(), day),
                Shape::Choice => {
                    set(&format!("{}_choice", field.word()), value.clone());
                    crate::labels::of_choice(book, language, *field, value)
                }
                Shape::Unit => name_of(language, self.ground.directory.unit(&UnitId::new(value))),
                _ => value.clone(),
            };
            set(&field.word(), shown);
        }
        set("to", to.unwrap_or_else(|| say("petitioner")));
        set("number", before.number.clone());
        set("title", quotable(language, &before.title));
        set("received", day(before.received_on));
        set("arrived", day(arrived));
        set("accepted", day(accepted));
        set("today", day(today));
        set("unit", name_of(language, self.unit));
        set("above", above.map_or_else(|| say("paper-body-above"), |u| name_of(language, Some(u))));
        if let Some(address) = above.map(|u| u.address.as_str()).filter(|a| !a.is_empty()) {
            set("above_address", address.to_owned());
        }
        if let Some(sender) = before.sender.as_ref().and_then(|id| self.ground.directory.unit(id)) {
            set("sent_from", name_of(language, Some(sender)));
        }
        for clock in book.clocks.keys() {
            let named = template.contains(&format!("period_{}", clock.as_str()));
            if let Some(span) =
                named.then(|| crate::periods::of_clock(office.wording(), language, book, clock, today)).flatten()
            {
                set(&format!("period_{}", clock.as_str()), span);
            }
        }
        values.extend(self.days_owed(language));
        if let Some(paper) = self.served {
            let letter = if language.code() != self.ground.book.binding {
                paper.letter.second.as_deref().unwrap_or(&paper.letter)
            } else {
                &paper.letter
            };
            let values_of = [("title", letter.title.as_str().into()), ("number", paper.number.as_str().into())];
            let served = office.wording().text(language, "paper-served", &values_of);
            values.insert("served".to_owned(), served);
        }
        values
    }

    /// The last days of what the move makes somebody owe, extends, or presses for.
    fn days_owed(&self, language: Language) -> BTreeMap<String, String> {
        let day = |d: Date| formal_date(language, d);
        let mut values: BTreeMap<String, String> = BTreeMap::new();
        let mut set = |name: &str, value: String| values.insert(name.to_owned(), value);
        // The last days of what the move makes somebody owe; the first of them is `due`.
        let started: Vec<(&ClockId, Date)> = self
            .decision
            .events
            .iter()
            .filter_map(|e| {
                if let EventKind::ClockStarted { rule, legal, .. } = &e.kind { Some((rule, *legal)) } else { None }
            })
            .collect();
        for (rule, legal) in &started {
            set(&format!("due_{}", rule.as_str()), day(*legal));
        }
        if let Some((_, legal)) = started.first() {
            set("due", day(*legal));
        }
        if let Some(legal) = self
            .decision
            .events
            .iter()
            .find_map(|e| if let EventKind::ClockExtended { legal, .. } = &e.kind { Some(*legal) } else { None })
        {
            set("extended_to", day(legal));
        }
        let late = self.decision.pressed.and_then(|n| self.decision.subject.clocks.iter().find(|c| c.n == n));
        if let Some((clock, owed)) = late.and_then(|c| self.ground.book.clock(&c.rule).map(|r| (c, r))) {
            set("late_title", owed.title.get(language.code()).to_owned());
            set("late_due", day(clock.legal));
            set("late_days", (number_of(self.office.now().today()) - number_of(clock.legal)).max(1).to_string());
        }
        values
    }
}
