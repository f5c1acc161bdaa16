//! A row as a matter: what each cell says, in the form in which it is kept, and why a row is refused.

use std::collections::BTreeSet;

use huiyin_domain::submission::Naming;
use huiyin_domain::text;
use huiyin_domain::text::days::{self, DayFault, Order};
use huiyin_storage::Identity;
use jiff::SignedDuration;
use jiff::civil::{Date, DateTime, Time};

use super::Fault;
use crate::lodge::{self, title_of};
use crate::office::{Ground, Office};
use huiyin_ledgers::{GridRow, Mapping, Role, Roles, Status, Table, Value, letters};

/// Characters of a title.
const TITLE: usize = 100;
/// Characters of a place or a body.
const LINE: usize = 200;
/// Characters at which a spreadsheet program cuts a cell off.
const CELL: usize = 32_767;
/// Day numbers of a spreadsheet that are days: 1954 to 2064.
const SERIALS: std::ops::Range<f64> = 20_000.0..60_000.0;
/// Days between the two beginnings of counting.
const SINCE_1904: f64 = 1462.0;

/// A row that was understood.
#[derive(Debug, Clone)]
pub(super) struct Read {
    /// By source, number and content.
    pub origin: String,
    /// By source and number.
    pub number: Option<String>,
    /// The number as it stands in the ledger.
    pub own_number: Option<String>,
    /// The heading of the number.
    pub number_heading: String,
    /// Where the row stands.
    pub place: Fault,
    pub title: String,
    pub text: String,
    pub class: Option<String>,
    pub place_name: Option<String>,
    pub about: Option<String>,
    pub headcount: u32,
    pub received: DateTime,
    pub accepted: Option<Date>,
    pub ended: bool,
    pub answered: Option<Date>,
    pub naming: Naming,
    pub identity: Identity,
    /// What is to be looked at although the row was taken over.
    pub notes: Vec<Fault>,
}

/// A sheet while its rows are read.
pub(super) struct Sheet<'a> {
    office: &'a Office,
    ground: &'a Ground,
    table: &'a Table,
    roles: &'a Roles,
    mapping: &'a Mapping,
    /// In which order month and day stand, by column.
    orders: Vec<Order>,
}

/// A row while it is read.
struct Reading<'a> {
    sheet: &'a Sheet<'a>,
    row: &'a GridRow,
    notes: Vec<Fault>,
}

type Outcome<T> = std::result::Result<T, Fault>;

impl<'a> Sheet<'a> {
    pub fn new(
        office: &'a Office,
        ground: &'a Ground,
        table: &'a Table,
        roles: &'a Roles,
        mapping: &'a Mapping,
    ) -> Self {
        let order = |column: usize| {
            let texts = table
                .rows
                .iter()
                .filter_map(|r| if let Some(Value::Text(t)) = r.cells.get(&column) { Some(t.as_str()) } else { None });
            days::order_of(texts)
        };
        let of_days: BTreeSet<usize> = [Role::Received, Role::Accepted, Role::Answered]
            .iter()
            .flat_map(|r| roles.columns(*r).iter().copied())
            .collect();
        let orders =
            (0..table.headings.len()).map(|c| if of_days.contains(&c) { order(c) } else { Order::Unknown }).collect();
        Self { office, ground, table, roles, mapping, orders }
    }

    fn heading(&self, column: usize) -> String {
        self.table.headings.get(column).filter(|h| !h.is_empty()).cloned().unwrap_or_else(|| letters(column))
    }

    fn place(&self, row: &GridRow) -> Fault {
        Fault { sheet: self.table.sheet.clone(), line: row.line, ..Fault::default() }
    }

