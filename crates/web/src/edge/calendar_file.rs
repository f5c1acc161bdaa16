//! One entry as a file that calendars of phones and computers take (iCalendar, RFC 5545).

use jiff::Timestamp;

/// Octets of one line, at most (RFC 5545 §3.1).
const LINE: usize = 75;

/// What stands in a calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    /// The same for the same entry, so that it is not entered twice.
    pub uid: String,
    /// When the file was made.
    pub made: Timestamp,
    /// From.
    pub begins: Timestamp,
    /// Until.
    pub ends: Timestamp,
    /// What it is.
    pub title: String,
    /// Where; empty: not said.
    pub place: String,
}

/// The file.
pub(crate) fn calendar_file(entry: &Entry) -> String {
    let at = |time: Timestamp| time.strftime("%Y%m%dT%H%M%SZ").to_string();
    let mut lines = vec![
        "BEGIN:VCALENDAR".to_owned(),
        "VERSION:2.0".to_owned(),
        "PRODID:-//Huiyin//Huiyin//EN".to_owned(),
        "BEGIN:VEVENT".to_owned(),
        format!("UID:{}", escaped(&entry.uid)),
        format!("DTSTAMP:{}", at(entry.made)),
        format!("DTSTART:{}", at(entry.begins)),
        format!("DTEND:{}", at(entry.ends)),
        format!("SUMMARY:{}", escaped(&entry.title)),
    ];
    if !entry.place.is_empty() {
        lines.push(format!("LOCATION:{}", escaped(&entry.place)));
    }
    lines.extend(["END:VEVENT".to_owned(), "END:VCALENDAR".to_owned()]);
    lines.iter().map(|line| folded(line)).collect()
}

/// A text value (§3.3.11).
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | ';' | ',' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

/// A line with its end; a long one goes on in the next, behind a space, and no character is cut.
fn folded(line: &str) -> String {
    let (mut out, mut used) = (String::with_capacity(line.len() + 4), 0);
    for c in line.chars() {
        if used + c.len_utf8() > LINE {
            out.push_str("\r\n ");
            used = 1;
        }
        out.push(c);
        used += c.len_utf8();
    }
    out.push_str("\r\n");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_escaped_folded_and_in_utc() {
        let entry = Entry {
            uid: "a".into(),
            made: Timestamp::UNIX_EPOCH,
            begins: Timestamp::UNIX_EPOCH,
            ends: Timestamp::UNIX_EPOCH,
            title: "到青溪县信访局接待大厅来访；带上材料, 不用带身份证\n谢谢\u{7}".into(),
            place: "人民路; 1号".into(),
        };
        let file = calendar_file(&entry);
        assert!(file.lines().count() > 11, "a long line goes on in the next");
        assert!(file.split("\r\n").all(|line| line.len() <= LINE), "{file}");
        let whole = file.replace("\r\n ", "");
        assert!(whole.contains("DTSTART:19700101T000000Z\r\n"));
        assert!(whole.contains("SUMMARY:到青溪县信访局接待大厅来访；带上材料\\, 不用带身份证\\n谢谢\r\n"), "{whole}");
        assert!(whole.contains("LOCATION:人民路\\; 1号\r\n"));
    }
}
