//! The clock explained: who owes what until when, every day counted and skipped, every clause, in words.
//!
//! The same view serves the petitioner, the officer, print and `huiyin explain` (PAGES.md, "the clock").

use huiyin_domain::calendar::{WorkCalendar, number_of};
use huiyin_domain::clock::{Basis, Clock, ClockKind, ClockState, LedgerEntry, OfficeTime, PeriodUnit};
use huiyin_domain::decide::Rules;
use huiyin_domain::posts::{Post, UnitRole};
use huiyin_domain::procedure::{ClockRule, Fact, StartFrom};
use huiyin_domain::proceeding::Proceeding;
use huiyin_domain::reckon::{Reason, Reckoning, Why};
use huiyin_domain::unit::Directory;
use huiyin_wording::{Language, Wording, date, day};
use jiff::civil::Date;
use serde::Serialize;

/// Width of the bar in its own units.
const WIDTH: f64 = 600.0;

/// A piece of the bar.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BarPiece {
    /// How it is drawn: `spent`, `left`, `ext`, `stop`, `rest`, `over`.
    pub class: &'static str,
    /// From the left, of 600.
    pub x: f64,
    /// Width, of 600.
    pub w: f64,
}

/// One line of "how it is reckoned".
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReckonLine {
    /// Heading.
    pub term: String,
    /// Sentence.
    pub text: String,
}

/// A clock in words.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ClockView {
    /// Serial in the proceeding.
    pub n: u32,
    /// Rule of the pack.
    pub rule: String,
    /// A right of the petitioner (or of a unit), never breached.
    pub right: bool,
    /// A breach that is not yet mended.
    pub late: bool,
    /// Discharged.
    pub done: bool,
    /// Still owed or open.
    pub owed: bool,
    /// What is to be done, as a task.
    pub title: String,
    /// What the petitioner is told.
    pub plain: String,
    /// Who owes.
    pub owner: String,
    /// Telephone of the unit that owes.
    pub telephone: String,
    /// Until when and how long still.
    pub sentence: String,
    /// Left end of the bar.
    pub start_text: String,
    /// Right end of the bar.
    pub due_text: String,
    /// Last day in law, as ISO date.
    pub legal: String,
    /// Due day in words.
    pub legal_text: String,
    /// Complete text for a screen reader.
    pub aria: String,
    /// The bar.
    pub bar: Vec<BarPiece>,
    /// Where today is, of 600; `None` when off the bar or done.
    pub now_x: Option<f64>,
    /// How it is reckoned.
    pub reckoning: Vec<ReckonLine>,
    /// Clause as cited, or "a promise of this office".
    pub cite: String,
    /// A calendar not yet published could change it.
    pub provisional: bool,
    /// Owed between offices.
    pub between_offices: bool,
    /// It is the petitioner's own.
    pub hers: bool,
    /// What happens by itself when it is late; empty for a right.
    pub when_late: String,
}

/// What a view is made under.
#[derive(Debug, Clone, Copy)]
pub struct ViewGround<'a> {
    /// Pack, calendar, units.
    pub rules: Rules<'a>,
    /// Words.
    pub wording: &'a Wording,
    /// Language of the reader.
    pub language: Language,
    /// Office time.
    pub now: &'a OfficeTime,
}

impl ViewGround<'_> {
    fn say(&self, key: &str, values: &[(&str, String)]) -> String {
        let values: Vec<_> = values.iter().map(|(k, v)| (*k, v.as_str().into())).collect();
        self.wording.text(self.language, key, &values)
    }

    fn unit_name(&self, clock: &Clock) -> String {
        clock
            .bound
            .unit
            .as_ref()
            .and_then(|u| self.rules.directory.unit(u))
            .map_or_else(|| self.say("you", &[]), |u| self.language.pick(&u.name, &u.name_en).to_owned())
    }

    fn label(&self, label: &huiyin_domain::procedure::Label) -> String {
        label.get(self.language.code()).to_owned()
    }
}

/// Every clock of a proceeding that is owed or open, soonest first, in words.
pub fn owed(ground: ViewGround<'_>, proceeding: &Proceeding) -> Vec<ClockView> {
    proceeding.owed().into_iter().filter_map(|c| view(ground, proceeding, c)).collect()
}