    /// Columns with something in them whose heading is not known, and cells under no heading; each once.
    pub fn columns_left(&self) -> Vec<Fault> {
        let mut out = Vec::new();
        for column in &self.roles.unknown {
            if self.table.rows.iter().any(|r| r.cells.get(column).is_some_and(is_filled)) {
                let message = "the heading is not known and the column was not taken over; name it in a mapping file: \"line\" keeps it as a line of the text, \"ignore\" leaves it out";
                out.push(Fault {
                    sheet: self.table.sheet.clone(),
                    column: self.heading(*column),
                    message: message.into(),
                    ..Fault::default()
                });
            }
        }
        let nameless = |column: &usize| self.table.headings.get(*column).is_none_or(|h| text::is_blank(h));
        let mut seen = BTreeSet::new();
        for row in &self.table.rows {
            for (column, value) in row.cells.iter().filter(|(c, v)| nameless(c) && is_filled(v)) {
                if seen.insert(*column) {
                    let message =
                        format!("the cell stands under no heading and was not taken over: `{}`", short(&shown(value)));
                    out.push(Fault { column: letters(*column), message, ..self.place(row) });
                }
            }
        }
        out
    }

    /// A row as a matter.
    pub fn understand(&'a self, row: &'a GridRow, source: &str) -> Outcome<Read> {
        if let Some(why) = &row.fault {
            return Err(Fault { message: why.clone(), ..self.place(row) });
        }
        Reading { sheet: self, row, notes: Vec::new() }.read(source)
    }
}

