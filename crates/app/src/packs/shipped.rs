//! What comes with the program: the packs and calendars that an installation begins with.

use std::collections::BTreeMap;
use std::sync::Arc;

use huiyin_domain::calendar::WorkCalendar;
use huiyin_rules::read_calendar;
use rust_embed::RustEmbed;

use super::{PackLoadError, Texts};

#[derive(RustEmbed)]
#[folder = "../../packs"]
struct Shipped;

/// The texts of every shipped pack and calendar.
pub fn texts() -> Texts {
    let mut out = Texts::default();
    let all: Vec<String> = Shipped::iter().map(|n| n.to_string()).collect();
    let text =
        |name: &str| Shipped::get(name).map(|f| String::from_utf8_lossy(&f.data).into_owned()).unwrap_or_default();
    for name in all.iter().filter(|n| n.ends_with(".toml") || n.ends_with(".json")) {
        if let Some((id, file)) = name.strip_prefix("calendars/").and_then(|rest| rest.split_once('/')) {
            if file != "schema.json" {
                out.calendars.entry(id.to_owned()).or_default().insert(file.to_owned(), text(name));
            }
        } else if let Some((folder, file)) = name.rsplit_once('/').filter(|_| name.ends_with(".toml"))
            && all.iter().any(|n| n.strip_suffix("/pack.toml") == Some(folder))
        {
            out.packs.entry(folder.to_owned()).or_default().insert(file.to_owned(), text(name));
        }
    }
    out
}

/// The calendars that come with the program.
///
/// # Errors
/// Only when a shipped calendar is broken.
pub fn shipped_calendars() -> Result<BTreeMap<String, Arc<WorkCalendar>>, PackLoadError> {
    let read = |(id, files): (String, BTreeMap<String, String>)| {
        let calendar = read_calendar(&id, &files).map_err(PackLoadError::Calendar)?;
        Ok((id, Arc::new(calendar)))
    };
    texts().calendars.into_iter().map(read).collect()
}