/// One clock in words; `None` when the pack does not know its rule.
pub fn view(ground: ViewGround<'_>, proceeding: &Proceeding, clock: &Clock) -> Option<ClockView> {
    let rule = ground.rules.book.clock(&clock.rule)?;
    let today = ground.now.today();
    let reckoning = clock.reckoning(ground.rules.calendar, today).ok()?;
    let late = matches!(clock.state(), ClockState::Breached { .. });
    let done = matches!(clock.state(), ClockState::Discharged { .. });
    let unit = ground.unit_name(clock);
    let (bar, now_x) = bar(clock, &reckoning, ground.now);
    let sentence = sentence(ground, clock, &reckoning, today);
    let plain = ground.label(&rule.plain).replace("{unit}", &unit);
    let owner = match clock.bound.unit {
        Some(_) => format!("{unit} {}", post_word(ground.rules.directory, ground.language, clock.bound.post)),
        None => unit.clone(),
    };
    let telephone = clock
        .bound
        .unit
        .as_ref()
        .and_then(|u| ground.rules.directory.unit(u))
        .map(|u| u.telephone.clone())
        .unwrap_or_default();
    Some(ClockView {
        n: clock.n,
        rule: clock.rule.0.clone(),
        right: clock.kind == ClockKind::Right,
        late,
        done,
        owed: clock.is_owed(),
        title: ground.label(&rule.title),
        aria: format!("{}{sentence}", ground.say("state-sentence", &[("state", plain.clone())])),
        plain,
        owner,
        telephone,
        sentence,
        start_text: format!("{} {}", day(ground.language, clock.start, today), start_word(ground, rule)),
        due_text: format!("{} {}", day(ground.language, clock.legal, today), ground.say("clock-ends", &[])),
        legal: clock.legal.to_string(),
        legal_text: if is_short(clock) {
            huiyin_wording::instant(ground.language, clock.due, &ground.now.zone, today)
        } else {
            date(ground.language, clock.legal)
        },
        bar,
        now_x,
        reckoning: lines(ground, clock, rule, &reckoning),
        cite: cite(ground, clock),
        provisional: clock.provisional,
        between_offices: rule.between_offices,
        hers: clock.bound.unit.is_none(),
        when_late: when_late(ground, clock, proceeding.facts.contains(&Fact::Accusation)),
    })
}

/// Who is called on when a unit is late, as it really goes (`domain::timer`).
fn when_late(ground: ViewGround<'_>, clock: &Clock, accusation: bool) -> String {
    let directory = ground.rules.directory;
    let role = clock.bound.unit.as_ref().and_then(|u| directory.unit(u)).map(|u| directory.role(u));
    let key = match role {
        None => return String::new(),
        Some(_) if accusation => "owed-late-promise-line",
        Some(UnitRole::PetitionOffice) => "owed-late-promise-office",
        Some(_) if clock.about.is_some() => "owed-late-promise-office",
        Some(_) => "owed-late-promise",
    };
    ground.say(key, &[])
}

/// The clause as cited, or that it is a promise of this office.
pub fn cite(ground: ViewGround<'_>, clock: &Clock) -> String {
    match (clock.basis, clock.clause.as_ref().and_then(|c| ground.rules.book.clauses.get(c))) {
        (Basis::House, _) | (_, None) => ground.say("basis-house", &[]),
        (_, Some(clause)) => ground.label(&clause.cite),
    }
}

fn start_word(ground: ViewGround<'_>, rule: &ClockRule) -> String {
    let key = match rule.start {
        StartFrom::Receipt => "clock-from-receipt",
        StartFrom::Accepted | StartFrom::Field(huiyin_domain::payload::Field::AcceptedOn) => "clock-from-acceptance",
        StartFrom::Field(huiyin_domain::payload::Field::ReceivedOn) => "clock-from-service",
        _ => "clock-from-start",
    };
    ground.say(key, &[])
}

fn is_counted(why: Why) -> bool {
    matches!(why, Why::Counted | Why::MadeUp | Why::Extension)
}