impl Reading<'_> {
    fn fault(&self, column: usize, message: String) -> Fault {
        Fault { column: self.sheet.heading(column), message, ..self.sheet.place(self.row) }
    }

    /// A fault of something that no column holds.
    fn missing(&self, role: Role, name: &str, message: &str) -> Fault {
        let column = self.sheet.roles.columns(role).first().map_or_else(|| name.to_owned(), |c| self.sheet.heading(*c));
        Fault { column, message: message.to_owned(), ..self.sheet.place(self.row) }
    }

    fn note(&mut self, column: usize, message: String) {
        let note = self.fault(column, message);
        self.notes.push(note);
    }

    /// The cells of a role that say something, with their columns.
    fn cells(&self, role: Role) -> Vec<(usize, &Value)> {
        let columns = self.sheet.roles.columns(role).iter();
        columns.filter_map(|c| self.row.cells.get(c).map(|v| (*c, v))).filter(|(_, v)| is_filled(v)).collect()
    }

    /// The words of a cell; a number without its digits and a failed formula are faults, a day where no day is expected
    /// is said.
    fn words(&mut self, column: usize, value: &Value) -> Outcome<String> {
        match value {
            Value::Text(words) => {
                if words.encode_utf16().count() == CELL {
                    self.note(column, format!("the cell has {CELL} characters, at which spreadsheet programs cut off; see whether its end is missing"));
                }
                Ok(words.clone())
            }
            Value::Lost(number) => Err(self.fault(column, format!("`{number}` is a number whose digits the spreadsheet has lost; write it as text"))),
            Value::Failed(sign) => {
                Err(self.fault(column, format!("`{sign}` is a formula that failed or was never calculated; open the file, save it, or write the value in")))
            }
            Value::Day(_) => {
                let day = shown(value);
                self.note(
                    column,
                    format!("the sheet holds a day here, `{day}`; if it was a house number or the like (3-2), write it as text and correct the matter"),
                );
                Ok(day)
            }
        }
    }

    /// The first cell of a role as one line.
    fn line(&mut self, role: Role) -> Outcome<Option<(usize, String)>> {
        let Some((column, value)) = self.cells(role).first().map(|(c, v)| (*c, (*v).clone())) else { return Ok(None) };
        let words = self.words(column, &value)?;
        Ok(Some((column, text::line(&words))))
    }

    /// All cells of a role, each in its stored form, each once.
    fn all(&mut self, role: Role, form: fn(&str) -> String) -> Outcome<Vec<String>> {
        let mut out: Vec<String> = Vec::new();
        let cells: Vec<(usize, Value)> = self.cells(role).into_iter().map(|(c, v)| (c, v.clone())).collect();
        for (column, value) in cells {
            let words = form(&self.words(column, &value)?);
            if !out.contains(&words) {
                out.push(words);
            }
        }
        Ok(out)
    }

    /// The day of a role. Two columns of one heading that say different days are a fault.
    fn day(&self, role: Role) -> Outcome<Option<(usize, DateTime)>> {
        let mut found: Option<(usize, DateTime)> = None;
        let mut time = None;
        let cells = self.cells(role);
        let several = cells.len() > 1;
        for (column, value) in cells {
            // A time in a column of its own beside the day.
            if let Some(read) = time_of(value).filter(|_| several) {
                time = time.or(Some(read));
                continue;
            }
            let read = self.read_day(column, value)?;
            match found {
                Some((first, known))
                    if self.sheet.heading(first) == self.sheet.heading(column) && known.date() != read.date() =>
                {
                    return Err(self.fault(
                        column,
                        format!(
                            "two columns of this heading say {} and {}; one of them is wrong",
                            known.date(),
                            read.date()
                        ),
                    ));
                }
                Some(_) => {}
                None => found = Some((column, read)),
            }
        }
        if let (Some((_, day)), Some(time)) = (&mut found, time)
            && day.time() == Time::midnight()
        {
            *day = day.date().to_datetime(time);
        }
        Ok(found)
    }

    fn read_day(&self, column: usize, value: &Value) -> Outcome<DateTime> {
        let words = match value {
            Value::Day(day) => return Ok(*day),
            Value::Failed(sign) | Value::Lost(sign) => {
                return Err(self.fault(column, format!("`{sign}` is no day; write it like 2026-03-09")));
            }
            Value::Text(words) => words,
        };
        if let Some(day) = words.trim().parse::<f64>().ok().and_then(|n| serial(n, self.sheet.table.from_1904)) {
            return Ok(day);
        }
        let order = self.sheet.orders.get(column).copied().unwrap_or_default();
        days::moment(words, self.sheet.office.zone(), order).map_err(|fault| {
            let shown = short(words);
            self.fault(
                column,
                match fault {
                    DayFault::NotADay => {
                        format!("`{shown}` is no day; write it like 2026-03-09 or 2026-03-09 10:30:00")
                    }
                    DayFault::Ambiguous => format!("`{shown}` can be read in two ways; write it like 2026-03-09"),
                    DayFault::NoSuchDay => format!("`{shown}` is a day that does not exist; check month and day"),
                },
            )
        })
    }

    /// A later day of the matter: not before its receipt and not in the future.
    fn later_day(&self, role: Role, received: Date, today: Date) -> Outcome<Option<Date>> {
        let Some((column, day)) = self.day(role)? else { return Ok(None) };
        let day = day.date();
        if day < received {
            return Err(
                self.fault(column, format!("{day} is before the day of receipt, {received}; one of the two is wrong"))
            );
        }
        if day > today {
            return Err(self.fault(column, format!("{day} is in the future; check the year")));
        }
        Ok(Some(day))
    }

    fn received(&self, today: Date) -> Outcome<DateTime> {
        let Some((column, received)) = self.day(Role::Received)? else {
            return Err(self.missing(
                Role::Received,
                "收到日期",
                "there is no day of receipt; write it like 2026-03-09, or name its column in a mapping file",
            ));
        };
        let day = received.date();
        if day > today || day.year() < 1990 {
            return Err(self.fault(column, format!("{day} lies outside 1990 to today; check the year")));
        }
        Ok(received)
    }

    /// Whether it is ended. What the row leaves open is not guessed, and what a status calls open is never taken for
    /// answered.
    fn ended(&mut self, answered: Option<Date>, reply: bool) -> Outcome<bool> {
        let Some((column, words)) = self.line(Role::Status)? else {
            if reply && answered.is_none() {
                let message = "there is an answer or an opinion, but neither its day nor a status; fill in 办理状态 (办理中 or 已办结) or the day of the answer";
                return Err(self.missing(Role::Reply, "答复意见", message));
            }
            return Ok(answered.is_some());
        };
        let status = self.sheet.mapping.status(&words).ok_or_else(|| {
            let word = short(&words);
            self.fault(
                column,
                format!("`{word}` is no known word for open or ended; write 办理中 or 已办结, or name the word in a mapping file under [status]"),
            )
        })?;
        let more: Vec<(usize, String)> = self.cells(Role::Status).iter().skip(1).map(|(c, v)| (*c, shown(v))).collect();
        for (other, word) in more {
            if self.sheet.mapping.status(&word) != Some(status) {
                return Err(self.fault(
                    other,
                    format!(
                        "`{}` and `{}` do not say the same of whether it is open; one of the two is wrong",
                        short(&words),
                        short(&word)
                    ),
                ));
            }
        }
        if status == Status::Open && answered.is_some() {
            let heading = self.cells(Role::Answered).first().map(|(c, _)| self.sheet.heading(*c)).unwrap_or_default();
            self.note(
                column,
                format!("`{words}` says that it is open, and `{heading}` holds a day; it was taken over as open, with the day as a line of its text"),
            );
        }
        Ok(status == Status::Ended)
    }

    fn read(mut self, source: &str) -> Outcome<Read> {
        let today = self.sheet.office.now().today();
        let title = self.line(Role::Title)?.map(|(_, t)| t).unwrap_or_default();
        let body = self.all(Role::Text, text::prose)?.join("\n");
        if title.is_empty() && body.is_empty() {
            let message = "there is neither a text nor a title; fill one in, or name the column in a mapping file";
            return Err(self.missing(Role::Text, "内容", message));
        }
        let received = self.received(today)?;
        let day = received.date();
        let (accepted, answered) =
            (self.later_day(Role::Accepted, day, today)?, self.later_day(Role::Answered, day, today)?);
        let replies = self.labelled(Role::Reply, answered)?;
        let ended = self.ended(answered, !replies.is_empty())?;
        // A day of what is not ended is no day of an answer.
        let (answered, stray) = if ended { (answered, None) } else { (None, answered) };
        let mut whole = if body.is_empty() { title.clone() } else { body };
        let (short_title, class) = (self.title(title, &mut whole), self.class()?);
        for piece in replies {
            whole = format!("{whole}\n\n{piece}");
        }
        if let (Some(day), Some((column, _))) = (stray, self.cells(Role::Answered).first()) {
            whole = format!("{whole}\n\n【{}】\n{day}", self.sheet.heading(*column));
        }
        for piece in self.others()? {
            whole = format!("{whole}\n\n{piece}");
        }
        for piece in self.labelled(Role::Line, None)? {
            whole = format!("{whole}\n\n{piece}");
        }
        let place_name = self.all(Role::Place, text::line)?.join(" ");
        let place_name = self.kept_line(Role::Place, place_name, &mut whole);
        let about = self.all(Role::About, text::line)?.join(" ");
        let about = self.kept_line(Role::About, about, &mut whole);
        let (naming, identity) = self.who()?;
        let headcount = self.headcount()?;
        if whole.chars().count() > lodge::MAX_TEXT {
            let message = format!(
                "the text has {} characters, at most {} are kept; shorten it",
                whole.chars().count(),
                lodge::MAX_TEXT
            );
            return Err(self.missing(Role::Text, "内容", &message));
        }
        let number = self.line(Role::Id)?;
        let office = self.sheet.office;
        if let Some((column, long)) = number.as_ref().filter(|(_, n)| n.chars().count() > LINE) {
            return Err(self.fault(
                *column,
                format!(
                    "the number has {} characters, at most {LINE}; is it in the right column?",
                    long.chars().count()
                ),
            ));
        }
        let own = number.as_ref().map(|(_, n)| n.clone());
        let content = format!(
            "{short_title}\n{whole}\n{class:?}\n{place_name:?}\n{about:?}\n{received}\n{accepted:?}\n{answered:?}\n{ended}\n{headcount}\n{naming:?}\n{}\n{}\n{}",
            identity.name, identity.telephone, identity.address
        );
        Ok(Read {
            origin: office
                .keyed_hash("import", &format!("{source}\0{}\0{content}", own.as_deref().unwrap_or_default())),
            number: own.as_ref().map(|n| office.keyed_hash("ledger", &format!("{source}\0{n}"))),
            number_heading: number.as_ref().map(|(c, _)| self.sheet.heading(*c)).unwrap_or_default(),
            own_number: own.map(|n| n.chars().take(LINE).collect()),
            place: self.sheet.place(self.row),
            title: short_title,
            text: whole,
            class,
            place_name,
            about,
            headcount,
            received,
            accepted,
            ended,
            answered,
            naming,
            identity,
            notes: self.notes,
        })
    }

    /// The title as it is kept. Of one that is too long the whole stands at the top of the text.
    fn title(&self, title: String, whole: &mut String) -> String {
        if title.is_empty() {
            return title_of(whole);
        }
        if title.chars().count() <= TITLE {
            return title;
        }
        if !whole.starts_with(&title) {
            *whole = format!("{title}\n{whole}");
        }
        let cut: String = title.chars().take(TITLE - 1).collect();
        format!("{cut}…")
    }

    /// Cells that are kept as pieces of the text under their headings.
    fn labelled(&mut self, role: Role, on: Option<Date>) -> Outcome<Vec<String>> {
        let mut out = Vec::new();
        let cells: Vec<(usize, Value)> = self.cells(role).into_iter().map(|(c, v)| (c, v.clone())).collect();
        for (column, value) in cells {
            let words = match value {
                // A day is a day in a line as well.
                Value::Day(_) => shown(&value),
                other => text::prose(&self.words(column, &other)?),
            };
            let day = on.map(|d| format!(" {d}")).unwrap_or_default();
            let heading = self.sheet.heading(column);
            let prefix = if role == Role::Reply { "原" } else { "" };
            out.push(format!("【{prefix}{heading}{day}】\n{words}"));
        }
        Ok(out)
    }

    /// What stands in further columns of a role of which one value counts: it is kept as lines of the text.
    fn others(&mut self) -> Outcome<Vec<String>> {
        let mut out = Vec::new();
        for role in
            [Role::Title, Role::Id, Role::Received, Role::Accepted, Role::Answered, Role::Class, Role::Headcount]
        {
            let cells: Vec<(usize, Value)> = self.cells(role).into_iter().map(|(c, v)| (c, v.clone())).collect();
            let Some((_, first)) = cells.first() else { continue };
            let first = shown(first);
            let of_days = matches!(role, Role::Received | Role::Accepted | Role::Answered);
            for (column, value) in
                cells.iter().skip(1).filter(|(_, v)| shown(v) != first && !(of_days && time_of(v).is_some()))
            {
                let words = if matches!(value, Value::Day(_)) {
                    shown(value)
                } else {
                    text::line(&self.words(*column, value)?)
                };
                out.push(format!("【{}】\n{words}", self.sheet.heading(*column)));
            }
        }
        Ok(out)
    }

    /// A line that is kept; of one that is too long the whole stands in the text.
    fn kept_line(&self, role: Role, line: String, whole: &mut String) -> Option<String> {
        if line.chars().count() <= LINE {
            return Some(line).filter(|l| !l.is_empty());
        }
        let heading = self.sheet.roles.columns(role).first().map(|c| self.sheet.heading(*c)).unwrap_or_default();
        *whole = format!("{whole}\n\n【{heading}】\n{line}");
        let cut: String = line.chars().take(LINE - 1).collect();
        Some(format!("{cut}…"))
    }

    /// The class, where the pack of today has it; one that it does not have is named once.
    fn class(&mut self) -> Outcome<Option<String>> {
        let Some((column, class)) = self.line(Role::Class)? else { return Ok(None) };
        let class = class.replace(" / ", "/").replace('／', "/");
        if lodge::is_class(self.sheet.ground, &class) {
            return Ok(Some(class));
        }
        let message =
            format!("`{}` is no class of the rules in force; the rows were taken over without a class", short(&class));
        self.notes.push(Fault {
            sheet: self.sheet.table.sheet.clone(),
            column: self.sheet.heading(column),
            message,
            ..Fault::default()
        });
        Ok(None)
    }

    fn headcount(&mut self) -> Outcome<u32> {
        let Some((column, words)) = self.line(Role::Headcount)? else { return Ok(1) };
        let plain = text::number(&words).replace(',', "");
        let digits = plain.trim_end_matches(['人', '名', '次']).trim().trim_end_matches(".0").to_owned();
        match digits.parse::<u32>() {
            Ok(n) if (1..=1_000_000).contains(&n) => Ok(n),
            _ => Err(self.fault(column, format!("`{}` is no number of people; write a number from 1", short(&words)))),
        }
    }

    /// Who it is. A ledger that says 匿名, 无 or / in the place of a name says that there is none: then nothing of a
    /// person is kept.
    fn who(&mut self) -> Outcome<(Naming, Identity)> {
        let columns = self.sheet.roles.columns(Role::Name).to_vec();
        let said: Vec<String> =
            columns.iter().filter_map(|c| self.row.cells.get(c)).map(shown).filter(|n| !text::is_blank(n)).collect();
        let asked = self.line(Role::Anonymous)?.is_some_and(|(_, word)| {
            ["是", "匿名", "yes", "true", "1", "y", "√"].contains(&text::folded(&word).trim())
        });
        let anonymous = asked || (!said.is_empty() && said.iter().all(|n| text::is_no_name(n)));
        let mut names: Vec<String> =
            self.all(Role::Name, text::prose)?.iter().flat_map(|cell| text::names(cell)).collect();
        names.retain(|n| !text::is_no_name(n));
        names.dedup();
        let telephones = self.all(Role::Telephone, text::prose)?;
        let telephone = telephones
            .iter()
            .flat_map(|cell| cell.split(['\n', '或']))
            .map(text::telephone)
            .filter(|t| !t.is_empty())
            .collect::<Vec<_>>()
            .join("、");
        let address = self.all(Role::Address, text::line)?.join("；");
        if anonymous {
            for role in [Role::Telephone, Role::Address].into_iter().chain(asked.then_some(Role::Name)) {
                if let Some((column, _)) = self.cells(role).first().map(|(c, v)| (*c, (*v).clone())) {
                    self.note(column, "the row gives no name; of an anonymous letter nothing of a person is kept, so this was not taken over".to_owned());
                }
            }
            return Ok((Naming::Anonymous, Identity::default()));
        }
        let identity = Identity { name: names.join("、"), telephone, address, ..Identity::default() };
        let naming = if identity == Identity::default() { Naming::Anonymous } else { Naming::Named };
        Ok((naming, identity))
    }
}