/// Days counted in `(start, until]`.
fn counted_until(reckoning: &Reckoning, until: Date) -> i64 {
    let end = number_of(until) + 1;
    reckoning
        .reasons
        .iter()
        .filter(|r| is_counted(r.why))
        .map(|r| i64::from((number_of(r.to).min(end) - number_of(r.from)).max(0)))
        .sum()
}

fn days_word(ground: ViewGround<'_>, clock: &Clock, n: i64) -> String {
    let key = match clock.unit {
        PeriodUnit::WorkingDays => "n-working-days",
        _ => "n-days",
    };
    ground.wording.text(ground.language, key, &[("n", n.into())])
}

fn working_days_between(calendar: &WorkCalendar, after: Date, until: Date) -> i64 {
    let mut n = 0;
    let mut at = after;
    while at < until {
        at = at.tomorrow().unwrap_or(until);
        n += i64::from(!calendar.day(at).rest);
    }
    n
}

/// Counted in hours or minutes, from the instant.
fn is_short(clock: &Clock) -> bool {
    clock.unit.is_short()
}

fn sentence(ground: ViewGround<'_>, clock: &Clock, reckoning: &Reckoning, today: Date) -> String {
    let legal = date(ground.language, clock.legal);
    let total = days_word(ground, clock, counted_until(reckoning, clock.nominal));
    if is_short(clock) {
        let due = huiyin_wording::instant(ground.language, clock.due, &ground.now.zone, today);
        return ground.say(
            if matches!(clock.state(), ClockState::Breached { .. }) { "clock-short-late" } else { "clock-short" },
            &[("due", due)],
        );
    }
    match clock.state() {
        ClockState::Discharged { at, late } => {
            let on = date(ground.language, at.to_zoned_datetime(ground.now.zone.clone()).date());
            ground.say(if late { "clock-done-late" } else { "clock-done" }, &[("on", on), ("legal", legal)])
        }
        ClockState::Lapsed { .. } => ground.say("clock-lapsed", &[("legal", legal)]),
        ClockState::Closed { .. } => ground.say("clock-closed", &[]),
        ClockState::Breached { .. } => {
            let over = i64::from(number_of(today) - number_of(clock.legal)).max(1);
            let over = ground.wording.text(ground.language, "n-days", &[("n", over.into())]);
            ground.say("clock-late", &[("legal", legal), ("over", over)])
        }
        ClockState::Running if clock.is_stopped() => ground.say("clock-stopped", &[("total", total)]),
        ClockState::Running => {
            let left = if clock.unit == PeriodUnit::WorkingDays {
                working_days_between(ground.rules.calendar, today, clock.legal)
            } else {
                i64::from(number_of(clock.legal) - number_of(today))
            };
            let at = counted_until(reckoning, today).max(0);
            let key = match (clock.kind, left) {
                (ClockKind::Duty, 1..) if at == 0 => "clock-first-day",
                (ClockKind::Duty, 1..) if clock.legal != clock.nominal => "clock-running-rolled",
                (ClockKind::Right, ..=0) => "clock-right-today",
                (ClockKind::Right, _) => "clock-right",
                (ClockKind::Duty, ..=0) => "clock-today",
                (ClockKind::Duty, _) => "clock-running",
            };
            ground.say(
                key,
                &[("legal", legal), ("left", days_word(ground, clock, left)), ("total", total), ("at", at.to_string())],
            )
        }
    }
}

fn bar(clock: &Clock, reckoning: &Reckoning, office: &OfficeTime) -> (Vec<BarPiece>, Option<f64>) {
    let (start, now, legal) = (number_of(clock.start) + 1, number_of(office.today()) + 1, number_of(clock.legal) + 1);
    let late = matches!(clock.state(), ClockState::Breached { .. }) && now > legal;
    let reached = match clock.state() {
        ClockState::Discharged { at, .. } => number_of(at.to_zoned_datetime(office.zone.clone()).date()) + 1,
        _ => now,
    };
    let end = if late { now } else { legal }.max(start + 1);
    let scale = WIDTH / f64::from(end - start);
    let place = |d: i32| f64::from((d - start).clamp(0, end - start)) * scale;
    let mut out: Vec<BarPiece> = Vec::new();
    let mut add = |from: i32, to: i32, class: &'static str| {
        let (x, w) = (place(from), place(to) - place(from));
        if w > 0.0 {
            out.push(BarPiece { class, x: (x * 10.0).round() / 10.0, w: ((w - 0.6).max(0.6) * 10.0).round() / 10.0 });
        }
    };
    for Reason { from, to, why } in &reckoning.reasons {
        let (from, to) = (number_of(*from), number_of(*to));
        match why {
            Why::DayZero | Why::Unsettled => {}
            Why::Stop => add(from, to, "stop"),
            Why::Rest => add(from, to, "stop"),
            Why::Roll => add(from, to, "rest"),
            Why::Counted | Why::MadeUp => {
                add(from, to.min(reached), "spent");
                add(from.max(reached), to, "left");
            }
            Why::Extension => {
                add(from, to.min(reached), "spent");
                add(from.max(reached), to, "ext");
            }
        }
    }
    if late {
        add(legal, now, "over");
    }
    let now_x = (clock.is_owed() && now >= start && now <= end).then(|| (place(now) * 10.0).round() / 10.0);
    (out, now_x)
}

fn span(ground: ViewGround<'_>, reason: &Reason) -> String {
    let last = reason.to.yesterday().unwrap_or(reason.from);
    let today = ground.now.today();
    let (from, to) = (day(ground.language, reason.from, today), day(ground.language, last, today));
    if reason.from == last { from } else { ground.say("day-span", &[("from", from), ("to", to)]) }
}

fn lines(ground: ViewGround<'_>, clock: &Clock, rule: &ClockRule, reckoning: &Reckoning) -> Vec<ReckonLine> {
    let mut out = Vec::new();
    let mut line = |term: &str, text: String| out.push(ReckonLine { term: ground.say(term, &[]), text });
    let today = ground.now.today();
    let start = day(ground.language, clock.start, today);
    let first = clock.start.tomorrow().map(|d| day(ground.language, d, today)).unwrap_or_default();
    if is_short(clock) {
        let at = |t| huiyin_wording::instant(ground.language, t, &ground.now.zone, today);
        line(
            "reckon-start",
            ground.say("reckon-start-short", &[("start", at(clock.started_at)), ("fact", start_word(ground, rule))]),
        );
        line("reckon-period", period_text(ground, clock, rule));
        line("reckon-end", at(clock.due));
        return out;
    }
    line(
        "reckon-start",
        ground.say("reckon-start-text", &[("start", start), ("fact", start_word(ground, rule)), ("first", first)]),
    );
    line("reckon-period", period_text(ground, clock, rule));
    for entry in &clock.ledger {
        let (term, text) = entry_line(ground, entry);
        line(term, text);
    }
    let spans = |why: Why| {
        reckoning
            .reasons
            .iter()
            .filter(|r| r.why == why)
            .map(|r| span(ground, r))
            .collect::<Vec<_>>()
            .join(&ground.say("list-comma", &[]))
    };
    for (why, term) in [(Why::Rest, "reckon-rest"), (Why::MadeUp, "reckon-made-up")] {
        let text = spans(why);
        if !text.is_empty() {
            line(term, text);
        }
    }
    line("reckon-end", end_text(ground, clock));
    if let Some(extension) = rule.extension.filter(|_| clock.extensions() < rule.extensions && clock.is_owed()) {
        line(
            "reckon-if-extended",
            ground
                .say("reckon-if-extended-text", &[("days", extension.to_string()), ("unit", ground.unit_name(clock))]),
        );
    }
    let late = matches!(clock.state(), ClockState::Breached { .. });
    if let Some(clause) = rule.consequence.as_ref().filter(|_| late).and_then(|c| ground.rules.book.clauses.get(c)) {
        line(
            "reckon-consequence",
            ground.say(
                "reckon-consequence-text",
                &[("cite", ground.label(&clause.cite)), ("gist", ground.label(&clause.gist))],
            ),
        );
    }
    if clock.provisional {
        // Before the first calendar here no notice will come; after the last one it is waited for.
        let past = ground.rules.calendar.first_published().filter(|first| clock.start.year() < *first);
        let text = match past {
            Some(first) => ground.say("reckon-provisional-past", &[("first", first.to_string())]),
            None => ground.say("reckon-provisional-text", &[]),
        };
        line("reckon-provisional", text);
    }
    out
}