/// The time of a cell that holds nothing else: 9:30, or a time of a spreadsheet.
fn time_of(value: &Value) -> Option<Time> {
    match value {
        // A spreadsheet counts times as the day before its first one.
        Value::Day(day) => (day.year() < 1905).then(|| day.time()),
        Value::Text(words) => match words.trim().parse::<f64>() {
            Ok(part) if (0.0..1.0).contains(&part) => {
                #[allow(clippy::cast_possible_truncation, reason = "within one day")]
                let seconds = (part * 86_400.0).round() as i64;
                Time::midnight().checked_add(SignedDuration::from_secs(seconds)).ok()
            }
            _ => days::time(words),
        },
        Value::Lost(_) | Value::Failed(_) => None,
    }
}

/// A day number of a spreadsheet; `None` when it is none.
fn serial(number: f64, from_1904: bool) -> Option<DateTime> {
    let number = if from_1904 { number + SINCE_1904 } else { number };
    if !SERIALS.contains(&number) {
        return None;
    }
    #[allow(clippy::cast_possible_truncation, reason = "within the range of days")]
    let seconds = (number * 86_400.0).round() as i64;
    Date::new(1899, 12, 30).ok()?.to_datetime(Time::midnight()).checked_add(SignedDuration::from_secs(seconds)).ok()
}

/// Whether a cell says something: 无, / and the like say that there is nothing.
fn is_filled(value: &Value) -> bool {
    !matches!(value, Value::Text(t) if text::is_placeholder(t))
}

/// A value as words.
pub(super) fn shown(value: &Value) -> String {
    match value {
        Value::Text(t) | Value::Lost(t) | Value::Failed(t) => text::line(t),
        Value::Day(day) if day.time() == Time::midnight() => day.date().to_string(),
        Value::Day(day) => format!("{} {:02}:{:02}", day.date(), day.hour(), day.minute()),
    }
}

pub(super) fn short(words: &str) -> String {
    let line = text::line(words);
    if line.chars().count() <= 40 { line } else { format!("{}…", line.chars().take(40).collect::<String>()) }
}