/// A stop or an extension of the ledger, and what is said of it.
fn entry_line(ground: ViewGround<'_>, entry: &LedgerEntry) -> (&'static str, String) {
    let day = |date| day(ground.language, date, ground.now.today());
    let (book, directory) = (ground.rules.book, ground.rules.directory);
    match entry {
        LedgerEntry::Stop { from, to, reason } => {
            let until = to.map_or_else(|| ground.say("until-now", &[]), |t| day(t.yesterday().unwrap_or(t)));
            let done = book.find_move(&huiyin_domain::ids::MoveId::new(reason)).map(|m| ground.label(&m.done));
            let values = [("from", day(*from)), ("to", until), ("why", done.unwrap_or_else(|| reason.clone()))];
            ("reckon-stop", ground.say("reckon-stop-text", &values))
        }
        LedgerEntry::Extension { days, approved_by, reason, .. } => {
            let unit = directory.unit(approved_by).map(|u| ground.language.pick(&u.name, &u.name_en).to_owned());
            let unit = unit.unwrap_or_else(|| approved_by.0.clone());
            let values = [("days", days.to_string()), ("unit", unit), ("why", reason.clone())];
            ("reckon-extension", ground.say("reckon-extension-text", &values))
        }
    }
}

fn period_text(ground: ViewGround<'_>, clock: &Clock, rule: &ClockRule) -> String {
    // The day was set by whoever asked for it; the law has no number here.
    if rule.length.is_none() {
        let unit = clock
            .owed_to
            .as_ref()
            .and_then(|u| ground.rules.directory.unit(u))
            .map(|u| ground.language.pick(&u.name, &u.name_en).to_owned());
        let clause = clock
            .clause
            .as_ref()
            .and_then(|c| ground.rules.book.clauses.get(c))
            .map_or_else(|| ground.say("basis-house", &[]), |c| ground.label(&c.cite));
        let unit = unit.unwrap_or_else(|| ground.say("the-sender", &[]));
        return ground.say(
            "reckon-period-set",
            &[("unit", unit), ("legal", date(ground.language, clock.legal)), ("cite", clause)],
        );
    }
    let key = match clock.unit {
        PeriodUnit::CalendarDays => "reckon-calendar-days",
        PeriodUnit::WorkingDays => "reckon-working-days",
        PeriodUnit::Weeks => "reckon-weeks",
        PeriodUnit::Months => "reckon-months",
        PeriodUnit::Years => "reckon-years",
        PeriodUnit::Hours => "reckon-hours",
        PeriodUnit::Minutes => "reckon-minutes",
    };
    let length = ground.say(key, &[("n", clock.length.to_string())]);
    let clause =
        clock.clause.as_ref().and_then(|c| ground.rules.book.clauses.get(c)).filter(|_| clock.basis != Basis::House);
    match clause {
        Some(clause) => ground.say(
            "reckon-period-law",
            &[("length", length), ("cite", ground.label(&clause.cite)), ("gist", ground.label(&clause.gist))],
        ),
        None => ground.say("reckon-period-house", &[("length", length)]),
    }
}

fn end_text(ground: ViewGround<'_>, clock: &Clock) -> String {
    let (nominal, legal) = (date(ground.language, clock.nominal), date(ground.language, clock.legal));
    if clock.nominal == clock.legal {
        let facts = ground.rules.calendar.day(clock.legal);
        let key = if facts.made_up { "reckon-end-made-up" } else { "reckon-end-plain" };
        return ground.say(key, &[("legal", legal)]);
    }
    let name = ground.rules.calendar.name_of(clock.nominal).map_or_else(
        || ground.say("weekend", &[]),
        |n| {
            if ground.language.code() == ground.rules.book.binding {
                n.to_owned()
            } else {
                ground.say("public-holiday", &[])
            }
        },
    );
    ground.say("reckon-end-rolled", &[("nominal", nominal), ("legal", legal), ("name", name)])
}

/// A post in words: as its pack calls it.
pub fn post_word(directory: &Directory, language: Language, post: Post) -> String {
    directory.vocabulary.post(post).map_or_else(|| post.word().to_owned(), |p| p.label.get(language.code()).to_owned())
}
